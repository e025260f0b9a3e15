/* Handing events to a command, each once: `muster watch --exec CMD`.
 *
 * The command is run by sh for every event, with the event's JSON on its standard input. Where it has got to
 * is kept in the agent's directory, on disk before and after each run: after a crash nothing is run
 * twice. One that was cut off while its command ran may or may not have done its work; that is said, and
 * `again` hands it over once more. A command that fails has not done it: it is handed over again when
 * the watch is started again, unless `keep_going`.
 */
#ifndef MU_CLI_EXEC_H
#define MU_CLI_EXEC_H

#include <limits.h>

#include "agents/cli/cli.h"

struct mu_exec {
    struct mu_cli *cli;
    const char *command;
    bool keep_going, again;
    char dir[PATH_MAX];
    char file[64];    /* of the place kept */
    int lock;         /* -1: none */
    bool known;       /* there is a place */
    uint64_t done;    /* all up to here have been handed over */
    uint64_t running; /* begun and not ended; 0: none */
    uint64_t failed;  /* runs that failed, with keep_going */
};

/* Find the place kept for `name` (NULL: for this command and filter). Explained. Returns an exit code;
 * close in any case. */
int mu_exec_open(struct mu_exec *exec, struct mu_cli *cli, const char *dir, const char *name,
                 const char *command, const char *filter);
/* Nothing was handed over yet: begin behind `number`. Errors: MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_exec_begin(struct mu_exec *exec, uint64_t number);
/* Hand over entry `number`. Explained. Errors: MU_E_SYSTEM when the command failed (and not keep_going),
 * was interrupted, or the place cannot be kept. */
MU_MUST_USE enum mu_err mu_exec_hand(struct mu_exec *exec, uint64_t number, const char *json);
void mu_exec_close(struct mu_exec *exec);

#endif
