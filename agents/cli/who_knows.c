/* muster who-knows ID[@vN]: who has been told of a statement, agency by agency. */
#include "agents/cli/look.h"
#include "agents/cli/show/matrix.h"
#include "agents/cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/limits.h"
#include "proto/picture/task.h"

/* "EV-01@v2" cut into name and version; 0: the one in force. False: no such form. */
static bool read_name(const char *typed, char *name, size_t size, uint32_t *version)
{
    const char *at = strrchr(typed, '@');
    size_t length = at == NULL ? strlen(typed) : (size_t)(at - typed);
    char *end;

    *version = 0;
    if (length == 0 || length >= size)
        return false;
    memcpy(name, typed, length);
    name[length] = '\0';
    if (at == NULL)
        return true;
    at += 1 + (at[1] == 'v');
    *version = (uint32_t)strtoul(at, &end, 10);
    return end != at && *end == '\0' && *version > 0;
}

static const struct mu_said *find(const mu_picture *picture, const char *name, uint32_t version)
{
    const struct mu_card *card = mu_picture_card_named(picture, name);
    const struct mu_object *object = mu_picture_named(picture, name);
    const struct mu_task *task = mu_picture_task(picture, name);

    if (card != NULL && version == 0)
        return mu_matrix_raised(card);
    if (task != NULL && task->made != NULL)
        return task->made; /* its later acts carry the same version */
    return version == 0 ? mu_object_head(object) : mu_object_version(object, version);
}

static int show(const struct mu_look *look, const struct mu_said *said)
{
    struct mu_matrix *matrix = malloc(sizeof *matrix);
    char *buffer = malloc(MU_MATRIX_BYTES_MAX);
    struct mu_text text = mu_text(buffer, buffer == NULL ? 0 : MU_MATRIX_BYTES_MAX);
    int code = MU_EXIT_DONE;

    if (matrix == NULL || buffer == NULL) {
        code = mu_cli_error(look->cli, MU_E_NO_MEMORY, NULL);
    } else {
        mu_matrix_fill(look->picture, said, mu_county_now_ms(&look->county, look->talk.agent),
                       matrix);
        if (look->cli->form == MU_FORM_JSON)
            mu_matrix_json(&text, &look->style, matrix);
        else if (look->cli->form == MU_FORM_PLAIN)
            mu_matrix_plain(&text, &look->style, matrix);
        else
            mu_matrix_table(&text, &look->style, matrix);
        fputs(buffer, stdout);
    }
    free(buffer);
    free(matrix);
    return code;
}

static int look_up(struct mu_look *look, const char *typed)
{
    char name[2 * MU_NAME_BYTES_MAX];
    const struct mu_said *said = NULL;
    uint32_t version;

    if (read_name(typed, name, sizeof name, &version))
        said = find(look->picture, name, version);
    if (said == NULL)
        return mu_cli_fail(look->cli, MU_EXIT_ABSENT, MU_W_MATRIX_NO_SUCH, typed, NULL);
    return show(look, said);
}

int mu_cli_who_knows(struct mu_cli *cli, int argc, char **argv)
{
    struct mu_look look;
    int key = mu_cli_option(cli, argc, argv, NULL, NULL);

    if (key != -1)
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    if (argc - optind != 1)
        return mu_cli_misused(cli, MU_W_MATRIX_WHICH, NULL);
    int code = mu_look_open(&look, cli);
    if (code == MU_EXIT_DONE)
        code = mu_look_fold(&look);
    if (code == MU_EXIT_DONE)
        code = look_up(&look, argv[optind]);
    mu_look_close(&look);
    return code;
}
