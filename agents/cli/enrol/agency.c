/* muster agency make | point: a machine's own part of getting into the roster.
 *
 * Its keys are made where they will live and never leave; a request file goes to an admin (enrol.c), a
 * welcome file comes back. Neither holds a secret.
 */
#include "agents/cli/enrol/ca.h"
#include "agents/cli/county.h"
#include "agents/cli/options.h"
#include "agents/cli/output.h"
#include "agents/cli/enrol/welcome.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>

#include "agents/sdk/file.h"

enum { KEY_AGENCY = 256, KEY_PROGRAM, KEY_WELCOME };

const struct mu_cli_option mu_cli_agency_make_options[] = {
    {"agency", KEY_AGENCY, "CODE", MU_W_OPT_AGENCY_CODE},
    {"program", KEY_PROGRAM, "NAME", MU_W_OPT_PROGRAM},
    {NULL, 0, NULL, MU_W_EXERCISE},
};
const struct mu_cli_option mu_cli_agency_point_options[] = {
    {"welcome", KEY_WELCOME, "FILE", MU_W_OPT_WELCOME},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* ---- make ------------------------------------------------------------------------------------------ */

int mu_cli_agency_make(struct mu_cli *cli, int argc, char **argv)
{
    const char *agency = NULL, *program = "muster", *value;
    char request[PATH_MAX];
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_agency_make_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        *(key == KEY_AGENCY ? &agency : &program) = value;
    }
    if (argc - optind != 1 || agency == NULL)
        return mu_cli_misused(cli, MU_W_MAKE_WHAT, NULL);
    enum mu_err err = mu_agent_create(argv[optind], agency, program);
    if (err == MU_E_BAD_VALUE) /* of the two it can only be the code */
        return mu_cli_wrong_value(cli, "--agency", agency);
    if (err != MU_OK)
        return mu_cli_error(cli, err, argv[optind]);
    snprintf(request, sizeof request, "%s/request", argv[optind]);
    mu_output_line(cli, MU_W_MADE, argv[optind], request, NULL);
    mu_cli_tell(cli, MU_W_MADE_NEXT, request, argv[optind], NULL);
    return MU_EXIT_DONE;
}

/* ---- point ---------------------------------------------------------------------------------------------------------- */

int mu_cli_agency_point(struct mu_cli *cli, int argc, char **argv)
{
    struct mu_welcome_file welcome;
    const char *file = NULL, *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_agency_point_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        file = value;
    }
    if (argc - optind != 1 || file == NULL)
        return mu_cli_misused(cli, MU_W_POINT_WHAT, NULL);
    enum mu_err err = mu_welcome_file_read(file, &welcome);
    if (err != MU_OK)
        return mu_cli_error(cli, err, file);
    err = mu_agent_point(argv[optind], welcome.endpoint, &welcome.log, welcome.broker_curve,
                         &welcome.log_key);
    if (err == MU_OK)
        err = mu_county_write(argv[optind], &welcome.county);
    if (err == MU_OK && welcome.certificate_size > 0)
        err = mu_file_put(argv[optind], MU_CERTIFICATE_NAME,
                          (struct mu_bytes){welcome.certificate, welcome.certificate_size});
    if (err != MU_OK)
        return mu_cli_error(cli, err, argv[optind]);
    cli->exercise = welcome.county.status == MUSTER__STATUS__STATUS_EXERCISE;
    mu_output_line(cli, MU_W_POINTED, argv[optind], welcome.county.name, welcome.endpoint, NULL);
    mu_cli_tell(cli, MU_W_POINTED_NEXT, argv[optind], NULL);
    return MU_EXIT_DONE;
}
