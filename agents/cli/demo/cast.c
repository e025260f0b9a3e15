#include "agents/cli/demo/demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TURN_MS 50
/* A county is set up in two seconds on a quiet machine. */
#define SET_UP_MS 60000

/* ---- one child ----------------------------------------------------------------------------------------------- */

static int explain_child(const struct mu_demo *demo, const struct mu_child *child)
{
    char words[8192], code[24];
    struct mu_text text = mu_text(words, sizeof words);

    mu_child_words(child, &text);
    snprintf(code, sizeof code, "%d", mu_child_code(child));
    (void)mu_cli_fail(demo->cli, MU_EXIT_FAILED, MU_W_DEMO_DIED, child->name, code, NULL);
    fputs(words, stderr);
    return MU_EXIT_FAILED;
}

static int start(struct mu_demo *demo, struct mu_child *child)
{
    char name[2 * MU_NAME_BYTES_MAX + 8];
    enum mu_err err;

    snprintf(name, sizeof name, "%s.log", child->name);
    err = mu_demo_path(&demo->place, child->log, "logs", name);
    if (err == MU_OK)
        err = mu_child_start(child);
    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(demo->cli, err, child->name);
}

/* ---- the broker ------------------------------------------------------------------------------------ */

const char *mu_cast_rate(const struct mu_demo *demo)
{
    return demo->speed != NULL ? demo->speed : demo->plan.rate;
}

static int init_broker(struct mu_demo *demo, const char *dir)
{
    struct mu_child init;
    const char *const args[] = {
        "init",
        "--dir",
        dir,
        "--county",
        demo->plan.en,
        "--area",
        demo->plan.area,
        "--exercise",
        "--start",
        demo->plan.prelude,
        "--rate",
        mu_cast_rate(demo),
        "--offset",
        demo->plan.offset,
    };
    int code;

    mu_child_make(&init, &demo->place, "musterd");
    for (size_t i = 0; i < sizeof args / sizeof args[0]; i++)
        mu_child_arg(&init, args[i]);
    if ((code = start(demo, &init)) != MU_EXIT_DONE)
        return code;
    return mu_child_wait(&init) == 0 ? MU_EXIT_DONE : explain_child(demo, &init);
}

static bool read_endpoint(struct mu_demo *demo, const char *dir)
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

static int wait_for_endpoint(struct mu_demo *demo, const char *dir)
{
    const struct timespec moment = {.tv_nsec = 10000000};
    int64_t until = mu_talk_machine_ms() + SET_UP_MS;

    while (!read_endpoint(demo, dir)) {
        if (mu_child_ended(&demo->broker))
            return explain_child(demo, &demo->broker);
        if (*demo->stop)
            return MU_EXIT_FAILED;
        if (mu_talk_machine_ms() > until)
            return mu_cli_error(demo->cli, MU_E_TIMEOUT, demo->broker.name);
        (void)nanosleep(&moment, NULL);
    }
    return MU_EXIT_DONE;
}

/* The broker chooses a free port; started again, it must be found where it was. */
static void make_broker(struct mu_demo *demo, const char *dir, const char *endpoint)
{
    pid_t pid = demo->broker.pid;

    mu_child_make(&demo->broker, &demo->place, "musterd");
    mu_child_arg(&demo->broker, "--dir");
    mu_child_arg(&demo->broker, dir);
    mu_child_arg(&demo->broker, "--endpoint");
    mu_child_arg(&demo->broker, endpoint);
    demo->broker.pid = pid;
}

int mu_cast_broker(struct mu_demo *demo)
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

/* ---- watching ---------------------------------------------------------------------------------------------------- */

/* A program that stops by itself ends the exercise, unless it is to be started again. */
static int watch_child(struct mu_demo *demo, struct mu_child *child)
{
    if (child->pid == 0 || !mu_child_ended(child))
        return MU_EXIT_DONE;
    if (!demo->revive)
        return explain_child(demo, child);
    enum mu_err err = mu_child_start(child);
    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(demo->cli, err, child->name);
}

