#include "tests/help/ruin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/json.h"
#include "tests/help/events.h"

struct ruin ruin;

/* ---- the county ------------------------------------------------------------------------------ */

bool ruin_settled(void *user)
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
    return mu_agent_unsettled(seat->agent) == 0 && head.epoch == ruin.epoch &&
           mu_agent_link(seat->agent, NULL) == MU_LINK_OPEN;
}

bool ruin_knows_epoch(void *user)
{
    const struct help_seat *seat = user;
    struct mu_head head;

    mu_agent_head(seat->agent, &head);
    return head.epoch == ruin.epoch;
}

/* The reader has read all that was answered. */
static bool has_read(const struct help_seat *seat)
{
    const struct mu_answer *last = &seat->answers[seat->answer_count - 1];

    return seat->answer_count == 0 || last->epoch != ruin.epoch ||
           ruin.reader.through >= last->number;
}

static bool all_at_rest(void *user)
{
    (void)user;
    /* The admin neither reads nor speaks: an epoch begun in its session it hears of with the next. */
    return ruin_settled(&ruin.admin) && is_at_rest(&ruin.em) && is_at_rest(&ruin.water) &&
           is_at_rest(&ruin.reader) && caught_up(&ruin.reader) && has_read(&ruin.em) &&
           has_read(&ruin.water);
}

void ruin_until_at_rest(void)
{
    help_until(all_at_rest, NULL, NULL, &ruin.admin, &ruin.em, &ruin.water, &ruin.reader, NULL);
}

static void open_admin(void)
{
    memset(&ruin.admin, 0, sizeof ruin.admin);
    snprintf(ruin.admin.dir, sizeof ruin.admin.dir, "%.100s/admin-1", ruin.county.dir);
    assert_int_equal(mu_agent_point(ruin.admin.dir, ruin.county.endpoint, &ruin.county.log,
                                    ruin.county.broker_curve, &ruin.county.log_key),
                     MU_OK);
    help_seat_open(&ruin.admin, false);
}

void ruin_enrol(struct help_seat *seat, const char *agency, char *role)
{
    static char text[8192];
    mu_arena arena = mu_arena_make(1u << 20);
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Event *event;
    struct mu_fault fault;
    struct mu_bytes body;
    char path[256];
    FILE *file;

    help_seat_make_at(seat, agency, ruin.county.endpoint, &ruin.county.log,
                      ruin.county.broker_curve, &ruin.county.log_key);
    snprintf(path, sizeof path, "%s/request", seat->dir);
    assert_non_null(file = fopen(path, "r"));
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_int_equal(mu_event_from_json((struct mu_bytes){(uint8_t *)text, strlen(text)}, &arena,
                                        &event, &fault),
                     MU_OK);
    envelope.agency = (char *)mu_agent_agency(ruin.admin.agent);
    envelope.area = (char *)"cn/99/01/21";
    envelope.has_status = envelope.has_occurred_at_ms = 1;
    envelope.status = MUSTER__STATUS__STATUS_EXERCISE;
    envelope.occurred_at_ms = HELP_MIDNIGHT_MS;
    event->envelope = &envelope;
    event->enrolment->n_roles = 1;
    event->enrolment->roles = &role;
    body = help_packed(event, &arena);
    assert_int_equal(mu_agent_say(ruin.admin.agent, &body, 1, NULL, &fault), MU_OK);
    help_until(ruin_settled, &ruin.admin, NULL, &ruin.admin, NULL);
    mu_arena_free(&arena);
}

int ruin_make(void **state)
{
    static char em_role[] = "emergency_management", water_role[] = "water", health[] = "health";

    (void)state;
    ruin.said_count = 0;
    ruin.epoch = 1;
    served_open(&ruin.county, "step", NULL);
    ruin.county.stays = true;
    open_admin();
    ruin_enrol(&ruin.em, "EM", em_role);
    ruin_enrol(&ruin.water, "WATER", water_role);
    ruin_enrol(&ruin.reader, "HEALTH", health);
    help_seat_open(&ruin.em, false);
    help_seat_open(&ruin.water, false);
    help_seat_open(&ruin.reader, true);
    assert_int_equal(mu_agent_follow(ruin.reader.agent, "", 1), MU_OK);
    return 0;
}

int ruin_drop(void **state)
{
    (void)state;
    help_seat_remove(&ruin.em);
    help_seat_remove(&ruin.water);
    help_seat_remove(&ruin.reader);
    help_seat_close(&ruin.admin);
    served_close(&ruin.county);
    return 0;
}

