#include "tests/help/keys.h"

#include <stdio.h>
#include <string.h>

#include "proto/sign/base64.h"

/* RFC 8410: what stands before the 32 bytes of a seed in PKCS#8. */
static const uint8_t before_seed[16] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                        0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};

mu_key *help_key(uint8_t seed)
{
    uint8_t der[sizeof before_seed + 32];
    char text[MU_BASE64_CHARS(sizeof der) + 1], pem[MU_KEY_PEM_MAX];
    mu_key *key = NULL;

    memcpy(der, before_seed, sizeof before_seed);
    memset(der + sizeof before_seed, seed, 32);
    mu_base64(der, sizeof der, text);
    snprintf(pem, sizeof pem, "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n", text);
    MU_CHECK(mu_key_from_pem(pem, &key) == MU_OK);
    return key;
}

mu_verifier *help_verifier(uint8_t seed)
{
    mu_key *key = help_key(seed);
    mu_verifier *verifier = NULL;
    struct mu_public public;

    mu_key_public(key, &public);
    MU_CHECK(mu_verifier_open(&public, &verifier) == MU_OK);
    mu_key_close(&key);
    return verifier;
}
