/* Epochs: which numbers belong to which, and the mark of a record that came out of a backup.
 *
 * A number alone does not say which entry is meant once a record was restored: what had the number
 * before may have been another. So every number is read with its epoch, and a new epoch begins with an
 * entry that says so. The row is written in the turn of that entry; the mark goes in the same turn, so
 * that a restored record is killed as often as one likes and says so once.
 */
#include "broker/log/inside.h"

#define EPOCHS_ROW "epochs"
#define RESTORED_ROW "restored"
#define EPOCH_BYTES 28u

uint32_t mu_epoch_of(const struct mu_epochs *epochs, uint64_t number)
{
    uint32_t epoch = 0;

    for (size_t i = 0; i < epochs->count && epochs->at[i].first <= number; i++)
        epoch = epochs->at[i].epoch;
    return epoch;
}

size_t mu_log_epochs(const mu_log *log, struct mu_epoch out[MU_EPOCHS_MAX])
{
    const struct mu_epochs *epochs =
        log->turn.txn != NULL ? &log->turn.state.epochs : &log->state.epochs;

    for (size_t i = 0; i < epochs->count; i++)
        out[i] = epochs->at[i];
    return epochs->count;
}

/* ---- the row --------------------------------------------------------------------------------- */

enum mu_err mu_epochs_read(const mu_log *log, MDB_txn *txn, struct mu_epochs *epochs)
{
    struct mu_row_key key = mu_row_key_name(EPOCHS_ROW);
    struct mu_bytes bytes = {NULL, 0};
    struct mu_reader r;
    enum mu_err err = mu_row_get(txn, log->tables.dbi[MU_TABLE_META], &key, &bytes);

    if (err != MU_OK)
        return err;
    r = mu_reader(bytes);
    epochs->count = r.left / EPOCH_BYTES;
    if (epochs->count == 0 || epochs->count > MU_EPOCHS_MAX)
        return MU_E_CORRUPT;
    for (size_t i = 0; i < epochs->count; i++) {
        struct mu_epoch *at = &epochs->at[i];

        at->epoch = mu_read_u32(&r);
        at->first = mu_read_u64(&r);
        at->common = mu_read_u64(&r);
        at->known = mu_read_u64(&r);
    }
    return mu_reader_end(&r) ? MU_OK : MU_E_CORRUPT;
}

static enum mu_err put_epochs(mu_log *log)
{
    const struct mu_epochs *epochs = &log->turn.state.epochs;
    struct mu_row_key key = mu_row_key_name(EPOCHS_ROW);
    uint8_t bytes[MU_EPOCHS_MAX * EPOCH_BYTES];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);

    for (size_t i = 0; i < epochs->count; i++) {
        mu_write_u32(&w, epochs->at[i].epoch);
        mu_write_u64(&w, epochs->at[i].first);
        mu_write_u64(&w, epochs->at[i].common);
        mu_write_u64(&w, epochs->at[i].known);
    }
    MU_CHECK(mu_writer_ok(&w));
    return mu_turn_put(log, MU_TABLE_META, &key, bytes, w.used);
}

/* ---- in a turn ------------------------------------------------------------------------------- */

enum mu_err mu_log_turn_epoch(mu_log *log, const struct mu_epoch *epoch)
{
    struct mu_epochs *epochs = &log->turn.state.epochs;
    struct mu_epoch *last = &epochs->at[epochs->count > 0 ? epochs->count - 1 : 0];

    MU_CHECK(log->turn.txn != NULL);
    if (epochs->count > 0 && last->epoch == epoch->epoch) {
        last->known = epoch->known;
        return put_epochs(log);
    }
    MU_CHECK(epochs->count == 0 || epoch->epoch > last->epoch);
    MU_CHECK(epoch->first == log->turn.state.tiles.edge.size + 1);
    if (epochs->count == MU_EPOCHS_MAX)
        return MU_E_LIMIT;
    epochs->at[epochs->count++] = *epoch;
    return put_epochs(log);
}

enum mu_err mu_log_turn_restored(mu_log *log, bool restored)
{
    struct mu_row_key key = mu_row_key_name(RESTORED_ROW);
    MDB_val k = mu_row_val(key.b, key.size);
    int rc;

    if (restored)
        return mu_turn_put(log, MU_TABLE_META, &key, NULL, 0);
    MU_CHECK(log->turn.txn != NULL);
    if (log->turn.err != MU_OK)
        return log->turn.err;
    log->turn.wrote = true;
    rc = mdb_del(log->turn.txn, log->tables.dbi[MU_TABLE_META], &k, NULL);
    return rc == MDB_NOTFOUND ? MU_OK : mu_turn_note(log, mu_write_err(rc));
}

enum mu_err mu_log_restored(mu_log *log)
{
    struct mu_row_key key = mu_row_key_name(RESTORED_ROW);
    struct mu_bytes nothing;
    mu_view *view;
    MDB_txn *txn;
    enum mu_err err = mu_log_read_begin(log, &txn, &view);

    if (err != MU_OK)
        return err;
    err = mu_row_get(txn, log->tables.dbi[MU_TABLE_META], &key, &nothing);
    mu_log_read_end(&view);
    return err;
}
