/* Rules that follow from a field's name and type alone, whatever message it stands in. Room-internal. */
#ifndef MU_WIRE_BOUNDS_H
#define MU_WIRE_BOUNDS_H

#include "proto/wire/field.h"

/* Whether the value at `index` keeps the bounds its field's name and type set.
 * MU_E_BAD_VALUE, MU_E_BAD_AREA. */
MU_MUST_USE enum mu_err mu_bounds_check(const ProtobufCMessage *m, const mu_field *f, size_t index);

/* What a present field obliges its message to say beside it. */
enum mu_obliges {
    MU_OBLIGES_NOTHING = 0,
    MU_OBLIGES_POPULATION = 1, /* a count of persons: population_kind */
    MU_OBLIGES_DATUM = 2,      /* a stage or level: datum */
    MU_OBLIGES_POSITION = 4,   /* a point: coordinate_system */
    MU_OBLIGES_ITEM = 8,       /* a quantity: item and unit */
};
unsigned mu_bounds_obliges(const mu_field *f);

bool mu_name_begins(const char *name, const char *with);
bool mu_name_ends(const char *name, const char *with);

#endif
