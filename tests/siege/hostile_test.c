/* An enrolled key in hostile hands, against the real broker: every lie gets a code, a sentence and a
 * remedy, thousands of them cost the broker no memory, and the honest agent beside it is answered as if
 * nothing went on. What is malformed as a frame is tried in tests/daemon; here the frames are good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "tests/help/county.h"
#include "tests/help/founded.h"
#include "tests/help/served.h"

#ifdef __SANITIZE_ADDRESS__ /* which keeps what was freed, to catch who still uses it */
#define MEMORY_MAX (SIZE_MAX / 2)
#else
#define MEMORY_MAX ((size_t)16 * 1024 * 1024)
#endif
#define HONEST_SEED 30
#define ROGUE_SEED 31
#define LARGE (MU_EVENT_BYTES_MAX - 64)

struct scene {
    struct served house;
    struct founded words;
    struct caller admin, em, rogue;
    unsigned reports;
    uint64_t entries;     /* what must be in the record, and nothing else */
    uint64_t instance;    /* the rogue's newest */
    struct mu_bytes last; /* body of the rogue's that stands, to forge on */
    uint8_t *room;
};

/* ---- the honest agent ------------------------------------------------------------------------- */
static void honest_submits(struct scene *s)
{
    struct mu_bytes body;
    struct help_batch *batch;

    mu_arena_reset(&s->words.arena);
    body = founded_report(&s->words, ++s->reports);
    batch = help_seal_bodies(&s->em.lane[1], &body, NULL, 1);
    caller_submit(&s->em, 1, batch);
    help_batch_free(&batch);
}

static void honest_is_answered(struct scene *s)
{
    caller_hear(&s->em);
    assert_int_equal(s->em.heard.type, MU_FRAME_ACCEPTED);
    assert_int_equal(s->em.heard.as.accepted.refusals, 0);
    s->entries++;
}

/* ---- the scene -------------------------------------------------------------------------------- */
static void greet(struct scene *s, struct caller *c)
{
    caller_connect(c, &s->house);
    assert_int_equal(caller_hello(c), MU_FRAME_WELCOME);
}

static int open_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);

    assert_non_null(s);
    assert_non_null(s->room = malloc(2 * MU_FRAME_BYTES_MAX));
    served_open(&s->house, "step", NULL);
    s->words.arena = mu_arena_make((size_t)64 << 20);
    caller_admin(&s->admin, &s->house);
    greet(s, &s->admin);
    caller_make(&s->em, &s->house, HONEST_SEED);
    caller_make(&s->rogue, &s->house, ROGUE_SEED);
    served_enrol(&s->house, &s->admin, &s->em, "EM", "emergency_management");
    served_enrol(&s->house, &s->admin, &s->rogue, "EM", "emergency_management");
    greet(s, &s->em);
    greet(s, &s->rogue);
    s->instance = 1;
    s->entries = 3; /* genesis and two enrolments */
    honest_submits(s);
    honest_is_answered(s);
    *state = s;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *s = *state;

    caller_close(&s->admin);
    caller_close(&s->em);
    caller_close(&s->rogue);
    served_close(&s->house);
    mu_arena_free(&s->words.arena);
    free(s->room);
    free(s);
    return 0;
}

static void memory_has_not_grown(struct scene *s, size_t before)
{
    size_t after = served_memory(&s->house);

    print_message("# musterd: %zu KiB before, %zu KiB after\n", before >> 10, after >> 10);
    if (after > before + MEMORY_MAX)
        fail_msg("musterd grew from %zu to %zu bytes", before, after);
}

/* The real auditor reads the live record: whole, and exactly as long as was answered for. */
static void the_record_stands(struct scene *s)
{
    char line[512], all[4096] = "", wanted[64];
    const char *build = getenv("B");
    FILE *out;

    snprintf(line, sizeof line, "%s/muster-replay verify %s 2>&1", build != NULL ? build : "build",
             s->house.dir);
    assert_non_null(out = popen(line, "r"));
    all[fread(all, 1, sizeof all - 1, out)] = '\0';
    if (pclose(out) != 0)
        fail_msg("verify says: %s", all);
    snprintf(wanted, sizeof wanted, "OK  %llu entries", (unsigned long long)s->entries);
    if (strncmp(all, wanted, strlen(wanted)) != 0)
        fail_msg("wanted %s, verify says: %s", wanted, all);
}

