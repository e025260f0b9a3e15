/* Views: one short read transaction each, out of a small pool.
 *
 * A closed view gives up its snapshot but keeps its reader slot and its memory, so that the next one
 * costs no allocation. A view that stays open keeps every page alive that turns free meanwhile: that
 * is why it serves one slice and is closed.
 */
#include <stdlib.h>

#include "broker/log/inside.h"

#define IDLE_MAX 8u

static void free_view(mu_view *view)
{
    if (view->record != NULL)
        mdb_cursor_close(view->record);
    if (view->txn != NULL)
        mdb_txn_abort(view->txn);
    free(view->items);
    free(view->leaves);
    free(view);
}

void mu_views_free(mu_log *log)
{
    while (log->idle != NULL) {
        mu_view *view = log->idle;

        log->idle = view->next;
        free_view(view);
    }
    log->idle_count = 0;
}

/* ---- opening --------------------------------------------------------------------------------- */

static mu_view *take_idle(mu_log *log)
{
    mu_view *view;

    pthread_mutex_lock(&log->lock);
    view = log->idle;
    if (view != NULL) {
        log->idle = view->next;
        log->idle_count--;
    }
    pthread_mutex_unlock(&log->lock);
    return view;
}

static mu_view *make_view(mu_log *log)
{
    mu_view *view = calloc(1, sizeof *view);

    if (view == NULL)
        return NULL;
    view->log = log;
    view->items = calloc(MU_BATCH_EVENTS_MAX, sizeof *view->items);
    view->leaves = calloc(MU_BATCH_EVENTS_MAX, sizeof *view->leaves);
    if (view->items == NULL || view->leaves == NULL) {
        free_view(view);
        return NULL;
    }
    return view;
}

static int start_fresh(mu_view *view)
{
    int rc = mdb_txn_begin(view->log->env.mdb, NULL, MDB_RDONLY, &view->txn);

    if (rc != MDB_SUCCESS) {
        view->txn = NULL;
        return rc;
    }
    return mdb_cursor_open(view->txn, view->log->tables.dbi[MU_TABLE_RECORD], &view->record);
}

static int start_again(mu_view *view)
{
    int rc = mdb_txn_renew(view->txn);

    return rc != MDB_SUCCESS ? rc : mdb_cursor_renew(view->txn, view->record);
}

/* What the writer has adopted, when it is not newer than what this view sees. */
static bool take_adopted(mu_view *view, bool same_commit)
{
    mu_log *log = view->log;
    bool take;

    pthread_mutex_lock(&log->lock);
    if (same_commit)
        take = log->state_txn == mdb_txn_id(view->txn);
    else
        take = log->state.tiles.edge.size < view->state.tiles.edge.size;
    if (take)
        view->state = log->state;
    pthread_mutex_unlock(&log->lock);
    return take;
}

/* The copy in memory spares reading the edge, as long as it mirrors the very commit seen here.
 *
 * LMDB lets a reader that sleeps through one whole commit see the next one a moment before its last
 * write is synced. Such a view is held back to what was adopted: nobody is shown an entry that a power
 * cut could still take away. */
static enum mu_err take_state(mu_view *view)
{
    enum mu_err err;

    if (take_adopted(view, true))
        return MU_OK;
    err = mu_state_read(view->log, view->txn, &view->state);
    if (err == MU_OK && !view->log->options.read_only)
        (void)take_adopted(view, false);
    return err;
}

enum mu_err mu_view_open(mu_log *log, mu_view **out)
{
    mu_view *view = take_idle(log);
    enum mu_err err;

    *out = NULL;
    if (view == NULL && (view = make_view(log)) == NULL)
        return MU_E_NO_MEMORY;
    err = mu_read_err(view->txn != NULL ? start_again(view) : start_fresh(view));
    if (err == MU_OK)
        err = take_state(view);
    if (err != MU_OK) {
        free_view(view);
        return err == MU_E_ABSENT ? MU_E_CORRUPT : err;
    }
    view->mode = log->options.read_only ? MU_VIEW_AGAIN : MU_VIEW_ONCE;
    view->tile_number = 0;
    *out = view;
    return MU_OK;
}

