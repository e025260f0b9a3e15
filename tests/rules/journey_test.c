/* C02 on journeys: a vehicle known to the minute meets a closed place in time, or does not. */
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

/* The rows of T+01:00 to T+02:16 that are about roads. */
#define SH_01(version, route, window, more)                                                        \
    "shipment SH-01@v" version " area=cn/99/01/21 state=en_route from=D1 to=S1"                    \
    " lines[0].item=quilt lines[0].unit=piece lines[0].sent_milli=700u " route " window=" window   \
    " departed_at_ms=14:50 vehicles[0].vehicle_class=truck vehicles[0].count=4"                    \
    " heaviest_vehicle_kg=8t" more
#define EV_02(version, route)                                                                      \
    "evacuation EV-02@v" version " area=cn/99/01/21/201/202 population_kind=centralised"           \
    " persons_planned=260 start_at_ms=14:25 state=under_way legs[0].persons=260"                   \
    " legs[0].destination_kind=shelter legs[0].destination=S3 legs[0].route=" route                \
    " legs[0].window=14:25-15:45 legs[0].heaviest_vehicle_kg=12t"                                  \
    " legs[0].vehicles[0].vehicle_class=bus"
#define OUT                                                                                        \
    " phases[0].activity=ambulance phases[0].window=14:30-15:08"                                   \
    " phases[0].edges=E14,E12,E11,E15:0-4000 phases[0].vehicles[0].vehicle_class=ambulance"        \
    " phases[0].passages[0].node=N-CG phases[0].passages[0].at_ms=14:30"                           \
    " phases[0].passages[1].node=N-BD phases[0].passages[1].at_ms=14:45"                           \
    " phases[0].passages[2].node=N-XW phases[0].passages[2].at_ms=14:53"                           \
    " phases[0].passages[3].node=N-SW phases[0].passages[3].at_ms=15:02"
#define BACK(edges, window, more)                                                                  \
    " phases[1].activity=ambulance phases[1].window=" window " phases[1].edges=" edges             \
    " phases[1].vehicles[0].vehicle_class=ambulance"                                               \
    " phases[1].passages[0].node=N-SW phases[1].passages[0].at_ms=15:26"                           \
    " phases[1].passages[1].node=N-XW phases[1].passages[1].at_ms=15:35"                           \
    " phases[1].passages[2].node=N-BD phases[1].passages[2].at_ms=15:43" more
#define HD_01(version, edges, window, more)                                                        \
    "operation_plan HD-01@v" version                                                               \
    " area=cn/99/01/21/201/203 activity=ambulance state=active" OUT                                \
    BACK(edges, window, more)
#define BY_E14                                                                                     \
    "E15:0-4000,E11,E12,E14", "15:20-15:58",                                                       \
        " phases[1].passages[3].node=N-CG phases[1].passages[3].at_ms=15:58"
#define BY_S210                                                                                    \
    "E15:0-4000,E11,E12,E13,S210", "15:20-16:16",                                                  \
        " phases[1].passages[3].node=N-LL phases[1].passages[3].at_ms=15:49"                       \
        " phases[1].passages[4].node=N-CG phases[1].passages[4].at_ms=16:16"
#define BY_S210_CITING                                                                             \
    "E15:0-4000,E11,E12,E13,S210", "15:20-16:16",                                                  \
        " cites=LV-01@v1 phases[1].passages[3].node=N-LL phases[1].passages[3].at_ms=15:49"        \
        " phases[1].passages[4].node=N-CG phases[1].passages[4].at_ms=16:16"
#define LV_01                                                                                      \
    "operation_plan LV-01@v1 area=cn/99/01/21/201/202 activity=sandbags state=active"              \
    " phases[0].activity=sandbags phases[0].window=14:20-16:00 phases[0].edges=E12:one_lane_open"  \
    " phases[1].activity=pile_driving phases[1].window=16:05-16:40 phases[1].edges=E12:closes"
#define BRIDGE(window)                                                                             \
    "road RD-E14@v1 area=cn/99/01/21 stretch=E14:8000-8000 structure=qingshi-bridge state=closed"  \
    " cause=flooded water_depth_mm=35cm " window
#define UNTIL_CHANGED "window.start_at_ms=15:00 window.until_changed=true"

#define EXPAND(macro, ...) macro(__VA_ARGS__)

static void play_until_three(void)
{
    open_county();
    story_says(&s, "14:18", "WR", LV_01);
    story_says(&s, "14:26", "EM", EV_02("1", "E12,E14"));
    story_says(&s, "14:30", "HC", EXPAND(HD_01, "1", BY_E14));
    story_says(&s, "14:50", "CA", SH_01("1", "route=E14,E13", "14:50-15:18", ""));
    assert_string_equal(story_open_cards(&s), "");
    story_forget(&s);
}

