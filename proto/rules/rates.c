/* One line of the county's planning figures, applied. */
#include "proto/rules/needs_inside.h"

#include <string.h>

#include "proto/base/clock.h"

#define MINUTES_PER_DAY 1440
/* More people than a country has: what a hostile figure may not overflow. */
#define PERSONS_MAX 2000000000u

__extension__ typedef __int128 wide;

static int64_t up(wide value, wide unit)
{
    wide out = (value + unit - 1) / unit;

    return out > INT64_MAX / MU_MILLI ? INT64_MAX / MU_MILLI : (int64_t)out;
}

bool mu_rate_concerns(const Muster__RateLine *line, Muster__PopulationKind kind)
{
    if (line->n_population_kinds == 0)
        return true;
    for (size_t i = 0; i < line->n_population_kinds; i++)
        if (line->population_kinds[i] == kind)
            return true;
    return false;
}

static int64_t per_mille(const Muster__RateLine *line)
{
    return MU_MILLI + (line->has_reserve_per_mille ? line->reserve_per_mille : 0);
}

int64_t mu_rate_pieces_milli(const Muster__RateLine *line, uint32_t persons)
{
    wide pieces = persons > PERSONS_MAX ? PERSONS_MAX : persons;

    if (!line->has_persons_per_piece || line->persons_per_piece == 0)
        return 0;
    return up(pieces * per_mille(line), (wide)line->persons_per_piece * MU_MILLI) * MU_MILLI;
}

/* Groups the law and Sphere count apart are populations of their own, not factors. */
static uint32_t persons_of(const Muster__RateLine *line, const struct mu_group *group)
{
    const Muster__Vulnerable *few = group->vulnerable;
    const struct {
        const char *name;
        bool has;
        uint32_t persons;
    } groups[] = {
        {"infants", few != NULL && few->has_infants, few == NULL ? 0 : few->infants},
        {"elderly", few != NULL && few->has_elderly, few == NULL ? 0 : few->elderly},
        {"disabled", few != NULL && few->has_disabled, few == NULL ? 0 : few->disabled},
        {"patients", few != NULL && few->has_patients, few == NULL ? 0 : few->patients},
        {"pregnant", few != NULL && few->has_pregnant, few == NULL ? 0 : few->pregnant},
        {"dialysis", few != NULL && few->has_dialysis, few == NULL ? 0 : few->dialysis},
        {"halal", few != NULL && few->has_halal, few == NULL ? 0 : few->halal},
        {"children", few != NULL && few->has_children, few == NULL ? 0 : few->children},
    };

    if (line->vulnerable_group == NULL || line->vulnerable_group[0] == '\0')
        return group->persons;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (strcmp(groups[i].name, line->vulnerable_group) == 0)
            return groups[i].has ? groups[i].persons : 0;
    return 0;
}

int64_t mu_rate_needed_milli(const Muster__RateLine *line, const struct mu_group *group)
{
    uint32_t persons = persons_of(line, group);
    wide amount = persons > PERSONS_MAX ? PERSONS_MAX : persons;

    if (!mu_rate_concerns(line, group->kind) || line->rate_milli < 0)
        return 0;
    amount = amount * line->rate_milli * per_mille(line);
    switch (line->basis) {
    case MUSTER__RATE_BASIS__RATE_BASIS_PER_PERSON_DAY:
        return up(amount * group->period_min, (wide)MINUTES_PER_DAY * MU_MILLI * MU_MILLI) *
               MU_MILLI;
    case MUSTER__RATE_BASIS__RATE_BASIS_PER_PERSON:
        return up(amount, (wide)MU_MILLI * MU_MILLI) * MU_MILLI;
    case MUSTER__RATE_BASIS__RATE_BASIS_PERSONS_PER_PIECE:
        return mu_rate_pieces_milli(line, persons);
    default:
        return 0;
    }
}

/* ---- what a shelter has itself ---- */

enum own { OWN_NONE, OWN_WATER, OWN_FLOOR, OWN_TOILETS, OWN_TAPS };

/* Words by which people know an item, whatever code the county gives it. */
static const struct {
    enum own own;
    const char *word;
} own_words[] = {
    {OWN_FLOOR, "floor"},     {OWN_FLOOR, "面积"},  {OWN_TOILETS, "toilet"},
    {OWN_TOILETS, "latrine"}, {OWN_TOILETS, "厕"},  {OWN_TAPS, "tap"},
    {OWN_TAPS, "龙头"},       {OWN_WATER, "water"}, {OWN_WATER, "水"},
};

static enum own own_by_word(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof own_words / sizeof own_words[0]; i++)
        if (strstr(name, own_words[i].word) != NULL)
            return own_words[i].own;
    return OWN_NONE;
}

static const Muster__Name *name_of(const mu_picture *picture, const char *item)
{
    const struct mu_object *object;

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_ITEM_TABLE, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);

        for (size_t k = 0; head != NULL && k < head->event->item_table->n_lines; k++)
            if (strcmp(head->event->item_table->lines[k]->item, item) == 0)
                return head->event->item_table->lines[k]->name;
    }
    return NULL;
}

/* The county names and codes its items; which of a shelter's means one is, its unit tells, or its
 * code, or its name in the item table. */
static enum own own_of(const mu_picture *picture, const Muster__RateLine *line)
{
    const Muster__Name *name;
    enum own own;

    if (line->unit == MUSTER__MEASURE__MEASURE_SQUARE_METRE)
        return OWN_FLOOR;
    if (line->unit == MUSTER__MEASURE__MEASURE_LITRE)
        return OWN_WATER;
    if ((own = own_by_word(line->item)) != OWN_NONE)
        return own;
    if ((name = name_of(picture, line->item)) == NULL)
        return OWN_NONE;
    own = own_by_word(name->en);
    return own != OWN_NONE ? own : own_by_word(name->zh);
}

bool mu_rate_needs_stock(const mu_picture *picture, const Muster__RateLine *line)
{
    enum own own = own_of(picture, line);

    if (line->has_needs_stock)
        return line->needs_stock;
    return own != OWN_FLOOR && own != OWN_TAPS;
}

bool mu_rate_own_milli(const mu_picture *picture, const Muster__RateLine *line,
                       const struct mu_shelter *shelter, int64_t period_min, int64_t *out)
{
    const struct mu_stated *of[] = {
        [OWN_NONE] = NULL,
        [OWN_WATER] = &shelter->own_water_l_per_day,
        [OWN_FLOOR] = &shelter->floor_m2,
        [OWN_TOILETS] = &shelter->toilets,
        [OWN_TAPS] = &shelter->taps,
    };
    enum own own = own_of(picture, line);
    wide amount;

    *out = 0;
    if (!line->has_shelter_own_counts || !line->shelter_own_counts || of[own] == NULL ||
        !of[own]->known || of[own]->value < 0)
        return false;
    amount = of[own]->value;
    if (own == OWN_WATER)
        amount = amount * period_min / MINUTES_PER_DAY;
    *out = up(amount, 1) * MU_MILLI;
    return true;
}
