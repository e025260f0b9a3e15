#include "tests/help/outpost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/wire/json.h"
#include "tests/help/county.h"

static bool settled(void *user)
{
    const struct help_seat *seat = user;

    return mu_agent_unsettled(seat->agent) == 0;
}

static void point_admin(struct outpost *o)
{
    assert_int_equal(mu_agent_point(o->admin.dir, o->house.endpoint, &o->house.log,
                                    o->house.broker_curve, &o->house.log_key),
                     MU_OK);
    help_seat_open(&o->admin, false);
}

void outpost_open(struct outpost *o, const char *rate, const char *conf)
{
    memset(o, 0, sizeof *o);
    served_open(&o->house, rate, conf);
    snprintf(o->admin.dir, sizeof o->admin.dir, "%.100s/admin-1", o->house.dir);
    point_admin(o);
    o->link = help_proxy_open(o->house.endpoint);
}

void outpost_close(struct outpost *o)
{
    help_proxy_close(&o->link);
    help_seat_close(&o->admin);
    served_close(&o->house);
}

static Muster__Event *read_request(const char *dir, mu_arena *arena)
{
    static char text[8192];
    char path[160];
    struct mu_fault fault;
    Muster__Event *event;
    FILE *file;

    snprintf(path, sizeof path, "%.140s/request", dir);
    assert_non_null(file = fopen(path, "re"));
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_int_equal(
        mu_event_from_json((struct mu_bytes){(uint8_t *)text, strlen(text)}, arena, &event, &fault),
        MU_OK);
    return event;
}

/* As `muster agency add` does: the request, an envelope, a role. */
void outpost_enrol(struct outpost *o, const char *const *dirs, size_t count, char *role)
{
    mu_arena arena = mu_arena_make((size_t)64 << 20);
    struct mu_bytes *bodies = mu_arena_take(&arena, count * sizeof *bodies);
    struct mu_fault fault = {0};

    assert_non_null(bodies);
    for (size_t i = 0; i < count; i++) {
        Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
        Muster__Event *event = read_request(dirs[i], &arena);

        envelope.agency = (char *)(uintptr_t)mu_agent_agency(o->admin.agent);
        envelope.area = (char *)(uintptr_t) "cn/99/01/21";
        envelope.has_status = envelope.has_occurred_at_ms = 1;
        envelope.status = MUSTER__STATUS__STATUS_EXERCISE;
        envelope.occurred_at_ms = COUNTY_START_MS;
        event->envelope = &envelope;
        event->enrolment->n_roles = 1;
        event->enrolment->roles = &role;
        bodies[i] = help_packed(event, &arena);
    }
    if (mu_agent_say(o->admin.agent, bodies, count, NULL, &fault) != MU_OK)
        fail_msg("enrolment: %s at %s", mu_err_code(fault.code), fault.path);
    help_until(settled, &o->admin, NULL, &o->admin, NULL);
    for (size_t i = 0; i < o->admin.answer_count; i++)
        assert_int_equal(o->admin.answers[i].code, MU_OK);
    mu_arena_free(&arena);
}

void outpost_seat(struct outpost *o, struct help_seat *seat, const char *agency, char *role)
{
    help_seat_make_at(seat, agency, help_proxy_endpoint(o->link), &o->house.log,
                      o->house.broker_curve, &o->house.log_key);
    outpost_enrol(o, (const char *const[]){seat->dir}, 1, role);
}

void outpost_restart(struct outpost *o)
{
    served_kill(&o->house);
    served_start(&o->house);
    help_proxy_target(o->link, o->house.endpoint);
    help_seat_close(&o->admin);
    point_admin(o);
}

/* ---- what was followed ------------------------------------------------------------------------- */

static const struct mu_entry *entry_before(const struct help_seat *reader, size_t at)
{
    const struct mu_entry *entry = &reader->entries[at];

    for (size_t i = at; i > 0; i--) {
        const struct mu_entry *before = &reader->entries[i - 1];

        if (before->instance == entry->instance && before->lane == entry->lane &&
            mu_agent_id_equal(&before->agent, &entry->agent))
            return before;
    }
    return NULL;
}

uint64_t outpost_faults(const struct help_seat *reader)
{
    uint64_t faults = 0;

    for (size_t i = 0; i < reader->entry_count; i++) {
        const struct mu_entry *entry = &reader->entries[i], *before = entry_before(reader, i);

        faults += entry->number != i + 1;
        faults += entry->sequence != (before == NULL ? 1 : before->sequence + 1);
    }
    return faults;
}

uint64_t outpost_events(const struct help_seat *reader, const struct help_seat *author)
{
    uint64_t events = 0;

    for (size_t i = 0; i < reader->entry_count; i++)
        events += mu_agent_id_equal(&reader->entries[i].agent, mu_agent_self(author->agent));
    return events;
}
