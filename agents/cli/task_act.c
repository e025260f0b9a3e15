/* muster task accept|decline|refer|done|confirm|reopen TASK: what a person does about a task.
 *
 * An act by somebody who may not take it is recorded and changes nothing, so it is held back here, and the
 * person hears who may.
 */
#include "agents/cli/options.h"
#include "agents/cli/voice.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/picture/task.h"

enum { KEY_REASON = 256, KEY_PERSON, KEY_TO, KEY_BECAUSE, KEY_EVIDENCE, KEY_WAIT };

#define COMMON                                                                                     \
    {"reason", KEY_REASON, "WORDS", MU_W_OPT_TASK_REASON},                                         \
        {"person", KEY_PERSON, "WHO", MU_W_OPT_TASK_PERSON},                                       \
    {                                                                                              \
        "wait", KEY_WAIT, NULL, MU_W_OPT_WAIT                                                      \
    }

const struct mu_cli_option mu_cli_task_act_options[] = {COMMON, {NULL, 0, NULL, MU_W_EXERCISE}};
const struct mu_cli_option mu_cli_task_refer_options[] = {
    {"to", KEY_TO, "AGENCY", MU_W_OPT_TASK_TO},
    {"because", KEY_BECAUSE, "specialist|not_our_duty|local_responsibility|no_means|already_busy",
     MU_W_OPT_TASK_BECAUSE},
    COMMON,
    {NULL, 0, NULL, MU_W_EXERCISE},
};
const struct mu_cli_option mu_cli_task_done_options[] = {
    {"evidence", KEY_EVIDENCE, "WORDS", MU_W_OPT_TASK_EVIDENCE},
    COMMON,
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* Who may take an act. */
enum may { MAY_ASKED, MAY_HOLDER_OR_ASKED, MAY_HOLDER, MAY_REQUESTER };

struct act {
    const char *act;
    const struct mu_cli_option *options;
    enum may may;
    bool needs_reason;
    /* as typed */
    const char *task, *reason, *person, *to, *because, *evidence;
    bool wait;
};

/* ---- words of the command line ------------------------------------------------------------------- */

static void take(struct act *act, int key, const char *value)
{
    switch (key) {
    case KEY_REASON:
        act->reason = value;
        break;
    case KEY_PERSON:
        act->person = value;
        break;
    case KEY_TO:
        act->to = value;
        break;
    case KEY_BECAUSE:
        act->because = value;
        break;
    case KEY_EVIDENCE:
        act->evidence = value;
        break;
    default:
        act->wait = true;
        break;
    }
}

static int read_line(struct mu_cli *cli, int argc, char **argv, struct act *act)
{
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, act->options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key;
        take(act, key, value);
    }
    if (argc - optind != 1)
        return mu_cli_misused(cli, MU_W_WHICH_TASK, NULL), '?';
    act->task = argv[optind];
    if (act->needs_reason && act->reason == NULL)
        return mu_cli_misused(cli, MU_W_TASK_WHY, NULL), '?';
    if (act->options == mu_cli_task_refer_options && act->to == NULL)
        return mu_cli_misused(cli, MU_W_TASK_TO_WHOM, NULL), '?';
    return 0;
}

/* ---- may we? ------------------------------------------------------------------------------------------ */

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static const char *maker_of(const struct mu_task *task)
{
    return task->made->event->envelope->agency;
}

/* Whoever may, by name; *allowed when that is us. */
static const char *who_may(const struct mu_task *task, enum may may, const char *us, bool *allowed)
{
    switch (may) {
    case MAY_ASKED:
        *allowed = same(task->asked, us);
        return task->asked;
    case MAY_HOLDER_OR_ASKED:
        *allowed = same(task->holder, us) || same(task->asked, us);
        return task->asked != NULL ? task->asked : task->holder;
    case MAY_HOLDER:
        *allowed = same(task->holder, us);
        return task->holder;
    default:
        *allowed = same(task->requester, us) || same(maker_of(task), us);
        return maker_of(task);
    }
}

