/* The roster as it grows: genesis, enrolment, and who is found under which key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/help/county.h"
#include "tests/help/keys.h"

#define SUPPLY 21
#define RESCUE 22

static struct county c;

static int open_county(void **state)
{
    (void)state;
    county_open(&c);
    return 0;
}

static int close_county(void **state)
{
    (void)state;
    county_close(&c);
    return 0;
}

static const struct mu_member *member(uint8_t seed)
{
    struct mu_agent_id id = county_agent(seed);

    return mu_roster_member(c.roster, &id);
}

static void genesis_says_what_the_county_is(void **state)
{
    const struct mu_genesis *g = mu_roster_genesis(c.roster);
    struct mu_agent_id broker = county_agent(COUNTY_BROKER);

    (void)state;
    assert_non_null(g);
    assert_true(mu_hash_equal(&g->log, &c.leaf));
    assert_true(mu_agent_id_equal(&g->broker, &broker));
    assert_string_equal(g->county, "Qinghe County");
    assert_string_equal(g->county_zh, "庆禾县");
    assert_string_equal(g->area, COUNTY_AREA);
    assert_int_equal(g->status, MUSTER__STATUS__STATUS_EXERCISE);
    assert_int_equal(g->clock_start_ms, COUNTY_START_MS);
    assert_int_equal(g->clock_rate_milli, 30000);
    assert_int_equal(g->offset_min, 480);
    assert_true(member(COUNTY_BROKER)->is_broker);
    assert_false(member(COUNTY_BROKER)->is_admin);
    assert_string_equal(member(COUNTY_BROKER)->agency, "broker");
    assert_true(member(COUNTY_ADMIN)->is_admin);
    assert_true(member(COUNTY_SECOND_ADMIN)->is_admin);
    assert_int_equal(member(COUNTY_ADMIN)->enrolled_at, 1);
}

static void before_genesis_there_is_nobody(void **state)
{
    struct mu_topic topic = {.kind = MUSTER__EVENT__BODY_FIGURE};
    struct mu_agent_id id = county_agent(COUNTY_ADMIN);
    struct mu_seal seal = {.count = 1};
    mu_roster *empty = NULL;

    (void)state;
    assert_int_equal(mu_roster_new(&empty), MU_OK);
    assert_null(mu_roster_genesis(empty));
    assert_null(mu_roster_member(empty, &id));
    assert_null(mu_roster_at(empty, 0));
    assert_null(mu_roster_verifier(empty, &id));
    assert_int_equal(mu_authority_standing(empty, &id, 0), MU_E_STRANGER);
    assert_int_equal(mu_authority_seal_stands(empty, &seal, 0), MU_E_STRANGER);
    assert_int_equal(mu_authority_judge(empty, &id, &topic, NULL, 0, NULL), MU_E_NOT_GRANTED);
    assert_false(mu_authority_may_read(empty, &id, topic.kind, topic.area, 0));
    mu_roster_free(&empty);
    assert_null(empty);
    mu_roster_free(&empty);
}

static void clock_in_steps_has_no_rate(void **state)
{
    struct county_genesis g;
    struct county steps = {.next = 1};

    (void)state;
    county_genesis(&g);
    g.genesis.has_clock_mode = 1;
    g.genesis.clock_mode = MUSTER__CLOCK_MODE__CLOCK_MODE_STEP;
    g.name.en = NULL;
    assert_int_equal(mu_roster_new(&steps.roster), MU_OK);
    assert_int_equal(county_fold(&steps, COUNTY_BROKER, &g.event), MU_OK);
    assert_int_equal(mu_roster_genesis(steps.roster)->clock_rate_milli, 0);
    assert_string_equal(mu_roster_genesis(steps.roster)->county, "庆禾县");
    county_close(&steps);
}

/* Each way to write a genesis wrong, and the field that is named for it. */
static void a_genesis_that_cannot_stand_is_refused(void **state)
{
    struct county_genesis g;
    struct mu_fault fault;
    enum mu_err err;
    unsigned tried = 0;

#define TRY(change, want, where)                                                                   \
    county_genesis(&g);                                                                            \
    change;                                                                                        \
    err = mu_authority_genesis_check(&g.event, &fault);                                            \
    assert_int_equal(err, want);                                                                   \
    assert_string_equal(fault.path, where);                                                        \
    tried++

    (void)state;
    county_genesis(&g);
    assert_int_equal(mu_authority_genesis_check(&g.event, NULL), MU_OK);
    TRY(g.genesis.area = NULL, MU_E_MISSING, "genesis.area");
    TRY(g.genesis.area = (char *)"Qinghe", MU_E_BAD_AREA, "genesis.area");
    TRY(g.genesis.has_status = 0, MU_E_MISSING, "genesis.status");
    TRY(g.genesis.status = MUSTER__STATUS__STATUS_TEST, MU_E_BAD_VALUE, "genesis.status");
    TRY(g.genesis.clock_rate_milli = -1, MU_E_BAD_VALUE, "genesis.clock_rate_milli");
    TRY(g.genesis.utc_offset_min = 1000, MU_E_BAD_VALUE, "genesis.utc_offset_min");
    TRY(g.genesis.n_admins = 1, MU_E_MISSING, "genesis.admins");
    TRY(g.genesis.has_log_key = 0, MU_E_MISSING, "genesis.sign_key");
    TRY(g.genesis.log_key.len = 31, MU_E_BAD_VALUE, "genesis.sign_key");
    TRY(memset(g.key[2], 0, 32), MU_E_BAD_VALUE, "genesis.sign_key"); /* a weak key */
    TRY(g.agent[2][0] ^= 1, MU_E_BAD_VALUE, "genesis.agent");
    TRY(g.genesis.has_broker_curve_key = 0, MU_E_MISSING, "genesis.curve_key");
    TRY(memset(g.curve[2], 0, 32), MU_E_BAD_VALUE, "genesis.curve_key");
    TRY(g.envelope.agency = NULL, MU_E_MISSING, "genesis.agency");
    TRY(memcpy(g.curve[1], g.curve[0], 32), MU_E_ENROL_CLASH, "genesis.admins[1].curve_key");
    TRY(g.admins[1] = g.admins[0], MU_E_ENROL_CLASH, "genesis.admins[1].sign_key");
    TRY(g.admin[0].sign_key = g.genesis.log_key;
        g.admin[0].has_agent = 0, MU_E_ENROL_CLASH, "genesis.admins[0].sign_key");
    TRY(g.admin[0].agency = (char *)"E M", MU_E_BAD_VALUE, "genesis.admins[0].agency");
    TRY(g.admin[0].has_algorithm = 1;
        g.admin[0].algorithm = MUSTER__KEY_ALGORITHM__KEY_ALGORITHM_SM2_SM3, MU_E_BAD_VALUE,
        "genesis.admins[0].algorithm");
    TRY(g.event.body_case = MUSTER__EVENT__BODY__NOT_SET, MU_E_NO_KIND, "genesis");
    assert_int_equal(tried, 20);
#undef TRY
}

