/* The sheet: one line per item over the whole county, one need per evacuation. */
#include "proto/rules/needs_inside.h"

#include <string.h>

#include "proto/base/limits.h"
#include "proto/picture/table.h"

/* People at one place, and what is left of its own while needs are told off against it. */
struct place {
    const char *name;
    size_t first; /* group, 1 + index; the next is in `next` */
    bool sheltered;
    struct mu_shelter shelter; /* when sheltered */
    int64_t *own_left;         /* by rate line */
};

struct sheet {
    const mu_picture *picture;
    mu_arena *arena;
    const Muster__RateTable *rates;
    const Muster__SupplySheet *last; /* NULL: this is the first */
    struct mu_groups groups;
    size_t *place_of; /* by group */
    size_t *next;     /* by group: the next at the same place, 1 + index */
    struct place *places;
    size_t place_count;
    struct mu_table by_name; /* place to 1 + index, as a pointer */
    Muster__SupplySheet *out;
};

static void *take(struct sheet *sheet, size_t size)
{
    return mu_arena_take(sheet->arena, size);
}

static char *lend(const char *text)
{
    return (char *)(uintptr_t)text; /* the generated structs know no const; nobody writes there */
}

/* ---- places ---- */

static enum mu_err find_place(struct sheet *sheet, const struct mu_group *group, size_t *out)
{
    uintptr_t known = (uintptr_t)mu_table_find(&sheet->by_name, group->place);
    struct place *place;

    if (known > 0) {
        *out = known - 1;
        return MU_OK;
    }
    *out = sheet->place_count++;
    place = &sheet->places[*out];
    *place = (struct place){.name = group->place};
    place->sheltered =
        group->sheltered && mu_shelter_look(sheet->picture, group->place, &place->shelter);
    place->own_left = take(sheet, (sheet->rates->n_lines + 1) * sizeof(int64_t));
    if (place->own_left == NULL)
        return MU_E_NO_MEMORY;
    return mu_table_put(&sheet->by_name, group->place, (void *)(*out + 1));
}

static enum mu_err find_places(struct sheet *sheet)
{
    size_t count = sheet->groups.count;
    enum mu_err err = MU_OK;

