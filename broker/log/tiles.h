/* The log's tree as it is stored: tiles of 16 hashes, and the growing edge.
 *
 * Tile level k holds the roots of complete subtrees of 16^k leaves (level 0: the log leaves), 16 to
 * a tile; a full tile never changes again. What does not fill a tile yet is the edge: one row,
 * written with each turn. Private to this room.
 */
#ifndef MU_LOG_TILES_H
#define MU_LOG_TILES_H

#include "proto/base/bytes.h"
#include "proto/sign/merkle.h"

#define MU_TILE_WIDTH 16u
#define MU_TILE_BYTES ((size_t)MU_TILE_WIDTH * 32)
#define MU_TILE_LEVELS 16u

struct mu_tiles {
    struct mu_edge edge;
    /* part[k] holds the first (size >> 4k) & 15 hashes of the tile of level k being filled. */
    struct mu_hash part[MU_TILE_LEVELS][MU_TILE_WIDTH];
};

/* Called with each tile as it becomes full. */
typedef enum mu_err mu_tile_fn(void *to, unsigned level, uint64_t index,
                               const struct mu_hash hashes[MU_TILE_WIDTH]);

/* Add one leaf. Errors: those of `full`; the tiles must then be thrown away. */
MU_MUST_USE enum mu_err mu_tiles_add(struct mu_tiles *tiles, const struct mu_hash *leaf,
                                     mu_tile_fn *full, void *to);

/* Hashes that wait in the tile of `level` being filled. */
unsigned mu_tiles_waiting(uint64_t size, unsigned level);

/* Tiles are filed in the order in which they become full, so that each is an append. */
uint64_t mu_tile_number(unsigned level, uint64_t index);

/* The edge as bytes: size, then the waiting hashes from level 0 up. */
size_t mu_tiles_bytes(uint64_t size);
void mu_tiles_write(struct mu_writer *w, const struct mu_tiles *tiles);
/* Errors: MU_E_CORRUPT. */
MU_MUST_USE enum mu_err mu_tiles_read(struct mu_reader *r, struct mu_tiles *tiles);

/* Lends the bytes of a full tile. Errors: MU_E_ABSENT, MU_E_CORRUPT, MU_E_IO. */
typedef enum mu_err mu_tile_get_fn(void *from, unsigned level, uint64_t index,
                                   const uint8_t **hashes);

/* Root of the complete subtree of 2^level leaves, number `index` at that level. Errors:
 * MU_E_ABSENT when it is not complete; those of `get`, and MU_E_CORRUPT when a tile is missing. */
MU_MUST_USE enum mu_err mu_tiles_node(const struct mu_tiles *tiles, mu_tile_get_fn *get, void *from,
                                      unsigned level, uint64_t index, struct mu_hash *out);

/* The edge as it was when the tree had `size` leaves. Errors as mu_tiles_node. */
MU_MUST_USE enum mu_err mu_tiles_edge_at(const struct mu_tiles *tiles, mu_tile_get_fn *get,
                                         void *from, uint64_t size, struct mu_edge *out);

/* Every hash waiting above level 0 must be the root of the full tile below it.
 * Errors: MU_E_CORRUPT, those of `get`. */
MU_MUST_USE enum mu_err mu_tiles_check(const struct mu_tiles *tiles, mu_tile_get_fn *get,
                                       void *from);

#endif
