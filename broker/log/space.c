/* Room: by quota, by map, by disk.
 *
 * The quota counts pages that hold something, not the length of the file: LMDB reuses what turns
 * free. The disk is asked before each turn is written, because LMDB reports a write cut short by a
 * full disk as a plain I/O error, and that one means "stop".
 */
#include <errno.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "broker/log/inside.h"

/* Pages a turn rewrites beside what it adds: paths to the roots of ten tables, and their like. */
#define SLACK_PAGES 64u

uint64_t mu_space_used(const mu_log *log, MDB_txn *txn)
{
    uint64_t pages = 0;

    for (size_t t = 0; t < MU_TABLES; t++) {
        MDB_stat stat;

        if (mdb_stat(txn, log->tables.dbi[t], &stat) == MDB_SUCCESS)
            pages += stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
    }
    return pages * log->page_bytes;
}

/* A disk that cannot be asked is not called full. */
static uint64_t disk_free(const mu_log *log)
{
    struct statvfs fs;
    uint64_t blocks;

    if (fstatvfs(log->env.folder, &fs) != 0)
        return UINT64_MAX;
    blocks = geteuid() == 0 ? fs.f_bfree : fs.f_bavail;
    return blocks * fs.f_frsize;
}

static uint64_t slack(const mu_log *log)
{
    return (uint64_t)SLACK_PAGES * log->page_bytes;
}

enum mu_err mu_log_room(const mu_log *log, uint8_t lane, size_t bytes)
{
    uint64_t reserve = lane == MU_LANE_LIFE ? 0 : log->options.reserve_bytes;
    uint64_t limit = log->env.map_bytes;
    uint64_t need = log->used_bytes + bytes + reserve;

    if (log->turn.txn != NULL)
        need += log->turn.bytes;
    if (log->options.quota_bytes != 0 && log->options.quota_bytes < limit)
        limit = log->options.quota_bytes;
    if (need > limit)
        return MU_E_FULL;
    return disk_free(log) < bytes + reserve + slack(log) ? MU_E_FULL : MU_OK;
}

enum mu_err mu_space_for_turn(const mu_log *log)
{
    return disk_free(log) < log->turn.bytes + slack(log) ? MU_E_FULL : MU_OK;
}

/* After a failed write of the meta page LMDB begins no transaction any more; then it is no question
 * of room. */
static bool still_works(const mu_log *log)
{
    MDB_txn *txn = NULL;

    if (mdb_txn_begin(log->env.mdb, NULL, 0, &txn) != MDB_SUCCESS)
        return false;
    mdb_txn_abort(txn);
    return true;
}

enum mu_err mu_space_judge(const mu_log *log, int rc)
{
    bool full = mu_write_err(rc) == MU_E_FULL || (rc == EIO && disk_free(log) < slack(log));

    return full && still_works(log) ? MU_E_FULL : MU_E_IO;
}
