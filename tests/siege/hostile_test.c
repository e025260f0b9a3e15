/* An enrolled key in hostile hands: every lie gets a code, a sentence and a remedy, thousands of them cost the broker no
 * memory, and the honest agent beside it is answered as if nothing went on. Forged batches: forged_test.c; floods:
 * flood_test.c. What is malformed as a frame is tried in tests/daemon; here the frames are good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/rogue.h"

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
    rogue_can_be_acted_on(refusal.code);
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
    rogue_record_stands(s);
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
    rogue_memory_has_not_grown(s, before);
    rogue_record_stands(s);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, rogue_open_scene, rogue_close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(every_lie_is_refused_with_code_and_place),
        STORY(thousands_of_lies_cost_no_memory),
    };

    return cmocka_run_group_tests_name("siege", tests, NULL, NULL);
}
