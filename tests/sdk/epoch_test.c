/* A record restored from a backup: says so, gets back what it lost, and nobody is told anything twice.
 * Real musterd, real spools; what a follower saw before is forgotten, not shown. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/wire/json.h"
#include "tests/help/events.h"
#include "tests/help/seat.h"
#include "tests/help/served.h"

#define SAID_MAX 400u

extern char **environ;

static struct served county;
static struct help_seat admin, em, water, reader;
static struct mu_kept said[SAID_MAX];
static size_t said_count;
static uint32_t epoch; /* as everybody should come to know */

/* ---- the county ------------------------------------------------------------------------------ */

static bool settled(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_unsettled(seat->agent) == 0;
}

static bool caught_up(void *user)
{
    const struct help_seat *seat = user;
    struct mu_head head;

    mu_agent_head(seat->agent, &head);
    return mu_agent_link(seat->agent, NULL) == MU_LINK_OPEN && seat->head > 0 &&
           seat->through == seat->head && seat->head >= head.size;
}

/* Nothing waits, and everybody knows which epoch it is. */
static bool is_at_rest(const struct help_seat *seat)
{
    struct mu_head head;

    mu_agent_head(seat->agent, &head);
    return mu_agent_unsettled(seat->agent) == 0 && head.epoch == epoch &&
           mu_agent_link(seat->agent, NULL) == MU_LINK_OPEN;
}

static bool knows_epoch(void *user)
{
    const struct help_seat *seat = user;
    struct mu_head head;

    mu_agent_head(seat->agent, &head);
    return head.epoch == epoch;
}

/* The reader has read all that was answered. */
static bool has_read(const struct help_seat *seat)
{
    const struct mu_answer *last = &seat->answers[seat->answer_count - 1];

    return seat->answer_count == 0 || last->epoch != epoch || reader.through >= last->number;
}

static bool all_at_rest(void *user)
{
    (void)user;
    /* The admin neither reads nor speaks: an epoch begun in its session it hears of with the next. */
    return settled(&admin) && is_at_rest(&em) && is_at_rest(&water) && is_at_rest(&reader) &&
           caught_up(&reader) && has_read(&em) && has_read(&water);
}

static void until_at_rest(void)
{
    help_until(all_at_rest, NULL, NULL, &admin, &em, &water, &reader, NULL);
}

static void open_admin(void)
{
    memset(&admin, 0, sizeof admin);
    snprintf(admin.dir, sizeof admin.dir, "%.100s/admin-1", county.dir);
    assert_int_equal(mu_agent_point(admin.dir, county.endpoint, &county.log, county.broker_curve,
                                    &county.log_key),
                     MU_OK);
    help_seat_open(&admin, false);
}

static void enrol(struct help_seat *seat, const char *agency, char *role)
{
    static char text[8192];
    mu_arena arena = mu_arena_make(1u << 20);
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Event *event;
    struct mu_fault fault;
    struct mu_bytes body;
    char path[256];
    FILE *file;

    help_seat_make_at(seat, agency, county.endpoint, &county.log, county.broker_curve,
                      &county.log_key);
    snprintf(path, sizeof path, "%s/request", seat->dir);
    assert_non_null(file = fopen(path, "r"));
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_int_equal(mu_event_from_json((struct mu_bytes){(uint8_t *)text, strlen(text)}, &arena,
                                        &event, &fault),
                     MU_OK);
    envelope.agency = (char *)mu_agent_agency(admin.agent);
    envelope.area = (char *)"cn/99/01/21";
    envelope.has_status = envelope.has_occurred_at_ms = 1;
    envelope.status = MUSTER__STATUS__STATUS_EXERCISE;
    envelope.occurred_at_ms = HELP_MIDNIGHT_MS;
    event->envelope = &envelope;
    event->enrolment->n_roles = 1;
    event->enrolment->roles = &role;
    body = help_packed(event, &arena);
    assert_int_equal(mu_agent_say(admin.agent, &body, 1, NULL, &fault), MU_OK);
    help_until(settled, &admin, NULL, &admin, NULL);
    mu_arena_free(&arena);
}

static int make(void **state)
{
    static char em_role[] = "emergency_management", water_role[] = "water", health[] = "health";

    (void)state;
    said_count = 0;
    epoch = 1;
    served_open(&county, "step", NULL);
    county.stays = true;
    open_admin();
    enrol(&em, "EM", em_role);
    enrol(&water, "WATER", water_role);
    enrol(&reader, "HEALTH", health);
    help_seat_open(&em, false);
    help_seat_open(&water, false);
    help_seat_open(&reader, true);
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    help_seat_remove(&em);
    help_seat_remove(&water);
    help_seat_remove(&reader);
    help_seat_close(&admin);
    served_close(&county);
    return 0;
}

