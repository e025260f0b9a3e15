/* The whole spine with the real musterd: founded, enrolled, said, accepted, followed; and killed, again
 * and again, with nothing lost and nothing twice. MUSTER_KILLS says how many rounds (5); MUSTER_SEED
 * repeats a run. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "agents/sdk/agent_inside.h"
#include "proto/wire/json.h"
#include "tests/help/events.h"
#include "tests/help/seat.h"

extern char **environ;

static struct {
    char dir[64];
    char endpoint[256];
    pid_t pid;
    int heard; /* its standard error: kept open, or its next line would end it */
    struct mu_hash log;
    uint8_t curve[32];
    struct mu_public log_key;
} county;
static struct help_seat admin, em, reader;
static unsigned seed;

/* ---- the broker ------------------------------------------------------------------------------ */

static pid_t spawn(char *const argv[], int out)
{
    const char *build = getenv("B");
    posix_spawn_file_actions_t actions;
    char path[256];
    pid_t pid;

    snprintf(path, sizeof path, "%s/musterd", build != NULL ? build : "build");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    assert_int_equal(posix_spawn(&pid, path, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static void found_county(void)
{
    char *argv[] = {"musterd",          "init",   "--dir",       county.dir,   "--county",
                    "Qinghe",           "--area", "cn/99/01/21", "--exercise", "--start",
                    "2031-07-16T14:00", "--rate", "step",        NULL};
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC), status;

    assert_true(waitpid(spawn(argv, nowhere), &status, 0) > 0);
    close(nowhere);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The line that says it is ready names the address; what it says later goes nowhere. */
static void start_broker(void)
{
    char at[256] = "tcp://127.0.0.1:*", line[512];
    char *argv[] = {"musterd", "--dir", county.dir, "--endpoint", at, NULL};
    int ends[2];
    size_t used = 0;

    if (county.endpoint[0] != '\0')
        snprintf(at, sizeof at, "%s", county.endpoint);
    assert_int_equal(pipe(ends), 0);
    county.pid = spawn(argv, ends[1]);
    close(ends[1]);
    while (used < sizeof line - 1 && read(ends[0], line + used, 1) == 1 && line[used] != '\n')
        used++;
    line[used] = '\0';
    if (sscanf(line, "musterd: ready at %255[^,]", county.endpoint) != 1)
        fail_msg("musterd said: %s", line);
    county.heard = ends[0];
}

static void kill_broker(void)
{
    assert_int_equal(kill(county.pid, SIGKILL), 0);
    assert_int_equal(waitpid(county.pid, NULL, 0), county.pid);
    close(county.heard);
}

/* ---- the people ------------------------------------------------------------------------------ */

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

static bool is_refused(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_link(seat->agent, NULL) == MU_LINK_REFUSED;
}

static bool caught_up(void *user)
{
    const struct help_seat *seat = user;

    return seat->head > 0 && seat->through == seat->head;
}

/* The reader has seen this number of events of `em`. */
static bool has_seen(void *user)
{
    uint64_t seen = 0;

    for (size_t i = 0; i < reader.entry_count; i++)
        seen += mu_agent_id_equal(&reader.entries[i].agent, mu_agent_self(em.agent));
    return seen >= *(uint64_t *)user;
}

static void read_hex(const char *text, const char *key, uint8_t out[32])
{
    const char *at = strstr(text, key);
    char hex[65];

    assert_non_null(at);
    assert_int_equal(sscanf(at + strlen(key), "%*[: \"]%64[0-9a-f]", hex), 1);
    assert_int_equal(mu_unhex(hex, out, 32), MU_OK);
}

static void read_text(const char *dir, const char *name, char *text, size_t room)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, room - 1, file)] = '\0';
    fclose(file);
}

/* The admin's own directory, as `musterd init` made it, at the address it really has. */
static void open_admin(void)
{
    char text[1024];

    memset(&admin, 0, sizeof admin);
    snprintf(admin.dir, sizeof admin.dir, "%s/admin-1", county.dir);
    read_text(admin.dir, "agent.conf", text, sizeof text);
    read_hex(text, "\nlog:", county.log.b);
    read_hex(text, "broker_curve:", county.curve);
    read_hex(text, "log_key:", county.log_key.b);
    assert_int_equal(
        mu_agent_point(admin.dir, county.endpoint, &county.log, county.curve, &county.log_key),
        MU_OK);
    help_seat_open(&admin, false);
    help_seat_make_at(&em, "EM", county.endpoint, &county.log, county.curve, &county.log_key);
    help_seat_make_at(&reader, "WATER", county.endpoint, &county.log, county.curve,
                      &county.log_key);
}

