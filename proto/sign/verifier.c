/* Checking Ed25519 signatures with a public key parsed once. */
#include "proto/sign/key.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sign/context.h"

struct mu_verifier {
    EVP_PKEY *pkey;
    struct mu_public public;
    struct mu_agent_id id;
};

/* The encodings of points of small order (RFC 8032 section 5.1 leaves them to the application), sign
 * bit off, and two that are not reduced. Under such a key one signature fits many messages, so its
 * owner could later say he had signed another one. */
static const uint8_t weak[7][MU_PUBLIC_BYTES] = {
    {0x00},
    {0x01},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};

static bool is_weak(const struct mu_public *key)
{
    struct mu_public bare = *key;

    bare.b[MU_PUBLIC_BYTES - 1] &= 0x7f;
    for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++)
        if (memcmp(bare.b, weak[i], sizeof bare.b) == 0)
            return true;
    return false;
}

enum mu_err mu_verifier_open(const struct mu_public *key, mu_verifier **out)
{
    mu_verifier *v = NULL;

    if (is_weak(key))
        return MU_E_BAD_KEY;
    v = calloc(1, sizeof *v);
    if (v == NULL)
        return MU_E_NO_MEMORY;
    v->public = *key;
    v->id = mu_public_id(key);
    v->pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, key->b, sizeof key->b);
    if (v->pkey == NULL) {
        ERR_clear_error();
        mu_verifier_close(&v);
        return MU_E_BAD_KEY;
    }
    *out = v;
    return MU_OK;
}

enum mu_err mu_verifier_copy(const mu_verifier *v, mu_verifier **out)
{
    mu_verifier *copy = malloc(sizeof *copy);

    if (copy == NULL)
        return MU_E_NO_MEMORY;
    *copy = *v;
    MU_CHECK(EVP_PKEY_up_ref(copy->pkey) == 1);
    *out = copy;
    return MU_OK;
}

enum mu_err mu_verifier_check(const mu_verifier *v, struct mu_bytes message,
                              const uint8_t signature[MU_SIGNATURE_BYTES])
{
    EVP_MD_CTX *ctx = mu_context_signature();

    if (EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, v->pkey) == 1 &&
        EVP_DigestVerify(ctx, signature, MU_SIGNATURE_BYTES, message.data, message.size) == 1)
        return MU_OK;
    ERR_clear_error();
    return MU_E_PROOF;
}

const struct mu_public *mu_verifier_public(const mu_verifier *v)
{
    return &v->public;
}

const struct mu_agent_id *mu_verifier_id(const mu_verifier *v)
{
    return &v->id;
}

void mu_verifier_close(mu_verifier **v)
{
    if (*v == NULL)
        return;
    EVP_PKEY_free((*v)->pkey);
    free(*v);
    *v = NULL;
}
