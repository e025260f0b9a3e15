/* Needs: by kind of people, rounded up, own first, unknown kept apart from nought. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/story.h"

static struct story s;

static void open_county(void)
{
    story_open(&s);
    story_qinghe(&s);
    story_forget(&s);
}

static void an_evacuation_checked_against_the_door(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:03", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=620 state=under_way legs[0].persons=620"
               " legs[0].destination_kind=shelter legs[0].destination=S1");
    story_says(&s, "16:08", "EM",
               "evacuation EV-01@v5 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=620 persons_refused=12 state=under_way legs[0].persons=598"
               " legs[0].destination_kind=shelter legs[0].destination=S1 legs[1].persons=10"
               " legs[1].destination_kind=relatives legs[1].population_kind=dispersed");
    assert_string_equal(story_need(&s, "EV-01", "water"),
                        "needed 10032 own 4000 send 6032 change -198");
    assert_string_equal(story_need(&s, "EV-01", "meal"), "needed 2007 own 0 send 2007 change -39");
    assert_string_equal(story_need(&s, "EV-01", "quilt"), "needed 598 own 0 send 598 change -22");
    story_close(&s);
}

static void the_period_stated_counts(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:03", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=dispersed"
               " persons_planned=100 duration_min=2880 state=ordered legs[0].persons=100"
               " legs[0].destination_kind=relatives");
    assert_string_equal(story_need(&s, "EV-01", "water"), "needed 3300 own 0 send 3300 change 0");
    assert_string_equal(story_need(&s, "EV-01", "quilt"), "");
    story_close(&s);
}

static void the_tables_own_period_for_a_kind(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "CA",
               "rate_table QH-RATES table=R-2 period_min=1440"
               " kind_periods[0].population_kind=precautionary kind_periods[0].period_min=720"
               " lines[0].item=water lines[0].unit=litre lines[0].basis=per_person_day"
               " lines[0].rate_milli=15.0");
    story_says(&s, "14:03", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=precautionary"
               " persons_planned=100 state=ordered");
    assert_string_equal(story_need(&s, "EV-01", "water"), "needed 750 own 0 send 750 change 0");
    story_close(&s);
}

static void ended_moves_need_nothing(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:03", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=dispersed"
               " persons_planned=100 state=ordered");
    story_says(&s, "18:03", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 change=progress state=returned_home"
               " population_kind=dispersed");
    assert_string_equal(story_sheet_line(&s, "water"),
                        "needed 0 own 0 send 0 usable 12000 requested 0 committed 0 short 0");
    story_close(&s);
}

static void when_the_move_ends_those_moved_count(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:03", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=100 state=under_way legs[0].persons=100"
               " legs[0].destination_kind=shelter legs[0].destination=S2");
    story_says(&s, "15:03", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 change=progress state=complete"
               " population_kind=centralised persons_moved=90 persons_remaining=0");
    assert_string_equal(story_need(&s, "EV-01", "quilt"), "needed 90 own 0 send 90 change -10");
    story_close(&s);
}

/* Head counts without any evacuation: an import of published lists. */
static void counted_people_need_too(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "CA", "reference_object N1 area=cn/99/01/21/101 kind=shelter");
    story_says(&s, "14:01", "CA",
               "shelter N1 area=cn/99/01/21/101 counted_at_ms=14:00 persons_present=64"
               " population_kind=centralised");
    assert_string_equal(story_need(&s, "N1", "water"), "needed 1056 own 0 send 1056 change 0");
    assert_string_equal(story_need(&s, "N1", "meal"), "needed 212 own 0 send 212 change 0");
    assert_string_equal(story_need(&s, "N1", "toilet"), "needed 4 own 0 send 4 change 0");
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

static void a_depot_nobody_counted_is_not_empty(void **state)
{
    (void)state;
    story_open(&s);
    story_says(&s, NULL, "CA",
               "rate_table R table=R-1 period_min=1440 lines[0].item=quilt lines[0].unit=piece"
               " lines[0].basis=per_person lines[0].rate_milli=1.0");
    story_says(&s, "14:03", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=100 state=ordered");
    assert_string_equal(story_sheet_line(&s, "quilt"), "needed 100 own 0 send 100");
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "14:04", "CA",
               "stock D1 counted_at_ms=14:00 lines[0].item=quilt lines[0].unit=piece"
               " lines[0].usable_milli=40.0");
    assert_string_equal(story_open_cards(&s), "C11:NEEDS");
    story_close(&s);
}

