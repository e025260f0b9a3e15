#include "agents/cli/talk.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agents/cli/expiry.h"

#define TURN_MS 50
#define PATIENCE_MS 1000 /* after this a person wants to know what it waits for */

static int64_t clock_ms(clockid_t which)
{
    struct timespec ts;

    clock_gettime(which, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t mu_talk_machine_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

int64_t mu_talk_wall_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

/* ---- what the agent calls back --------------------------------------------------------------- */

static enum mu_err take_link(void *user, enum mu_link link, enum mu_err why)
{
    struct mu_talk *talk = user;

    talk->link = link;
    talk->why = why;
    return MU_OK;
}

static enum mu_err take_entry(void *user, const struct mu_entry *entry)
{
    struct mu_talk *talk = user;

    return talk->on_entry == NULL ? MU_OK : talk->on_entry(talk->user, entry);
}

static enum mu_err take_through(void *user, uint64_t through, uint64_t head)
{
    struct mu_talk *talk = user;

    talk->through = through;
    talk->head = head;
    talk->looked = true;
    mu_progress_step(&talk->progress, through, head);
    return MU_OK;
}

static enum mu_err take_answer(void *user, const struct mu_answer *answer)
{
    struct mu_talk *talk = user;

    /* Of any event: ours may wait behind the one that was held. */
    talk->held = answer->settled ? MU_OK : answer->code;
    if (!mu_hash_equal(&answer->leaf, &talk->kept.leaf) || talk->answered)
        return MU_OK;
    talk->answer = *answer;
    snprintf(talk->answer_path, sizeof talk->answer_path, "%s",
             answer->path == NULL ? "" : answer->path);
    talk->answer.path = talk->answer_path;
    talk->answered = answer->settled;
    return MU_OK;
}

/* The spool was not alone: what we said has another identity now. */
static enum mu_err take_move(void *user, const struct mu_kept *was, const struct mu_kept *now)
{
    struct mu_talk *talk = user;

    if (mu_hash_equal(&was->leaf, &talk->kept.leaf))
        talk->kept = *now;
    if (!talk->moved)
        mu_cli_tell(talk->cli, MU_W_NEW_INSTANCE, NULL);
    talk->moved = true;
    return MU_OK;
}

/* What a restored broker lost comes back under other numbers: people see it a second time, and why. */
static enum mu_err take_epoch(void *user, uint64_t common)
{
    struct mu_talk *talk = user;
    char number[24];

    snprintf(number, sizeof number, "%llu", (unsigned long long)common);
    mu_cli_tell(talk->cli, MU_W_RECORD_RESTORED, number, NULL);
    return MU_OK;
}

static enum mu_err take_join(void *user, const struct mu_join_frame *said)
{
    struct mu_talk *talk = user;

    return talk->on_join == NULL ? MU_OK : talk->on_join(talk->join_user, said);
}

/* ---- open and close ---------------------------------------------------------------------------- */

static int explain_place(const struct mu_cli *cli, enum mu_err err)
{
    if (err == MU_E_ABSENT && cli->as != NULL)
        return mu_cli_fail(cli, MU_EXIT_ABSENT, MU_W_NO_SUCH_AGENCY, cli->as, NULL);
    if (err == MU_E_ABSENT)
        return mu_cli_fail(cli, MU_EXIT_ABSENT, MU_W_NO_PLACE, NULL);
    return mu_cli_error(cli, err, cli->as);
}

static int explain_open(const struct mu_cli *cli, enum mu_err err, const char *dir)
{
    if (err == MU_E_ABSENT)
        return mu_cli_fail(cli, MU_EXIT_ABSENT, MU_W_NO_AGENT, dir, NULL);
    return mu_cli_error(cli, err, dir);
}

/* Two commands at once are no mistake: the second waits until the first has said its word. */
static enum mu_err open_in_turn(const struct mu_cli *cli, const char *dir,
                                const struct mu_agent_options *options,
                                const struct mu_agent_calls *calls, mu_agent **out)
{
    const struct timespec pause = {.tv_nsec = TURN_MS * 1000000L};
    int64_t since = mu_talk_machine_ms();
    bool told = false;
    enum mu_err err;

    while ((err = mu_agent_open(dir, options, calls, out)) == MU_E_IN_USE &&
           mu_talk_machine_ms() - since < cli->timeout_ms) {
        if (!told && mu_talk_machine_ms() - since >= PATIENCE_MS) {
            mu_cli_tell(cli, MU_W_WAITING_SPOOL, NULL);
            told = true;
        }
        nanosleep(&pause, NULL);
    }
    return err;
}

enum mu_err mu_cli_open(const struct mu_cli *cli, bool reads_only,
                        const struct mu_agent_calls *calls, mu_agent **out, int *code)
{
    struct mu_agent_options options = {.program = "muster", .no_spool = reads_only};
    char dir[PATH_MAX];
    enum mu_err err = mu_cli_place(cli, dir, sizeof dir);

    *code = MU_EXIT_DONE;
    if (err != MU_OK) {
        *code = explain_place(cli, err);
        return err;
    }
    err = open_in_turn(cli, dir, &options, calls, out);
    if (err != MU_OK)
        *code = explain_open(cli, err, dir);
    return err;
}

/* They say by themselves how it stands, or change it. */
static bool looks_at_certificates(const struct mu_cli *cli)
{
    return cli->name != NULL &&
           (strcmp(cli->name, "doctor") == 0 || strcmp(cli->name, "join") == 0 ||
            strcmp(cli->name, "agency renew") == 0);
}

int mu_talk_open(struct mu_talk *talk, struct mu_cli *cli, bool reads_only)
{
    struct mu_agent_calls calls = {.on_answer = take_answer,
                                   .on_entry = take_entry,
                                   .on_through = take_through,
                                   .on_link = take_link,
                                   .on_moved = take_move,
                                   .on_join = take_join,
                                   .on_epoch = take_epoch,
                                   .user = talk};
    int code;

    *talk = (struct mu_talk){.cli = cli, .link = MU_LINK_OFFLINE};
    enum mu_err err = mu_cli_open(cli, reads_only, &calls, &talk->agent, &code);
    if (err == MU_OK)
        err = mu_cli_place(cli, talk->dir, sizeof talk->dir);
    if (err == MU_OK && !looks_at_certificates(cli))
        mu_expiry_warn(cli, talk->dir);
    return err == MU_OK ? MU_EXIT_DONE : code;
}

void mu_talk_close(struct mu_talk *talk)
{
    mu_agent_close(&talk->agent);
}

/* ---- waiting ------------------------------------------------------------------------------------ */

/* Says once what it waits for. */
static void get_impatient(const struct mu_talk *talk, int64_t since_ms, bool *told)
{
    if (*told || mu_talk_machine_ms() - since_ms < PATIENCE_MS)
        return;
    mu_cli_tell(talk->cli, talk->link == MU_LINK_OPEN ? MU_W_WAITING_RECORD : MU_W_WAITING_LINK,
                NULL);
    *told = true;
}

static enum mu_err turn_until(struct mu_talk *talk, bool (*done)(const struct mu_talk *),
                              int timeout_ms, enum mu_err late)
{
    int64_t since = mu_talk_machine_ms();
    bool told = false;

    while (!done(talk)) {
        if (talk->link == MU_LINK_REFUSED || talk->why == MU_E_PROOF)
            return talk->why == MU_OK ? MU_E_UNREACHABLE : talk->why;
        if (mu_talk_machine_ms() - since >= timeout_ms)
            return talk->link == MU_LINK_OPEN ? late : MU_E_UNREACHABLE;
        get_impatient(talk, since, &told);
        enum mu_err err = mu_agent_turn(talk->agent, TURN_MS);
        if (err != MU_OK)
            return err;
    }
    return MU_OK;
}

static bool is_reached(const struct mu_talk *talk)
{
    return talk->link == MU_LINK_OPEN;
}

enum mu_err mu_talk_reach(struct mu_talk *talk, int timeout_ms)
{
    return turn_until(talk, is_reached, timeout_ms, MU_E_TIMEOUT);
}

static bool is_read(const struct mu_talk *talk)
{
    return talk->looked && talk->through >= talk->head;
}

/* Ends when nothing new came for the whole time-out, however long the record is. */
enum mu_err mu_talk_read(struct mu_talk *talk, const char *filter, uint64_t from)
{
    enum mu_err err = mu_talk_reach(talk, talk->cli->timeout_ms);

    talk->looked = false;
    talk->through = 0;
    mu_progress_begin(&talk->progress, talk->cli);
    talk->progress.wanted = talk->progress.wanted && !talk->prints;
    if (err == MU_OK)
        err = mu_agent_follow(talk->agent, filter, from);
    for (uint64_t before = 0; err == MU_OK && !is_read(talk); before = talk->through) {
        err = turn_until(talk, is_read, talk->cli->timeout_ms, MU_E_TIMEOUT);
        if (err == MU_E_TIMEOUT && talk->through > before)
            err = MU_OK;
    }
    mu_progress_end(&talk->progress);
    return err;
}

/* ---- saying -------------------------------------------------------------------------------------- */

enum mu_err mu_talk_say(struct mu_talk *talk, const Muster__Event *event, struct mu_fault *fault)
{
    size_t size = mu_event_size(event);
    uint8_t *bytes = malloc(size == 0 ? 1 : size);

    if (bytes == NULL)
        return MU_E_NO_MEMORY;
    struct mu_bytes body = {bytes, mu_event_pack(event, bytes)};
    talk->answered = false;
    enum mu_err err = mu_agent_say(talk->agent, &body, 1, &talk->kept, fault);
    free(bytes);
    return err;
}

static bool is_answered(const struct mu_talk *talk)
{
    return talk->answered;
}

enum mu_err mu_talk_settle(struct mu_talk *talk, int timeout_ms)
{
    return turn_until(talk, is_answered, timeout_ms, MU_E_TIMEOUT);
}

/* A change of keys that stopped between the last two steps: the new key is there, and needs no invitation. */
static bool has_successor(const struct mu_talk *talk)
{
    char next[PATH_MAX];

    return snprintf(next, sizeof next, "%s.next", talk->dir) < (int)sizeof next &&
           access(next, F_OK) == 0;
}

int mu_talk_explain(const struct mu_talk *talk, enum mu_err err)
{
    char seconds[32];

    if (err == MU_E_RETIRED && has_successor(talk))
        return mu_cli_fail(talk->cli, mu_cli_exit(err), MU_W_RETIRED_NEXT, talk->dir, NULL);
    if (err != MU_E_UNREACHABLE && err != MU_E_TIMEOUT)
        return mu_cli_error(talk->cli, err, NULL);
    snprintf(seconds, sizeof seconds, "%g", talk->cli->timeout_ms / 1000.0);
    return mu_cli_fail(talk->cli, MU_EXIT_UNREACHABLE,
                       err == MU_E_UNREACHABLE ? MU_W_NOT_REACHED : MU_W_NO_ANSWER, seconds, NULL);
}
