/* What follows on what: a certificate renewed, a term moved, an admin's key and the county's CA replaced.
 * Keys and terms that are not renewed stay as they were, and what came before stays attributable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "tests/help/county.h"
#include "tests/help/keys.h"

#define CA 60
#define NEXT_CA 61
#define HEALTH 40
#define THIRD 41
#define YEAR_MS (365 * MU_DAY_MS)

struct papers {
    struct county c;
    mu_key *ca, *next_ca;
    uint8_t authority[MU_CERTIFICATE_BYTES_MAX], next[MU_CERTIFICATE_BYTES_MAX];
    size_t authority_size, next_size;
};

static void make_ca(mu_key *key, uint8_t *der, size_t *size)
{
    assert_int_equal(mu_certificate_authority(key, "Qinghe", COUNTY_START_MS,
                                              COUNTY_START_MS + 30 * YEAR_MS, der, size),
                     MU_OK);
}

static int open_county(void **state)
{
    struct papers *p = calloc(1, sizeof *p);

    assert_non_null(p);
    p->ca = help_key(CA);
    p->next_ca = help_key(NEXT_CA);
    make_ca(p->ca, p->authority, &p->authority_size);
    make_ca(p->next_ca, p->next, &p->next_size);
    county_open_with_ca(&p->c, (struct mu_bytes){p->authority, p->authority_size});
    assert_int_equal(county_enrol(&p->c, HEALTH, "HC", "health"), MU_OK);
    *state = p;
    return 0;
}

static int close_county(void **state)
{
    struct papers *p = *state;

    county_close(&p->c);
    mu_key_close(&p->ca);
    mu_key_close(&p->next_ca);
    free(p);
    return 0;
}

static const struct mu_member *member(const struct papers *p, uint8_t seed)
{
    struct mu_agent_id id = county_agent(seed);

    return mu_roster_member(p->c.roster, &id);
}

/* ---- papers ------------------------------------------------------------------------------------ */

struct renewal {
    struct county_enrolment e;
    uint8_t leaf[MU_CERTIFICATE_BYTES_MAX];
    char agency[8], roles[16];
};

static void certify(struct renewal *r, const mu_key *ca, const uint8_t *authority, size_t size,
                    int64_t until_ms)
{
    struct mu_public public;
    struct mu_certificate_subject subject = {.key = &public,
                                             .curve = r->e.curve,
                                             .agency = r->agency,
                                             .name = r->agency,
                                             .area = COUNTY_AREA,
                                             .from_ms = COUNTY_START_MS,
                                             .until_ms = until_ms};

    memcpy(public.b, r->e.key, sizeof public.b);
    r->e.enrolment.certificate.data = r->leaf;
    r->e.enrolment.has_certificate = 1;
    assert_int_equal(mu_certificate_issue(ca, (struct mu_bytes){authority, size}, &subject, r->leaf,
                                          &r->e.enrolment.certificate.len),
                     MU_OK);
}

static struct renewal *renewal(const struct papers *p, uint8_t seed, const char *agency,
                               const char *roles)
{
    struct renewal *r = calloc(1, sizeof *r);

    assert_non_null(r);
    assert_true(snprintf(r->agency, sizeof r->agency, "%s", agency) < (int)sizeof r->agency);
    assert_true(snprintf(r->roles, sizeof r->roles, "%s", roles) < (int)sizeof r->roles);
    county_enrolment(&r->e, seed, r->agency, r->roles);
    r->e.enrolment.has_replaces_agent = 1;
    r->e.enrolment.replaces_agent = r->e.enrolment.agent;
    certify(r, p->ca, p->authority, p->authority_size, COUNTY_START_MS + YEAR_MS);
    return r;
}

static enum mu_err say(struct papers *p, uint8_t by, struct renewal *r)
{
    enum mu_err err = county_say(&p->c, by, &r->e.event);

    free(r);
    return err;
}

static enum mu_err endorse(struct papers *p, uint8_t by)
{
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Endorsement endorsement = MUSTER__ENDORSEMENT__INIT;
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Ref of = MUSTER__REF__INIT;
    struct mu_hash leaf = p->c.leaf;