static void an_accepted_genesis_that_cannot_stand_is_damage(void **state)
{
    struct county bad = {.next = 1};
    struct county_genesis g;

    (void)state;
    county_genesis(&g);
    g.genesis.n_admins = 0;
    assert_int_equal(mu_roster_new(&bad.roster), MU_OK);
    assert_int_equal(county_fold(&bad, COUNTY_BROKER, &g.event), MU_E_CORRUPT);
    county_close(&bad);
    /* A second genesis, and a first entry that is none. */
    county_genesis(&g);
    assert_int_equal(county_fold(&c, COUNTY_BROKER, &g.event), MU_E_CORRUPT);
    assert_int_equal(mu_roster_new(&bad.roster), MU_OK);
    bad.next = 2;
    assert_int_equal(county_fold(&bad, COUNTY_BROKER, &g.event), MU_E_CORRUPT);
    county_close(&bad);
}

static void one_enrolment_gives_everything(void **state)
{
    uint8_t curve[MU_CURVE_BYTES];
    struct mu_agent_id id = county_agent(SUPPLY), owner;
    mu_verifier *v = help_verifier(SUPPLY);
    const struct mu_member *m;

    (void)state;
    assert_int_equal(county_enrol(&c, SUPPLY, "CA", "relief_supply shelters"), MU_OK);
    m = member(SUPPLY);
    assert_non_null(m);
    assert_string_equal(m->agency, "CA");
    assert_string_equal(m->program, "muster");
    assert_int_equal(m->standing, MU_STANDING_GOOD);
    assert_int_equal(m->enrolled_at, 2);
    assert_false(m->is_admin || m->is_broker || m->is_desk || m->is_command);
    county_curve(SUPPLY, curve);
    assert_ptr_equal(mu_roster_by_curve(c.roster, curve), m);
    assert_memory_equal(mu_verifier_public(mu_roster_verifier(c.roster, &id))->b,
                        mu_verifier_public(v)->b, MU_PUBLIC_BYTES);
    assert_ptr_equal(mu_roster_key(c.roster, mu_verifier_id(v), &owner),
                     mu_roster_verifier(c.roster, &id));
    assert_true(mu_agent_id_equal(&owner, &id));
    assert_int_equal(mu_authority_standing(c.roster, &id, c.now_ms), MU_OK);
    mu_verifier_close(&v);
}

