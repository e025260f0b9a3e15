/* musterd as agents meet it: over CURVE, frame by frame, through crashes and changes of standing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include <cmocka.h>

#include "proto/sign/checkpoint.h"
#include "tests/help/county.h"
#include "tests/help/founded.h"
#include "tests/help/served.h"

#define MINUTE_MS INT64_C(60000)

struct scene {
    struct served house;
    struct founded words; /* for bodies only */
    struct caller admin, em;
};

static int open_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);

    assert_non_null(s);
    served_open(&s->house, "step", NULL);
    s->words.arena = mu_arena_make((size_t)64 << 20);
    caller_admin(&s->admin, &s->house);
    caller_connect(&s->admin, &s->house);
    assert_int_equal(caller_hello(&s->admin), MU_FRAME_WELCOME);
    caller_make(&s->em, &s->house, 30);
    served_enrol(&s->house, &s->admin, &s->em, "EM", "emergency_management");
    caller_connect(&s->em, &s->house);
    assert_int_equal(caller_hello(&s->em), MU_FRAME_WELCOME);
    *state = s;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *s = *state;

    caller_close(&s->admin);
    caller_close(&s->em);
    served_close(&s->house);
    mu_arena_free(&s->words.arena);
    free(s);
    return 0;
}

/* ---- greeting -------------------------------------------------------------------------------- */
static void welcome_says_what_there_is(void **state)
{
    struct scene *s = *state;
    const struct mu_welcome *w = &s->em.heard.as.welcome;
    mu_verifier *key = NULL;
    struct mu_head head;

    assert_memory_equal(w->log.b, s->house.log.b, 32);
    assert_int_equal(w->epoch, 1);
    assert_int_equal(w->log_now_ms, COUNTY_START_MS);
    assert_int_equal(w->rate_milli, 0);
    assert_int_equal(w->status, MUSTER__STATUS__STATUS_EXERCISE);
    assert_int_equal(w->lane[0].sequence, 0);
    assert_true(w->credit_bytes > 0);
    assert_int_equal(mu_verifier_open(&s->house.log_key, &key), MU_OK);
    assert_int_equal(mu_checkpoint_read(w->note, &s->house.log, key, NULL, &head), MU_OK);
    assert_int_equal(head.size, 2);
    mu_verifier_close(&key);
}

static void who_speaks_before_hello_is_told_to_say_it(void **state)
{
    struct scene *s = *state;

    caller_connect(&s->em, &s->house);
    s->em.session.state = MU_SESSION_OPEN; /* it believes itself known */
    assert_int_equal(caller_say(&s->em, 1, founded_report(&s->words, 1)), MU_FRAME_BYE);
    assert_int_equal(s->em.heard.as.bye.code, MU_E_OUT_OF_TURN);
    assert_int_equal(caller_hello(&s->em), MU_FRAME_WELCOME);
    s->em.lane[1].seal.first_sequence = 1; /* nothing was consumed */
    memset(&s->em.lane[1].seal.previous, 0, 32);
    assert_int_equal(caller_say(&s->em, 1, founded_report(&s->words, 1)), MU_FRAME_ACCEPTED);
}

static void a_caller_cannot_be_somebody_else(void **state)
{
    struct scene *s = *state;
    struct mu_agent_id own = s->em.lane[0].seal.agent;

    s->em.lane[0].seal.agent = s->admin.lane[0].seal.agent;
    assert_int_equal(caller_hello(&s->em), MU_FRAME_BYE);
    assert_int_equal(s->em.heard.as.bye.code, MU_E_WRONG_AGENT);
    s->em.lane[0].seal.agent = own;
    s->em.lane[0].seal.origin.b[0] ^= 1;
    assert_int_equal(caller_hello(&s->em), MU_FRAME_BYE);
    assert_int_equal(s->em.heard.as.bye.code, MU_E_OTHER_LOG);
}

