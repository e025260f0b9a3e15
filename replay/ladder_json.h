/* The ladder as JSON: the keys of `muster who-knows --json`, every rung with the entry that says so. */
#ifndef MU_REPLAY_LADDER_JSON_H
#define MU_REPLAY_LADDER_JSON_H

#include "proto/picture/told.h"
#include "replay/jot.h"
#include "replay/whole.h"

/* Who has been told of `said`, as of `until_ms`; INT64_MAX: the end. Errors: as mu_jot_end. */
MU_MUST_USE enum mu_err mu_ladder_jot(const struct mu_whole *whole, const struct mu_said *said,
                                      int64_t until_ms, FILE *out);
/* Since when one agency held it. Errors: as above. */
MU_MUST_USE enum mu_err mu_held_jot(const struct mu_whole *whole, const struct mu_told *told,
                                    FILE *out);

#endif
