/* What needs two seals: admins, the command, keys. A proposal is nothing until another admin endorses
 * it, and for a day at most. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "proto/base/clock.h"
#include "tests/help/county.h"
#include "tests/help/keys.h"

#define NEW_ADMIN 31
#define OTHER 32

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

/* ---- papers ------------------------------------------------------------------------------------ */

/* An enrolment of an admin, proposed by the first one; its leaf is c.leaf afterwards. */
static enum mu_err propose_admin(uint8_t seed)
{
    return county_enrol(&c, seed, "EM", "admin");
}

static enum mu_err endorse_as(uint8_t by, const struct mu_hash *leaf, bool refused)
{
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Endorsement endorsement = MUSTER__ENDORSEMENT__INIT;
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Ref of = MUSTER__REF__INIT;
    struct mu_hash copy = *leaf;

    of.has_leaf = 1;
    of.leaf = (ProtobufCBinaryData){sizeof copy.b, copy.b};
    endorsement.of = &of;
    endorsement.has_refused = refused;
    endorsement.refused = refused;
    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_ENDORSEMENT;
    event.endorsement = &endorsement;
    return county_say(&c, by, &event);
}

static enum mu_err endorse(uint8_t by, const struct mu_hash *leaf)
{
    return endorse_as(by, leaf, false);
}

static enum mu_err end_agent(uint8_t by, uint8_t seed, bool compromised)
{
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Retire retire = MUSTER__RETIRE__INIT;
    Muster__Compromised stolen = MUSTER__COMPROMISED__INIT;
    Muster__Event event = MUSTER__EVENT__INIT;
    struct mu_agent_id id = county_agent(seed);

    event.envelope = &envelope;
    retire.has_agent = stolen.has_agent = 1;
    retire.agent = stolen.agent = (ProtobufCBinaryData){sizeof id.b, id.b};
    event.body_case = compromised ? MUSTER__EVENT__BODY_COMPROMISED : MUSTER__EVENT__BODY_RETIRE;
    if (compromised)
        event.compromised = &stolen;
    else
        event.retire = &retire;
    return county_say(&c, by, &event);
}

struct change {
    Muster__Event event;
    Muster__Envelope envelope;
    Muster__KeyChange change;
    Muster__AdminKey admin, *admins[1];
    ProtobufCBinaryData remove[2];
    struct county_enrolment keys; /* of the admin to come */
    struct mu_agent_id agent[2];
};

static void key_change(struct change *k)
{
    memset(k, 0, sizeof *k);
    k->event = (Muster__Event)MUSTER__EVENT__INIT;
    k->envelope = (Muster__Envelope)MUSTER__ENVELOPE__INIT;
    k->change = (Muster__KeyChange)MUSTER__KEY_CHANGE__INIT;
    k->event.envelope = &k->envelope;
    k->event.body_case = MUSTER__EVENT__BODY_KEY_CHANGE;
    k->event.key_change = &k->change;
    k->change.remove_admins = k->remove;
    k->change.add_admins = k->admins;
}

static void add_admin(struct change *k, uint8_t seed)
{
    char agency[] = "EM", roles[] = "";

    county_enrolment(&k->keys, seed, agency, roles);
    k->admin = (Muster__AdminKey)MUSTER__ADMIN_KEY__INIT;
    k->admin.has_sign_key = k->admin.has_curve_key = 1;
    k->admin.sign_key = k->keys.enrolment.sign_key;
    k->admin.curve_key = k->keys.enrolment.curve_key;
    k->admins[0] = &k->admin;
    k->change.n_add_admins = 1;
}

static void remove_admin(struct change *k, uint8_t seed)
{
    size_t i = k->change.n_remove_admins++;

    k->agent[i] = county_agent(seed);
    k->remove[i] = (ProtobufCBinaryData){sizeof k->agent[i].b, k->agent[i].b};
}

static void new_log_key(struct change *k, struct mu_public *key, size_t size)
{
    k->change.has_log_key = 1;
    k->change.log_key = (ProtobufCBinaryData){size, key->b};
}

static void new_curve_key(struct change *k, uint8_t curve[MU_CURVE_BYTES])
{
    k->change.has_broker_curve_key = 1;
    k->change.broker_curve_key = (ProtobufCBinaryData){MU_CURVE_BYTES, curve};
}

/* ---- stories ----------------------------------------------------------------------------------- */