static void a_stranger_is_not_found(void **state)
{
    struct mu_agent_id id = county_agent(RESCUE);
    uint8_t curve[MU_CURVE_BYTES];

    (void)state;
    county_curve(RESCUE, curve);
    assert_null(member(RESCUE));
    assert_null(mu_roster_by_curve(c.roster, curve));
    assert_null(mu_roster_verifier(c.roster, &id));
    assert_null(mu_roster_key(c.roster, &id, NULL));
    assert_int_equal(mu_authority_standing(c.roster, &id, c.now_ms), MU_E_STRANGER);
}

/* An agency has several programs; a key has one owner. */
static void keys_are_taken_agencies_are_shared(void **state)
{
    char agency[] = "CA", roles[] = "shelters";
    struct county_enrolment e;

    (void)state;
    assert_int_equal(county_enrol(&c, SUPPLY, "CA", "relief_supply"), MU_OK);
    assert_int_equal(county_enrol(&c, RESCUE, "CA", "shelters"), MU_OK);
    assert_int_equal(county_enrol(&c, SUPPLY, "CA", "relief_supply"), MU_E_ENROL_CLASH);
    assert_string_equal(c.fault.path, "enrolment.sign_key");
    assert_int_equal(county_enrol(&c, SUPPLY, "HC", "health"), MU_E_ENROL_CLASH);
    assert_int_equal(county_enrol(&c, COUNTY_BROKER, "CA", ""), MU_E_ENROL_CLASH);
    /* Another signing key behind a CURVE key that is taken. */
    county_enrolment(&e, 23, agency, roles);
    county_curve(SUPPLY, e.curve);
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &e.event), MU_E_ENROL_CLASH);
    assert_string_equal(c.fault.path, "enrolment.curve_key");
    county_curve(23, e.curve);
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &e.event), MU_OK);
}

/* A key once retired stays taken: what it said must stay its own. */
static void a_retired_key_does_not_come_back(void **state)
{
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Retire retire = MUSTER__RETIRE__INIT;
    Muster__Event event = MUSTER__EVENT__INIT;
    struct mu_agent_id id = county_agent(SUPPLY);

    (void)state;
    assert_int_equal(county_enrol(&c, SUPPLY, "CA", "relief_supply"), MU_OK);
    retire.has_agent = 1;
    retire.agent = (ProtobufCBinaryData){sizeof id.b, id.b};
    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_RETIRE;
    event.retire = &retire;
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &event), MU_OK);
    assert_int_equal(county_enrol(&c, SUPPLY, "CA", "relief_supply"), MU_E_ENROL_CLASH);
    assert_non_null(mu_roster_key(c.roster, &id, NULL));
}

