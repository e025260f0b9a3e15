/* A new key for the seat there is. */
#include "agents/cli/enrol/join.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "agents/cli/enrol/rotate.h"

/* What was said with the old key goes out with it. */
static int drain(struct mu_joining *j)
{
    struct mu_talk talk;
    char count[32];
    int code = mu_talk_open(&talk, j->cli, false);
    int64_t until_ms = mu_talk_machine_ms() + j->cli->timeout_ms;
    enum mu_err err;

    if (code != MU_EXIT_DONE)
        return code;
    err = mu_talk_reach(&talk, j->cli->timeout_ms);
    while (err == MU_OK && mu_agent_unsettled(talk.agent) > 0 && mu_talk_machine_ms() < until_ms)
        err = mu_agent_turn(talk.agent, 50);
    j->old = *mu_agent_self(talk.agent);
    snprintf(count, sizeof count, "%" PRIu64, mu_agent_unsettled(talk.agent));
    if (err != MU_OK)
        code = mu_talk_explain(&talk, err);
    else if (mu_agent_unsettled(talk.agent) > 0)
        code = mu_cli_fail(j->cli, MU_EXIT_LATER, MU_W_ROTATE_DRAIN, count, j->dir, NULL);
    mu_talk_close(&talk);
    return code;
}

/* The new directory is made beside the old one and takes its place when all is done. Killed between the
 * two renames, the old name is free: the next run finds that and does the second. */
int mu_join_begin_rotation(struct mu_joining *j)
{
    int code = MU_EXIT_DONE;

    snprintf(j->seat, sizeof j->seat, "%s", j->dir);
    if (access(j->seat, F_OK) == 0)
        code = drain(j);
    if (snprintf(j->dir, sizeof j->dir, "%.*s.next", PATH_MAX - 8, j->seat) >= (int)sizeof j->dir)
        return mu_cli_error(j->cli, MU_E_CONFIG, j->seat);
    return code;
}

int mu_join_end_rotation(struct mu_joining *j)
{
    return mu_rotate_swap(j->cli, j->seat, j->dir, &j->old);
}
