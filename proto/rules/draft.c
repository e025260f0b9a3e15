/* Building findings, piece by piece. */
#include "proto/rules/judge.h"

#include <stdarg.h>
#include <string.h>

bool mu_judge_passed(const struct mu_judgement *judgement, int64_t mark_ms)
{
    return judgement->now_ms >= mark_ms || mu_picture_ticked_ms(judgement->picture) >= mark_ms;
}

void *mu_judge_take(struct mu_judgement *judgement, size_t size)
{
    void *out = mu_arena_take(judgement->arena, size);

    MU_CHECK(out != NULL);
    return out;
}

char *mu_judge_text(struct mu_judgement *judgement, const char *text)
{
    char *out = NULL;

    if (text == NULL)
        return NULL;
    out = mu_arena_copy(judgement->arena, text, strlen(text));
    MU_CHECK(out != NULL);
    return out;
}

/* Lists are short: room is doubled at powers of two, the old place stays in the arena. */
void *mu_judge_append(struct mu_judgement *judgement, void *list, size_t *count, size_t size,
                      const void *item)
{
    uint8_t *out = list;

    if ((*count & (*count - 1)) == 0) {
        out = mu_judge_take(judgement, (*count == 0 ? 1 : *count * 2) * size);
        if (*count > 0)
            memcpy(out, list, *count * size);
    }
    memcpy(out + *count * size, item, size);
    (*count)++;
    return out;
}

/* ---- references and numbers ---- */

Muster__Ref *mu_judge_ref(struct mu_judgement *judgement, const struct mu_said *said)
{
    Muster__Ref *ref = mu_judge_take(judgement, sizeof *ref);

    *ref = (Muster__Ref)MUSTER__REF__INIT;
    ref->has_leaf = true;
    ref->leaf.len = sizeof said->leaf.b;
    ref->leaf.data = mu_judge_take(judgement, sizeof said->leaf.b);
    memcpy(ref->leaf.data, said->leaf.b, sizeof said->leaf.b);
    /* As people call it: the picture may file it under another name (an answer to a request). */
    ref->object = mu_judge_text(judgement, said->event->envelope->object != NULL
                                               ? said->event->envelope->object
                                               : said->object->id);
    ref->has_version = said->event->envelope->has_version;
    ref->version = said->event->envelope->version;
    return ref;
}

Muster__Number *mu_judge_number(struct mu_judgement *judgement, int64_t value, Muster__Measure unit)
{
    Muster__Number *number = mu_judge_take(judgement, sizeof *number);

    *number = (Muster__Number)MUSTER__NUMBER__INIT;
    number->has_value = true;
    number->value = value;
    number->has_unit = true;
    number->unit = unit;
    return number;
}

Muster__EdgeUse *mu_judge_edge(struct mu_judgement *judgement, const char *edge, int64_t from_m,
                               int64_t to_m)
{
    Muster__EdgeUse *use = mu_judge_take(judgement, sizeof *use);

    *use = (Muster__EdgeUse)MUSTER__EDGE_USE__INIT;
    use->edge = mu_judge_text(judgement, edge);
    if (from_m > 0 || to_m < MU_ENDLESS) {
        use->has_from_m = use->has_to_m = true;
        use->from_m = from_m;
        use->to_m = to_m;
    }
    return use;
}

/* ---- sentences ---- */

static Muster__Argument *argument(struct mu_judgement *judgement,
                                  Muster__Argument__ValueCase value_case)
{
    Muster__Argument *out = mu_judge_take(judgement, sizeof *out);

    *out = (Muster__Argument)MUSTER__ARGUMENT__INIT;
    out->value_case = value_case;
    return out;
}

Muster__Argument *mu_arg_object(struct mu_judgement *judgement, const char *object)
{
    Muster__Argument *out = argument(judgement, MUSTER__ARGUMENT__VALUE_OBJECT);

    out->object = mu_judge_text(judgement, object);
    return out;
}

Muster__Argument *mu_arg_area(struct mu_judgement *judgement, const char *area)
{
    Muster__Argument *out = argument(judgement, MUSTER__ARGUMENT__VALUE_AREA);

    out->area = mu_judge_text(judgement, area);
    return out;
}

Muster__Argument *mu_arg_agency(struct mu_judgement *judgement, const char *agency)
{
    Muster__Argument *out = argument(judgement, MUSTER__ARGUMENT__VALUE_AGENCY);

    out->agency = mu_judge_text(judgement, agency == NULL ? "" : agency);
    return out;
}

