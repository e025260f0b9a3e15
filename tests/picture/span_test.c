/* Which of many stretches meet one: the same as asking each, at a fraction of the price. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/picture/span.h"

#define MANY 2000

static struct mu_span spans[MANY];
static uint64_t seed = 1;

static int64_t any(int64_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1;
    return (int64_t)(seed >> 33) % below;
}

struct seen {
    uint64_t count, sum;
    int64_t last_start;
};

static bool see(void *user, struct mu_span *span)
{
    struct seen *seen = user;

    assert_true(span->start_ms >= seen->last_start);
    seen->last_start = span->start_ms;
    seen->count++;
    seen->sum += span->order;
    return true;
}

static struct seen ask_each(int64_t start, int64_t end, const bool *in)
{
    struct seen seen = {0};

    for (size_t i = 0; i < MANY; i++)
        if (in[i] && spans[i].start_ms < end && start < spans[i].end_ms) {
            seen.count++;
            seen.sum += spans[i].order;
        }
    return seen;
}

static void agrees_with_asking_each(void **state)
{
    struct mu_spans tree = {0};
    bool in[MANY] = {false};

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        spans[i] = (struct mu_span){.start_ms = any(10000), .order = i + 1};
        spans[i].end_ms = i % 50 == 0 ? MU_ENDLESS : spans[i].start_ms + 1 + any(300);
        mu_spans_add(&tree, &spans[i]);
        in[i] = true;
        if (i % 3 == 0) {
            size_t out = (size_t)any((int64_t)i + 1);

            if (in[out])
                mu_spans_remove(&tree, &spans[out]);
            in[out] = false;
        }
        for (int k = 0; k < 5; k++) {
            int64_t start = any(10400), end = start + any(400);
            struct seen seen = {.last_start = INT64_MIN};
            struct seen each = ask_each(start, end, in);

            mu_spans_meet(&tree, start, end, see, &seen);
            if (start < end) {
                assert_int_equal(seen.count, each.count);
                assert_int_equal(seen.sum, each.sum);
            }
        }
    }
}

static void touching_is_not_meeting(void **state)
{
    struct mu_spans tree = {0};
    struct mu_span before = {.start_ms = 100, .end_ms = 200, .order = 1};
    struct mu_span after = {.start_ms = 300, .end_ms = 400, .order = 2};
    struct seen seen = {.last_start = INT64_MIN};

    (void)state;
    mu_spans_add(&tree, &before);
    mu_spans_add(&tree, &after);
    mu_spans_meet(&tree, 200, 300, see, &seen);
    assert_int_equal(seen.count, 0);
    mu_spans_meet(&tree, 199, 301, see, &seen);
    assert_int_equal(seen.count, 2);
}

/* The price follows what is found and the depth, not what stands. */
static uint64_t price(size_t count)
{
    struct mu_spans tree = {0};
    struct seen seen = {.last_start = INT64_MIN};

    for (size_t i = 0; i < count; i++) {
        spans[i] = (struct mu_span){
            .start_ms = (int64_t)i * 10, .end_ms = (int64_t)i * 10 + 10, .order = i + 1};
        mu_spans_add(&tree, &spans[i]);
    }
    tree.looked = 0;
    mu_spans_meet(&tree, 95, 105, see, &seen);
    assert_int_equal(seen.count, 2);
    return tree.looked;
}

static void the_price_is_the_depth(void **state)
{
    (void)state;
    assert_true(price(MANY) < 60);
    assert_true(price(MANY) < 4 * price(20));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_asking_each),
        cmocka_unit_test(touching_is_not_meeting),
        cmocka_unit_test(the_price_is_the_depth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
