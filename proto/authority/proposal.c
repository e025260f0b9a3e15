/* Two seals: a proposal is kept as it was said, and stands when another admin endorses it in time. It is
 * judged when it is made and again when it stands: the roster may have changed between. */
#include "proto/authority/inside.h"

#include <stdlib.h>

#include "proto/base/arena.h"

static bool needs_two_seals_to_retire(const mu_roster *r, const Muster__Retire *retire,
                                      const struct mu_agent_id *author)
{
    const struct mu_seat *seat = mu_roster_seat_named(r, retire->has_agent, &retire->agent);

    /* An admin may end himself and any agent; to end another admin takes two. */
    return seat != NULL && seat->member.is_admin && !mu_agent_id_equal(&seat->member.agent, author);
}

bool mu_needs_two_seals(const mu_roster *r, const Muster__Event *event,
                        const struct mu_agent_id *author)
{
    switch (event->body_case) {
    case MUSTER__EVENT__BODY_ENROLMENT:
        if (mu_enrolment_renews(event->enrolment))
            return mu_renewal_needs_two(r, event->enrolment);
        return mu_enrolment_of_admin(event->enrolment) ||
               (event->enrolment->has_command && event->enrolment->command);
    case MUSTER__EVENT__BODY_RETIRE:
        return needs_two_seals_to_retire(r, event->retire, author);
    case MUSTER__EVENT__BODY_KEY_CHANGE:
        return true;
    default:
        return false;
    }
}

bool mu_authority_needs_two_seals(const mu_roster *roster, const struct mu_agent_id *author,
                                  const Muster__Event *event)
{
    return mu_needs_two_seals(roster, event, author);
}

/* ---- keeping them ---------------------------------------------------------------------------- */

static void drop(mu_roster *r, size_t index)
{
    free(r->proposal[index].body);
    r->proposals--;
    memmove(&r->proposal[index], &r->proposal[index + 1],
            (r->proposals - index) * sizeof r->proposal[0]);
}

static void drop_if(mu_roster *r, bool (*is_over)(const struct mu_proposal *, const void *),
                    const void *with)
{
    for (size_t i = r->proposals; i-- > 0;)
        if (is_over(&r->proposal[i], with))
            drop(r, i);
}

static bool is_by(const struct mu_proposal *p, const void *author)
{
    return mu_agent_id_equal(&p->author, author);
}

static bool is_late(const struct mu_proposal *p, const void *now_ms)
{
    return *(const int64_t *)now_ms - p->at_ms > MU_PROPOSAL_MS;
}

void mu_proposals_drop_of(mu_roster *r, const struct mu_agent_id *author)
{
    drop_if(r, is_by, author);
}

void mu_proposals_free(mu_roster *r)
{
    while (r->proposals > 0)
        drop(r, r->proposals - 1);
    free(r->proposal);
    r->proposal = NULL;
}

/* The body as it came, or packed again when only the structure was handed in. */
static enum mu_err keep_body(struct mu_proposal *p, const struct mu_entry *entry,
                             const Muster__Event *event)
{
    p->body_size = entry->body.size > 0 ? entry->body.size : mu_event_size(event);
    p->body = malloc(p->body_size + 1);
    if (p->body == NULL)
        return MU_E_NO_MEMORY;
    if (entry->body.size > 0)
        memcpy(p->body, entry->body.data, entry->body.size);
    else
        mu_event_pack(event, p->body);
    return MU_OK;
}

enum mu_err mu_proposal_keep(mu_roster *r, const struct mu_entry *entry, const Muster__Event *event)
{
    struct mu_proposal *more;
    enum mu_err err;

    drop_if(r, is_late, &entry->accepted_at_ms);
    more = mu_roster_grown(r->proposal, &r->proposal_room, r->proposals, sizeof *more);
    if (more == NULL)
        return MU_E_NO_MEMORY;
    r->proposal = more;
    more += r->proposals;
    *more = (struct mu_proposal){
        .leaf = entry->leaf,
        .author = entry->agent,
        .at_ms = entry->accepted_at_ms,
        .number = entry->number,
    };
    if ((err = keep_body(more, entry, event)) != MU_OK)
        return err;
    r->proposals++;
    return MU_OK;
}

/* ---- endorsing ------------------------------------------------------------------------------- */

static size_t find(const mu_roster *r, const Muster__Ref *of)
{
    size_t i = r->proposals;

    if (of == NULL || !of->has_leaf || of->leaf.len != sizeof r->proposal[0].leaf.b)
        return SIZE_MAX;
    while (i-- > 0)
        if (memcmp(r->proposal[i].leaf.b, of->leaf.data, of->leaf.len) == 0)
            return i;
    return SIZE_MAX;
}

static bool is_refusal(const Muster__Endorsement *e)
{
    return e->has_refused && e->refused;
}

/* What was proposed, unpacked into `arena`, with its author's word. */
static enum mu_err unpack(const struct mu_proposal *p, mu_arena *arena, const Muster__Event **event,
                          struct mu_roster_word *word)
{
    *arena = mu_event_arena(p->body_size);
    *word = (struct mu_roster_word){p->author, p->at_ms, p->number};
    return mu_event_unpack((struct mu_bytes){p->body, p->body_size}, arena, event, NULL);
}

static enum mu_err check_proposed(const mu_roster *r, const struct mu_proposal *p,
                                  struct mu_fault *fault)
{
    struct mu_roster_word word;
    const Muster__Event *event;
    mu_arena arena;
    enum mu_err err = unpack(p, &arena, &event, &word);

    if (err == MU_OK)
        err = mu_change_check(r, event, &word, fault);
    mu_arena_free(&arena);
    return err;
}

enum mu_err mu_endorsement_check(const mu_roster *r, const Muster__Endorsement *e,
                                 const struct mu_roster_word *word, struct mu_fault *fault)
{
    size_t i = find(r, e->of);

    if (i == SIZE_MAX)
        return mu_roster_refuse(fault, MU_E_BAD_REF, "endorsement.of");
    if (is_late(&r->proposal[i], &word->at_ms))
        return mu_roster_refuse(fault, MU_E_GRANT_OVER, "endorsement.of");
    if (is_refusal(e))
        return MU_OK;
    if (mu_agent_id_equal(&r->proposal[i].author, &word->author))
        return mu_roster_refuse(fault, MU_E_NOT_ADMIN, "endorsement.of");
    return check_proposed(r, &r->proposal[i], fault);
}

enum mu_err mu_endorsement_apply(mu_roster *r, const Muster__Endorsement *e,
                                 const struct mu_roster_word *word)
{
    size_t i = find(r, e->of);
    struct mu_roster_word proposed;
    const Muster__Event *event;
    mu_arena arena;
    enum mu_err err = MU_OK;

    (void)word;
    if (is_refusal(e)) {
        drop(r, i);
        return MU_OK;
    }
    err = unpack(&r->proposal[i], &arena, &event, &proposed);
    if (err == MU_OK) {
        drop(r, i);
        err = mu_change_apply(r, event, &proposed);
    }
    mu_arena_free(&arena);
    return err;
}
