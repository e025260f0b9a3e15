/* What the desk takes, and what it says to everything it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/stage.h"

static int open_stage(void **state)
{
    *state = stage_open(NULL, NULL);
    return 0;
}

static int close_stage(void **state)
{
    struct stage *stage = *state;

    stage_close(&stage);
    return 0;
}

static struct help_batch *sealed(struct stage *s, uint8_t lane, unsigned n)
{
    struct mu_bytes body =
        lane == 0 ? founded_evacuation(&s->county, n) : founded_report(&s->county, n);

    return help_seal_bodies(&s->em.lane[lane], &body, NULL, 1);
}

/* ---- taken ----------------------------------------------------------------------------------- */
static void an_answer_proves_that_the_batch_is_in_the_record(void **state)
{
    struct stage *s = *state;
    struct mu_bytes bodies[] = {founded_report(&s->county, 1), founded_report(&s->county, 2)};
    struct help_batch *batch = help_seal_bodies(&s->em.lane[1], bodies, NULL, 2);
    struct stage_answer *a = stage_send(s, &s->em, 1, batch);

    assert_int_equal(a->accepted.first_number, 3);
    assert_int_equal(a->accepted.accepted_at_ms, COUNTY_START_MS);
    assert_ptr_equal(a->seat, &s->em.seat);
    stage_proves(s, a, batch);
    assert_int_equal(stage_head(s), 4);
    help_batch_free(&batch);
}

static void each_batch_of_a_turn_is_proved_by_one_checkpoint(void **state)
{
    struct stage *s = *state;
    struct help_batch *batch[20];

    stage_begin(s);
    for (unsigned i = 0; i < 20; i++) {
        batch[i] = sealed(s, i % 2, i);
        stage_submit(s, &s->em, i % 2, stage_bytes(batch[i]));
    }
    assert_int_equal(s->answers, 0); /* nothing leaves before the commit */
    stage_end(s);
    assert_int_equal(s->answers, 20);
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(s->answer[i].accepted.first_number, 3 + i);
        stage_proves(s, &s->answer[i], batch[i]);
        help_batch_free(&batch[i]);
    }
}

/* ---- the same again -------------------------------------------------------------------------- */
static void a_repeat_gets_its_first_answer_also_after_a_restart(void **state)
{
    struct stage *s = *state;
    struct help_batch *batch = sealed(s, 1, 1), *later = sealed(s, 1, 2);
    struct stage_answer *a = stage_send(s, &s->em, 1, batch);
    uint64_t number = a->accepted.first_number;

    s->time.log_ms += 60000;
    stage_send(s, &s->em, 1, later);
    for (unsigned restarts = 0; restarts < 2; restarts++) {
        a = stage_send(s, &s->em, 1, batch);
        assert_int_equal(a->accepted.first_number, number);
        assert_int_equal(a->accepted.accepted_at_ms, COUNTY_START_MS);
        stage_proves(s, a, batch);
        assert_int_equal(stage_head(s), 4);
        stage_restart(s, NULL);
    }
    help_batch_free(&batch);
    help_batch_free(&later);
}

static void a_repeat_in_the_same_turn_is_one_entry(void **state)
{
    struct stage *s = *state;
    struct help_batch *batch = sealed(s, 1, 1);

    stage_begin(s);
    stage_submit(s, &s->em, 1, stage_bytes(batch));
    stage_submit(s, &s->em, 1, stage_bytes(batch));
    stage_end(s);
    assert_int_equal(s->answers, 2);
    stage_proves(s, &s->answer[0], batch);
    stage_proves(s, &s->answer[1], batch);
    assert_int_equal(s->answer[0].accepted.first_number, s->answer[1].accepted.first_number);
    assert_int_equal(stage_head(s), 3);
    help_batch_free(&batch);
}

static void a_repeat_tells_its_refusals_again(void **state)
{
    struct stage *s = *state;
    struct mu_bytes body = help_packed(
        HELP_EVENT(&s->county.arena, "field_report", "field_report.words="), &s->county.arena);
    struct help_batch *batch = help_seal_bodies(&s->em.lane[1], &body, NULL, 1);

    for (unsigned i = 0; i < 2; i++) {
        struct stage_answer *a = stage_send(s, &s->em, 1, batch);

        stage_refuses_event(a, MU_E_MISSING, "field_report.words");
        stage_proves(s, a, batch);
    }
    help_batch_free(&batch);
}