Muster__Argument *mu_arg_item(struct mu_judgement *judgement, const char *item)
{
    Muster__Argument *out = argument(judgement, MUSTER__ARGUMENT__VALUE_ITEM);

    out->item = mu_judge_text(judgement, item);
    return out;
}

Muster__Argument *mu_arg_number(struct mu_judgement *judgement, int64_t value, Muster__Measure unit)
{
    Muster__Argument *out = argument(judgement, MUSTER__ARGUMENT__VALUE_NUMBER);

    out->number = mu_judge_number(judgement, value, unit);
    return out;
}

Muster__Argument *mu_arg_at(struct mu_judgement *judgement, int64_t at_ms)
{
    Muster__Argument *out = argument(judgement, MUSTER__ARGUMENT__VALUE_AT_MS);

    out->at_ms = at_ms;
    return out;
}

Muster__Argument *mu_arg_window(struct mu_judgement *judgement, int64_t start_ms, int64_t end_ms)
{
    Muster__Argument *out = argument(judgement, MUSTER__ARGUMENT__VALUE_WINDOW);
    Muster__Window *window = mu_judge_take(judgement, sizeof *window);

    *window = (Muster__Window)MUSTER__WINDOW__INIT;
    window->has_start_at_ms = true;
    window->start_at_ms = start_ms;
    window->has_end_at_ms = end_ms != MU_ENDLESS;
    window->end_at_ms = end_ms != MU_ENDLESS ? end_ms : 0;
    window->has_until_changed = window->until_changed = end_ms == MU_ENDLESS;
    out->window = window;
    return out;
}

Muster__Argument *mu_arg_activity(struct mu_judgement *judgement, Muster__Activity activity)
{
    Muster__Argument *out = argument(judgement, MUSTER__ARGUMENT__VALUE_ACTIVITY);

    out->activity = activity;
    return out;
}

Muster__Argument *mu_arg_edge(struct mu_judgement *judgement, const char *edge)
{
    Muster__Argument *out = argument(judgement, MUSTER__ARGUMENT__VALUE_EDGE);

    out->edge = mu_judge_edge(judgement, edge, 0, MU_ENDLESS);
    return out;
}

Muster__Argument *mu_arg_text(struct mu_judgement *judgement, const char *template_id)
{
    Muster__Argument *out = argument(judgement, MUSTER__ARGUMENT__VALUE_TEXT_ID);

    out->text_id = mu_judge_text(judgement, template_id);
    return out;
}

Muster__Argument *mu_arg_ref(struct mu_judgement *judgement, const struct mu_said *said)
{
    Muster__Argument *out = argument(judgement, MUSTER__ARGUMENT__VALUE_REF);

    out->ref = mu_judge_ref(judgement, said);
    return out;
}

Muster__Sentence *mu_judge_say(struct mu_judgement *judgement, const char *template_id, ...)
{
    Muster__Sentence *out = mu_judge_take(judgement, sizeof *out);
    Muster__Argument *arg;
    va_list args;

    *out = (Muster__Sentence)MUSTER__SENTENCE__INIT;
    out->template_id = mu_judge_text(judgement, template_id);
    va_start(args, template_id);
    while ((arg = va_arg(args, Muster__Argument *)) != NULL)
        MU_JUDGE_PUT(judgement, out->args, out->n_args, arg);
    va_end(args);
    return out;
}

/* ---- drafts ---- */

void mu_draft_decider(struct mu_judgement *judgement, struct mu_draft *draft, const char *role,
                      const char *agency)
{
    draft->finding->decider_role = mu_judge_text(judgement, role);
    draft->finding->decider_agency = mu_judge_text(judgement, agency);
}

/* Life and service to the lanes of that weight; what is only data waits its turn. */
static Muster__Severity severity_of(Muster__Gravity gravity)
{
    switch (gravity) {
    case MUSTER__GRAVITY__GRAVITY_LIFE:
        return MUSTER__SEVERITY__SEVERITY_EXTREME;
    case MUSTER__GRAVITY__GRAVITY_SERVICE:
        return MUSTER__SEVERITY__SEVERITY_MODERATE;
    default:
        return MUSTER__SEVERITY__SEVERITY_MINOR;
    }
}

