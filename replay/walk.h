/* How every command reads a record: it says how far it is when that takes long, and can be stopped. */
#ifndef MU_REPLAY_WALK_H
#define MU_REPLAY_WALK_H

#include "broker/log/source.h"
#include "replay/verify.h"

/* From now on a SIGINT or SIGTERM ends the walk between two batches; the second one ends the program. */
void mu_walk_listen(void);
/* As mu_source_walk. After two seconds a line on a terminal's standard error counts the entries, and goes
 * away. Errors: also MU_E_STOPPED. */
MU_MUST_USE enum mu_err mu_walk(const char *path, const struct mu_verify_options *options,
                                mu_piece_fn *take, void *user);

#endif
