/* What people need, and what there is: supply's one sheet, worked out from the picture alone.
 *
 *   need lines   persons by kind × the county's rates × period, reserve where the table says so,
 *                rounded up for each leg (toilets and taps: for each shelter)
 *   own          what a shelter has itself comes off first
 *   stock        of the county's depots, as last counted
 *   short        what is to be sent, less stock and what is firmly promised
 *
 * Unknown stays unknown: a depot nobody counted, a shelter whose own water nobody stated.
 */
#ifndef MU_RULES_NEEDS_H
#define MU_RULES_NEEDS_H

#include "proto/base/arena.h"
#include "proto/picture/picture.h"

/* The sheet that answers the picture as it stands; *out is NULL when nobody needs anything and no
 * sheet was ever given, or when the county has no rates. Changes are told from `last`, or from the
 * picture's sheet when it is NULL. Lent by `arena`; names in it by the picture.
 * Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_needs_sheet(const mu_picture *picture, const Muster__SupplySheet *last,
                                       mu_arena *arena, Muster__SupplySheet **out);

/* Name of the sheet's object: "NEEDS-INC-01" after the first incident, "NEEDS" without one. */
void mu_needs_name(const mu_picture *picture, struct mu_text *out);

#endif
