/* A spool that is not alone: restored from a copy, or copied while the other one spoke.
 *
 * The broker holds something under our instance that is not in our history. Two questions, in this
 * order, and never a third answer:
 *
 *  1. Which of our waiting batches does it hold? Those that begin at or before its last sequence are
 *     sent once more, with the same bytes. ACCEPTED with its proof means it is the very batch: it is
 *     settled. FORK, FENCED or RECUT mean that something else stands there.
 *  2. The rest was never heard of. It is sealed anew under a new instance, in one commit, and said.
 *
 * The old instance is not used again. A crash between the two begins again with the first question;
 * a crash after the commit has the new instance. Whether the broker fences the old one does not
 * matter here.
 */
#include "agents/sdk/agent_inside.h"

#define RESEAL_EVERY_MS 5000

static bool to_be_asked(const struct mu_agent *agent, uint8_t lane, const struct mu_waiting *row)
{
    return row->state == MU_WAITING_SENT ||
           (row->state == MU_WAITING_KEPT &&
            row->first_sequence <= agent->submit.lane[lane].broker_last);
}

static bool still_asking(struct mu_agent *agent, uint8_t lane)
{
    struct mu_queue *queue = mu_spool_queue(agent->spool, lane);

    for (size_t i = 0; i < mu_queue_count(queue); i++)
        if (to_be_asked(agent, lane, mu_queue_at(queue, i)))
            return true;
    return false;
}

/* Lanes where both histories agree are asked first: the first fork fences the whole instance, and
 * after that the broker need not say any more what it holds. */
bool mu_fork_may_send(struct mu_agent *agent, uint8_t lane, const struct mu_waiting *row)
{
    if (row->first_sequence > agent->submit.lane[lane].broker_last)
        return false;
    for (uint8_t i = 0; i < MU_LANES && !agent->submit.lane[lane].agrees; i++)
        if (agent->submit.lane[i].agrees && still_asking(agent, i))
            return false;
    return true;
}

static void tell_moved(void *user, const struct mu_kept *was, const struct mu_kept *now)
{
    struct mu_agent *agent = user;
    enum mu_err said = agent->calls.on_moved(agent->calls.user, was, now);

    if (agent->stop == MU_OK)
        agent->stop = said;
}

static void begin_lanes_anew(struct mu_agent *agent)
{
    for (size_t i = 0; i < MU_LANES; i++)
        agent->submit.lane[i] = (struct mu_submit_lane){0};
    agent->submit.in_flight = 0;
    agent->submit.unanswered = 0;
    agent->submit.forked = false;
}

enum mu_err mu_fork_step(struct mu_agent *agent, int64_t now)
{
    const struct mu_signer signer = {
        .key = agent->home.key, .agent = agent->home.self, .log = agent->home.log};
    enum mu_err err;

    if (agent->spool == NULL || !agent->submit.forked || agent->link != MU_LINK_OPEN ||
        now < agent->submit.reseal_at)
        return MU_OK;
    for (uint8_t lane = 0; lane < MU_LANES; lane++)
        if (still_asking(agent, lane))
            return MU_OK;
    agent->submit.reseal_at = now + RESEAL_EVERY_MS;
    err = mu_spool_reseal(agent->spool, &signer, agent->calls.on_moved != NULL ? tell_moved : NULL,
                          agent);
    if (err == MU_E_FULL)
        return MU_OK; /* the old instance waits, unused, until there is room */
    if (err != MU_OK)
        return err;
    begin_lanes_anew(agent);
    mu_link_regreet(agent, MU_E_FORK);
    return MU_OK;
}
