/* Areas: which code paths are jurisdictions, and what lies in which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "proto/topic/area.h"

static struct mu_bytes path(const char *text)
{
    return (struct mu_bytes){(const uint8_t *)text, strlen(text)};
}

static void a_code_path_is_an_area(void **state)
{
    (void)state;
    assert_true(mu_area_ok(path("cn")));
    assert_true(mu_area_ok(path("cn/99/01/21/201/203")));
    assert_true(mu_area_ok(path("us-tx/48-201")));
    assert_true(mu_area_ok(path("a/b/c/d/e/f/g/h")));
    assert_true(mu_area_ok(path("abcdefghijkl")));
}

static void anything_else_is_not(void **state)
{
    static const char *const bad[] = {
        "",        "/",    "cn/",   "/cn",    "cn//99", "CN/99",         "cn 99",
        "cn/99\n", "cn_9", "cn/县", "cn/9.9", "cn/*",   "abcdefghijklm", "a/b/c/d/e/f/g/h/i"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (mu_area_ok(path(bad[i])))
            fail_msg("took %s for an area", bad[i]);
    assert_false(mu_area_ok((struct mu_bytes){NULL, 0}));
    assert_false(mu_area_ok((struct mu_bytes){(const uint8_t *)"cn\0x", 4}));
}

static void a_village_lies_in_its_county_and_in_nobody_elses(void **state)
{
    struct mu_bytes village = path("cn/99/01/21/201/203");

    (void)state;
    assert_true(mu_area_within(village, path("cn/99/01/21")));
    assert_true(mu_area_within(village, village));
    assert_true(mu_area_within(village, (struct mu_bytes){NULL, 0}));
    assert_false(mu_area_within(path("cn/99/01/21"), village));
    assert_false(mu_area_within(village, path("cn/99/01/22")));
}

/* The mistake a prefix comparison makes: 21 is not in 2, and 210 is not in 21. */
static void a_prefix_ends_where_a_segment_ends(void **state)
{
    (void)state;
    assert_false(mu_area_within(path("cn/99/01/21"), path("cn/99/01/2")));
    assert_false(mu_area_within(path("cn/99/01/210"), path("cn/99/01/21")));
    assert_false(mu_area_overlap(path("cn/99/01/210"), path("cn/99/01/21")));
}

static void overlap_asks_both_ways(void **state)
{
    (void)state;
    assert_true(mu_area_overlap(path("cn/99/01/21"), path("cn/99/01/21/201")));
    assert_true(mu_area_overlap(path("cn/99/01/21/201"), path("cn/99/01/21")));
    assert_false(mu_area_overlap(path("cn/99/01/21/201"), path("cn/99/01/21/202")));
}

int main(void)
{
    const struct CMUnitTest stories[] = {
        cmocka_unit_test(a_code_path_is_an_area),
        cmocka_unit_test(anything_else_is_not),
        cmocka_unit_test(a_village_lies_in_its_county_and_in_nobody_elses),
        cmocka_unit_test(a_prefix_ends_where_a_segment_ends),
        cmocka_unit_test(overlap_asks_both_ways),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
