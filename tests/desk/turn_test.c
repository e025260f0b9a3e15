/* Turns as a whole: room, pace, ticks, the clock, and what a lost turn leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/clock.h"
#include "tests/help/keys.h"
#include "tests/help/stage.h"

/* ---- room ------------------------------------------------------------------------------------ */
static void routine_hears_not_now_and_life_safety_passes(void **state)
{
    /* A quota that is used up but for the reserve. */
    struct mu_log_options log = {.quota_bytes = 512 * 1024, .reserve_bytes = 256 * 1024};
    struct stage *s = stage_open(&log, NULL);
    struct stage_answer *a = NULL;
    struct help_batch *batch = NULL;
    struct mu_bytes body;
    uint64_t head;
    unsigned n = 0;

    (void)state;
    do {
        help_batch_free(&batch);
        body = founded_report(&s->county, n);
        batch = help_seal_bodies(&s->em.lane[1], &body, NULL, 1);
        a = stage_send(s, &s->em, 1, batch);
    } while (a->type == MU_FRAME_ACCEPTED && ++n < 5000);
    stage_refuses(a, MU_E_FULL);
    assert_true(a->refused.retry_ms > 0);
    assert_true(n > 10);
    head = stage_head(s);
    a = stage_say(s, &s->em, 0, founded_evacuation(&s->county, 1));
    assert_int_equal(a->type, MU_FRAME_ACCEPTED);
    assert_int_equal(stage_head(s), head + 1);
    /* nothing was consumed: with room, the same bytes go in */
    log.quota_bytes = 0;
    stage_restart(s, &log);
    stage_proves(s, stage_send(s, &s->em, 1, batch), batch);
    help_batch_free(&batch);
    stage_close(&s);
}

/* The map itself is full: the turn is lost whole, and with it whom it enrolled. */
static void a_turn_the_log_cannot_take_did_not_happen(void **state)
{
    static uint8_t words[60000];
    struct mu_log_options log = {.map_bytes = 1024 * 1024};
    struct stage *s = stage_open(&log, NULL);
    struct stage_speaker newcomer;
    struct mu_bytes enrol = founded_enrolment(&s->county, 40, "CA", "relief_supply", NULL);
    struct mu_bytes big;
    struct help_batch *first = help_seal_bodies(&s->admin.lane[2], &enrol, NULL, 1), *batch;
    uint64_t head = stage_head(s);

    (void)state;
    stage_speaker_open(s, &newcomer, 40);
    memset(words, 'w', sizeof words);
    memcpy(words, "words=", 6);
    words[sizeof words - 1] = '\0';
    big = help_packed(HELP_EVENT(&s->county.arena, "field_report", (const char *)words),
                      &s->county.arena);
    stage_begin(s);
    stage_submit(s, &s->admin, 2, stage_bytes(first));
    for (unsigned i = 0; i < 40; i++) { /* far more than the map holds, behind the gate's back */
        batch = help_seal_bodies(&s->em.lane[1], &big, NULL, 1);
        stage_submit(s, &s->em, 1, stage_bytes(batch));
        help_batch_free(&batch);
    }
    stage_end(s);
    for (size_t i = 0; i < s->answers; i++) /* the whole turn, not a part of it */
        stage_refuses(&s->answer[i], MU_E_FULL);
    assert_int_equal(stage_head(s), head);
    assert_null(mu_roster_member(mu_desk_roster(s->desk), &newcomer.seat.agent));
    /* with room, the same bytes are taken, and the newcomer with them */
    log.map_bytes = 0;
    stage_restart(s, &log);
    stage_proves(s, stage_send(s, &s->admin, 2, first), first);
    assert_non_null(mu_roster_member(mu_desk_roster(s->desk), &newcomer.seat.agent));
    help_batch_free(&first);
    stage_speaker_close(&newcomer);
    stage_close(&s);
}

/* ---- pace ------------------------------------------------------------------------------------ */
static void more_than_was_granted_in_one_turn_waits(void **state)
{
    struct mu_desk_options options = {.credit_bytes = 1000};
    struct stage *s = stage_open(NULL, &options);
    struct help_batch *batch[8];
    unsigned accepted = 0;

    (void)state;
    stage_begin(s);
    for (unsigned i = 0; i < 8; i++) {
        struct mu_bytes body = founded_report(&s->county, i);

        batch[i] = help_seal_bodies(&s->em.lane[1], &body, NULL, 1);
        stage_submit(s, &s->em, 1, stage_bytes(batch[i]));
    }
    stage_end(s);
    for (unsigned i = 0; i < 8; i++) {
        if (s->answer[i].type == MU_FRAME_ACCEPTED) {
            assert_int_equal(accepted, i); /* in order, then no more */
            accepted++;
        } else {
            stage_refuses(&s->answer[i], MU_E_NO_CREDIT);
        }
    }
    assert_true(accepted >= 2 && accepted < 8);
    for (unsigned i = accepted; i < 8; i++) /* next turn, as they are */
        stage_proves(s, stage_send(s, &s->em, 1, batch[i]), batch[i]);
    for (unsigned i = 0; i < 8; i++)
        help_batch_free(&batch[i]);
    stage_close(&s);
}

