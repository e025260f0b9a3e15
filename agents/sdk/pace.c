#include "agents/sdk/pace.h"

#define OPEN_FIRST 1024u
#define OPEN_MIN 512u
#define OPEN_MAX (UINT64_C(64) << 20) /* beyond any credit: the pace is out of the way */
#define OPEN_THIN (64u * 1024)        /* below it the bare round trip is asked for now and then */
#define QUICK_MS 125
#define SLOW_MS 500
#define BARE_EVERY_MARKS 16u
/* An ACCEPTED: its proof grows with the logarithm of the record, and a note signs the head. */
#define ANSWER_BYTES 700u

static uint64_t on_the_way(const struct mu_pace *pace)
{
    return pace->sent - pace->arrived;
}

void mu_pace_begin(struct mu_pace *pace)
{
    uint64_t open = pace->open == 0 ? OPEN_FIRST : pace->open;

    *pace = (struct mu_pace){.open = open > OPEN_FIRST ? open / 2 : open};
}

void mu_pace_forget(struct mu_pace *pace)
{
    if (pace->open > OPEN_FIRST)
        pace->open = OPEN_FIRST;
}

size_t mu_pace_room(const struct mu_pace *pace)
{
    if (pace->draining || on_the_way(pace) >= pace->open)
        return 0;
    return (size_t)(pace->open - on_the_way(pace));
}

bool mu_pace_may_begin(const struct mu_pace *pace, size_t unanswered)
{
    return unanswered == 0 || (unanswered + 1) * ANSWER_BYTES <= pace->open;
}

void mu_pace_sent(struct mu_pace *pace, size_t bytes)
{
    pace->sent += bytes;
}

bool mu_pace_wants_mark(const struct mu_pace *pace)
{
    if (pace->marked)
        return false;
    return pace->draining || (on_the_way(pace) > 0 && on_the_way(pace) >= pace->open / 2);
}

void mu_pace_marked(struct mu_pace *pace, int64_t echo, int64_t now_ms)
{
    pace->marked = true;
    pace->mark = echo;
    pace->mark_at = pace->sent;
    pace->ahead = on_the_way(pace);
    pace->mark_ms = now_ms;
}

void mu_pace_arrived(struct mu_pace *pace, uint64_t sent)
{
    if (sent > pace->arrived)
        pace->arrived = sent;
}

/* Nothing was before this mark. A link that rests says nothing about how much it would carry. */
static void take_bare(struct mu_pace *pace, int64_t took_ms)
{
    pace->bare_ms = took_ms;
    pace->marks = 0;
    if (!pace->draining && pace->open > OPEN_FIRST)
        pace->open = pace->open / 2 > OPEN_FIRST ? pace->open / 2 : OPEN_FIRST;
    pace->draining = false;
}

static void take_full(struct mu_pace *pace, int64_t took_ms)
{
    int64_t waited_ms = took_ms > pace->bare_ms ? took_ms - pace->bare_ms : 0;

    if (waited_ms > SLOW_MS)
        pace->open = pace->open * SLOW_MS / (uint64_t)waited_ms;
    else if (waited_ms <= QUICK_MS && pace->ahead >= pace->open / 4 && pace->open < OPEN_MAX)
        pace->open *= 2;
    if (pace->open < OPEN_MIN)
        pace->open = OPEN_MIN;
    if (++pace->marks >= BARE_EVERY_MARKS && pace->open < OPEN_THIN)
        pace->draining = true;
}

void mu_pace_heard(struct mu_pace *pace, int64_t echo, int64_t now_ms)
{
    if (!pace->marked || echo != pace->mark)
        return;
    pace->marked = false;
    mu_pace_arrived(pace, pace->mark_at);
    if (pace->ahead == 0)
        take_bare(pace, now_ms - pace->mark_ms);
    else
        take_full(pace, now_ms - pace->mark_ms);
}
