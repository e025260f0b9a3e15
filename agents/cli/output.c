#include "agents/cli/output.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agents/cli/show/show.h"
#include "proto/wire/json.h"

/* ---- style -------------------------------------------------------------------------------------- */

/* A narrow terminal would wrap and tear the columns apart; elsewhere nothing is cut. */
static size_t columns_of(const struct mu_cli *cli)
{
    struct winsize size;

    if (cli->form != MU_FORM_HUMAN || !isatty(STDOUT_FILENO) ||
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < MU_COLUMNS_LEAST)
        return 0;
    return size.ws_col;
}

struct mu_style mu_output_style(const struct mu_cli *cli, int offset_min, const mu_names *names)
{
    return (struct mu_style){.lang = cli->lang,
                             .offset_min = offset_min,
                             .colour = cli->colour,
                             .exercise = cli->exercise,
                             .columns = columns_of(cli),
                             .names = names};
}

/* ---- JSON ----------------------------------------------------------------------------------------- */

void mu_json_string(struct mu_text *out, const char *text)
{
    mu_text_add(out, "\"");
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            mu_text_addf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7F)
            mu_text_addf(out, "\\u%04x", (unsigned)c);
        else
            mu_text_addf(out, "%c", c);
    }
    mu_text_add(out, "\"");
}

static void begin_member(struct mu_text *out, const char *name)
{
    if (out->used > 0 && out->at[out->used - 1] != '{')
        mu_text_add(out, ",");
    mu_json_string(out, name);
    mu_text_add(out, ":");
}

void mu_json_member(struct mu_text *out, const char *name, const char *text)
{
    begin_member(out, name);
    mu_json_string(out, text);
}

void mu_json_number(struct mu_text *out, const char *name, int64_t value)
{
    begin_member(out, name);
    mu_text_addf(out, "%" PRId64, value);
}

void mu_json_open(struct mu_text *out)
{
    mu_text_add(out, "{");
}

void mu_json_close(struct mu_text *out)
{
    mu_text_add(out, "}");
}

/* What scripts ask for most stands outside the event, so that `jq .severity` is enough. */
static void add_topic(struct mu_text *out, const Muster__Event *event)
{
    const Muster__Envelope *e = event->envelope;
    struct mu_style english = {.lang = MU_LANG_EN};
    char word[64];
    struct mu_text text = mu_text(word, sizeof word);

    if (mu_kind_name(mu_kind_of(event)) != NULL)
        mu_json_member(out, "kind", mu_kind_name(mu_kind_of(event)));
    if (e != NULL && e->agency != NULL)
        mu_json_member(out, "agency", e->agency);
    if (e != NULL && e->object != NULL)
        mu_json_member(out, "object", e->object);
    if (e != NULL && e->has_version)
        mu_json_number(out, "version", e->version);
    if (e != NULL && e->has_status) {
        mu_show_term(&text, &english, "Status", (uint32_t)e->status);
        mu_json_member(out, "status", word);
    }
    if (event->body_case == MUSTER__EVENT__BODY_FINDING) {
        char name[128];
        struct mu_text card = mu_text(name, sizeof name);

        mu_render_card_name(&card, event->finding);
        mu_json_member(out, "card", name);
        text = mu_text(word, sizeof word);
        mu_show_term(&text, &english, "Severity",
                     event->finding->has_severity ? (uint32_t)event->finding->severity
                                                  : MUSTER__SEVERITY__SEVERITY_NOT_STATED);
        mu_json_member(out, "severity", word);
    }
}

static void add_entry(struct mu_text *out, const struct mu_style *style,
                      const struct mu_entry *entry)
{
    char word[80];
    struct mu_text text = mu_text(word, sizeof word);

    mu_json_open(out);
    mu_json_number(out, "number", (int64_t)entry->number);
    mu_json_number(out, "epoch", entry->epoch);
    mu_show_iso(&text, style, entry->accepted_at_ms);
    mu_json_member(out, "acceptedAt", word);
    mu_hex(entry->leaf.b, sizeof entry->leaf.b, word);
    mu_json_member(out, "leaf", word);
    mu_hex(entry->agent.b, sizeof entry->agent.b, word);
    mu_json_member(out, "agent", word);
    /* A copied or restored spool goes on under another instance: who watches must see which. A string,
     * as all 64-bit numbers that use their width. */
    snprintf(word, sizeof word, "%" PRIu64, entry->instance);
    mu_json_member(out, "instance", word);
    mu_json_number(out, "lane", entry->lane);
    mu_json_number(out, "sequence", (int64_t)entry->sequence);
    if (entry->code != 0) {
        mu_json_member(out, "refused", mu_err_code((enum mu_err)entry->code));
        mu_json_member(out, "path", entry->path == NULL ? "" : entry->path);
    }
    if (entry->event != NULL) {
        add_topic(out, entry->event);
        begin_member(out, "event");
        mu_event_to_json(entry->event, out);
    }
    mu_json_close(out);
}

