/* One turn: everything admitted together, in one LMDB transaction, with one sync.
 *
 * Usual path: begin, batches and state rows, commit. The turn works on a copy of the edge; only a
 * commit that succeeded makes the copy the log's own. Ways to fail:
 *   full (map, disk, quota of the file system)   the transaction is aborted, nothing was written that
 *                                                any reader can reach, the next turn may succeed
 *   anything else                                aborted likewise, and no turn begins again: after a
 *                                                failed sync nobody knows what the disk holds
 *   killed before the commit ended               the next start finds the record as before the turn
 *   killed after it                              the whole turn is there, though nobody was told
 */
#include <string.h>

#include "broker/log/inside.h"

/* Dead readers are looked for at open and every so many turns: their slots pin old pages. */
#define TEND_TURNS 1024u

/* ---- beginning and ending -------------------------------------------------------------------- */

enum mu_err mu_turn_note(mu_log *log, enum mu_err err)
{
    if (err == MU_OK)
        return MU_OK;
    if (log->turn.err == MU_OK)
        log->turn.err = err;
    if (err != MU_E_FULL)
        log->failed = true;
    return err;
}

enum mu_err mu_turn_start(mu_log *log)
{
    struct mu_turn *turn = &log->turn;
    int rc = mdb_txn_begin(log->env.mdb, NULL, 0, &turn->txn);

    if (rc != MDB_SUCCESS) {
        turn->txn = NULL;
        log->failed = mu_write_err(rc) != MU_E_FULL;
        return mu_write_err(rc);
    }
    turn->record = NULL;
    turn->tiles = NULL;
    turn->bytes = 0;
    turn->leap = false;
    turn->wrote = false;
    turn->moved = false;
    turn->err = MU_OK;
    turn->state = log->state;
    return MU_OK;
}

/* LMDB closes the cursors of a writing transaction when it ends. */
static enum mu_err open_cursors(mu_log *log)
{
    struct mu_turn *turn = &log->turn;
    enum mu_err err;

    if (turn->record != NULL)
        return MU_OK;
    err = mu_write_err(mdb_cursor_open(turn->txn, log->tables.dbi[MU_TABLE_TILES], &turn->tiles));
    if (err == MU_OK)
        err = mu_write_err(
            mdb_cursor_open(turn->txn, log->tables.dbi[MU_TABLE_RECORD], &turn->record));
    return mu_turn_note(log, err);
}

enum mu_err mu_log_turn_begin(mu_log *log)
{
    int dead = 0;

    MU_CHECK(log->turn.txn == NULL);
    if (log->options.read_only)
        return MU_E_NOT_ALLOWED;
    if (log->failed)
        return MU_E_IO;
    if (++log->tended % TEND_TURNS == 0)
        (void)mdb_reader_check(log->env.mdb, &dead);
    return mu_turn_start(log);
}

void mu_log_turn_drop(mu_log *log)
{
    if (log->turn.txn == NULL)
        return;
    mdb_txn_abort(log->turn.txn);
    log->turn.txn = NULL;
}

/* Views on other threads compare the commit's number before they use the copy in memory. */
static void adopt(mu_log *log, size_t txn, uint64_t used_bytes)
{
    log->used_bytes = used_bytes;
    pthread_mutex_lock(&log->lock);
    log->state = log->turn.state;
    log->state_txn = txn;
    pthread_mutex_unlock(&log->lock);
}

enum mu_err mu_log_turn_commit(mu_log *log)
{
    struct mu_turn *turn = &log->turn;
    enum mu_err err = turn->err;
    uint64_t used_bytes;
    size_t txn;
    int rc;

