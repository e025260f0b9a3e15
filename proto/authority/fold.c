/* The fold: one accepted entry after the other, from genesis on. Everything was judged before it was
 * accepted, by the same checks; what does not fit now is our own mistake, or a damaged record. */
#include "proto/authority/inside.h"

#include "proto/base/arena.h"

static enum mu_err fold_genesis(mu_roster *r, const struct mu_entry *entry,
                                const Muster__Event *event)
{
    if (r->begun || entry->number != 1)
        return MU_E_CORRUPT;
    return mu_genesis_apply(r, event, &entry->leaf);
}

static enum mu_err fold_change(mu_roster *r, const struct mu_entry *entry,
                               const Muster__Event *event)
{
    struct mu_roster_word word = {entry->agent, entry->accepted_at_ms, entry->number};
    enum mu_err err;

    if (!r->begun)
        return MU_E_CORRUPT;
    if (!mu_needs_two_seals(r, event, &entry->agent))
        return mu_change_apply(r, event, &word);
    if ((err = mu_change_check(r, event, &word, NULL)) != MU_OK)
        return err;
    return mu_proposal_keep(r, entry, event);
}

static enum mu_err fold_event(mu_roster *r, const struct mu_entry *entry,
                              const Muster__Event *event)
{
    enum mu_err err;

    if (!mu_kind_is_roster(mu_kind_of(event)))
        return MU_OK;
    if (event->body_case == MUSTER__EVENT__BODY_GENESIS)
        err = fold_genesis(r, entry, event);
    else
        err = fold_change(r, entry, event);
    return err == MU_OK || err == MU_E_NO_MEMORY ? err : MU_E_CORRUPT;
}

enum mu_err mu_roster_fold(mu_roster *roster, const struct mu_entry *entry)
{
    const Muster__Event *event = NULL;
    struct mu_topic topic;
    mu_arena arena;
    enum mu_err err;

    if (entry->code != 0)
        return MU_OK;
    if (entry->event != NULL)
        return fold_event(roster, entry, entry->event);
    /* The scan is enough to pass over the thousands of entries that are not the roster's. */
    if (mu_event_scan(entry->body, &topic, NULL) != MU_OK)
        return MU_E_CORRUPT;
    if (!mu_kind_is_roster(topic.kind))
        return MU_OK;
    arena = mu_event_arena(entry->body.size);
    err = mu_event_unpack(entry->body, &arena, &event, NULL);
    if (err == MU_OK)
        err = fold_event(roster, entry, event);
    else if (err != MU_E_NO_MEMORY)
        err = MU_E_CORRUPT;
    mu_arena_free(&arena);
    return err;
}
