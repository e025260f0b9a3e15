#include "agents/cli/show/feed.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/limits.h"
#include "proto/words/terms.h"
#include "proto/wire/say.h"

#define AGENCY_COLUMNS 6u
#define KIND_COLUMNS 16u
#define OBJECT_COLUMNS 12u

static const struct {
    uint32_t kind;
    void (*add)(struct feed *feed, const Muster__Event *event);
} details[] = {
    {MUSTER__EVENT__BODY_EVACUATION, mu_feed_evacuation},
    {MUSTER__EVENT__BODY_SHELTER, mu_feed_shelter},
    {MUSTER__EVENT__BODY_SUPPLY_NEED, mu_feed_need},
    {MUSTER__EVENT__BODY_SUPPLY_REQUEST, mu_feed_request},
    {MUSTER__EVENT__BODY_SUPPLY_RESPONSE, mu_feed_response},
    {MUSTER__EVENT__BODY_SUPPLY_COMMITMENT, mu_feed_commitment},
    {MUSTER__EVENT__BODY_STOCK, mu_feed_stock},
    {MUSTER__EVENT__BODY_SHIPMENT, mu_feed_shipment},
    {MUSTER__EVENT__BODY_SUPPLY_SHEET, mu_feed_sheet},
    {MUSTER__EVENT__BODY_CASUALTY, mu_feed_casualty},
    {MUSTER__EVENT__BODY_HOSPITAL, mu_feed_hospital},
    {MUSTER__EVENT__BODY_UNIT, mu_feed_unit},
    {MUSTER__EVENT__BODY_DISPATCH_PROPOSAL, mu_feed_dispatch},
    {MUSTER__EVENT__BODY_GAUGE, mu_feed_gauge},
    {MUSTER__EVENT__BODY_FORECAST, mu_feed_forecast},
    {MUSTER__EVENT__BODY_DAM_OPERATION, mu_feed_dam},
    {MUSTER__EVENT__BODY_LEVEE_JOB, mu_feed_levee},
    {MUSTER__EVENT__BODY_ROAD, mu_feed_road},
    {MUSTER__EVENT__BODY_OPERATION_PLAN, mu_feed_plan},
    {MUSTER__EVENT__BODY_TASK, mu_feed_task},
    {MUSTER__EVENT__BODY_ANSWER, mu_feed_answer},
    {MUSTER__EVENT__BODY_FINDING, mu_feed_finding},
    {MUSTER__EVENT__BODY_DECISION, mu_feed_decision},
    {MUSTER__EVENT__BODY_FIGURE, mu_feed_figure},
    {MUSTER__EVENT__BODY_REPORT, mu_feed_report},
    {MUSTER__EVENT__BODY_FIELD_REPORT, mu_feed_field_report},
    {MUSTER__EVENT__BODY_ALERT, mu_feed_alert},
    {MUSTER__EVENT__BODY_DECLARATION, mu_feed_declaration},
    {MUSTER__EVENT__BODY_ACKNOWLEDGEMENT, mu_feed_acknowledgement},
    {MUSTER__EVENT__BODY_RECEIPT_SHEET, mu_feed_receipts},
    {MUSTER__EVENT__BODY_GENESIS, mu_feed_genesis},
    {MUSTER__EVENT__BODY_ENROLMENT, mu_feed_enrolment},
    {MUSTER__EVENT__BODY_GRANT, mu_feed_grant},
    {MUSTER__EVENT__BODY_RETIRE, mu_feed_retire},
    {MUSTER__EVENT__BODY_ENDORSEMENT, mu_feed_endorsement},
    {MUSTER__EVENT__BODY_KEY_CHANGE, mu_feed_key_change},
    {MUSTER__EVENT__BODY_COMPROMISED, mu_feed_compromised},
    {MUSTER__EVENT__BODY_QUARANTINE, mu_feed_quarantine},
    {MUSTER__EVENT__BODY_SPONSOR, mu_feed_sponsor},
    {MUSTER__EVENT__BODY_REFERENCE_OBJECT, mu_feed_reference},
    {MUSTER__EVENT__BODY_INCIDENT, mu_feed_incident},
    {MUSTER__EVENT__BODY_TICK, mu_feed_tick},
};

/* ---- pieces of the line ------------------------------------------------------------------------ */

