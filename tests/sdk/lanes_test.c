/* One cursor per lane: what is grave is on a screen while a backlog of routine is still on its way; within
 * a lane everything comes once and in order, also through cuts. With a real musterd, through a link of our
 * own (tests/help/proxy.h). */
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
#define ROUTINE 400u

static struct outpost post;
static struct help_seat screen, speaker; /* beyond the link; beside the broker */
static const uint64_t beginning[MU_LANES] = {1, 1, 1};

static int make(void **state)
{
    static char role[] = "emergency_management";

    (void)state;
    outpost_open(&post, "step", NULL);
    outpost_seat(&post, &screen, "EM", role);
    help_seat_make_at(&speaker, "EM", post.house.endpoint, &post.house.log, post.house.broker_curve,
                      &post.house.log_key);
    outpost_enrol(&post, (const char *const[]){speaker.dir}, 1, role);
    help_seat_open(&speaker, false);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    help_seat_remove(&screen);
    help_seat_remove(&speaker);
    outpost_close(&post);
    return 0;
}

static bool settled(void *user)
{
    return mu_agent_unsettled(((struct help_seat *)user)->agent) == 0;
}

static void say_routine(void)
{
    static struct mu_bytes bodies[ROUTINE];
    mu_arena arena = mu_arena_make(1u << 20);
    struct mu_fault fault = {0};
    struct mu_bytes one = help_packed(
        HELP_EVENT(&arena, "report", "duty=hourly", "nothing_new=true", "envelope.agency=EM"),
        &arena);

    for (unsigned i = 0; i < ROUTINE; i++)
        bodies[i] = one;
    if (mu_agent_say(speaker.agent, bodies, ROUTINE, NULL, &fault) != MU_OK)
        fail_msg("say: %s at %s", mu_err_code(fault.code), fault.path);
    mu_arena_free(&arena);
    help_until(settled, &speaker, NULL, &speaker, NULL);
}

static uint64_t head(void)
{
    struct mu_head now;

    mu_agent_head(speaker.agent, &now);
    return now.size;
}

static void say_grave(const char *words)
{
    help_seat_say(&speaker, words, "severe");
    help_until(settled, &speaker, NULL, &speaker, NULL);
}

static bool shows(const char *words)
{
    for (size_t i = 0; i < screen.entry_count; i++)
        if (strcmp(screen.words[i], words) == 0)
            return true;
    return false;
}

/* Link time until the screen shows it; more than `most_ms`: it does not. */
static int64_t until_shown(const char *words, int64_t most_ms)
{
    int64_t began = help_proxy_passed(post.link).link_ms, took = 0;

    while (!shows(words) && took <= most_ms) {
        assert_int_equal(mu_agent_turn(screen.agent, 2), MU_OK);
        took = help_proxy_passed(post.link).link_ms - began;
    }
    return took;
}

/* Numbers rise within each lane, and so do the sequences of each author's lane, without a gap. */
static void each_lane_is_whole(void)
{
    uint64_t last[MU_LANES] = {0};

    for (size_t i = 0; i < screen.entry_count; i++) {
        const struct mu_entry *entry = &screen.entries[i];

        assert_true(entry->number > last[entry->lane]);
        last[entry->lane] = entry->number;
    }
    for (uint64_t number = 1; number <= head(); number++) {
        unsigned times = 0;

        for (size_t i = 0; i < screen.entry_count; i++)
            times += screen.entries[i].number == number;
        assert_int_equal(times, 1);
    }
}

static bool all_shown(void *user)
{
    (void)user;
    return screen.through >= head();
}

/* ---- the stories ----------------------------------------------------------------------------- */

static void what_is_grave_is_shown_before_the_backlog(void **state)
{
    int64_t took;

    (void)state;
    for (unsigned i = 0; i < 2; i++)
        say_routine();
    help_proxy_rate(post.link, THIN_BYTES_S);
    help_seat_open(&screen, true);
    assert_int_equal(mu_agent_follow_lanes(screen.agent, "type=report,field_report", beginning),
                     MU_OK);
    (void)until_shown("nothing yet", 6000);
    assert_int_equal(screen.entry_count, 0); /* a batch of routine is half here */
    say_grave("people on roofs");
    took = until_shown("people on roofs", 2 * PASSES_MS);
    print_message("  shown after %lld ms of link time\n", (long long)took);
    assert_in_range(took, 0, PASSES_MS);
    assert_true(mu_agent_lane_through(screen.agent, MU_LANE_LIFE) >= head());
    assert_true(mu_agent_lane_through(screen.agent, MU_LANE_ROUTINE) < head());
    assert_true(screen.through < head()); /* not all has been shown, and it does not say so */
    /* The control: in number order it waits for the backlog. */
    assert_int_equal(mu_agent_follow(screen.agent, "type=report,field_report", 1), MU_OK);
    screen.through = 0;
    say_grave("and one more");
    assert_true(until_shown("and one more", PASSES_MS) > PASSES_MS);
}

static void each_lane_comes_once_and_in_order_through_cuts(void **state)
{
    (void)state;
    say_routine();
    help_seat_open(&screen, true);
    assert_int_equal(mu_agent_follow_lanes(screen.agent, "", beginning), MU_OK);
    for (unsigned i = 0; i < 6; i++) {
        char words[32];

        snprintf(words, sizeof words, "grave %u", i);
        say_grave(words);
        help_seat_say(&speaker, "urgent", NULL);
        help_turns(i * 7, NULL, &screen, &speaker, NULL);
        help_proxy_cut(post.link, true);
        help_turns(5, NULL, &screen, &speaker, NULL);
        help_proxy_cut(post.link, false);
    }
    help_until(settled, &speaker, NULL, &speaker, &screen, NULL);
    help_until(all_shown, NULL, NULL, &screen, NULL);
    each_lane_is_whole();
    /* A program that ends its turn at an entry gets the rest of that lane from there. */
    screen.entry_count = screen.through = 0;
    screen.stop_number = 20;
    screen.stop_at_entry = MU_E_LIMIT;
    assert_int_equal(mu_agent_follow_lanes(screen.agent, "", beginning), MU_OK);
    help_until(all_shown, NULL, NULL, &screen, NULL);
    each_lane_is_whole();
    assert_int_equal(mu_agent_follow_lanes(screen.agent, "", (const uint64_t[3]){1, 0, 1}),
                     MU_E_BAD_VALUE);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest stories[] = {
        STORY(what_is_grave_is_shown_before_the_backlog),
        STORY(each_lane_comes_once_and_in_order_through_cuts),
    };

    return cmocka_run_group_tests_name("lanes", stories, NULL, NULL);
}
