#include "proto/wire/event.h"
#include "replay/asknown_inside.h"
#include "replay/things.h"

static void jot_second_hand(struct mu_jot *jot, const struct view *view, const struct line *line)
{
    struct mu_told_step step;

    if (!mu_view_second_hand(view, line, &step))
        return;
    mu_jot_open(jot, "secondHand");
    mu_jot_time(jot, "statedAt", step.stated_at_ms);
    mu_jot_number(jot, "number", step.number);
    mu_jot_text(jot, "enteredBy", step.entered_by);
    mu_jot_text(jot, "readBack", step.read_back);
    mu_jot_close(jot);
}

static void jot_line(struct mu_jot *jot, const struct view *view, const struct line *line)
{
    mu_jot_open(jot, NULL);
    mu_jot_text(jot, "kind", mu_kind_name(line->kind));
    mu_jot_text(jot, "object", line->object[0] == '\0' ? NULL : line->object);
    if (line->version > 0)
        mu_jot_count(jot, "version", line->version);
    mu_jot_text(jot, "agency", line->agency[0] == '\0' ? NULL : line->agency);
    mu_jot_number(jot, "number", line->number);
    mu_jot_time(jot, "acceptedAt", line->accepted_ms);
    if (line->since_ms != INT64_MAX)
        mu_jot_time(jot, "onMachineAt", line->since_ms);
    jot_second_hand(jot, view, line);
    mu_jot_close(jot);
}

/* All of them: a program is not tired by the forty-first. */
static void jot_lines(struct mu_jot *jot, const struct view *view, const char *key,
                      const struct lines *lines)
{
    mu_jot_list(jot, key);
    for (size_t i = 0; i < lines->count; i++)
        jot_line(jot, view, &lines->line[i]);
    mu_jot_list_end(jot);
}

static void jot_receipt(struct mu_jot *jot, const char *key, const struct mu_known_receipt *receipt)
{
    mu_jot_open(jot, key);
    mu_jot_time(jot, "at", receipt->at_ms);
    mu_jot_number(jot, "through", mu_receipt_through(&receipt->receipt));
    mu_jot_number(jot, "delivered", receipt->receipt.delivered.count);
    mu_jot_number(jot, "checkpoint", receipt->receipt.head.size);
    mu_jot_number(jot, "number", receipt->number);
    mu_jot_close(jot);
}

enum mu_err mu_view_jot(struct view *view)
{
    const struct mu_known_receipt *newest = mu_known_newest(&view->known, view->until_ms);
    struct mu_jot jot = mu_jot(view->out, mu_whole_offset_min(&view->whole));

    mu_jot_open(&jot, NULL);
    mu_jot_time(&jot, "asOf", mu_view_as_of_ms(view));
    mu_jot_text(&jot, "holder", view->known.agency);
    mu_jot_number(&jot, "held", view->count);
    mu_jot_number(&jot, "recorded", view->recorded);
    if (newest != NULL)
        jot_receipt(&jot, "newestReceipt", newest);
    mu_jot_flag(&jot, "exercise", mu_whole_is_exercise(&view->whole));
    mu_whole_jot_damage(&jot, &view->whole);
    mu_jot_flag(&jot, "receiptsAgree", mu_known_agrees(&view->known));
    mu_things_jot(&jot, view->held.picture);
    jot_lines(&jot, view, "late", &view->late);
    jot_lines(&jot, view, "notThere", &view->missing);
    mu_jot_close(&jot);
    return mu_jot_end(&jot);
}

enum mu_err mu_receipts_jot(struct view *view)
{
    struct mu_jot jot = mu_jot(view->out, mu_whole_offset_min(&view->whole));

    mu_jot_open(&jot, NULL);
    mu_jot_text(&jot, "holder", view->known.agency);
    mu_jot_flag(&jot, "exercise", mu_whole_is_exercise(&view->whole));
    mu_whole_jot_damage(&jot, &view->whole);
    mu_jot_flag(&jot, "receiptsAgree", mu_known_agrees(&view->known));
    mu_jot_list(&jot, "receipts");
    for (size_t i = 0; i < view->known.count; i++)
        for (size_t k = 0; k < view->known.chains[i]->count; k++)
            jot_receipt(&jot, NULL, &view->known.chains[i]->receipts[k]);
    mu_jot_list_end(&jot);
    mu_jot_close(&jot);
    return mu_jot_end(&jot);
}
