/* The log clock as agents see it: running, or the wall's; and bounds that are set in musterd.conf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/help/county.h"
#include "tests/help/founded.h"
#include "tests/help/served.h"

#define MINUTE_MS INT64_C(60000)

static void greet_admin(struct caller *admin, struct served *house)
{
    caller_connect(admin, house);
    assert_int_equal(caller_hello(admin), MU_FRAME_WELCOME);
}

/* At a minute a second a tick that is owed in twenty minutes comes by itself, and the clock goes on
 * from where it stood when the broker comes back. */
static void a_running_clock_ticks_by_itself_and_stops_with_the_broker(void **state)
{
    struct served house;
    struct caller admin, coordinator;
    struct founded words = {.arena = mu_arena_make((size_t)8 << 20)};
    uint8_t id[32] = {9};
    Muster__Event *event =
        HELP_EVENT(&words.arena, "finding", "envelope.agency=CMD", "kind=conflict", "rule=c02",
                   "state=raised", "judged_through=2");
    int64_t before, due = COUNTY_START_MS + 20 * MINUTE_MS;

    (void)state;
    served_open(&house, "3600", NULL); /* an hour a second */
    caller_admin(&admin, &house);
    greet_admin(&admin, &house);
    assert_int_equal(admin.heard.as.welcome.rate_milli, 3600000);
    caller_make(&coordinator, &house, 32);
    served_enrol(&house, &admin, &coordinator, "CMD", "coordinator");
    caller_connect(&coordinator, &house);
    caller_hello(&coordinator);
    event->finding->has_finding_id = event->finding->has_wake_at_ms = 1;
    event->finding->finding_id = (ProtobufCBinaryData){sizeof id, id};
    event->finding->wake_at_ms = due;
    assert_int_equal(caller_say(&coordinator, 1, help_packed(event, &words.arena)),
                     MU_FRAME_ACCEPTED);
    caller_follow(&coordinator, 1, 1, 1u << 20, "type=tick");
    do {
        caller_hear_type(&coordinator, MU_FRAME_DELIVER);
    } while (coordinator.heard.as.deliver.slices == 0);
    caller_ping(&admin, 0);
    before = admin.heard.as.pong.log_now_ms;
    assert_true(before >= due);
    served_kill(&house);
    served_start(&house);
    greet_admin(&admin, &house);
    /* what stood in the record is less than what had passed; never before the last entry */
    assert_true(admin.heard.as.welcome.log_now_ms >= due);
    caller_close(&admin);
    caller_close(&coordinator);
    served_close(&house);
    mu_arena_free(&words.arena);
}

/* The player takes a running exercise from the prelude to its start in one leap. */
static void a_running_clock_can_be_sent_ahead(void **state)
{
    struct served house;
    struct caller admin;
    uint8_t frame[64];
    struct mu_writer w = mu_writer(frame, sizeof frame);

    (void)state;
    served_open(&house, "1", NULL);
    caller_admin(&admin, &house);
    greet_admin(&admin, &house);
    mu_clock_frame_write(&w, &(struct mu_clock_frame){COUNTY_START_MS + 30 * MINUTE_MS});
    caller_send(&admin, mu_written(&w));
    caller_hear_type(&admin, MU_FRAME_CLOCK);
    assert_true(admin.heard.as.clock.log_ms >= COUNTY_START_MS + 30 * MINUTE_MS);
    assert_true(admin.heard.as.clock.log_ms < COUNTY_START_MS + 31 * MINUTE_MS);
    caller_ping(&admin, 0);
    assert_true(admin.heard.as.pong.log_now_ms >= COUNTY_START_MS + 30 * MINUTE_MS);
    caller_close(&admin);
    served_close(&house);
}

static void an_actual_record_stands_on_the_wall_clock(void **state)
{
    struct served house;
    struct caller admin;
    struct timespec now;
    int64_t wall_ms;
    uint8_t frame[64];
    struct mu_writer w = mu_writer(frame, sizeof frame);

    (void)state;
    served_open(&house, NULL, NULL);
    caller_admin(&admin, &house);
    greet_admin(&admin, &house);
    clock_gettime(CLOCK_REALTIME, &now);
    wall_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    assert_int_equal(admin.heard.as.welcome.status, MUSTER__STATUS__STATUS_ACTUAL);
    assert_int_equal(admin.heard.as.welcome.rate_milli, 1000);
    assert_true(llabs(admin.heard.as.welcome.log_now_ms - wall_ms) < MINUTE_MS);
    mu_clock_frame_write(&w, &(struct mu_clock_frame){wall_ms + 60 * MINUTE_MS});
    caller_send(&admin, mu_written(&w)); /* not even an admin moves it */
    caller_hear_type(&admin, MU_FRAME_CLOCK);
    assert_true(llabs(admin.heard.as.clock.log_ms - wall_ms) < MINUTE_MS);
    caller_close(&admin);
    served_close(&house);
}

static void more_sessions_than_configured_are_told_to_wait(void **state)
{
    struct served house;
    struct caller admin, second;

    (void)state;
    served_open(&house, "step", "sessions_max: 1\n");
    caller_admin(&admin, &house);
    greet_admin(&admin, &house);
    caller_make(&second, &house, 30);
    served_enrol(&house, &admin, &second, "EM", "emergency_management");
    caller_connect(&second, &house);
    assert_int_equal(caller_hello(&second), MU_FRAME_BYE);
    assert_int_equal(second.heard.as.bye.code, MU_E_BUSY);
    caller_close(&second);
    caller_close(&admin);
    served_close(&house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_running_clock_ticks_by_itself_and_stops_with_the_broker),
        cmocka_unit_test(a_running_clock_can_be_sent_ahead),
        cmocka_unit_test(an_actual_record_stands_on_the_wall_clock),
        cmocka_unit_test(more_sessions_than_configured_are_told_to_wait),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
