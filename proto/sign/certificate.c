#include "proto/sign/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/text.h"

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

static bool add_name(X509 *certificate, const char *field, const char *text)
{
    return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), field, MBSTRING_UTF8,
                                      (const unsigned char *)text, (int)name_bytes(text), -1,
                                      0) == 1;
}

static bool set_names(X509 *certificate, const char *county)
{
    return add_name(certificate, "CN", county) &&
           X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1;
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

static bool add_extension_by(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;
    bool added;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static bool add_extension(X509 *certificate, int nid, const char *value)
{
    return add_extension_by(certificate, certificate, nid, value);
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

/* ---- leaves ---------------------------------------------------------------------------------- */

void mu_certificate_uri(const char *area, const struct mu_agent_id *agent,
                        char out[MU_CERTIFICATE_URI_MAX])
{
    struct mu_text text = mu_text(out, MU_CERTIFICATE_URI_MAX);
    char hex[33];

    mu_hex(agent->b, sizeof agent->b, hex);
    mu_text_add(&text, "spiffe://");
    for (; *area != '\0'; area++)
        mu_text_addf(&text, "%c", *area == '/' ? '.' : *area);
    mu_text_addf(&text, "/agent/%s", hex);
}

static X509 *parse(struct mu_bytes der)
{
    const uint8_t *at = der.data;
    X509 *certificate = NULL;

    if (der.size == 0 || der.size > MU_CERTIFICATE_BYTES_MAX)
        return NULL;
    certificate = d2i_X509(NULL, &at, (long)der.size);
    if (certificate != NULL && at != der.data + der.size) {
        X509_free(certificate);
        certificate = NULL;
    }
    return certificate;
}

static bool set_subject(X509 *certificate, const struct mu_certificate_subject *s)
{
    char curve[2 * MU_CERTIFICATE_CURVE_BYTES + 1];

    mu_hex(s->curve, MU_CERTIFICATE_CURVE_BYTES, curve);
    return add_name(certificate, "O", s->agency) && add_name(certificate, "CN", s->name) &&
           add_name(certificate, "serialNumber", curve);
}

static bool add_leaf_extensions(X509 *certificate, X509 *issuer,
                                const struct mu_certificate_subject *s)
{
    struct mu_agent_id agent = mu_public_id(s->key);
    char uri[MU_CERTIFICATE_URI_MAX], value[MU_CERTIFICATE_URI_MAX + 8];

    mu_certificate_uri(s->area, &agent, uri);
    snprintf(value, sizeof value, "URI:%s", uri);
    return add_extension_by(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension_by(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
           add_extension_by(certificate, issuer, NID_subject_alt_name, value) &&
           add_extension_by(certificate, issuer, NID_authority_key_identifier, "keyid");
}

static bool fill_leaf(X509 *certificate, X509 *issuer, EVP_PKEY *ca,
                      const struct mu_certificate_subject *s)
{
    EVP_PKEY *key =
        EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, s->key->b, sizeof s->key->b);
    bool done = key != NULL && X509_set_version(certificate, X509_VERSION_3) == 1 &&
                set_serial(certificate) && set_times(certificate, s->from_ms, s->until_ms) &&
                X509_set_pubkey(certificate, key) == 1 && set_subject(certificate, s) &&
                X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
                add_leaf_extensions(certificate, issuer, s) && X509_sign(certificate, ca, NULL) > 0;

    EVP_PKEY_free(key);
    return done;
}

enum mu_err mu_certificate_issue(const mu_key *ca, struct mu_bytes authority,
                                 const struct mu_certificate_subject *subject, uint8_t *der,
                                 size_t *size)
{
    EVP_PKEY *pkey = open_key(ca);
    X509 *issuer = parse(authority), *certificate = X509_new();
    enum mu_err err = certificate == NULL ? MU_E_NO_MEMORY : MU_OK;

    if (pkey == NULL || issuer == NULL || X509_check_private_key(issuer, pkey) != 1)
        err = MU_E_BAD_KEY;
    else if (err == MU_OK && !fill_leaf(certificate, issuer, pkey, subject))
        err = MU_E_BAD_VALUE;
    if (err == MU_OK)
        err = write_der(certificate, der, size);
    X509_free(certificate);
    X509_free(issuer);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return err;
}

/* ---- reading leaves -------------------------------------------------------------------------- */

static bool read_key(X509 *certificate, struct mu_public *out)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    size_t size = sizeof out->b;

    return key != NULL && EVP_PKEY_is_a(key, "ED25519") &&
           EVP_PKEY_get_raw_public_key(key, out->b, &size) == 1 && size == sizeof out->b;
}

static bool read_curve(X509 *certificate, uint8_t out[MU_CERTIFICATE_CURVE_BYTES])
{
    char hex[2 * MU_CERTIFICATE_CURVE_BYTES + 1];
    int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_serialNumber, hex,
                                         sizeof hex);

    return size == 2 * (int)MU_CERTIFICATE_CURVE_BYTES &&
           mu_unhex(hex, out, MU_CERTIFICATE_CURVE_BYTES) == MU_OK;
}

/* SPIFFE: exactly one URI among the names. */
static bool read_uri(X509 *certificate, char out[MU_CERTIFICATE_URI_MAX])
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    int found = 0;

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        const ASN1_IA5STRING *uri;

        if (name->type != GEN_URI)
            continue;
        uri = name->d.uniformResourceIdentifier;
        if (ASN1_STRING_length(uri) >= (int)MU_CERTIFICATE_URI_MAX || found++ > 0) {
            found = 2;
            break;
        }
        snprintf(out, MU_CERTIFICATE_URI_MAX, "%.*s", ASN1_STRING_length(uri),
                 (const char *)ASN1_STRING_get0_data(uri));
    }
    GENERAL_NAMES_free(names);
    return found == 1;
}

