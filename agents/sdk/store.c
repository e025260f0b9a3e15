#include "agents/sdk/store.h"

#include <errno.h>
#include <lmdb.h>
#include <stdlib.h>
#include <sys/vfs.h>

#define MAP_BYTES ((size_t)16 << 30) /* address space, not disk: the file grows as it fills */
#define TABLE_ROOM 16u
#define FORBIDDEN_FLAGS (MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP | MDB_MAPASYNC)

struct mu_store {
    MDB_env *env;
    MDB_dbi table[MU_TABLES];
    MDB_txn *write;
    MDB_txn *read;
    MDB_cursor *cursor[MU_TABLES]; /* of the read transaction, made when first asked for */
    bool reading;                  /* `read` holds a snapshot */
    bool broken;
};

static const char *const table_name[MU_TABLES] = {"self", "marks", "batches", "accepted",
                                                  "cursors"};

static enum mu_err translate(mu_store *store, int code)
{
    switch (code) {
    case MDB_SUCCESS:
        return MU_OK;
    case MDB_NOTFOUND:
        return MU_E_ABSENT;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
        return MU_E_FULL;
    case ENOMEM:
        return MU_E_NO_MEMORY;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
        store->broken = true;
        return MU_E_CORRUPT;
    default:
        store->broken = true;
        return MU_E_IO;
    }
}

/* ---- opening --------------------------------------------------------------------------------- */

/* NFS, SMB, CIFS, SMB2, Coda, AFS, 9p, FUSE to who knows where: mapped files and locks lie there. */
static enum mu_err check_local(const char *dir)
{
    static const unsigned long remote[] = {0x6969,     0x517B,     0xFF534D42, 0xFE534D42,
                                           0x73757245, 0x5346414F, 0x01021997};
    struct statfs fs;

    if (statfs(dir, &fs) != 0)
        return MU_E_SYSTEM;
    for (size_t i = 0; i < sizeof remote / sizeof remote[0]; i++)
        if (((unsigned long)fs.f_type & 0xFFFFFFFFul) == remote[i])
            return MU_E_NOT_ALLOWED;
    return MU_OK;
}

static enum mu_err open_tables(mu_store *store)
{
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(store->env, NULL, 0, &txn);

    for (size_t i = 0; code == 0 && i < MU_TABLES; i++)
        code = mdb_dbi_open(txn, table_name[i], MDB_CREATE, &store->table[i]);
    if (code == 0) {
        code = mdb_txn_commit(txn);
        txn = NULL;
    }
    mdb_txn_abort(txn);
    return translate(store, code);
}

static enum mu_err open_env(mu_store *store, const char *dir)
{
    unsigned flags = 0;
    int dead = 0;
    int code = mdb_env_create(&store->env);

    if (code == 0)
        code = mdb_env_set_mapsize(store->env, MAP_BYTES);
    if (code == 0)
        code = mdb_env_set_maxdbs(store->env, TABLE_ROOM);
    if (code == 0)
        code = mdb_env_open(store->env, dir, MDB_NOTLS, 0600);
    if (code == 0)
        code = mdb_env_get_flags(store->env, &flags);
    if (code == 0)
        code = mdb_reader_check(store->env, &dead);
    MU_CHECK(code != 0 || (flags & FORBIDDEN_FLAGS) == 0);
    return translate(store, code);
}

static enum mu_err open_reader(mu_store *store)
{
    enum mu_err err =
        translate(store, mdb_txn_begin(store->env, NULL, MDB_RDONLY, &store->read));

    if (err == MU_OK)
        mdb_txn_reset(store->read);
    return err;
}

enum mu_err mu_store_open(const char *dir, mu_store **out)
{
    mu_store *store = calloc(1, sizeof *store);
    enum mu_err err;

    *out = NULL;
    if (store == NULL)
        return MU_E_NO_MEMORY;
    if ((err = check_local(dir)) == MU_OK && (err = open_env(store, dir)) == MU_OK &&
        (err = open_tables(store)) == MU_OK)
        err = open_reader(store);
    if (err != MU_OK)
        mu_store_close(&store);
    *out = store;
    return err;
}

