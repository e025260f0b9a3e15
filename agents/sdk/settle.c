/* Settling: what the broker provably holds leaves the queue at once and the disk later. */
#include "agents/sdk/spool_inside.h"

#include <stdlib.h>
#include <string.h>

#include "agents/sdk/store.h"
#include "proto/base/clock.h"

#define ROW_FIXED_BYTES 33u
#define TRIM_ROWS_MAX 1024u /* more than one write adds, so that it keeps up; and still small */

/* ---- the pile: rows for the next write ------------------------------------------------------- */

static enum mu_err make_room(struct mu_pile *pile, size_t more)
{
    size_t room = pile->room > 0 ? pile->room : 16384;
    uint8_t *data;

    while (room - pile->used < more)
        room *= 2;
    if (room == pile->room)
        return MU_OK;
    data = realloc(pile->data, room);
    if (data == NULL)
        return MU_E_NO_MEMORY;
    pile->data = data;
    pile->room = room;
    return MU_OK;
}

static enum mu_err add_to_pile(struct mu_pile *pile, const struct mu_accepted_row *row)
{
    struct mu_row_key key = mu_key_number(row->epoch, row->first_number);
    size_t value_size = ROW_FIXED_BYTES + row->answer.size;
    enum mu_err err = make_room(pile, key.size + value_size + 8);
    struct mu_writer w;

    if (err != MU_OK)
        return err;
    w = mu_writer(pile->data + pile->used, pile->room - pile->used);
    mu_write_long(&w, mu_key_bytes(&key));
    mu_write_u32(&w, (uint32_t)value_size);
    mu_accepted_row_write(&w, row);
    MU_CHECK(mu_writer_ok(&w));
    pile->used += w.used;
    return MU_OK;
}

static void drop_settled(mu_spool *spool, uint8_t lane)
{
    struct mu_queue *queue = &spool->queue[lane];

    while (mu_queue_count(queue) > 0 && mu_queue_at(queue, 0)->state == MU_WAITING_ACCEPTED) {
        spool->place[lane].settled += mu_queue_at(queue, 0)->count;
        mu_queue_drop_front(queue);
    }
}

enum mu_err mu_spool_settle(mu_spool *spool, uint8_t lane, struct mu_waiting *row,
                            const struct mu_settlement *settlement)
{
    struct mu_accepted_row accepted = {.epoch = settlement->epoch,
                                       .first_number = settlement->first_number,
                                       .instance = spool->instance,
                                       .lane = lane,
                                       .first_sequence = row->first_sequence,
                                       .count = row->count,
                                       .batch_bytes = row->size_bytes,
                                       .accepted_at_ms = settlement->accepted_at_ms,
                                       .answer = settlement->answer};
    enum mu_err err = add_to_pile(&spool->pile, &accepted);

    if (err != MU_OK)
        return err;
    row->state = MU_WAITING_ACCEPTED;
    drop_settled(spool, lane);
    spool->dirty = true;
    return MU_OK;
}

void mu_spool_believe(mu_spool *spool, const struct mu_head *head, struct mu_bytes note)
{
    spool->head = *head;
    spool->note_size = note.size < sizeof spool->note ? note.size : 0;
    memcpy(spool->note, note.data, spool->note_size);
    spool->dirty = true;
}

