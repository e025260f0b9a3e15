/* When the water of a dam operation is where: travel times per reach and discharge class. */
#include "proto/picture/fold.h"
#include "proto/picture/river_inside.h"

#include <string.h>

#include "proto/base/clock.h"

/* ---- what was called off ---- */

static bool stops(Muster__DamOperationState state)
{
    return state == MUSTER__DAM_OPERATION_STATE__DAM_OPERATION_STATE_HELD ||
           state == MUSTER__DAM_OPERATION_STATE__DAM_OPERATION_STATE_ENDED ||
           state == MUSTER__DAM_OPERATION_STATE__DAM_OPERATION_STATE_CANCELLED;
}

int64_t mu_release_stopped_ms(const struct mu_object *operation)
{
    const struct mu_said *head = mu_object_head(operation);

    for (const struct mu_said *said = head == NULL ? NULL : operation->news; said != NULL;
         said = said->older) {
        const Muster__DamOperation *dam = said->event->dam_operation;

        if (said->struck || said->version < head->version || !dam->has_state)
            continue;
        return stops(dam->state) ? said->as_of_ms : MU_ENDLESS;
    }
    return MU_ENDLESS;
}

/* ---- how long one reach takes ---- */

/* A chain has one table; of several the last one said stands. */
static const Muster__TravelTable *table_of(const mu_picture *picture, const char *chain)
{
    const struct mu_object *object;
    const struct mu_said *best = NULL;

    for (size_t i = 0;
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_TRAVEL_TABLE, i)) != NULL; i++) {
        const struct mu_said *head = mu_object_head(object);

        if (head != NULL && mu_same(head->event->travel_table->river_chain, chain) &&
            (best == NULL || mu_said_recorded_before(best, head)))
            best = head;
    }
    return best == NULL ? NULL : best->event->travel_table;
}

int64_t mu_step_flow(const Muster__DamStep *step)
{
    return step->has_outflow_milli_m3s ? step->outflow_milli_m3s : -1;
}

static const Muster__DischargeClass *class_of(const Muster__TravelTable *table, int64_t milli_m3s)
{
    for (size_t i = 0; table != NULL && milli_m3s >= 0 && i < table->n_classes; i++) {
        const Muster__DischargeClass *one = table->classes[i];

        if (milli_m3s >= (one->has_from_milli_m3s ? one->from_milli_m3s : 0) &&
            (!one->has_below_milli_m3s || milli_m3s < one->below_milli_m3s))
            return one;
    }
    return NULL;
}

/* Faster than a day per metre, slower than light: what is outside is a slip of the pen. */
static bool is_speed(bool has, int64_t m_per_min)
{
    return has && m_per_min > 0 && m_per_min < 1000000;
}

static struct mu_travel by_speed(const Muster__DischargeClass *one, int64_t length_m)
{
    struct mu_travel out = {0};

    if (!is_speed(one->has_fast_m_per_min, one->fast_m_per_min) ||
        !is_speed(one->has_slow_m_per_min, one->slow_m_per_min) || length_m < 0 ||
        length_m > INT64_C(100000000))
        return out;
    out.known = true;
    out.fast_ms = length_m * MU_MINUTE_MS / one->fast_m_per_min;
    out.slow_ms = (length_m * MU_MINUTE_MS + one->slow_m_per_min - 1) / one->slow_m_per_min;
    return out;
}

/* Observed times are from the structure to the zone: they hold where the way is one reach. */
static struct mu_travel by_observation(const Muster__DischargeClass *one, const char *area)
{
    for (size_t i = 0; i < one->n_observed; i++)
        if (mu_same(one->observed[i]->area, area) && one->observed[i]->has_fast_min &&
            one->observed[i]->has_slow_min)
            return (struct mu_travel){true, one->observed[i]->fast_min * MU_MINUTE_MS,
                                      one->observed[i]->slow_min * MU_MINUTE_MS};
    return (struct mu_travel){0};
}

