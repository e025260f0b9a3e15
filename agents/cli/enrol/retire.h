/* Saying what only admins say, and ending a key in order. */
#ifndef MU_CLI_RETIRE_H
#define MU_CLI_RETIRE_H

#include "agents/cli/enrol/rolls.h"
#include "agents/cli/voice.h"

/* As mu_voice_say; and what it takes for it to be true, when one seal is not enough. */
int mu_seal_say(struct mu_voice *voice, const mu_roster *roster, struct mu_saying *saying);

struct mu_retirement {
    struct mu_agent_id agent;
    const struct mu_agent_id *successor; /* may be NULL */
    const char *reason;                  /* may be NULL */
    uint64_t backlog;                    /* so many more of each lane may still land */
};

/* The entries of it: the agent as a whole first, then how far each of its instances got, read from the
 * record. Lent by the arena of `voice`. Errors: those of mu_talk_read, MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_retire_list(struct mu_voice *voice, const struct mu_retirement *what,
                                       Muster__Retire ***out, size_t *count);

/* Reads from the record how far each of the agent's instances got, and says so. Explained; an exit
 * code. */
int mu_retire(struct mu_voice *voice, const mu_roster *roster, const struct mu_retirement *what);

#endif
