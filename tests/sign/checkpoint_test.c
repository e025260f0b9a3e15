/* Checkpoints: written once, read strictly, believed only when signed by the log of that name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "proto/sign/base64.h"
#include "proto/sign/checkpoint.h"
#include "tests/help/keys.h"

#define LOG_KEY 9
#define OTHER_KEY 8

static const struct mu_hash log_id = {{0xab, 0xcd, 0xef}};
static const struct mu_head head = {2, 4711, {{0x51, 0x52}}};

static struct mu_bytes text(const char *s)
{
    return (struct mu_bytes){(const uint8_t *)s, strlen(s)};
}

static void sign(const struct mu_hash *log, const struct mu_head *h, uint8_t seed, char *note)
{
    mu_key *key = help_key(seed);

    assert_int_equal(mu_checkpoint_sign(log, h, key, note), MU_OK);
    mu_key_close(&key);
}

/* As a follower reads it: with the log's id and key. */
static enum mu_err believe(struct mu_bytes note, struct mu_head *out)
{
    mu_verifier *v = help_verifier(LOG_KEY);
    enum mu_err err = mu_checkpoint_read(note, &log_id, v, NULL, out);

    mu_verifier_close(&v);
    return err;
}

static void assert_head(const struct mu_head *got)
{
    assert_int_equal(got->epoch, head.epoch);
    assert_int_equal(got->size, head.size);
    assert_true(mu_hash_equal(&got->root, &head.root));
}

static void a_note_says_what_was_signed(void **state)
{
    mu_verifier *v = help_verifier(LOG_KEY);
    char note[MU_NOTE_BYTES_MAX];
    struct mu_head got;

    (void)state;
    sign(&log_id, &head, LOG_KEY, note);
    assert_int_equal(strncmp(note, "muster/abcdef00", 15), 0);
    assert_non_null(strstr(note, "/2\n4711\nUVIAAAAA"));
    assert_int_equal(believe(text(note), &got), MU_OK);
    assert_head(&got);
    memset(&got, 0, sizeof got);
    assert_int_equal(mu_checkpoint_read(text(note), &log_id, v, mu_verifier_public(v), &got),
                     MU_OK);
    assert_head(&got);
    mu_verifier_close(&v);
}

static void the_longest_note_fits(void **state)
{
    const struct mu_head longest = {UINT32_MAX, UINT64_MAX, {{0xff}}};
    char note[MU_NOTE_BYTES_MAX];
    struct mu_head got;

    (void)state;
    sign(&log_id, &longest, LOG_KEY, note);
    assert_int_equal(strlen(note), 319);
    assert_int_equal(believe(text(note), &got), MU_OK);
    assert_int_equal(got.epoch, UINT32_MAX);
    assert_true(got.size == UINT64_MAX);
}

static void every_single_bit_of_a_note_counts(void **state)
{
    char note[MU_NOTE_BYTES_MAX];
    struct mu_bytes bytes;
    struct mu_head got;

    (void)state;
    sign(&log_id, &head, LOG_KEY, note);
    bytes = text(note);
    for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
        note[bit / 8] = (char)(note[bit / 8] ^ 1 << bit % 8);
        assert_int_not_equal(believe(bytes, &got), MU_OK);
        note[bit / 8] = (char)(note[bit / 8] ^ 1 << bit % 8);
    }
    assert_int_equal(believe(bytes, &got), MU_OK);
}

static void a_note_cut_anywhere_is_malformed(void **state)
{
    char note[MU_NOTE_BYTES_MAX];
    struct mu_bytes bytes;
    struct mu_head got;

    (void)state;
    sign(&log_id, &head, LOG_KEY, note);
    bytes = text(note);
    for (size_t size = bytes.size; size-- > 0;)
        assert_int_equal(believe((struct mu_bytes){bytes.data, size}, &got), MU_E_MALFORMED);
    assert_int_equal(believe((struct mu_bytes){NULL, 0}, &got), MU_E_MALFORMED);
    assert_int_equal(believe((struct mu_bytes){bytes.data, bytes.size + 1}, &got), MU_E_MALFORMED);
}

