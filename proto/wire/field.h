/* Any field of any message, by its descriptor: what scan, check, JSON and assign all walk on.
 *
 * Room-internal: other rooms read the generated structs. Nothing here allocates but the two calls
 * that take an arena.
 */
#ifndef MU_WIRE_FIELD_H
#define MU_WIRE_FIELD_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "proto/base/arena.h"
#include "proto/base/bytes.h"
#include "proto/wire/event.h"

typedef ProtobufCFieldDescriptor mu_field;
typedef ProtobufCMessageDescriptor mu_message;

/* A scalar as its 64 bits: signed kinds sign-extended, bool and enum as numbers. */
union mu_scalar {
    int64_t i;
    uint64_t u;
};

/* The field numbered `number`, or NULL. */
const mu_field *mu_field_numbered(const mu_message *type, uint32_t number);
/* The field called so, or NULL. `camel`: also by its lowerCamelCase name, as JSON has it. */
const mu_field *mu_field_named(const mu_message *type, struct mu_bytes name, bool camel);
/* lowerCamelCase of a field's name into `out`; names fit MU_FIELD_NAME_MAX. */
#define MU_FIELD_NAME_MAX 64u
void mu_field_camel(const char *name, char out[MU_FIELD_NAME_MAX]);

static inline bool mu_field_repeats(const mu_field *f)
{
    return f->label == PROTOBUF_C_LABEL_REPEATED;
}

static inline bool mu_field_in_oneof(const mu_field *f)
{
    return (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

static inline const mu_message *mu_field_message(const mu_field *f)
{
    return f->descriptor;
}

static inline bool mu_field_is_pointer(const mu_field *f)
{
    return f->type == PROTOBUF_C_TYPE_STRING || f->type == PROTOBUF_C_TYPE_MESSAGE;
}

/* has_… of a singular number, or which member of its oneof is set. */
static inline uint32_t mu_field_quantifier(const ProtobufCMessage *m, const mu_field *f)
{
    return *(const uint32_t *)(const void *)((const char *)m + f->quantifier_offset);
}

/* How often the field is there: 0 or 1 for a singular one. In line, because a check asks it of every
 * field of every message. */
static inline size_t mu_field_count(const ProtobufCMessage *m, const mu_field *f)
{
    if (mu_field_repeats(f))
        return *(const size_t *)(const void *)((const char *)m + f->quantifier_offset);
    if (mu_field_in_oneof(f) && mu_field_quantifier(m, f) != f->id)
        return 0;
    if (mu_field_is_pointer(f))
        return *(void *const *)(const void *)((const char *)m + f->offset) != NULL;
    return mu_field_in_oneof(f) || mu_field_quantifier(m, f) != 0;
}
/* The value at `index` (0 for a singular field), which must be there. Lent by the message. */
const void *mu_field_at(const ProtobufCMessage *m, const mu_field *f, size_t index);
union mu_scalar mu_field_scalar(const ProtobufCMessage *m, const mu_field *f, size_t index);
const char *mu_field_string(const ProtobufCMessage *m, const mu_field *f, size_t index);
struct mu_bytes mu_field_bytes(const ProtobufCMessage *m, const mu_field *f, size_t index);
ProtobufCMessage *mu_field_sub(const ProtobufCMessage *m, const mu_field *f, size_t index);

/* Room for the value at `index`, to be written next: of a singular field (its oneof is switched to
 * it), or of a repeated one at or just behind its end. A list is lengthened only if it was made by
 * this call: one that protobuf-c unpacked has no room to grow into. Lends; NULL when the arena is
 * out. */
void *mu_field_place(ProtobufCMessage *m, const mu_field *f, size_t index, mu_arena *arena);
/* An empty message, or NULL when the arena is out. */
ProtobufCMessage *mu_message_make(const mu_message *type, mu_arena *arena);
/* Forget the field. */
void mu_field_clear(ProtobufCMessage *m, const mu_field *f);
/* The member of f's oneof that is set, or NULL. */
const mu_field *mu_field_oneof_set(const ProtobufCMessage *m, const mu_field *f);

/* Write a scalar at `place`; false when the field's type cannot hold it. */
bool mu_field_put_scalar(const mu_field *f, void *place, union mu_scalar value);
bool mu_field_is_signed(const mu_field *f);

#endif
