/* Who may say what about where and when: status, agency, kinds of the record, reading. */
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
#define ASSERT_SAYS_AS(by, kind, area, agency, status)                                             \
    assert_int_equal(county_may_as(&c, by, kind, area, agency, status), MU_OK)
#define ASSERT_REFUSED_AS(code, path_, by, kind, area, agency, status)                             \
    do {                                                                                           \
        assert_int_equal(county_may_as(&c, by, kind, area, agency, status), code);                 \
        assert_string_equal(c.fault.path, path_);                                                  \
    } while (0)

static struct mu_bytes lend(const char *text)
{
    return (struct mu_bytes){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

static enum mu_err publish(struct county_grant *p)
{
    return county_say(&c, COUNTY_ADMIN, &p->event);
}

static bool may_read(uint8_t seed, const char *kind, const char *area)
{
    struct mu_agent_id id = county_agent(seed);

    return mu_authority_may_read(c.roster, &id, mu_kind_number(kind), lend(area), c.now_ms);
}

static void a_role_gives_its_kinds_in_the_county(void **state)
{
    (void)state;
    ASSERT_SAYS(SUPPLY, "supply_sheet", COUNTY_AREA);
    ASSERT_SAYS(SUPPLY, "stock", COUNTY_AREA "/100");
    ASSERT_SAYS(SUPPLY, "shelter", SHANGWAN);
    ASSERT_SAYS(SUPPLY, "acknowledgement", NULL); /* no area: the county as a whole */
    ASSERT_SAYS(WATER, "dam_operation", SHAHE);
    ASSERT_SAYS(WATER, "operation_plan", SHAHE);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", SUPPLY, "dam_operation", SHAHE);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", WATER, "supply_sheet", COUNTY_AREA);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", WATER, "finding", COUNTY_AREA);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", CLERK, "acknowledgement", COUNTY_AREA);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", 77, "acknowledgement", COUNTY_AREA);
}

static void a_county_ends_where_its_code_ends(void **state)
{
    (void)state;
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "envelope.area", SUPPLY, "stock", "cn/99/01");
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "envelope.area", SUPPLY, "stock", "cn/99/01/22");
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "envelope.area", SUPPLY, "stock", "cn/99/01/210");
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "envelope.area", SUPPLY, "stock", "jp/99/01/21");
    /* What a county knows of the city's depot is still its own to say. */
    ASSERT_SAYS(SUPPLY, "reference_object", "cn/99/01");
    ASSERT_SAYS(SUPPLY, "rate_table", "cn/99");
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", SUPPLY, "matrix", COUNTY_AREA);
}

static void each_agency_speaks_for_itself(void **state)
{
    (void)state;
    ASSERT_REFUSED_AS(MU_E_NOT_GRANTED, "envelope.agency", SUPPLY, "stock", COUNTY_AREA, "WR", 0);
    ASSERT_REFUSED_AS(MU_E_NOT_GRANTED, "envelope.agency", SUPPLY, "stock", COUNTY_AREA, "C", 0);
    ASSERT_REFUSED_AS(MU_E_NOT_GRANTED, "envelope.agency", SUPPLY, "stock", COUNTY_AREA, "CA2", 0);
    ASSERT_REFUSED_AS(MU_E_NOT_GRANTED, "envelope.agency", SUPPLY, "stock", COUNTY_AREA, "", 0);
    ASSERT_REFUSED_AS(MU_E_NOT_GRANTED, "envelope.agency", COUNTY_BROKER, "tick", COUNTY_AREA, "EM",
                      0);
    ASSERT_SAYS_AS(SUPPLY, "stock", COUNTY_AREA, "CA", 0);
}

static void actual_and_exercise_do_not_mix(void **state)
{
    struct county actual = {.next = 1, .now_ms = COUNTY_START_MS};
    struct county kept = c;
    struct county_genesis g;

    (void)state;
    ASSERT_REFUSED_AS(MU_E_BAD_STATUS, "envelope.status", SUPPLY, "stock", COUNTY_AREA, NULL,
                      MUSTER__STATUS__STATUS_ACTUAL);
    ASSERT_REFUSED_AS(MU_E_BAD_STATUS, "envelope.status", SUPPLY, "stock", COUNTY_AREA, NULL,
                      MUSTER__STATUS__STATUS_TEST);
    ASSERT_REFUSED_AS(MU_E_BAD_STATUS, "envelope.status", COUNTY_BROKER, "tick", COUNTY_AREA, NULL,
                      MUSTER__STATUS__STATUS_ACTUAL);
    county_genesis(&g);
    g.genesis.status = MUSTER__STATUS__STATUS_ACTUAL;
    assert_int_equal(mu_roster_new(&actual.roster), MU_OK);
    assert_int_equal(county_fold(&actual, COUNTY_BROKER, &g.event), MU_OK);
    c = actual;
    ASSERT_SAYS_AS(COUNTY_BROKER, "tick", COUNTY_AREA, NULL, MUSTER__STATUS__STATUS_ACTUAL);
    ASSERT_REFUSED(MU_E_BAD_STATUS, "envelope.status", COUNTY_BROKER, "tick", COUNTY_AREA);
    c = kept;
    county_close(&actual);
}

