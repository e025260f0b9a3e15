/* Consistency proofs, RFC 9162 sections 2.1.4.1 (PROOF, SUBPROOF) and 2.1.4.2 (verification). */
#include "proto/sign/subtree.h"

/* `known`: the span is the whole old tree, whose root the verifier has. */
static enum mu_err prove(const struct mu_prover *p, uint64_t old, struct mu_span span, bool known)
{
    struct mu_span left, right;
    enum mu_err err;

    if (old == span.size)
        return known ? MU_OK : mu_prover_add(p, span);
    left = mu_span_left(span);
    right = mu_span_right(span);
    if (old <= left.size) {
        if ((err = prove(p, old, left, known)) != MU_OK)
            return err;
        return mu_prover_add(p, right);
    }
    if ((err = prove(p, old - left.size, right, false)) != MU_OK)
        return err;
    return mu_prover_add(p, left);
}

enum mu_err mu_consistency_prove(mu_node_fn *node, void *from, uint64_t old_size, uint64_t size,
                                 struct mu_proof *out)
{
    const struct mu_prover p = {node, from, out};

    out->count = 0;
    if (old_size > size)
        return MU_E_BAD_VALUE;
    if (old_size == 0 || old_size == size)
        return MU_OK;
    return prove(&p, old_size, (struct mu_span){0, size}, true);
}

static bool is_power_of_two(uint64_t n)
{
    return (n & (n - 1)) == 0;
}

/* Every tree begins with the empty one; a tree begins with itself. Neither needs a hash. A head of all
 * zeros is one never held, and contradicts nothing. */
static enum mu_err check_trivial(uint64_t old_size, const struct mu_hash *old_root,
                                 const struct mu_hash *root, const struct mu_proof *proof)
{
    struct mu_hash empty;
    struct mu_edge none = {.size = 0};

    mu_edge_root(&none, &empty);
    if (proof->count != 0)
        return MU_E_PROOF;
    if (old_size == 0)
        return mu_hash_is_none(old_root) || mu_hash_equal(old_root, &empty) ? MU_OK : MU_E_PROOF;
    return mu_hash_equal(old_root, root) ? MU_OK : MU_E_PROOF;
}

/* The two roots the proof leads to, as the RFC counts: fn and sn are the numbers of the last leaf of
 * either tree, shifted right as the walk climbs. */
static enum mu_err climb(uint64_t fn, uint64_t sn, const struct mu_proof *proof, size_t at,
                         struct mu_hash *fr, struct mu_hash *sr)
{
    for (; at < proof->count; at++) {
        const struct mu_hash *c = &proof->hash[at];

        if (sn == 0)
            return MU_E_PROOF;
        if ((fn & 1) || fn == sn) {
            mu_node_hash(c, fr, fr);
            mu_node_hash(c, sr, sr);
            while (!(fn & 1) && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            mu_node_hash(sr, c, sr);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 ? MU_OK : MU_E_PROOF;
}

enum mu_err mu_consistency_check(uint64_t old_size, const struct mu_hash *old_root, uint64_t size,
                                 const struct mu_hash *root, const struct mu_proof *proof)
{
    uint64_t fn = old_size - 1;
    uint64_t sn = size - 1;
    struct mu_hash fr, sr;
    size_t at = 0;

    if (old_size > size || proof->count > MU_PROOF_MAX)
        return MU_E_PROOF;
    if (old_size == 0 || old_size == size)
        return check_trivial(old_size, old_root, root, proof);
    if (is_power_of_two(old_size))
        fr = *old_root; /* a complete subtree of the new tree: the proof leaves it out */
    else if (proof->count > 0)
        fr = proof->hash[at++];
    else
        return MU_E_PROOF;
    sr = fr;
    while (fn & 1) {
        fn >>= 1;
        sn >>= 1;
    }
    if (climb(fn, sn, proof, at, &fr, &sr) != MU_OK)
        return MU_E_PROOF;
    return mu_hash_equal(&fr, old_root) && mu_hash_equal(&sr, root) ? MU_OK : MU_E_PROOF;
}
