/* The spool: what was kept is there, once, in order; what is not ours alone is never used again. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agents/sdk/spool.h"
#include "proto/base/clock.h"
#include "tests/help/keys.h"
#include "tests/help/seal_batch.h"

#define SEED 7u
#define BODY_BYTES 200u
#define MANY 3000u
#define DAY(n) ((n)*MU_DAY_MS)

static char dir[64];
static mu_spool *spool;
static mu_key *key;
static struct mu_signer signer;
static uint8_t body[MANY][BODY_BYTES];
static struct mu_draft drafts[MANY];
static struct mu_kept kept[MANY];

static int make(void **state)
{
    struct mu_public public;

    (void)state;
    snprintf(dir, sizeof dir, "/tmp/muster-spool-XXXXXX");
    assert_non_null(mkdtemp(dir));
    key = help_key(SEED);
    mu_key_public(key, &public);
    signer = (struct mu_signer){.key = key, .agent = mu_public_id(&public)};
    memset(signer.log.b, 0xAB, sizeof signer.log.b);
    assert_int_equal(mu_spool_open(dir, &spool), MU_OK);
    return 0;
}

static int drop(void **state)
{
    char command[128];

    (void)state;
    mu_spool_close(&spool);
    mu_key_close(&key);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static void reopen(void)
{
    mu_spool_close(&spool);
    assert_int_equal(mu_spool_open(dir, &spool), MU_OK);
}

/* The next `count` bodies, beginning with number `from`, in this lane. */
static void prepare(uint64_t from, size_t count, uint8_t lane)
{
    for (size_t i = 0; i < count; i++) {
        help_body(SEED, from + i, body[i], BODY_BYTES);
        drafts[i] = (struct mu_draft){.body = {body[i], BODY_BYTES}, .lane = lane};
    }
}

static void say(uint64_t from, size_t count, uint8_t lane)
{
    prepare(from, count, lane);
    assert_int_equal(mu_spool_say(spool, &signer, drafts, count, kept), MU_OK);
}

/* Walk a lane's queue: every batch verifies, sequences and leaves chain, bodies are those expected.
 * Returns the events seen. */
static uint64_t check_lane(uint8_t lane, uint64_t first_body)
{
    static struct mu_item items[MU_BATCH_EVENTS_MAX];
    struct mu_queue *queue = mu_spool_queue(spool, lane);
    mu_verifier *verifier = help_verifier(SEED);
    struct mu_lane_mark mark;
    struct mu_hash previous = {{0}};
    uint64_t seen = 0;

    for (size_t i = 0; i < mu_queue_count(queue); i++) {
        struct mu_bytes bytes;
        struct mu_batch batch;

        assert_int_equal(mu_spool_load(spool, lane, mu_queue_at(queue, i), &bytes), MU_OK);
        assert_int_equal(mu_batch_read(bytes, items, &batch), MU_OK);
        assert_int_equal(mu_batch_check(&batch, verifier), MU_OK);
        assert_int_equal(batch.seal.lane, lane);
        if (i > 0)
            assert_memory_equal(&batch.seal.previous, &previous, sizeof previous);
        previous = items[batch.seal.count - 1].leaf;
        for (size_t k = 0; k < batch.seal.count; k++, seen++) {
            uint8_t expected[BODY_BYTES];

            help_body(SEED, first_body + seen, expected, BODY_BYTES);
            assert_int_equal(batch.items[k].body.size, BODY_BYTES);
            assert_memory_equal(batch.items[k].body.data, expected, BODY_BYTES);
        }
    }
    mu_spool_mark(spool, lane, &mark);
    if (seen > 0)
        assert_memory_equal(&mark.leaf, &previous, sizeof previous);
    mu_verifier_close(&verifier);
    return seen;
}

/* ---- keeping --------------------------------------------------------------------------------- */

static void what_is_said_is_there_after_a_restart(void **state)
{
    uint64_t instance = mu_spool_instance(spool);
    struct mu_lane_mark mark;

    (void)state;
    assert_true(instance != 0);
    say(1, 3, 1);
    assert_int_equal(kept[2].sequence, 3);
    assert_int_equal(kept[2].lane, 1);
    assert_int_equal(kept[2].instance, instance);
    say(4, 2, 1);
    reopen();
    assert_int_equal(mu_spool_instance(spool), instance);
    assert_int_equal(mu_spool_unsettled(spool), 5);
    assert_int_equal(check_lane(1, 1), 5);
    mu_spool_mark(spool, 1, &mark);
    assert_int_equal(mark.sequence, 5);
    assert_memory_equal(&mark.leaf, &kept[1].leaf, sizeof mark.leaf);
}

