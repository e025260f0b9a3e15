#include "agents/cli/demo.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TURN_MS 50

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

struct demo {
    struct mu_cli *cli;
    const char *script, *reference, *speed, *until, *keep;
    bool stay, revive;
    bool stepped;
    char script_path[PATH_MAX], reference_path[PATH_MAX];
    struct mu_demo_place place;
    struct mu_demo_plan plan;
    char endpoint[MU_TOPIC_BYTES_MAX];
    struct mu_child broker, player;
    struct mu_child programs[MU_DEMO_CHILDREN_MAX - 2];
    size_t program_count;
    struct mu_demo_feed *feed;
    uint64_t last_number; /* when the player had finished */
    int64_t last_ms;
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

static void take(struct demo *demo, int key, const char *value)
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

static int read_line(struct demo *demo, int argc, char **argv)
{
    struct mu_cli *cli = demo->cli;
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_demo_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key;
        if (key == KEY_SPEED && !is_speed(value)) {
            mu_cli_misused(cli, MU_W_BAD_OPTION_VALUE, "--speed", value, NULL);
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
static enum mu_err find_pair(struct demo *demo)
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

/* ---- children ----------------------------------------------------------------------------------------------- */

static int explain_child(const struct demo *demo, const struct mu_child *child)
{
    char words[8192], code[24];
    struct mu_text text = mu_text(words, sizeof words);

    mu_child_words(child, &text);
    snprintf(code, sizeof code, "%d", mu_child_code(child));
    (void)mu_cli_fail(demo->cli, MU_EXIT_FAILED, MU_W_DEMO_DIED, child->name, code, NULL);
    fputs(words, stderr);
    return MU_EXIT_FAILED;
}

static int start(struct demo *demo, struct mu_child *child)
{
    char name[MU_NAME_BYTES_MAX + 8];
    enum mu_err err;

    snprintf(name, sizeof name, "%s.log", child->name);
    err = mu_demo_path(&demo->place, child->log, "logs", name);
    if (err == MU_OK)
        err = mu_child_start(child);
    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(demo->cli, err, child->name);
}

static const char *rate_of(const struct demo *demo)
{
    return demo->speed != NULL ? demo->speed : demo->plan.rate;
}

static int init_broker(struct demo *demo, const char *dir)
{
    struct mu_child init;
    const char *const args[] = {
        "init",   "--dir",         dir,          "--county",        demo->plan.en,
        "--area", demo->plan.area, "--exercise", "--start",         demo->plan.prelude,
        "--rate", rate_of(demo),   "--offset",   demo->plan.offset,
    };
    int code;

    mu_child_make(&init, &demo->place, "musterd");
    for (size_t i = 0; i < sizeof args / sizeof args[0]; i++)
        mu_child_arg(&init, args[i]);
    if ((code = start(demo, &init)) != MU_EXIT_DONE)
        return code;
    return mu_child_wait(&init) == 0 ? MU_EXIT_DONE : explain_child(demo, &init);
}

static bool read_endpoint(struct demo *demo, const char *dir)
{
    char path[PATH_MAX + 16];
    size_t size;

    snprintf(path, sizeof path, "%s/endpoint", dir);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    size = fread(demo->endpoint, 1, sizeof demo->endpoint - 1, file);
    fclose(file);
    demo->endpoint[size] = '\0';
    char *end = strchr(demo->endpoint, '\n');
    if (end != NULL)
        *end = '\0';
    return end != NULL; /* a line that is whole */
}

static int wait_for_endpoint(struct demo *demo, const char *dir)
{
    const struct timespec moment = {.tv_nsec = 10000000};
    int64_t until = mu_talk_machine_ms() + demo->cli->timeout_ms;

    while (!read_endpoint(demo, dir)) {
        if (mu_child_ended(&demo->broker))
            return explain_child(demo, &demo->broker);
        if (interrupted)
            return MU_EXIT_FAILED;
        if (mu_talk_machine_ms() > until)
            return mu_cli_error(demo->cli, MU_E_TIMEOUT, demo->broker.name);
        (void)nanosleep(&moment, NULL);
    }
    return MU_EXIT_DONE;
}

/* The broker chooses a free port; started again, it must be found where it was. */
static void make_broker(struct demo *demo, const char *dir, const char *endpoint)
{
    pid_t pid = demo->broker.pid;

    mu_child_make(&demo->broker, &demo->place, "musterd");
    mu_child_arg(&demo->broker, "--dir");
    mu_child_arg(&demo->broker, dir);
    mu_child_arg(&demo->broker, "--endpoint");
    mu_child_arg(&demo->broker, endpoint);
    demo->broker.pid = pid;
}

static int start_broker(struct demo *demo)
{
    char dir[PATH_MAX];
    enum mu_err err = mu_demo_path(&demo->place, dir, "broker", NULL);
    int code;

    if (err != MU_OK)
        return mu_cli_error(demo->cli, err, NULL);
    if ((code = init_broker(demo, dir)) != MU_EXIT_DONE)
        return code;
    make_broker(demo, dir, "tcp://127.0.0.1:0");
    if ((code = start(demo, &demo->broker)) != MU_EXIT_DONE ||
        (code = wait_for_endpoint(demo, dir)) != MU_EXIT_DONE)
        return code;
    char log[PATH_MAX];
    memcpy(log, demo->broker.log, sizeof log);
    make_broker(demo, dir, demo->endpoint);
    memcpy(demo->broker.log, log, sizeof log);
    return MU_EXIT_DONE;
}

static int start_programs(struct demo *demo)
{
    int code = MU_EXIT_DONE;

    for (size_t i = 0; code == MU_EXIT_DONE && i < demo->plan.program_count; i++) {
        struct mu_child *child = &demo->programs[i];
        char dir[PATH_MAX];

        if (mu_demo_path(&demo->place, dir, "programs", demo->plan.programs[i].program) != MU_OK)
            return mu_cli_error(demo->cli, MU_E_LIMIT, NULL);
        mu_child_make(child, &demo->place, demo->plan.programs[i].program);
        mu_child_arg(child, "--dir");
        mu_child_arg(child, dir);
        code = start(demo, child);
        demo->program_count = i + 1;
    }
    return code;
}

/* A program says "ready" once the broker has heard it is at rest with the record: from there on a clock
 * that moves in steps waits for it. Before all have, nothing is played. */
static bool is_ready(const struct mu_child *child)
{
    FILE *log = fopen(child->log, "rb");
    char line[256];
    bool ready = false;

    while (log != NULL && !ready && fgets(line, sizeof line, log) != NULL)
        ready = strcmp(line, "ready\n") == 0;
    if (log != NULL)
        fclose(log);
    return ready;
}

static int turn(struct demo *demo);

static int wait_for_programs(struct demo *demo)
{
    int64_t until = mu_talk_machine_ms() + demo->cli->timeout_ms;
    int code = MU_EXIT_DONE;

    for (size_t i = 0; code == MU_EXIT_DONE && !interrupted && i < demo->program_count; i++)
        while (code == MU_EXIT_DONE && !interrupted && !is_ready(&demo->programs[i])) {
            if (mu_talk_machine_ms() > until)
                return mu_cli_error(demo->cli, MU_E_TIMEOUT, demo->programs[i].name);
            code = turn(demo);
        }
    return code;
}

static int start_player(struct demo *demo)
{
    struct mu_child *player = &demo->player;
    char agents[PATH_MAX], admin[PATH_MAX], journal[PATH_MAX];

    if (mu_demo_path(&demo->place, agents, "play", NULL) != MU_OK ||
        mu_demo_path(&demo->place, admin, "broker", "admin-1") != MU_OK ||
        mu_demo_path(&demo->place, journal, "journal", NULL) != MU_OK)
        return mu_cli_error(demo->cli, MU_E_LIMIT, NULL);
    const char *const args[] = {
        "--reference", demo->reference_path,
        "--script",    demo->script_path,
        "--agents",    agents,
        "--admin",     admin,
        "--lang",      demo->cli->lang == MU_LANG_ZH ? "zh" : "en",
        "--journal",   journal,
    };

    mu_child_make(player, &demo->place, "muster-player");
    for (size_t i = 0; i < sizeof args / sizeof args[0]; i++)
        mu_child_arg(player, args[i]);
    if (demo->until != NULL) {
        mu_child_arg(player, "--until");
        mu_child_arg(player, demo->until);
    }
    if (demo->stepped)
        mu_child_arg(player, "--step");
    player->ends = true;
    return start(demo, player);
}

/* ---- watching ---------------------------------------------------------------------------------------------------- */

/* A program that stops by itself ends the exercise, unless it is to be started again. */
static int watch_child(struct demo *demo, struct mu_child *child)
{
    if (child->pid == 0 || !mu_child_ended(child))
        return MU_EXIT_DONE;
    if (!demo->revive)
        return explain_child(demo, child);
    enum mu_err err = mu_child_start(child);
    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(demo->cli, err, child->name);
}

static int watch_children(struct demo *demo)
{
    int code = watch_child(demo, &demo->broker);

    for (size_t i = 0; code == MU_EXIT_DONE && i < demo->program_count; i++)
        code = watch_child(demo, &demo->programs[i]);
    return code;
}

static bool read_end(struct demo *demo)
{
    FILE *log = fopen(demo->player.log, "rb");
    unsigned long long number = 0;
    long long now_ms = 0;
    char line[256];
    bool found = false;

    while (log != NULL && fgets(line, sizeof line, log) != NULL)
        found |= sscanf(line, "end\t%llu\t%lld", &number, &now_ms) == 2;
    if (log != NULL)
        fclose(log);
    demo->last_number = number;
    demo->last_ms = now_ms;
    return found;
}

/* The player has explained itself in its log, in sentences that name file and line. */
static int explain_player(const struct demo *demo)
{
    char words[8192];
    struct mu_text text = mu_text(words, sizeof words);

    if (mu_child_code(&demo->player) >= 128)
        return explain_child(demo, &demo->player);
    mu_child_words(&demo->player, &text);
    fputs(words, stderr);
    return MU_EXIT_FAILED;
}

static int turn(struct demo *demo)
{
    enum mu_err err = mu_demo_feed_turn(demo->feed, TURN_MS);

    if (err != MU_OK)
        return mu_cli_error(demo->cli, err, NULL);
    return watch_children(demo);
}

/* Until the player has ended and all of the record is shown. */
static int follow(struct demo *demo)
{
    int code = MU_EXIT_DONE;

    while (code == MU_EXIT_DONE && !interrupted && !mu_child_ended(&demo->player))
        code = turn(demo);
    if (code != MU_EXIT_DONE || interrupted)
        return code;
    if (mu_child_code(&demo->player) != 0 || !read_end(demo))
        return explain_player(demo);
    while (code == MU_EXIT_DONE && !interrupted && !mu_demo_feed_has(demo->feed, demo->last_number))
        code = turn(demo);
    if (code == MU_EXIT_DONE && !interrupted)
        mu_demo_feed_finish(demo->feed, demo->last_ms);
    return code;
}

static int stay(struct demo *demo)
{
    int code = MU_EXIT_DONE;

    mu_cli_tell(demo->cli, MU_W_DEMO_STAYS, NULL);
    while (code == MU_EXIT_DONE && !interrupted)
        code = turn(demo);
    return code;
}

/* ---- the run ------------------------------------------------------------------------------------------------------- */

static void say_hello(const struct demo *demo)
{
    const struct mu_cli *cli = demo->cli;
    char agencies[24];

    snprintf(agencies, sizeof agencies, "%zu", demo->plan.agency_count);
    if (cli->form != MU_FORM_HUMAN)
        return;
    mu_output_line(cli, demo->stepped ? MU_W_DEMO_HELLO_STEP : MU_W_DEMO_HELLO,
                   cli->lang == MU_LANG_ZH ? demo->plan.zh : demo->plan.en, agencies, rate_of(demo),
                   NULL);
    mu_output_line(cli, MU_W_DEMO_SECOND, NULL);
    fflush(stdout);
}

static int set_up(struct demo *demo)
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
    demo->stepped = strcmp(rate_of(demo), "step") == 0;
    say_hello(demo);
    if ((code = start_broker(demo)) != MU_EXIT_DONE)
        return code;
    err = mu_demo_enrol(&demo->place, &demo->plan, demo->endpoint, cli->timeout_ms, about);
    if (err != MU_OK)
        return mu_cli_error(cli, err, about);
    if ((err = mu_demo_publish(&demo->place)) != MU_OK)
        return mu_cli_error(cli, err, NULL);
    if ((err = mu_demo_feed_open(cli, &demo->place, &demo->plan, &demo->feed)) != MU_OK)
        return mu_cli_error(cli, err, NULL);
    if ((code = start_programs(demo)) == MU_EXIT_DONE)
        code = wait_for_programs(demo);
    return code == MU_EXIT_DONE && !interrupted ? start_player(demo) : code;
}

static void tear_down(struct demo *demo)
{
    mu_demo_feed_close(&demo->feed);
    mu_child_stop(&demo->player);
    for (size_t i = 0; i < demo->program_count; i++)
        mu_child_stop(&demo->programs[i]);
    mu_child_stop(&demo->broker);
    mu_demo_remove(&demo->place);
}

int mu_cli_demo(struct mu_cli *cli, int argc, char **argv)
{
    struct demo *demo = calloc(1, sizeof *demo);
    int code;

    if (demo == NULL)
        return mu_cli_error(cli, MU_E_NO_MEMORY, NULL);
    demo->cli = cli;
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
