/* The sheet: one line per item over the whole county, one need per evacuation. */
#include "proto/rules/needs_inside.h"

#include <string.h>

#include "proto/base/limits.h"

/* What a message may hold is bounded (MU_FIELDS_MAX); these are shares of it. A county with hundreds
 * of shelters gets lines and sums without the breakdown by place, and of the needs only that of the
 * cause; what all of it rests on is then said by `computed_through` alone. */
#define PLACE_FIELDS 7
#define NEED_FIELDS 10
#define NEED_LINE_FIELDS 8
#define INPUT_FIELDS 4
#define BREAKDOWN_FIELDS_MAX (MU_FIELDS_MAX * 3 / 8)

static void find_room(struct mu_needs *needs)
{
    size_t lines = needs->rates->n_lines;

    needs->by_evacuation = needs->groups.count * (NEED_FIELDS + lines * NEED_LINE_FIELDS) <=
                           BREAKDOWN_FIELDS_MAX * 7 / 4;
    needs->by_place =
        needs->place_count * lines * PLACE_FIELDS <= BREAKDOWN_FIELDS_MAX &&
        needs->groups.count * (NEED_FIELDS + lines * NEED_LINE_FIELDS) <= BREAKDOWN_FIELDS_MAX;
}

static enum mu_err add_inputs(struct mu_needs *needs)
{
    enum mu_err err = mu_supply_inputs(needs->picture, needs->arena, needs->out);

    if (needs->out->n_inputs * INPUT_FIELDS > BREAKDOWN_FIELDS_MAX / 3)
        needs->out->n_inputs = 0;
    return err;
}

static enum mu_err set_heads(struct mu_needs *needs, const struct mu_said *rates)
{
    const struct mu_said *cause = mu_picture_needs_cause(needs->picture);
    Muster__SupplySheet *sheet = needs->out;

    sheet->has_computed_through = sheet->has_epoch = sheet->has_computed_at_ms = true;
    sheet->computed_through = mu_picture_through(needs->picture);
    sheet->epoch = mu_picture_epoch(needs->picture);
    sheet->computed_at_ms = mu_picture_now_ms(needs->picture);
    sheet->has_period_min = needs->rates->has_period_min;
    sheet->period_min = needs->rates->period_min;
    sheet->rate_table = mu_needs_ref(needs->arena, rates);
    sheet->cause = mu_needs_ref(needs->arena, cause == NULL ? rates : cause);
    return sheet->rate_table == NULL || sheet->cause == NULL ? MU_E_NO_MEMORY : MU_OK;
}

static enum mu_err fill(struct mu_needs *needs, const struct mu_said *rates)
{
    enum mu_err err;

    if ((err = mu_needs_places(needs)) != MU_OK)
        return err;
    find_room(needs);
    for (size_t rate = 0; rate < needs->rates->n_lines && err == MU_OK; rate++)
        err = mu_needs_line(needs, rate);
    if (err == MU_OK)
        err = mu_needs_each(needs);
    if (err == MU_OK)
        err = add_inputs(needs);
    return err != MU_OK ? err : set_heads(needs, rates);
}

static bool has_declared(const mu_picture *picture)
{
    return mu_picture_at(picture, MUSTER__EVENT__BODY_SUPPLY_NEED, 0) != NULL;
}

/* The county's table: that of the area its people are in. */
static const struct mu_said *find_rates(const mu_picture *picture)
{
    const struct mu_object *evacuation = mu_picture_at(picture, MUSTER__EVENT__BODY_EVACUATION, 0);
    const struct mu_said *head = mu_object_head(evacuation);
    const struct mu_said *rates =
        head == NULL ? NULL : mu_picture_rates(picture, head->event->envelope->area);

    return rates != NULL ? rates : mu_picture_rates(picture, NULL);
}

enum mu_err mu_needs_sheet(const mu_picture *picture, const Muster__SupplySheet *last,
                           mu_arena *arena, Muster__SupplySheet **out)
{
    const struct mu_said *rates = find_rates(picture);
    const struct mu_said *before = mu_picture_sheet(picture);
    struct mu_needs needs = {.picture = picture, .arena = arena, .last = last};
    enum mu_err err;

    if (last == NULL && before != NULL)
        needs.last = before->event->supply_sheet;

    *out = NULL;
    if (rates == NULL)
        return MU_OK;
    needs.rates = rates->event->rate_table;
    if ((err = mu_groups_find(picture, arena, needs.rates, &needs.groups)) != MU_OK)
        return err;
    if (needs.groups.count == 0 && needs.last == NULL && !has_declared(picture))
        return MU_OK;
    if ((needs.out = mu_arena_take(arena, sizeof *needs.out)) == NULL)
        return MU_E_NO_MEMORY;
    *needs.out = (Muster__SupplySheet)MUSTER__SUPPLY_SHEET__INIT;
    err = fill(&needs, rates);
    mu_table_free(&needs.by_name);
    *out = err == MU_OK ? needs.out : NULL;
    return err;
}

void mu_needs_name(const mu_picture *picture, struct mu_text *out)
{
    const struct mu_object *object, *first = NULL;

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_INCIDENT, i)) != NULL;
         i++)
        if (first == NULL || object->first_number < first->first_number)
            first = object;
    mu_text_add(out, "NEEDS");
    if (first != NULL)
        mu_text_addf(out, "-%s", first->id);
}
