/* One value as people write it, read by the type of its field and the unit in its name.
 * Room-internal; the forms are listed in docs/EXERCISE.md, section "Values". */
#ifndef MU_WIRE_VALUE_H
#define MU_WIRE_VALUE_H

#include "proto/wire/assign.h"
#include "proto/wire/field.h"

/* Which one is set follows from the field's type. */
struct mu_value {
    union mu_scalar scalar;
    char *string;
    ProtobufCBinaryData bytes;
};

/* Read `text`, of `size` bytes, for the field. Strings and bytes are lent by how->arena.
 * Errors: MU_E_BAD_VALUE, MU_E_BAD_TEXT, MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_value_read(const mu_field *f, struct mu_bytes text,
                                      const struct mu_assign *how, struct mu_value *out);

/* Store it at `index` of the field (see mu_field_place). Errors: MU_E_BAD_VALUE when the type cannot
 * hold it, MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_value_put(ProtobufCMessage *m, const mu_field *f, size_t index,
                                     const struct mu_value *value, mu_arena *arena);

/* 14:05, 14:05:30, 2031-07-16T14:05[:30][Z|+08:00], or milliseconds since 1970 (nine digits and more)
 * as UTC milliseconds. */
bool mu_time_read(struct mu_bytes text, const struct mu_assign *how, int64_t *out);
/* A whole number in the field's own unit: "12t" is 12000 for a field in kg. */
bool mu_quantity_read(const char *name, struct mu_bytes text, int64_t *out);

#endif