struct mu_draft *mu_draft_begin(struct mu_judgement *judgement, const struct mu_said *lead,
                                const char *subject)
{
    struct mu_draft *draft = mu_judge_take(judgement, sizeof *draft);
    Muster__Finding *finding = mu_judge_take(judgement, sizeof *finding);
    const struct mu_rule *rule = judgement->rule;

    *finding = (Muster__Finding)MUSTER__FINDING__INIT;
    finding->has_kind = finding->has_rule = finding->has_rule_version = true;
    finding->kind = rule->kind;
    finding->rule = rule->rule;
    finding->rule_version = rule->version;
    finding->has_gravity = finding->has_severity = true;
    finding->gravity = rule->gravity;
    finding->severity = severity_of(rule->gravity);
    finding->subject = mu_judge_text(judgement, subject);
    finding->cause_key = mu_judge_text(judgement, judgement->cause);
    *draft = (struct mu_draft){
        .finding = finding,
        .lead = lead,
        .open = true,
        .reason = MUSTER__CLOSE_REASON__CLOSE_REASON_BY_CHANGE,
        .grave = rule->grave,
        .next = judgement->drafts,
    };
    judgement->drafts = draft;
    if (rule->decider_role != NULL)
        mu_draft_decider(
            judgement, draft, rule->decider_role,
            mu_picture_role(judgement->picture, rule->decider_role, lead->event->envelope->area));
    return draft;
}

static bool same_statement(const Muster__Ref *ref, const struct mu_said *said)
{
    return ref != NULL && ref->has_leaf && memcmp(ref->leaf.data, said->leaf.b, 32) == 0;
}

void mu_draft_party(struct mu_judgement *judgement, struct mu_draft *draft,
                    const struct mu_said *said, Muster__Activity activity)
{
    Muster__Finding *finding = draft->finding;
    Muster__FindingParty *party;

    for (size_t i = 0; i < finding->n_parties; i++)
        if (same_statement(finding->parties[i]->ref, said))
            return;
    party = mu_judge_take(judgement, sizeof *party);
    *party = (Muster__FindingParty)MUSTER__FINDING_PARTY__INIT;
    party->agency = mu_judge_text(judgement, said->event->envelope->agency);
    party->ref = mu_judge_ref(judgement, said);
    party->has_activity = activity != MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED;
    party->activity = activity;
    MU_JUDGE_PUT(judgement, finding->parties, finding->n_parties, party);
    mu_draft_cause(judgement, draft, said);
}

void mu_draft_cause(struct mu_judgement *judgement, struct mu_draft *draft,
                    const struct mu_said *said)
{
    Muster__Finding *finding = draft->finding;
    Muster__Ref *ref;

    for (size_t i = 0; i < finding->n_causes; i++)
        if (same_statement(finding->causes[i], said))
            return;
    ref = mu_judge_ref(judgement, said);
    MU_JUDGE_PUT(judgement, finding->causes, finding->n_causes, ref);
}

Muster__FindingLine *mu_draft_line(struct mu_judgement *judgement, struct mu_draft *draft,
                                   const char *line_id)
{
    Muster__Finding *finding = draft->finding;
    Muster__FindingLine *line;

    for (size_t i = 0; i < finding->n_lines; i++)
        if (strcmp(finding->lines[i]->line_id, line_id) == 0)
            return finding->lines[i];
    line = mu_judge_take(judgement, sizeof *line);
    *line = (Muster__FindingLine)MUSTER__FINDING_LINE__INIT;
    line->line_id = mu_judge_text(judgement, line_id);
    line->has_state = true;
    line->state = MUSTER__FINDING_STATE__FINDING_STATE_RAISED;
    MU_JUDGE_PUT(judgement, finding->lines, finding->n_lines, line);
    return line;
}

Muster__FindingOption *mu_draft_option(struct mu_judgement *judgement, struct mu_draft *draft,
                                       Muster__Sentence *text, bool possible)
{
    Muster__FindingOption *option = mu_judge_take(judgement, sizeof *option);

    *option = (Muster__FindingOption)MUSTER__FINDING_OPTION__INIT;
    option->text = text;
    option->has_possible = true;
    option->possible = possible;
    MU_JUDGE_PUT(judgement, draft->finding->options, draft->finding->n_options, option);
    return option;
}

void mu_line_evidence(struct mu_judgement *judgement, Muster__FindingLine *line, const char *name,
                      Muster__Argument *value)
{
    Muster__Evidence *evidence = mu_judge_take(judgement, sizeof *evidence);

    *evidence = (Muster__Evidence)MUSTER__EVIDENCE__INIT;
    evidence->name = mu_judge_text(judgement, name);
    evidence->value = value;
    MU_JUDGE_PUT(judgement, line->evidence, line->n_evidence, evidence);
}
