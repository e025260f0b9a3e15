/* A link that breaks, hangs and comes back as its seed has it, one that is away for days, and a broker
 * killed meanwhile: nothing twice, nothing skipped, all in order, and every word answered once.
 * MUSTER_SEED is the first seed, MUSTER_ROUNDS how many. */
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

#define WORDS 90u
#define DAY_MS INT64_C(86400000)

static struct outpost post;
static struct help_seat em, water;
static struct mu_kept kept[WORDS];

static int make(void **state)
{
    static char em_role[] = "emergency_management", water_role[] = "water";

    (void)state;
    outpost_open(&post, "step", NULL);
    outpost_seat(&post, &em, "EM", em_role);
    outpost_seat(&post, &water, "WATER", water_role);
    help_seat_open(&em, false);
    help_seat_open(&water, false);
    assert_int_equal(mu_agent_follow(water.agent, "", 1), MU_OK);
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

static unsigned number_of(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);

    return text == NULL ? otherwise : (unsigned)strtoul(text, NULL, 10);
}

static bool settled(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_unsettled(seat->agent) == 0;
}

/* The reader has seen so many events of `em`. */
static bool has_seen(void *user)
{
    return outpost_events(&water, &em) >= *(uint64_t *)user;
}

static bool is_open(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_link(seat->agent, NULL) == MU_LINK_OPEN;
}

static bool is_offline(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_link(seat->agent, NULL) == MU_LINK_OFFLINE;
}

static struct mu_kept say_word(unsigned number)
{
    char words[32];

    snprintf(words, sizeof words, "word %u", number);
    return help_seat_say(&em, words, number % 3 == 0 ? "severe" : NULL);
}

static void each_word_is_answered_once(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned settled_times = 0;

        for (size_t k = 0; k < em.answer_count; k++)
            settled_times +=
                em.answers[k].settled && mu_hash_equal(&em.answers[k].leaf, &kept[i].leaf);
        assert_int_equal(settled_times, 1);
        assert_int_equal(help_seat_answer(&em, &kept[i])->code, MU_OK);
    }
}

/* What each desk has now, against what was said. */
static void all_is_there(uint64_t words)
{
    help_until(settled, &em, NULL, &em, &water, NULL);
    help_until(has_seen, &words, NULL, &em, &water, NULL);
    assert_int_equal(outpost_faults(&water), 0);
    assert_int_equal(outpost_events(&water, &em), words);
    each_word_is_answered_once((unsigned)words);
    assert_int_equal(em.moved_count, 0);
}

static void turn_for(int64_t link_ms)
{
    int64_t until = help_proxy_passed(post.link).link_ms + link_ms;

    while (help_proxy_passed(post.link).link_ms < until)
        help_turns(1, NULL, &em, &water, NULL);
}

/* ---- flapping -------------------------------------------------------------------------------- */

static void through_a_flapping_link(unsigned seed)
{
    struct help_passed passed;

    help_proxy_rate(post.link, 20000);
    help_proxy_delay(post.link, 10 + seed % 40);
    help_proxy_flap(post.link, seed, 600, 250);
    for (unsigned i = 0; i < WORDS; i++) {
        kept[i] = say_word(i);
        turn_for(15 + (i * seed) % 30);
    }
    passed = help_proxy_passed(post.link);
    help_proxy_flap(post.link, 0, 0, 0);
    print_message("  seed %u: %u cuts, %u connections\n", seed, passed.cuts, passed.connections);
    assert_true(passed.cuts > 0);
    all_is_there(WORDS);
}

static void a_flapping_link_takes_and_gives_everything_once(void **state)
{
    unsigned rounds = number_of("MUSTER_ROUNDS", 1), seed = number_of("MUSTER_SEED", 1);

    for (unsigned i = 0; i < rounds; i++) {
        if (i > 0)
            assert_int_equal(make(state), 0);
        through_a_flapping_link(seed + i);
        if (i + 1 < rounds)
            assert_int_equal(drop(state), 0);
    }
}

