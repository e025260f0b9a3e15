/* C11: need not covered, or covered twice. What is needed is supply's sheet, and only a sheet that
 * answers the last entry supply had to answer: an older one would raise cards the next line lifts.
 */
#include "proto/rules/judge.h"

#include <string.h>

#include "proto/rules/promises.h"

#define MILLI 1000

static Muster__Argument *quantity(struct mu_judgement *judgement, int64_t milli,
                                  Muster__Measure unit)
{
    return mu_arg_number(judgement, milli / MILLI, unit);
}

/* ---- not covered ---- */

static int64_t have_milli(const Muster__SheetLine *line)
{
    return line->stock_usable_milli + line->committed_milli - line->lost_milli;
}

static void add_evidence(struct mu_judgement *judgement, Muster__FindingLine *line,
                         const Muster__SheetLine *from)
{
    mu_line_evidence(judgement, line, "needed",
                     quantity(judgement, from->needed_milli, from->unit));
    mu_line_evidence(judgement, line, "own", quantity(judgement, from->own_milli, from->unit));
    mu_line_evidence(judgement, line, "usable",
                     quantity(judgement, from->stock_usable_milli, from->unit));
    mu_line_evidence(judgement, line, "requested",
                     quantity(judgement, from->requested_milli, from->unit));
    mu_line_evidence(judgement, line, "committed",
                     quantity(judgement, from->committed_milli, from->unit));
}

static void add_short_text(struct mu_judgement *judgement, Muster__FindingLine *line,
                           const Muster__SheetLine *from)
{
    line->text = mu_judge_say(judgement, "c11.line", mu_arg_item(judgement, from->item),
                              quantity(judgement, from->short_milli, from->unit),
                              quantity(judgement, from->to_send_milli, from->unit),
                              quantity(judgement, from->stock_usable_milli, from->unit),
                              quantity(judgement, from->requested_milli, from->unit),
                              quantity(judgement, from->committed_milli, from->unit), NULL);
}

static void add_line(struct mu_judgement *judgement, struct mu_draft *draft,
                     const Muster__SheetLine *from)
{
    Muster__FindingLine *line = mu_draft_line(judgement, draft, from->item);
    bool is_short = from->short_milli > 0;

    line->state = is_short ? MUSTER__FINDING_STATE__FINDING_STATE_RAISED
                           : MUSTER__FINDING_STATE__FINDING_STATE_CLOSED;
    line->need = mu_judge_number(judgement, from->to_send_milli / MILLI, from->unit);
    line->have = mu_judge_number(judgement, have_milli(from) / MILLI, from->unit);
    line->margin =
        mu_judge_number(judgement, (have_milli(from) - from->to_send_milli) / MILLI, from->unit);
    line->need->item = line->have->item = line->margin->item = line->line_id;
    line->has_rule = true;
    line->rule = judgement->rule->rule;
    add_evidence(judgement, line, from);
    if (is_short)
        add_short_text(judgement, line, from);
    else
        line->text = mu_judge_say(judgement, "c11.line_covered", mu_arg_item(judgement, from->item),
                                  quantity(judgement, from->to_send_milli, from->unit),
                                  quantity(judgement, have_milli(from), from->unit), NULL);
}

/* Offers on stand-by that would help a line that is short. */
static void add_offers(struct mu_judgement *judgement, struct mu_draft *draft,
                       const Muster__SheetLine *from)
{
    for (size_t i = 0; from->short_milli > 0 && i < from->n_offers; i++) {
        const struct mu_said *said = mu_picture_said(judgement->picture, from->offers[i]);
        const char *party = said == NULL ? NULL : mu_promise_party(said);
        Muster__FindingOption *option;

        if (party == NULL)
            continue;
        option = mu_draft_option(
            judgement, draft,
            mu_judge_say(judgement, "c11.offer", mu_arg_item(judgement, from->item),
                         quantity(judgement, mu_promise_milli(said, from->item), from->unit),
                         mu_arg_object(judgement, party), NULL),
            true);
        option->object = mu_judge_text(judgement, said->object->id);
    }
}

/* Floor and taps are compared, not shipped; where nothing is known of any stock nothing is short. */
static bool is_judged(const Muster__SheetLine *line)
{
    return line->item != NULL && line->has_stock_usable_milli && line->to_send_milli > 0;
}