/* ---- not new, not the same ------------------------------------------------------------------- */
static void the_same_sequence_with_other_bytes_fences_the_instance(void **state)
{
    struct stage *s = *state;
    struct help_author clone = s->em.lane[1];
    struct mu_bytes other = founded_report(&s->county, 2);
    struct help_batch *batch = sealed(s, 1, 1), *life = sealed(s, 0, 1);
    struct help_batch *forked = help_seal_bodies(&clone, &other, NULL, 1), *more;

    stage_proves(s, stage_send(s, &s->em, 1, batch), batch);
    stage_refuses(stage_send(s, &s->em, 1, forked), MU_E_FORK);
    assert_int_equal(s->alarms, 1);
    assert_int_equal(s->alarm, MU_E_FORK);
    /* nothing of the instance is believed again, in no lane, also after a restart */
    stage_restart(s, NULL);
    more = sealed(s, 1, 3);
    stage_refuses(stage_send(s, &s->em, 1, more), MU_E_FENCED);
    stage_refuses(stage_send(s, &s->em, 0, life), MU_E_FENCED);
    /* ... but what had landed before has landed: whoever lost that answer hears it, the other does not */
    stage_proves(s, stage_send(s, &s->em, 1, batch), batch);
    stage_refuses(stage_send(s, &s->em, 1, forked), MU_E_FENCED);
    assert_int_equal(stage_head(s), 3);
    /* a new one in plain sight is */
    help_batch_free(&more);
    stage_instance(&s->em, 2);
    more = sealed(s, 1, 3);
    stage_proves(s, stage_send(s, &s->em, 1, more), more);
    help_batch_free(&more);
    help_batch_free(&batch);
    help_batch_free(&life);
    help_batch_free(&forked);
}

static void a_fork_inside_one_turn_is_seen(void **state)
{
    struct stage *s = *state;
    struct help_author clone = s->em.lane[1];
    struct mu_bytes other = founded_report(&s->county, 2);
    struct help_batch *batch = sealed(s, 1, 1);
    struct help_batch *forked = help_seal_bodies(&clone, &other, NULL, 1);

    stage_begin(s);
    stage_submit(s, &s->em, 1, stage_bytes(batch));
    stage_submit(s, &s->em, 1, stage_bytes(forked));
    stage_end(s);
    stage_proves(s, &s->answer[0], batch);
    stage_refuses(&s->answer[1], MU_E_FORK);
    help_batch_free(&batch);
    help_batch_free(&forked);
}

/* A rolled-back spool goes on from an older place: the next number, but another history before it. */
static void the_next_number_after_another_history_is_a_fork(void **state)
{
    struct stage *s = *state;
    struct help_batch *first = sealed(s, 1, 1), *second;

    stage_send(s, &s->em, 1, first);
    s->em.lane[1].seal.previous.b[0] ^= 1;
    second = sealed(s, 1, 2);
    stage_refuses(stage_send(s, &s->em, 1, second), MU_E_FORK);
    help_batch_free(&first);
    help_batch_free(&second);
}

static void an_older_fork_is_told_from_an_honest_overlap(void **state)
{
    struct stage *s = *state;
    struct help_author clone = s->em.lane[1], recut = s->em.lane[1];
    struct mu_bytes one = founded_report(&s->county, 1), two = founded_report(&s->county, 2),
                    three = founded_report(&s->county, 3);
    struct mu_bytes both[] = {one, two};
    struct help_batch *batch[3] = {help_seal_bodies(&s->em.lane[1], &one, NULL, 1),
                                   help_seal_bodies(&s->em.lane[1], &two, NULL, 1),
                                   help_seal_bodies(&s->em.lane[1], &three, NULL, 1)};
    struct help_batch *overlap = help_seal_bodies(&recut, both, NULL, 2);
    struct help_batch *forked = help_seal_bodies(&clone, &three, NULL, 1);
    struct stage_answer *a;

    for (unsigned i = 0; i < 3; i++)
        stage_send(s, &s->em, 1, batch[i]);
    a = stage_send(s, &s->em, 1, overlap); /* the same events, cut another way */
    stage_refuses(a, MU_E_RECUT);
    assert_int_equal(a->refused.expected, 4);
    a = stage_send(s, &s->em, 1, batch[1]); /* nobody was fenced for it */
    stage_proves(s, a, batch[1]);
    stage_refuses(stage_send(s, &s->em, 1, forked), MU_E_FORK);
    for (unsigned i = 0; i < 3; i++)
        help_batch_free(&batch[i]);
    help_batch_free(&overlap);
    help_batch_free(&forked);
}

