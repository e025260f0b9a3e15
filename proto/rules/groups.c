/* Who needs something, where, and for how long. */
#include "proto/rules/needs_inside.h"

#include <string.h>

#define MINUTES_PER_DAY 1440

static enum mu_err add(mu_arena *arena, struct mu_groups *groups, const struct mu_group *group)
{
    size_t room = groups->room == 0 ? 16 : groups->room * 2;
    struct mu_group *at;

    if (group->persons == 0)
        return MU_OK;
    if (groups->count == groups->room) {
        if ((at = mu_arena_take(arena, room * sizeof *at)) == NULL)
            return MU_E_NO_MEMORY;
        if (groups->count > 0)
            memcpy(at, groups->at, groups->count * sizeof *at);
        groups->at = at;
        groups->room = room;
    }
    groups->at[groups->count++] = *group;
    return MU_OK;
}

static int64_t table_period_min(const Muster__RateTable *rates)
{
    return rates->has_period_min && rates->period_min > 0 ? rates->period_min : MINUTES_PER_DAY;
}

/* The stay stated; else the table's own period for that kind of people; else its general one. */
static int64_t period_min(const Muster__RateTable *rates, const Muster__Evacuation *evacuation,
                          Muster__PopulationKind kind)
{
    if (evacuation != NULL && evacuation->has_duration_min && evacuation->duration_min > 0)
        return evacuation->duration_min;
    for (size_t i = 0; i < rates->n_kind_periods; i++)
        if (rates->kind_periods[i]->population_kind == kind &&
            rates->kind_periods[i]->period_min > 0)
            return rates->kind_periods[i]->period_min;
    return table_period_min(rates);
}

static bool is_sheltered(const Muster__EvacuationLeg *leg)
{
    return leg->destination != NULL &&
           (!leg->has_destination_kind ||
            leg->destination_kind <= MUSTER__DESTINATION_KIND__DESTINATION_KIND_SHELTER);
}

static const char *zone_of(const struct mu_said *said)
{
    const char *zone = said->event->evacuation->zone;

    if (zone == NULL)
        zone = said->event->envelope->area;
    return zone == NULL ? "" : zone;
}

static enum mu_err add_legs(mu_arena *arena, struct mu_groups *groups,
                            const Muster__RateTable *rates, const struct mu_object *object,
                            const struct mu_said *head)
{
    const Muster__Evacuation *evacuation = head->event->evacuation;
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < evacuation->n_legs && err == MU_OK; i++) {
        const Muster__EvacuationLeg *leg = evacuation->legs[i];
        struct mu_group group = {
            .cause = head,
            .evacuation = object,
            .place = leg->destination != NULL ? leg->destination : zone_of(head),
            .sheltered = is_sheltered(leg),
            .persons = mu_leg_persons(object, i),
            .kind = mu_leg_population(evacuation, i),
            .vulnerable = i == 0 ? evacuation->vulnerable : NULL,
        };

        group.period_min = period_min(rates, evacuation, group.kind);
        err = add(arena, groups, &group);
    }
    return err;
}

/* Where nobody says yet where they will go, they need what they need all the same. */
static enum mu_err add_whole(mu_arena *arena, struct mu_groups *groups,
                             const Muster__RateTable *rates, const struct mu_object *object,
                             const struct mu_said *head)
{
    const Muster__Evacuation *evacuation = head->event->evacuation;
    struct mu_group group = {
        .cause = head,
        .evacuation = object,
        .place = zone_of(head),
        .persons = evacuation->has_persons_planned ? evacuation->persons_planned : 0,
        .kind = evacuation->has_population_kind
                    ? evacuation->population_kind
                    : MUSTER__POPULATION_KIND__POPULATION_KIND_NOT_STATED,
        .vulnerable = evacuation->vulnerable,
    };

    group.period_min = period_min(rates, evacuation, group.kind);
    return add(arena, groups, &group);
}

static enum mu_err add_counted(const mu_picture *picture, mu_arena *arena, struct mu_groups *groups,
                               const Muster__RateTable *rates, const struct mu_object *object)
{
    struct mu_shelter shelter;
    struct mu_group group = {0};

    if (!mu_shelter_look(picture, object->id, &shelter) || shelter.status == NULL)
        return MU_OK;
    group = (struct mu_group){
        .cause = shelter.status,
        .place = object->id,
        .sheltered = true,
        .persons = shelter.unexplained,
        .kind = shelter.present_kind,
        .period_min = period_min(rates, NULL, shelter.present_kind),
        .vulnerable = shelter.sent_there == 0 ? shelter.status->event->shelter->vulnerable : NULL,
    };
    return add(arena, groups, &group);
}

enum mu_err mu_groups_find(const mu_picture *picture, mu_arena *arena,
                           const Muster__RateTable *rates, struct mu_groups *out)
{
    const struct mu_object *object;
    enum mu_err err = MU_OK;

    *out = (struct mu_groups){0};
    for (size_t i = 0; err == MU_OK &&
                       (object = mu_picture_at(picture, MUSTER__EVENT__BODY_EVACUATION, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);

        if (head == NULL || mu_evacuation_over(object))
            continue;
        err = head->event->evacuation->n_legs > 0 ? add_legs(arena, out, rates, object, head)
                                                  : add_whole(arena, out, rates, object, head);
    }
    for (size_t i = 0;
         err == MU_OK && (object = mu_picture_at(picture, MUSTER__EVENT__BODY_SHELTER, i)) != NULL;
         i++)
        err = add_counted(picture, arena, out, rates, object);
    return err;
}
