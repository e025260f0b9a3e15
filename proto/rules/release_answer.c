#include "proto/rules/release.h"

#include <string.h>

#include "proto/base/clock.h"

/* A level that is read every ten minutes moves the hold by a minute now and then: no news. */
#define HOLD_MOVED_MS (5 * MU_MINUTE_MS)

struct answer {
    mu_arena *arena;
    int64_t now_ms;
    Muster__DamOperation *dam;
    size_t room;
    bool going_on; /* some of its water is still on the way or there */
    enum mu_err err;
};

/* ---- arrivals ---- */

static bool make_room(struct answer *answer)
{
    size_t room = answer->room == 0 ? 16 : 2 * answer->room;
    Muster__ArrivalWindow **grown;

    if (answer->dam->n_arrivals < answer->room)
        return true;
    if ((grown = mu_arena_take(answer->arena, room * sizeof(Muster__ArrivalWindow *))) == NULL)
        return false;
    if (answer->room > 0)
        memcpy(grown, answer->dam->arrivals,
               answer->dam->n_arrivals * sizeof(Muster__ArrivalWindow *));
    answer->dam->arrivals = grown;
    answer->room = room;
    return true;
}

/* Unknown is absence: a window without times is one nobody can tell. */
static bool add_arrival(void *user, const struct mu_arrival *arrival)
{
    struct answer *answer = user;
    Muster__ArrivalWindow *window = mu_arena_take(answer->arena, sizeof *window);

    if (window == NULL || !make_room(answer)) {
        answer->err = MU_E_NO_MEMORY;
        return false;
    }
    *window = (Muster__ArrivalWindow)MUSTER__ARRIVAL_WINDOW__INIT;
    window->area = (char *)(uintptr_t)arrival->zone->area;
    window->has_step = window->has_distance_m = true;
    window->step = arrival->step;
    window->distance_m = arrival->distance_m;
    window->discharge_class = (char *)(uintptr_t)arrival->discharge_class;
    window->has_earliest_at_ms = window->has_latest_at_ms = arrival->known;
    window->earliest_at_ms = arrival->known ? arrival->earliest_ms : 0;
    window->latest_at_ms = arrival->known ? arrival->latest_ms : 0;
    answer->dam->arrivals[answer->dam->n_arrivals++] = window;
    answer->going_on = answer->going_on || arrival->until_ms > answer->now_ms;
    return true;
}

/* ---- what was answered before ---- */

static bool is_own(const struct mu_said *said, const char *agency)
{
    const Muster__Envelope *envelope = said->event->envelope;

    return !said->struck && !said->is_version && envelope->agency != NULL &&
           strcmp(envelope->agency, agency) == 0 && envelope->has_source &&
           envelope->source == MUSTER__SOURCE_KIND__SOURCE_KIND_COMPUTED &&
           said->event->dam_operation->n_arrivals > 0;
}

static const Muster__DamOperation *last_answer(const struct mu_object *operation,
                                               const char *agency)
{
    const struct mu_said *best = NULL;
    uint32_t version = mu_object_head(operation)->version;

    for (const struct mu_said *said = operation->news; said != NULL; said = said->older)
        if (is_own(said, agency) && said->version == version &&
            (best == NULL || mu_said_recorded_before(best, said)))
            best = said;
    return best == NULL ? NULL : best->event->dam_operation;
}

static bool same_window(const Muster__ArrivalWindow *a, const Muster__ArrivalWindow *b)
{
    return strcmp(a->area, b->area) == 0 && a->step == b->step &&
           a->has_earliest_at_ms == b->has_earliest_at_ms &&
           a->earliest_at_ms == b->earliest_at_ms && a->latest_at_ms == b->latest_at_ms;
}

static bool same_hold(const Muster__DamOperation *a, const Muster__DamOperation *b)
{
    int64_t moved = a->hold_until_at_ms - b->hold_until_at_ms;

    if (a->has_hold_until_at_ms != b->has_hold_until_at_ms)
        return false;
    return !a->has_hold_until_at_ms || (moved < HOLD_MOVED_MS && moved > -HOLD_MOVED_MS);
}

static bool same_answer(const Muster__DamOperation *a, const Muster__DamOperation *b)
{
    if (b == NULL || a->n_arrivals != b->n_arrivals || !same_hold(a, b))
        return false;
    for (size_t i = 0; i < a->n_arrivals; i++)
        if (!same_window(a->arrivals[i], b->arrivals[i]))
            return false;
    return true;
}

enum mu_err mu_release_answer(const mu_picture *picture, const struct mu_river *river,
                              const struct mu_object *operation, const char *agency,
                              mu_arena *arena, Muster__DamOperation **out)
{
    const struct mu_said *head = mu_object_head(operation);
    struct answer answer = {.arena = arena, .now_ms = mu_picture_now_ms(picture)};
    struct mu_hold hold;

    *out = NULL;
    if (head == NULL)
        return MU_OK;
    if ((answer.dam = mu_arena_take(arena, sizeof *answer.dam)) == NULL)
        return MU_E_NO_MEMORY;
    *answer.dam = (Muster__DamOperation)MUSTER__DAM_OPERATION__INIT;
    answer.dam->structure = head->event->dam_operation->structure;
    mu_release_arrivals(picture, river, operation, add_arrival, &answer);
    if (answer.err != MU_OK || !answer.going_on)
        return answer.err;
    hold = mu_release_hold(picture, operation, answer.now_ms);
    if (hold.known && hold.until_ms != MU_ENDLESS) {
        answer.dam->has_hold_until_at_ms = true;
        answer.dam->hold_until_at_ms = hold.until_ms;
    }
    if (!same_answer(answer.dam, last_answer(operation, agency)))
        *out = answer.dam;
    return MU_OK;
}
