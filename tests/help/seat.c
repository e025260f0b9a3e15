#include "tests/help/seat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/events.h"

#define SEATS_MAX 8u
#define TURNS_MAX 30000u /* of a millisecond or so each: a story that hangs */

/* ---- told ------------------------------------------------------------------------------------ */

static enum mu_err on_answer(void *user, const struct mu_answer *answer)
{
    struct help_seat *seat = user;

    assert_true(seat->answer_count < HELP_SEAT_NOTES);
    seat->answers[seat->answer_count] = *answer;
    seat->answers[seat->answer_count++].path = "";
    return MU_OK;
}

static enum mu_err on_entry(void *user, const struct mu_entry *entry)
{
    struct help_seat *seat = user;
    struct mu_entry *note = &seat->entries[seat->entry_count];

    assert_true(seat->entry_count < HELP_SEAT_NOTES);
    *note = *entry;
    note->body = (struct mu_bytes){NULL, 0};
    note->event = NULL;
    note->path = "";
    if (entry->event != NULL && entry->event->body_case == MUSTER__EVENT__BODY_FIELD_REPORT)
        snprintf(seat->words[seat->entry_count], sizeof seat->words[0], "%.31s",
                 entry->event->field_report->words);
    seat->entry_count++;
    if (entry->number == seat->stop_number) {
        seat->stop_number = 0;
        return seat->stop_at_entry;
    }
    return MU_OK;
}

static enum mu_err on_through(void *user, uint64_t through, uint64_t head)
{
    struct help_seat *seat = user;

    assert_true(through >= seat->through);
    seat->through = through;
    seat->head = head;
    return MU_OK;
}

static enum mu_err on_link(void *user, enum mu_link link, enum mu_err why)
{
    struct help_seat *seat = user;

    assert_true(seat->link_count < sizeof seat->links / sizeof seat->links[0]);
    seat->links[seat->link_count] = link;
    seat->whys[seat->link_count++] = why;
    return MU_OK;
}

/* What was read behind `common` may not be so any more: it is read again. */
static enum mu_err on_epoch(void *user, uint64_t common)
{
    struct help_seat *seat = user;

    while (seat->entry_count > 0 && seat->entries[seat->entry_count - 1].number > common)
        seat->entry_count--;
    seat->epochs++;
    seat->common = seat->through = common;
    return MU_OK;
}

static enum mu_err on_moved(void *user, const struct mu_kept *was, const struct mu_kept *now)
{
    struct help_seat *seat = user;

    assert_true(seat->moved_count < sizeof seat->was / sizeof seat->was[0]);
    seat->was[seat->moved_count] = *was;
    seat->now[seat->moved_count++] = *now;
    return MU_OK;
}

const struct mu_answer *help_seat_answer(const struct help_seat *seat, const struct mu_kept *kept)
{
    for (size_t i = seat->answer_count; i > 0; i--)
        if (mu_hash_equal(&seat->answers[i - 1].leaf, &kept->leaf))
            return &seat->answers[i - 1];
    return NULL;
}

bool help_seat_was_told(const struct help_seat *seat, enum mu_link link, enum mu_err why)
{
    for (size_t i = 0; i < seat->link_count; i++)
        if (seat->links[i] == link && seat->whys[i] == why)
            return true;
    return false;
}

/* ---- the directory --------------------------------------------------------------------------- */

void help_seat_make_at(struct help_seat *seat, const char *agency, const char *endpoint,
                       const struct mu_hash *log, const uint8_t curve[32],
                       const struct mu_public *log_key)
{
    memset(seat, 0, sizeof *seat);
    snprintf(seat->dir, sizeof seat->dir, "/tmp/muster-seat-XXXXXX");
    assert_non_null(mkdtemp(seat->dir));
    assert_int_equal(mu_agent_create(seat->dir, agency, "muster-test"), MU_OK);
    assert_int_equal(mu_agent_point(seat->dir, endpoint, log, curve, log_key), MU_OK);
}