static void enrolments_that_cannot_stand_name_their_field(void **state)
{
    char agency[] = "CA", roles[64], long_code[80];
    struct county_enrolment e;
    unsigned tried = 0;

#define TRY(change, want, where)                                                                   \
    strcpy(roles, "relief_supply shelters");                                                       \
    county_enrolment(&e, SUPPLY, agency, roles);                                                   \
    change;                                                                                        \
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &e.event), want);                                \
    assert_string_equal(c.fault.path, where);                                                      \
    assert_null(member(SUPPLY));                                                                   \
    tried++

    (void)state;
    memset(long_code, 'A', sizeof long_code);
    long_code[sizeof long_code - 1] = '\0';
    TRY(e.enrolment.has_sign_key = 0, MU_E_MISSING, "enrolment.sign_key");
    TRY(e.enrolment.sign_key.len = 16, MU_E_BAD_VALUE, "enrolment.sign_key");
    TRY(memset(e.key, 0, 32); e.key[0] = 1, MU_E_BAD_VALUE, "enrolment.sign_key");
    TRY(e.agent[15] ^= 1, MU_E_BAD_VALUE, "enrolment.agent");
    TRY(e.enrolment.has_curve_key = 0, MU_E_MISSING, "enrolment.curve_key");
    TRY(e.enrolment.curve_key.len = 33, MU_E_BAD_VALUE, "enrolment.curve_key");
    TRY(e.enrolment.agency = NULL, MU_E_MISSING, "enrolment.agency");
    TRY(e.enrolment.agency = (char *)"", MU_E_BAD_VALUE, "enrolment.agency");
    TRY(e.enrolment.agency = (char *)"C,A", MU_E_BAD_VALUE, "enrolment.agency");
    TRY(e.enrolment.agency = long_code, MU_E_BAD_VALUE, "enrolment.agency");
    TRY(e.enrolment.program = long_code, MU_E_BAD_VALUE, "enrolment.program");
    TRY(e.role[1] = (char *)"king", MU_E_BAD_VALUE, "enrolment.roles[1]");
    TRY(e.role[1] = long_code, MU_E_BAD_VALUE, "enrolment.roles[1]");
    TRY(e.role[1] = (char *)"dispatch_", MU_E_BAD_VALUE, "enrolment.roles[1]");
    TRY(e.enrolment.has_replaces_agent = 1;
        e.enrolment.replaces_agent = e.enrolment.agent, MU_E_BAD_REF, "enrolment.replaces_agent");
    TRY(e.enrolment.has_not_before_ms = e.enrolment.has_not_after_ms = 1;
        e.enrolment.not_before_ms = e.enrolment.not_after_ms = 5, MU_E_BAD_VALUE,
        "enrolment.not_after_ms");
    assert_int_equal(tried, 16);
#undef TRY
    assert_int_equal(county_enrol(&c, SUPPLY, "CA", "relief_supply"), MU_OK);
}

/* What was accepted against the rules can only be our bug, or damage. */
static void an_accepted_clash_is_damage(void **state)
{
    char agency[] = "CA", roles[] = "";
    struct county_enrolment e;

    (void)state;
    county_enrolment(&e, SUPPLY, agency, roles);
    assert_int_equal(county_fold(&c, COUNTY_ADMIN, &e.event), MU_OK);
    assert_int_equal(county_fold(&c, COUNTY_ADMIN, &e.event), MU_E_CORRUPT);
}

static void refused_entries_change_nothing(void **state)
{
    char agency[] = "CA", roles[] = "relief_supply";
    struct mu_entry entry = {.number = 2, .code = MU_E_NOT_ADMIN, .path = ""};
    struct county_enrolment e;

    (void)state;
    county_enrolment(&e, SUPPLY, agency, roles);
    entry.event = &e.event;
    assert_int_equal(mu_roster_fold(c.roster, &entry), MU_OK);
    assert_null(member(SUPPLY));
    entry.code = 0; /* negative control */
    assert_int_equal(mu_roster_fold(c.roster, &entry), MU_OK);
    assert_non_null(member(SUPPLY));
    /* A body that cannot be read was never acceptable. */
    entry = (struct mu_entry){.number = 3, .body = {(const uint8_t *)"\xff\xff", 2}, .path = ""};
    assert_int_equal(mu_roster_fold(c.roster, &entry), MU_E_CORRUPT);
}

