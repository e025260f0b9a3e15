/* Where water of two structures runs together: from which metre on they share the river, and how early the front of
 * one may be below, driven by what the other lets out.
 *
 * Bounds, not hydraulics: above the confluence each runs by its own class, below it by the class of all that may be
 * there when the front passes. That is sooner, or the same; the latest arrival stays that of each alone.
 */
#include "proto/picture/fold.h"
#include "proto/picture/river_inside.h"

#include <string.h>

#include "proto/base/clock.h"

/* ---- from where on two ways are one river ---- */

/* The same chain from its end backwards: a tributary's last reach is part of the chain it joins. */
static int64_t shared_by_chain(const struct mu_river_way *a, const struct mu_river_way *b)
{
    int64_t shared_m = 0;
    size_t i = a->reach_count, k = b->reach_count;

    while (i > 0 && k > 0 && strcmp(a->reaches[i - 1].chain, b->reaches[k - 1].chain) == 0) {
        int64_t one_m = a->reaches[--i].length_m, two_m = b->reaches[--k].length_m;

        shared_m += one_m < two_m ? one_m : two_m;
        if (one_m != two_m)
            break;
    }
    return shared_m;
}

/* Two chains that list the same zones meet at the first of them, or above it. */
static int64_t shared_by_zone(const struct mu_river *river, const struct mu_river_way *a,
                              const char *other)
{
    size_t count, others;
    const struct mu_river_way *ways = mu_river_ways(river, a->structure, &count);
    const struct mu_river_way *theirs = mu_river_ways(river, other, &others);
    int64_t first_m = a->distance_m;

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < others; k++)
            if (ways[i].zone == theirs[k].zone && ways[i].distance_m < first_m)
                first_m = ways[i].distance_m;
    return a->distance_m - first_m;
}

static int64_t shared_m(const struct mu_river *river, const struct mu_river_way *a,
                        const struct mu_river_way *b)
{
    int64_t by_chain = shared_by_chain(a, b);
    int64_t by_zone = shared_by_zone(river, a, b->structure);

    return by_chain > by_zone ? by_chain : by_zone;
}

/* ---- who is there when the front passes ---- */

struct front {
    const mu_picture *picture;
    const struct mu_river *river;
    const struct mu_object *operation;
    struct mu_arrival *arrival;
    const struct mu_river_way *way; /* of the front */
    int64_t own_milli;
    int64_t from_m;     /* where it begins to be shared, with any */
    int64_t all_milli;  /* of others, so far */
    int64_t most_milli; /* of the structure being looked at */
    const struct mu_river_way *other;
    int64_t early_ms, late_ms; /* of the front, where it meets the other's water */
    int64_t other_m;           /* there, from the other structure */
};

static void note_meeting(struct front *front, const struct mu_said *said, int64_t milli)
{
    int64_t heard_ms = mu_minute(said->accepted_at_ms);

    if (milli > front->most_milli)
        front->most_milli = milli;
    if (front->arrival->meets.said == NULL ||
        mu_said_recorded_before(front->arrival->meets.said, said))
        front->arrival->meets.said = said;
    if (heard_ms > front->arrival->meets.heard_ms)
        front->arrival->meets.heard_ms = heard_ms;
}

/* Its water is there from the earliest its front can be until the latest its end can. */
static bool take_other(void *user, const struct mu_print *print)
{
    struct front *front = user;
    const struct mu_said *head = mu_object_head(print->object);
    const Muster__DamOperation *dam = head == NULL ? NULL : head->event->dam_operation;
    int64_t stopped_ms = mu_release_stopped_ms(print->object);
    const Muster__DamStep *step;
    struct mu_travel travel;
    int64_t ends_ms;

    if (dam == NULL || print->object == front->operation || print->part >= dam->n_steps)
        return true;
    step = dam->steps[print->part];
    ends_ms = mu_step_ends_ms(dam, print->part, stopped_ms);
    travel = mu_way_travel(front->picture, front->other, 0, front->other_m, mu_step_flow(step));
    if (!step->has_from_at_ms || step->from_at_ms >= stopped_ms || mu_step_flow(step) <= 0 ||
        !travel.known || step->from_at_ms + travel.fast_ms > front->late_ms ||
        (ends_ms != MU_ENDLESS && ends_ms + travel.slow_ms <= front->early_ms))
        return true;
    note_meeting(front, head, mu_step_flow(step));
    return true;
}

static void meet_structure(struct front *front, const char *structure)
{
    size_t count;
    const struct mu_river_way *ways = mu_river_ways(front->river, structure, &count);

    front->most_milli = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t own_m, shared = ways[i].zone != front->way->zone
                                    ? 0
                                    : shared_m(front->river, front->way, &ways[i]);
        struct mu_travel travel;
        int64_t before = front->most_milli;

        if (shared <= 0)
            continue;
        own_m = front->way->distance_m - shared;
        travel = mu_way_travel(front->picture, front->way, 0, own_m, front->own_milli);
        if (!travel.known)
            continue;
        front->other = &ways[i];
        front->other_m = ways[i].distance_m > shared ? ways[i].distance_m - shared : 0;
        front->early_ms = front->arrival->from_ms + travel.fast_ms;
        front->late_ms = front->arrival->from_ms + travel.slow_ms;
        mu_picture_meet(front->picture, MU_PLACE_RELEASE, structure,
                        front->early_ms -
                            mu_river_longest_ms(front->picture, front->river, structure),
                        MU_ENDLESS, take_other, front);
        if (front->most_milli > before && own_m < front->from_m)
            front->from_m = own_m;
    }
    front->all_milli += front->most_milli;
}

static void drive(const struct front *front)
{
    struct mu_arrival *arrival = front->arrival;
    int64_t milli = front->own_milli + front->all_milli;
    struct mu_travel own =
        mu_way_travel(front->picture, front->way, 0, front->from_m, front->own_milli);
    struct mu_travel together =
        mu_way_travel(front->picture, front->way, front->from_m, front->way->distance_m, milli);
    int64_t earliest_ms = mu_minute(arrival->from_ms + own.fast_ms + together.fast_ms);

    if (milli > arrival->meets.milli_m3s)
        arrival->meets.milli_m3s = milli;
    arrival->meets.known = arrival->meets.known && together.known;
    if (own.known && together.known && earliest_ms < arrival->meets.earliest_ms)
        arrival->meets.earliest_ms = earliest_ms;
}

void mu_release_meets(const mu_picture *picture, const struct mu_river *river,
                      const struct mu_object *operation, struct mu_arrival *arrival)
{
    const Muster__DamOperation *dam = mu_object_head(operation)->event->dam_operation;
    size_t count;
    const struct mu_river_way *ways = mu_river_ways(river, dam->structure, &count);

    arrival->meets.known = true;
    arrival->meets.earliest_ms = arrival->earliest_ms;
    if (!arrival->known || arrival->step == 0 || arrival->step > dam->n_steps)
        return;
    for (size_t i = 0; i < count; i++) {
        struct front front = {
            .picture = picture,
            .river = river,
            .operation = operation,
            .arrival = arrival,
            .way = &ways[i],
            .own_milli = mu_step_flow(dam->steps[arrival->step - 1]),
            .from_m = ways[i].distance_m,
        };

        for (size_t k = 0; ways[i].zone == arrival->zone && k < arrival->zone->structure_count; k++)
            if (!mu_same(arrival->zone->structures[k], dam->structure))
                meet_structure(&front, arrival->zone->structures[k]);
        if (front.all_milli > 0)
            drive(&front);
    }
}
