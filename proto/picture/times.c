#include "proto/picture/times.h"

#include <string.h>

#include "proto/base/clock.h"
#include "proto/picture/fold.h"

/* Where the county's limits are silent. A clock this far behind is only marked; one ahead may be the
 * estimate of the log clock itself, which on a bad link errs by a second or two. */
#define BEFORE_S 2
#define AHEAD_S 60
/* Saying a thing and recording it takes this long on a busy machine. An exercise that plays a flood at
 * twenty times its pace makes minutes of it, and nobody's clock is wrong for that. */
#define HASTE_MS 500

struct clock {
    struct mu_bad_time *first, **last;
};

static enum mu_err clock_of(struct mu_picture *picture, const char *agency, struct clock **out)
{
    struct clock *clock = mu_table_find(&picture->clocks, agency);
    const char *key;

    *out = clock;
    if (clock != NULL)
        return MU_OK;
    clock = mu_arena_take(&picture->arena, sizeof *clock);
    key = mu_fold_text(picture, agency);
    if (clock == NULL || key == NULL)
        return MU_E_NO_MEMORY;
    clock->last = &clock->first;
    *out = clock;
    return mu_table_put(&picture->clocks, key, clock);
}

static enum mu_err add(struct mu_picture *picture, struct mu_bad_time bad)
{
    const char *agency = bad.said->event->envelope->agency;
    struct mu_bad_time *kept = mu_arena_take(&picture->arena, sizeof *kept);
    struct clock *clock;
    enum mu_err err;

    if (kept == NULL)
        return MU_E_NO_MEMORY;
    if ((err = clock_of(picture, agency, &clock)) != MU_OK)
        return err;
    *kept = bad;
    *clock->last = kept;
    clock->last = &kept->next;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_TIMES, .id = agency});
}

/* The latest moment the stated time can mean. */
static int64_t latest_ms(const Muster__Envelope *envelope, int64_t stated_ms)
{
    bool by_hand = envelope->has_clock_quality &&
                   envelope->clock_quality == MUSTER__CLOCK_QUALITY__CLOCK_QUALITY_BY_HAND;

    return by_hand || stated_ms == mu_minute(stated_ms) ? mu_minute(stated_ms) + MU_MINUTE_MS - 1
                                                        : stated_ms;
}

static bool is_for_another(const Muster__Event *event)
{
    const Muster__Envelope *envelope = event->envelope;

    if (envelope->on_behalf_of != NULL && !mu_same(envelope->on_behalf_of, envelope->agency))
        return true;
    return event->body_case == MUSTER__EVENT__BODY_ACKNOWLEDGEMENT &&
           event->acknowledgement->for_agency != NULL &&
           !mu_same(event->acknowledgement->for_agency, envelope->agency);
}

/* Sent and acknowledged: acts of the author himself. */
static size_t own_times(const Muster__Event *event, int64_t out[4])
{
    const Muster__Envelope *envelope = event->envelope;
    size_t count = 0;

    if (event->body_case == MUSTER__EVENT__BODY_ACKNOWLEDGEMENT &&
        event->acknowledgement->has_at_ms)
        out[count++] = event->acknowledgement->at_ms;
    if (envelope->has_sent_at_ms)
        out[count++] = envelope->sent_at_ms;
    return count;
}

/* Times said of the statement itself, never of what it speaks about: a plan begins tomorrow, and what
 * "occurs" may be such a beginning. */
static size_t stated_times(const Muster__Event *event, int64_t out[4])
{
    size_t count = own_times(event, out);

    if (event->envelope->has_observed_at_ms)
        out[count++] = event->envelope->observed_at_ms;
    return count;
}

static int64_t slack_ms(const struct mu_picture *picture, const char *name, const char *agency,
                        int64_t usual_s)
{
    int64_t slack = 1000 * mu_picture_limit(picture, name, agency, usual_s);
    int64_t haste = picture->clock_rate_milli / 1000 * HASTE_MS;

    return haste > slack ? haste : slack;
}

enum mu_err mu_fold_time_ahead(struct mu_picture *picture, const struct mu_said *said)
{
    const char *agency = said->event->envelope->agency;
    int64_t times[4];
    size_t count = stated_times(said->event, times);

    for (size_t i = 0; agency != NULL && i < count; i++)
        /* The cheap half first: honest times cost no look at the limits. */
        if (times[i] > said->accepted_at_ms &&
            times[i] - said->accepted_at_ms > slack_ms(picture, "clock_ahead_s", agency, AHEAD_S))
            return add(picture, (struct mu_bad_time){said, NULL, MU_TIME_AHEAD, times[i],
                                                     said->accepted_at_ms, NULL});
    return MU_OK;
}

enum mu_err mu_fold_time_before(struct mu_picture *picture, const struct mu_said *said,
                                const struct mu_said *of)
{
    const char *agency = said->event->envelope->agency;
    int64_t times[4];
    size_t count = own_times(said->event, times);

    if (of == NULL || agency == NULL || is_for_another(said->event) ||
        mu_same(of->event->envelope->agency, agency))
        return MU_OK;
    for (size_t i = 0; i < count; i++) {
        int64_t latest = latest_ms(said->event->envelope, times[i]);

        if (latest < of->accepted_at_ms &&
            of->accepted_at_ms - latest > slack_ms(picture, "clock_before_s", agency, BEFORE_S))
            return add(picture, (struct mu_bad_time){said, of, MU_TIME_BEFORE, times[i],
                                                     of->accepted_at_ms, NULL});
    }
    return MU_OK;
}

const struct mu_bad_time *mu_picture_bad_times(const mu_picture *picture, const char *agency)
{
    const struct clock *clock = mu_table_find(&picture->clocks, agency);

    return clock == NULL ? NULL : clock->first;
}
