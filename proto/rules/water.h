/* What a plan in a river's zone must have seen of the releases above it. */
#ifndef MU_RULES_WATER_H
#define MU_RULES_WATER_H

#include "proto/rules/judge.h"

/* Releases on record before `version` of the plan was made, whose water meets its people in a zone, and
 * which it does not cite in the version that then stood. What is said of a release afterwards un-clears
 * nothing. Lent by the judgement. */
const struct mu_said **mu_water_uncited(struct mu_judgement *judgement,
                                        const struct mu_object *plan, const struct mu_said *version,
                                        size_t *count);

#endif
