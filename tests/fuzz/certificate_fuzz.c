/* Certificates from outside: whatever the bytes, what is a leaf is no CA, what a CA says is within a
 * clock's range, and nothing signs itself in as another's. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sign/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_bytes der = {data, size};
    struct mu_certificate leaf;
    int64_t until_ms;
    bool is_leaf = mu_certificate_look(der, &leaf) == MU_OK;
    bool is_ca = mu_certificate_authority_look(der, &until_ms) == MU_OK;

    if (is_leaf && (is_ca || size > MU_CERTIFICATE_BYTES_MAX ||
                    memchr(leaf.uri, '\0', sizeof leaf.uri) == NULL))
        abort();
    if (mu_certificate_read(der, der, &leaf) == MU_OK) /* its own issuer, and no CA */
        abort();
    return 0;
}
