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

/* "health water …": the roles every county has. */
void mu_rolls_list_roles(struct mu_text *out);
/* MU_EXIT_DONE for a role that may be named; else explained, with the roles there are. */
int mu_rolls_role(const struct mu_cli *cli, const mu_roster *roster, const char *role);

#endif
