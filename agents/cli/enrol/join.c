/* muster join HOST: this machine into a county's record, by the code an admin reads out.
 *
 * The usual path: read the code, make the keys, knock, show the four words, wait for the admin, point
 * the home, read our own enrolment back from the record. Killed anywhere, the keys stay where they are
 * and the next run goes on with them; once the home is pointed, it only tries the link.
 */
#include "agents/cli/enrol/join.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/cli/county.h"
#include "agents/cli/options.h"
#include "agents/cli/output.h"
#include "agents/sdk/conf.h"

enum { KEY_CODE_FILE = 256, KEY_PROGRAM, KEY_NO_INPUT, KEY_ROTATE };

const struct mu_cli_option mu_cli_join_options[] = {
    {"code-file", KEY_CODE_FILE, "FILE", MU_W_OPT_CODE_FILE},
    {"program", KEY_PROGRAM, "NAME", MU_W_OPT_PROGRAM},
    {"no-input", KEY_NO_INPUT, NULL, MU_W_OPT_NO_INPUT},
    {"rotate", KEY_ROTATE, NULL, MU_W_OPT_ROTATE},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

bool mu_join_interrupted(void)
{
    return interrupted != 0;
}

/* The agency is known, and keys are made, when the admin's machine has answered. */
int mu_join_left(const struct mu_joining *j)
{
    bool has_keys = j->kept || j->home.agency[0] != '\0';
    char again[300];

    snprintf(again, sizeof again, "%s%s", j->host, j->rotates ? " --rotate" : "");
    return has_keys ? mu_cli_fail(j->cli, MU_EXIT_FAILED, MU_W_JOIN_LEFT, j->dir, again, NULL)
                    : mu_cli_fail(j->cli, MU_EXIT_FAILED, MU_W_JOIN_STOPPED, again, NULL);
}

/* ---- the home -------------------------------------------------------------------------------------- */

/* A running demo is not what somebody means who joins. */
static int find_place(struct mu_joining *j)
{
    const char *given = j->cli->dir != NULL ? j->cli->dir : getenv("MUSTER_DIR");
    const char *home = getenv("HOME");
    int size = -1;

    if (given != NULL && given[0] != '\0')
        size = snprintf(j->dir, sizeof j->dir, "%s", given);
    else if (home != NULL && home[0] == '/')
        size = snprintf(j->dir, sizeof j->dir, "%s/.muster", home);
    if (size <= 0 || (size_t)size >= sizeof j->dir)
        return mu_cli_fail(j->cli, MU_EXIT_ABSENT, MU_W_NO_PLACE, NULL);
    j->cli->dir = j->dir;
    return MU_EXIT_DONE;
}

/* As told; or, for a new key, the one that used the old. */
static const char *program_of(const struct mu_joining *j, char *out, size_t size)
{
    struct mu_home conf = {0};

    if (j->program != NULL)
        return j->program;
    if (!j->rotates || mu_conf_read(j->seat, &conf) != MU_OK)
        return "muster";
    snprintf(out, size, "%s", conf.program);
    return out;
}

static int open_home(struct mu_joining *j)
{
    char program[MU_NAME_BYTES_MAX];
    enum mu_err err = mu_home_open(j->dir, &j->home);

    j->kept = err == MU_OK;
    if (err == MU_E_ABSENT)
        err = mu_home_make(j->dir, program_of(j, program, sizeof program), &j->home);
    j->opened = err == MU_OK;
    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(j->cli, err, j->dir);
}

/* ---- the command ------------------------------------------------------------------------------------- */

static int join(struct mu_joining *j)
{
    int code = find_place(j);

    if (code == MU_EXIT_DONE && j->rotates)
        code = mu_join_begin_rotation(j);
    if (code != MU_EXIT_DONE || (code = open_home(j)) != MU_EXIT_DONE)
        return code;
    if (j->home.pointed) {
        struct mu_county county;

        mu_county_read(j->dir, &county);
        j->cli->exercise = county.status == MUSTER__STATUS__STATUS_EXERCISE;
        mu_cli_tell(j->cli, MU_W_JOIN_BEFORE, j->home.agency, NULL);
        return mu_join_try_link(j);
    }
    if ((code = mu_join_read_code(j)) != MU_EXIT_DONE ||
        (code = mu_join_converse(j)) != MU_EXIT_DONE)
        return code;
    return mu_join_try_link(j);
}

int mu_cli_join(struct mu_cli *cli, int argc, char **argv)
{
    struct mu_joining j = {.cli = cli};
    struct sigaction action = {.sa_handler = interrupt};
    const char *value;
    int key, code;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_join_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        if (key == KEY_CODE_FILE)
            j.code_file = value;
        else if (key == KEY_PROGRAM)
            j.program = value;
        else if (key == KEY_ROTATE)
            j.rotates = true;
        else
            j.no_input = true;
    }
    if (argc - optind != 1)
        return mu_cli_misused(cli, MU_W_JOIN_WHAT, NULL);
    j.host = argv[optind];
    if (!mu_join_address(j.host, j.endpoint))
        return mu_cli_misused(cli, MU_W_JOIN_BAD_HOST, j.host, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    code = join(&j);
    if (code == MU_EXIT_DONE && j.rotates)
        code = mu_join_end_rotation(&j);
    if (j.opened)
        mu_home_close(&j.home);
    mu_wipe(j.code, sizeof j.code);
    return code;
}
