/* Opening, making and closing a log, and the rows of `meta`. */
#include "broker/log/log.h"

#include <stdlib.h>
#include <string.h>

#include "broker/log/inside.h"

#define FORMAT_ROW "format"
#define LOG_ROW "log"
#define EDGE_ROW "edge"

/* ---- rows of meta ---------------------------------------------------------------------------- */

static enum mu_err meta_get(const mu_log *log, MDB_txn *txn, const char *name,
                            struct mu_reader *value)
{
    struct mu_row_key key = mu_row_key_name(name);
    struct mu_bytes bytes = {NULL, 0};
    enum mu_err err = mu_row_get(txn, log->tables.dbi[MU_TABLE_META], &key, &bytes);

    *value = mu_reader(bytes);
    return err;
}

static enum mu_err meta_put(const mu_log *log, MDB_txn *txn, const char *name,
                            const struct mu_writer *w)
{
    struct mu_row_key key = mu_row_key_name(name);

    MU_CHECK(mu_writer_ok(w));
    return mu_row_put(txn, log->tables.dbi[MU_TABLE_META], &key, mu_written(w));
}

enum mu_err mu_state_read(const mu_log *log, MDB_txn *txn, struct mu_state *state)
{
    struct mu_reader r;
    enum mu_err err = meta_get(log, txn, EDGE_ROW, &r);

    if (err != MU_OK)
        return err;
    state->accepted_at_ms = (int64_t)mu_read_u64(&r);
    state->checkpoint = mu_read_u64(&r);
    if ((err = mu_tiles_read(&r, &state->tiles)) != MU_OK)
        return err;
    return mu_reader_end(&r) ? mu_epochs_read(log, txn, &state->epochs) : MU_E_CORRUPT;
}

enum mu_err mu_state_write(const mu_log *log, MDB_txn *txn, const struct mu_state *state)
{
    struct mu_row_key key = mu_row_key_name(EDGE_ROW);
    size_t size = 16 + mu_tiles_bytes(state->tiles.edge.size);
    uint8_t *room = NULL;
    struct mu_writer w;
    enum mu_err err = mu_row_reserve(txn, log->tables.dbi[MU_TABLE_META], &key, size, &room);

    if (err != MU_OK)
        return err;
    w = mu_writer(room, size);
    mu_write_u64(&w, (uint64_t)state->accepted_at_ms);
    mu_write_u64(&w, state->checkpoint);
    mu_tiles_write(&w, &state->tiles);
    MU_CHECK(mu_writer_ok(&w) && w.used == size);
    mu_row_check_write(&key, room, size);
    return MU_OK;
}

static enum mu_err read_format(const mu_log *log, MDB_txn *txn)
{
    struct mu_reader r;
    enum mu_err err = meta_get(log, txn, FORMAT_ROW, &r);
    uint32_t format = mu_read_u32(&r);

    if (err != MU_OK)
        return err;
    if (!mu_reader_end(&r))
        return MU_E_CORRUPT;
    return format == MU_LOG_FORMAT ? MU_OK : MU_E_VERSION;
}

static enum mu_err read_meta(mu_log *log, MDB_txn *txn)
{
    struct mu_reader r;
    enum mu_err err;

    if ((err = read_format(log, txn)) != MU_OK ||
        (err = mu_state_read(log, txn, &log->state)) != MU_OK ||
        (err = meta_get(log, txn, LOG_ROW, &r)) != MU_OK)
        return err;
    log->id = mu_read_hash(&r);
    log->state_txn = mdb_txn_id(txn);
    return mu_reader_end(&r) && log->state.tiles.edge.size > 0 ? MU_OK : MU_E_CORRUPT;
}

static enum mu_err write_meta(const mu_log *log, MDB_txn *txn)
{
    uint8_t bytes[sizeof log->id.b];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    enum mu_err err;

    mu_write_u32(&w, MU_LOG_FORMAT);
    if ((err = meta_put(log, txn, FORMAT_ROW, &w)) != MU_OK)
        return err;
    w = mu_writer(bytes, sizeof bytes);
    mu_write_hash(&w, &log->id);
    return meta_put(log, txn, LOG_ROW, &w);
}

/* ---- opening --------------------------------------------------------------------------------- */

enum mu_err mu_log_new(const char *dir, const struct mu_log_options *options, bool make,
                       mu_log **out)
{
    static const struct mu_log_options plain;
    mu_log *log = calloc(1, sizeof *log);
    MDB_stat stat;
    enum mu_err err;

    *out = NULL;
    if (log == NULL)
        return MU_E_NO_MEMORY;
    MU_CHECK(pthread_mutex_init(&log->lock, NULL) == 0);
    log->options = options != NULL ? *options : plain;
    if ((err = mu_env_open(dir, &log->options, make, &log->env)) != MU_OK ||
        (err = mu_env_fit_file(&log->env, log->options.read_only)) != MU_OK)
        goto out;
    if ((err = mu_read_err(mdb_env_stat(log->env.mdb, &stat))) != MU_OK)
        goto out;
    log->page_bytes = stat.ms_psize;
    *out = log;
    log = NULL;
out:
    mu_log_close(&log);
    return err;
}

