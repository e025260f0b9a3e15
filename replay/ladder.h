/* Who has been told of one statement, and when an agency first held it. */
#ifndef MU_REPLAY_LADDER_H
#define MU_REPLAY_LADDER_H

#include "replay/verify.h"

/* `event` is OBJECT@vN, OBJECT (the version that stood then) or an entry's number. `at` as in mu_show; NULL: the
 * end. Prints one line per agency. Errors: MU_E_ABSENT: no such statement by then; as mu_show. */
MU_MUST_USE enum mu_err mu_who_knows(const char *path, const char *event, const char *at,
                                     const struct mu_verify_options *options, FILE *out);
/* Prints since when it was on the agency's machine, by which receipt, and when a person opened and
 * acknowledged it; *held says whether it was at all. Errors: as above; MU_E_ABSENT also for an agency the
 * record does not know. */
MU_MUST_USE enum mu_err mu_held(const char *path, const char *agency, const char *event,
                                const char *at, const struct mu_verify_options *options, FILE *out,
                                bool *held);

#endif
