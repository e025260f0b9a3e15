#include "agents/sdk/store.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MAP_BYTES ((size_t)16 << 30) /* address space, not disk: the file grows as it fills */
#define TABLE_ROOM 16u
#define NEARLY_FULL_BYTES ((uint64_t)256 * 1024) /* the paths to five roots, rewritten */
#define FORBIDDEN_FLAGS (MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP | MDB_MAPASYNC)

struct mu_store {
    MDB_env *env;
    MDB_dbi table[MU_TABLES];
    MDB_txn *write;
    MDB_txn *read;
    MDB_cursor *cursor[MU_TABLES]; /* of the read transaction, made when first asked for */
    bool reading;                  /* `read` holds a snapshot */
    bool broken;
    int folder;
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

/* File systems where a lock or a shared map of this machine says nothing to the others: NFS, SMB,
 * CIFS, SMB2, Coda, AFS (two), 9p, Ceph, FUSE, Lustre, GPFS, GFS2, OCFS2. */
static const uint32_t remote[] = {
    0x00006969u, 0x0000517Bu, 0xFF534D42u, 0xFE534D42u, 0x73757245u, 0x5346414Fu, 0x6B414653u,
    0x01021997u, 0x00C36400u, 0x65735546u, 0x0BD00BD0u, 0x47504653u, 0x01161970u, 0x7461636Fu,
};

static enum mu_err open_folder(mu_store *store, const char *dir)
{
    struct statfs fs;

    store->folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->folder < 0 || fstatfs(store->folder, &fs) != 0)
        return MU_E_SYSTEM;
    for (size_t i = 0; i < sizeof remote / sizeof remote[0]; i++)
        if ((uint32_t)fs.f_type == remote[i])
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
    enum mu_err err = translate(store, mdb_txn_begin(store->env, NULL, MDB_RDONLY, &store->read));

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
    store->folder = -1;
    if ((err = open_folder(store, dir)) == MU_OK && (err = open_env(store, dir)) == MU_OK &&
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
    if (store->folder >= 0)
        close(store->folder);
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

static bool disk_is_full(const mu_store *store)
{
    struct statvfs fs;

    return fstatvfs(store->folder, &fs) == 0 &&
           (geteuid() == 0 ? fs.f_bfree : fs.f_bavail) * fs.f_frsize < NEARLY_FULL_BYTES;
}

/* After a failed write of the meta page LMDB begins no transaction any more: then room is not the
 * question. */
static bool still_works(mu_store *store)
{
    MDB_txn *txn = NULL;

    if (mdb_txn_begin(store->env, NULL, 0, &txn) != MDB_SUCCESS)
        return false;
    mdb_txn_abort(txn);
    return true;
}

/* LMDB reports a write that a full disk cut short as a plain I/O error. */
enum mu_err mu_store_commit(mu_store *store)
{
    MDB_txn *write = store->write;
    bool full;
    int code;

    MU_CHECK(write != NULL);
    store->write = NULL;
    code = mdb_txn_commit(write);
    full = code == ENOSPC || code == EDQUOT || (code == EIO && disk_is_full(store));
    if (full && still_works(store))
        return MU_E_FULL;
    return translate(store, full ? EIO : code);
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
    enum mu_err err =
        translate(store, mdb_cursor_get(cursor, &k, &v, from.size > 0 ? MDB_SET_RANGE : MDB_FIRST));

    *key = bytes_of(&k);
    *value = bytes_of(&v);
    return err;
}

/* A write's cursor is short-lived: LMDB frees its pages with the transaction. */
static enum mu_err seek_in_write(mu_store *store, enum mu_table table, struct mu_bytes from,
                                 struct mu_bytes *key, struct mu_bytes *value)
{
    MDB_cursor *cursor = NULL;
    enum mu_err err = translate(store, mdb_cursor_open(store->write, store->table[table], &cursor));

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
        err = translate(store,
                        mdb_cursor_open(store->read, store->table[table], &store->cursor[table]));
    return err == MU_OK ? seek(store, store->cursor[table], from, key, value) : err;
}
