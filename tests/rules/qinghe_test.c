/* The first minute of Qinghe's exercise, row by row: exactly these cards, these numbers, these
 * closings, and no other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/story.h"

static struct story s;

static void open_county(void)
{
    story_open(&s);
    story_qinghe(&s);
    story_says(&s, "13:50", "WR",
               "operation_plan PAT-1@v1 area=cn/99/01/21/201 activity=levee_patrol state=active"
               " crew_persons=30 phases[0].activity=levee_patrol phases[0].window=13:50-18:00"
               " phases[0].zone=cn/99/01/21/201/202 phases[0].crew_persons=30"
               " phases[0].resources[0].object=M1 phases[0].resources[0].count=30");
    story_says(&s, NULL, "FR",
               "operation_plan SB-1@v1 area=cn/99/01/21/201/202 activity=stand_by state=submitted"
               " phases[0].activity=stand_by phases[0].window=15:30-16:30"
               " phases[0].zone=cn/99/01/21/201/202 phases[0].resources[0].object=BT-2"
               " phases[0].resources[0].exclusive=true phases[0].resources[0].promised_to=WR");
    assert_string_equal(story_clearance(&s, "PAT-1"), "cleared");
    assert_string_equal(story_clearance(&s, "SB-1"), "cleared");
    assert_string_equal(story_open_cards(&s), "");
    story_forget(&s);
}

/* ---- the rows ---- */

static void ev_01_v1(void)
{
    story_says(
        &s, "14:03", "EM",
        "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised"
        " persons_planned=620 persons_moved=55 persons_remaining=565 rate_persons_per_hour=300"
        " rate_since_at_ms=13:52 start_at_ms=13:52 state=under_way legs[0].persons=620"
        " legs[0].destination_kind=shelter legs[0].destination=S1 legs[0].route=E11,E12,E13"
        " legs[0].window=13:52-16:00 legs[0].heaviest_vehicle_kg=12t"
        " legs[0].vehicles[0].vehicle_class=bus legs[0].vehicles[0].mass_kg=12t"
        " vulnerable.infants=22 vulnerable.elderly=96");
}

static void ev_02_v1(void)
{
    story_says(&s, "14:06", "EM",
               "evacuation EV-02@v1 area=cn/99/01/21/201/202 population_kind=centralised"
               " persons_planned=340 persons_moved=0 persons_remaining=340"
               " rate_persons_per_hour=300 start_at_ms=14:25 state=ordered legs[0].persons=340"
               " legs[0].destination_kind=shelter legs[0].destination=S1 legs[0].route=E12,E13"
               " legs[0].window=14:25-15:45 legs[0].heaviest_vehicle_kg=12t"
               " legs[0].vehicles[0].vehicle_class=bus");
}

static void lv_01_v1(void)
{
    story_says(&s, "14:09", "WR",
               "operation_plan LV-01@v1 area=cn/99/01/21/201/202 activity=pile_driving"
               " state=submitted crew_persons=24 levee.segment=xiawan-levee levee.from_m=3200 "
               "levee.to_m=3350"
               " levee.defect=slip phases[0].activity=pile_driving phases[0].window=14:15-16:45"
               " phases[0].edges=E12:closes phases[0].zone=cn/99/01/21/201/202"
               " phases[0].crew_persons=24 phases[0].dissolve_min=20");
}

#define LEG(i, persons, to, route)                                                                 \
    " legs[" #i "].persons=" persons " legs[" #i "].destination_kind=shelter legs[" #i             \
    "].destination=" to " legs[" #i "].route=" route " legs[" #i "].window=14:25-15:45 legs[" #i   \
    "].heaviest_vehicle_kg=12t legs[" #i "].vehicles[0].vehicle_class=bus"
#define EV_02                                                                                      \
    " area=cn/99/01/21/201/202 population_kind=centralised persons_planned=340 persons_moved=0"    \
    " persons_remaining=340 rate_persons_per_hour=300 start_at_ms=14:25 state=ordered"

static void ev_02_v2(void)
{
    story_says(&s, "14:10", "EM",
               "evacuation EV-02@v2" EV_02 LEG(0, "80", "S1", "E12,E13")
                   LEG(1, "260", "S2", "E12"));
}

static void ev_03(void)
{
    story_says(&s, "14:12", "EM",
               "evacuation EV-03@v1 area=cn/99/01/21/101/202 population_kind=precautionary"
               " persons_planned=150 duration_min=720 state=ordered legs[0].persons=150"
               " legs[0].destination_kind=relatives");
}

