/* muster watch: every entry as it is accepted, and those before it. */
#include "agents/cli/look.h"
#include "agents/cli/options.h"
#include "agents/cli/when.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/topic/filter.h"

enum { KEY_SINCE = 256, KEY_UNTIL, KEY_TYPE, KEY_AGENCY, KEY_AREA, KEY_COUNT, KEY_WAIT, KEY_STOP };

const struct mu_cli_option mu_cli_watch_options[] = {
    {"since", KEY_SINCE, "TIME", MU_W_OPT_SINCE},
    {"until", KEY_UNTIL, "TIME", MU_W_OPT_UNTIL},
    {"type", KEY_TYPE, "KIND,...", MU_W_OPT_TYPE},
    {"agency", KEY_AGENCY, "CODE,...", MU_W_OPT_AGENCY},
    {"area", KEY_AREA, "PREFIX", MU_W_OPT_AREA},
    {"last", 'n', "N", MU_W_OPT_LAST},
    {"count", KEY_COUNT, "N", MU_W_OPT_COUNT},
    {"wait", KEY_WAIT, "SECONDS", MU_W_OPT_WATCH_WAIT},
    {"follow", 'f', NULL, MU_W_OPT_FOLLOW},
    {"no-follow", KEY_STOP, NULL, MU_W_OPT_NO_FOLLOW},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

struct watch {
    struct mu_cli *cli;
    struct mu_look look;
    const char *since, *until, *type, *agency, *area;
    long last, count; /* -1: not asked for */
    int wait_ms;      /* -1: for ever */
    bool stop;        /* at the head */
    bool only_cards;
    char text[MU_FILTER_TEXT_MAX];
    int64_t since_ms, until_ms;
    long shown;
    uint64_t passed;
    uint64_t skip; /* entries to leave out before the last N */
    bool counting; /* first pass: how many there are */
    bool done;
};

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* ---- words of the command line ------------------------------------------------------------------ */

static bool read_count(const char *value, long *out)
{
    char *end;

    errno = 0;
    *out = strtol(value, &end, 10);
    return end != value && *end == '\0' && errno == 0 && *out >= 0;
}

static bool take(struct watch *watch, int key, const char *value)
{
    long seconds;

    switch (key) {
    case KEY_SINCE:
        watch->since = value;
        return true;
    case KEY_UNTIL:
        watch->until = value;
        return true;
    case KEY_TYPE:
        watch->type = value;
        return true;
    case KEY_AGENCY:
        watch->agency = value;
        return true;
    case KEY_AREA:
        watch->area = value;
        return true;
    case 'n':
        return read_count(value, &watch->last);
    case KEY_COUNT:
        return read_count(value, &watch->count);
    case KEY_WAIT:
        if (!read_count(value, &seconds) || seconds > INT_MAX / 1000)
            return false;
        watch->wait_ms = (int)seconds * 1000;
        return true;
    case KEY_STOP:
        watch->stop = true;
        return true;
    default:
        return true;
    }
}

/* People say "conflict" for a finding that is a card. */
static void read_kinds(struct watch *watch, struct mu_text *out)
{
    bool cards = false, findings = false;
    size_t count = 0;

    mu_text_add(out, "type=");
    for (const char *at = watch->type; *at != '\0';) {
        size_t length = strcspn(at, ",");
        bool conflict = length == 8 && strncmp(at, "conflict", 8) == 0;

        cards |= conflict;
        findings |= length == 7 && strncmp(at, "finding", 7) == 0;
        mu_text_addf(out, "%s%.*s", count++ > 0 ? "," : "", conflict ? 7 : (int)length,
                     conflict ? "finding" : at);
        at += length + (at[length] == ',' ? 1 : 0);
    }
    mu_text_add(out, " ");
    watch->only_cards = cards && !findings;
}

static int read_filter(struct watch *watch)
{
    static struct mu_filter filter; /* large, and its values point into it */
    struct mu_text text = mu_text(watch->text, sizeof watch->text);
    size_t at = 0;

    if (watch->type != NULL)
        read_kinds(watch, &text);
    if (watch->agency != NULL)
        mu_text_addf(&text, "agency=%s ", watch->agency);
    if (watch->area != NULL)
        mu_text_addf(&text, "area=%s ", watch->area);
    while (text.used > 0 && watch->text[text.used - 1] == ' ')
        watch->text[--text.used] = '\0';
    struct mu_bytes bytes = {(const uint8_t *)watch->text, text.used};
    if (!text.cut && mu_filter_read(bytes, &filter, &at) == MU_OK)
        return MU_EXIT_DONE;
    return mu_cli_misused(watch->cli, MU_W_BAD_FILTER, watch->text + (at < text.used ? at : 0),
                          NULL);
}

/* "--count" for its key: what a person can find again on the help page. */
static const char *name_of(int key)
{
    static char name[32];

    for (const struct mu_cli_option *at = mu_cli_watch_options; at->name != NULL; at++)
        if (at->key == key)
            snprintf(name, sizeof name, "--%s", at->name);
    return name;
}

static int read_line(struct watch *watch, int argc, char **argv)
{
    struct mu_cli *cli = watch->cli;
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_watch_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key;
        if (!take(watch, key, value)) {
            mu_cli_misused(cli, MU_W_BAD_OPTION_VALUE, name_of(key), value, NULL);
            return '?';
        }
    }
    if (optind < argc) {
        mu_cli_misused(cli, MU_W_UNEXPECTED, argv[optind], NULL);
        return '?';
    }
    return read_filter(watch) == MU_EXIT_DONE ? 0 : '?';
}

