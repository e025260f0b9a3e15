/* What a key sends after it was reported compromised: neither taken nor lost, and another key of the agency
 * may say it again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/stage.h"

#define EM 30
#define EM_SECOND 31
#define CA 40

static int open_stage(void **state)
{
    struct stage *s = stage_open(NULL, NULL);
    const struct {
        uint8_t seed;
        const char *agency, *roles;
    } others[] = {{EM_SECOND, "EM", "emergency_management"}, {CA, "CA", "relief_supply"}};

    for (size_t i = 0; i < 2; i++)
        assert_int_equal(stage_say(s, &s->admin, 2,
                                   founded_enrolment(&s->county, others[i].seed, others[i].agency,
                                                     others[i].roles, NULL))
                             ->accepted.refusals,
                         0);
    *state = s;
    return 0;
}

static int close_stage(void **state)
{
    stage_close((struct stage **)state);
    return 0;
}

static void report_compromised(struct stage *s)
{
    struct mu_bytes body = founded_compromised(&s->county, EM);

    assert_int_equal(stage_say(s, &s->admin, 0, body)->accepted.refusals, 0);
}

static struct help_batch *sealed(struct stage *s, unsigned n)
{
    struct mu_bytes body = founded_report(&s->county, n);

    return help_seal_bodies(&s->em.lane[1], &body, NULL, 1);
}

/* ---- into quarantine ------------------------------------------------------------------------- */

static void it_is_refused_on_record_and_kept_word_for_word(void **state)
{
    struct stage *s = *state;
    struct help_batch *before = sealed(s, 1), *late = sealed(s, 2);
    struct mu_entry refused, kept;
    const Muster__Quarantine *q;
    uint64_t head;

    assert_int_equal(stage_send(s, &s->em, 1, before)->accepted.refusals, 0);
    report_compromised(s);
    head = stage_head(s);
    stage_refuses_event(stage_send(s, &s->em, 1, late), MU_E_QUARANTINED, "");
    stage_proves(s, &s->answer[0], late); /* as a refusal that is provably there */
    assert_int_equal(stage_head(s), head + 2);
    refused = stage_entry(s, head + 1);
    assert_int_equal(refused.code, MU_E_QUARANTINED);
    assert_memory_equal(refused.leaf.b, late->items[0].leaf.b, 32);
    kept = stage_entry(s, head + 2);
    assert_int_equal(kept.code, 0);
    assert_int_equal(kept.event->body_case, MUSTER__EVENT__BODY_QUARANTINE);
    q = kept.event->quarantine;
    assert_string_equal(q->agency, "EM");
    assert_int_equal(q->first_number, head + 1);
    assert_int_equal(q->first_sequence, 2);
    assert_int_equal(q->batch.len, late->size);
    assert_memory_equal(q->batch.data, late->bytes, late->size);
    /* what stood before stays: the control */
    assert_int_equal(stage_entry(s, head - 1).code, 0);
    help_batch_free(&before);
    help_batch_free(&late);
}

static void a_repeat_gets_the_same_answer_and_is_kept_once(void **state)
{
    struct stage *s = *state;
    struct help_batch *late;
    uint64_t head;

    report_compromised(s);
    late = sealed(s, 1);
    stage_refuses_event(stage_send(s, &s->em, 1, late), MU_E_QUARANTINED, "");
    head = stage_head(s);
    stage_refuses_event(stage_send(s, &s->em, 1, late), MU_E_QUARANTINED, "");
    assert_int_equal(stage_head(s), head);
    stage_restart(s, NULL);
    stage_refuses_event(stage_send(s, &s->em, 1, late), MU_E_QUARANTINED, "");
    assert_int_equal(stage_head(s), head);
    help_batch_free(&late);
}

static void a_seal_that_does_not_hold_is_not_even_kept(void **state)
{
    struct stage *s = *state;
    struct help_batch *late;
    uint64_t head;

    report_compromised(s);
    late = sealed(s, 1);
    head = stage_head(s);
    late->bytes[late->size - 1] ^= 1;
    stage_refuses(stage_send(s, &s->em, 1, late), MU_E_BAD_SEAL);
    assert_int_equal(stage_head(s), head);
    help_batch_free(&late);
}