    of.has_leaf = 1;
    of.leaf = (ProtobufCBinaryData){sizeof leaf.b, leaf.b};
    endorsement.of = &of;
    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_ENDORSEMENT;
    event.endorsement = &endorsement;
    return county_say(&p->c, by, &event);
}

/* ---- certificates and terms --------------------------------------------------------------------- */

static void a_certificate_is_renewed_and_nothing_else(void **state)
{
    struct papers *p = *state;
    struct mu_member before = *member(p, HEALTH);

    assert_int_equal(before.certificate_until_ms, 0);
    assert_int_equal(say(p, COUNTY_ADMIN, renewal(p, HEALTH, "HC", "health")), MU_OK);
    assert_int_equal(member(p, HEALTH)->certificate_until_ms, COUNTY_START_MS + YEAR_MS);
    assert_int_equal(member(p, HEALTH)->enrolled_at, before.enrolled_at);
    assert_int_equal(member(p, HEALTH)->not_after_ms, 0);
    assert_int_equal(county_may(&p->c, HEALTH, "casualty", COUNTY_AREA), MU_OK);
    assert_int_equal(county_may(&p->c, HEALTH, "road", COUNTY_AREA), MU_E_NOT_GRANTED);
    /* A founder has none; one may be given, and that takes one seal. */
    struct renewal *r = renewal(p, COUNTY_SECOND_ADMIN, member(p, COUNTY_SECOND_ADMIN)->agency, "");
    r->e.enrolment.has_admin = r->e.enrolment.admin = 1;
    assert_int_equal(say(p, COUNTY_ADMIN, r), MU_OK);
    assert_int_equal(member(p, COUNTY_SECOND_ADMIN)->certificate_until_ms,
                     COUNTY_START_MS + YEAR_MS);
    assert_true(member(p, COUNTY_SECOND_ADMIN)->is_admin);
}

static void a_renewal_that_cannot_stand_names_its_field(void **state)
{
    struct papers *p = *state;
    struct renewal *r;
    unsigned tried = 0;

#define TRY(seed, agency, roles, change_, want, where)                                             \
    r = renewal(p, seed, agency, roles);                                                           \
    change_;                                                                                       \
    assert_int_equal(say(p, COUNTY_ADMIN, r), want);                                               \
    assert_string_equal(p->c.fault.path, where);                                                   \
    tried++

    TRY(HEALTH, "HC", "health traffic", (void)0, MU_E_BAD_VALUE, "enrolment.roles[1]");
    TRY(HEALTH, "TB", "health", (void)0, MU_E_BAD_VALUE, "enrolment.agency");
    TRY(HEALTH, "HC", "health", r->e.curve[0] ^= 1, MU_E_BAD_VALUE, "enrolment.curve_key");
    TRY(HEALTH, "HC", "health", r->e.enrolment.has_admin = r->e.enrolment.admin = 1, MU_E_BAD_VALUE,
        "enrolment.admin");
    TRY(HEALTH, "HC", "health", r->e.enrolment.has_command = r->e.enrolment.command = 1,
        MU_E_BAD_VALUE, "enrolment.command");
    TRY(HEALTH, "HC", "health", r->e.enrolment.has_desk = r->e.enrolment.desk = 1, MU_E_BAD_VALUE,
        "enrolment.desk");
    TRY(HEALTH, "HC", "health", r->e.enrolment.has_certificate = 0, MU_E_MISSING,
        "enrolment.certificate");
    TRY(HEALTH, "HC", "health",
        certify(r, p->next_ca, p->next, p->next_size, COUNTY_START_MS + YEAR_MS), MU_E_BAD_VALUE,
        "enrolment.certificate");
    TRY(THIRD, "HC", "health", (void)0, MU_E_BAD_REF, "enrolment.replaces_agent");
    TRY(COUNTY_BROKER, "broker", "", (void)0, MU_E_BAD_REF, "enrolment.replaces_agent");
    assert_int_equal(tried, 10);
#undef TRY
    /* Only admins renew, also their own. */
    assert_int_equal(say(p, HEALTH, renewal(p, HEALTH, "HC", "health")), MU_E_NOT_ADMIN);
    assert_int_equal(member(p, HEALTH)->certificate_until_ms, 0);
}

