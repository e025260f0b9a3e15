/* C03: water is let out above people who cannot be gone in time.
 *
 * One cause for each dam operation, one line for each operation below it: its worst zone and step.
 * Two rules look at it. C03 is a card for as long as somebody's margin is negative, or cannot be told.
 * MARGIN beside it is no card: it lists every margin, also the good ones, and asks to be woken at the
 * minute the first of them would turn without a new word.
 *
 * A line is judged for the minute its own words came, or for the minute it turned: what others say
 * does not move it. So the margin of a line is a function of the record, and not of when somebody
 * happened to ask.
 */
#include "proto/rules/c03.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"

/* ---- what is below ---- */

bool mu_below_short(const struct mu_below *below)
{
    return below->doubt != MU_DOUBT_NONE || below->margin_min < 0;
}

static bool is_worse(const struct mu_below *a, const struct mu_below *b)
{
    if ((a->doubt != MU_DOUBT_NONE) != (b->doubt != MU_DOUBT_NONE))
        return a->doubt == MU_DOUBT_NONE ? a->margin_min < 0 : b->margin_min >= 0;
    if (a->doubt == MU_DOUBT_NONE && a->margin_min != b->margin_min)
        return a->margin_min < b->margin_min;
    return a->arrival.from_ms < b->arrival.from_ms;
}

void mu_below_keep(struct mu_release *release, const struct mu_below *below)
{
    for (size_t i = 0; i < release->below_count; i++) {
        struct mu_below *kept = &release->below[i];
        int64_t wake_ms = kept->wake_ms;

        if (kept->object != below->object)
            continue;
        if (is_worse(below, kept))
            *kept = *below;
        if (wake_ms > 0 && (kept->wake_ms == 0 || wake_ms < kept->wake_ms))
            kept->wake_ms = wake_ms;
        return;
    }
    MU_JUDGE_APPEND(release->judgement, release->below, release->below_count, *below);
}

const struct mu_arrival *mu_release_next(const struct mu_release *release,
                                         const struct mu_river_zone *zone, int64_t since_ms)
{
    const struct mu_arrival *best = NULL;

    for (size_t i = 0; i < release->arrival_count; i++) {
        const struct mu_arrival *one = &release->arrivals[i];

        if (one->zone != zone || !one->rises || one->until_ms <= release->judgement->now_ms)
            continue;
        if (!one->known)
            return one;
        if (one->earliest_ms > since_ms && (best == NULL || one->earliest_ms < best->earliest_ms))
            best = one;
    }
    return best;
}

/* People before works before journeys, the worst of each first. */
static int by_weight(const void *a, const void *b)
{
    const struct mu_below *one = a, *two = b;

    if (one->kind != two->kind)
        return one->kind < two->kind ? -1 : 1;
    if (is_worse(one, two) != is_worse(two, one))
        return is_worse(one, two) ? -1 : 1;
    return strcmp(one->object->id, two->object->id);
}

static bool take_arrival(void *user, const struct mu_arrival *arrival)
{
    struct mu_release *release = user;
    struct mu_arrival one = *arrival;

    release->judgement->looked++;
    mu_release_meets(release->judgement->picture, release->river, release->operation, &one);
    one.alone_ms = one.earliest_ms;
    one.earliest_ms = one.meets.earliest_ms;
    MU_JUDGE_APPEND(release->judgement, release->arrivals, release->arrival_count, one);
    return true;
}

static bool was_searched(const struct mu_release *release, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (release->arrivals[i].zone == release->arrivals[before].zone)
            return true;
    return false;
}

static void find_below(struct mu_release *release)
{
    for (size_t i = 0; i < release->arrival_count; i++) {
        const struct mu_river_zone *zone = release->arrivals[i].zone;

        if (was_searched(release, i))
            continue;
        mu_below_people(release, zone);
        mu_below_works(release, zone);
        mu_below_journeys(release, zone);
    }
    if (release->below_count > 1)
        qsort(release->below, release->below_count, sizeof *release->below, by_weight);
}

