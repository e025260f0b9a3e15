/* What is put into the record comes out of it: in the turn, after the commit, after a restart. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/sign/digest.h"
#include "tests/help/keys.h"
#include "tests/help/record.h"

static struct help_record record;

static int make(void **state)
{
    (void)state;
    help_record_make(&record, NULL);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    help_record_remove(&record);
    return 0;
}

static void a_new_record_holds_its_genesis(void **state)
{
    struct mu_head head;
    struct mu_stored stored;
    mu_view *view;

    (void)state;
    mu_log_head(record.log, &head);
    assert_int_equal(head.size, 1);
    assert_int_equal(head.epoch, 1);
    assert_memory_equal(mu_log_id(record.log), &record.id, sizeof record.id);
    assert_int_equal(mu_log_last_accepted_ms(record.log), HELP_START_MS);
    assert_int_equal(mu_view_open(record.log, &view), MU_OK);
    assert_int_equal(mu_view_batch(view, 1, &stored), MU_OK);
    assert_memory_equal(&stored.items[0].leaf, &record.id, sizeof record.id);
    assert_int_equal(mu_view_batch(view, 2, &stored), MU_E_ABSENT);
    assert_int_equal(mu_view_batch(view, 0, &stored), MU_E_ABSENT);
    mu_view_close(&view);
    assert_null(view);
}

static void a_record_is_made_once(void **state)
{
    struct help_author founder;
    struct help_batch *again, *ordinary;

    (void)state;
    help_author_open(&founder, 2, NULL, MU_LANE_LIFE);
    again = help_seal(&founder, 1);
    ordinary = help_seal(&record.author, 1);
    mu_log_close(&record.log);
    assert_int_equal(mu_log_create(record.dir, &again->batch, 0, 1), MU_E_EXISTS);
    assert_int_equal(mu_log_create("/nowhere/at/all", &again->batch, 0, 1), MU_E_ABSENT);
    /* An event sealed for a log is no genesis. */
    assert_int_equal(mu_log_create(record.dir, &ordinary->batch, 0, 1), MU_E_MALFORMED);
    assert_int_equal(mu_log_open(record.dir, NULL, &record.log), MU_OK);
    assert_memory_equal(mu_log_id(record.log), &record.id, sizeof record.id);
    help_batch_free(&again);
    help_batch_free(&ordinary);
    help_author_close(&founder);
}

/* Turns of several sizes cross tile and page borders; the reader sees all of it in order, and so does
 * the next process. */
static void turns_come_back_in_order(void **state)
{
    static const size_t sizes[] = {1, 15, 16, 1, 240, 64, 3, 128, 1, 1};
    uint64_t wanted = 1;
    struct mu_head before, after;

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(help_record_turn(&record, sizes[i]), MU_OK);
        wanted += sizes[i];
        assert_int_equal(help_record_count(&record), wanted);
    }
    mu_log_head(record.log, &before);
    assert_int_equal(help_record_reopen(&record, NULL), MU_OK);
    mu_log_head(record.log, &after);
    assert_int_equal(before.size, after.size);
    assert_memory_equal(&before.root, &after.root, sizeof before.root);
    assert_int_equal(mu_log_last_accepted_ms(record.log), record.now_ms);
    assert_int_equal(help_record_count(&record), wanted);
    assert_int_equal(help_record_turn(&record, 5), MU_OK);
    assert_int_equal(help_record_count(&record), wanted + 5);
}

/* From a few bytes to the largest event there is: inline rows and overflow pages. */
static void bodies_of_every_size_come_back(void **state)
{
    static const uint64_t sizes[] = {0,    1,    400,  548,  549,   1900,
                                     2000, 2022, 2100, 5000, 60000, MU_EVENT_BYTES_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        record.author.body_bytes = sizes[i];
        assert_int_equal(help_record_turn(&record, 1), MU_OK);
    }
    assert_int_equal(help_record_count(&record), 1 + sizeof sizes / sizeof sizes[0]);
    assert_int_equal(help_record_reopen(&record, NULL), MU_OK);
    assert_int_equal(help_record_count(&record), 1 + sizeof sizes / sizeof sizes[0]);
}

