/* Following: every entry verified, in order, nothing twice, nothing skipped; and no lie passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agents/sdk/agent_inside.h"
#include "tests/help/events.h"
#include "tests/help/keys.h"
#include "tests/help/seal_batch.h"
#include "tests/help/seat.h"

static struct help_broker *broker;
static struct help_seat em, reader;

static int make(void **state)
{
    (void)state;
    broker = help_broker_open();
    help_seat_make(&em, broker);
    help_seat_make(&reader, broker);
    help_broker_enrol(broker, em.dir);
    help_broker_enrol(broker, reader.dir);
    help_seat_open(&em, false);
    help_seat_open(&reader, true);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    help_seat_remove(&em);
    help_seat_remove(&reader);
    help_broker_close(&broker);
    return 0;
}

static bool settled(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_unsettled(seat->agent) == 0;
}

static bool caught_up(void *user)
{
    const struct help_seat *seat = user;

    return seat->through == broker->size;
}

static bool is_refused(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_link(seat->agent, NULL) == MU_LINK_REFUSED;
}

static void say_many(struct help_seat *seat, unsigned count)
{
    char words[32];

    for (unsigned i = 0; i < count; i++) {
        snprintf(words, sizeof words, "report %u", i);
        help_seat_say(seat, words, i % 3 == 0 ? "severe" : NULL);
    }
    help_until(settled, seat, broker, seat, NULL);
}

static void check_everything(const struct help_seat *seat)
{
    assert_int_equal(seat->entry_count, broker->size);
    for (size_t i = 0; i < seat->entry_count; i++) {
        assert_int_equal(seat->entries[i].number, i + 1);
        assert_memory_equal(&seat->entries[i].leaf, &broker->author[i], sizeof broker->author[i]);
    }
}

/* ---- the usual path -------------------------------------------------------------------------- */

static void everything_comes_in_order(void **state)
{
    (void)state;
    say_many(&em, 30);
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    help_until(caught_up, &reader, broker, &reader, NULL);
    check_everything(&reader);
    assert_string_equal(reader.words[3], "report 0"); /* behind genesis and two enrolments */
    say_many(&em, 5);                                 /* and goes on live */
    help_until(caught_up, &reader, broker, &reader, NULL);
    check_everything(&reader);
}