/* As `muster agency add` does: the request, an envelope, a role. */
static void enrol(const struct help_seat *seat, char *role)
{
    static char text[8192];
    mu_arena arena = mu_arena_make(1u << 20);
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Event *event;
    struct mu_fault fault;
    struct mu_bytes body;
    struct mu_kept kept;

    read_text(seat->dir, "request", text, sizeof text);
    assert_int_equal(mu_event_from_json((struct mu_bytes){(uint8_t *)text, strlen(text)}, &arena,
                                        &event, &fault),
                     MU_OK);
    envelope.agency = (char *)mu_agent_agency(admin.agent);
    envelope.area = (char *)"cn/99/01/21";
    envelope.has_status = envelope.has_occurred_at_ms = 1;
    envelope.status = MUSTER__STATUS__STATUS_EXERCISE;
    envelope.occurred_at_ms = HELP_MIDNIGHT_MS;
    event->envelope = &envelope;
    event->enrolment->n_roles = 1;
    event->enrolment->roles = &role;
    body = help_packed(event, &arena);
    if (mu_agent_say(admin.agent, &body, 1, &kept, &fault) != MU_OK)
        fail_msg("enrolment: %s at %s", mu_err_code(fault.code), fault.path);
    help_until(settled, &admin, NULL, &admin, NULL);
    assert_int_equal(help_seat_answer(&admin, &kept)->code, MU_OK);
    mu_arena_free(&arena);
}

static int make(void **state)
{
    static char em_role[] = "emergency_management", water_role[] = "water";

    (void)state;
    memset(&county, 0, sizeof county);
    snprintf(county.dir, sizeof county.dir, "/tmp/muster-county-XXXXXX");
    assert_non_null(mkdtemp(county.dir));
    found_county();
    start_broker();
    open_admin();
    enrol(&em, em_role);
    enrol(&reader, water_role);
    help_seat_open(&em, false);
    help_seat_open(&reader, false);
    return 0;
}

static int drop(void **state)
{
    char command[128];

    (void)state;
    help_seat_remove(&em);
    help_seat_remove(&reader);
    help_seat_close(&admin);
    kill_broker();
    snprintf(command, sizeof command, "rm -rf %s", county.dir);
    return system(command);
}

/* Everything the reader saw: numbers without a gap; of each instance and lane of `em` every sequence
 * once and in order. Returns em's events. */
static uint64_t check_record(void)
{
    struct {
        uint64_t instance, last;
        uint8_t lane;
    } lanes[64] = {0};
    size_t count = 0;
    uint64_t events = 0;

    for (size_t i = 0; i < reader.entry_count; i++) {
        const struct mu_entry *entry = &reader.entries[i];
        size_t at = 0;

        assert_int_equal(entry->number, i + 1);
        if (!mu_agent_id_equal(&entry->agent, mu_agent_self(em.agent)))
            continue;
        while (at < count &&
               (lanes[at].instance != entry->instance || lanes[at].lane != entry->lane))
            at++;
        if (at == count) {
            lanes[at].instance = entry->instance;
            lanes[count++].lane = entry->lane;
        }
        assert_int_equal(entry->sequence, lanes[at].last + 1);
        lanes[at].last++;
        events++;
    }
    return events;
}

/* ---- first light ----------------------------------------------------------------------------- */

static void what_is_said_is_on_the_other_desk(void **state)
{
    struct mu_kept kept = help_seat_say(&em, "people on roofs", "severe");
    uint64_t one = 1;

    (void)state;
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    help_until(has_seen, &one, NULL, &em, &reader, NULL);
    help_until(settled, &em, NULL, &em, NULL);
    assert_int_equal(help_seat_answer(&em, &kept)->code, MU_OK);
    assert_int_equal(check_record(), 1);
    assert_memory_equal(&reader.entries[reader.entry_count - 1].leaf, &kept.leaf, sizeof kept.leaf);
    assert_string_equal(reader.words[reader.entry_count - 1], "people on roofs");
}

static void a_refusal_is_final_and_proven(void **state)
{
    mu_arena arena = mu_arena_make(1u << 20);
    struct mu_bytes body = help_packed(
        HELP_EVENT(&arena, "supply_sheet", "computed_through=1",
                   "cause.leaf=1111111111111111111111111111111111111111111111111111111111111111"),
        &arena);
    struct mu_fault fault = {0};
    struct mu_kept kept;
    enum mu_err err = mu_agent_say(em.agent, &body, 1, &kept, &fault);

    (void)state;
    if (err != MU_OK)
        fail_msg("%s at %s", mu_err_code(fault.code), fault.path);
    help_until(settled, &em, NULL, &em, NULL);
    assert_int_equal(help_seat_answer(&em, &kept)->code, MU_E_NOT_GRANTED); /* EM keeps no stores */
    assert_true(help_seat_answer(&em, &kept)->settled);
    assert_true(help_seat_answer(&em, &kept)->number > 0);
    mu_arena_free(&arena);
}

