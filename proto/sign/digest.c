#include "proto/sign/digest.h"

#include "proto/sign/context.h"

/* SHA-256 in memory can only fail for want of it, and then no hash may be made up. */

void mu_sha256(const void *data, size_t size, struct mu_hash *out)
{
    const struct mu_context *c = mu_context();

    MU_CHECK(EVP_DigestInit_ex2(c->digest, c->sha256, NULL) == 1);
    MU_CHECK(size == 0 || EVP_DigestUpdate(c->digest, data, size) == 1);
    MU_CHECK(EVP_DigestFinal_ex(c->digest, out->b, NULL) == 1);
}

void mu_sha256_parts(const struct mu_bytes *parts, size_t count, struct mu_hash *out)
{
    const struct mu_context *c = mu_context();

    MU_CHECK(EVP_DigestInit_ex2(c->digest, c->sha256, NULL) == 1);
    for (size_t i = 0; i < count; i++)
        if (parts[i].size > 0)
            MU_CHECK(EVP_DigestUpdate(c->digest, parts[i].data, parts[i].size) == 1);
    MU_CHECK(EVP_DigestFinal_ex(c->digest, out->b, NULL) == 1);
}