static void the_record_speaks_through_the_broker_alone(void **state)
{
    static const char *const kinds[] = {"tick", "receipt_sheet", "epoch", "log_close"};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        ASSERT_SAYS(COUNTY_BROKER, kinds[i], COUNTY_AREA);
        ASSERT_REFUSED(MU_E_NOT_GRANTED, "", COUNTY_ADMIN, kinds[i], COUNTY_AREA);
        ASSERT_REFUSED(MU_E_NOT_GRANTED, "", SUPPLY, kinds[i], COUNTY_AREA);
    }
    /* And the broker says nothing else. */
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", COUNTY_BROKER, "figure", COUNTY_AREA);
    ASSERT_REFUSED(MU_E_NOT_ADMIN, "", COUNTY_BROKER, "enrolment", COUNTY_AREA);
}

static void the_roster_is_the_admins_alone(void **state)
{
    static const char *const kinds[] = {"enrolment",  "endorsement", "grant",
                                        "retire",     "compromised", "role_map",
                                        "key_change", "erasure",     "genesis"};
    struct county_grant p;

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        ASSERT_REFUSED(MU_E_NOT_ADMIN, "", SUPPLY, kinds[i], COUNTY_AREA);
    county_grant(&p, "CA", "gauge", COUNTY_AREA);
    assert_int_equal(county_judge(&c, SUPPLY, &p.event), MU_E_NOT_ADMIN);
    assert_int_equal(county_judge(&c, COUNTY_ADMIN, &p.event), MU_OK);
    /* An admin has no say in facts by being one; nor is there a second genesis. */
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", COUNTY_ADMIN, "evacuation", COUNTY_AREA);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", COUNTY_ADMIN, "genesis", COUNTY_AREA);
    ASSERT_SAYS(COUNTY_ADMIN, "reference_object", COUNTY_AREA);
    ASSERT_SAYS(COUNTY_ADMIN, "rule_switch", COUNTY_AREA);
}

static void an_enrolment_holds_for_its_time(void **state)
{
    char agency[] = "LL", roles[] = "township_desk";
    struct county_enrolment e;

    (void)state;
    county_enrolment(&e, 31, agency, roles);
    e.enrolment.has_not_before_ms = e.enrolment.has_not_after_ms = 1;
    e.enrolment.not_before_ms = COUNTY_START_MS + 1000;
    e.enrolment.not_after_ms = COUNTY_START_MS + 2000;
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &e.event), MU_OK);
    ASSERT_REFUSED(MU_E_GRANT_OVER, "", 31, "field_report", LIULIN);
    c.now_ms = COUNTY_START_MS + 1000;
    ASSERT_SAYS(31, "field_report", LIULIN);
    c.now_ms = COUNTY_START_MS + 2000;
    ASSERT_REFUSED(MU_E_GRANT_OVER, "", 31, "field_report", LIULIN);
}

static bool reads_all(uint8_t seed)
{
    struct mu_agent_id id = county_agent(seed);

    return mu_authority_reads_all(c.roster, &id);
}

static void everything_not_private_may_be_read(void **state)
{
    (void)state;
    assert_true(may_read(CLERK, "evacuation", SHAHE));
    assert_true(may_read(CLERK, "evacuation", NULL));
    assert_true(may_read(CLERK, "tick", NULL));
    assert_true(may_read(CLERK, "enrolment", NULL));
    assert_false(may_read(99, "evacuation", SHAHE));
    assert_true(reads_all(CLERK));
    assert_false(reads_all(99));
}

static void reading_can_be_taken_away_but_not_the_roster(void **state)
{
    struct county_grant p;

    (void)state;
    county_grant(&p, "CA", "*", SHAHE);
    p.grant.has_may_publish = 0;
    p.grant.has_may_read = 1;
    assert_int_equal(publish(&p), MU_OK);
    assert_false(may_read(CLERK, "evacuation", SHANGWAN));
    assert_true(may_read(CLERK, "evacuation", LIULIN));
    assert_true(may_read(CLERK, "enrolment", SHANGWAN));
    assert_true(may_read(WATER, "evacuation", SHANGWAN));
    assert_false(reads_all(CLERK)); /* asked event by event from now on */
    assert_true(reads_all(WATER));
    ASSERT_SAYS(SUPPLY, "stock", SHANGWAN); /* speaking is another matter */
    county_grant(&p, "CA", "evacuation", SHAHE);
    p.grant.has_may_publish = 0;
    p.grant.has_may_read = p.grant.may_read = 1;
    assert_int_equal(publish(&p), MU_OK);
    assert_true(may_read(CLERK, "evacuation", SHANGWAN));
    assert_false(may_read(CLERK, "road", SHANGWAN));
}

/* A grant that gives both must not narrow what was open before. */
static void a_grant_to_read_one_kind_leaves_the_others(void **state)
{
    struct county_grant p;

    (void)state;
    county_grant(&p, "CA", "evacuation", SHAHE);
    p.grant.has_may_read = p.grant.may_read = 1;
    assert_int_equal(publish(&p), MU_OK);
    assert_true(may_read(CLERK, "road", SHANGWAN));
    assert_true(may_read(CLERK, "evacuation", LIULIN));
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, open_county, close_county)
    const struct CMUnitTest tests[] = {
        STORY(a_role_gives_its_kinds_in_the_county),
        STORY(a_county_ends_where_its_code_ends),
        STORY(each_agency_speaks_for_itself),
        STORY(actual_and_exercise_do_not_mix),
        STORY(the_record_speaks_through_the_broker_alone),
        STORY(the_roster_is_the_admins_alone),
        STORY(an_enrolment_holds_for_its_time),
        STORY(everything_not_private_may_be_read),
        STORY(reading_can_be_taken_away_but_not_the_roster),
        STORY(a_grant_to_read_one_kind_leaves_the_others),
    };

    return cmocka_run_group_tests_name("authority/judge", tests, NULL, NULL);
}