/* ---- through crashes ------------------------------------------------------------------------- */
static void what_was_acknowledged_survives_kill_9(void **state)
{
    struct scene *s = *state;
    struct help_batch *batch[5];

    for (unsigned i = 0; i < 5; i++) {
        struct mu_bytes body = founded_report(&s->words, i);

        batch[i] = help_seal_bodies(&s->em.lane[1], &body, NULL, 1);
        caller_submit(&s->em, 1, batch[i]);
        assert_int_equal(caller_hear(&s->em), MU_FRAME_ACCEPTED);
        assert_int_equal(s->em.heard.as.accepted.first_number, 3 + i);
    }
    served_kill(&s->house);
    served_start(&s->house);
    caller_connect(&s->em, &s->house);
    assert_int_equal(caller_hello(&s->em), MU_FRAME_WELCOME);
    assert_int_equal(s->em.heard.as.welcome.lane[1].sequence, 5);
    assert_memory_equal(s->em.heard.as.welcome.lane[1].leaf.b, batch[4]->items[0].leaf.b, 32);
    for (unsigned i = 0; i < 5; i++) { /* the same again is the same answer */
        caller_submit(&s->em, 1, batch[i]);
        assert_int_equal(caller_hear(&s->em), MU_FRAME_ACCEPTED);
        assert_int_equal(s->em.heard.as.accepted.first_number, 3 + i);
        help_batch_free(&batch[i]);
    }
}

static void a_stop_is_said_and_clean(void **state)
{
    struct scene *s = *state;

    assert_int_equal(served_stop(&s->house), 0);
    caller_hear_type(&s->em, MU_FRAME_BYE);
    assert_int_equal(s->em.heard.as.bye.code, 0);
    served_start(&s->house);
}

/* ---- following ------------------------------------------------------------------------------- */
struct seen {
    uint64_t full, left_out, refused, last, slices;
};

static void count_items(const struct mu_slice *slice, struct seen *seen)
{
    struct mu_bytes left = slice->items;
    struct mu_slice_item item;

    for (uint32_t i = 0; i < slice->count; i++) {
        assert_int_equal(mu_slice_item_next(&left, &item), MU_OK);
        seen->full += item.what == MU_SLICE_FULL;
        seen->left_out += item.what == MU_SLICE_LEFT_OUT;
        seen->refused += item.what == MU_SLICE_REFUSED;
    }
}

/* Hears DELIVERs of `id` until they have looked through `through`. */
static void follow_through(struct caller *c, uint32_t id, uint64_t through, struct seen *seen)
{
    const struct mu_deliver *d = &c->heard.as.deliver;

    do {
        struct mu_bytes left;
        struct mu_slice slice;

        caller_hear_type(c, MU_FRAME_DELIVER);
        if (d->id != id)
            continue;
        left = d->slice_bytes;
        for (uint16_t i = 0; i < d->slices; i++) {
            assert_int_equal(mu_slice_next(&left, &slice), MU_OK);
            assert_true(slice.first_number > seen->last || seen->last == 0);
            seen->last = slice.first_number + slice.count - 1;
            seen->slices++;
            count_items(&slice, seen);
        }
        assert_true(seen->last <= d->through);
        assert_int_equal(d->note.size > 0, d->through == d->head);
    } while (d->id != id || d->through < through);
}

static void a_follower_gets_all_from_its_place_and_then_what_comes(void **state)
{
    struct scene *s = *state;
    struct seen seen = {0};

    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(caller_say(&s->em, 1, founded_report(&s->words, i)), MU_FRAME_ACCEPTED);
    caller_follow(&s->admin, 1, 1, 1u << 20, "");
    follow_through(&s->admin, 1, 12, &seen);
    assert_int_equal(seen.full, 12);
    assert_int_equal(seen.slices, 12);
    caller_say(&s->em, 0, founded_evacuation(&s->words, 1));
    follow_through(&s->admin, 1, 13, &seen);
    assert_int_equal(seen.full, 13);
    seen = (struct seen){0};
    caller_follow(&s->admin, 1, 11, 1u << 20, ""); /* again, from another place */
    follow_through(&s->admin, 1, 13, &seen);
    assert_int_equal(seen.full, 3);
}

