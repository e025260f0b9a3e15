/* Seals and batches: what one signature holds together, and every way to take it apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sign/digest.h"
#include "proto/sign/merkle.h"
#include "proto/sign/seal.h"
#include "tests/help/keys.h"

#define CLERK 1 /* seeds of two people's keys */
#define FORGER 2

static struct mu_item items[MU_BATCH_EVENTS_MAX];

static struct mu_bytes text(const char *s)
{
    return (struct mu_bytes){(const uint8_t *)s, strlen(s)};
}

/* A seal as an agent fills it before signing. */
static struct mu_seal blank_seal(uint8_t seed)
{
    mu_verifier *v = help_verifier(seed);
    struct mu_seal seal = {.lane = MU_LANE_URGENT, .instance = 7, .first_sequence = 1};

    seal.agent = *mu_verifier_id(v);
    memset(seal.origin.b, 0x10, sizeof seal.origin.b);
    mu_verifier_close(&v);
    return seal;
}

/* A batch in `out`, its bytes returned. */
static struct mu_bytes make_batch(uint8_t *out, size_t size, struct mu_seal *seal, uint8_t seed,
                                  const struct mu_bytes *bodies, size_t count)
{
    struct mu_writer w = mu_writer(out, size);
    struct mu_hash last;
    mu_key *key = help_key(seed);

    assert_int_equal(mu_batch_write(&w, seal, bodies, count, key, &last), MU_OK);
    mu_key_close(&key);
    return mu_written(&w);
}

static enum mu_err read_batch(struct mu_bytes bytes, struct mu_batch *batch)
{
    return mu_batch_read(bytes, items, batch);
}

/* Read and checked with `seed`'s key: what the desk does with what arrives. */
static enum mu_err admit(struct mu_bytes bytes, uint8_t seed)
{
    mu_verifier *v = help_verifier(seed);
    struct mu_batch batch;
    enum mu_err err = read_batch(bytes, &batch);

    if (err == MU_OK)
        err = mu_batch_check(&batch, v);
    mu_verifier_close(&v);
    return err;
}

static const struct mu_bytes three[3] = {
    {(const uint8_t *)"moved 135", 9},
    {(const uint8_t *)"moved 240", 9},
    {(const uint8_t *)"moved 620", 9},
};

static void a_batch_arrives_as_it_was_sealed(void **state)
{
    struct mu_seal seal = blank_seal(CLERK);
    mu_verifier *v = help_verifier(CLERK);
    uint8_t out[1024];
    struct mu_bytes bytes;
    struct mu_batch batch;

    (void)state;
    seal.first_sequence = 41;
    seal.seen = (struct mu_head){3, 99, {{5}}};
    bytes = make_batch(out, sizeof out, &seal, CLERK, three, 3);
    assert_int_equal(bytes.size, mu_batch_size(three, 3));
    assert_int_equal(bytes.size, MU_SEAL_BYTES + 3 * (5 + 9));
    assert_int_equal(read_batch(bytes, &batch), MU_OK);
    assert_ptr_equal(batch.seal_bytes.data, out);
    assert_int_equal(batch.seal_bytes.size, MU_SEAL_BYTES);
    assert_memory_equal(&batch.seal, &seal, sizeof seal);
    assert_int_equal(batch.seal.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(batch.items[i].body.size, three[i].size);
        assert_memory_equal(batch.items[i].body.data, three[i].data, three[i].size);
        assert_false(batch.items[i].has_private);
    }
    assert_int_equal(mu_batch_check(&batch, v), MU_OK);
    mu_verifier_close(&v);
}

/* What a leaf binds, spelled out by hand. */
static void leaves_form_a_chain(void **state)
{
    struct mu_seal seal = blank_seal(CLERK);
    struct mu_author author = {
        .origin = seal.origin, .agent = seal.agent, .instance = 7, .lane = 1};
    struct mu_hash last, leaf[3], root;
    uint8_t out[1024];
    struct mu_writer w = mu_writer(out, sizeof out);
    mu_key *key = help_key(CLERK);
    struct mu_batch batch;

    (void)state;
    seal.first_sequence = 5;
    memset(seal.previous.b, 0x33, sizeof seal.previous.b);
    assert_int_equal(mu_batch_write(&w, &seal, three, 3, key, &last), MU_OK);
    author.previous = seal.previous;
    for (size_t i = 0; i < 3; i++) {
        author.sequence = 5 + i;
        mu_sha256(three[i].data, three[i].size, &author.body);
        leaf[i] = mu_author_leaf(&author);
        author.previous = leaf[i];
    }
    assert_true(mu_hash_equal(&leaf[2], &last));
    mu_tree_root(leaf, 3, &root);
    assert_true(mu_hash_equal(&root, &seal.root));
    assert_int_equal(read_batch(mu_written(&w), &batch), MU_OK);
    mu_batch_leaves(&batch);
    for (size_t i = 0; i < 3; i++)
        assert_true(mu_hash_equal(&batch.items[i].leaf, &leaf[i]));
    mu_key_close(&key);
}