static void one_say_of_three_lanes_is_one_batch_each(void **state)
{
    (void)state;
    prepare(1, 6, 0);
    for (size_t i = 0; i < 6; i++)
        drafts[i].lane = (uint8_t)(i % 3);
    assert_int_equal(mu_spool_say(spool, &signer, drafts, 6, kept), MU_OK);
    for (uint8_t lane = 0; lane < MU_LANES; lane++) {
        assert_int_equal(mu_queue_count(mu_spool_queue(spool, lane)), 1);
        assert_int_equal(mu_queue_at(mu_spool_queue(spool, lane), 0)->count, 2);
    }
    assert_int_equal(kept[0].sequence, 1);
    assert_int_equal(kept[3].sequence, 2);
    assert_int_equal(kept[5].lane, 2);
}

static void a_long_say_is_cut_where_a_batch_is_full(void **state)
{
    struct mu_queue *queue = mu_spool_queue(spool, 2);

    (void)state;
    say(1, MANY, 2);
    assert_true(mu_queue_count(queue) > 1);
    for (size_t i = 0; i < mu_queue_count(queue); i++) {
        assert_true(mu_queue_at(queue, i)->size_bytes <= MU_BATCH_BYTES_MAX);
        assert_true(mu_queue_at(queue, i)->count <= MU_BATCH_EVENTS_MAX);
    }
    assert_int_equal(check_lane(2, 1), MANY);
    for (size_t i = 0; i < MANY; i++)
        drafts[i].body.size = 1; /* now it is the count that cuts */
    assert_int_equal(mu_spool_say(spool, &signer, drafts, MANY, NULL), MU_OK);
    assert_int_equal(mu_queue_at(queue, mu_queue_count(queue) - 1)->count, MANY % 1024);
}

static void one_large_event_goes_alone(void **state)
{
    uint8_t *large = calloc(1, MU_EVENT_BYTES_MAX + 1);
    struct mu_draft three[3] = {
        {{large, 10}, 0}, {{large, MU_EVENT_BYTES_MAX}, 0}, {{large, 10}, 0}};

    (void)state;
    assert_int_equal(mu_spool_say(spool, &signer, three, 3, kept), MU_OK);
    assert_int_equal(mu_queue_count(mu_spool_queue(spool, 0)), 3);
    three[1].body.size++;
    assert_int_equal(mu_spool_say(spool, &signer, three, 3, kept), MU_E_TOO_LARGE);
    assert_int_equal(mu_spool_unsettled(spool), 3); /* refused means: not half kept */
    assert_int_equal(mu_queue_count(mu_spool_queue(spool, 0)), 3);
    free(large);
}

static void two_programs_cannot_have_one_spool(void **state)
{
    mu_spool *second = NULL;

    (void)state;
    assert_int_equal(mu_spool_open(dir, &second), MU_E_IN_USE);
    assert_null(second);
    mu_spool_close(&spool);
    assert_int_equal(mu_spool_open(dir, &spool), MU_OK);
}

static void rotten_bytes_are_not_sent(void **state)
{
    char path[128];
    uint8_t *file, *found = NULL;
    struct mu_bytes batch;
    FILE *f;
    long size;

    (void)state;
    say(1, 3, 1);
    mu_spool_close(&spool);
    snprintf(path, sizeof path, "%s/data.mdb", dir);
    f = fopen(path, "r+b");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    size = ftell(f);
    rewind(f);
    file = malloc((size_t)size);
    assert_int_equal(fread(file, 1, (size_t)size, f), size);
    while ((found = memmem(found != NULL ? found + 1 : file,
                           (size_t)(file + size - (found != NULL ? found + 1 : file)),
                           "[author 7 event 2]", 18)) != NULL) {
        fseek(f, (long)(found - file), SEEK_SET);
        fputc('(', f);
    }
    fclose(f);
    free(file);
    assert_int_equal(mu_spool_open(dir, &spool), MU_OK);
    assert_int_equal(mu_spool_load(spool, 1, mu_queue_at(mu_spool_queue(spool, 1), 0), &batch),
                     MU_E_CORRUPT);
}

