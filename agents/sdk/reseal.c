/* A new instance in plain sight: what waits is sealed anew, in one commit, from sequence 1.
 *
 * The old instance keeps what is settled under it; the waiting rows leave it. A crash before the
 * commit leaves the old instance as it was, and the next WELCOME says again that it is forked.
 */
#include "agents/sdk/spool_inside.h"

#include <stdlib.h>
#include <string.h>

struct pair {
    struct mu_kept was, now;
};

struct reseal {
    const struct mu_signer *signer;
    uint64_t instance;
    struct mu_place place[MU_LANES];
    struct mu_queue queue[MU_LANES];
    uint8_t *old; /* one old batch, copied out of the table it is deleted from */
    struct pair *pairs;
    size_t pair_count;
};

static enum mu_err copy_old(mu_spool *spool, struct reseal *reseal, uint8_t lane,
                            struct mu_waiting *row, struct mu_batch *batch)
{
    struct mu_bytes bytes;
    enum mu_err err = mu_spool_load(spool, lane, row, &bytes);

    if (err != MU_OK)
        return err;
    if (bytes.size > MU_FRAME_BYTES_MAX)
        return MU_E_CORRUPT;
    memcpy(reseal->old, bytes.data, bytes.size);
    if (mu_batch_read((struct mu_bytes){reseal->old, bytes.size}, spool->items, batch) != MU_OK)
        return MU_E_CORRUPT;
    mu_batch_leaves(batch);
    return MU_OK;
}

static void note_pairs(const struct reseal *reseal, struct pair *pairs, const struct mu_batch *old,
                       const struct mu_hash *old_leaf, const struct mu_batch *fresh)
{
    for (size_t i = 0; i < fresh->seal.count && reseal->pairs != NULL; i++) {
        pairs[i].was = (struct mu_kept){.leaf = old_leaf[i],
                                        .lane = old->seal.lane,
                                        .instance = old->seal.instance,
                                        .sequence = old->seal.first_sequence + i};
        pairs[i].now = (struct mu_kept){.leaf = fresh->items[i].leaf,
                                        .lane = fresh->seal.lane,
                                        .instance = fresh->seal.instance,
                                        .sequence = fresh->seal.first_sequence + i};
    }
}

/* Take bodies and commitments out of the old batch, as mu_spool_seal wants them. */
static void take_content(mu_spool *spool, const struct mu_batch *old)
{
    for (size_t i = 0; i < old->seal.count; i++) {
        spool->bodies[i] = old->items[i].body;
        spool->committed[i] = old->items[i].committed;
        spool->leaves[i] = old->items[i].leaf;
    }
}

static enum mu_err reseal_row(mu_spool *spool, struct reseal *reseal, uint8_t lane,
                              struct mu_waiting *row)
{
    struct mu_row_key key = mu_key_batch(spool->instance, lane, row->first_sequence);
    struct mu_batch old, fresh;
    struct mu_waiting fresh_row;
    struct mu_bytes written;
    enum mu_err err;

    if ((err = copy_old(spool, reseal, lane, row, &old)) != MU_OK)
        return err;
    take_content(spool, &old);
    if ((err = mu_store_delete(spool->store, MU_TABLE_BATCHES, mu_key_bytes(&key))) != MU_OK ||
        (err = mu_spool_seal(spool, reseal->signer, reseal->instance, lane, &reseal->place[lane],
                             spool->committed, old.seal.count, &fresh_row, &written)) != MU_OK)
        return err;
    MU_CHECK(mu_batch_read(written, spool->items, &fresh) == MU_OK);
    mu_batch_leaves(&fresh);
    note_pairs(reseal, reseal->pairs + reseal->pair_count, &old, spool->leaves, &fresh);
    reseal->pair_count += fresh.seal.count;
    return mu_queue_push(&reseal->queue[lane], &fresh_row);
}

/* A row accepted ahead of an older one stays with the old instance: the broker has it. */
static enum mu_err reseal_lane(mu_spool *spool, struct reseal *reseal, uint8_t lane)
{
    struct mu_queue *queue = &spool->queue[lane];
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < mu_queue_count(queue) && err == MU_OK; i++)
        if (mu_queue_at(queue, i)->state != MU_WAITING_ACCEPTED)
            err = reseal_row(spool, reseal, lane, mu_queue_at(queue, i));
    return err;
}

static enum mu_err write_reseal(mu_spool *spool, struct reseal *reseal, uint64_t *accepted_bytes)
{
    enum mu_err err = mu_spool_write_settled(spool, accepted_bytes);

    for (uint8_t lane = 0; err == MU_OK && lane < MU_LANES; lane++)
        if ((err = reseal_lane(spool, reseal, lane)) == MU_OK)
            err = mu_spool_put_place(spool, lane, &reseal->place[lane]);
    if (err == MU_OK)
        err = mu_spool_put_self(spool, reseal->instance, *accepted_bytes);
    return err;
}

static void adopt(mu_spool *spool, struct reseal *reseal)
{
    spool->instance = reseal->instance;
    for (size_t i = 0; i < MU_LANES; i++) {
        struct mu_queue old = spool->queue[i];

        spool->place[i] = reseal->place[i];
        spool->queue[i] = reseal->queue[i];
        reseal->queue[i] = old;
    }
}

static enum mu_err prepare(mu_spool *spool, struct reseal *reseal, bool want_pairs)
{
    enum mu_err err = mu_spool_draw(&reseal->instance);
    uint64_t events = mu_spool_unsettled(spool);

    if (err != MU_OK)
        return err;
    reseal->old = malloc(MU_FRAME_BYTES_MAX);
    if (want_pairs && events > 0)
        reseal->pairs = calloc(events, sizeof *reseal->pairs);
    return reseal->old == NULL || (want_pairs && events > 0 && reseal->pairs == NULL)
               ? MU_E_NO_MEMORY
               : MU_OK;
}

static void finish(struct reseal *reseal)
{
    free(reseal->old);
    free(reseal->pairs);
    for (size_t i = 0; i < MU_LANES; i++)
        mu_queue_free(&reseal->queue[i]);
}

enum mu_err mu_spool_reseal(mu_spool *spool, const struct mu_signer *signer, mu_moved_fn *moved,
                            void *user)
{
    struct reseal reseal = {.signer = signer};
    uint64_t accepted_bytes = 0;
    enum mu_err err = prepare(spool, &reseal, moved != NULL);

    if (err == MU_OK)
        err = mu_store_begin(spool->store);
    if (err != MU_OK)
        goto out;
    err = write_reseal(spool, &reseal, &accepted_bytes);
    if (err != MU_OK) {
        mu_store_drop(spool->store);
        goto out;
    }
    if ((err = mu_store_commit(spool->store)) != MU_OK)
        goto out;
    mu_spool_written(spool, accepted_bytes);
    adopt(spool, &reseal);
    for (size_t i = 0; moved != NULL && i < reseal.pair_count; i++)
        moved(user, &reseal.pairs[i].was, &reseal.pairs[i].now);
out:
    finish(&reseal);
    return err;
}
