/* The table of commands and how a line of words finds its row. */
#ifndef MU_CLI_OPTIONS_H
#define MU_CLI_OPTIONS_H

#include "agents/cli/cli.h"

struct mu_command {
    const char *name; /* "say", or of two words: "conflict show" */
    int (*run)(struct mu_cli *cli, int argc, char **argv);
    const struct mu_cli_option *options; /* NULL: only the common ones */
    const char *words;                   /* "KIND [OBJECT[@vN]] [FIELD=VALUE ...]" */
    enum mu_word purpose;                /* one sentence */
    enum mu_word examples;               /* first on the help page */
};

/* Every command; the row after the last has no name. */
extern const struct mu_command mu_commands[];

/* The row for argv[0] (and argv[1] when it is a command of two words); NULL when there is none. */
const struct mu_command *mu_command_find(int argc, char **argv);
/* The nearest command to what was typed, or NULL. */
const char *mu_command_near(const char *typed);

/* The help page of one command, of a group ("conflict"), or of all of them (NULL), to stdout. */
void mu_help_print(const struct mu_cli *cli, const char *name);

/* Options before the command's name: stops at the first word. As mu_cli_option. */
int mu_cli_option_first(struct mu_cli *cli, int argc, char **argv);

extern const struct mu_cli_option mu_common_options[];

#endif
