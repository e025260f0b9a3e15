/* What one lane of the spool still waits for: one row per batch, oldest first, bytes on disk. */
#ifndef MU_SDK_QUEUE_H
#define MU_SDK_QUEUE_H

#include "proto/base/bytes.h"
#include "proto/base/err.h"
#include "proto/base/id.h"

enum mu_waiting_state {
    MU_WAITING_KEPT,     /* on this disk, not on its way */
    MU_WAITING_SENT,     /* on its way; nothing heard */
    MU_WAITING_ACCEPTED, /* verified; waits for those before it */
    MU_WAITING_STRANGE,  /* the broker holds something else under this identity */
};

struct mu_waiting {
    uint64_t first_sequence;
    struct mu_hash previous; /* author leaf before it */
    uint32_t count;
    uint32_t size_bytes;
    uint64_t sent_through; /* the link's count of bytes when its last one left */
    enum mu_waiting_state state;
    bool checked; /* the bytes on disk are known to be those that were sealed */
};

struct mu_queue {
    struct mu_waiting *rows;
    size_t first, end, room;
};

size_t mu_queue_count(const struct mu_queue *queue);
/* Lends row `index`, 0 the oldest, until the queue changes. */
struct mu_waiting *mu_queue_at(const struct mu_queue *queue, size_t index);
/* Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_queue_push(struct mu_queue *queue, const struct mu_waiting *row);
/* The row that starts with `first_sequence`; NULL when none does. *index may be NULL. */
struct mu_waiting *mu_queue_find(const struct mu_queue *queue, uint64_t first_sequence,
                                 size_t *index);
void mu_queue_drop_front(struct mu_queue *queue);
/* Forget all rows from `count` on: what a write that failed had pushed. */
void mu_queue_cut(struct mu_queue *queue, size_t count);
void mu_queue_free(struct mu_queue *queue);

#endif
