/* Answers owed to those who spoke (rows 00:48, 01:04; question 20). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/picture/debt.h"
#include "tests/help/story.h"

static struct story s;

#define YANJIAO                                                                                    \
    " area=cn/99/01/21/201/203 on_behalf_of=cn/99/01/21/201/203 channel=sms"                       \
    " speaker=\"village head\" source_text=\"岩脚 塌方 伤9 埋2 路断\""

static void open_county(void)
{
    story_open(&s);
    story_qinghe(&s);
    story_forget(&s);
}

static void yanjiao_speaks(void)
{
    story_says(&s, "14:24", "SH",
               "road RD-E15@v1 stretch=E15:6000-6000 state=destroyed cause=landslide"
               " window.start_at_ms=14:24 window.until_changed=true" YANJIAO);
    story_says(&s, NULL, "SH",
               "casualty CS-YJ@v1 cause=landslide persons_injured=9 triage.red=3 triage.yellow=4"
               " triage.green=2 persons_trapped=2 counted_at_ms=14:24" YANJIAO);
}

static void one_message_is_one_debt_and_its_answer_closes_it(void **state)
{
    (void)state;
    open_county();
    yanjiao_speaks();
    story_expect(&s,
                 "14:24 note RAISED DEBT:RD-E15 by 14:54 | SH owes cn/99/01/21/201/203 an answer"
                 " since 14:24\n");
    assert_int_equal(mu_picture_debt(s.picture, "RD-E15")->statements, 2);
    assert_null(mu_picture_debt_at(s.picture, 1));
    story_says(&s, "14:28", "SH",
               "answer AN-00 to=CS-YJ@v1 told=cn/99/01/21/201/203 channel=telephone"
               " words=\"wait\" closes_debt=false");
    story_expect(&s, "");
    story_says(&s, "14:32", "SH",
               "answer AN-01 area=cn/99/01/21/201/203 to=CS-YJ@v1 told=cn/99/01/21/201/203"
               " channel=telephone told_at_ms=14:32 words=\"3 ambulances, about 15:08\""
               " closes_debt=true");
    story_expect(&s, "14:32 note CLOSED DEBT:RD-E15 reason 8 | SH answered cn/99/01/21/201/203 at"
                     " 14:32, after 8 min\n");
    assert_false(mu_debt_is_open(mu_picture_debt(s.picture, "RD-E15")));
    story_close(&s);
}

static void an_old_debt_says_so_once(void **state)
{
    (void)state;
    open_county();
    yanjiao_speaks();
    story_forget(&s);
    story_ticks(&s, "14:54");
    story_expect(&s,
                 "14:54 note UPDATED DEBT:RD-E15 by 14:54 | SH owes cn/99/01/21/201/203 an answer"
                 " since 14:24, over 30 min\n");
    story_ticks(&s, "15:54");
    story_expect(&s, "");
    story_close(&s);
}

/* Each word opens its own; agencies and outside parties that are spoken for are owed nothing here. */
static void which_words_open_one(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:16", "CA",
               "supply_request RQ-01@v1 lines=quilt:160:piece asked=D-CITY"
               " required_by_at_ms=20:00 deliver_to=S1");
    story_says(&s, "14:18", "CA",
               "supply_response RS-01@v1 to=RQ-01@v1 answer=accepted party=D-CITY"
               " on_behalf_of=D-CITY channel=telephone");
    story_says(&s, "14:19", "SH",
               "road RD-1@v1 stretch=E11:100-200 state=restricted"
               " on_behalf_of=cn/99/01/21/201/201 channel=telephone answer_owed=false");
    assert_null(mu_picture_debt_at(s.picture, 0));
    yanjiao_speaks();
    story_says(&s, "14:40", "SH",
               "casualty CS-YJ2@v1 cause=landslide persons_injured=11 counted_at_ms=14:40"
               " area=cn/99/01/21/201/203 on_behalf_of=cn/99/01/21/201/203 channel=sms"
               " source_text=\"伤11\"");
    assert_non_null(mu_picture_debt(s.picture, "CS-YJ2"));
    assert_null(mu_picture_debt_at(s.picture, 2));
    /* Wherever it is entered. */
    story_says(&s, "14:50", "EM",
               "answer AN-02 to=CS-YJ2@v1 told=cn/99/01/21/201/203 channel=telephone"
               " words=\"helicopter\"");
    assert_false(mu_debt_is_open(mu_picture_debt(s.picture, "CS-YJ2")));
    assert_true(mu_debt_is_open(mu_picture_debt(s.picture, "RD-E15")));
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_message_is_one_debt_and_its_answer_closes_it),
        cmocka_unit_test(an_old_debt_says_so_once),
        cmocka_unit_test(which_words_open_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
