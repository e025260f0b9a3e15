/* A set of kinds, by their number in Event. Only for proto/authority. */
#ifndef MU_AUTHORITY_KINDS_H
#define MU_AUTHORITY_KINDS_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers go in blocks by family and end at 175 today (proto/schema/event.proto). */
#define MU_KINDS_MAX 256u

struct mu_kinds {
    uint64_t bit[MU_KINDS_MAX / 64];
};

static inline void mu_kinds_add(struct mu_kinds *kinds, uint32_t kind)
{
    if (kind < MU_KINDS_MAX)
        kinds->bit[kind / 64] |= UINT64_C(1) << kind % 64;
}

static inline bool mu_kinds_have(const struct mu_kinds *kinds, uint32_t kind)
{
    return kind < MU_KINDS_MAX && (kinds->bit[kind / 64] >> kind % 64 & 1) != 0;
}

static inline bool mu_kinds_empty(const struct mu_kinds *kinds)
{
    return (kinds->bit[0] | kinds->bit[1] | kinds->bit[2] | kinds->bit[3]) == 0;
}

/* Those of `kinds` that speak of what the county is (144..159), or only the others. A county names
 * depots and parties outside itself, so these two are granted for different areas. */
struct mu_kinds mu_kinds_part(const struct mu_kinds *kinds, bool reference);

/* Every kind that a grant may give: all but those of the roster and of the record itself. */
struct mu_kinds mu_kinds_grantable(void);

#endif
