/* Backup and restore of a county's record.
 *
 * A backup is one file: the record in its portable form (docs/EXPORT.md), written while musterd serves,
 * in short slices, under another name until it is whole, synced, and has been read back and audited.
 * Then, and only then, a note beside the record says how far it reaches; the running broker tells that
 * to agents, who need not keep what they said up to there.
 *
 * The keys a broker serves with are no part of it: who has the record may read it, who has the keys may
 * speak for the county. They go into a second file when asked for, which belongs in a safe.
 *
 * A restore audits the whole file before it writes a record, and marks the record as restored: the next
 * start begins a new epoch with it.
 */
#ifndef MU_DAEMON_BACKUP_H
#define MU_DAEMON_BACKUP_H

#include <stdbool.h>

#include "proto/authority/audit.h"

#define MU_BACKUP_NOTE "backup"

struct mu_backup_note {
    struct mu_hash log;
    struct mu_head head; /* of the entries in the backup */
    int64_t at_ms;       /* wall clock */
};

/* Writes DIR/backup, whole or not at all. Errors: MU_E_SYSTEM, MU_E_LIMIT. */
MU_MUST_USE enum mu_err mu_backup_note_write(const char *dir, const struct mu_backup_note *note);
/* Errors: MU_E_ABSENT, MU_E_CORRUPT. */
MU_MUST_USE enum mu_err mu_backup_note_read(const char *dir, struct mu_backup_note *note);

/* What was found in the file, for the one line that says so. */
struct mu_backup_found {
    struct mu_hash log;
    struct mu_head head;
    uint64_t damage_count;
    struct mu_damage damage; /* the first; when there is any */
    char missing[256];       /* after a restore: files the broker needs and DIR has not */
};

struct mu_backup {
    const char *dir;  /* of the record */
    const char *file; /* where the backup is, or goes */
    const char *keys; /* where the keys are, or go; NULL: left alone */
    int64_t now_ms;   /* wall clock */
};

/* Errors: MU_E_ABSENT no record; MU_E_PROOF: what was read back is damaged (found->damage), nothing is
 * noted and the file is gone; MU_E_SYSTEM, MU_E_IO (errno). */
MU_MUST_USE enum mu_err mu_backup(const struct mu_backup *backup, struct mu_backup_found *found);
/* `dir` is made when it is not there. With `check` everything is done, in DIR, and removed again.
 * Errors: MU_E_ABSENT no such file; MU_E_PROOF the file is damaged, nothing was restored; MU_E_EXISTS
 * there is a record already; MU_E_MALFORMED no backup at all; MU_E_VERSION; those of the log. */
MU_MUST_USE enum mu_err mu_restore(const struct mu_backup *backup, bool check,
                                   struct mu_backup_found *found);

/* The keys of `dir` as one file, and back. Errors: MU_E_ABSENT, MU_E_CORRUPT, MU_E_EXISTS,
 * MU_E_NOT_ALLOWED (others may read it), MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_keys_save(const char *dir, const char *file);
MU_MUST_USE enum mu_err mu_keys_put_back(const char *file, const char *dir);

#endif
