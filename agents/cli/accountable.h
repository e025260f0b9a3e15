/* Before somebody is asked: is there anybody of that name? */
#ifndef MU_CLI_ACCOUNTABLE_H
#define MU_CLI_ACCOUNTABLE_H

#include "agents/cli/voice.h"

/* A task asked of a name nobody bears is asked of nobody, and its clock runs for nothing: not said. Of one
 * that is known but has no machine here it is said, with a word on how it gets there. Without a broker at
 * hand nothing can be looked up, and nothing is held back. Explained; an exit code. */
int mu_accountable_check(struct mu_voice *voice, const struct mu_saying *saying);

#endif
