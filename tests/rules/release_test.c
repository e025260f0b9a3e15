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

#include "proto/base/clock.h"
#include "proto/picture/river.h"
#include "tests/help/events.h"
#include "tests/help/story.h"

static struct story s;

static void open_county(void)
{
    story_open(&s);
    s.no_supply = true;
    story_qinghe(&s);
    story_says(&s, "13:50", "WR",
               "operation_plan PAT-1@v1 area=cn/99/01/21/201 activity=levee_patrol state=active"
               " phases[0].activity=levee_patrol phases[0].window=13:50-18:00"
               " phases[0].zone=cn/99/01/21/201/202 phases[0].crew_persons=30");
    story_says(&s, NULL, "FR",
               "operation_plan SB-1@v1 area=cn/99/01/21/201/202 activity=stand_by state=submitted"
               " phases[0].activity=stand_by phases[0].window=15:30-16:30"
               " phases[0].zone=cn/99/01/21/201/202");
    story_forget(&s);
}

/* ---- the rows of the exercise, as far as water goes ---- */

#define EV_01 "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised"
#define EV_02                                                                                      \
    " area=cn/99/01/21/201/202 population_kind=centralised persons_planned=340"                    \
    " rate_persons_per_hour=300 start_at_ms=14:25"
#define LEG(i, persons, to)                                                                        \
    " legs[" #i "].persons=" persons " legs[" #i "].destination_kind=shelter legs[" #i             \
    "].destination=" to
#define LV_01                                                                                      \
    " area=cn/99/01/21/201/202 activity=sandbags state=submitted crew_persons=24"                  \
    " phases[0].activity=sandbags phases[0].window=14:20-16:00"                                    \
    " phases[0].zone=cn/99/01/21/201/202 phases[0].dissolve_min=20"                                \
    " phases[1].activity=pile_driving phases[1].zone=cn/99/01/21/201/202"                          \
    " phases[1].dissolve_min=20 phases[1].window="
#define TOLD " to_be_told[0].agency=EM"
#define DAM                                                                                        \
    TOLD " structure=LONGTAN dispatch_authority=WR state=ordered outflow_before_milli_m3s=40m3/s"  \
         " datum=cn1985"
#define DAM_V2                                                                                     \
    "dam_operation DAM-01@v2" DAM " reservoir_level_mm=186.60m level_read_at_ms=14:40"             \
    " steps[0].from_at_ms=15:50 steps[0].outflow_milli_m3s=140m3/s"                                \
    " steps[1].from_at_ms=17:50 steps[1].outflow_milli_m3s=260m3/s steps[1].duration_min=3h"

static void before_the_release(void)
{
    story_says(&s, "14:03", "EM",
               EV_01 " persons_planned=620 persons_moved=55 persons_remaining=565"
                     " rate_persons_per_hour=300 rate_since_at_ms=13:52 start_at_ms=13:52"
                     " state=under_way" LEG(0, "620", "S1"));
    story_says(&s, "14:10", "EM",
               "evacuation EV-02@v2" EV_02
               " persons_moved=0 persons_remaining=340 state=ordered" LEG(0, "80", "S1")
                   LEG(1, "260", "S2"));
    story_says(&s, "14:12", "EM",
               "evacuation EV-03@v1 area=cn/99/01/21/101/202 population_kind=precautionary"
               " persons_planned=150 state=ordered");
    story_says(&s, "14:18", "WR", "operation_plan LV-01@v2" LV_01 "16:05-17:20");
    story_says(&s, "14:19", "EM",
               EV_01 " change=progress persons_moved=135 persons_remaining=485 state=under_way");
    story_forget(&s);
}

static void release_v1(void)
{
    story_says(&s, "14:20", "WR",
               "dam_operation DAM-01@v1" DAM " reservoir_level_mm=186.50m level_read_at_ms=14:20"
               " steps[0].from_at_ms=14:50 steps[0].outflow_milli_m3s=260m3/s"
               " steps[0].duration_min=3h");
}

static void to_s3(void)
{
    story_says(&s, "14:26", "EM",
               "evacuation EV-02@v3" EV_02
               " persons_moved=0 persons_remaining=340 state=under_way" LEG(0, "80", "S1")
                   LEG(1, "260", "S3"));
}

