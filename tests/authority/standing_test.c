/* Ends: retired in order so that an honest backlog still lands, compromised at once; and what a seal
 * must be for anything in it to be believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "tests/help/county.h"
#include "tests/help/keys.h"

#define SUPPLY 21
#define WATER 22

static struct county c;

static int open_county(void **state)
{
    (void)state;
    county_open(&c);
    assert_int_equal(county_enrol(&c, SUPPLY, "CA", "relief_supply"), MU_OK);
    assert_int_equal(county_enrol(&c, WATER, "WR", "water"), MU_OK);
    return 0;
}

static int close_county(void **state)
{
    (void)state;
    county_close(&c);
    return 0;
}

/* ---- what is said about an end ---------------------------------------------------------------- */

struct ending {
    Muster__Event event;
    Muster__Envelope envelope;
    Muster__Retire retire;
    Muster__Compromised compromised;
    Muster__LaneEnd lane[3], *lanes[3];
    struct mu_agent_id agent;
};

static void start(struct ending *e, uint8_t seed)
{
    memset(e, 0, sizeof *e);
    e->event = (Muster__Event)MUSTER__EVENT__INIT;
    e->envelope = (Muster__Envelope)MUSTER__ENVELOPE__INIT;
    e->retire = (Muster__Retire)MUSTER__RETIRE__INIT;
    e->compromised = (Muster__Compromised)MUSTER__COMPROMISED__INIT;
    e->agent = county_agent(seed);
    e->event.envelope = &e->envelope;
    e->retire.has_agent = e->compromised.has_agent = 1;
    e->retire.agent = e->compromised.agent = (ProtobufCBinaryData){sizeof e->agent.b, e->agent.b};
    e->retire.lanes = e->lanes;
}

static enum mu_err retire(struct ending *e)
{
    e->event.body_case = MUSTER__EVENT__BODY_RETIRE;
    e->event.retire = &e->retire;
    return county_say(&c, COUNTY_ADMIN, &e->event);
}

static enum mu_err compromise(struct ending *e)
{
    e->event.body_case = MUSTER__EVENT__BODY_COMPROMISED;
    e->event.compromised = &e->compromised;
    return county_say(&c, COUNTY_ADMIN, &e->event);
}

static void name_last(struct ending *e, uint32_t lane, uint64_t last)
{
    Muster__LaneEnd *end = &e->lane[e->retire.n_lanes];

    *end = (Muster__LaneEnd)MUSTER__LANE_END__INIT;
    end->has_lane = end->has_last_sequence = 1;
    end->lane = lane;
    end->last_sequence = last;
    e->lanes[e->retire.n_lanes++] = end;
}

/* ---- seals -------------------------------------------------------------------------------------- */

static struct mu_seal seal_of(uint8_t seed, uint8_t lane, uint64_t first, uint32_t count)
{
    return (struct mu_seal){
        .algorithm = 1,
        .lane = lane,
        .count = count,
        .agent = county_agent(seed),
        .key = county_agent(seed),
        .origin = mu_roster_genesis(c.roster)->log,
        .instance = 7,
        .first_sequence = first,
    };
}

static enum mu_err stands(struct mu_seal seal)
{
    return mu_authority_seal_stands(c.roster, &seal, c.now_ms);
}

static enum mu_err standing(uint8_t seed)
{
    struct mu_agent_id id = county_agent(seed);

    return mu_authority_standing(c.roster, &id, c.now_ms);
}

static void a_seal_is_of_this_log_agent_and_key(void **state)
{
    struct mu_seal seal = seal_of(SUPPLY, 1, 1, 3);

    (void)state;
    assert_int_equal(stands(seal), MU_OK);
    seal.origin.b[0] ^= 1;
    assert_int_equal(stands(seal), MU_E_OTHER_LOG);
    seal = seal_of(99, 1, 1, 3); /* nobody */
    assert_int_equal(stands(seal), MU_E_STRANGER);
    seal = seal_of(SUPPLY, 1, 1, 3);
    seal.key = county_agent(99);
    assert_int_equal(stands(seal), MU_E_STRANGER);
    seal.key = county_agent(WATER); /* enrolled, but not this agent's */
    assert_int_equal(stands(seal), MU_E_STRANGER);
    seal = seal_of(SUPPLY, 3, 1, 3);
    assert_int_equal(stands(seal), MU_E_STRANGER);
}