static void a_filter_wants_only_its_own(void **state)
{
    (void)state;
    say_many(&em, 9);
    assert_int_equal(mu_agent_follow(reader.agent, "type=field_report severity=severe", 1), MU_OK);
    help_until(caught_up, &reader, broker, &reader, NULL);
    assert_int_equal(reader.entry_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(reader.entries[i].lane, MU_LANE_LIFE);
    assert_int_equal(mu_agent_follow(reader.agent, "type=no_such_thing", 1), MU_OK);
    assert_int_equal(mu_agent_follow(reader.agent, "severity=not_a_severity", 1), MU_E_BAD_VALUE);
    assert_int_equal(mu_agent_follow(reader.agent, "", 0), MU_E_BAD_VALUE);
}

static void from_the_middle_the_roster_comes_first(void **state)
{
    (void)state;
    say_many(&em, 12);
    assert_int_equal(mu_agent_follow(reader.agent, "", 10), MU_OK);
    help_until(caught_up, &reader, broker, &reader, NULL);
    assert_int_equal(reader.entry_count, broker->size - 9);
    assert_int_equal(reader.entries[0].number, 10);
}

static void another_follow_replaces_the_first(void **state)
{
    (void)state;
    say_many(&em, 12);
    assert_int_equal(mu_agent_follow(reader.agent, "type=enrolment", 1), MU_OK);
    help_until(caught_up, &reader, broker, &reader, NULL);
    assert_int_equal(reader.entry_count, 2);
    reader.entry_count = 0;
    reader.through = 0;
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    help_until(caught_up, &reader, broker, &reader, NULL);
    check_everything(&reader);
}

/* A session has room for a few follows; a program that goes on asking begins new sessions, unseen. */
static void many_follows_one_after_another(void **state)
{
    (void)state;
    say_many(&em, 12);
    for (unsigned i = 0; i < 40; i++) {
        reader.entry_count = 0;
        reader.through = 0;
        assert_int_equal(mu_agent_follow(reader.agent, i % 2 == 0 ? "" : "type=enrolment", 1),
                         MU_OK);
        if (i % 5 == 0)
            help_turns(i / 5, broker, &reader, NULL);
        else
            help_until(caught_up, &reader, broker, &reader, NULL);
    }
    help_until(caught_up, &reader, broker, &reader, NULL);
    assert_int_equal(reader.entry_count, 2);
    assert_true(broker->follows <= 7);
}

static void who_is_enrolled_later_is_known_in_time(void **state)
{
    static struct help_seat late;

    (void)state;
    assert_int_equal(mu_agent_follow(reader.agent, "type=field_report", 1), MU_OK);
    help_until(caught_up, &reader, broker, &reader, NULL);
    help_seat_make(&late, broker);
    help_broker_enrol(broker, late.dir);
    help_seat_open(&late, false);
    help_seat_say(&late, "new here", NULL);
    help_until(settled, &late, broker, &late, &reader, NULL);
    help_until(caught_up, &reader, broker, &reader, NULL);
    assert_int_equal(reader.entry_count, 1);
    assert_string_equal(reader.words[0], "new here");
    help_seat_remove(&late);
}

/* More than the window holds: without credit going back it would stop half way. */
static void credit_goes_back(void **state)
{
    static uint8_t packed[600][512];
    static struct mu_bytes bodies[600];
    mu_arena arena = mu_arena_make(1u << 20);
    const struct mu_bytes one = help_packed(
        HELP_EVENT(&arena, "field_report",
                   "words=a long one ...................................................."
                   "....................................................................."),
        &arena);

    (void)state;
    assert_true(one.size <= sizeof packed[0]);
    for (size_t i = 0; i < 600; i++) {
        memcpy(packed[i], one.data, one.size);
        bodies[i] = (struct mu_bytes){packed[i], one.size};
    }
    while (broker->size * one.size < 6u << 20) {
        assert_int_equal(mu_agent_say(em.agent, bodies, 600, NULL, NULL), MU_OK);
        help_until(settled, &em, broker, &em, NULL);
        em.answer_count = 0;
    }
    help_seat_close(&reader);
    assert_int_equal(mu_agent_open(reader.dir,
                                   &(struct mu_agent_options){.no_spool = true, .lazy = true}, NULL,
                                   &reader.agent),
                     MU_OK);
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    for (unsigned i = 0; reader.agent->reading.wanted.next <= broker->size; i++) {
        assert_true(i < 20000);
        help_turns(1, broker, &reader, NULL);
    }
    mu_arena_free(&arena);
}

/* ---- cuts ------------------------------------------------------------------------------------ */

static void after_cuts_nothing_twice_and_nothing_skipped(void **state)
{
    (void)state;
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    broker->slice_batches = 3;
    for (unsigned round = 0; round < 6; round++) {
        say_many(&em, 15);
        help_turns(round * 2, broker, &reader, NULL);
        help_broker_restart(broker);
    }
    help_until(caught_up, &reader, broker, &reader, NULL);
    check_everything(&reader);
}

static void a_turn_ended_by_the_program_goes_on_where_it_was(void **state)
{
    (void)state;
    say_many(&em, 20);
    reader.stop_at_entry = MU_E_LIMIT;
    reader.stop_number = 11;
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    help_until(caught_up, &reader, broker, &reader, NULL);
    assert_int_equal(reader.stop_number, 0); /* it did end one */
    check_everything(&reader);
}

static enum mu_err answer_reports(void *user, const struct mu_entry *entry)
{
    struct help_seat *seat = user;

    if (entry->event != NULL && entry->event->body_case == MUSTER__EVENT__BODY_FIELD_REPORT &&
        !mu_agent_id_equal(&entry->agent, mu_agent_self(seat->agent))) {
        help_seat_say(seat, "heard", NULL);
        assert_string_equal(entry->event->field_report->words, "report 0"); /* still lent */
        seat->entry_count++;
    }
    return MU_OK;
}

static bool answered_ten(void *user)
{
    const struct help_seat *seat = user;

    return seat->entry_count == 10 && mu_agent_unsettled(seat->agent) == 0;
}

static void a_program_may_say_while_it_reads(void **state)
{
    const struct mu_agent_calls calls = {.on_entry = answer_reports, .user = &reader};

    (void)state;
    help_seat_close(&reader);
    assert_int_equal(mu_agent_open(reader.dir, NULL, &calls, &reader.agent), MU_OK);
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    for (unsigned i = 0; i < 10; i++)
        help_seat_say(&em, "report 0", NULL);
    help_until(answered_ten, &reader, broker, &em, &reader, NULL);
    assert_int_equal(help_broker_events_of(broker, mu_agent_self(reader.agent)), 10);
}

/* ---- lies ------------------------------------------------------------------------------------ */

static void no_lie_passes(void **state)
{
    static const struct {
        enum help_lie lie;
        const char *filter;
        bool caught;
    } lies[] = {
        {HELP_LIE_BODY, "", true},
        {HELP_LIE_SEAL, "", true},
        {HELP_LIE_GAP, "", true},
        {HELP_LIE_BODY, "type=field_report", true},
        {HELP_LIE_SEAL, "type=field_report", true},
        {HELP_HONEST, "", false},
        {HELP_HONEST, "type=field_report", false},
    };

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        if (i > 0)
            assert_int_equal(make(state), 0);
        say_many(&em, 20);
        broker->lie = lies[i].lie;
        assert_int_equal(mu_agent_follow(reader.agent, lies[i].filter, 1), MU_OK);
        if (lies[i].caught) {
            help_until(is_refused, &reader, broker, &reader, NULL);
            assert_true(help_seat_was_told(&reader, MU_LINK_REFUSED, MU_E_PROOF));
            assert_true(reader.entry_count <= 1); /* genesis is pinned; nothing else came through */
        } else {
            help_until(caught_up, &reader, broker, &reader, NULL);
        }
        if (i + 1 < sizeof lies / sizeof lies[0])
            assert_int_equal(drop(state), 0);
    }
}