static bool read_time(const ASN1_TIME *time, int64_t *ms)
{
    ASN1_TIME *zero = ASN1_TIME_set(NULL, 0);
    int days = 0, seconds = 0;
    bool done = zero != NULL && ASN1_TIME_diff(&days, &seconds, zero, time) == 1;

    ASN1_TIME_free(zero);
    *ms = ((int64_t)days * 86400 + seconds) * 1000;
    return done;
}

static bool is_leaf(X509 *certificate)
{
    return X509_get_version(certificate) == X509_VERSION_3 && X509_check_ca(certificate) == 0 &&
           (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) != 0;
}

static enum mu_err look(X509 *certificate, struct mu_certificate *out)
{
    memset(out, 0, sizeof *out);
    if (certificate == NULL || !is_leaf(certificate) || !read_key(certificate, &out->key) ||
        !read_curve(certificate, out->curve) || !read_uri(certificate, out->uri) ||
        !read_time(X509_get0_notBefore(certificate), &out->from_ms) ||
        !read_time(X509_get0_notAfter(certificate), &out->until_ms))
        return MU_E_BAD_VALUE;
    return MU_OK;
}

enum mu_err mu_certificate_authority_look(struct mu_bytes der, int64_t *until_ms)
{
    X509 *certificate = parse(der);
    struct mu_public key;
    bool is_one = certificate != NULL && X509_check_ca(certificate) == 1 &&
                  (X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) != 0 &&
                  read_key(certificate, &key) &&
                  X509_verify(certificate, X509_get0_pubkey(certificate)) == 1 &&
                  read_time(X509_get0_notAfter(certificate), until_ms);

    X509_free(certificate);
    ERR_clear_error();
    return is_one ? MU_OK : MU_E_BAD_VALUE;
}

bool mu_certificate_is_of(struct mu_bytes authority, const mu_key *ca)
{
    EVP_PKEY *pkey = open_key(ca);
    X509 *certificate = parse(authority);
    bool same =
        pkey != NULL && certificate != NULL && X509_check_private_key(certificate, pkey) == 1;

    X509_free(certificate);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return same;
}

enum mu_err mu_certificate_look(struct mu_bytes der, struct mu_certificate *out)
{
    X509 *certificate = parse(der);
    enum mu_err err = look(certificate, out);

    X509_free(certificate);
    ERR_clear_error();
    return err;
}

enum mu_err mu_certificate_read(struct mu_bytes der, struct mu_bytes authority,
                                struct mu_certificate *out)
{
    X509 *certificate = parse(der), *issuer = parse(authority);
    enum mu_err err = issuer == NULL ? MU_E_BAD_VALUE : look(certificate, out);

    if (err == MU_OK &&
        (X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) != 0 ||
         X509_verify(certificate, X509_get0_pubkey(issuer)) != 1))
        err = MU_E_PROOF;
    X509_free(certificate);
    X509_free(issuer);
    ERR_clear_error();
    return err;
}
