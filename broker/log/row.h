/* One entry as it lies in the table `record`: a fixed head of 16 bytes, then what its kind needs.
 * The tree binds every byte of an accepted row; a refused one carries a check, because its field
 * path is in no leaf. Private to this room.
 */
#ifndef MU_LOG_ROW_H
#define MU_LOG_ROW_H

#include "broker/log/tables.h"

/* The longest row: head, private commitment, the largest event. */
#define MU_ROW_BYTES_MAX ((size_t)16 + 32 + MU_EVENT_BYTES_MAX)

struct mu_row {
    bool accepted;
    bool has_private;
    uint16_t index; /* in its batch */
    uint16_t judge_version;
    uint16_t code; /* 0 exactly when accepted */
    int64_t accepted_at_ms;
    struct mu_hash committed; /* accepted, has_private */
    struct mu_bytes body;     /* accepted */
    struct mu_hash leaf;      /* refused */
    struct mu_bytes path;     /* refused */
};

size_t mu_row_size(const struct mu_row *row);
/* Writes exactly mu_row_size bytes. */
void mu_row_write(const struct mu_row_key *key, const struct mu_row *row, uint8_t *out);
/* Lends body and path out of `bytes`. Errors: MU_E_CORRUPT. */
MU_MUST_USE enum mu_err mu_row_read(struct mu_bytes key, struct mu_bytes bytes, struct mu_row *row);

#endif
