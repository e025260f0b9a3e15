/* The note a backup leaves beside the record: how far it reaches. The running broker tells it to agents,
 * who then need not keep what they said up to there.
 */
#ifndef MU_DAEMON_BACKUP_H
#define MU_DAEMON_BACKUP_H

#include "proto/base/err.h"
#include "proto/sign/checkpoint.h"

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

#endif
