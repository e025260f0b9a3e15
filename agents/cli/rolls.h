/* The roster as the record has it now, read over an open link. */
#ifndef MU_CLI_ROLLS_H
#define MU_CLI_ROLLS_H

#include "agents/cli/talk.h"
#include "proto/authority/roster.h"

/* Gives the roster folded from the record. `also` (may be NULL) is called with each entry folded.
 * Errors: those of mu_talk_read; MU_E_CORRUPT, MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_rolls_read(struct mu_talk *talk,
                                      enum mu_err (*also)(void *, const struct mu_entry *),
                                      void *user, mu_roster **out);

#endif
