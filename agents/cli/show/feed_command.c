/* Tasks, findings, decisions, figures, words, warnings, and what the record says about itself. */
#include "agents/cli/show/feed.h"

#include <stdio.h>
#include <string.h>

#include "proto/words/terms.h"

void mu_feed_task(struct feed *feed, const Muster__Event *event)
{
    const Muster__Task *t = event->task;

    mu_feed_term(feed, "TaskAct", t->has_act, (uint32_t)t->act);
    mu_feed_quote(feed, MU_W_F_QUOTED, t->what);
    mu_feed_name(feed, MU_W_F_ACCOUNTABLE, t->accountable);
    mu_feed_name(feed, MU_W_F_REFERRED_TO, t->refer_to);
    if (t->referral_reason != MUSTER__REFERRAL_REASON__REFERRAL_REASON_NOT_STATED ||
        feed->envelope == NULL || feed->envelope->reason == NULL) /* words say more than a word */
        mu_feed_term(feed, "ReferralReason", t->has_referral_reason, (uint32_t)t->referral_reason);
    mu_feed_name(feed, MU_W_F_UNIT, t->unit);
    mu_feed_clock(feed, MU_W_F_ACCEPT_BY, t->has_accept_by_at_ms, t->accept_by_at_ms);
    mu_feed_clock(feed, MU_W_F_DUE, t->has_due_at_ms, t->due_at_ms);
    mu_feed_quote(feed, MU_W_F_EVIDENCE, t->evidence);
}

void mu_feed_answer(struct feed *feed, const Muster__Event *event)
{
    const Muster__Answer *a = event->answer;

    mu_feed_ref(feed, MU_W_F_ANSWERS, a->to);
    mu_feed_name(feed, MU_W_F_TOLD, a->told);
    mu_feed_term(feed, "Channel", a->has_channel, (uint32_t)a->channel);
    mu_feed_quote(feed, MU_W_F_QUOTED, a->words);
}

void mu_feed_finding(struct feed *feed, const Muster__Event *event)
{
    const Muster__Finding *f = event->finding;
    char headline[MU_LINE_BYTES_MAX];
    struct mu_text text = mu_text(headline, sizeof headline);

    if (f->has_card_id)
        mu_feed_term(feed, "FindingState", f->has_state, (uint32_t)f->state);
    if (f->has_state && f->state == MUSTER__FINDING_STATE__FINDING_STATE_CLOSED)
        mu_feed_term(feed, "CloseReason", f->has_close_reason, (uint32_t)f->close_reason);
    mu_feed_term(feed, "Gravity", f->has_card_id && f->has_gravity, (uint32_t)f->gravity);
    if (f->headline == NULL)
        return;
    mu_render_sentence(&text, feed->style, f->headline);
    mu_feed_clause(feed, MU_W_F_AS_IS, headline, NULL);
}

void mu_feed_decision(struct feed *feed, const Muster__Event *event)
{
    const Muster__Decision *d = event->decision;

    mu_feed_term(feed, "Verdict", d->has_verdict, (uint32_t)d->verdict);
    mu_feed_count(feed, MU_W_F_OPTION, d->has_option, d->option);
    for (size_t i = 0; i < d->n_orders; i++) {
        mu_feed_name(feed, MU_W_F_ORDERS, d->orders[i]->agency);
        mu_feed_name(feed, MU_W_F_AS_IS, d->orders[i]->object);
        mu_feed_term(feed, "Verdict", d->orders[i]->has_verdict, (uint32_t)d->orders[i]->verdict);
        mu_feed_edges(feed, MU_W_F_AS_IS, d->orders[i]->edges, d->orders[i]->n_edges);
        mu_feed_window(feed, MU_W_F_AS_IS, d->orders[i]->window);
    }
    mu_feed_quote(feed, MU_W_F_REASON, d->reason);
}