static void too_fast_waits_the_time_named_and_life_safety_does_not(void **state)
{
    struct mu_desk_options options = {.rate_bytes_s = 1000};
    struct stage *s = stage_open(NULL, &options);
    struct stage_answer *a = NULL;
    struct help_batch *batch;
    struct mu_bytes body;
    unsigned n = 0;

    (void)state;
    do {
        body = founded_report(&s->county, n);
        batch = help_seal_bodies(&s->em.lane[1], &body, NULL, 1);
        a = stage_send(s, &s->em, 1, batch);
        if (a->type == MU_FRAME_REFUSED)
            break;
        help_batch_free(&batch);
    } while (++n < 5000);
    stage_refuses(a, MU_E_RATE);
    assert_true(n > 10); /* a burst is honest */
    assert_int_equal(stage_say(s, &s->em, 0, founded_evacuation(&s->county, 1))->type,
                     MU_FRAME_ACCEPTED);
    s->time.machine_ms += stage_send(s, &s->em, 1, batch)->refused.retry_ms;
    stage_proves(s, stage_send(s, &s->em, 1, batch), batch);
    help_batch_free(&batch);
    stage_close(&s);
}

/* ---- ticks ----------------------------------------------------------------------------------- */
#define COORDINATOR 41

static struct mu_bytes finding(struct stage *s, uint8_t id, int64_t wake_at_ms)
{
    Muster__Event *event =
        HELP_EVENT(&s->county.arena, "finding", "envelope.agency=CMD", "kind=conflict", "rule=c02",
                   "state=raised", "judged_through=2");
    uint8_t *bytes = mu_arena_take(&s->county.arena, 32);

    assert_non_null(bytes);
    memset(bytes, id, 32);
    event->finding->has_finding_id = 1;
    event->finding->finding_id = (ProtobufCBinaryData){32, bytes};
    event->finding->has_wake_at_ms = 1;
    event->finding->wake_at_ms = wake_at_ms;
    return help_packed(event, &s->county.arena);
}

static void enrol_coordinator(struct stage *s, struct stage_speaker *who)
{
    stage_speaker_open(s, who, COORDINATOR);
    assert_int_equal(
        stage_say(s, &s->admin, 2,
                  founded_enrolment(&s->county, COORDINATOR, "CMD", "coordinator", NULL))
            ->accepted.refusals,
        0);
}

static void step(struct stage *s, int64_t target_ms)
{
    stage_begin(s);
    assert_int_equal(mu_desk_step(s->desk, target_ms), MU_OK);
    stage_end(s);
}

static void a_finding_is_woken_by_a_tick_that_names_it(void **state)
{
    struct stage *s = stage_open(NULL, NULL);
    struct stage_speaker who;
    int64_t at = COUNTY_START_MS + 20 * MU_MINUTE_MS;
    struct mu_entry entry;
    uint64_t head;

    (void)state;
    enrol_coordinator(s, &who);
    assert_int_equal(stage_say(s, &who, 1, finding(s, 1, at))->accepted.refusals, 0);
    assert_int_equal(stage_say(s, &who, 1, finding(s, 2, at))->accepted.refusals, 0);
    assert_int_equal(stage_say(s, &who, 1, finding(s, 3, at + 1))->accepted.refusals, 0);
    assert_int_equal(mu_desk_due_ms(s->desk), at);
    head = stage_head(s);
    step(s, at - 1);
    assert_int_equal(mu_desk_now_ms(s->desk), at - 1);
    assert_int_equal(stage_head(s), head);
    step(s, at + MU_HOUR_MS); /* not past what is owed */
    assert_int_equal(mu_desk_now_ms(s->desk), at);
    assert_int_equal(stage_head(s), head + 1);
    entry = stage_entry(s, head + 1);
    assert_int_equal(entry.accepted_at_ms, at);
    assert_int_equal(entry.event->body_case, MUSTER__EVENT__BODY_TICK);
    assert_int_equal(entry.event->tick->at_ms, at);
    assert_int_equal(entry.event->tick->n_wakes, 2);
    assert_memory_equal(entry.event->tick->wakes[0]->agent.data, who.seat.agent.b, 16);
    assert_int_equal(entry.event->tick->wakes[0]->finding_id.data[0], 1);
    assert_int_equal(entry.event->tick->wakes[1]->finding_id.data[0], 2);
    step(s, at + MU_HOUR_MS);
    assert_int_equal(mu_desk_now_ms(s->desk), at + 1);
    assert_int_equal(stage_head(s), head + 2);
    step(s, at + MU_HOUR_MS);
    assert_int_equal(mu_desk_now_ms(s->desk), at + MU_HOUR_MS);
    assert_int_equal(stage_head(s), head + 2); /* each tick once */
    stage_speaker_close(&who);
    stage_close(&s);
}

