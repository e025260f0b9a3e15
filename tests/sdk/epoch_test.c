/* A record restored from a backup: says so, gets back what it lost, and nobody is told anything twice.
 * Real musterd, real spools; what a follower saw before is forgotten, not shown. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/wire/json.h"
#include "tests/help/events.h"
#include "tests/help/seat.h"
#include "tests/help/served.h"

#define SAID_MAX 400u

static struct served county;
static struct help_seat admin, em, water, reader;
static struct mu_kept said[SAID_MAX];
static size_t said_count;
static uint32_t epoch; /* as everybody should come to know */

/* ---- the county ------------------------------------------------------------------------------ */

static bool settled(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_unsettled(seat->agent) == 0;
}

static bool caught_up(void *user)
{
    const struct help_seat *seat = user;
    struct mu_head head;

    mu_agent_head(seat->agent, &head);
    return mu_agent_link(seat->agent, NULL) == MU_LINK_OPEN && seat->head > 0 &&
           seat->through == seat->head && seat->head >= head.size;
}

/* Nothing waits, and everybody knows which epoch it is. */
static bool is_at_rest(const struct help_seat *seat)
{
    struct mu_head head;

    mu_agent_head(seat->agent, &head);
    return mu_agent_unsettled(seat->agent) == 0 && head.epoch == epoch &&
           mu_agent_link(seat->agent, NULL) == MU_LINK_OPEN;
}

static bool all_at_rest(void *user)
{
    (void)user;
    return is_at_rest(&admin) && is_at_rest(&em) && is_at_rest(&water) && is_at_rest(&reader) &&
           caught_up(&reader);
}

static void until_at_rest(void)
{
    help_until(all_at_rest, NULL, NULL, &admin, &em, &water, &reader, NULL);
}

static void open_admin(void)
{
    memset(&admin, 0, sizeof admin);
    snprintf(admin.dir, sizeof admin.dir, "%.100s/admin-1", county.dir);
    assert_int_equal(mu_agent_point(admin.dir, county.endpoint, &county.log, county.broker_curve,
                                    &county.log_key),
                     MU_OK);
    help_seat_open(&admin, false);
}

static void enrol(struct help_seat *seat, const char *agency, char *role)
{
    static char text[8192];
    mu_arena arena = mu_arena_make(1u << 20);
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Event *event;
    struct mu_fault fault;
    struct mu_bytes body;
    char path[256];
    FILE *file;

    help_seat_make_at(seat, agency, county.endpoint, &county.log, county.broker_curve,
                      &county.log_key);
    snprintf(path, sizeof path, "%s/request", seat->dir);
    assert_non_null(file = fopen(path, "r"));
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
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
    assert_int_equal(mu_agent_say(admin.agent, &body, 1, NULL, &fault), MU_OK);
    help_until(settled, &admin, NULL, &admin, NULL);
    mu_arena_free(&arena);
}

static int make(void **state)
{
    static char em_role[] = "emergency_management", water_role[] = "water", health[] = "health";

    (void)state;
    said_count = 0;
    epoch = 1;
    served_open(&county, "step", NULL);
    county.stays = true;
    open_admin();
    enrol(&em, "EM", em_role);
    enrol(&water, "WATER", water_role);
    enrol(&reader, "HEALTH", health);
    help_seat_open(&em, false);
    help_seat_open(&water, false);
    help_seat_open(&reader, true);
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    help_seat_remove(&em);
    help_seat_remove(&water);
    help_seat_remove(&reader);
    help_seat_close(&admin);
    served_close(&county);
    return 0;
}

/* ---- saying and losing ----------------------------------------------------------------------- */

/* EM and WATER in turn, a third of it life safety, and everybody has it. */
static void say(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char words[32];

        assert_true(said_count < SAID_MAX);
        snprintf(words, sizeof words, "report %zu", said_count);
        said[said_count] = help_seat_say(said_count % 2 == 0 ? &em : &water, words,
                                         said_count % 3 == 0   ? "extreme"
                                         : said_count % 3 == 1 ? "severe"
                                                               : NULL);
        said_count++;
    }
    until_at_rest();
}

static void back_up(const char *name)
{
    char arguments[256];

    snprintf(arguments, sizeof arguments, "backup --dir %%s --to %%s/%s", name);
    assert_int_equal(served_command(&county, arguments), 0);
}

