/* Making a record again out of its pieces: what an export or a backup holds, put back entry by entry.
 *
 * The pieces must have been audited before: here they are only written. Numbers, times, verdicts, epochs
 * and checkpoints are those of the pieces, so the tree comes out with the same roots; lanes, roster
 * marks and timers follow from the entries. The record is made beside its place and moved there when it
 * is whole: killed before, nothing is there; killed after, all of it.
 */
#ifndef MU_LOG_REBUILD_H
#define MU_LOG_REBUILD_H

#include "broker/log/log.h"
#include "broker/log/source.h"

typedef struct mu_rebuild mu_rebuild;

/* Begin a record under `dir`, which must exist and hold none. What an interrupted attempt left there is
 * removed. Errors: MU_E_EXISTS a record is there, MU_E_SYSTEM, MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_rebuild_open(const char *dir, mu_rebuild **out);
/* A mu_piece_fn; `user` is the rebuild. Errors: MU_E_CORRUPT for a hole or a batch out of place; those
 * of the log. */
enum mu_err mu_rebuild_take(void *user, const struct mu_piece *piece);
/* Write the rest and the mark that this record was restored, and hold the head against `wanted`.
 * Errors: MU_E_CORRUPT when it is another; those of the log. */
MU_MUST_USE enum mu_err mu_rebuild_finish(mu_rebuild *rebuild, const struct mu_head *wanted);
/* Move it to its place, `dir`/log. Errors: MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_rebuild_place(mu_rebuild *rebuild);
/* What was not placed is removed. */
void mu_rebuild_close(mu_rebuild **rebuild);

#endif
