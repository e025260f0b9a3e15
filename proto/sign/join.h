/* The secrets of an invitation: the one-time code, the key of the door it opens, and what the four
 * check words are taken from. No word list here: proto/words/check.h.
 */
#ifndef MU_SIGN_JOIN_H
#define MU_SIGN_JOIN_H

#include "proto/sign/key.h"

/* "QH7K-3MZP-9XWD": eleven symbols of chance (55 bits) and one that catches a slip. */
#define MU_CODE_SYMBOLS 12u
#define MU_CODE_BYTES (MU_CODE_SYMBOLS + 3u) /* with its dashes and a NUL */
#define MU_CURVE_SECRET_BYTES 32u
#define MU_CHECK_WORDS 4u

/* A fresh code into `out`. Errors: MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_code_make(char out[MU_CODE_BYTES]);
/* The code as people type it (any case, with or without dashes and blanks, O for 0, I and L for 1) in
 * its one form. Errors: MU_E_BAD_VALUE when it cannot be a code: a slip is found here. */
MU_MUST_USE enum mu_err mu_code_read(const char *typed, char out[MU_CODE_BYTES]);

/* The CURVE pair of the door that this code (in its one form) opens, by scrypt; about 0.1 s and
 * 32 MiB. Whoever holds the code can derive both halves; nobody else can finish a handshake.
 * Errors: MU_E_NO_MEMORY. */
struct mu_door_keys {
    uint8_t secret[MU_CURVE_SECRET_BYTES]; /* wipe it after use */
    uint8_t public[MU_CURVE_SECRET_BYTES];
};
MU_MUST_USE enum mu_err mu_code_keys(const char code[MU_CODE_BYTES], struct mu_door_keys *out);

/* What binds a newcomer to its request before it is asked: a digest of nonce and enrolment. */
void mu_join_commit(const struct mu_hash *nonce, struct mu_bytes enrolment, struct mu_hash *out);
/* What its new key signs, so that nobody enrols a key he does not hold. */
void mu_join_to_sign(struct mu_bytes challenge, const struct mu_hash *nonce,
                     struct mu_bytes enrolment, struct mu_hash *out);
/* The four words, as places in a list of 1,024: of the whole CHALLENGE and the whole REQUEST. */
void mu_join_words(struct mu_bytes challenge, struct mu_bytes request,
                   uint16_t out[MU_CHECK_WORDS]);

#endif
