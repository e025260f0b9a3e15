#include "tests/help/demo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "proto/base/clock.h"
#include "proto/picture/card.h"
#include "proto/wire/json.h"
#include "tests/help/demo_tell.h"

#define TRACE_BYTES (1u << 20)
#define LINE_BYTES (1u << 20)

struct telling {
    struct mu_text out;
    mu_picture *picture;
    uint64_t voided;
    int offset_min; /* the county's, as its clocks are told */
    mu_arena arena;
};

/* ---- one line of JSON as an entry ------------------------------------------------------------------ */

/* The text after "name": at the top of the line; the event comes last, so the first one is meant. */
static const char *member(const char *line, const char *name)
{
    char key[64];

    snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = strstr(line, key);
    if (at == NULL)
        fail_msg("no %s in %.200s", name, line);
    return at + strlen(key);
}

static void read_clock(struct telling *t, const char *text, struct mu_entry *entry)
{
    struct mu_civil civil = {0};
    int hours, minutes;
    char sign;

    if (sscanf(text, "\"%d-%d-%dT%d:%d:%d%c%d:%d", &civil.year, &civil.month, &civil.day,
               &civil.hour, &civil.minute, &civil.second, &sign, &hours, &minutes) != 9)
        fail_msg("no time: %.40s", text);
    t->offset_min = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
    entry->accepted_at_ms = mu_civil_ms(&civil, t->offset_min);
}

static void read_hash(const char *text, struct mu_hash *hash)
{
    char hex[65];

    snprintf(hex, sizeof hex, "%.64s", text + 1);
    assert_int_equal(mu_unhex(hex, hash->b, sizeof hash->b), MU_OK);
}

static void read_entry(struct telling *t, const char *line, struct mu_entry *entry)
{
    const char *event = member(line, "event");
    struct mu_bytes json = {(const uint8_t *)event, strlen(event)};
    Muster__Event *unpacked = NULL;
    struct mu_fault fault;

    while (json.size > 0 && json.data[json.size - 1] != '}')
        json.size--;
    json.size--; /* the entry's own brace */
    *entry = (struct mu_entry){.path = ""};
    entry->number = strtoull(member(line, "number"), NULL, 10);
    entry->epoch = (uint32_t)strtoul(member(line, "epoch"), NULL, 10);
    read_clock(t, member(line, "acceptedAt"), entry);
    read_hash(member(line, "leaf"), &entry->leaf);
    if (mu_event_from_json(json, &t->arena, &unpacked, &fault) != MU_OK)
        fail_msg("entry %llu is no event: %s %s", (unsigned long long)entry->number,
                 mu_err_code(fault.code), fault.path);
    uint8_t *packed = mu_arena_take(&t->arena, mu_event_size(unpacked) + 1);
    assert_non_null(packed);
    entry->body = (struct mu_bytes){packed, mu_event_pack(unpacked, packed)};
    entry->event = unpacked;
}

/* ---- the trace ------------------------------------------------------------------------------------------------ */

static bool became_void(struct telling *t)
{
    const struct mu_card *card;
    uint64_t voided = 0;

    for (size_t i = 0; (card = mu_picture_card_at(t->picture, i)) != NULL; i++)
        voided += card->voided;
    bool more = voided != t->voided;
    t->voided = voided;
    return more;
}

static void tell(struct telling *t, const char *line)
{
    struct mu_entry entry;

    if (strstr(line, "\"refused\":") != NULL && strstr(line, "\"event\":") == NULL)
        fail_msg("refused: %.300s", line);
    mu_arena_reset(&t->arena);
    read_entry(t, line, &entry);
    assert_int_equal(mu_picture_fold(t->picture, &entry), MU_OK);
    bool is_void = became_void(t);
    if (entry.event->body_case != MUSTER__EVENT__BODY_FINDING || !is_void)
        demo_tell(&t->out, t->offset_min, &entry);
}

char *demo_trace(const char *arguments, int *status)
{
    const char *build = getenv("B");
    char command[4096], *line = malloc(LINE_BYTES), *trace = malloc(TRACE_BYTES);
    struct telling t = {.arena = mu_arena_make(64u << 20)};

    assert_non_null(line);
    assert_non_null(trace);
    t.out = mu_text(trace, TRACE_BYTES);
    assert_int_equal(mu_picture_new(&t.picture), MU_OK);
    snprintf(command, sizeof command, "%s/muster demo --json %s", build == NULL ? "build" : build,
             arguments);
    FILE *demo = popen(command, "r");
    assert_non_null(demo);
    while (fgets(line, LINE_BYTES, demo) != NULL)
        tell(&t, line);
    int ended = pclose(demo);
    *status = WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
    assert_false(t.out.cut);
    mu_picture_free(&t.picture);
    mu_arena_free(&t.arena);
    free(line);
    return trace;
}

/* ---- expectations ------------------------------------------------------------------------------------------------ */

#define BLOCKS_MAX 512u

/* A first line and the indented ones below it. Two programs answer one entry at the same time, and which
 * of them is first in the record is chance: blocks are compared by clock and name, those of one name in
 * the order told. */
struct block {
    const char *at;
    size_t length;
    size_t key; /* "14:06 C06:S1" */
    size_t index;
};

static int by_clock_and_name(const void *a, const void *b)
{
    const struct block *x = a, *y = b;
    size_t least = x->key < y->key ? x->key : y->key;
    int order = strncmp(x->at, y->at, least);

    if (order == 0 && x->key != y->key)
        order = x->key < y->key ? -1 : 1;
    if (order == 0)
        order = x->index < y->index ? -1 : 1;
    return order;
}

static size_t cut_blocks(const char *text, struct block *blocks)
{
    size_t count = 0;

    while (*text != '\0') {
        size_t length = strcspn(text, "\n") + 1;

        if (text[0] == '#' || text[0] == '\n') {
            length = text[0] == '\n' ? 1 : length;
        } else if (text[0] == ' ') {
            assert_true(count > 0);
            assert_ptr_equal(blocks[count - 1].at + blocks[count - 1].length, text);
            blocks[count - 1].length += length;
        } else {
            assert_true(count < BLOCKS_MAX);
            blocks[count] = (struct block){text, length, 6 + strcspn(text + 6, " \n"), count};
            count++;
        }
        text += length;
    }
    qsort(blocks, count, sizeof *blocks, by_clock_and_name);
    return count;
}

bool demo_same(const char *told, const char *wanted)
{
    static struct block ours[BLOCKS_MAX], theirs[BLOCKS_MAX];
    size_t count = cut_blocks(told, ours), wants = cut_blocks(wanted, theirs);

    for (size_t i = 0; i < count || i < wants; i++) {
        struct block none = {"nothing more\n", 13, 0, 0};
        const struct block *x = i < count ? &ours[i] : &none, *y = i < wants ? &theirs[i] : &none;

        if (x->length == y->length && memcmp(x->at, y->at, x->length) == 0)
            continue;
        print_message("wanted: %.*stold:   %.*s", (int)y->length, y->at, (int)x->length, x->at);
        return false;
    }
    return true;
}

void demo_expect(const char *trace, const char *path)
{
    static char wanted[262144];
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    size_t size = fread(wanted, 1, sizeof wanted - 1, file);
    fclose(file);
    wanted[size] = '\0';
    assert_true(demo_same(trace, wanted));
}
