#include "proto/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)4096)

struct mu_arena_block {
    struct mu_arena_block *next;
    size_t size;
    size_t used;
    alignas(max_align_t) uint8_t data[];
};

mu_arena mu_arena_make(size_t limit)
{
    return (mu_arena){.limit = limit};
}

static struct mu_arena_block *add_block(mu_arena *arena, size_t at_least)
{
    size_t size = at_least > BLOCK_BYTES ? at_least : BLOCK_BYTES;
    struct mu_arena_block *block = malloc(sizeof *block + size);

    if (block == NULL)
        return NULL;
    *block = (struct mu_arena_block){.next = arena->blocks, .size = size};
    arena->blocks = block;
    return block;
}

void *mu_arena_take(mu_arena *arena, size_t size)
{
    size_t unit = alignof(max_align_t);
    size_t rounded = (size + unit - 1) / unit * unit;
    struct mu_arena_block *block = arena->blocks;
    void *out;

    if (rounded < size || rounded > arena->limit - arena->used)
        return NULL;
    if (block == NULL || rounded > block->size - block->used)
        block = add_block(arena, rounded);
    if (block == NULL)
        return NULL;
    out = block->data + block->used;
    block->used += rounded;
    arena->used += rounded;
    return memset(out, 0, rounded);
}

void *mu_arena_copy(mu_arena *arena, const void *data, size_t size)
{
    char *out = mu_arena_take(arena, size + 1);

    if (out != NULL && size > 0)
        memcpy(out, data, size);
    return out;
}

void mu_arena_reset(mu_arena *arena)
{
    struct mu_arena_block *kept = arena->blocks;

    if (kept == NULL)
        return;
    while (kept->next != NULL) {
        struct mu_arena_block *next = kept->next;

        free(kept);
        kept = next;
    }
    kept->used = 0;
    arena->blocks = kept;
    arena->used = 0;
}

void mu_arena_free(mu_arena *arena)
{
    while (arena->blocks != NULL) {
        struct mu_arena_block *next = arena->blocks->next;

        free(arena->blocks);
        arena->blocks = next;
    }
    arena->used = 0;
}
