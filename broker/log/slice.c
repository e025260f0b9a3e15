/* Reading one batch back, and proving it against the tree before anybody gets to see it; an auditor
 * reads raw rows and proves them himself.
 *
 * Author leaves are computed along the chain from the bodies as stored; with what the row says of
 * its acceptance they give the log leaves, which must be those in the tiles; and together they must
 * give the root the author sealed. So every byte of an accepted row is accounted for. The first
 * entry that does not fit is named.
 */
#include <string.h>

#include "broker/log/inside.h"
#include "proto/sign/digest.h"

/* ---- the seal -------------------------------------------------------------------------------- */

/* Put the cursor on the seal at or before `number`: on it at once when a batch begins there, else
 * back over the entries before. */
static enum mu_err seek_seal(mu_view *view, uint64_t number, uint64_t *first, MDB_val *k,
                             MDB_val *v)
{
    struct mu_row_key key = mu_row_key_record(number, MU_WHAT_SEAL);
    enum mu_what what = MU_WHAT_ENTRY;
    int rc;

    *k = mu_row_val(key.b, key.size);
    rc = mdb_cursor_get(view->record, k, v, MDB_SET_RANGE);
    if (rc == MDB_NOTFOUND)
        rc = mdb_cursor_get(view->record, k, v, MDB_LAST);
    for (unsigned steps = 0; rc == MDB_SUCCESS && steps <= 2 * MU_BATCH_EVENTS_MAX; steps++) {
        if (!mu_row_key_is(*k, first, &what))
            return MU_E_CORRUPT;
        if (what == MU_WHAT_SEAL && *first <= number)
            return MU_OK;
        rc = mdb_cursor_get(view->record, k, v, MDB_PREV);
    }
    return rc == MDB_SUCCESS || rc == MDB_NOTFOUND ? MU_E_CORRUPT : mu_read_err(rc);
}

static enum mu_err read_seal(mu_view *view, uint64_t number, struct mu_stored *out)
{
    struct mu_seal seal;
    struct mu_bytes bytes;
    struct mu_reader r;
    uint64_t first = 0;
    MDB_val k, v;
    enum mu_err err = seek_seal(view, number, &first, &k, &v);

    if (err != MU_OK)
        return err;
    bytes = mu_row_bytes(v);
    if ((err = mu_row_check_read(mu_row_bytes(k), &bytes)) != MU_OK)
        return err;
    r = mu_reader(bytes);
    if (mu_seal_read(&r, &seal) != MU_OK || !mu_reader_end(&r))
        return MU_E_CORRUPT;
    if (number - first >= seal.count || first + seal.count - 1 > view->state.tiles.edge.size)
        return MU_E_CORRUPT;
    out->first_number = first;
    out->epoch = mu_epoch_of(&view->state.epochs, first);
    out->seal = seal;
    out->seal_bytes = bytes;
    return MU_OK;
}

/* ---- the rows -------------------------------------------------------------------------------- */

static void fill_item(const struct mu_row *row, struct mu_stored_item *item)
{
    item->code = row->code;
    item->path = row->path;
    item->has_private = row->has_private;
    item->committed = row->committed;
    item->leaf = row->leaf;
    item->body = row->body;
}

/* All rows of a batch were accepted in one breath. */
static bool fits_batch(const struct mu_row *row, uint32_t i, struct mu_stored *out)
{
    if (i == 0) {
        out->accepted_at_ms = row->accepted_at_ms;
        out->judge_version = row->judge_version;
    }
    return row->index == i && row->accepted_at_ms == out->accepted_at_ms &&
           row->judge_version == out->judge_version;
}

bool mu_view_holds(mu_view *view, uint64_t number)
{
    struct mu_row_key key = mu_row_key_record(number, MU_WHAT_ENTRY);
    MDB_val k = mu_row_val(key.b, key.size), v;

    return mdb_get(view->txn, view->log->tables.dbi[MU_TABLE_RECORD], &k, &v) == MDB_SUCCESS;
}

/* A reader of raw rows is told apart which are gone and which are damaged. */
static enum mu_err no_row(mu_view *view, uint64_t number)
{
    return view->mode == MU_VIEW_RAW && !mu_view_holds(view, number) ? MU_E_ABSENT : MU_E_CORRUPT;
}

/* The row behind the cursor must be entry `number`. */
static enum mu_err read_next(mu_view *view, uint64_t number, struct mu_row *row)
{
    MDB_val k, v;
    enum mu_what what = MU_WHAT_SEAL;
    uint64_t found = 0;
    enum mu_err err = mu_read_err(mdb_cursor_get(view->record, &k, &v, MDB_NEXT));

    if (err != MU_OK)
        return err == MU_E_ABSENT ? no_row(view, number) : err;
    if (!mu_row_key_is(k, &found, &what) || found != number || what != MU_WHAT_ENTRY)
        return no_row(view, number);
    return mu_row_read(mu_row_bytes(k), mu_row_bytes(v), row);
}