static void ambulances(void)
{
    story_says(&s, "14:30", "HC",
               "operation_plan HD-01@v1 area=cn/99/01/21/201/203 activity=ambulance"
               " state=submitted phases[0].activity=ambulance phases[0].window=14:30-15:08"
               " phases[0].passages[0].node=N-SW phases[0].passages[0].at_ms=15:02"
               " phases[1].activity=ambulance phases[1].window=15:20-15:58"
               " phases[1].passages[0].node=N-SW phases[1].passages[0].at_ms=15:26"
               " phases[1].passages[1].node=N-XW phases[1].passages[1].at_ms=15:35"
               " phases[1].passages[2].node=N-BD phases[1].passages[2].at_ms=15:43"
               " phases[1].passages[3].node=N-CG phases[1].passages[3].at_ms=15:58");
}

static void faster(void)
{
    story_says(&s, "14:40", "EM",
               EV_01 " change=progress persons_moved=240 persons_remaining=380"
                     " rate_persons_per_hour=480 rate_since_at_ms=14:40 state=under_way");
    story_says(&s, NULL, "EM",
               "evacuation EV-02@v3 area=cn/99/01/21/201/202 population_kind=centralised"
               " change=progress persons_moved=75 persons_remaining=265 state=under_way");
}

static void works_v3(void)
{
    story_says(&s, "14:46", "WR", "operation_plan LV-01@v3 cites=DAM-01@v2" LV_01 "16:05-16:40");
}

static void complete(void)
{
    story_says(&s, "15:28", "EM",
               EV_01 " change=progress persons_moved=620 persons_remaining=0 state=complete");
    story_says(&s, "15:34", "EM",
               "evacuation EV-02@v3 area=cn/99/01/21/201/202 population_kind=centralised"
               " change=progress persons_moved=340 persons_remaining=0 state=complete");
}

static void until_held(void)
{
    open_county();
    before_the_release();
    release_v1();
    to_s3();
    ambulances();
    faster();
    story_says(&s, "14:40", "CMD", "decision card=C03:DAM-01 verdict=hold reason=\"people first\"");
}

static void until_the_water_leaves(void)
{
    until_held();
    story_says(&s, "14:42", "WR", DAM_V2);
    works_v3();
    complete();
    story_says(&s, "15:50", "WR",
               "dam_operation DAM-01@v2 change=progress" TOLD " structure=LONGTAN step_begun=1"
               " state=running outflow_now_milli_m3s=140m3/s reservoir_level_mm=186.95m"
               " datum=cn1985");
    story_forget(&s);
}

/* ---- looking ---- */

static const struct mu_card *card_of(const char *name)
{
    const struct mu_card *card = mu_picture_card_named(s.picture, name);

    assert_non_null(card);
    return card;
}

static const Muster__FindingLine *line_of(const char *name, const char *line_id)
{
    const Muster__Finding *finding = card_of(name)->finding;

    for (size_t i = 0; i < finding->n_lines; i++)
        if (strcmp(finding->lines[i]->line_id, line_id) == 0)
            return finding->lines[i];
    fail_msg("%s has no line %s", name, line_id);
    return NULL;
}

static int64_t clock_ms(const char *clock)
{
    int hour, minute;

    assert_int_equal(sscanf(clock, "%d:%d", &hour, &minute), 2);
    return HELP_MIDNIGHT_MS + hour * MU_HOUR_MS + minute * MU_MINUTE_MS;
}

static void expect_margin(const char *line_id, int64_t margin)
{
    const Muster__FindingLine *line = line_of("C03:DAM-01", line_id);

    assert_non_null(line->margin);
    assert_int_equal(line->margin->value, margin);
    assert_int_equal(line->state, margin < 0 ? MUSTER__FINDING_STATE__FINDING_STATE_RAISED
                                             : MUSTER__FINDING_STATE__FINDING_STATE_CLOSED);
}

static void expect_watched(const char *line_id, int64_t need, int64_t have, const char *turns)
{
    const Muster__FindingLine *line = line_of("MARGIN:DAM-01", line_id);

    assert_int_equal(line->need->value, need);
    assert_int_equal(line->have->value, have);
    assert_int_equal(line->margin->value, have - need);
    assert_int_equal(line->has_turns_at_ms, turns != NULL);
    if (turns != NULL)
        assert_int_equal(line->turns_at_ms, clock_ms(turns));
}

/* ---- where the water is when ---- */

struct windows {
    char text[1024];
    struct mu_text out;
};

