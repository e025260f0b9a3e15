#include "proto/rules/turn_off.h"

#include <string.h>

#include "proto/base/clock.h"

static int64_t minute_up(int64_t ms)
{
    return (ms + MU_MINUTE_MS - 1) / MU_MINUTE_MS;
}

/* The stretch on which it meets the place; the track's count when it never does. */
static size_t meets_at(const struct mu_track *track, const char *edge, int64_t from_m, int64_t to_m)
{
    size_t i = 0;

    for (; i < track->count; i++) {
        const struct mu_stretch *stretch = &track->at[i];
        int64_t low = stretch->from_m < stretch->to_m ? stretch->from_m : stretch->to_m;
        int64_t high = stretch->from_m < stretch->to_m ? stretch->to_m : stretch->from_m;

        if (strcmp(stretch->edge, edge) == 0 && low <= to_m && from_m <= high)
            break;
    }
    return i;
}

static bool go_on_from(struct mu_roads *roads, const mu_picture *picture,
                       const struct mu_track *track, int64_t heaviest_kg, struct mu_turn_off *out)
{
    const struct mu_stretch *last = &track->at[track->count - 1];
    struct mu_trip trip = {
        .from = {.node = out->node, .edge = out->edge, .at_m = out->metre},
        .to = {.node = last->to_node, .edge = last->edge, .at_m = last->to_m},
        .vehicle = track->vehicle,
        .heaviest_kg = heaviest_kg,
        .leave_ms = out->at_ms,
    };

    if (!mu_roads_way(roads, picture, &trip, &out->way))
        return false;
    out->more_min = minute_up(out->way.arrive_ms) - minute_up(last->leave_ms + track->slack_ms);
    return true;
}

static bool set_here(const struct mu_track *track, const mu_picture *picture, int64_t now_ms,
                     struct mu_turn_off *out)
{
    const struct mu_stretch *first = &track->at[0], *on;

    *out = (struct mu_turn_off){.at_ms = now_ms};
    if (now_ms < first->enter_ms) { /* it has not left: its beginning is no node */
        *out = (struct mu_turn_off){
            .edge = first->edge, .metre = first->from_m, .at_ms = first->enter_ms};
        return true;
    }
    if ((on = mu_track_at(track, picture, now_ms, &out->metre)) == NULL)
        return false;
    out->edge = on->edge;
    return true;
}

bool mu_turn_off(struct mu_roads *roads, const mu_picture *picture, const struct mu_track *track,
                 int64_t heaviest_kg, const char *edge, int64_t from_m, int64_t to_m,
                 int64_t now_ms, struct mu_turn_off *out)
{
    size_t met = meets_at(track, edge, from_m, to_m);

    if (met == track->count)
        return false;
    for (size_t i = met + 1; i-- > 0 && track->at[i].enter_ms >= now_ms;) {
        *out = (struct mu_turn_off){.node = track->at[i].from_node, .at_ms = track->at[i].enter_ms};
        if (out->node != NULL && go_on_from(roads, picture, track, heaviest_kg, out))
            return true;
    }
    return set_here(track, picture, now_ms, out) &&
           go_on_from(roads, picture, track, heaviest_kg, out);
}
