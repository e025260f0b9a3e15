/* SHA-256, the only digest of version 1. Contexts are made once per thread and reused. */
#ifndef MU_SIGN_DIGEST_H
#define MU_SIGN_DIGEST_H

#include "proto/base/bytes.h"
#include "proto/base/id.h"

void mu_sha256(const void *data, size_t size, struct mu_hash *out);

/* The digest of the parts put one after the other. */
void mu_sha256_parts(const struct mu_bytes *parts, size_t count, struct mu_hash *out);

#endif
