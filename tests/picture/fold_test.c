/* The fold: corrections before their originals, late words, things taken back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/picture/people.h"
#include "tests/help/story.h"

static struct story s;
static char dump[65536], other[65536];

static void open_quiet(void)
{
    story_open(&s);
    s.no_supply = s.no_coordinator = true;
    s.at_ms += 6 * 3600000; /* everything below was said after it happened */
}

static void take_dump(char *out)
{
    struct mu_text text = mu_text(out, sizeof dump);

    mu_picture_dump(s.picture, &text);
    assert_false(text.cut);
}

#define EV_01                                                                                      \
    "evacuation EV-01 area=cn/99/01/21/201/201 population_kind=centralised start_at_ms=13:52"      \
    " state=under_way"
#define LEG(persons, to)                                                                           \
    " legs[0].persons=" persons " legs[0].destination_kind=shelter legs[0].destination=" to        \
    " legs[0].route=E11,E12 legs[0].window=13:52-16:00"

/* What a morning leaves behind, whatever order it arrives in. */
static const char *const said[] = {
    EV_01 " version=1 occurred=14:03 persons_planned=620 persons_moved=55" LEG("620", "S1"),
    EV_01 " version=1 change=progress occurred=14:19 persons_moved=135 persons_remaining=485",
    EV_01 " version=1 change=progress occurred=14:40 persons_moved=240 persons_remaining=380",
    EV_01 " version=5 occurred=16:08 persons_planned=608 persons_refused=12" LEG("598", "S1"),
    "shelter S1 version=1 occurred=15:00 counted_at_ms=15:00 persons_present=300 "
    "population_kind=centralised",
    "shelter S1 version=2 occurred=16:02 counted_at_ms=16:02 persons_present=678 "
    "population_kind=centralised",
    "road E14 version=1 occurred=15:00 stretch=E14 state=closed cause=flooded window=15:00-18:00",
    "operation_plan LV-01 version=1 activity=pile_driving state=submitted"
    " phases[0].activity=pile_driving phases[0].window=14:15-16:45 phases[0].edges=E12:closes",
    "operation_plan LV-01 version=2 activity=sandbags state=submitted"
    " phases[0].activity=sandbags phases[0].window=14:20-16:00 phases[0].edges=E12:one_lane_open",
};
#define SAID (sizeof said / sizeof said[0])

static void say_in_order(const size_t *order)
{
    open_quiet();
    for (size_t i = 0; i < SAID; i++)
        story_hears(&s, NULL, "EM", said[order[i]]);
}

static uint64_t seed = 7;

static void shuffle(size_t *order)
{
    for (size_t i = SAID; i > 1; i--) {
        size_t at, kept;

        seed = seed * UINT64_C(6364136223846793005) + 1;
        at = (size_t)(seed >> 33) % i;
        kept = order[i - 1];
        order[i - 1] = order[at];
        order[at] = kept;
    }
}

static void any_order_ends_the_same(void **state)
{
    size_t order[SAID];

    (void)state;
    for (size_t i = 0; i < SAID; i++)
        order[i] = i;
    say_in_order(order);
    take_dump(dump);
    story_close(&s);
    assert_non_null(strstr(dump, "evacuation EV-01@5"));
    assert_non_null(strstr(dump, "moved 240 remaining 380"));
    for (int round = 0; round < 200; round++) {
        shuffle(order);
        say_in_order(order);
        take_dump(other);
        assert_string_equal(other, dump);
        story_close(&s);
    }
}

/* The negative control: what differs does show. */
static void the_dump_tells_differences(void **state)
{
    (void)state;
    open_quiet();
    story_hears(&s, NULL, "EM", said[0]);
    take_dump(dump);
    story_hears(&s, NULL, "EM", said[1]);
    take_dump(other);
    assert_string_not_equal(other, dump);
    story_close(&s);
}

static const struct mu_object *ev_01(void)
{
    return mu_picture_object(s.picture, MUSTER__EVENT__BODY_EVACUATION, "EV-01");
}

static void of_equal_versions_the_later_number_stands(void **state)
{
    (void)state;
    open_quiet();
    story_hears(&s, NULL, "EM", EV_01 " version=1 persons_planned=620" LEG("620", "S1"));
    story_hears(&s, NULL, "EM", EV_01 " version=1 persons_planned=600" LEG("600", "S1"));
    assert_int_equal(mu_object_head(ev_01())->event->evacuation->persons_planned, 600);
    story_close(&s);
}

static void late_news_does_not_silence_newer(void **state)
{
    (void)state;
    open_quiet();
    story_hears(&s, NULL, "EM", said[0]);
    story_hears(&s, NULL, "EM", said[2]);
    story_hears(&s, NULL, "EM", said[1]);
    assert_int_equal(mu_evacuation_moved(ev_01()).value, 240);
    story_close(&s);
}

