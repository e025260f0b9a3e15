/* The pace: out of the way on a fast link, in the way on a thin one, and a far one is not a thin one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agents/sdk/intake.h"
#include "agents/sdk/pace.h"

static struct mu_pace pace;
static int64_t now;

/* A link: so many bytes a second, and this long there and back. */
static uint64_t rate;
static int64_t far_ms;

static int make(void **state)
{
    (void)state;
    pace = (struct mu_pace){0};
    now = 1000000;
    rate = 1000;
    far_ms = 20;
    mu_pace_begin(&pace);
    return 0;
}

static void ask(void)
{
    int64_t takes = far_ms + (int64_t)((pace.sent - pace.arrived) * 1000 / rate);

    mu_pace_marked(&pace, now, now);
    assert_false(mu_pace_wants_mark(&pace));
    now += takes;
    mu_pace_heard(&pace, now - takes, now);
}

/* Send all there is room for; a mark behind it comes back. */
static size_t round_trip(void)
{
    size_t room = mu_pace_room(&pace);

    mu_pace_sent(&pace, room);
    assert_true(mu_pace_wants_mark(&pace));
    ask();
    return room;
}

static void a_fast_link_is_open_after_ten_round_trips(void **state)
{
    (void)state;
    rate = 100000000;
    far_ms = 1;
    ask();
    for (unsigned i = 0; i < 10; i++)
        round_trip();
    assert_true(mu_pace_room(&pace) >= 1024 * 1024);
    assert_true(mu_pace_may_begin(&pace, 1000));
}

/* 1000 bytes a second: never more than half a second of it on the way, and one answer. */
static void a_thin_link_holds_half_a_second(void **state)
{
    (void)state;
    ask();
    round_trip();
    for (unsigned i = 0; i < 40; i++)
        assert_true(round_trip() <= 640);
    assert_true(mu_pace_may_begin(&pace, 0));
    assert_false(mu_pace_may_begin(&pace, 1));
}

/* The control: who takes the time a mark needs for the time the link is busy starves a satellite. */
static void a_far_link_is_not_a_thin_one(void **state)
{
    (void)state;
    rate = 1000000;
    far_ms = 700;
    ask();
    for (unsigned i = 0; i < 12; i++)
        round_trip();
    assert_true(pace.open >= 65536);
    pace.bare_ms = 0; /* not known: 700 ms look like a queue */
    for (unsigned i = 0; i < 12; i++) {
        mu_pace_sent(&pace, mu_pace_room(&pace));
        ask();
        pace.draining = false; /* ... and never asked */
    }
    assert_true(pace.open < 20000);
}

/* One that becomes far is asked again for its bare round trip. */
static void a_link_that_becomes_far_is_found_out(void **state)
{
    (void)state;
    rate = 1000000;
    ask();
    for (unsigned i = 0; i < 4; i++)
        round_trip();
    far_ms = 700;
    for (unsigned i = 0; i < 100 && pace.bare_ms < 700; i++) {
        mu_pace_sent(&pace, mu_pace_room(&pace));
        ask();
    }
    assert_true(pace.bare_ms >= 700);
    for (unsigned i = 0; i < 12; i++)
        round_trip();
    assert_true(pace.open >= 32768);
}

/* PINGs of a quiet hour say nothing about what the link would carry. */
static void a_quiet_link_is_not_trusted_with_more(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++)
        ask();
    assert_true(mu_pace_room(&pace) <= 2048);
    rate = 100000000;
    for (unsigned i = 0; i < 10; i++)
        round_trip();
    assert_true(pace.open > 1000000);
    for (unsigned i = 0; i < 20;
         i++) /* it rests: whatever it carried, it may be another link now */
        ask();
    assert_true(mu_pace_room(&pace) <= 2048);
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

/* ---- the other way ----------------------------------------------------------------------------- */

static struct mu_intake intake;

/* The broker fills the window with messages of 200 bytes, each as fast as the link carries it. */
static void take_in(unsigned messages)
{
    for (unsigned i = 0; i < messages; i++) {
        now += (int64_t)(200 * 1000 / rate);
        mu_intake_heard(&intake, 200, now, far_ms);
    }
}

static void a_thin_link_is_given_credit_for_half_a_second(void **state)
{
    (void)state;
    intake = (struct mu_intake){0};
    mu_intake_begin(&intake);
    assert_true(intake.window <= 2048);
    take_in(100);
    assert_true(intake.window >= 512 && intake.window <= 640);
    assert_int_equal(mu_intake_credit(intake.window, intake.window / 2),
                     0); /* CREDITs cost as well */
    assert_int_equal(mu_intake_credit(intake.window, 100), intake.window - 100);
    assert_int_equal(mu_intake_credit(intake.window, -300), intake.window + 300); /* overdrawn */
}

static void a_fast_link_is_given_much_and_silence_takes_nothing(void **state)
{
    (void)state;
    rate = 100000000;
    intake = (struct mu_intake){0};
    mu_intake_begin(&intake);
    for (unsigned i = 0; i < 20; i++)
        take_in(intake.window / 200 + 2);
    assert_int_equal(intake.window, 1024 * 1024);
    for (unsigned i = 0; i < 10; i++) { /* an entry now and then */
        now += 60000;
        mu_intake_heard(&intake, 600, now, far_ms);
        mu_intake_rest(&intake);
    }
    assert_int_equal(intake.window, 1024 * 1024);
    mu_intake_begin(&intake); /* another session: half, and half, and small again */
    assert_int_equal(intake.window, 512 * 1024);
    mu_intake_forget(&intake);
    assert_int_equal(intake.window, 1024);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup(name, make)
    const struct CMUnitTest stories[] = {
        STORY(a_fast_link_is_open_after_ten_round_trips),
        STORY(a_thin_link_holds_half_a_second),
        STORY(a_far_link_is_not_a_thin_one),
        STORY(a_link_that_becomes_far_is_found_out),
        STORY(a_quiet_link_is_not_trusted_with_more),
        STORY(without_a_mark_nothing_more_leaves),
        STORY(a_thin_link_is_given_credit_for_half_a_second),
        STORY(a_fast_link_is_given_much_and_silence_takes_nothing),
    };

    return cmocka_run_group_tests_name("pace", stories, NULL, NULL);
}
