#include "proto/rules/beds.h"

#include <string.h>

#include "proto/base/clock.h"

#define BED_AGE_MIN 60

/* ---- who is coming ---- */

struct look {
    Muster__BedKind kind;
    struct mu_beds *out;
    void (*moved)(void *user, const struct mu_print *print);
    void *user;
};

static uint32_t persons_of(const Muster__PatientMove *move)
{
    return move->has_persons ? move->persons : 1;
}

static uint32_t sent_by(const struct mu_said *version, const char *hospital, Muster__BedKind kind)
{
    const Muster__OperationPlan *plan = version->event->operation_plan;
    uint32_t persons = 0;

    for (size_t i = 0; i < plan->n_phases; i++)
        for (size_t k = 0; k < plan->phases[i]->n_patients; k++) {
            const Muster__PatientMove *move = plan->phases[i]->patients[k];

            if (move->hospital != NULL && strcmp(move->hospital, hospital) == 0 &&
                mu_move_bed(move) == kind)
                persons += persons_of(move);
        }
    return persons;
}

/* The most of them that any version of the plan promised while the figure held. */
static uint32_t held_by(const struct look *look, const struct mu_print *print, uint32_t persons)
{
    uint32_t held = 0;

    for (const struct mu_said *said = print->object->versions; said != NULL; said = said->lower) {
        uint32_t sent = 0;

        if (!said->struck && said->version <= print->said->version &&
            mu_minute(said->accepted_at_ms) <= look->out->holds_until_ms)
            sent = sent_by(said, print->place, look->kind);
        held = sent > held ? sent : held;
    }
    return held < persons ? held : persons;
}

static void widen(struct mu_beds *out, const struct mu_print *print)
{
    const Muster__PatientMove *move = mu_print_move(print);
    const Muster__Window *window = print->said->event->operation_plan->phases[print->part]->window;

    if (window != NULL && window->has_start_at_ms && window->start_at_ms > out->last_leaves_ms)
        out->last_leaves_ms = window->start_at_ms;
    if (move->has_arrives_at_ms && move->arrives_at_ms > out->last_arrives_ms)
        out->last_arrives_ms = move->arrives_at_ms;
}

static bool take(void *user, const struct mu_print *print)
{
    struct look *look = user;
    const Muster__PatientMove *move = mu_print_move(print);

    if (mu_move_bed(move) != look->kind)
        return true;
    look->out->coming += persons_of(move);
    look->out->held += held_by(look, print, persons_of(move));
    widen(look->out, print);
    if (look->moved != NULL)
        look->moved(look->user, print);
    return true;
}

void mu_beds_look(const mu_picture *picture, const char *hospital, Muster__BedKind kind,
                  int64_t now_ms, void (*moved)(void *user, const struct mu_print *print),
                  void *user, struct mu_beds *out)
{
    struct look look = {kind, out, moved, user};

    *out = (struct mu_beds){.count = mu_hospital_beds(picture, hospital, kind)};
    out->holds_until_ms =
        out->count.known
            ? out->count.counted_at_ms +
                  mu_picture_limit(picture, "bed_age_min", NULL, BED_AGE_MIN) * MU_MINUTE_MS
            : INT64_MIN;
    out->receives = mu_hospital_receives(picture, hospital);
    out->fresh = out->receives && out->count.known && now_ms <= out->holds_until_ms;
    /* Who arrived before the count is in it; without one nothing can be said of those who are there. */
    mu_picture_meet(picture, MU_PLACE_HOSPITAL, hospital,
                    out->count.known ? out->count.counted_at_ms : now_ms, MU_ENDLESS, take, &look);
    out->held = out->held < out->count.available ? out->held : out->count.available;
    out->usable = !out->receives ? 0 : out->fresh ? out->count.available : out->held;
}
