/* Whole exercises, played with the real programs: exactly the cards, numbers and closings that were worked
 * out beforehand, and no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/help/demo.h"

#define SECOND                                                                                     \
    "--speed step --script tests/exercise/second.script --reference tests/exercise/second.yaml"

static void expect(const char *arguments, const char *path)
{
    int status;
    char *trace = demo_trace(arguments, &status);

    demo_expect(trace, path);
    assert_int_equal(status, 0);
    free(trace);
}

static void the_first_rows_of_qinghe(void **state)
{
    (void)state;
    expect("--speed step --until T+00:36", "tests/exercise/qinghe.expect");
}

/* The row after: progress changes no need, and nobody says anything. */
static void progress_moves_nobody(void **state)
{
    (void)state;
    expect("--speed step --until 14:19", "tests/exercise/qinghe.expect");
}

static void another_county_without_a_line_of_code(void **state)
{
    (void)state;
    expect(SECOND, "tests/exercise/second.expect");
}

static void twice_the_same(void **state)
{
    int status;
    char *first = demo_trace(SECOND, &status);
    char *again = demo_trace(SECOND, &status);

    (void)state;
    assert_true(demo_same(again, first));
    assert_int_equal(status, 0);
    free(first);
    free(again);
}

/* Negative control: a comparison that lets a wrong number pass would let all of the above pass. */
static void a_wrong_number_is_seen(void **state)
{
    int status;
    char *trace = demo_trace("--speed step --until T+00:06", &status);
    char *number = strstr(trace, "10230");

    (void)state;
    assert_non_null(number);
    char *other = strdup(trace);
    assert_non_null(other);
    other[number - trace] = '2';
    assert_false(demo_same(trace, other));
    free(other);
    free(trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_rows_of_qinghe),
        cmocka_unit_test(progress_moves_nobody),
        cmocka_unit_test(another_county_without_a_line_of_code),
        cmocka_unit_test(twice_the_same),
        cmocka_unit_test(a_wrong_number_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
