#include "proto/picture/voice.h"

#include "proto/base/clock.h"
#include "proto/wire/json.h"
#include "proto/words/amount.h"
#include "proto/words/terms.h"

#include <string.h>

#define VALUE_CHARS 160u

/* ---- to people ---- */

const char *mu_voice_word(const struct voice *v, enum mu_word word)
{
    return mu_word(word, v->listener->lang);
}

static void join(struct voice *v)
{
    mu_text_add(v->out, v->begun && !v->in_item ? mu_voice_word(v, MU_W_TELL_AND) : " ");
    v->begun = true;
}

static void say(struct voice *v, enum mu_word sentence, const char *value)
{
    join(v);
    mu_words_fill(v->out, mu_voice_word(v, sentence), &value, 1);
}

static void add_unit(const struct voice *v, struct mu_text *out, uint32_t unit)
{
    const char *word = mu_term("Measure", unit, v->listener->lang);

    if (unit == 0 || unit == MUSTER__MEASURE__MEASURE_PIECE || unit == MUSTER__MEASURE__MEASURE_ONE)
        return;
    mu_text_addf(out, "%s%s", v->listener->lang == MU_LANG_ZH ? "" : " ", word);
}

void mu_voice_unstated(struct voice *v)
{
    say(v, MU_W_TELL_NOT_STATED, "");
}

static bool same_day(const struct voice *v, const struct mu_span *span)
{
    struct mu_civil a = mu_civil(span->start_ms, v->listener->offset_min);
    struct mu_civil b = mu_civil(span->end_ms, v->listener->offset_min);

    return a.day == b.day && a.month == b.month && a.year == b.year;
}

/* A passage is filed as one millisecond: to people it is a moment. */
static enum mu_word span_word(const struct mu_span *span)
{
    if (span->end_ms == MU_ENDLESS)
        return MU_W_TELL_SPAN_OPEN;
    if (span->start_ms == INT64_MIN)
        return MU_W_TELL_SPAN_BY;
    return span->end_ms - span->start_ms <= 1 ? MU_W_F_AS_IS : MU_W_TELL_SPAN;
}

void mu_voice_span(struct voice *v, const struct mu_span *span)
{
    char from[VALUE_CHARS], to[VALUE_CHARS];
    struct mu_text start = mu_text(from, sizeof from), end = mu_text(to, sizeof to);
    int offset_min = v->listener->offset_min;
    enum mu_word word = span_word(span);
    const char *args[] = {from, to};

    if (span->start_ms == INT64_MIN && span->end_ms == MU_ENDLESS)
        return;
    mu_words_moment(&start, span->start_ms == INT64_MIN ? span->end_ms : span->start_ms,
                    offset_min);
    if (word == MU_W_TELL_SPAN && same_day(v, span))
        mu_words_clock(&end, span->end_ms, offset_min);
    else if (word == MU_W_TELL_SPAN)
        mu_words_moment(&end, span->end_ms, offset_min);
    join(v);
    mu_words_fill(v->out, mu_voice_word(v, word), args, 2);
}

/* ---- to machines and programs ---- */

static void add_key(struct voice *v, const char *key)
{
    mu_text_add(v->out, v->comma);
    mu_json_quote(key, v->out);
    mu_text_add(v->out, ":");
    v->comma = ",";
}

static void begin_word(struct voice *v, const char *word)
{
    if (word != NULL)
        mu_text_addf(v->out, " %s", word);
}

static void add_raw(struct voice *v, const struct label *label, int64_t value)
{
    if (!v->json) {
        begin_word(v, label->word);
        mu_text_addf(v->out, " %lld", (long long)value);
        return;
    }
    add_key(v, label->key);
    mu_text_addf(v->out, "\"%lld\"", (long long)value);
}

/* ---- values ---- */

static void add_amount(struct voice *v, const struct label *label, int64_t value, uint32_t unit,
                       void (*write)(struct mu_text *out, int64_t value))
{
    char amount[VALUE_CHARS];
    struct mu_text text = mu_text(amount, sizeof amount);

    if (v->listener == NULL) {
        add_raw(v, label, value);
        return;
    }
    write(&text, value);
    add_unit(v, &text, unit);
    say(v, label->says, amount);
}

void mu_voice_count(struct voice *v, const struct label *label, bool known, int64_t value)
{
    mu_voice_measure(v, label, known, value, 0);
}

void mu_voice_measure(struct voice *v, const struct label *label, bool known, int64_t value,
                      uint32_t unit)
{
    if (known)
        add_amount(v, label, value, unit, mu_words_count);
}

void mu_voice_milli(struct voice *v, const struct label *label, bool known, int64_t milli,
                    uint32_t unit)
{
    if (known)
        add_amount(v, label, milli, unit, mu_words_milli);
}

void mu_voice_time(struct voice *v, const struct label *label, bool known, int64_t ms)
{
    char when[VALUE_CHARS];
    struct mu_text text = mu_text(when, sizeof when);

    if (!known)
        return;
    if (v->listener == NULL) {
        add_raw(v, label, ms);
        return;
    }
    mu_words_moment(&text, ms, v->listener->offset_min);
    say(v, label->says, when);
}

void mu_voice_name(struct voice *v, const struct label *label, const char *value)
{
    if (value == NULL)
        return;
    if (v->listener != NULL) {
        say(v, label->says, value);
    } else if (!v->json) {
        begin_word(v, label->word);
        mu_text_addf(v->out, " %s", value);
    } else {
        add_key(v, label->key);
        mu_json_quote(value, v->out);
    }
}

void mu_voice_code(struct voice *v, const struct label *label, const char *type, uint32_t value)
{
    const char *name = mu_term(type, value, v->listener == NULL ? MU_LANG_EN : v->listener->lang);

    if (v->listener != NULL)
        say(v, label->says, value == 0 ? mu_voice_word(v, MU_W_TELL_NOT_STATED) : name);
    else if (!v->json)
        mu_text_addf(v->out, " %s %u", label->word, value);
    else if (strcmp(name, "?") != 0)
        mu_voice_name(v, label, name);
}

/* ---- lists ---- */

void mu_voice_list(struct voice *v, const char *key)
{
    if (!v->json)
        return;
    add_key(v, key);
    mu_text_add(v->out, "[");
    v->comma = "";
}

void mu_voice_list_end(struct voice *v)
{
    if (!v->json)
        return;
    mu_text_add(v->out, "]");
    v->comma = ",";
}

void mu_voice_item(struct voice *v, const char *sign, const char *key, const char *name)
{
    v->in_item = *sign != '\0';
    if (v->json) {
        mu_text_addf(v->out, "%s{", v->comma);
        v->comma = "";
        mu_voice_name(v, LABEL(NULL, key, MU_W_F_AS_IS), name);
    } else if (v->listener == NULL) {
        mu_text_addf(v->out, " %s%s", sign, name == NULL ? "?" : name);
    } else {
        join(v);
        mu_text_addf(v->out, "%s%s", sign,
                     name == NULL ? mu_voice_word(v, MU_W_TELL_NOT_STATED) : name);
    }
    v->in_item = true;
}

void mu_voice_item_end(struct voice *v)
{
    if (v->json)
        mu_text_add(v->out, "}");
    v->in_item = false;
    v->comma = ",";
}
