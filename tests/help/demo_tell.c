#include "tests/help/demo_tell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/clock.h"
#include "proto/picture/card.h"

struct telling {
    struct mu_text *out;
    int offset_min; /* the county's, as its clocks are told */
};

static void add_enum(struct mu_text *out, const ProtobufCEnumDescriptor *type, int value,
                     const char *prefix)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);
    char word[64];
    size_t length = 0;

    for (const char *at = found == NULL ? "?" : found->name + strlen(prefix);
         *at != '\0' && length + 1 < sizeof word; at++)
        word[length++] = (char)(*at >= 'A' && *at <= 'Z' ? *at + 32 : *at);
    word[length] = '\0';
    mu_text_add(out, word);
}

static void add_number(struct mu_text *out, const char *name, const Muster__Number *number)
{
    if (number == NULL)
        return;
    mu_text_addf(out, " %s %lld ", name, (long long)number->value);
    add_enum(out, &muster__measure__descriptor, (int)number->unit, "MEASURE_");
}

static void add_clock(const struct telling *t, int64_t ms)
{
    struct mu_civil civil = mu_civil(ms, t->offset_min);

    mu_text_addf(t->out, "%02d:%02d", civil.hour, civil.minute);
}

/* ---- findings ------------------------------------------------------------------------------------------- */

static void tell_line(struct mu_text *out, const Muster__FindingLine *line)
{
    const char *id = line->line_id == NULL ? "-" : line->line_id;

    /* A leaf is another in every run. */
    mu_text_addf(out, "  line %s ", strlen(id) == 64 ? "leaf" : id);
    add_enum(out, &muster__finding_state__descriptor, (int)line->state, "FINDING_STATE_");
    add_number(out, "need", line->need);
    add_number(out, "have", line->have);
    add_number(out, "margin", line->margin);
    mu_text_add(out, "\n");
}

static void tell_option(struct mu_text *out, const Muster__FindingOption *option)
{
    mu_text_addf(out, "  option %s%s", option->text != NULL ? option->text->template_id : "-",
                 option->object == NULL ? "" : " ");
    mu_text_add(out, option->object == NULL ? "" : option->object);
    add_number(out, "cost", option->cost);
    if (option->has_possible && !option->possible)
        mu_text_addf(out, ", impossible: %s",
                     option->why_not == NULL ? "?" : option->why_not->template_id);
    mu_text_add(out, "\n");
}

static void tell_rules(struct mu_text *out, const Muster__Finding *finding)
{
    mu_text_addf(out, "%s:%s", mu_rule_name(finding->rule),
                 finding->subject == NULL ? "" : finding->subject);
    for (size_t i = 0; i < finding->n_also_rules; i++)
        mu_text_addf(out, "+%s", mu_rule_name(finding->also_rules[i]));
}

static void tell_card(const struct telling *t, const Muster__Finding *finding)
{
    struct mu_text *out = t->out;

    mu_text_add(out, " ");
    add_enum(out, &muster__finding_state__descriptor, (int)finding->state, "FINDING_STATE_");
    if (finding->has_close_reason) {
        mu_text_add(out, " ");
        add_enum(out, &muster__close_reason__descriptor, (int)finding->close_reason,
                 "CLOSE_REASON_");
    }
    mu_text_addf(out, " for %s %s, ", finding->decider_role, finding->decider_agency);
    add_enum(out, &muster__gravity__descriptor, (int)finding->gravity, "GRAVITY_");
    if (finding->raising_count > 1)
        mu_text_addf(out, ", raising %u", (unsigned)finding->raising_count);
    if (finding->has_decide_by_ms) {
        mu_text_add(out, ", by ");
        add_clock(t, finding->decide_by_ms);
    }
    add_number(out, "margin", finding->margin);
    mu_text_add(out, "\n");
    for (size_t i = 0; i < finding->n_lines; i++)
        tell_line(out, finding->lines[i]);
    for (size_t i = 0; i < finding->n_options; i++)
        tell_option(out, finding->options[i]);
}