/* A stranger to the numbers must be able to act on what he hears. */
static void can_be_acted_on(uint16_t code)
{
    for (int lang = MU_LANG_EN; lang <= MU_LANG_ZH; lang++) {
        assert_true(strlen(mu_err_sentence((enum mu_err)code, (enum mu_lang)lang)) > 5);
        assert_true(strlen(mu_err_remedy((enum mu_err)code, (enum mu_lang)lang)) > 5);
    }
    assert_string_not_equal(mu_err_code((enum mu_err)code), "MU-?");
}

/* ---- bodies: each refused for good, each consumes its number ----------------------------------- */
static struct mu_bytes made(struct scene *s, const char *kind, const char *const *said)
{
    return help_packed(help_event(&s->words.arena, kind, said), &s->words.arena);
}
#define SAID(s, kind, ...) made((s), (kind), (const char *const[]){__VA_ARGS__, NULL})

/* Messages in a message, `depth` of them, in a field nobody knows. */
static struct mu_bytes deep(struct scene *s)
{
    size_t size = 12000 * 6, at = size;

    for (unsigned depth = 0; depth < 12000; depth++) {
        size_t inner = size - at;

        s->room[--at] = (uint8_t)(inner >> 14);
        s->room[--at] = (uint8_t)(0x80 | (inner >> 7 & 0x7f));
        s->room[--at] = (uint8_t)(0x80 | (inner & 0x7f));
        s->room[--at] = 0x06; /* field 100, bytes */
        s->room[--at] = 0xa2;
    }
    return (struct mu_bytes){s->room + at, size - at};
}

/* 12,000 groups begun and none ended: the form protobuf no longer uses. */
static struct mu_bytes groups(struct scene *s)
{
    for (size_t i = 0; i < 12000; i++)
        memcpy(s->room + 2 * i, "\xa3\x06", 2);
    return (struct mu_bytes){s->room, 24000};
}

static struct mu_bytes filled(struct scene *s, const char *piece, size_t piece_size, size_t size)
{
    size_t at = 0;

    for (; at + piece_size <= size; at += piece_size)
        memcpy(s->room + at, piece, piece_size);
    return (struct mu_bytes){s->room, at};
}

static struct mu_bytes unknown_fields(struct scene *s)
{
    return filled(s, "\xc0\xa9\x07\x00", 4, LARGE);
}

static struct mu_bytes empty_messages(struct scene *s)
{
    return filled(s, "\x0a\x00", 2, LARGE);
}

/* One field that says it is nearly 4 GiB long. */
static struct mu_bytes false_length(struct scene *s)
{
    memcpy(s->room, "\x0a\xff\xff\xff\xff\x0f", 6);
    return (struct mu_bytes){s->room, 6};
}

static struct mu_bytes not_utf8(struct scene *s)
{
    memcpy(s->room, "\x0a\x04\x0a\x02\xc0\xaf", 6); /* a slash in two bytes */
    return (struct mu_bytes){s->room, 6};
}

static struct mu_bytes nothing(struct scene *s)
{
    return (struct mu_bytes){s->room, 0};
}

static struct mu_bytes no_population_kind(struct scene *s)
{
    return SAID(s, "evacuation", "persons_planned=100");
}

static struct mu_bytes impossible_kind_of_people(struct scene *s)
{
    return SAID(s, "evacuation", "persons_planned=100", "population_kind=centralised",
                "envelope.area=../../etc");
}

static struct mu_bytes evacuation(struct scene *s)
{
    return SAID(s, "evacuation", "persons_planned=100", "population_kind=centralised");
}

static struct mu_bytes gauge(struct scene *s)
{
    return SAID(s, "gauge", "stage_mm=98600", "datum=cn1985");
}

