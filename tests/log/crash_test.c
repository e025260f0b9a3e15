/* The broker is killed at any moment: what it had said is there, once, in order, and the tree fits.
 *
 * A child appends turns and says after each commit how far it is; the parent kills it and reads the
 * record. MUSTER_KILLS says how many rounds (5); MUSTER_SEED repeats a run.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/help/record.h"

/* What the child says once the commit has returned: this much is on disk. */
struct said {
    struct mu_head head;
    uint64_t sequence;
};

static unsigned seed;

static unsigned from_environment(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);

    return text != NULL ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static unsigned any(unsigned below)
{
    return (unsigned)rand_r(&seed) % below;
}

/* ---- the child ------------------------------------------------------------------------------- */

static void say(int to, const struct mu_head *head, uint64_t sequence)
{
    struct said said;

    memset(&said, 0, sizeof said);
    said.head = *head;
    said.sequence = sequence;
    if (write(to, &said, sizeof said) != sizeof said)
        _exit(3);
}

static void append_until_killed(struct help_record *record, int to)
{
    struct mu_head head;

    if (mu_log_open(record->dir, NULL, &record->log) != MU_OK)
        _exit(2);
    for (;;) {
        if (help_record_turn(record, 1 + any(40)) != MU_OK)
            _exit(4);
        mu_log_head(record->log, &head);
        say(to, &head, record->author.seal.first_sequence - 1);
    }
}

/* The control: it says so before the commit, and is killed in between. */
static void say_before_the_commit(struct help_record *record, int to)
{
    struct help_batch *batch = help_seal(&record->author, 5);
    struct mu_head head;
    uint64_t first;

    if (mu_log_open(record->dir, NULL, &record->log) != MU_OK ||
        mu_log_turn_begin(record->log) != MU_OK ||
        mu_log_turn_batch(record->log, &batch->batch, record->now_ms, HELP_JUDGE, NULL, &first) !=
            MU_OK)
        _exit(2);
    mu_log_turn_head(record->log, &head);
    say(to, &head, record->author.seal.first_sequence - 1);
    raise(SIGKILL);
}

/* ---- the parent ------------------------------------------------------------------------------ */

