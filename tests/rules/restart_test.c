/* A coordinator killed at any moment: no card twice, none forgotten, the same end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/story.h"

#define BUS(i, persons, to, route, window)                                                         \
    " legs[" #i "].persons=" persons " legs[" #i "].destination_kind=shelter legs[" #i             \
    "].destination=" to " legs[" #i "].route=" route " legs[" #i "].window=" window " legs[" #i    \
    "].heaviest_vehicle_kg=12t legs[" #i "].vehicles[0].vehicle_class=bus"

static const struct {
    const char *clock, *agency, *words;
} rows[] = {
    {"14:03", "EM",
     "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised"
     " persons_planned=620 rate_persons_per_hour=300 start_at_ms=13:52 state=under_way" BUS(
         0, "620", "S1", "E11,E12,E13", "13:52-16:00")},
    {"14:06", "EM",
     "evacuation EV-02@v1 area=cn/99/01/21/201/202 population_kind=centralised"
     " persons_planned=340 start_at_ms=14:25 state=ordered" BUS(0, "340", "S1", "E12,E13",
                                                                "14:25-15:45")},
    {"14:09", "WR",
     "operation_plan LV-01@v1 area=cn/99/01/21/201/202 activity=pile_driving state=submitted"
     " phases[0].activity=pile_driving phases[0].window=14:15-16:45 phases[0].edges=E12:closes"},
    {"14:10", "EM",
     "evacuation EV-02@v2 area=cn/99/01/21/201/202 population_kind=centralised"
     " persons_planned=340 start_at_ms=14:25 state=ordered" BUS(
         0, "80", "S1", "E12,E13", "14:25-15:45") BUS(1, "260", "S2", "E12", "14:25-15:45")},
    {"14:16", "CA",
     "supply_request RQ-01@v1 lines=quilt:160:piece asked=D-CITY required_by_at_ms=20:00"},
    {"14:18", "WR",
     "operation_plan LV-01@v2 area=cn/99/01/21/201/202 activity=sandbags state=submitted"
     " cites=EV-01@v1,EV-02@v2 phases[0].activity=sandbags phases[0].window=14:20-16:00"
     " phases[0].edges=E12:one_lane_open phases[1].activity=pile_driving"
     " phases[1].window=16:05-17:20 phases[1].edges=E12:closes"},
    {"14:20", "EM",
     "evacuation EV-02@v3 area=cn/99/01/21/201/202 population_kind=centralised"
     " persons_planned=340 start_at_ms=14:25 state=ordered" BUS(0, "340", "S1", "E12,E13",
                                                                "14:25-15:45")},
};
#define ROWS (sizeof rows / sizeof rows[0])

static struct story s;

static void say_row(size_t i)
{
    story_says(&s, rows[i].clock, rows[i].agency, rows[i].words);
}

static void revive(void)
{
    s.dies_after = -1;
    s.no_coordinator = false;
    story_restart(&s);
}

static void expect_end(void)
{
    const struct mu_card *card;

    assert_string_equal(story_open_cards(&s), "C11:NEEDS-INC-01 C06:S1");
    assert_string_equal(story_clearance(&s, "LV-01"), "cleared");
    card = mu_picture_card_named(s.picture, "C04:LV-01");
    assert_true(card == NULL || !card->open);
    assert_int_equal(story_repeats(), 0);
    story_forget(&s);
    revive();
    story_expect(&s, "");
    story_close(&s);
}

/* Down for a stretch of rows, then back. */
static void back_after_any_absence(void **state)
{
    (void)state;
    for (size_t from = 0; from < ROWS; from++)
        for (size_t to = from; to <= ROWS; to++) {
            story_open(&s);
            story_qinghe(&s);
            for (size_t i = 0; i < ROWS; i++) {
                s.no_coordinator = i >= from && i < to;
                if (i == to)
                    revive();
                say_row(i);
            }
            revive();
            expect_end();
        }
}

/* Killed when some of what it had to say is recorded and the rest is not. */
static void killed_in_the_middle_of_saying(void **state)
{
    (void)state;
    for (size_t row = 0; row < ROWS; row++)
        for (int after = 0; after < 4; after++) {
            story_open(&s);
            story_qinghe(&s);
            for (size_t i = 0; i < ROWS; i++) {
                s.dies_after = i == row ? after : -1;
                say_row(i);
                if (i == row)
                    revive();
            }
            expect_end();
        }
}

/* The same record gives the same wanted findings, judged entry by entry or all at once. */
static void judging_all_changes_nothing(void **state)
{
    (void)state;
    story_open(&s);
    story_qinghe(&s);
    for (size_t i = 0; i < ROWS; i++) {
        say_row(i);
        story_forget(&s);
        assert_int_equal(mu_rules_judge_all(s.rules), MU_OK);
        story_answer(&s);
        story_expect(&s, "");
    }
    story_close(&s);
}

/* The premise changes between the judgement and the finding's own number: the finding is void, and
 * what is said next is about what is true. */
static void a_finding_overtaken_is_void(void **state)
{
    const struct mu_card *card;

    (void)state;
    story_open(&s);
    story_qinghe(&s);
    say_row(0);
    s.meanwhile = "evacuation EV-02@v2 area=cn/99/01/21/201/202 population_kind=centralised"
                  " persons_planned=80 start_at_ms=14:25 state=ordered" BUS(
                      0, "80", "S1", "E12,E13", "14:25-15:45");
    say_row(1);
    assert_string_equal(story_open_cards(&s), "");
    card = mu_picture_card_at(s.picture, 0);
    assert_non_null(card);
    assert_int_equal(story_repeats(), 0);
    story_close(&s);
}

static void a_card_overtaken_but_still_true_is_said_again(void **state)
{
    const struct mu_card *card;

    (void)state;
    story_open(&s);
    story_qinghe(&s);
    say_row(0);
    s.meanwhile = "evacuation EV-02@v2 area=cn/99/01/21/201/202 population_kind=centralised"
                  " persons_planned=350 start_at_ms=14:25 state=ordered" BUS(
                      0, "350", "S1", "E12,E13", "14:25-15:45");
    say_row(1);
    card = mu_picture_card_named(s.picture, "C06:S1");
    assert_non_null(card);
    assert_true(card->open);
    assert_int_equal(card->raisings, 1);
    assert_int_equal(card->voided, 1);
    story_expect_line(&s, "S1: 970 of 700, over by 270");
    assert_int_equal(story_repeats(), 0);
    story_close(&s);
}

/* The control: one that does not wait repeats itself, and what it repeats counts once. */
static void speaking_early_repeats_and_counts_once(void **state)
{
    const struct mu_card *card;
    uint32_t told;

    (void)state;
    story_open(&s);
    story_qinghe(&s);
    say_row(0);
    say_row(1);
    card = mu_picture_card_named(s.picture, "C06:S1");
    told = card->told;
    story_speak_early(&s);
    assert_true(story_repeats() > 0);
    assert_int_equal(card->told, told);
    assert_int_equal(card->raisings, 1);
    assert_true(card->open);
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(back_after_any_absence),
        cmocka_unit_test(killed_in_the_middle_of_saying),
        cmocka_unit_test(judging_all_changes_nothing),
        cmocka_unit_test(a_finding_overtaken_is_void),
        cmocka_unit_test(a_card_overtaken_but_still_true_is_said_again),
        cmocka_unit_test(speaking_early_repeats_and_counts_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
