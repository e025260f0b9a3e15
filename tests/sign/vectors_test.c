/* The worked bytes of docs/SEALS.md. Each file in tests/sign/vectors is made again here and compared,
 * byte for byte, with the file and with the document: neither can drift from what the code does.
 *
 * MU_VECTORS=write writes the files instead; what changed then shows in the diff. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/sign/checkpoint.h"
#include "proto/sign/digest.h"
#include "proto/sign/merkle.h"
#include "proto/sign/receipt.h"
#include "tests/help/keys.h"

#define FILE_MAX 65536u
#define AUTHOR_SEED 1 /* keys: 32 times this byte is the seed */
#define LOG_SEED 9

static char made[FILE_MAX], kept[FILE_MAX];
static char doc[4 * FILE_MAX];

/* ---- what every vector is about ------------------------------------------------------------ */

static struct mu_hash filled(uint8_t byte)
{
    struct mu_hash h;

    memset(h.b, byte, sizeof h.b);
    return h;
}

static struct mu_bytes text(const char *s)
{
    return (struct mu_bytes){(const uint8_t *)s, strlen(s)};
}

static struct mu_author example_author(void)
{
    struct mu_author a = {
        .origin = filled(0xa1),
        .instance = 7,
        .lane = MU_LANE_URGENT,
        .sequence = 41,
        .previous = filled(0xb2),
    };
    mu_verifier *v = help_verifier(AUTHOR_SEED);

    a.agent = *mu_verifier_id(v);
    mu_sha256("moved 135", 9, &a.body);
    mu_verifier_close(&v);
    return a;
}

static struct mu_seal example_seal(void)
{
    struct mu_author a = example_author();

    return (struct mu_seal){
        .lane = a.lane,
        .agent = a.agent,
        .origin = a.origin,
        .instance = a.instance,
        .first_sequence = a.sequence,
        .previous = a.previous,
        .seen = {1, 1000, filled(0xc3)},
    };
}

/* ---- lines "name = hex" -------------------------------------------------------------------- */

static void say_hex(struct mu_text *out, const char *name, const uint8_t *bytes, size_t size)
{
    static char hex[FILE_MAX];

    mu_hex(bytes, size, hex);
    mu_text_addf(out, "%s = %s\n", name, hex);
}

static void say_hash(struct mu_text *out, const char *name, struct mu_hash h)
{
    say_hex(out, name, h.b, sizeof h.b);
}

static void say_key(struct mu_text *out, const char *who, uint8_t seed)
{
    mu_verifier *v = help_verifier(seed);
    char name[64];

    snprintf(name, sizeof name, "%s public key", who);
    say_hex(out, name, mu_verifier_public(v)->b, MU_PUBLIC_BYTES);
    snprintf(name, sizeof name, "%s key id", who);
    say_hex(out, name, mu_verifier_id(v)->b, sizeof mu_verifier_id(v)->b);
    mu_verifier_close(&v);
}

/* ---- the files ----------------------------------------------------------------------------- */

static void make_leaves(struct mu_text *out)
{
    struct mu_author author = example_author();
    struct mu_record record = {1, 1001, INT64_C(1942063200000), 0, 1, mu_author_leaf(&author)};
    struct mu_hash left = filled(0x11), right = filled(0x22), node;

    say_key(out, "author", AUTHOR_SEED);
    say_hex(out, "body", (const uint8_t *)"moved 135", 9);
    say_hash(out, "body digest", author.body);
    say_hash(out, "author leaf", record.author_leaf);
    author.committed = filled(0xd4);
    say_hash(out, "author leaf with commitment d4..d4", mu_author_leaf(&author));
    say_hash(out, "log leaf 1001, accepted", mu_log_leaf(&record));
    record.code = MU_E_NOT_GRANTED;
    say_hash(out, "log leaf 1001, refused 120", mu_log_leaf(&record));
    mu_node_hash(&left, &right, &node);
    say_hash(out, "node of 11..11 and 22..22", node);
}

static void make_batch(struct mu_text *out)
{
    const struct mu_bytes bodies[2] = {text("moved 135"), text("moved 240")};
    const struct mu_hash committed[2] = {filled(0), filled(0xd4)};
    struct mu_seal seal = example_seal();
    static struct mu_item items[MU_BATCH_EVENTS_MAX];
    uint8_t bytes[1024];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    mu_key *key = help_key(AUTHOR_SEED);
    struct mu_hash last;
    struct mu_batch batch;

    MU_CHECK(mu_batch_write_committed(&w, &seal, bodies, committed, 2, key, &last) == MU_OK);
    MU_CHECK(mu_batch_read(mu_written(&w), items, &batch) == MU_OK);
    mu_batch_leaves(&batch);
    say_hash(out, "leaf of sequence 41", items[0].leaf);
    say_hash(out, "leaf of sequence 42", items[1].leaf);
    say_hash(out, "root", seal.root);
    say_hex(out, "signed part", bytes, MU_SEAL_SIGNED_BYTES);
    say_hex(out, "signature", seal.signature, MU_SIGNATURE_BYTES);
    say_hex(out, "items", bytes + MU_SEAL_BYTES, w.used - MU_SEAL_BYTES);
    mu_key_close(&key);
}