/* A clock an hour ahead is taken for no more than the moment it was heard. */
static void a_clock_ahead_does_not_win_for_ever(void **state)
{
    (void)state;
    open_quiet();
    story_hears(&s, "14:03", "EM", said[0]);
    story_hears(&s, "14:19", "EM",
                EV_01 " version=1 change=progress occurred=17:00 persons_moved=135"
                      " persons_remaining=485");
    story_hears(&s, "14:40", "EM", said[2]);
    assert_int_equal(mu_evacuation_moved(ev_01()).value, 240);
    story_close(&s);
}

static void withdrawn_is_off_until_a_newer_version(void **state)
{
    (void)state;
    open_quiet();
    story_hears(&s, NULL, "EM", EV_01 " version=1 change=withdrawal persons_planned=620");
    story_hears(&s, NULL, "EM", EV_01 " version=1 persons_planned=620" LEG("620", "S1"));
    assert_null(mu_object_head(ev_01()));
    assert_int_equal(ev_01()->print_count, 0);
    story_hears(&s, NULL, "EM", EV_01 " version=2 persons_planned=610" LEG("610", "S1"));
    assert_int_equal(mu_object_head(ev_01())->version, 2);
    assert_int_equal(ev_01()->print_count, 6);
    story_close(&s);
}

static void cancelled_by_name_before_it_came(void **state)
{
    const struct mu_said *gone;

    (void)state;
    open_quiet();
    story_hears(&s, NULL, "EM", "road R-1@v1 stretch=E14 state=closed cause=flooded");
    story_hears(&s, NULL, "EM",
                "road R-2@v1 stretch=E13 state=closed cause=flooded cancels=R-1@v1");
    gone = mu_picture_object(s.picture, MUSTER__EVENT__BODY_ROAD, "R-1")->versions;
    assert_true(gone->struck);
    assert_null(mu_object_head(gone->object));
    assert_int_equal(gone->object->print_count, 0);
    story_close(&s);
}

/* Only who said it may take it back. */
static void nobody_takes_back_another_agencys_word(void **state)
{
    (void)state;
    open_quiet();
    story_hears(&s, NULL, "PS", "road R-1@v1 stretch=E14 state=closed cause=flooded");
    story_hears(&s, NULL, "WR",
                "road R-2@v1 stretch=E13 state=closed cause=flooded cancels=R-1@v1");
    assert_non_null(mu_object_head(mu_picture_object(s.picture, MUSTER__EVENT__BODY_ROAD, "R-1")));
    story_close(&s);
}

static void progress_before_its_plan_waits_for_it(void **state)
{
    (void)state;
    open_quiet();
    story_hears(&s, NULL, "EM", said[1]);
    assert_null(mu_object_head(ev_01()));
    story_hears(&s, NULL, "EM", said[0]);
    assert_int_equal(mu_object_head(ev_01())->version, 1);
    assert_int_equal(mu_evacuation_moved(ev_01()).value, 135);
    story_close(&s);
}

/* ---- people under a roof ---- */

static struct mu_shelter s1(void)
{
    struct mu_shelter out;

    assert_true(mu_shelter_look(s.picture, "S1", &out));
    return out;
}

#define S1 "reference_object S1 kind=shelter shelter.capacity_persons=700"

static void nobody_is_counted_twice(void **state)
{
    (void)state;
    open_quiet();
    story_hears(&s, NULL, "CA", S1);
    story_hears(&s, NULL, "EM", said[0]);
    assert_int_equal(s1().load, 620);
    /* Those there before the buses ran are others. */
    story_hears(&s, NULL, "CA",
                "shelter S1 counted_at_ms=13:40 persons_present=50 population_kind=centralised");
    assert_int_equal(s1().load, 670);
    assert_int_equal(s1().unexplained, 50);
    /* Later heads may well be those the buses brought. */
    story_hears(&s, NULL, "CA",
                "shelter S1 counted_at_ms=15:40 persons_present=600 population_kind=centralised");
    assert_int_equal(s1().load, 620);
    /* A door register tells by village who is not from the buses. */
    story_hears(&s, NULL, "CA",
                "shelter S1 counted_at_ms=15:50 persons_present=640 population_kind=centralised"
                " origins=cn/99/01/21/201/201:600,cn/99/01/21/101/202:40"
                " origins[0].population_kind=centralised origins[1].population_kind=centralised");
    assert_int_equal(s1().unexplained, 40);
    assert_int_equal(s1().load, 660);
    story_close(&s);
}

static void the_shelters_own_word_about_who_comes_counts(void **state)
{
    (void)state;
    open_quiet();
    story_hears(&s, NULL, "CA", S1);
    story_hears(&s, NULL, "CA",
                "shelter S1 counted_at_ms=14:00 persons_present=500 persons_en_route=150"
                " persons_assigned=60 population_kind=centralised");
    assert_int_equal(s1().load, 710);
    story_close(&s);
}

