#include "proto/authority/index.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64u

/* Keys are digests and public keys, evenly spread already; short names are digested by the caller. */
static uint64_t spread(const uint8_t key[MU_INDEX_KEY_BYTES])
{
    uint64_t h;

    memcpy(&h, key, sizeof h);
    return h;
}

static struct mu_index_slot *seek(const struct mu_index *table,
                                  const uint8_t key[MU_INDEX_KEY_BYTES])
{
    uint32_t i = (uint32_t)spread(key) & (table->room - 1);

    while (table->slot[i].taken && memcmp(table->slot[i].key, key, MU_INDEX_KEY_BYTES) != 0)
        i = (i + 1) & (table->room - 1);
    return &table->slot[i];
}

static void widen(const void *key, size_t size, uint8_t out[MU_INDEX_KEY_BYTES])
{
    MU_CHECK(size <= MU_INDEX_KEY_BYTES);
    memset(out, 0, MU_INDEX_KEY_BYTES);
    memcpy(out, key, size);
}

uint32_t mu_index_find(const struct mu_index *table, const void *key, size_t size)
{
    uint8_t wide[MU_INDEX_KEY_BYTES];
    const struct mu_index_slot *slot;

    if (table->used == 0)
        return MU_NO_ROW;
    widen(key, size, wide);
    slot = seek(table, wide);
    return slot->taken ? slot->row : MU_NO_ROW;
}

static enum mu_err grow(struct mu_index *table)
{
    struct mu_index larger = {.room = table->room == 0 ? ROOM_FIRST : 2 * table->room,
                              .used = table->used};

    larger.slot = calloc(larger.room, sizeof *larger.slot);
    if (larger.slot == NULL)
        return MU_E_NO_MEMORY;
    for (uint32_t i = 0; i < table->room; i++)
        if (table->slot[i].taken)
            *seek(&larger, table->slot[i].key) = table->slot[i];
    mu_index_free(table);
    *table = larger;
    return MU_OK;
}

enum mu_err mu_index_put(struct mu_index *table, const void *key, size_t size, uint32_t row)
{
    uint8_t wide[MU_INDEX_KEY_BYTES];
    struct mu_index_slot *slot;

    if (2 * (table->used + 1) > table->room && grow(table) != MU_OK)
        return MU_E_NO_MEMORY;
    widen(key, size, wide);
    slot = seek(table, wide);
    if (!slot->taken) {
        memcpy(slot->key, wide, sizeof wide);
        slot->taken = 1;
        table->used++;
    }
    slot->row = row;
    return MU_OK;
}

enum mu_err mu_index_copy(const struct mu_index *from, struct mu_index *to)
{
    *to = *from;
    if (from->room == 0)
        return MU_OK;
    to->slot = malloc(from->room * sizeof *to->slot);
    if (to->slot == NULL) {
        *to = (struct mu_index){0};
        return MU_E_NO_MEMORY;
    }
    memcpy(to->slot, from->slot, from->room * sizeof *to->slot);
    return MU_OK;
}

void mu_index_free(struct mu_index *table)
{
    free(table->slot);
    *table = (struct mu_index){0};
}
