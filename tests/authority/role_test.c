/* Roles: what each gives, who holds which, and what a county may change about them. */
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

static struct mu_bytes lend(const char *text)
{
    return (struct mu_bytes){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

struct map {
    Muster__Event event;
    Muster__Envelope envelope;
    Muster__RoleMap map;
    Muster__RoleLine line[3], *lines[3];
    Muster__Window window;
    char *kind[2];
};

static void start_map(struct map *m)
{
    memset(m, 0, sizeof *m);
    m->event = (Muster__Event)MUSTER__EVENT__INIT;
    m->envelope = (Muster__Envelope)MUSTER__ENVELOPE__INIT;
    m->map = (Muster__RoleMap)MUSTER__ROLE_MAP__INIT;
    m->event.envelope = &m->envelope;
    m->event.body_case = MUSTER__EVENT__BODY_ROLE_MAP;
    m->event.role_map = &m->map;
    m->map.lines = m->lines;
}

static Muster__RoleLine *add_line(struct map *m, const char *role, const char *agency)
{
    Muster__RoleLine *line = &m->line[m->map.n_lines];

    *line = (Muster__RoleLine)MUSTER__ROLE_LINE__INIT;
    line->role = (char *)role;
    line->agency = (char *)agency;
    m->lines[m->map.n_lines++] = line;
    return line;
}

static void roles_are_held_as_the_last_map_says(void **state)
{
    struct mu_bytes shangwan = lend(SHANGWAN), liulin = lend(LIULIN);
    struct map m;

    (void)state;
    assert_null(mu_roster_role(c.roster, "relief_supply"));
    start_map(&m);
    add_line(&m, "relief_supply", "CA");
    add_line(&m, "relief_supply", "SH")->area = (char *)SHAHE;
    m.line[1].window = &m.window;
    m.window = (Muster__Window)MUSTER__WINDOW__INIT;
    m.window.has_end_at_ms = 1;
    m.window.end_at_ms = COUNTY_START_MS + 1000;
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &m.event), MU_OK);
    assert_string_equal(mu_roster_role(c.roster, "relief_supply"), "CA");
    assert_string_equal(mu_roster_role_at(c.roster, "relief_supply", liulin, c.now_ms), "CA");
    assert_string_equal(mu_roster_role_at(c.roster, "relief_supply", shangwan, c.now_ms), "SH");
    assert_string_equal(
        mu_roster_role_at(c.roster, "relief_supply", shangwan, COUNTY_START_MS + 1000), "CA");
    /* The next one is the whole list again. */
    start_map(&m);
    add_line(&m, "water", "WR");
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &m.event), MU_OK);
    assert_null(mu_roster_role(c.roster, "relief_supply"));
    assert_null(mu_roster_role_at(c.roster, "relief_supply", liulin, c.now_ms));
    assert_string_equal(mu_roster_role(c.roster, "water"), "WR");
}

/* A county may give a role other kinds than the table does; whoever has the role follows at once. */
static void a_map_may_say_what_a_role_publishes(void **state)
{
    struct map m;

    (void)state;
    ASSERT_SAYS(WATER, "gauge", SHAHE);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", WATER, "road", SHAHE);
    start_map(&m);
    add_line(&m, "water", "WR")->n_kinds = 1;
    m.line[0].kinds = m.kind;
    m.kind[0] = (char *)"road";
    add_line(&m, "boats", "FR")->n_kinds = 1;
    m.line[1].kinds = &m.kind[1];
    m.kind[1] = (char *)"unit";
    assert_int_equal(county_enrol(&c, 31, "FR", "boats"), MU_E_BAD_VALUE);
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &m.event), MU_OK);
    ASSERT_SAYS(WATER, "road", SHAHE);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", WATER, "gauge", SHAHE);
    ASSERT_SAYS(WATER, "dam_operation", SHAHE); /* by dispatch_longtan */
    assert_true(mu_authority_role_known(c.roster, "boats"));
    assert_int_equal(county_enrol(&c, 31, "FR", "boats"), MU_OK);
    ASSERT_SAYS(31, "unit", SHAHE);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", 31, "task", SHAHE);
    /* Without the line, the table again. */
    start_map(&m);
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &m.event), MU_OK);
    ASSERT_SAYS(WATER, "gauge", SHAHE);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", 31, "unit", SHAHE);
}