static void an_admin_needs_two(void **state)
{
    struct mu_hash leaf;

    (void)state;
    assert_int_equal(propose_admin(NEW_ADMIN), MU_OK);
    leaf = c.leaf;
    assert_null(member(NEW_ADMIN)); /* accepted, and nothing of it is true yet */
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &leaf), MU_OK);
    assert_non_null(member(NEW_ADMIN));
    assert_true(member(NEW_ADMIN)->is_admin);
    assert_int_equal(member(NEW_ADMIN)->enrolled_at, 2); /* the enrolment, not its endorsement */
    assert_int_equal(county_may(&c, NEW_ADMIN, "matrix", NULL), MU_OK);
    /* And acts as one. */
    assert_int_equal(propose_admin(OTHER), MU_OK);
    leaf = c.leaf;
    assert_int_equal(endorse(NEW_ADMIN, &leaf), MU_OK);
    assert_true(member(OTHER)->is_admin);
}

static void one_person_is_not_two(void **state)
{
    struct mu_hash leaf;

    (void)state;
    assert_int_equal(propose_admin(NEW_ADMIN), MU_OK);
    leaf = c.leaf;
    assert_int_equal(endorse(COUNTY_ADMIN, &leaf), MU_E_NOT_ADMIN);
    assert_string_equal(c.fault.path, "endorsement.of");
    assert_int_equal(county_enrol(&c, OTHER, "CA", "relief_supply"), MU_OK);
    assert_int_equal(endorse(OTHER, &leaf), MU_E_NOT_ADMIN);
    assert_string_equal(c.fault.path, "");
    assert_null(member(NEW_ADMIN));
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &leaf), MU_OK);
    /* It stood once; there is nothing left to endorse. */
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &leaf), MU_E_BAD_REF);
}

static void a_proposal_waits_a_day(void **state)
{
    struct mu_hash first, second;

    (void)state;
    assert_int_equal(propose_admin(NEW_ADMIN), MU_OK);
    first = c.leaf;
    c.now_ms += MU_DAY_MS;
    assert_int_equal(propose_admin(OTHER), MU_OK);
    second = c.leaf;
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &first), MU_OK); /* to the millisecond */
    c.now_ms += MU_DAY_MS + 1;
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &second), MU_E_GRANT_OVER);
    assert_string_equal(c.fault.path, "endorsement.of");
    assert_null(member(OTHER));
    /* Proposed again, its keys are still free. */
    assert_int_equal(propose_admin(OTHER), MU_OK);
    second = c.leaf;
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &second), MU_OK);
}

static void nothing_is_endorsed_that_was_not_proposed(void **state)
{
    struct mu_hash nothing = {{1}};

    (void)state;
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &nothing), MU_E_BAD_REF);
    assert_int_equal(county_enrol(&c, OTHER, "CA", "relief_supply"), MU_OK);
    nothing = c.leaf; /* an enrolment that needed one seal */
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &nothing), MU_E_BAD_REF);
    assert_string_equal(c.fault.path, "endorsement.of");
}

static void a_refusal_ends_a_proposal(void **state)
{
    struct mu_hash leaf;

    (void)state;
    assert_int_equal(propose_admin(NEW_ADMIN), MU_OK);
    leaf = c.leaf;
    assert_int_equal(endorse_as(COUNTY_SECOND_ADMIN, &leaf, true), MU_OK);
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &leaf), MU_E_BAD_REF);
    assert_null(member(NEW_ADMIN));
    /* Its author may take it back. */
    assert_int_equal(propose_admin(NEW_ADMIN), MU_OK);
    leaf = c.leaf;
    assert_int_equal(endorse_as(COUNTY_ADMIN, &leaf, true), MU_OK);
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &leaf), MU_E_BAD_REF);
}

/* Between the two seals somebody else took the key: it is judged again, and refused then. */
static void a_proposal_is_judged_again_when_it_stands(void **state)
{
    struct mu_hash leaf;

    (void)state;
    assert_int_equal(propose_admin(NEW_ADMIN), MU_OK);
    leaf = c.leaf;
    assert_int_equal(county_enrol(&c, NEW_ADMIN, "CA", "relief_supply"), MU_OK);
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &leaf), MU_E_ENROL_CLASH);
    assert_string_equal(c.fault.path, "enrolment.sign_key");
    assert_false(member(NEW_ADMIN)->is_admin);
}

static void what_a_stolen_key_proposed_falls_with_it(void **state)
{
    struct mu_hash leaf;

    (void)state;
    assert_int_equal(propose_admin(NEW_ADMIN), MU_OK);
    leaf = c.leaf;
    assert_int_equal(end_agent(COUNTY_SECOND_ADMIN, COUNTY_ADMIN, true), MU_OK);
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &leaf), MU_E_BAD_REF);
    assert_null(member(NEW_ADMIN));
}

