/* The scan: what stands between a stranger's bytes and protobuf-c.
 *
 * protobuf-c recurses without limit, merges repeated singular messages (32 times the memory), keeps
 * unknown fields at 24 times their size and takes any bytes for text. So every field is looked at
 * here first, without recursion and without memory, against the descriptors: one frame per level on
 * a fixed stack. What passes here, protobuf-c unpacks; the fuzz target holds us to it.
 */
#include <string.h>

#include "proto/base/text.h"
#include "proto/wire/event.h"
#include "proto/wire/path.h"

/* No message of the schema has more fields; a story in tests/wire walks them all. */
#define FIELDS_SEEN_MAX 128u
#define VARINT_BYTES_MAX 10u
/* protobuf-c reads no more than this of a tag or a length. */
#define SHORT_VARINT_BYTES_MAX 5u

enum wire_type { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct frame {
    const mu_message *type;
    const uint8_t *begin, *end;
    uint64_t seen[FIELDS_SEEN_MAX / 64];
    bool oneof_seen;
    /* the field being looked at */
    const uint8_t *tag_at;
    const mu_field *field; /* NULL: unknown */
    uint32_t number;
};

struct scan {
    const uint8_t *at;
    unsigned depth; /* frames in use */
    uint32_t fields, unknown;
    struct mu_topic *topic;
    struct frame frames[MU_DEPTH_MAX];
};

/* ---- numbers ---- */

static bool read_long_varint(const uint8_t **at, const uint8_t *end, size_t bytes_max,
                             uint64_t *out)
{
    const uint8_t *p = *at;
    uint64_t value = 0;

    for (size_t i = 0; i < bytes_max && p < end; i++) {
        uint8_t byte = *p++;

        value |= (uint64_t)(byte & 0x7Fu) << (7 * i);
        if (byte < 0x80) {
            *at = p;
            *out = value;
            return i < VARINT_BYTES_MAX - 1 || byte <= 1;
        }
    }
    return false;
}

/* A varint of at most `bytes_max` bytes, ending before `end`. Ten bytes carry 70 bits: what does
 * not fit into 64 was not written by an encoder. Nearly all are one byte long. */
static inline bool read_varint(const uint8_t **at, const uint8_t *end, size_t bytes_max,
                               uint64_t *out)
{
    if (*at < end && **at < 0x80) {
        *out = *(*at)++;
        return true;
    }
    return read_long_varint(at, end, bytes_max, out);
}

/* Whether protobuf-c will read the number that was sent. It would cut a longer one down to
 * 32 bits, and so read another number than was signed. */
static bool fits(const mu_field *f, uint64_t value)
{
    union mu_scalar v = {.u = value};

    switch (f->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return value <= 1;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_SINT32: /* zigzag: 32 bits before and after */
        return value <= UINT32_MAX;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_ENUM:
        return v.i >= INT32_MIN && v.i <= INT32_MAX;
    default:
        return true;
    }
}

/* ---- what the schema says ---- */

/* Most messages number their fields from 1 without a gap: then the number is the index. */
static inline const mu_field *find_field(const mu_message *type, uint32_t number)
{
    if (type->n_field_ranges == 1 && type->field_ranges[0].start_value == 1)
        return number <= type->n_fields ? &type->fields[number - 1] : NULL;
    return mu_field_numbered(type, number);
}

static enum wire_type wire_of(const mu_field *f)
{
    static const uint8_t wires[] = {
        [PROTOBUF_C_TYPE_SFIXED32] = WIRE_32,   [PROTOBUF_C_TYPE_FIXED32] = WIRE_32,
        [PROTOBUF_C_TYPE_FLOAT] = WIRE_32,      [PROTOBUF_C_TYPE_SFIXED64] = WIRE_64,
        [PROTOBUF_C_TYPE_FIXED64] = WIRE_64,    [PROTOBUF_C_TYPE_DOUBLE] = WIRE_64,
        [PROTOBUF_C_TYPE_STRING] = WIRE_BYTES,  [PROTOBUF_C_TYPE_BYTES] = WIRE_BYTES,
        [PROTOBUF_C_TYPE_MESSAGE] = WIRE_BYTES,
    };

