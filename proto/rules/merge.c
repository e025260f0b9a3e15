/* What several rules say of one cause to one decider is one finding: the gravest names it, the others add what it
 * did not say.
 */
#include "proto/rules/engine.h"

#include <string.h>

const char *mu_draft_role(const struct mu_draft *draft)
{
    return draft->finding->decider_role == NULL ? "" : draft->finding->decider_role;
}

static void add_rule(struct mu_judgement *judgement, Muster__Finding *into, Muster__Rule rule)
{
    if (into->rule == rule)
        return;
    for (size_t i = 0; i < into->n_also_rules; i++)
        if (into->also_rules[i] == rule)
            return;
    MU_JUDGE_APPEND(judgement, into->also_rules, into->n_also_rules, rule);
}

static bool has_line(const Muster__Finding *finding, const char *line_id)
{
    for (size_t i = 0; i < finding->n_lines; i++)
        if (strcmp(finding->lines[i]->line_id, line_id) == 0)
            return true;
    return false;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static const char *addressee(const Muster__FindingOption *option)
{
    const Muster__Sentence *text = option->text;

    return text->n_args > 0 && text->args[0]->value_case == MUSTER__ARGUMENT__VALUE_OBJECT
               ? text->args[0]->object
               : NULL;
}

/* What is offered, and to whom: the sentence's first argument. */
static bool same_option(const Muster__FindingOption *a, const Muster__FindingOption *b)
{
    const char *to_a = addressee(a), *to_b = addressee(b);

    return strcmp(a->text->template_id, b->text->template_id) == 0 &&
           same_text(a->object, b->object) && same_text(to_a, to_b);
}

static bool has_option(const Muster__Finding *finding, const Muster__FindingOption *option)
{
    for (size_t i = 0; i < finding->n_options; i++)
        if (same_option(finding->options[i], option))
            return true;
    return false;
}

static bool has_party(const Muster__Finding *finding, const Muster__FindingParty *party)
{
    for (size_t i = 0; i < finding->n_parties; i++)
        if (finding->parties[i]->ref != NULL && party->ref != NULL &&
            memcmp(finding->parties[i]->ref->leaf.data, party->ref->leaf.data, 32) == 0)
            return true;
    return false;
}

static bool has_cause(const Muster__Finding *finding, const Muster__Ref *cause)
{
    for (size_t i = 0; i < finding->n_causes; i++)
        if (memcmp(finding->causes[i]->leaf.data, cause->leaf.data, 32) == 0)
            return true;
    return false;
}

static void take_earlier(protobuf_c_boolean *has, int64_t *into, bool other_has, int64_t other)
{
    if (other_has && (!*has || other < *into)) {
        *has = true;
        *into = other;
    }
}

/* `from` is less grave: it adds what the graver one did not say. */
static void merge(struct mu_judgement *judgement, Muster__Finding *into,
                  const Muster__Finding *from)
{
    add_rule(judgement, into, from->rule);
    for (size_t i = 0; i < from->n_lines; i++)
        if (!has_line(into, from->lines[i]->line_id))
            MU_JUDGE_PUT(judgement, into->lines, into->n_lines, from->lines[i]);
    for (size_t i = 0; i < from->n_options; i++)
        if (!has_option(into, from->options[i]))
            MU_JUDGE_PUT(judgement, into->options, into->n_options, from->options[i]);
    for (size_t i = 0; i < from->n_parties; i++)
        if (!has_party(into, from->parties[i]))
            MU_JUDGE_PUT(judgement, into->parties, into->n_parties, from->parties[i]);
    for (size_t i = 0; i < from->n_causes; i++)
        if (!has_cause(into, from->causes[i]))
            MU_JUDGE_PUT(judgement, into->causes, into->n_causes, from->causes[i]);
    take_earlier(&into->has_decide_by_ms, &into->decide_by_ms, from->has_decide_by_ms,
                 from->decide_by_ms);
    take_earlier(&into->has_wake_at_ms, &into->wake_at_ms, from->has_wake_at_ms, from->wake_at_ms);
    if (into->margin == NULL)
        into->margin = from->margin;
}

/* The gravest of those that are open for this decider, else the gravest. */
static struct mu_draft *name_giver(struct mu_judgement *judgement, const char *role)
{
    struct mu_draft *best = NULL;

    for (struct mu_draft *draft = judgement->drafts; draft != NULL; draft = draft->next) {
        if (strcmp(mu_draft_role(draft), role) != 0)
            continue;
        if (best == NULL || (draft->open && !best->open) ||
            (draft->open == best->open && draft->grave < best->grave))
            best = draft;
    }
    return best;
}

struct mu_draft *mu_draft_merge(struct mu_judgement *judgement, const char *role)
{
    struct mu_draft *into = name_giver(judgement, role);

    for (int grave = into->grave; grave <= MU_GRAVE_LAST; grave++)
        for (struct mu_draft *draft = judgement->drafts; draft != NULL; draft = draft->next)
            if (draft != into && draft->open && into->open && draft->grave == grave &&
                strcmp(mu_draft_role(draft), role) == 0)
                merge(judgement, into->finding, draft->finding);
    return into;
}
