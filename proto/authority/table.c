#include "proto/authority/table.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64u

/* Keys are digests and public keys, evenly spread already; short names are digested by the caller. */
static uint64_t spread(const uint8_t key[MU_TABLE_KEY_BYTES])
{
    uint64_t h;

    memcpy(&h, key, sizeof h);
    return h;
}

static struct mu_table_slot *seek(const struct mu_table *table,
                                  const uint8_t key[MU_TABLE_KEY_BYTES])
{
    uint32_t i = (uint32_t)spread(key) & (table->room - 1);

    while (table->slot[i].taken && memcmp(table->slot[i].key, key, MU_TABLE_KEY_BYTES) != 0)
        i = (i + 1) & (table->room - 1);
    return &table->slot[i];
}

static void widen(const void *key, size_t size, uint8_t out[MU_TABLE_KEY_BYTES])
{
    MU_CHECK(size <= MU_TABLE_KEY_BYTES);
    memset(out, 0, MU_TABLE_KEY_BYTES);
    memcpy(out, key, size);
}

uint32_t mu_table_find(const struct mu_table *table, const void *key, size_t size)
{
    uint8_t wide[MU_TABLE_KEY_BYTES];
    const struct mu_table_slot *slot;

    if (table->used == 0)
        return MU_NO_ROW;
    widen(key, size, wide);
    slot = seek(table, wide);
    return slot->taken ? slot->row : MU_NO_ROW;
}

static enum mu_err grow(struct mu_table *table)
{
    struct mu_table larger = {.room = table->room == 0 ? ROOM_FIRST : 2 * table->room,
                              .used = table->used};

    larger.slot = calloc(larger.room, sizeof *larger.slot);
    if (larger.slot == NULL)
        return MU_E_NO_MEMORY;
    for (uint32_t i = 0; i < table->room; i++)
        if (table->slot[i].taken)
            *seek(&larger, table->slot[i].key) = table->slot[i];
    mu_table_free(table);
    *table = larger;
    return MU_OK;
}

enum mu_err mu_table_put(struct mu_table *table, const void *key, size_t size, uint32_t row)
{
    uint8_t wide[MU_TABLE_KEY_BYTES];
    struct mu_table_slot *slot;

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

enum mu_err mu_table_copy(const struct mu_table *from, struct mu_table *to)
{
    *to = *from;
    if (from->room == 0)
        return MU_OK;
    to->slot = malloc(from->room * sizeof *to->slot);
    if (to->slot == NULL) {
        *to = (struct mu_table){0};
        return MU_E_NO_MEMORY;
    }
    memcpy(to->slot, from->slot, from->room * sizeof *to->slot);
    return MU_OK;
}

void mu_table_free(struct mu_table *table)
{
    free(table->slot);
    *table = (struct mu_table){0};
}
