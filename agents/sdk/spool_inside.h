/* What the files of the spool share: its state, and the keys and values of its rows. */
#ifndef MU_SDK_SPOOL_INSIDE_H
#define MU_SDK_SPOOL_INSIDE_H

#include "agents/sdk/spool.h"
#include "agents/sdk/store.h"

/* Where a lane stands: the last thing said, and how far that is settled. */
struct mu_place {
    uint64_t sequence;
    struct mu_hash leaf;
    uint64_t settled;
};

/* What is to be given back: accepted before `epoch`, behind `common`. */
struct mu_giving {
    bool on;
    uint32_t epoch; /* 0: the broker never lost anything */
    uint64_t common;
};

#define MU_KEY_BYTES_MAX 24u
struct mu_row_key {
    uint8_t data[MU_KEY_BYTES_MAX];
    size_t size;
};

/* Rows settled in memory, encoded one after the other, that the next commit writes. */
struct mu_pile {
    uint8_t *data;
    size_t used, room;
};

struct mu_spool {
    mu_store *store;
    int lock;
    uint64_t instance;
    uint64_t accepted_bytes; /* batches and answers behind the ACCEPTED table */
    struct mu_place place[MU_LANES];
    struct mu_queue queue[MU_LANES];
    struct mu_head head;
    char note[MU_NOTE_BYTES_MAX];
    size_t note_size;
    uint64_t backed_up_through;
    int64_t log_now_ms; /* 0: not known, so nothing is old */
    struct mu_giving giving;
    struct mu_row_key lost_from[MU_LANES]; /* where to look for the next; empty: from the first */
    bool dirty;                            /* settled marks or the head are newer than their rows */
    struct mu_pile pile;

    struct mu_item items[MU_BATCH_EVENTS_MAX]; /* scratch: one batch at a time */
    struct mu_bytes bodies[MU_BATCH_EVENTS_MAX];
    struct mu_hash committed[MU_BATCH_EVENTS_MAX];
    struct mu_hash leaves[MU_BATCH_EVENTS_MAX];
    size_t draft_index[MU_BATCH_EVENTS_MAX];
};

/* ---- keys and values ------------------------------------------------------------------------- */
struct mu_bytes mu_key_bytes(const struct mu_row_key *key);
struct mu_row_key mu_key_lane(uint8_t lane);
struct mu_row_key mu_key_batch(uint64_t instance, uint8_t lane, uint64_t first_sequence);
struct mu_row_key mu_key_number(uint32_t epoch, uint64_t number);

/* A row of the ACCEPTED table. */
struct mu_accepted_row {
    uint32_t epoch; /* epoch and first_number are its key */
    uint64_t first_number;
    uint64_t instance;
    uint8_t lane;
    uint64_t first_sequence;
    uint32_t count;
    uint32_t batch_bytes;
    int64_t accepted_at_ms;
    struct mu_bytes answer;
};
void mu_accepted_row_write(struct mu_writer *w, const struct mu_accepted_row *row);
MU_MUST_USE enum mu_err mu_accepted_row_read(struct mu_bytes key, struct mu_bytes value,
                                             struct mu_accepted_row *row);

/* Inside a write. */
MU_MUST_USE enum mu_err mu_spool_put_self(mu_spool *spool, uint64_t instance,
                                          uint64_t accepted_bytes);
MU_MUST_USE enum mu_err mu_spool_put_place(mu_spool *spool, uint8_t lane,
                                           const struct mu_place *place);
MU_MUST_USE enum mu_err mu_spool_put_head(mu_spool *spool);
/* The row "giving", at open. */
MU_MUST_USE enum mu_err mu_spool_read_giving(mu_spool *spool);
/* Read all of it back at open. */
MU_MUST_USE enum mu_err mu_spool_read_rows(mu_spool *spool);

/* An instance is any number but 0 that nobody drew before; 64 random bits see to that. */
MU_MUST_USE enum mu_err mu_spool_draw(uint64_t *instance);

/* Seal `count` of spool->bodies (and ->committed when not NULL) behind `place`, which moves on, and
 * write the row. `row` gets what the queue needs, `written` the bytes (lent until the next call). */
MU_MUST_USE enum mu_err mu_spool_seal(mu_spool *spool, const struct mu_signer *signer,
                                      uint64_t instance, uint8_t lane, struct mu_place *place,
                                      const struct mu_hash *committed, size_t count,
                                      struct mu_waiting *row, struct mu_bytes *written);

/* Inside a write: settled rows, marks, head; and what may be forgotten goes. `accepted_bytes` gets
 * what the ACCEPTED table will stand for. The caller commits, then calls mu_spool_written with it. */
MU_MUST_USE enum mu_err mu_spool_write_settled(mu_spool *spool, uint64_t *accepted_bytes);
void mu_spool_written(mu_spool *spool, uint64_t accepted_bytes);

#endif