static void a_filter_finds_its_own_and_the_roster_with_it(void **state)
{
    uint64_t three = 3;

    (void)state;
    for (unsigned i = 0; i < 9; i++)
        help_seat_say(&em, "report", i % 3 == 0 ? "severe" : NULL);
    help_until(settled, &em, NULL, &em, NULL);
    assert_int_equal(mu_agent_follow(reader.agent, "type=field_report severity=severe", 1), MU_OK);
    help_until(has_seen, &three, NULL, &reader, NULL);
    help_until(caught_up, &reader, NULL, &reader, NULL);
    assert_int_equal(reader.entry_count, 3);
}

static void a_key_nobody_enrolled_waits_outside(void **state)
{
    static struct help_seat late;
    static char role[] = "health";
    struct mu_kept kept;

    (void)state;
    help_seat_make_at(&late, "HEALTH", county.endpoint, &county.log, county.curve, &county.log_key);
    help_seat_open(&late, false);
    kept = help_seat_say(&late, "three injured", "severe");
    help_until(is_refused, &late, NULL, &late, NULL);
    assert_true(help_seat_was_told(&late, MU_LINK_REFUSED, MU_E_STRANGER));
    enrol(&late, role);
    help_until(settled, &late, NULL, &late, NULL);
    assert_int_equal(help_seat_answer(&late, &kept)->code, MU_OK);
    help_seat_remove(&late);
}

/* ---- killed ---------------------------------------------------------------------------------- */

static unsigned from_environment(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);

    return text != NULL ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static unsigned any(unsigned below)
{
    return (unsigned)rand_r(&seed) % below;
}

static void say_some(unsigned count)
{
    char words[32];

    for (unsigned i = 0; i < count; i++) {
        snprintf(words, sizeof words, "report %u", i);
        help_seat_say(&em, words, any(3) == 0 ? "severe" : NULL);
    }
}

static void a_killed_broker_loses_nothing(void **state)
{
    unsigned rounds = from_environment("MUSTER_KILLS", 5);
    uint64_t said = 0;

    (void)state;
    seed = from_environment("MUSTER_SEED", (unsigned)time(NULL));
    print_message("# MUSTER_SEED=%u\n", seed);
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    for (unsigned round = 0; round < rounds; round++) {
        unsigned count = 5 + any(40);

        say_some(count);
        said += count;
        help_turns(any(12), NULL, &em, &reader, NULL);
        kill_broker();
        help_turns(any(3), NULL, &em, &reader, NULL);
        start_broker();
        if (any(2) == 0)
            help_until(is_open, &em, NULL, &em, &reader, NULL);
    }
    help_until(settled, &em, NULL, &em, &reader, NULL);
    help_until(has_seen, &said, NULL, &em, &reader, NULL);
    help_until(caught_up, &reader, NULL, &reader, NULL);
    assert_int_equal(check_record(), said);
    for (size_t i = 0; i < em.answer_count; i++)
        if (em.answers[i].settled)
            assert_memory_equal(&reader.entries[em.answers[i].number - 1].leaf, &em.answers[i].leaf,
                                sizeof em.answers[i].leaf);
}

/* A process of its own: it says, reports what is kept, sends when it can, until it is killed. */
static void speak_until_killed(int out)
{
    struct mu_agent_options options = {.program = "muster-test"};
    mu_agent *agent;

    if (mu_agent_open(em.dir, &options, NULL, &agent) != MU_OK)
        _exit(2);
    em.agent = agent;
    for (;;) {
        struct mu_kept kept = help_seat_say(&em, "report", NULL);

        if (write(out, &kept, sizeof kept) != sizeof kept || mu_agent_turn(agent, 0) != MU_OK)
            _exit(3);
    }
}

