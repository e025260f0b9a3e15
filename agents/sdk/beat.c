/* The beat of a link: a PING every five seconds keeps in touch, measures the way, and tells an exercise in
 * steps whether we are at rest; its PONG tells where everybody is. */
#include "agents/sdk/agent_inside.h"

#define SMALL_FRAME_BYTES 64u
#define PING_EVERY_MS 5000
#define PING_SOON_MS 5
#define PING_AGAIN_MS 50

/* ---- saying -------------------------------------------------------------------------------------- */

static bool all_settled(const struct mu_agent *agent)
{
    return mu_agent_unsettled(agent) == 0;
}

void mu_beat_ping(struct mu_agent *agent, int64_t now)
{
    uint8_t frame[SMALL_FRAME_BYTES];
    struct mu_writer w = mu_writer(frame, sizeof frame);
    uint64_t idle = all_settled(agent) && mu_witness_settled(agent) ? agent->idle_through : 0;
    int64_t wall = mu_wall_ms();

    agent->times.echo = wall > agent->times.echo ? wall : agent->times.echo + 1;
    agent->times.ping_wall = wall;
    mu_ping_write(&w, &(struct mu_ping){.wall_ms = agent->times.echo, .idle_through = idle});
    agent->times.ping_at = now + PING_AGAIN_MS;
    if (!mu_link_say(agent, MU_FRAME_PING, &w))
        return;
    mu_witness_pinged(agent, agent->times.echo);
    if (idle != agent->idle_told)
        agent->idle_echo = agent->times.echo;
    agent->idle_told = idle;
    agent->times.pinged_at = now;
    agent->times.ping_at = now + PING_EVERY_MS;
    if (!agent->submit.pace.marked)
        mu_pace_marked(&agent->submit.pace, agent->times.echo, now);
}

static bool idle_news(const struct mu_agent *agent)
{
    return agent->idle_through != agent->idle_told && all_settled(agent) &&
           mu_witness_settled(agent);
}

void mu_beat_begin(struct mu_agent *agent)
{
    agent->times.ping_at = mu_machine_ms(); /* with nothing before it: what a round trip takes */
    agent->idle_told = agent->all_idle = 0;
}

void mu_beat_step(struct mu_agent *agent, int64_t now)
{
    if (now >= agent->times.ping_at || idle_news(agent))
        mu_beat_ping(agent, now);
}

/* ---- hearing ------------------------------------------------------------------------------------- */

enum mu_err mu_beat_take_pong(struct mu_agent *agent, const struct mu_heard *heard)
{
    const struct mu_pong *pong = &heard->as.pong;
    int64_t now = mu_machine_ms();

    mu_clock_ponged(agent, pong, now);
    mu_witness_ponged(agent, pong->echo_ms);
    if (agent->spool != NULL)
        mu_spool_may_forget(agent->spool, agent->backed_up_through, pong->log_now_ms);
    if (agent->idle_told == agent->idle_through && pong->echo_ms >= agent->idle_echo)
        agent->all_idle = pong->all_idle_through;
    mu_pace_heard(&agent->submit.pace, pong->echo_ms, now);
    agent->times.failures = 0;
    return MU_OK;
}

/* ---- at rest ------------------------------------------------------------------------------------- */

void mu_agent_idle(mu_agent *agent, uint64_t through)
{
    if (through != agent->idle_through) {
        agent->all_idle = 0;
        agent->idle_echo = agent->times.echo + 1; /* PONGs on their way know nothing of it */
    }
    agent->idle_through = through;
    mu_turn_wake(agent);
}

uint64_t mu_agent_all_idle(mu_agent *agent)
{
    int64_t soon = agent->times.pinged_at + PING_SOON_MS;

    if (agent->times.ping_at > soon) {
        agent->times.ping_at = soon;
        mu_turn_wake(agent);
    }
    return agent->all_idle;
}