    sheet->places = take(sheet, (count + 1) * sizeof *sheet->places);
    sheet->place_of = take(sheet, (count + 1) * sizeof *sheet->place_of);
    sheet->next = take(sheet, (count + 1) * sizeof *sheet->next);
    if (sheet->places == NULL || sheet->place_of == NULL || sheet->next == NULL)
        return MU_E_NO_MEMORY;
    for (size_t i = count; i > 0 && err == MU_OK; i--) {
        size_t at;

        if ((err = find_place(sheet, &sheet->groups.at[i - 1], &at)) != MU_OK)
            break;
        sheet->place_of[i - 1] = at;
        sheet->next[i - 1] = sheet->places[at].first;
        sheet->places[at].first = i;
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

static struct demand demand_at(const struct sheet *sheet, const Muster__RateLine *line,
                               const struct place *place)
{
    bool pieces = line->basis == MUSTER__RATE_BASIS__RATE_BASIS_PERSONS_PER_PIECE &&
                  line->vulnerable_group == NULL;
    struct demand out = {0};

    for (size_t i = place->first; i > 0; i = sheet->next[i - 1]) {
        const struct mu_group *group = &sheet->groups.at[i - 1];

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

static int64_t own_at(const Muster__RateLine *line, const struct place *place,
                      const struct demand *demand)
{
    int64_t own_milli;

    if (!place->sheltered ||
        !mu_rate_own_milli(line, &place->shelter, demand->period_min, &own_milli))
        return 0;
    return own_milli < demand->needed_milli ? own_milli : demand->needed_milli;
}

/* ---- one line per item ---- */

static enum mu_err add_place(struct sheet *sheet, Muster__SheetLine *line, const char *place,
                             const struct demand *demand, int64_t own_milli)
{
    Muster__SheetShelter *entry = take(sheet, sizeof *entry);

    if (entry == NULL)
        return MU_E_NO_MEMORY;
    *entry = (Muster__SheetShelter)MUSTER__SHEET_SHELTER__INIT;
    entry->place = lend(place);
    entry->has_persons = entry->has_population_kind = true;
    entry->persons = demand->persons;
    entry->population_kind = demand->kind;
    entry->has_needed_milli = entry->has_own_milli = entry->has_to_send_milli = true;
    entry->needed_milli = demand->needed_milli;
    entry->own_milli = own_milli;
    entry->to_send_milli = demand->needed_milli - own_milli;
    return mu_needs_append(sheet->arena, &line->shelters, &line->n_shelters, entry);
}

static enum mu_err add_demand(struct sheet *sheet, Muster__SheetLine *line, size_t rate)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < sheet->place_count && err == MU_OK; i++) {
        struct place *place = &sheet->places[i];
        struct demand demand = demand_at(sheet, sheet->rates->lines[rate], place);
        int64_t own_milli = own_at(sheet->rates->lines[rate], place, &demand);

        if (demand.needed_milli == 0)
            continue;
        place->own_left[rate] = own_milli;
        line->needed_milli += demand.needed_milli;
        line->own_milli += own_milli;
        err = add_place(sheet, line, place->name, &demand, own_milli);
    }
    line->to_send_milli = line->needed_milli - line->own_milli;
    return err;
}

/* Needs people declared themselves, beside what the rates make of head counts. */
static void add_declared(const struct sheet *sheet, Muster__SheetLine *line)
{
    const struct mu_object *object;

    for (size_t i = 0;
         (object = mu_picture_at(sheet->picture, MUSTER__EVENT__BODY_SUPPLY_NEED, i)) != NULL;
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

static enum mu_err add_line(struct sheet *sheet, size_t rate)
{
    const Muster__RateLine *from = sheet->rates->lines[rate];
    Muster__SheetLine *line = take(sheet, sizeof *line);
    struct mu_supply supply;
    enum mu_err err;

    if (line == NULL)
        return MU_E_NO_MEMORY;
    *line = (Muster__SheetLine)MUSTER__SHEET_LINE__INIT;
    line->item = lend(from->item);
    line->has_unit = from->has_unit;
    line->unit = from->unit;
    line->has_needed_milli = line->has_own_milli = line->has_to_send_milli = true;
    if ((err = add_demand(sheet, line, rate)) != MU_OK)
        return err;
    add_declared(sheet, line);
    if (mu_rate_needs_stock(from)) {
        if ((err = mu_supply_of(sheet->picture, sheet->arena, from->item, line, &supply)) != MU_OK)
            return err;
        set_supply(line, &supply);
    }
    return mu_needs_append(sheet->arena, &sheet->out->lines, &sheet->out->n_lines, line);
}

/* ---- one need per evacuation or head count ---- */

static const Muster__SheetNeedLine *last_need(const struct sheet *sheet, const char *object,
                                              const char *item)
{
    const Muster__SupplySheet *last = sheet->last;

    for (size_t i = 0; last != NULL && i < last->n_needs; i++)
        for (size_t k = 0; k < last->needs[i]->n_lines; k++)
            if (last->needs[i]->evacuation != NULL && last->needs[i]->evacuation->object != NULL &&
                strcmp(last->needs[i]->evacuation->object, object) == 0 &&
                strcmp(last->needs[i]->lines[k]->item, item) == 0)
                return last->needs[i]->lines[k];
    return NULL;
}

static void tell_off(struct sheet *sheet, Muster__SheetNeedLine *line, size_t rate, size_t group)
{
    int64_t needed_milli =
        mu_rate_needed_milli(sheet->rates->lines[rate], &sheet->groups.at[group]);
    int64_t *left = &sheet->places[sheet->place_of[group]].own_left[rate];
    int64_t own_milli = *left < needed_milli ? *left : needed_milli;

    *left -= own_milli;
    line->needed_milli += needed_milli;
    line->own_milli += own_milli;
}

static enum mu_err add_need_line(struct sheet *sheet, Muster__SheetNeed *need, size_t rate,
                                 size_t from, size_t to)
{
    const Muster__RateLine *of = sheet->rates->lines[rate];
    Muster__SheetNeedLine *line = take(sheet, sizeof *line);
    const Muster__SheetNeedLine *last;

    if (line == NULL)
        return MU_E_NO_MEMORY;
    *line = (Muster__SheetNeedLine)MUSTER__SHEET_NEED_LINE__INIT;
    line->item = lend(of->item);
    line->has_unit = of->has_unit;
    line->unit = of->unit;
    for (size_t i = from; i < to; i++)
        tell_off(sheet, line, rate, i);
    line->has_needed_milli = line->has_own_milli = line->has_to_send_milli = true;
    line->to_send_milli = line->needed_milli - line->own_milli;
    line->has_rate_milli = of->has_rate_milli;
    line->rate_milli = of->rate_milli;
    last = last_need(sheet, need->evacuation->object, of->item);
    line->has_change_milli = last != NULL && last->needed_milli != line->needed_milli;
    line->change_milli = line->has_change_milli ? line->needed_milli - last->needed_milli : 0;
    if (line->needed_milli == 0 && !line->has_change_milli)
        return MU_OK;
    return mu_needs_append(sheet->arena, &need->lines, &need->n_lines, line);
}

static enum mu_err add_need(struct sheet *sheet, size_t from, size_t to)
{
    const struct mu_group *first = &sheet->groups.at[from];
    Muster__SheetNeed *need = take(sheet, sizeof *need);
    enum mu_err err = MU_OK;

    if (need == NULL)
        return MU_E_NO_MEMORY;
    *need = (Muster__SheetNeed)MUSTER__SHEET_NEED__INIT;
    if ((need->evacuation = mu_needs_ref(sheet->arena, first->cause)) == NULL)
        return MU_E_NO_MEMORY;
    need->place = to - from == 1 ? lend(first->place) : NULL;
    need->has_persons = need->has_population_kind = need->has_period_min = true;
    need->population_kind = first->kind;
    need->period_min = first->period_min;
    for (size_t i = from; i < to; i++)
        need->persons += sheet->groups.at[i].persons;
    for (size_t rate = 0; rate < sheet->rates->n_lines && err == MU_OK; rate++)
        err = add_need_line(sheet, need, rate, from, to);
    if (err != MU_OK)
        return err;
    if ((err = mu_needs_append(sheet->arena, &sheet->out->inputs, &sheet->out->n_inputs,
                               need->evacuation)) != MU_OK)
        return err;
    return mu_needs_append(sheet->arena, &sheet->out->needs, &sheet->out->n_needs, need);
}

static enum mu_err add_needs(struct sheet *sheet)
{
    enum mu_err err = MU_OK;

    for (size_t from = 0, to = 0; from < sheet->groups.count && err == MU_OK; from = to) {
        while (to < sheet->groups.count &&
               sheet->groups.at[to].cause == sheet->groups.at[from].cause)
            to++;
        err = add_need(sheet, from, to);
    }
    return err;
}

/* ---- the whole ---- */

#define FIELDS_MAX (MU_FIELDS_MAX * 3 / 4)

static size_t fields_of(const Muster__SupplySheet *sheet)
{
    size_t fields = sheet->n_inputs * 4;

    for (size_t i = 0; i < sheet->n_lines; i++)
        fields += 20 + sheet->lines[i]->n_shelters * 7 + sheet->lines[i]->n_stocks * 5 +
                  sheet->lines[i]->n_requests + sheet->lines[i]->n_offers * 4;
    for (size_t i = 0; i < sheet->n_needs; i++)
        fields += 10 + sheet->needs[i]->n_lines * 8;
    return fields;
}

static void keep_need_of_cause(Muster__SupplySheet *sheet)
{
    size_t kept = 0;

    for (size_t i = 0; i < sheet->n_needs; i++)
        if (strcmp(sheet->needs[i]->evacuation->object, sheet->cause->object) == 0)
            sheet->needs[kept++] = sheet->needs[i];
    sheet->n_needs = kept;
}

/* What a message may hold is bounded (MU_FIELDS_MAX). A county with hundreds of shelters gets the
 * lines and their sums without the breakdown by place, then only the need of the cause itself, then
 * no list of what it all rests on: `computed_through` says that too. */
static void keep_within_bounds(Muster__SupplySheet *sheet)
{
    if (fields_of(sheet) <= FIELDS_MAX)
        return;
    for (size_t i = 0; i < sheet->n_lines; i++)
        sheet->lines[i]->n_shelters = 0;
    if (fields_of(sheet) <= FIELDS_MAX)
        return;
    keep_need_of_cause(sheet);
    if (fields_of(sheet) > FIELDS_MAX)
        sheet->n_inputs = 0;
}

static enum mu_err set_heads(struct sheet *sheet, const struct mu_said *rates)
{
    const struct mu_said *cause = mu_picture_needs_cause(sheet->picture);

    sheet->out->has_computed_through = sheet->out->has_epoch = true;
    sheet->out->computed_through = mu_picture_through(sheet->picture);
    sheet->out->epoch = mu_picture_epoch(sheet->picture);
    sheet->out->has_computed_at_ms = true;
    sheet->out->computed_at_ms = mu_picture_now_ms(sheet->picture);
    sheet->out->has_period_min = sheet->rates->has_period_min;
    sheet->out->period_min = sheet->rates->period_min;
    sheet->out->rate_table = mu_needs_ref(sheet->arena, rates);
    sheet->out->cause = mu_needs_ref(sheet->arena, cause == NULL ? rates : cause);
    return sheet->out->rate_table == NULL || sheet->out->cause == NULL ? MU_E_NO_MEMORY : MU_OK;
}

static enum mu_err fill(struct sheet *sheet, const struct mu_said *rates)
{
    enum mu_err err;

    if ((err = find_places(sheet)) != MU_OK)
        return err;
    for (size_t rate = 0; rate < sheet->rates->n_lines && err == MU_OK; rate++)
        err = add_line(sheet, rate);
    if (err != MU_OK)
        return err;
    if ((err = add_needs(sheet)) != MU_OK)
        return err;
    if ((err = mu_supply_inputs(sheet->picture, sheet->arena, sheet->out)) != MU_OK)
        return err;
    if ((err = set_heads(sheet, rates)) != MU_OK)
        return err;
    keep_within_bounds(sheet->out);
    return MU_OK;
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
    struct sheet sheet = {.picture = picture, .arena = arena, .last = last};
    enum mu_err err;

    if (last == NULL && before != NULL)
        sheet.last = before->event->supply_sheet;

    *out = NULL;
    if (rates == NULL)
        return MU_OK;
    sheet.rates = rates->event->rate_table;
    if ((err = mu_groups_find(picture, arena, sheet.rates, &sheet.groups)) != MU_OK)
        return err;
    if (sheet.groups.count == 0 && sheet.last == NULL && !has_declared(picture))
        return MU_OK;
    if ((sheet.out = take(&sheet, sizeof *sheet.out)) == NULL)
        return MU_E_NO_MEMORY;
    *sheet.out = (Muster__SupplySheet)MUSTER__SUPPLY_SHEET__INIT;
    err = fill(&sheet, rates);
    mu_table_free(&sheet.by_name);
    *out = err == MU_OK ? sheet.out : NULL;
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