/* Every field of both leaves changes them. */
static void a_leaf_binds_everything_in_it(void **state)
{
    struct mu_author author, changed;
    struct mu_record record, other;
    struct mu_hash first, again;
    struct {
        void *field;
        size_t size;
    } a[] =
        {
            {&changed.origin, 32}, {&changed.agent, 16},     {&changed.instance, 8},
            {&changed.lane, 1},    {&changed.sequence, 8},   {&changed.previous, 32},
            {&changed.body, 32},   {&changed.committed, 32},
        },
      r[] = {
          {&other.epoch, 4}, {&other.number, 8},        {&other.accepted_at_ms, 8},
          {&other.code, 2},  {&other.judge_version, 2}, {&other.author_leaf, 32},
      };

    (void)state;
    memset(&author, 0, sizeof author);
    memset(&record, 0, sizeof record);
    first = mu_author_leaf(&author);
    for (size_t i = 0; i < sizeof a / sizeof a[0]; i++)
        for (size_t bit = 0; bit < 8 * a[i].size; bit++) {
            changed = author;
            ((uint8_t *)a[i].field)[bit / 8] ^= (uint8_t)(1u << bit % 8);
            again = mu_author_leaf(&changed);
            assert_false(mu_hash_equal(&first, &again));
        }
    first = mu_log_leaf(&record);
    for (size_t i = 0; i < sizeof r / sizeof r[0]; i++)
        for (size_t bit = 0; bit < 8 * r[i].size; bit++) {
            other = record;
            ((uint8_t *)r[i].field)[bit / 8] ^= (uint8_t)(1u << bit % 8);
            again = mu_log_leaf(&other);
            assert_false(mu_hash_equal(&first, &again));
        }
}

