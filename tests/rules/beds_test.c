/* C10: patients on the way and beds that count. Every number of Qinghe's rows by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/rules/beds.h"
#include "tests/help/medical.h"

static struct story s;

static void open_county(void)
{
    story_open(&s);
    s.no_supply = true;
    story_qinghe(&s);
    story_medical(&s);
    story_forget(&s);
}

#define SCENE(version, red, yellow, green)                                                         \
    "casualty CS-YJ@v" version " area=cn/99/01/21/201/203 cause=landslide"                         \
    " persons_injured=9 triage.red=" red " triage.yellow=" yellow " triage.green=" green
#define MOVE(i, triage_of, count, to, at)                                                          \
    " phases[0].patients[" #i "].triage=" triage_of " phases[0].patients[" #i "].persons=" count   \
    " phases[0].patients[" #i "].hospital=" to " phases[0].patients[" #i "].arrives_at_ms=" at
#define PLAN(id, version, window, moves)                                                           \
    "operation_plan " id "@v" version " area=cn/99/01/21/201/203 activity=ambulance state=active"  \
    " for_objects=CS-YJ phases[0].activity=ambulance phases[0].window=" window moves
#define COUNT(id, kind_of, count, at)                                                              \
    "hospital " id "@v1 area=cn/99/01/21/100 change=progress beds[0].kind=" kind_of                \
    " beds[0].available=" count " counted_at_ms=" at

/* T+00:48 to T+01:16. At 14:24 three red wait and H1 has two beds for them; H3's one is of 12:10: nobody
 * can say that there is none. At 14:30 three are sent to H1: 3 for 2. H3's figure is 2 h 20 min old. */
static void three_for_two(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:10", "HC", COUNT("H1", "icu", "2", "14:10"));
    story_says(&s, "14:24", "SH", SCENE("1", "3", "4", "2"));
    story_expect(&s, "");
    story_says(&s, "14:30", "HC",
               PLAN("HD-01", "1", "15:20-15:58", MOVE(0, "red", "3", "H1", "15:58")));
    story_expect_line(&s,
                      "14:30 card RAISED C10:H1 for HC by 15:20 | H1: 3 on the way for 2"
                      " (bed.icu), there 15:58\n"
                      "  - bed.icu: 3 on the way, 2 counted\n"
                      "  ? ask H3: its 1 (bed.icu) were counted 12:10, too long ago to count on\n");
    story_forget(&s);
    story_says(&s, "14:35", "HC", COUNT("H1", "icu", "2", "14:35"));
    story_expect(&s, ""); /* the same count again is no news */
    story_says(&s, "14:36", "HC", COUNT("H3", "icu", "1", "14:35"));
    story_expect(&s, "14:36 card UPDATED C10:H1 for HC by 15:20 | H1: 3 on the way for 2"
                     " (bed.icu), there 15:58\n"
                     "  - bed.icu: 3 on the way, 2 counted\n"
                     "  ? HD-01: 1 to H3, which has 1 free (bed.icu)\n");
    story_says(&s, "14:38", "HC",
               PLAN("HD-01", "2", "15:20-15:58",
                    MOVE(0, "red", "2", "H1", "15:58") MOVE(1, "red", "1", "H3", "15:58")));
    story_expect_line(&s, "14:38 card CLOSED C10:H1 for HC reason 2");
    assert_string_equal(story_open_cards(&s), ""); /* 2 of 2 and 1 of 1: full, not over */
    story_close(&s);
}

static void play_until_1508(void)
{
    open_county();
    story_says(&s, "14:10", "HC", COUNT("H1", "icu", "2", "14:10"));
    story_says(&s, "14:24", "SH", SCENE("1", "3", "4", "2"));
    story_says(&s, "14:36", "HC", COUNT("H3", "icu", "1", "14:35"));
    story_says(&s, "14:38", "HC",
               PLAN("HD-01", "1", "15:20-15:58",
                    MOVE(0, "red", "2", "H1", "15:58") MOVE(1, "red", "1", "H3", "15:58")));
    story_says(&s, "15:08", "HC",
               PLAN("HD-01", "2", "15:20-16:16",
                    MOVE(0, "red", "2", "H1", "16:16") MOVE(1, "red", "1", "H3", "16:16")));
    story_says(&s, "15:10", "HC", COUNT("H1", "icu", "2", "15:10"));
    assert_string_equal(story_open_cards(&s), "");
    story_forget(&s);
}

