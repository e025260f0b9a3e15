/* Clearance by awareness: who must cite whom, and what un-clears. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/story.h"

static struct story s;

static void open_county(void)
{
    story_open(&s);
    s.no_supply = true;
    story_qinghe(&s);
    story_forget(&s);
}

#define EV(version, route, window)                                                                 \
    "evacuation EV-01@v" version                                                                   \
    " area=cn/99/01/21/201/202 population_kind=centralised persons_planned=100"                    \
    " start_at_ms=14:25 state=ordered legs[0].persons=100 legs[0].destination_kind=shelter"        \
    " legs[0].destination=S1 legs[0].route=" route " legs[0].window=" window
#define LANE(id, version, window, more)                                                            \
    "operation_plan " id "@v" version " area=cn/99/01/21/201/202 activity=sandbags"                \
    " state=submitted phases[0].activity=sandbags phases[0].window=" window                        \
    " phases[0].edges=E12:one_lane_open" more

/* Of two, the later number cites the earlier: what comes afterwards asks nothing of the plan. */
static void what_comes_later_asks_nothing(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "WR", LANE("LV-01", "1", "14:15-16:00", ""));
    story_says(&s, "14:01", "EM", EV("1", "E12,E13", "14:25-15:45"));
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    /* The plan's own next version comes after it, and must know. */
    story_says(&s, "14:02", "WR", LANE("LV-01", "2", "14:15-16:00", ""));
    assert_string_equal(story_clearance(&s, "LV-01"), "uncleared EV-01@1");
    story_close(&s);
}

static void a_change_elsewhere_unclears_nobody(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EV("1", "E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", LANE("LV-01", "1", "14:15-15:00", " cites=EV-01@v1"));
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    /* Another shelter, another road behind the works. */
    story_says(&s, "14:02", "EM", EV("2", "E12,E14", "14:25-15:45"));
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    /* Longer, after the works are over. */
    story_says(&s, "14:03", "EM", EV("3", "E12,E14", "14:25-16:30"));
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    /* Gone from there altogether. */
    story_says(&s, "14:04", "EM", EV("4", "E11,E15", "14:25-16:30"));
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    story_close(&s);
}

static void a_change_of_the_shared_time_unclears(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EV("1", "E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", LANE("LV-01", "1", "14:15-16:00", " cites=EV-01@v1"));
    story_says(&s, "14:02", "EM", EV("2", "E12,E13", "14:25-15:50"));
    assert_string_equal(story_clearance(&s, "LV-01"), "uncleared EV-01@2");
    story_expect_line(&s, "14:02 note UPDATED CLEARANCE:LV-01 | LV-01 is not cleared: it does not"
                          " cite EV-01 v2\n");
    story_close(&s);
}

static void progress_is_no_version(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EV("1", "E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", LANE("LV-01", "1", "14:15-16:00", " cites=EV-01@v1"));
    story_forget(&s);
    story_says(&s, "14:30", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/202 change=progress"
               " population_kind=centralised persons_moved=40 persons_remaining=60");
    story_expect(&s, "");
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    story_close(&s);
}

static void two_plans_the_later_cites_the_earlier(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "WR", LANE("LV-01", "1", "14:15-16:00", ""));
    story_says(&s, "14:01", "HU", LANE("PU-01", "1", "15:00-17:00", ""));
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    assert_string_equal(story_clearance(&s, "PU-01"), "uncleared LV-01@1");
    story_says(&s, "14:02", "HU", LANE("PU-01", "2", "15:00-17:00", " cites=LV-01@v1"));
    assert_string_equal(story_clearance(&s, "PU-01"), "cleared");
    /* Not meeting any more: nothing to cite. */
    story_says(&s, "14:03", "HU", LANE("PU-01", "3", "16:00-17:00", ""));
    assert_string_equal(story_clearance(&s, "PU-01"), "cleared");
    story_close(&s);
}

/* What excludes each other is never cleared by citing. However many plan at once, no two exclusive
 * ones that overlap are both cleared. */
