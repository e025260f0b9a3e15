/* What the log keeps beside its entries: roster marks, timers, cursors, the clock, checkpoints. Each
 * row carries its check; none is needed to read the entries. */
#include <string.h>

#include "broker/log/inside.h"

#define CLOCK_ROW "clock"

/* Read one row whose value is a single number. */
static enum mu_err read_number(mu_log *log, enum mu_table table, const struct mu_row_key *key,
                               uint64_t *out)
{
    struct mu_bytes value;
    mu_view *view;
    MDB_txn *txn;
    enum mu_err err = mu_log_read_begin(log, &txn, &view);

    if (err != MU_OK)
        return err;
    err = mu_row_get(txn, log->tables.dbi[table], key, &value);
    if (err == MU_OK && value.size != 8)
        err = MU_E_CORRUPT;
    if (err == MU_OK)
        *out = mu_get_u64(value.data);
    mu_log_read_end(&view);
    return err;
}

/* ---- roster ---------------------------------------------------------------------------------- */

enum mu_err mu_log_turn_roster(mu_log *log, uint64_t number)
{
    struct mu_row_key key = mu_row_key_number(number);

    return mu_turn_put(log, MU_TABLE_ROSTER, &key, NULL, 0);
}

/* ---- timers ---------------------------------------------------------------------------------- */

static enum mu_err take_timer(mu_log *log, const struct mu_row_key *key)
{
    MDB_val k = mu_row_val(key->b, key->size);
    int rc;

    MU_CHECK(log->turn.txn != NULL);
    if (log->turn.err != MU_OK)
        return log->turn.err;
    log->turn.wrote = true;
    rc = mdb_del(log->turn.txn, log->tables.dbi[MU_TABLE_TIMERS], &k, NULL);
    return rc == MDB_NOTFOUND ? MU_OK : mu_turn_note(log, mu_write_err(rc));
}

enum mu_err mu_log_turn_timer(mu_log *log, int64_t due_ms, const struct mu_agent_id *asker,
                              const struct mu_hash *subject, bool present)
{
    struct mu_row_key key = mu_row_key_timer(due_ms, subject);

    MU_CHECK(due_ms >= 0);
    if (!present)
        return take_timer(log, &key);
    return mu_turn_put(log, MU_TABLE_TIMERS, &key, asker->b, sizeof asker->b);
}

static enum mu_err read_timer(struct mu_row_key *key, struct mu_bytes value, int64_t *due_ms,
                              struct mu_agent_id *asker, struct mu_hash *subject)
{
    struct mu_reader k = mu_reader((struct mu_bytes){key->b, key->size});
    struct mu_reader v = mu_reader(value);

    *due_ms = (int64_t)mu_read_u64(&k);
    *subject = mu_read_hash(&k);
    *asker = mu_read_agent(&v);
    return mu_reader_end(&k) && mu_reader_end(&v) ? MU_OK : MU_E_CORRUPT;
}

enum mu_err mu_log_next_timer(mu_log *log, int64_t *due_ms, struct mu_agent_id *asker,
                              struct mu_hash *subject)
{
    struct mu_row_key key = mu_row_key_number(0);
    struct mu_bytes value;
    mu_view *view;
    MDB_txn *txn;
    enum mu_err err = mu_log_read_begin(log, &txn, &view);

    if (err != MU_OK)
        return err;
    err = mu_row_at_least(txn, log->tables.dbi[MU_TABLE_TIMERS], &key, &value);
    if (err == MU_OK)
        err = read_timer(&key, value, due_ms, asker, subject);
    mu_log_read_end(&view);
    return err;
}

/* ---- cursors and the clock ------------------------------------------------------------------- */

enum mu_err mu_log_turn_cursor(mu_log *log, const struct mu_agent_id *agent, struct mu_bytes name,
                               uint64_t through)
{
    struct mu_row_key key;
    uint8_t bytes[8];

    if (name.size > MU_NAME_BYTES_MAX)
        return MU_E_LIMIT;
    key = mu_row_key_cursor(agent, name);
    mu_put_u64(bytes, through);
    return mu_turn_put(log, MU_TABLE_CURSORS, &key, bytes, sizeof bytes);
}

enum mu_err mu_log_cursor(mu_log *log, const struct mu_agent_id *agent, struct mu_bytes name,
                          uint64_t *through)
{
    struct mu_row_key key;

    if (name.size > MU_NAME_BYTES_MAX)
        return MU_E_ABSENT;
    key = mu_row_key_cursor(agent, name);
    return read_number(log, MU_TABLE_CURSORS, &key, through);
}

enum mu_err mu_log_turn_clock(mu_log *log, int64_t log_ms)
{
    struct mu_row_key key = mu_row_key_name(CLOCK_ROW);
    uint8_t bytes[8];

    mu_put_u64(bytes, (uint64_t)log_ms);
    return mu_turn_put(log, MU_TABLE_META, &key, bytes, sizeof bytes);
}

enum mu_err mu_log_clock(mu_log *log, int64_t *log_ms)
{
    struct mu_row_key key = mu_row_key_name(CLOCK_ROW);
    uint64_t at = 0;
    enum mu_err err = read_number(log, MU_TABLE_META, &key, &at);

    if (err == MU_OK)
        *log_ms = (int64_t)at;
    return err;
}

/* ---- checkpoints ----------------------------------------------------------------------------- */

enum mu_err mu_log_turn_checkpoint(mu_log *log, uint64_t size, struct mu_bytes note)
{
    struct mu_row_key key = mu_row_key_record(size, MU_WHAT_CHECKPOINT);

    MU_CHECK(note.size < MU_NOTE_BYTES_MAX);
    MU_CHECK(size <= log->turn.state.tiles.edge.size);
    if (size > log->turn.state.checkpoint)
        log->turn.state.checkpoint = size;
    log->turn.moved = true;
    return mu_turn_put(log, MU_TABLE_RECORD, &key, note.data, note.size);
}

/* The row the state says is the last must be there. */
static enum mu_err read_checkpoint(const mu_log *log, MDB_txn *txn, uint64_t size,
                                   char note[MU_NOTE_BYTES_MAX])
{
    struct mu_row_key key = mu_row_key_record(size, MU_WHAT_CHECKPOINT);
    struct mu_bytes value;
    enum mu_err err = mu_row_get(txn, log->tables.dbi[MU_TABLE_RECORD], &key, &value);

    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_E_CORRUPT : err;
    if (value.size >= MU_NOTE_BYTES_MAX)
        return MU_E_CORRUPT;
    memcpy(note, value.data, value.size);
    note[value.size] = '\0';
    return MU_OK;
}

enum mu_err mu_log_last_checkpoint(mu_log *log, char note[MU_NOTE_BYTES_MAX], uint64_t *size)
{
    mu_view *view;
    MDB_txn *txn;
    enum mu_err err = mu_log_read_begin(log, &txn, &view);

    if (err != MU_OK)
        return err;
    *size = view != NULL ? view->state.checkpoint : log->turn.state.checkpoint;
    err = *size == 0 ? MU_E_ABSENT : read_checkpoint(log, txn, *size, note);
    mu_log_read_end(&view);
    return err;
}
