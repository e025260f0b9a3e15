/* Several releases at once, changed on the way, and let out in steps: what meets what, and who is in its way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/picture/river.h"
#include "tests/help/story.h"

static struct story s;

#define AT(i, area_, m)                                                                            \
    " river_chain.zones[" #i "].area=cn/99/01/21/" area_ " river_chain.zones[" #i "].distance_"    \
    "m=" m
#define MAIN_TRAVEL(below)                                                                         \
    "travel_table T1 river_chain=MAIN classes[0].code=one classes[0].below_milli_m3s=100m3/s"      \
    " classes[0].fast_m_per_min=200 classes[0].slow_m_per_min=120 classes[1].code=two"             \
    " classes[1].from_milli_m3s=100m3/s" below                                                     \
    " classes[1].fast_m_per_min=300 classes[1].slow_m_per_min=150"

/*   UPPER --5 km-- A --7 km-- (confluence) --3 km-- C --6 km-- D
 *   SIDE  --4 km-- B --2 km--/
 */
static void open_rivers(const char *main_travel)
{
    story_open(&s);
    s.no_supply = true;
    story_says(&s, "08:00", "EM", "role_map R lines[0].role=flood_command lines[0].agency=CMD");
    story_says(&s, NULL, "WR", "reference_object UPPER kind=structure structure.kind=dam");
    story_says(&s, NULL, "WR", "reference_object SIDE kind=structure structure.kind=sluice");
    story_says(&s, NULL, "WR",
               "reference_object BROOK kind=river_chain river_chain.structure=SIDE" AT(
                   0, "b", "4000") " river_chain.joins=MAIN river_chain.joins_at_m=12000"
                                   " river_chain.length_m=6000");
    story_says(&s, NULL, "WR",
               "reference_object MAIN kind=river_chain river_chain.structure=UPPER" AT(
                   0, "a", "5000") AT(1, "c", "15000") AT(2, "d", "21000"));
    story_says(&s, NULL, "WR", main_travel);
    story_says(&s, NULL, "WR",
               "travel_table T2 river_chain=BROOK classes[0].code=one"
               " classes[0].fast_m_per_min=100 classes[0].slow_m_per_min=50");
    story_forget(&s);
}

#define UPPER(v)                                                                                   \
    "dam_operation U-1@v" v " to_be_told[0].agency=EM structure=UPPER state=ordered"               \
    " outflow_before_milli_m3s=30m3/s"
#define SIDE(v)                                                                                    \
    "dam_operation S-1@v" v " to_be_told[0].agency=EM structure=SIDE state=ordered"                \
    " outflow_before_milli_m3s=5m3/s"
#define STEP(i, from, flow, more)                                                                  \
    " steps[" #i "].from_at_ms=" from " steps[" #i "].outflow_milli_m3s=" flow more
#define IN(zone)                                                                                   \
    " area=cn/99/01/21/" zone " population_kind=centralised persons_planned=900"                   \
    " rate_persons_per_hour=150"

static const Muster__FindingLine *find_line(const char *name, const char *line_id)
{
    const struct mu_card *card = mu_picture_card_named(s.picture, name);

    for (size_t i = 0; card != NULL && i < card->finding->n_lines; i++)
        if (strcmp(card->finding->lines[i]->line_id, line_id) == 0)
            return card->finding->lines[i];
    return NULL;
}

static int64_t margin(const char *name, const char *line_id)
{
    const Muster__FindingLine *line = find_line(name, line_id);

    assert_non_null(line);
    assert_non_null(line->margin);
    return line->margin->value;
}

/* ---- two that meet ---- */

/* UPPER alone: the front is at the confluence 13:00 to 13:40, in D from 13:45. SIDE lets out from 11:30 to 13:30 and is
 * at the confluence from 12:30 until 15:30. Both are 110 m3/s, the faster class: 9 km in 30 min instead of 45.
 * D from 13:30; SIDE's own front, 12:30 to 13:30 at the confluence, runs into UPPER's: D from 13:00 instead of 13:15. */