static void another_logs_note_is_told_apart(void **state)
{
    const struct mu_hash other_log = {{0x01}};
    char note[MU_NOTE_BYTES_MAX];
    struct mu_head got;

    (void)state;
    sign(&other_log, &head, LOG_KEY, note);
    assert_int_equal(believe(text(note), &got), MU_E_OTHER_LOG);
    sign(&log_id, &head, OTHER_KEY, note);
    assert_int_equal(believe(text(note), &got), MU_E_PROOF);
}

/* Without a key the note is only read: for looking, never for believing. */
static void reading_is_not_believing(void **state)
{
    char note[MU_NOTE_BYTES_MAX];
    struct mu_head got;

    (void)state;
    sign(&log_id, &head, OTHER_KEY, note);
    assert_int_equal(mu_checkpoint_read(text(note), &log_id, NULL, NULL, &got), MU_OK);
    assert_head(&got);
    strstr(note, "\n\n")[2] = '\0';
    assert_int_equal(mu_checkpoint_read(text(note), &log_id, NULL, NULL, &got), MU_E_MALFORMED);
}

/* The text of a note, then these signature lines. */
static struct mu_bytes assemble(char *out, size_t size, const char *note, const char *lines)
{
    size_t head_size = (size_t)(strstr(note, "\n\n") - note) + 2;

    snprintf(out, size, "%.*s%s", (int)head_size, note, lines);
    return text(out);
}

static void witnesses_may_sign_as_well(void **state)
{
    static const char witness[] = "\xe2\x80\x94 witness.example/w1 AAAAAAAAAAA=\n";
    char note[MU_NOTE_BYTES_MAX], lines[4096], out[8192];
    const char *ours;
    struct mu_head got;

    (void)state;
    sign(&log_id, &head, LOG_KEY, note);
    ours = strstr(note, "\n\n") + 2;
    snprintf(lines, sizeof lines, "%s%s%s", witness, ours, witness);
    assert_int_equal(believe(assemble(out, sizeof out, note, lines), &got), MU_OK);
    assert_head(&got);
    /* Only theirs. */
    assert_int_equal(believe(assemble(out, sizeof out, note, witness), &got), MU_E_PROOF);
    /* Ours twice. */
    snprintf(lines, sizeof lines, "%s%s", ours, ours);
    assert_int_equal(believe(assemble(out, sizeof out, note, lines), &got), MU_E_MALFORMED);
    /* More than anybody needs. */
    lines[0] = '\0';
    for (unsigned i = 0; i < MU_NOTE_SIGNATURES_MAX; i++)
        strcat(lines, witness);
    strcat(lines, ours);
    assert_int_equal(believe(assemble(out, sizeof out, note, lines), &got), MU_E_MALFORMED);
}

/* After a change of keys, notes carry the old name with a new key: no error, and no belief. */
static void a_line_of_our_name_under_another_key_is_a_strangers(void **state)
{
    char ours[MU_NOTE_BYTES_MAX], theirs[MU_NOTE_BYTES_MAX], out[4 * MU_NOTE_BYTES_MAX];
    char lines[2 * MU_NOTE_BYTES_MAX];
    struct mu_head got;

    (void)state;
    sign(&log_id, &head, LOG_KEY, ours);
    sign(&log_id, &head, OTHER_KEY, theirs);
    assert_int_equal(believe(text(theirs), &got), MU_E_PROOF);
    snprintf(lines, sizeof lines, "%s%s", strstr(theirs, "\n\n") + 2, strstr(ours, "\n\n") + 2);
    assert_int_equal(believe(assemble(out, sizeof out, ours, lines), &got), MU_OK);
}

/* A signature by the right key over this very text, so that only the reader's strictness stands
 * between the text and belief. */
static struct mu_bytes sign_text(const char *body, char *out, size_t size)
{
    char note[MU_NOTE_BYTES_MAX], value[MU_BASE64_CHARS(68) + 1], name[80];
    uint8_t signature[68];
    struct mu_bytes line;
    mu_key *key = help_key(LOG_KEY);