static int read_times(struct watch *watch)
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
static bool is_wanted(const struct watch *watch, const struct mu_entry *entry)
{
    const Muster__Event *event = entry->event;

    return !watch->only_cards || event == NULL || event->body_case != MUSTER__EVENT__BODY_FINDING ||
           event->finding->has_card_id;
}

static enum mu_err show(void *user, const struct mu_entry *entry)
{
    struct watch *watch = user;
    enum mu_err err = mu_names_learn(watch->look.names, entry);

    if (err != MU_OK || watch->done || entry->accepted_at_ms < watch->since_ms ||
        !is_wanted(watch, entry))
        return err;
    if (entry->accepted_at_ms > watch->until_ms) {
        watch->done = true;
        return MU_OK;
    }
    watch->passed++;
    if (watch->counting || watch->passed <= watch->skip)
        return MU_OK;
    mu_output_entry(watch->cli, &watch->look.style, entry);
    watch->shown++;
    watch->done = watch->count >= 0 && watch->shown >= watch->count;
    return MU_OK;
}

/* How many fit so far, so that all but the last N can be left out. */
static enum mu_err count_entries(struct watch *watch)
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

static void tell_link(const struct watch *watch, bool *away)
{
    bool now_away = watch->look.talk.link != MU_LINK_OPEN;

    if (now_away != *away)
        mu_cli_tell(watch->cli, now_away ? MU_W_LINK_LOST : MU_W_LINK_BACK, NULL);
    if (*away && !now_away)
        mu_talk_flush(watch->cli);
    *away = now_away;
}

static bool is_over(const struct watch *watch, int64_t since_ms)
{
    return watch->done || interrupted ||
           (watch->wait_ms >= 0 && mu_talk_machine_ms() - since_ms >= watch->wait_ms);
}

static enum mu_err follow(struct watch *watch)
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

static int watch_on(struct watch *watch)
{
    enum mu_err err = MU_OK;

    watch->look.talk.user = watch;
    if (watch->last >= 0)
        err = count_entries(watch);
    watch->done = watch->count == 0;
    watch->look.talk.on_entry = show;
    if (err == MU_OK)
        err = mu_talk_read(&watch->look.talk, watch->text, 1);
    fflush(stdout);
    bool goes_on = !watch->stop && !watch->done && watch->until == NULL;
    if (err == MU_OK && goes_on)
        err = follow(watch);
    return err == MU_OK ? MU_EXIT_DONE : mu_talk_explain(&watch->look.talk, err);
}

int mu_cli_watch(struct mu_cli *cli, int argc, char **argv)
{
    struct watch watch = {.cli = cli, .last = -1, .count = -1, .wait_ms = -1};
    int key = read_line(&watch, argc, argv);

    if (key != 0)
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    signal(SIGINT, interrupt);
    signal(SIGTERM, interrupt);
    mu_talk_flush(cli);
    int code = mu_look_open(&watch.look, cli);
    if (code == MU_EXIT_DONE)
        code = read_times(&watch);
    if (code == MU_EXIT_DONE)
        code = watch_on(&watch);
    mu_look_close(&watch.look);
    return code;
}