/* T+03:12 and T+03:20. Five red, beds 2 and 1, all promised. H3's figure of 14:35 is 61 min old by then,
 * and its bed is the patient's it was promised to. Two fly to the city. */
static void the_county_has_none_left(void **state)
{
    (void)state;
    play_until_1508();
    story_ticks(&s, "15:36");
    story_expect(&s, ""); /* time alone takes nobody's bed */
    story_says(&s, "15:36", "FR", SCENE("2", "5", "4", "2"));
    story_expect(&s, "15:36 card RAISED C10:icu for HC by 15:36 | 5 for 3 (bed.icu): the county has"
                     " none left\n"
                     "  - CS-YJ: 2 whom nobody fetches yet\n"
                     "  - H1: 2 counted, 2 on the way\n"
                     "  - H3: 1 counted, 1 on the way\n"
                     "  ? 2 out of the county to H-CITY\n");
    story_says(&s, "15:40", "EM",
               "operation_plan AIR-01@v1 area=cn/99/01/21/201/203 activity=crewed_flight"
               " state=submitted for_objects=CS-YJ phases[0].activity=crewed_flight"
               " phases[0].window=15:50-16:20" MOVE(0, "red", "2", "H-CITY", "16:20"));
    story_expect_line(&s, "15:40 card CLOSED C10:icu for HC reason 2");
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

/* Where they lie is counted later: what arrived before a count is in it. */
static void who_has_arrived_is_in_the_count(void **state)
{
    (void)state;
    play_until_1508();
    story_says(&s, "16:40", "HC", COUNT("H1", "icu", "0", "16:40"));
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
    /* The control: a count from before they arrive takes beds from under them. */
    play_until_1508();
    story_says(&s, "15:50", "HC", COUNT("H1", "icu", "1", "15:50"));
    story_expect_line(&s, "15:50 card RAISED C10:H1 for HC by 15:20 | H1: 2 on the way for 1"
                          " (bed.icu), there 16:16\n");
    story_close(&s);
}

/* The plan is over, the patients are there, the next count has not come: the beds are not free. */
static void a_plan_that_ended_keeps_its_beds(void **state)
{
    (void)state;
    play_until_1508();
    story_says(&s, "16:17", "HC",
               "operation_plan HD-01@v2 area=cn/99/01/21/201/203 change=progress state=ended");
    story_says(&s, "16:18", "HC",
               PLAN("HD-02", "1", "16:20-16:50", MOVE(0, "red", "1", "H1", "16:50")));
    story_expect_line(&s, "16:18 card RAISED C10:H1 for HC by 16:20");
    story_close(&s);
    /* Broken off, nobody is brought. */
    play_until_1508();
    story_says(&s, "15:09", "HC",
               "operation_plan HD-01@v2 area=cn/99/01/21/201/203 change=progress state=stopped");
    story_says(&s, "15:10", "HC",
               PLAN("HD-02", "1", "16:20-16:50", MOVE(0, "red", "2", "H1", "16:50")));
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

/* To a figure that was too old when it was relied on. 13:50 holds until 14:50. */
static void an_old_figure_is_not_counted(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:50", "HC",
               PLAN("HD-01", "1", "15:20-15:58", MOVE(0, "red", "2", "H1", "15:58")));
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "14:51", "HC",
               PLAN("HD-02", "1", "15:20-15:58", MOVE(0, "red", "1", "H3", "15:58")));
    story_expect_line(&s, "14:51 card RAISED C10:H3 for HC by 15:20 | H3: 1 on the way for 0"
                          " (bed.icu), there 15:58\n"
                          "  - bed.icu: 1 on the way; the figure of 12:10 is too old, 0 count\n");
    story_close(&s);
    open_county();
    story_says(&s, "14:51", "HC",
               PLAN("HD-01", "1", "15:20-15:58", MOVE(0, "red", "2", "H1", "15:58")));
    assert_string_equal(story_open_cards(&s), "C10:H1");
    story_close(&s);
}