static void the_command_needs_two(void **state)
{
    char agency[] = "CMD", roles[] = "flood_command";
    struct mu_agent_id admin = county_agent(COUNTY_ADMIN);
    struct county_enrolment e;
    struct mu_hash leaf;

    (void)state;
    county_enrolment(&e, NEW_ADMIN, agency, roles);
    assert_false(mu_authority_needs_two_seals(c.roster, &admin, &e.event));
    e.enrolment.has_command = e.enrolment.command = 1;
    assert_true(mu_authority_needs_two_seals(c.roster, &admin, &e.event));
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &e.event), MU_OK);
    leaf = c.leaf;
    assert_null(member(NEW_ADMIN));
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &leaf), MU_OK);
    assert_true(member(NEW_ADMIN)->is_command);
    assert_false(member(NEW_ADMIN)->is_admin);
}

static void retiring_another_admin_needs_two(void **state)
{
    struct mu_hash leaf;

    (void)state;
    assert_int_equal(propose_admin(NEW_ADMIN), MU_OK);
    leaf = c.leaf;
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &leaf), MU_OK);
    assert_int_equal(end_agent(COUNTY_ADMIN, COUNTY_SECOND_ADMIN, false), MU_OK);
    leaf = c.leaf;
    assert_int_equal(member(COUNTY_SECOND_ADMIN)->standing, MU_STANDING_GOOD);
    assert_int_equal(endorse(NEW_ADMIN, &leaf), MU_OK);
    assert_int_equal(member(COUNTY_SECOND_ADMIN)->standing, MU_STANDING_RETIRED);
    /* What he kept unsent may land, but the roster he changes no more. */
    assert_int_equal(county_may(&c, COUNTY_SECOND_ADMIN, "matrix", NULL), MU_OK);
    assert_int_equal(end_agent(COUNTY_SECOND_ADMIN, COUNTY_ADMIN, true), MU_E_NOT_ADMIN);
    /* Oneself, or somebody who is no admin: one. But not the last two. */
    assert_int_equal(county_enrol(&c, OTHER, "CA", ""), MU_OK);
    assert_int_equal(end_agent(COUNTY_ADMIN, OTHER, false), MU_OK);
    assert_int_equal(member(OTHER)->standing, MU_STANDING_RETIRED);
    assert_int_equal(end_agent(COUNTY_ADMIN, COUNTY_ADMIN, false), MU_E_BAD_VALUE);
}

static void keys_change_with_two(void **state)
{
    struct mu_agent_id broker = county_agent(COUNTY_BROKER), fresh = county_agent(50), owner;
    struct mu_seal seal = {.algorithm = 1, .count = 1, .instance = 1, .first_sequence = 1};
    uint8_t curve[MU_CURVE_BYTES], old_curve[MU_CURVE_BYTES];
    mu_verifier *v = help_verifier(50);
    struct mu_public public = *mu_verifier_public(v);
    struct change k;
    struct mu_hash leaf;

    (void)state;
    key_change(&k);
    county_curve(50, curve);
    county_curve(COUNTY_BROKER, old_curve);
    new_log_key(&k, &public, sizeof public.b);
    new_curve_key(&k, curve);
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &k.event), MU_OK);
    leaf = c.leaf;
    assert_memory_not_equal(member(COUNTY_BROKER)->public.b, public.b, 32);
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &leaf), MU_OK);
    /* The agent keeps its name; the new key is its own, the old one is still known. */
    assert_memory_equal(member(COUNTY_BROKER)->public.b, public.b, 32);
    assert_non_null(mu_roster_key(c.roster, &fresh, &owner));
    assert_true(mu_agent_id_equal(&owner, &broker));
    assert_non_null(mu_roster_key(c.roster, &broker, NULL));
    assert_null(mu_roster_by_curve(c.roster, old_curve));
    assert_ptr_equal(mu_roster_by_curve(c.roster, curve), member(COUNTY_BROKER));
    /* New seals by the new key only. */
    seal.agent = broker;
    seal.origin = mu_roster_genesis(c.roster)->log;
    seal.key = fresh;
    assert_int_equal(mu_authority_seal_stands(c.roster, &seal, c.now_ms), MU_OK);
    seal.key = broker;
    assert_int_equal(mu_authority_seal_stands(c.roster, &seal, c.now_ms), MU_E_RETIRED);
    /* Taken for ever. */
    assert_int_equal(county_enrol(&c, 50, "CA", ""), MU_E_ENROL_CLASH);
    assert_string_equal(c.fault.path, "enrolment.sign_key");
    mu_verifier_close(&v);
}