static void make_checkpoint(struct mu_text *out)
{
    const struct mu_hash log = filled(0xa1);
    const struct mu_head head = {1, 1001, filled(0xe5)};
    char note[MU_NOTE_BYTES_MAX];
    mu_key *key = help_key(LOG_SEED);

    MU_CHECK(mu_checkpoint_sign(&log, &head, key, note) == MU_OK);
    say_key(out, "log", LOG_SEED);
    mu_text_add(out, note);
    mu_key_close(&key);
}

/* Two log leaves were delivered: 32 times 0x11 and 32 times 0x22. */
static void make_receipt(struct mu_text *out)
{
    const struct mu_author author = example_author();
    const struct mu_hash leaf[2] = {filled(0x11), filled(0x22)};
    struct mu_receipt receipt = {.agent = author.agent,
                                 .log = author.origin,
                                 .instance = author.instance,
                                 .head = {1, 1001, filled(0xe5)},
                                 .through = {1001, 1001, 1000},
                                 .stated_at_ms = INT64_C(1942063200000)};
    uint8_t bytes[MU_RECEIPT_BYTES];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    mu_key *key = help_key(AUTHOR_SEED);

    mu_sha256("type=evacuation", 15, &receipt.filter);
    for (size_t i = 0; i < 2; i++)
        mu_delivered_add(&receipt.delivered, &leaf[i]);
    MU_CHECK(mu_receipt_sign(&receipt, key) == MU_OK);
    mu_receipt_write(&w, &receipt);
    MU_CHECK(mu_writer_ok(&w) && w.used == sizeof bytes);
    say_hash(out, "running hash of 11..11 and 22..22", receipt.delivered.running);
    say_hash(out, "filter type=evacuation", receipt.filter);
    say_hex(out, "receipt, signed part", bytes, MU_RECEIPT_SIGNED_BYTES);
    say_hex(out, "receipt, signature", receipt.signature, MU_SIGNATURE_BYTES);
    mu_key_close(&key);
}

/* Leaf i of the example tree is SHA-256 of the one byte i. */
static enum mu_err example_node(void *from, unsigned level, uint64_t index, struct mu_hash *out)
{
    struct mu_hash leaf[8];

    (void)from;
    for (size_t i = 0; i < (size_t)1 << level; i++) {
        uint8_t byte = (uint8_t)((index << level) + i);
        mu_sha256(&byte, 1, &leaf[i]);
    }
    mu_tree_root(leaf, (size_t)1 << level, out);
    return MU_OK;
}

static void say_proof(struct mu_text *out, const char *name, const struct mu_proof *proof)
{
    for (size_t i = 0; i < proof->count; i++)
        say_hash(out, name, proof->hash[i]);
}

static void make_proofs(struct mu_text *out)
{
    struct mu_edge edge = {.size = 0};
    struct mu_hash leaf, root;
    struct mu_proof proof;

    for (uint64_t i = 0; i < 7; i++) {
        MU_CHECK(example_node(NULL, 0, i, &leaf) == MU_OK);
        mu_edge_add(&edge, &leaf);
        mu_edge_root(&edge, &root);
        if (i == 2)
            say_hash(out, "root of 3 leaves", root);
    }
    say_hash(out, "root of 7 leaves", root);
    MU_CHECK(mu_range_prove(example_node, NULL, 2, 3, 7, &proof) == MU_OK);
    say_proof(out, "range 2..4 of 7", &proof);
    MU_CHECK(mu_consistency_prove(example_node, NULL, 3, 7, &proof) == MU_OK);
    say_proof(out, "consistency 3 to 7", &proof);
}

static void slurp(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t got;

    if (file == NULL)
        fail_msg("cannot read %s; run the test from the top of the tree", path);
    got = fread(out, 1, size - 1, file);
    out[got] = '\0';
    fclose(file);
}

static void spit(const char *path, const char *what)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fputs(what, file) < 0, 0);
    fclose(file);
}

static void compare(const char *path, void (*make)(struct mu_text *))
{
    struct mu_text out = mu_text(made, sizeof made);

    make(&out);
    assert_false(out.cut);
    if (getenv("MU_VECTORS") != NULL && strcmp(getenv("MU_VECTORS"), "write") == 0)
        spit(path, made);
    slurp(path, kept, sizeof kept);
    assert_string_equal(made, kept);
    slurp("docs/SEALS.md", doc, sizeof doc);
    if (strstr(doc, made) == NULL)
        fail_msg("docs/SEALS.md does not show %s as it is", path);
}

static void leaves_are_the_published_ones(void **state)
{
    (void)state;
    compare("tests/sign/vectors/leaves.txt", make_leaves);
}

static void the_batch_is_the_published_one(void **state)
{
    (void)state;
    compare("tests/sign/vectors/batch.txt", make_batch);
}

static void the_checkpoint_is_the_published_one(void **state)
{
    (void)state;
    compare("tests/sign/vectors/checkpoint.txt", make_checkpoint);
}

static void the_receipt_is_the_published_one(void **state)
{
    (void)state;
    compare("tests/sign/vectors/receipt.txt", make_receipt);
}

static void the_proofs_are_the_published_ones(void **state)
{
    (void)state;
    compare("tests/sign/vectors/proofs.txt", make_proofs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_are_the_published_ones),
        cmocka_unit_test(the_batch_is_the_published_one),
        cmocka_unit_test(the_checkpoint_is_the_published_one),
        cmocka_unit_test(the_receipt_is_the_published_one),
        cmocka_unit_test(the_proofs_are_the_published_ones),
    };

    return cmocka_run_group_tests_name("sign/vectors", tests, NULL, NULL);
}