static void decision(void)
{
    story_says(&s, "14:15", "CMD",
               "decision card=C04:LV-01 verdict=joint reason=\"evacuation first\""
               " orders[0].agency=WR orders[0].object=LV-01 orders[0].owes_version=true"
               " orders[0].edges=E12:one_lane_open orders[0].window=14:15-16:00");
}

static void rq_01(void)
{
    story_says(&s, "14:16", "CA",
               "supply_request RQ-01@v1 lines=quilt:160:piece asked=D-CITY"
               " required_by_at_ms=20:00 deliver_to=S1");
}

static void rq_01_accepted(void)
{
    story_says(&s, "14:18", "CA",
               "supply_response RS-01@v1 to=RQ-01@v1 answer=accepted party=D-CITY"
               " on_behalf_of=D-CITY channel=telephone");
}

#define LV_01_SANDBAGS                                                                             \
    " area=cn/99/01/21/201/202 activity=sandbags state=submitted crew_persons=24"                  \
    " phases[0].activity=sandbags phases[0].window=14:20-16:00 phases[0].edges=E12:one_lane_open"  \
    " phases[0].zone=cn/99/01/21/201/202 phases[0].crew_persons=24 phases[0].dissolve_min=20"      \
    " phases[1].activity=pile_driving phases[1].edges=E12:closes"                                  \
    " phases[1].zone=cn/99/01/21/201/202 phases[1].crew_persons=24 phases[1].dissolve_min=20"

static void lv_01_v2(void)
{
    story_says(&s, "14:18", "WR",
               "operation_plan LV-01@v2 cites=EV-01@v1,EV-02@v2" LV_01_SANDBAGS
               " phases[1].window=16:05-17:20");
}

static void play_until_works(void)
{
    open_county();
    ev_01_v1();
    ev_02_v1();
    lv_01_v1();
}

static void play_first_minute(void)
{
    play_until_works();
    ev_02_v2();
    ev_03();
    decision();
    rq_01();
    rq_01_accepted();
    lv_01_v2();
}

/* ---- stories ---- */

static void supply_answers_the_first_evacuation(void **state)
{
    (void)state;
    open_county();
    ev_01_v1();
    assert_string_equal(story_need(&s, "EV-01", "water"),
                        "needed 10230 own 4000 send 6230 change 0");
    assert_string_equal(story_need(&s, "EV-01", "meal"), "needed 2046 own 0 send 2046 change 0");
    assert_string_equal(story_need(&s, "EV-01", "quilt"), "needed 620 own 0 send 620 change 0");
    assert_string_equal(story_need(&s, "EV-01", "floor"), "needed 2170 own 2170 send 0 change 0");
    assert_string_equal(story_need(&s, "EV-01", "toilet"), "needed 31 own 12 send 19 change 0");
    assert_string_equal(story_need(&s, "EV-01", "tap"), "needed 3 own 3 send 0 change 0");
    assert_string_equal(story_sheet_line(&s, "water"),
                        "needed 10230 own 4000 send 6230 usable 12000 requested 0 committed 0"
                        " short 0");
    story_expect(&s, "");
    story_close(&s);
}

static void the_second_overfills_the_school(void **state)
{
    (void)state;
    open_county();
    ev_01_v1();
    ev_02_v1();
    story_expect(&s, "14:06 card RAISED C06:S1 for CA | S1: 960 of 700, over by 260\n"
                     "  - EV-01 sends 620\n"
                     "  - EV-02 sends 340\n"
                     "  ? 260 to S3, which has room for 1200\n"
                     "14:06 card RAISED C11:NEEDS-INC-01 for CA | supplies do not cover the need\n"
                     "  - water: covered, 11840 L of 12000 L\n"
                     "  - meal: 168 short; 3168 to send, 3000 in stock, 0 requested, 0 committed\n"
                     "  - quilt: 160 short; 960 to send, 800 in stock, 0 requested, 0 committed\n"
                     "  - toilet: 11 short; 36 to send, 25 in stock, 0 requested, 0 committed\n");
    story_close(&s);
}

static void works_close_the_road_two_evacuations_use(void **state)
{
    (void)state;
    open_county();
    ev_01_v1();
    ev_02_v1();
    story_forget(&s);
    lv_01_v1();
    assert_string_equal(story_clearance(&s, "LV-01"), "uncleared EV-01@1 EV-02@1");
    story_expect(
        &s,
        "14:09 note RAISED CLEARANCE:LV-01 | LV-01 is not cleared: it does not cite EV-01 v1,"
        " EV-02 v1\n"
        "14:09 card RAISED C04:LV-01+C02 for CMD by 14:15 | LV-01: works (activity 6) close E12,"
        " which EV-01, EV-02 must use at the same time\n"
        "  - EV-01 on E12, 14:15-16:00\n"
        "  - EV-02 on E12, 14:25-15:45\n"
        "  ? hold the works of LV-01 until 16:00\n"
        "  ? EV-01 by E15, 12 min longer; no: E15 bears 5000 kg, the heaviest vehicle has 12000 "
        "kg\n"
        "  ? LV-01 keeps one lane of E12 open until 16:00\n");
    story_close(&s);
}

