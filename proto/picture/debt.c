#include "proto/picture/debt.h"

#include <string.h>

#include "proto/base/clock.h"
#include "proto/picture/fold.h"

#define ANSWER_MIN 30
/* Words received twice within this time are the same message sent again. */
#define SAME_MESSAGE_MS (2 * MU_MINUTE_MS)

/* ---- whose word it is ---- */

/* Villages are areas; an agency or an outside party that is spoken for is owed nothing here. */
static bool is_village(const char *name)
{
    return name != NULL && strchr(name, '/') != NULL;
}

static bool is_word(const struct mu_said *said)
{
    const Muster__Envelope *envelope = said->event->envelope;

    if (!is_village(envelope->on_behalf_of) || envelope->agency == NULL ||
        (envelope->has_answer_owed && !envelope->answer_owed))
        return false;
    return said->event->body_case != MUSTER__EVENT__BODY_ACKNOWLEDGEMENT &&
           said->event->body_case != MUSTER__EVENT__BODY_ANSWER &&
           said->event->body_case != MUSTER__EVENT__BODY_FINDING;
}

static struct mu_debt *by_statement(const struct mu_picture *picture, const struct mu_said *said)
{
    char leaf[2 * sizeof(struct mu_hash) + 1];

    mu_hex(said->leaf.b, sizeof said->leaf.b, leaf);
    return mu_table_find(&picture->debt_of, leaf);
}

static struct mu_debt *by_reference(const struct mu_picture *picture, const struct mu_said *said)
{
    const Muster__Envelope *envelope = said->event->envelope;

    for (size_t i = 0; i < envelope->n_from_one_report; i++) {
        const struct mu_said *other = mu_picture_said(picture, envelope->from_one_report[i]);
        struct mu_debt *debt = other == NULL ? NULL : by_statement(picture, other);

        if (debt != NULL)
            return debt;
    }
    return NULL;
}

static bool same_words(const struct mu_debt *debt, const struct mu_said *said)
{
    const Muster__Envelope *envelope = said->event->envelope;

    return mu_same(debt->village, envelope->on_behalf_of) &&
           mu_same(debt->desk, envelope->agency) &&
           mu_same(debt->word->event->envelope->source_text, envelope->source_text) &&
           said->accepted_at_ms - debt->since_ms <= SAME_MESSAGE_MS;
}

/* A correction or progress of what was said is no new word of the village. */
static struct mu_debt *by_object(const struct mu_picture *picture, const struct mu_said *said)
{
    const struct mu_said *earlier = said->older;
    struct mu_debt *debt = earlier == NULL ? NULL : by_statement(picture, earlier);

    return debt != NULL && debt->answer == NULL &&
                   mu_same(debt->village, said->event->envelope->on_behalf_of)
               ? debt
               : NULL;
}

static struct mu_debt *debt_for(const struct mu_picture *picture, const struct mu_said *said)
{
    struct mu_debt *debt = by_reference(picture, said);

    if (debt == NULL && picture->last_debt != NULL && same_words(picture->last_debt, said))
        debt = picture->last_debt;
    return debt != NULL ? debt : by_object(picture, said);
}

/* ---- folding ---- */

static enum mu_err touch(struct mu_picture *picture, const struct mu_debt *debt)
{
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_DEBT, .id = debt->id});
}

static enum mu_err open_debt(struct mu_picture *picture, const struct mu_said *said,
                             struct mu_debt **out)
{
    const Muster__Envelope *envelope = said->event->envelope;
    struct mu_debt *debt = mu_arena_take(&picture->arena, sizeof *debt);
    int64_t limit_ms =
        MU_MINUTE_MS * mu_picture_limit(picture, "answer_min", envelope->agency, ANSWER_MIN);

    *out = debt;
    if (debt == NULL)
        return MU_E_NO_MEMORY;
    *debt = (struct mu_debt){
        .id = said->object->id,
        .village = envelope->on_behalf_of,
        .desk = envelope->agency,
        .word = said,
        .since_ms = said->accepted_at_ms,
        .due_ms = said->accepted_at_ms + limit_ms,
    };
    /* A later word about the same thing is a debt of its own. */
    if (mu_table_find(&picture->debts, debt->id) != NULL)
        debt->id = mu_fold_hex(picture, said->leaf.b, sizeof said->leaf.b);
    if (debt->id == NULL)
        return MU_E_NO_MEMORY;
    picture->last_debt = debt;
    return mu_table_put(&picture->debts, debt->id, debt);
}

static enum mu_err fold_word(struct mu_picture *picture, const struct mu_said *said)
{
    struct mu_debt *debt = debt_for(picture, said);
    const char *leaf = mu_fold_hex(picture, said->leaf.b, sizeof said->leaf.b);
    enum mu_err err = MU_OK;

    if (leaf == NULL)
        return MU_E_NO_MEMORY;
    if (debt == NULL)
        err = open_debt(picture, said, &debt);
    if (err != MU_OK)
        return err;
    debt->statements++;
    if ((err = mu_table_put(&picture->debt_of, leaf, debt)) != MU_OK)
        return err;
    return touch(picture, debt);
}

static enum mu_err fold_answer(struct mu_picture *picture, const struct mu_said *said)
{
    const Muster__Answer *answer = said->event->answer;
    const struct mu_said *to = answer->to == NULL ? NULL : mu_picture_said(picture, answer->to);
    struct mu_debt *debt = to == NULL ? NULL : by_statement(picture, to);

    if (debt == NULL || !mu_debt_is_open(debt) || (answer->has_closes_debt && !answer->closes_debt))
        return MU_OK;
    debt->answer = said;
    return touch(picture, debt);
}

enum mu_err mu_fold_debt(struct mu_picture *picture, const struct mu_said *said)
{
    if (said->event->body_case == MUSTER__EVENT__BODY_ANSWER)
        return fold_answer(picture, said);
    return is_word(said) ? fold_word(picture, said) : MU_OK;
}

enum mu_err mu_fold_debt_struck(struct mu_picture *picture, const struct mu_said *said)
{
    const struct mu_debt *debt = by_statement(picture, said);

    return debt == NULL ? MU_OK : touch(picture, debt);
}

/* ---- asking ---- */

const struct mu_debt *mu_picture_debt(const mu_picture *picture, const char *id)
{
    return mu_table_find(&picture->debts, id);
}

const struct mu_debt *mu_picture_debt_at(const mu_picture *picture, size_t index)
{
    return mu_table_at(&((mu_picture *)(uintptr_t)picture)->debts, index);
}

bool mu_debt_is_open(const struct mu_debt *debt)
{
    return (debt->answer == NULL || debt->answer->struck) && !debt->word->struck;
}
