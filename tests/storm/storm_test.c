/* Broker, coordinator and supply are killed outright, again and again, in the middle of an exercise; then
 * the record must hold every acknowledged event once and in order, and each card once.
 *
 *   ROUNDS  how many exercises (5)        SEED  of the first; the next ones count on (1)
 *   MUSTER  the program to storm ($B/muster); the others stand beside it
 *
 * The clock moves in steps: one that runs, at 600 times, went on while a busy machine was behind; what the
 * script decides upon had then passed in log time before it came to the decision, and the player waited for
 * a card that had rightly been closed. It looked as if a link had been lost, and none had.
 *
 * A round plays Qinghe's rows with fifty reports between them, so that the broker writes most of the
 * time, and kills at moments drawn from the seed. Then broker, supply and coordinator are started once more
 * and left in peace: what they still had to say, they say, and nothing of it twice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "broker/log/log.h"
#include "proto/picture/card.h"
#include "proto/rules/rules.h"
#include "proto/wire/event.h"

#define KILLS_MAX 10
#define REPORTS 50 /* between two rows */
#define ENTRIES_MAX 20000u
/* Nothing at all has happened for so long: whoever waits, waits for ever. */
#define STUCK_MS 20000

struct storm {
    char dir[256];
    char muster[PATH_MAX], programs[PATH_MAX];
    unsigned seed;
    pid_t demo;
    int kills;
    /* what the record holds */
    struct mu_hash *leaves; /* of entry 1 + index */
    uint64_t count;
    mu_picture *picture;
    mu_rules *rules;
};

/* ---- small things ------------------------------------------------------------------------------------ */

static void rest_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&t, NULL);
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void path_in(const struct storm *s, char out[PATH_MAX], const char *name)
{
    assert_true(snprintf(out, PATH_MAX, "%s/%s", s->dir, name) < PATH_MAX);
}

/* Starts a program with its output in dir/NAME.out. */
static pid_t spawn(const struct storm *s, const char *name, char *const *argv)
{
    char path[PATH_MAX], file[64];

    snprintf(file, sizeof file, "%s.out", name);
    path_in(s, path, file);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int out = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
        execv(argv[0], argv);
        _exit(127);
    }
    return pid;
}