static void a_term_that_is_over_is_moved(void **state)
{
    struct papers *p = *state;
    struct renewal *r = renewal(p, HEALTH, "HC", "health");

    r->e.enrolment.has_not_after_ms = 1;
    r->e.enrolment.not_after_ms = p->c.now_ms - 1;
    assert_int_equal(say(p, COUNTY_ADMIN, r), MU_OK);
    assert_int_equal(county_may(&p->c, HEALTH, "casualty", COUNTY_AREA), MU_E_GRANT_OVER);
    r = renewal(p, HEALTH, "HC", "health");
    r->e.enrolment.has_certificate = 0;
    r->e.enrolment.has_not_after_ms = 1;
    r->e.enrolment.not_after_ms = p->c.now_ms + MU_DAY_MS;
    assert_int_equal(say(p, COUNTY_ADMIN, r), MU_OK);
    assert_int_equal(county_may(&p->c, HEALTH, "casualty", COUNTY_AREA), MU_OK);
    /* The certificate of the first stays: the second said nothing of one. */
    assert_int_equal(member(p, HEALTH)->certificate_until_ms, COUNTY_START_MS + YEAR_MS);
}

static void an_admins_term_is_moved_by_two(void **state)
{
    struct papers *p = *state;
    struct renewal *r = renewal(p, COUNTY_SECOND_ADMIN, member(p, COUNTY_SECOND_ADMIN)->agency, "");

    r->e.enrolment.has_admin = r->e.enrolment.admin = 1;
    r->e.enrolment.has_not_after_ms = 1;
    r->e.enrolment.not_after_ms = p->c.now_ms + MU_DAY_MS;
    assert_int_equal(say(p, COUNTY_ADMIN, r), MU_OK);
    assert_int_equal(member(p, COUNTY_SECOND_ADMIN)->not_after_ms, 0);
    assert_int_equal(endorse(p, COUNTY_SECOND_ADMIN), MU_OK);
    assert_int_equal(member(p, COUNTY_SECOND_ADMIN)->not_after_ms, p->c.now_ms + MU_DAY_MS);
}

static void what_is_retired_is_not_renewed(void **state)
{
    struct papers *p = *state;
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Retire retire = MUSTER__RETIRE__INIT;
    Muster__Event event = MUSTER__EVENT__INIT;
    struct mu_agent_id id = county_agent(HEALTH);

    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_RETIRE;
    event.retire = &retire;
    retire.has_agent = 1;
    retire.agent = (ProtobufCBinaryData){sizeof id.b, id.b};
    assert_int_equal(county_say(&p->c, COUNTY_ADMIN, &event), MU_OK);
    assert_int_equal(say(p, COUNTY_ADMIN, renewal(p, HEALTH, "HC", "health")), MU_E_BAD_REF);
}

/* ---- changes of keys ------------------------------------------------------------------------------ */

struct change {
    Muster__Event event;
    Muster__Envelope envelope;
    Muster__KeyChange change;
    Muster__AdminKey admin, *admins[1];
    Muster__Retire end, *ends[1];
    Muster__LaneEnd lane, *lanes[1];
    ProtobufCBinaryData remove[1];
    struct county_enrolment keys;
    struct mu_agent_id old, ended;
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
}

/* `next` for the key of `old`, whose seals stand up to `last` in lane 1; the end is `ended`'s. */
static void rotate(struct change *k, uint8_t old, uint8_t next, uint8_t ended, uint64_t last)
{
    char agency[] = "EM", roles[] = "";

    key_change(k);
    county_enrolment(&k->keys, next, agency, roles);
    k->admin = (Muster__AdminKey)MUSTER__ADMIN_KEY__INIT;
    k->admin.has_sign_key = k->admin.has_curve_key = 1;
    k->admin.sign_key = k->keys.enrolment.sign_key;
    k->admin.curve_key = k->keys.enrolment.curve_key;
    k->admins[0] = &k->admin;
    k->change.add_admins = k->admins;
    k->old = county_agent(old);
    k->remove[0] = (ProtobufCBinaryData){sizeof k->old.b, k->old.b};
    k->change.remove_admins = k->remove;
    k->ended = county_agent(ended);
    k->end = (Muster__Retire)MUSTER__RETIRE__INIT;
    k->end.has_agent = 1;
    k->end.agent = (ProtobufCBinaryData){sizeof k->ended.b, k->ended.b};
    k->lane = (Muster__LaneEnd)MUSTER__LANE_END__INIT;
    k->lane.has_lane = k->lane.has_last_sequence = 1;
    k->lane.lane = 1;
    k->lane.last_sequence = last;
    k->lanes[0] = &k->lane;
    k->end.lanes = k->lanes;
    k->end.n_lanes = 1;
    k->ends[0] = &k->end;
    k->change.ends = k->ends;
    k->change.n_add_admins = k->change.n_remove_admins = k->change.n_ends = 1;
}

