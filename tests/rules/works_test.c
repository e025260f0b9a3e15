/* C04 and C02: works and those who must pass; what must be flagged, and what must not. */
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
    s.no_supply = true;
    story_qinghe(&s);
    story_forget(&s);
}

#define EVACUATION(route, window)                                                                  \
    "evacuation EV-01@v1 area=cn/99/01/21/201/202 population_kind=centralised persons_planned=100" \
    " start_at_ms=14:25 state=ordered legs[0].persons=100 legs[0].destination_kind=shelter"        \
    " legs[0].destination=S1 legs[0].route=" route " legs[0].window=" window                       \
    " legs[0].heaviest_vehicle_kg=4t legs[0].vehicles[0].vehicle_class=minibus"
#define WORKS(version, edges, window, more)                                                        \
    "operation_plan LV-01@v" version " area=cn/99/01/21/201/202 activity=pile_driving"             \
    " state=submitted phases[0].activity=pile_driving phases[0].window=" window                    \
    " phases[0].edges=" edges more
#define CONVOY                                                                                     \
    "shipment SH-01@v1 area=cn/99/01/21 state=planned from=D1 to=S1"                               \
    " lines[0].item=quilt lines[0].unit=piece lines[0].sent_milli=100.0 route=E12"                 \
    " window=14:30-15:30"

static void windows_that_touch_do_not_clash(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", WORKS("1", "E12:closes", "15:45-16:45", ""));
    assert_string_equal(story_open_cards(&s), "");
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    /* The control: one minute earlier does. */
    story_says(&s, "14:02", "WR", WORKS("2", "E12:closes", "15:44-16:45", ""));
    assert_string_equal(story_open_cards(&s), "C04:LV-01");
    story_close(&s);
}

static void another_road_is_no_clash(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", WORKS("1", "E12:closes", "14:15-16:45", ""));
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

static void a_stretch_nobody_drives_is_no_clash(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E12:0-3000", "14:25-15:45"));
    story_says(&s, "14:01", "WR", WORKS("1", "E12:3200-3350:closes", "14:15-16:45", ""));
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "14:02", "WR", WORKS("2", "E12:2900-3350:closes", "14:15-16:45", ""));
    assert_string_equal(story_open_cards(&s), "C04:LV-01");
    story_close(&s);
}

static void one_lane_open_asks_only_to_be_cited(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", WORKS("1", "E12:one_lane_open", "14:15-16:45", ""));
    assert_string_equal(story_open_cards(&s), "");
    assert_string_equal(story_clearance(&s, "LV-01"), "uncleared EV-01@1");
    story_says(&s, "14:02", "WR",
               WORKS("2", "E12:one_lane_open", "14:15-16:45", " cites=EV-01@v1"));
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

/* Knowing of each other does not let buses through a closed road. */
static void citing_does_not_open_a_road(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", WORKS("1", "E12:closes", "14:15-16:45", " cites=EV-01@v1"));
    assert_string_equal(story_open_cards(&s), "C04:LV-01");
    assert_string_equal(story_clearance(&s, "LV-01"), "uncleared");
    story_close(&s);
}

static void the_order_of_arrival_makes_no_difference(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "WR", WORKS("1", "E12:closes", "14:15-16:45", ""));
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "14:01", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    assert_string_equal(story_open_cards(&s), "C04:LV-01");
    story_expect_line(&s, "card RAISED C04:LV-01+C02 for CMD by 14:15");
    story_close(&s);
}

/* Works that had begun: the decision is due before the buses come. */
static void works_under_way_are_due_when_the_other_comes(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "WR", WORKS("1", "E12:closes", "13:45-16:45", ""));
    story_says(&s, "14:06", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    story_expect_line(&s, "card RAISED C04:LV-01+C02 for CMD by 14:25");
    story_close(&s);
}

static void goods_held_up_are_a_blocked_route(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "CA", CONVOY);
    story_says(&s, "14:01", "WR", WORKS("1", "E12:closes", "14:15-16:45", ""));
    story_expect_line(&s, "card RAISED C02:LV-01 for CMD by 14:15 | LV-01 (activity 6) closes E12"
                          " while SH-01 is to use it\n");
    /* People on the same road make it graver: the same card, another name. */
    story_says(&s, "14:02", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    story_expect_line(&s, "14:02 card UPDATED C04:LV-01+C02 for CMD by 14:15");
    story_expect_line(&s, "  - EV-01 on E12, 14:25-15:45\n  - SH-01 on E12, 14:30-15:30\n");
    assert_string_equal(story_open_cards(&s), "C04:LV-01");
    story_close(&s);
}