/* The whole way of a forged batch: the roster stands, the signature does not. */
static void a_forged_seal_stands_but_does_not_fit(void **state)
{
    static struct mu_item items[MU_BATCH_EVENTS_MAX];
    const struct mu_bytes body = {(const uint8_t *)"moved 135", 9};
    struct mu_agent_id id = county_agent(SUPPLY);
    struct mu_seal seal = seal_of(SUPPLY, 1, 1, 1);
    mu_key *forger = help_key(77), *clerk = help_key(SUPPLY);
    uint8_t bytes[512];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    struct mu_batch batch;
    struct mu_hash last;

    (void)state;
    assert_int_equal(mu_batch_write(&w, &seal, &body, 1, forger, &last), MU_OK);
    memcpy(bytes + 24, id.b, sizeof id.b); /* claims the clerk's key */
    assert_int_equal(mu_batch_read(mu_written(&w), items, &batch), MU_OK);
    assert_int_equal(stands(batch.seal), MU_OK);
    assert_int_equal(mu_batch_check(&batch, mu_roster_verifier(c.roster, &id)), MU_E_BAD_SEAL);
    w = mu_writer(bytes, sizeof bytes); /* negative control */
    assert_int_equal(mu_batch_write(&w, &seal, &body, 1, clerk, &last), MU_OK);
    assert_int_equal(mu_batch_read(mu_written(&w), items, &batch), MU_OK);
    assert_int_equal(mu_batch_check(&batch, mu_roster_verifier(c.roster, &id)), MU_OK);
    mu_key_close(&forger);
    mu_key_close(&clerk);
}

static void an_honest_backlog_still_lands(void **state)
{
    struct ending e;

    (void)state;
    start(&e, SUPPLY);
    name_last(&e, 0, 5);
    name_last(&e, 2, 40);
    assert_int_equal(retire(&e), MU_OK);
    assert_int_equal(standing(SUPPLY), MU_E_RETIRED);
    assert_int_equal(standing(WATER), MU_OK);
    assert_int_equal(stands(seal_of(SUPPLY, 2, 38, 3)), MU_OK);
    assert_int_equal(stands(seal_of(SUPPLY, 2, 1, 1)), MU_OK);
    assert_int_equal(stands(seal_of(SUPPLY, 2, 38, 4)), MU_E_RETIRED); /* one past the end */
    assert_int_equal(stands(seal_of(SUPPLY, 2, 41, 1)), MU_E_RETIRED);
    assert_int_equal(stands(seal_of(SUPPLY, 0, 5, 1)), MU_OK);
    assert_int_equal(stands(seal_of(SUPPLY, 0, 6, 1)), MU_E_RETIRED);
    assert_int_equal(stands(seal_of(SUPPLY, 1, 1, 1)), MU_E_RETIRED); /* a lane not named */
    /* The backlog is still judged by the agent's grants. */
    assert_int_equal(county_may(&c, SUPPLY, "stock", COUNTY_AREA), MU_OK);
}

static void one_instance_may_end_alone(void **state)
{
    struct mu_seal seal = seal_of(SUPPLY, 1, 10, 1);
    struct ending e;

    (void)state;
    start(&e, SUPPLY);
    e.retire.has_instance = 1;
    e.retire.instance = 7;
    name_last(&e, 1, 9);
    assert_int_equal(retire(&e), MU_OK);
    assert_int_equal(standing(SUPPLY), MU_OK);
    assert_int_equal(stands(seal), MU_E_RETIRED);
    seal.first_sequence = 9;
    assert_int_equal(stands(seal), MU_OK);
    seal.instance = 8;
    seal.first_sequence = 10;
    assert_int_equal(stands(seal), MU_OK);
    /* A later word on the whole agent covers this instance too. */
    start(&e, SUPPLY);
    name_last(&e, 1, 3);
    assert_int_equal(retire(&e), MU_OK);
    seal.instance = 7;
    seal.first_sequence = 9;
    assert_int_equal(stands(seal), MU_E_RETIRED);
    seal.first_sequence = 3;
    assert_int_equal(stands(seal), MU_OK);
}

static void compromised_is_immediate(void **state)
{
    struct mu_agent_id id = county_agent(SUPPLY);
    struct ending e;

    (void)state;
    start(&e, SUPPLY);
    name_last(&e, 1, 100);
    assert_int_equal(retire(&e), MU_OK);
    assert_int_equal(stands(seal_of(SUPPLY, 1, 1, 1)), MU_OK);
    start(&e, SUPPLY);
    assert_int_equal(compromise(&e), MU_OK);
    assert_int_equal(standing(SUPPLY), MU_E_COMPROMISED);
    assert_int_equal(stands(seal_of(SUPPLY, 1, 1, 1)), MU_E_COMPROMISED);
    /* Retiring it afterwards makes nothing better. */
    start(&e, SUPPLY);
    name_last(&e, 1, 100);
    assert_int_equal(retire(&e), MU_OK);
    assert_int_equal(standing(SUPPLY), MU_E_COMPROMISED);
    assert_int_equal(stands(seal_of(SUPPLY, 1, 1, 1)), MU_E_COMPROMISED);
    /* What it said before stays attributable. */
    assert_non_null(mu_roster_verifier(c.roster, &id));
    assert_string_equal(mu_roster_member(c.roster, &id)->agency, "CA");
}

