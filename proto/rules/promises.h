/* What others have promised to give: commitments, and responses to requests, each party's last word.
 * An offer answered "stand by" or declined is kept in sight and counts for nothing.
 */
#ifndef MU_RULES_PROMISES_H
#define MU_RULES_PROMISES_H

#include "proto/base/arena.h"
#include "proto/picture/picture.h"

struct mu_promises {
    const struct mu_said **at; /* standing statements, by kind and name */
    size_t count;
};

/* Every commitment, offer and response that stands. Lent by `arena`. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_promises_all(const mu_picture *picture, mu_arena *arena,
                                        struct mu_promises *out);

/* Firm: counts as coming. */
bool mu_promise_is_firm(const mu_picture *picture, const struct mu_said *promise);
/* Declined for now, kept until later. */
bool mu_promise_is_on_stand_by(const mu_picture *picture, const struct mu_said *promise);
/* Firm or an unanswered offer, for this request. */
bool mu_promise_counts_for(const mu_picture *picture, const struct mu_said *promise,
                           const char *request);

/* How much of `item` it is about; 0 when none. */
int64_t mu_promise_milli(const struct mu_said *promise, const char *item);
/* Who gives it. */
const char *mu_promise_party(const struct mu_said *promise);

#endif
