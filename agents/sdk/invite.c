/* An admin's side of an invitation, as far as the link goes: JOIN frames out and in. */
#include "agents/sdk/agent_inside.h"

enum mu_err mu_agent_join(mu_agent *agent, const struct mu_join_frame *frame)
{
    uint8_t bytes[MU_JOIN_BYTES_MAX + 64];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    bool said;

    if (frame->payload.size > MU_JOIN_BYTES_MAX)
        return MU_E_TOO_LARGE;
    if (agent->link != MU_LINK_OPEN || agent->dealer == NULL)
        return MU_E_UNREACHABLE;
    mu_join_frame_write(&w, frame);
    said = mu_link_say(agent, MU_FRAME_JOIN, &w);
    mu_wipe(bytes, sizeof bytes); /* it may hold the door's key */
    return said ? MU_OK : MU_E_UNREACHABLE;
}

enum mu_err mu_link_take_join(struct mu_agent *agent, const struct mu_heard *heard)
{
    enum mu_err said;

    if (agent->calls.on_join == NULL)
        return MU_OK;
    said = agent->calls.on_join(agent->calls.user, &heard->as.join);
    if (agent->stop == MU_OK)
        agent->stop = said;
    return MU_OK;
}
