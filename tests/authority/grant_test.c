/* Grants: kind, area, time; to an agency or one agent; the newest word counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tests/help/county.h"

#define SUPPLY 21
#define WATER 22
#define CLERK 23

#define SHAHE COUNTY_AREA "/201"
#define SHANGWAN COUNTY_AREA "/201/201"
#define LIULIN COUNTY_AREA "/101"

static struct county c;

static int open_county(void **state)
{
    (void)state;
    county_open(&c);
    assert_int_equal(county_enrol(&c, SUPPLY, "CA", "relief_supply shelters"), MU_OK);
    assert_int_equal(county_enrol(&c, WATER, "WR", "water dispatch_longtan"), MU_OK);
    assert_int_equal(county_enrol(&c, CLERK, "CA", ""), MU_OK);
    return 0;
}

static int close_county(void **state)
{
    (void)state;
    county_close(&c);
    return 0;
}

#define ASSERT_SAYS(by, kind, area) assert_int_equal(county_may(&c, by, kind, area), MU_OK)
#define ASSERT_REFUSED(code, path_, by, kind, area)                                                \
    do {                                                                                           \
        assert_int_equal(county_may(&c, by, kind, area), code);                                    \
        assert_string_equal(c.fault.path, path_);                                                  \
    } while (0)

static enum mu_err publish(struct county_grant *p)
{
    return county_say(&c, COUNTY_ADMIN, &p->event);
}

static void no_grant_gives_the_roster_or_the_record(void **state)
{
    static const char *const kinds[] = {"enrolment", "genesis", "grant",         "sponsor", "tick",
                                        "epoch",     "erasure", "receipt_sheet", "kingdom", ""};
    struct county_grant p;

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        county_grant(&p, "CA", kinds[i], COUNTY_AREA);
        assert_int_equal(publish(&p), MU_E_BAD_VALUE);
        assert_string_equal(c.fault.path, "grant.kinds[0]");
    }
    /* Not even "everything". */
    county_grant(&p, "CA", "*", COUNTY_AREA);
    assert_int_equal(publish(&p), MU_OK);
    ASSERT_SAYS(SUPPLY, "evacuation", COUNTY_AREA);
    ASSERT_SAYS(SUPPLY, "relay", COUNTY_AREA);
    ASSERT_REFUSED(MU_E_NOT_ADMIN, "", SUPPLY, "enrolment", COUNTY_AREA);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", SUPPLY, "tick", COUNTY_AREA);
}

static void a_grant_holds_in_its_area(void **state)
{
    struct county_grant p;

    (void)state;
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", SUPPLY, "evacuation", SHANGWAN);
    county_grant(&p, "CA", "evacuation", SHAHE);
    assert_int_equal(publish(&p), MU_OK);
    ASSERT_SAYS(SUPPLY, "evacuation", SHAHE);
    ASSERT_SAYS(SUPPLY, "evacuation", SHANGWAN);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "envelope.area", SUPPLY, "evacuation", LIULIN);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "envelope.area", SUPPLY, "evacuation", COUNTY_AREA);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "envelope.area", SUPPLY, "evacuation", NULL);
    /* Two areas in one grant, and one outside the county when a grant says so. */
    county_grant(&p, "CA", "evacuation", LIULIN);
    p.area[1] = (char *)"cn/99/02";
    p.grant.n_areas = 2;
    assert_int_equal(publish(&p), MU_OK);
    ASSERT_SAYS(SUPPLY, "evacuation", LIULIN);
    ASSERT_SAYS(SUPPLY, "evacuation", "cn/99/02/05");
}

