/* Who has acknowledged an order, row by row of Qinghe's exercise: 14:20 to 14:25 and 14:42 to 14:48. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/picture/task.h"
#include "proto/picture/told.h"
#include "tests/help/story.h"

static struct story s;

#define RELEASE(version)                                                                           \
    "dam_operation DAM-01@v" version " structure=LONGTAN dispatch_authority=WR state=ordered"      \
    " outflow_before_milli_m3s=40m3/s steps[0].from_at_ms=14:50"                                   \
    " steps[0].outflow_milli_m3s=260m3/s steps[0].duration_min=3h to_be_told[0].agency=EM"         \
    " to_be_told[1].agency=CA to_be_told[2].agency=HC to_be_told[3].agency=PS"                     \
    " to_be_told[4].agency=SH to_be_told[5].agency=LL"

static uint64_t release(const char *clock, const char *words)
{
    story_says(&s, clock, "WR", words);
    return mu_object_head(mu_picture_named(s.picture, "DAM-01"))->number;
}

static void acknowledges(const char *clock, const char *agency, const char *version)
{
    char words[128];

    (void)snprintf(words, sizeof words, "acknowledgement of=DAM-01@%s rung=acknowledged", version);
    story_says(&s, clock, agency, words);
}

static void open_county(void)
{
    story_open(&s);
    story_qinghe(&s);
    story_desks(&s, "EM CA HC PS SH LL WR");
    story_says(&s, "14:00", "EM",
               "declaration DECL-01@v1 kind=exercise_begins level=ii in_charge=CMD"
               " charges[0].role=duty_leader charges[0].agency=CMD charges[0].person_name=Zhao"
               " charges[0].window=14:00-20:00");
    story_forget(&s);
}

static void all_hold(const char *clock, uint64_t through)
{
    static const char *const all[] = {"EM", "CA", "HC", "PS", "SH", "LL"};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        story_holds(&s, clock, all[i], through, "");
}

static void most_acknowledge(const char *clock, const char *version)
{
    static const char *const most[] = {"EM", "CA", "PS", "SH", "LL"};

    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++)
        acknowledges(clock, most[i], version);
}

static void first_release(void)
{
    uint64_t number = release("14:20", RELEASE("1"));

    story_expect_line(&s, "note RAISED ORDER:DAM-01 by 14:23 | DAM-01@1: 0 of 6 acknowledged; not: "
                          "EM, CA, HC, PS, SH, LL");
    all_hold("14:20:10", number);
    most_acknowledge("14:22", "v1");
}

/* Rows 00:40 to 00:50. */
static void five_of_six_then_overdue_then_complete(void **state)
{
    (void)state;
    open_county();
    first_release();
    story_expect_line(
        &s, "14:22 note UPDATED ORDER:DAM-01 by 14:23 | DAM-01@1: 5 of 6 acknowledged; not: HC");
    story_expect_line(&s, "HC: on its machine since 14:20, not acknowledged");
    story_forget(&s);
    story_ticks(&s, "14:23:30");
    story_expect(&s,
                 "14:23 note RAISED DEADLINE:DAM-01.v1 | DAM-01@1: not acknowledged by HC within"
                 " 3 min; duty leader Zhao told\n"
                 "  - HC has it on its machine; telephone 0000-HC-03\n");
    story_says(&s, "14:25", "HC",
               "acknowledgement of=DAM-01@v1 rung=acknowledged sent=14:19:30"
               " at_ms=14:19:30");
    story_expect_line(&s,
                      "note CLOSED ORDER:DAM-01 reason 8 | DAM-01@1: all 6 acknowledged at 14:25,"
                      " 5 min after issue");
    story_expect_line(&s, "note CLOSED DEADLINE:DAM-01.v1 reason 7 | DAM-01@1: answered, late");
    assert_string_equal(story_open_cards(&s), "C15:HC");
    story_close(&s);
}

/* The minute of the limit still counts: nothing is late before the tick of its mark. */
static void in_the_minute_of_the_limit_is_in_time(void **state)
{
    (void)state;
    open_county();
    first_release();
    story_forget(&s);
    acknowledges("14:23", "HC", "v1");
    story_ticks(&s, "14:23:30");
    assert_null(strstr(s.trace, "DEADLINE"));
    story_close(&s);
}

