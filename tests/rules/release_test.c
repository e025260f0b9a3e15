/* C03: water above people. Every number here was worked by hand from the county's distances, speeds and
 * rates; the sums stand beside them.
 *
 *   Shangwan 8.1 km, Xiawan 13.5, Beidu 21.6, Chengguan 32.4 below Longtan
 *   class A, below 150 m³/s: 180 m/min fast, 135 slow; class B: 270 fast, 180 slow
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/water.h"

static void to_s3(void)
{
    story_says(&water, "14:26", "EM",
               "evacuation EV-02@v3" EV_02
               " persons_moved=0 persons_remaining=340 state=under_way" LEG(0, "80", "S1")
                   LEG(1, "260", "S3"));
}

static void faster(void)
{
    story_says(&water, "14:40", "EM",
               EV_01 " change=progress persons_moved=240 persons_remaining=380"
                     " rate_persons_per_hour=480 rate_since_at_ms=14:40 state=under_way");
    story_says(&water, NULL, "EM",
               "evacuation EV-02@v3 area=cn/99/01/21/201/202 population_kind=centralised"
               " change=progress persons_moved=75 persons_remaining=265 state=under_way");
}

static void works_v3(void)
{
    story_says(&water, "14:46", "WR",
               "operation_plan LV-01@v3 cites=DAM-01@v2" LV_01 "16:05-16:40");
}

static void complete(void)
{
    story_says(&water, "15:28", "EM",
               EV_01 " change=progress persons_moved=620 persons_remaining=0 state=complete");
    story_says(&water, "15:34", "EM",
               "evacuation EV-02@v3 area=cn/99/01/21/201/202 population_kind=centralised"
               " change=progress persons_moved=340 persons_remaining=0 state=complete");
}

static void until_held(void)
{
    water_open_county();
    water_before_the_release();
    water_release_v1();
    to_s3();
    water_ambulances();
    faster();
    story_says(&water, "14:40", "CMD",
               "decision card=C03:DAM-01 verdict=hold reason=\"people first\"");
}

static void until_the_water_leaves(void)
{
    until_held();
    story_says(&water, "14:42", "WR", DAM_V2);
    works_v3();
    complete();
    story_says(&water, "15:50", "WR",
               "dam_operation DAM-01@v2 change=progress" TOLD " structure=LONGTAN step_begun=1"
               " state=running outflow_now_milli_m3s=140m3/s reservoir_level_mm=186.95m"
               " datum=cn1985");
    story_forget(&water);
}

/* 8100/270 = 30, 8100/180 = 45; 13500: 50, 75; 21600: 80, 120; 32400: 120, 180. Three hours. */
static void windows_of_the_first_release(void **state)
{
    (void)state;
    water_open_county();
    water_release_v1();
    water_expect_windows("DAM-01", "201 1 B 15:20-15:35 until 18:35\n"
                                   "202 1 B 15:40-16:05 until 19:05\n"
                                   "201 1 B 16:10-16:50 until 19:50\n"
                                   "100 1 B 16:50-17:50 until 20:50\n");
    story_close(&water);
}

/* Class A: 8100/180 = 45, 8100/135 = 60; 75, 100; 120, 160; 180, 240. */
static void windows_of_two_steps(void **state)
{
    (void)state;
    water_open_county();
    story_says(&water, "14:42", "WR", DAM_V2);
    water_expect_windows("DAM-01", "201 1 A 16:35-16:50 until 18:50\n"
                                   "201 2 B 18:20-18:35 until 21:35\n"
                                   "202 1 A 17:05-17:30 until 19:30\n"
                                   "202 2 B 18:40-19:05 until 22:05\n"
                                   "201 1 A 17:50-18:30 until 20:30\n"
                                   "201 2 B 19:10-19:50 until 22:50\n"
                                   "100 1 A 18:50-19:50 until 21:50\n"
                                   "100 2 B 19:50-20:50 until 23:50\n");
    story_close(&water);
}