void mu_store_close(mu_store **handle)
{
    mu_store *store = *handle;

    if (store == NULL)
        return;
    mdb_txn_abort(store->write);
    for (size_t i = 0; i < MU_TABLES; i++)
        if (store->cursor[i] != NULL)
            mdb_cursor_close(store->cursor[i]);
    mdb_txn_abort(store->read);
    if (store->env != NULL)
        mdb_env_close(store->env);
    free(store);
    *handle = NULL;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* A snapshot kept over a write would pin the pages the write replaces. */
static void stop_reading(mu_store *store)
{
    if (store->reading)
        mdb_txn_reset(store->read);
    store->reading = false;
}

enum mu_err mu_store_begin(mu_store *store)
{
    MU_CHECK(store->write == NULL);
    stop_reading(store);
    if (store->broken)
        return MU_E_IO;
    return translate(store, mdb_txn_begin(store->env, NULL, 0, &store->write));
}

enum mu_err mu_store_commit(mu_store *store)
{
    MDB_txn *write = store->write;

    MU_CHECK(write != NULL);
    store->write = NULL;
    return translate(store, mdb_txn_commit(write));
}

void mu_store_drop(mu_store *store)
{
    mdb_txn_abort(store->write);
    store->write = NULL;
}

static MDB_val val(struct mu_bytes bytes)
{
    return (MDB_val){.mv_size = bytes.size, .mv_data = (void *)bytes.data};
}

static struct mu_bytes bytes_of(const MDB_val *v)
{
    return (struct mu_bytes){v->mv_data, v->mv_size};
}

enum mu_err mu_store_put(mu_store *store, enum mu_table table, struct mu_bytes key,
                         struct mu_bytes value)
{
    MDB_val k = val(key), v = val(value);

    MU_CHECK(store->write != NULL);
    return translate(store, mdb_put(store->write, store->table[table], &k, &v, 0));
}

enum mu_err mu_store_reserve(mu_store *store, enum mu_table table, struct mu_bytes key, size_t size,
                             uint8_t **out)
{
    MDB_val k = val(key), v = {.mv_size = size};
    enum mu_err err;

    MU_CHECK(store->write != NULL);
    err = translate(store, mdb_put(store->write, store->table[table], &k, &v, MDB_RESERVE));
    *out = err == MU_OK ? v.mv_data : NULL;
    return err;
}

enum mu_err mu_store_delete(mu_store *store, enum mu_table table, struct mu_bytes key)
{
    MDB_val k = val(key);

    MU_CHECK(store->write != NULL);
    return translate(store, mdb_del(store->write, store->table[table], &k, NULL));
}

/* ---- reading --------------------------------------------------------------------------------- */

static enum mu_err start_reading(mu_store *store)
{
    enum mu_err err;

    if (store->broken)
        return MU_E_IO;
    if (store->reading)
        return MU_OK;
    err = translate(store, mdb_txn_renew(store->read));
    store->reading = err == MU_OK;
    for (size_t i = 0; err == MU_OK && i < MU_TABLES; i++)
        if (store->cursor[i] != NULL)
            err = translate(store, mdb_cursor_renew(store->read, store->cursor[i]));
    return err;
}

enum mu_err mu_store_get(mu_store *store, enum mu_table table, struct mu_bytes key,
                         struct mu_bytes *value)
{
    MDB_val k = val(key), v = {0};
    enum mu_err err = store->write != NULL ? MU_OK : start_reading(store);

    if (err == MU_OK)
        err = translate(store, mdb_get(store->write != NULL ? store->write : store->read,
                                       store->table[table], &k, &v));
    *value = bytes_of(&v);
    return err;
}

static enum mu_err seek(mu_store *store, MDB_cursor *cursor, struct mu_bytes from,
                        struct mu_bytes *key, struct mu_bytes *value)
{
    MDB_val k = val(from), v = {0};
    enum mu_err err = translate(
        store, mdb_cursor_get(cursor, &k, &v, from.size > 0 ? MDB_SET_RANGE : MDB_FIRST));

    *key = bytes_of(&k);
    *value = bytes_of(&v);
    return err;
}

/* A write's cursor is short-lived: LMDB frees its pages with the transaction. */
static enum mu_err seek_in_write(mu_store *store, enum mu_table table, struct mu_bytes from,
                                 struct mu_bytes *key, struct mu_bytes *value)
{
    MDB_cursor *cursor = NULL;
    enum mu_err err =
        translate(store, mdb_cursor_open(store->write, store->table[table], &cursor));

    if (err != MU_OK)
        return err;
    err = seek(store, cursor, from, key, value);
    mdb_cursor_close(cursor);
    return err;
}

enum mu_err mu_store_next(mu_store *store, enum mu_table table, struct mu_bytes from,
                          struct mu_bytes *key, struct mu_bytes *value)
{
    enum mu_err err;

    if (store->write != NULL)
        return seek_in_write(store, table, from, key, value);
    if ((err = start_reading(store)) != MU_OK)
        return err;
    if (store->cursor[table] == NULL)
        err = translate(store, mdb_cursor_open(store->read, store->table[table],
                                               &store->cursor[table]));
    return err == MU_OK ? seek(store, store->cursor[table], from, key, value) : err;
}
