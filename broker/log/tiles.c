#include "broker/log/tiles.h"

#include <string.h>

/* One walk up the carries gives both what is stored (every fourth level) and the peaks. */
enum mu_err mu_tiles_add(struct mu_tiles *tiles, const struct mu_hash *leaf, mu_tile_fn *full,
                         void *to)
{
    uint64_t index = tiles->edge.size;
    struct mu_hash node = *leaf;
    unsigned level = 0;

    for (;; level++, index >>= 1) {
        if (level % 4 == 0) {
            struct mu_hash *part = tiles->part[level / 4];
            enum mu_err err = MU_OK;

            part[index % MU_TILE_WIDTH] = node;
            if (index % MU_TILE_WIDTH == MU_TILE_WIDTH - 1)
                err = full(to, level / 4, index / MU_TILE_WIDTH, part);
            if (err != MU_OK)
                return err;
        }
        if ((index & 1) == 0)
            break;
        mu_node_hash(&tiles->edge.peak[level], &node, &node);
    }
    tiles->edge.peak[level] = node;
    tiles->edge.size++;
    return MU_OK;
}

unsigned mu_tiles_waiting(uint64_t size, unsigned level)
{
    return (unsigned)(size >> (4 * level)) % MU_TILE_WIDTH;
}

/* A tile becomes full when the tree reaches (index+1) * 16^(level+1) leaves. That size is a multiple
 * of 16, so the level fits below it: a carry fills the lower levels first. */
uint64_t mu_tile_number(unsigned level, uint64_t index)
{
    return (index + 1) << (4 * (level + 1)) | level;
}

/* ---- the edge as bytes ----------------------------------------------------------------------- */

size_t mu_tiles_bytes(uint64_t size)
{
    size_t bytes = 8;

    for (unsigned k = 0; k < MU_TILE_LEVELS; k++)
        bytes += mu_tiles_waiting(size, k) * sizeof(struct mu_hash);
    return bytes;
}

void mu_tiles_write(struct mu_writer *w, const struct mu_tiles *tiles)
{
    mu_write_u64(w, tiles->edge.size);
    for (unsigned k = 0; k < MU_TILE_LEVELS; k++)
        for (unsigned i = 0; i < mu_tiles_waiting(tiles->edge.size, k); i++)
            mu_write_hash(w, &tiles->part[k][i]);
}

/* The bits of the number waiting say which complete subtrees its hashes make up, largest first. */
static void fill_peaks(struct mu_tiles *tiles, unsigned k)
{
    unsigned waiting = mu_tiles_waiting(tiles->edge.size, k);
    const struct mu_hash *at = tiles->part[k];

    for (unsigned bit = 4; bit-- > 0;) {
        if (!(waiting >> bit & 1))
            continue;
        mu_tree_root(at, (size_t)1 << bit, &tiles->edge.peak[4 * k + bit]);
        at += (size_t)1 << bit;
    }
}

enum mu_err mu_tiles_read(struct mu_reader *r, struct mu_tiles *tiles)
{
    tiles->edge.size = mu_read_u64(r);
    for (unsigned k = 0; k < MU_TILE_LEVELS; k++) {
        for (unsigned i = 0; i < mu_tiles_waiting(tiles->edge.size, k); i++)
            tiles->part[k][i] = mu_read_hash(r);
        fill_peaks(tiles, k);
    }
    return mu_reader_ok(r) ? MU_OK : MU_E_CORRUPT;
}

/* ---- asking ---------------------------------------------------------------------------------- */

/* Hashes of tile level `k` from number `first` on: out of the edge or out of a stored tile. */
static enum mu_err hashes_at(const struct mu_tiles *tiles, mu_tile_get_fn *get, void *from,
                             unsigned k, uint64_t first, struct mu_hash *out, size_t count)
{
    uint64_t index = first / MU_TILE_WIDTH;
    size_t offset = first % MU_TILE_WIDTH;
    const uint8_t *bytes = NULL;
    enum mu_err err;

    if (index == tiles->edge.size >> (4 * k) >> 4) {
        memcpy(out, &tiles->part[k][offset], count * sizeof *out);
        return MU_OK;
    }
    err = get(from, k, index, &bytes);
    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_E_CORRUPT : err;
    memcpy(out, bytes + offset * sizeof *out, count * sizeof *out);
    return MU_OK;
}

enum mu_err mu_tiles_node(const struct mu_tiles *tiles, mu_tile_get_fn *get, void *from,
                          unsigned level, uint64_t index, struct mu_hash *out)
{
    uint64_t size = tiles->edge.size;
    struct mu_hash hashes[MU_TILE_WIDTH / 2];
    enum mu_err err;

    if (level >= 64 || index >= size >> level)
        return MU_E_ABSENT;
    if ((size >> level & 1) && index == (size >> level) - 1) {
        *out = tiles->edge.peak[level];
        return MU_OK;
    }
    err =
        hashes_at(tiles, get, from, level / 4, index << level % 4, hashes, (size_t)1 << level % 4);
    if (err == MU_OK)
        mu_tree_root(hashes, (size_t)1 << level % 4, out);
    return err;
}

enum mu_err mu_tiles_edge_at(const struct mu_tiles *tiles, mu_tile_get_fn *get, void *from,
                             uint64_t size, struct mu_edge *out)
{
    enum mu_err err = MU_OK;

    if (size > tiles->edge.size)
        return MU_E_ABSENT;
    out->size = size;
    for (unsigned level = 0; level < 64 && err == MU_OK; level++)
        if (size >> level & 1)
            err = mu_tiles_node(tiles, get, from, level, (size >> level) - 1, &out->peak[level]);
    return err;
}

static enum mu_err check_tile_below(mu_tile_get_fn *get, void *from, unsigned k, uint64_t index,
                                    const struct mu_hash *root)
{
    struct mu_hash hashes[MU_TILE_WIDTH];
    struct mu_hash found;
    const uint8_t *bytes = NULL;
    enum mu_err err = get(from, k, index, &bytes);

    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_E_CORRUPT : err;
    memcpy(hashes, bytes, sizeof hashes);
    mu_tree_root(hashes, MU_TILE_WIDTH, &found);
    return mu_hash_equal(&found, root) ? MU_OK : MU_E_CORRUPT;
}

enum mu_err mu_tiles_check(const struct mu_tiles *tiles, mu_tile_get_fn *get, void *from)
{
    enum mu_err err = MU_OK;

    for (unsigned k = 1; k < MU_TILE_LEVELS; k++) {
        uint64_t whole = tiles->edge.size >> (4 * k);
        unsigned waiting = mu_tiles_waiting(tiles->edge.size, k);

        for (unsigned i = 0; i < waiting && err == MU_OK; i++)
            err = check_tile_below(get, from, k - 1, whole - waiting + i, &tiles->part[k][i]);
    }
    return err;
}