static void a_gap_is_named(void **state)
{
    struct stage *s = *state;
    struct help_batch *first = sealed(s, 1, 1), *lost = sealed(s, 1, 2), *third = sealed(s, 1, 3);
    struct stage_answer *a;

    stage_send(s, &s->em, 1, first);
    a = stage_send(s, &s->em, 1, third);
    stage_refuses(a, MU_E_GAP);
    assert_int_equal(a->refused.expected, 2);
    assert_int_equal(a->refused.first_sequence, 3);
    stage_proves(s, stage_send(s, &s->em, 1, lost), lost); /* nothing was consumed */
    stage_proves(s, stage_send(s, &s->em, 1, third), third);
    help_batch_free(&first);
    help_batch_free(&lost);
    help_batch_free(&third);
}

/* ---- not theirs ------------------------------------------------------------------------------ */
static void every_byte_of_a_sealed_batch_is_sealed(void **state)
{
    struct stage *s = *state;
    struct help_batch *batch = sealed(s, 1, 1);

    for (size_t at = 0; at < batch->size; at += at < MU_SEAL_BYTES ? 1 : 7) {
        stage_begin(s);
        batch->bytes[at] ^= 0x40;
        stage_submit(s, &s->em, 1, stage_bytes(batch));
        batch->bytes[at] ^= 0x40;
        stage_end(s);
        assert_int_equal(s->answer[0].type, MU_FRAME_REFUSED);
        assert_int_not_equal(s->answer[0].refused.code, MU_E_FORK); /* no forgery fences anybody */
    }
    assert_int_equal(stage_head(s), 2);
    stage_proves(s, stage_send(s, &s->em, 1, batch), batch);
    help_batch_free(&batch);
}

static void seals_of_others_and_of_other_logs_are_refused(void **state)
{
    struct stage *s = *state;
    struct stage_speaker stranger;
    struct mu_bytes body = founded_report(&s->county, 1);
    struct help_batch *batch = sealed(s, 1, 1), *foreign;

    stage_refuses(stage_send(s, &s->admin, 1, batch), MU_E_WRONG_AGENT);
    stage_refuses(stage_send(s, &s->em, 2, batch), MU_E_BAD_FRAME);
    help_batch_free(&batch);
    s->em.lane[1].seal.origin.b[0] ^= 1;
    foreign = help_seal_bodies(&s->em.lane[1], &body, NULL, 1);
    stage_refuses(stage_send(s, &s->em, 1, foreign), MU_E_OTHER_LOG);
    help_batch_free(&foreign);
    stage_speaker_open(s, &stranger, 77);
    foreign = help_seal_bodies(&stranger.lane[1], &body, NULL, 1);
    stage_refuses(stage_send(s, &stranger, 1, foreign), MU_E_STRANGER);
    help_batch_free(&foreign);
    stage_speaker_close(&stranger);
    assert_int_equal(stage_head(s), 2);
}

static void what_is_no_batch_is_refused(void **state)
{
    struct stage *s = *state;
    struct help_batch *batch = sealed(s, 1, 1);

    for (size_t size = 1; size < batch->size; size += 13) {
        stage_begin(s);
        stage_submit(s, &s->em, 1, (struct mu_bytes){batch->bytes, size});
        stage_end(s);
        stage_refuses(&s->answer[0], MU_E_MALFORMED);
        /* its seal, where it is whole, still says which batch it was */
        assert_int_equal(s->answer[0].refused.first_sequence, size < MU_SEAL_BYTES ? 0 : 1);
        assert_int_equal(s->answer[0].refused.retry_ms, 0);
    }
    help_batch_free(&batch);
}

static void the_operator_is_told_once_a_minute(void **state)
{
    struct stage *s = *state;
    struct help_batch *lost = sealed(s, 1, 1), *batch = sealed(s, 1, 2);

    for (unsigned i = 0; i < 10; i++)
        stage_refuses(stage_send(s, &s->em, 1, batch), MU_E_GAP);
    assert_int_equal(s->alarms, 1);
    s->time.machine_ms += 60000;
    stage_refuses(stage_send(s, &s->em, 1, batch), MU_E_GAP);
    assert_int_equal(s->alarms, 2);
    help_batch_free(&lost);
    help_batch_free(&batch);
}

