#include <inttypes.h>
#include <string.h>

#include "proto/wire/field.h"
#include "proto/wire/json.h"

static void write_message(const ProtobufCMessage *m, struct mu_text *out);

/* What JSON must escape, and '<' and '>', so that a page may carry the text in a script. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != 0x7F && c != '"' && c != '\\' && c != '<' && c != '>';
}

static void write_escape(unsigned char c, struct mu_text *out)
{
    switch (c) {
    case '"':
        mu_text_add(out, "\\\"");
        break;
    case '\\':
        mu_text_add(out, "\\\\");
        break;
    case '\n':
        mu_text_add(out, "\\n");
        break;
    default:
        mu_text_addf(out, "\\u%04x", c);
        break;
    }
}

/* Whether to hand the piece on: between two characters, so that where the text is cut a character
 * ends; anywhere when there is no room left. */
static bool is_full(const char *next, size_t room)
{
    return room == 0 || (room < 4 && ((unsigned char)*next & 0xC0) != 0x80);
}

void mu_json_quote(const char *string, struct mu_text *out)
{
    char piece[256];
    size_t used = 0;

    mu_text_add(out, "\"");
    for (; *string != '\0'; string++) {
        bool plain = is_plain((unsigned char)*string);

        if (plain)
            piece[used++] = *string;
        if (used > 0 && (!plain || is_full(string + 1, sizeof piece - 1 - used))) {
            piece[used] = '\0';
            mu_text_add(out, piece);
            used = 0;
        }
        if (!plain)
            write_escape((unsigned char)*string, out);
    }
    piece[used] = '\0';
    mu_text_add(out, piece);
    mu_text_add(out, "\"");
}

/* RFC 4648, section 4, padded. */
static void write_base64(struct mu_bytes bytes, struct mu_text *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    mu_text_add(out, "\"");
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t three = (uint32_t)bytes.data[i] << 16;
        char four[5] = {0};

        three |= left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        three |= left > 2 ? bytes.data[i + 2] : 0;
        four[0] = digits[three >> 18];
        four[1] = digits[three >> 12 & 63];
        four[2] = left > 1 ? digits[three >> 6 & 63] : '=';
        four[3] = left > 2 ? digits[three & 63] : '=';
        mu_text_add(out, four);
    }
    mu_text_add(out, "\"");
}

/* By name; by number where a newer sender knows more names than we. */
static void write_enum(const mu_field *f, int64_t value, struct mu_text *out)
{
    const ProtobufCEnumValue *known =
        protobuf_c_enum_descriptor_get_value(f->descriptor, (int)value);

    if (known != NULL)
        mu_text_addf(out, "\"%s\"", known->name);
    else
        mu_text_addf(out, "%" PRId64, value);
}

static void write_number(const ProtobufCMessage *m, const mu_field *f, size_t index,
                         struct mu_text *out)
{
    union mu_scalar value = mu_field_scalar(m, f, index);

    switch (f->type) {
    case PROTOBUF_C_TYPE_BOOL:
        mu_text_add(out, value.u != 0 ? "true" : "false");
        break;
    case PROTOBUF_C_TYPE_ENUM:
        write_enum(f, value.i, out);
        break;
    case PROTOBUF_C_TYPE_UINT64:
        mu_text_addf(out, "\"%" PRIu64 "\"", value.u);
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
        mu_text_addf(out, "\"%" PRId64 "\"", value.i);
        break;
    default: /* 32 bits, of which every JSON reader keeps all */
        mu_text_addf(out, "%" PRId64, value.i);
        break;
    }
}

static void write_value(const ProtobufCMessage *m, const mu_field *f, size_t index,
                        struct mu_text *out)
{
    switch (f->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        write_message(mu_field_sub(m, f, index), out);
        break;
    case PROTOBUF_C_TYPE_STRING:
        mu_json_quote(mu_field_string(m, f, index), out);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        write_base64(mu_field_bytes(m, f, index), out);
        break;
    default:
        write_number(m, f, index, out);
        break;
    }
}

static void write_field(const ProtobufCMessage *m, const mu_field *f, size_t count,
                        struct mu_text *out)
{
    char name[MU_FIELD_NAME_MAX];

    mu_field_camel(f->name, name);
    mu_text_addf(out, "\"%s\":%s", name, mu_field_repeats(f) ? "[" : "");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            mu_text_add(out, ",");
        write_value(m, f, i, out);
    }
    if (mu_field_repeats(f))
        mu_text_add(out, "]");
}

/* Recursion goes as deep as the schema and no deeper: a message holds its unknown fields as bytes,
 * and those are left out, as the mapping says. */
static void write_message(const ProtobufCMessage *m, struct mu_text *out)
{
    const char *comma = "";

    mu_text_add(out, "{");
    for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
        const mu_field *f = &m->descriptor->fields[i];
        size_t count = mu_field_count(m, f);

        if (count == 0)
            continue;
        mu_text_add(out, comma);
        write_field(m, f, count, out);
        comma = ",";
    }
    mu_text_add(out, "}");
}

void mu_event_to_json(const Muster__Event *event, struct mu_text *out)
{
    write_message(&event->base, out);
}