static struct mu_bytes actual(struct scene *s)
{
    return SAID(s, "field_report", "words=real", "envelope.status=actual");
}

static struct mu_bytes no_status(struct scene *s)
{
    return SAID(s, "field_report", "words=which?", "envelope.status=");
}

static struct mu_bytes as_civil_affairs(struct scene *s)
{
    return SAID(s, "field_report", "words=we agree", "envelope.agency=CA");
}

static struct mu_bytes as_admin(struct scene *s)
{
    return founded_enrolment(&s->words, 77, "EVIL", "emergency_management", NULL);
}

static struct mu_bytes enrol_in_own_name(struct scene *s)
{
    uint8_t key[64];
    char hex[65], agent[80], sign[80];
    struct mu_agent_id id = county_agent(77);

    memset(key, 7, sizeof key);
    mu_hex(key, 32, hex);
    snprintf(sign, sizeof sign, "sign_key=%s", hex);
    mu_hex(id.b, sizeof id.b, hex);
    snprintf(agent, sizeof agent, "agent=%s", hex);
    return SAID(s, "enrolment", agent, sign, "agency=EVIL");
}

static struct mu_bytes retire_the_honest(struct scene *s)
{
    char hex[65], agent[80];
    struct mu_agent_id id = county_agent(HONEST_SEED);

    mu_hex(id.b, sizeof id.b, hex);
    snprintf(agent, sizeof agent, "agent=%s", hex);
    return SAID(s, "retire", agent);
}

static struct mu_bytes grant_oneself(struct scene *s)
{
    return SAID(s, "grant", "agency=EM", "may_publish=true");
}

static struct mu_bytes tick(struct scene *s)
{
    return SAID(s, "tick", "at_ms=2031-07-17T23:00", "reason=mark");
}

static struct mu_bytes epoch(struct scene *s)
{
    return SAID(s, "epoch", "epoch=2", "reason=restored", "old_epoch=1");
}

static struct mu_bytes finding(struct scene *s)
{
    return SAID(s, "finding", "rule=c04");
}

static const struct lie {
    const char *what;
    struct mu_bytes (*body)(struct scene *);
    uint8_t lane;
    uint16_t code;
    const char *path; /* NULL: any */
} lies[] = {
    {"12,000 messages deep", deep, 1, MU_E_TOO_DEEP, NULL},
    {"12,000 groups deep", groups, 1, MU_E_MALFORMED, NULL},
    {"256 KiB of unknown fields", unknown_fields, 1, MU_E_UNKNOWN_FIELD, NULL},
    {"256 KiB of empty messages", empty_messages, 1, MU_E_MALFORMED, NULL},
    {"a length beyond the end", false_length, 1, MU_E_MALFORMED, NULL},
    {"overlong UTF-8", not_utf8, 1, MU_E_BAD_TEXT, "envelope.incident"},
    {"nothing at all", nothing, 1, MU_E_NO_KIND, NULL},
    {"people without a kind", no_population_kind, 0, MU_E_MISSING, "evacuation.population_kind"},
    {"an area that climbs", impossible_kind_of_people, 0, MU_E_BAD_AREA, "envelope.area"},
    {"an evacuation as routine", evacuation, 2, MU_E_BAD_LANE, "lane 0"},
    {"a report as life safety", as_civil_affairs, 0, MU_E_BAD_LANE, "lane 1"},
    {"a gauge without the grant", gauge, 1, MU_E_NOT_GRANTED, NULL},
    {"an actual event", actual, 1, MU_E_BAD_STATUS, "envelope.status"},
    {"neither actual nor exercise", no_status, 1, MU_E_MISSING, "envelope.status"},
    {"another agency's word", as_civil_affairs, 1, MU_E_NOT_GRANTED, "envelope.agency"},
    {"an enrolment as ADMIN", as_admin, 2, MU_E_NOT_GRANTED, "envelope.agency"},
    {"an enrolment in its own name", enrol_in_own_name, 2, 0, NULL},
    {"the retirement of another", retire_the_honest, 1, MU_E_NOT_ADMIN, NULL},
    {"a grant to itself", grant_oneself, 2, 0, NULL},
    {"a tick", tick, 1, MU_E_NOT_GRANTED, NULL},
    {"an epoch", epoch, 2, 0, NULL},
    {"a finding without the grant", finding, 1, 0, NULL},
};
#define LIES (sizeof lies / sizeof lies[0])

