#include "proto/sign/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

/* X.520: a common name holds at most 64 characters. */
#define NAME_CHARACTERS_MAX 64

/* The key as OpenSSL holds it; PEM is the form both sides know. */
static EVP_PKEY *open_key(const mu_key *key)
{
    char pem[MU_KEY_PEM_MAX];
    EVP_PKEY *out = NULL;
    BIO *bio = NULL;

    if (mu_key_to_pem(key, pem) == MU_OK)
        bio = BIO_new_mem_buf(pem, -1);
    if (bio != NULL)
        out = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    mu_wipe(pem, sizeof pem);
    return out;
}

static size_t name_bytes(const char *county)
{
    size_t bytes = 0;

    for (int characters = 0; county[bytes] != '\0'; bytes++) {
        characters += ((unsigned char)county[bytes] & 0xC0) != 0x80;
        if (characters > NAME_CHARACTERS_MAX)
            break;
    }
    return bytes;
}

static bool set_names(X509 *certificate, const char *county)
{
    X509_NAME *name = X509_get_subject_name(certificate);

    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)county,
                                      (int)name_bytes(county), -1, 0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1;
}

/* A positive serial of 63 random bits: RFC 5280 section 4.1.2.2. */
static bool set_serial(X509 *certificate)
{
    uint8_t bytes[8];

    if (mu_random(bytes, sizeof bytes) != MU_OK)
        return false;
    return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate),
                                   (mu_get_u64(bytes) >> 1) | 1) == 1;
}

static bool add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;
    bool added;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static bool set_times(X509 *certificate, int64_t from_ms, int64_t until_ms)
{
    return ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)(from_ms / 1000)) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)(until_ms / 1000)) != NULL;
}

static bool fill(X509 *certificate, EVP_PKEY *key, const char *county, int64_t from_ms,
                 int64_t until_ms)
{
    return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
           set_times(certificate, from_ms, until_ms) && X509_set_pubkey(certificate, key) == 1 &&
           set_names(certificate, county) &&
           add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
           add_extension(certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
           add_extension(certificate, NID_subject_key_identifier, "hash") &&
           X509_sign(certificate, key, NULL) > 0;
}

static enum mu_err write_der(X509 *certificate, uint8_t *der, size_t *size)
{
    int length = i2d_X509(certificate, NULL);

    if (length <= 0 || (size_t)length > MU_CERTIFICATE_BYTES_MAX)
        return MU_E_BAD_VALUE;
    *size = (size_t)length;
    return i2d_X509(certificate, &der) == length ? MU_OK : MU_E_BAD_VALUE;
}

enum mu_err mu_certificate_authority(const mu_key *key, const char *county, int64_t from_ms,
                                     int64_t until_ms, uint8_t *der, size_t *size)
{
    EVP_PKEY *pkey = open_key(key);
    X509 *certificate = X509_new();
    enum mu_err err = certificate == NULL ? MU_E_NO_MEMORY : MU_OK;

    if (pkey == NULL)
        err = MU_E_BAD_KEY;
    else if (err == MU_OK && !fill(certificate, pkey, county, from_ms, until_ms))
        err = MU_E_BAD_VALUE;
    if (err == MU_OK)
        err = write_der(certificate, der, size);
    X509_free(certificate);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return err;
}