size_t mu_spool_pending(const mu_spool *spool)
{
    return spool->dirty ? spool->pile.used + 1 : 0;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* A batch answered twice (killed before this was written) stands for its bytes once. */
static enum mu_err write_accepted(mu_spool *spool, struct mu_bytes key, struct mu_bytes value,
                                  uint64_t *accepted_bytes)
{
    struct mu_bytes old;
    struct mu_accepted_row row;
    enum mu_err err = mu_accepted_row_read(key, value, &row);

    if (err == MU_OK)
        err = mu_store_get(spool->store, MU_TABLE_ACCEPTED, key, &old);
    if (err == MU_OK)
        return MU_OK;
    if (err != MU_E_ABSENT)
        return err;
    *accepted_bytes += row.batch_bytes + value.size;
    return mu_store_put(spool->store, MU_TABLE_ACCEPTED, key, value);
}

static enum mu_err write_pile(mu_spool *spool, uint64_t *accepted_bytes)
{
    struct mu_reader r = mu_reader((struct mu_bytes){spool->pile.data, spool->pile.used});
    enum mu_err err = MU_OK;

    while (err == MU_OK && r.left > 0) {
        struct mu_bytes key = mu_read_long(&r);
        struct mu_bytes value = mu_read_long(&r);

        err = write_accepted(spool, key, value, accepted_bytes);
    }
    return err;
}

void mu_spool_written(mu_spool *spool, uint64_t accepted_bytes)
{
    spool->accepted_bytes = accepted_bytes;
    spool->pile.used = 0;
    spool->dirty = false;
}

/* ---- letting go ------------------------------------------------------------------------------ */

/* One that was answered ahead of an older one still stands in the queue. */
static bool is_queued(const mu_spool *spool, const struct mu_accepted_row *row)
{
    return row->instance == spool->instance && row->lane < MU_LANES &&
           row->first_sequence > spool->place[row->lane].settled;
}

static bool may_go(const mu_spool *spool, const struct mu_accepted_row *row,
                   uint64_t accepted_bytes)
{
    if (is_queued(spool, row) || spool->giving.on)
        return false;
    return (row->epoch != 0 && row->first_number + row->count - 1 <= spool->backed_up_through) ||
           accepted_bytes > MU_SPOOL_BYTES_MAX ||
           spool->log_now_ms - row->accepted_at_ms > MU_SPOOL_DAYS_MAX * MU_DAY_MS;
}

static enum mu_err let_go(mu_spool *spool, const struct mu_accepted_row *row)
{
    struct mu_row_key number = mu_key_number(row->epoch, row->first_number);
    struct mu_row_key batch = mu_key_batch(row->instance, row->lane, row->first_sequence);
    enum mu_err err = mu_store_delete(spool->store, MU_TABLE_ACCEPTED, mu_key_bytes(&number));

    if (err == MU_OK)
        err = mu_store_delete(spool->store, MU_TABLE_BATCHES, mu_key_bytes(&batch));
    return err == MU_E_ABSENT ? MU_OK : err;
}

/* Oldest first, and never past the first that must stay. */
static enum mu_err trim(mu_spool *spool, uint64_t *accepted_bytes)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < TRIM_ROWS_MAX && err == MU_OK; i++) {
        struct mu_bytes key, value;
        struct mu_accepted_row row;
        size_t bytes;

        err = mu_store_next(spool->store, MU_TABLE_ACCEPTED, (struct mu_bytes){NULL, 0}, &key,
                            &value);
        if (err == MU_E_ABSENT)
            return MU_OK;
        if (err == MU_OK)
            err = mu_accepted_row_read(key, value, &row);
        if (err != MU_OK || !may_go(spool, &row, *accepted_bytes))
            return err;
        bytes = row.batch_bytes + value.size;
        err = let_go(spool, &row);
        *accepted_bytes -= bytes < *accepted_bytes ? bytes : *accepted_bytes;
    }
    return err;
}

void mu_spool_may_forget(mu_spool *spool, uint64_t backed_up_through, int64_t log_now_ms)
{
    spool->backed_up_through = backed_up_through;
    spool->log_now_ms = log_now_ms;
}

/* ---- the write ------------------------------------------------------------------------------- */

enum mu_err mu_spool_write_settled(mu_spool *spool, uint64_t *accepted_bytes)
{
    enum mu_err err;

    *accepted_bytes = spool->accepted_bytes;
    if (!spool->dirty)
        return MU_OK;
    err = write_pile(spool, accepted_bytes);
    if (err == MU_OK)
        err = trim(spool, accepted_bytes);
    for (uint8_t lane = 0; err == MU_OK && lane < MU_LANES; lane++)
        err = mu_spool_put_place(spool, lane, &spool->place[lane]);
    if (err == MU_OK)
        err = mu_spool_put_head(spool);
    if (err == MU_OK)
        err = mu_spool_put_self(spool, spool->instance, *accepted_bytes);
    return err;
}

enum mu_err mu_spool_flush(mu_spool *spool)
{
    uint64_t accepted_bytes = 0;
    enum mu_err err;

    if (!spool->dirty)
        return MU_OK;
    if ((err = mu_store_begin(spool->store)) != MU_OK)
        return err;
    if ((err = mu_spool_write_settled(spool, &accepted_bytes)) != MU_OK) {
        mu_store_drop(spool->store);
        return err;
    }
    if ((err = mu_store_commit(spool->store)) == MU_OK)
        mu_spool_written(spool, accepted_bytes);
    return err;
}

/* ---- for a burnt broker ---------------------------------------------------------------------- */

enum mu_err mu_spool_settled(mu_spool *spool, uint32_t epoch, uint64_t number,
                             struct mu_settlement *settlement, struct mu_bytes *batch)
{
    struct mu_row_key from = mu_key_number(epoch, number), at;
    struct mu_bytes key, value;
    struct mu_accepted_row row;
    enum mu_err err =
        mu_store_next(spool->store, MU_TABLE_ACCEPTED, mu_key_bytes(&from), &key, &value);

    if (err == MU_OK)
        err = mu_accepted_row_read(key, value, &row);
    if (err != MU_OK)
        return err;
    *settlement = (struct mu_settlement){.epoch = row.epoch,
                                         .first_number = row.first_number,
                                         .accepted_at_ms = row.accepted_at_ms,
                                         .answer = row.answer};
    at = mu_key_batch(row.instance, row.lane, row.first_sequence);
    return mu_store_get(spool->store, MU_TABLE_BATCHES, mu_key_bytes(&at), batch);
}
