/* Event bodies: from bytes to checked structures and back, and to JSON.
 *
 * Order matters and is kept here: scan (iterative, bounded) before protobuf-c sees a byte, then
 * unpack into a bounded arena, then the table of what a kind must state.
 */
#ifndef MU_WIRE_EVENT_H
#define MU_WIRE_EVENT_H

#include "proto/base/arena.h"
#include "proto/base/bytes.h"
#include "proto/base/limits.h"
#include "proto/schema/event.pb-c.h"

#define MU_PATH_BYTES_MAX 96u

/* Where it is wrong and how: sentence and remedy come from the code (proto/base/err.h). Every call
 * here takes NULL for it, too. */
struct mu_fault {
    enum mu_err code;
    char path[MU_PATH_BYTES_MAX]; /* such as "evacuation.population_kind"; "" for the whole */
};

/* Everything a filter, a lane and a grant ask about, read by the scan without unpacking. */
struct mu_topic {
    uint32_t kind;        /* field number of the body in Event; 0: none */
    struct mu_bytes area; /* lent by the body; empty when absent */
    struct mu_bytes agency;
    struct mu_bytes incident;
    struct mu_bytes object;
    uint32_t version;
    uint32_t severity; /* enum value; 0 when absent */
    uint32_t status;
};

/* Bounds, wire types, UTF-8 and nesting against the schema, without recursion or memory.
 * Fills `topic` when not NULL. Errors: the MU_E_ codes 101..109; `fault` says where. */
MU_MUST_USE enum mu_err mu_event_scan(struct mu_bytes body, struct mu_topic *topic,
                                      struct mu_fault *fault);

/* Scan, then unpack into `arena` (lends until the arena is reset). Errors: those of the scan;
 * MU_E_TOO_MANY at the arena's limit; MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_event_unpack(struct mu_bytes body, mu_arena *arena,
                                        const Muster__Event **out, struct mu_fault *fault);
/* An arena fit for unpacking `body`: 16 times its size and 64 KiB, at most 4 MiB. */
mu_arena mu_event_arena(size_t body_size);

/* What the kind must state, and in which bounds: proto/wire/essential.def is the list. A field listed
 * in envelope.not_stated counts as stated where the list says so. The first fault found is the one
 * reported. Errors: MU_E_NO_KIND, MISSING, BAD_VALUE, BAD_AREA, BAD_REF. */
MU_MUST_USE enum mu_err mu_event_check(const Muster__Event *event, struct mu_fault *fault);

/* Packed size; packing. `out` must hold mu_event_size bytes. */
size_t mu_event_size(const Muster__Event *event);
size_t mu_event_pack(const Muster__Event *event, uint8_t *out);

/* Kinds: number, name, the lane that kind and severity fix (DESIGN of lanes: docs/PROTOCOL.md). */
uint32_t mu_kind_number(const char *name); /* 0 when unknown */
const char *mu_kind_name(uint32_t number); /* NULL when unknown */
uint32_t mu_kind_of(const Muster__Event *event);
uint8_t mu_kind_lane(uint32_t kind, uint32_t severity);
/* Kinds only the broker or an admin may publish. */
bool mu_kind_is_system(uint32_t kind);
bool mu_kind_is_roster(uint32_t kind);

#endif