static struct mu_travel whole_reach(const Muster__DischargeClass *one,
                                    const struct mu_river_way *way, size_t index)
{
    struct mu_travel reach = {0};

    if (one != NULL && way->reach_count == 1)
        reach = by_observation(one, way->zone->area);
    if (one != NULL && !reach.known)
        reach = by_speed(one, way->reaches[index].length_m);
    return reach;
}

/* The share of a reach that is travelled: water runs evenly along it, as far as anybody knows. */
static void add_share(struct mu_travel *all, struct mu_travel reach, int64_t part_m,
                      int64_t whole_m)
{
    all->known = all->known && reach.known;
    if (!reach.known || whole_m <= 0)
        return;
    all->fast_ms += reach.fast_ms * part_m / whole_m;
    all->slow_ms += (reach.slow_ms * part_m + whole_m - 1) / whole_m;
}

struct mu_travel mu_way_travel(const mu_picture *picture, const struct mu_river_way *way,
                               int64_t from_m, int64_t to_m, int64_t milli_m3s)
{
    struct mu_travel all = {true, 0, 0};
    int64_t begins_m = 0;

    for (size_t i = 0; i < way->reach_count; i++) {
        int64_t ends_m = begins_m + way->reaches[i].length_m;
        int64_t first_m = from_m > begins_m ? from_m : begins_m;
        int64_t last_m = to_m < ends_m ? to_m : ends_m;
        const Muster__TravelTable *table = table_of(picture, way->reaches[i].chain);

        if (last_m > first_m)
            add_share(&all, whole_reach(class_of(table, milli_m3s), way, i), last_m - first_m,
                      ends_m - begins_m);
        begins_m = ends_m;
    }
    return all;
}

static struct mu_travel travel_of(const mu_picture *picture, const struct mu_river_way *way,
                                  const Muster__DamStep *step, struct mu_arrival *names)
{
    struct mu_travel all = {true, 0, 0};

    for (size_t i = 0; i < way->reach_count; i++) {
        const Muster__TravelTable *table = table_of(picture, way->reaches[i].chain);
        const Muster__DischargeClass *one = class_of(table, mu_step_flow(step));
        struct mu_travel reach = whole_reach(one, way, i);

        all.known = all.known && reach.known;
        all.fast_ms += reach.fast_ms;
        all.slow_ms += reach.slow_ms;
        names->discharge_class = one == NULL ? NULL : one->code;
        names->basis = table == NULL ? NULL : table->basis;
    }
    return all;
}

/* ---- one step in one zone ---- */

static int64_t minute_after(int64_t ms)
{
    return mu_minute(ms + MU_MINUTE_MS - 1);
}

int64_t mu_step_ends_ms(const Muster__DamOperation *dam, size_t index, int64_t stopped_ms)
{
    const Muster__DamStep *step = dam->steps[index];
    int64_t end_ms = MU_ENDLESS;

    if (step->has_duration_min)
        end_ms = step->from_at_ms + step->duration_min * MU_MINUTE_MS;
    else if (index + 1 < dam->n_steps && dam->steps[index + 1]->has_from_at_ms)
        end_ms = dam->steps[index + 1]->from_at_ms;
    else if (dam->has_ends_at_ms)
        end_ms = dam->ends_at_ms;
    return end_ms < stopped_ms ? end_ms : stopped_ms;
}

static void widen(struct mu_arrival *arrival, struct mu_travel travel, int64_t ends_ms)
{
    int64_t earliest_ms = mu_minute(arrival->from_ms + travel.fast_ms);
    int64_t latest_ms = minute_after(arrival->from_ms + travel.slow_ms);

    if (earliest_ms < arrival->earliest_ms)
        arrival->earliest_ms = earliest_ms;
    if (latest_ms > arrival->latest_ms)
        arrival->latest_ms = latest_ms;
    if (ends_ms == MU_ENDLESS)
        arrival->until_ms = MU_ENDLESS;
    else if (arrival->until_ms < minute_after(ends_ms + travel.slow_ms))
        arrival->until_ms = minute_after(ends_ms + travel.slow_ms);
}

