/* muster completion bash|zsh|fish: made from the table of commands, so it cannot be out of date. */
#include "agents/cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* ---- words to complete ---------------------------------------------------------------------------- */

static size_t first_word(const char *name)
{
    return strcspn(name, " ");
}

/* Whether an earlier row has the same first word. */
static bool is_repeated(const struct mu_command *command)
{
    for (const struct mu_command *at = mu_commands; at != command; at++)
        if (first_word(at->name) == first_word(command->name) &&
            strncmp(at->name, command->name, first_word(command->name)) == 0)
            return true;
    return false;
}

static void print_first_words(void)
{
    for (const struct mu_command *at = mu_commands; at->name != NULL; at++)
        if (!is_repeated(at))
            printf(" %.*s", (int)first_word(at->name), at->name);
}

static void print_options(const struct mu_cli_option *options)
{
    for (; options != NULL && options->name != NULL; options++)
        printf(" --%s", options->name);
}

/* Second words of commands that have one. */
static void print_second_words(const struct mu_command *group)
{
    size_t length = first_word(group->name);

    for (const struct mu_command *at = group; at->name != NULL; at++)
        if (first_word(at->name) == length && strncmp(at->name, group->name, length) == 0 &&
            at->name[length] == ' ')
            printf(" %s", at->name + length + 1);
}

/* ---- bash and zsh -------------------------------------------------------------------------------------- */

static void print_case(const struct mu_command *command)
{
    printf("    '%s') words='", command->name);
    print_options(command->options);
    print_options(mu_common_options);
    printf("' ;;\n");
}

static void print_groups(void)
{
    for (const struct mu_command *at = mu_commands; at->name != NULL; at++) {
        if (is_repeated(at) || at->name[first_word(at->name)] != ' ')
            continue;
        printf("    '%.*s') words='", (int)first_word(at->name), at->name);
        print_second_words(at);
        printf("' ;;\n");
    }
}

static void print_function(void)
{
    printf("_muster_words() {\n"
           "  local words\n"
           "  case \"$1\" in\n"
           "    '') words='");
    print_first_words();
    print_options(mu_common_options);
    printf("' ;;\n");
    for (const struct mu_command *at = mu_commands; at->name != NULL; at++)
        print_case(at);
    print_groups();
    printf("  esac\n"
           "  echo \"$words\"\n"
           "}\n");
}

static void print_bash(void)
{
    print_function();
    printf("_muster() {\n"
           "  local current=\"${COMP_WORDS[COMP_CWORD]}\" at first='' second=''\n"
           "  for ((at = 1; at < COMP_CWORD; at++)); do\n"
           "    case \"${COMP_WORDS[at]}\" in\n"
           "      -*) ;;\n"
           "      *) if [ -z \"$first\" ]; then first=\"${COMP_WORDS[at]}\"\n"
           "         elif [ -z \"$second\" ]; then second=\"${COMP_WORDS[at]}\"; fi ;;\n"
           "    esac\n"
           "  done\n"
           "  local words=\"$(_muster_words \"$first${second:+ $second}\")\"\n"
           "  [ -n \"$words\" ] || words=\"$(_muster_words \"$first\")\"\n"
           "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
           "  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$current\"))\n"
           "}\n"
           "complete -F _muster muster\n");
}

static void print_zsh(void)
{
    printf("#compdef muster\n");
    print_function();
    printf("_muster() {\n"
           "  local first=\"${words[2]}\" second=\"${words[3]}\" found\n"
           "  (( CURRENT <= 2 )) && first='' second=''\n"
           "  (( CURRENT <= 3 )) && second=''\n"
           "  found=\"$(_muster_words \"$first${second:+ $second}\")\"\n"
           "  [ -n \"$found\" ] || found=\"$(_muster_words \"$first\")\"\n"
           "  compadd -- ${=found} || _files\n"
           "}\n"
           "compdef _muster muster\n");
}

/* ---- fish ------------------------------------------------------------------------------------------------- */

/* fish wants a description for each, and quotes with backslashes. */
static void print_quoted(const char *text)
{
    putchar('\'');
    for (; *text != '\0' && *text != '\n'; text++) {
        if (*text == '\'' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('\'');
}

static void print_fish_options(const struct mu_cli *cli, const char *when,
                               const struct mu_cli_option *options)
{
    for (; options != NULL && options->name != NULL; options++) {
        printf("complete -c muster %s -l %s", when, options->name);
        if (options->key < 256)
            printf(" -s %c", options->key);
        if (options->argument != NULL)
            printf(" -r");
        printf(" -d ");
        print_quoted(mu_word(options->help, cli->lang));
        printf("\n");
    }
}

static void print_fish(const struct mu_cli *cli)
{
    printf("complete -c muster -f\n");
    print_fish_options(cli, "", mu_common_options);
    for (const struct mu_command *at = mu_commands; at->name != NULL; at++) {
        int length = (int)first_word(at->name);
        const char *second = at->name[length] == ' ' ? at->name + length + 1 : NULL;
        char when[160];

        if (!is_repeated(at))
            printf("complete -c muster -n __fish_use_subcommand -a %.*s\n", length, at->name);
        if (second != NULL) {
            printf("complete -c muster -n '__fish_seen_subcommand_from %.*s' -a %s -d ", length,
                   at->name, second);
            print_quoted(mu_word(at->purpose, cli->lang));
            printf("\n");
        }
        snprintf(when, sizeof when, "-n '__fish_seen_subcommand_from %s'",
                 second != NULL ? second : at->name);
        print_fish_options(cli, when, at->options);
    }
}

int mu_cli_completion(struct mu_cli *cli, int argc, char **argv)
{
    int key = mu_cli_option(cli, argc, argv, NULL, NULL);

    if (key != -1)
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    if (argc - optind != 1)
        return mu_cli_misused(cli, MU_W_WHICH_SHELL, NULL);
    if (strcmp(argv[optind], "bash") == 0)
        print_bash();
    else if (strcmp(argv[optind], "zsh") == 0)
        print_zsh();
    else if (strcmp(argv[optind], "fish") == 0)
        print_fish(cli);
    else
        return mu_cli_misused(cli, MU_W_WHICH_SHELL, NULL);
    return MU_EXIT_DONE;
}
