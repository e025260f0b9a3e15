#include "proto/authority/trunk.h"

void mu_trunk_add(struct mu_trunk *trunk, const struct mu_hash *computed,
                  const struct mu_hash *stored)
{
    if (stored == NULL)
        stored = computed;
    if (!trunk->forked && !mu_hash_equal(computed, stored)) {
        trunk->computed = trunk->edge;
        trunk->forked = true;
    }
    mu_edge_add(&trunk->edge, stored);
    if (trunk->forked)
        mu_edge_add(&trunk->computed, computed);
}

void mu_trunk_skip(struct mu_trunk *trunk, uint64_t size)
{
    *trunk = (struct mu_trunk){.edge = {.size = size}, .lost = true};
}

static bool leads_to(const struct mu_edge *edge, const struct mu_hash *root)
{
    struct mu_hash found;

    mu_edge_root(edge, &found);
    return mu_hash_equal(&found, root);
}

bool mu_trunk_fits(struct mu_trunk *trunk, const struct mu_hash *root)
{
    bool fits = leads_to(&trunk->edge, root);

    if (!fits && trunk->forked && leads_to(&trunk->computed, root)) {
        trunk->edge = trunk->computed;
        fits = true;
    }
    trunk->forked = trunk->forked && !fits;
    return fits;
}
