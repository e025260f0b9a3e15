/* Playing: the reference, the prelude, then row by row at its clock. */
#ifndef MU_PLAYER_RUN_H
#define MU_PLAYER_RUN_H

#include "agents/player/stage.h"

struct mu_run {
    const struct mu_play *play;
    mu_stage *stage;
    bool stepped;
    int64_t until_ms; /* the last clock played; INT64_MAX: all */
};

/* Errors: a mistake in a file or a refusal, `mistake` says where; MU_E_TIMEOUT; errors of the machine,
 * `mistake->file` is "" then. */
MU_MUST_USE enum mu_err mu_run(const struct mu_run *run, struct mu_mistake *mistake);

#endif
