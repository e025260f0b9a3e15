/* Help pages: examples first, then how it is written, what it does, its options. */
#include "agents/cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define NEAR_MAX 3u

/* Length of the first word of a command's name. */
static size_t first_word(const char *name)
{
    return strcspn(name, " ");
}

static bool is_named(const struct mu_command *command, int argc, char **argv)
{
    size_t length = first_word(command->name);
    const char *second = command->name[length] == ' ' ? command->name + length + 1 : NULL;

    if (argc < 1 || strlen(argv[0]) != length || strncmp(argv[0], command->name, length) != 0)
        return false;
    return second == NULL || (argc > 1 && strcmp(argv[1], second) == 0);
}

const struct mu_command *mu_command_find(int argc, char **argv)
{
    for (const struct mu_command *at = mu_commands; at->name != NULL; at++)
        if (is_named(at, argc, argv))
            return at;
    return NULL;
}

const char *mu_command_near(const char *typed)
{
    const char *best = NULL;
    size_t least = NEAR_MAX;

    for (const struct mu_command *at = mu_commands; at->name != NULL; at++) {
        char word[32];

        snprintf(word, sizeof word, "%.*s", (int)first_word(at->name), at->name);
        size_t far = mu_text_distance(typed, word);
        if (far < least) {
            least = far;
            best = at->name;
        }
    }
    return best;
}

static void print_options(const struct mu_cli *cli, const struct mu_cli_option *options)
{
    for (; options != NULL && options->name != NULL; options++) {
        char left[128]; /* the longest list of values an option names */
        char letter[8] = "    ";

        if (options->key < 256)
            snprintf(letter, sizeof letter, "-%c, ", options->key);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, options->name,
                 options->argument != NULL ? " " : "",
                 options->argument != NULL ? options->argument : "");
        printf("  %-26s %s\n", left, mu_word(options->help, cli->lang));
    }
}

static void print_page(const struct mu_cli *cli, const struct mu_command *command)
{
    printf("%s\n%s\n\n", mu_word(MU_W_HELP_EXAMPLES, cli->lang),
           mu_word(command->examples, cli->lang));
    printf("%s\n  muster %s%s%s\n\n", mu_word(MU_W_HELP_USAGE, cli->lang), command->name,
           *command->words == '\0' ? "" : " ", command->words);
    printf("%s\n\n", mu_word(command->purpose, cli->lang));
    if (command->options != NULL && command->options->name != NULL) {
        printf("%s\n", mu_word(MU_W_HELP_OPTIONS, cli->lang));
        print_options(cli, command->options);
        printf("\n");
    }
    printf("%s\n", mu_word(MU_W_HELP_COMMON, cli->lang));
    print_options(cli, mu_common_options);
}

/* Up to where its first thought ends: the menu has one line for each. */
static size_t first_thought(const char *purpose)
{
    static const char *const ends[] = {". ", ": ", "; ", "。", "：", "；"};
    size_t length = strlen(purpose);

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const char *at = strstr(purpose, ends[i]);

        if (at != NULL && (size_t)(at - purpose) < length)
            length = (size_t)(at - purpose);
    }
    return length;
}

static void print_menu(const struct mu_cli *cli)
{
    printf("%s\n%s\n\n%s\n", mu_word(MU_W_HELP_EXAMPLES, cli->lang),
           mu_word(MU_W_MENU_EXAMPLES, cli->lang), mu_word(MU_W_HELP_COMMANDS, cli->lang));
    for (const struct mu_command *at = mu_commands; at->name != NULL; at++) {
        const char *purpose = mu_word(at->purpose, cli->lang);

        printf("  %-16s %.*s\n", at->name, (int)first_thought(purpose), purpose);
    }
    printf("\n%s\n", mu_word(MU_W_HELP_EACH, cli->lang));
}

/* "conflict" is no row but the beginning of three. */
static size_t print_group(const struct mu_cli *cli, const char *name)
{
    size_t printed = 0;

    for (const struct mu_command *at = mu_commands; at->name != NULL; at++) {
        size_t length = first_word(at->name);

        if (strlen(name) != length || strncmp(name, at->name, length) != 0)
            continue;
        if (printed++ > 0)
            printf("\n----\n\n");
        print_page(cli, at);
    }
    return printed;
}

void mu_help_print(const struct mu_cli *cli, const char *name)
{
    for (const struct mu_command *at = mu_commands; name != NULL && at->name != NULL; at++) {
        if (strcmp(at->name, name) != 0)
            continue;
        print_page(cli, at);
        return;
    }
    if (name == NULL || print_group(cli, name) == 0)
        print_menu(cli);
}

int mu_cli_help(struct mu_cli *cli, int argc, char **argv)
{
    char name[64];
    int key = mu_cli_option(cli, argc, argv, NULL, NULL);

    if (key == '!')
        return MU_EXIT_DONE;
    if (key != -1)
        return MU_EXIT_USAGE;
    if (optind == argc) {
        mu_help_print(cli, NULL);
        return MU_EXIT_DONE;
    }
    snprintf(name, sizeof name, "%s%s%s", argv[optind], optind + 1 < argc ? " " : "",
             optind + 1 < argc ? argv[optind + 1] : "");
    for (const struct mu_command *at = mu_commands; at->name != NULL; at++) {
        if (strncmp(at->name, name, strlen(name)) == 0) {
            mu_help_print(cli, name);
            return MU_EXIT_DONE;
        }
    }
    return mu_cli_misused(cli, MU_W_UNKNOWN_COMMAND, name, NULL);
}