/* ---- refused for good ------------------------------------------------------------------------ */
static void refuses_body(struct stage *s, uint8_t lane, struct mu_bytes body, enum mu_err code,
                         const char *path)
{
    uint64_t before = stage_head(s);
    struct stage_answer *a = stage_say(s, &s->em, lane, body);

    stage_refuses_event(a, code, path);
    assert_int_equal(stage_head(s), before + 1); /* it consumed its number and is recorded */
    assert_int_equal(stage_entry(s, before + 1).code, code);
}

#define BODY(s, ...) help_packed(HELP_EVENT(&(s)->county.arena, __VA_ARGS__), &(s)->county.arena)

/* A message in a message, `depth` times, as field 1 each. Lent from the end of `room`. */
static struct mu_bytes nested(unsigned depth, uint8_t *room, size_t size)
{
    size_t at = size;

    while (depth-- > 0) {
        size_t inner = size - at;

        room[--at] = (uint8_t)(inner >> 14);
        room[--at] = (uint8_t)(0x80 | (inner >> 7 & 0x7f));
        room[--at] = (uint8_t)(0x80 | (inner & 0x7f));
        room[--at] = 0x0a;
    }
    return (struct mu_bytes){room + at, size - at};
}

static void dishonest_form_is_refused_for_good_and_the_chain_goes_on(void **state)
{
    struct stage *s = *state;
    static const uint8_t unknown_kind[] = {0xfa, 0x7f, 0x00};
    static uint8_t deep[12000 * 5];

    /* wrong lane: an evacuation is life safety */
    refuses_body(s, 1, founded_evacuation(&s->county, 1), MU_E_BAD_LANE, "lane 0");
    refuses_body(s, 2, BODY(s, "field_report", "words=x", "envelope.severity=extreme"),
                 MU_E_BAD_LANE, "lane 0");
    refuses_body(s, 1, BODY(s, "field_report", "field_report.words="), MU_E_MISSING,
                 "field_report.words");
    refuses_body(s, 1, BODY(s, "field_report", "words=x", "envelope.agency=CA"), MU_E_NOT_GRANTED,
                 "envelope.agency");
    refuses_body(s, 1, BODY(s, "field_report", "words=x", "envelope.status=actual"),
                 MU_E_BAD_STATUS, "envelope.status");
    refuses_body(s, 1, (struct mu_bytes){unknown_kind, sizeof unknown_kind}, MU_E_NO_KIND, "");
    refuses_body(s, 1, (struct mu_bytes){(const uint8_t *)"\xff\xff", 2}, MU_E_MALFORMED, "");
    /* 12,000 deep: no type of ours nests so, so the second message stands where a text should be */
    refuses_body(s, 1, nested(12000, deep, sizeof deep), MU_E_BAD_TEXT, "envelope.incident");
    /* and an honest one after all of them */
    assert_int_equal(stage_say(s, &s->em, 1, founded_report(&s->county, 1))->accepted.refusals, 0);
}

static void one_bad_event_does_not_spoil_its_batch(void **state)
{
    struct stage *s = *state;
    struct mu_bytes bodies[] = {founded_report(&s->county, 1),
                                BODY(s, "field_report", "field_report.words="),
                                founded_report(&s->county, 3)};
    struct help_batch *batch = help_seal_bodies(&s->em.lane[1], bodies, NULL, 3);
    struct stage_answer *a = stage_send(s, &s->em, 1, batch);
    struct mu_bytes left = a->accepted.refusal_bytes;
    struct mu_refusal refusal;

    stage_proves(s, a, batch);
    assert_int_equal(a->accepted.refusals, 1);
    assert_int_equal(mu_refusal_next(&left, &refusal), MU_OK);
    assert_int_equal(refusal.index, 1);
    assert_int_equal(stage_entry(s, 4).code, MU_E_MISSING);
    assert_int_equal(stage_entry(s, 4).body.size, 0); /* leaf, code and path, not the body */
    assert_int_equal(stage_entry(s, 5).code, 0);
    help_batch_free(&batch);
}