static void a_killed_agent_loses_nothing_it_kept(void **state)
{
    unsigned rounds = from_environment("MUSTER_KILLS", 5);
    uint64_t kept_in_all = 0, kept_events = 0;

    (void)state;
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    help_seat_close(&reader); /* a child must not share its sockets; it follows again below */
    help_seat_close(&admin);
    help_seat_close(&em);
    for (unsigned round = 0; round < rounds; round++) {
        struct mu_kept kept = {.sequence = 0};
        unsigned reports = 1 + any(60);
        int ends[2];
        pid_t pid;

        assert_int_equal(pipe(ends), 0);
        pid = fork(); /* no context is open: none was since the seats closed */
        if (pid == 0) {
            close(ends[0]);
            speak_until_killed(ends[1]);
        }
        close(ends[1]);
        while (reports-- > 0 && read(ends[0], &kept, sizeof kept) == sizeof kept)
            continue;
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        while (read(ends[0], &kept, sizeof kept) == sizeof kept)
            continue;
        close(ends[0]);
        assert_true(kept.sequence > kept_in_all);
        kept_in_all = kept.sequence; /* of one lane and instance: a count */
    }
    help_seat_open(&em, false);
    help_seat_open(&reader, false);
    help_seat_open(&admin, false);
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    help_until(settled, &em, NULL, &em, &reader, NULL);
    help_until(has_seen, &kept_in_all, NULL, &em, &reader, NULL);
    help_until(caught_up, &reader, NULL, &reader, NULL);
    kept_events = check_record();
    assert_true(kept_events == kept_in_all || kept_events == kept_in_all + 1); /* kept, not told */
}

/* ---- not alone ------------------------------------------------------------------------------- */

static void clones_and_rollbacks_get_no_silent_yes(void **state)
{
    static struct help_seat clone;
    uint64_t all = 6;

    (void)state;
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    help_seat_say(&em, "one", NULL);
    help_until(settled, &em, NULL, &em, NULL);
    help_seat_close(&em);
    memset(&clone, 0, sizeof clone);
    snprintf(clone.dir, sizeof clone.dir, "%.100s-clone", em.dir);
    help_copy(em.dir, clone.dir);
    help_seat_open(&em, false);
    help_seat_say(&em, "two", "severe");
    help_until(settled, &em, NULL, &em, NULL);
    help_seat_open(&clone, false); /* the copy knows nothing of "two" */
    help_seat_say(&clone, "not two", "severe");
    help_until(settled, &clone, NULL, &clone, NULL);
    assert_true(help_seat_was_told(&clone, MU_LINK_GREETING, MU_E_FORK));
    assert_int_equal(clone.moved_count, 1);
    help_seat_say(&em, "three", NULL);
    help_seat_say(&clone, "not three", NULL);
    help_seat_say(&em, "four", "severe");
    help_until(settled, &em, NULL, &em, &clone, NULL);
    help_until(settled, &clone, NULL, &em, &clone, NULL);
    help_until(has_seen, &all, NULL, &em, &clone, &reader, NULL);
    help_until(caught_up, &reader, NULL, &reader, NULL);
    assert_int_equal(check_record(), 6); /* each once, under three instances */
    help_seat_remove(&clone);
}

/* ---- the step clock -------------------------------------------------------------------------- */

static bool all_idle(void *user)
{
    return mu_agent_all_idle(admin.agent) >= *(uint64_t *)user;
}

static bool clock_stands_at(void *user)
{
    return mu_agent_log_now_ms(em.agent) == *(int64_t *)user;
}

static void the_clock_steps_when_all_are_idle(void **state)
{
    uint64_t head = 0;
    int64_t later;

    (void)state;
    help_until(is_open, &em, NULL, &admin, &em, &reader, NULL);
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    help_seat_say(&em, "one", NULL);
    help_until(settled, &em, NULL, &admin, &em, &reader, NULL);
    help_until(caught_up, &reader, NULL, &admin, &em, &reader, NULL);
    head = reader.head;
    mu_agent_idle(em.agent, head);
    mu_agent_idle(reader.agent, head);
    help_until(all_idle, &head, NULL, &admin, &em, &reader, NULL);
    later = mu_agent_log_now_ms(admin.agent) + 60000;
    mu_agent_clock(admin.agent, later);
    em.agent->times.ping_at = 0; /* ask now: PONG tells where the clock stands */
    help_until(clock_stands_at, &later, NULL, &admin, &em, &reader, NULL);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest stories[] = {
        STORY(what_is_said_is_on_the_other_desk),
        STORY(a_refusal_is_final_and_proven),
        STORY(a_filter_finds_its_own_and_the_roster_with_it),
        STORY(a_key_nobody_enrolled_waits_outside),
        STORY(a_killed_broker_loses_nothing),
        STORY(a_killed_agent_loses_nothing_it_kept),
        STORY(clones_and_rollbacks_get_no_silent_yes),
        STORY(the_clock_steps_when_all_are_idle),
    };

    return cmocka_run_group_tests_name("spine", stories, NULL, NULL);
}
