/* What a desk states: only what it was handed and has kept, only when something moved, and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "broker/log/log.h"
#include "tests/help/desks.h"

#define TURNS_MAX 20000u

static struct desks county;
static struct desk speaker, desk, *both[] = {&desk, &speaker};
static const char *const words[] = {"words=the dyke holds", NULL};

static void open_county(const char *rate)
{
    desks_open(&county, rate);
    desks_enrol(&county, &speaker, "EM", "type=tick", false);
    desks_enrol(&county, &desk, "CA", "", true);
    desk_on(&speaker);
}

static int in_steps(void **state)
{
    (void)state;
    open_county("step");
    return 0;
}

static int running(void **state)
{
    (void)state;
    open_county("1000");
    return 0;
}

static int drop(void **state)
{
    (void)state;
    desk_remove(&desk);
    desk_remove(&speaker);
    desks_close(&county);
    return 0;
}

static uint64_t say(void)
{
    return desks_say(&county, &speaker, "field_report", words);
}

static void a_receipt_goes_on_where_the_last_one_ended(void **state)
{
    uint64_t number;
    struct mu_receipt last;

    (void)state;
    desk_on(&desk);
    number = say();
    desks_rest(&county, both, 2);
    assert_int_equal(mu_agent_witnessed(desk.agent), number);
    last = desk.agent->witness.last;
    assert_int_equal(last.delivered.count, number); /* everything, from the first */
    desk_off(&desk);
    number = say();
    desk_on(&desk); /* reads all of it again, and counts the new one only */
    desks_rest(&county, both, 2);
    assert_int_equal(mu_agent_witnessed(desk.agent), number);
    assert_int_equal(desk.agent->witness.last.delivered.count, last.delivered.count + 1);
    assert_int_equal(desk.count, number);
}

/* A sheet is nobody's news: or two desks would keep each other awake for ever. */
static void a_sheet_is_owed_no_receipt(void **state)
{
    uint64_t head;
    struct mu_receipt last;

    (void)state;
    desk_on(&desk);
    (void)say();
    desks_rest(&county, both, 2);
    last = desk.agent->witness.last;
    desks_step(&county, 60000);
    head = last.head.size + 1; /* the sheet */
    for (unsigned i = 0; desk.through < head; i++) {
        assert_true(i < TURNS_MAX);
        desks_turn(&county, &desk);
    }
    desks_rest(&county, both, 2);
    assert_memory_equal(&desk.agent->witness.last, &last, sizeof last);
    desks_step(&county, 60000);
    assert_int_equal(say(), head + 1); /* no second sheet came before it */
}

static void a_watcher_and_one_who_is_no_desk_state_nothing(void **state)
{
    struct desk watcher = desk, clerk, *all[] = {&desk, &speaker, &clerk};
    uint64_t head;

    (void)state;
    desks_enrol(&county, &clerk, "WR", "", false);
    desk_on(&clerk);
    watcher.watcher = true; /* the desk's own keys, without its spool */
    desk = watcher;
    desk_on(&desk);
    head = say();
    desks_rest(&county, all, 3);
    assert_int_equal(mu_agent_witnessed(desk.agent), 0);
    assert_int_equal(mu_agent_witnessed(clerk.agent), 0);
    desks_step(&county, 60000);
    assert_int_equal(say(), head + 1); /* no sheet came before it */
    desk_remove(&clerk);
}

/* From beyond where the last receipt ended nothing can be stated of what lies between. */
static void a_follow_from_further_on_is_not_witnessed(void **state)
{
    uint64_t number;

    (void)state;
    desk_on(&desk);
    (void)say();
    number = say();
    assert_int_equal(mu_agent_follow(desk.agent, "", number), MU_OK);
    desk.through = 0;
    (void)say();
    desks_rest(&county, both, 2);
    assert_int_equal(mu_agent_witnessed(desk.agent), 0);
    assert_int_equal(mu_agent_follow(desk.agent, "type=field_report", 1), MU_OK);
    desk.through = 0;
    number = say();
    desks_rest(&county, both, 2);
    assert_int_equal(mu_agent_witnessed(desk.agent), number); /* a count of its own */
    assert_int_equal(desk.agent->witness.last.delivered.count, 4);
}

/* Two seconds of log clock for life safety, thirty else; a sheet comes by itself. */
static void a_running_clock_brings_receipt_and_sheet(void **state)
{
    uint64_t number;

    (void)state;
    desk_on(&desk);
    number = say();
    for (unsigned i = 0; mu_agent_witnessed(desk.agent) < number; i++) {
        assert_true(i < TURNS_MAX);
        desks_turn(&county, &desk);
    }
    for (unsigned i = 0; county.admin.through <= number; i++) {
        assert_true(i < TURNS_MAX);
        desks_turn(&county, &desk);
    }
    assert_true(desk.agent->witness.last.stated_at_ms >= county.now_ms);
}

/* What every seal says its author had seen: verified, and older than the entry itself. */
static void every_seal_names_what_its_author_had_verified(void **state)
{
    const struct mu_log_options read_only = {.read_only = true};
    uint64_t number, head;
    unsigned named = 0;
    mu_log *log = NULL;
    mu_view *view = NULL;
    struct mu_stored stored;

    (void)state;
    desks_rest(&county, both, 2); /* sealed before the first WELCOME it would name none */
    (void)say();
    head = say();
    desk_off(&county.admin);
    assert_int_equal(served_stop(&county.served), 0);
    assert_int_equal(mu_log_open(county.served.dir, &read_only, &log), MU_OK);
    assert_int_equal(mu_view_open(log, &view), MU_OK);
    for (number = 2; number <= head; number += stored.seal.count) {
        struct mu_hash root;

        assert_int_equal(mu_view_batch(view, number, &stored), MU_OK);
        assert_true(stored.seal.seen.size > 0 && stored.seal.seen.size < number);
        assert_int_equal(mu_root_at(mu_view_node, view, stored.seal.seen.size, &root), MU_OK);
        assert_true(mu_hash_equal(&root, &stored.seal.seen.root));
        named += mu_agent_id_equal(&stored.seal.agent, mu_agent_self(speaker.agent));
    }
    mu_view_close(&view);
    mu_log_close(&log);
    assert_int_equal(named, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_receipt_goes_on_where_the_last_one_ended, in_steps, drop),
        cmocka_unit_test_setup_teardown(a_sheet_is_owed_no_receipt, in_steps, drop),
        cmocka_unit_test_setup_teardown(a_watcher_and_one_who_is_no_desk_state_nothing, in_steps,
                                        drop),
        cmocka_unit_test_setup_teardown(a_follow_from_further_on_is_not_witnessed, in_steps, drop),
        cmocka_unit_test_setup_teardown(a_running_clock_brings_receipt_and_sheet, running, drop),
        cmocka_unit_test_setup_teardown(every_seal_names_what_its_author_had_verified, in_steps,
                                        drop),
    };

    return cmocka_run_group_tests_name("sdk/witness", tests, NULL, NULL);
}