static pid_t start(struct help_record *record, void (*child)(struct help_record *, int), int *from)
{
    int ends[2];
    pid_t pid;

    MU_CHECK(pipe(ends) == 0);
    pid = fork();
    MU_CHECK(pid >= 0);
    if (pid == 0) {
        close(ends[0]);
        child(record, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    *from = ends[0];
    return pid;
}

/* Read what was said until the pipe ends; kill after `turns` of it, a little later each time. */
static void listen(int from, pid_t pid, unsigned turns, struct said *last)
{
    struct said said;
    unsigned heard = 0;

    memset(last, 0, sizeof *last);
    while (read(from, &said, sizeof said) == sizeof said) {
        *last = said;
        if (++heard == turns) {
            for (volatile unsigned spin = any(300000); spin > 0; spin--)
                ;
            kill(pid, SIGKILL);
        }
    }
    close(from);
    waitpid(pid, NULL, 0);
}

/* Everything said is there: the tree of then is a prefix of the tree of now. */
static enum mu_err check_said(struct help_record *record, const struct said *said)
{
    struct mu_proof proof;
    struct mu_head now;
    mu_view *view;
    enum mu_err err;

    mu_log_head(record->log, &now);
    if (said->head.size > now.size)
        return MU_E_ABSENT;
    if ((err = mu_view_open(record->log, &view)) != MU_OK)
        return err;
    err = mu_consistency_prove(mu_view_node, view, said->head.size, now.size, &proof);
    if (err == MU_OK)
        err = mu_consistency_check(said->head.size, &said->head.root, now.size, &now.root, &proof);
    mu_view_close(&view);
    return err;
}

/* The author goes on from what the record holds, as an agent does after WELCOME. */
static void take_up(struct help_record *record)
{
    struct mu_sequence lane = {0};
    struct mu_seal *seal = &record->author.seal;
    enum mu_err err = mu_log_sequence(record->log, &seal->agent, seal->instance, seal->lane, &lane);

    assert_true(err == MU_OK || err == MU_E_ABSENT);
    seal->first_sequence = lane.sequence + 1;
    seal->previous = lane.leaf;
    record->now_ms = mu_log_last_accepted_ms(record->log);
}

static void kill_minus_nine_loses_nothing_that_was_said(void **state)
{
    unsigned rounds = from_environment("MUSTER_KILLS", 5);
    struct help_record record;
    uint64_t kept = 0;

    (void)state;
    seed = from_environment("MUSTER_SEED", (unsigned)time(NULL));
    printf("# MUSTER_SEED=%u, %u rounds\n", seed, rounds);
    help_record_make(&record, NULL);
    for (unsigned round = 0; round < rounds; round++) {
        struct said said;
        struct mu_head head;
        pid_t pid;
        int from;

        mu_log_close(&record.log);
        seed += round;
        pid = start(&record, append_until_killed, &from);
        listen(from, pid, 1 + any(60), &said);
        assert_true(said.head.size > 0);
        assert_int_equal(mu_log_open(record.dir, NULL, &record.log), MU_OK);
        assert_int_equal(check_said(&record, &said), MU_OK);
        take_up(&record);
        mu_log_head(record.log, &head);
        /* At most the turn nobody had been told of is there beyond, and it is whole. */
        assert_true(head.size - said.head.size <= 40);
        assert_int_equal(record.author.seal.first_sequence - 1, head.size - 1);
        assert_int_equal(help_record_count(&record), head.size);
        kept = head.size;
    }
    printf("# %llu entries, all there\n", (unsigned long long)kept);
    help_record_remove(&record);
}

static void saying_it_before_the_commit_is_caught(void **state)
{
    struct help_record record;
    struct said said;
    pid_t pid;
    int from;

    (void)state;
    help_record_make(&record, NULL);
    mu_log_close(&record.log);
    pid = start(&record, say_before_the_commit, &from);
    listen(from, pid, 0, &said);
    assert_int_equal(said.head.size, 6);
    assert_int_equal(mu_log_open(record.dir, NULL, &record.log), MU_OK);
    assert_int_equal(check_said(&record, &said), MU_E_ABSENT);
    assert_int_equal(help_record_count(&record), 1);
    help_record_remove(&record);
}

/* Killed while the record itself is being made: either nothing is there, and making it again works,
 * or all of it is. */
static void make_and_stop(struct help_record *record, int to)
{
    struct help_author founder;
    struct help_batch *genesis;

    (void)to;
    help_author_open(&founder, 1, NULL, MU_LANE_LIFE);
    genesis = help_seal(&founder, 1);
    _exit(mu_log_create(record->dir, &genesis->batch, 1, 1) == MU_OK ? 0 : 5);
}

static void a_record_half_made_can_be_made_again(void **state)
{
    struct help_record record = {.log = NULL};
    char path[256];
    struct said said;
    pid_t pid;
    int from;

    (void)state;
    help_record_make(&record, NULL);
    mu_log_close(&record.log);
    snprintf(path, sizeof path, "%s/log/data.mdb", record.dir);
    /* As after a kill before the first commit: an environment with nothing in it. */
    assert_int_equal(truncate(path, 0), 0);
    assert_int_not_equal(mu_log_open(record.dir, NULL, &record.log), MU_OK);
    pid = start(&record, make_and_stop, &from);
    listen(from, pid, 0, &said);
    assert_int_equal(mu_log_open(record.dir, NULL, &record.log), MU_OK);
    assert_int_equal(help_record_count(&record), 1);
    help_record_remove(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kill_minus_nine_loses_nothing_that_was_said),
        cmocka_unit_test(saying_it_before_the_commit_is_caught),
        cmocka_unit_test(a_record_half_made_can_be_made_again),
    };

    return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