static void the_release_is_flagged(void **state)
{
    (void)state;
    water_open_county();
    water_before_the_release();
    water_release_v1();
    /* 485 at 300 an hour are 97 min, and 15: 112; 15:20 less 14:20 is 60. 340 are 68, and 15, and 5 to
     * the start: 88; 80. The crew: 17:20 and 20 min are 17:40, the water 15:40. */
    story_expect_line(
        &water,
        "14:20 card RAISED C03:DAM-01 for CMD by 14:50 | DAM-01: the water is in"
        " cn/99/01/21/201/201 15:20-15:35; EV-01 cannot be out in time\n"
        "  - EV-01, cn/99/01/21/201/201: 485 left, needs 112 min, has 60 min (-52 min); water"
        " from 15:20\n"
        "  - EV-02, cn/99/01/21/201/202: 340 left, needs 88 min, has 80 min (-8 min); water"
        " from 15:40\n"
        "  - LV-01, cn/99/01/21/201/202: everybody out at 17:40, water from 15:40 (-120 min)\n"
        "  ? hold DAM-01; the reservoir bears it until 18:00\n"
        "  ? stop LV-01 by 15:20\n");
    story_expect_line(&water,
                      "14:20 card RAISED C06:S2 for CA by 16:10 | S2 lies in the water's path:"
                      " 16:10-16:50, DAM-01\n");
    assert_string_equal(story_open_cards(&water), "C03:DAM-01 C06:S2");
    assert_int_equal(water_card_of("C03:DAM-01")->finding->margin->value, -120);
    assert_int_equal(water_card_of("C03:DAM-01")->finding->gravity, MUSTER__GRAVITY__GRAVITY_LIFE);
    assert_int_equal(water_card_of("C03:DAM-01")->finding->options[0]->cost->value, 120);
    story_close(&water);
}

static void patrol_and_stand_by_may_stay(void **state)
{
    (void)state;
    water_open_county();
    water_release_v1();
    assert_string_equal(story_open_cards(&water), "");
    assert_null(mu_picture_card_named(water.picture, "MARGIN:DAM-01"));
    story_close(&water);
}

static void a_journey_joins_the_card(void **state)
{
    (void)state;
    water_open_county();
    water_before_the_release();
    water_release_v1();
    to_s3();
    story_forget(&water);
    water_ambulances();
    story_expect_line(&water, "14:30 card UPDATED C03:DAM-01");
    story_expect_line(&water, "  - HD-01 passes cn/99/01/21/201/201 at 15:26, water from 15:20"
                              " (-6 min)\n");
    story_expect_line(&water, "  ? HD-01 stays out of cn/99/01/21/201/201\n");
    water_expect_margin("HD-01", -6);
    assert_int_equal(water_card_of("C03:DAM-01")->raisings, 1);
    story_close(&water);
}

static void the_shelter_card_goes_when_nobody_is_sent_there(void **state)
{
    (void)state;
    water_open_county();
    water_before_the_release();
    water_release_v1();
    story_forget(&water);
    to_s3();
    story_expect_line(&water,
                      "14:26 card CLOSED C06:S2 for CA reason 2 | nobody is in S2 or on the way"
                      " there when the water comes\n");
    assert_string_equal(story_open_cards(&water), "C03:DAM-01");
    /* A word of its own: 68 + 15 = 83 from 14:26, the water is 74 away. */
    water_expect_margin("EV-02", -9);
    water_expect_margin("EV-01", -52);
    story_close(&water);
}

/* 380 at 480 an hour are 47.5, and 15: 63; 16:35 less 14:42 is 113. 265 at 300 are 53, and 15: 68; 17:05
 * less 14:42 is 143. HD-01 is at Shangwan at 15:26: 69. The crew is out at 17:40 for 17:05. */