/* Rows 01:24 to 01:36: a new version starts anew; who is cut off is told by telephone. */
static void a_new_version_starts_anew_and_the_telephone_completes_it(void **state)
{
    uint64_t number;

    (void)state;
    open_county();
    first_release();
    acknowledges("14:25", "HC", "v1");
    story_forget(&s);
    number = release("14:42", RELEASE("2"));
    story_expect_line(&s,
                      "note RETURNED ORDER:DAM-01 by 14:45 | DAM-01@2: 0 of 6 acknowledged; not: "
                      "EM, CA, HC, PS, SH, LL");
    story_holds(&s, "14:42:10", "EM", number, "");
    acknowledges("14:43", "EM", "v2");
    acknowledges("14:43", "PS", "v2");
    acknowledges("14:44", "CA", "v2");
    acknowledges("14:44", "HC", "v2");
    acknowledges("14:45", "LL", "v2");
    story_forget(&s);
    story_ticks(&s, "14:45:30");
    story_expect(&s,
                 "14:45 note RAISED DEADLINE:DAM-01.v2 | DAM-01@2: not acknowledged by SH within"
                 " 3 min; duty leader Zhao told\n"
                 "  - SH: not on its machine; telephone 0000-SH-05\n");
    story_says(&s, "14:48", "EM",
               "acknowledgement of=DAM-01@v2 rung=acknowledged for_agency=SH for_post=duty"
               " on_behalf_of=SH channel=telephone speaker=\"Shahe duty, Chen\""
               " read_back=\"140 from 15:50, Shangwan 16:35\"");
    story_expect_line(&s,
                      "note CLOSED ORDER:DAM-01 reason 8 | DAM-01@2: all 6 acknowledged at 14:48,"
                      " 6 min after issue");
    story_expect_line(&s, "SH: confirmed by telephone 14:48, entered by EM");
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

/* Somebody else's word without channel is no word, and one told but not read back is not confirmed. */
static void hearsay_completes_nothing(void **state)
{
    (void)state;
    open_county();
    first_release();
    story_says(&s, "14:22", "EM", "acknowledgement of=DAM-01@v1 rung=acknowledged for_agency=HC");
    story_says(&s, "14:22", "EM",
               "acknowledgement of=DAM-01@v1 rung=told_by_phone for_agency=HC on_behalf_of=HC"
               " channel=telephone");
    assert_null(strstr(s.trace, "ORDER:DAM-01 reason"));
    story_expect_line(&s, "HC: told 14:22, nothing read back");
    story_says(&s, "14:22", "EM",
               "acknowledgement of=DAM-01@v1 rung=told_by_phone for_agency=HC on_behalf_of=HC"
               " channel=telephone read_back=\"260 from 14:50\"");
    story_expect_line(&s, "CLOSED ORDER:DAM-01 reason 8");
    story_close(&s);
}

static bool always(const Muster__Event *event)
{
    return event != NULL;
}

/* An acknowledgement taken back opens the order again. */
static void a_word_taken_back_is_no_word(void **state)
{
    char words[256], hex[65];

    (void)state;
    open_county();
    first_release();
    acknowledges("14:23", "HC", "v1");
    mu_hex(mu_object_news(mu_picture_named(s.picture, "DAM-01@1/HC/6"), always)->leaf.b, 32, hex);
    story_expect_line(&s, "CLOSED ORDER:DAM-01");
    story_forget(&s);
    (void)snprintf(words, sizeof words,
                   "acknowledgement of=DAM-01@v1 rung=opened cancels[0].leaf=%s", hex);
    story_says(&s, NULL, "HC", words);
    story_expect_line(&s,
                      "RETURNED ORDER:DAM-01 by 14:23 | DAM-01@1: 5 of 6 acknowledged; not: HC");
    story_expect_line(&s, "HC: opened 14:23, not acknowledged");
    story_close(&s);
}

/* A task has one holder; it changes on acceptance only, and the clock goes on (T-09). */
static void the_pumps(void **state)
{
    const struct mu_task *task;

    (void)state;
    open_county();
    story_says(&s, "15:10", "LL",
               "task T-09@v1 act=create what=\"2 drainage pumps at S1\" requester=LL"
               " accountable=EM accept_by_at_ms=15:40 activity=pumping");
    story_expect(
        &s,
        "15:10 note RAISED ORDER:T-09 by 15:40 | T-09: EM is accountable, to accept by 15:40\n");
    story_says(&s, "15:20", "EM",
               "task T-09@v1 act=refer refer_to=WR referral_reason=specialist reason=drainage");
    story_expect(
        &s, "15:20 note UPDATED ORDER:T-09 by 15:40 | T-09: WR to accept by 15:40; until then EM is"
            " accountable\n");
    task = mu_picture_task(s.picture, "T-09");
    assert_string_equal(task->holder, "EM");
    assert_int_equal(task->referrals, 1);
    assert_false(task->cycle);
    story_says(&s, "15:22", "HU", "task T-09@v1 act=accept"); /* nobody asked them */
    assert_string_equal(task->holder, "EM");
    story_says(&s, "15:24", "WR", "task T-09@v1 act=accept");
    story_expect(&s, "15:24 note CLOSED ORDER:T-09 reason 8 | T-09: WR is accountable\n");
    assert_string_equal(task->holder, "WR");
    assert_int_equal((task->held_since_ms - task->begun_ms) / 60000, 14);
    story_ticks(&s, "15:40:30");
    story_expect(&s, "");
    assert_string_equal(mu_task_holder_at(s.picture, task, task->begun_ms + 300000), "EM");
    assert_string_equal(mu_task_holder_at(s.picture, task, task->begun_ms + 1800000), "WR");
    story_close(&s);
}

/* Nobody says yes: one step up, at the mark, and not before. */
static void a_task_nobody_accepts_is_overdue(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "15:10", "LL",
               "task T-09@v1 act=create what=pumps requester=LL accountable=EM"
               " accept_by_at_ms=15:40");
    story_forget(&s);
    story_ticks(&s, "15:40");
    story_expect(&s, "");
    story_ticks(&s, "15:40:30");
    story_expect_line(&s, "note RAISED DEADLINE:T-09.v1 | T-09@1: not accepted by EM within 30 min;"
                          " duty leader Zhao told");
    story_says(&s, "15:42", "EM", "task T-09@v1 act=accept");
    story_expect_line(&s, "note CLOSED DEADLINE:T-09.v1");
    story_expect_line(&s, "note CLOSED ORDER:T-09");
    story_close(&s);
}

