#include "proto/wire/assign.h"

#include <string.h>

#include "proto/wire/path.h"
#include "proto/wire/value.h"

/* One segment of a path: "legs[0]" or "persons". */
struct segment {
    struct mu_bytes name;
    size_t index; /* MU_NO_INDEX: none was given */
};

/* ---- the path ---- */

/* Take one segment and the dot behind it off the front. */
static bool take_segment(const char **at, struct segment *out)
{
    size_t size = strcspn(*at, ".[");

    *out = (struct segment){{(const uint8_t *)*at, size}, MU_NO_INDEX};
    *at += size;
    if (**at == '[') {
        size_t digits = strspn(*at + 1, "0123456789");

        if (digits == 0 || digits > 4 || (*at)[digits + 1] != ']')
            return false;
        out->index = 0;
        for (size_t i = 1; i <= digits; i++)
            out->index = out->index * 10 + (size_t)((*at)[i] - '0');
        *at += digits + 2;
    }
    if (**at == '.')
        return size > 0 && *++(*at) != '\0';
    return size > 0 && **at == '\0';
}

/* Whether a path may begin at field `f`: one that goes on needs a message, one that ends a value. */
static bool can_begin(const mu_field *f, bool goes_on)
{
    return f != NULL && (f->type == PROTOBUF_C_TYPE_MESSAGE) == goes_on;
}

static const mu_field *field_in(const mu_field *message, struct mu_bytes name)
{
    return message == NULL ? NULL : mu_field_named(mu_field_message(message), name, false);
}

/* The field of Event the path begins under, or NULL when the path names it itself. A field of the body
 * comes first, then one of the envelope; `area=` of a reference object is the envelope's, because the
 * body's is a message. */
static const mu_field *find_start(uint32_t kind, const char *path)
{
    const mu_message *event = &muster__event__descriptor;
    const mu_field *body = mu_field_numbered(event, kind);
    const mu_field *envelope = mu_field_numbered(event, 1);
    struct segment first;
    bool goes_on;

    take_segment(&path, &first);
    goes_on = *path != '\0';
    if (can_begin(field_in(body, first.name), goes_on))
        return body;
    if (can_begin(field_in(envelope, first.name), goes_on))
        return envelope;
    if (mu_field_named(event, first.name, false) != NULL)
        return NULL;
    /* it exists, but not so: what is wrong with it will be said on the way */
    return field_in(body, first.name) != NULL ? body : envelope;
}

/* ---- going down ---- */

/* Two members of a oneof cannot both be meant. */
static bool is_free(const ProtobufCMessage *m, const mu_field *f)
{
    const mu_field *set = mu_field_in_oneof(f) ? mu_field_oneof_set(m, f) : NULL;

    return set == NULL || set == f;
}

/* The sub-message at `index`, made when it is not there. Lists grow by one. */
static enum mu_err enter(ProtobufCMessage **m, const mu_field *f, size_t index, mu_arena *arena)
{
    size_t count = mu_field_count(*m, f);
    ProtobufCMessage **place, *made;

    if (f->type != PROTOBUF_C_TYPE_MESSAGE || !is_free(*m, f))
        return MU_E_BAD_VALUE;
    if (index == MU_NO_INDEX)
        index = 0;
    else if (!mu_field_repeats(f) || index > count)
        return MU_E_BAD_VALUE;
    if (index < count) {
        *m = mu_field_sub(*m, f, index);
        return MU_OK;
    }
    made = mu_message_make(mu_field_message(f), arena);
    place = made == NULL ? NULL : mu_field_place(*m, f, index, arena);
    if (place == NULL)
        return MU_E_NO_MEMORY;
    *m = *place = made;
    return MU_OK;
}

static enum mu_err set_one(ProtobufCMessage *m, const mu_field *f, size_t index,
                           struct mu_bytes text, const struct mu_assign *how)
{
    struct mu_value value;
    enum mu_err err = mu_value_read(f, text, how, &value);

    return err == MU_OK ? mu_value_put(m, f, index, &value, how->arena) : err;
}

/* a,b,c: the whole list anew. */
static enum mu_err set_list(ProtobufCMessage *m, const mu_field *f, const char *text,
                            const struct mu_assign *how)
{
    enum mu_err err = MU_OK;
    size_t index = 0;

    mu_field_clear(m, f);
    for (; err == MU_OK && text != NULL; index++) {
        size_t size = strcspn(text, ",");

        if (size == 0)
            return MU_E_BAD_VALUE;
        err = set_one(m, f, index, (struct mu_bytes){(const uint8_t *)text, size}, how);
        text = text[size] == ',' ? text + size + 1 : NULL;
    }
    return err;
}

static enum mu_err set_field(ProtobufCMessage *m, const mu_field *f, size_t index, const char *text,
                             const struct mu_assign *how)
{
    struct mu_bytes bytes = {(const uint8_t *)text, strlen(text)};

    if (f->type == PROTOBUF_C_TYPE_MESSAGE || !is_free(m, f))
        return MU_E_BAD_VALUE;
    if (!mu_field_repeats(f))
        return index == MU_NO_INDEX ? set_one(m, f, 0, bytes, how) : MU_E_BAD_VALUE;
    if (index == MU_NO_INDEX)
        return set_list(m, f, text, how);
    return index <= mu_field_count(m, f) ? set_one(m, f, index, bytes, how) : MU_E_BAD_VALUE;
}

/* ---- the calls ---- */

static enum mu_err assign(Muster__Event *event, uint32_t kind, const char *path, const char *text,
                          const struct mu_assign *how)
{
    const mu_field *f = find_start(kind, path);
    ProtobufCMessage *m = &event->base;
    enum mu_err err = f == NULL ? MU_OK : enter(&m, f, MU_NO_INDEX, how->arena);
    struct segment segment;

    while (err == MU_OK) {
        if (!take_segment(&path, &segment))
            return MU_E_BAD_VALUE;
        f = mu_field_named(m->descriptor, segment.name, false);
        if (f == NULL)
            return MU_E_ABSENT;
        if (*path == '\0')
            return set_field(m, f, segment.index, text, how);
        err = enter(&m, f, segment.index, how->arena);
    }
    return err;
}

/* The fault names the field as it was given: that is what its author can find again. */
static enum mu_err blame(enum mu_err err, const char *path, struct mu_fault *fault)
{
    mu_fault_clear(fault);
    return err == MU_OK ? MU_OK : mu_fault_at(fault, err, NULL, path);
}

enum mu_err mu_event_assign(Muster__Event *event, uint32_t kind, const char *path,
                            const char *value, const struct mu_assign *how)
{
    return blame(assign(event, kind, path, value, how), path, how->fault);
}

enum mu_err mu_event_make(uint32_t kind, mu_arena *arena, Muster__Event **out)
{
    const mu_field *body = mu_field_numbered(&muster__event__descriptor, kind);
    ProtobufCMessage *event;
    enum mu_err err;

    *out = NULL;
    if (body == NULL || mu_kind_name(kind) == NULL)
        return MU_E_NO_KIND;
    if ((event = mu_message_make(&muster__event__descriptor, arena)) == NULL)
        return MU_E_NO_MEMORY;
    *out = (Muster__Event *)event;
    err = enter(&event, body, MU_NO_INDEX, arena);
    if (err != MU_OK)
        *out = NULL;
    return err;
}