/* What flows out when the step begins; -1: not stated. */
static int64_t flow_before(const Muster__DamOperation *dam, size_t index)
{
    const Muster__DamStep *before = index == 0 ? NULL : dam->steps[index - 1];

    if (before != NULL && before->has_from_at_ms &&
        mu_step_ends_ms(dam, index - 1, MU_ENDLESS) >= dam->steps[index]->from_at_ms)
        return mu_step_flow(before);
    return dam->has_outflow_before_milli_m3s ? dam->outflow_before_milli_m3s : -1;
}

static bool is_more(int64_t milli_m3s, int64_t before)
{
    return milli_m3s < 0 || milli_m3s > (before < 0 ? 0 : before);
}

/* All ways from the structure to one zone: the bounds hold them all. */
static struct mu_arrival arrive(const mu_picture *picture, const struct mu_river_way *ways,
                                size_t count, const Muster__DamOperation *dam, size_t index,
                                int64_t stopped_ms)
{
    struct mu_arrival arrival = {
        .zone = ways[0].zone,
        .step = (uint32_t)index + 1,
        .from_ms = dam->steps[index]->from_at_ms,
        .known = true,
        .earliest_ms = INT64_MAX,
        .latest_ms = INT64_MIN,
        .until_ms = INT64_MIN,
        .distance_m = ways[0].distance_m,
        .rises = is_more(mu_step_flow(dam->steps[index]), flow_before(dam, index)),
        .flows = is_more(mu_step_flow(dam->steps[index]),
                         dam->has_outflow_before_milli_m3s ? dam->outflow_before_milli_m3s : -1),
    };

    for (size_t i = 0; i < count; i++) {
        struct mu_travel travel = travel_of(picture, &ways[i], dam->steps[index], &arrival);

        if (travel.known)
            widen(&arrival, travel, mu_step_ends_ms(dam, index, stopped_ms));
        else
            arrival.known = false;
    }
    if (!arrival.known)
        arrival.until_ms = MU_ENDLESS;
    return arrival;
}

static size_t ways_to_one(const struct mu_river_way *ways, size_t count)
{
    size_t same = 1;

    while (same < count && ways[same].zone == ways[0].zone)
        same++;
    return same;
}

/* Steps that begin before `stopped_ms`. */
static void walk(const mu_picture *picture, const struct mu_river *river,
                 const struct mu_said *version, int64_t stopped_ms,
                 bool (*found)(void *user, const struct mu_arrival *arrival), void *user)
{
    const Muster__DamOperation *dam = version->event->dam_operation;
    size_t count, same;
    const struct mu_river_way *ways = mu_river_ways(river, dam->structure, &count);

    for (; count > 0; ways += same, count -= same) {
        same = ways_to_one(ways, count);
        for (size_t i = 0; i < dam->n_steps; i++) {
            struct mu_arrival arrival;

            if (!dam->steps[i]->has_from_at_ms || dam->steps[i]->from_at_ms >= stopped_ms)
                continue;
            arrival = arrive(picture, ways, same, dam, i, stopped_ms);
            if (!found(user, &arrival))
                return;
        }
    }
}

void mu_release_arrivals(const mu_picture *picture, const struct mu_river *river,
                         const struct mu_object *operation,
                         bool (*found)(void *user, const struct mu_arrival *arrival), void *user)
{
    const struct mu_said *head = mu_object_head(operation);

    if (head != NULL)
        walk(picture, river, head, mu_release_stopped_ms(operation), found, user);
}

/* ---- left under an earlier version ---- */

