/* Base64 (RFC 4648 section 4), one spelling per value. Only for proto/sign. */
#ifndef MU_SIGN_BASE64_H
#define MU_SIGN_BASE64_H

#include "proto/base/bytes.h"

/* Characters that `size` bytes take, without the NUL. */
#define MU_BASE64_CHARS(size) (((size) + 2) / 3 * 4)

/* Writes the text of `size` bytes and a NUL to `out`. */
void mu_base64(const uint8_t *bytes, size_t size, char *out);
/* The `size` bytes that `text` names. Errors: MU_E_MALFORMED for any other spelling or length. */
MU_MUST_USE enum mu_err mu_unbase64(struct mu_bytes text, uint8_t *out, size_t size);

#endif
