/* What a restored broker lost, and this spool still holds: every batch it had accepted behind the last
 * number both agree on, with the answer it gave then.
 *
 * One row, "giving", says from where on; it is written before the new epoch is believed, together with
 * the cursors, which go back to that number. Each batch that is given back moves to its new place in one
 * commit. So a crash at any point goes on where it was: what has moved is not offered again, and what
 * was taken without our hearing of it is a repeat to the broker.
 */
#include <string.h>

#include "agents/sdk/spool_inside.h"

#define GIVING_ROW "giving"
#define REFUSED_EPOCH 0u /* rows the broker will not have back are filed here, and given no more */

static struct mu_bytes giving_key(void)
{
    return (struct mu_bytes){(const uint8_t *)GIVING_ROW, strlen(GIVING_ROW)};
}

static enum mu_err put_giving(mu_spool *spool, const struct mu_giving *giving)
{
    uint8_t value[16];
    struct mu_writer w = mu_writer(value, sizeof value);

    mu_write_u8(&w, giving->on);
    mu_write_u32(&w, giving->epoch);
    mu_write_u64(&w, giving->common);
    MU_CHECK(mu_writer_ok(&w));
    return mu_store_put(spool->store, MU_TABLE_SELF, giving_key(), mu_written(&w));
}

enum mu_err mu_spool_read_giving(mu_spool *spool)
{
    struct mu_bytes value;
    struct mu_reader r;
    enum mu_err err = mu_store_get(spool->store, MU_TABLE_SELF, giving_key(), &value);

    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_OK : err;
    r = mu_reader(value);
    spool->giving.on = mu_read_u8(&r) != 0;
    spool->giving.epoch = mu_read_u32(&r);
    spool->giving.common = mu_read_u64(&r);
    return mu_reader_end(&r) ? MU_OK : MU_E_CORRUPT;
}

bool mu_spool_giving(const mu_spool *spool)
{
    return spool->giving.on;
}

uint32_t mu_spool_lost_in(const mu_spool *spool)
{
    return spool->giving.epoch;
}

/* ---- beginning ------------------------------------------------------------------------------- */

static enum mu_err clamp_cursor(mu_spool *spool, struct mu_bytes key, struct mu_bytes value,
                                uint64_t common)
{
    uint8_t name[MU_NAME_BYTES_MAX], bytes[8];

    if (value.size != 8 || mu_get_u64(value.data) <= common || key.size > sizeof name)
        return MU_OK;
    memcpy(name, key.data, key.size); /* what is lent ends with the next change */
    mu_put_u64(bytes, common);
    return mu_store_put(spool->store, MU_TABLE_CURSORS, (struct mu_bytes){name, key.size},
                        (struct mu_bytes){bytes, sizeof bytes});
}

/* A number kept before means nothing behind `common` any more. */
static enum mu_err clamp_cursors(mu_spool *spool, uint64_t common)
{
    uint8_t from[MU_NAME_BYTES_MAX + 1] = "";
    size_t size = 0;
    struct mu_bytes key, value;
    enum mu_err err;

    for (;;) {
        err = mu_store_next(spool->store, MU_TABLE_CURSORS, (struct mu_bytes){from, size}, &key,
                            &value);
        if (err != MU_OK || key.size >= sizeof from)
            return err == MU_E_ABSENT ? MU_OK : err;
        memcpy(from, key.data, key.size);
        size = key.size;
        if ((err = clamp_cursor(spool, key, value, common)) != MU_OK)
            return err;
        from[size++] = '\0'; /* the next key after this one */
    }
}

static enum mu_err write_lose(mu_spool *spool, const struct mu_giving *giving,
                              uint64_t *accepted_bytes)
{
    enum mu_err err = mu_spool_write_settled(spool, accepted_bytes);

    if (err == MU_OK)
        err = clamp_cursors(spool, giving->common);
    return err == MU_OK ? put_giving(spool, giving) : err;
}

enum mu_err mu_spool_lose(mu_spool *spool, uint32_t epoch, uint64_t common)
{
    struct mu_giving giving = {.on = true, .epoch = epoch, .common = common};
    uint64_t accepted_bytes = 0;
    enum mu_err err;

    if (spool->giving.on && spool->giving.common < common)
        giving.common = spool->giving.common; /* it was restored again before all was given */
    if ((err = mu_store_begin(spool->store)) != MU_OK)
        return err;
    if ((err = write_lose(spool, &giving, &accepted_bytes)) != MU_OK) {
        mu_store_drop(spool->store);
        return err;
    }
    if ((err = mu_store_commit(spool->store)) != MU_OK)
        return err;
    mu_spool_written(spool, accepted_bytes);
    spool->giving = giving;
    for (size_t i = 0; i < MU_LANES; i++)
        spool->lost_from[i] = mu_key_number(REFUSED_EPOCH + 1, 0);
    return MU_OK;
}

/* ---- walking --------------------------------------------------------------------------------- */

/* Where to look next after a row that is not wanted. */
static struct mu_row_key after(const mu_spool *spool, const struct mu_accepted_row *row)
{
    uint64_t next = row->first_number + 1;

    return mu_key_number(row->epoch, next > spool->giving.common ? next : spool->giving.common + 1);
}

