/* muster agency rotate: a new key for a seat there is already. The new one is enrolled on the terms of the
 * old, with a new certificate, and the old retired as far as the record holds it, once the machine has said
 * that it has the answer. Ended in between, both stand: run again, it goes on. */
#include "agents/cli/enrol/invite.h"

#include <string.h>

#include "agents/cli/enrol/retire.h"
#include "proto/wire/event.h"

static enum mu_err find_enrolment(void *user, const struct mu_entry *entry)
{
    struct mu_invite *invite = user;
    const Muster__Event *event = NULL;
    const Muster__Enrolment *e = entry->event == NULL ? NULL : entry->event->enrolment;
    uint8_t *body;

    if (e == NULL || entry->event->body_case != MUSTER__EVENT__BODY_ENROLMENT ||
        e->agent.len != sizeof invite->old.b ||
        memcmp(e->agent.data, invite->old.b, e->agent.len) != 0)
        return MU_OK;
    body = mu_arena_copy(&invite->voice.arena, entry->body.data, entry->body.size);
    if (body == NULL)
        return MU_E_NO_MEMORY;
    if (mu_event_unpack((struct mu_bytes){body, entry->body.size}, &invite->voice.arena, &event,
                        NULL) != MU_OK)
        return MU_E_CORRUPT;
    invite->seat = event->enrolment;
    return MU_OK;
}

/* The one key of the agency that stands, or the one whose id begins as typed. */
static const struct mu_member *find_member(const struct mu_invite *invite, size_t *count)
{
    const char *prefix = invite->agent_hex == NULL ? "" : invite->agent_hex;
    const struct mu_member *m, *found = NULL;

    *count = 0;
    for (size_t i = 0; (m = mu_roster_at(invite->roster, i)) != NULL; i++) {
        char hex[33];

        mu_hex(m->agent.b, sizeof m->agent.b, hex);
        if (m->is_broker || m->is_admin || m->standing != MU_STANDING_GOOD ||
            strcmp(m->agency, invite->agency) != 0 || strncmp(hex, prefix, strlen(prefix)) != 0)
            continue;
        found = m;
        (*count)++;
    }
    return found;
}

static bool is_admins(const struct mu_invite *invite)
{
    const struct mu_member *m;

    for (size_t i = 0; (m = mu_roster_at(invite->roster, i)) != NULL; i++)
        if (m->is_admin && m->standing == MU_STANDING_GOOD &&
            strcmp(m->agency, invite->agency) == 0)
            return true;
    return false;
}

int mu_invite_find_seat(struct mu_invite *invite)
{
    struct mu_talk *talk = &invite->voice.talk;
    size_t count;
    const struct mu_member *m = find_member(invite, &count);
    mu_roster *again = NULL;
    enum mu_err err;

    if (count == 0 && is_admins(invite))
        return mu_cli_misused(invite->cli, MU_W_ROTATE_IS_ADMIN, invite->agency, NULL);
    if (count == 0)
        return mu_cli_fail(invite->cli, MU_EXIT_ABSENT, MU_W_NOT_IN_ROSTER, invite->agency, NULL);
    if (count > 1)
        return mu_cli_misused(invite->cli, MU_W_WHICH_AGENT, invite->agency, NULL);
    invite->old = m->agent;
    err = mu_rolls_read(talk, find_enrolment, invite, &again);
    mu_roster_free(&again);
    if (err != MU_OK)
        return mu_talk_explain(talk, err);
    return invite->seat != NULL
               ? MU_EXIT_DONE
               : mu_cli_fail(invite->cli, MU_EXIT_ABSENT, MU_W_NOT_IN_ROSTER, invite->agency, NULL);
}

void mu_invite_keep_terms(const struct mu_invite *invite, Muster__Enrolment *e)
{
    const Muster__Enrolment *old = invite->seat;

    e->name = old->name;
    e->n_roles = old->n_roles;
    e->roles = old->roles;
    e->n_grants = old->n_grants;
    e->grants = old->grants;
    e->has_desk = old->has_desk;
    e->desk = old->desk;
    e->contact_post = old->contact_post;
    e->telephone = old->telephone;
    e->has_not_before_ms = old->has_not_before_ms;
    e->not_before_ms = old->not_before_ms;
    e->has_not_after_ms = old->has_not_after_ms;
    e->not_after_ms = old->not_after_ms;
    e->home_area = old->home_area;
}

int mu_invite_retire_old(struct mu_invite *invite)
{
    struct mu_agent_id successor;
    struct mu_retirement r = {.agent = invite->old,
                              .successor = &successor,
                              .reason = invite->reason != NULL ? invite->reason : "key rotated"};

    memcpy(successor.b, invite->wanted->agent.data, sizeof successor.b);
    return mu_retire(&invite->voice, invite->roster, &r);
}