/* A version that tells what has been is complete in itself. */
static int64_t first_step_ms(const Muster__DamOperation *dam)
{
    int64_t first_ms = MU_ENDLESS;

    for (size_t i = 0; i < dam->n_steps; i++)
        if (dam->steps[i]->has_from_at_ms && dam->steps[i]->from_at_ms < first_ms)
            first_ms = dam->steps[i]->from_at_ms;
    return first_ms;
}

struct under_way {
    const Muster__DamOperation *dam; /* the one before */
    int64_t said_ms;                 /* of the version that stands */
    int64_t next_ms;                 /* its first step */
    bool (*found)(void *user, const struct mu_arrival *arrival);
    void *user;
};

static bool take_under_way(void *user, const struct mu_arrival *arrival)
{
    struct under_way *under_way = user;
    struct mu_arrival left = *arrival;

    if (left.from_ms > under_way->said_ms)
        return true;
    /* It flows until the new version's first step, if nothing of the old one ended it. */
    if (left.known && !under_way->dam->steps[left.step - 1]->has_duration_min &&
        left.until_ms < under_way->next_ms + left.latest_ms - left.from_ms)
        left.until_ms = under_way->next_ms + left.latest_ms - left.from_ms;
    left.step = 0;
    return under_way->found(under_way->user, &left);
}

void mu_release_under_way(const mu_picture *picture, const struct mu_river *river,
                          const struct mu_object *operation,
                          bool (*found)(void *user, const struct mu_arrival *arrival), void *user)
{
    const struct mu_said *head = mu_object_head(operation);
    const struct mu_said *before = head == NULL ? NULL : head->lower;
    struct under_way under_way = {.found = found, .user = user};
    int64_t until_ms;

    while (before != NULL && (before->struck || before->version == head->version))
        before = before->lower;
    if (before == NULL)
        return;
    until_ms = first_step_ms(head->event->dam_operation);
    under_way.said_ms = head->accepted_at_ms;
    under_way.next_ms = until_ms;
    under_way.dam = before->event->dam_operation;
    if (until_ms > under_way.said_ms &&
        mu_same(head->event->dam_operation->structure, before->event->dam_operation->structure))
        walk(picture, river, before, until_ms, take_under_way, &under_way);
}

void mu_release_arrivals_of(const mu_picture *picture, const struct mu_river *river,
                            const struct mu_said *version,
                            bool (*found)(void *user, const struct mu_arrival *arrival), void *user)
{
    walk(picture, river, version, MU_ENDLESS, found, user);
}

/* ---- how far back to look ---- */

static int64_t slowest_ms(const mu_picture *picture, const struct mu_river_way *way)
{
    int64_t all_ms = 0;

    for (size_t i = 0; i < way->reach_count; i++) {
        const Muster__TravelTable *table = table_of(picture, way->reaches[i].chain);
        int64_t reach_ms = 0;

        for (size_t k = 0; table != NULL && k < table->n_classes; k++) {
            struct mu_travel travel = by_speed(table->classes[k], way->reaches[i].length_m);
            struct mu_travel seen = by_observation(table->classes[k], way->zone->area);

            reach_ms = travel.slow_ms > reach_ms ? travel.slow_ms : reach_ms;
            reach_ms = seen.slow_ms > reach_ms ? seen.slow_ms : reach_ms;
        }
        if (reach_ms == 0)
            return MU_DAY_MS; /* not known: look far enough back */
        all_ms += reach_ms;
    }
    return all_ms;
}

int64_t mu_river_longest_ms(const mu_picture *picture, const struct mu_river *river,
                            const char *structure)
{
    size_t count;
    const struct mu_river_way *ways = mu_river_ways(river, structure, &count);
    int64_t longest_ms = 0;

    for (size_t i = 0; i < count; i++) {
        int64_t one_ms = slowest_ms(picture, &ways[i]);

        longest_ms = one_ms > longest_ms ? one_ms : longest_ms;
    }
    return minute_after(longest_ms);
}
