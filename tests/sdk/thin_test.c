/* Thin, far, cut and flapping links, with a real musterd and real sockets: life safety passes a backlog
 * within three seconds at 8 kbit/s, whichever way the backlog lies; and whatever the link does, everything
 * arrives once and in order. Measured in the link's own time and in bytes: see tests/help/proxy.h.
 * MUSTER_SEED repeats a run, MUSTER_ROUNDS makes it longer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agents/sdk/agent_inside.h"
#include "tests/help/events.h"
#include "tests/help/outpost.h"

#define THIN_BYTES_S 1000u /* 8 kbit/s */
#define PASSES_MS 3000
#define TURNS_MAX 200000u

static struct outpost post;
static struct help_seat em, water;
static unsigned seed;

/* ---- the scene ------------------------------------------------------------------------------- */

static int make(void **state)
{
    static char em_role[] = "emergency_management", water_role[] = "water";
    const char *text = getenv("MUSTER_SEED");

    (void)state;
    seed = text == NULL ? 7 : (unsigned)strtoul(text, NULL, 10);
    outpost_open(&post, "step", NULL);
    outpost_seat(&post, &em, "EM", em_role);
    outpost_seat(&post, &water, "WATER", water_role);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    help_seat_remove(&em);
    help_seat_remove(&water);
    outpost_close(&post);
    return 0;
}

static unsigned draw(unsigned below)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 16) % below;
}

/* MUSTER_ROUNDS for a longer look. */
static unsigned rounds(unsigned otherwise)
{
    const char *text = getenv("MUSTER_ROUNDS");

    return text == NULL ? otherwise : (unsigned)strtoul(text, NULL, 10);
}

static bool settled(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_unsettled(seat->agent) == 0;
}

static bool is_open(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_link(seat->agent, NULL) == MU_LINK_OPEN;
}

/* `count` routine reports, as one batch or each as its own. */
static void say_routine(struct help_seat *seat, unsigned count, bool together)
{
    static struct mu_bytes bodies[400];
    mu_arena arena = mu_arena_make(1u << 20);
    char agency[64];
    const char *fields[] = {"duty=hourly", "nothing_new=true", agency, NULL};
    struct mu_fault fault = {0};
    struct mu_bytes one;

    snprintf(agency, sizeof agency, "envelope.agency=%s", mu_agent_agency(seat->agent));
    one = help_packed(help_event(&arena, "report", fields), &arena);
    assert_true(count <= 400);
    for (unsigned i = 0; i < count; i++)
        bodies[i] = one;
    for (unsigned i = 0; i < count; i += together ? count : 1)
        if (mu_agent_say(seat->agent, bodies, together ? count : 1, NULL, &fault) != MU_OK)
            fail_msg("say: %s at %s", mu_err_code(fault.code), fault.path);
    mu_arena_free(&arena);
}

static void turn(struct help_seat *seat)
{
    assert_int_equal(mu_agent_turn(seat->agent, 2), MU_OK);
}

/* Turns until the link's own clock has gone on so far. */
static void let_pass(struct help_seat *seat, int64_t ms)
{
    int64_t until = help_proxy_passed(post.link).link_ms + ms;

    while (help_proxy_passed(post.link).link_ms < until)
        turn(seat);
}

/* Says a grave event and turns until it is answered, or the link has carried for `most_ms`. */
static struct help_passed say_grave(struct help_seat *seat, int64_t most_ms, bool *answered)
{
    struct mu_kept kept = help_seat_say(seat, "people on roofs", "severe");
    struct help_passed before = help_proxy_passed(post.link), now = before;

    *answered = false;
    assert_int_equal(kept.lane, MU_LANE_LIFE);
    while (!*answered && now.link_ms - before.link_ms <= most_ms) {
        turn(seat);
        *answered = help_seat_answer(seat, &kept) != NULL;
        now = help_proxy_passed(post.link);
    }
    if (*answered)
        assert_int_equal(help_seat_answer(seat, &kept)->code, MU_OK);
    return (struct help_passed){.up = now.up - before.up,
                                .down = now.down - before.down,
                                .link_ms = now.link_ms - before.link_ms};
}

static void passes_in_time(struct help_seat *seat, unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        bool answered;
        struct help_passed took;

        let_pass(seat, draw(700));
        took = say_grave(seat, 3 * PASSES_MS, &answered);
        print_message("  grave: %lld ms of link time, %llu bytes up, %llu down\n",
                      (long long)took.link_ms, (unsigned long long)took.up,
                      (unsigned long long)took.down);
        assert_true(answered);
        assert_in_range(took.link_ms, 0, PASSES_MS);
        assert_in_range(took.up, 1, PASSES_MS * THIN_BYTES_S / 1000);
        assert_in_range(took.down, 1, PASSES_MS * THIN_BYTES_S / 1000);
    }
}

static void open_thin(struct help_seat *seat)
{
    help_proxy_rate(post.link, THIN_BYTES_S);
    help_proxy_delay(post.link, 20);
    help_seat_open(seat, false);
    for (unsigned i = 0; i < TURNS_MAX && !is_open(seat); i++)
        turn(seat);
    assert_true(is_open(seat));
}

/* ---- a backlog on the way up ----------------------------------------------------------------------- */

static void life_safety_passes_2000_routine_events(void **state)
{
    bool answered;

    (void)state;
    help_seat_open(&em, false); /* not a turn of it: all is said offline */
    say_routine(&em, 400, false);
    for (unsigned i = 0; i < 4; i++)
        say_routine(&em, 400, true);
    assert_int_equal(mu_agent_unsettled(em.agent), 2000);
    help_seat_close(&em);
    open_thin(&em);
    let_pass(&em, 1500);
    passes_in_time(&em, rounds(2));
    assert_true(mu_agent_unsettled(em.agent) > 1000);
    /* The control: a link that is trusted to carry more is filled, and then three seconds are too few. */
    em.agent->submit.pace.open = 1u << 20;
    em.agent->submit.pace.draining = false;
    for (unsigned i = 0; i < 50; i++)
        turn(&em);
    (void)say_grave(&em, PASSES_MS, &answered);
    assert_false(answered);
}

/* The same behind a batch that takes half a minute, and with a backlog of deliveries coming the other way:
 * both are cut, and what is grave, and its answer, go between the pieces. */
static void life_safety_passes_large_batches_both_ways(void **state)
{
    bool answered;

    (void)state;
    for (unsigned i = 0; i < 2; i++)
        say_routine(&post.admin, 400, true);
    help_until(settled, &post.admin, NULL, &post.admin, NULL);
    help_seat_open(&em, false);
    for (unsigned i = 0; i < 5; i++)
        say_routine(&em, 400, true);
    help_seat_close(&em);
    open_thin(&em);
    assert_int_equal(mu_agent_follow(em.agent, "", 1), MU_OK);
    let_pass(&em, 1500);
    passes_in_time(&em, rounds(2));
    assert_true(em.agent->submit.lane[MU_LANE_ROUTINE].cutting != 0);
    assert_true(em.through < em.head || em.through == 0);
    /* The control: credit for a minute, and an answer waits behind it. */
    em.agent->reading.intake.window = 65536;
    let_pass(&em, 1000);
    (void)say_grave(&em, PASSES_MS, &answered);
    assert_false(answered);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest stories[] = {
        STORY(life_safety_passes_2000_routine_events),
        STORY(life_safety_passes_large_batches_both_ways),
    };

    return cmocka_run_group_tests_name("thin", stories, NULL, NULL);
}
