/* `musterd init`: a county's genesis. Makes every key on this machine and hands each to its holder's
 * directory:
 *
 *   DIR/log/            the record, with the genesis as entry 1
 *   DIR/log.key         signs checkpoints and the broker's own entries
 *   DIR/broker.curve    the broker's CURVE pair
 *   DIR/ca.key          the county CA; belongs on the admin's machine
 *   DIR/admin-1, -2     agent directories of the two admins; belong on the admins' machines
 *   DIR/recovery.key    belongs in a safe
 *   DIR/musterd.conf    every key with its default, as comments
 *
 * Modes 0700 and 0600. The log is made last: a directory without it was never finished, and init may
 * be called again there.
 */
#ifndef MU_DAEMON_INIT_H
#define MU_DAEMON_INIT_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/err.h"
#include "proto/base/id.h"

struct mu_init {
    const char *dir;
    const char *county;   /* name for people */
    const char *area;     /* code path; every grant lies in it */
    const char *endpoint; /* what the admins' directories point at; NULL: the default */
    bool exercise;
    int64_t start_ms;    /* log clock at genesis; an actual record starts at the wall clock */
    uint32_t rate_milli; /* log milliseconds per real second; 0: steps */
    int offset_min;      /* local time east of UTC */
};

/* Errors: MU_E_EXISTS when there is a record already; MU_E_BAD_AREA; MU_E_BAD_VALUE; those of the
 * file system and of the log. `log` gets the log id. */
MU_MUST_USE enum mu_err mu_init(const struct mu_init *init, struct mu_hash *log);

#endif
