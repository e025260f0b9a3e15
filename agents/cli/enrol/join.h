/* A machine while it joins.
 *
 *   join.c         the command: options, the home, one step after the other
 *   join_code.c    the code, typed or from a file
 *   join_hear.c    what the admin's machine says, and what is kept of it
 *   join_trip.c    there and back: the record itself must say that we are in it
 *   join_rotate.c  a new key for the seat there is
 */
#ifndef MU_CLI_JOIN_H
#define MU_CLI_JOIN_H

#include <limits.h>

#include "agents/cli/cli.h"
#include "agents/sdk/join.h"

struct mu_joining {
    struct mu_cli *cli;
    const char *host, *code_file, *program;
    bool no_input, rotates;
    struct mu_agent_id old; /* whose seat it takes, when it rotates */
    char seat[PATH_MAX];    /* ... and where that lives */
    char dir[PATH_MAX], endpoint[MU_ENDPOINT_BYTES_MAX], code[MU_CODE_BYTES];
    struct mu_home home;
    bool opened, kept; /* the home; and it was there before */
    struct mu_joined got;
    char words[256];
};

/* Each explains what went wrong and returns an exit code. */

/* join.c: Ctrl-C, or the service manager's wish. */
bool mu_join_interrupted(void);

/* join.c: what a stopped one leaves, and the command to begin again. */
int mu_join_left(const struct mu_joining *j);

/* join_code.c: into j->code. */
int mu_join_read_code(struct mu_joining *j);

/* join_hear.c: knock, show the words, wait, keep the answer. */
int mu_join_converse(struct mu_joining *j);

/* join_trip.c: read our own enrolment back over the link. */
int mu_join_try_link(struct mu_joining *j);

/* join_rotate.c: what was said with the old key goes out, and the new home is made beside the old; then it
 * takes its place. */
int mu_join_begin_rotation(struct mu_joining *j);
int mu_join_end_rotation(struct mu_joining *j);

#endif