static void a_dropped_turn_never_was(void **state)
{
    struct help_batch *batch = help_seal(&record.author, 20);
    struct mu_sequence lane;
    struct mu_head before, during, after;
    uint64_t first;

    (void)state;
    mu_log_head(record.log, &before);
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(mu_log_turn_batch(record.log, &batch->batch, record.now_ms, 1, NULL, &first),
                     MU_OK);
    assert_int_equal(first, 2);
    mu_log_turn_head(record.log, &during);
    assert_int_equal(during.size, 21);
    mu_log_turn_drop(record.log);
    mu_log_head(record.log, &after);
    assert_memory_equal(&before.root, &after.root, sizeof before.root);
    assert_int_equal(
        mu_log_sequence(record.log, &record.author.seal.agent, 1, MU_LANE_ROUTINE, &lane),
        MU_E_ABSENT);
    /* The same batch is welcome the next time, under the same numbers. */
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(mu_log_turn_batch(record.log, &batch->batch, record.now_ms, 1, NULL, &first),
                     MU_OK);
    assert_int_equal(first, 2);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    assert_int_equal(help_record_count(&record), 21);
    help_batch_free(&batch);
}

static void an_empty_turn_is_no_commit(void **state)
{
    struct mu_head before, after;

    (void)state;
    mu_log_head(record.log, &before);
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    mu_log_head(record.log, &after);
    assert_int_equal(before.size, after.size);
    assert_int_equal(help_record_turn(&record, 1), MU_OK);
    assert_int_equal(help_record_count(&record), 2);
}

/* A refusal keeps leaf, code and path, not the body, and the author's chain goes on from it. */
static void a_final_refusal_keeps_its_place(void **state)
{
    struct help_batch *batch = help_seal(&record.author, 3);
    const struct mu_verdict verdicts[3] = {
        {0, NULL}, {MU_E_MISSING, "evacuation.population_kind"}, {0, ""}};
    struct mu_stored stored;
    mu_view *view;
    uint64_t first;

    (void)state;
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(
        mu_log_turn_batch(record.log, &batch->batch, record.now_ms, 4, verdicts, &first), MU_OK);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    assert_int_equal(help_record_reopen(&record, NULL), MU_OK);

    assert_int_equal(mu_view_open(record.log, &view), MU_OK);
    assert_int_equal(mu_view_batch(view, 3, &stored), MU_OK);
    assert_int_equal(stored.first_number, 2);
    assert_int_equal(stored.epoch, 1);
    assert_int_equal(stored.judge_version, 4);
    assert_int_equal(stored.accepted_at_ms, record.now_ms);
    assert_int_equal(stored.seal_bytes.size, MU_SEAL_BYTES);
    assert_memory_equal(stored.seal_bytes.data, batch->bytes, MU_SEAL_BYTES);
    assert_int_equal(stored.items[0].code, 0);
    assert_int_equal(stored.items[1].code, MU_E_MISSING);
    assert_int_equal(stored.items[1].body.size, 0);
    assert_int_equal(stored.items[1].path.size, strlen(verdicts[1].path));
    assert_memory_equal(stored.items[1].path.data, verdicts[1].path, strlen(verdicts[1].path));
    for (size_t i = 0; i < 3; i++)
        assert_memory_equal(&stored.items[i].leaf, &batch->items[i].leaf, sizeof(struct mu_hash));
    mu_view_close(&view);
    assert_int_equal(help_record_turn(&record, 1), MU_OK);
    help_batch_free(&batch);
}

static void a_private_commitment_comes_back(void **state)
{
    const struct mu_bytes bodies[2] = {{(const uint8_t *)"open", 4}, {(const uint8_t *)"half", 4}};
    struct mu_hash committed[2] = {{{0}}, {{0}}};
    struct help_batch *batch;
    struct mu_stored stored;
    mu_view *view;
    uint64_t first;

    (void)state;
    mu_sha256("salt and name", 13, &committed[1]);
    batch = help_seal_bodies(&record.author, bodies, committed, 2);
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(mu_log_turn_batch(record.log, &batch->batch, record.now_ms, 1, NULL, &first),
                     MU_OK);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    assert_int_equal(mu_view_open(record.log, &view), MU_OK);
    assert_int_equal(mu_view_batch(view, 2, &stored), MU_OK);
    assert_false(stored.items[0].has_private);
    assert_true(stored.items[1].has_private);
    assert_memory_equal(&stored.items[1].committed, &committed[1], sizeof committed[1]);
    assert_int_equal(stored.items[1].body.size, 4);
    mu_view_close(&view);
    help_batch_free(&batch);
}