void mu_judge_c11(struct mu_judgement *judgement)
{
    const struct mu_said *said = mu_picture_sheet(judgement->picture);
    const Muster__SupplySheet *sheet;
    struct mu_draft *draft;

    if (said == NULL || !mu_picture_sheet_current(judgement->picture)) {
        judgement->keep = true;
        return;
    }
    sheet = said->event->supply_sheet;
    draft = mu_draft_begin(judgement, said, said->object->id);
    draft->open = false;
    mu_draft_cause(judgement, draft, said);
    for (size_t i = 0; i < sheet->n_lines; i++)
        draft->open =
            draft->open || (is_judged(sheet->lines[i]) && sheet->lines[i]->short_milli > 0);
    draft->finding->headline =
        mu_judge_say(judgement, draft->open ? "c11.short" : "c11.covered", NULL);
    for (size_t i = 0; i < sheet->n_lines; i++)
        if (is_judged(sheet->lines[i])) {
            add_line(judgement, draft, sheet->lines[i]);
            add_offers(judgement, draft, sheet->lines[i]);
        }
}

/* ---- covered twice ---- */

#define COVERED_TWICE_PER_MILLE 1200

static int64_t limit_per_mille(const struct mu_judgement *judgement, const struct mu_said *request)
{
    const struct mu_said *rates =
        mu_picture_rates(judgement->picture, request->event->envelope->area);

    return rates != NULL && rates->event->rate_table->has_covered_twice_per_mille
               ? rates->event->rate_table->covered_twice_per_mille
               : COVERED_TWICE_PER_MILLE;
}

static void judge_line(struct mu_judgement *judgement, struct mu_draft *draft,
                       const struct mu_promises *promises, const Muster__ItemQuantity *asked,
                       int64_t limit_milli)
{
    int64_t promised_milli = 0;
    Muster__FindingLine *line;

    for (size_t i = 0; i < promises->count; i++)
        if (mu_promise_counts_for(judgement->picture, promises->at[i], judgement->id))
            promised_milli += mu_promise_milli(promises->at[i], asked->item);
    if (promised_milli <= limit_milli)
        return;
    draft->open = true;
    line = mu_draft_line(judgement, draft, asked->item);
    line->need = mu_judge_number(judgement, asked->quantity_milli / MILLI, asked->unit);
    line->have = mu_judge_number(judgement, promised_milli / MILLI, asked->unit);
    line->margin = mu_judge_number(judgement, (promised_milli - limit_milli) / MILLI, asked->unit);
    line->text = mu_judge_say(judgement, "c11.twice_line", mu_arg_item(judgement, asked->item),
                              quantity(judgement, promised_milli, asked->unit),
                              quantity(judgement, asked->quantity_milli, asked->unit),
                              quantity(judgement, limit_milli, asked->unit), NULL);
}

void mu_judge_c11_twice(struct mu_judgement *judgement)
{
    const struct mu_said *head = mu_object_head(
        mu_picture_object(judgement->picture, MUSTER__EVENT__BODY_SUPPLY_REQUEST, judgement->id));
    const Muster__SupplyRequest *request = head == NULL ? NULL : head->event->supply_request;
    struct mu_promises promises;
    struct mu_draft *draft;

    if (request == NULL ||
        mu_promises_all(judgement->picture, judgement->arena, &promises) != MU_OK)
        return;
    draft = mu_draft_begin(judgement, head, judgement->id);
    draft->open = false;
    mu_draft_party(judgement, draft, head, MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED);
    for (size_t i = 0; i < promises.count; i++)
        if (mu_promise_counts_for(judgement->picture, promises.at[i], judgement->id))
            mu_draft_party(judgement, draft, promises.at[i],
                           MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED);
    for (size_t i = 0; i < request->n_lines; i++)
        if (request->lines[i]->item != NULL && request->lines[i]->quantity_milli > 0)
            judge_line(judgement, draft, &promises, request->lines[i],
                       request->lines[i]->quantity_milli / MILLI *
                           limit_per_mille(judgement, head));
    draft->finding->headline = mu_judge_say(judgement, draft->open ? "c11.twice" : "c11.once",
                                            mu_arg_object(judgement, judgement->id), NULL);
}