static void hear_lie_refused(struct scene *s, const struct lie *lie)
{
    struct mu_bytes left;
    struct mu_refusal refusal;
    char path[MU_FRAME_PATH_MAX + 1] = "";

    caller_hear(&s->rogue);
    if (s->rogue.heard.type != MU_FRAME_ACCEPTED || s->rogue.heard.as.accepted.refusals != 1)
        fail_msg("%s: frame %u, not one refusal", lie->what, s->rogue.heard.type);
    s->entries++;
    left = s->rogue.heard.as.accepted.refusal_bytes;
    assert_int_equal(mu_refusal_next(&left, &refusal), MU_OK);
    memcpy(path, refusal.path.data, refusal.path.size);
    if (lie->code != 0 ? refusal.code != lie->code
                       : mu_err_class((enum mu_err)refusal.code) != MU_CLASS_FINAL)
        fail_msg("%s: %s at \"%s\"", lie->what, mu_err_code((enum mu_err)refusal.code), path);
    if (lie->path != NULL && strcmp(path, lie->path) != 0)
        fail_msg("%s: at \"%s\", not \"%s\"", lie->what, path, lie->path);
    can_be_acted_on(refusal.code);
}

static void submit_lie(struct scene *s, const struct lie *lie)
{
    struct mu_bytes body;
    struct help_batch *batch;

    mu_arena_reset(&s->words.arena);
    body = lie->body(s);
    batch = help_seal_bodies(&s->rogue.lane[lie->lane], &body, NULL, 1);
    caller_submit(&s->rogue, lie->lane, batch);
    help_batch_free(&batch);
}

static void every_lie_is_refused_with_code_and_place(void **state)
{
    struct scene *s = *state;

    for (size_t i = 0; i < LIES; i++) {
        honest_submits(s);
        submit_lie(s, &lies[i]);
        hear_lie_refused(s, &lies[i]);
        honest_is_answered(s);
    }
    the_record_stands(s);
    /* the control: the same key, telling the truth, is believed */
    mu_arena_reset(&s->words.arena);
    assert_int_equal(caller_say(&s->rogue, 0, evacuation(s)), MU_FRAME_ACCEPTED);
    assert_int_equal(s->rogue.heard.as.accepted.refusals, 0);
}

/* All of them again and again, sent ahead of the answers. */
static void thousands_of_lies_cost_no_memory(void **state)
{
    struct scene *s = *state;
    size_t before = served_memory(&s->house);

    for (unsigned round = 0; round < 120; round++) {
        for (size_t i = 0; i < LIES; i++) {
            if (i % 8 == 0)
                honest_submits(s);
            submit_lie(s, &lies[i]);
        }
        for (size_t i = 0; i < LIES; i++) {
            hear_lie_refused(s, &lies[i]);
            if (i % 8 == 0)
                honest_is_answered(s);
        }
    }
    memory_has_not_grown(s, before);
    the_record_stands(s);
}

/* ---- batches: each refused, none consumes anything ---------------------------------------------- */
enum forgery {
    FORGED_SIGNATURE,
    FORGED_BODY,
    FORGED_ROOT,
    OTHER_LOG,
    OTHER_AGENT,
    OTHER_KEY,
    OTHER_LANE,
    A_GAP,
    LAST_SEQUENCE,
    OTHER_BYTES,
    AFTER_FENCE,
    OTHER_HISTORY,
    FORGERIES
};

