/* Short forms: how people write a message-typed field as one word.
 *
 *   Ref            EV-01@v1              EdgeUse       E12, E12:closes, E12:3200-3350:closes
 *   Basis          F1@v1~300             ItemQuantity  quilt:160:piece
 *   Window         14:15-16:45, 14:15-   Number        500:metre, 500
 *   Name           柳林中学               AreaCount     cn/99/01/21/201/201:598
 *   StockLine      quilt:800:piece       ShipmentLine  quilt:700:piece
 *   BedCount       icu:2                 NodePassage   N-SW@14:30
 *   Vehicles       bus:3:12t             ResourceUse   BT-2, M1:30
 *   ToBeTold       HC
 *
 * A short form is nothing but a way of writing several assignments: each part goes to a field of the
 * message through mu_event_assign, so a number or a time reads the same everywhere. A list of them is
 * separated by commas: route=E11,E12.
 */
#ifndef MU_WIRE_SHORTFORM_H
#define MU_WIRE_SHORTFORM_H

#include "proto/base/clock.h"
#include "proto/wire/assign.h"

/* What a path ends at, found in the descriptors alone: the body of `kind` first, then the envelope,
 * then Event itself ("envelope.area", "evacuation.legs[0]"). */
struct mu_shortpath {
    char path[MU_PATH_BYTES_MAX];               /* from Event */
    const ProtobufCFieldDescriptor *descriptor; /* the last field; static */
    bool indexed;                               /* the path ends in [n] */
    const ProtobufCMessageDescriptor *owner;    /* the message the last segment was looked up in */
    size_t at;                                  /* where that segment begins in the path as typed */
};

/* Errors: MU_E_ABSENT no such field (owner and at say which), MU_E_BAD_VALUE a malformed path. */
MU_MUST_USE enum mu_err mu_shortpath_find(uint32_t kind, const char *path,
                                          struct mu_shortpath *out);

/* Whether the message type has a short form; and what one looks like (NULL: none). Static. */
bool mu_shortform_has(const ProtobufCMessageDescriptor *message);
const char *mu_shortform_example(const ProtobufCMessageDescriptor *message);

/* Set a field to `value`: by its short form when it is a message or a list of them, else as
 * mu_event_assign does. Errors: those of mu_event_assign; MU_E_BAD_VALUE also when the message has no
 * short form. */
MU_MUST_USE enum mu_err mu_shortform_set(Muster__Event *event, uint32_t kind, const char *path,
                                         const char *value, const struct mu_assign *how);

#endif