/* ---- saying and losing ----------------------------------------------------------------------- */

/* EM and WATER in turn, a third of it life safety, and everybody has it. */
static void say(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char words[32];

        assert_true(said_count < SAID_MAX);
        snprintf(words, sizeof words, "report %zu", said_count);
        said[said_count] = help_seat_say(said_count % 2 == 0 ? &em : &water, words,
                                         said_count % 3 == 0   ? "extreme"
                                         : said_count % 3 == 1 ? "severe"
                                                               : NULL);
        said_count++;
    }
    until_at_rest();
}

static void back_up(const char *name)
{
    char arguments[256];

    snprintf(arguments, sizeof arguments, "backup --dir %%s --to %%s/%s", name);
    assert_int_equal(served_command(&county, arguments), 0);
}

/* The disk burns; what is left is the backup. */
static void burn(void)
{
    char command[300];

    served_kill(&county);
    snprintf(command, sizeof command, "rm -rf %s/log", county.dir);
    assert_int_equal(system(command), 0);
}

static void restore(const char *name)
{
    char arguments[256];

    snprintf(arguments, sizeof arguments, "restore --dir %%s --from %%s/%s", name);
    assert_int_equal(served_command(&county, arguments), 0);
}

static char report[16384]; /* what muster-replay verify said last */

static void verify(int wanted)
{
    const char *build = getenv("B");
    char command[400];
    FILE *out;

    snprintf(command, sizeof command, "%s/muster-replay verify %s --json",
             build != NULL ? build : "build", county.dir);
    assert_non_null(out = popen(command, "r"));
    report[fread(report, 1, sizeof report - 1, out)] = '\0';
    assert_int_equal(pclose(out) / 256, wanted);
}

/* What verify says of the newest epoch, from "kept" on. */
static void verify_says(const char *what)
{
    verify(0);
    if (strstr(report, what) == NULL)
        fail_msg("%s is not in %s", what, report);
}

/* ---- what is to be seen ---------------------------------------------------------------------- */

static size_t times_read(const struct mu_hash *leaf)
{
    size_t times = 0;

    for (size_t i = 0; i < reader.entry_count; i++)
        times += mu_hash_equal(&reader.entries[i].leaf, leaf);
    return times;
}

/* Numbers without a gap, and the author's sequences in order; `gaps` where one may be missing. */
static void check_order(bool gaps)
{
    for (size_t i = 0; i < reader.entry_count; i++) {
        const struct mu_entry *entry = &reader.entries[i];

        assert_int_equal(entry->number, i + 1);
        for (size_t j = i; j-- > 0;) {
            const struct mu_entry *before = &reader.entries[j];

            if (before->instance != entry->instance || before->lane != entry->lane ||
                !mu_agent_id_equal(&before->agent, &entry->agent))
                continue;
            if (!gaps)
                assert_int_equal(entry->sequence, before->sequence + 1);
            assert_true(entry->sequence > before->sequence);
            break;
        }
    }
}

/* Those from `first` on up to `last` (0: none) are gone for good, all others are there once. */
static void check_said(size_t first, size_t last)
{
    for (size_t i = 0; i < said_count; i++) {
        size_t wanted = last > 0 && i + 1 >= first && i + 1 <= last ? 0 : 1;

        if (times_read(&said[i].leaf) != wanted)
            fail_msg("report %zu was read %zu times", i, times_read(&said[i].leaf));
    }
}

/* The last answer everybody had names the place where it stands now. */
static void check_answers(const struct help_seat *seat)
{
    for (size_t i = 0; i < said_count; i++) {
        const struct mu_answer *answer = help_seat_answer(seat, &said[i]);

        if (answer == NULL || !answer->settled || times_read(&said[i].leaf) == 0)
            continue;
        assert_int_equal(answer->code, MU_OK);
        assert_memory_equal(&reader.entries[answer->number - 1].leaf, &said[i].leaf, 32);
        assert_int_equal(reader.entries[answer->number - 1].epoch, answer->epoch);
    }
}

static void read_anew(void)
{
    help_seat_close(&reader);
    reader.entry_count = 0;
    reader.through = reader.head = 0;
    help_seat_open(&reader, true);
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    help_until(caught_up, &reader, NULL, &reader, NULL);
}

/* ---- stories --------------------------------------------------------------------------------- */