static void a_filter_tells_how_far_it_has_looked(void **state)
{
    struct scene *s = *state;
    struct seen seen = {0};
    struct mu_bytes bodies[] = {
        founded_report(&s->words, 1),
        help_packed(HELP_EVENT(&s->words.arena, "field_report", "field_report.words="),
                    &s->words.arena),
        help_packed(HELP_EVENT(&s->words.arena, "field_report", "words=elsewhere",
                               "envelope.area=cn/99/01/21/101"),
                    &s->words.arena)};
    struct help_batch *batch = help_seal_bodies(&s->em.lane[1], bodies, NULL, 3);

    caller_say(&s->em, 0, founded_evacuation(&s->words, 1));
    caller_submit(&s->em, 1, batch);
    caller_hear_type(&s->em, MU_FRAME_ACCEPTED);
    caller_follow(&s->admin, 7, 1, 1u << 20, "type=field_report area=cn/99/01/21/101");
    follow_through(&s->admin, 7, 6, &seen);
    assert_int_equal(seen.slices, 1); /* whole batches without a match are not sent */
    assert_int_equal(seen.full, 1);
    assert_int_equal(seen.left_out, 2);
    caller_follow(&s->em, 8, 1, 1u << 20, "type=shelter"); /* nothing at all */
    seen = (struct seen){0};
    follow_through(&s->em, 8, 6, &seen);
    assert_int_equal(seen.slices, 0);
    caller_say(&s->admin, 2, founded_enrolment(&s->words, 44, "CA", "relief_supply", NULL));
    follow_through(&s->em, 8, 7, &seen);
    assert_int_equal(seen.slices, 0);
    help_batch_free(&batch);
}

static void hear_piece(struct caller *c)
{
    uint8_t bytes[1024];
    int size = zmq_recv(c->socket, bytes, sizeof bytes, 0);

    assert_in_range(size, 5, 300);
    assert_int_equal(
        mu_session_hear(&c->session, (struct mu_bytes){bytes, (size_t)size}, &c->heard), MU_OK);
    assert_int_equal(c->heard.piece.type, MU_FRAME_DELIVER);
}

static void a_slow_follower_waits_alone(void **state)
{
    struct scene *s = *state;
    struct seen seen = {0};
    struct caller ca;

    caller_make(&ca, &s->house, 31);
    served_enrol(&s->house, &s->admin, &ca, "CA", "relief_supply");
    caller_connect(&ca, &s->house);
    caller_hello(&ca);
    caller_follow(&ca, 1, 1, 1, ""); /* credit for one byte: one small piece, and no more */
    hear_piece(&ca);
    caller_follow(&s->admin, 1, 1, 1u << 24, "");
    for (unsigned i = 0; i < 50; i++)
        assert_int_equal(caller_say(&s->em, 1, founded_report(&s->words, i)), MU_FRAME_ACCEPTED);
    seen = (struct seen){0};
    follow_through(&s->admin, 1, 53, &seen);
    assert_int_equal(seen.full, 53);
    assert_false(caller_is_called(&ca, 50));
    caller_credit(&ca, 1, 1u << 20, 0);
    seen = (struct seen){0};
    follow_through(&ca, 1, 53, &seen);
    assert_int_equal(seen.full, 53);
    caller_close(&ca);
}

/* A follow that was left in the middle of a frame does not stand in the way of the one that took its place,
 * by another number or by its own. */
static void a_frame_half_sent_is_finished_for_the_next(void **state)
{
    struct scene *s = *state;
    struct seen seen = {0};
    struct caller ca;

    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(caller_say(&s->em, 1, founded_report(&s->words, i)), MU_FRAME_ACCEPTED);
    caller_make(&ca, &s->house, 31);
    served_enrol(&s->house, &s->admin, &ca, "CA", "relief_supply");
    caller_connect(&ca, &s->house);
    caller_hello(&ca);
    caller_follow(&ca, 1, 1, 300, "");
    hear_piece(&ca);
    caller_follow(&ca, 2, 1, 1u << 20, ""); /* the rest of the first comes before it */
    follow_through(&ca, 2, 23, &seen);
    assert_int_equal(seen.full, 23);
    caller_follow(&ca, 3, 1, 300, "");
    hear_piece(&ca);
    caller_follow(&ca, 3, 1, 1u << 20, "");
    do {
        caller_hear_type(&ca, MU_FRAME_DELIVER);
    } while (ca.heard.as.deliver.through < 23);
    caller_close(&ca);
}

