/* A dam operation as its own department sees it: when the water is where, and how long it can be held.
 * What the coordinator judges it by, and what muster-water answers it with.
 */
#ifndef MU_RULES_RELEASE_H
#define MU_RULES_RELEASE_H

#include "proto/base/arena.h"
#include "proto/picture/river.h"

/* Until when the reservoir lets the release be held. */
struct mu_hold {
    bool known;
    int64_t until_ms; /* whole minutes, rounded down; MU_ENDLESS: it is not rising */
    int64_t level_mm; /* now, by the last reading and the rise since */
    int64_t limit_mm;
    int64_t read_at_ms;
    const struct mu_said *said; /* the reading; NULL when not known */
};
struct mu_hold mu_release_hold(const mu_picture *picture, const struct mu_object *operation,
                               int64_t now_ms);

/* What `agency`'s program answers this operation with: every arrival and the hold, computed. *out is
 * NULL when there is nothing to say: it does not stand, its water has gone by, or the record holds the
 * same answer already (a hold that moved by less than five minutes is the same). Lent by `arena`.
 * Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_release_answer(const mu_picture *picture, const struct mu_river *river,
                                          const struct mu_object *operation, const char *agency,
                                          mu_arena *arena, Muster__DamOperation **out);

#endif