/* The control: what is counted above is seen when it is there. */
static void what_is_twice_or_skipped_or_out_of_order_is_seen(void **state)
{
    static struct help_seat seen;
    uint64_t few = 12;

    (void)state;
    for (unsigned i = 0; i < few; i++)
        kept[i] = say_word(i);
    all_is_there(few);
    seen = water;
    seen.entries[seen.entry_count] = seen.entries[seen.entry_count - 1]; /* twice */
    seen.entry_count++;
    assert_true(outpost_faults(&seen) > 0);
    seen = water;
    seen.entries[5] = seen.entries[seen.entry_count - 1]; /* skipped */
    assert_true(outpost_faults(&seen) > 0);
    seen = water;
    seen.entries[6] = water.entries[7]; /* out of order */
    seen.entries[7] = water.entries[6];
    assert_true(outpost_faults(&seen) > 0);
}

/* ---- killed behind a flapping link ------------------------------------------------------------- */

static void a_broker_killed_behind_a_flapping_link(void **state)
{
    unsigned seed = number_of("MUSTER_SEED", 5);

    (void)state;
    help_proxy_rate(post.link, 50000);
    help_proxy_flap(post.link, seed, 500, 200);
    for (unsigned i = 0; i < 30; i++) {
        kept[i] = say_word(i);
        turn_for(10 + (i * seed) % 20);
        if (i % 15 == 14)
            outpost_restart(&post);
    }
    help_proxy_flap(post.link, 0, 0, 0);
    all_is_there(30);
}

/* ---- for days ------------------------------------------------------------------------------------ */

static bool clock_reached(void *user)
{
    return mu_agent_log_now_ms(post.admin.agent) >= *(int64_t *)user;
}

static void let_days_pass(int64_t days)
{
    int64_t until = mu_agent_log_now_ms(post.admin.agent) + days * DAY_MS;

    mu_agent_clock(post.admin.agent, until);
    help_until(clock_reached, &until, NULL, &post.admin, NULL);
}

static void cut_for_days_and_resumed(void **state)
{
    const struct mu_answer *answer;
    int64_t began;

    (void)state;
    for (unsigned i = 0; i < 10; i++)
        kept[i] = say_word(i);
    all_is_there(10);
    help_until(is_open, &post.admin, NULL, &post.admin, NULL);
    began = mu_agent_log_now_ms(post.admin.agent);
    help_proxy_cut(post.link, true);
    help_until(is_offline, &em, NULL, &em, &water, NULL);
    help_until(is_offline, &water, NULL, &em, &water, NULL);
    for (unsigned day = 0; day < 3; day++) {
        for (unsigned i = 10 + day * 10; i < 20 + day * 10; i++)
            kept[i] = say_word(i);
        let_days_pass(1);
        help_seat_say(&post.admin, "the county goes on", NULL);
        help_until(settled, &post.admin, NULL, &post.admin, NULL);
        if (day == 1) { /* a machine that is switched off and on again */
            help_seat_close(&em);
            help_seat_open(&em, false);
        }
    }
    assert_int_equal(mu_agent_unsettled(em.agent), 30);
    help_proxy_cut(post.link, false);
    all_is_there(40);
    answer = help_seat_answer(&em, &kept[39]);
    assert_true(answer->accepted_at_ms >= began + 3 * DAY_MS); /* late, and marked so */
    assert_true(mu_agent_log_now_ms(em.agent) >= began + 3 * DAY_MS);
}

/* ---- clocks ---------------------------------------------------------------------------------------- */

static bool offset_known(void *user)
{
    int64_t ahead, within;

    (void)user;
    return mu_agent_clock_offset_ms(em.agent, &ahead, &within);
}

/* Both ends are this machine: whatever the link does, the truth lies within what is said. */
static void the_offset_of_the_clocks_is_within_what_is_said(void **state)
{
    int64_t ahead, within;

    (void)state;
    assert_false(offset_known(NULL));
    help_proxy_delay(post.link, 60);
    help_until(offset_known, NULL, NULL, &em, NULL);
    assert_true(mu_agent_clock_offset_ms(em.agent, &ahead, &within));
    assert_true(within >= 55);
    assert_true(ahead >= -within - 1 && ahead <= within + 1);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest stories[] = {
        STORY(a_flapping_link_takes_and_gives_everything_once),
        STORY(what_is_twice_or_skipped_or_out_of_order_is_seen),
        STORY(a_broker_killed_behind_a_flapping_link),
        STORY(cut_for_days_and_resumed),
        STORY(the_offset_of_the_clocks_is_within_what_is_said),
    };

    return cmocka_run_group_tests_name("flap", stories, NULL, NULL);
}