static enum mu_err stands(const struct papers *p, uint8_t seed, uint64_t sequence)
{
    struct mu_seal seal = {.algorithm = 1,
                           .agent = county_agent(seed),
                           .key = county_agent(seed),
                           .instance = 7,
                           .lane = 1,
                           .first_sequence = sequence,
                           .count = 1,
                           .origin = mu_roster_genesis(p->c.roster)->log};

    return mu_authority_seal_stands(p->c.roster, &seal, p->c.now_ms);
}

static void an_admins_key_is_replaced_by_two(void **state)
{
    struct papers *p = *state;
    struct change k;
    struct mu_agent_id old = county_agent(COUNTY_ADMIN);

    rotate(&k, COUNTY_ADMIN, THIRD, COUNTY_ADMIN, 5);
    assert_int_equal(county_say(&p->c, COUNTY_ADMIN, &k.event), MU_OK);
    /* Proposed, nothing is true of it; nor is it by the hand that proposed it. */
    assert_null(member(p, THIRD));
    assert_int_equal(stands(p, COUNTY_ADMIN, 6), MU_OK);
    assert_int_equal(endorse(p, COUNTY_ADMIN), MU_E_NOT_ADMIN);
    assert_int_equal(endorse(p, COUNTY_SECOND_ADMIN), MU_OK);
    assert_true(member(p, THIRD)->is_admin);
    assert_false(member(p, COUNTY_ADMIN)->is_admin);
    assert_int_equal(member(p, COUNTY_ADMIN)->standing, MU_STANDING_RETIRED);
    assert_int_equal(stands(p, COUNTY_ADMIN, 5), MU_OK);
    assert_int_equal(stands(p, COUNTY_ADMIN, 6), MU_E_RETIRED);
    assert_int_equal(stands(p, THIRD, 1), MU_OK);
    /* What it said before is still its own. */
    assert_non_null(mu_roster_key(p->c.roster, &old, NULL));
    /* The next one is the new key's to propose, and no more the old one's. */
    rotate(&k, COUNTY_SECOND_ADMIN, 42, COUNTY_SECOND_ADMIN, 1);
    assert_int_equal(county_say(&p->c, COUNTY_ADMIN, &k.event), MU_E_NOT_ADMIN);
    assert_int_equal(county_say(&p->c, THIRD, &k.event), MU_OK);
    assert_int_equal(endorse(p, COUNTY_SECOND_ADMIN), MU_OK);
    assert_true(member(p, 42)->is_admin);
}

static void a_forged_change_of_keys_is_refused(void **state)
{
    struct papers *p = *state;
    struct change k;

    /* By one who is no admin; with the end of somebody else; of a key that is taken; of a broken end. */
    rotate(&k, COUNTY_ADMIN, THIRD, COUNTY_ADMIN, 5);
    assert_int_equal(county_say(&p->c, HEALTH, &k.event), MU_E_NOT_ADMIN);
    rotate(&k, COUNTY_ADMIN, THIRD, COUNTY_SECOND_ADMIN, 5);
    assert_int_equal(county_say(&p->c, COUNTY_ADMIN, &k.event), MU_E_BAD_VALUE);
    assert_string_equal(p->c.fault.path, "key_change.ends[0]");
    rotate(&k, COUNTY_ADMIN, HEALTH, COUNTY_ADMIN, 5);
    assert_int_equal(county_say(&p->c, COUNTY_ADMIN, &k.event), MU_E_ENROL_CLASH);
    rotate(&k, COUNTY_ADMIN, THIRD, COUNTY_ADMIN, 5);
    k.lane.lane = MU_LANES;
    assert_int_equal(county_say(&p->c, COUNTY_ADMIN, &k.event), MU_E_BAD_VALUE);
    assert_string_equal(p->c.fault.path, "key_change.ends[0]");
    assert_null(member(p, THIRD));
    assert_true(member(p, COUNTY_ADMIN)->is_admin);
}

