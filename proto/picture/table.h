/* Things found by name: a hash table that can also be walked in the order of its names, so that
 * two machines that know the same things list them alike. Nothing is ever taken out.
 */
#ifndef MU_PICTURE_TABLE_H
#define MU_PICTURE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/err.h"

struct mu_table_row {
    const char *name; /* lent by whoever put it, for the life of the table */
    void *value;
};

struct mu_table {
    struct mu_table_row *rows; /* as they came */
    size_t count, room;
    uint32_t *slots; /* 1 + index into rows; 0: empty */
    size_t slot_count;
    uint32_t *order; /* indexes into rows by name; made when asked for */
    size_t ordered, order_room;
};

void mu_table_free(struct mu_table *table);

/* NULL when there is none. */
void *mu_table_find(const struct mu_table *table, const char *name);

/* `name` must not be there yet. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_table_put(struct mu_table *table, const char *name, void *value);

/* The index-th value by name; NULL past the end. A walk that puts meets what it put, in its place.
 * Sorting needs memory: when there is none the walk goes in the order things came. */
void *mu_table_at(struct mu_table *table, size_t index);

#endif