/* Whether it may wait for the next opening. */
static bool keep_idle(mu_view *view)
{
    mu_log *log = view->log;
    bool keep;

    pthread_mutex_lock(&log->lock);
    keep = log->idle_count < IDLE_MAX;
    if (keep) {
        view->next = log->idle;
        log->idle = view;
        log->idle_count++;
    }
    pthread_mutex_unlock(&log->lock);
    return keep;
}

void mu_view_close(mu_view **view)
{
    if (*view == NULL)
        return;
    mdb_txn_reset((*view)->txn);
    if (!keep_idle(*view))
        free_view(*view);
    *view = NULL;
}

void mu_view_set_mode(mu_view *view, enum mu_view_mode mode)
{
    view->mode = mode;
}

/* ---- asking ---------------------------------------------------------------------------------- */

void mu_view_head(const mu_view *view, struct mu_head *head)
{
    const struct mu_edge *edge = &view->state.tiles.edge;

    head->size = edge->size;
    head->epoch = mu_epoch_of(&view->state.epochs, edge->size);
    mu_edge_root(edge, &head->root);
}

enum mu_err mu_view_tile(void *from, unsigned level, uint64_t index, const uint8_t **hashes)
{
    mu_view *view = from;
    uint64_t number = mu_tile_number(level, index);
    struct mu_row_key key = mu_row_key_number(number);
    MDB_val k = mu_row_val(key.b, key.size);
    MDB_val v;

    if (number != view->tile_number) {
        int rc = mdb_get(view->txn, view->log->tables.dbi[MU_TABLE_TILES], &k, &v);

        if (rc != MDB_SUCCESS)
            return mu_read_err(rc);
        if (v.mv_size != MU_TILE_BYTES)
            return MU_E_CORRUPT;
        view->tile_number = number;
        view->tile = v.mv_data;
    }
    *hashes = view->tile;
    return MU_OK;
}

enum mu_err mu_view_node(void *from, unsigned level, uint64_t index, struct mu_hash *out)
{
    mu_view *view = from;

    return mu_tiles_node(&view->state.tiles, mu_view_tile, view, level, index, out);
}

enum mu_err mu_view_roster(mu_view *view, uint64_t from, uint64_t *number)
{
    struct mu_row_key key = mu_row_key_number(from);
    struct mu_bytes value;
    enum mu_err err =
        mu_row_at_least(view->txn, view->log->tables.dbi[MU_TABLE_ROSTER], &key, &value);

    if (err != MU_OK)
        return err;
    if (key.size != 8 || value.size != 0)
        return MU_E_CORRUPT;
    *number = mu_get_u64(key.b);
    return MU_OK;
}

/* They lie between the entries they cover and the next: at most a turn's entries are passed over. */
enum mu_err mu_view_checkpoint(mu_view *view, uint64_t *size, struct mu_bytes *note)
{
    struct mu_row_key from = mu_row_key_record(*size, MU_WHAT_CHECKPOINT);
    MDB_val k = mu_row_val(from.b, from.size), v;
    MDB_cursor_op step = MDB_SET_RANGE;
    enum mu_what what = MU_WHAT_ENTRY;
    uint64_t number = 0;

    if (*size > view->state.checkpoint)
        return MU_E_ABSENT;
    do {
        enum mu_err err = mu_read_err(mdb_cursor_get(view->record, &k, &v, step));

        if (err != MU_OK || !mu_row_key_is(k, &number, &what))
            return err == MU_OK || err == MU_E_ABSENT ? MU_E_CORRUPT : err;
        step = MDB_NEXT;
    } while (what != MU_WHAT_CHECKPOINT);
    *size = number;
    *note = mu_row_bytes(v);
    return mu_row_check_read(mu_row_bytes(k), note);
}