/* A turn folds into a copy; the first roster stands as it was until the commit. */
static void a_working_copy_leaves_the_first_alone(void **state)
{
    struct mu_agent_id supply = county_agent(SUPPLY);
    mu_roster *copy = NULL, *first = c.roster;
    const mu_verifier *lent;

    (void)state;
    assert_int_equal(county_enrol(&c, SUPPLY, "CA", "relief_supply"), MU_OK);
    assert_int_equal(mu_roster_copy(first, &copy), MU_OK);
    lent = mu_roster_verifier(first, &supply);
    c.roster = copy;
    assert_int_equal(county_enrol(&c, RESCUE, "FR", "fire_rescue"), MU_OK);
    assert_non_null(member(RESCUE));
    c.roster = first;
    assert_null(member(RESCUE));
    assert_ptr_equal(mu_roster_verifier(first, &supply), lent);
    mu_roster_free(&copy);
    assert_non_null(member(SUPPLY));
    assert_non_null(mu_verifier_public(mu_roster_verifier(first, &supply)));
}

/* Enough of them that every table grows several times; each found under each of its names. */
static void a_thousand_members_are_found(void **state)
{
    enum { MEMBERS = 1200 };
    static struct mu_agent_id agent[MEMBERS];

    (void)state;
    for (uint32_t i = 0; i < MEMBERS; i++) {
        char agency[MU_NAME_BYTES_MAX], roles[] = "township_desk";
        struct county_enrolment e;
        struct mu_public public;
        mu_key *key = NULL;

        snprintf(agency, sizeof agency, "A%u", i / 3);
        county_enrolment(&e, SUPPLY, agency, roles);
        assert_int_equal(mu_key_make(&key), MU_OK);
        mu_key_public(key, &public);
        memcpy(e.key, public.b, 32);
        agent[i] = mu_public_id(&public);
        memcpy(e.agent, agent[i].b, 16);
        memcpy(e.curve, public.b, 32);
        e.curve[31] ^= 0x55;
        assert_int_equal(county_fold(&c, COUNTY_ADMIN, &e.event), MU_OK);
        mu_key_close(&key);
    }
    for (uint32_t i = 0; i < MEMBERS; i++) {
        const struct mu_member *m = mu_roster_member(c.roster, &agent[i]);
        char agency[MU_NAME_BYTES_MAX];

        snprintf(agency, sizeof agency, "A%u", i / 3);
        assert_non_null(m);
        assert_string_equal(m->agency, agency);
        assert_ptr_equal(mu_roster_by_curve(c.roster, m->curve), m);
        assert_ptr_equal(mu_roster_at(c.roster, 3 + i), m); /* after broker and admins */
        assert_memory_equal(mu_verifier_id(mu_roster_verifier(c.roster, &agent[i]))->b, agent[i].b,
                            16);
    }
    assert_null(mu_roster_at(c.roster, 3 + MEMBERS));
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, open_county, close_county)
    const struct CMUnitTest tests[] = {
        STORY(genesis_says_what_the_county_is),
        STORY(before_genesis_there_is_nobody),
        STORY(clock_in_steps_has_no_rate),
        STORY(a_genesis_that_cannot_stand_is_refused),
        STORY(an_accepted_genesis_that_cannot_stand_is_damage),
        STORY(one_enrolment_gives_everything),
        STORY(a_stranger_is_not_found),
        STORY(keys_are_taken_agencies_are_shared),
        STORY(a_retired_key_does_not_come_back),
        STORY(enrolments_that_cannot_stand_name_their_field),
        STORY(an_accepted_clash_is_damage),
        STORY(refused_entries_change_nothing),
        STORY(a_working_copy_leaves_the_first_alone),
        STORY(a_thousand_members_are_found),
    };

    return cmocka_run_group_tests_name("authority/roster", tests, NULL, NULL);
}
