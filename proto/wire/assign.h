/* Fields by name: `evacuation.legs[0].shelter=S1`, as `muster say` and the reference files set them.
 *
 * Values are read by the field's type and the unit in its name: `_at_ms` takes 14:05, 14:05:30 or
 * ISO 8601; `_min` takes 90, 90min or 1.5h; `_mm` takes 186.50m; `_kg` takes 12t; `_m` takes 5km;
 * `_milli_m3s` takes 260m3/s; `_e7` takes degrees; enums take their short name in lower case; a
 * repeated scalar takes a,b,c; bytes take hex. Nested messages are made on the way. Nothing is rounded:
 * 1.555h is no whole number of minutes and is refused.
 */
#ifndef MU_WIRE_ASSIGN_H
#define MU_WIRE_ASSIGN_H

#include "proto/base/arena.h"
#include "proto/wire/event.h"

struct mu_assign {
    mu_arena *arena;
    int64_t day_ms; /* midnight (local) that 14:05 belongs to, UTC ms */
    int offset_min; /* local time east of UTC */
    struct mu_fault *fault;
};

/* Set `path` in `event`, which mu_event_make or mu_event_from_json made (one that was unpacked is not
 * for changing), to `value`. Path starts at Event; "persons_planned" alone means a field of
 * the body `kind` names, "area" one of the envelope (the body wins when both have it; a message in the
 * body gives way to a plain field of the envelope). A list said again is said anew, legs[n] may be one
 * behind the last, and a list without an index means its first.
 * Errors, with how->fault naming the path as given: MU_E_ABSENT no such field, MU_E_BAD_VALUE,
 * MU_E_BAD_TEXT, MU_E_NO_MEMORY. Messages made on the way stay when the value is refused. */
MU_MUST_USE enum mu_err mu_event_assign(Muster__Event *event, uint32_t kind, const char *path,
                                        const char *value, const struct mu_assign *how);
/* An empty event of `kind`, its body made. Lends from `arena`. Errors: MU_E_NO_KIND, MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_event_make(uint32_t kind, mu_arena *arena, Muster__Event **out);

#endif
