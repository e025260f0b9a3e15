#include "tests/help/events.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "proto/wire/field.h"

/* ---- said ---- */

static void take_away(Muster__Event *event, const char *path)
{
    ProtobufCMessage *m = &event->base;
    const mu_field *f = NULL;

    while (*path != '\0') {
        size_t size = strcspn(path, ".");

        if (f != NULL)
            m = mu_field_sub(m, f, 0);
        f = mu_field_named(m->descriptor, (struct mu_bytes){(const uint8_t *)path, size}, false);
        assert_non_null(f);
        path += size + (path[size] == '.');
    }
    assert_non_null(f);
    mu_field_clear(m, f);
}

static void say(Muster__Event *event, uint32_t kind, const char *words, mu_arena *arena)
{
    struct mu_fault fault;
    struct mu_assign how = {arena, HELP_MIDNIGHT_MS, 480, &fault};
    char path[MU_PATH_BYTES_MAX];
    size_t size = strcspn(words, "=");

    assert_true(size < sizeof path && words[size] == '=');
    memcpy(path, words, size);
    path[size] = '\0';
    if (words[size + 1] == '\0')
        take_away(event, path);
    else if (mu_event_assign(event, kind, path, words + size + 1, &how) != MU_OK)
        fail_msg("cannot say %s", words);
}

Muster__Event *help_event(mu_arena *arena, const char *kind, const char *const *said)
{
    static const char *const good[] = {
        "envelope.status=exercise",
        "envelope.agency=EM",
        "envelope.area=cn/99/01/21/201/201",
        "envelope.occurred_at_ms=14:03",
        "envelope.object=EV-01",
        "envelope.version=1",
    };
    uint32_t number = mu_kind_number(kind);
    Muster__Event *event;

    assert_int_equal(mu_event_make(number, arena, &event), MU_OK);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        say(event, number, good[i], arena);
    for (; *said != NULL; said++)
        say(event, number, *said, arena);
    return event;
}

struct mu_bytes help_packed(const Muster__Event *event, mu_arena *arena)
{
    size_t size = mu_event_size(event);
    uint8_t *out = mu_arena_take(arena, size + 1);

    assert_non_null(out);
    assert_int_equal(mu_event_pack(event, out), size);
    return (struct mu_bytes){out, size};
}

/* ---- at random ---- */

/* splitmix64: one line, and every seed a good one. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t bound)
{
    return (size_t)(next(state) % bound);
}

static char *random_string(uint64_t *state, mu_arena *arena)
{
    static const char *const pieces[] = {"EV-01", "cn/99", "庆禾", "\"", "\\", "\n", "\x01",
                                         "é",     "𠮷",    " ",    "<",  "/",  "",   "\x7f"};
    char text[64] = "";

    for (size_t i = below(state, 6); i > 0; i--)
        strcat(text, pieces[below(state, sizeof pieces / sizeof pieces[0])]);
    return mu_arena_copy(arena, text, strlen(text));
}

/* A word of the enum, now and then one only a newer schema could have. */
static union mu_scalar random_enum(uint64_t *state, const ProtobufCEnumDescriptor *e)
{
    if (below(state, 16) == 0)
        return (union mu_scalar){.i = (int32_t)(uint32_t)next(state)};
    return (union mu_scalar){.i = e->values[below(state, e->n_values)].value};
}

static union mu_scalar random_scalar(uint64_t *state, const mu_field *f)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     127,
                                     128,
                                     INT32_MAX,
                                     UINT32_MAX,
                                     INT64_MAX,
                                     UINT64_MAX,
                                     (uint64_t)INT64_MIN,
                                     (uint64_t)INT32_MIN};
    union mu_scalar value = {.u = below(state, 3) ? next(state) >> below(state, 64)
                                                  : edges[below(state, 10)]};

    if (f->type == PROTOBUF_C_TYPE_BOOL)
        value.u &= 1;
    else if (f->type == PROTOBUF_C_TYPE_UINT32)
        value.u &= UINT32_MAX;
    else if (f->type != PROTOBUF_C_TYPE_UINT64 && f->type != PROTOBUF_C_TYPE_INT64 &&
             f->type != PROTOBUF_C_TYPE_SINT64)
        value.i = (int32_t)(uint32_t)value.u;
    return value;
}

static void fill(uint64_t *state, ProtobufCMessage *m, mu_arena *arena);

static void put_random(uint64_t *state, ProtobufCMessage *m, const mu_field *f, size_t index,
                       mu_arena *arena)
{
    void *place = mu_field_place(m, f, index, arena);
    ProtobufCBinaryData *bytes = place;

    assert_non_null(place);
    if (f->type == PROTOBUF_C_TYPE_MESSAGE) {
        *(ProtobufCMessage **)place = mu_message_make(mu_field_message(f), arena);
        fill(state, *(ProtobufCMessage **)place, arena);
    } else if (f->type == PROTOBUF_C_TYPE_STRING) {
        *(char **)place = random_string(state, arena);
    } else if (f->type == PROTOBUF_C_TYPE_BYTES) {
        bytes->len = below(state, 40);
        bytes->data = mu_arena_take(arena, bytes->len);
        for (size_t i = 0; i < bytes->len; i++)
            bytes->data[i] = (uint8_t)next(state);
    } else {
        assert_true(mu_field_put_scalar(f, place,
                                        f->type == PROTOBUF_C_TYPE_ENUM
                                            ? random_enum(state, f->descriptor)
                                            : random_scalar(state, f)));
    }
}

static void fill(uint64_t *state, ProtobufCMessage *m, mu_arena *arena)
{
    for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
        const mu_field *f = &m->descriptor->fields[i];
        size_t count = mu_field_repeats(f) ? below(state, 4) : 1;

        if (below(state, 4) != 0 || (mu_field_in_oneof(f) && mu_field_oneof_set(m, f) != NULL))
            continue;
        for (size_t k = 0; k < count; k++)
            put_random(state, m, f, k, arena);
    }
}

Muster__Event *help_random_event(uint64_t seed, mu_arena *arena)
{
    ProtobufCMessage *event = mu_message_make(&muster__event__descriptor, arena);
    const mu_field *body;

    do {
        body = &event->descriptor->fields[below(&seed, event->descriptor->n_fields)];
    } while (body->id < 16);
    put_random(&seed, event, mu_field_numbered(event->descriptor, 1), 0, arena);
    put_random(&seed, event, body, 0, arena);
    return (Muster__Event *)event;
}
