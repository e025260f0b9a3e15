/* Keys and values of the spool's rows. Big-endian throughout, so that key order is number order. */
#include "agents/sdk/spool_inside.h"

#include <string.h>

#define SPOOL_VERSION 1u

struct mu_bytes mu_key_bytes(const struct mu_row_key *key)
{
    return (struct mu_bytes){key->data, key->size};
}

static struct mu_writer key_writer(struct mu_row_key *key)
{
    return mu_writer(key->data, sizeof key->data);
}

struct mu_row_key mu_key_lane(uint8_t lane)
{
    return (struct mu_row_key){.data = {lane}, .size = 1};
}

struct mu_row_key mu_key_batch(uint64_t instance, uint8_t lane, uint64_t first_sequence)
{
    struct mu_row_key key;
    struct mu_writer w = key_writer(&key);

    mu_write_u64(&w, instance);
    mu_write_u8(&w, lane);
    mu_write_u64(&w, first_sequence);
    key.size = w.used;
    return key;
}

struct mu_row_key mu_key_number(uint32_t epoch, uint64_t number)
{
    struct mu_row_key key;
    struct mu_writer w = key_writer(&key);

    mu_write_u32(&w, epoch);
    mu_write_u64(&w, number);
    key.size = w.used;
    return key;
}

static struct mu_bytes named(const char *name)
{
    return (struct mu_bytes){(const uint8_t *)name, strlen(name)};
}

/* ---- accepted: an answer and where its batch lies -------------------------------------------- */

void mu_accepted_row_write(struct mu_writer *w, const struct mu_accepted_row *row)
{
    mu_write_u64(w, row->instance);
    mu_write_u8(w, row->lane);
    mu_write_u64(w, row->first_sequence);
    mu_write_u32(w, row->count);
    mu_write_u32(w, row->batch_bytes);
    mu_write_u64(w, (uint64_t)row->accepted_at_ms);
    mu_write_bytes(w, row->answer.data, row->answer.size);
}

enum mu_err mu_accepted_row_read(struct mu_bytes key, struct mu_bytes value,
                                 struct mu_accepted_row *row)
{
    struct mu_reader k = mu_reader(key), v = mu_reader(value);

    row->epoch = mu_read_u32(&k);
    row->first_number = mu_read_u64(&k);
    row->instance = mu_read_u64(&v);
    row->lane = mu_read_u8(&v);
    row->first_sequence = mu_read_u64(&v);
    row->count = mu_read_u32(&v);
    row->batch_bytes = mu_read_u32(&v);
    row->accepted_at_ms = (int64_t)mu_read_u64(&v);
    row->answer = mu_read_bytes(&v, v.left);
    return mu_reader_end(&k) && mu_reader_end(&v) ? MU_OK : MU_E_CORRUPT;
}

/* ---- self: version, instance, bytes behind the accepted rows --------------------------------- */

enum mu_err mu_spool_put_self(mu_spool *spool, uint64_t instance, uint64_t accepted_bytes)
{
    uint8_t value[20];
    struct mu_writer w = mu_writer(value, sizeof value);

    mu_write_u32(&w, SPOOL_VERSION);
    mu_write_u64(&w, instance);
    mu_write_u64(&w, accepted_bytes);
    return mu_store_put(spool->store, MU_TABLE_SELF, named("self"), mu_written(&w));
}

static enum mu_err read_self(mu_spool *spool)
{
    struct mu_bytes value;
    struct mu_reader r;
    enum mu_err err = mu_store_get(spool->store, MU_TABLE_SELF, named("self"), &value);

    if (err != MU_OK)
        return err;
    r = mu_reader(value);
    if (mu_read_u32(&r) != SPOOL_VERSION)
        return MU_E_CORRUPT;
    spool->instance = mu_read_u64(&r);
    spool->accepted_bytes = mu_read_u64(&r);
    return mu_reader_end(&r) && spool->instance != 0 ? MU_OK : MU_E_CORRUPT;
}

/* ---- head: the newest checkpoint believed ---------------------------------------------------- */

enum mu_err mu_spool_put_head(mu_spool *spool)
{
    uint8_t value[64 + MU_NOTE_BYTES_MAX];
    struct mu_writer w = mu_writer(value, sizeof value);