/* ---- killed ---------------------------------------------------------------------------------- */

/* A child says and reports; how far it came is in the pipe. `early` is the control: it reports what
 * it has not kept yet. */
static void child(int out, bool early)
{
    for (uint64_t at = 1;; at += 5) {
        struct mu_kept last;

        prepare(at, 5, 1);
        if (early) {
            last = (struct mu_kept){.sequence = at + 4};
            if (write(out, &last, sizeof last) != sizeof last)
                _exit(1);
            pause();
        }
        if (mu_spool_say(spool, &signer, drafts, 5, kept) != MU_OK)
            _exit(2);
        last = kept[4];
        if (write(out, &last, sizeof last) != sizeof last)
            _exit(3);
    }
}

/* Kill the child after `reports` reports; whether all it reported is in the spool. */
static bool all_reported_is_kept(unsigned reports, bool early)
{
    struct mu_kept last = {.sequence = 0}, next;
    struct mu_lane_mark mark;
    int ends[2];
    pid_t pid;
    bool ok;

    assert_int_equal(pipe(ends), 0);
    mu_spool_close(&spool); /* LMDB must not be open across a fork */
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        if (mu_spool_open(dir, &spool) == MU_OK)
            child(ends[1], early);
        _exit(4);
    }
    close(ends[1]);
    while (reports-- > 0 && read(ends[0], &last, sizeof last) == sizeof last)
        continue;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    while (read(ends[0], &next, sizeof next) == sizeof next)
        last = next; /* reported before the kill arrived */
    close(ends[0]);
    assert_int_equal(mu_spool_open(dir, &spool), MU_OK);
    mu_spool_mark(spool, 1, &mark);
    ok = mark.sequence >= last.sequence && mark.sequence % 5 == 0 &&
         mu_spool_unsettled(spool) == mark.sequence;
    if (ok && mark.sequence == last.sequence)
        ok = mu_hash_equal(&mark.leaf, &last.leaf);
    return ok && check_lane(1, 1) == mark.sequence;
}

static void what_was_reported_kept_survives_a_kill(void **state)
{
    static const unsigned reports[] = {1, 17, 60, 128, 333};

    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        if (i > 0)
            assert_int_equal(make(state), 0);
        assert_true(all_reported_is_kept(reports[i], false));
        if (i + 1 < sizeof reports / sizeof reports[0])
            assert_int_equal(drop(state), 0);
    }
}

static void control_a_child_that_reports_first_is_caught(void **state)
{
    (void)state;
    assert_false(all_reported_is_kept(1, true));
}

/* ---- settling -------------------------------------------------------------------------------- */

static const uint8_t answer[] = "the broker's answer";

static void settle_front(uint8_t lane, uint64_t number, int64_t at_ms)
{
    struct mu_settlement settlement = {.epoch = 1,
                                       .first_number = number,
                                       .accepted_at_ms = at_ms,
                                       .answer = {answer, sizeof answer}};

    assert_int_equal(
        mu_spool_settle(spool, lane, mu_queue_at(mu_spool_queue(spool, lane), 0), &settlement),
        MU_OK);
}

static void a_settled_batch_leaves_the_queue_and_stays_on_disk(void **state)
{
    struct mu_settlement settlement;
    struct mu_bytes batch;

    (void)state;
    say(1, 2, 1);
    say(3, 2, 1);
    settle_front(1, 40, DAY(1));
    assert_int_equal(mu_spool_unsettled(spool), 2);
    assert_true(mu_spool_pending(spool) > 0);
    mu_spool_may_forget(spool, 0, DAY(1));
    assert_int_equal(mu_spool_flush(spool), MU_OK);
    assert_int_equal(mu_spool_pending(spool), 0);
    reopen();
    assert_int_equal(mu_spool_unsettled(spool), 2);
    assert_int_equal(mu_queue_at(mu_spool_queue(spool, 1), 0)->first_sequence, 3);
    assert_int_equal(mu_spool_settled(spool, 0, 0, &settlement, &batch), MU_OK);
    assert_int_equal(settlement.first_number, 40);
    assert_int_equal(settlement.answer.size, sizeof answer);
    assert_memory_equal(settlement.answer.data, answer, sizeof answer);
    assert_true(batch.size > MU_SEAL_BYTES);
    assert_int_equal(mu_spool_settled(spool, 1, 41, &settlement, &batch), MU_E_ABSENT);
}