static void exclusive_plans_are_never_both_cleared(void **state)
{
    static char words[512];
    uint64_t seed = 3;

    (void)state;
    story_open(&s);
    s.no_supply = true;
    story_says(&s, NULL, "EM",
               "matrix M lines[0].place_type=road lines[0].effect=closes"
               " lines[0].beside_effect=closes lines[0].verdict=exclusive");
    for (int round = 0; round < 120; round++) {
        int at, edge, cite;

        seed = seed * UINT64_C(6364136223846793005) + 1;
        at = (int)(seed >> 33) % 20;
        edge = (int)(seed >> 40) % 4;
        cite = (int)(seed >> 50) % 2;
        (void)snprintf(words, sizeof words,
                       "operation_plan P-%d area=cn/99/01/21 activity=road_works state=submitted"
                       " phases[0].activity=road_works phases[0].window=%02d:00-%02d:00"
                       " phases[0].edges=E%d:closes%s",
                       round % 30, at, at + 3, edge,
                       cite != 0 && round >= 31 ? " cites=P-1,P-2" : "");
        story_says(&s, NULL, "WR", words);
    }
    for (size_t i = 0;; i++) {
        const struct mu_object *a = mu_picture_at(s.picture, MUSTER__EVENT__BODY_OPERATION_PLAN, i);
        const struct mu_object *b;

        if (a == NULL)
            break;
        for (size_t k = 0;
             (b = mu_picture_at(s.picture, MUSTER__EVENT__BODY_OPERATION_PLAN, k)) != NULL; k++) {
            const struct mu_print *one = a->prints, *two = b->prints;

            if (a == b || strcmp(one->place, two->place) != 0 ||
                one->span.start_ms >= two->span.end_ms || two->span.start_ms >= one->span.end_ms)
                continue;
            assert_false(strcmp(story_clearance(&s, a->id), "cleared") == 0 &&
                         strcmp(story_clearance(&s, b->id), "cleared") == 0);
        }
    }
    story_close(&s);
}

static void the_command_may_override(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EV("1", "E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", LANE("LV-01", "1", "14:15-16:00", ""));
    /* Nobody but the command. */
    story_says(&s, "14:02", "WR", "decision on=LV-01@v1 verdict=override reason=\"we know\"");
    assert_string_equal(story_clearance(&s, "LV-01"), "uncleared EV-01@1");
    story_says(&s, "14:03", "CMD",
               "decision on=LV-01@v1 verdict=override reason=\"told by radio\"");
    story_expect_line(&s, "14:03 note UPDATED CLEARANCE:LV-01 | LV-01 is cleared by CMD without"
                          " citing\n");
    /* For that version only. */
    story_says(&s, "14:04", "WR", LANE("LV-01", "2", "14:15-16:00", ""));
    assert_string_equal(story_clearance(&s, "LV-01"), "uncleared EV-01@1");
    story_close(&s);
}

static void a_plan_that_is_nowhere_needs_no_clearing(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "LL",
               "operation_plan P-BD-1@v1 area=cn/99/01/21/101/201 activity=no_evacuation"
               " state=standing triggers[0].station=BEIDU triggers[0].threshold_mm=99.00m"
               " triggers[0].datum=cn1985 triggers[0].none_below=true");
    assert_string_equal(story_clearance(&s, "P-BD-1"), "none");
    story_expect(&s, "");
    story_close(&s);
}

static void an_exclusive_thing_must_be_agreed_on(void **state)
{
    (void)state;
    story_open(&s);
    s.no_supply = true;
    story_says(&s, "14:00", "FR",
               "operation_plan A-1@v1 activity=boat_rescue state=submitted"
               " phases[0].activity=boat_rescue phases[0].window=15:30-16:30"
               " phases[0].resources[0].object=BT-2 phases[0].resources[0].exclusive=true");
    story_says(&s, "14:01", "WR",
               "operation_plan B-1@v1 activity=stand_by state=submitted"
               " phases[0].activity=stand_by phases[0].window=16:00-17:00"
               " phases[0].resources[0].object=BT-2 phases[0].resources[0].exclusive=true");
    assert_string_equal(story_clearance(&s, "A-1"), "cleared");
    assert_string_equal(story_clearance(&s, "B-1"), "uncleared A-1@1");
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_later_asks_nothing),
        cmocka_unit_test(a_change_elsewhere_unclears_nobody),
        cmocka_unit_test(a_change_of_the_shared_time_unclears),
        cmocka_unit_test(progress_is_no_version),
        cmocka_unit_test(two_plans_the_later_cites_the_earlier),
        cmocka_unit_test(exclusive_plans_are_never_both_cleared),
        cmocka_unit_test(the_command_may_override),
        cmocka_unit_test(a_plan_that_is_nowhere_needs_no_clearing),
        cmocka_unit_test(an_exclusive_thing_must_be_agreed_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
