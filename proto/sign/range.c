/* Range proofs: the tree is walked from the root down, left before right. A part outside the range
 * gives one hash, a part inside gives nothing (the verifier has its leaves), any other is split. The
 * verifier walks the same way and consumes hashes and leaves as it meets them; each split lowers the
 * level, so the walk is at most 64 deep. */
#include "proto/sign/subtree.h"

struct range {
    uint64_t first, end; /* end: one past the last */
};

static bool lies_outside(struct range range, struct mu_span span)
{
    return span.offset >= range.end || span.offset + span.size <= range.first;
}

static bool lies_inside(struct range range, struct mu_span span)
{
    return span.offset >= range.first && span.offset + span.size <= range.end;
}

static bool range_fits(uint64_t first, uint64_t count, uint64_t size)
{
    return count > 0 && first < size && count <= size - first;
}

static enum mu_err prove(const struct mu_prover *p, struct range range, struct mu_span span)
{
    enum mu_err err;

    if (lies_inside(range, span))
        return MU_OK;
    if (lies_outside(range, span))
        return mu_prover_add(p, span);
    if ((err = prove(p, range, mu_span_left(span))) != MU_OK)
        return err;
    return prove(p, range, mu_span_right(span));
}

enum mu_err mu_range_prove(mu_node_fn *node, void *from, uint64_t first, uint64_t count,
                           uint64_t size, struct mu_proof *out)
{
    const struct mu_prover p = {node, from, out};

    out->count = 0;
    if (!range_fits(first, count, size))
        return MU_E_BAD_VALUE;
    return prove(&p, (struct range){first, first + count}, (struct mu_span){0, size});
}

struct walk {
    struct range range;
    const struct mu_hash *leaves; /* of the range */
    const struct mu_proof *proof;
    size_t used; /* hashes of the proof consumed */
};

/* Leaves of a span that lies inside the range. */
static void take_leaves(const struct walk *w, struct mu_span span, struct mu_hash *root)
{
    mu_tree_root(w->leaves + (span.offset - w->range.first), (size_t)span.size, root);
}

static enum mu_err take_root(struct walk *w, struct mu_span span, struct mu_hash *root)
{
    struct mu_hash right;
    enum mu_err err;

    if (lies_inside(w->range, span)) {
        take_leaves(w, span, root);
        return MU_OK;
    }
    if (lies_outside(w->range, span)) {
        if (w->used == w->proof->count)
            return MU_E_PROOF;
        *root = w->proof->hash[w->used++];
        return MU_OK;
    }
    if ((err = take_root(w, mu_span_left(span), root)) != MU_OK ||
        (err = take_root(w, mu_span_right(span), &right)) != MU_OK)
        return err;
    mu_node_hash(root, &right, root);
    return MU_OK;
}

enum mu_err mu_range_root(const struct mu_hash *leaves, uint64_t first, uint64_t count,
                          uint64_t size, const struct mu_proof *proof, struct mu_hash *root)
{
    struct walk w = {{first, first + count}, leaves, proof, 0};
    enum mu_err err;

    if (!range_fits(first, count, size) || proof->count > MU_PROOF_MAX)
        return MU_E_PROOF;
    if ((err = take_root(&w, (struct mu_span){0, size}, root)) != MU_OK)
        return err;
    return w.used == proof->count ? MU_OK : MU_E_PROOF;
}