static bool list_window(void *user, const struct mu_arrival *arrival)
{
    struct windows *windows = user;
    struct mu_civil from = mu_civil(arrival->earliest_ms, 480);
    struct mu_civil to = mu_civil(arrival->latest_ms, 480);
    struct mu_civil until = mu_civil(arrival->until_ms, 480);

    mu_text_addf(&windows->out, "%s %u ", strrchr(arrival->zone->area, '/') + 1, arrival->step);
    if (!arrival->known) {
        mu_text_add(&windows->out, "unknown\n");
        return true;
    }
    mu_text_addf(&windows->out, "%s %02d:%02d-%02d:%02d", arrival->discharge_class, from.hour,
                 from.minute, to.hour, to.minute);
    if (arrival->until_ms == MU_ENDLESS)
        mu_text_add(&windows->out, " on\n");
    else
        mu_text_addf(&windows->out, " until %02d:%02d\n", until.hour, until.minute);
    return true;
}

static void expect_windows(const char *operation, const char *expected)
{
    struct windows windows;
    struct mu_river *river;

    windows.out = mu_text(windows.text, sizeof windows.text);
    assert_int_equal(mu_river_new(s.picture, &river), MU_OK);
    mu_release_arrivals(s.picture, river,
                        mu_picture_object(s.picture, MUSTER__EVENT__BODY_DAM_OPERATION, operation),
                        list_window, &windows);
    assert_string_equal(windows.text, expected);
    mu_river_free(&river);
}

/* 8100/270 = 30, 8100/180 = 45; 13500: 50, 75; 21600: 80, 120; 32400: 120, 180. Three hours. */
static void windows_of_the_first_release(void **state)
{
    (void)state;
    open_county();
    release_v1();
    expect_windows("DAM-01", "201 1 B 15:20-15:35 until 18:35\n"
                             "202 1 B 15:40-16:05 until 19:05\n"
                             "201 1 B 16:10-16:50 until 19:50\n"
                             "100 1 B 16:50-17:50 until 20:50\n");
    story_close(&s);
}

/* Class A: 8100/180 = 45, 8100/135 = 60; 75, 100; 120, 160; 180, 240. */
static void windows_of_two_steps(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:42", "WR", DAM_V2);
    expect_windows("DAM-01", "201 1 A 16:35-16:50 until 18:50\n"
                             "201 2 B 18:20-18:35 until 21:35\n"
                             "202 1 A 17:05-17:30 until 19:30\n"
                             "202 2 B 18:40-19:05 until 22:05\n"
                             "201 1 A 17:50-18:30 until 20:30\n"
                             "201 2 B 19:10-19:50 until 22:50\n"
                             "100 1 A 18:50-19:50 until 21:50\n"
                             "100 2 B 19:50-20:50 until 23:50\n");
    story_close(&s);
}

/* ---- the card of the exercise ---- */

static void the_release_is_flagged(void **state)
{
    (void)state;
    open_county();
    before_the_release();
    release_v1();
    /* 485 at 300 an hour are 97 min, and 15: 112; 15:20 less 14:20 is 60. 340 are 68, and 15, and 5 to
     * the start: 88; 80. The crew: 17:20 and 20 min are 17:40, the water 15:40. */
    story_expect_line(
        &s, "14:20 card RAISED C03:DAM-01 for CMD by 14:50 | DAM-01: the water is in"
            " cn/99/01/21/201/201 15:20-15:35; EV-01 cannot be out in time\n"
            "  - EV-01, cn/99/01/21/201/201: 485 left, needs 112 min, has 60 min (-52 min); water"
            " from 15:20\n"
            "  - EV-02, cn/99/01/21/201/202: 340 left, needs 88 min, has 80 min (-8 min); water"
            " from 15:40\n"
            "  - LV-01, cn/99/01/21/201/202: everybody out at 17:40, water from 15:40 (-120 min)\n"
            "  ? hold DAM-01; the reservoir bears it until 18:00\n"
            "  ? stop LV-01 by 15:20\n");
    story_expect_line(&s, "14:20 card RAISED C06:S2 for CA by 16:10 | S2 lies in the water's path:"
                          " 16:10-16:50, DAM-01\n");
    assert_string_equal(story_open_cards(&s), "C03:DAM-01 C06:S2");
    assert_int_equal(card_of("C03:DAM-01")->finding->margin->value, -120);
    assert_int_equal(card_of("C03:DAM-01")->finding->gravity, MUSTER__GRAVITY__GRAVITY_LIFE);
    assert_int_equal(card_of("C03:DAM-01")->finding->options[0]->cost->value, 120);
    story_close(&s);
}

