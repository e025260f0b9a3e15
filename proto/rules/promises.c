#include "proto/rules/promises.h"

#include <string.h>

static enum mu_err add_kind(const mu_picture *picture, mu_arena *arena, uint32_t kind,
                            struct mu_promises *out)
{
    const struct mu_object *object;
    const struct mu_said **at = NULL;
    size_t count = 0;

    while (mu_picture_at(picture, kind, count) != NULL)
        count++;
    at = mu_arena_take(arena, (out->count + count + 1) * sizeof(const struct mu_said *));
    if (at == NULL)
        return MU_E_NO_MEMORY;
    if (out->count > 0)
        memcpy(at, out->at, out->count * sizeof(const struct mu_said *));
    out->at = at;
    for (size_t i = 0; (object = mu_picture_at(picture, kind, i)) != NULL; i++) {
        const struct mu_said *head = mu_object_head(object);

        if (head != NULL)
            out->at[out->count++] = head;
    }
    return MU_OK;
}

enum mu_err mu_promises_all(const mu_picture *picture, mu_arena *arena, struct mu_promises *out)
{
    enum mu_err err;

    *out = (struct mu_promises){0};
    err = add_kind(picture, arena, MUSTER__EVENT__BODY_SUPPLY_COMMITMENT, out);
    return err != MU_OK ? err : add_kind(picture, arena, MUSTER__EVENT__BODY_SUPPLY_RESPONSE, out);
}

/* ---- how it was answered ---- */

static bool names(const mu_picture *picture, const Muster__Ref *ref, const struct mu_said *promise)
{
    const struct mu_said *said = mu_picture_said(picture, ref);

    if (said != NULL)
        return said->object == promise->object;
    return ref->object != NULL && strcmp(ref->object, promise->object->id) == 0;
}

/* The last answer given to an offer; 0: none yet. */
static Muster__SupplyAnswer answer_to(const mu_picture *picture, const struct mu_said *promise)
{
    const struct mu_object *object;
    const struct mu_said *latest = NULL;

    for (size_t i = 0;
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_SUPPLY_RESPONSE, i)) != NULL; i++) {
        const struct mu_said *head = mu_object_head(object);

        if (head != NULL && head->event->supply_response->to != NULL &&
            names(picture, head->event->supply_response->to, promise) &&
            (latest == NULL || mu_said_recorded_before(latest, head)))
            latest = head;
    }
    return latest == NULL ? MUSTER__SUPPLY_ANSWER__SUPPLY_ANSWER_UNSPECIFIED
                          : latest->event->supply_response->answer;
}

static bool turned_down(Muster__SupplyAnswer answer)
{
    return answer == MUSTER__SUPPLY_ANSWER__SUPPLY_ANSWER_DECLINED ||
           answer == MUSTER__SUPPLY_ANSWER__SUPPLY_ANSWER_STAND_BY ||
           answer == MUSTER__SUPPLY_ANSWER__SUPPLY_ANSWER_WITHDRAWN;
}

static bool is_commitment(const struct mu_said *promise, Muster__CommitmentKind kind)
{
    const Muster__SupplyCommitment *commitment;

    if (promise->event->body_case != MUSTER__EVENT__BODY_SUPPLY_COMMITMENT)
        return false;
    commitment = promise->event->supply_commitment;
    if (!commitment->has_kind)
        return kind == MUSTER__COMMITMENT_KIND__COMMITMENT_KIND_FIRM;
    return commitment->kind == kind;
}

bool mu_promise_is_firm(const mu_picture *picture, const struct mu_said *promise)
{
    if (is_commitment(promise, MUSTER__COMMITMENT_KIND__COMMITMENT_KIND_FIRM))
        return !turned_down(answer_to(picture, promise));
    return promise->event->body_case == MUSTER__EVENT__BODY_SUPPLY_RESPONSE &&
           promise->event->supply_response->answer ==
               MUSTER__SUPPLY_ANSWER__SUPPLY_ANSWER_COMMITTED;
}

bool mu_promise_is_on_stand_by(const mu_picture *picture, const struct mu_said *promise)
{
    return is_commitment(promise, MUSTER__COMMITMENT_KIND__COMMITMENT_KIND_OFFER) &&
           answer_to(picture, promise) == MUSTER__SUPPLY_ANSWER__SUPPLY_ANSWER_STAND_BY;
}

static const char *request_of(const mu_picture *picture, const struct mu_said *promise)
{
    const struct mu_said *to;

    if (promise->event->body_case == MUSTER__EVENT__BODY_SUPPLY_COMMITMENT)
        return promise->event->supply_commitment->request;
    if (promise->event->supply_response->to == NULL)
        return NULL;
    to = mu_picture_said(picture, promise->event->supply_response->to);
    return to != NULL ? to->object->id : promise->event->supply_response->to->object;
}

bool mu_promise_counts_for(const mu_picture *picture, const struct mu_said *promise,
                           const char *request)
{
    const char *of = request_of(picture, promise);
    bool offered = is_commitment(promise, MUSTER__COMMITMENT_KIND__COMMITMENT_KIND_OFFER) &&
                   !turned_down(answer_to(picture, promise));

    return of != NULL && strcmp(of, request) == 0 &&
           (offered || mu_promise_is_firm(picture, promise));
}

/* ---- what and who ---- */

int64_t mu_promise_milli(const struct mu_said *promise, const char *item)
{
    bool commitment = promise->event->body_case == MUSTER__EVENT__BODY_SUPPLY_COMMITMENT;
    Muster__ItemQuantity *const *lines = commitment ? promise->event->supply_commitment->lines
                                                    : promise->event->supply_response->lines;
    size_t count = commitment ? promise->event->supply_commitment->n_lines
                              : promise->event->supply_response->n_lines;
    int64_t milli = 0;

    for (size_t i = 0; i < count; i++)
        if (lines[i]->item != NULL && strcmp(lines[i]->item, item) == 0)
            milli += lines[i]->quantity_milli;
    return milli;
}

const char *mu_promise_party(const struct mu_said *promise)
{
    const char *party = promise->event->body_case == MUSTER__EVENT__BODY_SUPPLY_COMMITMENT
                            ? promise->event->supply_commitment->party
                            : promise->event->supply_response->party;

    return party != NULL ? party : promise->event->envelope->agency;
}
