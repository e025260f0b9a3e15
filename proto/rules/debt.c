/* An answer owed to those who spoke, with its age. Nobody is accused: it says who owes whom since when,
 * and once more when the county's limit has passed.
 */
#include "proto/picture/debt.h"
#include "proto/rules/judge.h"

#include <string.h>

#include "proto/base/clock.h"
#include "proto/picture/card.h"

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

/* ---- after a restore ---- */

static bool is_about(const Muster__Finding *finding, const struct mu_debt *debt)
{
    const Muster__Sentence *said = finding->headline;
    int64_t apart_ms;

    if (finding->rule != MUSTER__RULE__RULE_DEBT || said == NULL || said->n_args < 3 ||
        said->args[0]->value_case != MUSTER__ARGUMENT__VALUE_AGENCY ||
        said->args[1]->value_case != MUSTER__ARGUMENT__VALUE_AREA ||
        said->args[2]->value_case != MUSTER__ARGUMENT__VALUE_AT_MS)
        return false;
    apart_ms = said->args[2]->at_ms - debt->since_ms;
    return strcmp(said->args[0]->agency, debt->desk) == 0 &&
           strcmp(said->args[1]->area, debt->village) == 0 && apart_ms <= MU_DEBT_SAME_MS &&
           apart_ms >= -MU_DEBT_SAME_MS;
}

/* Its message was owed an answer under another word's name, and that word is yet to be given back. */
static bool has_its_name_coming(const struct mu_judgement *judgement, const struct mu_debt *debt)
{
    const struct mu_card *card;

    for (size_t i = 0;
         debt->word->was_number != 0 && (card = mu_picture_card_at(judgement->picture, i)) != NULL;
         i++)
        if (card->finding != NULL && is_about(card->finding, debt) &&
            card->finding->n_parties > 0 &&
            mu_picture_said(judgement->picture, card->finding->parties[0]->ref) == NULL)
            return true;
    return false;
}

void mu_judge_debt(struct mu_judgement *judgement)
{
    const struct mu_debt *debt = mu_picture_debt(judgement->picture, judgement->id);
    struct mu_draft *draft;

    if (debt == NULL || debt->word->struck || has_its_name_coming(judgement, debt))
        return;
    draft = mu_draft_begin(judgement, debt->word, judgement->id);
    draft->finding->place = mu_judge_text(judgement, debt->village);
    mu_draft_party(judgement, draft, debt->word, MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED);
    if (mu_debt_is_open(debt))
        say_owed(judgement, draft, debt);
    else
        say_given(judgement, draft, debt);
}
