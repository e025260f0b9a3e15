#include "broker/log/tables.h"

#include <errno.h>
#include <string.h>

#include "proto/sign/digest.h"

static const char *const names[MU_TABLES] = {
    [MU_TABLE_RECORD] = "record", [MU_TABLE_TILES] = "tiles",   [MU_TABLE_LANES] = "lanes",
    [MU_TABLE_FENCES] = "fences", [MU_TABLE_ROSTER] = "roster", [MU_TABLE_CURSORS] = "cursors",
    [MU_TABLE_TIMERS] = "timers", [MU_TABLE_META] = NULL,
};

enum mu_err mu_tables_open(MDB_txn *txn, bool make, struct mu_tables *out)
{
    for (size_t t = 0; t < MU_TABLES; t++) {
        int rc = mdb_dbi_open(txn, names[t], make ? MDB_CREATE : 0, &out->dbi[t]);

        if (rc != MDB_SUCCESS)
            return make ? mu_write_err(rc) : mu_read_err(rc);
    }
    return MU_OK;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static struct mu_writer key_writer(struct mu_row_key *key)
{
    return mu_writer(key->b, sizeof key->b);
}

static void end_key(struct mu_row_key *key, const struct mu_writer *w)
{
    MU_CHECK(mu_writer_ok(w));
    key->size = w->used;
}

struct mu_row_key mu_row_key_number(uint64_t number)
{
    struct mu_row_key key;

    mu_put_u64(key.b, number);
    key.size = 8;
    return key;
}

struct mu_row_key mu_row_key_record(uint64_t number, enum mu_what what)
{
    MU_CHECK(number < UINT64_MAX / 4);
    return mu_row_key_number(number * 4 + what);
}

bool mu_row_key_is(MDB_val key, uint64_t *number, enum mu_what *what)
{
    uint64_t both;

    if (key.mv_size != 8)
        return false;
    both = mu_get_u64(key.mv_data);
    *number = both / 4;
    *what = (enum mu_what)(both % 4);
    return *what <= MU_WHAT_CHECKPOINT;
}

struct mu_row_key mu_row_key_name(const char *name)
{
    struct mu_row_key key;
    struct mu_writer w = key_writer(&key);

    mu_write_bytes(&w, name, strlen(name));
    end_key(&key, &w);
    return key;
}

struct mu_row_key mu_row_key_lane(const struct mu_agent_id *agent, uint64_t instance, uint8_t lane)
{
    struct mu_row_key key;
    struct mu_writer w = key_writer(&key);

    mu_write_agent(&w, agent);
    mu_write_u64(&w, instance);
    mu_write_u8(&w, lane);
    end_key(&key, &w);
    return key;
}

struct mu_row_key mu_row_key_batch(const struct mu_agent_id *agent, uint64_t instance, uint8_t lane,
                                   uint64_t sequence)
{
    struct mu_row_key key = mu_row_key_lane(agent, instance, lane);

    mu_put_u64(key.b + key.size, sequence);
    key.size += 8;
    return key;
}

struct mu_row_key mu_row_key_cursor(const struct mu_agent_id *agent, struct mu_bytes name)
{
    struct mu_row_key key;
    struct mu_writer w = key_writer(&key);

    mu_write_agent(&w, agent);
    mu_write_bytes(&w, name.data, name.size);
    end_key(&key, &w);
    return key;
}

struct mu_row_key mu_row_key_timer(int64_t due_ms, const struct mu_hash *subject)
{
    struct mu_row_key key;
    struct mu_writer w = key_writer(&key);

    mu_write_u64(&w, (uint64_t)due_ms);
    mu_write_hash(&w, subject);
    end_key(&key, &w);
    return key;
}

MDB_val mu_row_val(const void *data, size_t size)
{
    return (MDB_val){.mv_size = size, .mv_data = (void *)(uintptr_t)data};
}

struct mu_bytes mu_row_bytes(MDB_val val)
{
    return (struct mu_bytes){val.mv_data, val.mv_size};
}

static MDB_val key_val(const struct mu_row_key *key)
{
    return mu_row_val(key->b, key->size);
}

/* ---- what LMDB says -------------------------------------------------------------------------- */

enum mu_err mu_read_err(int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return MU_OK;
    case MDB_NOTFOUND:
    case ENOENT:
        return MU_E_ABSENT;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
    case MDB_CURSOR_FULL:
    case MDB_BAD_TXN: /* what follows an error met earlier in the same transaction */
        return MU_E_CORRUPT;
    case ENOMEM:
        return MU_E_NO_MEMORY;
    case MDB_READERS_FULL:
        return MU_E_LIMIT;
    case EACCES:
    case EPERM:
    case EROFS:
        return MU_E_NOT_ALLOWED;
    default:
        return MU_E_IO;
    }
}

enum mu_err mu_write_err(int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return MU_OK;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return MU_E_FULL;
    default:
        return MU_E_IO;
    }
}