static void patrol_and_stand_by_may_stay(void **state)
{
    (void)state;
    open_county();
    release_v1();
    assert_string_equal(story_open_cards(&s), "");
    assert_null(mu_picture_card_named(s.picture, "MARGIN:DAM-01"));
    story_close(&s);
}

static void a_journey_joins_the_card(void **state)
{
    (void)state;
    open_county();
    before_the_release();
    release_v1();
    to_s3();
    story_forget(&s);
    ambulances();
    story_expect_line(&s, "14:30 card UPDATED C03:DAM-01");
    story_expect_line(&s, "  - HD-01 passes cn/99/01/21/201/201 at 15:26, water from 15:20"
                          " (-6 min)\n");
    story_expect_line(&s, "  ? HD-01 stays out of cn/99/01/21/201/201\n");
    expect_margin("HD-01", -6);
    assert_int_equal(card_of("C03:DAM-01")->raisings, 1);
    story_close(&s);
}

static void the_shelter_card_goes_when_nobody_is_sent_there(void **state)
{
    (void)state;
    open_county();
    before_the_release();
    release_v1();
    story_forget(&s);
    to_s3();
    story_expect_line(&s, "14:26 card CLOSED C06:S2 for CA reason 2 | nobody is in S2 or on the way"
                          " there when the water comes\n");
    assert_string_equal(story_open_cards(&s), "C03:DAM-01");
    /* A word of its own: 68 + 15 = 83 from 14:26, the water is 74 away. */
    expect_margin("EV-02", -9);
    expect_margin("EV-01", -52);
    story_close(&s);
}

/* 380 at 480 an hour are 47.5, and 15: 63; 16:35 less 14:42 is 113. 265 at 300 are 53, and 15: 68; 17:05
 * less 14:42 is 143. HD-01 is at Shangwan at 15:26: 69. The crew is out at 17:40 for 17:05. */
static void the_second_order_frees_all_but_the_crew(void **state)
{
    (void)state;
    until_held();
    assert_string_equal(story_open_cards(&s), "C03:DAM-01");
    story_says(&s, "14:42", "WR", DAM_V2);
    expect_margin("EV-01", 50);
    expect_margin("EV-02", 75);
    expect_margin("HD-01", 69);
    expect_margin("LV-01", -35);
    assert_string_equal(story_open_cards(&s), "C03:DAM-01");
    assert_int_equal(card_of("C03:DAM-01")->finding->decide_by_ms, clock_ms("15:50"));
    expect_watched("EV-01", 63, 113, "15:33");
    expect_watched("EV-02", 68, 143, "15:58");
    story_forget(&s);
    works_v3();
    story_expect_line(&s,
                      "14:46 card CLOSED C03:DAM-01 for CMD reason 2 | DAM-01: everybody below is"
                      " out in time\n");
    story_expect_line(&s, "  - LV-01, cn/99/01/21/201/202: everybody out at 17:00, water from 17:05"
                          " (5 min)\n");
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    story_close(&s);
}

/* Twelve who refused: 5 to notify, 10 to mobilise, 12 at 480 are 1.5, and 15: 32; 16:35 less 16:08 is
 * 27. The water left at 15:50. */
