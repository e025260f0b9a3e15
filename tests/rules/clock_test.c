/* C15, K-06: times that cannot be. Nothing is rewritten, nothing refused; whose clock it is hears of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/picture/times.h"
#include "tests/help/story.h"

static struct story s;

static void open_county(void)
{
    story_open(&s);
    story_qinghe(&s);
    story_says(&s, "14:20", "WR",
               "dam_operation DAM-01@v1 structure=LONGTAN steps[0].from_at_ms=14:50"
               " steps[0].outflow_milli_m3s=260m3/s to_be_told[0].agency=HC"
               " to_be_told[1].agency=EM");
    story_forget(&s);
}

/* Row 00:50. */
static void acknowledged_before_it_was_ordered(void **state)
{
    const struct mu_said *word;
    const struct mu_card *card;

    (void)state;
    open_county();
    story_says(&s, "14:25", "HC",
               "acknowledgement of=DAM-01@v1 rung=acknowledged at_ms=14:19:30 sent=14:19:30");
    word = mu_picture_bad_times(s.picture, "HC")->said;
    story_expect_line(&s,
                      "card RAISED C15:HC for HC | HC states impossible times: its clock is wrong\n"
                      "  - DAM-01@1 acknowledged at 14:19 by its clock, 30 s before it was"
                      " recorded\n");
    story_expect_line(&s, "ORDER:DAM-01"); /* and it counts */
    assert_int_equal(word->event->acknowledgement->at_ms % 60000, 30000);
    card = mu_picture_card_named(s.picture, "C15:HC");
    assert_int_equal(card->finding->n_lines, 1);
    /* Honest times later do not say when the clock was set. */
    story_says(&s, "14:30", "HC",
               "hospital H1@v1 beds[0].kind=icu beds[0].available=2 counted_at_ms=14:30");
    assert_string_equal(story_open_cards(&s), "C15:HC");
    story_says(&s, "14:40", "HC", "decision card=C15:HC verdict=false_alarm reason=\"clock set\"");
    assert_string_equal(story_open_cards(&s), "");
    /* Wrong again: the second raising of one card. */
    story_says(&s, "14:50", "WR",
               "dam_operation DAM-01@v2 structure=LONGTAN steps[0].from_at_ms=15:50"
               " steps[0].outflow_milli_m3s=140m3/s to_be_told[0].agency=HC");
    story_says(&s, "14:51", "HC", "acknowledgement of=DAM-01@v2 rung=acknowledged sent=14:45:10");
    story_expect_line(&s, "RETURNED C15:HC");
    story_close(&s);
}

static void ahead_of_the_record(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:22", "EM", "acknowledgement of=DAM-01@v1 rung=acknowledged sent=14:22:50");
    assert_string_equal(story_open_cards(&s), ""); /* within what an estimate may err */
    story_says(&s, "14:23", "EM", "acknowledgement of=DAM-01@v1 rung=acting sent=14:40");
    story_expect_line(&s, "card RAISED C15:EM for EM");
    story_close(&s);
}

/* People write whole minutes, and are told by telephone before the record is. */
static void what_is_no_impossible_time(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:30:40", "WR",
               "dam_operation DAM-02@v1 structure=LONGTAN steps[0].from_at_ms=14:50"
               " steps[0].outflow_milli_m3s=260m3/s to_be_told[0].agency=HC");
    story_says(&s, "14:31", "HC", "acknowledgement of=DAM-02@v1 rung=acknowledged at_ms=14:30");
    story_says(&s, "14:32", "EM",
               "acknowledgement of=DAM-02@v1 rung=acknowledged for_agency=SH on_behalf_of=SH"
               " channel=telephone at_ms=14:29:30 read_back=\"260\"");
    story_says(&s, "14:33", "WR", "acknowledgement of=DAM-02@v1 rung=acting at_ms=14:29:30");
    /* Kept while cut off and sent late: old is not impossible. */
    story_says(&s, "16:26", "SH",
               "road RD-1@v1 stretch=E12:3100-3100 state=restricted occurred=15:02 sent=15:02");
    story_says(&s, NULL, "EM", "incident INC-02@v1 hazard=flash_flood state=open occurred=16:40");
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

/* What stated it is taken back: the card goes. */
static void corrected(void **state)
{
    char words[200], hex[65];

    (void)state;
    open_county();
    story_says(&s, "14:25", "HC", "acknowledgement of=DAM-01@v1 rung=acknowledged sent=14:19:30");
    mu_hex(mu_picture_bad_times(s.picture, "HC")->said->leaf.b, 32, hex);
    story_forget(&s);
    (void)snprintf(words, sizeof words,
                   "acknowledgement of=DAM-01@v1 rung=acknowledged cancels[0].leaf=%s", hex);
    story_says(&s, "14:27", "HC", words);
    story_expect_line(&s, "CLOSED C15:HC");
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

/* At forty times the pace of Qinghe, half a second between saying and recording is ten minutes. */
static void an_exercise_in_a_hurry(void **state)
{
    Muster__Genesis genesis = MUSTER__GENESIS__INIT;
    Muster__Event event = MUSTER__EVENT__INIT;
    struct mu_entry first = {.number = 1, .epoch = 1, .path = "", .event = &event};

    genesis.has_clock_rate_milli = true;
    genesis.clock_rate_milli = 1200000;
    event.body_case = MUSTER__EVENT__BODY_GENESIS;
    event.genesis = &genesis;
    (void)state;
    open_county();
    assert_int_equal(mu_picture_fold(s.picture, &first), MU_OK);
    story_says(&s, "14:25", "HC", "acknowledgement of=DAM-01@v1 rung=acknowledged sent=14:15:30");
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "14:26", "EM", "acknowledgement of=DAM-01@v1 rung=acknowledged sent=14:09:30");
    assert_string_equal(story_open_cards(&s), "C15:EM");
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledged_before_it_was_ordered),
        cmocka_unit_test(ahead_of_the_record),
        cmocka_unit_test(what_is_no_impossible_time),
        cmocka_unit_test(corrected),
        cmocka_unit_test(an_exercise_in_a_hurry),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