static void what_was_said_after_the_backup_comes_back(void **state)
{
    uint64_t at_backup;

    (void)state;
    say(50);
    back_up("fifty");
    at_backup = reader.head;
    say(50);
    burn();
    restore("fifty");
    served_start(&county);
    epoch = 2;
    until_at_rest();
    assert_int_equal(reader.epochs, 1);
    assert_int_equal(reader.common, at_backup);
    check_order(false);
    check_said(0, 0);
    check_answers(&em);
    check_answers(&water);
    verify(0);
    read_anew();
    check_order(false);
    check_said(0, 0);
    verify(0);
    say(10); /* and life goes on, each in his old instance */
    check_order(false);
    check_said(0, 0);
    assert_int_equal(em.moved_count, 0);
    assert_int_equal(reader.epochs, 1);
}

/* ---- when it is not so simple ----------------------------------------------------------------- */

static struct mu_kept say_one(struct help_seat *seat, const char *words)
{
    return help_seat_say(seat, words, "severe");
}

static size_t openings(void)
{
    size_t count = 0;

    for (const char *at = report; (at = strstr(at, "\"epoch\":")) != NULL; at++)
        count++;
    return count;
}

/* The mark of a later backup lets agents forget what an older one does not hold. */
static void forget_through_a_backup(const char *name)
{
    back_up(name);
    served_kill(&county);
    served_start(&county);
    help_turns(20, NULL, &admin, &em, &water, &reader, NULL); /* WELCOME brings the mark */
    until_at_rest();
    say(4); /* written with the answers: what may be forgotten goes */
    until_at_rest();
    help_seat_close(&em); /* what was settled is written when it closes */
    help_seat_close(&water);
    help_seat_open(&em, false);
    help_seat_open(&water, false);
    until_at_rest();
}

static void what_nobody_kept_is_lost_and_named(void **state)
{
    char lost[128];
    uint64_t first, last;

    (void)state;
    say(20);
    back_up("old");
    first = reader.head + 1;
    say(20);
    last = reader.head;
    forget_through_a_backup("new");
    say(10);
    burn();
    restore("old"); /* the new one is gone as well */
    served_start(&county);
    epoch = 2;
    until_at_rest();
    check_said(21, 40);
    check_order(true);
    check_answers(&em);
    snprintf(lost, sizeof lost, "\"lost\":[{\"first\":\"%llu\",\"last\":\"%llu\"}]",
             (unsigned long long)first, (unsigned long long)last);
    verify_says(lost);
    say(5); /* the chain goes on where it was, over the gap */
    check_said(21, 40);
    assert_int_equal(em.moved_count, 0);
    verify(0);
}

static void who_has_nothing_left_begins_anew(void **state)
{
    static struct help_seat late;
    static char role[] = "transport";
    size_t kept;

    (void)state;
    say(20);
    back_up("old");
    say(19);
    back_up("newest");
    enrol(&late, "TRANSPORT", role); /* the record goes on: what the next WELCOME says is news, */
    served_kill(&county);
    served_start(&county);
    help_turns(20, NULL, &admin, &em, &water, &reader, NULL);
    until_at_rest();
    help_seat_close(&em); /* ... and with it goes what may be forgotten */
    help_seat_close(&water);
    help_seat_open(&em, false);
    help_seat_open(&water, false);
    until_at_rest();
    burn();
    restore("old");
    served_start(&county);
    epoch = 2;
    until_at_rest();
    kept = said_count;
    check_said(21, kept);
    say(6); /* the chains end in nothing: they begin anew, in plain sight */
    check_said(21, kept);
    for (size_t i = kept; i < said_count; i++) {
        assert_true(said[i].instance != said[i % 2].instance);
        assert_int_equal(times_read(&said[i].leaf), 1);
    }
    verify(0);
    help_seat_remove(&late);
}

/* Put back by other means: nobody said so. The first checkpoint that does not fit does. */
static void a_copy_put_back_is_found_out(void **state)
{
    char command[512];
    struct mu_kept meanwhile;

    (void)state;
    say(20);
    assert_int_equal(served_stop(&county), 0);
    snprintf(command, sizeof command, "cp -a %s/log %s/copy", county.dir, county.dir);
    assert_int_equal(system(command), 0);
    served_start(&county);
    until_at_rest();
    say(20);
    served_kill(&county);
    snprintf(command, sizeof command, "rm -rf %s/log && mv %s/copy %s/log", county.dir, county.dir,
             county.dir);
    assert_int_equal(system(command), 0);
    help_seat_close(&em);
    help_seat_close(&reader);
    served_start(&county);
    epoch = 2;
    help_until(settled, &water, NULL, &water, NULL);
    help_turns(50, NULL, &water, &admin, NULL);
    meanwhile = say_one(&water, "meanwhile");
    help_seat_open(&em, false);
    help_seat_open(&reader, true);
    reader.entry_count = 0;
    reader.through = reader.head = 0;
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    until_at_rest();
    check_said(0, 0);
    check_order(false);
    assert_int_equal(times_read(&meanwhile.leaf), 1);
    verify_says("\"lost\":[]");
    assert_int_equal(openings(), 1);
}

