/* muster doctor: is this machine fit to speak and to hear? */
#include "agents/cli/doctor.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "agents/cli/options.h"
#include "agents/cli/show/show.h"

enum { KEY_FAIL_ON = 256 };

#define NAME_COLUMNS 10u

const struct mu_cli_option mu_cli_doctor_options[] = {
    {"fail-on", KEY_FAIL_ON, "warn|fail", MU_W_OPT_DOCTOR_FAIL_ON},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

static const enum mu_word marks[] = {MU_W_DOC_IS_OK, MU_W_DOC_IS_UNKNOWN, MU_W_DOC_IS_WARN,
                                     MU_W_DOC_IS_FAIL};
static const char *const states[] = {"ok", "unknown", "warn", "fail"};

static void print_json(const char *name, const struct mu_finding_of_doctor *found)
{
    char line[2048];
    struct mu_text out = mu_text(line, sizeof line);

    mu_json_open(&out);
    mu_json_member(&out, "check", name);
    mu_json_member(&out, "status", states[found->health]);
    mu_json_member(&out, "found", found->what);
    if (found->repair[0] != '\0')
        mu_json_member(&out, "repair", found->repair);
    mu_json_close(&out);
    puts(line);
}

static void print_human(const struct mu_cli *cli, enum mu_word title,
                        const struct mu_finding_of_doctor *found)
{
    char line[2048];
    struct mu_text out = mu_text(line, sizeof line);

    mu_text_add(&out, mu_word(marks[found->health], cli->lang));
    mu_show_pad(&out, 0, 6);
    size_t from = out.used;
    mu_text_add(&out, mu_word(title, cli->lang));
    mu_show_pad(&out, from, NAME_COLUMNS);
    mu_clean(&out, found->what);
    puts(line);
    if (found->repair[0] == '\0' || cli->quiet)
        return;
    out = mu_text(line, sizeof line);
    mu_show_pad(&out, 0, 6 + NAME_COLUMNS);
    mu_text_add(&out, "-> ");
    mu_clean(&out, found->repair);
    puts(line);
}

static void print(const struct mu_cli *cli, const struct mu_doctor_check *check,
                  const struct mu_finding_of_doctor *found)
{
    switch (cli->form) {
    case MU_FORM_JSON:
        print_json(check->name, found);
        break;
    case MU_FORM_PLAIN:
        printf("%s\t%s\t%s\t%s\n", check->name, states[found->health], found->what, found->repair);
        break;
    case MU_FORM_HUMAN:
        print_human(cli, check->title, found);
        break;
    }
    fflush(stdout); /* the next one may wait for the network */
}

/* The worst that was found. */
static enum mu_health examine(struct mu_doctor *doctor)
{
    enum mu_health worst = MU_HEALTH_OK;

    for (const struct mu_doctor_check *at = mu_doctor_checks; at->name != NULL; at++) {
        struct mu_finding_of_doctor found = {.health = MU_HEALTH_OK};

        at->look(doctor, &found);
        print(doctor->cli, at, &found);
        if (found.health > worst)
            worst = found.health;
    }
    if (doctor->look.talk.agent != NULL)
        mu_talk_close(&doctor->look.talk);
    return worst;
}

int mu_cli_doctor(struct mu_cli *cli, int argc, char **argv)
{
    struct mu_doctor doctor = {.cli = cli};
    enum mu_health limit = MU_HEALTH_FAIL + 1;
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_doctor_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        if (strcmp(value, "warn") != 0 && strcmp(value, "fail") != 0)
            return mu_cli_wrong_value(cli, "--fail-on", value);
        limit = strcmp(value, "warn") == 0 ? MU_HEALTH_WARN : MU_HEALTH_FAIL;
    }
    if (optind < argc)
        return mu_cli_misused(cli, MU_W_UNEXPECTED, argv[optind], NULL);
    doctor.has_dir = mu_cli_place(cli, doctor.dir, sizeof doctor.dir) == MU_OK;
    return examine(&doctor) >= limit ? MU_EXIT_ATTENTION : MU_EXIT_DONE;
}