/* A thin link: small pieces, as credit allows, and an answer passes between them. */
static void deliveries_are_cut_for_a_thin_link(void **state)
{
    struct scene *s = *state;
    struct seen seen = {0};
    struct caller thin;
    size_t messages;

    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(caller_say(&s->em, 1, founded_report(&s->words, i)), MU_FRAME_ACCEPTED);
    caller_make(&thin, &s->house, 31);
    thin.fragment_bytes = 300;
    served_enrol(&s->house, &s->admin, &thin, "EM", "emergency_management");
    caller_connect(&thin, &s->house);
    assert_int_equal(caller_hello(&thin), MU_FRAME_WELCOME);
    messages = thin.messages;
    thin.largest = 0;
    caller_follow(&thin, 1, 1, 600, "");
    caller_follow(&thin, 2, 1, 600, "type=field_report"); /* their pieces do not mix */
    assert_int_equal(caller_say(&thin, 1, founded_report(&s->words, 99)), MU_FRAME_ACCEPTED);
    for (unsigned i = 0; i < 200; i++) {
        caller_credit(&thin, 1, 300, 0);
        caller_credit(&thin, 2, 300, 0);
    }
    follow_through(&thin, 1, 24, &seen);
    assert_int_equal(seen.full, 24);
    assert_true(thin.messages > messages + 10 && thin.largest < 2000);
    seen = (struct seen){0};
    caller_follow(&thin, 3, 1, 1u << 20, "type=field_report");
    follow_through(&thin, 3, 24, &seen);
    assert_int_equal(seen.full, 21);
    caller_close(&thin);
}

/* What a grant takes away is not delivered, whatever the filter says; its leaf still is, so that the
 * batch can be verified. */
static void what_one_may_not_read_is_left_out(void **state)
{
    struct scene *s = *state;
    struct seen seen = {0};
    struct caller ca;
    Muster__Event *event = HELP_EVENT(&s->words.arena, "grant", "envelope.agency=ADMIN",
                                      "agency=CA", "kinds=field_report", "may_read=false");
    struct mu_bytes bodies[] = {
        founded_report(&s->words, 1),
        help_packed(HELP_EVENT(&s->words.arena, "road", "state=closed", "structure=B-1"),
                    &s->words.arena)};
    struct help_batch *batch = help_seal_bodies(&s->em.lane[1], bodies, NULL, 2);

    caller_make(&ca, &s->house, 31);
    served_enrol(&s->house, &s->admin, &ca, "CA", "relief_supply");
    assert_int_equal(caller_say(&s->admin, 2, help_packed(event, &s->words.arena)),
                     MU_FRAME_ACCEPTED);
    assert_int_equal(s->admin.heard.as.accepted.refusals, 0);
    caller_submit(&s->em, 1, batch);
    caller_hear_type(&s->em, MU_FRAME_ACCEPTED);
    assert_int_equal(s->em.heard.as.accepted.refusals, 0);
    caller_connect(&ca, &s->house);
    caller_hello(&ca);
    caller_follow(&ca, 1, 1, 1u << 20, "");
    follow_through(&ca, 1, 6, &seen);
    assert_int_equal(seen.full, 5); /* genesis, two enrolments, the grant, the road */
    assert_int_equal(seen.left_out, 1);
    seen = (struct seen){0};
    caller_follow(&s->em, 1, 1, 1u << 20, ""); /* the control: nobody took it from EM */
    follow_through(&s->em, 1, 6, &seen);
    assert_int_equal(seen.full, 6);
    help_batch_free(&batch);
    caller_close(&ca);
}

static void a_position_nobody_has_is_refused(void **state)
{
    struct scene *s = *state;

    caller_follow(&s->em, 1, 4, 1000, ""); /* head is 2: 3 would be next */
    caller_hear_type(&s->em, MU_FRAME_BYE);
    assert_int_equal(s->em.heard.as.bye.code, MU_E_OTHER_EPOCH);
    caller_hello(&s->em);
    caller_follow(&s->em, 1, 1, 1000, "type=nonsense colour=blue");
    caller_hear_type(&s->em, MU_FRAME_BYE);
    assert_int_equal(s->em.heard.as.bye.code, MU_E_BAD_VALUE);
}