/* ": 5 of 6, not HC": of those to be told, who has acknowledged. */
static void tell_told(struct mu_text *out, const Muster__Finding *finding)
{
    size_t known = 0;

    for (size_t i = 0; i < finding->n_told; i++)
        known += finding->told[i]->rung >= MUSTER__RUNG__RUNG_ACKNOWLEDGED;
    mu_text_addf(out, ": %zu of %zu", known, finding->n_told);
    for (size_t i = 0; i < finding->n_told; i++)
        if (finding->told[i]->rung < MUSTER__RUNG__RUNG_ACKNOWLEDGED)
            mu_text_addf(out, ", not %s", finding->told[i]->agency);
}

static void tell_note(struct mu_text *out, const Muster__Finding *finding)
{
    mu_text_add(out, " ");
    add_enum(out, &muster__finding_kind__descriptor, (int)finding->kind, "FINDING_KIND_");
    if (finding->has_close_reason) {
        mu_text_add(out, " ");
        add_enum(out, &muster__close_reason__descriptor, (int)finding->close_reason,
                 "CLOSE_REASON_");
    }
    for (size_t i = 0; i < finding->n_uncited; i++)
        mu_text_addf(out, " %s@v%u", finding->uncited[i]->object,
                     (unsigned)finding->uncited[i]->version);
    if (finding->n_told > 0)
        tell_told(out, finding);
    mu_text_add(out, "\n");
}

static void tell_finding(const struct telling *t, const Muster__Finding *finding)
{
    tell_rules(t->out, finding);
    if (finding->has_card_id)
        tell_card(t, finding);
    else
        tell_note(t->out, finding);
}

/* ---- sheets ------------------------------------------------------------------------------------------------ */

static long long whole(int64_t milli)
{
    assert_int_equal(milli % 1000, 0);
    return milli / 1000;
}

/* What the statement answered takes by itself: "  EV-01 takes water 10230, meal 2046". */
static void tell_need(struct mu_text *out, const Muster__SheetNeed *need)
{
    mu_text_addf(out, "  %s takes", need->evacuation->object);
    for (size_t i = 0; i < need->n_lines; i++)
        mu_text_addf(out, "%s %s %lld", i == 0 ? "" : ",", need->lines[i]->item,
                     whole(need->lines[i]->needed_milli));
    mu_text_add(out, "\n");
}

static void tell_sheet(const struct telling *t, const Muster__Event *event)
{
    const Muster__SupplySheet *sheet = event->supply_sheet;
    struct mu_text *out = t->out;

    mu_text_addf(out, "sheet v%u for %s@v%u\n", (unsigned)event->envelope->version,
                 sheet->cause->object, (unsigned)sheet->cause->version);
    for (size_t i = 0; i < sheet->n_lines; i++) {
        const Muster__SheetLine *l = sheet->lines[i];

        mu_text_addf(out,
                     "  %s needed %lld own %lld send %lld usable %lld requested %lld committed %lld"
                     " short %lld\n",
                     l->item, whole(l->needed_milli), whole(l->own_milli), whole(l->to_send_milli),
                     whole(l->stock_usable_milli), whole(l->requested_milli),
                     whole(l->committed_milli), whole(l->short_milli));
    }
    for (size_t i = 0; i < sheet->n_needs; i++)
        if (strcmp(sheet->needs[i]->evacuation->object, sheet->cause->object) == 0)
            tell_need(out, sheet->needs[i]);
}

/* ---- water and ambulances ------------------------------------------------------------------------------------ */

static void add_window(const struct telling *t, int64_t from_ms, int64_t to_ms)
{
    add_clock(t, from_ms);
    mu_text_add(t->out, "-");
    add_clock(t, to_ms);
}

static void tell_windows(const struct telling *t, const Muster__Event *event)
{
    const Muster__DamOperation *operation = event->dam_operation;

    mu_text_addf(t->out, "water of %s@v%u", event->envelope->object,
                 (unsigned)event->envelope->version);
    if (operation->has_hold_until_at_ms) {
        mu_text_add(t->out, ", may be held until ");
        add_clock(t, operation->hold_until_at_ms);
    }
    mu_text_add(t->out, "\n");
    for (size_t i = 0; i < operation->n_arrivals; i++) {
        const Muster__ArrivalWindow *w = operation->arrivals[i];

        mu_text_addf(t->out, "  step %u %s ", (unsigned)w->step, w->area);
        add_window(t, w->earliest_at_ms, w->latest_at_ms);
        mu_text_add(t->out, "\n");
    }
}

