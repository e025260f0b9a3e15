#include "tests/help/desks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/json.h"
#include "tests/help/events.h"

#define TURNS_MAX 20000u /* of a millisecond or so each: a story that hangs */

/* ---- told -------------------------------------------------------------------------------------- */

static enum mu_err on_entry(void *user, const struct mu_entry *entry)
{
    struct desk *desk = user;

    assert_true(desk->count < DESKS_ENTRIES_MAX);
    desk->seen[desk->count++] = entry->number;
    return MU_OK;
}

static enum mu_err on_through(void *user, uint64_t through, uint64_t head)
{
    (void)head;
    ((struct desk *)user)->through = through;
    return MU_OK;
}

static enum mu_err on_split(void *user, const struct mu_split *split)
{
    struct desk *desk = user;

    assert_true(desk->splits < DESKS_SPLITS_MAX);
    desk->split[desk->splits++] = *split;
    return MU_OK;
}

static enum mu_err on_link(void *user, enum mu_link link, enum mu_err why)
{
    if (link == MU_LINK_REFUSED)
        ((struct desk *)user)->why = why;
    return MU_OK;
}

/* ---- machines ---------------------------------------------------------------------------------- */

void desk_on(struct desk *desk)
{
    const struct mu_agent_options options = {
        .program = "muster-test", .desk = true, .no_spool = desk->watcher};
    const struct mu_agent_calls calls = {.on_entry = on_entry,
                                         .on_through = on_through,
                                         .on_split = on_split,
                                         .on_link = on_link,
                                         .user = desk};

    desk->count = desk->splits = 0;
    desk->through = 0;
    desk->why = MU_OK;
    assert_int_equal(mu_agent_open(desk->dir, &options, &calls, &desk->agent), MU_OK);
    assert_int_equal(mu_agent_follow(desk->agent, desk->filter, 1), MU_OK);
}

void desk_off(struct desk *desk)
{
    mu_agent_close(&desk->agent);
}

void desk_remove(struct desk *desk)
{
    char command[256];

    desk_off(desk);
    snprintf(command, sizeof command, "rm -rf %s", desk->dir);
    assert_int_equal(system(command), 0);
}

void desk_point(struct desk *desk, const struct served *at)
{
    assert_int_equal(
        mu_agent_point(desk->dir, at->endpoint, &at->log, at->broker_curve, &at->log_key), MU_OK);
}

static void turn(struct desk *desk, int timeout_ms)
{
    enum mu_err err = desk->agent != NULL ? mu_agent_turn(desk->agent, timeout_ms) : MU_OK;

    if (err != MU_OK)
        fail_msg("%s: %s", desk->agency, mu_err_code(err));
}

/* ---- saying ------------------------------------------------------------------------------------ */

static uint64_t say_packed(struct desks *d, struct desk *desk, struct mu_bytes body)
{
    struct mu_fault fault;
    unsigned turns = 0;

    if (mu_agent_say(desk->agent, &body, 1, NULL, &fault) != MU_OK)
        fail_msg("%s: %s at %s", desk->agency, mu_err_code(fault.code), fault.path);
    while (mu_agent_unsettled(desk->agent) > 0) {
        assert_true(turns++ < TURNS_MAX);
        turn(desk, 2);
        if (desk != &d->admin)
            turn(&d->admin, 0);
    }
    return desk->agent->head.size;
}

uint64_t desks_say(struct desks *d, struct desk *desk, const char *kind, const char *const *said)
{
    mu_arena arena = mu_arena_make((size_t)1 << 20);
    Muster__Event *event = help_event(&arena, kind, said);
    uint64_t number;

    event->envelope->agency = desk->agency;
    number = say_packed(d, desk, help_packed(event, &arena));
    mu_arena_free(&arena);
    return number;
}

static void read_request(const struct desk *desk, char *text, size_t room)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof path, "%s/request", desk->dir);
    assert_non_null(file = fopen(path, "r"));
    text[fread(text, 1, room - 1, file)] = '\0';
    fclose(file);
}

static void make_machine(const struct desks *d, struct desk *desk)
{
    snprintf(desk->dir, sizeof desk->dir, "/tmp/muster-desk-XXXXXX");
    assert_non_null(mkdtemp(desk->dir));
    assert_int_equal(mu_agent_create(desk->dir, desk->agency, "muster-test"), MU_OK);
    desk_point(desk, &d->served);
}

