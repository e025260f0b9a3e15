/* The three clocks of an agent: the machine's, the wall's, and the record's, which the broker tells; how
 * far they can be trusted; and the wish of an exercise that the record's go on. */
#include "agents/sdk/agent_inside.h"

#include <stdlib.h>
#include <time.h>

#define SMALL_FRAME_BYTES 64u
#define OFFSET_KEPT_MS 60000
/* A machine whose own clock agrees with the broker's to this is called synchronised: half a second is
 * less than a person takes to press a key. */
#define SYNCHRONISED_MS 500
#define REAL_TIME_MILLI 1000u

/* ---- readings ------------------------------------------------------------------------------------ */

static int64_t clock_ms(clockid_t id)
{
    struct timespec t;

    MU_CHECK(clock_gettime(id, &t) == 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t mu_machine_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

int64_t mu_wall_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

/* ---- the record's clock -------------------------------------------------------------------------- */

static void set_clock(struct mu_agent *agent, int64_t log_ms)
{
    agent->clock.start_ms = log_ms;
    agent->clock.machine_ms = mu_machine_ms();
    agent->clock_known = true;
}

void mu_clock_passed(struct mu_agent *agent, int64_t log_ms)
{
    if (agent->clock_known && mu_agent_log_now_ms(agent) < log_ms)
        set_clock(agent, log_ms);
}

int64_t mu_agent_log_now_ms(const mu_agent *agent)
{
    return agent->clock_known ? mu_clock_at(&agent->clock, mu_machine_ms()) : 0;
}

/* ---- how far ours is off ------------------------------------------------------------------------- */

/* The shortest round trip of a minute tells best: what it took lay somewhere between the two readings. */
static void note_offset(struct mu_agent *agent, const struct mu_pong *pong, int64_t now)
{
    int64_t half_ms = (now - agent->times.pinged_at + 1) / 2;
    struct mu_offset *kept = &agent->offset;

    if (kept->read_at != 0 && half_ms > kept->within_ms && now - kept->read_at < OFFSET_KEPT_MS)
        return;
    *kept = (struct mu_offset){
        .ms = pong->wall_ms - (agent->times.ping_wall + half_ms),
        .within_ms = half_ms,
        .read_at = now,
    };
}

void mu_clock_ponged(struct mu_agent *agent, const struct mu_pong *pong, int64_t now)
{
    set_clock(agent, pong->log_now_ms);
    if (pong->echo_ms == agent->times.echo)
        note_offset(agent, pong, now);
}

bool mu_agent_clock_offset_ms(const mu_agent *agent, int64_t *ahead_ms, int64_t *within_ms)
{
    *ahead_ms = agent->offset.ms;
    *within_ms = agent->offset.within_ms;
    return agent->offset.read_at != 0;
}

/* ---- the wish that it go on ---------------------------------------------------------------------- */

static void say_wish(struct mu_agent *agent)
{
    uint8_t frame[SMALL_FRAME_BYTES];
    struct mu_writer w = mu_writer(frame, sizeof frame);

    mu_clock_frame_write(&w, &(struct mu_clock_frame){.log_ms = agent->clock_wanted});
    agent->clock_said = mu_link_say(agent, MU_FRAME_CLOCK, &w);
}

/* A clock in steps that has gone on at all has heard us: asked twice, it would go a step too far. */
static void answered(struct mu_agent *agent, int64_t log_ms)
{
    if (log_ms > agent->clock_stood)
        agent->clock_wanted = 0;
    agent->clock_said = false;
}

void mu_clock_welcomed(struct mu_agent *agent, const struct mu_welcome *welcome)
{
    agent->clock.rate_milli = welcome->rate_milli;
    set_clock(agent, welcome->log_now_ms);
    answered(agent, welcome->log_now_ms);
}

enum mu_err mu_clock_take(struct mu_agent *agent, const struct mu_heard *heard)
{
    set_clock(agent, heard->as.clock.log_ms);
    agent->clock_wanted = 0;
    return MU_OK;
}

void mu_clock_step(struct mu_agent *agent)
{
    if (agent->clock_wanted != 0 && !agent->clock_said)
        say_wish(agent);
}

void mu_agent_clock(mu_agent *agent, int64_t log_ms)
{
    agent->clock_wanted = log_ms;
    agent->clock_stood = agent->clock_known ? mu_agent_log_now_ms(agent) : INT64_MAX;
    agent->clock_said = false;
    mu_turn_wake(agent);
}

bool mu_agent_clock_answered(const mu_agent *agent)
{
    return agent->clock_wanted == 0;
}

/* ---- what it is worth ---------------------------------------------------------------------------- */

static bool is_synchronised(const mu_agent *agent)
{
    int64_t ahead_ms, within_ms;

    return agent->clock.rate_milli == REAL_TIME_MILLI &&
           mu_agent_clock_offset_ms(agent, &ahead_ms, &within_ms) &&
           llabs(ahead_ms) + within_ms <= SYNCHRONISED_MS;
}

Muster__ClockQuality mu_agent_clock_quality(const mu_agent *agent)
{
    if (!agent->clock_known || mu_agent_link(agent, NULL) != MU_LINK_OPEN)
        return MUSTER__CLOCK_QUALITY__CLOCK_QUALITY_FREE_RUNNING;
    return is_synchronised(agent) ? MUSTER__CLOCK_QUALITY__CLOCK_QUALITY_SYNCHRONISED
                                  : MUSTER__CLOCK_QUALITY__CLOCK_QUALITY_BROKER_OFFSET;
}

void mu_agent_stamp(const mu_agent *agent, Muster__Envelope *envelope)
{
    envelope->has_sent_at_ms = true;
    envelope->sent_at_ms = mu_agent_log_now_ms(agent);
    envelope->has_clock_quality = true;
    envelope->clock_quality = mu_agent_clock_quality(agent);
}
