#include "agents/cli/demo/demo.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    KEY_SCRIPT = 256,
    KEY_REFERENCE,
    KEY_SPEED,
    KEY_UNTIL,
    KEY_FIRST_MINUTE,
    KEY_KEEP,
    KEY_STAY,
    KEY_REVIVE,
};

const struct mu_cli_option mu_cli_demo_options[] = {
    {"script", KEY_SCRIPT, "FILE", MU_W_OPT_SCRIPT},
    {"reference", KEY_REFERENCE, "FILE", MU_W_OPT_REFERENCE},
    {"speed", KEY_SPEED, "N|step", MU_W_OPT_SPEED},
    {"until", KEY_UNTIL, "T+MM:SS", MU_W_OPT_DEMO_UNTIL},
    {"first-minute", KEY_FIRST_MINUTE, NULL, MU_W_OPT_FIRST_MINUTE},
    {"stay", KEY_STAY, NULL, MU_W_OPT_STAY},
    {"keep", KEY_KEEP, "DIR", MU_W_OPT_KEEP},
    {"revive", KEY_REVIVE, NULL, MU_W_OPT_REVIVE},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    interrupted = number;
}

static void catch_signals(void)
{
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = interrupt};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        (void)sigaction(numbers[i], &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* ---- the command line ------------------------------------------------------------------------------------ */

static void take(struct mu_demo *demo, int key, const char *value)
{
    switch (key) {
    case KEY_SCRIPT:
        demo->script = value;
        break;
    case KEY_REFERENCE:
        demo->reference = value;
        break;
    case KEY_SPEED:
        demo->speed = value;
        break;
    case KEY_UNTIL:
        demo->until = value;
        break;
    case KEY_FIRST_MINUTE:
        demo->until = "T+01:00";
        break;
    case KEY_KEEP:
        demo->keep = value;
        break;
    case KEY_STAY:
        demo->stay = true;
        break;
    default:
        demo->revive = true;
        break;
    }
}

static bool is_speed(const char *speed)
{
    char *end;
    unsigned long rate = strtoul(speed, &end, 10);

    return strcmp(speed, "step") == 0 ||
           (speed[0] >= '1' && speed[0] <= '9' && *end == '\0' && rate <= 86400);
}

static int read_line(struct mu_demo *demo, int argc, char **argv)
{
    struct mu_cli *cli = demo->cli;
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_demo_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key;
        if (key == KEY_SPEED && !is_speed(value)) {
            mu_cli_wrong_value(cli, "--speed", value);
            return '?';
        }
        take(demo, key, value);
    }
    if (optind < argc)
        mu_cli_misused(cli, MU_W_UNEXPECTED, argv[optind], NULL);
    else if (cli->dir != NULL)
        mu_cli_misused(cli, MU_W_DEMO_NO_DIR, cli->dir, NULL);
    else if ((demo->script == NULL) != (demo->reference == NULL))
        mu_cli_misused(cli, MU_W_DEMO_PAIR, NULL);
    else
        return 0;
    return '?';
}

/* Qinghe, unless another pair is given. */
static enum mu_err find_pair(struct mu_demo *demo)
{
    int length = 0;

    if (demo->script != NULL) {
        length = snprintf(demo->script_path, PATH_MAX, "%s", demo->script);
        return length < PATH_MAX &&
                       snprintf(demo->reference_path, PATH_MAX, "%s", demo->reference) < PATH_MAX
                   ? MU_OK
                   : MU_E_LIMIT;
    }
    if (demo->place.exercises[0] == '\0')
        return MU_E_ABSENT;
    length = snprintf(demo->script_path, PATH_MAX, "%s/qinghe.script", demo->place.exercises);
    return length < PATH_MAX && snprintf(demo->reference_path, PATH_MAX, "%s/qinghe.yaml",
                                         demo->place.exercises) < PATH_MAX
               ? MU_OK
               : MU_E_LIMIT;
}

/* ---- the play ---------------------------------------------------------------------------------------- */

/* Until the player has ended and all of the record is shown. */
static int follow(struct mu_demo *demo)
{
    int code = MU_EXIT_DONE;

    while (code == MU_EXIT_DONE && !interrupted && !mu_child_ended(&demo->player))
        code = mu_cast_turn(demo);
    if (code != MU_EXIT_DONE || interrupted)
        return code;
    code = mu_cast_end(demo);
    while (code == MU_EXIT_DONE && !interrupted && !mu_demo_feed_has(demo->feed, demo->last_number))
        code = mu_cast_turn(demo);
    if (code == MU_EXIT_DONE && !interrupted)
        mu_demo_feed_finish(demo->feed, demo->last_ms);
    return code;
}