static void those_who_refused_bring_it_back(void **state)
{
    (void)state;
    until_the_water_leaves();
    story_says(&s, "16:08", "EM",
               "evacuation EV-01@v5 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=620 persons_moved=608 persons_remaining=0 persons_refused=12"
               " rate_persons_per_hour=480 state=complete" LEG(0, "598", "S1"));
    story_expect_line(&s,
                      "16:08 card RETURNED C03:DAM-01 for CMD by 16:08 | DAM-01: the water is in"
                      " cn/99/01/21/201/201 16:35-16:50; EV-01 cannot be out in time\n");
    story_expect_line(&s, "  - EV-01, cn/99/01/21/201/201: 12 left, needs 32 min, has 27 min"
                          " (-5 min); water from 16:35\n");
    story_expect_line(&s, "; no: the water of DAM-01 left at 15:50\n");
    story_expect_line(&s, "  ? fetch those of EV-01 in cn/99/01/21/201/201 by boat\n"
                          "  ? those of EV-01 in cn/99/01/21/201/201 go to high ground\n");
    assert_int_equal(card_of("C03:DAM-01")->raisings, 2);
    story_says(&s, "16:24", "EM",
               "evacuation EV-01@v6 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=620 persons_moved=620 persons_remaining=0 persons_refused=0"
               " state=complete" LEG(0, "610", "S1"));
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

/* EV-04: 210 at 420 an hour are 30, and 15, and 15 to the start: 60; 17:50 less 16:40 is 70. Then 140:
 * 20 and 15 of 45. Then 70: 10 and 15 of 35. */
static void a_late_evacuation_has_ten_minutes(void **state)
{
    (void)state;
    until_the_water_leaves();
    story_says(&s, "16:40", "EM",
               "evacuation EV-04@v1 area=cn/99/01/21/101/201 population_kind=centralised"
               " persons_planned=210 start_at_ms=16:55 rate_persons_per_hour=420 state=ordered" LEG(
                   0, "210", "S3"));
    assert_string_equal(story_open_cards(&s), "");
    /* Until 16:55 it stands still, then it falls: 17:06. */
    expect_watched("EV-04", 60, 70, "17:06");
#define EV_04                                                                                      \
    "evacuation EV-04@v1 area=cn/99/01/21/101/201 population_kind=centralised change=progress"
    story_says(&s, "17:05", "EM", EV_04 " persons_moved=70 persons_remaining=140 state=under_way");
    expect_watched("EV-04", 35, 45, "17:16");
    story_says(&s, "17:15", "EM", EV_04 " persons_moved=140 persons_remaining=70 state=under_way");
    expect_watched("EV-04", 25, 35, "17:26");
    story_ticks(&s, "17:16");
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "17:25", "EM", EV_04 " persons_moved=210 persons_remaining=0 state=complete");
    story_ticks(&s, "17:26");
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

/* Without the word of 17:15 the margin turns at 17:16, at its own mark and not before. */
static void silence_turns_the_margin(void **state)
{
    (void)state;
    until_the_water_leaves();
    story_says(&s, "16:40", "EM",
               "evacuation EV-04@v1 area=cn/99/01/21/101/201 population_kind=centralised"
               " persons_planned=210 start_at_ms=16:55 rate_persons_per_hour=420 state=ordered" LEG(
                   0, "210", "S3"));
    story_says(&s, "17:05", "EM", EV_04 " persons_moved=70 persons_remaining=140 state=under_way");
    assert_int_equal(card_of("MARGIN:DAM-01")->finding->wake_at_ms, clock_ms("17:16"));
    story_ticks(&s, "17:15");
    assert_string_equal(story_open_cards(&s), "");
    story_ticks(&s, "17:16");
    assert_string_equal(story_open_cards(&s), "C03:DAM-01");
    expect_margin("EV-04", -1);
    story_close(&s);
}

/* Forty went home: 5 and 10, 40 at 480 are 5, and 15: 35. Step 1 was there before them; step 2 is at
 * 18:20, 34 away. 186.95 m at 15:50 and 0.18 m an hour reach 187.60 m after 216.7 min: 19:26. */
static void those_who_returned_bring_it_back_again(void **state)
{
    (void)state;
    until_the_water_leaves();
    story_says(&s, "17:46", "SH",
               "evacuation EV-01@v3 area=cn/99/01/21/201/201 population_kind=centralised"
               " change=progress persons_returned=40 on_behalf_of=cn/99/01/21/201/201 channel=sms");
    story_expect_line(&s, "17:46 card RETURNED C03:DAM-01 for CMD by 17:50");
    story_expect_line(&s, "  - EV-01, cn/99/01/21/201/201: 40 left, needs 35 min, has 34 min"
                          " (-1 min); water from 18:20\n"
                          "  ? hold DAM-01; the reservoir bears it until 19:26\n");
    assert_int_equal(line_of("C03:DAM-01", "EV-01")->step, 2);
    assert_int_equal(card_of("C03:DAM-01")->finding->evidence[1]->value->number->value, 187298);
    /* 18:10: at Shangwan 18:40, 52 away. */
    story_says(&s, "17:48", "WR",
               "dam_operation DAM-01@v3" DAM " steps[0].from_at_ms=15:50"
               " steps[0].outflow_milli_m3s=140m3/s steps[1].from_at_ms=18:10"
               " steps[1].outflow_milli_m3s=260m3/s steps[1].duration_min=3h");
    assert_string_equal(story_open_cards(&s), "");
    expect_watched("EV-01", 35, 52, "18:06");
    story_close(&s);
}

/* ---- what must not be flagged, and what must ---- */

/* 97 + 15 = 112 of 112: the water of 15:42 is at Shangwan 16:12. */
static void a_margin_of_nought_is_no_card(void **state)
{
    (void)state;
    open_county();
    before_the_release();
    story_says(&s, "14:20", "WR",
               "dam_operation DAM-01@v1" DAM " steps[0].from_at_ms=15:42"
               " steps[0].outflow_milli_m3s=260m3/s steps[0].duration_min=3h");
    expect_watched("EV-01", 112, 112, "14:21");
    assert_int_equal(line_of("MARGIN:DAM-01", "EV-01")->state,
                     MUSTER__FINDING_STATE__FINDING_STATE_CLOSED);
    story_ticks(&s, "14:21");
    expect_margin("EV-01", -1);
    story_close(&s);
}

static void unknown_is_not_nought(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:10", "EM",
               "evacuation EV-09@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=10 persons_remaining=10 state=under_way");
    release_v1();
    story_expect_line(&s, "how fast they are moved is not stated");
    assert_string_equal(story_open_cards(&s), "C03:DAM-01");
    assert_null(line_of("C03:DAM-01", "EV-09")->margin);
    /* 10 at 100 are 6, and 15: 21 of 60. */
    story_says(&s, "14:20", "EM",
               "evacuation EV-09@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " change=progress rate_persons_per_hour=100");
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

/* A release no class covers: when it comes is not known, and that is said. */
static void a_discharge_without_a_class(void **state)
{
    (void)state;
    open_county();
    before_the_release();
    story_says(&s, NULL, "WR",
               "travel_table QING-TRAVEL river_chain=QING-RIVER"
               " classes[0].code=A classes[0].below_milli_m3s=150m3/s classes[0].fast_m_per_min=180"
               " classes[0].slow_m_per_min=135");
    release_v1();
    story_expect_line(&s, "  - EV-01, cn/99/01/21/201/201: no travel time covers this release\n");
    expect_windows("DAM-01", "201 1 unknown\n202 1 unknown\n201 1 unknown\n100 1 unknown\n");
    story_close(&s);
}

static void without_a_level_the_hold_is_not_known(void **state)
{
    (void)state;
    open_county();
    before_the_release();
    story_says(&s, "14:20", "WR",
               "dam_operation DAM-01@v1" DAM " steps[0].from_at_ms=14:50"
               " steps[0].outflow_milli_m3s=260m3/s");
    story_expect_line(&s, "  ? hold DAM-01; how long the reservoir bears it is not known\n");
    /* A height above another zero is no help; the same above the right one is. */
    story_says(&s, "14:21", "WR", "gauge LONGTAN reservoir_level_mm=186.50m datum=wusong");
    story_expect_line(&s, "is not known\n");
    story_forget(&s);
    story_says(&s, "14:22", "WR",
               "gauge LONGTAN reservoir_level_mm=186.50m datum=cn1985 read_at_ms=14:20"
               " outflow_milli_m3s=40m3/s");
    story_expect_line(&s, "  ? hold DAM-01; the reservoir bears it until 18:00\n");
    story_close(&s);
}

static void a_release_called_off_reaches_nobody(void **state)
{
    (void)state;
    open_county();
    before_the_release();
    release_v1();
    story_says(&s, "14:30", "WR",
               "dam_operation DAM-01@v1 change=progress" TOLD " structure=LONGTAN state=cancelled");
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

/* Gates shut at 15:00: ten minutes of water are under way, and the people still there. */
static void what_has_left_has_left(void **state)
{
    (void)state;
    open_county();
    before_the_release();
    release_v1();
    story_says(&s, "15:00", "WR",
               "dam_operation DAM-01@v1 change=progress" TOLD " structure=LONGTAN state=ended");
    assert_string_equal(story_open_cards(&s), "C03:DAM-01 C06:S2");
    expect_windows("DAM-01", "201 1 B 15:20-15:35 until 15:45\n"
                             "202 1 B 15:40-16:05 until 16:15\n"
                             "201 1 B 16:10-16:50 until 17:00\n"
                             "100 1 B 16:50-17:50 until 18:00\n");
    story_close(&s);
}

/* A hamlet's people are in the village's zone, and so are those of the whole township. */
static void zones_hold_hamlets_and_lie_in_townships(void **state)
{
    (void)state;
    open_county();
    story_says(
        &s, "14:10", "EM",
        "evacuation EV-07@v1 area=cn/99/01/21/201/201/005 population_kind=centralised"
        " persons_planned=900 persons_remaining=300 rate_persons_per_hour=300 state=under_way");
    story_says(
        &s, "14:10", "EM",
        "evacuation EV-08@v1 area=cn/99/01/21/201 population_kind=centralised"
        " persons_planned=900 persons_remaining=600 rate_persons_per_hour=300 state=under_way");
    story_says(
        &s, "14:10", "EM",
        "evacuation EV-06@v1 area=cn/99/01/21/201/203 population_kind=centralised"
        " persons_planned=900 persons_remaining=900 rate_persons_per_hour=300 state=under_way");
    release_v1();
    expect_margin("EV-07", 60 - 75);
    expect_margin("EV-08", 60 - 135);
    assert_int_equal(card_of("C03:DAM-01")->finding->n_lines, 2);
    story_close(&s);
}

/* ---- who must have seen it ---- */

static void works_cite_the_release_they_meet(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:42", "WR", DAM_V2);
    story_says(&s, "14:44", "WR", "operation_plan LV-01@v1" LV_01 "16:05-17:20");
    assert_string_equal(story_clearance(&s, "LV-01"), "uncleared DAM-01@2");
    story_says(&s, "14:45", "WR", "operation_plan LV-01@v2 cites=DAM-01@v2" LV_01 "16:05-17:20");
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    /* Out at 17:00, five minutes before the water: nothing meets, nothing to cite. */
    story_says(&s, "14:46", "WR", "operation_plan LV-01@v3" LV_01 "16:05-16:40");
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    story_close(&s);
}

static void a_release_unclears_nothing(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:18", "WR", "operation_plan LV-01@v1" LV_01 "16:05-17:20");
    release_v1();
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    story_says(&s, "14:30", "WR", "operation_plan LV-01@v2 cites=DAM-01@v1" LV_01 "16:05-17:20");
    story_says(&s, "14:42", "WR", DAM_V2);
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    ambulances();
    assert_string_equal(story_clearance(&s, "HD-01"), "cleared");
    story_close(&s);
}

/* ---- two reservoirs above one zone ---- */

/*   UPPER --5 km-- A --7 km-- (confluence) --3 km-- C --6 km-- D
 *   SIDE  --4 km-- B --2 km--/
 * On the main river 200 m/min fast and 120 slow, on the side river 100 and 50; one class.
 */
static void open_confluence(void)
{
    story_open(&s);
    s.no_supply = true;
    story_says(&s, "10:00", "EM", "role_map R lines[0].role=flood_command lines[0].agency=CMD");
    story_says(&s, NULL, "WR", "reference_object UPPER kind=structure structure.kind=dam");
    story_says(&s, NULL, "WR", "reference_object SIDE kind=structure structure.kind=sluice");
#define AT(i, area_, m)                                                                            \
    " river_chain.zones[" #i "].area=cn/99/01/21/" area_ " river_chain.zones[" #i "].distance_"    \
    "m=" m
    story_says(&s, NULL, "WR",
               "reference_object BROOK kind=river_chain river_chain.structure=SIDE" AT(
                   0, "b", "4000") " river_chain.joins=MAIN river_chain.joins_at_m=12000"
                                   " river_chain.length_m=6000");
    story_says(&s, NULL, "WR",
               "reference_object MAIN kind=river_chain river_chain.structure=UPPER" AT(
                   0, "a", "5000") AT(1, "c", "15000") AT(2, "d", "21000"));
    story_says(&s, NULL, "WR",
               "travel_table T1 river_chain=MAIN classes[0].code=one classes[0].fast_m_per_min=200"
               " classes[0].slow_m_per_min=120");
    story_says(&s, NULL, "WR",
               "travel_table T2 river_chain=BROOK classes[0].code=one"
               " classes[0].fast_m_per_min=100 classes[0].slow_m_per_min=50");
}

/* UPPER: 25 to 42 (41.67 rounded up), 75 to 125, 105 to 175.
 * SIDE: 40 to 80 in B; to the confluence 60 to 120, then 15 to 25: 75 to 145; 45 to 75 more: 105 to 195. */
static void a_zone_below_two_reservoirs(void **state)
{
    (void)state;
    open_confluence();
    story_says(&s, "10:00", "WR",
               "dam_operation U-1@v1 to_be_told[0].agency=EM structure=UPPER state=ordered "
               "steps[0].from_at_ms=12:00"
               " steps[0].outflow_milli_m3s=90m3/s steps[0].duration_min=1h");
    story_says(&s, "10:00", "WR",
               "dam_operation S-1@v1 to_be_told[0].agency=EM structure=SIDE state=ordered "
               "steps[0].from_at_ms=11:00"
               " steps[0].outflow_milli_m3s=9m3/s steps[0].duration_min=1h");
    expect_windows("U-1", "a 1 one 12:25-12:42 until 13:42\n"
                          "c 1 one 13:15-14:05 until 15:05\n"
                          "d 1 one 13:45-14:55 until 15:55\n");
    expect_windows("S-1", "b 1 one 11:40-12:20 until 13:20\n"
                          "c 1 one 12:15-13:25 until 14:25\n"
                          "d 1 one 12:45-14:15 until 15:15\n");
    story_forget(&s);
    /* 400 at 150 an hour are 160, and 15: 175 in C from 10:20; SIDE is there in 115, UPPER in 175. */
    story_says(
        &s, "10:20", "EM",
        "evacuation EV-1@v1 area=cn/99/01/21/c population_kind=centralised"
        " persons_planned=900 persons_remaining=400 rate_persons_per_hour=150 state=under_way");
    assert_string_equal(story_open_cards(&s), "C03:S-1");
    assert_int_equal(line_of("C03:S-1", "EV-1")->margin->value, -60);
    assert_int_equal(line_of("MARGIN:U-1", "EV-1")->margin->value, 0);
    story_ticks(&s, "10:21");
    assert_string_equal(story_open_cards(&s), "C03:S-1 C03:U-1");
    /* Two dams, two decisions: what helps below one leaves the other. */
    story_says(&s, "10:25", "WR",
               "dam_operation S-1@v2 to_be_told[0].agency=EM structure=SIDE state=ordered "
               "steps[0].from_at_ms=13:00"
               " steps[0].outflow_milli_m3s=9m3/s steps[0].duration_min=1h");
    assert_string_equal(story_open_cards(&s), "C03:U-1");
    story_close(&s);
}

/* Two chains from one dam to one zone: the bounds hold both. 5000/200 = 25, 5000/120 = 42; by the other
 * arm 6000: 30 to 50. */
static void two_arms_of_one_river(void **state)
{
    (void)state;
    open_confluence();
    story_says(
        &s, "10:00", "WR",
        "reference_object ARM kind=river_chain river_chain.structure=UPPER" AT(0, "a", "6000"));
    story_says(&s, "10:00", "WR",
               "travel_table T3 river_chain=ARM classes[0].code=one classes[0].fast_m_per_min=200"
               " classes[0].slow_m_per_min=120");
    story_says(&s, "10:00", "WR",
               "dam_operation U-1@v1 to_be_told[0].agency=EM structure=UPPER state=ordered "
               "steps[0].from_at_ms=12:00"
               " steps[0].outflow_milli_m3s=90m3/s");
    expect_windows("U-1", "a 1 one 12:25-12:50 on\n"
                          "c 1 one 13:15-14:05 on\n"
                          "d 1 one 13:45-14:55 on\n");
    story_close(&s);
}

/* A chain that joins itself, by a slip of the pen, ends. */
static void a_river_in_a_circle_ends(void **state)
{
    struct mu_river *river;

    (void)state;
    open_confluence();
    story_says(&s, "10:00", "WR",
               "reference_object MAIN kind=river_chain river_chain.structure=UPPER"
               " river_chain.joins=MAIN river_chain.length_m=100" AT(0, "a", "50"));
    assert_int_equal(mu_river_new(s.picture, &river), MU_OK);
    mu_river_free(&river);
    story_close(&s);
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
        cmocka_unit_test(a_margin_of_nought_is_no_card),
        cmocka_unit_test(unknown_is_not_nought),
        cmocka_unit_test(a_discharge_without_a_class),
        cmocka_unit_test(without_a_level_the_hold_is_not_known),
        cmocka_unit_test(a_release_called_off_reaches_nobody),
        cmocka_unit_test(what_has_left_has_left),
        cmocka_unit_test(zones_hold_hamlets_and_lie_in_townships),
        cmocka_unit_test(works_cite_the_release_they_meet),
        cmocka_unit_test(a_release_unclears_nothing),
        cmocka_unit_test(a_zone_below_two_reservoirs),
        cmocka_unit_test(two_arms_of_one_river),
        cmocka_unit_test(a_river_in_a_circle_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
