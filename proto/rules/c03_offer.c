/* C03: what can still be done. Hold the release for as long as the reservoir bears it; where the water
 * has left, boats and high ground; works stop in time, journeys turn off.
 */
#include "proto/rules/c03.h"

#include <string.h>

#include "proto/base/clock.h"

const struct mu_river *mu_judge_river(struct mu_judgement *judgement)
{
    if (*judgement->river == NULL)
        MU_CHECK(mu_river_new(judgement->picture, judgement->river) == MU_OK);
    return *judgement->river;
}

/* ---- what is offered ---- */

struct offer {
    struct mu_release *release;
    struct mu_draft *draft;
    int64_t as_of_ms; /* of the newest line that is short */
    int64_t first_ms; /* when the first step that has not left starts; 0: all have */
    int64_t late_min; /* by how much those would have to wait */
    int64_t left_ms;  /* when the first that has, left; 0: none */
};

static bool has_left(const struct mu_below *below)
{
    return below->arrival.from_ms <= below->as_of_ms;
}

static void look_through(struct offer *offer)
{
    const struct mu_release *release = offer->release;

    for (size_t i = 0; i < release->below_count; i++) {
        const struct mu_below *below = &release->below[i];

        if (!mu_below_short(below))
            continue;
        if (below->as_of_ms > offer->as_of_ms)
            offer->as_of_ms = below->as_of_ms;
        if (has_left(below)) {
            if (offer->left_ms == 0 || below->arrival.from_ms < offer->left_ms)
                offer->left_ms = below->arrival.from_ms;
            continue;
        }
        if (offer->first_ms == 0 || below->arrival.from_ms < offer->first_ms)
            offer->first_ms = below->arrival.from_ms;
        if (below->doubt == MU_DOUBT_NONE && -below->margin_min > offer->late_min)
            offer->late_min = -below->margin_min;
    }
}

static Muster__Sentence *hold_text(const struct offer *offer, const struct mu_hold *hold)
{
    struct mu_judgement *judgement = offer->release->judgement;
    Muster__Argument *dam = mu_arg_object(judgement, judgement->id);

    if (!hold->known)
        return mu_judge_say(judgement, "c03.hold_unknown", dam, NULL);
    if (hold->until_ms == MU_ENDLESS)
        return mu_judge_say(judgement, "c03.hold_open", dam, NULL);
    return mu_judge_say(judgement, "c03.hold", dam, mu_arg_at(judgement, hold->until_ms), NULL);
}

static void add_level(const struct offer *offer, const struct mu_hold *hold)
{
    struct mu_judgement *judgement = offer->release->judgement;
    Muster__Finding *finding = offer->draft->finding;
    Muster__Evidence *level = mu_judge_take(judgement, sizeof *level);

    *level = (Muster__Evidence)MUSTER__EVIDENCE__INIT;
    level->name = mu_judge_text(judgement, "reservoir_level");
    level->value = mu_arg_number(judgement, hold->level_mm, MUSTER__MEASURE__MEASURE_MILLIMETRE);
    level->ref = mu_judge_ref(judgement, hold->said);
    level->has_as_of_ms = level->has_computed = true;
    level->as_of_ms = offer->as_of_ms;
    level->computed = hold->read_at_ms < offer->as_of_ms;
    MU_JUDGE_PUT(judgement, finding->evidence, finding->n_evidence, level);
}

static void offer_hold(const struct offer *offer)
{
    struct mu_judgement *judgement = offer->release->judgement;
    struct mu_hold hold =
        mu_release_hold(judgement->picture, offer->release->operation, offer->as_of_ms);
    bool helps = offer->first_ms > 0;
    bool bears = !hold.known || hold.until_ms > offer->first_ms;
    Muster__FindingOption *option =
        mu_draft_option(judgement, offer->draft, hold_text(offer, &hold), helps && bears);

    option->object = mu_judge_text(judgement, judgement->id);
    if (hold.known)
        add_level(offer, &hold);
    if (!helps)
        option->why_not =
            mu_judge_say(judgement, "c03.left", mu_arg_object(judgement, judgement->id),
                         mu_arg_at(judgement, offer->left_ms), NULL);
    else if (!bears)
        option->why_not =
            mu_judge_say(judgement, "c03.full", mu_arg_object(judgement, judgement->id), NULL);
    else if (offer->late_min > 0)
        option->cost = mu_judge_number(judgement, offer->late_min, MUSTER__MEASURE__MEASURE_MINUTE);
}

static void offer_people(const struct offer *offer, const struct mu_below *below)
{
    static const char *const templates[] = {"c03.boat", "c03.high_ground"};
    struct mu_judgement *judgement = offer->release->judgement;

    for (size_t i = 0; has_left(below) && i < sizeof templates / sizeof templates[0]; i++)
        mu_draft_option(judgement, offer->draft,
                        mu_judge_say(judgement, templates[i],
                                     mu_arg_object(judgement, below->object->id),
                                     mu_arg_area(judgement, below->arrival.zone->area), NULL),
                        true)
            ->object = mu_judge_text(judgement, below->object->id);
}

static void offer_stop(const struct offer *offer, const struct mu_below *below)
{
    struct mu_judgement *judgement = offer->release->judgement;
    int64_t stop_ms = mu_minute(below->arrival.earliest_ms - below->dissolve_ms);
    Muster__FindingOption *option;

    if (!below->arrival.known)
        return;
    option = mu_draft_option(judgement, offer->draft,
                             mu_judge_say(judgement, "c03.stop",
                                          mu_arg_object(judgement, below->object->id),
                                          mu_arg_at(judgement, stop_ms), NULL),
                             stop_ms >= below->as_of_ms);
    option->object = mu_judge_text(judgement, below->object->id);
    if (stop_ms < below->as_of_ms)
        option->why_not = mu_judge_say(judgement, "c03.too_late",
                                       mu_arg_object(judgement, below->object->id), NULL);
}

static void offer_turn(const struct offer *offer, const struct mu_below *below)
{
    struct mu_judgement *judgement = offer->release->judgement;

    mu_draft_option(judgement, offer->draft,
                    mu_judge_say(judgement, "c03.turn", mu_arg_object(judgement, below->object->id),
                                 mu_arg_area(judgement, below->arrival.zone->area), NULL),
                    true)
        ->object = mu_judge_text(judgement, below->object->id);
}

void mu_release_offer(struct mu_release *release, struct mu_draft *draft)
{
    static void (*const offers[])(const struct offer *offer, const struct mu_below *below) = {
        [MU_BELOW_PEOPLE] = offer_people,
        [MU_BELOW_WORKS] = offer_stop,
        [MU_BELOW_JOURNEY] = offer_turn,
    };
    struct offer offer = {.release = release, .draft = draft};

    look_through(&offer);
    offer_hold(&offer);
    for (size_t i = 0; i < release->below_count; i++)
        if (mu_below_short(&release->below[i]))
            offers[release->below[i].kind](&offer, &release->below[i]);
}
