#include "proto/wire/value.h"

#include <string.h>

#include "proto/base/moment.h"
#include "proto/base/text.h"
#include "proto/wire/bounds.h"

/* ---- times ---- */

/* A bounded copy with a NUL behind it. */
#define TIME_BYTES_MAX 32u

static bool read_ms(const char *text, int64_t *out)
{
    size_t digits = strspn(text, "0123456789");

    /* Fewer digits are a clock time without its colon, not a moment in 1970. */
    if (digits < 9 || digits > 15 || text[digits] != '\0')
        return false;
    *out = 0;
    for (size_t i = 0; i < digits; i++)
        *out = *out * 10 + (text[i] - '0');
    return true;
}

bool mu_time_read(struct mu_bytes text, const struct mu_assign *how, int64_t *out)
{
    char copy[TIME_BYTES_MAX];
    const char *at = copy;
    struct mu_civil t = {0};

    if (text.size == 0 || text.size >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    if (strlen(copy) != text.size)
        return false;
    if (read_ms(copy, out) || mu_moment_read(copy, how->offset_min, out))
        return true;
    if (!mu_take_clock(&at, &t) || *at != '\0')
        return false;
    *out = how->day_ms + t.hour * MU_HOUR_MS + t.minute * MU_MINUTE_MS + t.second * INT64_C(1000);
    return true;
}

/* ---- words ---- */

static char folded(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '-' ? '_' : c;
}

static bool same_word(struct mu_bytes text, const char *word)
{
    if (strlen(word) != text.size)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (folded((char)text.data[i]) != folded(word[i]))
            return false;
    return true;
}

static bool read_bool(struct mu_bytes text, union mu_scalar *out)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true},   {"yes", true}, {"1", true},  {"on", true},
                 {"false", false}, {"no", false}, {"0", false}, {"off", false}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (same_word(text, words[i].word)) {
            out->u = words[i].value;
            return true;
        }
    return false;
}

/* Value 0 is NAME_UNSPECIFIED in every enum: what stands before it is the prefix of all. */
static size_t prefix_size(const ProtobufCEnumDescriptor *e)
{
    size_t size = strlen(e->values[0].name), tail = strlen("UNSPECIFIED");

    return e->values[0].value == 0 && size > tail ? size - tail : 0;
}

static bool read_enum(const ProtobufCEnumDescriptor *e, struct mu_bytes text, union mu_scalar *out)
{
    size_t prefix = prefix_size(e);

    for (unsigned i = 0; i < e->n_values; i++)
        if (same_word(text, e->values[i].name + prefix) || same_word(text, e->values[i].name)) {
            out->i = e->values[i].value;
            return out->i != 0;
        }
    return false;
}

/* ---- numbers ---- */

static bool read_unsigned(struct mu_bytes text, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || __builtin_mul_overflow(*out, 10, out) ||
            __builtin_add_overflow(*out, (uint64_t)(text.data[i] - '0'), out))
            return false;
    }
    return text.size > 0;
}

static bool read_signed(const mu_field *f, struct mu_bytes text, const struct mu_assign *how,
                        int64_t *out)
{
    if (mu_name_ends(f->name, "_ms"))
        return mu_time_read(text, how, out);
    return mu_quantity_read(f->name, text, out);
}

/* ---- text and bytes ---- */

static enum mu_err read_string(struct mu_bytes text, mu_arena *arena, char **out)
{
    if (!mu_utf8_ok(text.data, text.size))
        return MU_E_BAD_TEXT;
    *out = mu_arena_copy(arena, text.data, text.size);
    return *out == NULL ? MU_E_NO_MEMORY : MU_OK;
}

static enum mu_err read_hex(struct mu_bytes text, mu_arena *arena, ProtobufCBinaryData *out)
{
    char *hex = mu_arena_copy(arena, text.data, text.size);

    *out = (ProtobufCBinaryData){text.size / 2, mu_arena_take(arena, text.size / 2)};
    if (hex == NULL || out->data == NULL)
        return MU_E_NO_MEMORY;
    return mu_unhex(hex, out->data, out->len);
}

enum mu_err mu_value_read(const mu_field *f, struct mu_bytes text, const struct mu_assign *how,
                          struct mu_value *out)
{
    bool read;

    switch (f->type) {
    case PROTOBUF_C_TYPE_STRING:
        return read_string(text, how->arena, &out->string);
    case PROTOBUF_C_TYPE_BYTES:
        return read_hex(text, how->arena, &out->bytes);
    case PROTOBUF_C_TYPE_BOOL:
        read = read_bool(text, &out->scalar);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        read = read_enum(f->descriptor, text, &out->scalar);
        break;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_UINT64:
        read = read_unsigned(text, &out->scalar.u);
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SINT32:
        read = read_signed(f, text, how, &out->scalar.i);
        break;
    default: /* messages have no value of their own; other types are not in the schema */
        read = false;
        break;
    }
    return read ? MU_OK : MU_E_BAD_VALUE;
}

enum mu_err mu_value_put(ProtobufCMessage *m, const mu_field *f, size_t index,
                         const struct mu_value *value, mu_arena *arena)
{
    uint64_t held;
    void *place;

    if (f->type != PROTOBUF_C_TYPE_STRING && f->type != PROTOBUF_C_TYPE_BYTES &&
        !mu_field_put_scalar(f, &held, value->scalar))
        return MU_E_BAD_VALUE;
    if ((place = mu_field_place(m, f, index, arena)) == NULL)
        return MU_E_NO_MEMORY;
    if (f->type == PROTOBUF_C_TYPE_STRING)
        *(char **)place = value->string;
    else if (f->type == PROTOBUF_C_TYPE_BYTES)
        *(ProtobufCBinaryData *)place = value->bytes;
    else
        mu_field_put_scalar(f, place, value->scalar);
    return MU_OK;
}