void desks_enrol(struct desks *d, struct desk *desk, const char *agency, const char *filter,
                 bool is_desk)
{
    static char role[] = "emergency_management", area[] = "cn/99/01/21";
    char *roles[] = {role}, text[8192];
    mu_arena arena = mu_arena_make((size_t)1 << 20);
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Event *event;
    struct mu_fault fault;

    *desk = (struct desk){.count = 0};
    snprintf(desk->agency, sizeof desk->agency, "%s", agency);
    snprintf(desk->filter, sizeof desk->filter, "%s", filter);
    make_machine(d, desk);
    read_request(desk, text, sizeof text);
    assert_int_equal(mu_event_from_json((struct mu_bytes){(uint8_t *)text, strlen(text)}, &arena,
                                        &event, &fault),
                     MU_OK);
    envelope.agency = d->admin.agency;
    envelope.area = area;
    envelope.has_status = envelope.has_occurred_at_ms = 1;
    envelope.status = MUSTER__STATUS__STATUS_EXERCISE;
    envelope.occurred_at_ms = d->now_ms;
    event->envelope = &envelope;
    event->enrolment->n_roles = 1;
    event->enrolment->roles = roles;
    event->enrolment->has_desk = 1;
    event->enrolment->desk = is_desk;
    (void)say_packed(d, &d->admin, help_packed(event, &arena));
    mu_arena_free(&arena);
}

/* ---- the county -------------------------------------------------------------------------------- */

void desks_open(struct desks *d, const char *rate)
{
    struct desk *admin = &d->admin;

    memset(d, 0, sizeof *d);
    served_open(&d->served, rate, NULL);
    snprintf(admin->dir, sizeof admin->dir, "%s/admin-1", d->served.dir);
    desk_point(admin, &d->served);
    desk_on(admin);
    snprintf(admin->agency, sizeof admin->agency, "%s", mu_agent_agency(admin->agent));
    desks_rest(d, NULL, 0);
    d->now_ms = mu_agent_log_now_ms(admin->agent);
}

void desks_close(struct desks *d)
{
    desk_off(&d->admin);
    served_close(&d->served);
}

/* It has been handed all that anybody here knows to be recorded, and has stated it. */
static bool is_level(const struct desks *d, const struct desk *desk)
{
    if (desk->agent == NULL)
        return true;
    return mu_agent_link(desk->agent, NULL) == MU_LINK_OPEN &&
           desk->agent->head.size <= d->admin.through && desk->through >= d->admin.through &&
           mu_agent_stated(desk->agent, d->admin.through);
}

static bool at_rest(const struct desks *d, struct desk *const *desks, size_t count)
{
    const mu_agent *admin = d->admin.agent;
    bool level = mu_agent_link(admin, NULL) == MU_LINK_OPEN && d->admin.through > 0 &&
                 d->admin.through >= admin->told_head;

    for (size_t i = 0; i < count && level; i++)
        level = is_level(d, desks[i]);
    return level;
}

void desks_rest(struct desks *d, struct desk *const *desks, size_t count)
{
    for (unsigned turns = 0; turns == 0 || !at_rest(d, desks, count); turns++) {
        assert_true(turns < TURNS_MAX);
        turn(&d->admin, 1);
        for (size_t i = 0; i < count; i++)
            turn(desks[i], 0);
    }
}

static void stop_stuck(const struct desks *d, const struct desk *desk)
{
    const struct mu_witness *w = &desk->agent->witness;

    fail_msg("%s, link %d: through %llu of %llu, looked %llu, head %llu%s", desk->agency,
             (int)mu_agent_link(desk->agent, NULL), (unsigned long long)desk->through,
             (unsigned long long)d->admin.through, (unsigned long long)w->looked,
             (unsigned long long)desk->agent->head.size, w->moved ? ", owes a receipt" : "");
}

/* It has not been handed all, or cannot state it yet. */
static bool lacks(const struct desks *d, const struct desk *desk)
{
    const struct mu_witness *w = &desk->agent->witness;

    return desk->through < d->admin.through || (w->moved && desk->agent->head.size < w->looked);
}

void desks_hand(struct desks *d, struct desk *desk)
{
    for (unsigned turns = 0; lacks(d, desk); turns++) {
        if (turns == TURNS_MAX)
            stop_stuck(d, desk);
        desks_turn(d, desk);
    }
}

void desks_state(struct desks *d, struct desk *desk)
{
    for (unsigned turns = 0; desk->agent->witness.moved; turns++) {
        if (turns == TURNS_MAX)
            stop_stuck(d, desk);
        desks_turn(d, desk);
    }
}

void desks_turn(struct desks *d, struct desk *desk)
{
    turn(&d->admin, 1);
    turn(desk, 1);
}

void desks_step(struct desks *d, int64_t ms)
{
    d->now_ms += ms;
    mu_agent_clock(d->admin.agent, d->now_ms);
    for (unsigned turns = 0; mu_agent_log_now_ms(d->admin.agent) < d->now_ms; turns++) {
        assert_true(turns < TURNS_MAX);
        turn(&d->admin, 2);
    }
}