static void settled_but_not_written_is_sent_once_more(void **state)
{
    int status;
    pid_t pid;

    (void)state;
    say(1, 2, 1);
    mu_spool_close(&spool);
    pid = fork();
    if (pid == 0) {
        if (mu_spool_open(dir, &spool) == MU_OK)
            settle_front(1, 9, 0);
        raise(SIGKILL);
    }
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(mu_spool_open(dir, &spool), MU_OK);
    assert_int_equal(mu_spool_unsettled(spool), 2);
}

static void an_answer_out_of_order_waits_for_the_one_before(void **state)
{
    struct mu_settlement settlement = {.epoch = 1, .first_number = 5, .answer = {answer, 1}};

    (void)state;
    say(1, 1, 1);
    say(2, 1, 1);
    assert_int_equal(
        mu_spool_settle(spool, 1, mu_queue_at(mu_spool_queue(spool, 1), 1), &settlement), MU_OK);
    assert_int_equal(mu_spool_unsettled(spool), 2);
    mu_spool_may_forget(spool, 100, 0); /* not even a backup lets it go before */
    assert_int_equal(mu_spool_flush(spool), MU_OK);
    reopen();
    assert_int_equal(mu_spool_unsettled(spool), 2);
    settle_front(1, 4, 0);
    settle_front(1, 5, 0);
    assert_int_equal(mu_spool_unsettled(spool), 0);
}

static void the_backup_mark_and_thirty_days_let_go(void **state)
{
    struct mu_settlement settlement;
    struct mu_bytes batch;

    (void)state;
    for (uint64_t i = 0; i < 4; i++) {
        say(1 + i, 1, 1);
        settle_front(1, 10 + i, DAY((int64_t)i));
    }
    mu_spool_may_forget(spool, 10, DAY(3));
    assert_int_equal(mu_spool_flush(spool), MU_OK);
    assert_int_equal(mu_spool_settled(spool, 0, 0, &settlement, &batch), MU_OK);
    assert_int_equal(settlement.first_number, 11); /* 10 is in the backup */
    say(5, 1, 1);
    settle_front(1, 14, DAY(31));
    mu_spool_may_forget(spool, 10, DAY(31) + 1);
    assert_int_equal(mu_spool_flush(spool), MU_OK);
    assert_int_equal(mu_spool_settled(spool, 0, 0, &settlement, &batch), MU_OK);
    assert_int_equal(settlement.first_number, 12); /* 11 is thirty days and a moment old */
}

static void cursors_and_the_head_are_remembered(void **state)
{
    struct mu_head head = {.epoch = 2, .size = 77}, back;
    static const char note[] = "a note";

    (void)state;
    memset(head.root.b, 5, sizeof head.root.b);
    assert_int_equal(mu_spool_cursor(spool, "supply"), 0);
    assert_int_equal(mu_spool_cursor_keep(spool, "supply", 41), MU_OK);
    assert_int_equal(mu_spool_cursor_keep(spool, "supply", 42), MU_OK);
    assert_int_equal(mu_spool_cursor_keep(spool, "", 1), MU_E_BAD_VALUE);
    mu_spool_believe(spool, &head, (struct mu_bytes){(const uint8_t *)note, sizeof note});
    reopen(); /* closing writes */
    assert_int_equal(mu_spool_cursor(spool, "supply"), 42);
    mu_spool_head(spool, &back);
    assert_memory_equal(&back.root, &head.root, sizeof head.root);
    assert_int_equal(back.size, 77);
}

/* ---- not alone ------------------------------------------------------------------------------- */

static enum mu_spool_stand stand(uint64_t sequence, const struct mu_hash *leaf)
{
    struct mu_lane_mark mark = {.sequence = sequence};

    if (leaf != NULL)
        mark.leaf = *leaf;
    return mu_spool_agrees(spool, 1, &mark);
}