/* What is offered follows the clock: H3's figure of 14:35 holds until 15:35. */
static void an_offer_grows_old(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:30", "HC",
               PLAN("HD-01", "1", "15:50-16:28", MOVE(0, "red", "3", "H1", "16:28")));
    story_says(&s, "14:36", "HC", COUNT("H3", "icu", "1", "14:35"));
    story_forget(&s);
    story_ticks(&s, "15:35");
    story_expect(&s, "");
    story_ticks(&s, "15:36");
    story_expect_line(&s, "  ? ask H3: its 1 (bed.icu) were counted 14:35");
    story_close(&s);
}

/* Yellow and green share the general beds; a hospital that never said has none that count. */
static void other_beds(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:30", "HC",
               PLAN("HD-01", "1", "15:20-15:58",
                    MOVE(0, "yellow", "4", "H2", "15:58") MOVE(1, "green", "4", "H2", "15:58")));
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "14:31", "HC",
               PLAN("HD-02", "1", "15:20-15:58", MOVE(0, "green", "1", "H2", "15:58")));
    story_expect_line(&s, "14:31 card RAISED C10:H2 for HC by 15:20 | H2: 9 on the way for 8"
                          " (bed.general), there 15:58\n");
    story_says(&s, "14:32", "HC",
               PLAN("HD-02", "2", "15:20-15:58", MOVE(0, "green", "1", "H1", "15:58")));
    story_expect_line(&s, "  - bed.general: 1 on the way; nobody has stated its beds\n"
                          "  ? ask H1: nobody has stated its beds (bed.general)\n");
    story_says(&s, "14:33", "HC",
               PLAN("HD-02", "3", "15:20-15:58", MOVE(0, "green", "1", "H-CITY", "15:58")));
    assert_string_equal(story_open_cards(&s), ""); /* the city's beds are the city's */
    story_close(&s);
}

/* A hospital that is cut off by the water, or closes its doors, has no beds for anybody on his way. */
static void a_hospital_that_takes_nobody(void **state)
{
    (void)state;
    play_until_1508();
    story_says(&s, "15:11", "HC",
               "hospital H1@v1 area=cn/99/01/21/100 change=progress flood_state=access_cut");
    story_expect_line(&s, "15:11 card RAISED C10:H1 for HC by 15:20 | H1: 2 on the way for 0"
                          " (bed.icu), there 16:16\n"
                          "  - bed.icu: 2 on the way; the hospital takes nobody\n"
                          "  ? no other hospital of the county has a bed (bed.icu) free\n");
    story_says(&s, "15:12", "HC",
               "hospital H1@v1 area=cn/99/01/21/100 change=progress flood_state=threatened");
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "15:13", "HC",
               "hospital H1@v1 area=cn/99/01/21/100 change=progress emergency_department=closed");
    assert_string_equal(story_open_cards(&s), "C10:H1");
    story_close(&s);
}

/* A transfer between hospitals takes nobody from the scene. */
static void a_transfer_fetches_nobody(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:24", "SH", SCENE("1", "3", "0", "0"));
    story_says(&s, "14:30", "HC",
               PLAN("TR-01", "1", "15:20-15:58",
                    MOVE(0, "red", "1", "H1", "15:58") " phases[0].patients[0].from=H3"));
    assert_int_equal(mu_picture_waiting(s.picture).red, 3);
    story_says(
        &s, "14:31", "HC",
        PLAN("HD-01", "1", "15:20-15:58",
             MOVE(0, "red", "1", "H1", "15:58") " phases[0].patients[0].from=cn/99/01/21/201/203"));
    assert_int_equal(mu_picture_waiting(s.picture).red, 2);
    story_says(&s, "14:32", "HC",
               "operation_plan HD-01@v1 area=cn/99/01/21/201/203 change=withdrawal state=ended");
    assert_int_equal(mu_picture_waiting(s.picture).red, 3);
    story_close(&s);
}

