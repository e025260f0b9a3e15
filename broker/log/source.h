/* Where an auditor reads from: a log directory or an export file, piece by piece, in order.
 *
 * Nothing is believed here and nothing is repaired; what cannot be read is a piece of its own.
 */
#ifndef MU_LOG_SOURCE_H
#define MU_LOG_SOURCE_H

#include "proto/authority/audit.h"

enum mu_piece_kind {
    MU_PIECE_BATCH,
    MU_PIECE_HOLE, /* entries that cannot be read, or are not there */
    MU_PIECE_CHECKPOINT,
    MU_PIECE_END, /* what the source itself says its size is */
};

/* Lent for the call that hands it out. */
struct mu_piece {
    enum mu_piece_kind kind;
    struct mu_audit_batch batch;
    struct mu_audit_hole hole;
    uint64_t size; /* CHECKPOINT, END */
    struct mu_bytes note;
};

/* Give it to the audit. Errors: as mu_audit_batch. */
MU_MUST_USE enum mu_err mu_piece_audit(mu_audit *audit, const struct mu_piece *piece);

/* Return MU_OK to go on; anything else ends the walk with it. */
typedef enum mu_err mu_piece_fn(void *user, const struct mu_piece *piece);

/* Walk `path`: a directory with a `log` in it, or an export. Errors: MU_E_ABSENT, MU_E_MALFORMED
 * (not a record at all), MU_E_VERSION, MU_E_IO, and whatever `take` answers; MU_E_CORRUPT when it ends
 * before its end: what was walked so far is still worth reporting. */
MU_MUST_USE enum mu_err mu_source_walk(const char *path, mu_piece_fn *take, void *user);

#endif
