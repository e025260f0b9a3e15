/* Spans of a tree: what both kinds of proof are made of. Only for proto/sign. */
#ifndef MU_SIGN_SUBTREE_H
#define MU_SIGN_SUBTREE_H

#include "proto/sign/merkle.h"

/* The subtree over `size` leaves from `offset` on, as RFC 9162 splits a tree: `offset` is a multiple
 * of the smallest power of two that is not below `size`. */
struct mu_span {
    uint64_t offset;
    uint64_t size; /* at least 1 */
};

/* Where the complete subtrees come from, and where the proof goes. */
struct mu_prover {
    mu_node_fn *node;
    void *from;
    struct mu_proof *proof;
};

/* Leaves in the left half of a span of `size` >= 2: the largest power of two below it. */
uint64_t mu_span_split(uint64_t size);
struct mu_span mu_span_left(struct mu_span span);
struct mu_span mu_span_right(struct mu_span span);

/* Appends the root of `span` to the proof; an incomplete span is put together from complete ones.
 * Errors: what the node function says; MU_E_LIMIT when the proof is full. */
MU_MUST_USE enum mu_err mu_prover_add(const struct mu_prover *p, struct mu_span span);

#endif