/* The desk asks inside its turn and sees what the turn has put so far. */
static void lanes_are_known_inside_the_turn(void **state)
{
    const struct mu_agent_id *agent = &record.author.seal.agent;
    struct help_batch *one = help_seal(&record.author, 4);
    struct help_batch *two = help_seal(&record.author, 6);
    struct mu_sequence lane;
    struct mu_origin origin;
    uint64_t first;

    (void)state;
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(mu_log_sequence(record.log, agent, 1, 2, &lane), MU_E_ABSENT);
    assert_int_equal(mu_log_turn_batch(record.log, &one->batch, record.now_ms, 1, NULL, &first),
                     MU_OK);
    assert_int_equal(mu_log_sequence(record.log, agent, 1, 2, &lane), MU_OK);
    assert_int_equal(lane.sequence, 4);
    assert_memory_equal(&lane.leaf, &one->items[3].leaf, sizeof lane.leaf);
    assert_int_equal(mu_log_turn_batch(record.log, &two->batch, record.now_ms, 1, NULL, &first),
                     MU_OK);
    assert_int_equal(first, 6);
    for (uint64_t s = 1; s <= 10; s++) {
        const struct help_batch *of = s <= 4 ? one : two;

        assert_int_equal(mu_log_origin(record.log, agent, 1, 2, s, &origin), MU_OK);
        assert_int_equal(origin.first_number, s <= 4 ? 2 : 6);
        assert_int_equal(origin.count, of->batch.seal.count);
        assert_memory_equal(&origin.root, &of->batch.seal.root, sizeof origin.root);
    }
    assert_int_equal(mu_log_origin(record.log, agent, 1, 2, 11, &origin), MU_E_ABSENT);
    assert_int_equal(mu_log_origin(record.log, agent, 1, 1, 3, &origin), MU_E_ABSENT);
    assert_int_equal(mu_log_origin(record.log, agent, 2, 2, 3, &origin), MU_E_ABSENT);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    assert_int_equal(mu_log_origin(record.log, agent, 1, 2, 10, &origin), MU_OK);
    help_batch_free(&one);
    help_batch_free(&two);
}

static void put_state(void)
{
    const struct mu_agent_id *agent = &record.author.seal.agent;
    const struct mu_bytes name = {(const uint8_t *)"screen", 6};
    struct mu_hash subject = {{9}};

    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(mu_log_turn_timer(record.log, 5000, agent, &subject, true), MU_OK);
    assert_int_equal(mu_log_turn_timer(record.log, 5000, agent, &subject, true), MU_OK);
    subject.b[0] = 8;
    assert_int_equal(mu_log_turn_timer(record.log, 4000, agent, &subject, true), MU_OK);
    assert_int_equal(mu_log_turn_timer(record.log, 3000, agent, &subject, false), MU_OK);
    assert_int_equal(mu_log_turn_cursor(record.log, agent, name, 17), MU_OK);
    assert_int_equal(mu_log_turn_fence(record.log, agent, 1, 2), MU_OK);
    assert_int_equal(mu_log_turn_roster(record.log, 3), MU_OK);
    assert_int_equal(mu_log_turn_clock(record.log, 123456), MU_OK);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
}