/* ---- both findings ---- */

static void add_basis(struct mu_release *release, struct mu_draft *draft)
{
    struct mu_judgement *judgement = release->judgement;
    const char *basis = release->arrivals[0].basis;
    Muster__Evidence *named;

    if (basis == NULL)
        return;
    named = mu_judge_take(judgement, sizeof *named);
    *named = (Muster__Evidence)MUSTER__EVIDENCE__INIT;
    named->name = mu_judge_text(judgement, "travel_times");
    named->value = mu_judge_take(judgement, sizeof *named->value);
    *named->value = (Muster__Argument)MUSTER__ARGUMENT__INIT;
    named->value->value_case = MUSTER__ARGUMENT__VALUE_QUOTED;
    named->value->quoted = mu_judge_text(judgement, basis);
    named->has_computed = named->computed = true;
    MU_JUDGE_PUT(judgement, draft->finding->evidence, draft->finding->n_evidence, named);
}

static void wake(struct mu_draft *draft, int64_t at_ms)
{
    Muster__Finding *finding = draft->finding;

    if (at_ms <= 0 || (finding->has_wake_at_ms && finding->wake_at_ms <= at_ms))
        return;
    finding->has_wake_at_ms = true;
    finding->wake_at_ms = at_ms;
}

/* The lines go when the water has gone by. */
static int64_t over_ms(const struct mu_release *release)
{
    int64_t over = 0;

    for (size_t i = 0; i < release->arrival_count; i++)
        over = release->arrivals[i].until_ms > over ? release->arrivals[i].until_ms : over;
    return over == MU_ENDLESS ? 0 : over;
}

static struct mu_draft *begin(struct mu_release *release)
{
    struct mu_judgement *judgement = release->judgement;
    struct mu_draft *draft = mu_draft_begin(judgement, release->head, judgement->id);

    draft->finding->place =
        mu_judge_text(judgement, release->head->event->dam_operation->structure);
    mu_draft_party(judgement, draft, release->head, MUSTER__ACTIVITY__ACTIVITY_RELEASE);
    for (size_t i = 0; i < release->below_count; i++) {
        mu_draft_party(judgement, draft, release->below[i].said,
                       MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED);
        mu_below_line(release, draft, &release->below[i]);
    }
    for (size_t i = 0; i < release->below_count; i++)
        mu_below_meets(release, draft, &release->below[i].arrival);
    add_basis(release, draft);
    return draft;
}

static Muster__Argument *minutes(struct mu_judgement *judgement, int64_t count)
{
    return mu_arg_number(judgement, count, MUSTER__MEASURE__MEASURE_MINUTE);
}

static Muster__Sentence *watch_text(const struct mu_release *release)
{
    struct mu_judgement *judgement = release->judgement;
    Muster__Argument *dam = mu_arg_object(judgement, judgement->id);
    const struct mu_below *least = &release->below[0], *next = NULL;

    for (size_t i = 0; i < release->below_count; i++) {
        const struct mu_below *below = &release->below[i];

        if (is_worse(below, least))
            least = below;
        if (below->turns_ms > 0 && (next == NULL || below->turns_ms < next->turns_ms))
            next = below;
    }
    if (least->doubt != MU_DOUBT_NONE)
        return mu_judge_say(judgement, "c03.watch_unknown", dam,
                            mu_arg_object(judgement, least->object->id), NULL);
    if (next == NULL)
        return mu_judge_say(judgement, "c03.watch", dam,
                            mu_arg_object(judgement, least->object->id),
                            minutes(judgement, least->margin_min), NULL);
    return mu_judge_say(
        judgement, "c03.watch_turns", dam, mu_arg_object(judgement, least->object->id),
        minutes(judgement, least->margin_min), mu_arg_object(judgement, next->object->id),
        mu_arg_at(judgement, next->turns_ms), NULL);
}

