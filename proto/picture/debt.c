#include "proto/picture/debt.h"

#include <string.h>

#include "proto/base/clock.h"
#include "proto/picture/fold.h"

#define ANSWER_MIN 30

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
    int64_t apart_ms = said->accepted_at_ms - debt->since_ms;

    return mu_same(debt->desk, envelope->agency) &&
           mu_same(debt->word->event->envelope->source_text, envelope->source_text) &&
           apart_ms <= MU_DEBT_SAME_MS && apart_ms >= -MU_DEBT_SAME_MS;
}

static struct mu_debt *by_words(const struct mu_picture *picture, const struct mu_said *said)
{
    struct mu_debt **newest =
        mu_table_find(&picture->villages, said->event->envelope->on_behalf_of);
    struct mu_debt *debt = newest == NULL ? NULL : *newest;

    while (debt != NULL && !same_words(debt, said))
        debt = debt->same_village;
    return debt;
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
    struct mu_debt *debt = by_statement(picture, said); /* whoever came before it named it */

    if (debt == NULL)
        debt = by_reference(picture, said);
    if (debt == NULL)
        debt = by_words(picture, said);
    return debt != NULL ? debt : by_object(picture, said);
}

/* ---- names ---- */

/* A debt may lose its name to an earlier word; the table keeps the name, and nothing under it. */
struct slot {
    struct mu_debt *debt;
};

static enum mu_err touch(struct mu_picture *picture, const char *id)
{
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_DEBT, .id = id});
}

static enum mu_err put_under(struct mu_picture *picture, const char *id, struct mu_debt *debt)
{
    struct slot *slot = mu_table_find(&picture->debts, id);
    enum mu_err err = MU_OK;

    if (slot == NULL) {
        if ((slot = mu_arena_take(&picture->arena, sizeof *slot)) == NULL)
            return MU_E_NO_MEMORY;
        err = mu_table_put(&picture->debts, id, slot);
    }
    slot->debt = debt;
    debt->id = id;
    return err;
}

/* Named by this word, which is the first recorded of those that have come. */
static enum mu_err name_by(struct mu_picture *picture, struct mu_debt *debt,
                           const struct mu_said *said)
{
    const Muster__Envelope *envelope = said->event->envelope;
    int64_t limit_ms =
        MU_MINUTE_MS * mu_picture_limit(picture, "answer_min", envelope->agency, ANSWER_MIN);
    const struct slot *taken = mu_table_find(&picture->debts, said->object->id);
    const char *id = said->object->id;

    debt->desk = envelope->agency;
    debt->word = said;
    debt->since_ms = said->accepted_at_ms;
    debt->due_ms = said->accepted_at_ms + limit_ms;
    /* A later word about the same thing is a debt of its own. */
    if (taken != NULL && taken->debt != NULL && taken->debt != debt)
        id = mu_fold_hex(picture, said->leaf.b, sizeof said->leaf.b);
    return id == NULL ? MU_E_NO_MEMORY : put_under(picture, id, debt);
}

/* What was given back first need not have been recorded first. */
static enum mu_err name_again(struct mu_picture *picture, struct mu_debt *debt,
                              const struct mu_said *said)
{
    const char *old = debt->id;
    enum mu_err err;

    if (!mu_said_recorded_before(said, debt->word))
        return MU_OK;
    ((struct slot *)mu_table_find(&picture->debts, old))->debt = NULL;
    err = name_by(picture, debt, said);
    return err != MU_OK ? err : touch(picture, old);
}

/* ---- folding ---- */

static enum mu_err file_under_village(struct mu_picture *picture, struct mu_debt *debt)
{
    struct mu_debt **newest = mu_table_find(&picture->villages, debt->village);
    enum mu_err err = MU_OK;

    if (newest == NULL) {
        if ((newest = mu_arena_take(&picture->arena, sizeof(struct mu_debt *))) == NULL)
            return MU_E_NO_MEMORY;
        err = mu_table_put(&picture->villages, debt->village, newest);
    }
    debt->same_village = *newest;
    *newest = debt;
    return err;
}

static enum mu_err open_debt(struct mu_picture *picture, const struct mu_said *said,
                             struct mu_debt **out)
{
    struct mu_debt *debt = mu_arena_take(&picture->arena, sizeof *debt);
    enum mu_err err;

