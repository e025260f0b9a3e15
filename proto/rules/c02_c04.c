/* C04, works beside rescue in one place, and C02, a route that works block. Both look at the same
 * clashes of one plan; on the same works for the same decider they are one card, which C04 names.
 */
#include "proto/rules/works.h"

/* People fetched, treated or looked for: whoever keeps them from it costs lives. */
static bool is_rescue(Muster__Activity activity)
{
    switch (activity) {
    case MUSTER__ACTIVITY__ACTIVITY_EVACUATION:
    case MUSTER__ACTIVITY__ACTIVITY_AMBULANCE:
    case MUSTER__ACTIVITY__ACTIVITY_BOAT_RESCUE:
    case MUSTER__ACTIVITY__ACTIVITY_LAND_SEARCH:
    case MUSTER__ACTIVITY__ACTIVITY_MEDICAL:
        return true;
    default:
        return false;
    }
}

static bool excludes_rescue(const struct mu_clash *clash)
{
    return clash->verdict == MUSTER__COMPATIBILITY__COMPATIBILITY_EXCLUSIVE &&
           (is_rescue(clash->other->activity) || is_rescue(clash->works->activity) ||
            !clash->blocks);
}

static bool blocks_route(const struct mu_clash *clash)
{
    return clash->blocks && clash->verdict != MUSTER__COMPATIBILITY__COMPATIBILITY_COMPATIBLE;
}

/* When nothing meets any more the card says so by the name of the plan. */
static void say_apart(struct mu_judgement *judgement)
{
    const struct mu_said *head = mu_object_head(
        mu_picture_object(judgement->picture, MUSTER__EVENT__BODY_OPERATION_PLAN, judgement->id));
    struct mu_draft *draft;

    if (head == NULL)
        return;
    draft = mu_draft_begin(judgement, head, judgement->id);
    draft->open = false;
    draft->finding->headline =
        mu_judge_say(judgement, "works.apart", mu_arg_object(judgement, judgement->id), NULL);
    mu_draft_party(judgement, draft, head, head->event->operation_plan->activity);
}

static void judge(struct mu_judgement *judgement, bool (*wanted)(const struct mu_clash *clash),
                  const char *blocked, const char *beside)
{
    size_t count;
    const struct mu_clash *clashes = mu_works_meet(judgement, &count);
    const struct mu_draft *before = judgement->drafts;

    mu_works_draft(judgement, clashes, count, wanted, blocked, beside);
    if (judgement->drafts == before)
        say_apart(judgement);
}

void mu_judge_c04(struct mu_judgement *judgement)
{
    judge(judgement, excludes_rescue, "c04.works_on_route", "c04.side_by_side");
}

void mu_judge_c02_works(struct mu_judgement *judgement)
{
    judge(judgement, blocks_route, "c02.works_on_route", "c02.works_on_route");
}
