/* envelope.not_stated: the fields a sender knows he does not know. Room-internal.
 *
 * An entry is the path of a field, "evacuation.persons_moved"; of a repeated message with an index,
 * "evacuation.legs[1].persons", or without one for all of them, "evacuation.legs.persons".
 */
#ifndef MU_WIRE_STATED_H
#define MU_WIRE_STATED_H

#include "proto/wire/path.h"

/* Whether field `name` of the message at `at` is listed. `envelope` may be NULL: nothing is. */
bool mu_stated_not(const Muster__Envelope *envelope, const struct mu_step *at, const char *name);

/* Each entry names a field of the envelope or of this event's kind, and none that is stated after
 * all: who lists a count and writes 0 beside it has said neither. MU_E_BAD_VALUE. */
MU_MUST_USE enum mu_err mu_stated_check(const Muster__Event *event, struct mu_fault *fault);

#endif
