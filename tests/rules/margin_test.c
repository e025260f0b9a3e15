/* C03 at its edges: what is no card, what is one though little is known, and who must have seen the release. The sums
 * stand beside the numbers; distances and speeds are those of release_test.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/water.h"

/* 97 + 15 = 112 of 112: the water of 15:42 is at Shangwan 16:12. */
static void a_margin_of_nought_is_no_card(void **state)
{
    (void)state;
    water_open_county();
    water_before_the_release();
    story_says(&water, "14:20", "WR",
               "dam_operation DAM-01@v1" DAM " steps[0].from_at_ms=15:42"
               " steps[0].outflow_milli_m3s=260m3/s steps[0].duration_min=3h");
    water_expect_watched("EV-01", 112, 112, "14:21");
    assert_int_equal(water_line_of("MARGIN:DAM-01", "EV-01")->state,
                     MUSTER__FINDING_STATE__FINDING_STATE_CLOSED);
    story_ticks(&water, "14:21");
    water_expect_margin("EV-01", -1);
    story_close(&water);
}

static void unknown_is_not_nought(void **state)
{
    (void)state;
    water_open_county();
    story_says(&water, "14:10", "EM",
               "evacuation EV-09@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=10 persons_remaining=10 state=under_way");
    water_release_v1();
    story_expect_line(&water, "how fast they are moved is not stated");
    assert_string_equal(story_open_cards(&water), "C03:DAM-01");
    assert_null(water_line_of("C03:DAM-01", "EV-09")->margin);
    /* 10 at 100 are 6, and 15: 21 of 60. */
    story_says(&water, "14:20", "EM",
               "evacuation EV-09@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " change=progress rate_persons_per_hour=100");
    assert_string_equal(story_open_cards(&water), "");
    story_close(&water);
}

/* A release no class covers: when it comes is not known, and that is said. */
static void a_discharge_without_a_class(void **state)
{
    (void)state;
    water_open_county();
    water_before_the_release();
    story_says(&water, NULL, "WR",
               "travel_table QING-TRAVEL river_chain=QING-RIVER"
               " classes[0].code=A classes[0].below_milli_m3s=150m3/s classes[0].fast_m_per_min=180"
               " classes[0].slow_m_per_min=135");
    water_release_v1();
    story_expect_line(&water,
                      "  - EV-01, cn/99/01/21/201/201: no travel time covers this release\n");
    water_expect_windows("DAM-01", "201 1 unknown\n202 1 unknown\n201 1 unknown\n100 1 unknown\n");
    story_close(&water);
}

static void without_a_level_the_hold_is_not_known(void **state)
{
    (void)state;
    water_open_county();
    water_before_the_release();
    story_says(&water, "14:20", "WR",
               "dam_operation DAM-01@v1" DAM " steps[0].from_at_ms=14:50"
               " steps[0].outflow_milli_m3s=260m3/s");
    story_expect_line(&water, "  ? hold DAM-01; how long the reservoir bears it is not known\n");
    /* A height above another zero is no help; the same above the right one is. */
    story_says(&water, "14:21", "WR", "gauge LONGTAN reservoir_level_mm=186.50m datum=wusong");
    story_expect_line(&water, "is not known\n");
    story_forget(&water);
    story_says(&water, "14:22", "WR",
               "gauge LONGTAN reservoir_level_mm=186.50m datum=cn1985 read_at_ms=14:20"
               " outflow_milli_m3s=40m3/s");
    story_expect_line(&water, "  ? hold DAM-01; the reservoir bears it until 18:00\n");
    story_close(&water);
}

static void a_release_called_off_reaches_nobody(void **state)
{
    (void)state;
    water_open_county();
    water_before_the_release();
    water_release_v1();
    story_says(&water, "14:30", "WR",
               "dam_operation DAM-01@v1 change=progress" TOLD " structure=LONGTAN state=cancelled");
    assert_string_equal(story_open_cards(&water), "");
    story_close(&water);
}

/* Gates shut at 15:00: ten minutes of water are under way, and the people still there. */
static void what_has_left_has_left(void **state)
{
    (void)state;
    water_open_county();
    water_before_the_release();
    water_release_v1();
    story_says(&water, "15:00", "WR",
               "dam_operation DAM-01@v1 change=progress" TOLD " structure=LONGTAN state=ended");
    assert_string_equal(story_open_cards(&water), "C03:DAM-01 C06:S2");
    water_expect_windows("DAM-01", "201 1 B 15:20-15:35 until 15:45\n"
                                   "202 1 B 15:40-16:05 until 16:15\n"
                                   "201 1 B 16:10-16:50 until 17:00\n"
                                   "100 1 B 16:50-17:50 until 18:00\n");
    story_close(&water);
}

/* A hamlet's people are in the village's zone, and so are those of the whole township. */
static void zones_hold_hamlets_and_lie_in_townships(void **state)
{
    (void)state;
    water_open_county();
    story_says(
        &water, "14:10", "EM",
        "evacuation EV-07@v1 area=cn/99/01/21/201/201/005 population_kind=centralised"
        " persons_planned=900 persons_remaining=300 rate_persons_per_hour=300 state=under_way");
    story_says(
        &water, "14:10", "EM",
        "evacuation EV-08@v1 area=cn/99/01/21/201 population_kind=centralised"
        " persons_planned=900 persons_remaining=600 rate_persons_per_hour=300 state=under_way");
    story_says(
        &water, "14:10", "EM",
        "evacuation EV-06@v1 area=cn/99/01/21/201/203 population_kind=centralised"
        " persons_planned=900 persons_remaining=900 rate_persons_per_hour=300 state=under_way");
    water_release_v1();
    water_expect_margin("EV-07", 60 - 75);
    water_expect_margin("EV-08", 60 - 135);
    assert_int_equal(water_card_of("C03:DAM-01")->finding->n_lines, 2);
    story_close(&water);
}

static void works_cite_the_release_they_meet(void **state)
{
    (void)state;
    water_open_county();
    story_says(&water, "14:42", "WR", DAM_V2);
    story_says(&water, "14:44", "WR", "operation_plan LV-01@v1" LV_01 "16:05-17:20");
    assert_string_equal(story_clearance(&water, "LV-01"), "uncleared DAM-01@2");
    story_says(&water, "14:45", "WR",
               "operation_plan LV-01@v2 cites=DAM-01@v2" LV_01 "16:05-17:20");
    assert_string_equal(story_clearance(&water, "LV-01"), "cleared");
    /* Out at 17:00, five minutes before the water: nothing meets, nothing to cite. */
    story_says(&water, "14:46", "WR", "operation_plan LV-01@v3" LV_01 "16:05-16:40");
    assert_string_equal(story_clearance(&water, "LV-01"), "cleared");
    story_close(&water);
}

static void a_release_unclears_nothing(void **state)
{
    (void)state;
    water_open_county();
    story_says(&water, "14:18", "WR", "operation_plan LV-01@v1" LV_01 "16:05-17:20");
    water_release_v1();
    assert_string_equal(story_clearance(&water, "LV-01"), "cleared");
    story_says(&water, "14:30", "WR",
               "operation_plan LV-01@v2 cites=DAM-01@v1" LV_01 "16:05-17:20");
    story_says(&water, "14:42", "WR", DAM_V2);
    assert_string_equal(story_clearance(&water, "LV-01"), "cleared");
    water_ambulances();
    assert_string_equal(story_clearance(&water, "HD-01"), "cleared");
    story_close(&water);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_margin_of_nought_is_no_card),
        cmocka_unit_test(unknown_is_not_nought),
        cmocka_unit_test(a_discharge_without_a_class),
        cmocka_unit_test(without_a_level_the_hold_is_not_known),
        cmocka_unit_test(a_release_called_off_reaches_nobody),
        cmocka_unit_test(what_has_left_has_left),
        cmocka_unit_test(zones_hold_hamlets_and_lie_in_townships),
        cmocka_unit_test(works_cite_the_release_they_meet),
        cmocka_unit_test(a_release_unclears_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