/* The way round is offered to vehicles it bears, and only when it is not more than twice as long. */
static void lighter_buses_can_go_over_the_hill(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E11,E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", WORKS("1", "E12:closes", "14:15-16:45", ""));
    story_expect_line(&s, "  ? EV-01 by E15, 12 min longer\n");
    story_close(&s);
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", WORKS("1", "E12:closes", "14:15-16:45", ""));
    assert_null(strstr(s.trace, "longer"));
    story_close(&s);
}

static void a_road_that_is_closed_is_no_way_round(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E11,E12,E13", "14:25-15:45"));
    story_says(&s, "14:00", "PS",
               "road RD-1@v1 area=cn/99/01/21 stretch=E15:6000-6000 state=destroyed"
               " cause=landslide");
    story_says(&s, "14:01", "WR", WORKS("1", "E12:closes", "14:15-16:45", ""));
    assert_null(strstr(s.trace, "longer"));
    story_close(&s);
}

static void its_time_passes(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", WORKS("1", "E12:closes", "14:15-16:45", ""));
    story_ticks(&s, "15:44");
    assert_string_equal(story_open_cards(&s), "C04:LV-01");
    story_forget(&s);
    story_ticks(&s, "15:45");
    story_expect_line(&s, "15:45 card CLOSED C04:LV-01 for CMD reason 9");
    story_close(&s);
}

static void withdrawn_works_close_their_card(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", WORKS("1", "E12:closes", "14:15-16:45", ""));
    story_forget(&s);
    story_says(&s, "14:05", "WR",
               "operation_plan LV-01@v1 area=cn/99/01/21/201/202 change=withdrawal"
               " activity=pile_driving state=ended");
    story_expect_line(&s, "14:05 card CLOSED C04:LV-01 for CMD reason 4");
    assert_string_equal(story_clearance(&s, "LV-01"), "none");
    story_close(&s);
}

static void accepting_the_risk_closes_until_something_changes(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", WORKS("1", "E12:closes", "14:15-16:45", ""));
    story_says(&s, "14:03", "CMD", "decision card=C04:LV-01 verdict=proceed reason=\"pumped dry\"");
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "14:04", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/202 change=progress"
               " population_kind=centralised persons_moved=10 persons_remaining=90");
    assert_string_equal(story_open_cards(&s), "");
    story_forget(&s);
    story_says(&s, "14:05", "WR", WORKS("2", "E12:closes", "14:15-17:45", ""));
    story_expect_line(&s, "14:05 card RETURNED C04:LV-01+C02");
    story_close(&s);
}

/* Whose card it is decides it: somebody else's word, before or after, neither settles nor hides. */
static void nobody_decides_another_ones_card(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", WORKS("1", "E12:closes", "14:15-16:45", ""));
    story_forget(&s);
    story_says(&s, "14:02", "WR",
               "decision card=C04:LV-01 verdict=proceed reason=\"we are quick\"");
    story_expect(&s, "");
    assert_string_equal(story_open_cards(&s), "C04:LV-01");
    story_says(&s, "14:03", "CMD", "decision card=C04:LV-01 verdict=joint reason=\"people first\"");
    story_expect_line(&s, "14:03 card DECIDED C04:LV-01+C02");
    story_forget(&s);
    story_says(&s, "14:04", "WR", "decision card=C04:LV-01 verdict=proceed reason=\"or not\"");
    story_expect(&s, "");
    assert_string_equal(story_open_cards(&s), "C04:LV-01");
    story_close(&s);
}

static void a_rule_switched_off_falls_silent(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    story_says(&s, "14:01", "WR", WORKS("1", "E12:closes", "14:15-16:45", ""));
    story_forget(&s);
    story_says(&s, "14:02", "CMD", "rule_switch SW-C04@v1 rule=c04 on=false");
    /* What is left of the card is C02's. */
    story_expect_line(&s, "14:02 card UPDATED C02:LV-01 for CMD");
    story_forget(&s);
    story_says(&s, "14:03", "CMD", "rule_switch SW-C02@v1 rule=c02 on=false");
    story_expect_line(&s, "14:03 card CLOSED C02:LV-01 for CMD reason 10");
    story_close(&s);
}