/* ---- standing -------------------------------------------------------------------------------- */
static void a_retired_key_is_refused_from_the_next_frame_on(void **state)
{
    struct scene *s = *state;

    caller_follow(&s->em, 1, 1, 1u << 20, "");
    caller_hear_type(&s->em, MU_FRAME_DELIVER);
    assert_int_equal(caller_say(&s->em, 1, founded_report(&s->words, 1)), MU_FRAME_ACCEPTED);
    assert_int_equal(caller_say(&s->admin, 1, founded_retire(&s->words, 30)), MU_FRAME_ACCEPTED);
    assert_int_equal(s->admin.heard.as.accepted.refusals, 0);
    caller_hear_type(&s->em, MU_FRAME_BYE); /* it is not fed any more, and told so */
    assert_int_equal(s->em.heard.as.bye.code, MU_E_RETIRED);
    assert_int_equal(caller_hello(&s->em), MU_FRAME_WELCOME); /* a backlog may still land */
    assert_int_equal(caller_say(&s->em, 1, founded_report(&s->words, 2)), MU_FRAME_REFUSED);
    assert_int_equal(s->em.heard.as.refused.code, MU_E_RETIRED);
    caller_follow(&s->em, 1, 1, 1u << 20, "");
    caller_hear_type(&s->em, MU_FRAME_BYE);
    assert_int_equal(s->em.heard.as.bye.code, MU_E_RETIRED);
}

static void a_compromised_key_is_not_fed_and_what_it_sends_is_kept_apart(void **state)
{
    struct scene *s = *state;

    caller_follow(&s->em, 1, 1, 1u << 20, "");
    caller_hear_type(&s->em, MU_FRAME_DELIVER);
    assert_int_equal(caller_say(&s->admin, 0, founded_compromised(&s->words, 30)),
                     MU_FRAME_ACCEPTED);
    caller_hear_type(&s->em, MU_FRAME_BYE);
    assert_int_equal(s->em.heard.as.bye.code, MU_E_COMPROMISED);
    assert_int_equal(caller_hello(&s->em), MU_FRAME_WELCOME); /* a backlog may be honest */
    assert_int_equal(caller_say(&s->em, 1, founded_report(&s->words, 1)), MU_FRAME_ACCEPTED);
    assert_int_equal(s->em.heard.as.accepted.refusals, 1);
    caller_follow(&s->em, 1, 1, 1u << 20, "");
    caller_hear_type(&s->em, MU_FRAME_BYE);
    assert_int_equal(s->em.heard.as.bye.code, MU_E_COMPROMISED);
}

/* ---- the clock of an exercise ---------------------------------------------------------------- */
static void say_clock(struct caller *c, int64_t log_ms)
{
    uint8_t frame[64];
    struct mu_writer w = mu_writer(frame, sizeof frame);

    mu_clock_frame_write(&w, &(struct mu_clock_frame){log_ms});
    caller_send(c, mu_written(&w));
}

static void the_clock_moves_at_the_word_of_those_who_may(void **state)
{
    struct scene *s = *state;

    say_clock(&s->admin, COUNTY_START_MS + 5 * MINUTE_MS);
    caller_hear_type(&s->admin, MU_FRAME_CLOCK);
    assert_int_equal(s->admin.heard.as.clock.log_ms, COUNTY_START_MS + 5 * MINUTE_MS);
    say_clock(&s->admin, COUNTY_START_MS); /* never back */
    caller_hear_type(&s->admin, MU_FRAME_CLOCK);
    assert_int_equal(s->admin.heard.as.clock.log_ms, COUNTY_START_MS + 5 * MINUTE_MS);
    caller_say(&s->em, 1, founded_report(&s->words, 1));
    assert_int_equal(s->em.heard.as.accepted.accepted_at_ms, COUNTY_START_MS + 5 * MINUTE_MS);
    say_clock(&s->em, COUNTY_START_MS + 6 * MINUTE_MS);
    caller_hear_type(&s->em, MU_FRAME_BYE);
    assert_int_equal(s->em.heard.as.bye.code, MU_E_NOT_GRANTED);
    served_kill(&s->house); /* what was answered is kept */
    served_start(&s->house);
    caller_connect(&s->em, &s->house);
    caller_hello(&s->em);
    assert_int_equal(s->em.heard.as.welcome.log_now_ms, COUNTY_START_MS + 5 * MINUTE_MS);
}

