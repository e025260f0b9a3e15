#include "agents/cli/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agents/cli/show/show.h"

static const Muster__Envelope *envelope_of(const struct mu_entry *entry)
{
    return entry->event == NULL ? NULL : entry->event->envelope;
}

/* ---- the names ------------------------------------------------------------------------------------- */

static void add_number(struct mu_text *out, const struct mu_style *style,
                       const struct mu_entry *entry)
{
    (void)style;
    mu_text_addf(out, "%" PRIu64, entry->number);
}

static void add_time(struct mu_text *out, const struct mu_style *style,
                     const struct mu_entry *entry)
{
    mu_show_iso(out, style, entry->accepted_at_ms);
}

static void add_status(struct mu_text *out, const struct mu_style *style,
                       const struct mu_entry *entry)
{
    const Muster__Envelope *e = envelope_of(entry);

    if (style->exercise || (e != NULL && e->status == MUSTER__STATUS__STATUS_EXERCISE))
        mu_text_add(out, mu_word(MU_W_EXERCISE, style->lang));
    else
        mu_text_add(out, "-");
}

static void add_text(struct mu_text *out, const char *text)
{
    mu_clean(out, text == NULL || *text == '\0' ? "-" : text);
}

static void add_agency(struct mu_text *out, const struct mu_style *style,
                       const struct mu_entry *entry)
{
    (void)style;
    add_text(out, envelope_of(entry) == NULL ? NULL : envelope_of(entry)->agency);
}

static void add_area(struct mu_text *out, const struct mu_style *style,
                     const struct mu_entry *entry)
{
    (void)style;
    add_text(out, envelope_of(entry) == NULL ? NULL : envelope_of(entry)->area);
}

static void add_kind(struct mu_text *out, const struct mu_style *style,
                     const struct mu_entry *entry)
{
    (void)style;
    add_text(out, entry->event == NULL ? NULL : mu_kind_name(mu_kind_of(entry->event)));
}

static void add_object(struct mu_text *out, const struct mu_style *style,
                       const struct mu_entry *entry)
{
    (void)style;
    if (entry->event != NULL && entry->event->body_case == MUSTER__EVENT__BODY_FINDING)
        mu_render_card_name(out, entry->event->finding);
    else
        add_text(out, envelope_of(entry) == NULL ? NULL : envelope_of(entry)->object);
}

static void add_version(struct mu_text *out, const struct mu_style *style,
                        const struct mu_entry *entry)
{
    const Muster__Envelope *e = envelope_of(entry);

    (void)style;
    if (e != NULL && e->has_version)
        mu_text_addf(out, "%" PRIu32, e->version);
    else
        mu_text_add(out, "-");
}

static void add_severity(struct mu_text *out, const struct mu_style *style,
                         const struct mu_entry *entry)
{
    const Muster__Event *event = entry->event;
    bool is_finding = event != NULL && event->body_case == MUSTER__EVENT__BODY_FINDING;
    const Muster__Envelope *e = envelope_of(entry);

    if (is_finding && event->finding->has_severity)
        mu_show_term(out, style, "Severity", (uint32_t)event->finding->severity);
    else if (e != NULL && e->has_severity)
        mu_show_term(out, style, "Severity", (uint32_t)e->severity);
    else
        mu_text_add(out, "-");
}

static void add_leaf(struct mu_text *out, const struct mu_style *style,
                     const struct mu_entry *entry)
{
    char hex[65];

    (void)style;
    mu_hex(entry->leaf.b, sizeof entry->leaf.b, hex);
    mu_text_add(out, hex);
}

static void add_summary(struct mu_text *out, const struct mu_style *style,
                        const struct mu_entry *entry)
{
    mu_render_summary(out, style, entry);
}

static const struct name {
    const char *name;
    void (*add)(struct mu_text *out, const struct mu_style *style, const struct mu_entry *entry);
} names[] = {
    {"number", add_number},   {"time", add_time},       {"status", add_status},
    {"agency", add_agency},   {"kind", add_kind},       {"object", add_object},
    {"version", add_version}, {"area", add_area},       {"severity", add_severity},
    {"leaf", add_leaf},       {"summary", add_summary},
};

void mu_format_names(struct mu_text *out)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        mu_text_addf(out, "%s{%s}", i == 0 ? "" : " ", names[i].name);
}

/* ---- the template ------------------------------------------------------------------------------------ */

/* The name between braces at `at`, and how long all of it is; NULL when there is no such name. */
static const struct name *name_at(const char *at, size_t *length)
{
    const char *end = strchr(at, '}');

    *length = end == NULL ? strlen(at) : (size_t)(end - at) + 1;
    for (size_t i = 0; end != NULL && i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i].name) == *length - 2 &&
            strncmp(names[i].name, at + 1, *length - 2) == 0)
            return &names[i];
    return NULL;
}

bool mu_format_ok(const char *template, char *wrong, size_t size)
{
    for (const char *at = strchr(template, '{'); at != NULL; at = strchr(at + 1, '{')) {
        size_t length;

        if (name_at(at, &length) != NULL)
            continue;
        snprintf(wrong, size, "%.*s", (int)length, at);
        return false;
    }
    return true;
}

void mu_format_entry(struct mu_text *out, const char *template, const struct mu_style *style,
                     const struct mu_entry *entry)
{
    for (const char *at = template; *at != '\0';) {
        size_t length = 0;
        const struct name *name = *at == '{' ? name_at(at, &length) : NULL;

        if (name != NULL) {
            name->add(out, style, entry);
            at += length;
        } else if (at[0] == '\\' && (at[1] == 't' || at[1] == 'n')) {
            mu_text_add(out, at[1] == 't' ? "\t" : "\n");
            at += 2;
        } else {
            mu_text_addf(out, "%c", *at++);
        }
    }
}
