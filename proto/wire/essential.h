/* What each kind must state: the normative table, and what a check asks of it.
 *
 * Room-internal. Rules that follow from a field's name or type (units, enums, areas, identities) are
 * in proto/wire/check.c and bounds.c; here is what cannot be seen from them. The table itself, with
 * the reason for each row, is proto/wire/essential.def.
 */
#ifndef MU_WIRE_ESSENTIAL_H
#define MU_WIRE_ESSENTIAL_H

#include "proto/wire/field.h"

/* A field by its place in the generated struct: a name the schema does not have does not compile. */
struct mu_member {
    const char *name; /* NULL: no such member in this row */
    size_t at;
};

struct mu_essential {
    struct mu_member field;
    struct mu_member or_else; /* this one will do instead */
    struct mu_member only_if; /* the rule holds when this one is there … */
    int only_if_value;        /* … and is this enum value; 0: any */
    bool excusable;           /* being listed in envelope.not_stated will do */
    bool new_version_only;    /* progress, affirmation and withdrawal need not repeat it */
};

struct mu_essentials {
    const mu_message *type;
    const struct mu_essential *rows;
    size_t count;
};

/* The rows about messages of `type`, or NULL. Static. */
const struct mu_essentials *mu_essentials_of(const mu_message *type);
/* All of them, for the stories that hold the table against the schema; NULL past the end. */
const struct mu_essentials *mu_essentials_at(size_t index);

/* Whether the kind speaks about an object that the envelope must name. */
bool mu_kind_needs_object(uint32_t kind);

#endif