/* ---- the state of a road ---- */

static void a_closed_road_goes_to_each_owner_of_journeys(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    story_says(&s, "14:00", "CA", CONVOY);
    story_says(&s, "14:10", "PS",
               "road RD-1@v1 area=cn/99/01/21 stretch=E12 state=closed cause=flooded");
    story_expect_line(&s, "14:10 card RAISED C02:E12 for CA by 14:30 | E12 is closed from 14:10;"
                          " SH-01 is to use it\n");
    story_expect_line(&s, "14:10 card RAISED C02:E12 for EM by 14:25 | E12 is closed from 14:10;"
                          " EV-01 is to use it\n");
    story_forget(&s);
    story_says(&s, "14:12", "EM",
               "evacuation EV-01@v2 area=cn/99/01/21/201/202 population_kind=centralised"
               " persons_planned=100 start_at_ms=14:25 state=ordered legs[0].persons=100"
               " legs[0].destination_kind=shelter legs[0].destination=S1"
               " legs[0].route=E11,E15 legs[0].window=14:25-15:45"
               " legs[0].heaviest_vehicle_kg=4t");
    story_expect_line(&s, "14:12 card CLOSED C02:E12 for EM");
    assert_string_equal(story_open_cards(&s), "C02:E12");
    story_forget(&s);
    story_says(&s, "14:20", "PS", "road RD-2@v1 area=cn/99/01/21 stretch=E12 state=open");
    story_expect_line(&s, "14:20 card CLOSED C02:E12 for CA");
    story_close(&s);
}

static void what_a_road_bears(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EVACUATION("E12,E13", "14:25-15:45"));
    /* Minibuses of 4 t over a road limited to 5 t. */
    story_says(&s, "14:10", "PS",
               "road RD-1@v1 area=cn/99/01/21 stretch=E12 state=restricted cause=subsidence"
               " max_load_kg=5t");
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "14:11", "PS",
               "road RD-1@v2 area=cn/99/01/21 stretch=E12 state=restricted cause=subsidence"
               " max_load_kg=3t");
    story_expect_line(&s, "14:11 card RAISED C02:E12 for EM by 14:25 | E12 bears 3000 kg; EV-01"
                          " sends 4000 kg over it\n");
    story_close(&s);
}

static void a_route_too_weak_from_the_start(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM",
               "evacuation EV-09@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=100 start_at_ms=14:25 state=ordered legs[0].persons=100"
               " legs[0].destination_kind=shelter legs[0].destination=S1 legs[0].route=E15"
               " legs[0].window=14:25-15:45 legs[0].heaviest_vehicle_kg=12t");
    story_expect_line(&s, "C02:E15 for EM by 14:25 | E15 bears 5000 kg; EV-09 sends 12000 kg");
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_that_touch_do_not_clash),
        cmocka_unit_test(another_road_is_no_clash),
        cmocka_unit_test(a_stretch_nobody_drives_is_no_clash),
        cmocka_unit_test(one_lane_open_asks_only_to_be_cited),
        cmocka_unit_test(citing_does_not_open_a_road),
        cmocka_unit_test(the_order_of_arrival_makes_no_difference),
        cmocka_unit_test(works_under_way_are_due_when_the_other_comes),
        cmocka_unit_test(goods_held_up_are_a_blocked_route),
        cmocka_unit_test(lighter_buses_can_go_over_the_hill),
        cmocka_unit_test(a_road_that_is_closed_is_no_way_round),
        cmocka_unit_test(its_time_passes),
        cmocka_unit_test(withdrawn_works_close_their_card),
        cmocka_unit_test(accepting_the_risk_closes_until_something_changes),
        cmocka_unit_test(nobody_decides_another_ones_card),
        cmocka_unit_test(a_rule_switched_off_falls_silent),
        cmocka_unit_test(a_closed_road_goes_to_each_owner_of_journeys),
        cmocka_unit_test(what_a_road_bears),
        cmocka_unit_test(a_route_too_weak_from_the_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
