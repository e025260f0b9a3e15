/* muster watch: every entry as it is accepted, and those before it. */
#include "agents/cli/watch.h"

#include "agents/cli/gazetteer.h"
#include "agents/cli/format.h"
#include "agents/cli/options.h"
#include "agents/cli/when.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

static int read_times(struct mu_watch *watch)
{
    int64_t now_ms = mu_county_now_ms(&watch->look.county, watch->look.talk.agent);
    int offset_min = watch->look.county.offset_min;

    watch->since_ms = INT64_MIN;
    watch->until_ms = INT64_MAX;
    if (watch->since != NULL && !mu_when(watch->since, now_ms, offset_min, &watch->since_ms))
        return mu_cli_misused(watch->cli, MU_W_BAD_TIME, watch->since, NULL);
    if (watch->until != NULL && !mu_when(watch->until, now_ms, offset_min, &watch->until_ms))
        return mu_cli_misused(watch->cli, MU_W_BAD_TIME, watch->until, NULL);
    return MU_EXIT_DONE;
}

/* ---- entries --------------------------------------------------------------------------------------- */

/* --type conflict wants cards, not every finding. */
static bool is_wanted(const struct mu_watch *watch, const struct mu_entry *entry)
{
    const Muster__Event *event = entry->event;

    return !watch->only_cards || event == NULL || event->body_case != MUSTER__EVENT__BODY_FINDING ||
           event->finding->has_card_id;
}

/* Explained already when it fails. */
static enum mu_err hand_over(struct mu_watch *watch, const struct mu_entry *entry)
{
    char *json = mu_output_json(&watch->look.style, entry);
    enum mu_err err =
        json == NULL ? MU_E_NO_MEMORY : mu_exec_hand(&watch->exec, entry->number, json);

    free(json);
    watch->exec_stopped = err == MU_E_SYSTEM;
    return err;
}

static void print_format(struct mu_watch *watch, const struct mu_entry *entry)
{
    char line[MU_CARD_BYTES_MAX];
    struct mu_text text = mu_text(line, sizeof line);

    mu_format_entry(&text, watch->format, &watch->look.style, entry);
    puts(line);
}

static enum mu_err give(struct mu_watch *watch, const struct mu_entry *entry)
{
    enum mu_err err = MU_OK;

    if (watch->command != NULL)
        err = hand_over(watch, entry);
    else if (watch->format != NULL)
        print_format(watch, entry);
    else
        mu_output_entry(watch->cli, &watch->look.style, entry);
    watch->shown++;
    watch->done = watch->count >= 0 && watch->shown >= watch->count;
    return err;
}

static enum mu_err show(void *user, const struct mu_entry *entry)
{
    struct mu_watch *watch = user;
    enum mu_err err = mu_names_learn(watch->look.names, entry);

    if (err != MU_OK || watch->done || entry->accepted_at_ms < watch->since_ms ||
        !is_wanted(watch, entry))
        return err;
    if (entry->accepted_at_ms > watch->until_ms) {
        watch->done = true;
        return MU_OK;
    }
    if (watch->noting)
        return mu_newest_note(&watch->newest, entry);
    if (watch->only_newest && !mu_newest_is(&watch->newest, entry))
        return MU_OK;
    watch->passed++;
    if (watch->counting || watch->passed <= watch->skip)
        return MU_OK;
    return give(watch, entry);
}

/* Once through what is there, to know which are the newest. */
static enum mu_err note_newest(struct mu_watch *watch)
{
    watch->noting = true;
    watch->look.talk.on_entry = show;
    enum mu_err err = mu_talk_read(&watch->look.talk, watch->text, 1);
    watch->noting = false;
    watch->done = false;
    return err;
}

/* How many fit so far, so that all but the last N can be left out. */
static enum mu_err count_entries(struct mu_watch *watch)
{
    enum mu_err err;

    watch->counting = true;
    watch->look.talk.on_entry = show;
    err = mu_talk_read(&watch->look.talk, watch->text, 1);
    watch->skip = watch->passed > (uint64_t)watch->last ? watch->passed - (uint64_t)watch->last : 0;
    watch->passed = 0;
    watch->counting = false;
    return err;
}

/* ---- going on ---------------------------------------------------------------------------------------- */

static void tell_link(const struct mu_watch *watch, bool *away)
{
    bool now_away = watch->look.talk.link != MU_LINK_OPEN;

    if (now_away != *away)
        mu_cli_tell(watch->cli, now_away ? MU_W_LINK_LOST : MU_W_LINK_BACK, NULL);
    if (*away && !now_away)
        mu_talk_flush(watch->cli);
    *away = now_away;
}

static bool is_over(const struct mu_watch *watch, int64_t since_ms)
{
    return watch->done || interrupted ||
           (watch->wait_ms >= 0 && mu_talk_machine_ms() - since_ms >= watch->wait_ms);
}