    *out = debt;
    if (debt == NULL)
        return MU_E_NO_MEMORY;
    *debt = (struct mu_debt){.village = said->event->envelope->on_behalf_of};
    if ((err = name_by(picture, debt, said)) != MU_OK)
        return err;
    return file_under_village(picture, debt);
}

/* The answer may have come before the word it answers. */
static void take_answer(const struct mu_picture *picture, struct mu_debt *debt, const char *leaf)
{
    const struct mu_said *answer = mu_table_find(&picture->debt_answers, leaf);

    if (answer != NULL && mu_debt_is_open(debt))
        debt->answer = answer;
}

static enum mu_err put_leaf(struct mu_picture *picture, const uint8_t *leaf, size_t size,
                            struct mu_debt *debt)
{
    const char *hex = mu_fold_hex(picture, leaf, size);

    if (hex == NULL)
        return MU_E_NO_MEMORY;
    take_answer(picture, debt, hex);
    return mu_table_find(&picture->debt_of, hex) != NULL
               ? MU_OK
               : mu_table_put(&picture->debt_of, hex, debt);
}

/* Also those it was cut from one message with, which may be yet to come. */
static enum mu_err put_leaves(struct mu_picture *picture, const struct mu_said *said,
                              struct mu_debt *debt)
{
    const Muster__Envelope *envelope = said->event->envelope;
    enum mu_err err = put_leaf(picture, said->leaf.b, sizeof said->leaf.b, debt);

    for (size_t i = 0; i < envelope->n_from_one_report && err == MU_OK; i++) {
        const Muster__Ref *ref = envelope->from_one_report[i];

        if (ref->has_leaf && ref->leaf.len == sizeof(struct mu_hash))
            err = put_leaf(picture, ref->leaf.data, ref->leaf.len, debt);
    }
    return err;
}

static enum mu_err fold_word(struct mu_picture *picture, const struct mu_said *said)
{
    struct mu_debt *debt = debt_for(picture, said);
    enum mu_err err =
        debt == NULL ? open_debt(picture, said, &debt) : name_again(picture, debt, said);

    if (err != MU_OK)
        return err;
    debt->statements++;
    if ((err = put_leaves(picture, said, debt)) != MU_OK)
        return err;
    return touch(picture, debt->id);
}

/* Its word is yet to come: kept until then. */
static enum mu_err keep_answer(struct mu_picture *picture, const Muster__Ref *to,
                               const struct mu_said *said)
{
    const char *leaf = to == NULL || !to->has_leaf || to->leaf.len != sizeof(struct mu_hash)
                           ? NULL
                           : mu_fold_hex(picture, to->leaf.data, to->leaf.len);

    if (leaf == NULL || mu_table_find(&picture->debt_answers, leaf) != NULL)
        return MU_OK;
    return mu_table_put(&picture->debt_answers, leaf, (void *)(uintptr_t)said);
}

static enum mu_err fold_answer(struct mu_picture *picture, const struct mu_said *said)
{
    const Muster__Answer *answer = said->event->answer;
    const struct mu_said *to = answer->to == NULL ? NULL : mu_picture_said(picture, answer->to);
    struct mu_debt *debt = to == NULL ? NULL : by_statement(picture, to);

    if (answer->has_closes_debt && !answer->closes_debt)
        return MU_OK;
    if (to == NULL)
        return keep_answer(picture, answer->to, said);
    if (debt == NULL || !mu_debt_is_open(debt))
        return MU_OK;
    debt->answer = said;
    return touch(picture, debt->id);
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

    return debt == NULL ? MU_OK : touch(picture, debt->id);
}

/* ---- asking ---- */

const struct mu_debt *mu_picture_debt(const mu_picture *picture, const char *id)
{
    const struct slot *slot = mu_table_find(&picture->debts, id);

    return slot == NULL ? NULL : slot->debt;
}

const struct mu_debt *mu_picture_debt_at(const mu_picture *picture, size_t index)
{
    struct mu_table *debts = &((mu_picture *)(uintptr_t)picture)->debts;
    const struct slot *slot;

    for (size_t i = 0; (slot = mu_table_at(debts, i)) != NULL; i++)
        if (slot->debt != NULL && index-- == 0)
            return slot->debt;
    return NULL;
}

bool mu_debt_is_open(const struct mu_debt *debt)
{
    return (debt->answer == NULL || debt->answer->struck) && !debt->word->struck;
}