static void one_instance_may_be_compromised_alone(void **state)
{
    struct mu_seal seal = seal_of(SUPPLY, 1, 1, 1);
    struct ending e;

    (void)state;
    start(&e, SUPPLY);
    e.compromised.has_instance = 1;
    e.compromised.instance = 7;
    assert_int_equal(compromise(&e), MU_OK);
    assert_int_equal(standing(SUPPLY), MU_OK);
    assert_int_equal(stands(seal), MU_E_COMPROMISED);
    seal.instance = 8;
    assert_int_equal(stands(seal), MU_OK);
}

static void whoever_is_ended_reads_no_more(void **state)
{
    struct mu_agent_id id = county_agent(SUPPLY);
    struct mu_bytes area = {NULL, 0};
    struct ending e;

    (void)state;
    assert_true(mu_authority_may_read(c.roster, &id, MUSTER__EVENT__BODY_ROAD, area, c.now_ms));
    start(&e, SUPPLY);
    assert_int_equal(retire(&e), MU_OK);
    assert_false(mu_authority_may_read(c.roster, &id, MUSTER__EVENT__BODY_ROAD, area, c.now_ms));
}

static void ends_that_cannot_be_name_their_field(void **state)
{
    struct ending e;

    (void)state;
    start(&e, 99);
    assert_int_equal(retire(&e), MU_E_BAD_REF);
    assert_string_equal(c.fault.path, "retire.agent");
    assert_int_equal(compromise(&e), MU_E_BAD_REF);
    assert_string_equal(c.fault.path, "compromised.agent");
    e.retire.agent.len = 15;
    assert_int_equal(retire(&e), MU_E_BAD_REF);
    e.retire.has_agent = e.compromised.has_agent = 0;
    assert_int_equal(retire(&e), MU_E_MISSING);
    assert_int_equal(compromise(&e), MU_E_MISSING);
    start(&e, COUNTY_BROKER);
    assert_int_equal(retire(&e), MU_E_BAD_VALUE);
    assert_int_equal(compromise(&e), MU_E_BAD_VALUE);
    start(&e, SUPPLY);
    e.retire.has_instance = e.compromised.has_instance = 1;
    assert_int_equal(retire(&e), MU_E_BAD_VALUE);
    assert_string_equal(c.fault.path, "retire.instance");
    assert_int_equal(compromise(&e), MU_E_BAD_VALUE);
    start(&e, SUPPLY);
    name_last(&e, 3, 1);
    assert_int_equal(retire(&e), MU_E_BAD_VALUE);
    assert_string_equal(c.fault.path, "retire.lanes[0].lane");
    assert_int_equal(standing(SUPPLY), MU_OK);
}

static void the_last_two_admins_stay_unless_stolen(void **state)
{
    struct ending e;

    (void)state;
    /* Of two admins none can go: nothing that needs two seals could ever stand again. */
    start(&e, COUNTY_ADMIN);
    assert_int_equal(retire(&e), MU_E_BAD_VALUE);
    assert_string_equal(c.fault.path, "retire.agent");
    /* A stolen key is another matter, and one seal is enough. */
    start(&e, COUNTY_SECOND_ADMIN);
    assert_int_equal(compromise(&e), MU_OK);
    assert_int_equal(standing(COUNTY_SECOND_ADMIN), MU_E_COMPROMISED);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, open_county, close_county)
    const struct CMUnitTest tests[] = {
        STORY(a_seal_is_of_this_log_agent_and_key),
        STORY(a_forged_seal_stands_but_does_not_fit),
        STORY(an_honest_backlog_still_lands),
        STORY(one_instance_may_end_alone),
        STORY(compromised_is_immediate),
        STORY(one_instance_may_be_compromised_alone),
        STORY(whoever_is_ended_reads_no_more),
        STORY(ends_that_cannot_be_name_their_field),
        STORY(the_last_two_admins_stay_unless_stolen),
    };

    return cmocka_run_group_tests_name("authority/standing", tests, NULL, NULL);
}