static void holding_a_role_is_not_being_granted(void **state)
{
    struct map m;

    (void)state;
    start_map(&m);
    add_line(&m, "health", "CA");
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &m.event), MU_OK);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", CLERK, "casualty", SHAHE);
}

static void maps_that_cannot_stand_name_their_line(void **state)
{
    struct map m;
    unsigned tried = 0;

#define TRY(change, want, where)                                                                   \
    start_map(&m);                                                                                 \
    add_line(&m, "water", "WR");                                                                   \
    add_line(&m, "health", "HC");                                                                  \
    change;                                                                                        \
    assert_int_equal(county_say(&c, COUNTY_ADMIN, &m.event), want);                                \
    assert_string_equal(c.fault.path, where);                                                      \
    tried++

    (void)state;
    TRY(m.line[1].role = NULL, MU_E_MISSING, "role_map.lines[1].role");
    TRY(m.line[1].agency = NULL, MU_E_MISSING, "role_map.lines[1].agency");
    TRY(m.line[1].role = (char *)"the water", MU_E_BAD_VALUE, "role_map.lines[1].role");
    TRY(m.line[1].agency = (char *)"", MU_E_BAD_VALUE, "role_map.lines[1].agency");
    TRY(m.line[1].area = (char *)"//", MU_E_BAD_AREA, "role_map.lines[1].area");
    TRY(m.line[1].kinds = m.kind; m.kind[0] = (char *)"tick";
        m.line[1].n_kinds = 1, MU_E_BAD_VALUE, "role_map.lines[1].kinds[0]");
    assert_int_equal(tried, 6);
#undef TRY
}

/* The scenario's departments, by the roles its reference file gives them. */
static void roles_give_what_the_departments_say(void **state)
{
    static const struct {
        const char *role, *may, *may_not;
    } row[] = {
        {"flood_command", "decision", "stock"},
        {"emergency_management", "evacuation", "dam_operation"},
        {"emergency_management", "declaration", "finding"},
        {"disaster_figures", "figure", "evacuation"},
        {"reference_data", "matrix", "evacuation"},
        {"relief_supply", "supply_sheet", "evacuation"},
        {"shelters", "shelter", "stock"},
        {"health", "dispatch_proposal", "road"},
        {"water", "levee_job", "evacuation"},
        {"dispatch_longtan", "dam_operation", "gauge"},
        {"fire_rescue", "casualty", "alert"},
        {"fire", "casualty", "alert"},
        {"traffic", "road", "alert"},
        {"meteorology", "alert", "evacuation"},
        {"drainage", "task", "alert"},
        {"housing", "task", "alert"},
        {"publicity", "publication", "evacuation"},
        {"township_desk", "field_report", "declaration"},
        {"coordinator", "finding", "decision"},
        {"gateway", "publication", "task"},
        {"uplink", "relay", "task"},
    };

    (void)state;
    for (uint8_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        uint8_t seed = (uint8_t)(40 + i);

        assert_true(mu_authority_role_known(c.roster, row[i].role));
        assert_int_equal(county_enrol(&c, seed, "XX", row[i].role), MU_OK);
        ASSERT_SAYS(seed, row[i].may, COUNTY_AREA);
        ASSERT_REFUSED(MU_E_NOT_GRANTED, "", seed, row[i].may_not, COUNTY_AREA);
    }
    for (const char **role = (const char *[]){"player", "observer", "auditor", NULL}; *role != NULL;
         role++)
        assert_true(mu_authority_role_known(c.roster, *role));
    assert_int_equal(county_enrol(&c, 80, "XX", "player"), MU_OK);
    ASSERT_REFUSED(MU_E_NOT_GRANTED, "", 80, "acknowledgement", COUNTY_AREA);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, open_county, close_county)
    const struct CMUnitTest tests[] = {
        STORY(roles_are_held_as_the_last_map_says), STORY(a_map_may_say_what_a_role_publishes),
        STORY(holding_a_role_is_not_being_granted), STORY(maps_that_cannot_stand_name_their_line),
        STORY(roles_give_what_the_departments_say),
    };

    return cmocka_run_group_tests_name("authority/role", tests, NULL, NULL);
}
