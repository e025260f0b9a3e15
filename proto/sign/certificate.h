/* X.509 certificates (RFC 5280) with Ed25519 keys (RFC 8410): the county's CA.
 *
 * A certificate is read once, at enrolment; afterwards only the roster counts.
 */
#ifndef MU_SIGN_CERTIFICATE_H
#define MU_SIGN_CERTIFICATE_H

#include "proto/sign/key.h"

/* An Ed25519 certificate with one long name takes about 400 bytes. */
#define MU_CERTIFICATE_BYTES_MAX 1024u
#define MU_CERTIFICATE_URI_MAX 256u
#define MU_CERTIFICATE_CURVE_BYTES 32u

/* A self-signed CA certificate for `county` (UTF-8, cut at 64 characters as X.520 has it), as DER in
 * `der` of MU_CERTIFICATE_BYTES_MAX; *size gets its length. Times are ms since 1970.
 * Errors: MU_E_BAD_KEY, MU_E_NO_MEMORY, MU_E_BAD_VALUE. */
MU_MUST_USE enum mu_err mu_certificate_authority(const mu_key *key, const char *county,
                                                 int64_t from_ms, int64_t until_ms, uint8_t *der,
                                                 size_t *size);

/* Whether this is a CA's own certificate, as above, and until when it is good.
 * Errors: MU_E_BAD_VALUE it is none, or not whole. */
MU_MUST_USE enum mu_err mu_certificate_authority_look(struct mu_bytes der, int64_t *until_ms);
/* Whether `ca` is the key of the CA with this certificate. */
bool mu_certificate_is_of(struct mu_bytes authority, const mu_key *ca);

/* Who a leaf certificate is for. Lent for the call. */
struct mu_certificate_subject {
    const struct mu_public *key;
    const uint8_t
        *curve; /* MU_CERTIFICATE_CURVE_BYTES: written into the subject as its serial number */
    const char *agency; /* the organisation; cut at 64 characters like the name */
    const char *name;   /* for people */
    const char *area;   /* the county's code path: "cn/99/01/21" */
    int64_t from_ms, until_ms;
};

/* What a leaf certificate says. */
struct mu_certificate {
    struct mu_public key;
    uint8_t curve[MU_CERTIFICATE_CURVE_BYTES];
    char uri[MU_CERTIFICATE_URI_MAX]; /* "spiffe://cn.99.01.21/agent/HEX" */
    int64_t from_ms, until_ms;
};

/* The SPIFFE identity of an agent: its county's code path with dots, and its id. */
void mu_certificate_uri(const char *area, const struct mu_agent_id *agent,
                        char out[MU_CERTIFICATE_URI_MAX]);

/* A leaf certificate by the CA, whose own certificate is `authority`. `der` and *size as above.
 * Errors: MU_E_BAD_KEY when the key is not that CA's; MU_E_BAD_VALUE, MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_certificate_issue(const mu_key *ca, struct mu_bytes authority,
                                             const struct mu_certificate_subject *subject,
                                             uint8_t *der, size_t *size);

/* Reads a leaf certificate that this CA has signed; times are told, not judged.
 * Errors: MU_E_BAD_VALUE it is none of ours, or not whole; MU_E_PROOF another's signature. */
MU_MUST_USE enum mu_err mu_certificate_read(struct mu_bytes der, struct mu_bytes authority,
                                            struct mu_certificate *out);
/* The same without asking who signed it: for showing what stands in the record already. */
MU_MUST_USE enum mu_err mu_certificate_look(struct mu_bytes der, struct mu_certificate *out);

#endif