static void timers_fences_cursors_marks_and_clock_outlast_a_restart(void **state)
{
    const struct mu_agent_id *agent = &record.author.seal.agent;
    const struct mu_bytes name = {(const uint8_t *)"screen", 6};
    struct mu_agent_id asker;
    struct mu_hash subject;
    struct mu_sequence lane;
    mu_view *view;
    uint64_t number = 0;
    int64_t due = 0, clock = 0;

    (void)state;
    assert_int_equal(mu_log_next_timer(record.log, &due, &asker, &subject), MU_E_ABSENT);
    assert_int_equal(mu_log_cursor(record.log, agent, name, &number), MU_E_ABSENT);
    assert_int_equal(mu_log_clock(record.log, &clock), MU_E_ABSENT);
    assert_int_equal(help_record_turn(&record, 5), MU_OK);
    put_state();
    assert_int_equal(help_record_reopen(&record, NULL), MU_OK);

    assert_int_equal(mu_log_next_timer(record.log, &due, &asker, &subject), MU_OK);
    assert_int_equal(due, 4000);
    assert_int_equal(subject.b[0], 8);
    assert_memory_equal(&asker, agent, sizeof asker);
    assert_int_equal(mu_log_cursor(record.log, agent, name, &number), MU_OK);
    assert_int_equal(number, 17);
    assert_int_equal(mu_log_clock(record.log, &clock), MU_OK);
    assert_int_equal(clock, 123456);
    assert_int_equal(mu_log_sequence(record.log, agent, 1, 2, &lane), MU_OK);
    assert_true(lane.fenced);
    assert_int_equal(lane.sequence, 5); /* the fence does not move the lane */
    assert_int_equal(mu_view_open(record.log, &view), MU_OK);
    assert_int_equal(mu_view_roster(view, 1, &number), MU_OK);
    assert_int_equal(number, 1); /* genesis */
    assert_int_equal(mu_view_roster(view, 2, &number), MU_OK);
    assert_int_equal(number, 3);
    assert_int_equal(mu_view_roster(view, 4, &number), MU_E_ABSENT);
    mu_view_close(&view);

    /* A timer that is done is gone, and the next one comes up. */
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(mu_log_turn_timer(record.log, 4000, agent, &subject, false), MU_OK);
    assert_int_equal(mu_log_next_timer(record.log, &due, &asker, &subject), MU_OK);
    assert_int_equal(due, 5000);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    assert_int_equal(help_record_reopen(&record, NULL), MU_OK);
    assert_int_equal(mu_log_next_timer(record.log, &due, &asker, &subject), MU_OK);
    assert_int_equal(due, 5000);
}

static void a_stranger_may_be_fenced(void **state)
{
    struct mu_agent_id stranger = {{1, 2, 3}};
    struct mu_sequence lane;

    (void)state;
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(mu_log_turn_fence(record.log, &stranger, 9, 0), MU_OK);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    assert_int_equal(mu_log_sequence(record.log, &stranger, 9, 0, &lane), MU_OK);
    assert_true(lane.fenced);
    assert_int_equal(lane.sequence, 0);
}

static void a_name_too_long_is_refused_and_the_turn_goes_on(void **state)
{
    uint8_t name[MU_NAME_BYTES_MAX + 1] = {1};
    struct mu_bytes longest = {name, MU_NAME_BYTES_MAX}, longer = {name, sizeof name};
    uint64_t through;

    (void)state;
    assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
    assert_int_equal(mu_log_turn_cursor(record.log, &record.author.seal.agent, longer, 1),
                     MU_E_LIMIT);
    assert_int_equal(mu_log_turn_cursor(record.log, &record.author.seal.agent, longest, 1), MU_OK);
    assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    assert_int_equal(mu_log_cursor(record.log, &record.author.seal.agent, longest, &through),
                     MU_OK);
}

/* ---- proofs and checkpoints ------------------------------------------------------------------ */

static void range_proofs_from_the_tiles_lead_to_the_head(void **state)
{
    struct mu_hash leaves[64], root;
    struct mu_proof proof;
    struct mu_head head;
    mu_view *view;

    (void)state;
    for (size_t i = 1; i <= 12; i++)
        assert_int_equal(help_record_turn(&record, i * 7), MU_OK);
    assert_int_equal(mu_view_open(record.log, &view), MU_OK);
    mu_view_head(view, &head);
    for (uint64_t first = 0; first + 64 <= head.size; first += 61) {
        for (uint64_t i = 0; i < 64; i++)
            assert_int_equal(mu_view_node(view, 0, first + i, &leaves[i]), MU_OK);
        assert_int_equal(mu_range_prove(mu_view_node, view, first, 64, head.size, &proof), MU_OK);
        assert_int_equal(mu_range_root(leaves, first, 64, head.size, &proof, &root), MU_OK);
        assert_memory_equal(&root, &head.root, sizeof root);
        leaves[5].b[1] ^= 1;
        assert_int_equal(mu_range_root(leaves, first, 64, head.size, &proof, &root), MU_OK);
        assert_memory_not_equal(&root, &head.root, sizeof root);
    }
    mu_view_close(&view);
}

