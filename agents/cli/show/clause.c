#include "agents/cli/show/feed.h"

#include <stdarg.h>
#include <string.h>

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

/* ---- one value, one clause -------------------------------------------------------------------- */

/* How a value is written; what is NULL was not stated and makes no clause. */
typedef void show_value(struct mu_text *out, const struct mu_style *style, const void *value);

static void add_value(struct feed *feed, enum mu_word word, show_value *show, const void *value)
{
    char piece[PIECE_BYTES_MAX];
    struct mu_text text = mu_text(piece, sizeof piece);

    if (value == NULL)
        return;
    show(&text, feed->style, value);
    mu_feed_clause(feed, word, piece, NULL);
}

static void show_count(struct mu_text *out, const struct mu_style *style, const void *value)
{
    (void)style;
    mu_show_count(out, *(const int64_t *)value);
}

static void show_metres(struct mu_text *out, const struct mu_style *style, const void *value)
{
    (void)style;
    mu_show_metres(out, *(const int64_t *)value);
}

static void show_milli(struct mu_text *out, const struct mu_style *style, const void *value)
{
    (void)style;
    mu_show_milli(out, *(const int64_t *)value);
}

static void show_clock(struct mu_text *out, const struct mu_style *style, const void *value)
{
    mu_show_clock(out, style, *(const int64_t *)value);
}

static void show_named(struct mu_text *out, const struct mu_style *style, const void *value)
{
    mu_show_named(out, style, value);
}

static void show_window(struct mu_text *out, const struct mu_style *style, const void *value)
{
    mu_show_window(out, style, value);
}

static void show_words(struct mu_text *out, const struct mu_style *style, const void *value)
{
    (void)style;
    mu_clean(out, value);
}

static void show_quantity(struct mu_text *out, const struct mu_style *style, const void *value)
{
    mu_show_quantity(out, style, value);
}

static void show_ref(struct mu_text *out, const struct mu_style *style, const void *value)
{
    const Muster__Ref *ref = value;
    char key[2 * sizeof(struct mu_hash) + 8] = "leaf:";

    if (ref->object != NULL || !ref->has_leaf || ref->leaf.len != sizeof(struct mu_hash) ||
        style->names == NULL) {
        mu_show_ref(out, ref);
        return;
    }
    /* A decision has no name of its own: it is known by its card. */
    mu_hex(ref->leaf.data, ref->leaf.len / 2, key + strlen(key));
    const char *name = mu_names_of(style->names, key, style->lang);
    if (name == key)
        mu_show_ref(out, ref);
    else
        mu_clean(out, name);
}

static const void *if_said(const char *text)
{
    return text == NULL || *text == '\0' ? NULL : text;
}

void mu_feed_count(struct feed *feed, enum mu_word word, int has, int64_t value)
{
    add_value(feed, word, show_count, has ? &value : NULL);
}

void mu_feed_metres(struct feed *feed, enum mu_word word, int has, int64_t mm)
{
    add_value(feed, word, show_metres, has ? &mm : NULL);
}

void mu_feed_flow(struct feed *feed, enum mu_word word, int has, int64_t milli_m3s)
{
    add_value(feed, word, show_milli, has ? &milli_m3s : NULL);
}

void mu_feed_clock(struct feed *feed, enum mu_word word, int has, int64_t ms)
{
    add_value(feed, word, show_clock, has ? &ms : NULL);
}

void mu_feed_name(struct feed *feed, enum mu_word word, const char *key)
{
    add_value(feed, word, show_named, if_said(key));
}

void mu_feed_window(struct feed *feed, enum mu_word word, const Muster__Window *window)
{
    add_value(feed, word, show_window, window);
}

void mu_feed_quote(struct feed *feed, enum mu_word word, const char *words)
{
    add_value(feed, word, show_words, if_said(words));
}

void mu_feed_ref(struct feed *feed, enum mu_word word, const Muster__Ref *ref)
{
    add_value(feed, word, show_ref, ref);
}

void mu_feed_term_in(struct feed *feed, enum mu_word word, const char *type, int has,
                     uint32_t value)
{
    if (has)
        mu_feed_clause(feed, word, mu_term(type, value, feed->style->lang), NULL);
}

void mu_feed_term(struct feed *feed, const char *type, int has, uint32_t value)
{
    mu_feed_term_in(feed, MU_W_F_AS_IS, type, has, value);
}

/* ---- lists --------------------------------------------------------------------------------------- */

void mu_feed_quantities(struct feed *feed, Muster__ItemQuantity *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_value(feed, MU_W_F_AS_IS, show_quantity, lines[i]);
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