    sign(&log_id, &head, LOG_KEY, note); /* for its key hash */
    line = text(strstr(note, "\n\n") + 2);
    memcpy(name, line.data, 3 + 1 + 7 + 64);
    name[3 + 1 + 7 + 64] = '\0';
    line.data += strlen(name) + 1;
    line.size -= strlen(name) + 2;
    assert_int_equal(mu_unbase64(line, signature, sizeof signature), MU_OK);
    assert_int_equal(mu_key_sign(key, text(body), signature + 4), MU_OK);
    mu_base64(signature, sizeof signature, value);
    snprintf(out, size, "%s\n%s %s\n", body, name, value);
    mu_key_close(&key);
    return text(out);
}

static void a_note_has_one_spelling(void **state)
{
#define ID "abcdef0000000000000000000000000000000000000000000000000000000000"
#define ROOT "UVIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    static const char *const bad[] = {
        "muster/" ID "/02\n4711\n" ROOT "\n",
        "muster/" ID "/\n4711\n" ROOT "\n",
        "muster/" ID "/4294967296\n4711\n" ROOT "\n",
        "muster/" ID "/-2\n4711\n" ROOT "\n",
        "muster/" ID "\n4711\n" ROOT "\n",
        "muster/ABCDEF0000000000000000000000000000000000000000000000000000000000/2\n4711\n" ROOT
        "\n",
        "Muster/" ID "/2\n4711\n" ROOT "\n",
        "muster/" ID "/2\n04711\n" ROOT "\n",
        "muster/" ID "/2\n+4711\n" ROOT "\n",
        "muster/" ID "/2\n4711 \n" ROOT "\n",
        "muster/" ID "/2\n\n" ROOT "\n",
        "muster/" ID "/2\n18446744073709551616\n" ROOT "\n",
        "muster/" ID "/2\n99999999999999999999999\n" ROOT "\n",
        "muster/" ID "/2\n4711\n" ROOT "=\n",
        "muster/" ID "/2\n4711\nUVIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n", /* stray bits */
        "muster/" ID "/2\n4711\nUVIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA \n",
        "muster/" ID "/2\n4711\nUVIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n",
        "muster/" ID "/2\n4711\n" ROOT "\nmore\n",
        "muster/" ID "/2\r\n4711\r\n" ROOT "\r\n",
        "muster/" ID "/2\n4711\n",
    };
    char out[1024];
    struct mu_head got;

    (void)state;
    assert_int_equal(believe(sign_text("muster/" ID "/2\n4711\n" ROOT "\n", out, sizeof out), &got),
                     MU_OK);
    assert_head(&got);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(believe(sign_text(bad[i], out, sizeof out), &got), MU_E_MALFORMED);
    assert_int_equal(believe(sign_text("muster/" ID "/0\n0\n" ROOT "\n", out, sizeof out), &got),
                     MU_OK);
#undef ID
#undef ROOT
}

static void malformed_signature_lines_are_refused(void **state)
{
    static const char *const bad[] = {
        "- x AAAA\n",
        "\xe2\x80\x94 x\n",
        "\xe2\x80\x94 x \n",
        "\xe2\x80\x94  AAAA\n",
        "\xe2\x80\x94\n",
        "\xe2\x80\x94 \n",
        "\n",
        "\xe2\x80\x94 x AAAA",
    };
    char note[MU_NOTE_BYTES_MAX], lines[1024], out[2048];
    struct mu_head got;

    (void)state;
    sign(&log_id, &head, LOG_KEY, note);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(lines, sizeof lines, "%s%s", strstr(note, "\n\n") + 2, bad[i]);
        assert_int_equal(believe(assemble(out, sizeof out, note, lines), &got), MU_E_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_says_what_was_signed),
        cmocka_unit_test(the_longest_note_fits),
        cmocka_unit_test(every_single_bit_of_a_note_counts),
        cmocka_unit_test(a_note_cut_anywhere_is_malformed),
        cmocka_unit_test(another_logs_note_is_told_apart),
        cmocka_unit_test(reading_is_not_believing),
        cmocka_unit_test(witnesses_may_sign_as_well),
        cmocka_unit_test(a_line_of_our_name_under_another_key_is_a_strangers),
        cmocka_unit_test(a_note_has_one_spelling),
        cmocka_unit_test(malformed_signature_lines_are_refused),
    };

    return cmocka_run_group_tests_name("sign/checkpoint", tests, NULL, NULL);
}