static void a_new_ca_outlives_the_old_certificates(void **state)
{
    struct papers *p = *state;
    struct change k;
    struct renewal *r;

    assert_int_equal(say(p, COUNTY_ADMIN, renewal(p, HEALTH, "HC", "health")), MU_OK);
    key_change(&k);
    k.change.has_ca_certificate = 1;
    k.change.ca_certificate = (ProtobufCBinaryData){p->next_size, p->next};
    assert_int_equal(county_say(&p->c, COUNTY_ADMIN, &k.event), MU_OK);
    assert_false(member(p, HEALTH)->certificate_outlived);
    assert_int_equal(endorse(p, COUNTY_SECOND_ADMIN), MU_OK);
    assert_memory_equal(mu_roster_genesis(p->c.roster)->ca, p->next, p->next_size);
    assert_true(member(p, HEALTH)->certificate_outlived);
    assert_int_equal(county_may(&p->c, HEALTH, "casualty", COUNTY_AREA), MU_OK);
    /* The old CA certifies nobody any more; the new one does. */
    assert_int_equal(say(p, COUNTY_ADMIN, renewal(p, HEALTH, "HC", "health")), MU_E_BAD_VALUE);
    assert_string_equal(p->c.fault.path, "enrolment.certificate");
    r = renewal(p, HEALTH, "HC", "health");
    certify(r, p->next_ca, p->next, p->next_size, COUNTY_START_MS + 2 * YEAR_MS);
    assert_int_equal(say(p, COUNTY_ADMIN, r), MU_OK);
    assert_false(member(p, HEALTH)->certificate_outlived);
    assert_int_equal(member(p, HEALTH)->certificate_until_ms, COUNTY_START_MS + 2 * YEAR_MS);
}

static void what_is_no_ca_does_not_become_one(void **state)
{
    struct papers *p = *state;
    struct renewal *leaf = renewal(p, HEALTH, "HC", "health");
    struct change k;
    int64_t until_ms;

    key_change(&k);
    k.change.has_ca_certificate = 1;
    k.change.ca_certificate = leaf->e.enrolment.certificate;
    assert_int_equal(county_say(&p->c, COUNTY_ADMIN, &k.event), MU_E_BAD_VALUE);
    assert_string_equal(p->c.fault.path, "key_change.ca_certificate");
    free(leaf);
    k.change.ca_certificate = (ProtobufCBinaryData){p->next_size - 1, p->next};
    assert_int_equal(county_say(&p->c, COUNTY_ADMIN, &k.event), MU_E_BAD_VALUE);
    p->next[p->next_size - 1] ^= 1;
    k.change.ca_certificate = (ProtobufCBinaryData){p->next_size, p->next};
    assert_int_equal(county_say(&p->c, COUNTY_ADMIN, &k.event), MU_E_BAD_VALUE);
    p->next[p->next_size - 1] ^= 1;
    assert_int_equal(
        mu_certificate_authority_look((struct mu_bytes){p->next, p->next_size}, &until_ms), MU_OK);
    assert_int_equal(until_ms, COUNTY_START_MS + 30 * YEAR_MS);
    assert_true(mu_certificate_is_of((struct mu_bytes){p->next, p->next_size}, p->next_ca));
    assert_false(mu_certificate_is_of((struct mu_bytes){p->next, p->next_size}, p->ca));
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, open_county, close_county)
    const struct CMUnitTest tests[] = {
        STORY(a_certificate_is_renewed_and_nothing_else),
        STORY(a_renewal_that_cannot_stand_names_its_field),
        STORY(a_term_that_is_over_is_moved),
        STORY(an_admins_term_is_moved_by_two),
        STORY(what_is_retired_is_not_renewed),
        STORY(an_admins_key_is_replaced_by_two),
        STORY(a_forged_change_of_keys_is_refused),
        STORY(a_new_ca_outlives_the_old_certificates),
        STORY(what_is_no_ca_does_not_become_one),
    };

    return cmocka_run_group_tests_name("authority/renewal", tests, NULL, NULL);
}
