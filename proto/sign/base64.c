#include "proto/sign/base64.h"

#include <openssl/evp.h>
#include <string.h>

/* Longest value of a note: a key hash and a signature. */
#define VALUE_BYTES_MAX 68u

void mu_base64(const uint8_t *bytes, size_t size, char *out)
{
    EVP_EncodeBlock((unsigned char *)out, bytes, (int)size);
}

/* OpenSSL's decoder forgives blanks and stray bits; what does not encode back to the same text is
 * another spelling, and a note has one. */
enum mu_err mu_unbase64(struct mu_bytes text, uint8_t *out, size_t size)
{
    uint8_t bytes[MU_BASE64_CHARS(VALUE_BYTES_MAX)] = {0};
    char again[MU_BASE64_CHARS(VALUE_BYTES_MAX) + 1];

    MU_CHECK(size <= VALUE_BYTES_MAX);
    if (text.size != MU_BASE64_CHARS(size) || EVP_DecodeBlock(bytes, text.data, (int)text.size) < 0)
        return MU_E_MALFORMED;
    mu_base64(bytes, size, again);
    if (memcmp(again, text.data, text.size) != 0)
        return MU_E_MALFORMED;
    memcpy(out, bytes, size);
    return MU_OK;
}
