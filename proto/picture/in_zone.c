/* Who is still in the zone of an evacuation: the last word about each number, put together. */
#include "proto/picture/fold.h"
#include "proto/picture/people.h"

#include "proto/base/clock.h"

#define COMPLETE MUSTER__EVACUATION_STATE__EVACUATION_STATE_COMPLETE

const char *mu_evacuation_zone(const struct mu_said *said)
{
    const char *zone = said->event->evacuation->zone;

    return zone != NULL ? zone : said->event->envelope->area;
}

/* ---- words about one number ---- */

static bool says_remaining(const Muster__Event *event)
{
    const Muster__Evacuation *e = event->evacuation;

    return e->has_persons_remaining || (e->has_state && e->state == COMPLETE) ||
           (e->has_persons_moved && !e->has_persons_remaining);
}

static bool says_refused(const Muster__Event *event)
{
    return event->evacuation->has_persons_refused;
}

static bool says_returned(const Muster__Event *event)
{
    return event->evacuation->has_persons_returned;
}

static bool says_rate(const Muster__Event *event)
{
    return event->evacuation->has_rate_persons_per_hour &&
           event->evacuation->rate_persons_per_hour > 0;
}

static bool says_start(const Muster__Event *event)
{
    return event->evacuation->has_start_at_ms;
}

static bool says_planned(const Muster__Event *event)
{
    return event->evacuation->has_persons_planned;
}

/* ---- put together ---- */

struct sum {
    struct mu_in_zone *out;
    const struct mu_object *evacuation;
};

static const struct mu_said *hear(const struct sum *sum, bool (*has)(const Muster__Event *event))
{
    const struct mu_said *said = mu_object_news(sum->evacuation, has);

    if (said != NULL && mu_minute(said->accepted_at_ms) > sum->out->heard_ms)
        sum->out->heard_ms = mu_minute(said->accepted_at_ms);
    return said;
}

/* What is left of the plan when only those moved were counted. */
static int64_t planned_less(const struct sum *sum, const struct mu_said *said, bool *known)
{
    const struct mu_said *planned = mu_object_news(sum->evacuation, says_planned);
    const Muster__Evacuation *e = said->event->evacuation;
    int64_t left;

    if (planned == NULL)
        return 0;
    *known = true;
    left = (int64_t)planned->event->evacuation->persons_planned -
           (e->has_persons_moved ? (int64_t)e->persons_moved : 0);
    return left > 0 ? left : 0;
}

static int64_t to_be_moved(const struct sum *sum, bool *known)
{
    const struct mu_said *said = hear(sum, says_remaining);
    const Muster__Evacuation *e;

    if (said == NULL)
        said = hear(sum, says_planned);
    if (said == NULL)
        return 0;
    sum->out->said = said;
    e = said->event->evacuation;
    if (e->has_persons_remaining || (e->has_state && e->state == COMPLETE)) {
        *known = true;
        return e->has_persons_remaining ? (int64_t)e->persons_remaining : 0;
    }
    return planned_less(sum, said, known);
}

static void take_found(const struct sum *sum, bool (*has)(const Muster__Event *event))
{
    const struct mu_said *said = hear(sum, has);
    int64_t persons;

    if (said == NULL)
        return;
    persons = has == says_refused ? (int64_t)said->event->evacuation->persons_refused
                                  : (int64_t)said->event->evacuation->persons_returned;
    sum->out->known = true;
    sum->out->found += persons;
    if (persons > 0)
        sum->out->said = said;
}

static void set_pace(const struct sum *sum)
{
    struct mu_in_zone *out = sum->out;
    const struct mu_said *start;
    Muster__EvacuationState state = mu_evacuation_state(sum->evacuation);
    struct mu_stated moved = mu_evacuation_moved(sum->evacuation);

    out->rated = hear(sum, says_rate);
    out->rate_per_hour =
        out->rated == NULL ? 0 : out->rated->event->evacuation->rate_persons_per_hour;
    start = hear(sum, says_start);
    out->begun = state == MUSTER__EVACUATION_STATE__EVACUATION_STATE_UNDER_WAY ||
                 (state < MUSTER__EVACUATION_STATE__EVACUATION_STATE_UNDER_WAY && moved.known &&
                  moved.value > 0);
    out->ordered =
        !out->begun && start != NULL && state <= MUSTER__EVACUATION_STATE__EVACUATION_STATE_ORDERED;
    out->start_ms = start == NULL ? 0 : start->event->evacuation->start_at_ms;
}

/* ---- since when ---- */

/* Whether this word, taken alone, says that nobody is there any more. */
static bool says_empty(const Muster__Evacuation *e)
{
    bool none =
        e->has_persons_remaining ? e->persons_remaining == 0 : e->has_state && e->state == COMPLETE;

    return none && !(e->has_persons_refused && e->persons_refused > 0) &&
           !(e->has_persons_returned && e->persons_returned > 0);
}

static void set_since(const struct sum *sum)
{
    const struct mu_said *first = NULL;

    for (const struct mu_said *said = sum->evacuation->news; said != NULL; said = said->older) {
        if (said->struck)
            continue;
        if (says_empty(said->event->evacuation))
            break;
        first = said;
    }
    sum->out->since_ms = first == NULL ? 0 : mu_minute(first->as_of_ms);
}

void mu_evacuation_in_zone(const struct mu_object *evacuation, struct mu_in_zone *out)
{
    struct sum sum = {out, evacuation};

    *out = (struct mu_in_zone){0};
    if (mu_evacuation_over(evacuation))
        return;
    out->persons = to_be_moved(&sum, &out->known);
    take_found(&sum, says_refused);
    take_found(&sum, says_returned);
    out->persons += out->found;
    set_pace(&sum);
    set_since(&sum);
}