static void a_later_head_is_consistent_with_each_earlier_one(void **state)
{
    struct mu_head heads[10], last;
    struct mu_proof proof;
    mu_view *view;

    (void)state;
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(help_record_turn(&record, 1 + i * 11), MU_OK);
        mu_log_head(record.log, &heads[i]);
    }
    assert_int_equal(mu_view_open(record.log, &view), MU_OK);
    mu_view_head(view, &last);
    for (size_t i = 0; i < 9; i++) {
        assert_int_equal(mu_consistency_prove(mu_view_node, view, heads[i].size, last.size, &proof),
                         MU_OK);
        assert_int_equal(
            mu_consistency_check(heads[i].size, &heads[i].root, last.size, &last.root, &proof),
            MU_OK);
        heads[i].root.b[3] ^= 1;
        assert_int_equal(
            mu_consistency_check(heads[i].size, &heads[i].root, last.size, &last.root, &proof),
            MU_E_PROOF);
    }
    mu_view_close(&view);
}

static void checkpoints_are_kept_in_order_of_size(void **state)
{
    mu_key *key = help_key(9);
    char note[MU_NOTE_BYTES_MAX], last[MU_NOTE_BYTES_MAX];
    struct mu_bytes kept;
    struct mu_head head;
    uint64_t size = 0;
    mu_view *view;

    (void)state;
    assert_int_equal(mu_log_last_checkpoint(record.log, last, &size), MU_E_ABSENT);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(help_record_turn(&record, 10), MU_OK);
        mu_log_head(record.log, &head);
        assert_int_equal(mu_checkpoint_sign(&record.id, &head, key, note), MU_OK);
        assert_int_equal(mu_log_turn_begin(record.log), MU_OK);
        assert_int_equal(
            mu_log_turn_checkpoint(record.log, head.size,
                                   (struct mu_bytes){(const uint8_t *)note, strlen(note)}),
            MU_OK);
        assert_int_equal(mu_log_turn_commit(record.log), MU_OK);
    }
    assert_int_equal(help_record_reopen(&record, NULL), MU_OK);
    assert_int_equal(mu_log_last_checkpoint(record.log, last, &size), MU_OK);
    assert_int_equal(size, 31);
    assert_string_equal(last, note);
    assert_int_equal(mu_view_open(record.log, &view), MU_OK);
    size = 12;
    assert_int_equal(mu_view_checkpoint(view, &size, &kept), MU_OK);
    assert_int_equal(size, 21);
    size = 32;
    assert_int_equal(mu_view_checkpoint(view, &size, &kept), MU_E_ABSENT);
    mu_view_close(&view);
    mu_key_close(&key);
}

/* ---- views ----------------------------------------------------------------------------------- */

static void a_view_stands_still_while_turns_go_on(void **state)
{
    struct mu_head before, after;
    struct mu_stored stored;
    mu_view *old, *new;

    (void)state;
    assert_int_equal(help_record_turn(&record, 3), MU_OK);
    assert_int_equal(mu_view_open(record.log, &old), MU_OK);
    assert_int_equal(help_record_turn(&record, 30), MU_OK);
    mu_view_head(old, &before);
    assert_int_equal(before.size, 4);
    assert_int_equal(mu_view_batch(old, 5, &stored), MU_E_ABSENT);
    assert_int_equal(mu_view_batch(old, 4, &stored), MU_OK);
    assert_int_equal(mu_view_open(record.log, &new), MU_OK);
    mu_view_head(new, &after);
    assert_int_equal(after.size, 34);
    mu_view_close(&old);
    mu_view_close(&new);
}

static void many_views_may_be_open(void **state)
{
    mu_view *views[100];
    struct mu_stored stored;

    (void)state;
    assert_int_equal(help_record_turn(&record, 3), MU_OK);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 100; i++)
            assert_int_equal(mu_view_open(record.log, &views[i]), MU_OK);
        for (size_t i = 0; i < 100; i++)
            assert_int_equal(mu_view_batch(views[i], 1 + i % 4, &stored), MU_OK);
        for (size_t i = 0; i < 100; i++)
            mu_view_close(&views[i]);
    }
}