static void the_broker_s_last_must_lie_in_our_history(void **state)
{
    struct mu_hash leaf[6], other;

    (void)state;
    memset(&other, 9, sizeof other);
    assert_int_equal(stand(0, NULL), MU_SPOOL_AGREES);
    assert_int_equal(stand(1, &other), MU_SPOOL_FORKED); /* we never said anything */
    say(1, 2, 1);
    leaf[1] = kept[0].leaf;
    leaf[2] = kept[1].leaf;
    say(3, 2, 1);
    leaf[4] = kept[1].leaf;
    assert_int_equal(stand(0, NULL), MU_SPOOL_AGREES);
    assert_int_equal(stand(2, &leaf[2]), MU_SPOOL_AGREES);
    assert_int_equal(stand(4, &leaf[4]), MU_SPOOL_AGREES);
    assert_int_equal(stand(2, &other), MU_SPOOL_FORKED);
    assert_int_equal(stand(4, &leaf[2]), MU_SPOOL_FORKED);
    assert_int_equal(stand(5, &other), MU_SPOOL_FORKED);   /* ahead of us */
    assert_int_equal(stand(1, &leaf[1]), MU_SPOOL_FORKED); /* we never cut there */
    settle_front(1, 7, 0);
    assert_int_equal(stand(2, &leaf[2]), MU_SPOOL_AGREES);
    assert_int_equal(stand(0, NULL), MU_SPOOL_BEHIND); /* it had accepted two */
}

static struct mu_kept moved_from[16], moved_to[16];
static size_t moved_count;

static void note_moved(void *user, const struct mu_kept *was, const struct mu_kept *now)
{
    assert_ptr_equal(user, &moved_count);
    moved_from[moved_count] = *was;
    moved_to[moved_count++] = *now;
}

static void a_new_instance_carries_what_waits(void **state)
{
    uint64_t instance = mu_spool_instance(spool);
    struct mu_settlement settlement;
    struct mu_bytes batch;
    struct mu_kept second;

    (void)state;
    say(1, 2, 1);
    settle_front(1, 7, 0);
    say(3, 2, 1);
    second = kept[1];
    say(5, 1, 1);
    moved_count = 0;
    assert_int_equal(mu_spool_reseal(spool, &signer, note_moved, &moved_count), MU_OK);
    assert_true(mu_spool_instance(spool) != instance);
    assert_int_equal(moved_count, 3);
    assert_memory_equal(&moved_from[1].leaf, &second.leaf, sizeof second.leaf);
    assert_int_equal(moved_from[1].instance, instance);
    assert_int_equal(moved_to[1].instance, mu_spool_instance(spool));
    assert_int_equal(moved_to[1].sequence, 2);
    reopen();
    assert_int_equal(mu_spool_unsettled(spool), 3);
    assert_int_equal(check_lane(1, 3), 3);
    assert_int_equal(stand(0, NULL), MU_SPOOL_AGREES);
    /* What the old instance settled is still there for a burnt broker. */
    assert_int_equal(mu_spool_settled(spool, 0, 0, &settlement, &batch), MU_OK);
    assert_int_equal(settlement.first_number, 7);
}

static void nothing_moves_when_nothing_waits(void **state)
{
    uint64_t instance = mu_spool_instance(spool);

    (void)state;
    moved_count = 0;
    assert_int_equal(mu_spool_reseal(spool, &signer, note_moved, &moved_count), MU_OK);
    assert_int_equal(moved_count, 0);
    assert_true(mu_spool_instance(spool) != instance);
    say(1, 1, 0);
    assert_int_equal(kept[0].sequence, 1);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest stories[] = {
        STORY(what_is_said_is_there_after_a_restart),
        STORY(one_say_of_three_lanes_is_one_batch_each),
        STORY(a_long_say_is_cut_where_a_batch_is_full),
        STORY(one_large_event_goes_alone),
        STORY(two_programs_cannot_have_one_spool),
        STORY(rotten_bytes_are_not_sent),
        STORY(what_was_reported_kept_survives_a_kill),
        STORY(control_a_child_that_reports_first_is_caught),
        STORY(a_settled_batch_leaves_the_queue_and_stays_on_disk),
        STORY(settled_but_not_written_is_sent_once_more),
        STORY(an_answer_out_of_order_waits_for_the_one_before),
        STORY(the_backup_mark_and_thirty_days_let_go),
        STORY(cursors_and_the_head_are_remembered),
        STORY(the_broker_s_last_must_lie_in_our_history),
        STORY(a_new_instance_carries_what_waits),
        STORY(nothing_moves_when_nothing_waits),
    };

    return cmocka_run_group_tests_name("spool", stories, NULL, NULL);
}
