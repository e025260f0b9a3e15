/* Roots and nodes of RFC 9162 section 2.1. Proofs are in range.c and consistency.c. */
#include "proto/sign/merkle.h"

#include <string.h>

#include "proto/sign/digest.h"

void mu_node_hash(const struct mu_hash *left, const struct mu_hash *right, struct mu_hash *out)
{
    uint8_t layout[1 + 2 * sizeof left->b];

    layout[0] = 1; /* a leaf starts with 0 */
    memcpy(layout + 1, left->b, sizeof left->b);
    memcpy(layout + 1 + sizeof left->b, right->b, sizeof right->b);
    mu_sha256(layout, sizeof layout, out);
}

/* Adding one to the size carries like adding one to a binary number: each carry joins two equal
 * subtrees into the next larger one. */
void mu_edge_add(struct mu_edge *edge, const struct mu_hash *leaf)
{
    struct mu_hash node = *leaf;
    unsigned level = 0;

    MU_CHECK(edge->size < UINT64_MAX);
    for (; edge->size >> level & 1; level++)
        mu_node_hash(&edge->peak[level], &node, &node);
    edge->peak[level] = node;
    edge->size++;
}

void mu_edge_root(const struct mu_edge *edge, struct mu_hash *root)
{
    bool begun = false;

    if (edge->size == 0) {
        mu_sha256("", 0, root);
        return;
    }
    for (unsigned level = 0; level < 64; level++) {
        if (!(edge->size >> level & 1))
            continue;
        if (begun)
            mu_node_hash(&edge->peak[level], root, root);
        else
            *root = edge->peak[level];
        begun = true;
    }
}

void mu_tree_root(const struct mu_hash *leaves, size_t count, struct mu_hash *root)
{
    struct mu_edge edge;

    edge.size = 0; /* peaks are written before they are read */
    for (size_t i = 0; i < count; i++)
        mu_edge_add(&edge, &leaves[i]);
    mu_edge_root(&edge, root);
}

/* The complete subtrees that make up the first `size` leaves are the peaks of their edge. */
enum mu_err mu_root_at(mu_node_fn *node, void *from, uint64_t size, struct mu_hash *root)
{
    struct mu_edge edge = {.size = size};

    for (unsigned level = 0; level < 64; level++) {
        uint64_t index = level < 63 ? size >> (level + 1) << 1 : 0;
        enum mu_err err = MU_OK;

        if ((size >> level & 1) != 0)
            err = node(from, level, index, &edge.peak[level]);
        if (err != MU_OK)
            return err;
    }
    mu_edge_root(&edge, root);
    return MU_OK;
}