static bool refused_or_caught_up(void *user)
{
    return is_refused(user) || caught_up(user);
}

/* Where the first DELIVER's slice of batch `index` has its seal. */
static size_t seal_offset(size_t index)
{
    size_t at = MU_FRAME_HEAD_BYTES + 30, before_seal = 20, around = 28;

    for (size_t i = 0; i < index; i++)
        at += around + broker->batch[i].size + broker->batch[i].count;
    return at + before_seal;
}

/* Key, seen head and signature of a seal that a later one of the same chain stands for: not read. The
 * last words of each lane are seals of their own. */
static bool stands_in_for(size_t byte)
{
    for (size_t i = 3; i + 1 < broker->batches; i++) {
        size_t at = seal_offset(i);
        uint8_t lane = broker->batch[i].bytes[2];
        bool later = false;

        for (size_t k = i + 1; k < broker->batches; k++)
            later = later || broker->batch[k].bytes[2] == lane;
        if (later && ((byte >= at + 24 && byte < at + 40) ||
                      (byte >= at + 152 && byte < at + MU_SEAL_BYTES)))
            return true;
    }
    return false;
}

/* Whichever bit of the record's bytes is another on the way: it is noticed, and nothing it touches is
 * handed out. (From behind the frame's head, without the follow's own number and the head told for
 * information.) */
