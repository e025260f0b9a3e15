/* Where every author's lane stands as an audit walks along: what the next batch must go on from.
 * Private to this room.
 */
#ifndef MU_AUTHORITY_LANES_H
#define MU_AUTHORITY_LANES_H

#include "proto/sign/seal.h"

struct mu_lane_mark; /* of one (agent, instance, lane) */

struct mu_lanes {
    struct mu_lane_mark *marks; /* open hash table, power of two */
    size_t room, count;
};

/* Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_lanes_make(struct mu_lanes *lanes);
void mu_lanes_free(struct mu_lanes *lanes);

/* Whether the batch goes on where its lane stands; the lane goes on from it either way, though never
 * back. `last_leaf` is its last author leaf, NULL when damage hides that. `gaps`: entries are missing
 * before this one, so a lane may go on from something not seen. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_lanes_continue(struct mu_lanes *lanes, const struct mu_seal *seal,
                                          const struct mu_hash *last_leaf, bool gaps,
                                          bool *continues);

#endif
