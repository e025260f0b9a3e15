/* The door newcomers come in by: a ROUTER of its own, there only while an admin's invitation stands.
 *
 * Its CURVE key is derived from the one-time code on the admin's machine, so only a holder of the code
 * finishes the handshake; musterd gets the key and never the code. What newcomer and admin say to each
 * other is handed on unread, at most MU_JOIN_BYTES_MAX each. One invitation at a time, five wrong
 * codes, one newcomer; it shuts by itself when its time is over or its admin is gone.
 * PROTOCOL, "Joining".
 */
#ifndef MU_DAEMON_JOIN_H
#define MU_DAEMON_JOIN_H

#include <zmq.h>

#include "broker/daemon/inside.h"

#define MU_JOIN_SECONDS_MAX 86400u
#define MU_JOIN_POLL_ITEMS 2

/* A JOIN frame was heard. Errors: a code to say BYE with. */
MU_MUST_USE enum mu_err mu_joining_take(struct mu_daemon *d, struct mu_peer *peer,
                                        const struct mu_join_frame *frame);
/* Fills what must be polled beside the door; how many. */
int mu_joining_poll(const struct mu_daemon *d, zmq_pollitem_t items[MU_JOIN_POLL_ITEMS]);
/* Once a pass: hears the newcomer and the monitor, ends what is over. */
void mu_joining_step(struct mu_daemon *d);
void mu_joining_close(struct mu_daemon *d);

#endif
