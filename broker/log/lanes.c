/* Lanes: where each (agent, instance, lane) stands, and which batch holds which of its sequences.
 *
 * Exactly-once rests on this table: one row per batch, the last row of a lane says where it stands.
 * Rows carry their check, and what a repeat is compared with is read from the seal they point to.
 */
#include <string.h>

#include "broker/log/inside.h"

/* One row: the batch that begins with `first_sequence` of its lane. */
struct lane_row {
    uint64_t first_sequence; /* from the key */
    uint64_t first_number;
    uint32_t count;
    struct mu_hash last_leaf;
};
#define LANE_ROW_BYTES 44u
#define LANE_KEY_BYTES 25u /* agent, instance, lane: what comes before the sequence */

enum mu_err mu_lane_put(mu_log *log, const struct mu_seal *seal, uint64_t first,
                        const struct mu_hash *last_leaf)
{
    struct mu_row_key key =
        mu_row_key_batch(&seal->agent, seal->instance, seal->lane, seal->first_sequence);
    uint8_t bytes[LANE_ROW_BYTES];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);

    mu_write_u64(&w, first);
    mu_write_u32(&w, seal->count);
    mu_write_hash(&w, last_leaf);
    MU_CHECK(mu_writer_ok(&w) && w.used == sizeof bytes);
    return mu_turn_put(log, MU_TABLE_LANES, &key, bytes, sizeof bytes);
}

/* The row at or before `sequence`. Errors: MU_E_ABSENT, MU_E_CORRUPT, MU_E_IO. */
static enum mu_err find_row(const mu_log *log, MDB_txn *txn, const struct mu_row_key *wanted,
                            struct lane_row *row)
{
    struct mu_row_key key = *wanted;
    struct mu_bytes value;
    struct mu_reader r;
    enum mu_err err = mu_row_at_most(txn, log->tables.dbi[MU_TABLE_LANES], &key, &value);

    if (err != MU_OK)
        return err;
    if (key.size != LANE_KEY_BYTES + 8)
        return MU_E_CORRUPT;
    if (memcmp(key.b, wanted->b, LANE_KEY_BYTES) != 0)
        return MU_E_ABSENT; /* the row before is of another lane */
    if ((err = mu_row_check_read((struct mu_bytes){key.b, key.size}, &value)) != MU_OK)
        return err;
    r = mu_reader(value);
    row->first_sequence = mu_get_u64(key.b + LANE_KEY_BYTES);
    row->first_number = mu_read_u64(&r);
    row->count = mu_read_u32(&r);
    row->last_leaf = mu_read_hash(&r);
    return mu_reader_end(&r) ? MU_OK : MU_E_CORRUPT;
}

/* ---- where a lane stands --------------------------------------------------------------------- */

static enum mu_err find_sequence(const mu_log *log, MDB_txn *txn, const struct mu_row_key *wanted,
                                 struct mu_sequence *out)
{
    struct mu_row_key fence = *wanted;
    struct lane_row row = {0};
    struct mu_bytes nothing;
    enum mu_err found, fenced;

    fence.size = LANE_KEY_BYTES;
    found = find_row(log, txn, wanted, &row);
    if (found != MU_OK && found != MU_E_ABSENT)
        return found;
    fenced = mu_row_get(txn, log->tables.dbi[MU_TABLE_FENCES], &fence, &nothing);
    if (fenced != MU_OK && fenced != MU_E_ABSENT)
        return fenced;
    if (found == MU_E_ABSENT && fenced == MU_E_ABSENT)
        return MU_E_ABSENT;
    out->sequence = found == MU_OK ? row.first_sequence + row.count - 1 : 0;
    out->leaf = row.last_leaf;
    out->fenced = fenced == MU_OK;
    return MU_OK;
}

enum mu_err mu_log_sequence(mu_log *log, const struct mu_agent_id *agent, uint64_t instance,
                            uint8_t lane, struct mu_sequence *out)
{
    struct mu_row_key last = mu_row_key_batch(agent, instance, lane, UINT64_MAX);
    mu_view *view;
    MDB_txn *txn;
    enum mu_err err = mu_log_read_begin(log, &txn, &view);

    if (err != MU_OK)
        return err;
    err = find_sequence(log, txn, &last, out);
    mu_log_read_end(&view);
    return err;
}

enum mu_err mu_log_turn_fence(mu_log *log, const struct mu_agent_id *agent, uint64_t instance,
                              uint8_t lane)
{
    struct mu_row_key key = mu_row_key_lane(agent, instance, lane);

    return mu_turn_put(log, MU_TABLE_FENCES, &key, NULL, 0);
}

/* A gap or an overlap here would be our bug: the desk judges novelty. */
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

/* Who puts back what was lost has proved where it stood: nothing may stand there. */
enum mu_err mu_lane_check_free(mu_log *log, const struct mu_seal *seal)
{
    struct mu_row_key last = mu_row_key_batch(&seal->agent, seal->instance, seal->lane,
                                              seal->first_sequence + seal->count - 1);
    struct lane_row row = {0};
    enum mu_err err = find_row(log, log->turn.txn, &last, &row);

    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_OK : err;
    MU_CHECK(row.first_sequence + row.count <= seal->first_sequence);
    return MU_OK;
}

/* ---- which batch holds a sequence ------------------------------------------------------------ */

static enum mu_err read_root(const mu_log *log, MDB_txn *txn, const struct mu_row_key *wanted,
                             const struct lane_row *row, struct mu_hash *root)
{
    struct mu_row_key key = mu_row_key_record(row->first_number, MU_WHAT_SEAL), own;
    struct mu_bytes value = {NULL, 0};
    struct mu_seal seal;
    struct mu_reader r;
    enum mu_err err = mu_row_get(txn, log->tables.dbi[MU_TABLE_RECORD], &key, &value);

    if (err != MU_OK)
        return err == MU_E_ABSENT ? MU_E_CORRUPT : err;
    r = mu_reader(value);
    if (mu_seal_read(&r, &seal) != MU_OK || !mu_reader_end(&r))
        return MU_E_CORRUPT;
    own = mu_row_key_lane(&seal.agent, seal.instance, seal.lane);
    if (memcmp(own.b, wanted->b, LANE_KEY_BYTES) != 0 || seal.count != row->count ||
        seal.first_sequence != row->first_sequence)
        return MU_E_CORRUPT;
    *root = seal.root;
    return MU_OK;
}

static enum mu_err find_origin(const mu_log *log, MDB_txn *txn, const struct mu_row_key *wanted,
                               struct mu_origin *out)
{
    uint64_t sequence = mu_get_u64(wanted->b + LANE_KEY_BYTES);
    struct lane_row row;
    enum mu_err err = find_row(log, txn, wanted, &row);

    if (err != MU_OK)
        return err;
    if (sequence - row.first_sequence >= row.count)
        return MU_E_ABSENT;
    out->first_number = row.first_number;
    out->count = row.count;
    return read_root(log, txn, wanted, &row, &out->root);
}

enum mu_err mu_log_origin(mu_log *log, const struct mu_agent_id *agent, uint64_t instance,
                          uint8_t lane, uint64_t sequence, struct mu_origin *out)
{
    struct mu_row_key key = mu_row_key_batch(agent, instance, lane, sequence);
    mu_view *view;
    MDB_txn *txn;
    enum mu_err err = mu_log_read_begin(log, &txn, &view);

    if (err != MU_OK)
        return err;
    err = find_origin(log, txn, &key, out);
    mu_log_read_end(&view);
    return err;
}
