/* Who may finish a CURVE handshake: a ZAP handler (RFC 27) in a thread of its own.
 *
 * It admits the keys it was last given and nobody else. That is the outer door only: ZeroMQ asks once
 * per connection, so standing is checked again on every message, by the key the handler put into the
 * connection's User-Id (64 hex digits).
 *
 * The handler must stand before any CURVE socket binds: without one, ZeroMQ lets every key in.
 */
#ifndef MU_DAEMON_ZAP_H
#define MU_DAEMON_ZAP_H

#include "broker/daemon/keyfile.h"

#define MU_ZAP_DOMAIN "muster"

typedef struct mu_zap mu_zap;

/* Gives a handler bound to the context's ZAP endpoint, admitting nobody yet.
 * Errors: MU_E_SYSTEM, MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_zap_open(void *context, mu_zap **out);
/* Call before the context ends. */
void mu_zap_close(mu_zap **zap);

/* From now on these keys and no others; copied. Errors: MU_E_NO_MEMORY (the old ones stay). */
MU_MUST_USE enum mu_err mu_zap_admit(mu_zap *zap, const uint8_t (*keys)[MU_CURVE_KEY_BYTES],
                                     size_t count);

/* Handshakes turned away so far. */
uint64_t mu_zap_refused(const mu_zap *zap);

#endif
