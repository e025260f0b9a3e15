/* The price of one entry follows what it touches, not all that is open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/story.h"

static struct story s;

/* `count` evacuations and as many works, each road with ten of them spread over the day. */
static void open_many(int count)
{
    char words[512];

    story_open(&s);
    s.no_supply = s.no_coordinator = true;
    for (int i = 0; i < count; i++) {
        int hour = i % 10 * 2;

        (void)snprintf(words, sizeof words,
                       "evacuation EV-%d area=cn/99/01/21 population_kind=centralised"
                       " persons_planned=10 state=ordered legs[0].persons=10"
                       " legs[0].destination_kind=shelter legs[0].destination=S%d"
                       " legs[0].route=E%d,E%d legs[0].window=%02d:00-%02d:00",
                       i, i / 10, i / 10, i / 10 + 1, hour, hour + 1);
        story_hears(&s, "00:01", "EM", words);
        (void)snprintf(words, sizeof words,
                       "operation_plan LV-%d area=cn/99/01/21 activity=sandbags state=submitted"
                       " phases[0].activity=sandbags phases[0].window=%02d:00-%02d:00"
                       " phases[0].edges=E%d:one_lane_open",
                       i, hour + 1, hour + 2, i / 10);
        story_hears(&s, NULL, "WR", words);
    }
}

static uint64_t price_of(const char *words)
{
    uint64_t before = mu_rules_looked(s.rules);

    story_hears(&s, NULL, "WR", words);
    return mu_rules_looked(s.rules) - before;
}

struct prices {
    uint64_t works, evacuation;
};

static struct prices prices_at(int count)
{
    struct prices prices;

    open_many(count);
    prices.works = price_of("operation_plan NEW-1 area=cn/99/01/21 activity=pile_driving"
                            " state=submitted phases[0].activity=pile_driving"
                            " phases[0].window=04:30-06:30 phases[0].edges=E3:closes");
    prices.evacuation = price_of("evacuation NEW-2 area=cn/99/01/21 population_kind=centralised"
                                 " persons_planned=10 state=ordered legs[0].persons=10"
                                 " legs[0].destination_kind=shelter legs[0].destination=S5"
                                 " legs[0].route=E5,E6 legs[0].window=04:30-06:30");
    assert_true(prices.works > 2);
    story_close(&s);
    return prices;
}

static void one_entry_costs_the_same_among_ten_thousand(void **state)
{
    struct prices few = prices_at(100), many = prices_at(10000);

    (void)state;
    print_message("# looked at: works %llu of 200, %llu of 20,000; evacuation %llu, %llu\n",
                  (unsigned long long)few.works, (unsigned long long)many.works,
                  (unsigned long long)few.evacuation, (unsigned long long)many.evacuation);
    assert_true(many.works <= few.works + few.works / 4);
    assert_true(many.evacuation <= few.evacuation + few.evacuation / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_entry_costs_the_same_among_ten_thousand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
