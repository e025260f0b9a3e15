/* Where a journey can still leave its way before a place it cannot pass, and how it goes on from there. */
#ifndef MU_RULES_TURN_OFF_H
#define MU_RULES_TURN_OFF_H

#include "proto/rules/journey.h"

struct mu_turn_off {
    const char
        *node; /* the last one it passes before the place; NULL: it turns round where it is */
    const char *edge; /* where that is; NULL with a node */
    int64_t metre;
    int64_t at_ms;
    struct mu_way way; /* from there to its goal */
    int64_t more_min;  /* arrives later by, in whole minutes of the clock */
};

/* The last turn-off from `now_ms` on before `from_m` to `to_m` of `edge` from which an open way leads to
 * the goal; when there is none ahead, the place it is at. False when nothing leads there. */
bool mu_turn_off(struct mu_roads *roads, const mu_picture *picture, const struct mu_track *track,
                 int64_t heaviest_kg, const char *edge, int64_t from_m, int64_t to_m,
                 int64_t now_ms, struct mu_turn_off *out);

#endif
