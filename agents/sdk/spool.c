#include "agents/sdk/spool_inside.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/sdk/file.h"
#include "proto/sign/merkle.h"

/* ---- opening --------------------------------------------------------------------------------- */

enum mu_err mu_spool_draw(uint64_t *instance)
{
    enum mu_err err;

    do
        err = mu_random(instance, sizeof *instance);
    while (err == MU_OK && *instance == 0);
    return err;
}

static enum mu_err begin_history(mu_spool *spool)
{
    uint64_t instance = 0;
    enum mu_err err = mu_spool_draw(&instance);

    if (err == MU_OK)
        err = mu_store_begin(spool->store);
    if (err != MU_OK)
        return err;
    if ((err = mu_spool_put_self(spool, instance, 0)) != MU_OK) {
        mu_store_drop(spool->store);
        return err;
    }
    if ((err = mu_store_commit(spool->store)) == MU_OK)
        spool->instance = instance;
    return err;
}

static enum mu_err open_spool(mu_spool *spool, const char *dir)
{
    enum mu_err err;

    if ((err = mu_file_make_dir(dir)) != MU_OK ||
        (err = mu_file_lock(dir, "owner", &spool->lock)) != MU_OK ||
        (err = mu_store_open(dir, &spool->store)) != MU_OK)
        return err;
    err = mu_spool_read_rows(spool);
    return err == MU_E_ABSENT ? begin_history(spool) : err;
}

enum mu_err mu_spool_open(const char *dir, mu_spool **out)
{
    mu_spool *spool = calloc(1, sizeof *spool);
    enum mu_err err;

    *out = NULL;
    if (spool == NULL)
        return MU_E_NO_MEMORY;
    spool->lock = -1;
    err = open_spool(spool, dir);
    if (err != MU_OK) {
        spool->dirty = false; /* it was never read, so there is nothing to write */
        mu_spool_close(&spool);
    }
    *out = spool;
    return err;
}

void mu_spool_close(mu_spool **handle)
{
    mu_spool *spool = *handle;

    if (spool == NULL)
        return;
    /* Not written means sent once more and answered once more: nothing is lost by ignoring it. */
    if (mu_spool_pending(spool) > 0 && mu_spool_flush(spool) != MU_OK)
        spool->dirty = false;
    mu_store_close(&spool->store);
    for (size_t i = 0; i < MU_LANES; i++)
        mu_queue_free(&spool->queue[i]);
    if (spool->lock >= 0)
        close(spool->lock);
    free(spool->pile.data);
    free(spool);
    *handle = NULL;
}

/* ---- asking ---------------------------------------------------------------------------------- */

uint64_t mu_spool_instance(const mu_spool *spool)
{
    return spool->instance;
}

void mu_spool_mark(const mu_spool *spool, uint8_t lane, struct mu_lane_mark *mark)
{
    mark->sequence = spool->place[lane].sequence;
    mark->leaf = spool->place[lane].leaf;
}

uint64_t mu_spool_unsettled(const mu_spool *spool)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < MU_LANES; i++)
        sum += spool->place[i].sequence - spool->place[i].settled;
    return sum;
}

struct mu_bytes mu_spool_note(const mu_spool *spool)
{
    return (struct mu_bytes){(const uint8_t *)spool->note, spool->note_size};
}

void mu_spool_head(const mu_spool *spool, struct mu_head *head)
{
    *head = spool->head;
}

struct mu_queue *mu_spool_queue(mu_spool *spool, uint8_t lane)
{
    return &spool->queue[lane];
}

/* ---- a waiting batch ------------------------------------------------------------------------- */

/* LMDB keeps no checksums; the batch brings its own. */
static enum mu_err check_bytes(mu_spool *spool, const struct mu_waiting *row, struct mu_bytes bytes)
{
    struct mu_batch batch;
    struct mu_edge edge = {.size = 0};
    struct mu_hash root;

    if (mu_batch_read(bytes, spool->items, &batch) != MU_OK || batch.seal.count != row->count ||
        batch.seal.first_sequence != row->first_sequence)
        return MU_E_CORRUPT;
    mu_batch_leaves(&batch);
    for (size_t i = 0; i < batch.seal.count; i++)
        mu_edge_add(&edge, &batch.items[i].leaf);
    mu_edge_root(&edge, &root);
    return mu_hash_equal(&root, &batch.seal.root) ? MU_OK : MU_E_CORRUPT;
}

