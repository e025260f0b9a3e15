/* A record whose bytes a story changes behind the log's back: its tables with LMDB itself while the log is closed, or the
 * file byte by byte.
 */
#ifndef MU_HELP_DAMAGED_H
#define MU_HELP_DAMAGED_H

#include <lmdb.h>

#include "tests/help/keys.h"
#include "tests/help/record.h"

/* One at a time: setup and teardown of a story make it and take it away. */
extern struct help_record damaged;

/* A table as LMDB has it, in a turn of its own; the log is closed. */
struct raw {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi table;
};

int damaged_make(void **state);
int damaged_drop(void **state);
/* So many turns of so many entries. */
void damaged_append(size_t turns, size_t count);
/* Starts again on what is there. */
enum mu_err damaged_reopen(void);
enum mu_err damaged_reopen_read_only(void);
/* Entries, as the log has it. */
uint64_t damaged_size(void);
/* What a view in this mode says of the batch that holds the entry; its bytes stand until something is written. */
enum mu_err damaged_read_batch(uint64_t number, enum mu_view_mode mode, struct mu_stored *stored);
void damaged_open_table(struct raw *raw, const char *table);
void damaged_close_table(struct raw *raw);
/* All bytes of the file, for free(), and the file, for close(). */
size_t damaged_read_file(uint8_t **bytes, int *fd);
/* A checkpoint row of this head, signed as the log's key does. */
void damaged_put_checkpoint(const struct mu_head *head);

#endif
