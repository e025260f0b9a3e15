/* One LMDB environment, opened the only way Muster opens one: default sync, on a local disk, once
 * per process, and by one writer on the machine. Private to this room.
 */
#ifndef MU_LOG_ENV_H
#define MU_LOG_ENV_H

#include <lmdb.h>

#include "broker/log/log.h"

/* Flags that would let an acknowledged entry be lost or a stray pointer write the record. */
#define MU_ENV_FLAGS_NEVER (MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP | MDB_MAPASYNC)

struct mu_env {
    MDB_env *mdb;
    int folder;            /* the environment's directory: file system questions and the lock */
    uint64_t map_bytes;    /* what the environment may grow to */
    uint64_t device, node; /* which directory this is, whatever path led here */
    bool noted;            /* stands in the list of open environments */
};

/* Open `<dir>/log`; `make` creates what is missing. Errors: MU_E_ABSENT, MU_E_IN_USE (open in
 * this process, or by another writer), MU_E_NOT_ALLOWED (remote file system, forbidden flags,
 * permissions), MU_E_CORRUPT, MU_E_IO, MU_E_NO_MEMORY. Close it in either case. */
MU_MUST_USE enum mu_err mu_env_open(const char *dir, const struct mu_log_options *options,
                                    bool make, struct mu_env *env);
void mu_env_close(struct mu_env *env);

/* Make the names of a new environment outlast a power cut. Errors: MU_E_IO. */
MU_MUST_USE enum mu_err mu_env_keep_names(const struct mu_env *env);

/* Give the data file the length its pages need, and a margin. LMDB may leave out pages at the end that
 * it allocated and freed in one turn; and where a length or an offset inside a page has rotted, it
 * reads up to 64 KiB beyond the page. Past the end of a mapped file either would end the process.
 * Errors: MU_E_IO; MU_E_CORRUPT when more is missing than can be explained, or read-only. */
MU_MUST_USE enum mu_err mu_env_fit_file(const struct mu_env *env, bool read_only);

#endif
