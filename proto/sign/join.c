#include "proto/sign/join.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "proto/sign/digest.h"

/* 32 symbols without I, L, O and U: what is read out on the phone cannot be taken for another. */
static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
#define SYMBOL_BITS 5u
#define CHANCE_SYMBOLS (MU_CODE_SYMBOLS - 1u)

/* 32 MiB and about a tenth of a second for each guess, of which a wrong one also costs a try. */
#define SCRYPT_N (UINT64_C(1) << 15)
#define SCRYPT_R 8u
#define SCRYPT_P 1u
#define SCRYPT_BYTES_MAX (UINT64_C(64) << 20)
static const char salt[] = "muster join 1";

/* ---- the code -------------------------------------------------------------------------------- */

static char check_symbol(const char plain[CHANCE_SYMBOLS])
{
    struct mu_bytes parts[] = {{(const uint8_t *)salt, sizeof salt - 1},
                               {(const uint8_t *)plain, CHANCE_SYMBOLS}};
    struct mu_hash digest;

    mu_sha256_parts(parts, 2, &digest);
    return symbols[digest.b[0] >> (8 - SYMBOL_BITS)];
}

static void put_dashes(const char plain[MU_CODE_SYMBOLS], char out[MU_CODE_BYTES])
{
    size_t used = 0;

    for (size_t i = 0; i < MU_CODE_SYMBOLS; i++) {
        if (i == 4 || i == 8)
            out[used++] = '-';
        out[used++] = plain[i];
    }
    out[used] = '\0';
}

enum mu_err mu_code_make(char out[MU_CODE_BYTES])
{
    uint8_t random[CHANCE_SYMBOLS];
    char plain[MU_CODE_SYMBOLS];
    enum mu_err err = mu_random(random, sizeof random);

    if (err != MU_OK)
        return err;
    for (size_t i = 0; i < CHANCE_SYMBOLS; i++)
        plain[i] = symbols[random[i] % 32];
    plain[CHANCE_SYMBOLS] = check_symbol(plain);
    put_dashes(plain, out);
    mu_wipe(random, sizeof random);
    mu_wipe(plain, sizeof plain);
    return MU_OK;
}

static char one_form(char typed)
{
    char c = (char)toupper((unsigned char)typed);

    if (c == 'O')
        return '0';
    return c == 'I' || c == 'L' ? '1' : c;
}

enum mu_err mu_code_read(const char *typed, char out[MU_CODE_BYTES])
{
    char plain[MU_CODE_SYMBOLS];
    size_t used = 0;
    enum mu_err err = MU_E_BAD_VALUE;

    for (; *typed != '\0'; typed++) {
        char c = one_form(*typed);

        if (c == '-' || isspace((unsigned char)c))
            continue;
        if (used == MU_CODE_SYMBOLS || strchr(symbols, c) == NULL)
            goto out;
        plain[used++] = c;
    }
    if (used != MU_CODE_SYMBOLS || plain[CHANCE_SYMBOLS] != check_symbol(plain))
        goto out;
    put_dashes(plain, out);
    err = MU_OK;
out:
    mu_wipe(plain, sizeof plain);
    return err;
}

/* ---- its keys -------------------------------------------------------------------------------- */

static bool derive_public(struct mu_door_keys *keys)
{
    EVP_PKEY *pkey =
        EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, keys->secret, sizeof keys->secret);
    size_t size = sizeof keys->public;
    bool done = pkey != NULL && EVP_PKEY_get_raw_public_key(pkey, keys->public, &size) == 1 &&
                size == sizeof keys->public;

    EVP_PKEY_free(pkey);
    return done;
}

enum mu_err mu_code_keys(const char code[MU_CODE_BYTES], struct mu_door_keys *out)
{
    bool done = EVP_PBE_scrypt(code, strlen(code), (const unsigned char *)salt, sizeof salt - 1,
                               SCRYPT_N, SCRYPT_R, SCRYPT_P, SCRYPT_BYTES_MAX, out->secret,
                               sizeof out->secret) == 1 &&
                derive_public(out);

    if (done)
        return MU_OK;
    mu_wipe(out, sizeof *out);
    ERR_clear_error();
    return MU_E_NO_MEMORY;
}

/* ---- what is committed to, signed and read out ----------------------------------------------- */

/* Each part by its own digest, so that no byte can move from one to the next. */
static void digest_of(const char *name, const struct mu_bytes *parts, size_t count,
                      struct mu_hash *out)
{
    struct mu_hash digests[3];
    struct mu_bytes all[4] = {{(const uint8_t *)name, strlen(name) + 1}};

    MU_CHECK(count <= 3);
    for (size_t i = 0; i < count; i++) {
        mu_sha256(parts[i].data, parts[i].size, &digests[i]);
        all[i + 1] = (struct mu_bytes){digests[i].b, sizeof digests[i].b};
    }
    mu_sha256_parts(all, count + 1, out);
}

void mu_join_commit(const struct mu_hash *nonce, struct mu_bytes enrolment, struct mu_hash *out)
{
    struct mu_bytes parts[] = {{nonce->b, sizeof nonce->b}, enrolment};

    digest_of("muster join commitment 1", parts, 2, out);
}

void mu_join_to_sign(struct mu_bytes challenge, const struct mu_hash *nonce,
                     struct mu_bytes enrolment, struct mu_hash *out)
{
    struct mu_bytes parts[] = {challenge, {nonce->b, sizeof nonce->b}, enrolment};

    digest_of("muster join request 1", parts, 3, out);
}

void mu_join_words(struct mu_bytes challenge, struct mu_bytes request, uint16_t out[MU_CHECK_WORDS])
{
    struct mu_bytes parts[] = {challenge, request};
    struct mu_hash digest;
    uint64_t bits = 0;

    digest_of("muster join words 1", parts, 2, &digest);
    bits = mu_get_u64(digest.b);
    for (size_t i = 0; i < MU_CHECK_WORDS; i++, bits <<= 10)
        out[i] = (uint16_t)(bits >> 54);
}