static int watch_children(struct mu_demo *demo)
{
    int code = watch_child(demo, &demo->broker);

    for (size_t i = 0; code == MU_EXIT_DONE && i < demo->program_count; i++)
        code = watch_child(demo, &demo->programs[i]);
    return code;
}

int mu_cast_turn(struct mu_demo *demo)
{
    enum mu_err err = mu_demo_feed_turn(demo->feed, TURN_MS);

    if (err != MU_OK)
        return mu_cli_error(demo->cli, err, NULL);
    /* Whoever read the feed has gone: nobody is left to play for. */
    return ferror(stdout) ? MU_EXIT_FAILED : watch_children(demo);
}

/* ---- programs ------------------------------------------------------------------------------------------ */

static int start_programs(struct mu_demo *demo)
{
    int code = MU_EXIT_DONE;

    for (size_t i = 0; code == MU_EXIT_DONE && i < demo->plan.program_count; i++) {
        struct mu_child *child = &demo->programs[i];
        char dir[PATH_MAX];

        if (mu_demo_path(&demo->place, dir, "programs", demo->plan.programs[i].name) != MU_OK)
            return mu_cli_error(demo->cli, MU_E_LIMIT, NULL);
        mu_child_make(child, &demo->place, demo->plan.programs[i].program);
        snprintf(child->name, sizeof child->name, "%s", demo->plan.programs[i].name);
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

static int wait_for_programs(struct mu_demo *demo)
{
    int64_t until = mu_talk_machine_ms() + SET_UP_MS;
    int code = MU_EXIT_DONE;

    for (size_t i = 0; code == MU_EXIT_DONE && !*demo->stop && i < demo->program_count; i++)
        while (code == MU_EXIT_DONE && !*demo->stop && !is_ready(&demo->programs[i])) {
            if (mu_talk_machine_ms() > until)
                return mu_cli_error(demo->cli, MU_E_TIMEOUT, demo->programs[i].name);
            code = mu_cast_turn(demo);
        }
    return code;
}

int mu_cast_programs(struct mu_demo *demo)
{
    int code = start_programs(demo);

    return code == MU_EXIT_DONE ? wait_for_programs(demo) : code;
}

/* ---- the player ---------------------------------------------------------------------------------------- */

int mu_cast_player(struct mu_demo *demo)
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

/* "end NUMBER LOG_MS": where the record and its clock stood. */
static bool take_end(struct mu_demo *demo, const char *line)
{
    char *rest;

    if (strncmp(line, "end\t", 4) != 0)
        return false;
    demo->last_number = strtoull(line + 4, &rest, 10);
    demo->last_ms = strtoll(rest, &rest, 10);
    return *rest == '\n';
}

static bool read_end(struct mu_demo *demo)
{
    FILE *log = fopen(demo->player.log, "rb");
    char line[256];
    bool found = false;

    while (log != NULL && !found && fgets(line, sizeof line, log) != NULL)
        found = take_end(demo, line);
    if (log != NULL)
        fclose(log);
    return found;
}

/* The player has explained itself in its log, in sentences that name file and line. */
static int explain_player(const struct mu_demo *demo)
{
    char words[8192];
    struct mu_text text = mu_text(words, sizeof words);

    if (mu_child_code(&demo->player) >= 128)
        return explain_child(demo, &demo->player);
    mu_child_words(&demo->player, &text);
    fputs(words, stderr);
    return MU_EXIT_FAILED;
}

int mu_cast_end(struct mu_demo *demo)
{
    return mu_child_code(&demo->player) == 0 && read_end(demo) ? MU_EXIT_DONE
                                                               : explain_player(demo);
}

void mu_cast_stop(struct mu_demo *demo)
{
    mu_child_stop(&demo->player);
    for (size_t i = 0; i < demo->program_count; i++)
        mu_child_stop(&demo->programs[i]);
    mu_child_stop(&demo->broker);
}
