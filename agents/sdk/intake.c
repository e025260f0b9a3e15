#include "agents/sdk/intake.h"

#define WINDOW_FIRST 1024u
#define WINDOW_MIN 512u
#define WINDOW_MAX (1024u * 1024) /* five large frames on their way keep a fast link busy */
#define AHEAD_MS 500
/* On a thin link every CREDIT takes room from what we say; on a fast one it must come early. */
#define WINDOW_THIN (16u * 1024)

void mu_intake_begin(struct mu_intake *intake)
{
    uint32_t window = intake->window == 0 ? WINDOW_FIRST : intake->window;

    *intake = (struct mu_intake){.window = window > WINDOW_FIRST ? window / 2 : window};
}

void mu_intake_forget(struct mu_intake *intake)
{
    if (intake->window > WINDOW_FIRST)
        intake->window = WINDOW_FIRST;
}

static uint32_t between(uint64_t low, uint64_t value, uint64_t high)
{
    return (uint32_t)(value < low ? low : value > high ? high : value);
}

void mu_intake_heard(struct mu_intake *intake, uint64_t bytes, int64_t now_ms, int64_t bare_ms)
{
    uint64_t took_ms, wanted;

    if (intake->since_ms == 0) {
        intake->since_ms = now_ms;
        intake->heard = 0;
        return;
    }
    intake->heard += bytes;
    if (intake->heard < intake->window / 2)
        return;
    took_ms = now_ms > intake->since_ms ? (uint64_t)(now_ms - intake->since_ms) : 1;
    wanted = intake->heard * (uint64_t)(AHEAD_MS + bare_ms) / took_ms;
    wanted = between(intake->window / 2, wanted, (uint64_t)intake->window * 2);
    intake->window = between(WINDOW_MIN, wanted, WINDOW_MAX);
    intake->since_ms = now_ms;
    intake->heard = 0;
}

void mu_intake_rest(struct mu_intake *intake)
{
    intake->since_ms = 0;
}

uint32_t mu_intake_credit(uint32_t window, int64_t out)
{
    int64_t low = window <= WINDOW_THIN ? window / 4 : window / 4 * 3;

    return out <= low ? (uint32_t)((int64_t)window - out) : 0;
}
