/* Keys that no other machine joins with: an admin's own, and the county CA's. Each is a change of keys in
 * the record and takes a second admin's seal, so the command is run twice: it proposes, and, once that
 * stands, it puts the new key in the place of the old. Run in between it says what it waits for; killed
 * anywhere, the next run goes on. */
#ifndef MU_CLI_ROTATE_H
#define MU_CLI_ROTATE_H

#include "agents/cli/enrol/enrolment.h"
#include "agents/cli/enrol/rolls.h"

struct mu_key_rotation {
    const char *reason;  /* may be NULL */
    const char *ca_path; /* of the CA; NULL: looked for */
};

/* Explained; an exit code. */
int mu_rotate_own(struct mu_cli *cli, const struct mu_key_rotation *what);
int mu_rotate_ca(struct mu_cli *cli, const struct mu_key_rotation *what);

/* The change of keys that waits for a second admin and `is_ours`: its entry's number; 0: none. */
uint64_t mu_rotate_waiting(struct mu_voice *voice, const mu_roster *roster,
                           bool (*is_ours)(const Muster__KeyChange *, const void *),
                           const void *with);
/* Proposes it, and says what comes next. Explained; an exit code. */
int mu_rotate_propose(struct mu_voice *voice, const mu_roster *roster, Muster__KeyChange *change,
                      enum mu_word next);
/* Whether this agent is an admin in good standing; if not, that is explained. */
bool mu_rotate_is_admin(struct mu_voice *voice, const mu_roster *roster);

/* The new directory takes the place of the old one, which is kept beside it under the first digits of its
 * key's id. Killed between the two renames, the old name is free: the next call does the second. */
int mu_rotate_swap(struct mu_cli *cli, const char *seat, const char *next,
                   const struct mu_agent_id *old);

#endif