static int check_may(struct mu_voice *voice, const struct act *act, const struct mu_task *task)
{
    const char *us = mu_agent_agency(voice->talk.agent);
    bool allowed;
    const char *who = who_may(task, act->may, us, &allowed);

    bool undoes = strcmp(act->act, "reopen") == 0 && task->state == MU_TASK_CONFIRMED;
    if (!mu_task_is_open(task) && !undoes)
        return mu_cli_fail(voice->cli, MU_EXIT_FAILED, MU_W_TASK_ENDED, act->task, NULL);
    if (strcmp(act->act, "confirm") == 0 && task->state != MU_TASK_DONE)
        return mu_cli_fail(
            voice->cli, MU_EXIT_FAILED, MU_W_TASK_NOT_DONE, act->task,
            task->holder == NULL ? mu_word(MU_W_NOBODY, voice->cli->lang) : task->holder, NULL);
    if (allowed)
        return MU_EXIT_DONE;
    if (who == NULL)
        return mu_cli_fail(voice->cli, MU_EXIT_FAILED, MU_W_TASK_NOBODY_ASKED, act->task, NULL);
    return mu_cli_fail(voice->cli, MU_EXIT_NOT_ALLOWED, MU_W_TASK_NOT_YOURS, act->task, who, us,
                       NULL);
}

/* ---- saying it -------------------------------------------------------------------------------------------- */

static int make(struct mu_voice *voice, const struct act *act, const struct mu_task *task,
                struct mu_saying *out)
{
    char named[160];
    const struct {
        const char *field, *value;
    } fields[] = {
        {"act", act->act},
        {"refer_to", act->to},
        {"referral_reason", act->to == NULL        ? NULL
                            : act->because != NULL ? act->because
                                                   : "not_stated"},
        {"evidence", act->evidence},
        {"envelope.reason", act->reason},
        {"envelope.person", act->person},
    };

    snprintf(named, sizeof named, "%s@v%" PRIu32, act->task, task->made->version);
    enum mu_err err = mu_say_begin(MUSTER__EVENT__BODY_TASK, named, &voice->how, out);
    for (size_t i = 0; err == MU_OK && i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i].value != NULL)
            err = mu_say_set(out, fields[i].field, fields[i].value, &voice->how);
    if (err == MU_OK && strcmp(act->act, "done") == 0) {
        out->event->task->has_done_at_ms = 1;
        out->event->task->done_at_ms = mu_county_now_ms(&voice->county, voice->talk.agent);
    }
    return err == MU_OK ? MU_EXIT_DONE : mu_voice_explain(voice, err, out->kind);
}

static int say(struct mu_voice *voice, const struct act *act)
{
    struct mu_saying saying;
    int code = mu_voice_look(voice);

    if (code != MU_EXIT_DONE)
        return code;
    const struct mu_task *task = mu_picture_task(voice->picture, act->task);
    if (task == NULL || task->made == NULL)
        return mu_cli_fail(voice->cli, MU_EXIT_ABSENT, MU_W_NO_SUCH_TASK, act->task, NULL);
    if ((code = check_may(voice, act, task)) == MU_EXIT_DONE)
        code = make(voice, act, task, &saying);
    return code == MU_EXIT_DONE ? mu_voice_say(voice, &saying, act->wait) : code;
}

static int run(struct mu_cli *cli, int argc, char **argv, struct act act)
{
    struct mu_voice voice;
    int key = read_line(cli, argc, argv, &act);

    if (key != 0)
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    int code = mu_voice_open(&voice, cli, act.wait);
    if (code == MU_EXIT_DONE)
        code = say(&voice, &act);
    mu_voice_close(&voice);
    return code;
}

int mu_cli_task_accept(struct mu_cli *cli, int argc, char **argv)
{
    return run(cli, argc, argv,
               (struct act){.act = "accept", .options = mu_cli_task_act_options, .may = MAY_ASKED});
}

int mu_cli_task_decline(struct mu_cli *cli, int argc, char **argv)
{
    return run(cli, argc, argv,
               (struct act){.act = "decline",
                            .options = mu_cli_task_act_options,
                            .may = MAY_ASKED,
                            .needs_reason = true});
}

int mu_cli_task_refer(struct mu_cli *cli, int argc, char **argv)
{
    return run(cli, argc, argv,
               (struct act){.act = "refer",
                            .options = mu_cli_task_refer_options,
                            .may = MAY_HOLDER_OR_ASKED});
}

int mu_cli_task_done(struct mu_cli *cli, int argc, char **argv)
{
    return run(cli, argc, argv,
               (struct act){.act = "done", .options = mu_cli_task_done_options, .may = MAY_HOLDER});
}

int mu_cli_task_confirm(struct mu_cli *cli, int argc, char **argv)
{
    return run(
        cli, argc, argv,
        (struct act){.act = "confirm", .options = mu_cli_task_act_options, .may = MAY_REQUESTER});
}

int mu_cli_task_reopen(struct mu_cli *cli, int argc, char **argv)
{
    return run(cli, argc, argv,
               (struct act){.act = "reopen",
                            .options = mu_cli_task_act_options,
                            .may = MAY_REQUESTER,
                            .needs_reason = true});
}
