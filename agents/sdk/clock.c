/* When a statement was made, by which clock, and how far that clock can be trusted. */
#include "agents/sdk/agent_inside.h"

#include <stdlib.h>

/* A machine whose own clock agrees with the broker's to this is called synchronised: half a second is
 * less than a person takes to press a key. */
#define SYNCHRONISED_MS 500
#define REAL_TIME_MILLI 1000u

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