static void what_arrives_together_counts_together(void **state)
{
    (void)state;
    open_rivers(MAIN_TRAVEL(""));
    story_says(&s, "10:00", "WR",
               UPPER("1") STEP(0, "12:00", "60m3/s", " steps[0].duration_min=2h"));
    story_says(&s, "10:20", "EM",
               "evacuation EV-1@v1" IN("d") " persons_remaining=400 state=under_way");
    assert_int_equal(margin("MARGIN:U-1", "EV-1"), 205 - 175);
    assert_string_equal(story_open_cards(&s), "");
    story_forget(&s);
    story_says(&s, "10:25", "WR",
               SIDE("1") STEP(0, "11:30", "50m3/s", " steps[0].duration_min=2h"));
    assert_string_equal(story_open_cards(&s), "C03:S-1");
    assert_int_equal(margin("C03:S-1", "EV-1"), 155 - 175);
    assert_int_equal(margin("MARGIN:U-1", "EV-1"), 185 - 175);
    story_expect_line(&s, "S-1 meets the water of U-1 above cn/99/01/21/d: both count together"
                          " there, 110000, up to 15 min sooner than alone");
    story_expect_line(&s, "U-1 meets the water of S-1 above cn/99/01/21/d: both count together"
                          " there, 110000, up to 15 min sooner than alone");
    assert_int_equal(story_repeats(), 0);
    story_forget(&s);
    story_restart(&s);
    story_expect(&s, "");
    /* Called off, it drives nobody any more: as when it was alone. */
    story_says(&s, "10:30", "WR", SIDE("1") " change=progress state=cancelled");
    assert_string_equal(story_open_cards(&s), "");
    assert_int_equal(margin("MARGIN:U-1", "EV-1"), 205 - 175);
    assert_null(find_line("MARGIN:U-1", "S-1@cn/99/01/21/d"));
    story_close(&s);
}

/* 110 m3/s are in no class: each alone, and it says so. */
static void a_sum_nobody_can_tell_is_said(void **state)
{
    (void)state;
    open_rivers(MAIN_TRAVEL(" classes[1].below_milli_m3s=105m3/s"));
    story_says(&s, "10:00", "WR",
               UPPER("1") STEP(0, "12:00", "60m3/s", " steps[0].duration_min=2h"));
    story_says(&s, "10:20", "EM",
               "evacuation EV-1@v1" IN("d") " persons_remaining=400 state=under_way");
    story_says(&s, "10:25", "WR",
               SIDE("1") STEP(0, "11:30", "50m3/s", " steps[0].duration_min=2h"));
    assert_int_equal(margin("C03:S-1", "EV-1"), 170 - 175);
    story_expect_line(&s, "S-1 meets the water of U-1 above cn/99/01/21/d: no travel time covers"
                          " 110000, their sum is not judged");
    story_close(&s);
}

/* SIDE has run off at the confluence by 12:00, an hour before UPPER's front: nothing meets. So has a sum in the same
 * class nothing to say. */
static void what_does_not_meet_is_not_added(void **state)
{
    (void)state;
    open_rivers(MAIN_TRAVEL(""));
    story_says(&s, "08:30", "WR",
               SIDE("1") STEP(0, "09:00", "50m3/s", " steps[0].duration_min=1h"));
    story_says(&s, "10:00", "WR", UPPER("1") STEP(0, "12:00", "60m3/s", ""));
    story_says(&s, "10:20", "EM",
               "evacuation EV-1@v1" IN("d") " persons_remaining=400 state=under_way");
    assert_int_equal(margin("MARGIN:U-1", "EV-1"), 205 - 175);
    story_forget(&s);
    story_says(&s, "10:21", "WR", SIDE("2") STEP(0, "11:30", "20m3/s", ""));
    assert_int_equal(margin("MARGIN:U-1", "EV-1"), 205 - 175);
    assert_null(find_line("MARGIN:U-1", "S-1@cn/99/01/21/d"));
    story_close(&s);
}

/* Above the confluence each is alone, whatever the other lets out. */
static void above_the_confluence_nothing_is_added(void **state)
{
    (void)state;
    open_rivers(MAIN_TRAVEL(""));
    story_says(&s, "10:00", "WR", UPPER("1") STEP(0, "12:00", "60m3/s", ""));
    story_says(&s, "10:00", "WR", SIDE("1") STEP(0, "11:30", "50m3/s", ""));
    story_says(&s, "10:00", "EM",
               "evacuation EV-A@v1" IN("a") " persons_remaining=250 state=under_way");
    assert_int_equal(margin("MARGIN:U-1", "EV-A"), 145 - 115);
    story_close(&s);
}

/* ---- steps ---- */