static const struct {
    const char *what;
    uint16_t code;
} forgeries[FORGERIES] = {
    [FORGED_SIGNATURE] = {"a signature that is none", MU_E_BAD_SEAL},
    [FORGED_BODY] = {"a body changed under its seal", MU_E_BAD_SEAL},
    [FORGED_ROOT] = {"a seal over another tree", MU_E_BAD_SEAL},
    [OTHER_LOG] = {"a good seal for another log", MU_E_OTHER_LOG},
    [OTHER_AGENT] = {"another agent's sealed words", MU_E_WRONG_AGENT},
    [OTHER_KEY] = {"a seal by another key in this agent's name", MU_E_STRANGER},
    [OTHER_LANE] = {"a lane outside and another inside", MU_E_BAD_FRAME},
    [A_GAP] = {"a number skipped", MU_E_GAP},
    [LAST_SEQUENCE] = {"the last number there is", MU_E_GAP},
    [OTHER_BYTES] = {"a number used again for other bytes", MU_E_FORK},
    [AFTER_FENCE] = {"the instance that did so, going on honestly", MU_E_FENCED},
    [OTHER_HISTORY] = {"the next number after another history", MU_E_FORK},
};

/* A new life for the rogue, with one word that stands. */
static void begin_instance(struct scene *s)
{
    s->instance++;
    for (uint8_t lane = 0; lane < MU_LANES; lane++) {
        help_author_close(&s->rogue.lane[lane]);
        help_author_open(&s->rogue.lane[lane], ROGUE_SEED, &s->house.log, lane);
        s->rogue.lane[lane].seal.instance = s->instance;
    }
    mu_arena_reset(&s->words.arena);
    assert_int_equal(caller_say(&s->rogue, 1, founded_report(&s->words, 1)), MU_FRAME_ACCEPTED);
    assert_int_equal(s->rogue.heard.as.accepted.refusals, 0);
    s->entries++;
}

static void forge_author(struct scene *s, enum forgery forgery, struct help_author *author)
{
    *author = s->rogue.lane[1];
    if (forgery == OTHER_LOG)
        author->seal.origin.b[7] ^= 1;
    if (forgery == OTHER_AGENT)
        author->seal.agent = s->em.lane[1].seal.agent;
    if (forgery == OTHER_AGENT || forgery == OTHER_KEY)
        author->key = s->em.lane[1].key;
    if (forgery == A_GAP)
        author->seal.first_sequence += 1;
    if (forgery == LAST_SEQUENCE)
        author->seal.first_sequence = UINT64_MAX;
    if (forgery == OTHER_BYTES) {
        author->seal.first_sequence = 1;
        author->seal.previous = (struct mu_hash){0};
    }
    if (forgery == OTHER_HISTORY)
        author->seal.previous.b[0] ^= 1;
}

static void forge(struct scene *s, enum forgery forgery)
{
    struct help_author author;
    struct mu_bytes body;
    struct help_batch *batch;

    if (forgery != AFTER_FENCE)
        begin_instance(s);
    forge_author(s, forgery, &author);
    body = founded_report(&s->words, 2);
    batch = help_seal_bodies(&author, &body, NULL, 1);
    if (forgery == FORGED_SIGNATURE)
        batch->bytes[MU_SEAL_BYTES - 1] ^= 1;
    if (forgery == FORGED_BODY)
        batch->bytes[batch->size - 1] ^= 1;
    if (forgery == FORGED_ROOT)
        batch->bytes[MU_SEAL_SIGNED_BYTES - 1] ^= 1;
    caller_submit(&s->rogue, forgery == OTHER_LANE ? 2 : 1, batch);
    help_batch_free(&batch);
}

static void hear_forgery_refused(struct scene *s, enum forgery forgery)
{
    caller_hear(&s->rogue);
    if (s->rogue.heard.type != MU_FRAME_REFUSED ||
        s->rogue.heard.as.refused.code != forgeries[forgery].code)
        fail_msg("%s: frame %u, %s", forgeries[forgery].what, s->rogue.heard.type,
                 mu_err_code((enum mu_err)s->rogue.heard.as.refused.code));
    can_be_acted_on(s->rogue.heard.as.refused.code);
    if (forgery == A_GAP || forgery == LAST_SEQUENCE)
        assert_int_equal(s->rogue.heard.as.refused.expected, 2);
}

