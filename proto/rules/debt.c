/* An answer owed to those who spoke, with its age. Nobody is accused: it says who owes whom since when,
 * and once more when the county's limit has passed.
 */
#include "proto/picture/debt.h"
#include "proto/rules/judge.h"

#include "proto/base/clock.h"

static Muster__Argument *arg_village(struct mu_judgement *judgement, const char *area)
{
    Muster__Argument *out = mu_judge_take(judgement, sizeof *out);

    *out = (Muster__Argument)MUSTER__ARGUMENT__INIT;
    out->value_case = MUSTER__ARGUMENT__VALUE_AREA;
    out->area = mu_judge_text(judgement, area);
    return out;
}

static Muster__Argument *arg_minutes(struct mu_judgement *judgement, int64_t from_ms, int64_t to_ms)
{
    return mu_arg_number(judgement, (mu_minute(to_ms) - mu_minute(from_ms)) / MU_MINUTE_MS,
                         MUSTER__MEASURE__MEASURE_MINUTE);
}

static void say_owed(struct mu_judgement *judgement, struct mu_draft *draft,
                     const struct mu_debt *debt)
{
    bool late = mu_judge_passed(judgement, debt->due_ms);

    draft->finding->headline = mu_judge_say(
        judgement, late ? "debt.late" : "debt.owed", mu_arg_agency(judgement, debt->desk),
        arg_village(judgement, debt->village), mu_arg_at(judgement, debt->since_ms),
        arg_minutes(judgement, debt->since_ms, debt->due_ms), NULL);
    draft->finding->has_decide_by_ms = true;
    draft->finding->decide_by_ms = debt->due_ms;
    if (!late) {
        draft->finding->has_wake_at_ms = true;
        draft->finding->wake_at_ms = debt->due_ms;
    }
}

static void say_given(struct mu_judgement *judgement, struct mu_draft *draft,
                      const struct mu_debt *debt)
{
    draft->open = false;
    draft->reason = MUSTER__CLOSE_REASON__CLOSE_REASON_CONFIRMED;
    draft->finding->headline = mu_judge_say(
        judgement, "debt.given", mu_arg_agency(judgement, debt->answer->event->envelope->agency),
        arg_village(judgement, debt->village), mu_arg_at(judgement, debt->answer->accepted_at_ms),
        arg_minutes(judgement, debt->since_ms, debt->answer->accepted_at_ms), NULL);
}

void mu_judge_debt(struct mu_judgement *judgement)
{
    const struct mu_debt *debt = mu_picture_debt(judgement->picture, judgement->id);
    struct mu_draft *draft;

    if (debt == NULL || debt->word->struck)
        return;
    draft = mu_draft_begin(judgement, debt->word, judgement->id);
    draft->finding->place = mu_judge_text(judgement, debt->village);
    mu_draft_party(judgement, draft, debt->word, MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED);
    if (mu_debt_is_open(debt))
        say_owed(judgement, draft, debt);
    else
        say_given(judgement, draft, debt);
}
