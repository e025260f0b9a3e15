/* Many agents at one broker, real CURVE each, and the broker is killed: all of them return, catch up, and
 * were handed nothing twice and nothing short. MUSTER_CROWD says how many (100); with 1000 this is the
 * bench line of tests/bench/run, which prints what it took. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/help/outpost.h"

#define CROWD_MAX 1000u
/* One key may have eight sessions; the other way round, every agent folds as many keys as there are. */
#define SESSIONS_OF_KEY 8u
#define MEMORY_MAX ((size_t)200 * 1024 * 1024)
#define PATIENCE_S 120 /* a story that hangs */

struct member {
    mu_agent *agent;
    uint64_t next; /* number of the entry it must be handed next */
    uint64_t through;
    uint64_t faults;
};

static struct outpost post;
static struct member crowd[CROWD_MAX];
static char dirs[CROWD_MAX][64];
static size_t members, keys;

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- the crowd ------------------------------------------------------------------------------- */

static enum mu_err on_entry(void *user, const struct mu_entry *entry)
{
    struct member *m = user;

    m->faults += entry->number != m->next;
    m->next = entry->number + 1;
    return MU_OK;
}

static enum mu_err on_through(void *user, uint64_t through, uint64_t head)
{
    struct member *m = user;

    (void)head;
    m->faults += through < m->through || through + 1 != m->next;
    m->through = through;
    return MU_OK;
}

static void make_keys(void)
{
    static char role[] = "observer";
    const char *list[CROWD_MAX];

    for (size_t i = 0; i < keys; i++) {
        snprintf(dirs[i], sizeof dirs[i], "/tmp/muster-crowd-XXXXXX");
        assert_non_null(mkdtemp(dirs[i]));
        assert_int_equal(mu_agent_create(dirs[i], "CROWD", "muster-test"), MU_OK);
        assert_int_equal(mu_agent_point(dirs[i], post.house.endpoint, &post.house.log,
                                        post.house.broker_curve, &post.house.log_key),
                         MU_OK);
        list[i] = dirs[i];
    }
    outpost_enrol(&post, list, keys, role);
}

static void open_member(size_t i)
{
    const struct mu_agent_options options = {.no_spool = true, .lazy = true};
    const struct mu_agent_calls calls = {
        .on_entry = on_entry, .on_through = on_through, .user = &crowd[i]};

    crowd[i] = (struct member){.next = 1};
    assert_int_equal(mu_agent_open(dirs[i % keys], &options, &calls, &crowd[i].agent), MU_OK);
    assert_int_equal(mu_agent_follow(crowd[i].agent, "", 1), MU_OK);
}

/* Turns whoever has something to do until all have seen through `head`. Milliseconds. */
static int64_t catch_up(uint64_t head)
{
    static struct pollfd fds[CROWD_MAX];
    int64_t began = now_ms();
    size_t behind = members;

    for (size_t i = 0; i < members; i++) {
        assert_int_equal(mu_agent_turn(crowd[i].agent, 0), MU_OK);
        fds[i] = (struct pollfd){.fd = mu_agent_fd(crowd[i].agent), .events = POLLIN};
    }
    while (behind > 0) {
        behind = 0;
        (void)poll(fds, members, 100);
        for (size_t i = 0; i < members; i++) {
            if (fds[i].revents != 0)
                assert_int_equal(mu_agent_turn(crowd[i].agent, 0), MU_OK);
            behind += crowd[i].through < head;
        }
        if (now_ms() - began > PATIENCE_S * 1000)
            fail_msg("%zu of %zu are not back", behind, members);
    }
    return now_ms() - began;
}

static void nobody_missed_anything(void)
{
    for (size_t i = 0; i < members; i++)
        assert_int_equal(crowd[i].faults, 0);
}

static bool settled(void *user)
{
    return mu_agent_unsettled(((struct help_seat *)user)->agent) == 0;
}

/* The county says so much; the head after it. */
static uint64_t say(unsigned count)
{
    struct mu_head head;

    for (unsigned i = 0; i < count; i++)
        help_seat_say(&post.admin, "the county goes on", i % 5 == 0 ? "severe" : NULL);
    help_until(settled, &post.admin, NULL, &post.admin, NULL);
    mu_agent_head(post.admin.agent, &head);
    return head.size;
}

/* ---- the story -------------------------------------------------------------------------------- */

static int make(void **state)
{
    const char *text = getenv("MUSTER_CROWD");
    struct rlimit limit;

    (void)state;
    members = text == NULL ? 100 : strtoul(text, NULL, 10);
    assert_in_range(members, 1, CROWD_MAX);
    keys = (members + SESSIONS_OF_KEY - 1) / SESSIONS_OF_KEY;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    outpost_open(&post, "step", NULL);
    post.house.stays = true;
    make_keys();
    for (size_t i = 0; i < members; i++)
        open_member(i);
    return 0;
}

static int drop(void **state)
{
    char command[160];

    (void)state;
    for (size_t i = 0; i < members; i++)
        mu_agent_close(&crowd[i].agent);
    outpost_close(&post);
    for (size_t i = 0; i < keys; i++) {
        snprintf(command, sizeof command, "rm -rf %.60s", dirs[i]);
        assert_int_equal(system(command), 0);
    }
    return 0;
}

static void all_return_to_a_broker_that_was_killed(void **state)
{
    int64_t came, live, returned;
    size_t memory;

    (void)state;
    came = catch_up(say(50));
    nobody_missed_anything();
    live = catch_up(say(50));
    memory = served_memory(&post.house);
    outpost_restart(&post);
    returned = catch_up(say(50));
    nobody_missed_anything();
    if (served_memory(&post.house) > memory)
        memory = served_memory(&post.house);
    print_message("  crowd %zu: came %lld ms, live %lld ms, returned %lld ms, memory %zu KiB\n",
                  members, (long long)came, (long long)live, (long long)returned, memory / 1024);
    assert_true(memory <= MEMORY_MAX);
}

/* The control: an entry handed out twice, or left out, is seen. */
static void what_is_twice_or_short_is_seen(void **state)
{
    const struct mu_entry again = {.number = 1}, late = {.number = 7};
    struct member m = {.next = 1};

    (void)state;
    assert_int_equal(on_entry(&m, &again), MU_OK);
    assert_int_equal(m.faults, 0);
    assert_int_equal(on_entry(&m, &again), MU_OK);
    assert_int_equal(m.faults, 1);
    assert_int_equal(on_entry(&m, &late), MU_OK);
    assert_int_equal(m.faults, 2);
    assert_int_equal(on_through(&m, 9, 9), MU_OK);
    assert_int_equal(m.faults, 3);
}

int main(void)
{
    const struct CMUnitTest stories[] = {
        cmocka_unit_test(what_is_twice_or_short_is_seen),
        cmocka_unit_test_setup_teardown(all_return_to_a_broker_that_was_killed, make, drop),
    };

    return cmocka_run_group_tests_name("crowd", stories, NULL, NULL);
}
