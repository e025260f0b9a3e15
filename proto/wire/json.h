/* The standard protobuf JSON mapping (lowerCamelCase names, 64-bit numbers as strings, bytes as
 * base64, enums by name), both ways, driven by the descriptors. */
#ifndef MU_WIRE_JSON_H
#define MU_WIRE_JSON_H

#include "proto/base/arena.h"
#include "proto/base/text.h"
#include "proto/wire/event.h"

/* An event at its largest, its text escaped and its names spelled out. */
#define MU_JSON_BYTES_MAX ((size_t)2 * 1024 * 1024)

/* Appends the event as one line of JSON; out->cut when it did not fit. */
void mu_event_to_json(const Muster__Event *event, struct mu_text *out);
/* One string of it, quotes and all, for what stands around an event. */
void mu_json_quote(const char *string, struct mu_text *out);
/* Reads one JSON object; accepts lowerCamelCase and the original field names, numbers or strings
 * for 64-bit. Lends from `arena` (mu_event_arena of the text's size will do).
 * Errors, with `fault` saying where: MU_E_MALFORMED not JSON, or a name twice; MU_E_UNKNOWN_FIELD a
 * name the schema does not have; MU_E_BAD_VALUE; MU_E_BAD_TEXT; MU_E_TOO_LARGE; MU_E_TOO_MANY more
 * fields, or more memory, than the bounds. What the kind must state is mu_event_check's matter. */
MU_MUST_USE enum mu_err mu_event_from_json(struct mu_bytes json, mu_arena *arena,
                                           Muster__Event **out, struct mu_fault *fault);

#endif
