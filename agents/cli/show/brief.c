/* What hangs below a card's line in the feed: its lines, by when, who decides, what to type next. */
#include "agents/cli/face.h"

static void add_brief(const struct mu_face *card)
{
    const Muster__Finding *f = card->finding;

    mu_face_begin_text(card, "");
    if (f->has_decide_by_ms && mu_face_waits(f)) {
        char clock[32];
        struct mu_text text = mu_text(clock, sizeof clock);

        mu_show_clock(&text, card->style, f->decide_by_ms);
        mu_face_fill(card, MU_W_DECIDE_BY, clock, NULL);
        mu_face_minutes(card, f->decide_by_ms);
        mu_text_add(card->out, "   ");
    }
    if (f->decider_agency != NULL && mu_face_waits(f)) {
        char name[256];
        struct mu_text text = mu_text(name, sizeof name);

        mu_show_named(&text, card->style, f->decider_agency);
        mu_face_fill(card, MU_W_DECIDER, name, NULL);
        mu_text_add(card->out, "   ");
    }
    char command[160];
    struct mu_text text = mu_text(command, sizeof command);
    mu_text_add(&text, "muster conflict show ");
    mu_render_card_name(&text, f);
    mu_face_fill(card, MU_W_NEXT, command, NULL);
    mu_face_end(card->out);
}

void mu_render_more(struct mu_text *out, const struct mu_style *style, const struct mu_entry *entry)
{
    struct mu_style marked = *style;
    struct mu_face card = {out, &marked, entry, NULL, NULL, 0, entry->accepted_at_ms};

    if (entry->code != 0 || entry->event == NULL ||
        entry->event->body_case != MUSTER__EVENT__BODY_FINDING)
        return;
    card.finding = entry->event->finding;
    if (!card.finding->has_card_id ||
        card.finding->state == MUSTER__FINDING_STATE__FINDING_STATE_CLOSED)
        return;
    if (entry->event->envelope != NULL &&
        entry->event->envelope->status == MUSTER__STATUS__STATUS_EXERCISE)
        marked.exercise = true;
    mu_face_lines(&card);
    add_brief(&card);
}
