/* Ed25519 over OpenSSL. OpenSSL's own error queue is emptied wherever a call failed: what happened
 * leaves this room as one of our codes, and nothing of it is found by the next caller. */
#include "proto/sign/key.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sign/context.h"
#include "proto/sign/digest.h"

struct mu_key {
    EVP_PKEY *pkey;
    struct mu_public public;
};

static enum mu_err failed(enum mu_err err)
{
    ERR_clear_error();
    return err;
}

/* Takes `pkey`, also when it fails. */
static enum mu_err wrap_key(EVP_PKEY *pkey, mu_key **out)
{
    size_t size = MU_PUBLIC_BYTES;
    mu_key *key = NULL;

    if (pkey == NULL)
        return failed(MU_E_BAD_KEY);
    key = calloc(1, sizeof *key);
    if (key == NULL) {
        EVP_PKEY_free(pkey);
        return MU_E_NO_MEMORY;
    }
    key->pkey = pkey;
    if (!EVP_PKEY_is_a(pkey, "ED25519") ||
        EVP_PKEY_get_raw_public_key(pkey, key->public.b, &size) != 1 || size != MU_PUBLIC_BYTES) {
        mu_key_close(&key);
        return failed(MU_E_BAD_KEY);
    }
    *out = key;
    return MU_OK;
}

enum mu_err mu_key_make(mu_key **out)
{
    return wrap_key(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), out);
}

/* A PEM under a passphrase is refused: without this, OpenSSL would ask the terminal for it. */
/* NOLINTNEXTLINE(readability-non-const-parameter): the type is OpenSSL's */
static int no_passphrase(char *buffer, int size, int writing, void *user)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)user;
    return -1;
}

enum mu_err mu_key_from_pem(const char *pem, mu_key **out)
{
    BIO *bio = NULL;
    EVP_PKEY *pkey = NULL;

    if (strnlen(pem, MU_KEY_PEM_MAX) == MU_KEY_PEM_MAX)
        return MU_E_BAD_KEY;
    bio = BIO_new_mem_buf(pem, -1);
    if (bio == NULL)
        return failed(MU_E_NO_MEMORY);
    pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    BIO_free(bio);
    ERR_clear_error();
    return wrap_key(pkey, out);
}

enum mu_err mu_key_to_pem(const mu_key *key, char *pem)
{
    BIO *bio = BIO_new(BIO_s_mem()); /* its buffer is wiped as it is freed */
    enum mu_err err = MU_OK;
    const char *text = NULL;
    long size = 0;

    if (bio == NULL)
        return failed(MU_E_NO_MEMORY);
    if (PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1) {
        err = failed(MU_E_BAD_KEY);
        goto out;
    }
    size = BIO_get_mem_data(bio, &text);
    if (size <= 0 || (size_t)size >= MU_KEY_PEM_MAX) {
        err = MU_E_BAD_KEY;
        goto out;
    }
    memcpy(pem, text, (size_t)size);
    pem[size] = '\0';
out:
    BIO_free(bio);
    return err;
}

void mu_key_public(const mu_key *key, struct mu_public *out)
{
    *out = key->public;
}

enum mu_err mu_key_sign(const mu_key *key, struct mu_bytes message,
                        uint8_t signature[MU_SIGNATURE_BYTES])
{
    EVP_MD_CTX *ctx = mu_context_signature();
    size_t size = MU_SIGNATURE_BYTES;
    int done = EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
               EVP_DigestSign(ctx, signature, &size, message.data, message.size) == 1;

    EVP_MD_CTX_reset(ctx); /* or it would keep the private key when its handle is closed */
    return done ? MU_OK : failed(MU_E_BAD_KEY);
}

void mu_key_close(mu_key **key)
{
    if (*key == NULL)
        return;
    EVP_PKEY_free((*key)->pkey); /* wipes the private half */
    free(*key);
    *key = NULL;
}

struct mu_agent_id mu_public_id(const struct mu_public *key)
{
    struct mu_agent_id id;
    struct mu_hash hash;

    mu_sha256(key->b, sizeof key->b, &hash);
    memcpy(id.b, hash.b, sizeof id.b);
    return id;
}

enum mu_err mu_random(void *out, size_t size)
{
    if (RAND_priv_bytes_ex(NULL, out, size, 0) != 1)
        return failed(MU_E_SYSTEM);
    return MU_OK;
}

void mu_wipe(void *data, size_t size)
{
    OPENSSL_cleanse(data, size);
}