static void splitting_the_people_closes_the_first_card(void **state)
{
    (void)state;
    play_until_works();
    story_forget(&s);
    ev_02_v2();
    story_expect_line(&s, "14:10 card CLOSED C06:S1 for CA reason 2 | S1: 700 of 700\n");
    story_expect_line(&s, "14:10 card UPDATED C11:NEEDS-INC-01 for CA");
    story_expect_line(&s, "  - toilet: 5 short; 30 to send, 25 in stock");
    story_expect_line(&s, "  - water: covered, 11840 L of 12000 L\n");
    assert_null(strstr(s.trace, "C06:S2"));
    assert_string_equal(story_open_cards(&s), "C04:LV-01 C11:NEEDS-INC-01");
    assert_string_equal(story_clearance(&s, "LV-01"), "uncleared EV-01@1 EV-02@2");
    story_close(&s);
}

static void precaution_needs_water_and_meals_for_half_a_day(void **state)
{
    (void)state;
    play_until_works();
    ev_02_v2();
    story_forget(&s);
    ev_03();
    assert_string_equal(story_need(&s, "EV-03", "water"), "needed 1238 own 0 send 1238 change 0");
    assert_string_equal(story_need(&s, "EV-03", "meal"), "needed 248 own 0 send 248 change 0");
    assert_string_equal(story_need(&s, "EV-03", "quilt"), "");
    assert_string_equal(story_need(&s, "EV-03", "floor"), "");
    story_expect_line(&s, "14:12 card UPDATED C11:NEEDS-INC-01 for CA");
    story_expect_line(&s, "  - water: 1078 L short; 13078 L to send, 12000 L in stock");
    story_expect_line(&s, "  - meal: 416 short; 3416 to send, 3000 in stock");
    story_close(&s);
}

static void a_decision_is_not_yet_a_change(void **state)
{
    (void)state;
    play_until_works();
    story_forget(&s);
    decision();
    story_expect_line(&s, "14:15 card DECIDED C04:LV-01+C02 for CMD by 14:15");
    story_expect_line(&s, "14:15 note RAISED DEADLINE:LV-01 | WR owes a new version of LV-01\n");
    assert_string_equal(story_open_cards(&s), "C04:LV-01 C11:NEEDS-INC-01 C06:S1");
    story_close(&s);
}

static void asking_is_not_having(void **state)
{
    (void)state;
    play_until_works();
    story_forget(&s);
    rq_01();
    story_expect_line(&s, "14:16 card UPDATED C11:NEEDS-INC-01");
    story_expect_line(
        &s, "  - quilt: 160 short; 960 to send, 800 in stock, 160 requested, 0 committed");
    story_forget(&s);
    rq_01_accepted();
    /* The city works on it: no number moves, so nobody is told again. */
    story_expect(&s, "");
    assert_string_equal(story_sheet_line(&s, "quilt"),
                        "needed 960 own 0 send 960 usable 800 requested 160 committed 0 short 160");
    story_close(&s);
}

static void the_changed_plan_is_cleared_and_the_card_closed(void **state)
{
    (void)state;
    play_first_minute();
    story_expect_line(&s,
                      "14:18 card CLOSED C04:LV-01 for CMD reason 2 | LV-01: nothing meets there"
                      " any more\n");
    story_expect_line(&s, "14:18 note UPDATED CLEARANCE:LV-01 | LV-01 is cleared\n");
    story_expect_line(&s,
                      "14:18 note CLOSED DEADLINE:LV-01 reason 2 | WR has given a new version of"
                      " LV-01\n");
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    assert_string_equal(story_open_cards(&s), "C11:NEEDS-INC-01");
    story_close(&s);
}

static void progress_changes_no_need(void **state)
{
    uint64_t before;

    (void)state;
    play_first_minute();
    story_forget(&s);
    before = s.number;
    story_says(&s, "14:19", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 change=progress"
               " population_kind=centralised persons_moved=135 persons_remaining=485"
               " state=under_way");
    assert_int_equal(s.number, before + 1);
    story_expect(&s, "");
    story_close(&s);
}