static void add_figure(struct feed *feed, const Muster__Figure *f)
{
    char name[128], value[64];
    struct mu_text what = mu_text(name, sizeof name);
    struct mu_text number = mu_text(value, sizeof value);

    mu_clean(&what, f->indicator == NULL ? "?" : f->indicator);
    if (f->has_value)
        mu_show_count(&number, f->value);
    else
        mu_text_add(&number, "?");
    mu_feed_clause(feed, MU_W_F_ITEM, name, value, NULL);
    mu_feed_term(feed, "PopulationKind", f->has_population_kind, (uint32_t)f->population_kind);
    mu_feed_term(feed, "Stage", f->has_stage, (uint32_t)f->stage);
    mu_feed_clock(feed, MU_W_F_AS_OF, f->has_as_of_at_ms, f->as_of_at_ms);
}

void mu_feed_figure(struct feed *feed, const Muster__Event *event)
{
    mu_feed_name(feed, MU_W_F_IN, event->figure->area);
    add_figure(feed, event->figure);
}

void mu_feed_report(struct feed *feed, const Muster__Event *event)
{
    const Muster__Report *r = event->report;

    mu_feed_quote(feed, MU_W_F_AS_IS, r->duty);
    mu_feed_term(feed, "Stage", r->has_stage, (uint32_t)r->stage);
    mu_feed_name(feed, MU_W_F_TO, r->recipient);
    for (size_t i = 0; i < r->n_figures; i++)
        add_figure(feed, r->figures[i]);
    mu_feed_quote(feed, MU_W_F_QUOTED, r->words);
}

/* Who spoke, how, and whether it was read back: what makes it second-hand. */
void mu_feed_field_report(struct feed *feed, const Muster__Event *event)
{
    const Muster__Envelope *e = feed->envelope;

    mu_feed_quote(feed, MU_W_F_QUOTED, event->field_report->words);
    if (e != NULL && e->location != NULL)
        mu_feed_name(feed, MU_W_F_AT,
                     e->location->node != NULL       ? e->location->node
                     : e->location->facility != NULL ? e->location->facility
                                                     : e->location->description);
    if (e != NULL) {
        mu_feed_name(feed, MU_W_F_ON_BEHALF, e->on_behalf_of);
        mu_feed_quote(feed, MU_W_F_SPEAKER, e->speaker);
        mu_feed_term(feed, "Channel", e->has_channel, (uint32_t)e->channel);
    }
    if (event->field_report->read_back_confirmed)
        mu_feed_clause(feed, MU_W_F_READ_BACK, NULL);
}

void mu_feed_alert(struct feed *feed, const Muster__Event *event)
{
    const Muster__Alert *a = event->alert;

    mu_feed_term(feed, "Hazard", a->has_hazard, (uint32_t)a->hazard);
    mu_feed_term(feed, "WarningColour", a->has_colour, (uint32_t)a->colour);
    mu_feed_term(feed, "Instruction", a->has_instruction, (uint32_t)a->instruction);
    for (size_t i = 0; i < a->n_areas; i++)
        mu_feed_name(feed, MU_W_F_IN, a->areas[i]);
    if (a->n_areas == 0 && feed->envelope != NULL)
        mu_feed_name(feed, MU_W_F_IN, feed->envelope->area);
    for (size_t i = 0; i < a->n_exceptions; i++)
        mu_feed_term_in(feed, MU_W_F_EXCEPT, "AlertException", 1, (uint32_t)a->exceptions[i]);
    mu_feed_window(feed, MU_W_F_AS_IS, a->window);
    mu_feed_quote(feed, MU_W_F_QUOTED, a->headline);
}

void mu_feed_declaration(struct feed *feed, const Muster__Event *event)
{
    const Muster__Declaration *d = event->declaration;

    mu_feed_term(feed, "DeclarationKind", d->has_kind, (uint32_t)d->kind);
    mu_feed_term(feed, "ResponseLevel", d->has_level, (uint32_t)d->level);
    mu_feed_name(feed, MU_W_F_IN_CHARGE, d->in_charge);
    for (size_t i = 0; i < d->n_charges; i++) {
        char role[128], person[128];
        struct mu_text a = mu_text(role, sizeof role);
        struct mu_text b = mu_text(person, sizeof person);

        mu_show_role(&a, feed->style, d->charges[i]->role == NULL ? "?" : d->charges[i]->role);
        mu_clean(&b, d->charges[i]->person_name == NULL ? "?" : d->charges[i]->person_name);
        mu_feed_clause(feed, MU_W_F_ITEM, role, person, NULL);
        mu_feed_window(feed, MU_W_F_AS_IS, d->charges[i]->window);
    }
}

