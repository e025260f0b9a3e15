/* C03 where rivers meet, part, or run in a circle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/water.h"

/*   UPPER --5 km-- A --7 km-- (confluence) --3 km-- C --6 km-- D
 *   SIDE  --4 km-- B --2 km--/
 * On the main river 200 m/min fast and 120 slow, on the side river 100 and 50; one class.
 */
static void open_confluence(void)
{
    story_open(&water);
    water.no_supply = true;
    story_says(&water, "10:00", "EM", "role_map R lines[0].role=flood_command lines[0].agency=CMD");
    story_says(&water, NULL, "WR", "reference_object UPPER kind=structure structure.kind=dam");
    story_says(&water, NULL, "WR", "reference_object SIDE kind=structure structure.kind=sluice");
#define AT(i, area_, m)                                                                            \
    " river_chain.zones[" #i "].area=cn/99/01/21/" area_ " river_chain.zones[" #i "].distance_"    \
    "m=" m
    story_says(&water, NULL, "WR",
               "reference_object BROOK kind=river_chain river_chain.structure=SIDE" AT(
                   0, "b", "4000") " river_chain.joins=MAIN river_chain.joins_at_m=12000"
                                   " river_chain.length_m=6000");
    story_says(&water, NULL, "WR",
               "reference_object MAIN kind=river_chain river_chain.structure=UPPER" AT(
                   0, "a", "5000") AT(1, "c", "15000") AT(2, "d", "21000"));
    story_says(&water, NULL, "WR",
               "travel_table T1 river_chain=MAIN classes[0].code=one classes[0].fast_m_per_min=200"
               " classes[0].slow_m_per_min=120");
    story_says(&water, NULL, "WR",
               "travel_table T2 river_chain=BROOK classes[0].code=one"
               " classes[0].fast_m_per_min=100 classes[0].slow_m_per_min=50");
}

/* UPPER: 25 to 42 (41.67 rounded up), 75 to 125, 105 to 175.
 * SIDE: 40 to 80 in B; to the confluence 60 to 120, then 15 to 25: 75 to 145; 45 to 75 more: 105 to 195. */
static void a_zone_below_two_reservoirs(void **state)
{
    (void)state;
    open_confluence();
    story_says(&water, "10:00", "WR",
               "dam_operation U-1@v1 to_be_told[0].agency=EM structure=UPPER state=ordered "
               "steps[0].from_at_ms=12:00"
               " steps[0].outflow_milli_m3s=90m3/s steps[0].duration_min=1h");
    story_says(&water, "10:00", "WR",
               "dam_operation S-1@v1 to_be_told[0].agency=EM structure=SIDE state=ordered "
               "steps[0].from_at_ms=11:00"
               " steps[0].outflow_milli_m3s=9m3/s steps[0].duration_min=1h");
    water_expect_windows("U-1", "a 1 one 12:25-12:42 until 13:42\n"
                                "c 1 one 13:15-14:05 until 15:05\n"
                                "d 1 one 13:45-14:55 until 15:55\n");
    water_expect_windows("S-1", "b 1 one 11:40-12:20 until 13:20\n"
                                "c 1 one 12:15-13:25 until 14:25\n"
                                "d 1 one 12:45-14:15 until 15:15\n");
    story_forget(&water);
    /* 400 at 150 an hour are 160, and 15: 175 in C from 10:20; SIDE is there in 115, UPPER in 175. */
    story_says(
        &water, "10:20", "EM",
        "evacuation EV-1@v1 area=cn/99/01/21/c population_kind=centralised"
        " persons_planned=900 persons_remaining=400 rate_persons_per_hour=150 state=under_way");
    assert_string_equal(story_open_cards(&water), "C03:S-1");
    assert_int_equal(water_line_of("C03:S-1", "EV-1")->margin->value, -60);
    assert_int_equal(water_line_of("MARGIN:U-1", "EV-1")->margin->value, 0);
    story_ticks(&water, "10:21");
    assert_string_equal(story_open_cards(&water), "C03:S-1 C03:U-1");
    /* Two dams, two decisions: what helps below one leaves the other. */
    story_says(&water, "10:25", "WR",
               "dam_operation S-1@v2 to_be_told[0].agency=EM structure=SIDE state=ordered "
               "steps[0].from_at_ms=13:00"
               " steps[0].outflow_milli_m3s=9m3/s steps[0].duration_min=1h");
    assert_string_equal(story_open_cards(&water), "C03:U-1");
    story_close(&water);
}

/* Two chains from one dam to one zone: the bounds hold both. 5000/200 = 25, 5000/120 = 42; by the other
 * arm 6000: 30 to 50. */
static void two_arms_of_one_river(void **state)
{
    (void)state;
    open_confluence();
    story_says(
        &water, "10:00", "WR",
        "reference_object ARM kind=river_chain river_chain.structure=UPPER" AT(0, "a", "6000"));
    story_says(&water, "10:00", "WR",
               "travel_table T3 river_chain=ARM classes[0].code=one classes[0].fast_m_per_min=200"
               " classes[0].slow_m_per_min=120");
    story_says(&water, "10:00", "WR",
               "dam_operation U-1@v1 to_be_told[0].agency=EM structure=UPPER state=ordered "
               "steps[0].from_at_ms=12:00"
               " steps[0].outflow_milli_m3s=90m3/s");
    water_expect_windows("U-1", "a 1 one 12:25-12:50 on\n"
                                "c 1 one 13:15-14:05 on\n"
                                "d 1 one 13:45-14:55 on\n");
    story_close(&water);
}

/* A chain that joins itself, by a slip of the pen, ends. */
static void a_river_in_a_circle_ends(void **state)
{
    struct mu_river *river;

    (void)state;
    open_confluence();
    story_says(&water, "10:00", "WR",
               "reference_object MAIN kind=river_chain river_chain.structure=UPPER"
               " river_chain.joins=MAIN river_chain.length_m=100" AT(0, "a", "50"));
    assert_int_equal(mu_river_new(water.picture, &river), MU_OK);
    mu_river_free(&river);
    story_close(&water);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zone_below_two_reservoirs),
        cmocka_unit_test(two_arms_of_one_river),
        cmocka_unit_test(a_river_in_a_circle_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