/* The cursor stands on the seal; its entries follow. */
static enum mu_err read_rows(mu_view *view, struct mu_stored *out)
{
    struct mu_row row;

    for (uint32_t i = 0; i < out->seal.count; i++) {
        enum mu_err err = read_next(view, out->first_number + i, &row);

        out->damaged = out->first_number + i;
        if (err != MU_OK)
            return err;
        if (!fits_batch(&row, i, out))
            return MU_E_CORRUPT;
        fill_item(&row, &view->items[i]);
    }
    out->items = view->items;
    return MU_OK;
}

/* ---- the leaves ------------------------------------------------------------------------------ */

static struct mu_hash author_leaf(const struct mu_seal *seal, uint32_t i,
                                  const struct mu_hash *previous, const struct mu_stored_item *item)
{
    struct mu_author author = {
        .origin = seal->origin,
        .agent = seal->agent,
        .instance = seal->instance,
        .lane = seal->lane,
        .sequence = seal->first_sequence + i,
        .previous = *previous,
        .committed = item->committed,
    };

    mu_sha256(item->body.data, item->body.size, &author.body);
    return mu_author_leaf(&author);
}

static void fill_leaves(mu_view *view, const struct mu_stored *stored)
{
    const struct mu_hash *previous = &stored->seal.previous;

    for (uint32_t i = 0; i < stored->seal.count; i++) {
        struct mu_stored_item *item = &view->items[i];

        if (item->code == 0)
            item->leaf = author_leaf(&stored->seal, i, previous, item);
        previous = &item->leaf;
    }
}

static enum mu_err check_leaf(mu_view *view, const struct mu_stored *stored, uint32_t i)
{
    const struct mu_stored_item *item = &stored->items[i];
    struct mu_record record = {
        .number = stored->first_number + i,
        .accepted_at_ms = stored->accepted_at_ms,
        .code = item->code,
        .judge_version = stored->judge_version,
        .author_leaf = item->leaf,
    };
    struct mu_hash leaf, filed;
    enum mu_err err;

    record.epoch = mu_epoch_of(&view->state.epochs, record.number);
    leaf = mu_log_leaf(&record);
    err = mu_view_node(view, 0, record.number - 1, &filed);
    if (err != MU_OK)
        return err;
    return mu_hash_equal(&leaf, &filed) ? MU_OK : MU_E_CORRUPT;
}

static enum mu_err check_batch(mu_view *view, struct mu_stored *stored)
{
    struct mu_hash root;

    for (uint32_t i = 0; i < stored->seal.count; i++) {
        enum mu_err err = check_leaf(view, stored, i);

        stored->damaged = stored->first_number + i;
        if (err != MU_OK)
            return err;
        view->leaves[i] = stored->items[i].leaf;
    }
    stored->damaged = stored->first_number;
    mu_tree_root(view->leaves, stored->seal.count, &root);
    return mu_hash_equal(&root, &stored->seal.root) ? MU_OK : MU_E_CORRUPT;
}

/* ---- a batch --------------------------------------------------------------------------------- */

static bool is_verified(mu_view *view, uint64_t first)
{
    bool known;

    if (view->mode == MU_VIEW_AGAIN)
        return false;
    pthread_mutex_lock(&view->log->lock);
    known = mu_verified_has(&view->log->verified, first);
    pthread_mutex_unlock(&view->log->lock);
    return known;
}

static void note_verified(mu_view *view, uint64_t first)
{
    pthread_mutex_lock(&view->log->lock);
    mu_verified_add(&view->log->verified, first);
    pthread_mutex_unlock(&view->log->lock);
}

static enum mu_err read_batch(mu_view *view, uint64_t number, struct mu_stored *out)
{
    bool known;
    enum mu_err err;

    if ((err = read_seal(view, number, out)) != MU_OK)
        return err == MU_E_CORRUPT ? no_row(view, number) : err;
    if ((err = read_rows(view, out)) != MU_OK || view->mode == MU_VIEW_RAW)
        return err;
    known = is_verified(view, out->first_number);
    if (!known || view->mode != MU_VIEW_BODIES)
        fill_leaves(view, out);
    if (known)
        return MU_OK;
    if ((err = check_batch(view, out)) != MU_OK)
        return err;
    note_verified(view, out->first_number);
    return MU_OK;
}

enum mu_err mu_view_batch(mu_view *view, uint64_t number, struct mu_stored *out)
{
    enum mu_err err;

    memset(out, 0, sizeof *out);
    if (number == 0 || number > view->state.tiles.edge.size)
        return MU_E_ABSENT;
    out->first_number = number;
    out->damaged = number;
    out->seal.count = 1;
    err = read_batch(view, number, out);
    if (err == MU_OK)
        out->damaged = 0;
    else
        out->items = NULL;
    return err;
}
