/* The tables of the record: their names, their keys, and the check that rows carry which no tree
 * binds. Layouts: docs/LOG-FORMAT.md. Private to this room.
 */
#ifndef MU_LOG_TABLES_H
#define MU_LOG_TABLES_H

#include <lmdb.h>

#include "proto/base/bytes.h"
#include "proto/base/limits.h"

enum mu_table {
    MU_TABLE_RECORD, /* seals, entries and checkpoints, in the order of the log */
    MU_TABLE_TILES,
    MU_TABLE_LANES,
    MU_TABLE_FENCES,
    MU_TABLE_ROSTER,
    MU_TABLE_CURSORS,
    MU_TABLE_TIMERS,
    MU_TABLE_META, /* rows beside the tables themselves: that page is written in each commit anyway */
    MU_TABLES,
};

/* Rows of the record that share a number, in this order. */
enum mu_what {
    MU_WHAT_SEAL = 0,       /* of the batch that begins with this number */
    MU_WHAT_ENTRY = 1,      /* this number */
    MU_WHAT_CHECKPOINT = 2, /* of the tree of this size */
};

/* The handles of one environment. */
struct mu_tables {
    MDB_dbi dbi[MU_TABLES];
};

#define MU_ROW_KEY_BYTES_MAX 96u
struct mu_row_key {
    uint8_t b[MU_ROW_KEY_BYTES_MAX];
    size_t size;
};

struct mu_row_key mu_row_key_number(uint64_t number);
/* Four times the number, and what it is. */
struct mu_row_key mu_row_key_record(uint64_t number, enum mu_what what);
/* Whether `key` is one of the record; what it says. */
bool mu_row_key_is(MDB_val key, uint64_t *number, enum mu_what *what);
struct mu_row_key mu_row_key_name(const char *name);
struct mu_row_key mu_row_key_lane(const struct mu_agent_id *agent, uint64_t instance, uint8_t lane);
/* A lane, then the first sequence of a batch. */
struct mu_row_key mu_row_key_batch(const struct mu_agent_id *agent, uint64_t instance, uint8_t lane,
                                   uint64_t sequence);
struct mu_row_key mu_row_key_cursor(const struct mu_agent_id *agent, struct mu_bytes name);
struct mu_row_key mu_row_key_timer(int64_t due_ms, const struct mu_hash *subject);

MDB_val mu_row_val(const void *data, size_t size);
struct mu_bytes mu_row_bytes(MDB_val val);

/* Open (or make) every table inside `txn`. Errors: MU_E_ABSENT, MU_E_CORRUPT, MU_E_IO, ... */
MU_MUST_USE enum mu_err mu_tables_open(MDB_txn *txn, bool make, struct mu_tables *out);

/* What an LMDB result means to a reader, and to a writer: a writer knows only "full" and "stop". */
enum mu_err mu_read_err(int rc);
enum mu_err mu_write_err(int rc);

/* ---- checked rows: value, then the first 8 bytes of SHA-256 over key and value --------------- */
#define MU_ROW_CHECK_BYTES 8u
/* No checked row is longer (the edge takes less than 8 KiB, a refusal's path less than 64 KiB): a
 * length that rotted must not lead far out of its page. */
#define MU_ROW_CHECKED_MAX ((size_t)80 * 1024)

/* Write the check of `key` and the `size` bytes at `value` right behind them. */
void mu_row_check_write(const struct mu_row_key *key, uint8_t *value, size_t size);
/* Take the check off the end of `value`. Errors: MU_E_CORRUPT. */
MU_MUST_USE enum mu_err mu_row_check_read(struct mu_bytes key, struct mu_bytes *value);

/* Read a checked row. Lends until the transaction changes anything.
 * Errors: MU_E_ABSENT, MU_E_CORRUPT, MU_E_IO. */
MU_MUST_USE enum mu_err mu_row_get(MDB_txn *txn, MDB_dbi table, const struct mu_row_key *key,
                                   struct mu_bytes *value);
/* Make room for a checked row of `size` bytes: fill it, then call mu_row_check_write.
 * Errors: MU_E_FULL, MU_E_IO. */
MU_MUST_USE enum mu_err mu_row_reserve(MDB_txn *txn, MDB_dbi table, const struct mu_row_key *key,
                                       size_t size, uint8_t **value);
MU_MUST_USE enum mu_err mu_row_put(MDB_txn *txn, MDB_dbi table, const struct mu_row_key *key,
                                   struct mu_bytes value);

/* The first checked row with a key >= *key; its key goes to *key. Errors as mu_row_get. */
MU_MUST_USE enum mu_err mu_row_at_least(MDB_txn *txn, MDB_dbi table, struct mu_row_key *key,
                                        struct mu_bytes *value);
/* The last row with a key <= *key; its key goes to *key, its check is still on it: whether the row is
 * wanted shows in the key. Errors: MU_E_ABSENT, MU_E_CORRUPT, MU_E_IO. */
MU_MUST_USE enum mu_err mu_row_at_most(MDB_txn *txn, MDB_dbi table, struct mu_row_key *key,
                                       struct mu_bytes *value);

#endif
