/* A card: eight questions in a fixed order. A field with no answer says "not known", it is never left
 * out, so that a reader knows the place of each. */
#include "agents/cli/face.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/limits.h"
#include "proto/words/terms.h"
#include "proto/wire/say.h"

/* ---- head -------------------------------------------------------------------------------------- */

static void add_head(const struct mu_face *card)
{
    const Muster__Finding *f = card->finding;
    struct mu_text *out = card->out;
    char clock[32], times[16];
    struct mu_text when = mu_text(clock, sizeof clock);

    mu_face_begin_text(card, "");
    out->used -= MU_FACE_TITLE_COLUMNS;
    out->at[out->used] = '\0';
    mu_render_card_name(out, f);
    mu_text_add(out, "  ");
    if (f->has_gravity)
        mu_show_term(out, card->style, "Gravity", (uint32_t)f->gravity);
    mu_text_add(out, "  ");
    if (f->has_state)
        mu_show_term(out, card->style, "FindingState", (uint32_t)f->state);
    mu_text_add(out, " ");
    mu_show_clock(&when, card->style, card->entry->accepted_at_ms);
    mu_text_add(out, clock);
    if (f->has_raising_count && f->raising_count > 1) {
        snprintf(times, sizeof times, "%u", (unsigned)f->raising_count);
        mu_text_add(out, "  ");
        mu_face_fill(card, MU_W_TIMES_RAISED, times, NULL);
    }
    mu_face_end(out);
}

/* ---- what, where, when it bites ------------------------------------------------------------------ */

static void add_what(const struct mu_face *card)
{
    mu_face_begin(card, MU_W_CARD_WHAT);
    if (card->finding->headline == NULL) {
        mu_face_unknown(card);
        return;
    }
    mu_render_sentence(card->out, card->style, card->finding->headline);
    mu_face_end(card->out);
}

static void add_where(const struct mu_face *card)
{
    const Muster__Envelope *envelope = card->entry->event->envelope;
    const char *area = envelope == NULL ? NULL : envelope->area;
    const char *place = card->finding->place != NULL ? card->finding->place : area;

    mu_face_begin(card, MU_W_CARD_WHERE);
    if (place == NULL) {
        mu_face_unknown(card);
        return;
    }
    mu_show_named(card->out, card->style, place);
    mu_face_end(card->out);
}

/* The earliest moment any line speaks of. */
static bool bites_at(const Muster__Finding *finding, int64_t *ms)
{
    bool known = false;

    for (size_t i = 0; i < finding->n_lines; i++) {
        const Muster__FindingLine *line = finding->lines[i];

        if (!line->has_earliest_at_ms || (known && line->earliest_at_ms >= *ms))
            continue;
        *ms = line->earliest_at_ms;
        known = true;
    }
    return known;
}

static void add_bites(const struct mu_face *card)
{
    int64_t at_ms = 0;

    mu_face_begin(card, MU_W_CARD_BITES);
    if (!bites_at(card->finding, &at_ms)) {
        mu_face_unknown(card);
        return;
    }
    mu_show_clock(card->out, card->style, at_ms);
    mu_face_minutes(card, at_ms);
    mu_face_end(card->out);
}

/* ---- who says what ------------------------------------------------------------------------------- */

static const struct mu_entry *entry_of(const struct mu_face *card, const Muster__Ref *ref)
{
    for (size_t i = 0; ref != NULL && i < card->cause_count; i++)
        if (ref->has_leaf && ref->leaf.len == sizeof card->causes[i]->leaf.b &&
            memcmp(ref->leaf.data, card->causes[i]->leaf.b, ref->leaf.len) == 0)
            return card->causes[i];
    return NULL;
}

/* Entries that reach us were verified against their author's seal: "signed" is a fact here. */
static void add_claim(const struct mu_face *card, const char *agency, const Muster__Ref *ref,
                      const struct mu_entry *entry)
{
    struct mu_text *out = card->out;
    size_t from = out->used;

    mu_clean(out, agency == NULL ? "?" : agency);
    mu_show_pad(out, from, 6);
    if (ref != NULL) {
        mu_text_add(out, " ");
        mu_show_ref(out, ref);
    }
    if (entry == NULL) {
        mu_face_end(out);
        return;
    }
    mu_text_add(out, "  ");
    mu_render_summary(out, card->style, entry);
    mu_text_add(out, "  ");
    mu_show_clock(out, card->style, entry->accepted_at_ms);
    mu_text_addf(out, "  %s", mu_word(MU_W_SIGNED, card->style->lang));
    mu_face_end(out);
}

/* Nobody stands against anybody in a shortage: then its causes are what is said. */
static void add_claims(const struct mu_face *card)
{
    const Muster__Finding *f = card->finding;
    size_t count = f->n_parties > 0 ? f->n_parties : f->n_causes;

    mu_face_begin(card, MU_W_CARD_CLAIMS);
    if (count == 0)
        mu_face_unknown(card);
    for (size_t i = 0; i < count; i++) {
        const Muster__Ref *ref = f->n_parties > 0 ? f->parties[i]->ref : f->causes[i];
        const struct mu_entry *entry = entry_of(card, ref);
        const char *speaker =
            entry == NULL || entry->event->envelope == NULL ? NULL : entry->event->envelope->agency;

        if (i > 0)
            mu_face_begin_text(card, "");
        add_claim(card, f->n_parties > 0 ? f->parties[i]->agency : speaker, ref, entry);
    }
}

/* ---- why, options, who, by when -------------------------------------------------------------------- */

