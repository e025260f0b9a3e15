/* Merkle trees as in RFC 9162 section 2.1, over leaves that are already hashed.
 *
 * The empty tree's root is SHA-256 of nothing. Proofs are arrays of hashes in the order the
 * verifier consumes them. Nothing here stores a tree: complete subtrees are asked of a function.
 */
#ifndef MU_SIGN_MERKLE_H
#define MU_SIGN_MERKLE_H

#include "proto/base/bytes.h"
#include "proto/base/id.h"

#define MU_PROOF_MAX 130u /* two paths of at most 64, and a little */

/* The growing right edge: roots of the complete subtrees that make up `size` leaves. */
struct mu_edge {
    uint64_t size;
    struct mu_hash peak[64]; /* peak[l] is used when bit l of size is set */
};
void mu_edge_add(struct mu_edge *edge, const struct mu_hash *leaf);
void mu_edge_root(const struct mu_edge *edge, struct mu_hash *root);

void mu_node_hash(const struct mu_hash *left, const struct mu_hash *right, struct mu_hash *out);
/* Root of a whole list of leaves (a seal's tree). */
void mu_tree_root(const struct mu_hash *leaves, size_t count, struct mu_hash *root);

/* Answers with the root of the complete subtree of 2^level leaves, number `index` at that level. */
typedef enum mu_err mu_node_fn(void *from, unsigned level, uint64_t index, struct mu_hash *out);

/* Root of the first `size` leaves. Errors: what `node` says. */
MU_MUST_USE enum mu_err mu_root_at(mu_node_fn *node, void *from, uint64_t size,
                                   struct mu_hash *root);

struct mu_proof {
    size_t count;
    struct mu_hash hash[MU_PROOF_MAX];
};

/* Proof that leaves first..first+count-1 (0-based index, number-1) are in the tree of `size`: roots of
 * the parts outside the range, left to right. Errors: what `node` says; MU_E_BAD_VALUE for a range
 * that is empty or not in the tree. */
MU_MUST_USE enum mu_err mu_range_prove(mu_node_fn *node, void *from, uint64_t first, uint64_t count,
                                       uint64_t size, struct mu_proof *out);
/* The root those leaves and that proof lead to. Errors: MU_E_PROOF for a proof of the wrong shape. */
MU_MUST_USE enum mu_err mu_range_root(const struct mu_hash *leaves, uint64_t first, uint64_t count,
                                      uint64_t size, const struct mu_proof *proof,
                                      struct mu_hash *root);
/* That the tree of `size` begins with the tree of `old_size` (RFC 9162 section 2.1.4). Errors: as
 * above; the check knows only MU_E_PROOF. An old head of size 0 and no root contradicts nothing. */
MU_MUST_USE enum mu_err mu_consistency_prove(mu_node_fn *node, void *from, uint64_t old_size,
                                             uint64_t size, struct mu_proof *out);
MU_MUST_USE enum mu_err mu_consistency_check(uint64_t old_size, const struct mu_hash *old_root,
                                             uint64_t size, const struct mu_hash *root,
                                             const struct mu_proof *proof);

#endif