static bool is_exercise(const struct mu_style *style, const Muster__Envelope *envelope)
{
    return style->exercise || (envelope != NULL && envelope->has_status &&
                               envelope->status == MUSTER__STATUS__STATUS_EXERCISE);
}

static bool is_card(const Muster__Event *event)
{
    return event->body_case == MUSTER__EVENT__BODY_FINDING && event->finding->has_card_id;
}

/* A card is called by what it is ("CONFLICT"), everything else by its kind. */
static void add_kind(struct mu_text *out, const struct mu_style *style, const Muster__Event *event)
{
    if (is_card(event))
        mu_text_add(out, mu_word(MU_W_CARD, style->lang));
    else if (event->body_case == MUSTER__EVENT__BODY_FINDING && event->finding->has_kind)
        mu_show_term(out, style, "FindingKind", (uint32_t)event->finding->kind);
    else
        mu_show_term(out, style, "Kind", mu_kind_of(event));
}

static void add_object(struct mu_text *out, const Muster__Event *event)
{
    const Muster__Envelope *envelope = event->envelope;

    if (event->body_case == MUSTER__EVENT__BODY_FINDING) {
        mu_render_card_name(out, event->finding);
        return;
    }
    if (event->body_case == MUSTER__EVENT__BODY_DECISION && event->decision->subject != NULL) {
        mu_text_addf(out, "%s:", mu_say_rule_name((uint32_t)event->decision->rule));
        mu_clean(out, event->decision->subject);
        return;
    }
    if (envelope == NULL || envelope->object == NULL)
        return;
    mu_clean(out, envelope->object);
    if (envelope->has_version)
        mu_text_addf(out, "@v%u", (unsigned)envelope->version);
}

static void add_change(struct feed *feed, const Muster__Envelope *envelope)
{
    bool said = envelope != NULL && envelope->has_change &&
                envelope->change != MUSTER__CHANGE__CHANGE_NEW_VERSION;

    mu_feed_term(feed, "Change", said, said ? (uint32_t)envelope->change : 0);
}

/* Somebody else's word: for whom, by what channel, and what it is worth. */
static void add_second_hand(struct feed *feed, const Muster__Envelope *envelope)
{
    if (envelope == NULL || envelope->on_behalf_of == NULL)
        return;
    mu_feed_name(feed, MU_W_F_ON_BEHALF, envelope->on_behalf_of);
    mu_feed_term(feed, "Channel", envelope->has_channel, (uint32_t)envelope->channel);
    mu_feed_term(feed, "Verification", envelope->has_verification,
                 (uint32_t)envelope->verification);
}

/* A time nobody vouches for is marked; a good clock needs no word. */
static void add_clock_mark(struct feed *feed, const Muster__Envelope *envelope)
{
    bool doubtful = envelope != NULL && envelope->has_clock_quality &&
                    (envelope->clock_quality == MUSTER__CLOCK_QUALITY__CLOCK_QUALITY_FREE_RUNNING ||
                     envelope->clock_quality == MUSTER__CLOCK_QUALITY__CLOCK_QUALITY_BY_HAND);

    mu_feed_term(feed, "ClockQuality", doubtful, doubtful ? (uint32_t)envelope->clock_quality : 0);
}

static void add_details(struct mu_text *out, const struct mu_style *style,
                        const Muster__Event *event)
{
    struct feed feed = {out, style, event->envelope, 0};

    add_change(&feed, event->envelope);
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++)
        if (details[i].kind == mu_kind_of(event))
            details[i].add(&feed, event);
    if (event->envelope != NULL) /* why, whatever kind it is: it was said to be read */
        mu_feed_quote(&feed, MU_W_F_REASON, event->envelope->reason);
    if (event->body_case != MUSTER__EVENT__BODY_FIELD_REPORT)
        add_second_hand(&feed, event->envelope);
    add_clock_mark(&feed, event->envelope);
}

static void add_refusal(struct mu_text *out, const struct mu_style *style,
                        const struct mu_entry *entry)
{
    enum mu_err code = (enum mu_err)entry->code;

    mu_text_addf(out, "%s %s: %s", mu_word(MU_W_REFUSED, style->lang), mu_err_code(code),
                 mu_err_sentence(code, style->lang));
    if (entry->path != NULL && entry->path[0] != '\0') {
        mu_text_add(out, ": ");
        mu_clean(out, entry->path);
    }
}

