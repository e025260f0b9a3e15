/* The standard protobuf JSON mapping (lowerCamelCase names, 64-bit numbers as strings, bytes as
 * base64, enums by name), both ways, driven by the descriptors. */
#ifndef MU_WIRE_JSON_H
#define MU_WIRE_JSON_H

#include "proto/base/arena.h"
#include "proto/base/text.h"
#include "proto/wire/event.h"

/* Appends the event as one line of JSON. */
void mu_event_to_json(const Muster__Event *event, struct mu_text *out);
/* Reads one JSON object; accepts lowerCamelCase and the original field names, numbers or strings
 * for 64-bit. Lends from `arena`. */
MU_MUST_USE enum mu_err mu_event_from_json(struct mu_bytes json, mu_arena *arena,
                                           Muster__Event **out, struct mu_fault *fault);

#endif