/* An event may grow several times its size as JSON; a line that was cut is no JSON. */
char *mu_output_json(const struct mu_style *style, const struct mu_entry *entry)
{
    size_t size = 4096 + entry->body.size * 4;

    for (;; size *= 4) {
        char *buffer = malloc(size);
        struct mu_text text = mu_text(buffer, buffer == NULL ? 0 : size);

        if (buffer == NULL)
            return NULL;
        add_entry(&text, style, entry);
        if (!text.cut)
            return buffer;
        free(buffer);
    }
}

static void print_json(const struct mu_style *style, const struct mu_entry *entry)
{
    char *json = mu_output_json(style, entry);

    MU_CHECK(json != NULL);
    puts(json);
    free(json);
}

/* ---- plain ------------------------------------------------------------------------------------------ */

static const char *or_dash(const char *text)
{
    return text == NULL || *text == '\0' ? "-" : text;
}

/* number, accepted, status, agency, kind, object, version, verdict, summary */
static void print_plain(const struct mu_style *style, const struct mu_entry *entry)
{
    char line[MU_LINE_BYTES_MAX * 2];
    struct mu_text out = mu_text(line, sizeof line);
    const Muster__Event *event = entry->event;
    const Muster__Envelope *e = event == NULL ? NULL : event->envelope;

    mu_text_addf(&out, "%" PRIu64 "\t", entry->number);
    mu_show_iso(&out, style, entry->accepted_at_ms);
    mu_text_addf(&out, "\t%s\t",
                 style->exercise || (e != NULL && e->status == MUSTER__STATUS__STATUS_EXERCISE)
                     ? mu_word(MU_W_EXERCISE, style->lang)
                     : "-");
    mu_clean(&out, or_dash(e == NULL ? NULL : e->agency));
    mu_text_addf(&out, "\t%s\t", or_dash(event == NULL ? NULL : mu_kind_name(mu_kind_of(event))));
    if (event != NULL && event->body_case == MUSTER__EVENT__BODY_FINDING)
        mu_render_card_name(&out, event->finding);
    else
        mu_clean(&out, or_dash(e == NULL ? NULL : e->object));
    mu_text_addf(&out, "\t%u\t%s\t", e != NULL && e->has_version ? (unsigned)e->version : 0u,
                 entry->code == 0 ? "accepted" : mu_err_code((enum mu_err)entry->code));
    mu_render_summary(&out, style, entry);
    puts(line);
}

/* ---- one entry, one line ------------------------------------------------------------------------------ */

static void print_human(const struct mu_style *style, const struct mu_entry *entry)
{
    char buffer[MU_CARD_BYTES_MAX];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    mu_render_line(&text, style, entry);
    mu_text_add(&text, "\n");
    mu_render_more(&text, style, entry);
    fputs(buffer, stdout);
}

void mu_output_entry(const struct mu_cli *cli, const struct mu_style *style,
                     const struct mu_entry *entry)
{
    switch (cli->form) {
    case MU_FORM_JSON:
        print_json(style, entry);
        break;
    case MU_FORM_PLAIN:
        print_plain(style, entry);
        break;
    case MU_FORM_HUMAN:
        print_human(style, entry);
        break;
    }
}

void mu_output_line(const struct mu_cli *cli, enum mu_word word, ...)
{
    char line[2048];
    struct mu_text text = mu_text(line, sizeof line);
    const char *args[10];
    size_t count = 0;
    const char *arg;
    va_list list;

    va_start(list, word);
    while (count < 10 && (arg = va_arg(list, const char *)) != NULL)
        args[count++] = arg;
    va_end(list);
    if (cli->exercise)
        mu_text_addf(&text, "%s ", mu_word(MU_W_EXERCISE, cli->lang));
    mu_words_fill(&text, mu_word(word, cli->lang), args, count);
    puts(line);
}
