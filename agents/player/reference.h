/* The reference file of an exercise: what the county is (docs/EXERCISE.md).
 *
 * The only place that knows YAML. A file is read whole and checked for form; whether a field exists
 * and takes its value is found out when the object becomes an event (event.h).
 */
#ifndef MU_PLAYER_REFERENCE_H
#define MU_PLAYER_REFERENCE_H

#include "agents/player/hours.h"
#include "agents/player/mistake.h"
#include "proto/base/arena.h"
#include "proto/base/bytes.h"

/* One field of an object: "shelter.capacity_persons" = "700". */
struct mu_pair {
    const char *path;
    const char *value;
    size_t line;
};

struct mu_place_agency {
    const char *code;
    const char *zh, *en;
    const char *roles;     /* "flood_command,coordinator"; "" for none */
    const char *area;      /* home area; NULL: the county's */
    const char *telephone; /* "" when not given */
};

struct mu_place_program {
    const char *agency;
    const char *program;
};

struct mu_place_object {
    size_t line;
    const char *kind;
    const char *by;
    const char *object; /* NULL: none */
    const char *area;   /* NULL: the county's */
    struct mu_pair *pairs;
    size_t pair_count;
};

struct mu_reference {
    const char *county_zh, *county_en;
    const char *area;
    const char *offset;   /* as written: "+08:00" */
    const char *incident; /* NULL: none */
    struct mu_hours hours;
    struct mu_place_agency *agencies;
    size_t agency_count;
    struct mu_place_program *programs;
    size_t program_count;
    struct mu_place_object *objects;
    size_t object_count;
    mu_arena arena; /* holds all of it */
};

/* Read a reference file. `mistake->file` is set by the caller. End with mu_reference_free, also after
 * an error. Errors: MU_E_CONFIG the file is not YAML or not of this form; MU_E_MISSING, MU_E_BAD_VALUE,
 * MU_E_ABSENT (a key nobody knows), MU_E_EXISTS; MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_reference_read(struct mu_bytes text, struct mu_reference *out,
                                          struct mu_mistake *mistake);
void mu_reference_free(struct mu_reference *reference);

/* NULL when there is none. Lent by the reference. */
const struct mu_place_agency *mu_reference_agency(const struct mu_reference *reference,
                                                  const char *code);

#endif
