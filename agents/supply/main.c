/* muster-supply: answers every entry that changes what people need or what there is with one sheet,
 * whole or not at all (proto/rules/needs.h).
 *
 * It answers nothing until its spool is drained and everything recorded is folded; then it knows which
 * entry its last sheet answered. Far behind the record it lets sheets that nobody would read go by and
 * answers again when it is near the head.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "muster.h"
#include "proto/rules/needs.h"
#include "proto/wire/event.h"
#include "proto/words/words.h"

#define TURN_MS 500
#define SHEET_BYTES_MAX ((size_t)16 << 20)
/* Further behind than this, the next entries are as old as this one. */
#define NEAR_ENTRIES 64

/* What needs and stocks are computed from; findings and the rest go by. */
static const char wanted[] =
    "type=evacuation,shelter,supply_need,supply_request,supply_response,supply_commitment,stock,"
    "shipment,supply_sheet,reference_object,rate_table,incident";

struct supply {
    mu_agent *agent;
    mu_picture *picture;
    enum mu_lang lang;
    uint64_t through;  /* everything up to here has been handed to us */
    uint64_t settled;  /* highest number our own sheets got */
    uint64_t answered; /* entry the last sheet said answers; 0: see the picture */
    uint32_t version;  /* of the last sheet said */
    mu_arena last_arena;
    const Muster__SupplySheet *last; /* the last sheet said; NULL: see the picture */
    bool ready;                      /* drained and folded */
    bool told_ready;
};

static volatile sig_atomic_t ended;

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

static void complain(const struct supply *s, const char *what, enum mu_err err)
{
    (void)fprintf(stderr, "muster-supply: %s%s%s: %s; %s\n", mu_err_code(err),
                  what[0] == '\0' ? "" : " ", what, mu_err_sentence(err, s->lang),
                  mu_err_remedy(err, s->lang));
}

/* ---- the sheet as an event ---- */

static void fill_envelope(const struct supply *s, const struct mu_said *cause, char *name,
                          Muster__Envelope *envelope)
{
    const Muster__Envelope *of = cause->event->envelope;
    const struct mu_said *before = mu_picture_sheet(s->picture);
    const struct mu_said *rates = mu_picture_rates(s->picture, NULL);
    uint32_t version = before == NULL ? 0 : before->version;

    *envelope = (Muster__Envelope)MUSTER__ENVELOPE__INIT;
    envelope->incident = of->incident;
    /* A sheet is about the whole county: the area of its rates. */
    envelope->area = rates != NULL && rates->event->envelope->area != NULL
                         ? rates->event->envelope->area
                         : of->area;
    envelope->object = name;
    envelope->has_version = envelope->has_status = envelope->has_change = true;
    envelope->version = (s->version > version ? s->version : version) + 1;
    envelope->status = of->status;
    envelope->change = MUSTER__CHANGE__CHANGE_NEW_VERSION;
    envelope->agency = (char *)(uintptr_t)mu_agent_agency(s->agent);
    envelope->has_occurred_at_ms = envelope->has_sent_at_ms = true;
    envelope->occurred_at_ms = mu_picture_now_ms(s->picture);
    envelope->sent_at_ms = mu_agent_log_now_ms(s->agent);
    envelope->has_msg_kind = envelope->has_source = true;
    envelope->msg_kind = MUSTER__MSG_KIND__MSG_KIND_REPORT;
    envelope->source = MUSTER__SOURCE_KIND__SOURCE_KIND_COMPUTED;
}

/* What was said stays readable: the next sheet tells its changes from it. */
static enum mu_err remember(struct supply *s, struct mu_bytes body, uint32_t version)
{
    const Muster__Event *event;
    struct mu_fault fault;
    enum mu_err err;

    mu_arena_free(&s->last_arena);
    s->last_arena = mu_arena_make(SHEET_BYTES_MAX);
    s->last = NULL;
    if ((err = mu_event_unpack(body, &s->last_arena, &event, &fault)) != MU_OK)
        return err;
    s->last = event->supply_sheet;
    s->version = version;
    s->answered = mu_picture_needs_mark(s->picture);
    return MU_OK;
}

static enum mu_err say_sheet(struct supply *s, mu_arena *arena, Muster__SupplySheet *sheet)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Envelope envelope;
    struct mu_fault fault = {0};
    struct mu_bytes body;
    uint8_t *packed;
    char name[MU_NAME_BYTES_MAX];
    struct mu_text text = mu_text(name, sizeof name);
    enum mu_err err;

    mu_needs_name(s->picture, &text);
    fill_envelope(s, mu_picture_needs_cause(s->picture), name, &envelope);
    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_SUPPLY_SHEET;
    event.supply_sheet = sheet;
    if ((packed = mu_arena_take(arena, mu_event_size(&event) + 1)) == NULL)
        return MU_E_NO_MEMORY;
    body = (struct mu_bytes){packed, mu_event_pack(&event, packed)};
    if ((err = mu_agent_say(s->agent, &body, 1, NULL, &fault)) != MU_OK) {
        complain(s, fault.path, err);
        return err;
    }
    return remember(s, body, envelope.version);
}