/* The disk burns; what is left is the backup. */
static void burn(void)
{
    char command[300];

    served_kill(&county);
    snprintf(command, sizeof command, "rm -rf %s/log", county.dir);
    assert_int_equal(system(command), 0);
}

static void restore(const char *name)
{
    char arguments[256];

    snprintf(arguments, sizeof arguments, "restore --dir %%s --from %%s/%s", name);
    assert_int_equal(served_command(&county, arguments), 0);
}

static char report[16384]; /* what muster-replay verify said last */

static void verify(int wanted)
{
    const char *build = getenv("B");
    char command[400];
    FILE *out;

    snprintf(command, sizeof command, "%s/muster-replay verify %s --json",
             build != NULL ? build : "build", county.dir);
    assert_non_null(out = popen(command, "r"));
    report[fread(report, 1, sizeof report - 1, out)] = '\0';
    assert_int_equal(pclose(out) / 256, wanted);
}

/* ---- what is to be seen ---------------------------------------------------------------------- */

static size_t times_read(const struct mu_hash *leaf)
{
    size_t times = 0;

    for (size_t i = 0; i < reader.entry_count; i++)
        times += mu_hash_equal(&reader.entries[i].leaf, leaf);
    return times;
}

/* Numbers without a gap, and the author's sequences in order; `gaps` where one may be missing. */
static void check_order(bool gaps)
{
    for (size_t i = 0; i < reader.entry_count; i++) {
        const struct mu_entry *entry = &reader.entries[i];

        assert_int_equal(entry->number, i + 1);
        for (size_t j = i; j-- > 0;) {
            const struct mu_entry *before = &reader.entries[j];

            if (before->instance != entry->instance || before->lane != entry->lane ||
                !mu_agent_id_equal(&before->agent, &entry->agent))
                continue;
            if (!gaps)
                assert_int_equal(entry->sequence, before->sequence + 1);
            assert_true(entry->sequence > before->sequence);
            break;
        }
    }
}

/* Those from `first` on up to `last` (0: none) are gone for good, all others are there once. */
static void check_said(size_t first, size_t last)
{
    for (size_t i = 0; i < said_count; i++) {
        size_t wanted = last > 0 && i + 1 >= first && i + 1 <= last ? 0 : 1;

        if (times_read(&said[i].leaf) != wanted)
            fail_msg("report %zu was read %zu times", i, times_read(&said[i].leaf));
    }
}

/* The last answer everybody had names the place where it stands now. */
static void check_answers(const struct help_seat *seat)
{
    for (size_t i = 0; i < said_count; i++) {
        const struct mu_answer *answer = help_seat_answer(seat, &said[i]);

        if (answer == NULL || !answer->settled || times_read(&said[i].leaf) == 0)
            continue;
        assert_int_equal(answer->code, MU_OK);
        assert_memory_equal(&reader.entries[answer->number - 1].leaf, &said[i].leaf, 32);
        assert_int_equal(reader.entries[answer->number - 1].epoch, answer->epoch);
    }
}

static void read_anew(void)
{
    help_seat_close(&reader);
    reader.entry_count = 0;
    reader.through = reader.head = 0;
    help_seat_open(&reader, true);
    assert_int_equal(mu_agent_follow(reader.agent, "", 1), MU_OK);
    help_until(caught_up, &reader, NULL, &reader, NULL);
}

/* ---- stories --------------------------------------------------------------------------------- */

static void what_was_said_after_the_backup_comes_back(void **state)
{
    uint64_t at_backup;

    (void)state;
    say(50);
    back_up("fifty");
    at_backup = reader.head;
    say(50);
    burn();
    restore("fifty");
    served_start(&county);
    epoch = 2;
    until_at_rest();
    assert_int_equal(reader.epochs, 1);
    assert_int_equal(reader.common, at_backup);
    check_order(false);
    check_said(0, 0);
    check_answers(&em);
    check_answers(&water);
    verify(0);
    print_message("# %s\n", report);
    read_anew();
    check_order(false);
    check_said(0, 0);
    verify(0);
    say(10); /* and life goes on, each in his old instance */
    check_order(false);
    check_said(0, 0);
    assert_int_equal(em.moved_count, 0);
    assert_int_equal(reader.epochs, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_said_after_the_backup_comes_back, make, drop),
    };

    return cmocka_run_group_tests_name("epoch", tests, NULL, NULL);
}