static int wait_for_end(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) != pid)
        assert_int_equal(errno, EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static long size_of(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size = 0;

    if (file == NULL)
        return 0;
    if (fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    fclose(file);
    return size;
}

/* ---- the exercise --------------------------------------------------------------------------------------- */

static void write_reports(FILE *out, const char *clock, unsigned *number)
{
    static const char *const agencies[] = {"EM", "CA", "HC", "WR", "FR", "PS", "SH", "LL"};

    for (unsigned i = 0; i < REPORTS; i++, ++*number)
        fprintf(out, "%s\t%s\t%s\n", clock, agencies[*number % 8],
                *number % 3 == 0 ? "report duty=hourly nothing_new=true"
                                 : "field_report words=\"water at the mill\"");
}

static void write_script(const struct storm *s)
{
    char path[PATH_MAX], line[4096];
    unsigned number = 0;

    path_in(s, path, "storm.script");
    FILE *in = fopen("agents/player/qinghe.script", "r"), *out = fopen(path, "w");
    assert_non_null(in);
    assert_non_null(out);
    while (fgets(line, sizeof line, in) != NULL) {
        fputs(line, out);
        if (line[0] == 'T') {
            line[strcspn(line, "\t")] = '\0';
            write_reports(out, line, &number);
        }
    }
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static void start_demo(struct storm *s)
{
    char script[PATH_MAX], kept[PATH_MAX];
    char reference[] = "agents/player/qinghe.yaml";

    write_script(s);
    path_in(s, script, "storm.script");
    path_in(s, kept, "kept");
    char speed[] = "step", until[] = "T+00:38";
    char *argv[] = {s->muster, "demo",     "--revive", "--speed", speed,
                    "--until", until,      "--keep",   kept,      "--reference",
                    reference, "--script", script,     "--json",  NULL};
    s->demo = spawn(s, "demo", argv);
}

/* ---- killing ---------------------------------------------------------------------------------------------- */

static bool runs(pid_t pid, const char *program)
{
    char link[64], exe[PATH_MAX];

    snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
    ssize_t length = readlink(link, exe, sizeof exe - 1);
    if (length <= 0)
        return false;
    exe[length] = '\0';
    const char *slash = strrchr(exe, '/');
    return slash != NULL && strcmp(slash + 1, program) == 0;
}

/* The demo's child that is `program`; 0: none at this moment. */
static pid_t find_victim(const struct storm *s, const char *program)
{
    char path[64];
    int pid, found = 0;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)s->demo, (int)s->demo);
    FILE *children = fopen(path, "r");
    while (children != NULL && found == 0 && fscanf(children, "%d", &pid) == 1)
        if (runs(pid, program))
            found = pid;
    if (children != NULL)
        fclose(children);
    return found;
}

/* The broker half of the time: it has the most to lose. */
static void kill_one(struct storm *s)
{
    static const char *const programs[] = {"musterd", "musterd", "muster-supply",
                                           "muster-coordinator"};
    pid_t victim = find_victim(s, programs[lrand48() % 4]);

    if (victim != 0 && kill(victim, SIGKILL) == 0)
        s->kills++;
}

static bool has_ended(const struct storm *s, int *status)
{
    int how;

    if (waitpid(s->demo, &how, WNOHANG) != s->demo)
        return false;
    *status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
    return true;
}

/* Until the demo ends by itself, or nothing happens any more: then it is told to. Its exit status. */
static int rage(struct storm *s)
{
    char journal[PATH_MAX];
    long before = 0;
    int64_t moved = now_ms();
    int status = 0;

    path_in(s, journal, "kept/journal");
    while (!has_ended(s, &status)) {
        long size = size_of(journal);

        if (size != before)
            moved = now_ms();
        before = size;
        if (now_ms() - moved > STUCK_MS) {
            kill(s->demo, SIGTERM);
            wait_for_end(s->demo);
            return -1;
        }
        /* The county is set up in peace: some ten kilobytes of its answers. */
        if (size > 10000 && s->kills < KILLS_MAX)
            kill_one(s);
        rest_ms(20 + lrand48() % 400);
    }
    return status;
}

/* ---- peace --------------------------------------------------------------------------------------------------- */

/* A program of the demo on the folder it left; until it says `word`. */
static pid_t start_again(const struct storm *s, const char *program, const char *folder,
                         const char *endpoint, const char *word)
{
    char path[PATH_MAX], dir[PATH_MAX], out[PATH_MAX], file[64], text[8192];
    pid_t pid;

    snprintf(path, sizeof path, "%.4000s/%s", s->programs, program);
    path_in(s, dir, folder);
    char *argv[] = {
        path, "--dir", dir, endpoint == NULL ? NULL : "--endpoint", (char *)(uintptr_t)endpoint,
        NULL};
    pid = spawn(s, program, argv);
    snprintf(file, sizeof file, "%s.out", program);
    path_in(s, out, file);
    for (;;) {
        int status;
        FILE *said = fopen(out, "r");
        size_t size = said == NULL ? 0 : fread(text, 1, sizeof text - 1, said);

        text[size] = '\0';
        if (said != NULL)
            fclose(said);
        if (strstr(text, word) != NULL)
            return pid;
        if (waitpid(pid, &status, WNOHANG) == pid)
            fail_msg("%s does not start again: %s", program, text);
        rest_ms(20);
    }
}

static void stop(pid_t pid)
{
    kill(pid, SIGTERM);
    assert_int_equal(wait_for_end(pid), 0);
}

/* The endpoint agents know: where the broker stood before. */
static void read_endpoint(const struct storm *s, char out[256])
{
    char path[PATH_MAX];

    path_in(s, path, "kept/broker/endpoint");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(out, 256, file));
    out[strcspn(out, "\n")] = '\0';
    fclose(file);
}

static void make_peace(const struct storm *s)
{
    char endpoint[256];

    read_endpoint(s, endpoint);
    pid_t broker = start_again(s, "musterd", "kept/broker", endpoint, "ready at");
    pid_t supply = start_again(s, "muster-supply", "kept/programs/CA-muster-supply", NULL, "ready");
    pid_t coordinator =
        start_again(s, "muster-coordinator", "kept/programs/CMD-muster-coordinator", NULL, "ready");
    stop(coordinator);
    stop(supply);
    stop(broker);
}