/* What has left the depot is gone from its next count, and still covers the need. */
static void a_new_count_after_a_shipment(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:03", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=700 state=under_way legs[0].persons=700"
               " legs[0].destination_kind=shelter legs[0].destination=S1");
    story_says(&s, "14:50", "CA",
               "shipment SH-01@v1 state=en_route from=D1 to=S1 lines[0].item=quilt"
               " lines[0].unit=piece lines[0].sent_milli=700.0 departed_at_ms=14:50");
    story_says(&s, "15:00", "CA",
               "stock D1 area=cn/99/01/21/100 counted_at_ms=15:00 lines[0].item=quilt"
               " lines[0].unit=piece lines[0].usable_milli=100.0");
    story_expect_line(&s, "  - quilt: covered, 700 of 800\n");
    story_close(&s);
}

static void what_is_damaged_covers_nobody(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:03", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=798 state=under_way legs[0].persons=798"
               " legs[0].destination_kind=shelter legs[0].destination=S3");
    story_says(&s, "15:00", "CA",
               "shipment SH-05@v1 state=received from=D1 to=S3 lines[0].item=quilt"
               " lines[0].unit=piece lines[0].sent_milli=180.0 lines[0].received_milli=176.0"
               " lines[0].damaged_milli=4.0");
    story_expect_line(&s, "  - quilt: 2 short");
    story_close(&s);
}

static void a_foreign_depot_is_not_the_countys(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:03", "CA",
               "stock D-CITY counted_at_ms=14:00 lines[0].item=quilt lines[0].unit=piece"
               " lines[0].usable_milli=9000.0");
    story_says(&s, "14:04", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=900 state=ordered legs[0].persons=900"
               " legs[0].destination_kind=shelter legs[0].destination=S3");
    story_expect_line(&s, "  - quilt: 100 short");
    story_close(&s);
}

/* A sheet that has not seen the last entry raises and closes nothing. */
static void an_old_sheet_is_not_judged(void **state)
{
    (void)state;
    open_county();
    s.no_supply = true;
    story_says(&s, "14:03", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=900 state=ordered legs[0].persons=900"
               " legs[0].destination_kind=shelter legs[0].destination=S3");
    assert_string_equal(story_open_cards(&s), "");
    s.no_supply = false;
    story_answer(&s);
    assert_string_equal(story_open_cards(&s), "C11:NEEDS-INC-01");
    s.no_supply = true;
    story_says(&s, "14:05", "EM",
               "evacuation EV-01@v2 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=100 state=ordered legs[0].persons=100"
               " legs[0].destination_kind=shelter legs[0].destination=S3");
    assert_string_equal(story_open_cards(&s), "C11:NEEDS-INC-01");
    s.no_supply = false;
    story_answer(&s);
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

/* Codes are the county's: the item table says that 1399 is a toilet. */
static void coded_items_are_known_by_name(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "CA",
               "item_table ITEMS lines[0].item=1399 lines[0].name.zh=移动厕所 lines[0].unit=piece");
    story_says(&s, "14:00", "CA",
               "rate_table QH-RATES table=R-2 period_min=1440 lines[0].item=1399"
               " lines[0].unit=piece lines[0].basis=persons_per_piece lines[0].persons_per_piece=20"
               " lines[0].shelter_own_counts=true");
    story_says(&s, "14:03", "EM",
               "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised"
               " persons_planned=620 state=under_way legs[0].persons=620"
               " legs[0].destination_kind=shelter legs[0].destination=S1");
    assert_string_equal(story_need(&s, "EV-01", "1399"), "needed 31 own 12 send 19 change 0");
    story_close(&s);
}

/* Hundreds of shelters: the sheet stays within what a message may hold. */
static void a_large_county_keeps_its_sums(void **state)
{
    char words[256];

    (void)state;
    open_county();
    s.no_coordinator = true;
    for (int i = 0; i < 400; i++) {
        (void)snprintf(words, sizeof words,
                       "shelter N%d area=cn/99/01/21/101 counted_at_ms=14:00 persons_present=10"
                       " population_kind=centralised",
                       i);
        story_hears(&s, NULL, "CA", words);
    }
    story_answer(&s);
    assert_string_equal(
        story_sheet_line(&s, "quilt"),
        "needed 4000 own 0 send 4000 usable 800 requested 0 committed 0 short 3200");
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_evacuation_checked_against_the_door),
        cmocka_unit_test(the_period_stated_counts),
        cmocka_unit_test(the_tables_own_period_for_a_kind),
        cmocka_unit_test(ended_moves_need_nothing),
        cmocka_unit_test(when_the_move_ends_those_moved_count),
        cmocka_unit_test(counted_people_need_too),
        cmocka_unit_test(a_depot_nobody_counted_is_not_empty),
        cmocka_unit_test(a_new_count_after_a_shipment),
        cmocka_unit_test(what_is_damaged_covers_nobody),
        cmocka_unit_test(a_foreign_depot_is_not_the_countys),
        cmocka_unit_test(an_old_sheet_is_not_judged),
        cmocka_unit_test(coded_items_are_known_by_name),
        cmocka_unit_test(a_large_county_keeps_its_sums),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
