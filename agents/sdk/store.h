/* The spool's LMDB environment: tables, one writer, one reader; the only file that calls LMDB.
 *
 * Default sync and nothing else: when mu_store_commit returns MU_OK the rows are on disk. Full
 * (MU_E_FULL) leaves everything as it was and usable. After any other storage error the store is
 * broken: every later call answers MU_E_IO until the process opens it anew, because what a failed
 * sync left in memory cannot be told from what is on disk.
 */
#ifndef MU_SDK_STORE_H
#define MU_SDK_STORE_H

#include "proto/base/bytes.h"
#include "proto/base/err.h"

enum mu_table {
    MU_TABLE_SELF,     /* "self", "head": who speaks, and what was last believed */
    MU_TABLE_MARKS,    /* lane -> how far it came */
    MU_TABLE_BATCHES,  /* instance, lane, first sequence -> the sealed batch, as it is sent */
    MU_TABLE_ACCEPTED, /* epoch, first number -> the broker's answer, verified */
    MU_TABLE_CURSORS,  /* a program's name for it -> through */
};
#define MU_TABLES 5u

typedef struct mu_store mu_store;

/* Open the environment in `dir`, making what is not there. Refuses remote file systems, where the
 * lock and the sync mean nothing. Errors: MU_E_SYSTEM, MU_E_NOT_ALLOWED, MU_E_CORRUPT, MU_E_IO. */
MU_MUST_USE enum mu_err mu_store_open(const char *dir, mu_store **out);
void mu_store_close(mu_store **store);

/* One write at a time. Errors: MU_E_IO. */
MU_MUST_USE enum mu_err mu_store_begin(mu_store *store);
/* Errors: MU_E_FULL (nothing happened), MU_E_IO. The write is over either way. */
MU_MUST_USE enum mu_err mu_store_commit(mu_store *store);
void mu_store_drop(mu_store *store);

/* Inside a write. Errors: MU_E_FULL, MU_E_IO; delete: MU_E_ABSENT. */
MU_MUST_USE enum mu_err mu_store_put(mu_store *store, enum mu_table table, struct mu_bytes key,
                                     struct mu_bytes value);
/* A row of `size` bytes to be filled at *out before the next call. */
MU_MUST_USE enum mu_err mu_store_reserve(mu_store *store, enum mu_table table, struct mu_bytes key,
                                         size_t size, uint8_t **out);
MU_MUST_USE enum mu_err mu_store_delete(mu_store *store, enum mu_table table, struct mu_bytes key);

/* Lends the row until the next write begins; inside a write it sees the write's own rows and lends
 * until the next change. Errors: MU_E_ABSENT, MU_E_IO. */
MU_MUST_USE enum mu_err mu_store_get(mu_store *store, enum mu_table table, struct mu_bytes key,
                                     struct mu_bytes *value);
/* The first row whose key is not below `from`; the key found goes to `key`. Lends both likewise. */
MU_MUST_USE enum mu_err mu_store_next(mu_store *store, enum mu_table table, struct mu_bytes from,
                                      struct mu_bytes *key, struct mu_bytes *value);

#endif