static void no_single_bit_passes(void **state)
{
    static const struct {
        size_t first, last;
    } parts[] = {{8, 20}, {28, 3500}};
    unsigned seed = 20310716;

    (void)state;
    say_many(&em, 6);
    broker->lie = HELP_LIE_FLIP;
    for (unsigned i = 0; i < 200; i++) {
        size_t part = i < 16 ? 0 : 1;
        size_t byte =
            parts[part].first + (size_t)rand_r(&seed) % (parts[part].last - parts[part].first);

        broker->flip_bit = byte * 8 + (size_t)rand_r(&seed) % 8;
        help_seat_close(&reader);
        help_broker_restart(broker);
        help_seat_open(&reader, true);
        reader.entry_count = reader.link_count = 0;
        reader.through = 0;
        assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
        help_until(refused_or_caught_up, &reader, broker, &reader, NULL);
        if (is_refused(&reader) == stands_in_for(byte))
            fail_msg("bit %zu of byte %zu: %s", broker->flip_bit % 8, byte,
                     is_refused(&reader) ? "refused" : "passed");
        for (size_t k = 0; k < reader.entry_count; k++)
            assert_memory_equal(&reader.entries[k].leaf, &broker->author[k], 32);
    }
}

/* Signed by the log key, and yet not of these entries: the record was forked. */
static void a_checkpoint_that_does_not_fit_the_entries(void **state)
{
    (void)state;
    say_many(&em, 4);
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    help_until(caught_up, &reader, broker, &reader, NULL);
    broker->lie = HELP_LIE_HEAD;
    help_seat_say(&em, "one more", NULL);
    help_until(is_refused, &reader, broker, &em, &reader, NULL);
    assert_true(help_seat_was_told(&reader, MU_LINK_REFUSED, MU_E_PROOF));
    assert_int_equal(reader.entry_count, 7); /* what it covers was not handed out */
}

/* Nothing of ours is missing, and yet the record is shorter than it was. */
static void a_record_that_shrank(void **state)
{
    (void)state;
    say_many(&em, 4);
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    help_until(caught_up, &reader, broker, &reader, NULL);
    help_broker_forget(broker, 1);
    help_broker_restart(broker);
    help_until(is_refused, &reader, broker, &reader, NULL);
    assert_true(help_seat_was_told(&reader, MU_LINK_REFUSED, MU_E_PROOF));
}

static void an_author_nobody_enrolled(void **state)
{
    static const char *const filters[] = {"", "type=field_report"};
    mu_arena arena = mu_arena_make(1u << 20);

    for (size_t i = 0; i < 2; i++) {
        struct help_author nobody;
        struct help_batch *batch;
        struct mu_bytes body;

        if (i > 0)
            assert_int_equal(make(state), 0);
        say_many(&em, 2);
        help_author_open(&nobody, 77, &broker->log, 1);
        body = help_packed(HELP_EVENT(&arena, "field_report", "words=believe me"), &arena);
        batch = help_seal_bodies(&nobody, &body, NULL, 1);
        help_broker_record(broker, (struct mu_bytes){batch->bytes, batch->size});
        assert_int_equal(mu_agent_follow(reader.agent, filters[i], 1), MU_OK);
        help_until(is_refused, &reader, broker, &reader, NULL);
        assert_true(help_seat_was_told(&reader, MU_LINK_REFUSED, MU_E_PROOF));
        for (size_t k = 0; k < reader.entry_count; k++)
            assert_string_not_equal(reader.words[k], "believe me");
        help_batch_free(&batch);
        help_author_close(&nobody);
        if (i == 0)
            assert_int_equal(drop(state), 0);
    }
    mu_arena_free(&arena);
}

/* ---- one signature for a chain --------------------------------------------------------------- */

#define CHAIN 4u

static uint8_t slice_items[CHAIN][4096];
static struct mu_hash chain_leaves[CHAIN][8];
static struct mu_hashed chain[CHAIN];

