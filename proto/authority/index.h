/* A hash table from keys of at most 32 bytes to row numbers: how a message finds its sender in a
 * roster of thousands. Only for proto/authority. */
#ifndef MU_AUTHORITY_INDEX_H
#define MU_AUTHORITY_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/err.h"

#define MU_NO_ROW UINT32_MAX
#define MU_INDEX_KEY_BYTES 32u

struct mu_index_slot {
    uint8_t key[MU_INDEX_KEY_BYTES]; /* shorter ones end in zeros: one table, one length */
    uint32_t row;
    uint32_t taken;
};

/* All zeros is an empty table. */
struct mu_index {
    struct mu_index_slot *slot;
    uint32_t room; /* 0 or a power of two, at least twice `used` */
    uint32_t used;
};

/* The row under `key`, or MU_NO_ROW. */
uint32_t mu_index_find(const struct mu_index *table, const void *key, size_t size);
/* Files `row` under `key`, in place of what was there. MU_NO_ROW takes the key out of use.
 * Errors: MU_E_NO_MEMORY, and nothing has changed. */
MU_MUST_USE enum mu_err mu_index_put(struct mu_index *table, const void *key, size_t size,
                                     uint32_t row);
MU_MUST_USE enum mu_err mu_index_copy(const struct mu_index *from, struct mu_index *to);
void mu_index_free(struct mu_index *table);

#endif