static void bodies_alone_are_read_without_leaves(void **state)
{
    struct mu_stored stored;
    mu_view *view;

    (void)state;
    assert_int_equal(help_record_turn(&record, 3), MU_OK);
    assert_int_equal(mu_view_open(record.log, &view), MU_OK);
    mu_view_set_mode(view, MU_VIEW_BODIES);
    assert_int_equal(mu_view_batch(view, 2, &stored), MU_OK); /* verified, so leaves were needed */
    assert_int_equal(mu_view_batch(view, 2, &stored), MU_OK);
    assert_true(mu_hash_is_none(&stored.items[0].leaf));
    assert_int_equal(stored.items[0].body.size, record.author.body_bytes);
    mu_view_set_mode(view, MU_VIEW_ONCE);
    assert_int_equal(mu_view_batch(view, 2, &stored), MU_OK);
    assert_false(mu_hash_is_none(&stored.items[0].leaf));
    mu_view_close(&view);
}

/* ---- views on other threads ------------------------------------------------------------------ */

static _Atomic bool writing;

/* Reads slices from the start again and again while turns go on; NULL when all of it was good. */
static void *read_on(void *from)
{
    static const char wrong[] = "wrong";

    do {
        uint64_t number = 1, size = 1;

        while (number <= size) {
            struct mu_stored stored;
            struct mu_head head;
            mu_view *view;
            enum mu_err err;

            if (mu_view_open(from, &view) != MU_OK)
                return (void *)(uintptr_t)wrong;
            mu_view_head(view, &head);
            err = mu_view_batch(view, number, &stored);
            number += err == MU_OK ? stored.seal.count : 0;
            mu_view_close(&view);
            if (err != MU_OK || head.size < size)
                return (void *)(uintptr_t)wrong;
            size = head.size;
        }
    } while (writing);
    return NULL;
}

static void views_on_other_threads_read_while_turns_go_on(void **state)
{
    pthread_t readers[3];
    void *wrong[3];

    (void)state;
    writing = true;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_on, record.log), 0);
    for (size_t i = 0; i < 200; i++)
        assert_int_equal(help_record_turn(&record, 1 + i % 23), MU_OK);
    writing = false;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pthread_join(readers[i], &wrong[i]), 0);
    }
    for (size_t i = 0; i < 3; i++)
        assert_null(wrong[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_record_holds_its_genesis, make, drop),
        cmocka_unit_test_setup_teardown(a_record_is_made_once, make, drop),
        cmocka_unit_test_setup_teardown(turns_come_back_in_order, make, drop),
        cmocka_unit_test_setup_teardown(bodies_of_every_size_come_back, make, drop),
        cmocka_unit_test_setup_teardown(a_dropped_turn_never_was, make, drop),
        cmocka_unit_test_setup_teardown(an_empty_turn_is_no_commit, make, drop),
        cmocka_unit_test_setup_teardown(a_final_refusal_keeps_its_place, make, drop),
        cmocka_unit_test_setup_teardown(a_private_commitment_comes_back, make, drop),
        cmocka_unit_test_setup_teardown(lanes_are_known_inside_the_turn, make, drop),
        cmocka_unit_test_setup_teardown(timers_fences_cursors_marks_and_clock_outlast_a_restart,
                                        make, drop),
        cmocka_unit_test_setup_teardown(a_stranger_may_be_fenced, make, drop),
        cmocka_unit_test_setup_teardown(a_name_too_long_is_refused_and_the_turn_goes_on, make,
                                        drop),
        cmocka_unit_test_setup_teardown(range_proofs_from_the_tiles_lead_to_the_head, make, drop),
        cmocka_unit_test_setup_teardown(a_later_head_is_consistent_with_each_earlier_one, make,
                                        drop),
        cmocka_unit_test_setup_teardown(checkpoints_are_kept_in_order_of_size, make, drop),
        cmocka_unit_test_setup_teardown(a_view_stands_still_while_turns_go_on, make, drop),
        cmocka_unit_test_setup_teardown(many_views_may_be_open, make, drop),
        cmocka_unit_test_setup_teardown(bodies_alone_are_read_without_leaves, make, drop),
        cmocka_unit_test_setup_teardown(views_on_other_threads_read_while_turns_go_on, make, drop),
    };

    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
