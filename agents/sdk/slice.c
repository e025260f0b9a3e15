/* One sealed batch of the record, verified by itself.
 *
 * Leaves are computed from the bodies that are here and taken as given where a body was left out or
 * refused; either way they must lead to the root that is sealed, so nothing can be put in their place.
 *
 * A seal need not be checked when a later one of the same chain is: an author leaf holds the leaf
 * before it, so the later signature covers the earlier events as well, as long as every leaf between
 * was computed here. That is what makes catching up cheap: one signature per chain and frame.
 */
#include "agents/sdk/agent_inside.h"

#include "proto/sign/digest.h"

static enum mu_err read_seal(const struct mu_slice *slice, const struct mu_hash *log,
                             struct mu_seal *seal)
{
    static const struct mu_hash none;
    const struct mu_hash *origin = slice->first_number == 1 ? &none : log;
    struct mu_reader r = mu_reader(slice->seal);

    if (mu_seal_read(&r, seal) != MU_OK || !mu_reader_end(&r) || seal->count != slice->count)
        return MU_E_PROOF;
    return mu_hash_equal(&seal->origin, origin) ? MU_OK : MU_E_PROOF;
}

static struct mu_author first_author(const struct mu_seal *seal)
{
    return (struct mu_author){.origin = seal->origin,
                              .agent = seal->agent,
                              .instance = seal->instance,
                              .lane = seal->lane,
                              .sequence = seal->first_sequence,
                              .previous = seal->previous};
}

static void compute_leaf(struct mu_author *author, const struct mu_slice_item *item,
                         struct mu_hash *leaf)
{
    static const struct mu_hash none;

    mu_sha256(item->body.data, item->body.size, &author->body);
    author->committed = item->has_private ? item->committed : none;
    *leaf = mu_author_leaf(author);
}

static enum mu_err read_leaves(const struct mu_slice *slice, struct mu_hash *leaves,
                               struct mu_hashed *out)
{
    struct mu_author author = first_author(&out->seal);
    struct mu_bytes left = slice->items;
    struct mu_slice_item item;

    out->whole = true;
    for (uint32_t i = 0; i < slice->count; i++) {
        if (mu_slice_item_next(&left, &item) != MU_OK)
            return MU_E_PROOF;
        if (item.what == MU_SLICE_FULL)
            compute_leaf(&author, &item, &leaves[i]);
        else
            leaves[i] = item.leaf;
        out->whole = out->whole && item.what == MU_SLICE_FULL;
        out->leads = i == 0 ? item.what == MU_SLICE_FULL : out->leads;
        author.previous = leaves[i];
        author.sequence++;
    }
    out->last = author.previous;
    return MU_OK;
}

enum mu_err mu_slice_hash(const struct mu_slice *slice, const struct mu_hash *log,
                          struct mu_hash *leaves, struct mu_hashed *out)
{
    struct mu_hash root;

    *out = (struct mu_hashed){.slice = *slice, .leaves = leaves};
    if (read_seal(slice, log, &out->seal) != MU_OK || read_leaves(slice, leaves, out) != MU_OK)
        return MU_E_PROOF;
    mu_tree_root(leaves, slice->count, &root);
    if (!mu_hash_equal(&root, &out->seal.root))
        return MU_E_PROOF;
    /* Entry 1 is pinned by its leaf, which is the name of the log; the rest hangs on it. */
    return slice->first_number != 1 || mu_hash_equal(&leaves[0], log) ? MU_OK : MU_E_PROOF;
}

enum mu_err mu_slice_check_seal(const mu_roster *roster, const struct mu_hashed *hashed)
{
    struct mu_agent_id owner;
    const mu_verifier *key;

    if (hashed->slice.first_number == 1 && mu_roster_genesis(roster) == NULL)
        return MU_OK; /* pinned, see above; its author is known once it is folded: asked again then */
    key = mu_roster_key(roster, &hashed->seal.key, &owner);
    if (key == NULL || !mu_agent_id_equal(&owner, &hashed->seal.agent))
        return MU_E_PROOF;
    return mu_seal_check(&hashed->seal, key) == MU_OK ? MU_OK : MU_E_PROOF;
}

static bool same_chain(const struct mu_seal *a, const struct mu_seal *b)
{
    return a->instance == b->instance && a->lane == b->lane &&
           mu_agent_id_equal(&a->agent, &b->agent);
}

/* Only the very next batch of the chain can rest on this one. */
static bool rests_on(const struct mu_hashed *later, const struct mu_hashed *earlier)
{
    return later->leads &&
           later->seal.first_sequence == earlier->seal.first_sequence + earlier->seal.count &&
           mu_hash_equal(&later->seal.previous, &earlier->last);
}

void mu_slice_cover(struct mu_hashed *hashed, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; hashed[i].whole && j < count; j++) {
            if (!same_chain(&hashed[i].seal, &hashed[j].seal))
                continue;
            hashed[i].covered = rests_on(&hashed[j], &hashed[i]);
            break;
        }
    }
}