/* ---- judging -------------------------------------------------------------------------------------------------- */

static void fold_entry(struct storm *s, const struct mu_stored *batch, size_t i)
{
    const struct mu_stored_item *item = &batch->items[i];
    mu_arena arena = mu_event_arena(item->body.size);
    struct mu_entry entry = {
        .epoch = batch->epoch,
        .number = batch->first_number + i,
        .accepted_at_ms = batch->accepted_at_ms,
        .code = item->code,
        .judge_version = batch->judge_version,
        .agent = batch->seal.agent,
        .instance = batch->seal.instance,
        .lane = batch->seal.lane,
        .sequence = batch->seal.first_sequence + i,
        .leaf = item->leaf,
        .body = item->body,
        .path = "",
    };
    struct mu_fault fault;

    if (item->code == 0)
        assert_int_equal(mu_event_unpack(item->body, &arena, &entry.event, &fault), MU_OK);
    s->leaves[entry.number - 1] = item->leaf;
    assert_int_equal(mu_picture_fold(s->picture, &entry), MU_OK);
    assert_int_equal(mu_rules_judge(s->rules), MU_OK);
    mu_arena_free(&arena);
}

static void read_record(struct storm *s)
{
    struct mu_log_options options = {.read_only = true};
    char dir[PATH_MAX];
    mu_log *log;
    mu_view *view;
    struct mu_head head;

    path_in(s, dir, "kept/broker");
    assert_int_equal(mu_log_open(dir, &options, &log), MU_OK);
    assert_int_equal(mu_view_open(log, &view), MU_OK);
    mu_view_head(view, &head);
    s->count = head.size;
    assert_true(s->count < ENTRIES_MAX);
    for (uint64_t number = 1; number <= head.size;) {
        struct mu_stored batch;

        assert_int_equal(mu_view_batch(view, number, &batch), MU_OK);
        assert_int_equal(batch.first_number, number);
        for (size_t i = 0; i < batch.seal.count; i++)
            fold_entry(s, &batch, i);
        number += batch.seal.count;
    }
    mu_view_close(&view);
    mu_log_close(&log);
}

static int by_bytes(const void *a, const void *b)
{
    return mu_hash_compare(a, b);
}

static void each_identity_is_there_once(const struct storm *s)
{
    struct mu_hash *sorted = malloc(s->count * sizeof *sorted);

    assert_non_null(sorted);
    memcpy(sorted, s->leaves, s->count * sizeof *sorted);
    qsort(sorted, s->count, sizeof *sorted, by_bytes);
    for (uint64_t i = 1; i < s->count; i++)
        if (mu_hash_equal(&sorted[i - 1], &sorted[i]))
            fail_msg("an event is in the record twice");
    free(sorted);
}

/* Every line of the journal was written when an acceptance had been verified. */
static void what_was_acknowledged_is_there(const struct storm *s)
{
    char path[PATH_MAX], line[512], leaf[65], agency[64];
    unsigned long long number, sequence, lines = 0;
    unsigned epoch, lane;

    path_in(s, path, "kept/journal");
    FILE *journal = fopen(path, "r");
    assert_non_null(journal);
    while (fgets(line, sizeof line, journal) != NULL) {
        struct mu_hash hash;

        assert_int_equal(sscanf(line, "%u\t%llu\t%64s\t%63s\t%u\t%llu", &epoch, &number, leaf,
                                agency, &lane, &sequence),
                         6);
        assert_int_equal(mu_unhex(leaf, hash.b, sizeof hash.b), MU_OK);
        lines++;
        if (epoch != 1 || number > s->count || !mu_hash_equal(&s->leaves[number - 1], &hash))
            fail_msg("LOST: %s's event %s was acknowledged as number %llu, and is not there",
                     agency, leaf, number);
    }
    fclose(journal);
    assert_true(lines > 500);
}

