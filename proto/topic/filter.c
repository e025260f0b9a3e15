#include "proto/topic/filter.h"

#include <stddef.h>
#include <string.h>

#include "proto/base/limits.h"
#include "proto/topic/area.h"

/* Severity by name. The numbers are those of the schema's enum Severity, where the graver is the
 * smaller one; they are written out because this room lies below the generated code. */
static const struct {
    const char *name;
    uint32_t number;
} severities[] = {{"extreme", 2}, {"severe", 3}, {"moderate", 4}, {"minor", 5}};
#define GRAVEST 2u

static bool is_name(struct mu_bytes value)
{
    if (value.size == 0 || value.size > MU_NAME_BYTES_MAX)
        return false;
    for (size_t i = 0; i < value.size; i++)
        if (value.data[i] < 0x20 || value.data[i] == 0x7F || value.data[i] == '=')
            return false;
    return true;
}

static bool is_kind(struct mu_bytes value)
{
    for (size_t i = 0; i < value.size; i++) {
        uint8_t c = value.data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return is_name(value);
}

static bool is_area(struct mu_bytes value)
{
    return mu_area_ok(value);
}

static uint32_t severity_number(struct mu_bytes value)
{
    for (size_t i = 0; i < sizeof severities / sizeof severities[0]; i++)
        if (value.size == strlen(severities[i].name) &&
            memcmp(value.data, severities[i].name, value.size) == 0)
            return severities[i].number;
    return 0;
}

static bool is_severity(struct mu_bytes value)
{
    return severity_number(value) != 0;
}

/* A word's name, what its values must be, and where they go. Severity goes to one number. */
static const struct word {
    const char *name;
    bool (*is_value)(struct mu_bytes value);
    size_t words_at;
} words[] = {
    {"type", is_kind, offsetof(struct mu_filter, type)},
    {"area", is_area, offsetof(struct mu_filter, area)},
    {"agency", is_name, offsetof(struct mu_filter, agency)},
    {"incident", is_name, offsetof(struct mu_filter, incident)},
    {"severity", is_severity, 0},
};
#define WORDS (sizeof words / sizeof words[0])

/* The bytes of `text` from `*at` up to one of `ends` or the end; *at moves behind them. */
static struct mu_bytes take_until(struct mu_bytes text, size_t *at, const char *ends)
{
    size_t from = *at;

    while (*at < text.size && strchr(ends, text.data[*at]) == NULL)
        (*at)++;
    return (struct mu_bytes){text.data + from, *at - from};
}

static enum mu_err add_value(struct mu_filter *filter, const struct word *word,
                             struct mu_bytes value)
{
    struct mu_filter_words *into = (void *)((char *)filter + word->words_at);
    uint32_t severity = severity_number(value);

    if (!word->is_value(value))
        return MU_E_BAD_VALUE;
    if (word->is_value == is_severity) {
        /* "Any value" of several severities is the least grave of them. */
        if (severity > filter->severity_min)
            filter->severity_min = severity;
        return MU_OK;
    }
    if (into->count == MU_FILTER_VALUES_MAX)
        return MU_E_BAD_VALUE;
    into->value[into->count++] = value;
    return MU_OK;
}

static const struct word *find_word(struct mu_bytes name)
{
    for (size_t i = 0; i < WORDS; i++)
        if (name.size == strlen(words[i].name) && memcmp(name.data, words[i].name, name.size) == 0)
            return &words[i];
    return NULL;
}

/* One word of the text, `name=value,value`; *at stands on it and moves behind it, or stays where
 * it went wrong. `*seen` has a bit per word: said twice, a word could only contradict itself. */
static enum mu_err read_word(struct mu_bytes text, size_t *at, struct mu_filter *out,
                             unsigned *seen)
{
    size_t next = *at;
    const struct word *word = find_word(take_until(text, &next, "= "));

    if (word == NULL || next == text.size || text.data[next] != '=')
        return MU_E_BAD_VALUE;
    if (*seen & 1u << (word - words))
        return MU_E_BAD_VALUE;
    *seen |= 1u << (word - words);
    do {
        *at = ++next;
        if (add_value(out, word, take_until(text, &next, ", ")) != MU_OK)
            return MU_E_BAD_VALUE;
    } while (next < text.size && text.data[next] == ',');
    *at = next;
    return MU_OK;
}

enum mu_err mu_filter_read(struct mu_bytes text, struct mu_filter *out, size_t *at)
{
    struct mu_bytes kept = {(const uint8_t *)out->text, text.size};
    unsigned seen = 0;

    *at = 0;
    *out = (struct mu_filter){.severity_min = 0};
    if (text.size >= sizeof out->text) {
        *at = sizeof out->text - 1;
        return MU_E_BAD_VALUE;
    }
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == 0) {
            *at = i;
            return MU_E_BAD_VALUE;
        }
    if (text.size > 0)
        memcpy(out->text, text.data, text.size);
    while (*at < kept.size) {
        if (kept.data[*at] == ' ')
            (*at)++;
        else if (read_word(kept, at, out, &seen) != MU_OK)
            return MU_E_BAD_VALUE;
    }
    return MU_OK;
}

static bool same(struct mu_bytes a, struct mu_bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Whether the word was left out, or one of its values holds for `fact`. */
static bool any_holds(const struct mu_filter_words *values, struct mu_bytes fact,
                      bool (*holds)(struct mu_bytes fact, struct mu_bytes value))
{
    for (size_t i = 0; i < values->count; i++)
        if (holds(fact, values->value[i]))
            return true;
    return values->count == 0;
}

bool mu_filter_wants(const struct mu_filter *filter, const struct mu_filter_facts *facts)
{
    /* An event that does not say how grave it is, is not wanted by one who asks for grave ones. */
    if (filter->severity_min != 0 &&
        (facts->severity < GRAVEST || facts->severity > filter->severity_min))
        return false;
    return any_holds(&filter->type, facts->kind, same) &&
           any_holds(&filter->area, facts->area, mu_area_within) &&
           any_holds(&filter->agency, facts->agency, same) &&
           any_holds(&filter->incident, facts->incident, same);
}

bool mu_filter_is_everything(const struct mu_filter *filter)
{
    return filter->severity_min == 0 && filter->type.count == 0 && filter->area.count == 0 &&
           filter->agency.count == 0 && filter->incident.count == 0;
}