/* Hash a batch as a slice; `left_out` takes the body of its item `index` away. */
static void hash_batch(size_t at, const struct help_batch *batch, const struct mu_hash *log,
                       int left_out)
{
    struct mu_writer w = mu_writer(slice_items[at], sizeof slice_items[at]);
    struct mu_slice slice = {.first_number = 10 + at * 8,
                             .seal = {batch->bytes, MU_SEAL_BYTES},
                             .count = batch->batch.seal.count};

    for (uint32_t i = 0; i < slice.count; i++) {
        const struct mu_item *item = &batch->items[i];
        struct mu_slice_item out = {.what = MU_SLICE_FULL, .body = item->body};

        if ((int)i == left_out)
            out = (struct mu_slice_item){.what = MU_SLICE_LEFT_OUT, .leaf = item->leaf};
        mu_slice_item_write(&w, &out);
    }
    slice.items = mu_written(&w);
    assert_int_equal(mu_slice_hash(&slice, log, chain_leaves[at], &chain[at]), MU_OK);
}

static void a_seal_is_covered_only_by_the_next_of_its_chain(void **state)
{
    struct help_author author, stranger;
    struct help_batch *batch[CHAIN], *foreign;
    struct mu_hash log;

    (void)state;
    memset(&log, 3, sizeof log);
    help_author_open(&author, 5, &log, 1);
    help_author_open(&stranger, 6, &log, 1);
    for (size_t i = 0; i < CHAIN; i++) {
        batch[i] = help_seal(&author, 3);
        hash_batch(i, batch[i], &log, -1);
    }
    mu_slice_cover(chain, CHAIN);
    for (size_t i = 0; i < CHAIN; i++)
        assert_int_equal(chain[i].covered, i + 1 < CHAIN);

    hash_batch(1, batch[1], &log, 2); /* a leaf that was not computed covers nothing before it */
    hash_batch(3, batch[3], &log, 0); /* and the first one must rest on its predecessor */
    mu_slice_cover(chain, CHAIN);
    assert_true(chain[0].covered);
    assert_false(chain[1].covered);
    assert_false(chain[2].covered);

    hash_batch(1, batch[1], &log, -1);
    hash_batch(3, batch[3], &log, -1);
    chain[2].seal.previous.b[0] ^= 1; /* another history */
    mu_slice_cover(chain, CHAIN);
    assert_false(chain[1].covered);

    foreign = help_seal(&stranger, 3);
    hash_batch(1, foreign, &log, -1); /* somebody else's in between changes nothing for the rest */
    hash_batch(2, batch[1], &log, -1);
    mu_slice_cover(chain, 3);
    assert_true(chain[0].covered);
    assert_false(chain[1].covered);

    for (size_t i = 0; i < CHAIN; i++)
        help_batch_free(&batch[i]);
    help_batch_free(&foreign);
    help_author_close(&author);
    help_author_close(&stranger);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest stories[] = {
        STORY(everything_comes_in_order),
        STORY(a_filter_wants_only_its_own),
        STORY(from_the_middle_the_roster_comes_first),
        STORY(another_follow_replaces_the_first),
        STORY(many_follows_one_after_another),
        STORY(who_is_enrolled_later_is_known_in_time),
        STORY(credit_goes_back),
        STORY(after_cuts_nothing_twice_and_nothing_skipped),
        STORY(a_turn_ended_by_the_program_goes_on_where_it_was),
        STORY(a_program_may_say_while_it_reads),
        STORY(no_lie_passes),
        STORY(no_single_bit_passes),
        STORY(a_checkpoint_that_does_not_fit_the_entries),
        STORY(a_record_that_shrank),
        STORY(an_author_nobody_enrolled),
        cmocka_unit_test(a_seal_is_covered_only_by_the_next_of_its_chain),
    };

    return cmocka_run_group_tests_name("follow", stories, NULL, NULL);
}
