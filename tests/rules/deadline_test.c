/* Limits of orders: judged at recorded marks only, once, and the same again after any restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/story.h"

static struct story s;

#define LIMITS                                                                                     \
    "limit_table QH-LIMITS lines[0].name=ack_critical_min lines[0].value.value=3"                  \
    " lines[0].value.unit=minute lines[1].name=ack_high_min lines[1].value.value=10"               \
    " lines[1].value.unit=minute lines[2].name=ack_task_min lines[2].value.value=30"               \
    " lines[2].value.unit=minute"
#define RELEASE(version)                                                                           \
    "dam_operation DAM-01@v" version " structure=LONGTAN steps[0].from_at_ms=14:50"                \
    " steps[0].outflow_milli_m3s=260m3/s to_be_told[0].agency=EM to_be_told[1].agency=HC"
#define ZHAO                                                                                       \
    "declaration DECL-01@v1 kind=command_established charges[0].role=duty_leader"                  \
    " charges[0].agency=CMD charges[0].person_name=Zhao charges[0].window=14:00-20:00"

static void open_county(void)
{
    story_open(&s);
    story_qinghe(&s);
    story_desks(&s, "EM CA HC");
    story_says(&s, "14:00", "EM", LIMITS);
    story_says(&s, NULL, "EM", ZHAO);
    story_forget(&s);
}

static bool was_said(const char *words)
{
    return strstr(s.trace, words) != NULL;
}

/* An order that must be answered and is not life safety by its kind has ten minutes. */
static void ten_minutes_for_what_is_not_critical(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM",
               "road RD-1@v1 stretch=E12:0-100 state=restricted ack_required=true"
               " recipients[0].agency=HC recipients[1].role=relief_supply");
    story_expect_line(&s, "RAISED ORDER:RD-1 by 14:10 | RD-1@1: 0 of 2 acknowledged; not: HC, CA");
    story_ticks(&s, "14:09:59");
    assert_false(was_said("DEADLINE"));
    story_says(&s, "14:10", "CA", "acknowledgement of=RD-1@v1 rung=accepted");
    story_ticks(&s, "14:10:30");
    story_expect_line(&s, "RAISED DEADLINE:RD-1.v1 | RD-1@1: not acknowledged by HC within 10 min");
    story_close(&s);
}

static void a_stated_deadline_comes_first(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:20", "WR", RELEASE("1") " ack_deadline_at_ms=14:40");
    story_ticks(&s, "14:23:30");
    assert_false(was_said("DEADLINE"));
    story_ticks(&s, "14:40:30");
    story_expect_line(&s, "not acknowledged by EM, HC within 20 min; duty leader Zhao told");
    story_close(&s);
}

/* No tick, no lateness, whatever the entries' minute; a tick of another mark in that minute is none. */
static void nothing_is_judged_at_an_unrecorded_time(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:20:10", "WR", RELEASE("1"));
    story_ticks(&s, "14:23:05");
    story_says(&s, "14:23:20", "EM", "acknowledgement of=DAM-01@v1 rung=acknowledged");
    assert_false(was_said("DEADLINE"));
    story_ticks(&s, "14:23:40");
    story_expect_line(&s, "14:23 note RAISED DEADLINE:DAM-01.v1");
    story_close(&s);
}

/* A coordinator that was away over the mark says it when it is back: the record shows what had passed. */
static void away_over_the_mark(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:20", "WR", RELEASE("1"));
    s.no_coordinator = true;
    story_ticks(&s, "14:23:30");
    story_says(&s, "14:24", "EM", "acknowledgement of=DAM-01@v1 rung=acknowledged");
    s.no_coordinator = false;
    story_forget(&s);
    story_restart(&s);
    story_expect_line(&s,
                      "RAISED DEADLINE:DAM-01.v1 | DAM-01@1: not acknowledged by HC within 3 min");
    story_forget(&s);
    story_restart(&s);
    story_expect(&s, "");
    assert_int_equal(story_repeats(), 0);
    story_close(&s);
}

