/* muster: the command line of an agency. */
#include "agents/cli/options.h"

#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/version.h"

#define TIMEOUT_MS 10000

/* Characters need a UTF-8 locale to be told apart; a bare Debian has only this one. Numbers stay in
 * the C locale: what is printed is read by programs too. */
static void settle_locale(void)
{
    if (setlocale(LC_CTYPE, "") == NULL || MB_CUR_MAX < 2)
        (void)setlocale(LC_CTYPE, "C.UTF-8");
}

static bool wants_colour(void)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}

static bool is_version(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[1], "--version") == 0;
}

static int unknown(struct mu_cli *cli, char **argv)
{
    const char *near = mu_command_near(argv[0]);

    for (const struct mu_command *at = mu_commands; at->name != NULL; at++) {
        size_t length = strlen(argv[0]);

        if (strncmp(at->name, argv[0], length) != 0 || at->name[length] != ' ')
            continue;
        cli->name = argv[0];
        return mu_cli_misused(cli, MU_W_WHICH_OF, argv[0], NULL);
    }
    if (near != NULL)
        return mu_cli_misused(cli, MU_W_UNKNOWN_COMMAND_NEAR, argv[0], near, NULL);
    return mu_cli_misused(cli, MU_W_UNKNOWN_COMMAND, argv[0], NULL);
}

/* "conflict --help" asks about all three of them. */
static bool asks_about_group(int argc, char **argv)
{
    return argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
}

static int run(struct mu_cli *cli, int argc, char **argv)
{
    const struct mu_command *command = mu_command_find(argc, argv);

    if (command == NULL && asks_about_group(argc, argv)) {
        mu_help_print(cli, argv[0]);
        return MU_EXIT_DONE;
    }
    if (command == NULL)
        return unknown(cli, argv);
    int words = strchr(command->name, ' ') != NULL ? 1 : 0;
    cli->name = command->name;
    optind = 0;
    return command->run(cli, argc - words, argv + words);
}

/* Output that did not reach the disk or the pipe is a failure, however well the work went. */
static int finish(const struct mu_cli *cli, int code)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return code;
    (void)mu_cli_error(cli, MU_E_SYSTEM, "stdout");
    return code == MU_EXIT_DONE ? MU_EXIT_FAILED : code;
}

int main(int argc, char **argv)
{
    struct mu_cli cli = {
        .lang = mu_words_lang_of(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")),
        .timeout_ms = TIMEOUT_MS};

    cli.lang = mu_words_lang_asked(argc, argv, cli.lang);
    settle_locale();
    cli.colour = wants_colour();
    if (is_version(argc, argv)) {
        printf("muster %s\n", MU_VERSION);
        return finish(&cli, MU_EXIT_DONE);
    }
    int key = mu_cli_option_first(&cli, argc, argv);
    if (key != -1)
        return finish(&cli, key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE);
    if (optind == argc) {
        mu_help_print(&cli, NULL);
        return finish(&cli, MU_EXIT_DONE);
    }
    return finish(&cli, run(&cli, argc - optind, argv + optind));
}
