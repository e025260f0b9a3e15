/* Keeping what was said: one write per say, one or more batches per lane, synced before it returns. */
#include "agents/sdk/spool_inside.h"

#include "agents/sdk/store.h"

#define ITEM_HEAD_BYTES 5u /* flags and length, proto/sign/seal.h */
#define COMMITMENT_BYTES 32u

static size_t batch_size(const mu_spool *spool, const struct mu_hash *committed, size_t count)
{
    size_t size = mu_batch_size(spool->bodies, count);

    for (size_t i = 0; committed != NULL && i < count; i++)
        if (!mu_hash_is_none(&committed[i]))
            size += COMMITMENT_BYTES;
    return size;
}

static struct mu_seal next_seal(const mu_spool *spool, const struct mu_signer *signer,
                                uint64_t instance, uint8_t lane, const struct mu_place *place)
{
    return (struct mu_seal){
        .lane = lane,
        .agent = signer->agent,
        .origin = signer->log,
        .instance = instance,
        .first_sequence = place->sequence + 1,
        .previous = place->leaf,
        .seen = spool->head,
    };
}

enum mu_err mu_spool_seal(mu_spool *spool, const struct mu_signer *signer, uint64_t instance,
                          uint8_t lane, struct mu_place *place, const struct mu_hash *committed,
                          size_t count, struct mu_waiting *row, struct mu_bytes *written)
{
    size_t size = batch_size(spool, committed, count);
    struct mu_row_key key = mu_key_batch(instance, lane, place->sequence + 1);
    struct mu_seal seal = next_seal(spool, signer, instance, lane, place);
    struct mu_writer w;
    uint8_t *bytes;
    enum mu_err err =
        mu_store_reserve(spool->store, MU_TABLE_BATCHES, mu_key_bytes(&key), size, &bytes);

    if (err != MU_OK)
        return err;
    w = mu_writer(bytes, size);
    err = mu_batch_write_committed(&w, &seal, spool->bodies, committed, count, signer->key,
                                   &place->leaf);
    if (err != MU_OK)
        return err;
    MU_CHECK(w.used == size);
    *row = (struct mu_waiting){.first_sequence = seal.first_sequence,
                               .previous = seal.previous,
                               .count = seal.count,
                               .size_bytes = (uint32_t)size,
                               .checked = true};
    place->sequence += count;
    *written = (struct mu_bytes){bytes, size};
    return MU_OK;
}

/* What a say has changed so far; it becomes the spool's when the write is on disk. */
struct say {
    const struct mu_signer *signer;
    const struct mu_draft *drafts;
    size_t count;
    struct mu_kept *kept;
    struct mu_place place[MU_LANES];
    size_t queued[MU_LANES]; /* rows in the queue before */
};

static void tell_kept(mu_spool *spool, const struct say *say, uint8_t lane, struct mu_bytes bytes,
                      size_t count)
{
    struct mu_batch batch;

    if (say->kept == NULL)
        return;
    MU_CHECK(mu_batch_read(bytes, spool->items, &batch) == MU_OK);
    mu_batch_leaves(&batch);
    for (size_t i = 0; i < count; i++)
        say->kept[spool->draft_index[i]] =
            (struct mu_kept){.leaf = batch.items[i].leaf,
                             .lane = lane,
                             .instance = batch.seal.instance,
                             .sequence = batch.seal.first_sequence + i};
}

static enum mu_err keep_batch(mu_spool *spool, struct say *say, uint8_t lane, size_t count)
{
    struct mu_waiting row;
    struct mu_bytes written;
    enum mu_err err = mu_spool_seal(spool, say->signer, spool->instance, lane, &say->place[lane],
                                    NULL, count, &row, &written);

    if (err != MU_OK)
        return err;
    tell_kept(spool, say, lane, written, count);
    return mu_queue_push(&spool->queue[lane], &row);
}

/* The lane's drafts in their order, cut where a batch is full. */
static enum mu_err keep_lane(mu_spool *spool, struct say *say, uint8_t lane)
{
    size_t count = 0, size = MU_SEAL_BYTES;
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < say->count && err == MU_OK; i++) {
        size_t more = ITEM_HEAD_BYTES + say->drafts[i].body.size;

        if (say->drafts[i].lane != lane)
            continue;
        if (count == MU_BATCH_EVENTS_MAX || (count > 0 && size + more > MU_BATCH_BYTES_MAX)) {
            err = keep_batch(spool, say, lane, count);
            count = 0;
            size = MU_SEAL_BYTES;
        }
        spool->bodies[count] = say->drafts[i].body;
        spool->draft_index[count++] = i;
        size += more;
    }
    return err == MU_OK && count > 0 ? keep_batch(spool, say, lane, count) : err;
}

static enum mu_err write_say(mu_spool *spool, struct say *say, uint64_t *accepted_bytes)
{
    enum mu_err err = mu_spool_write_settled(spool, accepted_bytes);

    for (uint8_t lane = 0; lane < MU_LANES && err == MU_OK; lane++) {
        err = keep_lane(spool, say, lane);
        if (err == MU_OK && say->place[lane].sequence != spool->place[lane].sequence)
            err = mu_spool_put_place(spool, lane, &say->place[lane]);
    }
    return err;
}

enum mu_err mu_spool_say(mu_spool *spool, const struct mu_signer *signer,
                         const struct mu_draft *drafts, size_t count, struct mu_kept *kept)
{
    struct say say = {.signer = signer, .drafts = drafts, .count = count, .kept = kept};
    uint64_t accepted_bytes = 0;
    enum mu_err err = mu_store_begin(spool->store);

    if (err != MU_OK)
        return err;
    for (size_t i = 0; i < MU_LANES; i++) {
        say.place[i] = spool->place[i];
        say.queued[i] = mu_queue_count(&spool->queue[i]);
    }
    err = write_say(spool, &say, &accepted_bytes);
    if (err == MU_OK)
        err = mu_store_commit(spool->store);
    else
        mu_store_drop(spool->store);
    if (err == MU_OK)
        mu_spool_written(spool, accepted_bytes);
    for (size_t i = 0; i < MU_LANES; i++) {
        if (err == MU_OK)
            spool->place[i] = say.place[i];
        else
            mu_queue_cut(&spool->queue[i], say.queued[i]);
    }
    return err;
}