/* The handles stay valid only if the transaction that opened them is committed, not aborted. */
static enum mu_err read_all(mu_log *log)
{
    MDB_txn *txn = NULL;
    enum mu_err err = mu_read_err(mdb_txn_begin(log->env.mdb, NULL, MDB_RDONLY, &txn));

    if (err != MU_OK)
        return err;
    if ((err = mu_tables_open(txn, false, &log->tables)) != MU_OK ||
        (err = read_meta(log, txn)) != MU_OK) {
        mdb_txn_abort(txn);
        return err;
    }
    log->used_bytes = mu_space_used(log, txn);
    return mu_read_err(mdb_txn_commit(txn));
}

enum mu_err mu_log_open(const char *dir, const struct mu_log_options *options, mu_log **out)
{
    mu_log *log = NULL;
    enum mu_err err;

    *out = NULL;
    if ((err = mu_log_new(dir, options, false, &log)) != MU_OK)
        return err;
    if ((err = read_all(log)) != MU_OK)
        goto out;
    if (!log->options.read_only && (err = mu_tail_check(log)) != MU_OK)
        goto out;
    *out = log;
    log = NULL;
out:
    mu_log_close(&log);
    return err;
}

void mu_log_close(mu_log **log)
{
    if (*log == NULL)
        return;
    mu_log_turn_drop(*log);
    mu_views_free(*log);
    mu_verified_free(&(*log)->verified);
    mu_env_close(&(*log)->env);
    pthread_mutex_destroy(&(*log)->lock);
    free(*log);
    *log = NULL;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* What the seal must say of an entry that no log could be named in yet. What its body says is the
 * judge's business. */
static bool is_first(const struct mu_batch *batch)
{
    const struct mu_seal *seal = &batch->seal;

    return seal->count == 1 && seal->first_sequence == 1 && mu_hash_is_none(&seal->origin) &&
           mu_hash_is_none(&seal->previous) && !mu_hash_is_none(&batch->items[0].leaf) &&
           batch->seal_bytes.size == MU_SEAL_BYTES;
}

/* An attempt that never committed left an environment without tables: ours to use. */
static enum mu_err check_unused(mu_log *log)
{
    enum mu_err err = read_all(log);

    if (err == MU_E_ABSENT)
        return MU_OK;
    return err == MU_OK ? MU_E_EXISTS : err;
}

static enum mu_err write_first(mu_log *log, const struct mu_batch *genesis, int64_t accepted_at_ms,
                               uint16_t judge_version)
{
    uint64_t number = 0;
    enum mu_err err;

    log->id = genesis->items[0].leaf;
    log->state.accepted_at_ms = accepted_at_ms;
    if ((err = mu_turn_start(log)) != MU_OK)
        return err;
    if ((err = mu_turn_note(log, mu_tables_open(log->turn.txn, true, &log->tables))) != MU_OK ||
        (err = mu_turn_note(log, write_meta(log, log->turn.txn))) != MU_OK ||
        (err = mu_log_turn_epoch(log, &(struct mu_epoch){.epoch = 1, .first = 1})) != MU_OK ||
        (err = mu_log_turn_batch(log, genesis, accepted_at_ms, judge_version, NULL, &number)) !=
            MU_OK ||
        (err = mu_log_turn_roster(log, number)) != MU_OK) {
        mu_log_turn_drop(log);
        return err;
    }
    return mu_log_turn_commit(log);
}

enum mu_err mu_log_create(const char *dir, const struct mu_batch *genesis, int64_t accepted_at_ms,
                          uint16_t judge_version)
{
    mu_log *log = NULL;
    enum mu_err err;

    if (!is_first(genesis))
        return MU_E_MALFORMED;
    if ((err = mu_log_new(dir, NULL, true, &log)) != MU_OK)
        return err;
    if ((err = check_unused(log)) != MU_OK)
        goto out;
    if ((err = write_first(log, genesis, accepted_at_ms, judge_version)) != MU_OK)
        goto out;
    err = mu_env_keep_names(&log->env);
out:
    mu_log_close(&log);
    return err;
}

/* ---- asking ---------------------------------------------------------------------------------- */

const struct mu_hash *mu_log_id(const mu_log *log)
{
    return &log->id;
}

void mu_log_head(const mu_log *log, struct mu_head *head)
{
    head->size = log->state.tiles.edge.size;
    head->epoch = mu_epoch_of(&log->state.epochs, head->size);
    mu_edge_root(&log->state.tiles.edge, &head->root);
}

int64_t mu_log_last_accepted_ms(const mu_log *log)
{
    return log->state.accepted_at_ms;
}
