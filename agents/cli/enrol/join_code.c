/* The code an admin reads out: typed, or from a file. */
#include "agents/cli/enrol/join.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "agents/cli/output.h"

/* What is typed is not shown: somebody may look over a shoulder. What was typed before the prompt counts. */
static bool read_quietly(char *line, size_t size)
{
    struct termios before, quiet;
    bool terminal = tcgetattr(STDIN_FILENO, &before) == 0, got;

    if (terminal) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
    }
    got = fgets(line, (int)size, stdin) != NULL;
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    return got;
}

static int no_code(const struct mu_joining *j)
{
    if (mu_join_interrupted())
        return mu_join_left(j);
    return mu_cli_misused(j->cli, MU_W_JOIN_NO_CODE, NULL);
}

static int read_typed(struct mu_joining *j, char *line, size_t size)
{
    if (j->no_input)
        return no_code(j);
    if (isatty(STDIN_FILENO))
        fputs(mu_word(MU_W_JOIN_CODE, j->cli->lang), stderr);
    return read_quietly(line, size) ? MU_EXIT_DONE : no_code(j);
}

static int read_code_file(const struct mu_joining *j, char *line, size_t size)
{
    FILE *file = fopen(j->code_file, "re");
    bool got;

    if (file == NULL)
        return mu_cli_error(j->cli, errno == ENOENT ? MU_E_ABSENT : MU_E_SYSTEM, j->code_file);
    got = fgets(line, (int)size, file) != NULL;
    fclose(file);
    return got ? MU_EXIT_DONE : mu_cli_misused(j->cli, MU_W_JOIN_BAD_CODE, NULL);
}

int mu_join_read_code(struct mu_joining *j)
{
    char line[128] = "";
    bool from_file = j->code_file != NULL && strcmp(j->code_file, "-") != 0;
    int code;

    if (j->code_file != NULL && !from_file)
        j->no_input = false;
    code = from_file ? read_code_file(j, line, sizeof line) : read_typed(j, line, sizeof line);
    if (code == MU_EXIT_DONE && mu_code_read(line, j->code) != MU_OK)
        code = mu_cli_misused(j->cli, MU_W_JOIN_BAD_CODE, NULL);
    mu_wipe(line, sizeof line);
    return code;
}
