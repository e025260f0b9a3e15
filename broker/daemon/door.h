/* The door agents come in by: one ROUTER over CURVE, and the proof that it works as we rely on.
 *
 * ROUTER with mandatory routing and sends that never block; identities are ZeroMQ's own, never the
 * peer's choice. Who a peer is comes from the User-Id of a message's LAST frame: in libzmq 4.3.4 the
 * first one has lost it after a poll.
 */
#ifndef MU_DAEMON_DOOR_H
#define MU_DAEMON_DOOR_H

#include <stddef.h>

#include "broker/daemon/config.h"
#include "broker/daemon/zap.h"

/* ZMQ_ZAP_ENFORCE_DOMAIN: the library knows it, Debian's header leaves it out with the draft API. */
#define MU_OPTION_ZAP_ENFORCE_DOMAIN 93

/* Bind `endpoint` (port 0 or *: any free one) with `curve` as the server's pair. `actual` of
 * MU_ENDPOINT_BYTES_MAX gets where it listens. The caller closes *socket with zmq_close.
 * Errors: MU_E_SYSTEM (errno says why: taken, not allowed, ...). */
MU_MUST_USE enum mu_err mu_door_open(void *context, const char *endpoint,
                                     const struct mu_curve *curve, char *actual, void **socket);

/* Bind a socket whose options stand; `actual` as above. Errors: MU_E_SYSTEM (errno). */
MU_MUST_USE enum mu_err mu_door_bind(void *socket, const char *endpoint, char *actual);

/* The key the peer proved to hold, from a received message part (a zmq_msg_t *).
 * Errors: MU_E_STRANGER when there is none: the message must be dropped unread. */
MU_MUST_USE enum mu_err mu_door_peer(void *part, uint8_t key[MU_CURVE_KEY_BYTES]);

/* Before serving: through a door of its own on the loopback, a key that was not admitted must be
 * refused, and one that was must arrive with its User-Id on the last frame. Leaves the handler's keys
 * empty. Errors: MU_E_NOT_ALLOWED when a stranger got in or nobody could be told apart;
 * MU_E_TIMEOUT, MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_door_prove(void *context, mu_zap *zap);

#endif
