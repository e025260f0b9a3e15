/* The portable form of a record: one file, big-endian, readable on any machine.
 *
 *   "MUEXPORT" u16 version=1 u16 0; then records of u8 type, u32 length, payload, and a check[8]: the
 *   first bytes of SHA-256 over the three. Types:
 *   1 batch       u32 epoch, one slice as in DELIVER (nothing left out), a log leaf[32] per entry
 *   2 checkpoint  u64 size, note
 *   3 end         u64 size; without it the file was cut
 *
 * Batches in order, each checkpoint after the entry it covers. Normative: docs/EXPORT.md.
 */
#ifndef MU_LOG_EXPORT_H
#define MU_LOG_EXPORT_H

#include <stdio.h>

#include "broker/log/source.h"

#define MU_EXPORT_MAGIC "MUEXPORT"
#define MU_EXPORT_VERSION 1u
/* A batch of one event of 256 KiB, or of 1024 small ones with their leaves, and headers. */
#define MU_EXPORT_RECORD_MAX (512u * 1024u)

/* A writer that takes pieces; `user` of mu_export_take is the struct. */
struct mu_export {
    FILE *file;
    bool begun;
    uint64_t size;
    uint64_t batches;
    uint64_t unreadable; /* entries that could not be exported */
    uint8_t *buffer;     /* MU_EXPORT_RECORD_MAX, the caller's */
};
enum mu_err mu_export_take(void *user, const struct mu_piece *piece);

/* Errors: as mu_source_walk. A record that does not fit its check is still read: the audit names the very
 * entry where it can. */
MU_MUST_USE enum mu_err mu_export_walk(FILE *file, mu_piece_fn *take, void *user);

#endif
