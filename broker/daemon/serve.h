/* Serving a record: what musterd does between its start and its stop. One thread, one poll.
 *
 *   serve.c     open everything in order, poll, one turn after another, stop
 *   peers.c     sessions by routing id, who is behind each, who has gone silent
 *   hear.c      the table from frame to what is done
 *   feed.c      followers: cursors over the log, credit, sending
 *   bundle.c    batches of the log encoded for delivery, once for all who stand at the same place
 *   clock.c     the log clock: wall, running or in steps
 *   join.c      the door newcomers come in by while an invitation stands
 */
#ifndef MU_DAEMON_SERVE_H
#define MU_DAEMON_SERVE_H

#include "broker/daemon/config.h"
#include "proto/words/words.h"

struct mu_serve {
    const char *dir;                /* as `musterd init` left it */
    const struct mu_config *config; /* its endpoint, bounds and budgets */
    enum mu_lang lang;              /* of what `why` gets */
};

/* Runs until SIGTERM or SIGINT (MU_OK) or until it must stop. Writes DIR/endpoint with the address it
 * listens on and one line to standard error once it is ready; `why` gets what people need to know
 * beside the error's own sentence. Errors: MU_E_ABSENT no record there, MU_E_CORRUPT, MU_E_BAD_KEY,
 * MU_E_NOT_ALLOWED (another musterd has it; a file others may read; the door does not hold),
 * MU_E_SYSTEM, MU_E_IO, MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_serve(const struct mu_serve *serve, struct mu_text *why);

#endif
