#include "agents/sdk/pace.h"

#define OPEN_FIRST 2048u
#define OPEN_MIN 1024u
#define OPEN_MAX (UINT64_C(64) << 20) /* beyond any credit: the pace is out of the way */
#define QUICK_MS 250
#define SLOW_MS 1000
#define THIN_MS 2000 /* not for a broker that was busy for a second */
#define OPEN_WIDE (64u * 1024)

void mu_pace_begin(struct mu_pace *pace)
{
    uint64_t open = pace->open > OPEN_FIRST ? pace->open / 2 : OPEN_FIRST;

    *pace = (struct mu_pace){.open = open, .thin = pace->thin};
}

size_t mu_pace_room(const struct mu_pace *pace)
{
    uint64_t on_the_way = pace->sent - pace->arrived;

    return on_the_way < pace->open ? (size_t)(pace->open - on_the_way) : 0;
}

void mu_pace_sent(struct mu_pace *pace, size_t bytes)
{
    pace->sent += bytes;
}

bool mu_pace_wants_mark(const struct mu_pace *pace)
{
    return !pace->marked && pace->sent > pace->arrived;
}

void mu_pace_marked(struct mu_pace *pace, int64_t echo, int64_t now_ms)
{
    pace->marked = true;
    pace->mark = echo;
    pace->mark_at = pace->sent;
    pace->mark_ms = now_ms;
}

void mu_pace_arrived(struct mu_pace *pace, uint64_t sent)
{
    if (sent > pace->arrived)
        pace->arrived = sent;
}

void mu_pace_heard(struct mu_pace *pace, int64_t echo, int64_t now_ms)
{
    int64_t took_ms = now_ms - pace->mark_ms;

    if (!pace->marked || echo != pace->mark)
        return;
    pace->marked = false;
    mu_pace_arrived(pace, pace->mark_at);
    if (took_ms <= QUICK_MS)
        pace->open = pace->open < OPEN_MAX ? pace->open * 2 : OPEN_MAX;
    else if (took_ms > SLOW_MS)
        pace->open = pace->open * SLOW_MS / (uint64_t)took_ms;
    if (pace->open < OPEN_MIN)
        pace->open = OPEN_MIN;
    if (took_ms > THIN_MS || pace->open >= OPEN_WIDE)
        pace->thin = took_ms > THIN_MS;
}