/* Those who go home below a release that is being shut are in nobody's way; below one that is opened further they are. */
static void a_step_that_lets_out_less_is_no_new_water(void **state)
{
    (void)state;
    open_rivers(MAIN_TRAVEL(""));
    story_says(&s, "10:00", "WR",
               UPPER("1") STEP(0, "12:00", "90m3/s", "") STEP(1, "15:00", "40m3/s", ""));
    story_says(
        &s, "10:00", "EM",
        "evacuation EV-A@v1" IN("a") " persons_remaining=0 state=complete persons_moved=900");
    story_says(&s, "14:50", "EM",
               "evacuation EV-A@v1 change=progress" IN("a") " persons_returned=40 state=under_way");
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "14:51", "WR",
               UPPER("2") STEP(0, "12:00", "90m3/s", "") STEP(1, "15:00", "140m3/s", ""));
    assert_string_equal(story_open_cards(&s), "C03:U-1");
    story_close(&s);
}

/* A gate that is shut on dry summer days reaches nobody. */
static void shutting_a_dam_is_no_release(void **state)
{
    (void)state;
    open_rivers(MAIN_TRAVEL(""));
    story_says(&s, "10:00", "EM",
               "evacuation EV-A@v1" IN("a") " persons_remaining=400 state=under_way");
    story_says(&s, "10:00", "WR", UPPER("1") STEP(0, "10:05", "0m3/s", ""));
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "10:01", "WR", UPPER("2") STEP(0, "10:05", "31m3/s", ""));
    assert_string_equal(story_open_cards(&s), "C03:U-1");
    story_close(&s);
}

/* ---- changed on the way ---- */