static enum mu_err follow(struct mu_watch *watch)
{
    int64_t since = mu_talk_machine_ms();
    bool away = false;
    enum mu_err err = MU_OK;

    while (err == MU_OK && !is_over(watch, since)) {
        long before = watch->shown;

        err = mu_agent_turn(watch->look.talk.agent, 100);
        if (watch->shown != before) {
            since = mu_talk_machine_ms();
            fflush(stdout);
        }
        tell_link(watch, &away);
        if (watch->look.talk.why == MU_E_PROOF || watch->look.talk.link == MU_LINK_REFUSED)
            err = watch->look.talk.why;
    }
    return err;
}

/* ---- beginning ------------------------------------------------------------------------------------------ */

static enum mu_err fold_places(void *user, const struct mu_entry *entry)
{
    struct mu_watch *watch = user;

    return mu_picture_fold(watch->look.picture, entry);
}

/* A place people know by name is an area of the filter. */
static int find_place(struct mu_watch *watch)
{
    char several[512];
    struct mu_text text = mu_text(several, sizeof several);
    struct mu_place place;
    enum mu_err err = mu_picture_new(&watch->look.picture);

    watch->look.talk.on_entry = fold_places;
    watch->look.talk.user = watch;
    if (err == MU_OK)
        err = mu_talk_read(&watch->look.talk, "type=reference_object", 1);
    if (err != MU_OK)
        return mu_talk_explain(&watch->look.talk, err);
    err = mu_gazetteer_find(watch->look.picture, watch->place, &place, &text);
    if (err == MU_E_BAD_VALUE)
        return mu_cli_misused(watch->cli, MU_W_PLACE_SEVERAL, watch->place, several, NULL);
    if (err != MU_OK || place.area == NULL)
        return mu_cli_fail(watch->cli, MU_EXIT_ABSENT, MU_W_NO_SUCH_PLACE, watch->place, NULL);
    mu_cli_tell(watch->cli, MU_W_PLACE_IS, watch->place, place.area, NULL);
    watch->area = place.area; /* lent by the picture, which stays */
    return mu_watch_filter(watch);
}

/* A command begins with what comes from now on, or where it was; with --since at that time. */
static int open_exec(struct mu_watch *watch)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    int code = mu_exec_open(&watch->exec, watch->cli, watch->look.talk.dir, watch->cursor,
                            watch->command, watch->text);

    sigaction(SIGPIPE, &ignore, NULL); /* a command need not read what it is handed */
    if (code != MU_EXIT_DONE || watch->exec.known)
        return code;
    return mu_exec_begin(&watch->exec, watch->since == NULL ? watch->look.talk.head : 0) == MU_OK
               ? MU_EXIT_DONE
               : MU_EXIT_FAILED;
}

static int begin(struct mu_watch *watch)
{
    int code = read_times(watch);

    if (code == MU_EXIT_DONE && watch->place != NULL)
        code = find_place(watch);
    if (code == MU_EXIT_DONE && watch->command != NULL)
        code = open_exec(watch);
    return code;
}

static enum mu_err read_on(struct mu_watch *watch)
{
    uint64_t from = watch->command != NULL ? watch->exec.done + 1 : 1;
    enum mu_err err = MU_OK;

    watch->look.talk.user = watch;
    watch->look.talk.prints = isatty(STDOUT_FILENO) != 0;
    if (watch->only_newest)
        err = note_newest(watch);
    if (err == MU_OK && watch->last >= 0)
        err = count_entries(watch);
    watch->done = watch->count == 0;
    watch->look.talk.on_entry = show;
    if (err == MU_OK)
        err = mu_talk_read(&watch->look.talk, watch->text, from);
    fflush(stdout);
    bool goes_on = !watch->stop && !watch->done && watch->until == NULL;
    return err == MU_OK && goes_on ? follow(watch) : err;
}

static int watch_on(struct mu_watch *watch)
{
    enum mu_err err = read_on(watch);

    if (watch->exec_stopped)
        return MU_EXIT_FAILED;
    if (err != MU_OK)
        return mu_talk_explain(&watch->look.talk, err);
    return watch->exec.failed > 0 ? MU_EXIT_FAILED : MU_EXIT_DONE;
}

int mu_cli_watch(struct mu_cli *cli, int argc, char **argv)
{
    struct mu_watch watch = {.cli = cli, .last = -1, .count = -1, .wait_ms = -1, .exec.lock = -1};
    int key = mu_watch_read_line(&watch, argc, argv);

    if (key != 0)
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    signal(SIGINT, interrupt);
    signal(SIGTERM, interrupt);
    mu_talk_flush(cli);
    int code = mu_look_open(&watch.look, cli);
    if (code == MU_EXIT_DONE)
        code = begin(&watch);
    if (code == MU_EXIT_DONE)
        code = watch_on(&watch);
    mu_exec_close(&watch.exec);
    mu_newest_free(&watch.newest);
    mu_look_close(&watch.look);
    return code;
}
