/* The identities everything else is named by, and their printed forms. */
#ifndef MU_BASE_ID_H
#define MU_BASE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/err.h"

/* A SHA-256 value: log id, author leaf, log leaf, root. All zeros means "none". */
struct mu_hash {
    uint8_t b[32];
};

/* An agent (or key): the first 16 bytes of the SHA-256 of its first (or that) public key. */
struct mu_agent_id {
    uint8_t b[16];
};

/* A place in the record. A bare number is never enough: a restored broker opens a new epoch. */
struct mu_position {
    struct mu_hash log;
    uint32_t epoch;
    uint64_t number;
};

bool mu_hash_equal(const struct mu_hash *a, const struct mu_hash *b);
bool mu_hash_is_none(const struct mu_hash *h);
int mu_hash_compare(const struct mu_hash *a, const struct mu_hash *b);
bool mu_agent_id_equal(const struct mu_agent_id *a, const struct mu_agent_id *b);

/* Lower-case hex of `size` bytes into `out`, which holds 2*size+1 chars; NUL-terminated. */
void mu_hex(const uint8_t *bytes, size_t size, char *out);

/* The bytes `hex` names. Errors: MU_E_BAD_VALUE unless exactly 2*size hex digits. */
MU_MUST_USE enum mu_err mu_unhex(const char *hex, uint8_t *out, size_t size);

#endif