static const struct {
    Muster__Rule rule;
    enum mu_word word;
} reasons[] = {
    {MUSTER__RULE__RULE_C01, MU_W_RULE_C01}, {MUSTER__RULE__RULE_C02, MU_W_RULE_C02},
    {MUSTER__RULE__RULE_C03, MU_W_RULE_C03}, {MUSTER__RULE__RULE_C04, MU_W_RULE_C04},
    {MUSTER__RULE__RULE_C05, MU_W_RULE_C05}, {MUSTER__RULE__RULE_C06, MU_W_RULE_C06},
    {MUSTER__RULE__RULE_C07, MU_W_RULE_C07}, {MUSTER__RULE__RULE_C08, MU_W_RULE_C08},
    {MUSTER__RULE__RULE_C09, MU_W_RULE_C09}, {MUSTER__RULE__RULE_C10, MU_W_RULE_C10},
    {MUSTER__RULE__RULE_C11, MU_W_RULE_C11}, {MUSTER__RULE__RULE_C12, MU_W_RULE_C12},
    {MUSTER__RULE__RULE_C13, MU_W_RULE_C13}, {MUSTER__RULE__RULE_C14, MU_W_RULE_C14},
    {MUSTER__RULE__RULE_C15, MU_W_RULE_C15},
};

static void add_why(const struct mu_face *card)
{
    mu_face_begin(card, MU_W_CARD_WHY);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (!card->finding->has_rule || reasons[i].rule != card->finding->rule)
            continue;
        mu_face_fill(card, MU_W_BY_RULE, mu_say_rule_name((uint32_t)card->finding->rule),
                     mu_word(reasons[i].word, card->style->lang));
        mu_face_end(card->out);
        return;
    }
    mu_face_unknown(card);
}

static void add_option(const struct mu_face *card, size_t index)
{
    const Muster__FindingOption *option = card->finding->options[index];

    mu_text_addf(card->out, "%zu ", index + 1);
    if (option->text != NULL)
        mu_render_sentence(card->out, card->style, option->text);
    else if (option->cost != NULL)
        mu_show_number(card->out, card->style, option->cost);
    if (!option->has_possible || option->possible)
        return;
    mu_text_addf(card->out, " · %s", mu_word(MU_W_NOT_POSSIBLE, card->style->lang));
    if (option->why_not == NULL)
        return;
    mu_text_add(card->out, card->style->lang == MU_LANG_ZH ? "：" : ": ");
    mu_render_sentence(card->out, card->style, option->why_not);
}

/* The last two are always open to whoever decides, and both want a reason. */
static void add_options(const struct mu_face *card)
{
    for (size_t i = 0; i < card->finding->n_options; i++) {
        if (i == 0)
            mu_face_begin(card, MU_W_CARD_OPTIONS);
        else
            mu_face_begin_text(card, "");
        add_option(card, i);
        mu_face_end(card->out);
    }
    if (card->finding->n_options == 0)
        mu_face_begin(card, MU_W_CARD_OPTIONS);
    else
        mu_face_begin_text(card, "");
    mu_text_add(card->out, mu_word(MU_W_OPTIONS_ALWAYS, card->style->lang));
    mu_face_end(card->out);
}

static void add_decides(const struct mu_face *card)
{
    const Muster__Finding *f = card->finding;

    mu_face_begin(card, MU_W_CARD_DECIDES);
    if (f->decider_agency == NULL && f->decider_role == NULL) {
        mu_face_unknown(card);
        return;
    }
    if (f->decider_agency != NULL)
        mu_show_named(card->out, card->style, f->decider_agency);
    if (f->decider_role != NULL) {
        mu_text_add(card->out, " · ");
        mu_show_role(card->out, card->style, f->decider_role);
    }
    mu_face_end(card->out);
}

static void add_by(const struct mu_face *card)
{
    mu_face_begin(card, MU_W_CARD_BY);
    if (!card->finding->has_decide_by_ms) {
        mu_face_unknown(card);
        return;
    }
    mu_show_clock(card->out, card->style, card->finding->decide_by_ms);
    mu_face_minutes(card, card->finding->decide_by_ms);
    mu_face_end(card->out);
}

/* Who decided what, where somebody has. */
static void add_decided(const struct mu_face *card)
{
    const struct mu_entry *entry = entry_of(card, card->finding->decision);

    if (entry == NULL)
        return;
    mu_face_begin(card, MU_W_CARD_DECIDED);
    add_claim(card, entry->event->envelope == NULL ? NULL : entry->event->envelope->agency, NULL,
              entry);
}

static void add_next(const struct mu_face *card)
{
    char name[128];
    struct mu_text text = mu_text(name, sizeof name);

    if (!mu_face_waits(card->finding))
        return;
    mu_render_card_name(&text, card->finding);
    mu_face_begin(card, MU_W_CARD_NEXT);
    mu_text_addf(card->out, "muster conflict decide %s %s --reason \"…\"", name,
                 card->finding->n_options > 0 ? "--option 1" : "--verdict …");
    mu_face_end(card->out);
}

void mu_render_card(struct mu_text *out, const struct mu_style *style, const struct mu_entry *entry,
                    const struct mu_entry *const *causes, size_t cause_count, int64_t now_ms)
{
    struct mu_face card = {out, style, entry, NULL, causes, cause_count, now_ms};

    if (entry->event == NULL || entry->event->body_case != MUSTER__EVENT__BODY_FINDING)
        return;
    card.finding = entry->event->finding;
    add_head(&card);
    add_what(&card);
    mu_face_lines(&card);
    add_where(&card);
    add_bites(&card);
    add_claims(&card);
    add_why(&card);
    add_options(&card);
    add_decides(&card);
    add_by(&card);
    add_decided(&card);
    add_next(&card);
}