    mu_write_u32(&w, spool->head.epoch);
    mu_write_u64(&w, spool->head.size);
    mu_write_hash(&w, &spool->head.root);
    mu_write_bytes(&w, spool->note, spool->note_size);
    return mu_store_put(spool->store, MU_TABLE_SELF, named("head"), mu_written(&w));
}

static enum mu_err read_head(mu_spool *spool)
{
    struct mu_bytes value, note;
    struct mu_reader r;
    enum mu_err err = mu_store_get(spool->store, MU_TABLE_SELF, named("head"), &value);

    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_OK : err;
    r = mu_reader(value);
    spool->head.epoch = mu_read_u32(&r);
    spool->head.size = mu_read_u64(&r);
    spool->head.root = mu_read_hash(&r);
    note = mu_read_bytes(&r, r.left);
    if (!mu_reader_end(&r) || note.size > sizeof spool->note)
        return MU_E_CORRUPT;
    memcpy(spool->note, note.data, note.size);
    spool->note_size = note.size;
    return MU_OK;
}

/* ---- marks: where each lane stands ----------------------------------------------------------- */

enum mu_err mu_spool_put_place(mu_spool *spool, uint8_t lane, const struct mu_place *place)
{
    struct mu_row_key key = mu_key_lane(lane);
    uint8_t value[48];
    struct mu_writer w = mu_writer(value, sizeof value);

    mu_write_u64(&w, place->sequence);
    mu_write_hash(&w, &place->leaf);
    mu_write_u64(&w, place->settled);
    return mu_store_put(spool->store, MU_TABLE_MARKS, mu_key_bytes(&key), mu_written(&w));
}

static enum mu_err read_place(mu_spool *spool, uint8_t lane, struct mu_place *place)
{
    struct mu_row_key key = mu_key_lane(lane);
    struct mu_bytes value;
    struct mu_reader r;
    enum mu_err err = mu_store_get(spool->store, MU_TABLE_MARKS, mu_key_bytes(&key), &value);

    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_OK : err;
    r = mu_reader(value);
    place->sequence = mu_read_u64(&r);
    place->leaf = mu_read_hash(&r);
    place->settled = mu_read_u64(&r);
    return mu_reader_end(&r) && place->settled <= place->sequence ? MU_OK : MU_E_CORRUPT;
}

/* ---- the queue of a lane, from its batches --------------------------------------------------- */

static enum mu_err push_batch(struct mu_queue *queue, struct mu_bytes value, uint64_t first)
{
    struct mu_reader r = mu_reader(value);
    struct mu_waiting row = {.first_sequence = first, .size_bytes = (uint32_t)value.size};
    struct mu_seal seal;

    if (mu_seal_read(&r, &seal) != MU_OK || seal.first_sequence != first)
        return MU_E_CORRUPT;
    row.count = seal.count;
    row.previous = seal.previous;
    return mu_queue_push(queue, &row);
}

static enum mu_err read_queue(mu_spool *spool, uint8_t lane)
{
    struct mu_place *place = &spool->place[lane];
    uint64_t next = place->settled + 1;
    enum mu_err err = MU_OK;

    while (err == MU_OK && next <= place->sequence) {
        struct mu_row_key key = mu_key_batch(spool->instance, lane, next);
        struct mu_bytes value;

        err = mu_store_get(spool->store, MU_TABLE_BATCHES, mu_key_bytes(&key), &value);
        if (err == MU_OK)
            err = push_batch(&spool->queue[lane], value, next);
        if (err == MU_OK)
            next +=
                mu_queue_at(&spool->queue[lane], mu_queue_count(&spool->queue[lane]) - 1)->count;
    }
    if (err == MU_E_ABSENT)
        return MU_E_CORRUPT;
    return err == MU_OK && next != place->sequence + 1 ? MU_E_CORRUPT : err;
}

enum mu_err mu_spool_read_rows(mu_spool *spool)
{
    enum mu_err err = read_self(spool);

    if (err == MU_OK)
        err = read_head(spool);
    if (err == MU_OK)
        err = mu_spool_read_giving(spool);
    for (uint8_t lane = 0; err == MU_OK && lane < MU_LANES; lane++)
        if ((err = read_place(spool, lane, &spool->place[lane])) == MU_OK)
            err = read_queue(spool, lane);
    return err;
}