void help_seat_make(struct help_seat *seat, const struct help_broker *b)
{
    help_seat_make_at(seat, "EM", b->endpoint, &b->log, b->curve, &b->log_key);
}

void help_seat_open(struct help_seat *seat, bool no_spool)
{
    const struct mu_agent_options options = {.no_spool = no_spool};
    const struct mu_agent_calls calls = {.on_answer = on_answer,
                                         .on_entry = on_entry,
                                         .on_through = on_through,
                                         .on_link = on_link,
                                         .on_moved = on_moved,
                                         .on_epoch = on_epoch,
                                         .user = seat};

    assert_int_equal(mu_agent_open(seat->dir, &options, &calls, &seat->agent), MU_OK);
}

void help_seat_close(struct help_seat *seat)
{
    mu_agent_close(&seat->agent);
}

void help_seat_remove(struct help_seat *seat)
{
    char command[160];

    help_seat_close(seat);
    snprintf(command, sizeof command, "rm -rf %s", seat->dir);
    assert_int_equal(system(command), 0);
}

void help_copy(const char *from, const char *to)
{
    char command[300];

    snprintf(command, sizeof command, "rm -rf %s && cp -a %s %s", to, from, to);
    assert_int_equal(system(command), 0);
}

struct mu_kept help_seat_say(struct help_seat *seat, const char *words, const char *severity)
{
    mu_arena arena = mu_arena_make(1u << 20);
    char said[64], agency[64], grave[64];
    const char *fields[4] = {said, agency, NULL, NULL};
    struct mu_fault fault = {0};
    struct mu_bytes body;
    struct mu_kept kept;

    snprintf(said, sizeof said, "words=%s", words);
    snprintf(agency, sizeof agency, "envelope.agency=%s", mu_agent_agency(seat->agent));
    snprintf(grave, sizeof grave, "envelope.severity=%s", severity != NULL ? severity : "");
    if (severity != NULL)
        fields[2] = grave;
    body = help_packed(help_event(&arena, "field_report", fields), &arena);
    if (mu_agent_say(seat->agent, &body, 1, &kept, &fault) != MU_OK)
        fail_msg("say: %s at %s", mu_err_code(fault.code), fault.path);
    mu_arena_free(&arena);
    return kept;
}

/* ---- turning --------------------------------------------------------------------------------- */

static size_t collect(struct help_seat *seats[SEATS_MAX], struct help_seat *first, va_list rest)
{
    size_t count = 0;

    for (struct help_seat *seat = first; seat != NULL; seat = va_arg(rest, struct help_seat *)) {
        assert_true(count < SEATS_MAX);
        seats[count++] = seat;
    }
    return count;
}

static void turn_all(struct help_broker *broker, struct help_seat *seats[SEATS_MAX], size_t count)
{
    if (broker != NULL)
        help_broker_turn(broker, 0);
    for (size_t i = 0; i < count; i++) {
        enum mu_err err = mu_agent_turn(seats[i]->agent, 1);

        if (err != MU_OK && err != seats[i]->stop_at_entry)
            fail_msg("turn: %s", mu_err_code(err));
    }
}

void help_until(bool (*done)(void *user), void *user, struct help_broker *broker,
                struct help_seat *first, ...)
{
    struct help_seat *seats[SEATS_MAX];
    size_t count;
    va_list rest;

    va_start(rest, first);
    count = collect(seats, first, rest);
    va_end(rest);
    for (unsigned i = 0; i < TURNS_MAX; i++) {
        if (done(user))
            return;
        turn_all(broker, seats, count);
    }
    fail_msg("it never came to that");
}

void help_turns(unsigned turns, struct help_broker *broker, struct help_seat *first, ...)
{
    struct help_seat *seats[SEATS_MAX];
    size_t count;
    va_list rest;

    va_start(rest, first);
    count = collect(seats, first, rest);
    va_end(rest);
    while (turns-- > 0)
        turn_all(broker, seats, count);
}