void mu_feed_acknowledgement(struct feed *feed, const Muster__Event *event)
{
    const Muster__Acknowledgement *a = event->acknowledgement;

    mu_feed_term(feed, "Rung", a->has_rung, (uint32_t)a->rung);
    for (size_t i = 0; i < a->n_of; i++)
        mu_feed_ref(feed, MU_W_F_AS_IS, a->of[i]);
    mu_feed_name(feed, MU_W_F_FOR, a->for_agency);
    mu_feed_clock(feed, MU_W_F_AT, a->has_at_ms, a->at_ms);
    mu_feed_quote(feed, MU_W_F_REASON, a->reason);
}

void mu_feed_receipts(struct feed *feed, const Muster__Event *event)
{
    mu_feed_count(feed, MU_W_F_RECEIPTS, 1, (int64_t)event->receipt_sheet->n_receipts);
}

void mu_feed_genesis(struct feed *feed, const Muster__Event *event)
{
    mu_feed_name(feed, MU_W_F_AS_IS, event->genesis->area);
    mu_feed_term(feed, "Status", event->genesis->has_status, (uint32_t)event->genesis->status);
}

void mu_feed_enrolment(struct feed *feed, const Muster__Event *event)
{
    const Muster__Enrolment *e = event->enrolment;

    mu_feed_name(feed, MU_W_F_AS_IS, e->agency);
    mu_feed_quote(feed, MU_W_F_AS_IS, e->program);
    if (e->has_replaces_agent && e->replaces_agent.len == e->agent.len &&
        memcmp(e->replaces_agent.data, e->agent.data, e->agent.len) == 0)
        mu_feed_clause(feed, MU_W_F_RENEWED, NULL);
    for (size_t i = 0; i < e->n_roles; i++) {
        char role[128];
        struct mu_text text = mu_text(role, sizeof role);

        mu_show_role(&text, feed->style, e->roles[i]);
        mu_feed_clause(feed, MU_W_F_AS_IS, role, NULL);
    }
}

void mu_feed_reference(struct feed *feed, const Muster__Event *event)
{
    const Muster__ReferenceObject *r = event->reference_object;
    const Muster__Name *name = r->name;

    mu_feed_term(feed, "ObjectKind", r->has_kind, (uint32_t)r->kind);
    if (name == NULL)
        return;
    const char *first = feed->style->lang == MU_LANG_ZH ? name->zh : name->en;
    mu_feed_quote(feed, MU_W_F_AS_IS,
                  first != NULL                     ? first
                  : feed->style->lang == MU_LANG_ZH ? name->en
                                                    : name->zh);
}

void mu_feed_incident(struct feed *feed, const Muster__Event *event)
{
    const Muster__Incident *i = event->incident;
    const char *name = NULL;

    if (i->name != NULL)
        name = feed->style->lang == MU_LANG_ZH && i->name->zh != NULL ? i->name->zh : i->name->en;
    mu_feed_quote(feed, MU_W_F_AS_IS, name);
    mu_feed_term(feed, "Hazard", i->has_hazard, (uint32_t)i->hazard);
    mu_feed_term(feed, "IncidentState", i->has_state, (uint32_t)i->state);
    mu_feed_clock(feed, MU_W_F_SINCE, i->has_began_at_ms, i->began_at_ms);
}

void mu_feed_tick(struct feed *feed, const Muster__Event *event)
{
    const Muster__Tick *t = event->tick;

    mu_feed_term(feed, "TickReason", t->has_reason, (uint32_t)t->reason);
    mu_feed_clock(feed, MU_W_F_AS_IS, t->has_at_ms, t->at_ms);
    mu_feed_name(feed, MU_W_F_AS_IS, t->agency);
}
