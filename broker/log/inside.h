/* What the files of this room share about an open log. Nobody outside includes this. */
#ifndef MU_LOG_INSIDE_H
#define MU_LOG_INSIDE_H

#include <pthread.h>

#include "broker/log/env.h"
#include "broker/log/log.h"
#include "broker/log/row.h"
#include "broker/log/tables.h"
#include "broker/log/tiles.h"
#include "broker/log/verified.h"

/* Format of the tables; a later one is refused, never guessed at. */
#define MU_LOG_FORMAT 1u

struct mu_epochs {
    size_t count;
    struct mu_epoch at[MU_EPOCHS_MAX];
};
uint32_t mu_epoch_of(const struct mu_epochs *epochs, uint64_t number);

/* The last committed state, or the state a turn is building. */
struct mu_state {
    struct mu_tiles tiles;
    int64_t accepted_at_ms; /* of the last entry */
    uint64_t checkpoint;    /* size of the newest checkpoint row; 0: none */
    struct mu_epochs epochs;
};

struct mu_turn {
    MDB_txn *txn; /* NULL: no turn open */
    MDB_cursor *record, *tiles;
    struct mu_state state;
    size_t bytes;    /* put so far, about */
    bool leap;       /* the next batch may leave out sequences of its lane */
    bool wrote;      /* anything at all */
    bool moved;      /* the state is another: its row must be written */
    enum mu_err err; /* the first that ended it; the rest is refused */
};

struct mu_log {
    struct mu_env env;
    struct mu_log_options options;
    struct mu_tables tables;
    size_t page_bytes;
    struct mu_hash id;
    struct mu_turn turn;
    uint64_t used_bytes; /* pages of all tables as of the last commit */
    bool failed;         /* a storage error: no turn may begin again */
    uint32_t tended;     /* turns since dead readers were last looked for */

    pthread_mutex_t lock; /* for what follows, which views on other threads use as well */
    struct mu_state state;
    size_t state_txn; /* LMDB's number of the commit that `state` mirrors; 0: none */
    struct mu_verified verified;
    mu_view *idle;
    size_t idle_count;
};

struct mu_view {
    mu_log *log;
    mu_view *next; /* among the idle */
    MDB_txn *txn;
    MDB_cursor *record;
    enum mu_view_mode mode;
    struct mu_state state;
    uint64_t tile_number; /* the tile read last; 0: none */
    const uint8_t *tile;
    struct mu_stored_item *items; /* MU_BATCH_EVENTS_MAX */
    struct mu_hash *leaves;       /* MU_BATCH_EVENTS_MAX */
};

/* ---- log.c: meta rows ------------------------------------------------------------------------ */
MU_MUST_USE enum mu_err mu_log_new(const char *dir, const struct mu_log_options *options, bool make,
                                   mu_log **out);
/* Read the row `edge` as this transaction sees it. Errors: MU_E_ABSENT, MU_E_CORRUPT, MU_E_IO. */
MU_MUST_USE enum mu_err mu_state_read(const mu_log *log, MDB_txn *txn, struct mu_state *state);
MU_MUST_USE enum mu_err mu_state_write(const mu_log *log, MDB_txn *txn,
                                       const struct mu_state *state);

/* ---- epochs.c -------------------------------------------------------------------------------- */
/* Errors: MU_E_ABSENT, MU_E_CORRUPT, MU_E_IO. */
MU_MUST_USE enum mu_err mu_epochs_read(const mu_log *log, MDB_txn *txn, struct mu_epochs *epochs);

/* ---- tail.c ---------------------------------------------------------------------------------- */
MU_MUST_USE enum mu_err mu_tail_check(mu_log *log);

/* ---- turn.c ---------------------------------------------------------------------------------- */
/* The turn's transaction when one is open, otherwise a fresh view's. End it with _read_end. */
MU_MUST_USE enum mu_err mu_log_read_begin(mu_log *log, MDB_txn **txn, mu_view **view);
void mu_log_read_end(mu_view **view);
/* Start the turn's transaction; tables must be open, or opened in it next. */
MU_MUST_USE enum mu_err mu_turn_start(mu_log *log);
/* Remember what went wrong in the turn; a stop is remembered for ever. */
enum mu_err mu_turn_note(mu_log *log, enum mu_err err);

/* Put one checked row in the turn. Errors: MU_E_FULL, MU_E_IO; the turn is then over. */
MU_MUST_USE enum mu_err mu_turn_put(mu_log *log, enum mu_table table, const struct mu_row_key *key,
                                    const void *data, size_t size);

/* ---- lanes.c --------------------------------------------------------------------------------- */
/* The batch must go on where its lane stands. Errors: MU_E_CORRUPT, MU_E_IO. */
MU_MUST_USE enum mu_err mu_lane_check_next(mu_log *log, const struct mu_seal *seal);
/* No batch of its lane may hold any of its sequences. Errors: MU_E_CORRUPT, MU_E_IO. */
MU_MUST_USE enum mu_err mu_lane_check_free(mu_log *log, const struct mu_seal *seal);
/* The lane stands at this batch's end now, or later. */
MU_MUST_USE enum mu_err mu_lane_put(mu_log *log, const struct mu_seal *seal, uint64_t first,
                                    const struct mu_hash *last_leaf);

/* ---- view.c ---------------------------------------------------------------------------------- */
enum mu_err mu_view_tile(void *from, unsigned level, uint64_t index, const uint8_t **hashes);
void mu_views_free(mu_log *log);

/* ---- space.c --------------------------------------------------------------------------------- */
/* What all tables take as this transaction sees them. */
uint64_t mu_space_used(const mu_log *log, MDB_txn *txn);
/* Whether the disk has room for what this turn will write. MU_OK or MU_E_FULL. */
enum mu_err mu_space_for_turn(const mu_log *log);
/* What a commit's error means, once the disk has been asked. MU_E_FULL or MU_E_IO. */
enum mu_err mu_space_judge(const mu_log *log, int rc);

#endif