static void add_route(struct mu_text *out, Muster__EdgeUse *const *route, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mu_text_addf(out, "%s%s", i == 0 ? "" : ",", route[i]->edge);
}

static void tell_journey(const struct telling *t, const Muster__ProposedJourney *journey)
{
    struct mu_text *out = t->out;

    mu_text_addf(out, "  %u from %s by ", (unsigned)journey->unit_count,
                 journey->from == NULL ? "-" : journey->from);
    add_route(out, journey->route, journey->n_route);
    mu_text_addf(out, ", %lld m, %lld min", (long long)journey->distance_m,
                 (long long)journey->travel_min);
    if (journey->has_arrives_at_ms) {
        mu_text_add(out, ", there ");
        add_clock(t, journey->arrives_at_ms);
    }
    if (journey->n_only_way > 0)
        mu_text_add(out, ", no other way than ");
    add_route(out, journey->only_way, journey->n_only_way);
    mu_text_add(out, "\n");
    for (size_t i = 0; i < journey->n_patients; i++) {
        const Muster__PatientMove *move = journey->patients[i];

        mu_text_addf(out, "    %u ", (unsigned)move->persons);
        add_enum(out, &muster__triage__descriptor, (int)move->triage, "TRIAGE_");
        mu_text_addf(out, " to %s\n", move->hospital == NULL ? "-" : move->hospital);
    }
}

static void tell_proposal(const struct telling *t, const Muster__Event *event)
{
    const Muster__DispatchProposal *proposal = event->dispatch_proposal;

    mu_text_addf(t->out, "dispatch v%u for %s@v%u\n", (unsigned)event->envelope->version,
                 proposal->casualty->object, (unsigned)proposal->casualty->version);
    for (size_t i = 0; i < proposal->n_journeys; i++)
        tell_journey(t, proposal->journeys[i]);
    for (size_t i = 0; i < proposal->n_beds; i++) {
        const Muster__BedUse *use = proposal->beds[i];

        mu_text_addf(t->out, "  bed %s ", use->hospital);
        add_enum(t->out, &muster__bed_kind__descriptor, (int)use->kind, "BED_KIND_");
        mu_text_addf(t->out, " %u of %u%s\n", (unsigned)use->used, (unsigned)use->available,
                     use->too_old ? ", too old" : "");
    }
    for (size_t i = 0; i < proposal->n_warnings; i++)
        mu_text_addf(t->out, "  warning %s\n", proposal->warnings[i]->template_id);
}

/* ---- what is told at all --------------------------------------------------------------------------------------- */

static bool is_answer_of_water(const Muster__Event *event)
{
    return event->body_case == MUSTER__EVENT__BODY_DAM_OPERATION &&
           event->envelope->change == MUSTER__CHANGE__CHANGE_PROGRESS &&
           event->dam_operation->n_arrivals > 0;
}

void demo_tell(struct mu_text *out, int offset_min, const struct mu_entry *entry)
{
    const struct telling t = {out, offset_min};
    const Muster__Event *event = entry->event;
    bool is_finding = event->body_case == MUSTER__EVENT__BODY_FINDING;
    bool is_sheet = event->body_case == MUSTER__EVENT__BODY_SUPPLY_SHEET;
    bool is_proposal = event->body_case == MUSTER__EVENT__BODY_DISPATCH_PROPOSAL;

    if (!is_finding && !is_sheet && !is_proposal && !is_answer_of_water(event))
        return;
    add_clock(&t, entry->accepted_at_ms);
    mu_text_add(out, " ");
    if (is_finding)
        tell_finding(&t, event->finding);
    else if (is_sheet)
        tell_sheet(&t, event);
    else if (is_proposal)
        tell_proposal(&t, event);
    else
        tell_windows(&t, event);
}
