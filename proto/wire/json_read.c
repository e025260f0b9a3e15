/* JSON to an event, driven by the descriptors.
 *
 * Recursion goes as deep as the schema: a name it does not have is an error, so there is nothing to
 * skip and no depth a stranger chooses. Repeated names, unknown names, trailing text and numbers that
 * do not fit are refused, not mended.
 */
#include <string.h>

#include "proto/base/text.h"
#include "proto/wire/json.h"
#include "proto/wire/json_token.h"
#include "proto/wire/path.h"

/* As in the scan: no message of the schema has more fields. */
#define FIELDS_SEEN_MAX 128u

struct reading {
    struct mu_json json;
    mu_arena *arena;
    struct mu_fault *fault;
    uint32_t fields;
};

static enum mu_err refuse(const struct reading *r, enum mu_err code, const struct mu_step *at)
{
    return mu_fault_at(r->fault, code, at, NULL);
}

/* ---- values ---- */

static enum mu_err read_message(struct reading *r, ProtobufCMessage *m, const struct mu_step *at,
                                unsigned depth);

static enum mu_err read_text(struct reading *r, char **out, size_t *size)
{
    struct mu_bytes raw;
    enum mu_err err;

    if (mu_json_peek(&r->json) != '"')
        return MU_E_BAD_VALUE;
    if ((err = mu_json_raw_string(&r->json, &raw)) != MU_OK)
        return err;
    if ((*out = mu_arena_take(r->arena, raw.size + 1)) == NULL)
        return MU_E_TOO_MANY;
    return mu_json_text(raw, *out, size);
}

static enum mu_err read_bytes(struct reading *r, ProtobufCBinaryData *out)
{
    struct mu_bytes raw;
    enum mu_err err;

    if (mu_json_peek(&r->json) != '"')
        return MU_E_BAD_VALUE;
    if ((err = mu_json_raw_string(&r->json, &raw)) != MU_OK)
        return err;
    if ((out->data = mu_arena_take(r->arena, raw.size)) == NULL)
        return MU_E_TOO_MANY;
    return mu_json_base64(raw, out->data, &out->len);
}

/* By name, exactly as the schema has it. */
static enum mu_err read_enum_name(struct reading *r, const ProtobufCEnumDescriptor *e,
                                  union mu_scalar *out)
{
    struct mu_bytes raw;
    enum mu_err err = mu_json_raw_string(&r->json, &raw);

    if (err != MU_OK)
        return err;
    for (unsigned i = 0; i < e->n_values; i++)
        if (strlen(e->values[i].name) == raw.size &&
            memcmp(e->values[i].name, raw.data, raw.size) == 0) {
            out->i = e->values[i].value;
            return MU_OK;
        }
    return MU_E_BAD_VALUE;
}

static enum mu_err read_scalar(struct reading *r, const mu_field *f, union mu_scalar *out)
{
    uint8_t next = mu_json_peek(&r->json);

    if (f->type == PROTOBUF_C_TYPE_BOOL) {
        out->u = mu_json_take_word(&r->json, "true");
        return out->u != 0 || mu_json_take_word(&r->json, "false") ? MU_OK : MU_E_BAD_VALUE;
    }
    if (f->type == PROTOBUF_C_TYPE_ENUM && next == '"')
        return read_enum_name(r, f->descriptor, out);
    if (next != '"' && next != '-' && (next < '0' || next > '9'))
        return MU_E_BAD_VALUE;
    return mu_json_integer(&r->json, mu_field_is_signed(f), out);
}

static enum mu_err put_scalar(struct reading *r, ProtobufCMessage *m, const mu_field *f,
                              size_t index)
{
    union mu_scalar value;
    uint64_t held;
    void *place;
    enum mu_err err = read_scalar(r, f, &value);

    if (err != MU_OK)
        return err;
    if (!mu_field_put_scalar(f, &held, value))
        return MU_E_BAD_VALUE;
    if ((place = mu_field_place(m, f, index, r->arena)) == NULL)
        return MU_E_TOO_MANY;
    mu_field_put_scalar(f, place, value);
    return MU_OK;
}

