/* The pace: out of the way on a fast link, in the way on a thin one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agents/sdk/pace.h"

static struct mu_pace pace;
static int64_t now;

static int make(void **state)
{
    (void)state;
    pace = (struct mu_pace){0};
    now = 1000000;
    mu_pace_begin(&pace);
    return 0;
}

/* Send all there is room for; its mark comes back after so many milliseconds. */
static size_t round_trip(int64_t ms)
{
    size_t room = mu_pace_room(&pace);

    mu_pace_sent(&pace, room);
    assert_true(mu_pace_wants_mark(&pace));
    mu_pace_marked(&pace, now, now);
    assert_false(mu_pace_wants_mark(&pace));
    now += ms;
    mu_pace_heard(&pace, now - ms, now);
    return room;
}

static void a_fast_link_is_open_after_ten_round_trips(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10; i++)
        round_trip(1);
    assert_true(mu_pace_room(&pace) >= 1024 * 1024);
    assert_false(pace.thin);
}

/* 1 KiB a second: never more than about that on the way. */
static void a_thin_link_holds_about_a_second(void **state)
{
    size_t most = 0;

    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        size_t room = mu_pace_room(&pace);

        most = room > most ? room : most;
        round_trip((int64_t)room * 1000 / 1024);
    }
    assert_true(most <= 2048);
    assert_true(mu_pace_room(&pace) <= 1200);
}

static void one_that_turns_thin_closes_and_opens_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++)
        round_trip(1);
    round_trip(8000);
    assert_true(pace.thin);
    round_trip(8000);
    round_trip(8000);
    assert_true(mu_pace_room(&pace) <= 2048);
    mu_pace_begin(&pace);
    assert_true(pace.thin); /* a new session has the same link */
    for (unsigned i = 0; i < 8; i++)
        round_trip(1);
    assert_false(pace.thin);
}

static void without_a_mark_nothing_more_leaves(void **state)
{
    (void)state;
    mu_pace_sent(&pace, mu_pace_room(&pace));
    mu_pace_marked(&pace, 7, now);
    assert_int_equal(mu_pace_room(&pace), 0);
    mu_pace_heard(&pace, 6, now); /* somebody else's echo */
    assert_int_equal(mu_pace_room(&pace), 0);
    mu_pace_arrived(&pace, pace.sent); /* an answer is as good */
    assert_true(mu_pace_room(&pace) > 0);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup(name, make)
    const struct CMUnitTest stories[] = {
        STORY(a_fast_link_is_open_after_ten_round_trips),
        STORY(a_thin_link_holds_about_a_second),
        STORY(one_that_turns_thin_closes_and_opens_again),
        STORY(without_a_mark_nothing_more_leaves),
    };

    return cmocka_run_group_tests_name("pace", stories, NULL, NULL);
}
