/* One connection to the broker: a DEALER over CURVE and its monitor; no word of the conversation.
 *
 * Nothing in a ZeroMQ queue is counted on: the spool is the queue. So a dead link takes no frames
 * (IMMEDIATE), a send never waits, and closing drops what was not sent (LINGER 0). ZeroMQ
 * reconnects by itself with jitter; after a refused handshake it would not, so the owner closes and
 * opens anew. One ZeroMQ context per process, made with the first connection. Never fork with one.
 */
#ifndef MU_SDK_DEALER_H
#define MU_SDK_DEALER_H

#include "agents/sdk/curve.h"
#include "proto/base/bytes.h"
#include "proto/base/err.h"

typedef struct mu_dealer mu_dealer;

struct mu_dealer_keys {
    const uint8_t *broker; /* MU_CURVE_KEY_BYTES each; lent for the call */
    const uint8_t *secret;
    const uint8_t *public;
};

enum mu_dealer_event {
    MU_DEALER_NOTHING,
    MU_DEALER_UP,       /* handshake done: say HELLO */
    MU_DEALER_DOWN,     /* what was on its way may be lost */
    MU_DEALER_STRANGER, /* the broker does not know this key; close and try later */
};

/* Start to connect. Errors: MU_E_BAD_VALUE for the endpoint, MU_E_BAD_KEY, MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_dealer_open(const char *endpoint, const struct mu_dealer_keys *keys,
                                       mu_dealer **out);
void mu_dealer_close(mu_dealer **dealer);
/* Let what was sent last have this long to leave once it is closed. */
void mu_dealer_linger(mu_dealer *dealer, int linger_ms);

/* The next thing the monitor saw. */
enum mu_dealer_event mu_dealer_event(mu_dealer *dealer);

/* Send one frame. Errors: MU_E_BUSY now is not possible (offline, or the pipe is full);
 * MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_dealer_send(mu_dealer *dealer, struct mu_bytes frame);
/* The same without a copy of the caller's: `size` bytes to be filled, then sent or dropped. */
MU_MUST_USE enum mu_err mu_dealer_prepare(mu_dealer *dealer, size_t size, uint8_t **data);
MU_MUST_USE enum mu_err mu_dealer_send_prepared(mu_dealer *dealer);

/* The next message, lent until the next receive. Errors: MU_E_ABSENT none is here;
 * MU_E_BAD_FRAME a message of several parts, dropped; MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_dealer_receive(mu_dealer *dealer, struct mu_bytes *message);

/* Wait until there is something to receive or see (or, with `to_send`, room to send). */
void mu_dealer_wait(mu_dealer *dealer, int timeout_ms, bool to_send);
/* Whether a receive would find something. The descriptors below do not tell. */
bool mu_dealer_has_more(mu_dealer *dealer);

/* Two descriptors that become readable when something may have happened. Edge by edge: after any
 * call here ask mu_dealer_has_more. */
void mu_dealer_fds(mu_dealer *dealer, int fd[2]);

#endif