static enum mu_err put_string(struct reading *r, ProtobufCMessage *m, const mu_field *f,
                              size_t index)
{
    char *string = NULL;
    size_t size;
    char **place;
    enum mu_err err = read_text(r, &string, &size);

    if (err != MU_OK)
        return err;
    if ((place = mu_field_place(m, f, index, r->arena)) == NULL)
        return MU_E_TOO_MANY;
    *place = string;
    return MU_OK;
}

static enum mu_err put_bytes(struct reading *r, ProtobufCMessage *m, const mu_field *f,
                             size_t index)
{
    ProtobufCBinaryData bytes;
    ProtobufCBinaryData *place;
    enum mu_err err = read_bytes(r, &bytes);

    if (err != MU_OK)
        return err;
    if ((place = mu_field_place(m, f, index, r->arena)) == NULL)
        return MU_E_TOO_MANY;
    *place = bytes;
    return MU_OK;
}

static enum mu_err put_message(struct reading *r, ProtobufCMessage *m, const struct mu_step *at,
                               unsigned depth)
{
    ProtobufCMessage *sub = mu_message_make(mu_field_message(at->field), r->arena);
    ProtobufCMessage **place;
    size_t index = at->index == MU_NO_INDEX ? 0 : at->index;

    if (sub == NULL || (place = mu_field_place(m, at->field, index, r->arena)) == NULL)
        return refuse(r, MU_E_TOO_MANY, at);
    *place = sub;
    return read_message(r, sub, at, depth + 1);
}

/* One value of the field at->field, at at->index. */
static enum mu_err read_value(struct reading *r, ProtobufCMessage *m, const struct mu_step *at,
                              unsigned depth)
{
    size_t index = at->index == MU_NO_INDEX ? 0 : at->index;
    enum mu_err err;

    if (++r->fields > MU_FIELDS_MAX)
        return refuse(r, MU_E_TOO_MANY, at);
    switch (at->field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        return put_message(r, m, at, depth);
    case PROTOBUF_C_TYPE_STRING:
        err = put_string(r, m, at->field, index);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        err = put_bytes(r, m, at->field, index);
        break;
    default:
        err = put_scalar(r, m, at->field, index);
        break;
    }
    return err == MU_OK ? MU_OK : refuse(r, err, at);
}

static enum mu_err read_list(struct reading *r, ProtobufCMessage *m, const struct mu_step *at,
                             unsigned depth)
{
    struct mu_step step = {at->up, at->field, 0};
    enum mu_err err = MU_OK;

    if (!mu_json_take(&r->json, '['))
        return refuse(r, MU_E_BAD_VALUE, at);
    if (mu_json_take(&r->json, ']'))
        return MU_OK;
    for (;; step.index++) {
        if ((err = read_value(r, m, &step, depth)) != MU_OK)
            return err;
        if (mu_json_take(&r->json, ']'))
            return MU_OK;
        if (!mu_json_take(&r->json, ','))
            return refuse(r, MU_E_MALFORMED, &step);
    }
}

/* ---- names ---- */

/* Which fields of one message were named. */
struct names {
    uint64_t seen[FIELDS_SEEN_MAX / 64];
};

static bool is_first(struct names *names, const ProtobufCMessage *m, const mu_field *f)
{
    size_t index = (size_t)(f - m->descriptor->fields);
    uint64_t bit = UINT64_C(1) << (index % 64);
    bool first;

    MU_CHECK(index < FIELDS_SEEN_MAX);
    first = (names->seen[index / 64] & bit) == 0;
    names->seen[index / 64] |= bit;
    return first && !(mu_field_in_oneof(f) && mu_field_oneof_set(m, f) != NULL);
}