static void three_cards_and_no_other(void **state)
{
    const struct mu_card *card;
    size_t cards = 0;
    uint32_t raisings = 0;

    (void)state;
    play_first_minute();
    for (size_t i = 0; (card = mu_picture_card_at(s.picture, i)) != NULL; i++) {
        cards += card->finding->has_card_id ? 1 : 0;
        raisings += card->finding->has_card_id ? card->raisings : 0;
        assert_int_equal(card->voided, 0);
    }
    assert_int_equal(cards, 3);
    assert_int_equal(raisings, 3);
    story_close(&s);
}

/* Rows after the first minute that these rules already judge. */
static void moving_on_unclears_nobody(void **state)
{
    (void)state;
    play_first_minute();
    story_forget(&s);
    story_says(&s, "14:26", "EM",
               "evacuation EV-02@v3" EV_02 LEG(0, "80", "S1", "E12,E13")
                   LEG(1, "260", "S3", "E12,E14"));
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    story_expect_line(&s, "  - quilt: 160 short");
    story_expect_line(&s, "  - meal: 416 short");
    story_expect_line(&s, "  - water: covered, 8788 L of 12000 L\n");
    story_expect_line(&s, "  - toilet: covered, 23 of 25\n");
    story_forget(&s);
    story_says(&s, "14:32", "CA",
               "supply_commitment KI-1@v1 kind=firm party=kitchen-liulin lines=meal:450:meal");
    story_expect_line(&s, "  - meal: covered, 3416 of 3450\n");
    story_forget(&s);
    story_says(&s, "14:46", "WR",
               "operation_plan LV-01@v3 cites=EV-01@v1,EV-02@v3" LV_01_SANDBAGS
               " phases[1].window=16:05-16:40");
    /* The new version is told that it is cleared; nobody else is told anything. */
    story_expect(&s, "14:46 note UPDATED CLEARANCE:LV-01 | LV-01 is cleared\n");
    story_says(&s, "15:05", "CA",
               "supply_response RS-02@v1 to=RQ-01@v1 answer=committed party=D-CITY"
               " lines=quilt:180:piece arrives_at_ms=17:40");
    story_expect_line(&s, "15:05 card CLOSED C11:NEEDS-INC-01 for CA reason 2 | supplies cover the"
                          " need\n");
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

static void an_offer_too_many_is_covered_twice(void **state)
{
    (void)state;
    play_first_minute();
    story_says(&s, "15:05", "CA",
               "supply_response RS-02@v1 to=RQ-01@v1 answer=committed party=D-CITY"
               " lines=quilt:180:piece");
    assert_null(strstr(story_open_cards(&s), "C11:RQ-01")); /* 180 for 160 is no card */
    story_forget(&s);
    story_says(&s, "15:12", "CA",
               "supply_commitment OF-1@v1 kind=offer party=red-cross request=RQ-01"
               " lines=quilt:200:piece");
    story_expect_line(&s, "15:12 card RAISED C11:RQ-01 for CA | RQ-01 is covered twice\n"
                          "  - quilt: 380 promised for 160 requested, limit 192\n");
    story_says(&s, "15:16", "CA",
               "supply_response RS-03@v1 to=OF-1@v1 answer=stand_by party=CA"
               " stand_by_until_at_ms=20:00");
    story_expect_line(&s, "15:16 card CLOSED C11:RQ-01 for CA");
    story_close(&s);
}

static void a_return_counts_as_the_second_raising(void **state)
{
    (void)state;
    open_county();
    ev_01_v1();
    ev_02_v1();
    ev_02_v2();
    story_forget(&s);
    story_says(&s, "14:20", "EM", "evacuation EV-02@v3" EV_02 LEG(0, "340", "S1", "E12,E13"));
    story_expect_line(&s, "14:20 card RETURNED C06:S1 for CA | S1: 960 of 700, over by 260\n");
    assert_int_equal(mu_picture_card_named(s.picture, "C06:S1")->raisings, 2);
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(supply_answers_the_first_evacuation),
        cmocka_unit_test(the_second_overfills_the_school),
        cmocka_unit_test(works_close_the_road_two_evacuations_use),
        cmocka_unit_test(splitting_the_people_closes_the_first_card),
        cmocka_unit_test(precaution_needs_water_and_meals_for_half_a_day),
        cmocka_unit_test(a_decision_is_not_yet_a_change),
        cmocka_unit_test(asking_is_not_having),
        cmocka_unit_test(the_changed_plan_is_cleared_and_the_card_closed),
        cmocka_unit_test(progress_changes_no_need),
        cmocka_unit_test(three_cards_and_no_other),
        cmocka_unit_test(moving_on_unclears_nobody),
        cmocka_unit_test(an_offer_too_many_is_covered_twice),
        cmocka_unit_test(a_return_counts_as_the_second_raising),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
