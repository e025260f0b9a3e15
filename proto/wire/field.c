#include "proto/wire/field.h"

#include <string.h>

const mu_field *mu_field_numbered(const mu_message *type, uint32_t number)
{
    const ProtobufCIntRange *range = type->field_ranges;

    for (unsigned i = 0; i < type->n_field_ranges; i++) {
        uint32_t offset = number - (uint32_t)range[i].start_value;

        if (offset < range[i + 1].orig_index - range[i].orig_index)
            return &type->fields[range[i].orig_index + offset];
    }
    return NULL;
}

void mu_field_camel(const char *name, char out[MU_FIELD_NAME_MAX])
{
    size_t used = 0;
    bool raise = false;

    for (; *name != '\0' && used + 1 < MU_FIELD_NAME_MAX; name++) {
        char c = *name;

        if (c == '_') {
            raise = true;
            continue;
        }
        out[used++] = raise && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        raise = false;
    }
    out[used] = '\0';
}

static bool is_called(struct mu_bytes name, const char *string)
{
    return strlen(string) == name.size && memcmp(name.data, string, name.size) == 0;
}

static const mu_field *find_camel(const mu_message *type, struct mu_bytes name)
{
    char camel[MU_FIELD_NAME_MAX];

    for (unsigned i = 0; i < type->n_fields; i++) {
        mu_field_camel(type->fields[i].name, camel);
        if (is_called(name, camel))
            return &type->fields[i];
    }
    return NULL;
}

const mu_field *mu_field_named(const mu_message *type, struct mu_bytes name, bool camel)
{
    if (name.size == 0)
        return NULL;
    for (unsigned i = 0; i < type->n_fields; i++)
        if (type->fields[i].name[0] == (char)name.data[0] && is_called(name, type->fields[i].name))
            return &type->fields[i];
    return camel ? find_camel(type, name) : NULL;
}

/* ---- reading ---- */

static size_t value_size(const mu_field *f)
{
    switch (f->type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return sizeof(uint32_t);
    }
}

const void *mu_field_at(const ProtobufCMessage *m, const mu_field *f, size_t index)
{
    const void *at = (const char *)m + f->offset;

    return mu_field_repeats(f) ? *(char *const *)at + index * value_size(f) : at;
}

bool mu_field_is_signed(const mu_field *f)
{
    switch (f->type) {
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_BOOL:
        return false;
    default:
        return true;
    }
}

union mu_scalar mu_field_scalar(const ProtobufCMessage *m, const mu_field *f, size_t index)
{
    const void *at = mu_field_at(m, f, index);

    if (value_size(f) == sizeof(uint64_t))
        return (union mu_scalar){.u = *(const uint64_t *)at};
    if (mu_field_is_signed(f))
        return (union mu_scalar){.i = *(const int32_t *)at};
    return (union mu_scalar){.u = *(const uint32_t *)at};
}

const char *mu_field_string(const ProtobufCMessage *m, const mu_field *f, size_t index)
{
    return *(char *const *)mu_field_at(m, f, index);
}

struct mu_bytes mu_field_bytes(const ProtobufCMessage *m, const mu_field *f, size_t index)
{
    const ProtobufCBinaryData *b = mu_field_at(m, f, index);

    return (struct mu_bytes){b->data, b->len};
}

ProtobufCMessage *mu_field_sub(const ProtobufCMessage *m, const mu_field *f, size_t index)
{
    return *(ProtobufCMessage *const *)mu_field_at(m, f, index);
}

const mu_field *mu_field_oneof_set(const ProtobufCMessage *m, const mu_field *f)
{
    return mu_field_numbered(m->descriptor, mu_field_quantifier(m, f));
}

/* ---- writing ---- */

ProtobufCMessage *mu_message_make(const mu_message *type, mu_arena *arena)
{
    ProtobufCMessage *m = mu_arena_take(arena, type->sizeof_message);

    if (m != NULL)
        protobuf_c_message_init(type, m);
    return m;
}

void mu_field_clear(ProtobufCMessage *m, const mu_field *f)
{
    void *quantifier = (char *)m + f->quantifier_offset;

    if (mu_field_repeats(f))
        *(size_t *)quantifier = 0;
    else if (mu_field_in_oneof(f) || !mu_field_is_pointer(f))
        *(uint32_t *)quantifier = 0;
    if (mu_field_is_pointer(f) && !mu_field_repeats(f))
        *(void **)((char *)m + f->offset) = NULL;
}

/* Repeated values lie in one array whose room doubles: it is full when their number is a power of
 * two, and then moves to twice the room. What it leaves behind is at most as much again. */
static void *place_repeated(ProtobufCMessage *m, const mu_field *f, size_t index, mu_arena *arena)
{
    size_t *count = (size_t *)((char *)m + f->quantifier_offset);
    char **array = (char **)((char *)m + f->offset);
    size_t size = value_size(f);

    MU_CHECK(index <= *count);
    if (index < *count)
        return *array + index * size;
    if (*array == NULL || (*count & (*count - 1)) == 0) {
        char *wider = mu_arena_take(arena, size * (*count > 0 ? 2 * *count : 1));

        if (wider == NULL)
            return NULL;
        if (*array != NULL)
            memcpy(wider, *array, *count * size);
        *array = wider;
    }
    return *array + (*count)++ * size;
}

void *mu_field_place(ProtobufCMessage *m, const mu_field *f, size_t index, mu_arena *arena)
{
    uint32_t *quantifier = (uint32_t *)((char *)m + f->quantifier_offset);

    if (mu_field_repeats(f))
        return place_repeated(m, f, index, arena);
    if (mu_field_in_oneof(f)) {
        /* The members share their room: another one's bytes must not be taken for ours. */
        if (*quantifier != f->id)
            memset((char *)m + f->offset, 0, value_size(f));
        *quantifier = f->id;
    } else if (!mu_field_is_pointer(f)) {
        *quantifier = 1;
    }
    return (char *)m + f->offset;
}

bool mu_field_put_scalar(const mu_field *f, void *place, union mu_scalar value)
{
    if (value_size(f) == sizeof(uint64_t)) {
        *(uint64_t *)place = value.u;
        return true;
    }
    if (f->type == PROTOBUF_C_TYPE_BOOL && value.u > 1)
        return false;
    if (mu_field_is_signed(f) ? value.i < INT32_MIN || value.i > INT32_MAX : value.u > UINT32_MAX)
        return false;
    *(uint32_t *)place = (uint32_t)value.u;
    return true;
}