    return (enum wire_type)wires[f->type];
}

static bool is_packable(const mu_field *f)
{
    return mu_field_repeats(f) && wire_of(f) != WIRE_BYTES;
}

static bool is_seen(const struct frame *frame, size_t index)
{
    return (frame->seen[index / 64] >> (index % 64) & 1) != 0;
}

/* Two members of one oneof: protobuf-c would keep the last and the reader would never know. */
static bool is_second_of_oneof(const struct frame *frame, const mu_field *f)
{
    if (!mu_field_in_oneof(f) || !frame->oneof_seen)
        return false;
    for (size_t i = 0; i < frame->type->n_fields; i++) {
        const mu_field *other = &frame->type->fields[i];

        if (mu_field_in_oneof(other) && other->quantifier_offset == f->quantifier_offset &&
            is_seen(frame, i))
            return true;
    }
    return false;
}

/* A singular field twice is refused, not merged. */
static enum mu_err mark_seen(struct frame *frame)
{
    const mu_field *f = frame->field;
    size_t index = (size_t)(f - frame->type->fields);

    if (mu_field_repeats(f))
        return MU_OK;
    MU_CHECK(index < FIELDS_SEEN_MAX);
    if (is_seen(frame, index) || is_second_of_oneof(frame, f))
        return MU_E_MALFORMED;
    frame->seen[index / 64] |= UINT64_C(1) << (index % 64);
    frame->oneof_seen = frame->oneof_seen || mu_field_in_oneof(f);
    return MU_OK;
}

/* ---- the topic ---- */

/* Final, like all field numbers; a story in tests/wire reads them against the descriptors. */
enum { FIRST_KIND = 16 };
enum {
    ENVELOPE_INCIDENT = 1,
    ENVELOPE_AREA = 2,
    ENVELOPE_OBJECT = 3,
    ENVELOPE_VERSION = 4,
    ENVELOPE_STATUS = 5,
    ENVELOPE_AGENCY = 7,
    ENVELOPE_SEVERITY = 15,
};

static void note_number(struct mu_topic *topic, uint32_t number, uint64_t value)
{
    if (number == ENVELOPE_VERSION)
        topic->version = (uint32_t)value;
    else if (number == ENVELOPE_STATUS)
        topic->status = (uint32_t)value;
    else if (number == ENVELOPE_SEVERITY)
        topic->severity = (uint32_t)value;
}

static void note_bytes(struct mu_topic *topic, uint32_t number, struct mu_bytes value)
{
    if (number == ENVELOPE_INCIDENT)
        topic->incident = value;
    else if (number == ENVELOPE_AREA)
        topic->area = value;
    else if (number == ENVELOPE_OBJECT)
        topic->object = value;
    else if (number == ENVELOPE_AGENCY)
        topic->agency = value;
}

/* Whether somebody asked and the frame is of this type. */
static bool wants_topic(const struct scan *scan, const struct frame *frame, const mu_message *type)
{
    return scan->topic != NULL && frame->type == type;
}

/* ---- fields ---- */

static enum mu_err scan_number(struct scan *scan, struct frame *frame)
{
    uint64_t value;

    if (!read_varint(&scan->at, frame->end, VARINT_BYTES_MAX, &value))
        return MU_E_MALFORMED;
    if (frame->field == NULL)
        return MU_OK;
    if (!fits(frame->field, value))
        return MU_E_BAD_VALUE;
    if (wants_topic(scan, frame, &muster__envelope__descriptor))
        note_number(scan->topic, frame->number, value);
    return MU_OK;
}

static enum mu_err scan_fixed(struct scan *scan, const struct frame *frame, size_t size)
{
    if ((size_t)(frame->end - scan->at) < size)
        return MU_E_MALFORMED;
    scan->at += size;
    return MU_OK;
}

/* Repeated numbers in one piece. Each counts as a field: they cost as much once unpacked. */
static enum mu_err scan_packed(struct scan *scan, const struct frame *frame,
                               struct mu_bytes content)
{
    enum wire_type wire = wire_of(frame->field);
    const uint8_t *at = content.data, *end = content.data + content.size;
    uint64_t value;