/* What an admin's stolen key orders changes nothing. */
static void nothing_of_it_takes_effect(void **state)
{
    struct stage *s = *state;
    struct stage_speaker second;
    struct mu_bytes body;

    stage_speaker_open(s, &second, COUNTY_SECOND_ADMIN);
    body = founded_compromised(&s->county, COUNTY_SECOND_ADMIN);
    assert_int_equal(stage_say(s, &s->admin, 0, body)->accepted.refusals, 0);
    body = founded_enrolment(&s->county, 50, "THIEF", "emergency_management", NULL);
    stage_refuses_event(stage_say(s, &second, 2, body), MU_E_QUARANTINED, "");
    assert_null(mu_roster_member(mu_desk_roster(s->desk), &(struct mu_agent_id){{0}}));
    for (size_t i = 0; mu_roster_at(mu_desk_roster(s->desk), i) != NULL; i++)
        assert_string_not_equal(mu_roster_at(mu_desk_roster(s->desk), i)->agency, "THIEF");
    stage_speaker_close(&second);
}

static void a_thief_does_not_fill_the_record(void **state)
{
    static uint8_t words[60000];
    struct stage *s = *state;
    struct help_batch *late;
    struct mu_bytes big = {words, sizeof words};
    unsigned kept = 0;

    report_compromised(s);
    for (;;) {
        late = help_seal_bodies(&s->em.lane[1], &big, NULL, 1);
        struct stage_answer *a = stage_send(s, &s->em, 1, late);

        if (a->type != MU_FRAME_ACCEPTED) {
            stage_refuses(a, MU_E_RATE);
            break;
        }
        help_batch_free(&late);
        assert_true(++kept < 200);
    }
    assert_int_equal(kept, 4 * 1024 * 1024 / (60000 + MU_SEAL_BYTES + 16));
    s->time.machine_ms += 3600 * 1000; /* and an hour later the next part of it */
    stage_refuses_event(stage_send(s, &s->em, 1, late), MU_E_QUARANTINED, "");
    help_batch_free(&late);
}

/* ---- and out of it --------------------------------------------------------------------------- */

static struct mu_bytes sponsor(struct stage *s, const char *agency, uint8_t seed)
{
    struct mu_agent_id agent = county_agent(seed);
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Sponsor words = MUSTER__SPONSOR__INIT;

    envelope.agency = (char *)agency;
    envelope.area = (char *)COUNTY_AREA;
    envelope.has_status = envelope.has_occurred_at_ms = 1;
    envelope.status = MUSTER__STATUS__STATUS_EXERCISE;
    envelope.occurred_at_ms = COUNTY_START_MS;
    words.has_agent = words.has_instance = words.has_lane = 1;
    words.has_first_sequence = words.has_last_sequence = 1;
    words.agent = (ProtobufCBinaryData){sizeof agent.b, agent.b};
    words.instance = 1;
    words.lane = 1;
    words.first_sequence = words.last_sequence = 1;
    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_SPONSOR;
    event.sponsor = &words;
    return help_packed(&event, &s->county.arena);
}

static void another_key_of_the_agency_says_it_again(void **state)
{
    struct stage *s = *state;
    struct stage_speaker second, ca;
    struct mu_bytes body = founded_report(&s->county, 1);
    struct help_batch *late;

    stage_speaker_open(s, &second, EM_SECOND);
    stage_speaker_open(s, &ca, CA);
    stage_refuses_event(stage_say(s, &second, 2, sponsor(s, "EM", EM)), MU_E_BAD_REF,
                        "sponsor.agent"); /* not reported: nothing to vouch for */
    report_compromised(s);
    late = sealed(s, 1);
    stage_refuses_event(stage_send(s, &s->em, 1, late), MU_E_QUARANTINED, "");
    stage_refuses_event(stage_say(s, &ca, 2, sponsor(s, "CA", EM)), MU_E_NOT_GRANTED,
                        "sponsor.agent"); /* not its agency's */
    assert_int_equal(stage_say(s, &second, 2, sponsor(s, "EM", EM))->accepted.refusals, 0);
    assert_int_equal(stage_say(s, &second, 1, body)->accepted.refusals, 0);
    assert_memory_equal(stage_entry(s, stage_head(s)).body.data, body.data, body.size);
    help_batch_free(&late);
    stage_speaker_close(&second);
    stage_speaker_close(&ca);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_stage, close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(it_is_refused_on_record_and_kept_word_for_word),
        STORY(a_repeat_gets_the_same_answer_and_is_kept_once),
        STORY(a_seal_that_does_not_hold_is_not_even_kept),
        STORY(nothing_of_it_takes_effect),
        STORY(a_thief_does_not_fill_the_record),
        STORY(another_key_of_the_agency_says_it_again),
    };

    return cmocka_run_group_tests_name("quarantine", tests, NULL, NULL);
}
