/* Needs by item: what one line of the rates asks for everybody, place by place, and what there is. */
#include "proto/rules/needs_inside.h"

#include <string.h>

/* ---- places ---- */

static enum mu_err find_place(struct mu_needs *needs, const struct mu_group *group, size_t *out)
{
    uintptr_t known = (uintptr_t)mu_table_find(&needs->by_name, group->place);
    struct mu_need_place *place;

    if (known > 0) {
        *out = known - 1;
        return MU_OK;
    }
    *out = needs->place_count++;
    place = &needs->places[*out];
    *place = (struct mu_need_place){.name = group->place};
    place->sheltered =
        group->sheltered && mu_shelter_look(needs->picture, group->place, &place->shelter);
    place->own_left = mu_arena_take(needs->arena, (needs->rates->n_lines + 1) * sizeof(int64_t));
    if (place->own_left == NULL)
        return MU_E_NO_MEMORY;
    return mu_table_put(&needs->by_name, group->place, (void *)(*out + 1));
}

enum mu_err mu_needs_places(struct mu_needs *needs)
{
    size_t count = needs->groups.count;
    enum mu_err err = MU_OK;

    needs->places = mu_arena_take(needs->arena, (count + 1) * sizeof *needs->places);
    needs->place_of = mu_arena_take(needs->arena, (count + 1) * sizeof *needs->place_of);
    needs->next = mu_arena_take(needs->arena, (count + 1) * sizeof *needs->next);
    if (needs->places == NULL || needs->place_of == NULL || needs->next == NULL)
        return MU_E_NO_MEMORY;
    for (size_t i = count; i > 0 && err == MU_OK; i--) {
        size_t at;

        if ((err = find_place(needs, &needs->groups.at[i - 1], &at)) != MU_OK)
            break;
        needs->place_of[i - 1] = at;
        needs->next[i - 1] = needs->places[at].first;
        needs->places[at].first = i;
    }
    return err;
}

/* All at one place that one line asks for. */
struct demand {
    uint32_t persons;
    Muster__PopulationKind kind;
    int64_t period_min;
    int64_t needed_milli;
};

static struct demand demand_at(const struct mu_needs *needs, const Muster__RateLine *line,
                               const struct mu_need_place *place)
{
    bool pieces = line->basis == MUSTER__RATE_BASIS__RATE_BASIS_PERSONS_PER_PIECE &&
                  line->vulnerable_group == NULL;
    struct demand out = {0};

    for (size_t i = place->first; i > 0; i = needs->next[i - 1]) {
        const struct mu_group *group = &needs->groups.at[i - 1];

        if (!mu_rate_concerns(line, group->kind))
            continue;
        out.persons += group->persons;
        out.kind = out.kind == 0 ? group->kind : out.kind;
        if (group->period_min > out.period_min)
            out.period_min = group->period_min;
        if (!pieces)
            out.needed_milli += mu_rate_needed_milli(line, group);
    }
    if (pieces)
        out.needed_milli = mu_rate_pieces_milli(line, out.persons);
    return out;
}

static int64_t own_at(const struct mu_needs *needs, const Muster__RateLine *line,
                      const struct mu_need_place *place, const struct demand *demand)
{
    int64_t own_milli;

    if (!place->sheltered ||
        !mu_rate_own_milli(needs->picture, line, &place->shelter, demand->period_min, &own_milli))
        return 0;
    return own_milli < demand->needed_milli ? own_milli : demand->needed_milli;
}

/* ---- one line per item ---- */

static enum mu_err add_place(struct mu_needs *needs, Muster__SheetLine *line, const char *place,
                             const struct demand *demand, int64_t own_milli)
{
    Muster__SheetShelter *entry = mu_arena_take(needs->arena, sizeof *entry);

    if (entry == NULL)
        return MU_E_NO_MEMORY;
    *entry = (Muster__SheetShelter)MUSTER__SHEET_SHELTER__INIT;
    entry->place = mu_needs_lend(place);
    entry->has_persons = entry->has_population_kind = true;
    entry->persons = demand->persons;
    entry->population_kind = demand->kind;
    entry->has_needed_milli = entry->has_own_milli = entry->has_to_send_milli = true;
    entry->needed_milli = demand->needed_milli;
    entry->own_milli = own_milli;
    entry->to_send_milli = demand->needed_milli - own_milli;
    return mu_needs_append(needs->arena, &line->shelters, &line->n_shelters, entry);
}