static bool is_lost(const mu_spool *spool, const struct mu_accepted_row *row)
{
    return row->first_number + row->count - 1 > spool->giving.common;
}

static enum mu_err find_lost(mu_spool *spool, uint8_t lane, struct mu_row_key from,
                             struct mu_accepted_row *row)
{
    for (;;) {
        struct mu_bytes key, value;
        enum mu_err err =
            mu_store_next(spool->store, MU_TABLE_ACCEPTED, mu_key_bytes(&from), &key, &value);

        if (err == MU_OK)
            err = mu_accepted_row_read(key, value, row);
        if (err != MU_OK)
            return err;
        if (row->epoch >= spool->giving.epoch)
            return MU_E_ABSENT;
        if (is_lost(spool, row) && row->lane == lane)
            return MU_OK;
        from = after(spool, row);
    }
}

enum mu_err mu_spool_lost_next(mu_spool *spool, uint8_t lane, struct mu_lost *lost)
{
    struct mu_row_key *from = &spool->lost_from[lane], batch;
    struct mu_accepted_row row;
    enum mu_err err = MU_E_ABSENT;

    if (!spool->giving.on)
        return err;
    if (from->size == 0)
        *from = mu_key_number(REFUSED_EPOCH + 1, 0);
    if ((err = find_lost(spool, lane, *from, &row)) != MU_OK)
        return err;
    *from = mu_key_number(row.epoch, row.first_number);
    *lost = (struct mu_lost){.epoch = row.epoch,
                             .first_number = row.first_number,
                             .first_sequence = row.first_sequence,
                             .count = row.count,
                             .lane = row.lane,
                             .answer = row.answer};
    batch = mu_key_batch(row.instance, row.lane, row.first_sequence);
    err = mu_store_get(spool->store, MU_TABLE_BATCHES, mu_key_bytes(&batch), &lost->batch);
    return err == MU_E_ABSENT ? MU_E_CORRUPT : err;
}

/* ---- moving ---------------------------------------------------------------------------------- */

/* The row under another key, with another answer. */
static enum mu_err move_row(mu_spool *spool, const struct mu_lost *lost, uint32_t epoch,
                            uint64_t number, int64_t accepted_at_ms, struct mu_bytes answer)
{
    struct mu_row_key was = mu_key_number(lost->epoch, lost->first_number);
    struct mu_row_key now = mu_key_number(epoch, number);
    uint8_t head[64 + MU_FRAME_NOTE_MAX];
    struct mu_bytes value;
    struct mu_accepted_row row;
    struct mu_writer w = mu_writer(head, sizeof head);
    uint8_t *room;
    enum mu_err err = mu_store_get(spool->store, MU_TABLE_ACCEPTED, mu_key_bytes(&was), &value);

    if (err == MU_OK)
        err = mu_accepted_row_read(mu_key_bytes(&was), value, &row);
    if (err != MU_OK)
        return err;
    row.accepted_at_ms = accepted_at_ms;
    row.answer = (struct mu_bytes){NULL, 0};
    mu_accepted_row_write(&w, &row);
    MU_CHECK(mu_writer_ok(&w));
    if ((err = mu_store_delete(spool->store, MU_TABLE_ACCEPTED, mu_key_bytes(&was))) != MU_OK ||
        (err = mu_store_reserve(spool->store, MU_TABLE_ACCEPTED, mu_key_bytes(&now),
                                w.used + answer.size, &room)) != MU_OK)
        return err;
    memcpy(room, head, w.used);
    memcpy(room + w.used, answer.data, answer.size);
    return MU_OK;
}

static enum mu_err move_and_commit(mu_spool *spool, const struct mu_lost *lost, uint32_t epoch,
                                   uint64_t number, int64_t accepted_at_ms, struct mu_bytes answer)
{
    enum mu_err err = mu_store_begin(spool->store);

    if (err != MU_OK)
        return err;
    err = move_row(spool, lost, epoch, number, accepted_at_ms, answer);
    if (err != MU_OK) {
        mu_store_drop(spool->store);
        return err;
    }
    if ((err = mu_store_commit(spool->store)) == MU_OK)
        spool->lost_from[lost->lane] = mu_key_number(lost->epoch, lost->first_number + 1);
    return err;
}

enum mu_err mu_spool_given(mu_spool *spool, const struct mu_lost *lost,
                           const struct mu_settlement *now)
{
    return move_and_commit(spool, lost, now->epoch, now->first_number, now->accepted_at_ms,
                           now->answer);
}

enum mu_err mu_spool_not_given(mu_spool *spool, const struct mu_lost *lost)
{
    static const uint8_t nothing;

    return move_and_commit(spool, lost, REFUSED_EPOCH, lost->first_number, 0,
                           (struct mu_bytes){&nothing, 0});
}

enum mu_err mu_spool_gave(mu_spool *spool)
{
    struct mu_giving giving = spool->giving;
    enum mu_err err = mu_store_begin(spool->store);

    giving.on = false;
    if (err != MU_OK)
        return err;
    if ((err = put_giving(spool, &giving)) != MU_OK) {
        mu_store_drop(spool->store);
        return err;
    }
    if ((err = mu_store_commit(spool->store)) == MU_OK)
        spool->giving = giving;
    return err;
}
