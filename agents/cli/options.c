#include "agents/cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX 64u

enum {
    KEY_DIR = 1000,
    KEY_AS,
    KEY_JSON,
    KEY_PLAIN,
    KEY_NO_COLOR,
    KEY_LANG,
    KEY_TIMEOUT,
    KEY_NO_INPUT,
    KEY_HELP = 'h',
    KEY_QUIET = 'q',
};

const struct mu_cli_option mu_common_options[] = {
    {"dir", KEY_DIR, "DIR", MU_W_OPT_DIR},
    {"as", KEY_AS, "AGENCY", MU_W_OPT_AS},
    {"json", KEY_JSON, NULL, MU_W_OPT_JSON},
    {"plain", KEY_PLAIN, NULL, MU_W_OPT_PLAIN},
    {"no-color", KEY_NO_COLOR, NULL, MU_W_OPT_NO_COLOR},
    {"lang", KEY_LANG, "zh|en", MU_W_OPT_LANG},
    {"timeout", KEY_TIMEOUT, "SECONDS", MU_W_OPT_TIMEOUT},
    {"no-input", KEY_NO_INPUT, NULL, MU_W_OPT_NO_INPUT},
    {"quiet", KEY_QUIET, NULL, MU_W_OPT_QUIET},
    {"help", KEY_HELP, NULL, MU_W_OPT_HELP},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* getopt's own tables, made from ours. */
struct tables {
    struct option longs[OPTIONS_MAX + 1];
    char shorts[3 * OPTIONS_MAX + 4];
    size_t count;
};

static void add(struct tables *tables, const struct mu_cli_option *options)
{
    for (; options != NULL && options->name != NULL && tables->count < OPTIONS_MAX; options++) {
        int has_argument = options->argument != NULL ? required_argument : no_argument;

        tables->longs[tables->count++] =
            (struct option){options->name, has_argument, NULL, options->key};
        if (options->key < 256)
            snprintf(tables->shorts + strlen(tables->shorts), 3, "%c%s", options->key,
                     options->argument != NULL ? ":" : "");
    }
}

static int wrong_value(const struct mu_cli *cli, const char *option, const char *value)
{
    mu_cli_wrong_value(cli, option, value);
    return '?';
}

static int set_lang(struct mu_cli *cli, const char *value)
{
    if (strcmp(value, "zh") != 0 && strcmp(value, "en") != 0)
        return wrong_value(cli, "--lang", value);
    cli->lang = strcmp(value, "zh") == 0 ? MU_LANG_ZH : MU_LANG_EN;
    return 0;
}

static int set_timeout(struct mu_cli *cli, const char *value)
{
    char *end;
    double seconds = strtod(value, &end);

    if (end == value || *end != '\0' || !(seconds >= 0 && seconds <= 86400))
        return wrong_value(cli, "--timeout", value);
    cli->timeout_ms = (int)(seconds * 1000);
    return 0;
}

/* 0: taken, go on; otherwise what mu_cli_option is to return. */
static int take_common(struct mu_cli *cli, int key, const char *value)
{
    switch (key) {
    case KEY_DIR:
        cli->dir = value;
        return 0;
    case KEY_AS:
        cli->as = value;
        return 0;
    case KEY_JSON:
        cli->form = MU_FORM_JSON;
        cli->colour = false;
        return 0;
    case KEY_PLAIN:
        cli->form = MU_FORM_PLAIN;
        cli->colour = false;
        return 0;
    case KEY_NO_COLOR:
        cli->colour = false;
        return 0;
    case KEY_LANG:
        return set_lang(cli, value);
    case KEY_TIMEOUT:
        return set_timeout(cli, value);
    case KEY_NO_INPUT:
        cli->no_input = true;
        return 0;
    case KEY_QUIET:
        cli->quiet = true;
        return 0;
    case KEY_HELP:
        mu_help_print(cli, cli->name);
        return '!';
    default:
        return key;
    }
}

static const char *nearest_option(const struct tables *tables, const char *typed)
{
    const char *best = NULL;
    size_t least = 3;

    for (size_t i = 0; i < tables->count; i++) {
        size_t far = mu_text_distance(typed, tables->longs[i].name);

        if (far < least) {
            least = far;
            best = tables->longs[i].name;
        }
    }
    return best;
}

/* getopt has said that something is wrong, and only that. */
static int explain(const struct mu_cli *cli, const struct tables *tables, int found, char **argv)
{
    const char *typed = argv[optind - 1];
    const char *near = strncmp(typed, "--", 2) == 0 ? nearest_option(tables, typed + 2) : NULL;

    if (found == ':')
        mu_cli_misused(cli, MU_W_OPTION_WANTS, typed, NULL);
    else if (near != NULL)
        mu_cli_misused(cli, MU_W_UNKNOWN_OPTION_NEAR, typed, near, NULL);
    else
        mu_cli_misused(cli, MU_W_UNKNOWN_OPTION, typed, NULL);
    return '?';
}

static int next(struct mu_cli *cli, int argc, char **argv, const struct mu_cli_option *options,
                const char *order, const char **value)
{
    struct tables tables = {.count = 0};
    int key;

    opterr = 0;
    snprintf(tables.shorts, sizeof tables.shorts, "%s", order);
    add(&tables, options);
    add(&tables, mu_common_options);
    do {
        int found = getopt_long(argc, argv, tables.shorts, tables.longs, NULL);

        if (found == -1)
            return -1;
        if (found == '?' || found == ':')
            return explain(cli, &tables, found, argv);
        key = take_common(cli, found, optarg);
        if (value != NULL)
            *value = optarg;
    } while (key == 0);
    return key;
}

int mu_cli_option(struct mu_cli *cli, int argc, char **argv, const struct mu_cli_option *options,
                  const char **value)
{
    return next(cli, argc, argv, options, ":", value);
}

int mu_cli_option_first(struct mu_cli *cli, int argc, char **argv)
{
    return next(cli, argc, argv, NULL, "+:", NULL);
}