/* ---- who may --------------------------------------------------------------------------------- */
static void enrolled_and_heard_in_one_turn(void **state)
{
    struct stage *s = *state;
    struct stage_speaker newcomer;
    struct mu_bytes enrol = founded_enrolment(&s->county, 20, "CA", "relief_supply", NULL);
    struct mu_bytes body = BODY(s, "field_report", "words=here", "envelope.agency=CA");
    struct help_batch *first, *second;

    stage_speaker_open(s, &newcomer, 20);
    first = help_seal_bodies(&s->admin.lane[2], &enrol, NULL, 1);
    second = help_seal_bodies(&newcomer.lane[1], &body, NULL, 1);
    stage_begin(s);
    stage_submit(s, &newcomer, 1, stage_bytes(second)); /* too early by one batch */
    stage_submit(s, &s->admin, 2, stage_bytes(first));
    stage_submit(s, &newcomer, 1, stage_bytes(second));
    stage_end(s);
    stage_refuses(&s->answer[0], MU_E_STRANGER);
    stage_proves(s, &s->answer[1], first);
    stage_proves(s, &s->answer[2], second);
    assert_int_equal(s->answer[2].accepted.refusals, 0);
    help_batch_free(&first);
    help_batch_free(&second);
    stage_speaker_close(&newcomer);
}

static void retired_and_compromised_keys_are_refused_from_the_next_batch_on(void **state)
{
    struct stage *s = *state;
    struct help_batch *said = sealed(s, 1, 1), *late = sealed(s, 1, 2), *retire;
    struct mu_bytes body;

    stage_send(s, &s->em, 1, said);
    body = founded_retire(&s->county, 30);
    retire = help_seal_bodies(&s->admin.lane[1], &body, NULL, 1);
    stage_begin(s);
    stage_submit(s, &s->admin, 1, stage_bytes(retire));
    stage_submit(s, &s->em, 1, stage_bytes(late)); /* in the very same turn */
    stage_end(s);
    stage_proves(s, &s->answer[0], retire);
    assert_int_equal(s->answer[0].accepted.refusals, 0);
    stage_refuses(&s->answer[1], MU_E_RETIRED);
    stage_restart(s, NULL);
    stage_refuses(stage_send(s, &s->em, 1, late), MU_E_RETIRED);
    body = founded_compromised(&s->county, 30);
    assert_int_equal(stage_say(s, &s->admin, 0, body)->accepted.refusals, 0);
    stage_refuses_event(stage_send(s, &s->em, 1, late), MU_E_QUARANTINED, "");
    help_batch_free(&said);
    help_batch_free(&late);
    help_batch_free(&retire);
}

static void only_admins_change_the_roster(void **state)
{
    struct stage *s = *state;
    struct mu_bytes enrol = founded_enrolment(&s->county, 20, "CA", "", NULL);

    refuses_body(s, 2, enrol, MU_E_NOT_GRANTED, "envelope.agency");
    assert_null(mu_roster_member(mu_desk_roster(s->desk), &(struct mu_agent_id){{0}}));
    assert_null(mu_roster_at(mu_desk_roster(s->desk), 4)); /* broker, two admins, em */
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(an_answer_proves_that_the_batch_is_in_the_record),
        STORY(each_batch_of_a_turn_is_proved_by_one_checkpoint),
        STORY(a_repeat_gets_its_first_answer_also_after_a_restart),
        STORY(a_repeat_in_the_same_turn_is_one_entry),
        STORY(a_repeat_tells_its_refusals_again),
        STORY(the_same_sequence_with_other_bytes_fences_the_instance),
        STORY(a_fork_inside_one_turn_is_seen),
        STORY(the_next_number_after_another_history_is_a_fork),
        STORY(an_older_fork_is_told_from_an_honest_overlap),
        STORY(a_gap_is_named),
        STORY(every_byte_of_a_sealed_batch_is_sealed),
        STORY(seals_of_others_and_of_other_logs_are_refused),
        STORY(what_is_no_batch_is_refused),
        STORY(the_operator_is_told_once_a_minute),
        STORY(dishonest_form_is_refused_for_good_and_the_chain_goes_on),
        STORY(one_bad_event_does_not_spoil_its_batch),
        STORY(enrolled_and_heard_in_one_turn),
        STORY(retired_and_compromised_keys_are_refused_from_the_next_batch_on),
        STORY(only_admins_change_the_roster),
    };

    return cmocka_run_group_tests_name("admit", tests, NULL, NULL);
}
