/* What a restored record has lost and not yet got back of an order: who had acknowledged it, and since when it was
 * on whose machine. The finding that counted them stands in the record, signed: what was counted stays counted
 * until its word is back. Without this each tick in between would miss those whose machine is slow to return.
 */
#include "proto/rules/order.h"

#include <string.h>

#include "proto/base/limits.h"
#include "proto/picture/card.h"

static const Muster__Finding *published(const struct mu_judgement *judgement,
                                        const struct mu_order *order)
{
    char name[MU_NAME_BYTES_MAX + 16];
    struct mu_text text = mu_text(name, sizeof name);
    const struct mu_card *card;
    const Muster__Ref *ref;

    mu_text_addf(&text, "ORDER:%s", judgement->id);
    card = mu_picture_card_named(judgement->picture, name);
    if (card == NULL || card->finding->n_parties == 0 ||
        (ref = card->finding->parties[0]->ref) == NULL)
        return NULL;
    return ref->leaf.len == sizeof order->said->leaf.b &&
                   memcmp(ref->leaf.data, order->said->leaf.b, ref->leaf.len) == 0
               ? card->finding
               : NULL;
}

static const Muster__ToldState *state_of(const Muster__Finding *finding, const char *agency)
{
    for (size_t i = 0; i < finding->n_told; i++)
        if (finding->told[i]->agency != NULL && strcmp(finding->told[i]->agency, agency) == 0)
            return finding->told[i];
    return NULL;
}

/* Whose machine a word by telephone was entered on stands in the line that says so. */
static const char *entered_by(const Muster__Finding *finding, const char *agency)
{
    for (size_t i = 0; i < finding->n_lines; i++) {
        const Muster__Sentence *text = finding->lines[i]->text;

        if (strcmp(finding->lines[i]->line_id, agency) == 0 && text->n_args > 2 &&
            text->args[2]->value_case == MUSTER__ARGUMENT__VALUE_AGENCY)
            return text->args[2]->agency;
    }
    return agency;
}

static void step_on(struct mu_told *told, const Muster__ToldState *state,
                    const Muster__Finding *finding)
{
    struct mu_told_step *step = &told->rung[state->rung];

    *step = (struct mu_told_step){
        .reached = true,
        .at_ms = state->at_ms,
        .stated_at_ms = state->at_ms,
        .second_hand = state->has_second_hand && state->second_hand,
        .post = state->post,
        .entered_by = entered_by(finding, told->agency),
    };
    if (state->rung > told->highest)
        told->highest = state->rung;
    if (state->rung == MUSTER__RUNG__RUNG_ON_MACHINE)
        told->waiting = false;
    if (state->rung >= MUSTER__RUNG__RUNG_ACKNOWLEDGED) {
        told->knows = true;
        told->known_by = step;
    }
}

static bool is_lost(const struct mu_judgement *judgement, const struct mu_told *told,
                    const Muster__ToldState *state)
{
    const struct mu_told_step *machine = &told->rung[MUSTER__RUNG__RUNG_ON_MACHINE];

    if (!state->has_rung || !state->has_at_ms || (unsigned)state->rung >= MU_TOLD_RUNGS ||
        state->rung < MUSTER__RUNG__RUNG_ON_MACHINE)
        return false;
    if (state->rung == MUSTER__RUNG__RUNG_ON_MACHINE)
        return !machine->reached || machine->at_ms > state->at_ms;
    return !told->knows && state->ref != NULL &&
           mu_picture_said(judgement->picture, state->ref) == NULL;
}

void mu_order_remember(const struct mu_judgement *judgement, struct mu_order *order)
{
    const Muster__Finding *finding =
        mu_picture_epoch(judgement->picture) > 1 ? published(judgement, order) : NULL;

    for (size_t i = 0; finding != NULL && i < order->count; i++) {
        const Muster__ToldState *state = state_of(finding, order->to[i].agency);

        if (state == NULL || !is_lost(judgement, &order->told[i], state))
            continue;
        step_on(&order->told[i], state, finding);
        order->before[i] = state;
    }
}
