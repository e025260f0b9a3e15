#include "agents/cli/face.h"

#include <inttypes.h>
#include <stdio.h>

#include "proto/base/clock.h"

void mu_face_end(struct mu_text *out)
{
    while (out->used > 0 && out->at[out->used - 1] == ' ')
        out->at[--out->used] = '\0';
    mu_text_add(out, "\n");
}

/* Every line of an exercise says so. */
void mu_face_begin_text(const struct mu_face *card, const char *title)
{
    size_t from;

    if (card->style->exercise)
        mu_text_addf(card->out, "%s ", mu_word(MU_W_EXERCISE, card->style->lang));
    from = card->out->used;
    mu_text_add(card->out, title);
    mu_show_pad(card->out, from, MU_FACE_TITLE_COLUMNS);
}

void mu_face_begin(const struct mu_face *card, enum mu_word title)
{
    mu_face_begin_text(card, mu_word(title, card->style->lang));
}

void mu_face_unknown(const struct mu_face *card)
{
    mu_text_add(card->out, mu_word(MU_W_NOT_KNOWN, card->style->lang));
    mu_face_end(card->out);
}

void mu_face_fill(const struct mu_face *card, enum mu_word word, const char *a, const char *b)
{
    const char *args[2] = {a, b};

    mu_words_fill(card->out, mu_word(word, card->style->lang), args, b == NULL ? 1 : 2);
}

void mu_face_lines(const struct mu_face *card)
{
    for (size_t i = 0; i < card->finding->n_lines; i++) {
        const Muster__FindingLine *line = card->finding->lines[i];

        if (line->text == NULL)
            continue;
        mu_face_begin_text(card, "");
        mu_text_add(card->out, "- ");
        mu_render_sentence(card->out, card->style, line->text);
        if (line->has_state && line->state == MUSTER__FINDING_STATE__FINDING_STATE_CLOSED) {
            mu_text_add(card->out, " · ");
            mu_show_term(card->out, card->style, "FindingState", (uint32_t)line->state);
        }
        mu_face_end(card->out);
    }
}

void mu_face_minutes(const struct mu_face *card, int64_t at_ms)
{
    int64_t left;
    char number[32];

    if (__builtin_sub_overflow(at_ms, card->now_ms, &left))
        return; /* a time nobody lives to see */
    int64_t minutes = left / MU_MINUTE_MS;

    snprintf(number, sizeof number, "%" PRId64, minutes < 0 ? -minutes : minutes);
    if (card->style->lang == MU_LANG_EN) /* a wide bracket brings its own */
        mu_text_add(card->out, " ");
    mu_face_fill(card, minutes < 0 ? MU_W_MINUTES_AGO : MU_W_IN_MINUTES, number, NULL);
}

bool mu_face_waits(const Muster__Finding *finding)
{
    return finding->state != MUSTER__FINDING_STATE__FINDING_STATE_CLOSED &&
           finding->state != MUSTER__FINDING_STATE__FINDING_STATE_DECIDED;
}