/* Whether the last thing supply must answer has its answer, said or recorded. */
static bool is_answered(const struct supply *s)
{
    uint64_t mark = mu_picture_needs_mark(s->picture);

    return mark == 0 || s->answered >= mark || mu_picture_sheet_current(s->picture);
}

static enum mu_err answer(struct supply *s)
{
    mu_arena arena = mu_arena_make(SHEET_BYTES_MAX);
    Muster__SupplySheet *sheet;
    enum mu_err err;

    if (is_answered(s))
        return MU_OK;
    err = mu_needs_sheet(s->picture, s->last, &arena, &sheet);
    if (err == MU_OK && sheet != NULL)
        err = say_sheet(s, &arena, sheet);
    mu_arena_free(&arena);
    return err;
}

/* ---- what the link brings ---- */

static bool is_near(const struct supply *s, uint64_t number)
{
    struct mu_head head = {0};

    mu_agent_head(s->agent, &head);
    return head.size < number + NEAR_ENTRIES;
}

static enum mu_err on_entry(void *user, const struct mu_entry *entry)
{
    struct supply *s = user;
    enum mu_err err = mu_picture_fold(s->picture, entry);

    if (err != MU_OK || !s->ready || !is_near(s, entry->number))
        return err;
    return answer(s);
}

static enum mu_err on_through(void *user, uint64_t through, uint64_t head)
{
    struct supply *s = user;

    (void)head;
    s->through = through;
    return MU_OK;
}

static enum mu_err on_answer(void *user, const struct mu_answer *reply)
{
    struct supply *s = user;

    if (reply->settled && reply->number > s->settled)
        s->settled = reply->number;
    if (reply->settled && reply->code != MU_OK)
        complain(s, reply->path, reply->code);
    return MU_OK;
}

static enum mu_err on_link(void *user, enum mu_link link, enum mu_err why)
{
    struct supply *s = user;

    if (link != MU_LINK_OPEN)
        s->ready = false;
    if (link == MU_LINK_REFUSED)
        complain(s, "", why);
    return MU_OK;
}

/* One line for whoever started us: the broker has heard that we are at rest with the record, so from
 * here on an exercise in steps waits for us. */
static void tell_ready(struct supply *s)
{
    if (s->told_ready || mu_agent_all_idle(s->agent) == 0)
        return;
    s->told_ready = true;
    (void)puts("ready");
    (void)fflush(stdout);
}

/* Between turns: are we where the record is? */
static enum mu_err look_round(struct supply *s)
{
    struct mu_head head = {0};
    enum mu_err why, err;

    mu_agent_head(s->agent, &head);
    if (mu_agent_link(s->agent, &why) != MU_LINK_OPEN || mu_agent_unsettled(s->agent) > 0 ||
        s->through == 0 || s->through < head.size || s->through < s->settled)
        return MU_OK;
    s->ready = true;
    err = answer(s);
    if (err == MU_OK && mu_agent_unsettled(s->agent) == 0) {
        mu_agent_idle(s->agent, s->through);
        tell_ready(s);
    }
    return err;
}

/* ---- the program ---- */

static enum mu_err run(struct supply *s)
{
    enum mu_err err = mu_agent_follow(s->agent, wanted, 1);

    while (err == MU_OK && !ended) {
        err = mu_agent_turn(s->agent, TURN_MS);
        if (err == MU_OK)
            err = look_round(s);
    }
    return err;
}

static enum mu_err start(struct supply *s, const char *dir, const char *endpoint)
{
    struct mu_agent_options options = {.program = "muster-supply", .endpoint = endpoint};
    struct mu_agent_calls calls = {.on_answer = on_answer,
                                   .on_entry = on_entry,
                                   .on_through = on_through,
                                   .on_link = on_link,
                                   .user = s};
    enum mu_err err = mu_picture_new(&s->picture);

    return err != MU_OK ? err : mu_agent_open(dir, &options, &calls, &s->agent);
}

static void listen_for_end(void)
{
    struct sigaction action = {.sa_handler = end};

    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
}

static int usage(FILE *to, int status)
{
    (void)fputs("usage: muster-supply --dir AGENTDIR [--endpoint ADDRESS]\n"
                "Works out what evacuated people need and what there is, sheet by sheet.\n",
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
    struct supply s = {.lang = mu_words_lang(locale_name())};
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
    if ((err = start(&s, dir, endpoint)) == MU_OK)
        err = run(&s);
    if (err != MU_OK)
        complain(&s, dir, err);
    mu_agent_close(&s.agent);
    mu_arena_free(&s.last_arena);
    mu_picture_free(&s.picture);
    return err == MU_OK ? 0 : 1;
}
