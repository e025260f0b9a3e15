/* What a decision asks of an agency: a new version of its plan. Open until there is one. */
#include "proto/rules/judge.h"

#include <string.h>

/* The last decision that asks for a version of `id`; its order to *order. */
static const struct mu_said *asking(const mu_picture *picture, const char *id,
                                    const Muster__DecisionOrder **order)
{
    const struct mu_object *object;
    const struct mu_said *latest = NULL;

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_DECISION, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);

        for (size_t k = 0; head != NULL && k < head->event->decision->n_orders; k++) {
            const Muster__DecisionOrder *candidate = head->event->decision->orders[k];

            if (candidate->object == NULL || strcmp(candidate->object, id) != 0 ||
                !candidate->has_owes_version || !candidate->owes_version ||
                (latest != NULL && mu_said_recorded_before(head, latest)))
                continue;
            latest = head;
            *order = candidate;
        }
    }
    return latest;
}

void mu_judge_owed(struct mu_judgement *judgement)
{
    const Muster__DecisionOrder *order = NULL;
    const struct mu_said *decision = asking(judgement->picture, judgement->id, &order);
    const struct mu_said *head =
        mu_object_head(mu_picture_named(judgement->picture, judgement->id));
    struct mu_draft *draft;

    if (decision == NULL)
        return;
    draft = mu_draft_begin(judgement, decision, judgement->id);
    draft->open = head == NULL || mu_said_recorded_before(head, decision);
    draft->finding->headline = mu_judge_say(judgement, draft->open ? "owed.version" : "owed.given",
                                            mu_arg_agency(judgement, order->agency),
                                            mu_arg_object(judgement, judgement->id), NULL);
    draft->finding->decision = mu_judge_ref(judgement, decision);
    if (order->has_owed_by_at_ms) {
        draft->finding->has_decide_by_ms = true;
        draft->finding->decide_by_ms = order->owed_by_at_ms;
    }
    mu_draft_cause(judgement, draft, decision);
}
