#include "agents/cli/feed.h"

#include <stdarg.h>

#include "proto/words/terms.h"

#define PIECE_BYTES_MAX 512u

void mu_feed_clause(struct feed *feed, enum mu_word word, ...)
{
    const char *args[10];
    size_t count = 0;
    const char *arg;
    va_list list;

    va_start(list, word);
    while (count < 10 && (arg = va_arg(list, const char *)) != NULL)
        args[count++] = arg;
    va_end(list);
    if (feed->clauses++ > 0)
        mu_text_add(feed->out, feed->style->lang == MU_LANG_ZH ? "，" : ", ");
    mu_words_fill(feed->out, mu_word(word, feed->style->lang), args, count);
}

void mu_feed_count(struct feed *feed, enum mu_word word, int has, int64_t value)
{
    char piece[64];
    struct mu_text text = mu_text(piece, sizeof piece);

    if (!has)
        return;
    mu_show_count(&text, value);
    mu_feed_clause(feed, word, piece, NULL);
}

void mu_feed_metres(struct feed *feed, enum mu_word word, int has, int64_t mm)
{
    char piece[64];
    struct mu_text text = mu_text(piece, sizeof piece);

    if (!has)
        return;
    mu_show_metres(&text, mm);
    mu_feed_clause(feed, word, piece, NULL);
}

void mu_feed_flow(struct feed *feed, enum mu_word word, int has, int64_t milli_m3s)
{
    char piece[64];
    struct mu_text text = mu_text(piece, sizeof piece);

    if (!has)
        return;
    mu_show_milli(&text, milli_m3s);
    mu_feed_clause(feed, word, piece, NULL);
}

void mu_feed_clock(struct feed *feed, enum mu_word word, int has, int64_t ms)
{
    char piece[32];
    struct mu_text text = mu_text(piece, sizeof piece);

    if (!has)
        return;
    mu_show_clock(&text, feed->style, ms);
    mu_feed_clause(feed, word, piece, NULL);
}

void mu_feed_name(struct feed *feed, enum mu_word word, const char *key)
{
    char piece[PIECE_BYTES_MAX];
    struct mu_text text = mu_text(piece, sizeof piece);

    if (key == NULL || *key == '\0')
        return;
    mu_show_named(&text, feed->style, key);
    mu_feed_clause(feed, word, piece, NULL);
}

void mu_feed_window(struct feed *feed, enum mu_word word, const Muster__Window *window)
{
    char piece[64];
    struct mu_text text = mu_text(piece, sizeof piece);

    if (window == NULL)
        return;
    mu_show_window(&text, feed->style, window);
    mu_feed_clause(feed, word, piece, NULL);
}

void mu_feed_quote(struct feed *feed, enum mu_word word, const char *words)
{
    char piece[PIECE_BYTES_MAX];
    struct mu_text text = mu_text(piece, sizeof piece);

    if (words == NULL || *words == '\0')
        return;
    mu_clean(&text, words);
    mu_feed_clause(feed, word, piece, NULL);
}

void mu_feed_term(struct feed *feed, const char *type, int has, uint32_t value)
{
    if (has)
        mu_feed_clause(feed, MU_W_F_AS_IS, mu_term(type, value, feed->style->lang), NULL);
}

void mu_feed_term_in(struct feed *feed, enum mu_word word, const char *type, int has,
                     uint32_t value)
{
    if (has)
        mu_feed_clause(feed, word, mu_term(type, value, feed->style->lang), NULL);
}

void mu_feed_quantities(struct feed *feed, Muster__ItemQuantity *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char piece[PIECE_BYTES_MAX];
        struct mu_text text = mu_text(piece, sizeof piece);

        mu_show_quantity(&text, feed->style, lines[i]);
        mu_feed_clause(feed, MU_W_F_AS_IS, piece, NULL);
    }
}

void mu_feed_edges(struct feed *feed, enum mu_word word, Muster__EdgeUse *const *edges,
                   size_t count)
{
    char piece[PIECE_BYTES_MAX];
    struct mu_text text = mu_text(piece, sizeof piece);

    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        mu_text_add(&text, i == 0 ? "" : "–");
        mu_clean(&text, edges[i]->edge == NULL ? "?" : edges[i]->edge);
        if (edges[i]->has_effect) {
            mu_text_add(&text, " ");
            mu_show_term(&text, feed->style, "EdgeEffect", (uint32_t)edges[i]->effect);
        }
    }
    mu_feed_clause(feed, word, piece, NULL);
}

void mu_feed_ref(struct feed *feed, enum mu_word word, const Muster__Ref *ref)
{
    char piece[128];
    struct mu_text text = mu_text(piece, sizeof piece);

    if (ref == NULL)
        return;
    mu_show_ref(&text, ref);
    mu_feed_clause(feed, word, piece, NULL);
}
