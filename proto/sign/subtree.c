#include "proto/sign/subtree.h"

uint64_t mu_span_split(uint64_t size)
{
    return UINT64_C(1) << (63 - __builtin_clzll(size - 1));
}

struct mu_span mu_span_left(struct mu_span span)
{
    return (struct mu_span){span.offset, mu_span_split(span.size)};
}

struct mu_span mu_span_right(struct mu_span span)
{
    uint64_t split = mu_span_split(span.size);

    return (struct mu_span){span.offset + split, span.size - split};
}

/* Root of any span: its complete parts, joined from the smallest (rightmost) one up. */
static enum mu_err span_root(const struct mu_prover *p, struct mu_span span, struct mu_hash *root)
{
    bool begun = false;
    uint64_t end = span.offset + span.size;

    for (unsigned level = 0; level < 64; level++) {
        struct mu_hash part;
        enum mu_err err;

        if (!(span.size >> level & 1))
            continue;
        end -= UINT64_C(1) << level;
        if ((err = p->node(p->from, level, end >> level, &part)) != MU_OK)
            return err;
        if (begun)
            mu_node_hash(&part, root, root);
        else
            *root = part;
        begun = true;
    }
    return MU_OK;
}

enum mu_err mu_prover_add(const struct mu_prover *p, struct mu_span span)
{
    if (p->proof->count == MU_PROOF_MAX)
        return MU_E_LIMIT;
    return span_root(p, span, &p->proof->hash[p->proof->count++]);
}