    MU_CHECK(turn->txn != NULL);
    if (err == MU_OK && turn->moved)
        err = mu_turn_note(log, mu_state_write(log, turn->txn, &turn->state));
    if (err == MU_OK)
        err = mu_space_for_turn(log);
    if (err != MU_OK || !turn->wrote) {
        mu_log_turn_drop(log);
        return err;
    }
    used_bytes = mu_space_used(log, turn->txn);
    txn = mdb_txn_id(turn->txn);
    rc = mdb_txn_commit(turn->txn);
    turn->txn = NULL;
    if (rc != MDB_SUCCESS)
        return mu_turn_note(log, mu_space_judge(log, rc));
    adopt(log, txn, used_bytes);
    return mu_turn_note(log, mu_env_fit_file(&log->env, false));
}

void mu_log_turn_head(const mu_log *log, struct mu_head *head)
{
    const struct mu_edge *edge = &log->turn.state.tiles.edge;

    MU_CHECK(log->turn.txn != NULL);
    head->size = edge->size;
    head->epoch = mu_epoch_of(&log->turn.state.epochs, edge->size);
    mu_edge_root(edge, &head->root);
}

/* ---- reading inside and outside a turn -------------------------------------------------------- */

enum mu_err mu_log_read_begin(mu_log *log, MDB_txn **txn, mu_view **view)
{
    enum mu_err err;

    *view = NULL;
    *txn = log->turn.txn;
    if (*txn != NULL)
        return MU_OK;
    if ((err = mu_view_open(log, view)) == MU_OK)
        *txn = (*view)->txn;
    return err;
}

void mu_log_read_end(mu_view **view)
{
    mu_view_close(view);
}

enum mu_err mu_turn_put(mu_log *log, enum mu_table table, const struct mu_row_key *key,
                        const void *data, size_t size)
{
    MU_CHECK(log->turn.txn != NULL);
    if (log->turn.err != MU_OK)
        return log->turn.err;
    log->turn.wrote = true;
    log->turn.bytes += key->size + size;
    return mu_turn_note(
        log, mu_row_put(log->turn.txn, log->tables.dbi[table], key, (struct mu_bytes){data, size}));
}

/* ---- a batch --------------------------------------------------------------------------------- */

static enum mu_err put_tile(void *to, unsigned level, uint64_t index,
                            const struct mu_hash hashes[MU_TILE_WIDTH])
{
    mu_log *log = to;
    struct mu_row_key key = mu_row_key_number(mu_tile_number(level, index));
    MDB_val k = mu_row_val(key.b, key.size);
    MDB_val v = mu_row_val(hashes, MU_TILE_BYTES);

    log->turn.bytes += MU_TILE_BYTES;
    return mu_write_err(mdb_cursor_put(log->turn.tiles, &k, &v, MDB_APPEND));
}

/* Room for one row at the end of the record. */
static enum mu_err append_row(mu_log *log, const struct mu_row_key *key, size_t size, uint8_t **out)
{
    MDB_val k = mu_row_val(key->b, key->size);
    MDB_val v = mu_row_val(NULL, size);
    int rc = mdb_cursor_put(log->turn.record, &k, &v, MDB_APPEND | MDB_RESERVE);

    MU_CHECK(rc != MDB_KEYEXIST); /* a number given twice would be our bug */
    *out = v.mv_data;
    log->turn.bytes += size;
    return mu_write_err(rc);
}

static enum mu_err put_entry(mu_log *log, uint64_t number, const struct mu_row *row)
{
    struct mu_row_key key = mu_row_key_record(number, MU_WHAT_ENTRY);
    uint8_t *room = NULL;
    enum mu_err err = append_row(log, &key, mu_row_size(row), &room);

    if (err == MU_OK)
        mu_row_write(&key, row, room);
    return err;
}

static enum mu_err put_seal(mu_log *log, const struct mu_batch *batch, uint64_t first)
{
    struct mu_row_key key = mu_row_key_record(first, MU_WHAT_SEAL);
    uint8_t *room = NULL;
    enum mu_err err = append_row(log, &key, MU_SEAL_BYTES + MU_ROW_CHECK_BYTES, &room);

    if (err != MU_OK)
        return err;
    memcpy(room, batch->seal_bytes.data, MU_SEAL_BYTES);
    mu_row_check_write(&key, room, MU_SEAL_BYTES);
    return MU_OK;
}

