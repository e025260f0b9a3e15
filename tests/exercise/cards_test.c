/* Whole exercises, played with the real programs: exactly the cards, numbers and closings that were worked
 * out beforehand, and no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
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

static void qinghe_until_half_past_three(void **state)
{
    (void)state;
    expect("--speed step --until T+03:00", "tests/exercise/qinghe.expect");
}

/* "14:06 C06:S1 raised for shelters CA, …" as "C06:S1 raised": which card did what, whatever the clock. */
static size_t list_cards(const char *trace, char (*out)[96], size_t room)
{
    size_t count = 0;

    for (const char *line = trace; *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *end = strstr(line, " for "), *stop = strchr(line, '\n');

        if (line[0] == ' ' || end == NULL || end > stop || line[6] != 'C')
            continue;
        assert_true(count < room);
        snprintf(out[count++], 96, "%.*s", (int)(end - line) - 6, line + 6);
    }
    qsort(out, count, sizeof *out, (int (*)(const void *, const void *))strcmp);
    return count;
}

/* Only raised, returned and closed count: how often a card is updated depends on what is recorded in
 * one turn. */
static void keep_turning_points(char (*cards)[96], size_t *count)
{
    size_t kept = 0;

    for (size_t i = 0; i < *count; i++)
        if (strstr(cards[i], "raised") != NULL || strstr(cards[i], "returned") != NULL ||
            strstr(cards[i], "closed") != NULL)
            memmove(cards[kept++], cards[i], sizeof *cards);
    *count = kept;
}

/* As people see it, thirty times as fast as a flood: the same seven cards as in steps. */
static void the_first_minute_at_its_own_pace(void **state)
{
    static char ran[256][96], stepped[256][96];
    int status;
    char *running = demo_trace("--speed 30 --first-minute", &status);
    char *steps = demo_trace("--speed step --first-minute", &status);
    size_t ran_count = list_cards(running, ran, 256);
    size_t stepped_count = list_cards(steps, stepped, 256);

    (void)state;
    keep_turning_points(ran, &ran_count);
    keep_turning_points(stepped, &stepped_count);
    assert_int_equal(stepped_count, 10); /* seven raised, three closed */
    assert_int_equal(ran_count, stepped_count);
    for (size_t i = 0; i < ran_count; i++)
        assert_string_equal(ran[i], stepped[i]);
    free(running);
    free(steps);
}

static void two_reservoirs_over_one_confluence(void **state)
{
    (void)state;
    expect("--speed step --script tests/exercise/rivers.script --reference "
           "tests/exercise/rivers.yaml",
           "tests/exercise/rivers.expect");
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
        cmocka_unit_test(qinghe_until_half_past_three),
        cmocka_unit_test(the_first_minute_at_its_own_pace),
        cmocka_unit_test(two_reservoirs_over_one_confluence),
        cmocka_unit_test(another_county_without_a_line_of_code),
        cmocka_unit_test(twice_the_same),
        cmocka_unit_test(a_wrong_number_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