static void the_second_order_frees_all_but_the_crew(void **state)
{
    (void)state;
    until_held();
    assert_string_equal(story_open_cards(&water), "C03:DAM-01");
    story_says(&water, "14:42", "WR", DAM_V2);
    water_expect_margin("EV-01", 50);
    water_expect_margin("EV-02", 75);
    water_expect_margin("HD-01", 69);
    water_expect_margin("LV-01", -35);
    assert_string_equal(story_open_cards(&water), "C03:DAM-01");
    assert_int_equal(water_card_of("C03:DAM-01")->finding->decide_by_ms, water_clock_ms("15:50"));
    water_expect_watched("EV-01", 63, 113, "15:33");
    water_expect_watched("EV-02", 68, 143, "15:58");
    story_forget(&water);
    works_v3();
    story_expect_line(&water,
                      "14:46 card CLOSED C03:DAM-01 for CMD reason 2 | DAM-01: everybody below is"
                      " out in time\n");
    story_expect_line(&water,
                      "  - LV-01, cn/99/01/21/201/202: everybody out at 17:00, water from 17:05"
                      " (5 min)\n");
    assert_string_equal(story_clearance(&water, "LV-01"), "cleared");
    story_close(&water);
}

/* Twelve who refused: 5 to notify, 10 to mobilise, 12 at 480 are 1.5, and 15: 32; 16:35 less 16:08 is
 * 27. The water left at 15:50. */
static void those_who_refused_bring_it_back(void **state)
{
    (void)state;
    until_the_water_leaves();
    story_says(&water, "16:08", "EM",
               "evacuation EV-01@v5 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=620 persons_moved=608 persons_remaining=0 persons_refused=12"
               " rate_persons_per_hour=480 state=complete" LEG(0, "598", "S1"));
    story_expect_line(&water,
                      "16:08 card RETURNED C03:DAM-01 for CMD by 16:08 | DAM-01: the water is in"
                      " cn/99/01/21/201/201 16:35-16:50; EV-01 cannot be out in time\n");
    story_expect_line(&water, "  - EV-01, cn/99/01/21/201/201: 12 left, needs 32 min, has 27 min"
                              " (-5 min); water from 16:35\n");
    story_expect_line(&water, "; no: the water of DAM-01 left at 15:50\n");
    story_expect_line(&water, "  ? fetch those of EV-01 in cn/99/01/21/201/201 by boat\n"
                              "  ? those of EV-01 in cn/99/01/21/201/201 go to high ground\n");
    assert_int_equal(water_card_of("C03:DAM-01")->raisings, 2);
    story_says(&water, "16:24", "EM",
               "evacuation EV-01@v6 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=620 persons_moved=620 persons_remaining=0 persons_refused=0"
               " state=complete" LEG(0, "610", "S1"));
    assert_string_equal(story_open_cards(&water), "");
    story_close(&water);
}

/* EV-04: 210 at 420 an hour are 30, and 15, and 15 to the start: 60; 17:50 less 16:40 is 70. Then 140:
 * 20 and 15 of 45. Then 70: 10 and 15 of 35. */
static void a_late_evacuation_has_ten_minutes(void **state)
{
    (void)state;
    until_the_water_leaves();
    story_says(&water, "16:40", "EM",
               "evacuation EV-04@v1 area=cn/99/01/21/101/201 population_kind=centralised"
               " persons_planned=210 start_at_ms=16:55 rate_persons_per_hour=420 state=ordered" LEG(
                   0, "210", "S3"));
    assert_string_equal(story_open_cards(&water), "");
    /* Until 16:55 it stands still, then it falls: 17:06. */
    water_expect_watched("EV-04", 60, 70, "17:06");
#define EV_04                                                                                      \
    "evacuation EV-04@v1 area=cn/99/01/21/101/201 population_kind=centralised change=progress"
    story_says(&water, "17:05", "EM",
               EV_04 " persons_moved=70 persons_remaining=140 state=under_way");
    water_expect_watched("EV-04", 35, 45, "17:16");
    story_says(&water, "17:15", "EM",
               EV_04 " persons_moved=140 persons_remaining=70 state=under_way");
    water_expect_watched("EV-04", 25, 35, "17:26");
    story_ticks(&water, "17:16");
    assert_string_equal(story_open_cards(&water), "");
    story_says(&water, "17:25", "EM",
               EV_04 " persons_moved=210 persons_remaining=0 state=complete");
    story_ticks(&water, "17:26");
    assert_string_equal(story_open_cards(&water), "");
    story_close(&water);
}