static struct mu_row row_of(const struct mu_item *item, uint32_t index, const struct mu_record *as,
                            const struct mu_verdict *verdict)
{
    struct mu_row row = {
        .accepted = as->code == 0,
        .index = (uint16_t)index,
        .judge_version = as->judge_version,
        .code = as->code,
        .accepted_at_ms = as->accepted_at_ms,
    };

    if (row.accepted) {
        row.has_private = item->has_private;
        row.committed = item->committed;
        row.body = item->body;
        MU_CHECK(item->body.size <= MU_EVENT_BYTES_MAX);
    } else {
        row.leaf = item->leaf;
        if (verdict->path != NULL)
            row.path = (struct mu_bytes){(const uint8_t *)verdict->path, strlen(verdict->path)};
        MU_CHECK(row.path.size <= UINT16_MAX);
    }
    return row;
}

static enum mu_err put_items(mu_log *log, const struct mu_batch *batch, struct mu_record as,
                             const struct mu_verdict *verdicts)
{
    struct mu_turn *turn = &log->turn;

    for (uint32_t i = 0; i < batch->seal.count; i++) {
        const struct mu_verdict *verdict = verdicts != NULL ? &verdicts[i] : NULL;
        struct mu_row row;
        struct mu_hash leaf;
        enum mu_err err;

        as.number = turn->state.tiles.edge.size + 1;
        as.code = verdict != NULL ? verdict->code : 0;
        as.author_leaf = batch->items[i].leaf;
        row = row_of(&batch->items[i], i, &as, verdict);
        leaf = mu_log_leaf(&as);
        if ((err = put_entry(log, as.number, &row)) != MU_OK ||
            (err = mu_tiles_add(&turn->state.tiles, &leaf, put_tile, log)) != MU_OK)
            return err;
    }
    return MU_OK;
}

static enum mu_err put_batch(mu_log *log, const struct mu_batch *batch, const struct mu_record *as,
                             const struct mu_verdict *verdicts)
{
    const struct mu_hash *last_leaf = &batch->items[batch->seal.count - 1].leaf;
    enum mu_err err;

    if ((err = put_seal(log, batch, as->number)) != MU_OK ||
        (err = put_items(log, batch, *as, verdicts)) != MU_OK)
        return err;
    return mu_lane_put(log, &batch->seal, as->number, last_leaf);
}

void mu_log_turn_leap(mu_log *log)
{
    MU_CHECK(log->turn.txn != NULL);
    log->turn.leap = true;
}

enum mu_err mu_log_turn_batch(mu_log *log, const struct mu_batch *batch, int64_t accepted_at_ms,
                              uint16_t judge_version, const struct mu_verdict *verdicts,
                              uint64_t *first)
{
    struct mu_turn *turn = &log->turn;
    struct mu_record as = {
        .number = turn->state.tiles.edge.size + 1,
        .accepted_at_ms = accepted_at_ms,
        .judge_version = judge_version,
    };
    enum mu_err err;

    MU_CHECK(turn->txn != NULL);
    MU_CHECK(batch->seal.count > 0 && batch->seal.count <= MU_BATCH_EVENTS_MAX);
    MU_CHECK(batch->seal_bytes.size == MU_SEAL_BYTES);
    MU_CHECK(accepted_at_ms >= turn->state.accepted_at_ms); /* the log clock never falls */
    if (turn->err != MU_OK)
        return turn->err;
    err =
        turn->leap ? mu_lane_check_free(log, &batch->seal) : mu_lane_check_next(log, &batch->seal);
    turn->leap = false;
    if (err != MU_OK)
        return err;
    if ((err = open_cursors(log)) != MU_OK)
        return err;
    as.epoch = mu_epoch_of(&turn->state.epochs, as.number);
    turn->wrote = true;
    turn->moved = true;
    turn->state.accepted_at_ms = accepted_at_ms;
    *first = as.number;
    return mu_turn_note(log, put_batch(log, batch, &as, verdicts));
}
