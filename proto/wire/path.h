/* Where in a message something is wrong: "evacuation.legs[2].shelter".
 *
 * A walk keeps one step per level on its own stack, each pointing at the one above; nothing is
 * written until there is a fault.
 */
#ifndef MU_WIRE_PATH_H
#define MU_WIRE_PATH_H

#include "proto/base/text.h"
#include "proto/wire/field.h"

struct mu_step {
    const struct mu_step *up; /* NULL: the field stands in the Event itself */
    const mu_field *field;
    size_t index; /* of a repeated field; MU_NO_INDEX: the field as a whole */
};
#define MU_NO_INDEX SIZE_MAX

/* The path down to `last` (NULL: none), and `more` (NULL: none) behind a dot. */
void mu_path_write(const struct mu_step *last, const char *more, struct mu_text *out);

/* Fill `fault` (NULL: nobody asks) and hand back `code`, so that a check reads
 * return mu_fault_at(fault, MU_E_MISSING, step, "population_kind"); */
enum mu_err mu_fault_at(struct mu_fault *fault, enum mu_err code, const struct mu_step *last,
                        const char *more);
/* No fault so far. */
void mu_fault_clear(struct mu_fault *fault);

#endif
