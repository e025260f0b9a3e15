/* muster-coordinator: folds every entry from the first, judges after each, and says what differs from
 * what it has said before.
 *
 * It says nothing until its spool is drained and everything recorded is folded: only then does the
 * picture hold all it ever said, so that a start after any crash repeats nothing and forgets nothing.
 * While the link is down it judges nothing new, and catches up before it speaks again.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "muster.h"
#include "proto/rules/rules.h"
#include "proto/wire/event.h"
#include "proto/words/words.h"

#define TURN_MS 500
/* What is said after one entry: a change of the county's tables may touch every card there is. */
#define SAYING_BYTES_MAX ((size_t)64 << 20)

struct coordinator {
    mu_agent *agent;
    mu_picture *picture;
    mu_rules *rules;
    enum mu_lang lang;
    uint64_t through; /* everything up to here has been handed to us */
    uint64_t settled; /* highest number our own findings got */
    bool ready;       /* drained and folded: what we want is compared with what we said */
    bool told_ready;
};

static volatile sig_atomic_t ended;

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

static void complain(const struct coordinator *c, const char *what, enum mu_err err)
{
    (void)fprintf(stderr, "muster-coordinator: %s%s%s: %s; %s\n", mu_err_code(err),
                  what[0] == '\0' ? "" : " ", what, mu_err_sentence(err, c->lang),
                  mu_err_remedy(err, c->lang));
}

/* ---- saying ---- */

static enum mu_err say_events(struct coordinator *c, mu_arena *arena,
                              const Muster__Event *const *events, size_t count)
{
    struct mu_bytes *bodies = mu_arena_take(arena, (count + 1) * sizeof *bodies);
    struct mu_fault fault = {0};
    enum mu_err err;

    if (bodies == NULL)
        return MU_E_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        uint8_t *packed = mu_arena_take(arena, mu_event_size(events[i]) + 1);

        if (packed == NULL)
            return MU_E_NO_MEMORY;
        bodies[i] = (struct mu_bytes){packed, mu_event_pack(events[i], packed)};
    }
    err = mu_agent_say(c->agent, bodies, count, NULL, &fault);
    if (err != MU_OK)
        complain(c, fault.path, err);
    return err;
}

static enum mu_err say_difference(struct coordinator *c)
{
    struct mu_rules_voice voice = {mu_agent_agency(c->agent), mu_agent_log_now_ms(c->agent)};
    mu_arena arena = mu_arena_make(SAYING_BYTES_MAX);
    const Muster__Event **events;
    size_t count;
    enum mu_err err = mu_rules_differ(c->rules, &voice, &arena, &events, &count);

    if (err == MU_OK && count > 0)
        err = say_events(c, &arena, events, count);
    mu_arena_free(&arena);
    return err;
}

/* ---- what the link brings ---- */

static enum mu_err on_entry(void *user, const struct mu_entry *entry)
{
    struct coordinator *c = user;
    enum mu_err err;

    if ((err = mu_picture_fold(c->picture, entry)) != MU_OK)
        return err;
    if ((err = mu_rules_judge(c->rules)) != MU_OK)
        return err;
    return c->ready ? say_difference(c) : MU_OK;
}

static enum mu_err on_through(void *user, uint64_t through, uint64_t head)
{
    struct coordinator *c = user;

    (void)head;
    c->through = through;
    return MU_OK;
}

/* A refused finding stays awaited: saying the same again would be refused again. */
static enum mu_err on_answer(void *user, const struct mu_answer *answer)
{
    struct coordinator *c = user;

    if (answer->settled && answer->number > c->settled)
        c->settled = answer->number;
    if (answer->settled && answer->code != MU_OK)
        complain(c, answer->path, answer->code);
    return MU_OK;
}

static enum mu_err on_link(void *user, enum mu_link link, enum mu_err why)
{
    struct coordinator *c = user;

    if (link != MU_LINK_OPEN)
        c->ready = false;
    if (link == MU_LINK_REFUSED)
        complain(c, "", why);
    return MU_OK;
}

/* One line for whoever started us: the broker has heard that we are at rest with the record, so from
 * here on an exercise in steps waits for us. */
static void tell_ready(struct coordinator *c)
{
    if (c->told_ready || mu_agent_all_idle(c->agent) == 0)
        return;
    c->told_ready = true;
    (void)puts("ready");
    (void)fflush(stdout);
}

/* Between turns: are we where the record is? */
static enum mu_err look_round(struct coordinator *c)
{
    struct mu_head head = {0};
    enum mu_err why, err = MU_OK;

    mu_agent_head(c->agent, &head);
    if (mu_agent_link(c->agent, &why) != MU_LINK_OPEN || mu_agent_unsettled(c->agent) > 0 ||
        c->through == 0 || c->through < head.size || c->through < c->settled)
        return MU_OK;
    if (!c->ready) {
        c->ready = true;
        err = say_difference(c);
    }
    if (err == MU_OK && mu_agent_unsettled(c->agent) == 0) {
        mu_agent_idle(c->agent, c->through);
        tell_ready(c);
    }
    return err;
}

/* ---- the program ---- */

static enum mu_err run(struct coordinator *c)
{
    enum mu_err err = mu_agent_follow(c->agent, "", 1);

    while (err == MU_OK && !ended) {
        err = mu_agent_turn(c->agent, TURN_MS);
        if (err == MU_OK)
            err = look_round(c);
    }
    return err;
}

static enum mu_err start(struct coordinator *c, const char *dir, const char *endpoint)
{
    struct mu_agent_options options = {.program = "muster-coordinator", .endpoint = endpoint};
    struct mu_agent_calls calls = {.on_answer = on_answer,
                                   .on_entry = on_entry,
                                   .on_through = on_through,
                                   .on_link = on_link,
                                   .user = c};
    enum mu_err err;

    if ((err = mu_picture_new(&c->picture)) != MU_OK)
        return err;
    if ((err = mu_rules_new(c->picture, &c->rules)) != MU_OK)
        return err;
    return mu_agent_open(dir, &options, &calls, &c->agent);
}

static void listen_for_end(void)
{
    struct sigaction action = {.sa_handler = end};

    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
}

static int usage(FILE *to, int status)
{
    (void)fputs(
        "usage: muster-coordinator --dir AGENTDIR [--endpoint ADDRESS]\n"
        "Judges every entry of the record: what clashes, what is short, which plan is cleared.\n",
        to);
    return status;
}

static const char *locale_name(void)
{
    const char *names[] = {getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")};

    for (size_t i = 0; i < 3; i++)
        if (names[i] != NULL && names[i][0] != '\0')
            return names[i];
    return "";
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
                                            {"endpoint", required_argument, NULL, 'e'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct coordinator c = {.lang = mu_words_lang(locale_name())};
    const char *dir = NULL, *endpoint = NULL;
    enum mu_err err;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'd')
            dir = optarg;
        else if (option == 'e')
            endpoint = optarg;
        else
            return option == 'h' ? usage(stdout, 0) : usage(stderr, 2);
    }
    if (dir == NULL || optind != argc)
        return usage(stderr, 2);
    listen_for_end();
    if ((err = start(&c, dir, endpoint)) == MU_OK)
        err = run(&c);
    if (err != MU_OK)
        complain(&c, dir, err);
    mu_agent_close(&c.agent);
    mu_rules_free(&c.rules);
    mu_picture_free(&c.picture);
    return err == MU_OK ? 0 : 1;
}
