/* What a person sees of work that takes longer than two seconds: how far it is, on a terminal only, on one
 * line that goes away. */
#ifndef MU_CLI_PROGRESS_H
#define MU_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "agents/cli/cli.h"

struct mu_progress {
    const struct mu_cli *cli;
    int64_t since_ms, shown_ms;
    bool wanted; /* stderr is a terminal, and nobody asked for quiet */
    bool shown;
};

void mu_progress_begin(struct mu_progress *progress, const struct mu_cli *cli);
/* Cheap: shows something at most every 200 ms, and nothing in the first two seconds. `of` 0: not known. */
void mu_progress_step(struct mu_progress *progress, uint64_t done, uint64_t of);
/* Takes the line away. */
void mu_progress_end(struct mu_progress *progress);

#endif