/* Without the word of 17:15 the margin turns at 17:16, at its own mark and not before. */
static void silence_turns_the_margin(void **state)
{
    (void)state;
    until_the_water_leaves();
    story_says(&water, "16:40", "EM",
               "evacuation EV-04@v1 area=cn/99/01/21/101/201 population_kind=centralised"
               " persons_planned=210 start_at_ms=16:55 rate_persons_per_hour=420 state=ordered" LEG(
                   0, "210", "S3"));
    story_says(&water, "17:05", "EM",
               EV_04 " persons_moved=70 persons_remaining=140 state=under_way");
    assert_int_equal(water_card_of("MARGIN:DAM-01")->finding->wake_at_ms, water_clock_ms("17:16"));
    story_ticks(&water, "17:15");
    assert_string_equal(story_open_cards(&water), "");
    story_ticks(&water, "17:16");
    assert_string_equal(story_open_cards(&water), "C03:DAM-01");
    water_expect_margin("EV-04", -1);
    story_close(&water);
}

/* Forty went home: 5 and 10, 40 at 480 are 5, and 15: 35. Step 1 was there before them; step 2 is at
 * 18:20, 34 away. 186.95 m at 15:50 and 0.18 m an hour reach 187.60 m after 216.7 min: 19:26. */
static void those_who_returned_bring_it_back_again(void **state)
{
    (void)state;
    until_the_water_leaves();
    story_says(&water, "17:46", "SH",
               "evacuation EV-01@v3 area=cn/99/01/21/201/201 population_kind=centralised"
               " change=progress persons_returned=40 on_behalf_of=cn/99/01/21/201/201 channel=sms");
    story_expect_line(&water, "17:46 card RETURNED C03:DAM-01 for CMD by 17:50");
    story_expect_line(&water, "  - EV-01, cn/99/01/21/201/201: 40 left, needs 35 min, has 34 min"
                              " (-1 min); water from 18:20\n"
                              "  ? hold DAM-01; the reservoir bears it until 19:26\n");
    assert_int_equal(water_line_of("C03:DAM-01", "EV-01")->step, 2);
    assert_int_equal(water_card_of("C03:DAM-01")->finding->evidence[1]->value->number->value,
                     187298);
    /* 18:10: at Shangwan 18:40, 52 away. */
    story_says(&water, "17:48", "WR",
               "dam_operation DAM-01@v3" DAM " steps[0].from_at_ms=15:50"
               " steps[0].outflow_milli_m3s=140m3/s steps[1].from_at_ms=18:10"
               " steps[1].outflow_milli_m3s=260m3/s steps[1].duration_min=3h");
    assert_string_equal(story_open_cards(&water), "");
    water_expect_watched("EV-01", 35, 52, "18:06");
    story_close(&water);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_of_the_first_release),
        cmocka_unit_test(windows_of_two_steps),
        cmocka_unit_test(the_release_is_flagged),
        cmocka_unit_test(patrol_and_stand_by_may_stay),
        cmocka_unit_test(a_journey_joins_the_card),
        cmocka_unit_test(the_shelter_card_goes_when_nobody_is_sent_there),
        cmocka_unit_test(the_second_order_frees_all_but_the_crew),
        cmocka_unit_test(those_who_refused_bring_it_back),
        cmocka_unit_test(a_late_evacuation_has_ten_minutes),
        cmocka_unit_test(silence_turns_the_margin),
        cmocka_unit_test(those_who_returned_bring_it_back_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