/* ---- cut and colour ------------------------------------------------------------------------------ */

/* Cuts what is wider than `columns` at a character and marks the cut. */
static void fit(struct mu_text *line, size_t columns)
{
    if (columns < 2 || mu_text_columns(line->at) <= columns)
        return;
    while (line->used > 0 && mu_text_columns(line->at) > columns - 1) {
        do
            line->used--;
        while (line->used > 0 && ((unsigned char)line->at[line->used] & 0xC0) == 0x80);
        line->at[line->used] = '\0';
    }
    mu_text_add(line, "…");
}

/* Colour is for what is abnormal, and never the only sign of it. */
static const char *colour_of(const struct mu_entry *entry)
{
    if (entry->code != 0)
        return "\033[33m";
    if (entry->event == NULL || !is_card(entry->event))
        return NULL;
    if (entry->event->finding->state == MUSTER__FINDING_STATE__FINDING_STATE_CLOSED)
        return "\033[2m";
    return entry->event->finding->gravity == MUSTER__GRAVITY__GRAVITY_LIFE ? "\033[1;31m"
                                                                           : "\033[1;33m";
}

static void emit(struct mu_text *out, const struct mu_style *style, const struct mu_entry *entry,
                 const char *line)
{
    const char *colour = style->colour ? colour_of(entry) : NULL;

    if (colour != NULL)
        mu_text_add(out, colour);
    mu_text_add(out, line);
    if (colour != NULL)
        mu_text_add(out, "\033[0m");
}

/* ---- the line ------------------------------------------------------------------------------------ */

static void add_agency(struct mu_text *line, const struct mu_style *style,
                       const struct mu_entry *entry)
{
    const Muster__Envelope *envelope = entry->event == NULL ? NULL : entry->event->envelope;
    size_t from = line->used;

    if (envelope != NULL && envelope->agency != NULL)
        mu_clean(line, envelope->agency);
    else
        mu_show_agent(line, style, &entry->agent);
    mu_show_pad(line, from, AGENCY_COLUMNS);
}

static void add_event(struct mu_text *line, const struct mu_style *style,
                      const Muster__Event *event)
{
    size_t from = line->used;

    add_kind(line, style, event);
    mu_show_pad(line, from, KIND_COLUMNS);
    mu_text_add(line, " ");
    from = line->used;
    add_object(line, event);
    mu_show_pad(line, from, OBJECT_COLUMNS);
    mu_text_add(line, " ");
    add_details(line, style, event);
}

void mu_render_line(struct mu_text *out, const struct mu_style *style, const struct mu_entry *entry)
{
    const Muster__Envelope *envelope = entry->event == NULL ? NULL : entry->event->envelope;
    char buffer[MU_LINE_BYTES_MAX];
    struct mu_text line = mu_text(buffer, sizeof buffer);

    if (is_exercise(style, envelope))
        mu_text_addf(&line, "%s ", mu_word(MU_W_EXERCISE, style->lang));
    mu_show_seconds(&line, style, entry->accepted_at_ms);
    mu_text_add(&line, " ");
    add_agency(&line, style, entry);
    mu_text_add(&line, " ");
    if (entry->code != 0)
        add_refusal(&line, style, entry);
    else if (entry->event != NULL)
        add_event(&line, style, entry->event);
    while (line.used > 0 && line.at[line.used - 1] == ' ')
        line.at[--line.used] = '\0';
    fit(&line, style->columns);
    emit(out, style, entry, buffer);
}

void mu_render_summary(struct mu_text *out, const struct mu_style *style,
                       const struct mu_entry *entry)
{
    if (entry->code != 0)
        add_refusal(out, style, entry);
    else if (entry->event != NULL)
        add_details(out, style, entry->event);
}

void mu_render_card_name(struct mu_text *out, const Muster__Finding *finding)
{
    const char *subject = finding->subject != NULL ? finding->subject : finding->place;

    mu_text_addf(out, "%s:", mu_say_rule_name(finding->has_rule ? (uint32_t)finding->rule : 0));
    mu_clean(out, subject == NULL ? "?" : subject);
}
