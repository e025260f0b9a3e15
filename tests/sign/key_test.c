/* Keys and digests: known answers, and what must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "proto/sign/digest.h"
#include "proto/sign/key.h"
#include "tests/help/keys.h"

static struct mu_bytes text(const char *s)
{
    return (struct mu_bytes){(const uint8_t *)s, strlen(s)};
}

static void assert_hex(const uint8_t *bytes, size_t size, const char *hex)
{
    char got[2 * 128 + 1];

    assert_true(size <= 128);
    mu_hex(bytes, size, got);
    assert_string_equal(got, hex);
}

/* FIPS 180-4 examples. */
static void sha256_gives_the_published_digests(void **state)
{
    const char *long_text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    struct mu_hash h;

    (void)state;
    mu_sha256("", 0, &h);
    assert_hex(h.b, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    mu_sha256(NULL, 0, &h);
    assert_hex(h.b, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    mu_sha256("abc", 3, &h);
    assert_hex(h.b, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    mu_sha256(long_text, strlen(long_text), &h);
    assert_hex(h.b, 32, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void parts_hash_as_if_joined(void **state)
{
    const struct mu_bytes parts[] = {text("a"), {NULL, 0}, text("b"), text(""), text("c")};
    const struct mu_bytes moved[] = {text("ab"), text("d")};
    struct mu_hash whole, joined;

    (void)state;
    mu_sha256("abc", 3, &whole);
    mu_sha256_parts(parts, 5, &joined);
    assert_true(mu_hash_equal(&whole, &joined));
    mu_sha256_parts(moved, 2, &joined);
    assert_false(mu_hash_equal(&whole, &joined));
}

/* RFC 8032 section 7.1, TEST 1 and TEST 3, their keys as PKCS#8. */
static void ed25519_signs_as_rfc_8032_says(void **state)
{
    static const char pem1[] = "-----BEGIN PRIVATE KEY-----\n"
                               "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                               "-----END PRIVATE KEY-----\n";
    static const char pem3[] = "-----BEGIN PRIVATE KEY-----\n"
                               "MC4CAQAwBQYDK2VwBCIEIMWqjfQ/n4N77bdELzHct7Fm04U1B28JS4XOOi4LRFj3\n"
                               "-----END PRIVATE KEY-----\n";
    const uint8_t message3[] = {0xaf, 0x82};
    uint8_t signature[MU_SIGNATURE_BYTES];
    struct mu_public public;
    mu_key *key = NULL;

    (void)state;
    assert_int_equal(mu_key_from_pem(pem1, &key), MU_OK);
    mu_key_public(key, &public);
    assert_hex(public.b, 32, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert_int_equal(mu_key_sign(key, text(""), signature), MU_OK);
    assert_hex(signature, 64,
               "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
               "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    mu_key_close(&key);

    assert_int_equal(mu_key_from_pem(pem3, &key), MU_OK);
    mu_key_public(key, &public);
    assert_hex(public.b, 32, "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
    assert_int_equal(mu_key_sign(key, (struct mu_bytes){message3, 2}, signature), MU_OK);
    assert_hex(signature, 64,
               "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290"
               "ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
    mu_key_close(&key);
    assert_null(key);
    mu_key_close(&key);
}

static void a_key_survives_its_pem(void **state)
{
    char pem[MU_KEY_PEM_MAX], again[MU_KEY_PEM_MAX];
    struct mu_public before, after;
    mu_key *key = NULL, *read = NULL;

    (void)state;
    assert_int_equal(mu_key_make(&key), MU_OK);
    assert_int_equal(mu_key_to_pem(key, pem), MU_OK);
    assert_non_null(strstr(pem, "-----BEGIN PRIVATE KEY-----"));
    assert_int_equal(mu_key_from_pem(pem, &read), MU_OK);
    assert_int_equal(mu_key_to_pem(read, again), MU_OK);
    assert_string_equal(pem, again);
    mu_key_public(key, &before);
    mu_key_public(read, &after);
    assert_memory_equal(before.b, after.b, MU_PUBLIC_BYTES);
    mu_wipe(pem, sizeof pem);
    for (size_t i = 0; i < sizeof pem; i++)
        assert_int_equal(pem[i], 0);
    mu_key_close(&read);
    mu_key_close(&key);
}

static void two_fresh_keys_differ(void **state)
{
    struct mu_public a, b;
    mu_key *first = NULL, *second = NULL;

    (void)state;
    assert_int_equal(mu_key_make(&first), MU_OK);
    assert_int_equal(mu_key_make(&second), MU_OK);
    mu_key_public(first, &a);
    mu_key_public(second, &b);
    assert_memory_not_equal(a.b, b.b, MU_PUBLIC_BYTES);
    mu_key_close(&first);
    mu_key_close(&second);
}

/* P-256, a passphrase (OpenSSL would ask the terminal), a public key, no key, cut, and too long. */
static void pem_that_is_no_plain_ed25519_key_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "hello",
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgj/Xmhuw/vLJa0wj7\n"
        "h3WMk6k2O1ms99rclNoRRK/X+RyhRANCAAThHpzWj7AQeOSjwmOI0U9PBPSubfjl\n"
        "5FT7+qQ1LOH8f8MNKYRDNBtyqqk88viA0F91LRzYCBQLdiZ2b2ihY4EK\n"
        "-----END PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjUr9Rcryr4QQICCAAw\n"
        "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBWuAPPjVw24jVHfU8eGaccEQNqH\n"
        "aiA4R5hHghvDtXK9g+SxPsmGB1FhGisuvMboIrsl3t5Wu7wVTa8KSBOot9ESpWgC\n"
        "ulZfTBSzd1n7PTtq4/k=\n"
        "-----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\n"
        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
        "-----END PUBLIC KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/Vpg\n-----END PRIVATE "
        "KEY-----\n",
    };
    char long_pem[2 * MU_KEY_PEM_MAX];
    mu_key *key = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(mu_key_from_pem(bad[i], &key), MU_E_BAD_KEY);
        assert_null(key);
    }
    memset(long_pem, 'A', sizeof long_pem);
    long_pem[sizeof long_pem - 1] = '\0';
    assert_int_equal(mu_key_from_pem(long_pem, &key), MU_E_BAD_KEY);
}

static void every_flipped_bit_of_a_signature_or_message_is_caught(void **state)
{
    uint8_t message[40] = "move 620 from Shangwan to S1";
    const struct mu_bytes m = {message, sizeof message};
    uint8_t signature[MU_SIGNATURE_BYTES];
    mu_key *key = help_key(1);
    mu_verifier *v = help_verifier(1), *other = help_verifier(2);

    (void)state;
    assert_int_equal(mu_key_sign(key, m, signature), MU_OK);
    assert_int_equal(mu_verifier_check(v, m, signature), MU_OK);
    assert_int_equal(mu_verifier_check(other, m, signature), MU_E_PROOF);
    for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(mu_verifier_check(v, m, signature), MU_E_PROOF);
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * sizeof message; bit++) {
        message[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(mu_verifier_check(v, m, signature), MU_E_PROOF);
        message[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(mu_verifier_check(v, m, signature), MU_OK);
    mu_verifier_close(&other);
    mu_verifier_close(&v);
    mu_key_close(&key);
}

/* S and S + L name the same number modulo the group's order: only the smaller one may pass, or one
 * statement would have two signatures. */
static void a_signature_has_one_spelling(void **state)
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                      0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                      0,    0,    0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0x10};
    uint8_t signature[MU_SIGNATURE_BYTES];
    mu_key *key = help_key(1);
    mu_verifier *v = help_verifier(1);
    unsigned carry = 0;

    (void)state;
    assert_int_equal(mu_key_sign(key, text("once"), signature), MU_OK);
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)signature[32 + i] + order[i];
        signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(carry, 0);
    assert_int_equal(mu_verifier_check(v, text("once"), signature), MU_E_PROOF);
    mu_verifier_close(&v);
    mu_key_close(&key);
}

/* Under the key "1", the signature (R = the identity, S = 0) fits every message. */
static void keys_that_could_deny_are_refused(void **state)
{
    static const char *const weak[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    struct mu_public public;
    mu_verifier *v = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++) {
        assert_int_equal(mu_unhex(weak[i], public.b, sizeof public.b), MU_OK);
        assert_int_equal(mu_verifier_open(&public, &v), MU_E_BAD_KEY);
        assert_null(v);
    }
    mu_verifier_close(&v);
}

static void a_key_is_named_by_its_hash(void **state)
{
    mu_verifier *v = help_verifier(1);
    struct mu_agent_id id = mu_public_id(mu_verifier_public(v));
    struct mu_hash hash;

    (void)state;
    mu_sha256(mu_verifier_public(v)->b, MU_PUBLIC_BYTES, &hash);
    assert_memory_equal(id.b, hash.b, sizeof id.b);
    assert_true(mu_agent_id_equal(&id, mu_verifier_id(v)));
    mu_verifier_close(&v);
}

struct shared {
    const mu_verifier *verifier;
    const mu_key *key;
    unsigned bad;
};

/* Each thread has contexts of its own, and gives them back when it ends. */
static void *sign_and_check(void *arg)
{
    struct shared *s = arg;

    for (unsigned i = 0; i < 50; i++) {
        char message[16];
        uint8_t signature[MU_SIGNATURE_BYTES];

        snprintf(message, sizeof message, "%u", i);
        if (mu_key_sign(s->key, text(message), signature) != MU_OK ||
            mu_verifier_check(s->verifier, text(message), signature) != MU_OK ||
            mu_verifier_check(s->verifier, text("x"), signature) != MU_E_PROOF)
            s->bad++;
    }
    return NULL;
}

static void one_verifier_serves_several_threads(void **state)
{
    mu_key *key = help_key(1);
    mu_verifier *v = help_verifier(1);
    struct shared shared[4];
    pthread_t thread[4];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        shared[i] = (struct shared){v, key, 0};
        assert_int_equal(pthread_create(&thread[i], NULL, sign_and_check, &shared[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(shared[i].bad, 0);
    }
    mu_verifier_close(&v);
    mu_key_close(&key);
}

static void random_bytes_are_not_the_same_twice(void **state)
{
    uint8_t a[32] = {0}, b[32] = {0};

    (void)state;
    assert_int_equal(mu_random(a, sizeof a), MU_OK);
    assert_int_equal(mu_random(b, sizeof b), MU_OK);
    assert_memory_not_equal(a, b, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_published_digests),
        cmocka_unit_test(parts_hash_as_if_joined),
        cmocka_unit_test(ed25519_signs_as_rfc_8032_says),
        cmocka_unit_test(a_key_survives_its_pem),
        cmocka_unit_test(two_fresh_keys_differ),
        cmocka_unit_test(pem_that_is_no_plain_ed25519_key_is_refused),
        cmocka_unit_test(every_flipped_bit_of_a_signature_or_message_is_caught),
        cmocka_unit_test(a_signature_has_one_spelling),
        cmocka_unit_test(keys_that_could_deny_are_refused),
        cmocka_unit_test(a_key_is_named_by_its_hash),
        cmocka_unit_test(one_verifier_serves_several_threads),
        cmocka_unit_test(random_bytes_are_not_the_same_twice),
    };

    return cmocka_run_group_tests_name("sign/key", tests, NULL, NULL);
}
