#include "agents/sdk/responder.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/wire/event.h"
#include "proto/words/words.h"

#define TURN_MS 500
/* What is said after one entry: a change of the county's tables may touch every card there is. */
#define SAYING_BYTES_MAX ((size_t)64 << 20)

struct mu_responder {
    const struct mu_responder_plan *plan;
    mu_agent *agent;
    const char *dir;
    enum mu_lang lang;
    uint64_t through; /* everything up to here has been handed to us */
    uint64_t settled; /* highest number our own events got */
    bool ready;       /* drained and folded: what is asked for is compared with what was said */
    bool told_ready;
    bool forgets; /* the record was restored: what was folded is not the record any more */
};

static volatile sig_atomic_t ended;

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

static void say_words(const mu_responder *r, enum mu_word word, const char *const *args,
                      size_t count)
{
    char line[2048];
    struct mu_text text = mu_text(line, sizeof line);

    mu_words_fill(&text, mu_word(word, r->lang), args, count);
    (void)fprintf(stderr, "%s\n", line);
}

static void complain(const mu_responder *r, const char *what, enum mu_err err)
{
    (void)fprintf(stderr, "%s: %s%s%s: %s; %s\n", r->plan->program, mu_err_code(err),
                  what[0] == '\0' ? "" : " ", what, mu_err_sentence(err, r->lang),
                  mu_err_remedy(err, r->lang));
}

/* ---- saying ---- */

void mu_responder_envelope(const mu_responder *r, const Muster__Envelope *of, const char *object,
                           int64_t now_ms, Muster__Envelope *envelope)
{
    *envelope = (Muster__Envelope)MUSTER__ENVELOPE__INIT;
    envelope->incident = of->incident;
    envelope->area = of->area;
    envelope->object = (char *)(uintptr_t)object;
    envelope->has_status = envelope->has_change = envelope->has_occurred_at_ms = true;
    envelope->status = of->status;
    envelope->change = MUSTER__CHANGE__CHANGE_NEW_VERSION;
    envelope->agency = (char *)(uintptr_t)mu_agent_agency(r->agent);
    envelope->occurred_at_ms = now_ms;
    mu_agent_stamp(r->agent, envelope);
    envelope->has_msg_kind = envelope->has_source = true;
    envelope->msg_kind = MUSTER__MSG_KIND__MSG_KIND_REPORT;
    envelope->source = MUSTER__SOURCE_KIND__SOURCE_KIND_COMPUTED;
}

static enum mu_err say_packed(mu_responder *r, mu_arena *arena, const Muster__Event *const *events,
                              size_t count)
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
    err = mu_agent_say(r->agent, bodies, count, NULL, &fault);
    if (err != MU_OK)
        complain(r, fault.path, err);
    return err;
}

enum mu_err mu_responder_say(mu_responder *r, const Muster__Event *const *events, size_t count)
{
    mu_arena arena = mu_arena_make(SAYING_BYTES_MAX);
    enum mu_err err = count == 0 ? MU_OK : say_packed(r, &arena, events, count);

    mu_arena_free(&arena);
    return err;
}

mu_agent *mu_responder_agent(mu_responder *r)
{
    return r->agent;
}

/* ---- what the link brings ---- */

static enum mu_err on_entry(void *user, const struct mu_entry *entry)
{
    mu_responder *r = user;
    enum mu_err err = r->plan->fold(r->plan->user, entry);

    return err == MU_OK && r->ready ? r->plan->answer(r->plan->user, r, entry) : err;
}

static enum mu_err on_through(void *user, uint64_t through, uint64_t head)
{
    mu_responder *r = user;

    (void)head;
    r->through = through;
    return MU_OK;
}

/* A refused event is not said again: the same would be refused again. */
static enum mu_err on_answer(void *user, const struct mu_answer *answer)
{
    mu_responder *r = user;

    if (answer->settled && answer->number > r->settled)
        r->settled = answer->number;
    if (answer->settled && answer->code != MU_OK)
        complain(r, answer->path, answer->code);
    return MU_OK;
}

/* Somebody had verified another face of this record: that is for people, and the place is named. */
static enum mu_err on_split(void *user, const struct mu_split *split)
{
    char number[24];

    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)split->number);
    complain(user, number, MU_E_SPLIT);
    return MU_OK;
}

static enum mu_err on_link(void *user, enum mu_link link, enum mu_err why)
{
    mu_responder *r = user;

    if (link != MU_LINK_OPEN)
        r->ready = false;
    if (link == MU_LINK_REFUSED)
        complain(r, "", why);
    return MU_OK;
}

/* What was folded may never have been recorded, now. */
static enum mu_err on_epoch(void *user, uint64_t common)
{
    mu_responder *r = user;

    (void)common;
    r->forgets = true;
    return MU_E_OTHER_EPOCH; /* nothing more is handed to this picture */
}

/* One line for whoever started us: the broker has heard that we are at rest with the record, so from
 * here on an exercise in steps waits for us. */
static void tell_ready(mu_responder *r)
{
    if (r->told_ready || mu_agent_all_idle(r->agent) == 0)
        return;
    r->told_ready = true;
    (void)puts("ready");
    (void)fflush(stdout);
}