static void a_grant_holds_for_its_time(void **state)
{
    struct county_grant p;

    (void)state;
    county_grant(&p, "CA", "evacuation", NULL);
    p.grant.has_valid_from_ms = p.grant.has_valid_until_ms = 1;
    p.grant.valid_from_ms = COUNTY_START_MS + 1000;
    p.grant.valid_until_ms = COUNTY_START_MS + 2000;
    assert_int_equal(publish(&p), MU_OK);
    ASSERT_REFUSED(MU_E_GRANT_OVER, "", SUPPLY, "evacuation", SHAHE);
    c.now_ms = COUNTY_START_MS + 1000;
    ASSERT_SAYS(SUPPLY, "evacuation", SHAHE);
    c.now_ms = COUNTY_START_MS + 1999;
    ASSERT_SAYS(SUPPLY, "evacuation", SHAHE);
    c.now_ms = COUNTY_START_MS + 2000; /* windows that touch do not overlap */
    ASSERT_REFUSED(MU_E_GRANT_OVER, "", SUPPLY, "evacuation", SHAHE);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "envelope.area", SUPPLY, "evacuation", "cn/99/02");
    /* Renewed. */
    county_grant(&p, "CA", "evacuation", NULL);
    assert_int_equal(publish(&p), MU_OK);
    ASSERT_SAYS(SUPPLY, "evacuation", SHAHE);
}

static void a_grant_may_be_one_agents_alone(void **state)
{
    struct county_grant p;

    (void)state;
    county_grant(&p, NULL, "evacuation", NULL);
    county_grant_agent(&p, CLERK);
    assert_int_equal(publish(&p), MU_OK);
    ASSERT_SAYS(CLERK, "evacuation", SHAHE);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", SUPPLY, "evacuation", SHAHE); /* same agency */
    /* To the agency: also for those who come later. */
    county_grant(&p, "CA", "alert", NULL);
    assert_int_equal(publish(&p), MU_OK);
    assert_int_equal(county_enrol(&c, 31, "CA", ""), MU_OK);
    ASSERT_SAYS(SUPPLY, "alert", SHAHE);
    ASSERT_SAYS(CLERK, "alert", SHAHE);
    ASSERT_SAYS(31, "alert", SHAHE);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", 31, "evacuation", SHAHE);
    /* An agency that has nobody yet may already hold a grant. */
    county_grant(&p, "HC", "casualty", NULL);
    assert_int_equal(publish(&p), MU_OK);
    assert_int_equal(county_enrol(&c, 32, "HC", ""), MU_OK);
    ASSERT_SAYS(32, "casualty", SHAHE);
}

static void the_newest_word_counts(void **state)
{
    struct county_grant p;

    (void)state;
    /* Taken away from the agency, in one township. */
    county_grant(&p, "CA", "stock", SHAHE);
    p.grant.has_revoked = p.grant.revoked = 1;
    assert_int_equal(publish(&p), MU_OK);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", SUPPLY, "stock", SHANGWAN);
    ASSERT_SAYS(SUPPLY, "stock", LIULIN);
    ASSERT_SAYS(SUPPLY, "shipment", SHANGWAN);
    /* Given back to one agent; then taken from the whole agency everywhere. */
    county_grant(&p, "CA", "stock", SHAHE);
    county_grant_agent(&p, SUPPLY);
    assert_int_equal(publish(&p), MU_OK);
    ASSERT_SAYS(SUPPLY, "stock", SHANGWAN);
    county_grant(&p, "CA", "stock", NULL);
    p.grant.has_may_publish = 0;
    p.grant.has_revoked = p.grant.revoked = 1;
    assert_int_equal(publish(&p), MU_OK);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", SUPPLY, "stock", SHANGWAN);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", SUPPLY, "stock", LIULIN);
    /* "May not" says the same as a revocation. */
    county_grant(&p, "WR", "dam_operation", NULL);
    p.grant.may_publish = 0;
    assert_int_equal(publish(&p), MU_OK);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", WATER, "dam_operation", SHAHE);
}