/* The field a name stands for; both spellings of the mapping are taken. */
static enum mu_err read_name(struct reading *r, const ProtobufCMessage *m, const struct mu_step *at,
                             const mu_field **out)
{
    char name[4 * MU_FIELD_NAME_MAX];
    struct mu_bytes raw;
    size_t size;
    enum mu_err err;

    if (mu_json_raw_string(&r->json, &raw) != MU_OK)
        return refuse(r, MU_E_MALFORMED, at);
    if (raw.size >= sizeof name)
        return refuse(r, MU_E_UNKNOWN_FIELD, at);
    if ((err = mu_json_text(raw, name, &size)) != MU_OK)
        return refuse(r, err, at);
    name[size] = '\0';
    *out = mu_field_named(m->descriptor, (struct mu_bytes){(const uint8_t *)name, size}, true);
    if (*out == NULL)
        return mu_fault_at(r->fault, MU_E_UNKNOWN_FIELD, at, name);
    return mu_json_take(&r->json, ':') ? MU_OK : refuse(r, MU_E_MALFORMED, at);
}

static enum mu_err read_member(struct reading *r, ProtobufCMessage *m, struct names *names,
                               const struct mu_step *at, unsigned depth)
{
    struct mu_step step = {at, NULL, MU_NO_INDEX};
    enum mu_err err = read_name(r, m, at, &step.field);

    if (err != MU_OK || step.field == NULL)
        return err;
    if (!is_first(names, m, step.field))
        return refuse(r, MU_E_MALFORMED, &step);
    /* null is how the mapping writes "absent". */
    if (mu_json_take_word(&r->json, "null"))
        return MU_OK;
    if (mu_field_repeats(step.field))
        return read_list(r, m, &step, depth);
    return read_value(r, m, &step, depth);
}

static enum mu_err read_message(struct reading *r, ProtobufCMessage *m, const struct mu_step *at,
                                unsigned depth)
{
    struct names names = {{0}};
    enum mu_err err;

    if (depth > MU_DEPTH_MAX)
        return refuse(r, MU_E_TOO_DEEP, at);
    if (!mu_json_take(&r->json, '{'))
        return refuse(r, mu_json_peek(&r->json) == 0 ? MU_E_MALFORMED : MU_E_BAD_VALUE, at);
    if (mu_json_take(&r->json, '}'))
        return MU_OK;
    for (;;) {
        if ((err = read_member(r, m, &names, at, depth)) != MU_OK)
            return err;
        if (mu_json_take(&r->json, '}'))
            return MU_OK;
        if (!mu_json_take(&r->json, ','))
            return refuse(r, MU_E_MALFORMED, at);
    }
}

enum mu_err mu_event_from_json(struct mu_bytes json, mu_arena *arena, Muster__Event **out,
                               struct mu_fault *fault)
{
    struct reading r = {{json.data, json.data}, arena, fault, 0};
    ProtobufCMessage *event;
    enum mu_err err;

    *out = NULL;
    mu_fault_clear(fault);
    if (json.size > MU_JSON_BYTES_MAX)
        return refuse(&r, MU_E_TOO_LARGE, NULL);
    if (json.size == 0)
        return refuse(&r, MU_E_MALFORMED, NULL);
    if (!mu_utf8_ok(json.data, json.size))
        return refuse(&r, MU_E_BAD_TEXT, NULL);
    r.json.end = json.data + json.size;
    if ((event = mu_message_make(&muster__event__descriptor, arena)) == NULL)
        return refuse(&r, MU_E_TOO_MANY, NULL);
    if ((err = read_message(&r, event, NULL, 1)) != MU_OK)
        return err;
    if (mu_json_peek(&r.json) != 0)
        return refuse(&r, MU_E_MALFORMED, NULL);
    if (protobuf_c_message_get_packed_size(event) > MU_EVENT_BYTES_MAX)
        return refuse(&r, MU_E_TOO_LARGE, NULL);
    *out = (Muster__Event *)event;
    return MU_OK;
}