static void a_running_clock_writes_the_tick_before_what_came_after_it(void **state)
{
    struct stage *s = stage_open(NULL, NULL);
    struct stage_speaker who;
    int64_t at = COUNTY_START_MS + MU_MINUTE_MS;
    struct help_batch *batch;
    struct mu_entry entry;
    struct mu_bytes body;
    uint64_t head;

    (void)state;
    enrol_coordinator(s, &who);
    for (unsigned i = 0; i < 100; i++)
        stage_say(s, &who, 1, finding(s, (uint8_t)i, at));
    stage_restart(s, NULL); /* timers are in the record, not in memory */
    head = stage_head(s);
    s->time.log_ms = at + 5;
    body = founded_report(&s->county, 1);
    batch = help_seal_bodies(&s->em.lane[1], &body, NULL, 1);
    stage_proves(s, stage_send(s, &s->em, 1, batch), batch);
    assert_int_equal(s->answer[0].accepted.first_number, head + 3);
    assert_int_equal(stage_entry(s, head + 1).event->tick->n_wakes, 64);
    assert_int_equal(stage_entry(s, head + 2).event->tick->n_wakes, 36);
    entry = stage_entry(s, head + 1);
    assert_memory_equal(entry.agent.b, mu_roster_genesis(mu_desk_roster(s->desk))->broker.b, 16);
    assert_int_equal(mu_desk_due_ms(s->desk), INT64_MAX);
    help_batch_free(&batch);
    stage_speaker_close(&who);
    stage_close(&s);
}

static void the_log_clock_never_falls(void **state)
{
    struct stage *s = stage_open(NULL, NULL);
    struct stage_answer *a;
    int64_t noted;

    (void)state;
    s->time.log_ms += MU_HOUR_MS;
    a = stage_say(s, &s->em, 1, founded_report(&s->county, 1));
    assert_int_equal(a->accepted.accepted_at_ms, COUNTY_START_MS + MU_HOUR_MS);
    s->time.log_ms -= 2 * MU_HOUR_MS;
    a = stage_say(s, &s->em, 1, founded_report(&s->county, 2));
    assert_int_equal(a->accepted.accepted_at_ms, COUNTY_START_MS + MU_HOUR_MS);
    stage_restart(s, NULL);
    a = stage_say(s, &s->em, 1, founded_report(&s->county, 3));
    assert_int_equal(a->accepted.accepted_at_ms, COUNTY_START_MS + MU_HOUR_MS);
    step(s, COUNTY_START_MS + 2 * MU_HOUR_MS); /* without an entry to tell by */
    assert_int_equal(mu_log_clock(s->county.log, &noted), MU_OK);
    assert_int_equal(noted, COUNTY_START_MS + 2 * MU_HOUR_MS);
    stage_close(&s);
}

/* ---- checkpoints ----------------------------------------------------------------------------- */
static void a_checkpoint_is_written_with_the_next_turn_or_made_again(void **state)
{
    struct stage *s = stage_open(NULL, NULL);
    char note[MU_NOTE_BYTES_MAX];
    struct mu_head head;
    uint64_t size;

    (void)state;
    stage_say(s, &s->em, 1, founded_report(&s->county, 1));
    assert_int_equal(mu_log_last_checkpoint(s->county.log, note, &size), MU_OK);
    assert_int_equal(size, 2);
    stage_restart(s, NULL); /* the checkpoint of 3 was only in memory */
    assert_int_equal(mu_desk_note(s->desk, &head).size > 0, 1);
    assert_int_equal(head.size, 3);
    stage_say(s, &s->em, 1, founded_report(&s->county, 2));
    assert_int_equal(mu_log_last_checkpoint(s->county.log, note, &size), MU_OK);
    assert_int_equal(size, 3);
    stage_close(&s);
}

static void another_key_cannot_go_on_with_the_record(void **state)
{
    struct stage *s = stage_open(NULL, NULL);
    mu_desk *desk = NULL;

    (void)state;
    assert_int_equal(mu_desk_open(s->county.log, help_key(99), 1, &s->options, &desk),
                     MU_E_BAD_KEY);
    assert_null(desk);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routine_hears_not_now_and_life_safety_passes),
        cmocka_unit_test(a_turn_the_log_cannot_take_did_not_happen),
        cmocka_unit_test(more_than_was_granted_in_one_turn_waits),
        cmocka_unit_test(too_fast_waits_the_time_named_and_life_safety_does_not),
        cmocka_unit_test(a_finding_is_woken_by_a_tick_that_names_it),
        cmocka_unit_test(a_running_clock_writes_the_tick_before_what_came_after_it),
        cmocka_unit_test(the_log_clock_never_falls),
        cmocka_unit_test(a_checkpoint_is_written_with_the_next_turn_or_made_again),
        cmocka_unit_test(another_key_cannot_go_on_with_the_record),
    };

    return cmocka_run_group_tests_name("turn", tests, NULL, NULL);
}
