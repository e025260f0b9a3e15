/* X.509 certificates (RFC 5280) with Ed25519 keys (RFC 8410): the county's CA.
 *
 * A certificate is read once, at enrolment; afterwards only the roster counts.
 */
#ifndef MU_SIGN_CERTIFICATE_H
#define MU_SIGN_CERTIFICATE_H

#include "proto/sign/key.h"

/* An Ed25519 certificate with one long name takes about 400 bytes. */
#define MU_CERTIFICATE_BYTES_MAX 1024u

/* A self-signed CA certificate for `county` (UTF-8, cut at 64 characters as X.520 has it), as DER in
 * `der` of MU_CERTIFICATE_BYTES_MAX; *size gets its length. Times are ms since 1970.
 * Errors: MU_E_BAD_KEY, MU_E_NO_MEMORY, MU_E_BAD_VALUE. */
MU_MUST_USE enum mu_err mu_certificate_authority(const mu_key *key, const char *county,
                                                 int64_t from_ms, int64_t until_ms, uint8_t *der,
                                                 size_t *size);

#endif