static void a_grant_may_name_a_role(void **state)
{
    struct county_grant p;

    (void)state;
    county_grant(&p, "CA", NULL, SHAHE);
    p.grant.role = (char *)"health";
    assert_int_equal(publish(&p), MU_OK);
    ASSERT_SAYS(CLERK, "casualty", SHANGWAN);
    ASSERT_SAYS(CLERK, "acknowledgement", SHANGWAN);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "envelope.area", CLERK, "casualty", LIULIN);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "envelope.area", CLERK, "reference_object", LIULIN);
    /* Kinds beside a role narrow it. */
    county_grant(&p, "WR", "hospital", NULL);
    p.grant.role = (char *)"health";
    assert_int_equal(publish(&p), MU_OK);
    ASSERT_SAYS(WATER, "hospital", SHAHE);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", WATER, "casualty", SHAHE);
}

static void an_enrolment_may_carry_grants(void **state)
{
    char agency[] = "RC", roles[] = "observer";
    Muster__Grant grant = MUSTER__GRANT__INIT, *list[] = {&grant};
    char *kinds[] = {(char *)"supply_commitment"};
    struct county_enrolment e;

    (void)state;
    county_enrolment(&e, 31, agency, roles);
    grant.n_kinds = 1;
    grant.kinds = kinds;
    grant.has_may_publish = grant.may_publish = 1;
    e.enrolment.n_grants = 1;
    e.enrolment.grants = list;
    kinds[0] = (char *)"enrolment";
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &e.event), MU_E_BAD_VALUE);
    assert_string_equal(c.fault.path, "enrolment.grants[0].kinds[0]");
    kinds[0] = (char *)"supply_commitment";
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &e.event), MU_OK);
    ASSERT_SAYS(31, "supply_commitment", SHAHE);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", 31, "acknowledgement", SHAHE);
    assert_int_equal(county_enrol(&c, 32, "RC", ""), MU_OK);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", 32, "supply_commitment", SHAHE); /* it was the agent's */
}

static void grants_that_cannot_stand_name_their_field(void **state)
{
    struct county_grant p;
    unsigned tried = 0;

#define TRY(change, want, where)                                                                   \
    county_grant(&p, "CA", "evacuation", SHAHE);                                                   \
    change;                                                                                        \
    assert_int_equal(publish(&p), want);                                                           \
    assert_string_equal(c.fault.path, where);                                                      \
    tried++

    (void)state;
    TRY(p.grant.n_kinds = 0, MU_E_MISSING, "grant.kinds");
    TRY(p.grant.role = (char *)"king", MU_E_BAD_VALUE, "grant.role");
    TRY(p.grant.has_may_publish = 0, MU_E_MISSING, "grant.may_publish");
    TRY(p.grant.agency = NULL, MU_E_MISSING, "grant.agency");
    TRY(p.grant.agency = (char *)"C A", MU_E_BAD_VALUE, "grant.agency");
    TRY(county_grant_agent(&p, 99), MU_E_BAD_REF, "grant.agent");
    TRY(county_grant_agent(&p, WATER), MU_E_BAD_REF, "grant.agency");
    TRY(p.area[0] = (char *)"Shahe", MU_E_BAD_AREA, "grant.areas[0]");
    TRY(p.area[0] = (char *)"", MU_E_BAD_AREA, "grant.areas[0]");
    TRY(p.grant.has_valid_from_ms = p.grant.has_valid_until_ms = 1; p.grant.valid_from_ms = 9;
        p.grant.valid_until_ms = 9, MU_E_BAD_VALUE, "grant.valid_until_ms");
    assert_int_equal(tried, 10);
#undef TRY
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", SUPPLY, "evacuation", SHAHE);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, open_county, close_county)
    const struct CMUnitTest tests[] = {
        STORY(no_grant_gives_the_roster_or_the_record),
        STORY(a_grant_holds_in_its_area),
        STORY(a_grant_holds_for_its_time),
        STORY(a_grant_may_be_one_agents_alone),
        STORY(the_newest_word_counts),
        STORY(a_grant_may_name_a_role),
        STORY(an_enrolment_may_carry_grants),
        STORY(grants_that_cannot_stand_name_their_field),
    };

    return cmocka_run_group_tests_name("authority/grant", tests, NULL, NULL);
}