static void watch(struct mu_release *release)
{
    struct mu_judgement *judgement = release->judgement;
    struct mu_draft *draft = begin(release);

    draft->finding->headline = watch_text(release);
    for (size_t i = 0; i < release->below_count; i++)
        if (release->below[i].wake_ms > judgement->now_ms)
            wake(draft, release->below[i].wake_ms);
    if (over_ms(release) > judgement->now_ms)
        wake(draft, over_ms(release));
}

/* The release waits for nobody: decided before it starts, or at once when it has. */
static int64_t decide_by_ms(const struct mu_below *below)
{
    return below->arrival.from_ms > below->as_of_ms ? below->arrival.from_ms : below->as_of_ms;
}

static void set_worst(struct mu_release *release, struct mu_draft *draft)
{
    Muster__Finding *finding = draft->finding;
    const struct mu_below *worst = NULL;

    for (size_t i = 0; i < release->below_count; i++) {
        const struct mu_below *below = &release->below[i];

        if (!mu_below_short(below))
            continue;
        if (!finding->has_decide_by_ms || decide_by_ms(below) < finding->decide_by_ms)
            finding->decide_by_ms = decide_by_ms(below);
        finding->has_decide_by_ms = true;
        if (below->doubt == MU_DOUBT_NONE &&
            (worst == NULL || below->margin_min < worst->margin_min))
            worst = below;
    }
    if (worst != NULL)
        finding->margin =
            mu_judge_number(release->judgement, worst->margin_min, MUSTER__MEASURE__MEASURE_MINUTE);
}

static const struct mu_below *first_short(const struct mu_release *release)
{
    for (size_t i = 0; i < release->below_count; i++)
        if (mu_below_short(&release->below[i]))
            return &release->below[i];
    return NULL;
}

static void raise(struct mu_release *release)
{
    struct mu_judgement *judgement = release->judgement;
    struct mu_draft *draft = begin(release);
    const struct mu_below *first = first_short(release);
    Muster__Argument *dam = mu_arg_object(judgement, judgement->id);

    draft->open = first != NULL;
    if (first == NULL) {
        draft->finding->headline = mu_judge_say(judgement, "c03.in_time", dam, NULL);
        return;
    }
    draft->finding->headline =
        first->arrival.known
            ? mu_judge_say(
                  judgement, "c03.reaches", dam, mu_arg_area(judgement, first->arrival.zone->area),
                  mu_arg_window(judgement, first->arrival.earliest_ms, first->arrival.latest_ms),
                  mu_arg_object(judgement, first->object->id), NULL)
            : mu_judge_say(judgement, "c03.reaches_unknown", dam,
                           mu_arg_area(judgement, first->arrival.zone->area),
                           mu_arg_object(judgement, first->object->id), NULL);
    set_worst(release, draft);
    mu_release_offer(release, draft);
}

/* ---- the rule ---- */

/* False when nobody is below it, or it does not stand. */
static bool look(struct mu_judgement *judgement, struct mu_release *release)
{
    *release = (struct mu_release){
        .judgement = judgement,
        .operation =
            mu_picture_object(judgement->picture, MUSTER__EVENT__BODY_DAM_OPERATION, judgement->id),
    };
    if ((release->head = mu_object_head(release->operation)) == NULL)
        return false;
    release->river = mu_judge_river(judgement);
    release->heard_ms = mu_minute(release->head->accepted_at_ms);
    mu_release_arrivals(judgement->picture, release->river, release->operation, take_arrival,
                        release);
    mu_release_under_way(judgement->picture, release->river, release->operation, take_arrival,
                         release);
    find_below(release);
    return release->below_count > 0;
}

void mu_judge_c03(struct mu_judgement *judgement)
{
    struct mu_release release;

    if (look(judgement, &release))
        raise(&release);
}

void mu_judge_margins(struct mu_judgement *judgement)
{
    struct mu_release release;

    if (look(judgement, &release))
        watch(&release);
}