/* ---- checked rows ---------------------------------------------------------------------------- */

static void check_of(struct mu_bytes key, struct mu_bytes value, uint8_t check[MU_ROW_CHECK_BYTES])
{
    const struct mu_bytes parts[2] = {key, value};
    struct mu_hash digest;

    mu_sha256_parts(parts, 2, &digest);
    memcpy(check, digest.b, MU_ROW_CHECK_BYTES);
}

void mu_row_check_write(const struct mu_row_key *key, uint8_t *value, size_t size)
{
    check_of((struct mu_bytes){key->b, key->size}, (struct mu_bytes){value, size}, value + size);
}

enum mu_err mu_row_check_read(struct mu_bytes key, struct mu_bytes *value)
{
    uint8_t check[MU_ROW_CHECK_BYTES];

    if (value->size < sizeof check || value->size > MU_ROW_CHECKED_MAX)
        return MU_E_CORRUPT;
    value->size -= sizeof check;
    check_of(key, *value, check);
    if (memcmp(check, value->data + value->size, sizeof check) != 0)
        return MU_E_CORRUPT;
    return MU_OK;
}

enum mu_err mu_row_get(MDB_txn *txn, MDB_dbi table, const struct mu_row_key *key,
                       struct mu_bytes *value)
{
    MDB_val k = key_val(key);
    MDB_val v;
    int rc = mdb_get(txn, table, &k, &v);

    if (rc != MDB_SUCCESS)
        return mu_read_err(rc);
    *value = mu_row_bytes(v);
    return mu_row_check_read((struct mu_bytes){key->b, key->size}, value);
}

enum mu_err mu_row_reserve(MDB_txn *txn, MDB_dbi table, const struct mu_row_key *key, size_t size,
                           uint8_t **value)
{
    MDB_val k = key_val(key);
    MDB_val v = mu_row_val(NULL, size + MU_ROW_CHECK_BYTES);
    int rc = mdb_put(txn, table, &k, &v, MDB_RESERVE);

    *value = v.mv_data;
    return mu_write_err(rc);
}

enum mu_err mu_row_put(MDB_txn *txn, MDB_dbi table, const struct mu_row_key *key,
                       struct mu_bytes value)
{
    uint8_t *room = NULL;
    enum mu_err err = mu_row_reserve(txn, table, key, value.size, &room);

    if (err != MU_OK)
        return err;
    if (value.size > 0)
        memcpy(room, value.data, value.size);
    mu_row_check_write(key, room, value.size);
    return MU_OK;
}

/* The row a search ended at: its key is handed back. */
static enum mu_err found(int rc, MDB_val k, MDB_val v, struct mu_row_key *key,
                         struct mu_bytes *value)
{
    if (rc != MDB_SUCCESS)
        return mu_read_err(rc);
    if (k.mv_size > sizeof key->b)
        return MU_E_CORRUPT;
    memcpy(key->b, k.mv_data, k.mv_size);
    key->size = k.mv_size;
    *value = mu_row_bytes(v);
    return MU_OK;
}

enum mu_err mu_row_at_least(MDB_txn *txn, MDB_dbi table, struct mu_row_key *key,
                            struct mu_bytes *value)
{
    MDB_val k = key_val(key);
    MDB_val v = {0};
    MDB_cursor *at = NULL;
    int rc = mdb_cursor_open(txn, table, &at);
    enum mu_err err;

    if (rc != MDB_SUCCESS)
        return mu_read_err(rc);
    rc = mdb_cursor_get(at, &k, &v, MDB_SET_RANGE);
    if ((err = found(rc, k, v, key, value)) == MU_OK)
        err = mu_row_check_read(mu_row_bytes(k), value);
    mdb_cursor_close(at);
    return err;
}

/* LMDB finds only "at least": one step back unless that is the very key. */
static int seek_at_most(MDB_cursor *at, const struct mu_row_key *key, MDB_val *k, MDB_val *v)
{
    int rc = mdb_cursor_get(at, k, v, MDB_SET_RANGE);

    if (rc == MDB_NOTFOUND)
        return mdb_cursor_get(at, k, v, MDB_LAST);
    if (rc != MDB_SUCCESS)
        return rc;
    if (k->mv_size == key->size && memcmp(k->mv_data, key->b, key->size) == 0)
        return MDB_SUCCESS;
    return mdb_cursor_get(at, k, v, MDB_PREV);
}

enum mu_err mu_row_at_most(MDB_txn *txn, MDB_dbi table, struct mu_row_key *key,
                           struct mu_bytes *value)
{
    MDB_val k = key_val(key);
    MDB_val v = {0};
    MDB_cursor *at = NULL;
    enum mu_err err = mu_read_err(mdb_cursor_open(txn, table, &at));

    if (err != MU_OK)
        return err;
    err = found(seek_at_most(at, key, &k, &v), k, v, key, value);
    mdb_cursor_close(at);
    return err;
}