enum mu_err mu_spool_load(mu_spool *spool, uint8_t lane, struct mu_waiting *row,
                          struct mu_bytes *batch)
{
    struct mu_row_key key = mu_key_batch(spool->instance, lane, row->first_sequence);
    enum mu_err err = mu_store_get(spool->store, MU_TABLE_BATCHES, mu_key_bytes(&key), batch);

    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_E_CORRUPT : err;
    if (!row->checked && (err = check_bytes(spool, row, *batch)) != MU_OK)
        return err;
    row->checked = true;
    return MU_OK;
}

/* ---- the broker's view of this history ------------------------------------------------------- */

/* The leaf this spool holds at `sequence`, when that is an end of one of its batches. */
static const struct mu_hash *leaf_at(const mu_spool *spool, uint8_t lane, uint64_t sequence)
{
    const struct mu_place *place = &spool->place[lane];
    const struct mu_waiting *next = mu_queue_find(&spool->queue[lane], sequence + 1, NULL);

    if (next != NULL)
        return &next->previous;
    return sequence == place->sequence ? &place->leaf : NULL;
}

enum mu_spool_stand mu_spool_agrees(const mu_spool *spool, uint8_t lane,
                                    const struct mu_lane_mark *broker)
{
    const struct mu_place *place = &spool->place[lane];
    const struct mu_hash *ours;

    if (broker->sequence > place->sequence)
        return MU_SPOOL_FORKED;
    if (broker->sequence < place->settled)
        return MU_SPOOL_BEHIND;
    ours = leaf_at(spool, lane, broker->sequence);
    if (ours == NULL || !mu_hash_equal(ours, &broker->leaf))
        return MU_SPOOL_FORKED;
    return MU_SPOOL_AGREES;
}

/* ---- one row by itself ----------------------------------------------------------------------- */

static enum mu_err put_row(mu_spool *spool, enum mu_table table, struct mu_bytes key,
                           struct mu_bytes value)
{
    enum mu_err err = mu_store_begin(spool->store);

    if (err != MU_OK)
        return err;
    if ((err = mu_store_put(spool->store, table, key, value)) != MU_OK) {
        mu_store_drop(spool->store);
        return err;
    }
    return mu_store_commit(spool->store);
}

static const struct mu_bytes receipt_key = {(const uint8_t *)"receipt", 7};

enum mu_err mu_spool_receipt_keep(mu_spool *spool, const struct mu_receipt *receipt)
{
    uint8_t value[MU_RECEIPT_BYTES];
    struct mu_writer w = mu_writer(value, sizeof value);

    mu_receipt_write(&w, receipt);
    return put_row(spool, MU_TABLE_SELF, receipt_key, mu_written(&w));
}

enum mu_err mu_spool_receipt(mu_spool *spool, struct mu_receipt *receipt)
{
    struct mu_bytes value;
    struct mu_reader r;
    enum mu_err err = mu_store_get(spool->store, MU_TABLE_SELF, receipt_key, &value);

    if (err != MU_OK)
        return err;
    r = mu_reader(value);
    return mu_receipt_read(&r, receipt) == MU_OK && mu_reader_end(&r) ? MU_OK : MU_E_CORRUPT;
}

/* ---- cursors --------------------------------------------------------------------------------- */

static bool cursor_name_ok(const char *name)
{
    size_t size = strlen(name);

    return size > 0 && size <= MU_NAME_BYTES_MAX;
}

enum mu_err mu_spool_cursor_keep(mu_spool *spool, const char *name, uint64_t through)
{
    struct mu_bytes key = {(const uint8_t *)name, strlen(name)};
    uint8_t value[8];

    if (!cursor_name_ok(name))
        return MU_E_BAD_VALUE;
    mu_put_u64(value, through);
    return put_row(spool, MU_TABLE_CURSORS, key, (struct mu_bytes){value, 8});
}

uint64_t mu_spool_cursor(mu_spool *spool, const char *name)
{
    struct mu_bytes key = {(const uint8_t *)name, strlen(name)}, value;

    if (!cursor_name_ok(name) ||
        mu_store_get(spool->store, MU_TABLE_CURSORS, key, &value) != MU_OK || value.size != 8)
        return 0;
    return mu_get_u64(value.data);
}
