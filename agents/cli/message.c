/* Messages to the person at the keyboard: always stderr, always from the catalogue. */
#include "agents/cli/options.h"
#include "agents/cli/show/render.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ARGUMENTS_MAX 10u
#define MESSAGE_BYTES_MAX 4096u

static const char *prefix_of(const struct mu_cli *cli)
{
    return cli->exercise ? mu_word(MU_W_EXERCISE, cli->lang) : "";
}

/* Arguments may come from outside (a file's name, a word of the record): cleaned like data. */
static void print(const struct mu_cli *cli, const char *lead, enum mu_word word, va_list list)
{
    char message[MESSAGE_BYTES_MAX], store[MESSAGE_BYTES_MAX];
    const char *args[ARGUMENTS_MAX];
    size_t count = 0, used = 0;
    const char *arg;

    while (count < ARGUMENTS_MAX && (arg = va_arg(list, const char *)) != NULL) {
        struct mu_text clean = mu_text(store + used, sizeof store - used);

        mu_clean(&clean, arg);
        args[count++] = store + used;
        used += clean.used + 1 < sizeof store - used ? clean.used + 1 : 0;
    }
    struct mu_text text = mu_text(message, sizeof message);
    mu_words_fill(&text, mu_word(word, cli->lang), args, count);
    fprintf(stderr, "%s%s%s%s\n", prefix_of(cli), cli->exercise ? " " : "", lead, message);
}

void mu_cli_tell(const struct mu_cli *cli, enum mu_word word, ...)
{
    va_list list;

    if (cli->quiet)
        return;
    va_start(list, word);
    print(cli, "", word, list);
    va_end(list);
}

int mu_cli_fail(const struct mu_cli *cli, enum mu_exit code, enum mu_word word, ...)
{
    va_list list;

    va_start(list, word);
    print(cli, "muster: ", word, list);
    va_end(list);
    return code;
}

/* What the option of the running command takes, as its help says it: "conflict,overdue"; NULL: no such option. */
static const char *taken_by(const struct mu_cli *cli, const char *option)
{
    const struct mu_cli_option *tables[] = {NULL, mu_common_options};

    for (const struct mu_command *at = mu_commands; cli->name != NULL && at->name != NULL; at++)
        if (strcmp(at->name, cli->name) == 0)
            tables[0] = at->options;
    for (size_t i = 0; i < 2; i++)
        for (const struct mu_cli_option *at = tables[i]; at != NULL && at->name != NULL; at++)
            if (strncmp(option, "--", 2) == 0 && strcmp(option + 2, at->name) == 0)
                return at->argument;
    return NULL;
}

int mu_cli_wrong_key(const struct mu_cli *cli, const struct mu_cli_option *options, int key,
                     const char *value)
{
    char name[64] = "";

    for (; options->name != NULL; options++)
        if (options->key == key)
            snprintf(name, sizeof name, "--%s", options->name);
    return mu_cli_wrong_value(cli, name, value);
}

int mu_cli_wrong_value(const struct mu_cli *cli, const char *option, const char *value)
{
    const char *takes = taken_by(cli, option);

    return takes == NULL ? mu_cli_misused(cli, MU_W_BAD_OPTION_VALUE, option, value, NULL)
                         : mu_cli_misused(cli, MU_W_BAD_OPTION_TAKES, option, value, takes, NULL);
}

int mu_cli_misused(const struct mu_cli *cli, enum mu_word word, ...)
{
    va_list list;

    va_start(list, word);
    print(cli, "muster: ", word, list);
    va_end(list);
    fprintf(stderr, "  %s muster %s%s--help\n", mu_word(MU_W_SEE, cli->lang),
            cli->name == NULL ? "" : cli->name, cli->name == NULL ? "" : " ");
    return MU_EXIT_USAGE;
}

int mu_cli_error(const struct mu_cli *cli, enum mu_err err, const char *about)
{
    char clean[512];
    struct mu_text text = mu_text(clean, sizeof clean);

    mu_clean(&text, about == NULL ? "" : about);
    fprintf(stderr, "%s%smuster: %s: %s%s%s\n  %s\n", prefix_of(cli), cli->exercise ? " " : "",
            mu_err_code(err), mu_err_sentence(err, cli->lang), *clean == '\0' ? "" : ": ", clean,
            mu_err_remedy(err, cli->lang));
    return mu_cli_exit(err);
}

static const struct {
    enum mu_err err;
    enum mu_exit code;
} exits[] = {
    {MU_OK, MU_EXIT_DONE},
    {MU_E_USAGE, MU_EXIT_USAGE},
    {MU_E_ABSENT, MU_EXIT_ABSENT},
    {MU_E_UNREACHABLE, MU_EXIT_UNREACHABLE},
    {MU_E_TIMEOUT, MU_EXIT_UNREACHABLE},
    {MU_E_CORRUPT, MU_EXIT_INTEGRITY},
    {MU_E_PROOF, MU_EXIT_INTEGRITY},
    {MU_E_NOT_ALLOWED, MU_EXIT_NOT_ALLOWED},
    {MU_E_BAD_KEY, MU_EXIT_NOT_ALLOWED},
    {MU_E_NOT_GRANTED, MU_EXIT_NOT_ALLOWED},
    {MU_E_NOT_ADMIN, MU_EXIT_NOT_ALLOWED},
    {MU_E_GRANT_OVER, MU_EXIT_NOT_ALLOWED},
    {MU_E_NO_READ, MU_EXIT_NOT_ALLOWED},
    {MU_E_STRANGER, MU_EXIT_NOT_ALLOWED},
    {MU_E_RETIRED, MU_EXIT_NOT_ALLOWED},
    {MU_E_COMPROMISED, MU_EXIT_NOT_ALLOWED},
    {MU_E_NO_INVITATION, MU_EXIT_UNREACHABLE},
    {MU_E_WRONG_CODE, MU_EXIT_NOT_ALLOWED},
    {MU_E_INVITE_OVER, MU_EXIT_NOT_ALLOWED},
    {MU_E_CODE_USED, MU_EXIT_NOT_ALLOWED},
    {MU_E_TRIES_OVER, MU_EXIT_NOT_ALLOWED},
    {MU_E_WORDS_DIFFER, MU_EXIT_NOT_ALLOWED},
};

enum mu_exit mu_cli_exit(enum mu_err err)
{
    for (size_t i = 0; i < sizeof exits / sizeof exits[0]; i++)
        if (exits[i].err == err)
            return exits[i].code;
    return mu_err_class(err) == MU_CLASS_LATER ? MU_EXIT_LATER : MU_EXIT_FAILED;
}
