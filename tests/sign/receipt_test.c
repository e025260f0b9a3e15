/* Receipts: what a desk's witness signature binds, and every way to alter it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "proto/sign/receipt.h"
#include "tests/help/keys.h"

#define DESK 1
#define FORGER 2

static struct mu_receipt a_receipt(void)
{
    mu_verifier *v = help_verifier(DESK);
    struct mu_receipt receipt = {.agent = *mu_verifier_id(v),
                                 .log = {{0xa1}},
                                 .instance = 7,
                                 .head = {1, 47, {{0xe5}}},
                                 .through = {47, 47, 45},
                                 .filter = {{0xf1}},
                                 .stated_at_ms = 1942063200000};
    struct mu_hash leaf = {{0x11}};

    mu_delivered_add(&receipt.delivered, &leaf);
    mu_verifier_close(&v);
    return receipt;
}

static void sign(struct mu_receipt *receipt, uint8_t seed)
{
    mu_key *key = help_key(seed);

    assert_int_equal(mu_receipt_sign(receipt, key), MU_OK);
    mu_key_close(&key);
}

static enum mu_err check(const struct mu_receipt *receipt, uint8_t seed)
{
    mu_verifier *v = help_verifier(seed);
    enum mu_err err = mu_receipt_check(receipt, v);

    mu_verifier_close(&v);
    return err;
}

static enum mu_err read_bytes(const uint8_t *bytes, struct mu_receipt *receipt)
{
    struct mu_reader r = mu_reader((struct mu_bytes){bytes, MU_RECEIPT_BYTES});

    return mu_receipt_read(&r, receipt);
}

static void write(const struct mu_receipt *receipt, uint8_t bytes[MU_RECEIPT_BYTES])
{
    struct mu_writer w = mu_writer(bytes, MU_RECEIPT_BYTES);

    mu_receipt_write(&w, receipt);
    assert_true(mu_writer_ok(&w));
    assert_int_equal(w.used, MU_RECEIPT_BYTES);
}

static void a_receipt_arrives_as_it_was_signed(void **state)
{
    struct mu_receipt said = a_receipt(), heard;
    uint8_t bytes[MU_RECEIPT_BYTES];

    (void)state;
    sign(&said, DESK);
    write(&said, bytes);
    assert_int_equal(read_bytes(bytes, &heard), MU_OK);
    assert_int_equal(check(&heard, DESK), MU_OK);
    assert_int_equal(mu_receipt_through(&heard), 45);
    assert_int_equal(heard.head.size, 47);
    assert_int_equal(heard.stated_at_ms, said.stated_at_ms);
    assert_true(mu_hash_equal(&heard.delivered.running, &said.delivered.running));
}

static void no_byte_of_it_can_be_changed(void **state)
{
    struct mu_receipt said = a_receipt(), heard;
    uint8_t bytes[MU_RECEIPT_BYTES];

    (void)state;
    sign(&said, DESK);
    write(&said, bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] ^= 0x20;
        if (read_bytes(bytes, &heard) == MU_OK)
            assert_int_equal(check(&heard, DESK), MU_E_BAD_SEAL);
        bytes[i] ^= 0x20;
    }
}

static void another_key_signs_for_nobody_else(void **state)
{
    struct mu_receipt said = a_receipt();

    (void)state;
    sign(&said, FORGER);
    assert_int_equal(check(&said, DESK), MU_E_BAD_SEAL);
    said = a_receipt();
    sign(&said, DESK);
    assert_int_equal(check(&said, FORGER), MU_E_BAD_SEAL);
}

/* A seal's signature must not pass for a receipt's, however the bytes fall. */
static void a_signature_over_the_bare_bytes_is_none(void **state)
{
    struct mu_receipt said = a_receipt();
    uint8_t bytes[MU_RECEIPT_BYTES];
    mu_key *key = help_key(DESK);

    (void)state;
    sign(&said, DESK);
    write(&said, bytes);
    assert_int_equal(
        mu_key_sign(key, (struct mu_bytes){bytes, MU_RECEIPT_SIGNED_BYTES}, said.signature), MU_OK);
    mu_key_close(&key);
    assert_int_equal(check(&said, DESK), MU_E_BAD_SEAL);
}

static void what_cannot_be_is_not_read(void **state)
{
    struct mu_receipt wrong[5], heard;
    uint8_t bytes[MU_RECEIPT_BYTES];

    (void)state;
    for (size_t i = 0; i < 5; i++)
        wrong[i] = a_receipt();
    wrong[0].instance = 0;
    wrong[1].through[2] = 48;      /* beyond what it verified */
    wrong[2].delivered.count = 48; /* more than there were */
    wrong[3].delivered.count = 0;  /* a hash over nothing */
    wrong[4].head.epoch = 0;
    for (size_t i = 0; i < 5; i++) {
        sign(&wrong[i], DESK);
        write(&wrong[i], bytes);
        assert_int_equal(read_bytes(bytes, &heard), MU_E_MALFORMED);
    }
}

static void order_and_number_of_what_was_delivered_count(void **state)
{
    const struct mu_hash a = {{1}}, b = {{2}};
    struct mu_delivered ab = {0}, ba = {0}, abb = {0};

    (void)state;
    mu_delivered_add(&ab, &a);
    mu_delivered_add(&ab, &b);
    mu_delivered_add(&ba, &b);
    mu_delivered_add(&ba, &a);
    abb = ab;
    mu_delivered_add(&abb, &b);
    assert_int_equal(ab.count, 2);
    assert_false(mu_hash_equal(&ab.running, &ba.running));
    assert_false(mu_hash_equal(&ab.running, &abb.running));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_arrives_as_it_was_signed),
        cmocka_unit_test(no_byte_of_it_can_be_changed),
        cmocka_unit_test(another_key_signs_for_nobody_else),
        cmocka_unit_test(a_signature_over_the_bare_bytes_is_none),
        cmocka_unit_test(what_cannot_be_is_not_read),
        cmocka_unit_test(order_and_number_of_what_was_delivered_count),
    };

    return cmocka_run_group_tests_name("sign/receipt", tests, NULL, NULL);
}