    while (at < end) {
        if (++scan->fields > MU_FIELDS_MAX)
            return MU_E_TOO_MANY;
        if (wire != WIRE_VARINT) {
            size_t size = wire == WIRE_64 ? 8 : 4;

            if ((size_t)(end - at) < size)
                return MU_E_MALFORMED;
            at += size;
        } else if (!read_varint(&at, end, VARINT_BYTES_MAX, &value)) {
            return MU_E_MALFORMED;
        } else if (!fits(frame->field, value)) {
            return MU_E_BAD_VALUE;
        }
    }
    return MU_OK;
}

static enum mu_err enter(struct scan *scan, const mu_message *type, struct mu_bytes content)
{
    if (scan->depth == MU_DEPTH_MAX)
        return MU_E_TOO_DEEP;
    scan->frames[scan->depth++] =
        (struct frame){.type = type, .begin = content.data, .end = content.data + content.size};
    scan->at = content.data;
    return MU_OK;
}

/* An unknown field is kept as bytes and never walked into. Yet when it is nothing but a message in a
 * message in a message, no newer sender wrote it: say so by the right name. */
static bool is_deep_nest(struct mu_bytes content)
{
    const uint8_t *at = content.data, *end = content.data + content.size;
    uint64_t tag, size;

    for (unsigned depth = 1; depth < MU_DEPTH_MAX; depth++) {
        if (!read_varint(&at, end, SHORT_VARINT_BYTES_MAX, &tag) || (tag & 7) != WIRE_BYTES ||
            tag >> 3 == 0)
            return false;
        if (!read_varint(&at, end, SHORT_VARINT_BYTES_MAX, &size) || size != (size_t)(end - at))
            return false;
    }
    return true;
}

static enum mu_err scan_content(struct scan *scan, const struct frame *frame,
                                struct mu_bytes content)
{
    const mu_field *f = frame->field;

    if (f == NULL)
        return is_deep_nest(content) ? MU_E_TOO_DEEP : MU_OK;
    if (f->type == PROTOBUF_C_TYPE_MESSAGE) {
        if (frame->number >= FIRST_KIND && wants_topic(scan, frame, &muster__event__descriptor))
            scan->topic->kind = frame->number;
        return enter(scan, mu_field_message(f), content);
    }
    if (is_packable(f))
        return scan_packed(scan, frame, content);
    if (f->type == PROTOBUF_C_TYPE_STRING && !mu_utf8_ok(content.data, content.size))
        return MU_E_BAD_TEXT;
    if (wants_topic(scan, frame, &muster__envelope__descriptor))
        note_bytes(scan->topic, frame->number, content);
    return MU_OK;
}

static enum mu_err scan_bytes(struct scan *scan, const struct frame *frame)
{
    struct mu_bytes content;
    uint64_t size;

    if (!read_varint(&scan->at, frame->end, SHORT_VARINT_BYTES_MAX, &size) ||
        size > (size_t)(frame->end - scan->at))
        return MU_E_MALFORMED;
    content = (struct mu_bytes){scan->at, (size_t)size};
    scan->at += size;
    return scan_content(scan, frame, content);
}

/* Read the tag at scan->at into the frame and find its field. */
static enum mu_err read_tag(struct scan *scan, struct frame *frame, enum wire_type *wire)
{
    uint64_t tag;