static void every_forgery_is_refused_and_consumes_nothing(void **state)
{
    struct scene *s = *state;
    size_t before = served_memory(&s->house);

    for (unsigned round = 0; round < 150; round++) {
        for (enum forgery f = 0; f < FORGERIES; f++) {
            honest_submits(s);
            forge(s, f);
            hear_forgery_refused(s, f);
            honest_is_answered(s);
        }
    }
    memory_has_not_grown(s, before);
    the_record_stands(s);
}

/* The negative control of FORK: the very same bytes again are no fork but a repeat, and get the first
 * answer, also across a restart of the broker. */
static void a_repeat_is_no_fork(void **state)
{
    struct scene *s = *state;
    struct mu_bytes body = founded_report(&s->words, 7);
    struct help_batch *batch = help_seal_bodies(&s->rogue.lane[1], &body, NULL, 1);
    uint64_t number = 0;

    for (unsigned i = 0; i < 500; i++) {
        caller_submit(&s->rogue, 1, batch);
        assert_int_equal(caller_hear(&s->rogue), MU_FRAME_ACCEPTED);
        number = number == 0 ? s->rogue.heard.as.accepted.first_number : number;
        assert_int_equal(s->rogue.heard.as.accepted.first_number, number);
        if (i == 250) {
            served_kill(&s->house);
            served_start(&s->house);
            greet(s, &s->rogue);
            greet(s, &s->em);
        }
    }
    s->entries++;
    help_batch_free(&batch);
    the_record_stands(s);
}

/* ---- too much ---------------------------------------------------------------------------------- */
static struct mu_bytes fragment(struct scene *s, size_t size, bool more)
{
    struct mu_writer w = mu_writer(s->room, MU_FRAME_HEAD_BYTES);

    mu_frame_head_write(&w, MU_FRAME_SUBMIT, more ? MU_FRAME_MORE : 0, 1);
    for (size_t at = MU_FRAME_HEAD_BYTES; at + 4 <= size; at += 4)
        memcpy(s->room + at, "\xc0\xa9\x07\x00", 4);
    return (struct mu_bytes){s->room, size};
}

/* 1 MiB in one lane, in pieces that are small enough: the session ends with a code, and begins anew. */
static void a_mebibyte_in_pieces_ends_the_session_with_a_code(void **state)
{
    struct scene *s = *state;
    size_t before = served_memory(&s->house);

    for (unsigned round = 0; round < 100; round++) {
        honest_submits(s);
        for (unsigned i = 0; i < 8; i++)
            caller_send(&s->rogue, fragment(s, (size_t)128 * 1024, i < 7));
        caller_hear_type(&s->rogue, MU_FRAME_BYE);
        assert_int_equal(s->rogue.heard.as.bye.code, MU_E_TOO_LARGE);
        can_be_acted_on(s->rogue.heard.as.bye.code);
        honest_is_answered(s);
        greet(s, &s->rogue);
    }
    memory_has_not_grown(s, before);
    the_record_stands(s);
}

/* 1 MiB in one message is above what the transport takes: the connection goes, without a word. */
static void a_mebibyte_in_one_message_loses_the_connection_only(void **state)
{
    struct scene *s = *state;
    size_t before = served_memory(&s->house), size = (size_t)1 << 20;
    uint8_t *large = calloc(1, size);

    assert_non_null(large);
    memcpy(large, "\1\3\0\1", 4);
    for (unsigned round = 0; round < 50; round++) {
        honest_submits(s);
        caller_send(&s->rogue, (struct mu_bytes){large, size});
        honest_is_answered(s);
        greet(s, &s->rogue);
    }
    free(large);
    memory_has_not_grown(s, before);
    the_record_stands(s);
}

/* ---- floods by several hands of one key, as fast as the sockets take them, no answer ever heard ---- */
enum { HANDS = 4 };

