/* Ed25519 keys (RFC 8032). Private keys live in PKCS#8 PEM, as every tool reads them.
 *
 * No file is touched here: callers hand PEM text in and get it out. Private material is wiped when
 * a handle closes.
 */
#ifndef MU_SIGN_KEY_H
#define MU_SIGN_KEY_H

#include "proto/base/bytes.h"
#include "proto/base/id.h"

#define MU_ALGORITHM_ED25519_SHA256 1u /* 2 is kept for SM2 with SM3 */
#define MU_PUBLIC_BYTES 32u
#define MU_SIGNATURE_BYTES 64u
#define MU_KEY_PEM_MAX 512u

struct mu_public {
    uint8_t b[MU_PUBLIC_BYTES];
};

typedef struct mu_key mu_key;           /* can sign */
typedef struct mu_verifier mu_verifier; /* can check; keeps the parsed public key */

/* Gives a fresh key / the key in `pem`. Errors: MU_E_BAD_KEY, MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_key_make(mu_key **out);
MU_MUST_USE enum mu_err mu_key_from_pem(const char *pem, mu_key **out);
/* Writes the PEM, NUL-terminated, to `pem` of MU_KEY_PEM_MAX bytes. Wipe it after use. */
MU_MUST_USE enum mu_err mu_key_to_pem(const mu_key *key, char *pem);
void mu_key_public(const mu_key *key, struct mu_public *out);
MU_MUST_USE enum mu_err mu_key_sign(const mu_key *key, struct mu_bytes message,
                                    uint8_t signature[MU_SIGNATURE_BYTES]);
void mu_key_close(mu_key **key);

/* First 16 bytes of the SHA-256 of the raw public key: an agent's id (its first key), a key's id. */
struct mu_agent_id mu_public_id(const struct mu_public *key);

/* Gives a verifier. Any thread may use it, several at once. Errors: MU_E_NO_MEMORY; MU_E_BAD_KEY,
 * also for the few points of small order, whose owner could deny what he signed. */
MU_MUST_USE enum mu_err mu_verifier_open(const struct mu_public *key, mu_verifier **out);
/* The key it checks with, and that key's id. Lent until it is closed. */
const struct mu_public *mu_verifier_public(const mu_verifier *v);
const struct mu_agent_id *mu_verifier_id(const mu_verifier *v);
/* Gives another handle on the same parsed key. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_verifier_copy(const mu_verifier *v, mu_verifier **out);
/* Errors: MU_E_PROOF when the signature does not fit. */
MU_MUST_USE enum mu_err mu_verifier_check(const mu_verifier *v, struct mu_bytes message,
                                          const uint8_t signature[MU_SIGNATURE_BYTES]);
void mu_verifier_close(mu_verifier **v);

/* Fills `out` with random bytes from the system. Errors: MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_random(void *out, size_t size);
/* Overwrites secrets so that the compiler cannot leave them. */
void mu_wipe(void *data, size_t size);

#endif
