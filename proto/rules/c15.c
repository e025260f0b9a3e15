/* C15: times that cannot be. The card goes to the agency whose clock stated them and stays until what
 * states them is corrected or the agency decides about it; later honest times do not undo it, since
 * nobody knows when the clock was set.
 */
#include "proto/picture/times.h"
#include "proto/rules/judge.h"

#include <string.h>

#include "proto/base/limits.h"

/* A clock that is wrong is wrong about everything; a page of lines shows enough. */
#define LINES_MAX 20u

static char *line_name(struct mu_judgement *judgement, const struct mu_bad_time *bad)
{
    size_t size = 2 * sizeof bad->said->leaf.b + 1;
    char *hex = mu_judge_take(judgement, size);

    mu_hex(bad->said->leaf.b, sizeof bad->said->leaf.b, hex);
    return hex;
}

/* The act as people know it: what it answers, or itself. */
static Muster__Sentence *say_line(struct mu_judgement *judgement, const struct mu_bad_time *bad)
{
    int64_t off_ms = bad->fault == MU_TIME_BEFORE ? bad->bound_ms - bad->stated_ms
                                                  : bad->stated_ms - bad->bound_ms;
    Muster__Argument *by =
        mu_arg_number(judgement, (off_ms + 999) / 1000, MUSTER__MEASURE__MEASURE_SECOND);
    Muster__Argument *at = mu_arg_at(judgement, bad->stated_ms);

    if (bad->fault == MU_TIME_AHEAD)
        return mu_judge_say(judgement, "c15.line_ahead", mu_arg_ref(judgement, bad->said), at, by,
                            NULL);
    return mu_judge_say(judgement, "c15.line_before", mu_arg_ref(judgement, bad->of), at, by, NULL);
}

static void add_line(struct mu_judgement *judgement, struct mu_draft *draft,
                     const struct mu_bad_time *bad)
{
    Muster__FindingLine *line = mu_draft_line(judgement, draft, line_name(judgement, bad));

    line->ref = mu_judge_ref(judgement, bad->said);
    line->agency = mu_judge_text(judgement, bad->said->event->envelope->agency);
    line->has_earliest_at_ms = true;
    line->earliest_at_ms = bad->stated_ms;
    line->text = say_line(judgement, bad);
    mu_draft_party(judgement, draft, bad->said, MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED);
}

static const struct mu_bad_time *next_standing(const struct mu_bad_time *bad)
{
    while (bad != NULL && bad->said->struck)
        bad = bad->next;
    return bad;
}

void mu_judge_c15(struct mu_judgement *judgement)
{
    const struct mu_bad_time *all = mu_picture_bad_times(judgement->picture, judgement->id);
    const struct mu_bad_time *first = next_standing(all);
    char buffer[MU_NAME_BYTES_MAX + 16];
    struct mu_text role = mu_text(buffer, sizeof buffer);
    struct mu_draft *draft;

    if (all == NULL)
        return;
    draft = mu_draft_begin(judgement, all->said, judgement->id);
    mu_text_addf(&role, "agency:%s", judgement->id);
    mu_draft_decider(judgement, draft, buffer, judgement->id);
    draft->open = first != NULL;
    draft->finding->headline =
        mu_judge_say(judgement, draft->open ? "c15.impossible" : "c15.corrected",
                     mu_arg_agency(judgement, judgement->id), NULL);
    for (; first != NULL && draft->finding->n_lines < LINES_MAX; first = next_standing(first->next))
        add_line(judgement, draft, first);
}
