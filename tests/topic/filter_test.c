/* Filters: what a follower typed is what he is told, no more and no less. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "proto/topic/filter.h"

#define EXTREME 2
#define SEVERE 3
#define MODERATE 4
#define NOT_STATED 1

static struct mu_filter filter;

static struct mu_bytes text(const char *words)
{
    return (struct mu_bytes){(const uint8_t *)words, strlen(words)};
}

static void follow(const char *words)
{
    size_t at;

    if (mu_filter_read(text(words), &filter, &at) != MU_OK)
        fail_msg("could not read \"%s\" at %zu", words, at);
}

/* An evacuation of EM in Shangwan, incident INC-01. */
static bool hears_evacuation(uint32_t severity)
{
    struct mu_filter_facts facts = {text("evacuation"), text("cn/99/01/21/201/201"), text("EM"),
                                    text("INC-01"), severity};

    return mu_filter_wants(&filter, &facts);
}

static void the_empty_filter_wants_everything(void **state)
{
    struct mu_filter_facts bare = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}, 0};

    (void)state;
    follow("");
    assert_true(mu_filter_is_everything(&filter));
    assert_true(hears_evacuation(0));
    assert_true(mu_filter_wants(&filter, &bare));
    follow("   ");
    assert_true(mu_filter_is_everything(&filter));
}

static void any_value_of_a_word_will_do(void **state)
{
    (void)state;
    follow("type=conflict,evacuation");
    assert_true(hears_evacuation(0));
    assert_false(mu_filter_is_everything(&filter));
    follow("type=conflict,shelter");
    assert_false(hears_evacuation(0));
    follow("agency=CA,EM");
    assert_true(hears_evacuation(0));
    follow("agency=E");
    assert_false(hears_evacuation(0));
}

static void all_words_must_hold(void **state)
{
    (void)state;
    follow("type=evacuation area=cn/99/01/21 agency=EM incident=INC-01 severity=severe");
    assert_true(hears_evacuation(SEVERE));
    assert_false(hears_evacuation(MODERATE));
    follow("type=evacuation area=cn/99/01/22");
    assert_false(hears_evacuation(SEVERE));
    follow("type=evacuation incident=INC-02");
    assert_false(hears_evacuation(SEVERE));
}

static void an_area_holds_for_all_that_lies_in_it(void **state)
{
    (void)state;
    follow("area=cn/99/01/22,cn/99/01/21/201");
    assert_true(hears_evacuation(0));
    follow("area=cn/99/01/21/20");
    assert_false(hears_evacuation(0));
    follow("area=cn/99/01/21/201/201/1");
    assert_false(hears_evacuation(0));
}

static void severity_is_the_least_grave_one_wants(void **state)
{
    (void)state;
    follow("severity=severe");
    assert_true(hears_evacuation(EXTREME));
    assert_true(hears_evacuation(SEVERE));
    assert_false(hears_evacuation(MODERATE));
    follow("severity=extreme,moderate");
    assert_true(hears_evacuation(MODERATE));
    /* who does not say how grave it is, is not taken for grave */
    assert_false(hears_evacuation(NOT_STATED));
    assert_false(hears_evacuation(0));
}

static void a_wrong_word_is_named_by_its_place(void **state)
{
    static const struct {
        const char *words;
        size_t at;
    } wrong[] = {
        {"colour=red", 0},
        {"type=evacuation colour=red", 16},
        {"type", 0},
        {"type evacuation", 0},
        {"type=", 5},
        {"type=evacuation,", 16},
        {"type=,evacuation", 5},
        {"type=Evacuation", 5},
        {"area=cn/99 area=cn/98", 11},
        {"area=cn//99", 5},
        {"area=cn,CN", 8},
        {"severity=bad", 9},
        {"severity=severe,x", 16},
        {"agency=E\tM", 7},
        {"agency=A=B", 7},
        {"=", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        size_t at = 999;

        assert_int_equal(mu_filter_read(text(wrong[i].words), &filter, &at), MU_E_BAD_VALUE);
        if (at != wrong[i].at)
            fail_msg("\"%s\": named place %zu", wrong[i].words, at);
    }
}

static void bounds_hold(void **state)
{
    char words[MU_FILTER_TEXT_MAX + 1];
    size_t used = 0, at;

    (void)state;
    memset(words, ' ', sizeof words);
    assert_int_equal(
        mu_filter_read((struct mu_bytes){(uint8_t *)words, MU_FILTER_TEXT_MAX - 1}, &filter, &at),
        MU_OK);
    assert_int_equal(
        mu_filter_read((struct mu_bytes){(uint8_t *)words, MU_FILTER_TEXT_MAX}, &filter, &at),
        MU_E_BAD_VALUE);
    memcpy(words, "agency=A", 8);
    for (used = 8; used < 8 + 2 * (MU_FILTER_VALUES_MAX - 1); used += 2)
        memcpy(words + used, ",B", 2);
    assert_int_equal(mu_filter_read((struct mu_bytes){(uint8_t *)words, used}, &filter, &at),
                     MU_OK);
    assert_int_equal(filter.agency.count, MU_FILTER_VALUES_MAX);
    memcpy(words + used, ",B", 2);
    assert_int_equal(mu_filter_read((struct mu_bytes){(uint8_t *)words, used + 2}, &filter, &at),
                     MU_E_BAD_VALUE);
    assert_int_equal(at, used + 1);
    assert_int_equal(mu_filter_read((struct mu_bytes){(const uint8_t *)"a\0b", 3}, &filter, &at),
                     MU_E_BAD_VALUE);
    assert_int_equal(at, 1);
}

/* The caller's text may go: the filter keeps its own. */
static void a_filter_outlives_what_it_was_read_from(void **state)
{
    char words[] = "agency=EM";
    size_t at;

    (void)state;
    assert_int_equal(mu_filter_read(text(words), &filter, &at), MU_OK);
    memset(words, 'x', sizeof words - 1);
    assert_true(hears_evacuation(0));
}

int main(void)
{
    const struct CMUnitTest stories[] = {
        cmocka_unit_test(the_empty_filter_wants_everything),
        cmocka_unit_test(any_value_of_a_word_will_do),
        cmocka_unit_test(all_words_must_hold),
        cmocka_unit_test(an_area_holds_for_all_that_lies_in_it),
        cmocka_unit_test(severity_is_the_least_grave_one_wants),
        cmocka_unit_test(a_wrong_word_is_named_by_its_place),
        cmocka_unit_test(bounds_hold),
        cmocka_unit_test(a_filter_outlives_what_it_was_read_from),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