static void admins_change_with_two(void **state)
{
    struct change k;
    struct mu_hash leaf;

    (void)state;
    key_change(&k);
    add_admin(&k, NEW_ADMIN);
    remove_admin(&k, COUNTY_ADMIN);
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &k.event), MU_OK);
    leaf = c.leaf;
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &leaf), MU_OK);
    assert_true(member(NEW_ADMIN)->is_admin);
    assert_string_equal(member(NEW_ADMIN)->agency, "broker"); /* none was named */
    assert_false(member(COUNTY_ADMIN)->is_admin);
    assert_int_equal(propose_admin(OTHER), MU_E_NOT_ADMIN);
    assert_int_equal(county_may(&c, COUNTY_ADMIN, "matrix", NULL), MU_E_NOT_GRANTED);
}

static void changes_of_keys_that_cannot_stand_name_their_field(void **state)
{
    struct mu_public weak = {{0}};
    struct mu_agent_id id = county_agent(COUNTY_ADMIN);
    mu_verifier *v = help_verifier(COUNTY_ADMIN);
    struct mu_public taken = *mu_verifier_public(v);
    uint8_t curve[MU_CURVE_BYTES];
    struct change k;
    unsigned tried = 0;

#define TRY(change_, want, where)                                                                  \
    key_change(&k);                                                                                \
    change_;                                                                                       \
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &k.event), want);                                \
    assert_string_equal(c.fault.path, where);                                                      \
    tried++

    (void)state;
    county_curve(COUNTY_ADMIN, curve);
    TRY(remove_admin(&k, COUNTY_ADMIN), MU_E_BAD_VALUE, "key_change.remove_admins");
    TRY(remove_admin(&k, 99), MU_E_BAD_REF, "key_change.remove_admins[0]");
    TRY(remove_admin(&k, COUNTY_BROKER), MU_E_BAD_REF, "key_change.remove_admins[0]");
    TRY(add_admin(&k, COUNTY_ADMIN), MU_E_ENROL_CLASH, "key_change.add_admins[0].sign_key");
    TRY(new_log_key(&k, &weak, 31), MU_E_BAD_VALUE, "key_change.log_key");
    TRY(new_log_key(&k, &weak, 32), MU_E_BAD_VALUE, "key_change.log_key");
    TRY(new_log_key(&k, &taken, 32), MU_E_ENROL_CLASH, "key_change.log_key");
    TRY(new_curve_key(&k, curve), MU_E_ENROL_CLASH, "key_change.broker_curve_key");
    assert_int_equal(tried, 8);
#undef TRY
    assert_int_equal(mu_authority_standing(c.roster, &id, c.now_ms), MU_OK);
    assert_true(member(COUNTY_ADMIN)->is_admin);
    mu_verifier_close(&v);
}

/* A copy carries what is still waiting. */
static void proposals_live_on_in_a_copy(void **state)
{
    mu_roster *copy = NULL, *first = c.roster;
    struct mu_hash leaf;

    (void)state;
    assert_int_equal(propose_admin(NEW_ADMIN), MU_OK);
    leaf = c.leaf;
    assert_int_equal(mu_roster_copy(first, &copy), MU_OK);
    c.roster = copy;
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &leaf), MU_OK);
    assert_non_null(member(NEW_ADMIN));
    c.roster = first;
    assert_null(member(NEW_ADMIN));
    assert_int_equal(endorse(COUNTY_SECOND_ADMIN, &leaf), MU_OK);
    mu_roster_free(&copy);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, open_county, close_county)
    const struct CMUnitTest tests[] = {
        STORY(an_admin_needs_two),
        STORY(one_person_is_not_two),
        STORY(a_proposal_waits_a_day),
        STORY(nothing_is_endorsed_that_was_not_proposed),
        STORY(a_refusal_ends_a_proposal),
        STORY(a_proposal_is_judged_again_when_it_stands),
        STORY(what_a_stolen_key_proposed_falls_with_it),
        STORY(the_command_needs_two),
        STORY(retiring_another_admin_needs_two),
        STORY(keys_change_with_two),
        STORY(admins_change_with_two),
        STORY(changes_of_keys_that_cannot_stand_name_their_field),
        STORY(proposals_live_on_in_a_copy),
    };

    return cmocka_run_group_tests_name("authority/two_seals", tests, NULL, NULL);
}