/* ---- saying and losing ----------------------------------------------------------------------- */

void ruin_say(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char words[32];

        assert_true(ruin.said_count < RUIN_SAID_MAX);
        snprintf(words, sizeof words, "report %zu", ruin.said_count);
        ruin.said[ruin.said_count] =
            help_seat_say(ruin.said_count % 2 == 0 ? &ruin.em : &ruin.water, words,
                          ruin.said_count % 3 == 0   ? "extreme"
                          : ruin.said_count % 3 == 1 ? "severe"
                                                     : NULL);
        ruin.said_count++;
    }
    ruin_until_at_rest();
}

void ruin_back_up(const char *name)
{
    char arguments[256];

    snprintf(arguments, sizeof arguments, "backup --dir %%s --to %%s/%s", name);
    assert_int_equal(served_command(&ruin.county, arguments), 0);
}

void ruin_burn(void)
{
    char command[300];

    served_kill(&ruin.county);
    snprintf(command, sizeof command, "rm -rf %s/log", ruin.county.dir);
    assert_int_equal(system(command), 0);
}

void ruin_restore(const char *name)
{
    char arguments[256];

    snprintf(arguments, sizeof arguments, "restore --dir %%s --from %%s/%s", name);
    assert_int_equal(served_command(&ruin.county, arguments), 0);
}

void ruin_verify(int wanted)
{
    const char *build = getenv("B");
    char command[400];
    FILE *out;

    snprintf(command, sizeof command, "%s/muster-replay verify %s --json",
             build != NULL ? build : "build", ruin.county.dir);
    assert_non_null(out = popen(command, "r"));
    ruin.report[fread(ruin.report, 1, sizeof ruin.report - 1, out)] = '\0';
    assert_int_equal(pclose(out) / 256, wanted);
}

void ruin_verify_says(const char *what)
{
    ruin_verify(0);
    if (strstr(ruin.report, what) == NULL)
        fail_msg("%s is not in %s", what, ruin.report);
}

/* ---- what is to be seen ---------------------------------------------------------------------- */

size_t ruin_times_read(const struct mu_hash *leaf)
{
    size_t times = 0;

    for (size_t i = 0; i < ruin.reader.entry_count; i++)
        times += mu_hash_equal(&ruin.reader.entries[i].leaf, leaf);
    return times;
}

void ruin_check_order(bool gaps)
{
    for (size_t i = 0; i < ruin.reader.entry_count; i++) {
        const struct mu_entry *entry = &ruin.reader.entries[i];

        assert_int_equal(entry->number, i + 1);
        for (size_t j = i; j-- > 0;) {
            const struct mu_entry *before = &ruin.reader.entries[j];

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

void ruin_check_said(size_t first, size_t last)
{
    for (size_t i = 0; i < ruin.said_count; i++) {
        size_t wanted = last > 0 && i + 1 >= first && i + 1 <= last ? 0 : 1;

        if (ruin_times_read(&ruin.said[i].leaf) != wanted)
            fail_msg("report %zu was read %zu times", i, ruin_times_read(&ruin.said[i].leaf));
    }
}

void ruin_check_answers(const struct help_seat *seat)
{
    for (size_t i = 0; i < ruin.said_count; i++) {
        const struct mu_answer *answer = help_seat_answer(seat, &ruin.said[i]);

        if (answer == NULL || !answer->settled || ruin_times_read(&ruin.said[i].leaf) == 0)
            continue;
        assert_int_equal(answer->code, MU_OK);
        assert_memory_equal(&ruin.reader.entries[answer->number - 1].leaf, &ruin.said[i].leaf, 32);
        assert_int_equal(ruin.reader.entries[answer->number - 1].epoch, answer->epoch);
    }
}

void ruin_read_anew(void)
{
    help_seat_close(&ruin.reader);
    ruin.reader.entry_count = 0;
    ruin.reader.through = ruin.reader.head = 0;
    help_seat_open(&ruin.reader, true);
    assert_int_equal(mu_agent_follow(ruin.reader.agent, "", 1), MU_OK);
    help_until(caught_up, &ruin.reader, NULL, &ruin.reader, NULL);
}

size_t ruin_openings(void)
{
    size_t count = 0;

    for (const char *at = ruin.report; (at = strstr(at, "\"epoch\":")) != NULL; at++)
        count++;
    return count;
}
