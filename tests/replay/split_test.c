/* Two faces of one record: a data directory is copied and served twice. Whoever goes over from one to the
 * other brings along what he had verified, and it is found: an honest broker hears it in HELLO and breaks the
 * record in plain sight; where it is not said, or not heard, the seal of an entry that crosses over still
 * names it, and broker, followers and auditor find the place. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/authority/audit.h"
#include "tests/help/desks.h"
#include "tests/help/walk.h"

/* Face A is the county's own broker; B a copy of its record as it was. */
static struct {
    struct desks a;
    struct served b;
    struct desk on_a, on_b; /* each says what only one face will hold */
    struct desk goer;       /* reads A, then goes over */
    struct desk watch_b;    /* reads everything of B */
    struct caller crosser;  /* speaks to B of what he saw on A; does not tell B so */
} s;

static const char *const words[] = {"words=the dyke holds", NULL};

static void copy_record(void)
{
    char command[512];

    s.b = s.a.served;
    snprintf(s.b.dir, sizeof s.b.dir, "/tmp/muster-face-XXXXXX");
    assert_non_null(mkdtemp(s.b.dir));
    snprintf(command, sizeof command, "cp -a %s/. %s/", s.a.served.dir, s.b.dir);
    assert_int_equal(system(command), 0);
}

static int make(void **state)
{
    struct desk *all[] = {&s.on_a, &s.on_b, &s.goer, &s.watch_b};
    struct caller admin;

    (void)state;
    memset(&s, 0, sizeof s);
    desks_open(&s.a, "step");
    desks_enrol(&s.a, &s.on_a, "EM", "type=tick", false);
    desks_enrol(&s.a, &s.on_b, "WR", "type=tick", false);
    desks_enrol(&s.a, &s.goer, "CA", "", true);
    desks_enrol(&s.a, &s.watch_b, "SH", "", false);
    caller_admin(&admin, &s.a.served);
    caller_connect(&admin, &s.a.served);
    assert_int_equal(caller_hello(&admin), MU_FRAME_WELCOME);
    caller_make(&s.crosser, &s.a.served, 60);
    served_enrol(&s.a.served, &admin, &s.crosser, "HC", "emergency_management");
    caller_close(&admin);
    desk_off(&s.a.admin);
    assert_int_equal(served_stop(&s.a.served), 0);
    copy_record();
    served_start(&s.a.served);
    served_start(&s.b);
    desk_point(&s.a.admin, &s.a.served);
    desk_on(&s.a.admin);
    for (size_t i = 0; i < 4; i++)
        desk_point(all[i], i % 2 == 1 ? &s.b : &s.a.served);
    desk_on(&s.on_a);
    desk_on(&s.on_b);
    return 0;
}

static int drop(void **state)
{
    char command[256];

    (void)state;
    desk_remove(&s.on_a);
    desk_remove(&s.on_b);
    caller_close(&s.crosser);
    desk_remove(&s.goer);
    desk_remove(&s.watch_b);
    if (s.b.pid != 0)
        assert_int_equal(served_stop(&s.b), 0);
    snprintf(command, sizeof command, "rm -rf %s", s.b.dir);
    desks_close(&s.a);
    return system(command);
}

static struct mu_bytes report(mu_arena *arena)
{
    Muster__Event *event = help_event(arena, "field_report", words);
    static char agency[] = "HC";

    event->envelope->agency = agency;
    event->envelope->has_severity = 0;
    return help_packed(event, arena);
}

static void turn(struct desk *desk, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        assert_int_equal(mu_agent_turn(desk->agent, 2), MU_OK);
}

/* Two entries on A, three on B: B is longer, so nobody sees by its size that it is another. */
static void say_apart(void)
{
    for (unsigned i = 0; i < 2; i++)
        (void)desks_say(&s.a, &s.on_a, "field_report", words);
    for (unsigned i = 0; i < 3; i++)
        (void)desks_say(&s.a, &s.on_b, "field_report", words);
}

static bool b_told(const char *what)
{
    static char told[65536];
    ssize_t got;

    fcntl(s.b.heard, F_SETFL, O_NONBLOCK);
    got = read(s.b.heard, told, sizeof told - 1);
    told[got > 0 ? got : 0] = '\0';
    return strstr(told, what) != NULL;
}

