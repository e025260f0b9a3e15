/* The right edge of the tree as an audit walks along. Where a stored leaf is not the one computed, it
 * cannot be known at once which of the two is right: both trees grow until a checkpoint tells. Private to
 * this room.
 */
#ifndef MU_AUTHORITY_TRUNK_H
#define MU_AUTHORITY_TRUNK_H

#include "proto/sign/merkle.h"

struct mu_trunk {
    struct mu_edge edge;     /* with the leaves as stored */
    struct mu_edge computed; /* while forked: with those computed instead */
    bool forked;
    bool lost; /* leaves are missing: no root can be given */
};

/* `stored` NULL: none is kept, the one computed is taken. */
void mu_trunk_add(struct mu_trunk *trunk, const struct mu_hash *computed,
                  const struct mu_hash *stored);
/* Leaves up to `size` are missing. */
void mu_trunk_skip(struct mu_trunk *trunk, uint64_t size);
/* Whether this root is that of the leaves so far; a fork ends here. Not asked once lost. */
bool mu_trunk_fits(struct mu_trunk *trunk, const struct mu_hash *root);

#endif