static void restored_again_before_all_was_back(void **state)
{
    (void)state;
    say(20);
    back_up("twenty");
    say(30);
    burn();
    restore("twenty");
    served_start(&county);
    epoch = 2;
    help_until(knows_epoch, &em, NULL, &em, NULL); /* and has given back some of it, perhaps */
    burn();
    restore("twenty");
    served_start(&county);
    epoch = 3;
    until_at_rest();
    check_said(0, 0);
    check_order(false);
    verify(0);
}

/* ---- killed ----------------------------------------------------------------------------------- */

/* musterd with these arguments, killed after a while. */
static void command_is_killed(char *const argv[], unsigned delay_us)
{
    const char *build = getenv("B");
    posix_spawn_file_actions_t actions;
    char program[256];
    pid_t pid;
    int status;

    snprintf(program, sizeof program, "%s/musterd", build != NULL ? build : "build");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    assert_int_equal(posix_spawn(&pid, program, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    usleep(delay_us);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

static bool has_log(void)
{
    char path[200];

    snprintf(path, sizeof path, "%s/log/data.mdb", county.dir);
    return access(path, F_OK) == 0;
}

/* Killed while it restores: nothing is there, or all of it. Killed as it begins the epoch: it began, or
 * the next start begins it. */
static void killed_at_any_point_it_goes_on(void **state)
{
    char name[200], nowhere[200];
    char *restoring[] = {"musterd", "restore", "--dir", county.dir, "--from", name, NULL};
    char *serving[] = {"musterd", "--dir", county.dir, "--endpoint", nowhere, NULL};

    (void)state;
    snprintf(nowhere, sizeof nowhere, "ipc://%s/nowhere", county.dir);
    say(50);
    back_up("fifty");
    say(20);
    burn();
    snprintf(name, sizeof name, "%s/fifty", county.dir);
    for (unsigned delay_us = 0; !has_log(); delay_us += 700)
        command_is_killed(restoring, delay_us);
    for (unsigned delay_us = 0; delay_us < 24000; delay_us += 3000)
        command_is_killed(serving, delay_us);
    served_start(&county);
    epoch = 2;
    until_at_rest();
    check_said(0, 0);
    check_order(false);
    verify(0);
    assert_int_equal(openings(), 1);
}

static void a_backup_cut_short_has_no_name(void **state)
{
    char path[200];
    char *backing_up[] = {"musterd", "backup", "--dir", county.dir, "--to", path, NULL};

    (void)state;
    say(30);
    snprintf(path, sizeof path, "%s/cut", county.dir);
    for (unsigned delay_us = 0; access(path, F_OK) != 0; delay_us += 500)
        command_is_killed(backing_up, delay_us);
    assert_int_equal(served_command(&county, "restore --check --from %s/cut"), 0);
}

/* ---- lies ------------------------------------------------------------------------------------- */

/* Whoever claims to hold more, and cannot show the log key's name under it, is not believed. */
static void what_is_not_signed_begins_nothing(void **state)
{
    struct mu_head head = {.epoch = 1, .size = 4000};
    char note[MU_NOTE_BYTES_MAX];
    struct mu_bytes notes[3] = {{(const uint8_t *)note, 0}, {(const uint8_t *)note, 7}};
    struct caller liar;
    mu_key *forged = NULL;

    (void)state;
    say(4);
    memset(head.root.b, 0x5a, sizeof head.root.b);
    assert_int_equal(mu_key_make(&forged), MU_OK);
    assert_int_equal(mu_checkpoint_sign(&county.log, &head, forged, note), MU_OK);
    mu_key_close(&forged);
    notes[2] = (struct mu_bytes){(const uint8_t *)note, strlen(note)};
    help_seat_close(&admin);
    caller_admin(&liar, &county);
    caller_connect(&liar, &county);
    liar.claims = head;
    for (size_t i = 0; i < 3; i++) {
        liar.claims_note = notes[i];
        assert_int_equal(caller_hello(&liar), MU_FRAME_WELCOME);
        assert_int_equal(liar.heard.as.welcome.epoch, 1);
        assert_int_equal(liar.heard.as.welcome.common, 0);
    }
    caller_close(&liar);
    help_seat_open(&admin, false);
    say(2);
    verify(0);
    assert_int_equal(openings(), 0);
}

/* RETURN: `answer` and `batch` as they are; what the broker says to it. */
static uint16_t give_back(struct caller *caller, struct mu_bytes answer, struct mu_bytes batch)
{
    uint8_t bytes[8192];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);

    mu_return_write(&w, MU_LANE_ROUTINE, &(struct mu_return){answer, batch});
    caller_send(caller, mu_written(&w));
    caller_hear_type(caller, MU_FRAME_REFUSED);
    return caller->heard.as.refused.code;
}

/* Only what this record had accepted in an epoch before comes in without being judged: a forged
 * answer, one for another batch, and a true one of this very epoch do not open that door. */
static void nothing_comes_in_by_the_back_door(void **state)
{
    uint8_t body[] = "never judged", payload[4096];
    struct mu_bytes bodies[] = {{body, sizeof body}};
    struct mu_writer w = mu_writer(payload, sizeof payload);
    struct mu_bytes answer;
    struct help_batch *batch;
    struct caller caller;

    (void)state;
    help_seat_close(&admin);
    caller_admin(&caller, &county);
    caller_connect(&caller, &county);
    assert_int_equal(caller_hello(&caller), MU_FRAME_WELCOME);
    assert_int_equal(caller_say(&caller, MU_LANE_ROUTINE, bodies[0]), MU_FRAME_ACCEPTED);
    assert_int_equal(caller.heard.as.accepted.refusals, 1); /* refused for good: it is no event */
    mu_accepted_write(&w, MU_LANE_ROUTINE, &caller.heard.as.accepted);
    answer = (struct mu_bytes){payload + MU_FRAME_HEAD_BYTES, w.used - MU_FRAME_HEAD_BYTES};
    batch = help_seal_bodies(&caller.lane[MU_LANE_ROUTINE], bodies, NULL, 1);
    assert_int_equal(give_back(&caller, answer, (struct mu_bytes){batch->bytes, batch->size}),
                     MU_E_BAD_SEAL);
    assert_int_equal(give_back(&caller, (struct mu_bytes){body, sizeof body},
                               (struct mu_bytes){batch->bytes, batch->size}),
                     MU_E_BAD_FRAME);
    for (size_t at = 0; at < answer.size; at += 11) {
        payload[MU_FRAME_HEAD_BYTES + at] ^= 1;
        assert_true(give_back(&caller, answer, (struct mu_bytes){batch->bytes, batch->size}) != 0);
        payload[MU_FRAME_HEAD_BYTES + at] ^= 1;
    }
    help_batch_free(&batch);
    assert_int_equal(caller_hello(&caller), MU_FRAME_WELCOME);
    assert_int_equal(caller.heard.as.welcome.lane[MU_LANE_ROUTINE].sequence, 1);
    caller_close(&caller);
    help_seat_open(&admin, false);
}

static void a_byte_changed_is_refused(void **state)
{
    char path[200], other[200];
    static uint8_t bytes[1 << 20];
    size_t size;
    FILE *file;

    (void)state;
    say(10);
    back_up("whole");
    snprintf(path, sizeof path, "%s/whole", county.dir);
    snprintf(other, sizeof other, "%s/broken", county.dir);
    assert_non_null(file = fopen(path, "rb"));
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t at = 3; at < size; at += size / 41) {
        bytes[at] ^= 0x20;
        assert_non_null(file = fopen(other, "wb"));
        assert_int_equal(fwrite(bytes, 1, size, file), size);
        fclose(file);
        bytes[at] ^= 0x20;
        assert_int_equal(served_command(&county, "restore --dir %s/new --from %s/broken"), 6);
    }
    assert_int_equal(served_command(&county, "restore --dir %s --from %s/whole"), 1); /* in use */
    assert_int_equal(served_command(&county, "restore --dir %s/new --from %s/whole"), 0);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(what_was_said_after_the_backup_comes_back),
        STORY(what_nobody_kept_is_lost_and_named),
        STORY(who_has_nothing_left_begins_anew),
        STORY(a_copy_put_back_is_found_out),
        STORY(restored_again_before_all_was_back),
        STORY(killed_at_any_point_it_goes_on),
        STORY(a_backup_cut_short_has_no_name),
        STORY(what_is_not_signed_begins_nothing),
        STORY(nothing_comes_in_by_the_back_door),
        STORY(a_byte_changed_is_refused),
    };

    cmocka_set_test_filter(getenv("MUSTER_STORY")); /* one of them: a pattern */
    return cmocka_run_group_tests_name("epoch", tests, NULL, NULL);
}
