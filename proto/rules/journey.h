/* Where a journey is when: the stretches it drives, in order and direction, with the times it says it
 * passes nodes and, between those, the speeds of the reference data.
 *
 * Only what travels as one has a track: a shipment, and a phase of a plan that states passages. Buses
 * that come and go through a window, and a plan that says nothing of the way, are anywhere on their route
 * throughout their window.
 */
#ifndef MU_RULES_JOURNEY_H
#define MU_RULES_JOURNEY_H

#include "proto/rules/roads.h"

#define MU_TRACK_STRETCHES_MAX 64u

struct mu_track {
    struct mu_stretch at[MU_TRACK_STRETCHES_MAX];
    size_t count;
    int64_t slack_ms; /* how much later than `enter_ms` it may be everywhere; 0: times are exact */
    Muster__VehicleClass vehicle;
};

/* The track of the journey `print` is part of. False when it has none, or the reference data do not say
 * enough. Lends names of picture and statement. */
bool mu_track_of(const mu_picture *picture, const struct mu_print *print, struct mu_track *out);

/* A phase of a plan that drives a road and says at no place when: it may be anywhere on its way throughout. */
bool mu_print_says_no_time(const struct mu_print *print);

/* When it is anywhere on `from_m` to `to_m` of `edge`: from its first arrival to its last leaving. False
 * when it never is. */
bool mu_track_when(const struct mu_track *track, const mu_picture *picture, const char *edge,
                   int64_t from_m, int64_t to_m, int64_t *first_ms, int64_t *last_ms);

/* The stretch it is on at `at_ms` and how far along, in metres of the edge; NULL before it starts and
 * after it has arrived. */
const struct mu_stretch *mu_track_at(const struct mu_track *track, const mu_picture *picture,
                                     int64_t at_ms, int64_t *metre);

/* Whether both are on common ground at a common time, and when: by their tracks where they have them, by
 * their windows where not. A point is met by what passes it; two stretches must share more than their
 * ends. Two journeys are compared by their windows: they do not exclude each other. */
bool mu_prints_meet(const mu_picture *picture, const struct mu_print *a, const struct mu_print *b,
                    int64_t *start_ms, int64_t *end_ms);

/* Whether they share ground, whenever. */
bool mu_prints_share_ground(const struct mu_print *a, const struct mu_print *b);

#endif
