/* What `muster watch` is asked for: options, and the filter they make. */
#include "agents/cli/watch.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/cli/format.h"
#include "agents/cli/options.h"
#include "proto/wire/event.h"

enum {
    KEY_SINCE = 256,
    KEY_UNTIL,
    KEY_TYPE,
    KEY_AGENCY,
    KEY_AREA,
    KEY_COUNT,
    KEY_WAIT,
    KEY_STOP,
    KEY_PLACE,
    KEY_SEVERITY,
    KEY_FORMAT,
    KEY_NEWEST,
    KEY_EXEC,
    KEY_CURSOR,
    KEY_KEEP_GOING,
    KEY_AGAIN
};

const struct mu_cli_option mu_cli_watch_options[] = {
    {"since", KEY_SINCE, "TIME", MU_W_OPT_SINCE},
    {"until", KEY_UNTIL, "TIME", MU_W_OPT_UNTIL},
    {"type", KEY_TYPE, "KIND,...", MU_W_OPT_TYPE},
    {"agency", KEY_AGENCY, "CODE,...", MU_W_OPT_AGENCY},
    {"area", KEY_AREA, "PREFIX", MU_W_OPT_AREA},
    {"place", KEY_PLACE, "PLACE", MU_W_OPT_WATCH_PLACE},
    {"min-severity", KEY_SEVERITY, "extreme|severe|moderate|minor", MU_W_OPT_SEVERITY},
    {"last", 'n', "N", MU_W_OPT_LAST},
    {"count", KEY_COUNT, "N", MU_W_OPT_COUNT},
    {"wait", KEY_WAIT, "SECONDS", MU_W_OPT_WATCH_WAIT},
    {"last-per-key", KEY_NEWEST, NULL, MU_W_OPT_NEWEST},
    {"format", KEY_FORMAT, "TEMPLATE", MU_W_OPT_FORMAT},
    {"exec", KEY_EXEC, "CMD", MU_W_OPT_EXEC},
    {"keep-going", KEY_KEEP_GOING, NULL, MU_W_OPT_KEEP_GOING},
    {"cursor", KEY_CURSOR, "NAME", MU_W_OPT_CURSOR},
    {"again", KEY_AGAIN, NULL, MU_W_OPT_AGAIN},
    {"follow", 'f', NULL, MU_W_OPT_FOLLOW},
    {"no-follow", KEY_STOP, NULL, MU_W_OPT_NO_FOLLOW},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* ---- words of the command line ------------------------------------------------------------------ */

static bool read_count(const char *value, long *out)
{
    char *end;

    errno = 0;
    *out = strtol(value, &end, 10);
    return end != value && *end == '\0' && errno == 0 && *out >= 0;
}

static bool take(struct mu_watch *watch, int key, const char *value)
{
    long seconds;

    switch (key) {
    case KEY_SINCE:
        watch->since = value;
        return true;
    case KEY_UNTIL:
        watch->until = value;
        return true;
    case KEY_TYPE:
        watch->type = value;
        return true;
    case KEY_AGENCY:
        watch->agency = value;
        return true;
    case KEY_AREA:
        watch->area = value;
        return true;
    case 'n':
        return read_count(value, &watch->last);
    case KEY_COUNT:
        return read_count(value, &watch->count);
    case KEY_WAIT:
        if (!read_count(value, &seconds) || seconds > INT_MAX / 1000)
            return false;
        watch->wait_ms = (int)seconds * 1000;
        return true;
    case KEY_STOP:
        watch->stop = true;
        return true;
    case KEY_PLACE:
        watch->place = value;
        return true;
    case KEY_SEVERITY:
        watch->severity = value;
        return true;
    case KEY_FORMAT:
        watch->format = value;
        return true;
    case KEY_NEWEST:
        watch->only_newest = true;
        return true;
    case KEY_EXEC:
        watch->command = value;
        return true;
    case KEY_CURSOR:
        watch->cursor = value;
        return true;
    case KEY_KEEP_GOING:
        watch->exec.keep_going = true;
        return true;
    case KEY_AGAIN:
        watch->exec.again = true;
        return true;
    default:
        return true;
    }
}

/* A kind nobody knows would be waited for in vain. NULL: all are known; else the one that is not. */
static const char *unknown_kind(const char *type)
{
    static char name[64];

    for (const char *at = type; *at != '\0'; at += at[0] == ',') {
        size_t length = strcspn(at, ",");

        snprintf(name, sizeof name, "%.*s", (int)length, at);
        if (strcmp(name, "conflict") != 0 && mu_kind_number(name) == 0)
            return name;
        at += length;
    }
    return NULL;
}

/* People say "conflict" for a finding that is a card. */
static void read_kinds(struct mu_watch *watch, struct mu_text *out)
{
    bool cards = false, findings = false;
    size_t count = 0;

    mu_text_add(out, "type=");
    for (const char *at = watch->type; *at != '\0';) {
        size_t length = strcspn(at, ",");
        bool conflict = length == 8 && strncmp(at, "conflict", 8) == 0;

        cards |= conflict;
        findings |= length == 7 && strncmp(at, "finding", 7) == 0;
        mu_text_addf(out, "%s%.*s", count++ > 0 ? "," : "", conflict ? 7 : (int)length,
                     conflict ? "finding" : at);
        at += length + (at[length] == ',' ? 1 : 0);
    }
    mu_text_add(out, " ");
    watch->only_cards = cards && !findings;
}

int mu_watch_filter(struct mu_watch *watch)
{
    static struct mu_filter filter; /* large, and its values point into it */
    struct mu_text text = mu_text(watch->text, sizeof watch->text);
    size_t at = 0;
    const char *unknown = watch->type == NULL ? NULL : unknown_kind(watch->type);

    if (unknown != NULL)
        return mu_cli_misused(watch->cli, MU_W_UNKNOWN_KIND, unknown, NULL);
    if (watch->type != NULL)
        read_kinds(watch, &text);
    if (watch->agency != NULL)
        mu_text_addf(&text, "agency=%s ", watch->agency);
    if (watch->area != NULL)
        mu_text_addf(&text, "area=%s ", watch->area);
    if (watch->severity != NULL)
        mu_text_addf(&text, "severity=%s ", watch->severity);
    while (text.used > 0 && watch->text[text.used - 1] == ' ')
        watch->text[--text.used] = '\0';
    struct mu_bytes bytes = {(const uint8_t *)watch->text, text.used};
    if (!text.cut && mu_filter_read(bytes, &filter, &at) == MU_OK)
        return MU_EXIT_DONE;
    return mu_cli_misused(watch->cli, MU_W_BAD_FILTER, watch->text + (at < text.used ? at : 0),
                          NULL);
}

/* "--count" for its key: what a person can find again on the help page. */
static const char *name_of(int key)
{
    static char name[32];

    for (const struct mu_cli_option *at = mu_cli_watch_options; at->name != NULL; at++)
        if (at->key == key)
            snprintf(name, sizeof name, "--%s", at->name);
    return name;
}

static int check_line(struct mu_watch *watch)
{
    char wrong[64], names[256];
    struct mu_text text = mu_text(names, sizeof names);

    mu_format_names(&text);
    if (watch->format != NULL && !mu_format_ok(watch->format, wrong, sizeof wrong))
        return mu_cli_misused(watch->cli, MU_W_BAD_FORMAT, wrong, names, NULL);
    if (watch->area != NULL && watch->place != NULL)
        return mu_cli_misused(watch->cli, MU_W_AREA_OR_PLACE, NULL);
    if (watch->command == NULL &&
        (watch->cursor != NULL || watch->exec.keep_going || watch->exec.again))
        return mu_cli_misused(watch->cli, MU_W_ONLY_WITH_EXEC, NULL);
    if (watch->command != NULL && watch->last >= 0) /* it would pass over what is still owed */
        return mu_cli_misused(watch->cli, MU_W_EXEC_NOT_LAST, NULL);
    return mu_watch_filter(watch);
}

int mu_watch_read_line(struct mu_watch *watch, int argc, char **argv)
{
    struct mu_cli *cli = watch->cli;
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_watch_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key;
        if (!take(watch, key, value)) {
            mu_cli_wrong_value(cli, name_of(key), value);
            return '?';
        }
    }
    if (optind < argc) {
        mu_cli_misused(cli, MU_W_UNEXPECTED, argv[optind], NULL);
        return '?';
    }
    return check_line(watch) == MU_EXIT_DONE ? 0 : '?';
}