/* At 12:30 the rest is put off until 16:00. What left at 12:00 is in D from 13:45 all the same. */
static void what_has_left_comes_whatever_is_ordered_then(void **state)
{
    (void)state;
    open_rivers(MAIN_TRAVEL(""));
    story_says(&s, "11:00", "WR", UPPER("1") STEP(0, "12:00", "90m3/s", ""));
    story_says(&s, "12:30", "WR", UPPER("2") STEP(0, "16:00", "140m3/s", ""));
    story_says(&s, "12:35", "EM",
               "evacuation EV-1@v1" IN("d") " persons_remaining=200 state=under_way");
    assert_int_equal(margin("C03:U-1", "EV-1"), 70 - 95);
    assert_false(find_line("C03:U-1", "EV-1")->has_step);
    story_expect_line(&s, "fetch those of EV-1 in cn/99/01/21/d by boat");
    /* A version that tells of the past itself is taken at its word: it never opened at 12:00. */
    story_says(&s, "12:40", "WR",
               UPPER("3") STEP(0, "12:30", "20m3/s", "") STEP(1, "16:00", "140m3/s", ""));
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

/* Put off from 13:00 to 16:00, the second step ends nothing: the first flows on, and works that begin in A at 14:30 stand
 * in it. */
static void a_step_put_off_lets_the_one_before_flow_on(void **state)
{
    (void)state;
    open_rivers(MAIN_TRAVEL(""));
    story_says(&s, "11:00", "WR",
               UPPER("1") STEP(0, "12:00", "90m3/s", "") STEP(1, "13:00", "140m3/s", ""));
    story_says(&s, "12:45", "WR", UPPER("2") STEP(0, "16:00", "140m3/s", ""));
    story_says(&s, "12:50", "WR",
               "operation_plan W-1@v1 area=cn/99/01/21/a activity=sandbags state=submitted"
               " cites=U-1@v2 phases[0].activity=sandbags phases[0].window=14:30-15:00"
               " phases[0].zone=cn/99/01/21/a phases[0].dissolve_min=10");
    assert_non_null(strstr(story_open_cards(&s), "C03:U-1"));
    story_close(&s);
}

/* ---- shelters and midnight ---- */

#define SHELTER                                                                                    \
    "reference_object SH-A area=cn/99/01/21/a kind=shelter river_zone=cn/99/01/21/a"               \
    " shelter.capacity_persons=300"

/* The first step has run off before anybody is sent to the shelter; the second has not begun. */
static void a_first_step_that_is_over_hides_no_second(void **state)
{
    (void)state;
    open_rivers(MAIN_TRAVEL(""));
    story_says(&s, "08:00", "CA", SHELTER);
    story_says(&s, "08:10", "WR",
               UPPER("1") STEP(0, "08:20", "90m3/s", " steps[0].duration_min=30")
                   STEP(1, "20:00", "90m3/s", " steps[1].duration_min=1h"));
    story_says(&s, "16:00", "EM",
               "evacuation EV-B@v1" IN("b") " persons_remaining=100 state=ordered"
                                            " legs[0].persons=100 legs[0].destination_kind=shelter"
                                            " legs[0].destination=SH-A");
    assert_non_null(strstr(story_open_cards(&s), "C06:SH-A"));
    story_close(&s);
}

/* 23:40 and 105 minutes are 01:25 of the next day. */
static void a_night_has_no_seam(void **state)
{
    (void)state;
    open_rivers(MAIN_TRAVEL(""));
    story_says(&s, "23:00", "WR", UPPER("1") STEP(0, "23:40", "60m3/s", ""));
    story_says(&s, "23:30", "EM",
               "evacuation EV-1@v1" IN("d") " persons_remaining=250 state=under_way");
    assert_int_equal(margin("MARGIN:U-1", "EV-1"), 115 - 115);
    story_ticks(&s, "24:01");
    assert_int_equal(margin("C03:U-1", "EV-1"), -1);
    story_close(&s);
}

/* ---- journeys that do not say when they pass ---- */

#define CONVOY(edges, more)                                                                        \
    "operation_plan CV-1@v1 area=cn/99/01/21 activity=convoy state=submitted"                      \
    " phases[0].activity=convoy phases[0].window=13:00-14:00 phases[0].edges=" edges more

static void open_roads(void)
{
    open_rivers(MAIN_TRAVEL(""));
    story_says(&s, "08:00", "PS",
               "reference_object N-D kind=node road_node.area=cn/99/01/21/d"
               " road_node.river_zone=cn/99/01/21/d");
    story_says(&s, NULL, "PS",
               "reference_object R1 kind=road_edge road_edge.from_node=N-X road_edge.to_node=N-D"
               " road_edge.length_m=9000");
    story_says(&s, NULL, "PS",
               "reference_object R2 kind=road_edge road_edge.from_node=N-X road_edge.to_node=N-Y"
               " road_edge.length_m=9000 road_edge.points[0].at_m=4000"
               " road_edge.points[0].river_zone=cn/99/01/21/c");
    story_forget(&s);
}

/* The water is in D from 13:45: somewhere between 13:00 and 14:00 a convoy goes by there. */
static void a_journey_without_times_counts_to_its_end(void **state)
{
    (void)state;
    open_roads();
    story_says(&s, "10:00", "WR", UPPER("1") STEP(0, "12:00", "60m3/s", ""));
    story_says(&s, "10:10", "PS", CONVOY("R1", ""));
    assert_int_equal(margin("C03:U-1", "CV-1"), -15);
    story_expect_line(&s, "CV-1 passes cn/99/01/21/d; when is not stated, so it counts until 14:00,"
                          " water from 13:45 (-15 min)");
    /* It says when: then that counts. */
    story_says(&s, "10:15", "PS",
               "operation_plan CV-1@v2 area=cn/99/01/21 activity=convoy state=submitted"
               " phases[0].activity=convoy phases[0].window=13:00-14:00 phases[0].edges=R1"
               " phases[0].passages[0].node=N-D phases[0].passages[0].at_ms=13:20");
    assert_string_equal(story_open_cards(&s), "");
    assert_int_equal(margin("MARGIN:U-1", "CV-1"), 25);
    story_close(&s);
}

/* A bridge at 4 km of R2 lies in C, where the water is from 13:15; who turns at 3 km never comes there. */
static void a_bridge_in_the_zone(void **state)
{
    (void)state;
    open_roads();
    story_says(&s, "10:00", "WR", UPPER("1") STEP(0, "12:00", "60m3/s", ""));
    story_says(&s, "10:10", "PS", CONVOY("R2:0-3000", ""));
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "10:11", "PS",
               "operation_plan CV-2@v1 area=cn/99/01/21 activity=convoy state=submitted"
               " phases[0].activity=convoy phases[0].window=13:00-14:00 phases[0].edges=R2");
    assert_int_equal(margin("C03:U-1", "CV-2"), -45);
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_arrives_together_counts_together),
        cmocka_unit_test(a_sum_nobody_can_tell_is_said),
        cmocka_unit_test(what_does_not_meet_is_not_added),
        cmocka_unit_test(above_the_confluence_nothing_is_added),
        cmocka_unit_test(a_step_that_lets_out_less_is_no_new_water),
        cmocka_unit_test(shutting_a_dam_is_no_release),
        cmocka_unit_test(what_has_left_comes_whatever_is_ordered_then),
        cmocka_unit_test(a_step_put_off_lets_the_one_before_flow_on),
        cmocka_unit_test(a_first_step_that_is_over_hides_no_second),
        cmocka_unit_test(a_night_has_no_seam),
        cmocka_unit_test(a_journey_without_times_counts_to_its_end),
        cmocka_unit_test(a_bridge_in_the_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
