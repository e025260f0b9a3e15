/* The picture as it was at a time, rebuilt from the record alone. */
#ifndef MU_REPLAY_SHOW_H
#define MU_REPLAY_SHOW_H

#include "replay/verify.h"

/* `at` is 2031-07-16T14:24 in the log's local time, to the end of that minute, or milliseconds; NULL
 * means the end. Entries are folded as long as they were accepted at or before it, and only those that
 * verify. Errors: MU_E_BAD_VALUE for the time; MU_E_ABSENT before entry 1; MU_E_OTHER_LOG; MU_E_PROOF after
 * printing, when something in them is damaged; as mu_walk. */
MU_MUST_USE enum mu_err mu_show(const char *path, const char *at,
                                const struct mu_verify_options *options, FILE *out);

#endif
