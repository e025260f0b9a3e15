#include "proto/rules/water.h"

#include <string.h>

#include "proto/base/clock.h"
#include "proto/rules/c03.h"
#include "proto/topic/area.h"

struct search {
    struct mu_judgement *judgement;
    const struct mu_said *version;
    const struct mu_print *mine;
    const struct mu_river_zone *zone;
    const struct mu_said *release; /* the version of it that stood then */
    const struct mu_said **found;
    size_t count;
    int64_t end_ms; /* of `mine`, with everybody out */
};

/* The version the plan's author could have seen. */
static const struct mu_said *stood_before(const struct mu_object *operation,
                                          const struct mu_said *plan)
{
    const struct mu_said *said = operation->versions;

    while (said != NULL && (said->struck || mu_said_recorded_before(plan, said)))
        said = said->lower;
    return said;
}

static bool cites(const struct search *search)
{
    const Muster__Envelope *envelope = search->version->event->envelope;

    for (size_t i = 0; i < envelope->n_cites; i++) {
        const struct mu_said *said =
            mu_picture_said(search->judgement->picture, envelope->cites[i]);

        if (said != NULL && said->object == search->release->object &&
            said->version >= search->release->version)
            return true;
    }
    return false;
}

static bool is_listed(const struct search *search)
{
    for (size_t i = 0; i < search->count; i++)
        if (search->found[i]->object == search->release->object)
            return true;
    return false;
}

static bool take_arrival(void *user, const struct mu_arrival *arrival)
{
    struct search *search = user;

    search->judgement->looked++;
    if (arrival->zone != search->zone ||
        (arrival->known && (arrival->earliest_ms >= search->end_ms ||
                            arrival->until_ms <= search->mine->span.start_ms)))
        return true;
    MU_JUDGE_PUT(search->judgement, search->found, search->count, search->release);
    return false;
}

static bool take_release(void *user, const struct mu_print *print)
{
    struct search *search = user;

    search->judgement->looked++;
    search->release = stood_before(print->object, search->version);
    if (search->release == NULL || cites(search) || is_listed(search))
        return true;
    mu_release_arrivals_of(search->judgement->picture, mu_judge_river(search->judgement),
                           search->release, take_arrival, search);
    return true;
}

static bool may_stand(const struct mu_judgement *judgement, const struct mu_print *print)
{
    struct mu_print water = {.place_kind = MU_PLACE_ZONE,
                             .place = print->place,
                             .activity = MUSTER__ACTIVITY__ACTIVITY_RELEASE};

    return mu_picture_beside(judgement->picture, print, &water) ==
           MUSTER__COMPATIBILITY__COMPATIBILITY_COMPATIBLE;
}

/* A journey is watched by C03 and cites nothing for it. */
static bool stands_in_zone(const struct mu_judgement *judgement, const struct mu_print *print)
{
    return print->place_kind == MU_PLACE_ZONE &&
           print->effect != MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES && !may_stand(judgement, print);
}

static void look_up_river(struct search *search)
{
    const struct mu_river *river = mu_judge_river(search->judgement);
    struct mu_bytes place = {(const uint8_t *)search->mine->place, strlen(search->mine->place)};

    for (size_t i = 0; (search->zone = mu_river_zone(river, i)) != NULL; i++) {
        struct mu_bytes whole = {(const uint8_t *)search->zone->area, strlen(search->zone->area)};

        for (size_t k = 0; mu_area_within(place, whole) && k < search->zone->structure_count; k++)
            mu_picture_meet(
                search->judgement->picture, MU_PLACE_RELEASE, search->zone->structures[k],
                search->mine->span.start_ms - mu_river_longest_ms(search->judgement->picture, river,
                                                                  search->zone->structures[k]),
                MU_ENDLESS, take_release, search);
    }
}

static int64_t out_ms(const struct mu_print *print)
{
    const Muster__PlanPhase *phase = print->said->event->operation_plan->phases[print->part];

    if (print->span.end_ms == MU_ENDLESS || !phase->has_dissolve_min)
        return print->span.end_ms;
    return print->span.end_ms + phase->dissolve_min * MU_MINUTE_MS;
}

const struct mu_said **mu_water_uncited(struct mu_judgement *judgement,
                                        const struct mu_object *plan, const struct mu_said *version,
                                        size_t *count)
{
    struct search search = {.judgement = judgement, .version = version};

    for (size_t i = 0; i < plan->print_count; i++) {
        search.mine = &plan->prints[i];
        if (!stands_in_zone(judgement, search.mine))
            continue;
        search.end_ms = out_ms(search.mine);
        look_up_river(&search);
    }
    *count = search.count;
    return search.found;
}