/* Two scenes at once: a plan that names no scene is for where its patients come from. */
static void two_scenes(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:24", "SH", SCENE("1", "1", "0", "0"));
    story_says(&s, "14:25", "LL",
               "casualty CS-NP@v1 area=cn/99/01/21/101/202 persons_injured=2 triage.red=2");
    assert_int_equal(mu_picture_waiting(s.picture).red, 3);
    story_says(&s, "14:26", "HC",
               "operation_plan HD-09@v1 area=cn/99/01/21 activity=ambulance state=active"
               " phases[0].activity=ambulance phases[0].window=14:30-15:00"
               " phases[0].patients[0].triage=red phases[0].patients[0].persons=2"
               " phases[0].patients[0].hospital=H1 phases[0].patients[0].arrives_at_ms=15:00"
               " phases[0].patients[0].from=cn/99/01/21/101/202");
    assert_int_equal(mu_picture_waiting(s.picture).red, 1);
    story_says(&s, "14:27", "LL",
               "casualty CS-NP@v2 area=cn/99/01/21/101/202 persons_injured=6 triage.red=6");
    story_expect_line(&s, "14:27 card RAISED C10:icu for HC by 14:27 | 7 for 3 (bed.icu)");
    story_close(&s);
}

/* A coordinator that starts again says nothing twice, and judging everything changes nothing. */
static void nothing_twice(void **state)
{
    (void)state;
    play_until_1508();
    story_says(&s, "15:36", "FR", SCENE("2", "5", "4", "2"));
    story_says(&s, "15:37", "HC",
               PLAN("HD-03", "1", "15:40-16:30", MOVE(0, "red", "1", "H1", "16:30")));
    assert_string_equal(story_open_cards(&s), "C10:icu C10:H1");
    story_forget(&s);
    story_restart(&s);
    story_expect(&s, "");
    assert_int_equal(mu_rules_judge_all(s.rules), MU_OK);
    story_answer(&s);
    story_expect(&s, "");
    assert_int_equal(story_repeats(), 0);
    story_close(&s);
}

/* ---- growth ---- */

static uint64_t price_among(int count)
{
    char words[512];
    uint64_t before;

    open_county();
    s.no_coordinator = true;
    for (int i = 0; i < count; i++) {
        (void)snprintf(words, sizeof words,
                       "casualty CS-%d@v1 area=cn/99/01/21 tag=T%d tag_triage=green", i, i);
        story_hears(&s, "14:00", "HC", words);
        (void)snprintf(words, sizeof words,
                       "operation_plan TR-%d@v1 area=cn/99/01/21 activity=ambulance state=ended"
                       " for_objects=CS-%d phases[0].activity=ambulance"
                       " phases[0].window=13:00-13:20 phases[0].patients[0].triage=green"
                       " phases[0].patients[0].hospital=H2"
                       " phases[0].patients[0].arrives_at_ms=13:20",
                       i, i);
        story_hears(&s, NULL, "HC", words);
    }
    before = mu_rules_looked(s.rules);
    story_hears(&s, "14:30", "HC",
                PLAN("HD-01", "1", "15:20-15:58", MOVE(0, "red", "3", "H1", "15:58")));
    story_hears(&s, "14:31", "HC", COUNT("H2", "general", "8", "14:31"));
    before = mu_rules_looked(s.rules) - before;
    story_close(&s);
    return before;
}

static void one_more_costs_the_same_among_thousands(void **state)
{
    uint64_t few = price_among(50), many = price_among(5000);

    (void)state;
    print_message("# looked at: %llu among 50, %llu among 5,000\n", (unsigned long long)few,
                  (unsigned long long)many);
    assert_true(few > 2);
    assert_true(many <= few + few / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_for_two),
        cmocka_unit_test(the_county_has_none_left),
        cmocka_unit_test(who_has_arrived_is_in_the_count),
        cmocka_unit_test(a_plan_that_ended_keeps_its_beds),
        cmocka_unit_test(an_old_figure_is_not_counted),
        cmocka_unit_test(an_offer_grows_old),
        cmocka_unit_test(other_beds),
        cmocka_unit_test(a_hospital_that_takes_nobody),
        cmocka_unit_test(a_transfer_fetches_nobody),
        cmocka_unit_test(two_scenes),
        cmocka_unit_test(nothing_twice),
        cmocka_unit_test(one_more_costs_the_same_among_thousands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