static size_t damage_of(const char *dir, struct mu_damage *first)
{
    mu_audit *audit = NULL;
    const struct mu_audit_report *report;
    size_t count;

    assert_int_equal(mu_audit_new(&audit), MU_OK);
    assert_int_equal(help_walk(dir, audit), MU_OK);
    report = mu_audit_report(audit);
    count = report->damage_count;
    *first = report->damage[0];
    mu_audit_free(&audit);
    return count;
}

static void what_crosses_over_names_the_place(void **state)
{
    struct mu_seal *seal = &s.crosser.lane[MU_LANE_ROUTINE].seal;
    mu_arena arena = mu_arena_make((size_t)1 << 20);
    struct mu_damage damage;
    uint64_t number;

    (void)state;
    say_apart();
    caller_connect(&s.crosser, &s.b);
    assert_int_equal(caller_hello(&s.crosser), MU_FRAME_WELCOME);
    seal->seen = s.on_a.agent->head; /* verified, by A's own signature */
    assert_true(seal->seen.size < s.on_b.agent->head.size);
    assert_int_equal(caller_say(&s.crosser, MU_LANE_ROUTINE, report(&arena)), MU_FRAME_ACCEPTED);
    number = s.crosser.heard.as.accepted.first_number;
    assert_true(b_told("MU-420 SPLIT"));
    desk_on(&s.watch_b); /* a follower of B finds it as well, and stays */
    for (unsigned i = 0; s.watch_b.through < number; i++) {
        assert_true(i < 5000);
        turn(&s.watch_b, 1);
    }
    assert_int_equal(s.watch_b.splits, 1);
    assert_int_equal(s.watch_b.split[0].number, number);
    assert_int_equal(s.watch_b.split[0].seen.size, seal->seen.size);
    assert_true(mu_agent_id_equal(&s.watch_b.split[0].agent, &seal->agent));
    assert_int_equal(mu_agent_link(s.watch_b.agent, NULL), MU_LINK_OPEN);
    assert_int_equal(served_stop(&s.b), 0);
    assert_int_equal(damage_of(s.b.dir, &damage), 1);
    assert_int_equal(damage.kind, MU_DAMAGE_SPLIT);
    assert_int_equal(damage.first, number);
    assert_int_equal(damage.last, number);
    mu_arena_free(&arena);
}

/* The control: without anybody going over both faces stand, each by itself. That is the limit. */
static void two_faces_that_never_meet_both_stand(void **state)
{
    struct mu_damage damage;

    (void)state;
    say_apart();
    desk_on(&s.watch_b);
    while (s.watch_b.through < s.on_b.agent->head.size)
        turn(&s.watch_b, 1);
    assert_int_equal(s.watch_b.splits, 0);
    assert_false(b_told("SPLIT"));
    desk_off(&s.a.admin);
    assert_int_equal(served_stop(&s.b), 0);
    assert_int_equal(served_stop(&s.a.served), 0);
    assert_int_equal(damage_of(s.b.dir, &damage), 0);
    assert_int_equal(damage_of(s.a.served.dir, &damage), 0);
}

/* An honest broker that is shown another face of its own record says so to everybody. */
static void who_goes_over_openly_breaks_the_record_in_plain_sight(void **state)
{
    struct desk *one[] = {&s.goer};
    struct mu_damage damage;

    (void)state;
    say_apart();
    desk_on(&s.goer);
    desks_rest(&s.a, one, 1);
    desk_off(&s.goer);
    desk_point(&s.goer, &s.b);
    desk_on(&s.goer);
    for (unsigned i = 0; mu_agent_link(s.goer.agent, NULL) != MU_LINK_OPEN; i++) {
        assert_true(i < 5000);
        turn(&s.goer, 1);
    }
    assert_int_equal(s.goer.agent->epoch, 2);
    assert_true(b_told("THIS RECORD WAS RESTORED"));
    assert_int_equal(served_stop(&s.b), 0);
    assert_int_equal(damage_of(s.b.dir, &damage), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_crosses_over_names_the_place, make, drop),
        cmocka_unit_test_setup_teardown(two_faces_that_never_meet_both_stand, make, drop),
        cmocka_unit_test_setup_teardown(who_goes_over_openly_breaks_the_record_in_plain_sight, make,
                                        drop),
    };

    return cmocka_run_group_tests_name("replay/split", tests, NULL, NULL);
}
