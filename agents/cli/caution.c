#include "agents/cli/caution.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/picture/load.h"

/* Half a second is told; two seconds is where order in a log begins to look wrong to its readers. */
#define CLOCK_OFF_MS 500
#define TARGETS_MAX 64u

static void warn_about(const struct mu_voice *voice, const char *target)
{
    struct mu_load load;
    char open[24], asking[24], soon[24];

    mu_load_of(voice->picture, target, &load);
    if (!load.over)
        return;
    (void)snprintf(open, sizeof open, "%zu", load.open);
    (void)snprintf(asking, sizeof asking, "%zu", load.asking);
    (void)snprintf(soon, sizeof soon, "%zu", load.within_hour);
    mu_cli_tell(voice->cli, MU_W_LOAD_WARNING, target, open, asking, soon, NULL);
}

/* Only what asks somebody is worth reading the record for; without a broker there is none at hand. */
static bool may_ask(const Muster__Event *event)
{
    return event->body_case == MUSTER__EVENT__BODY_TASK ||
           event->body_case == MUSTER__EVENT__BODY_DAM_OPERATION ||
           event->body_case == MUSTER__EVENT__BODY_DECISION ||
           event->body_case == MUSTER__EVENT__BODY_SUPPLY_REQUEST ||
           (event->envelope != NULL && event->envelope->ack_required);
}

void mu_caution_load(struct mu_voice *voice, const struct mu_saying *saying)
{
    const char *targets[TARGETS_MAX];
    size_t count;

    if (!voice->reached || !may_ask(saying->event) || mu_voice_look(voice) != MU_EXIT_DONE)
        return;
    count = mu_load_targets(voice->picture, saying->event, targets, TARGETS_MAX);
    for (size_t i = 0; i < count; i++)
        warn_about(voice, targets[i]);
}

void mu_caution_clock(const struct mu_voice *voice)
{
    int64_t ahead_ms, within_ms;
    char seconds[24];

    if (!voice->reached || !mu_agent_clock_offset_ms(voice->talk.agent, &ahead_ms, &within_ms) ||
        llabs(ahead_ms) - within_ms < CLOCK_OFF_MS)
        return;
    (void)snprintf(seconds, sizeof seconds, "%.1f", (double)llabs(ahead_ms) / 1000);
    mu_cli_tell(voice->cli, MU_W_CLOCK_IS_OFF, seconds, NULL);
}