/* Cards are raised once each: who starts again repeats nothing and forgets nothing. */
static void each_card_is_there_once(struct storm *s)
{
    struct mu_rules_voice voice = {"CMD", 0};
    const struct mu_card *card;
    const Muster__Event **events;
    mu_arena arena = mu_arena_make(64u << 20);
    size_t cards = 0, count = 1;

    for (size_t i = 0; (card = mu_picture_card_at(s->picture, i)) != NULL; i++) {
        if (!card->finding->has_card_id)
            continue;
        cards++;
        if (card->raisings != 1 || card->finding->raising_count != 1)
            fail_msg("a card was raised %u times", (unsigned)card->raisings);
    }
    assert_int_equal(cards, 3);
    assert_int_equal(mu_rules_differ(s->rules, &voice, &arena, &events, &count), MU_OK);
    if (count != 0)
        fail_msg("%zu findings are still unsaid", count);
    assert_non_null(mu_picture_card_named(s->picture, "C06:S1"));
    assert_false(mu_picture_card_named(s->picture, "C06:S1")->open);
    assert_false(mu_picture_card_named(s->picture, "C04:LV-01")->open);
    assert_true(mu_picture_card_named(s->picture, "C11:NEEDS-INC-01")->open);
    mu_arena_free(&arena);
}

static void the_auditor_agrees(const struct storm *s)
{
    char path[PATH_MAX], dir[PATH_MAX];

    snprintf(path, sizeof path, "%.4000s/muster-replay", s->programs);
    path_in(s, dir, "kept/broker");
    char *argv[] = {path, "verify", dir, NULL};
    assert_int_equal(wait_for_end(spawn(s, "verify", argv)), 0);
}

/* ---- rounds ------------------------------------------------------------------------------------------------------ */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st;
    (void)type;
    (void)walk;
    return remove(path);
}

static void open_storm(struct storm *s, unsigned seed)
{
    const char *muster = getenv("MUSTER"), *build = getenv("B"), *temporary = getenv("TMPDIR");

    *s = (struct storm){.seed = seed};
    snprintf(s->dir, sizeof s->dir, "%s/muster-storm-XXXXXX",
             temporary == NULL ? "/tmp" : temporary);
    assert_non_null(mkdtemp(s->dir));
    if (muster != NULL)
        snprintf(s->muster, sizeof s->muster, "%s", muster);
    else
        snprintf(s->muster, sizeof s->muster, "%s/muster", build == NULL ? "build" : build);
    snprintf(s->programs, sizeof s->programs, "%s", s->muster);
    *strrchr(s->programs, '/') = '\0';
    s->leaves = calloc(ENTRIES_MAX, sizeof *s->leaves);
    assert_non_null(s->leaves);
    assert_int_equal(mu_picture_new(&s->picture), MU_OK);
    assert_int_equal(mu_rules_new(s->picture, &s->rules), MU_OK);
    srand48((long)seed);
}

static void close_storm(struct storm *s)
{
    mu_rules_free(&s->rules);
    mu_picture_free(&s->picture);
    free(s->leaves);
    nftw(s->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* What was lost is said first: a demo that waits for ever for it is only the consequence. */
static void round_of(unsigned seed)
{
    struct storm s;

    open_storm(&s, seed);
    print_message("round of seed %u in %s\n", seed, s.dir);
    start_demo(&s);
    int status = rage(&s);
    if (status != 0)
        print_message("the exercise ended with %d\n", status);
    make_peace(&s);
    read_record(&s);
    what_was_acknowledged_is_there(&s);
    each_identity_is_there_once(&s);
    assert_int_equal(status, 0);
    each_card_is_there_once(&s);
    the_auditor_agrees(&s);
    print_message("  %d kills, %llu entries\n", s.kills, (unsigned long long)s.count);
    assert_true(s.kills > 2);
    close_storm(&s);
}

static unsigned number_of(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);

    return text == NULL ? otherwise : (unsigned)strtoul(text, NULL, 10);
}

static void whatever_is_killed_nothing_acknowledged_is_lost(void **state)
{
    unsigned rounds = number_of("ROUNDS", 5), seed = number_of("SEED", 1);

    (void)state;
    for (unsigned i = 0; i < rounds; i++)
        round_of(seed + i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_killed_nothing_acknowledged_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