static void unknown_is_not_nought(void **state)
{
    (void)state;
    open_quiet();
    story_hears(&s, NULL, "CA",
                "shelter S1 counted_at_ms=14:00 persons_present=500 population_kind=centralised");
    assert_false(s1().capacity.known);
    assert_false(s1().own_water_l_per_day.known);
    story_close(&s);
}

/* What a line says of an object, an object says to programs: the same figures, and none for what is not known. */
static void says_of(uint32_t kind, const char *id, const char *expected)
{
    char object[4096];
    struct mu_text text = mu_text(object, sizeof object);

    mu_picture_dump_object(s.picture, mu_picture_object(s.picture, kind, id), &text);
    assert_string_equal(object, expected);
}

static void programs_read_the_same(void **state)
{
    size_t order[SAID];

    (void)state;
    for (size_t i = 0; i < SAID; i++)
        order[i] = i;
    say_in_order(order);
    take_dump(dump);
    assert_non_null(strstr(dump, "evacuation EV-01@5 by EM kind 2 state 3 planned 608 moved 240 "
                                 "remaining 380 -> S1 598\n"));
    says_of(
        MUSTER__EVENT__BODY_EVACUATION, "EV-01",
        "{\"kind\":\"centralised\",\"state\":\"under way\",\"planned\":\"608\",\"moved\":\"240\","
        "\"remaining\":\"380\",\"legs\":[{\"destination\":\"S1\",\"persons\":\"598\"}]}");
    /* Nobody said what S1 holds: no capacity, rather than none. */
    says_of(MUSTER__EVENT__BODY_SHELTER, "S1", "{\"present\":\"678\",\"load\":\"678\"}");
    story_close(&s);
}

/* What a person reads of the same: the line that begins so. */
static void reads(enum mu_lang lang, const char *line)
{
    const struct mu_listener listener = {lang, 480};
    struct mu_text text = mu_text(dump, sizeof dump);

    mu_picture_tell(s.picture, &listener, &text);
    assert_false(text.cut);
    if (strstr(dump, line) == NULL)
        fail_msg("not there: %sin:\n%s", line, dump);
}

static void people_read_words_and_units(void **state)
{
    (void)state;
    open_quiet();
    story_hears(&s, NULL, "EM",
                "evacuation EV-07 version=1 area=cn/99/01/21/201/201 persons_planned=1500"
                " population_kind=centralised start_at_ms=13:52"
                " legs[0].destination_kind=relatives legs[1].destination=S1"
                " legs[1].destination_kind=shelter");
    story_hears(&s, NULL, "CA",
                "supply_request RQ-07 version=1 required_by_at_ms=18:00 deliver_to=S1 asked=D1 "
                "lines[0].item=water lines[0].unit=litre"
                " lines[0].quantity_milli=1234500");
    story_hears(&s, NULL, "PS",
                "road E14 version=1 stretch=E14 state=closed cause=flooded window=15:00-18:00");
    reads(MU_LANG_EN, "evacuation EV-07@1 by EM, kind centralised, state not stated, planned 1,500"
                      " -> relatives not stated -> S1 not stated\n");
    reads(MU_LANG_ZH, "转移 EV-07@1 由EM，类别：集中安置，状态：未说明，计划1,500人"
                      " -> 投亲靠友 未说明 -> S1 未说明\n");
    reads(MU_LANG_EN, "supply request RQ-07@1 by CA, asked of D1, water 1,234.5 L\n");
    reads(MU_LANG_ZH, "物资申请 RQ-07@1 由CA，向D1申请，water 1,234.5升\n");
    reads(MU_LANG_EN, "road E14@1 by PS, state closed, E14 closes 2031-07-16 15:00–18:00\n");
    reads(MU_LANG_ZH, "道路 E14@1 由PS，状态：封闭，E14 封闭 2031-07-16 15:00–18:00\n");
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_ends_the_same),
        cmocka_unit_test(the_dump_tells_differences),
        cmocka_unit_test(of_equal_versions_the_later_number_stands),
        cmocka_unit_test(late_news_does_not_silence_newer),
        cmocka_unit_test(a_clock_ahead_does_not_win_for_ever),
        cmocka_unit_test(withdrawn_is_off_until_a_newer_version),
        cmocka_unit_test(cancelled_by_name_before_it_came),
        cmocka_unit_test(nobody_takes_back_another_agencys_word),
        cmocka_unit_test(progress_before_its_plan_waits_for_it),
        cmocka_unit_test(nobody_is_counted_twice),
        cmocka_unit_test(the_shelters_own_word_about_who_comes_counts),
        cmocka_unit_test(unknown_is_not_nought),
        cmocka_unit_test(programs_read_the_same),
        cmocka_unit_test(people_read_words_and_units),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
