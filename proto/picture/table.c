#include "proto/picture/table.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a: short names, no adversary chooses which machine suffers, and walks never follow it. */
static uint64_t digest(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return hash;
}

void mu_table_free(struct mu_table *table)
{
    free(table->rows);
    free(table->slots);
    free(table->order);
    *table = (struct mu_table){0};
}

/* The slot `name` is in, or the empty one where it belongs. */
static uint32_t *slot_of(const struct mu_table *table, const char *name)
{
    size_t at = (size_t)digest(name) & (table->slot_count - 1);

    while (table->slots[at] != 0 && strcmp(table->rows[table->slots[at] - 1].name, name) != 0)
        at = (at + 1) & (table->slot_count - 1);
    return &table->slots[at];
}

void *mu_table_find(const struct mu_table *table, const char *name)
{
    uint32_t *slot;

    if (table->slot_count == 0 || name == NULL)
        return NULL;
    slot = slot_of(table, name);
    return *slot == 0 ? NULL : table->rows[*slot - 1].value;
}

static enum mu_err grow_rows(struct mu_table *table)
{
    size_t room = table->room == 0 ? 16 : table->room * 2;
    struct mu_table_row *rows = realloc(table->rows, room * sizeof *rows);

    if (rows == NULL)
        return MU_E_NO_MEMORY;
    table->rows = rows;
    table->room = room;
    return MU_OK;
}

static enum mu_err grow_slots(struct mu_table *table)
{
    size_t slot_count = table->slot_count == 0 ? 32 : table->slot_count * 2;
    uint32_t *slots = calloc(slot_count, sizeof *slots);

    if (slots == NULL)
        return MU_E_NO_MEMORY;
    free(table->slots);
    table->slots = slots;
    table->slot_count = slot_count;
    for (size_t i = 0; i < table->count; i++)
        *slot_of(table, table->rows[i].name) = (uint32_t)i + 1;
    return MU_OK;
}

enum mu_err mu_table_put(struct mu_table *table, const char *name, void *value)
{
    enum mu_err err = MU_OK;

    MU_CHECK(table->count < UINT32_MAX);
    if (table->count == table->room)
        err = grow_rows(table);
    if (err == MU_OK && (table->count + 1) * 2 > table->slot_count)
        err = grow_slots(table);
    if (err != MU_OK)
        return err;
    table->rows[table->count] = (struct mu_table_row){name, value};
    *slot_of(table, name) = (uint32_t)++table->count;
    return MU_OK;
}

static int by_name(const void *a, const void *b, void *rows)
{
    const struct mu_table_row *row = rows;

    return strcmp(row[*(const uint32_t *)a].name, row[*(const uint32_t *)b].name);
}

/* A few newcomers are put in their places; many are sorted with the rest. */
#define FEW 64u

static void put_in_place(struct mu_table *table, uint32_t row)
{
    size_t low = 0, high = table->ordered;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (by_name(&table->order[middle], &row, table->rows) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(table->order + low + 1, table->order + low,
            (table->ordered - low) * sizeof *table->order);
    table->order[low] = row;
    table->ordered++;
}

static void sort_rows(struct mu_table *table)
{
    uint32_t *order = table->order;

    if (table->order_room < table->room) {
        if ((order = realloc(order, table->room * sizeof *order)) == NULL)
            return;
        table->order = order;
        table->order_room = table->room;
    }
    if (table->count - table->ordered <= FEW) {
        while (table->ordered < table->count)
            put_in_place(table, (uint32_t)table->ordered);
        return;
    }
    for (size_t i = 0; i < table->count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, table->count, sizeof *order, by_name, table->rows);
    table->ordered = table->count;
}

void *mu_table_at(struct mu_table *table, size_t index)
{
    if (index >= table->count)
        return NULL;
    if (table->ordered != table->count)
        sort_rows(table);
    if (table->ordered != table->count)
        return table->rows[index].value;
    return table->rows[table->order[index]].value;
}
