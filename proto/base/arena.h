/* A bounded arena: everything one message unpacks into, freed at once.
 *
 * The bound is what keeps a small hostile message from becoming a large allocation.
 */
#ifndef MU_BASE_ARENA_H
#define MU_BASE_ARENA_H

#include <stddef.h>

struct mu_arena_block;

typedef struct mu_arena {
    struct mu_arena_block *blocks;
    size_t used;  /* bytes handed out so far */
    size_t limit; /* bytes it may hand out in all */
} mu_arena;

/* An empty arena that will hand out at most `limit` bytes. */
mu_arena mu_arena_make(size_t limit);

/* Lends `size` zeroed bytes, aligned for anything, until mu_arena_free or _reset; NULL at the
 * limit or when memory is out. */
void *mu_arena_take(mu_arena *arena, size_t size);

/* Copies `size` bytes (and a NUL after them) into the arena; NULL as above. */
void *mu_arena_copy(mu_arena *arena, const void *data, size_t size);

/* Takes everything back but keeps one block for the next message. */
void mu_arena_reset(mu_arena *arena);
void mu_arena_free(mu_arena *arena);

#endif
