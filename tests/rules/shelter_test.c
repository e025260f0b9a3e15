/* C06: full is not over, unknown is not nought, and where the rest could go. */
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

#define EV(id, kind, persons, to)                                                                  \
    "evacuation " id " area=cn/99/01/21/201/202 population_kind=" kind " persons_planned=" persons \
    " start_at_ms=14:25 state=ordered legs[0].persons=" persons                                    \
    " legs[0].destination_kind=shelter legs[0].destination=" to

static void full_is_not_over(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EV("EV-01", "centralised", "260", "S2"));
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "14:01", "EM", EV("EV-01", "centralised", "261", "S2"));
    assert_string_equal(story_open_cards(&s), "C06:S2");
    story_expect_line(&s, "S2: 261 of 260, over by 1");
    story_close(&s);
}

static void those_moved_for_precaution_take_no_bed(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EV("EV-01", "centralised", "260", "S2"));
    story_says(&s, "14:01", "EM", EV("EV-02", "precautionary", "150", "S2"));
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

static void people_already_there_count(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "CA",
               "shelter S2 area=cn/99/01/21/101/201 counted_at_ms=13:50 persons_present=100"
               " population_kind=centralised state=open");
    story_says(&s, "14:01", "EM", EV("EV-01", "centralised", "200", "S2"));
    story_expect_line(&s, "14:01 card RAISED C06:S2 for CA | S2: 300 of 260, over by 40\n"
                          "  - EV-01 sends 200\n"
                          "  - 100 there beside those sent\n"
                          "  ? 40 to S1, which has room for 700\n");
    story_close(&s);
}

static void a_head_count_alone_can_be_too_many(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "CA",
               "shelter S2 area=cn/99/01/21/101/201 counted_at_ms=13:50 persons_present=270"
               " population_kind=centralised state=open");
    story_expect_line(&s, "14:00 card RAISED C06:S2 for CA | S2: 270 of 260, over by 10\n");
    story_says(&s, "14:20", "CA",
               "shelter S2 area=cn/99/01/21/101/201 counted_at_ms=14:20 persons_present=255"
               " population_kind=centralised state=open");
    story_expect_line(&s, "14:20 card CLOSED C06:S2 for CA reason 2 | S2: 255 of 260\n");
    story_close(&s);
}

static void a_shelter_of_unknown_size_is_not_judged(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "CA", "reference_object S9 area=cn/99/01/21/101 kind=shelter");
    story_says(&s, "14:01", "EM", EV("EV-01", "centralised", "5000", "S9"));
    assert_string_equal(story_open_cards(&s), "");
    story_says(&s, "14:02", "CA",
               "shelter S9 area=cn/99/01/21/101 state=open capacity_persons=400");
    assert_string_equal(story_open_cards(&s), "C06:S9");
    story_close(&s);
}

/* A nearer one that fits by number but lies in the river's zone is passed over; so is a closed one. */
static void the_next_is_safe_and_open(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EV("EV-01", "centralised", "750", "S1"));
    story_expect_line(&s, "  ? 50 to S3, which has room for 1200\n");
    story_forget(&s);
    story_says(&s, "14:01", "CA", "shelter S3 area=cn/99/01/21/100 state=closed");
    story_expect_line(&s, "14:01 card UPDATED C06:S1");
    story_expect_line(&s, "  ? no shelter outside the river's zones has room for 50\n");
    story_close(&s);
}

/* Without the county's own order the nearer one is proposed. */
static void the_nearer_one_comes_first(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "CA",
               "reference_object S0 area=cn/99/01/21/100 kind=shelter node=N-CG"
               " shelter.capacity_persons=500");
    story_says(&s, "14:00", "CA",
               "reference_object S5 area=cn/99/01/21/101 kind=shelter node=N-BD"
               " shelter.capacity_persons=500");
    story_says(&s, "14:00", "CA",
               "reference_object S3 area=cn/99/01/21/100 kind=shelter node=N-CG"
               " shelter.capacity_persons=1200");
    story_says(&s, "14:01", "EM", EV("EV-01", "centralised", "750", "S1"));
    story_expect_line(&s, "  ? 50 to S5, which has room for 500\n");
    story_close(&s);
}

static void a_cancelled_move_takes_its_people_along(void **state)
{
    (void)state;
    open_county();
    story_says(&s, "14:00", "EM", EV("EV-01", "centralised", "750", "S1"));
    story_says(&s, "14:05", "EM",
               "evacuation EV-01 area=cn/99/01/21/201/202 change=progress state=cancelled"
               " population_kind=centralised");
    assert_string_equal(story_open_cards(&s), "");
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_is_not_over),
        cmocka_unit_test(those_moved_for_precaution_take_no_bed),
        cmocka_unit_test(people_already_there_count),
        cmocka_unit_test(a_head_count_alone_can_be_too_many),
        cmocka_unit_test(a_shelter_of_unknown_size_is_not_judged),
        cmocka_unit_test(the_next_is_safe_and_open),
        cmocka_unit_test(the_nearer_one_comes_first),
        cmocka_unit_test(a_cancelled_move_takes_its_people_along),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
