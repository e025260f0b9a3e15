/* What waits in the spool goes out with the next command that finds the broker, readers included. */
#include "agents/cli/talk.h"

#include <inttypes.h>
#include <stdio.h>

#define TURN_MS 50
#define SHORT_WAIT_MS 3000

static enum mu_err send_out(mu_agent *agent, int timeout_ms)
{
    int64_t since = mu_talk_machine_ms();
    enum mu_err err = MU_OK;

    while (err == MU_OK && mu_agent_unsettled(agent) > 0 &&
           mu_talk_machine_ms() - since < timeout_ms)
        err = mu_agent_turn(agent, TURN_MS);
    return err;
}

static void tell_sent(const struct mu_cli *cli, uint64_t before, uint64_t after)
{
    char sent[32], left[32];

    snprintf(sent, sizeof sent, "%" PRIu64, before - after);
    snprintf(left, sizeof left, "%" PRIu64, after);
    if (after < before)
        mu_cli_tell(cli, after == 0 ? MU_W_FLUSHED : MU_W_FLUSHED_SOME, sent, left, NULL);
}

void mu_talk_flush(struct mu_cli *cli)
{
    struct mu_agent_options options = {.program = "muster"};
    struct mu_agent_calls calls = {.user = NULL};
    char dir[PATH_MAX];
    mu_agent *agent = NULL;

    if (mu_cli_place(cli, dir, sizeof dir) != MU_OK ||
        mu_agent_open(dir, &options, &calls, &agent) != MU_OK)
        return;
    uint64_t before = mu_agent_unsettled(agent);
    if (before > 0 &&
        send_out(agent, cli->timeout_ms < SHORT_WAIT_MS ? cli->timeout_ms : SHORT_WAIT_MS) == MU_OK)
        tell_sent(cli, before, mu_agent_unsettled(agent));
    mu_agent_close(&agent);
}