    frame->tag_at = scan->at;
    frame->field = NULL;
    frame->number = 0;
    if (!read_varint(&scan->at, frame->end, SHORT_VARINT_BYTES_MAX, &tag) || tag > UINT32_MAX ||
        tag >> 3 == 0)
        return MU_E_MALFORMED;
    *wire = (enum wire_type)(tag & 7);
    frame->number = (uint32_t)(tag >> 3);
    frame->field = find_field(frame->type, frame->number);
    return MU_OK;
}

/* Bounds and form of the field just named, before its value is looked at. */
static enum mu_err admit_field(struct scan *scan, struct frame *frame, enum wire_type wire)
{
    if (++scan->fields > MU_FIELDS_MAX)
        return MU_E_TOO_MANY;
    if (frame->field == NULL)
        return ++scan->unknown > MU_UNKNOWN_FIELDS_MAX ? MU_E_UNKNOWN_FIELD : MU_OK;
    if (wire != wire_of(frame->field) && !(wire == WIRE_BYTES && is_packable(frame->field)))
        return MU_E_MALFORMED;
    return mark_seen(frame);
}

static enum mu_err scan_field(struct scan *scan)
{
    struct frame *frame = &scan->frames[scan->depth - 1];
    enum wire_type wire;
    enum mu_err err = read_tag(scan, frame, &wire);

    if (err == MU_OK)
        err = admit_field(scan, frame, wire);
    if (err != MU_OK)
        return err;
    switch (wire) {
    case WIRE_VARINT:
        return scan_number(scan, frame);
    case WIRE_64:
        return scan_fixed(scan, frame, 8);
    case WIRE_BYTES:
        return scan_bytes(scan, frame);
    case WIRE_32:
        return scan_fixed(scan, frame, 4);
    default: /* groups (3, 4) and what nobody ever defined (6, 7) */
        return MU_E_MALFORMED;
    }
}

/* ---- where it went wrong ---- */

/* How often the field stood in its message before. What lies before it was scanned already. */
static size_t occurrences_before(const struct frame *frame)
{
    const uint8_t *at = frame->begin;
    size_t count = 0;
    uint64_t tag, value;

    while (at < frame->tag_at) {
        if (!read_varint(&at, frame->end, SHORT_VARINT_BYTES_MAX, &tag))
            break;
        count += tag >> 3 == frame->number;
        if ((tag & 7) == WIRE_64 || (tag & 7) == WIRE_32)
            at += (tag & 7) == WIRE_64 ? 8 : 4;
        else if (!read_varint(&at, frame->end, VARINT_BYTES_MAX, &value))
            break;
        else if ((tag & 7) == WIRE_BYTES)
            at += value;
    }
    return count;
}

static enum mu_err refuse(const struct scan *scan, enum mu_err code, struct mu_fault *fault)
{
    struct mu_step steps[MU_DEPTH_MAX];
    const struct mu_step *last = NULL;
    char number[16] = "";

    for (unsigned i = 0; i < scan->depth; i++) {
        const struct frame *frame = &scan->frames[i];

        if (frame->field == NULL) {
            struct mu_text text = mu_text(number, sizeof number);

            if (frame->number != 0)
                mu_text_addf(&text, "%u", (unsigned)frame->number);
            break;
        }
        steps[i] = (struct mu_step){last, frame->field, MU_NO_INDEX};
        if (mu_field_repeats(frame->field) && !is_packable(frame->field))
            steps[i].index = occurrences_before(frame);
        last = &steps[i];
    }
    return mu_fault_at(fault, code, last, number[0] != '\0' ? number : NULL);
}

enum mu_err mu_event_scan(struct mu_bytes body, struct mu_topic *topic, struct mu_fault *fault)
{
    struct scan scan;
    enum mu_err err;

    mu_fault_clear(fault);
    if (topic != NULL)
        *topic = (struct mu_topic){.kind = 0};
    if (body.size > MU_EVENT_BYTES_MAX)
        return mu_fault_at(fault, MU_E_TOO_LARGE, NULL, NULL);
    if (body.size == 0)
        return MU_OK;
    scan.depth = 0;
    scan.fields = scan.unknown = 0;
    scan.topic = topic;
    err = enter(&scan, &muster__event__descriptor, body);
    while (err == MU_OK && scan.depth > 0) {
        if (scan.at == scan.frames[scan.depth - 1].end) {
            scan.depth--;
            continue;
        }
        err = scan_field(&scan);
    }
    if (err != MU_OK)
        return refuse(&scan, err, fault);
    return MU_OK;
}