static int stay(struct mu_demo *demo)
{
    int code = MU_EXIT_DONE;

    mu_cli_tell(demo->cli, MU_W_DEMO_STAYS, NULL);
    while (code == MU_EXIT_DONE && !interrupted)
        code = mu_cast_turn(demo);
    return code;
}

/* ---- the run ------------------------------------------------------------------------------------------------------- */

static void say_hello(const struct mu_demo *demo)
{
    const struct mu_cli *cli = demo->cli;
    char agencies[24];

    snprintf(agencies, sizeof agencies, "%zu", demo->plan.agency_count);
    if (cli->form != MU_FORM_HUMAN)
        return;
    mu_output_line(cli, demo->stepped ? MU_W_DEMO_HELLO_STEP : MU_W_DEMO_HELLO,
                   cli->lang == MU_LANG_ZH ? demo->plan.zh : demo->plan.en, agencies,
                   mu_cast_rate(demo), NULL);
    mu_output_line(cli, MU_W_DEMO_SECOND, NULL);
    fflush(stdout);
}

static int set_up(struct mu_demo *demo)
{
    struct mu_cli *cli = demo->cli;
    char about[PATH_MAX] = "";
    enum mu_err err = find_pair(demo);
    int code;

    if (err != MU_OK)
        return mu_cli_error(cli, err, "qinghe.yaml");
    if ((err = mu_demo_make(&demo->place, demo->keep)) != MU_OK)
        return err == MU_E_EXISTS
                   ? mu_cli_fail(cli, MU_EXIT_FAILED, MU_W_DEMO_LIVE, demo->keep, NULL)
                   : mu_cli_error(cli, err, demo->keep);
    if ((code = mu_demo_describe(cli, &demo->place, demo->reference_path, demo->script_path,
                                 &demo->plan)) != MU_EXIT_DONE)
        return code;
    demo->stepped = strcmp(mu_cast_rate(demo), "step") == 0;
    say_hello(demo);
    if ((code = mu_cast_broker(demo)) != MU_EXIT_DONE)
        return code;
    err = mu_demo_enrol(&demo->place, &demo->plan, demo->endpoint, cli->timeout_ms, about);
    if (err != MU_OK)
        return mu_cli_error(cli, err, about);
    if ((err = mu_demo_publish(&demo->place)) != MU_OK)
        return mu_cli_error(cli, err, NULL);
    if ((err = mu_demo_feed_open(cli, &demo->place, &demo->plan, &demo->feed)) != MU_OK)
        return mu_cli_error(cli, err, NULL);
    code = mu_cast_programs(demo);
    return code == MU_EXIT_DONE && !interrupted ? mu_cast_player(demo) : code;
}

static void tear_down(struct mu_demo *demo)
{
    mu_demo_feed_close(&demo->feed);
    mu_cast_stop(demo);
    mu_demo_remove(&demo->place);
}

int mu_cli_demo(struct mu_cli *cli, int argc, char **argv)
{
    struct mu_demo *demo = calloc(1, sizeof *demo);
    int code;

    if (demo == NULL)
        return mu_cli_error(cli, MU_E_NO_MEMORY, NULL);
    demo->cli = cli;
    demo->stop = &interrupted;
    cli->exercise = true;
    if ((code = read_line(demo, argc, argv)) != 0) {
        free(demo);
        return code == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    }
    catch_signals();
    enum mu_err err = mu_demo_find(&demo->place);
    code = err == MU_OK ? set_up(demo) : mu_cli_error(cli, err, NULL);
    if (code == MU_EXIT_DONE)
        code = follow(demo);
    if (code == MU_EXIT_DONE && demo->stay && !interrupted)
        code = stay(demo);
    tear_down(demo);
    if (interrupted)
        mu_cli_tell(cli, demo->keep == NULL ? MU_W_DEMO_STOPPED : MU_W_DEMO_STOPPED_KEPT,
                    demo->keep == NULL ? "" : demo->keep, NULL);
    free(demo);
    return code;
}