static enum mu_err add_demand(struct mu_needs *needs, Muster__SheetLine *line, size_t rate)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < needs->place_count && err == MU_OK; i++) {
        struct mu_need_place *place = &needs->places[i];
        struct demand demand = demand_at(needs, needs->rates->lines[rate], place);
        int64_t own_milli = own_at(needs, needs->rates->lines[rate], place, &demand);

        if (demand.needed_milli == 0)
            continue;
        place->own_left[rate] = own_milli;
        line->needed_milli += demand.needed_milli;
        line->own_milli += own_milli;
        if (needs->by_place)
            err = add_place(needs, line, place->name, &demand, own_milli);
    }
    line->to_send_milli = line->needed_milli - line->own_milli;
    return err;
}

/* Needs people declared themselves, beside what the rates make of head counts. */
static void add_declared(const struct mu_needs *needs, Muster__SheetLine *line)
{
    const struct mu_object *object;

    for (size_t i = 0;
         (object = mu_picture_at(needs->picture, MUSTER__EVENT__BODY_SUPPLY_NEED, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);

        for (size_t k = 0; head != NULL && k < head->event->supply_need->n_lines; k++) {
            const Muster__ItemQuantity *declared = head->event->supply_need->lines[k];

            if (declared->item == NULL || strcmp(declared->item, line->item) != 0)
                continue;
            line->needed_milli += declared->quantity_milli;
            line->to_send_milli += declared->quantity_milli;
        }
    }
}

static void set_supply(Muster__SheetLine *line, const struct mu_supply *supply)
{
    int64_t have_milli = supply->usable_milli + supply->committed_milli - supply->lost_milli;

    line->has_requested_milli = line->has_committed_milli = true;
    line->requested_milli = supply->requested_milli;
    line->committed_milli = supply->committed_milli;
    line->has_offered_milli = supply->offered_milli > 0;
    line->offered_milli = supply->offered_milli;
    line->has_in_transit_milli = line->has_delivered_milli = true;
    line->in_transit_milli = supply->in_transit_milli;
    line->delivered_milli = supply->delivered_milli;
    line->has_lost_milli = supply->lost_milli > 0;
    line->lost_milli = supply->lost_milli;
    if (!supply->stock_known)
        return;
    line->has_stock_usable_milli = line->has_stock_used_milli = true;
    line->stock_usable_milli = supply->usable_milli;
    line->stock_used_milli =
        supply->usable_milli < line->to_send_milli ? supply->usable_milli : line->to_send_milli;
    line->has_short_milli = line->has_spare_milli = true;
    line->short_milli = line->to_send_milli > have_milli ? line->to_send_milli - have_milli : 0;
    line->spare_milli = have_milli > line->to_send_milli ? have_milli - line->to_send_milli : 0;
}

enum mu_err mu_needs_line(struct mu_needs *needs, size_t rate)
{
    const Muster__RateLine *from = needs->rates->lines[rate];
    Muster__SheetLine *line = mu_arena_take(needs->arena, sizeof *line);
    struct mu_supply supply;
    enum mu_err err;

    if (line == NULL)
        return MU_E_NO_MEMORY;
    *line = (Muster__SheetLine)MUSTER__SHEET_LINE__INIT;
    line->item = mu_needs_lend(from->item);
    line->has_unit = from->has_unit;
    line->unit = from->unit;
    line->has_needed_milli = line->has_own_milli = line->has_to_send_milli = true;
    if ((err = add_demand(needs, line, rate)) != MU_OK)
        return err;
    add_declared(needs, line);
    if (mu_rate_needs_stock(needs->picture, from)) {
        if ((err = mu_supply_of(needs->picture, needs->arena, from->item, line, &supply)) != MU_OK)
            return err;
        set_supply(line, &supply);
    }
    return mu_needs_append(needs->arena, &needs->out->lines, &needs->out->n_lines, line);
}
