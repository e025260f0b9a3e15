/* What of a proposal is worth telling again: everything but the clock. */
#include "proto/rules/dispatch.h"

#include <string.h>

static void add_name(struct mu_text *out, const char *name)
{
    mu_text_addf(out, " %s", name == NULL ? "-" : name);
}

static void add_route(struct mu_text *out, Muster__EdgeUse *const *uses, size_t count)
{
    mu_text_add(out, " [");
    for (size_t i = 0; i < count; i++)
        mu_text_addf(out, "%s%s:%lld-%lld", i == 0 ? "" : " ", uses[i]->edge,
                     (long long)uses[i]->from_m, (long long)uses[i]->to_m);
    mu_text_add(out, "]");
}

/* The way back is news only where nobody drives out: ambulances are told theirs when they leave. */
static void add_journey(struct mu_text *out, const Muster__ProposedJourney *journey)
{
    mu_text_addf(out, "go %u", journey->unit_count);
    add_name(out, journey->from);
    add_name(out, journey->scene);
    add_route(out, journey->route, journey->n_route);
    if (journey->n_route == 0)
        add_route(out, journey->return_route, journey->n_return_route);
    for (size_t i = 0; i < journey->n_patients; i++) {
        const Muster__PatientMove *move = journey->patients[i];

        mu_text_addf(out, " %d:%u", (int)move->triage, move->persons);
        add_name(out, move->hospital);
    }
    mu_text_add(out, "\n");
}

static void add_argument(struct mu_text *out, const Muster__Argument *argument)
{
    switch (argument->value_case) {
    case MUSTER__ARGUMENT__VALUE_NUMBER:
        mu_text_addf(out, " %lld", (long long)argument->number->value);
        break;
    case MUSTER__ARGUMENT__VALUE_AT_MS:
        mu_text_addf(out, " @%lld", (long long)argument->at_ms);
        break;
    case MUSTER__ARGUMENT__VALUE_EDGE:
        add_name(out, argument->edge->edge);
        break;
    case MUSTER__ARGUMENT__VALUE_OBJECT:
        add_name(out, argument->object);
        break;
    case MUSTER__ARGUMENT__VALUE_TEXT_ID:
        add_name(out, argument->text_id);
        break;
    default:
        mu_text_add(out, " ?");
        break;
    }
}

void mu_dispatch_warning(const Muster__Sentence *warning, struct mu_text *out)
{
    mu_text_add(out, warning->template_id == NULL ? "?" : warning->template_id);
    for (size_t i = 0; i < warning->n_args; i++)
        add_argument(out, warning->args[i]);
}

void mu_dispatch_lines(const Muster__DispatchProposal *proposal, struct mu_text *out)
{
    mu_text_add(out, "\n");
    for (size_t i = 0; i < proposal->n_journeys; i++)
        add_journey(out, proposal->journeys[i]);
    for (size_t i = 0; i < proposal->n_warnings; i++) {
        mu_dispatch_warning(proposal->warnings[i], out);
        mu_text_add(out, "\n");
    }
}

/* Each line stands between two line ends. */
static bool has_line(const char *lines, const char *line, size_t size)
{
    for (const char *at = strchr(lines, '\n'); at != NULL; at = strchr(at + 1, '\n'))
        if (strncmp(at + 1, line, size + 1) == 0)
            return true;
    return false;
}

bool mu_dispatch_is_news(const char *last, const char *next)
{
    for (const char *line = next + 1; next[0] == '\n' && line[0] != '\0';) {
        size_t size = strcspn(line, "\n");

        if (line[size] == '\0' || !has_line(last, line, size))
            return true;
        line += size + 1;
    }
    return false;
}