/* One place, three deciders. The lorries left at 14:50: 10 min at 30 km/h is km 5, the bridge at km 8 is
 * 16 min away: 15:06. Turned round: 5 km back and 18 km of S210 are 23 km, 46 min: 15:46 for 15:18, 28
 * later. The ambulances pass Beidu at 15:43, the bridge is 2 km on: 3 min at 40 km/h, 15:46. By E13 and
 * S210 from Beidu it is 22 km, 33 min: 16:16 for 15:58, 18 later. The buses drive 5 + 4 + 18 = 27 km, 54
 * min for 30, 24 more. */
static void one_bridge_three_deciders(void **state)
{
    (void)state;
    play_until_three();
    story_says(&s, "15:00", "PS", BRIDGE(UNTIL_CHANGED));
    story_expect_line(&s, "15:00 card RAISED C02:E14 for CA by 15:06 | E14 is closed from 15:00;"
                          " SH-01 is to use it\n"
                          "  - SH-01 is at 5000 of E14; it reaches the place on E14 at 15:06\n"
                          "  ? SH-01 turns round where it is and goes by E14-S210, 28 min later\n");
    story_expect_line(&s, "15:00 card RAISED C02:E14 for EM by 15:00 | E14 is closed from 15:00;"
                          " EV-02 is to use it\n"
                          "  - EV-02 on E14, 15:00-15:45\n"
                          "  ? EV-02 by E12-E13-S210, 24 min longer\n");
    story_expect_line(&s,
                      "15:00 card RAISED C02:E14 for HC by 15:43 | E14 is closed from 15:00;"
                      " HD-01 is to use it\n"
                      "  - HD-01 reaches the place on E14 at 15:46; last turn-off N-BD at 15:43\n"
                      "  ? HD-01 from N-BD by E13-S210, 18 min later\n");
    assert_string_equal(story_open_cards(&s), "C02:E14 C02:E14 C02:E14");
    story_close(&s);
}

/* T+02:04 to T+02:16: each closes its own. The ambulances' new way passes E12 at 15:43; the works close
 * it at 16:05, while the journey lasts until 16:16: no card, and they are still cleared. */