/* Referred round in a circle: counted, and the holder stays who accepted. */
static void a_circle_of_referrals(void **state)
{
    const struct mu_task *task;

    (void)state;
    open_county();
    story_says(&s, "15:10", "LL", "task T-09@v1 act=create what=pumps requester=LL accountable=EM");
    story_says(&s, "15:20", "EM", "task T-09@v1 act=refer refer_to=WR");
    story_says(&s, "15:24", "WR", "task T-09@v1 act=accept");
    story_says(&s, "15:36", "WR", "task T-09@v1 act=refer refer_to=HU");
    story_says(&s, "15:56", "HU",
               "task T-09@v1 act=refer refer_to=LL referral_reason=local_responsibility");
    task = mu_picture_task(s.picture, "T-09");
    assert_int_equal(task->referrals, 3);
    assert_true(task->cycle);
    assert_string_equal(task->holder, "WR");
    story_says(&s, "16:05", "EM", "task T-09@v1 act=rule accountable=HU"); /* not theirs to rule */
    assert_string_equal(task->asked, "LL");
    story_says(&s, "16:05", "CMD", "task T-09@v1 act=rule accountable=HU");
    assert_string_equal(task->holder, "WR");
    story_says(&s, "16:07", "HU", "task T-09@v1 act=accept");
    assert_string_equal(task->holder, "HU");
    story_says(&s, "16:58", "HU", "task T-09@v1 act=done");
    assert_int_equal(task->state, MU_TASK_DONE);
    story_says(&s, "17:00", "HU", "task T-09@v1 act=confirm"); /* not theirs to confirm */
    assert_int_equal(task->state, MU_TASK_DONE);
    story_says(&s, "17:02", "LL", "task T-09@v1 act=confirm");
    assert_int_equal(task->state, MU_TASK_CONFIRMED);
    assert_int_equal((task->ended_ms - task->begun_ms) / 60000, 112);
    story_close(&s);
}

/* ---- the price of one word, however many orders there were ---- */

static uint64_t price_beside(int orders)
{
    uint64_t before, number;
    char words[256];

    open_county();
    for (int i = 0; i < orders; i++) {
        (void)snprintf(words, sizeof words,
                       "road RD-%d@v1 stretch=E12:0-100 state=open ack_required=true"
                       " recipients[0].agency=HC",
                       i);
        story_says(&s, "14:00", "EM", words);
        (void)snprintf(words, sizeof words, "acknowledgement of=RD-%d@v1 rung=acknowledged", i);
        story_says(&s, "14:01", "HC", words);
        story_forget(&s);
    }
    number = release("14:20", RELEASE("1"));
    story_forget(&s);
    before = mu_rules_looked(s.rules);
    acknowledges("14:21", "EM", "v1");
    all_hold("14:22", number);
    story_ticks(&s, "14:23:30");
    before = mu_rules_looked(s.rules) - before;
    story_close(&s);
    return before;
}

static void a_word_costs_the_same_beside_many_orders(void **state)
{
    (void)state;
    assert_int_equal(price_beside(10), price_beside(400));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_of_six_then_overdue_then_complete),
        cmocka_unit_test(in_the_minute_of_the_limit_is_in_time),
        cmocka_unit_test(a_new_version_starts_anew_and_the_telephone_completes_it),
        cmocka_unit_test(hearsay_completes_nothing),
        cmocka_unit_test(a_word_taken_back_is_no_word),
        cmocka_unit_test(the_pumps),
        cmocka_unit_test(a_task_nobody_accepts_is_overdue),
        cmocka_unit_test(a_circle_of_referrals),
        cmocka_unit_test(a_word_costs_the_same_beside_many_orders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
