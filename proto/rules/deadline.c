/* An acknowledgement or a yes that did not come in time goes one step up: to the duty leader by name,
 * with the telephone numbers of those who have not answered. Judged at the mark the order's own finding
 * asked for; closed when the last has answered. A newer version of the order starts anew.
 */
#include "proto/rules/order.h"

#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/limits.h"

static const char *leader_name(const Muster__Charge *leader)
{
    if (leader->person_name != NULL)
        return leader->person_name;
    return leader->post != NULL ? leader->post : leader->agency;
}

static void add_evidence(struct mu_judgement *judgement, struct mu_draft *draft, const char *name,
                         Muster__Argument *value)
{
    Muster__Evidence *evidence = mu_judge_take(judgement, sizeof *evidence);

    *evidence = (Muster__Evidence)MUSTER__EVIDENCE__INIT;
    evidence->name = mu_judge_text(judgement, name);
    evidence->value = value;
    MU_JUDGE_PUT(judgement, draft->finding->evidence, draft->finding->n_evidence, evidence);
}

static void tell(struct mu_judgement *judgement, struct mu_draft *draft, const char *agency)
{
    char *name = mu_judge_text(judgement, agency);

    for (size_t i = 0; i < draft->finding->n_tell_agencies; i++)
        if (agency != NULL && strcmp(draft->finding->tell_agencies[i], agency) == 0)
            return;
    if (name != NULL)
        MU_JUDGE_PUT(judgement, draft->finding->tell_agencies, draft->finding->n_tell_agencies,
                     name);
}

static Muster__Argument *arg_telephone(struct mu_judgement *judgement, const char *telephone)
{
    Muster__Argument *out = mu_judge_take(judgement, sizeof *out);

    *out = (Muster__Argument)MUSTER__ARGUMENT__INIT;
    out->value_case = MUSTER__ARGUMENT__VALUE_TELEPHONE;
    out->telephone = mu_judge_text(judgement, telephone);
    return out;
}

static Muster__Argument *arg_quoted(struct mu_judgement *judgement, const char *words)
{
    Muster__Argument *out = mu_judge_take(judgement, sizeof *out);

    *out = (Muster__Argument)MUSTER__ARGUMENT__INIT;
    out->value_case = MUSTER__ARGUMENT__VALUE_QUOTED;
    out->quoted = mu_judge_text(judgement, words);
    return out;
}

static Muster__Sentence *say_line(struct mu_judgement *judgement, const struct mu_told_to *to,
                                  const struct mu_told *told)
{
    const char *telephone = mu_picture_telephone(judgement->picture, to->agency, to->post);
    Muster__Argument *agency = mu_arg_agency(judgement, to->agency);

    if (telephone == NULL)
        return mu_judge_say(judgement,
                            told->waiting ? "deadline.waiting_no_number"
                                          : "deadline.on_machine_no_number",
                            agency, NULL);
    return mu_judge_say(judgement,
                        told->waiting ? "deadline.line_waiting" : "deadline.line_on_machine",
                        agency, arg_telephone(judgement, telephone), NULL);
}

static void add_lines(struct mu_judgement *judgement, struct mu_draft *draft,
                      const struct mu_order *order)
{
    for (size_t i = 0; i < order->count; i++) {
        Muster__FindingLine *line;

        if (order->told[i].knows)
            continue;
        line = mu_draft_line(judgement, draft, order->to[i].agency);
        line->agency = mu_judge_text(judgement, order->to[i].agency);
        line->text = say_line(judgement, &order->to[i], &order->told[i]);
    }
}

/* Minutes since it was issued, at the limit: what the sentence says. */
static int64_t limit_min(const struct mu_order *order)
{
    int64_t from_ms = order->task != NULL ? order->task->begun_ms : order->said->accepted_at_ms;

    return (mu_minute(order->due_ms) - mu_minute(from_ms)) / MU_MINUTE_MS;
}

static Muster__Sentence *say_headline(struct mu_judgement *judgement, const struct mu_order *order,
                                      const Muster__Charge *leader)
{
    Muster__Argument *subject = mu_arg_ref(judgement, order->said);
    Muster__Argument *missing = mu_arg_object(judgement, mu_order_missing(judgement, order));
    Muster__Argument *limit =
        mu_arg_number(judgement, limit_min(order), MUSTER__MEASURE__MEASURE_MINUTE);

    if (leader == NULL)
        return mu_judge_say(judgement,
                            order->task != NULL ? "deadline.task_nobody" : "deadline.nobody",
                            subject, missing, limit, NULL);
    return mu_judge_say(judgement,
                        order->task != NULL ? "deadline.task_overdue" : "deadline.overdue", subject,
                        missing, limit, arg_quoted(judgement, leader_name(leader)), NULL);
}

/* One step up: who is on duty for the county, and the issuer, who may have other means. */
static void escalate(struct mu_judgement *judgement, struct mu_draft *draft,
                     const struct mu_order *order, const Muster__Charge *leader)
{
    Muster__Finding *finding = draft->finding;

    finding->kind = leader != NULL ? MUSTER__FINDING_KIND__FINDING_KIND_ESCALATION
                                   : MUSTER__FINDING_KIND__FINDING_KIND_OVERDUE;
    if (order->critical) {
        finding->gravity = MUSTER__GRAVITY__GRAVITY_LIFE;
        finding->severity = MUSTER__SEVERITY__SEVERITY_EXTREME;
    }
    if (leader != NULL) {
        tell(judgement, draft, leader->agency);
        add_evidence(judgement, draft, "duty_leader", arg_quoted(judgement, leader_name(leader)));
    }
    if (leader != NULL && leader->telephone != NULL)
        add_evidence(judgement, draft, "duty_leader_telephone",
                     arg_telephone(judgement, leader->telephone));
    tell(judgement, draft, order->said->event->envelope->agency);
    add_evidence(judgement, draft, "due", mu_arg_at(judgement, order->due_ms));
}

/* By version, since each has its own limit; and a new version owed is another finding of this rule. */
static char *name_of(struct mu_judgement *judgement, const struct mu_order *order)
{
    size_t size = MU_NAME_BYTES_MAX + 16;
    struct mu_text name = mu_text(mu_judge_take(judgement, size), size);

    mu_text_addf(&name, "%s.v%u", judgement->id, order->said->version);
    return name.at;
}

void mu_judge_overdue(struct mu_judgement *judgement)
{
    struct mu_order *order = mu_judge_take(judgement, sizeof *order);
    const Muster__Charge *leader = mu_picture_charge(judgement->picture, "duty_leader");
    struct mu_draft *draft;

    if (!mu_order_look(judgement, order) || !mu_judge_passed(judgement, order->mark_ms))
        return;
    draft = mu_draft_begin(judgement, order->said, name_of(judgement, order));
    mu_draft_party(judgement, draft, order->said, MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED);
    if (order->known == order->count) {
        draft->open = false;
        draft->reason = MUSTER__CLOSE_REASON__CLOSE_REASON_DONE_LATE;
        draft->finding->headline =
            mu_judge_say(judgement, "deadline.answered", mu_arg_ref(judgement, order->said), NULL);
        return;
    }
    draft->finding->headline = say_headline(judgement, order, leader);
    mu_order_told(judgement, draft, order, true);
    add_lines(judgement, draft, order);
    escalate(judgement, draft, order, leader);
}