static void each_turns_off_for_himself(void **state)
{
    (void)state;
    play_until_three();
    story_says(&s, "15:00", "PS", BRIDGE(UNTIL_CHANGED));
    story_forget(&s);
    story_says(&s, "15:02", "CA",
               SH_01("2",
                     "route[0].edge=E14 route[0].from_m=0 route[0].to_m=5km route[0].reverse=true"
                     " route[1].edge=S210 route[1].reverse=true",
                     "15:00-15:46", " last_seen_at_ms=15:00"));
    story_expect_line(&s, "15:02 card CLOSED C02:E14 for CA reason 2");
    story_says(&s, "15:04", "EM", EV_02("2", "E12,E13,S210"));
    story_expect_line(&s, "15:04 card CLOSED C02:E14 for EM reason 2");
    assert_string_equal(story_open_cards(&s), "C02:E14");
    story_says(&s, "15:08", "HC", EXPAND(HD_01, "2", BY_S210));
    story_expect_line(&s, "15:08 card CLOSED C02:E14 for HC reason 2");
    assert_string_equal(story_open_cards(&s), "");
    assert_string_equal(story_clearance(&s, "HD-01"), "uncleared LV-01@1"); /* one lane: cite it */
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    story_says(&s, "15:09", "HC", EXPAND(HD_01, "3", BY_S210_CITING));
    assert_string_equal(story_clearance(&s, "HD-01"), "cleared");
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

/* The control: the same journey by its windows alone would share eleven minutes with the pile driver. */
static void without_passages_the_whole_window_counts(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:18", "WR", LV_01);
    story_says(&s, "15:08", "HC",
               "operation_plan HD-01@v1 area=cn/99/01/21/201/203 activity=ambulance state=active"
               " phases[0].activity=ambulance phases[0].window=15:20-16:16"
               " phases[0].edges=E15:0-4000,E11,E12,E13,S210");
    assert_string_equal(story_open_cards(&s), "C04:LV-01");
    story_close(&s);
}

/* Passages say when it is there also where works are concerned: E12 from 15:35 to 15:43. */
static void works_meet_a_journey_when_it_is_there(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:30", "HC", EXPAND(HD_01, "1", "E15:0-4000,E11,E12,E14", "15:20-15:58", ""));
    story_says(&s, "14:31", "WR",
               "operation_plan LV-02@v1 area=cn/99/01/21/201/202 activity=pile_driving state=active"
               " phases[0].activity=pile_driving phases[0].window=15:43-15:55"
               " phases[0].edges=E12:closes");
    assert_string_equal(story_open_cards(&s), "");
    assert_string_equal(story_clearance(&s, "LV-02"), "cleared");
    story_says(&s, "14:32", "WR",
               "operation_plan LV-02@v2 area=cn/99/01/21/201/202 activity=pile_driving state=active"
               " phases[0].activity=pile_driving phases[0].window=15:42-15:55"
               " phases[0].edges=E12:closes");
    assert_string_equal(story_open_cards(&s), "C04:LV-02");
    story_close(&s);
}

/* At 15:06 the lorries are at the bridge; at 15:07 they are over it. */
static void who_has_passed_has_passed(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:50", "CA", SH_01("1", "route=E14,E13", "14:50-15:18", ""));
    story_says(&s, "15:07", "PS", BRIDGE("window.start_at_ms=15:07 window.until_changed=true"));
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
    open_county();
    story_says(&s, "14:50", "CA", SH_01("1", "route=E14,E13", "14:50-15:18", ""));
    story_says(&s, "15:06", "PS", BRIDGE("window.start_at_ms=15:06 window.until_changed=true"));
    assert_string_equal(story_open_cards(&s), "C02:E14");
    story_close(&s);
}

/* Told late, it has been standing before the bridge: still to be decided, at once. */
static void told_late_it_stands_there(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:50", "CA", SH_01("1", "route=E14,E13", "14:50-15:18", ""));
    story_says(&s, "15:10", "PS", BRIDGE(UNTIL_CHANGED));
    story_expect_line(&s, "15:10 card RAISED C02:E14 for CA by 15:10");
    story_close(&s);
}

/* Open again before it gets there: nothing is in its way. */
static void a_closure_that_ends_in_time_is_none(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:50", "CA", SH_01("1", "route=E14,E13", "14:50-15:18", ""));
    story_says(&s, "14:55", "PS", BRIDGE("window=14:55-15:06"));
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
    open_county();
    story_says(&s, "14:50", "CA", SH_01("1", "route=E14,E13", "14:50-15:18", ""));
    story_says(&s, "14:55", "PS", BRIDGE("window=14:55-15:07"));
    assert_string_equal(story_open_cards(&s), "C02:E14");
    story_close(&s);
}

/* A window with room in it says only between when and when: 14 km take 28 min, it has 50. It is at the
 * bridge between 15:06 and 15:28. */
static void a_wide_window_is_met_anywhere_in_it(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:50", "CA", SH_01("1", "route=E14,E13", "14:50-15:40", ""));
    story_says(&s, "14:55", "PS", BRIDGE("window=15:29-16:00"));
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
    open_county();
    story_says(&s, "14:50", "CA", SH_01("1", "route=E14,E13", "14:50-15:40", ""));
    story_says(&s, "14:55", "PS", BRIDGE("window=15:27-16:00"));
    assert_string_equal(story_open_cards(&s), "C02:E14");
    story_close(&s);
}

/* E12 bears 5 t: minibuses of 4 t are no matter, buses of 12 t are one. */
static void what_the_road_bears(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:26", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=100 start_at_ms=14:25 state=under_way legs[0].persons=100"
               " legs[0].destination_kind=shelter legs[0].destination=S1 legs[0].route=E11,E12,E13"
               " legs[0].window=14:25-15:45 legs[0].heaviest_vehicle_kg=4t"
               " legs[0].vehicles[0].vehicle_class=minibus");
    story_says(&s, "14:40", "SH",
               "road RD-E12@v1 area=cn/99/01/21/201 stretch=E12:3100-3100 state=restricted"
               " cause=subsidence max_load_kg=5t window.start_at_ms=14:40"
               " window.until_changed=true");
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "14:41", "EM", EV_02("1", "E12,E14"));
    story_expect_line(&s,
                      "14:41 card RAISED C02:E12 for EM by 14:41 | E12 bears 5000 kg; EV-02 sends"
                      " 12000 kg over it\n");
    story_close(&s);
}

/* A road that runs nowhere else: the lorries can only turn back. Nothing is offered. */
static void no_way_is_no_option(void **state)
{
    (void)state;
    play_until_three();
    story_says(&s, "14:55", "PS",
               "road RD-210@v1 area=cn/99/01/21 stretch=S210 state=not_stated"
               " window.start_at_ms=14:55 window.until_changed=true");
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "15:00", "PS", BRIDGE(UNTIL_CHANGED));
    assert_null(strstr(s.trace, "S210")); /* nobody knows whether it is open */
    story_expect_line(&s, "  - SH-01 reaches the place on E14 at 15:06\n");
    story_says(&s, "15:01", "PS",
               "road RD-210@v2 area=cn/99/01/21 stretch=S210 state=open"
               " window.start_at_ms=15:01 window.until_changed=true");
    story_forget(&s);
    story_says(&s, "15:01", "CA", SH_01("2", "route=E14,E13", "14:50-15:18", ""));
    story_expect_line(&s, "SH-01 turns round where it is and goes by E14-S210");
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_bridge_three_deciders),
        cmocka_unit_test(each_turns_off_for_himself),
        cmocka_unit_test(without_passages_the_whole_window_counts),
        cmocka_unit_test(works_meet_a_journey_when_it_is_there),
        cmocka_unit_test(who_has_passed_has_passed),
        cmocka_unit_test(told_late_it_stands_there),
        cmocka_unit_test(a_closure_that_ends_in_time_is_none),
        cmocka_unit_test(a_wide_window_is_met_anywhere_in_it),
        cmocka_unit_test(what_the_road_bears),
        cmocka_unit_test(no_way_is_no_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
