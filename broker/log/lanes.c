/* Lanes: where each (agent, instance, lane) stands, and which batch holds which of its sequences.
 *
 * Exactly-once rests on these two tables. Each row carries its check; an origin only points, and what
 * a repeat is compared with is read from the seal it points to.
 */
#include <string.h>

#include "broker/log/inside.h"

/* ---- where a lane stands --------------------------------------------------------------------- */

enum mu_err mu_log_sequence(mu_log *log, const struct mu_agent_id *agent, uint64_t instance,
                            uint8_t lane, struct mu_sequence *out)
{
    struct mu_row_key key = mu_row_key_lane(agent, instance, lane);
    struct mu_bytes value = {NULL, 0};
    struct mu_reader r;
    mu_view *view;
    MDB_txn *txn;
    enum mu_err err = mu_log_read_begin(log, &txn, &view);

    if (err != MU_OK)
        return err;
    err = mu_row_get(txn, log->tables.dbi[MU_TABLE_SEQUENCES], &key, &value);
    if (err == MU_OK) {
        r = mu_reader(value);
        out->sequence = mu_read_u64(&r);
        out->leaf = mu_read_hash(&r);
        out->fenced = mu_read_u8(&r) != 0;
        err = mu_reader_end(&r) ? MU_OK : MU_E_CORRUPT;
    }
    mu_log_read_end(&view);
    return err;
}

enum mu_err mu_lane_put(mu_log *log, const struct mu_agent_id *agent, uint64_t instance,
                        uint8_t lane, const struct mu_sequence *to)
{
    struct mu_row_key key = mu_row_key_lane(agent, instance, lane);
    uint8_t bytes[41];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);

    mu_write_u64(&w, to->sequence);
    mu_write_hash(&w, &to->leaf);
    mu_write_u8(&w, to->fenced);
    MU_CHECK(mu_writer_ok(&w));
    return mu_row_put(log->turn.txn, log->tables.dbi[MU_TABLE_SEQUENCES], &key, mu_written(&w));
}

enum mu_err mu_log_turn_fence(mu_log *log, const struct mu_agent_id *agent, uint64_t instance,
                              uint8_t lane)
{
    struct mu_sequence at = {0};
    enum mu_err err;

    MU_CHECK(log->turn.txn != NULL);
    if (log->turn.err != MU_OK)
        return log->turn.err;
    err = mu_log_sequence(log, agent, instance, lane, &at);
    if (err != MU_OK && err != MU_E_ABSENT)
        return err;
    at.fenced = true;
    log->turn.wrote = true;
    return mu_turn_note(log, mu_lane_put(log, agent, instance, lane, &at));
}

/* The batch must go on where its lane stands. A gap or an overlap here would be our bug: the desk
 * judges novelty, and the whole of exactly-once rests on it. */
enum mu_err mu_lane_check_next(mu_log *log, const struct mu_seal *seal)
{
    struct mu_sequence lane = {0};
    enum mu_err err = mu_log_sequence(log, &seal->agent, seal->instance, seal->lane, &lane);

    if (err != MU_OK && err != MU_E_ABSENT)
        return err;
    MU_CHECK(!lane.fenced);
    MU_CHECK(seal->first_sequence == lane.sequence + 1);
    MU_CHECK(mu_hash_equal(&seal->previous, &lane.leaf));
    return MU_OK;
}

/* ---- origins: which batch holds a sequence --------------------------------------------------- */

static enum mu_err read_origin(const mu_log *log, MDB_txn *txn, const struct mu_row_key *row,
                               struct mu_bytes value, struct mu_seal *seal, struct mu_origin *out)
{
    struct mu_row_key key;
    struct mu_reader r;
    enum mu_err err;

    if (value.size != 8)
        return MU_E_CORRUPT;
    out->first_number = mu_get_u64(value.data);
    key = mu_row_key_number(out->first_number);
    err = mu_row_get(txn, log->tables.dbi[MU_TABLE_SEALS], &key, &value);
    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_E_CORRUPT : err;
    r = mu_reader(value);
    if (mu_seal_read(&r, seal) != MU_OK || !mu_reader_end(&r))
        return MU_E_CORRUPT;
    key = mu_row_key_origin(&seal->agent, seal->instance, seal->lane, seal->first_sequence);
    if (key.size != row->size || memcmp(key.b, row->b, key.size) != 0)
        return MU_E_CORRUPT;
    out->count = seal->count;
    out->root = seal->root;
    return MU_OK;
}

static enum mu_err find_origin(const mu_log *log, MDB_txn *txn, const struct mu_row_key *wanted,
                               uint64_t sequence, struct mu_origin *out)
{
    struct mu_row_key row = *wanted;
    struct mu_seal seal;
    struct mu_bytes value;
    enum mu_err err = mu_row_at_most(txn, log->tables.dbi[MU_TABLE_ORIGINS], &row, &value);

    if (err != MU_OK)
        return err;
    if (row.size != wanted->size)
        return MU_E_CORRUPT;
    if (memcmp(row.b, wanted->b, wanted->size - 8) != 0)
        return MU_E_ABSENT; /* the row before is of another lane */
    if ((err = read_origin(log, txn, &row, value, &seal, out)) != MU_OK)
        return err;
    return sequence - seal.first_sequence < seal.count ? MU_OK : MU_E_ABSENT;
}

enum mu_err mu_log_origin(mu_log *log, const struct mu_agent_id *agent, uint64_t instance,
                          uint8_t lane, uint64_t sequence, struct mu_origin *out)
{
    struct mu_row_key key = mu_row_key_origin(agent, instance, lane, sequence);
    mu_view *view;
    MDB_txn *txn;
    enum mu_err err = mu_log_read_begin(log, &txn, &view);

    if (err != MU_OK)
        return err;
    err = find_origin(log, txn, &key, sequence, out);
    mu_log_read_end(&view);
    return err;
}

enum mu_err mu_lane_put_origin(mu_log *log, const struct mu_seal *seal, uint64_t first)
{
    struct mu_row_key key =
        mu_row_key_origin(&seal->agent, seal->instance, seal->lane, seal->first_sequence);
    uint8_t bytes[8];

    mu_put_u64(bytes, first);
    log->turn.bytes += key.size + sizeof bytes;
    return mu_row_put(log->turn.txn, log->tables.dbi[MU_TABLE_ORIGINS], &key,
                      (struct mu_bytes){bytes, sizeof bytes});
}