static void a_tick_stops_the_clock_and_reaches_followers(void **state)
{
    struct scene *s = *state;
    struct caller coordinator;
    struct seen seen = {0};
    uint8_t id[32] = {9};
    Muster__Event *event =
        HELP_EVENT(&s->words.arena, "finding", "envelope.agency=CMD", "kind=conflict", "rule=c02",
                   "state=raised", "judged_through=2");

    caller_make(&coordinator, &s->house, 32);
    served_enrol(&s->house, &s->admin, &coordinator, "CMD", "coordinator");
    caller_connect(&coordinator, &s->house);
    caller_hello(&coordinator);
    event->finding->has_finding_id = event->finding->has_wake_at_ms = 1;
    event->finding->finding_id = (ProtobufCBinaryData){sizeof id, id};
    event->finding->wake_at_ms = COUNTY_START_MS + 10 * MINUTE_MS;
    assert_int_equal(caller_say(&coordinator, 1, help_packed(event, &s->words.arena)),
                     MU_FRAME_ACCEPTED);
    assert_int_equal(coordinator.heard.as.accepted.refusals, 0);
    caller_follow(&coordinator, 1, 1, 1u << 20, "type=tick");
    say_clock(&s->admin, COUNTY_START_MS + 60 * MINUTE_MS);
    caller_hear_type(&s->admin, MU_FRAME_CLOCK);
    assert_int_equal(s->admin.heard.as.clock.log_ms, COUNTY_START_MS + 10 * MINUTE_MS);
    follow_through(&coordinator, 1, 5, &seen);
    assert_int_equal(seen.full, 1);
    caller_close(&coordinator);
}

static void programs_are_idle_only_at_the_head(void **state)
{
    struct scene *s = *state;

    caller_ping(&s->admin, 0); /* no program has reported: everything there is */
    assert_int_equal(s->admin.heard.as.pong.all_idle_through, 2);
    caller_ping(&s->em, 1); /* at rest, where the record no longer is */
    assert_int_equal(s->em.heard.as.pong.all_idle_through, 0);
    caller_ping(&s->em, 2);
    assert_int_equal(s->em.heard.as.pong.all_idle_through, 2);
    caller_ping(&s->admin, 0);
    assert_int_equal(s->admin.heard.as.pong.all_idle_through, 2);
    caller_ping(&s->em, 0); /* busy again */
    caller_ping(&s->admin, 0);
    assert_int_equal(s->admin.heard.as.pong.all_idle_through, 0);
    caller_connect(&s->em, &s->house); /* killed and back: the old session is not waited for */
    caller_hello(&s->em);
    caller_ping(&s->admin, 0);
    assert_int_equal(s->admin.heard.as.pong.all_idle_through, 2);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(welcome_says_what_there_is),
        STORY(who_speaks_before_hello_is_told_to_say_it),
        STORY(a_caller_cannot_be_somebody_else),
        STORY(what_was_acknowledged_survives_kill_9),
        STORY(a_stop_is_said_and_clean),
        STORY(a_follower_gets_all_from_its_place_and_then_what_comes),
        STORY(a_filter_tells_how_far_it_has_looked),
        STORY(a_slow_follower_waits_alone),
        STORY(a_frame_half_sent_is_finished_for_the_next),
        STORY(deliveries_are_cut_for_a_thin_link),
        STORY(what_one_may_not_read_is_left_out),
        STORY(a_position_nobody_has_is_refused),
        STORY(a_retired_key_is_refused_from_the_next_frame_on),
        STORY(a_compromised_key_is_not_fed_and_what_it_sends_is_kept_apart),
        STORY(the_clock_moves_at_the_word_of_those_who_may),
        STORY(a_tick_stops_the_clock_and_reaches_followers),
        STORY(programs_are_idle_only_at_the_head),
    };

    return cmocka_run_group_tests_name("serve", tests, NULL, NULL);
}