static void every_single_bit_of_a_batch_counts(void **state)
{
    struct mu_seal seal = blank_seal(CLERK);
    uint8_t out[1024];
    struct mu_bytes bytes = make_batch(out, sizeof out, &seal, CLERK, three, 3);

    (void)state;
    assert_int_equal(admit(bytes, CLERK), MU_OK);
    for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
        out[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(admit(bytes, CLERK), MU_OK);
        out[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(admit(bytes, CLERK), MU_OK);
}

static void a_batch_cut_anywhere_is_malformed(void **state)
{
    struct mu_seal seal = blank_seal(CLERK);
    uint8_t out[1024] = {0};
    struct mu_bytes bytes = make_batch(out, sizeof out, &seal, CLERK, three, 3);
    struct mu_batch batch;

    (void)state;
    for (size_t size = 0; size < bytes.size; size++)
        assert_int_equal(read_batch((struct mu_bytes){out, size}, &batch), MU_E_MALFORMED);
    bytes.size++;
    assert_int_equal(read_batch(bytes, &batch), MU_E_MALFORMED);
}

/* Fields no seal can have, each at its place in the layout. */
static void impossible_seals_are_not_read(void **state)
{
    static const struct {
        size_t at;
        uint8_t byte[8];
        size_t size;
        enum mu_err err;
    } bad[] = {
        {0, {0}, 1, MU_E_MALFORMED},          /* version */
        {0, {2}, 1, MU_E_MALFORMED},          /* version */
        {1, {0}, 1, MU_E_MALFORMED},          /* algorithm */
        {1, {2}, 1, MU_E_MALFORMED},          /* algorithm not known yet */
        {2, {3}, 1, MU_E_MALFORMED},          /* lane */
        {3, {1}, 1, MU_E_MALFORMED},          /* padding */
        {4, {0, 0, 0, 0}, 4, MU_E_MALFORMED}, /* no event */
        {4, {0, 0, 4, 1}, 4, MU_E_TOO_MANY},  /* 1025 events */
        {4, {0xff, 0xff, 0xff, 0xff}, 4, MU_E_TOO_MANY},
        {72, {0, 0, 0, 0, 0, 0, 0, 0}, 8, MU_E_MALFORMED},                         /* instance 0 */
        {80, {0, 0, 0, 0, 0, 0, 0, 0}, 8, MU_E_MALFORMED},                         /* sequence 0 */
        {80, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}, 8, MU_E_MALFORMED}, /* runs over */
    };
    struct mu_seal seal = blank_seal(CLERK), again;
    uint8_t out[1024], copy[1024];
    struct mu_reader r;

    (void)state;
    make_batch(out, sizeof out, &seal, CLERK, three, 3);
    r = mu_reader((struct mu_bytes){out, MU_SEAL_BYTES});
    assert_int_equal(mu_seal_read(&r, &again), MU_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memcpy(copy, out, sizeof copy);
        memcpy(copy + bad[i].at, bad[i].byte, bad[i].size);
        r = mu_reader((struct mu_bytes){copy, MU_SEAL_BYTES});
        assert_int_equal(mu_seal_read(&r, &again), bad[i].err);
    }
}

/* The last sequence number there is may be used, once. */
static void sequences_end_where_numbers_do(void **state)
{
    struct mu_seal seal = blank_seal(CLERK);
    uint8_t out[1024];
    struct mu_writer w = mu_writer(out, sizeof out);
    struct mu_hash last;
    mu_key *key = help_key(CLERK);

    (void)state;
    seal.first_sequence = UINT64_MAX - 2;
    assert_int_equal(mu_batch_write(&w, &seal, three, 3, key, &last), MU_OK);
    assert_int_equal(admit(mu_written(&w), CLERK), MU_OK);
    w = mu_writer(out, sizeof out);
    seal.first_sequence = UINT64_MAX - 1;
    assert_int_equal(mu_batch_write(&w, &seal, three, 3, key, &last), MU_E_MALFORMED);
    mu_key_close(&key);
}

static void a_forger_without_the_key_is_caught(void **state)
{
    struct mu_seal seal = blank_seal(CLERK); /* names the clerk's agent */
    uint8_t out[1024];
    struct mu_bytes bytes;

    (void)state;
    /* Sealed with the forger's own key: the seal names it, and it is not the clerk's. */
    bytes = make_batch(out, sizeof out, &seal, FORGER, three, 3);
    assert_int_equal(admit(bytes, CLERK), MU_E_BAD_SEAL);
    /* The clerk's key id put in its place: now the signature does not fit. */
    memcpy(out + 24, seal.agent.b, sizeof seal.agent.b);
    assert_int_equal(admit(bytes, CLERK), MU_E_BAD_SEAL);
    assert_int_equal(admit(bytes, FORGER), MU_E_BAD_SEAL);
}

/* Negative control: root and leaves alone would let a forger through; the signature is what holds. */
static void a_root_recomputed_is_still_not_signed(void **state)
{
    const struct mu_bytes told = text("moved 9999");
    struct mu_seal seal = blank_seal(CLERK);
    uint8_t out[1024], forged[1024];
    struct mu_bytes bytes;
    struct mu_batch batch;
    struct mu_hash root;

    (void)state;
    make_batch(out, sizeof out, &seal, CLERK, three, 1);
    bytes = make_batch(forged, sizeof forged, &seal, FORGER, &told, 1);
    memcpy(forged + 24, out + 24, 16);   /* the clerk's key */
    memcpy(forged + 196, out + 196, 64); /* and his signature of the other batch */
    assert_int_equal(read_batch(bytes, &batch), MU_OK);
    mu_batch_leaves(&batch);
    mu_tree_root(&batch.items[0].leaf, 1, &root);
    assert_true(mu_hash_equal(&root, &batch.seal.root));
    assert_int_equal(admit(bytes, CLERK), MU_E_BAD_SEAL);
}

static void a_seal_for_one_log_does_not_fit_another(void **state)
{
    struct mu_seal here = blank_seal(CLERK), there = blank_seal(CLERK);
    uint8_t out[1024], other[1024];
    struct mu_bytes bytes;
    struct mu_batch a, b;
    struct mu_item more[3];

    (void)state;
    memset(there.origin.b, 0x20, sizeof there.origin.b);
    bytes = make_batch(out, sizeof out, &here, CLERK, three, 3);
    assert_int_equal(read_batch(bytes, &a), MU_OK);
    assert_int_equal(
        mu_batch_read(make_batch(other, sizeof other, &there, CLERK, three, 3), more, &b), MU_OK);
    mu_batch_leaves(&a);
    mu_batch_leaves(&b);
    assert_false(mu_hash_equal(&a.items[0].leaf, &b.items[0].leaf));
    /* Readdressed without the key. */
    memcpy(out + 40, there.origin.b, sizeof there.origin.b);
    assert_int_equal(admit(bytes, CLERK), MU_E_BAD_SEAL);
}

static void events_do_not_move_within_or_between_batches(void **state)
{
    const struct mu_bytes swapped[3] = {three[1], three[0], three[2]};
    struct mu_seal seal = blank_seal(CLERK), second = blank_seal(CLERK);
    uint8_t out[1024], other[1024];
    struct mu_bytes bytes = make_batch(out, sizeof out, &seal, CLERK, three, 3);

    (void)state;
    /* Two swapped under the same seal. */
    make_batch(other, sizeof other, &second, CLERK, swapped, 3);
    memcpy(other, out, MU_SEAL_BYTES);
    assert_int_equal(admit((struct mu_bytes){other, bytes.size}, CLERK), MU_E_BAD_SEAL);
    /* The last one dropped, and the count with it. */
    memcpy(other, out, bytes.size);
    other[7] = 2;
    assert_int_equal(admit((struct mu_bytes){other, bytes.size - 14}, CLERK), MU_E_BAD_SEAL);
    /* The same words one sequence later are another event. */
    second = blank_seal(CLERK);
    second.first_sequence = 2;
    make_batch(other, sizeof other, &second, CLERK, three, 3);
    assert_false(mu_hash_equal(&seal.root, &second.root));
    memcpy(other, out, MU_SEAL_BYTES);
    assert_int_equal(admit((struct mu_bytes){other, bytes.size}, CLERK), MU_OK); /* bodies equal */
}

static void private_parts_are_bound_by_their_commitment(void **state)
{
    const struct mu_hash committed[3] = {{{0}}, {{1, 2, 3}}, {{0}}};
    struct mu_seal seal = blank_seal(CLERK);
    uint8_t out[1024];
    struct mu_writer w = mu_writer(out, sizeof out);
    struct mu_hash last;
    mu_key *key = help_key(CLERK);
    struct mu_batch batch;

    (void)state;
    assert_int_equal(mu_batch_write_committed(&w, &seal, three, committed, 3, key, &last), MU_OK);
    assert_int_equal(w.used, MU_SEAL_BYTES + 3 * (5 + 9) + 32);
    assert_int_equal(read_batch(mu_written(&w), &batch), MU_OK);
    assert_false(batch.items[0].has_private);
    assert_true(batch.items[1].has_private);
    assert_true(mu_hash_equal(&batch.items[1].committed, &committed[1]));
    assert_false(batch.items[2].has_private);
    assert_int_equal(admit(mu_written(&w), CLERK), MU_OK);
    out[MU_SEAL_BYTES + 14 + 1] ^= 1;
    assert_int_equal(admit(mu_written(&w), CLERK), MU_E_BAD_SEAL);
    /* A commitment to nothing, written out, and unknown flags. */
    memset(out + MU_SEAL_BYTES + 14 + 1, 0, 32);
    assert_int_equal(admit(mu_written(&w), CLERK), MU_E_MALFORMED);
    out[MU_SEAL_BYTES + 14] = 2;
    assert_int_equal(admit(mu_written(&w), CLERK), MU_E_MALFORMED);
    mu_key_close(&key);
}

/* A writer that only counts says how much room the real one needs. */
static void counting_and_writing_agree(void **state)
{
    struct mu_seal seal = blank_seal(CLERK);
    uint8_t out[302];
    struct mu_writer w = mu_writer(NULL, 0);
    struct mu_hash last;
    mu_key *key = help_key(CLERK);

    (void)state;
    assert_int_equal(mu_batch_write(&w, &seal, three, 3, key, &last), MU_OK);
    assert_int_equal(w.used, sizeof out);
    w = mu_writer(out, sizeof out - 1);
    assert_int_equal(mu_batch_write(&w, &seal, three, 3, key, &last), MU_E_LIMIT);
    w = mu_writer(out, sizeof out);
    assert_int_equal(mu_batch_write(&w, &seal, three, 3, key, &last), MU_OK);
    mu_key_close(&key);
}

static void bounds_hold_for_writer_and_reader_alike(void **state)
{
    static uint8_t body[MU_EVENT_BYTES_MAX + 1];
    static uint8_t out[MU_EVENT_BYTES_MAX + 1024];
    static struct mu_bytes many[MU_BATCH_EVENTS_MAX + 1];
    struct mu_bytes two[2] = {{body, MU_BATCH_BYTES_MAX / 2}, {body, MU_BATCH_BYTES_MAX / 2}};
    struct mu_bytes one = {body, MU_EVENT_BYTES_MAX};
    struct mu_seal seal = blank_seal(CLERK);
    struct mu_writer w = mu_writer(out, sizeof out);
    struct mu_hash last;
    mu_key *key = help_key(CLERK);

    (void)state;
    /* One event alone up to 256 KiB. */
    assert_int_equal(mu_batch_write(&w, &seal, &one, 1, key, &last), MU_OK);
    assert_int_equal(admit(mu_written(&w), CLERK), MU_OK);
    one.size++;
    assert_int_equal(mu_batch_write(&w, &seal, &one, 1, key, &last), MU_E_TOO_LARGE);
    /* Several together up to 64 KiB, seal and all. */
    assert_int_equal(mu_batch_write(&w, &seal, two, 2, key, &last), MU_E_TOO_LARGE);
    two[1].size -= MU_SEAL_BYTES + 10;
    w = mu_writer(out, sizeof out);
    assert_int_equal(mu_batch_write(&w, &seal, two, 2, key, &last), MU_OK);
    assert_int_equal(w.used, MU_BATCH_BYTES_MAX);
    assert_int_equal(admit(mu_written(&w), CLERK), MU_OK);
    assert_int_equal(mu_batch_write(&w, &seal, many, MU_BATCH_EVENTS_MAX + 1, key, &last),
                     MU_E_TOO_MANY);
    assert_int_equal(mu_batch_write(&w, &seal, many, 0, key, &last), MU_E_MALFORMED);
    w = mu_writer(out, sizeof out);
    assert_int_equal(mu_batch_write(&w, &seal, many, MU_BATCH_EVENTS_MAX, key, &last), MU_OK);
    assert_int_equal(admit(mu_written(&w), CLERK), MU_OK);
    mu_key_close(&key);
}

static void a_reader_refuses_what_a_writer_would_not_make(void **state)
{
    static uint8_t out[MU_EVENT_BYTES_MAX + 1024];
    struct mu_seal seal = blank_seal(CLERK);
    struct mu_writer w = mu_writer(out, sizeof out);
    struct mu_batch batch;

    (void)state;
    seal.algorithm = 1;
    seal.count = 1;
    mu_seal_write(&w, &seal);
    mu_write_u8(&w, 0);
    mu_write_u32(&w, MU_EVENT_BYTES_MAX + 1);
    assert_int_equal(read_batch((struct mu_bytes){out, w.used + MU_EVENT_BYTES_MAX + 1}, &batch),
                     MU_E_TOO_LARGE);
    /* A length that promises more than there is must not be believed. */
    assert_int_equal(read_batch(mu_written(&w), &batch), MU_E_MALFORMED);
    w = mu_writer(out, sizeof out);
    seal.count = 2;
    mu_seal_write(&w, &seal);
    assert_int_equal(read_batch((struct mu_bytes){out, MU_BATCH_BYTES_MAX + 1}, &batch),
                     MU_E_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_arrives_as_it_was_sealed),
        cmocka_unit_test(leaves_form_a_chain),
        cmocka_unit_test(a_leaf_binds_everything_in_it),
        cmocka_unit_test(every_single_bit_of_a_batch_counts),
        cmocka_unit_test(a_batch_cut_anywhere_is_malformed),
        cmocka_unit_test(impossible_seals_are_not_read),
        cmocka_unit_test(sequences_end_where_numbers_do),
        cmocka_unit_test(a_forger_without_the_key_is_caught),
        cmocka_unit_test(a_root_recomputed_is_still_not_signed),
        cmocka_unit_test(a_seal_for_one_log_does_not_fit_another),
        cmocka_unit_test(events_do_not_move_within_or_between_batches),
        cmocka_unit_test(private_parts_are_bound_by_their_commitment),
        cmocka_unit_test(counting_and_writing_agree),
        cmocka_unit_test(bounds_hold_for_writer_and_reader_alike),
        cmocka_unit_test(a_reader_refuses_what_a_writer_would_not_make),
    };

    return cmocka_run_group_tests_name("sign/seal", tests, NULL, NULL);
}