static void open_hands(struct scene *s, struct caller hand[HANDS])
{
    for (size_t h = 0; h < HANDS; h++) {
        caller_make(&hand[h], &s->house, ROGUE_SEED);
        memcpy(hand[h].curve, s->rogue.curve, sizeof hand[h].curve);
        memcpy(hand[h].secret, s->rogue.secret, sizeof hand[h].secret);
        greet(s, &hand[h]);
    }
}

static void flood(struct scene *s, struct mu_bytes message, unsigned each)
{
    struct caller hand[HANDS];
    size_t before = served_memory(&s->house), most = 0;

    open_hands(s, hand);
    before = served_memory(&s->house) < before ? before : served_memory(&s->house);
    for (unsigned i = 0; i < each; i++) {
        for (size_t h = 0; h < HANDS; h++)
            caller_send(&hand[h], message);
        if (i % 25 == 0) {
            size_t now = served_memory(&s->house);

            honest_submits(s);
            honest_is_answered(s);
            most = now > most ? now : most;
        }
    }
    print_message("# %u KiB sent; at most %zu KiB meanwhile\n",
                  (unsigned)(message.size * each * HANDS >> 10), most >> 10);
    for (size_t h = 0; h < HANDS; h++)
        caller_close(&hand[h]);
    honest_submits(s);
    honest_is_answered(s);
    memory_has_not_grown(s, before);
    if (most > before + MEMORY_MAX)
        fail_msg("musterd grew from %zu to %zu bytes meanwhile", before, most);
    the_record_stands(s);
}

static void a_flood_of_the_largest_frames_costs_no_memory(void **state)
{
    struct scene *s = *state;

    flood(s, fragment(s, LARGE, false), 250);
}

/* What was accepted once is the dearest to be asked again: seal, hashes, a read and a proof each time. */
static void a_flood_of_repeats_costs_no_memory(void **state)
{
    struct scene *s = *state;
    static struct mu_bytes bodies[400];
    struct help_batch *batch;
    struct mu_writer w = mu_writer(s->room, MU_FRAME_BYTES_MAX);

    for (size_t i = 0; i < 400; i++)
        bodies[i] = founded_report(&s->words, (unsigned)i);
    batch = help_seal_bodies(&s->rogue.lane[1], bodies, NULL, 400);
    caller_submit(&s->rogue, 1, batch);
    assert_int_equal(caller_hear(&s->rogue), MU_FRAME_ACCEPTED);
    assert_int_equal(s->rogue.heard.as.accepted.refusals, 0);
    s->entries += 400;
    mu_submit_write(&w, 1, (struct mu_bytes){batch->bytes, batch->size});
    help_batch_free(&batch);
    flood(s, mu_written(&w), 400);
}

/* A session may say HELLO for nobody but its own key, and an agent must not be able to rename itself
 * by reconnecting. */
static void nobody_greets_as_another(void **state)
{
    struct scene *s = *state;
    struct help_author own = s->rogue.lane[0];

    for (unsigned round = 0; round < 100; round++) {
        s->rogue.lane[0] = s->em.lane[0];
        assert_int_equal(caller_hello(&s->rogue), MU_FRAME_BYE);
        assert_int_equal(s->rogue.heard.as.bye.code, MU_E_WRONG_AGENT);
        can_be_acted_on(s->rogue.heard.as.bye.code);
        s->rogue.lane[0] = own;
        assert_int_equal(caller_hello(&s->rogue), MU_FRAME_WELCOME);
        honest_submits(s);
        honest_is_answered(s);
    }
    the_record_stands(s);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(every_lie_is_refused_with_code_and_place),
        STORY(thousands_of_lies_cost_no_memory),
        STORY(every_forgery_is_refused_and_consumes_nothing),
        STORY(a_repeat_is_no_fork),
        STORY(a_mebibyte_in_pieces_ends_the_session_with_a_code),
        STORY(a_mebibyte_in_one_message_loses_the_connection_only),
        STORY(a_flood_of_the_largest_frames_costs_no_memory),
        STORY(a_flood_of_repeats_costs_no_memory),
        STORY(nobody_greets_as_another),
    };

    return cmocka_run_group_tests_name("siege", tests, NULL, NULL);
}