static bool is_level(const mu_responder *r)
{
    struct mu_head head = {0};
    enum mu_err why;

    mu_agent_head(r->agent, &head);
    return mu_agent_link(r->agent, &why) == MU_LINK_OPEN && mu_agent_unsettled(r->agent) == 0 &&
           r->through > 0 && r->through >= head.size && r->through >= r->settled;
}

/* With another agency's key it would fold and answer for nothing: every answer would be refused. */
static enum mu_err check_grants(const mu_responder *r)
{
    const uint32_t *says = r->plan->says;
    char kinds[512] = "";
    struct mu_text text = mu_text(kinds, sizeof kinds);
    const char *args[] = {r->plan->program, r->dir, mu_agent_agency(r->agent), kinds};

    for (; says != NULL && *says != 0; says++) {
        if (mu_agent_may_say(r->agent, *says))
            return MU_OK;
        mu_text_addf(&text, "%s%s", text.used > 0 ? ", " : "", mu_kind_name(*says));
    }
    if (text.used == 0)
        return MU_OK;
    say_words(r, MU_W_RESPONDER_NO_GRANT, args, 4);
    return MU_E_NOT_GRANTED;
}

/* Between turns: are we where the record is? */
static enum mu_err look_round(mu_responder *r)
{
    enum mu_err err = MU_OK;

    if (!is_level(r))
        return MU_OK;
    if (!r->ready) {
        if ((err = check_grants(r)) != MU_OK)
            return err;
        r->ready = true;
        err = r->plan->answer(r->plan->user, r, NULL);
    }
    if (err == MU_OK && mu_agent_unsettled(r->agent) == 0) {
        mu_agent_idle(r->agent, r->through);
        tell_ready(r);
    }
    return err;
}

/* ---- the program ---- */

/* A directory is one machine's voice. Whoever starts another program over it speaks as what it is not, and
 * answers what is not its own to answer. */
static enum mu_err check_program(const mu_responder *r)
{
    const char *made_for = mu_agent_program(r->agent);
    const char *args[] = {r->plan->program, r->dir, made_for, mu_agent_agency(r->agent)};

    if (strcmp(made_for, r->plan->program) == 0)
        return MU_OK;
    say_words(r, MU_W_RESPONDER_OTHER, args, 4);
    return MU_E_OTHER_PROGRAM;
}

static enum mu_err serve(mu_responder *r, const char *dir, const char *endpoint)
{
    struct mu_agent_options options = {
        .program = r->plan->program, .endpoint = endpoint, .desk = true};
    struct mu_agent_calls calls = {.on_answer = on_answer,
                                   .on_entry = on_entry,
                                   .on_through = on_through,
                                   .on_link = on_link,
                                   .on_split = on_split,
                                   .on_epoch = on_epoch,
                                   .user = r};
    enum mu_err err = mu_agent_open(dir, &options, &calls, &r->agent);

    if (err == MU_OK)
        err = check_program(r);
    if (err == MU_OK)
        err = mu_agent_follow(r->agent, r->plan->filter, 1);
    while (err == MU_OK && !ended) {
        err = mu_agent_turn(r->agent, TURN_MS);
        if (err == MU_OK)
            err = look_round(r);
    }
    mu_agent_close(&r->agent);
    return err;
}

static void listen_for_end(void)
{
    struct sigaction action = {.sa_handler = end};

    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
}

static enum mu_lang lang_of_place(void)
{
    return mu_words_lang_of(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"));
}

static int usage(const struct mu_responder_plan *plan, enum mu_lang lang, FILE *to, int status)
{
    bool chinese = lang == MU_LANG_ZH && plan->about_zh != NULL;
    const char *args[] = {plan->program, chinese ? plan->about_zh : plan->about};
    char buffer[1024];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    mu_words_fill(&text, mu_word(MU_W_RESPONDER_USAGE, lang), args, 2);
    (void)fprintf(to, "%s\n", buffer);
    return status;
}

/* The same program in place of itself: nothing of the old picture is left anywhere, and a start after
 * any crash is a way that is walked often. Returns only when it cannot: then whoever started us does. */
static void begin_anew(char **argv)
{
    (void)fflush(NULL);
    (void)execv("/proc/self/exe", argv);
}

int mu_responder_run(const struct mu_responder_plan *plan, int argc, char **argv)
{
    static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
                                            {"endpoint", required_argument, NULL, 'e'},
                                            {"lang", required_argument, NULL, 'l'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    mu_responder r = {.plan = plan, .lang = mu_words_lang_asked(argc, argv, lang_of_place())};
    const char *dir = NULL, *endpoint = NULL;
    enum mu_err err;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'd')
            dir = optarg;
        else if (option == 'e')
            endpoint = optarg;
        else if (option != 'l') /* found before */
            return option == 'h' ? usage(plan, r.lang, stdout, 0) : usage(plan, r.lang, stderr, 2);
    }
    if (dir == NULL || optind != argc)
        return usage(plan, r.lang, stderr, 2);
    r.dir = dir;
    listen_for_end();
    err = serve(&r, dir, endpoint);
    if (err != MU_OK)
        complain(&r, dir, err);
    if (r.forgets && !ended)
        begin_anew(argv);
    return err == MU_OK ? 0 : err == MU_E_OTHER_PROGRAM || err == MU_E_NOT_GRANTED ? 4 : 1;
}
