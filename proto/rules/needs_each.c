/* Needs by evacuation or head count, and how they moved since the last sheet. */
#include "proto/rules/needs_inside.h"

#include <string.h>

static const Muster__SheetNeedLine *last_need(const struct mu_needs *needs, const char *object,
                                              const char *item)
{
    const Muster__SupplySheet *last = needs->last;

    for (size_t i = 0; last != NULL && i < last->n_needs; i++)
        for (size_t k = 0; k < last->needs[i]->n_lines; k++)
            if (last->needs[i]->evacuation != NULL && last->needs[i]->evacuation->object != NULL &&
                strcmp(last->needs[i]->evacuation->object, object) == 0 &&
                strcmp(last->needs[i]->lines[k]->item, item) == 0)
                return last->needs[i]->lines[k];
    return NULL;
}

static void tell_off(struct mu_needs *needs, Muster__SheetNeedLine *line, size_t rate, size_t group)
{
    int64_t needed_milli =
        mu_rate_needed_milli(needs->rates->lines[rate], &needs->groups.at[group]);
    int64_t *left = &needs->places[needs->place_of[group]].own_left[rate];
    int64_t own_milli = *left < needed_milli ? *left : needed_milli;

    *left -= own_milli;
    line->needed_milli += needed_milli;
    line->own_milli += own_milli;
}

static enum mu_err add_need_line(struct mu_needs *needs, Muster__SheetNeed *need, size_t rate,
                                 size_t from, size_t to)
{
    const Muster__RateLine *of = needs->rates->lines[rate];
    Muster__SheetNeedLine *line = mu_arena_take(needs->arena, sizeof *line);
    const Muster__SheetNeedLine *last;

    if (line == NULL)
        return MU_E_NO_MEMORY;
    *line = (Muster__SheetNeedLine)MUSTER__SHEET_NEED_LINE__INIT;
    line->item = mu_needs_lend(of->item);
    line->has_unit = of->has_unit;
    line->unit = of->unit;
    for (size_t i = from; i < to; i++)
        tell_off(needs, line, rate, i);
    line->has_needed_milli = line->has_own_milli = line->has_to_send_milli = true;
    line->to_send_milli = line->needed_milli - line->own_milli;
    line->has_rate_milli = of->has_rate_milli;
    line->rate_milli = of->rate_milli;
    last = last_need(needs, need->evacuation->object, of->item);
    line->has_change_milli = last != NULL && last->needed_milli != line->needed_milli;
    line->change_milli = line->has_change_milli ? line->needed_milli - last->needed_milli : 0;
    if (line->needed_milli == 0 && !line->has_change_milli)
        return MU_OK;
    return mu_needs_append(needs->arena, &need->lines, &need->n_lines, line);
}

/* Its share of the shelters' own is taken all the same, so that the others' shares are right. */
static void pass_over(struct mu_needs *needs, size_t from, size_t to)
{
    Muster__SheetNeedLine line = MUSTER__SHEET_NEED_LINE__INIT;

    for (size_t rate = 0; rate < needs->rates->n_lines; rate++)
        for (size_t i = from; i < to; i++)
            tell_off(needs, &line, rate, i);
}

static bool is_listed(const struct mu_needs *needs, const struct mu_group *group)
{
    const struct mu_said *cause = mu_picture_needs_cause(needs->picture);

    return needs->by_evacuation || (cause != NULL && cause->object == group->cause->object);
}

static enum mu_err add_need(struct mu_needs *needs, size_t from, size_t to)
{
    const struct mu_group *first = &needs->groups.at[from];
    Muster__SheetNeed *need = mu_arena_take(needs->arena, sizeof *need);
    enum mu_err err = MU_OK;

    if (need == NULL)
        return MU_E_NO_MEMORY;
    *need = (Muster__SheetNeed)MUSTER__SHEET_NEED__INIT;
    if ((need->evacuation = mu_needs_ref(needs->arena, first->cause)) == NULL)
        return MU_E_NO_MEMORY;
    need->place = to - from == 1 ? mu_needs_lend(first->place) : NULL;
    need->has_persons = need->has_population_kind = need->has_period_min = true;
    need->population_kind = first->kind;
    need->period_min = first->period_min;
    for (size_t i = from; i < to; i++)
        need->persons += needs->groups.at[i].persons;
    for (size_t rate = 0; rate < needs->rates->n_lines && err == MU_OK; rate++)
        err = add_need_line(needs, need, rate, from, to);
    if (err != MU_OK)
        return err;
    if ((err = mu_needs_append(needs->arena, &needs->out->inputs, &needs->out->n_inputs,
                               need->evacuation)) != MU_OK)
        return err;
    return mu_needs_append(needs->arena, &needs->out->needs, &needs->out->n_needs, need);
}

enum mu_err mu_needs_each(struct mu_needs *needs)
{
    enum mu_err err = MU_OK;

    for (size_t from = 0, to = 0; from < needs->groups.count && err == MU_OK; from = to) {
        while (to < needs->groups.count &&
               needs->groups.at[to].cause == needs->groups.at[from].cause)
            to++;
        if (is_listed(needs, &needs->groups.at[from]))
            err = add_need(needs, from, to);
        else
            pass_over(needs, from, to);
    }
    return err;
}