static const struct {
    const char *clock, *agency, *words; /* agency NULL: a tick */
} rows[] = {
    {"14:20", "WR", RELEASE("1")},
    {"14:22", "EM", "acknowledgement of=DAM-01@v1 rung=acknowledged"},
    {"14:23:30", NULL, NULL},
    {"14:24", "SH",
     "road RD-E15@v1 area=cn/99/01/21/201/203 stretch=E15:6000-6000 state=destroyed"
     " on_behalf_of=cn/99/01/21/201/203 channel=sms source_text=\"路断\""},
    {"14:25", "HC", "acknowledgement of=DAM-01@v1 rung=acknowledged sent=14:19:30"},
    {"14:32", "SH",
     "answer AN-01 to=RD-E15@v1 told=cn/99/01/21/201/203 channel=telephone words=\"15:08\""},
    {"14:42", "WR", RELEASE("2")},
    {"14:45:30", NULL, NULL},
    {"15:10", "LL", "task T-09@v1 act=create what=pumps requester=LL accountable=EM"},
    {"15:20", "EM", "task T-09@v1 act=refer refer_to=WR"},
};
#define ROWS (sizeof rows / sizeof rows[0])

static void play_row(size_t i)
{
    if (rows[i].agency == NULL)
        story_ticks(&s, rows[i].clock);
    else
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
    assert_string_equal(story_open_cards(&s), "C15:HC");
    assert_true(mu_picture_card_named(s.picture, "ORDER:DAM-01")->open);
    assert_true(mu_picture_card_named(s.picture, "DEADLINE:DAM-01.v2")->open);
    assert_true(mu_picture_card_named(s.picture, "ORDER:T-09")->open);
    assert_int_equal(story_repeats(), 0);
    story_forget(&s);
    revive();
    story_expect(&s, "");
    story_close(&s);
}

/* Killed in the middle of saying, at every row: no finding twice, none forgotten, the same end. */
static void killed_at_any_row(void **state)
{
    (void)state;
    for (size_t row = 0; row < ROWS; row++)
        for (int after = 0; after < 3; after++) {
            open_county();
            for (size_t i = 0; i < ROWS; i++) {
                s.dies_after = i == row ? after : -1;
                play_row(i);
                if (i == row)
                    revive();
            }
            expect_end();
        }
}

static void judging_all_changes_nothing(void **state)
{
    (void)state;
    open_county();
    for (size_t i = 0; i < ROWS; i++) {
        play_row(i);
        story_forget(&s);
        assert_int_equal(mu_rules_judge_all(s.rules), MU_OK);
        story_answer(&s);
        story_expect(&s, "");
    }
    story_close(&s);
}

/* Who leads changes while it is overdue: the new one is told. */
static void the_leader_changes(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:20", "WR", RELEASE("1"));
    story_ticks(&s, "14:23:30");
    story_expect_line(&s, "duty leader Zhao told");
    story_says(
        &s, "14:30", "EM",
        "declaration DECL-02@v1 kind=command_transferred in_charge=CMD charges[0].role=duty_leader"
        " charges[0].agency=CMD charges[0].person_name=Qian charges[0].window=14:30-22:00");
    story_expect_line(&s, "UPDATED DEADLINE:DAM-01.v1 | DAM-01@1: not acknowledged by EM, HC within"
                          " 3 min; duty leader Qian told");
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_minutes_for_what_is_not_critical),
        cmocka_unit_test(a_stated_deadline_comes_first),
        cmocka_unit_test(nothing_is_judged_at_an_unrecorded_time),
        cmocka_unit_test(away_over_the_mark),
        cmocka_unit_test(killed_at_any_row),
        cmocka_unit_test(judging_all_changes_nothing),
        cmocka_unit_test(the_leader_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
