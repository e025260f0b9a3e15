/* What joining is made of: the code and its key, the four words, the certificate; against the bytes that
 * docs/PROTOCOL.md names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/sign/certificate.h"
#include "proto/sign/join.h"
#include "proto/wire/join.h"
#include "proto/words/check.h"
#include "tests/help/county.h"
#include "tests/help/frames.h"
#include "tests/help/keys.h"

#define NOW_MS INT64_C(1942063200000)
#define YEAR_MS (INT64_C(365) * 86400000)

static char document[256 * 1024];

static int read_document(void **state)
{
    FILE *file = fopen("docs/PROTOCOL.md", "re");
    size_t size;

    (void)state;
    if (file == NULL)
        return -1;
    size = fread(document, 1, sizeof document - 1, file);
    document[size] = '\0';
    fclose(file);
    return size < sizeof document - 1 ? 0 : -1;
}

static void document_says(const char *name, struct mu_bytes bytes)
{
    char heading[48];
    const char *at;
    size_t size = 0;
    unsigned byte;

    snprintf(heading, sizeof heading, "```hex %s\n", name);
    assert_non_null(at = strstr(document, heading));
    for (at += strlen(heading); *at != '`'; at += 3, size++) {
        assert_int_equal(sscanf(at, "%2x", &byte), 1);
        assert_true(size < bytes.size);
        assert_int_equal(byte, bytes.data[size]);
    }
    assert_int_equal(size, bytes.size);
}

/* ---- messages -------------------------------------------------------------------------------- */

static struct mu_hash hash_of(uint8_t byte)
{
    struct mu_hash h;

    memset(h.b, byte, sizeof h.b);
    return h;
}

static void again(struct mu_bytes bytes, enum mu_join_type type)
{
    struct mu_join_message m;
    uint8_t cut[MU_JOIN_BYTES_MAX];

    assert_int_equal(mu_join_read(bytes, &m), MU_OK);
    assert_int_equal(m.type, type);
    for (size_t size = 0; size < bytes.size; size++)
        assert_int_not_equal(mu_join_read((struct mu_bytes){bytes.data, size}, &m), MU_OK);
    memcpy(cut, bytes.data, bytes.size);
    cut[0] = 2;
    assert_int_equal(mu_join_read((struct mu_bytes){cut, bytes.size}, &m), MU_E_VERSION);
    cut[0] = 1;
    cut[1] = 7;
    assert_int_equal(mu_join_read((struct mu_bytes){cut, bytes.size}, &m), MU_E_BAD_FRAME);
}

static void its_bytes_and_words_are_those_of_the_document(void **state)
{
    static uint8_t said[MU_JOIN_BYTES_MAX], asked[MU_JOIN_BYTES_MAX], other[MU_JOIN_BYTES_MAX];
    struct mu_writer c = mu_writer(said, sizeof said), r = mu_writer(asked, sizeof asked), w;
    struct mu_join_challenge challenge = {.log = hash_of(0xaa),
                                          .log_key = hash_of(0xbb),
                                          .broker_curve = hash_of(0xcc),
                                          .nonce = hash_of(0x22),
                                          .agency = help_bytes("HC"),
                                          .county = help_bytes("Qinghe")};
    struct mu_bytes enrolment = help_bytes("an enrolment");
    struct mu_join_knock knock;
    struct mu_hash nonce = hash_of(0x11), digest;
    uint16_t words[MU_CHECK_WORDS], changed[MU_CHECK_WORDS];
    uint8_t signature[64];
    char line[256];
    struct mu_text text = mu_text(line, sizeof line);

    (void)state;
    memset(signature, 0x55, sizeof signature);
    w = mu_writer(other, sizeof other);
    mu_join_commit(&nonce, enrolment, &knock.commitment);
    mu_join_knock_write(&w, &knock);
    document_says("JOIN-KNOCK", mu_written(&w));
    again(mu_written(&w), MU_JOIN_KNOCK);
    mu_join_challenge_write(&c, &challenge);
    document_says("JOIN-CHALLENGE", mu_written(&c));
    again(mu_written(&c), MU_JOIN_CHALLENGE);
    mu_join_request_write(&r, &(struct mu_join_request){nonce, enrolment, signature});
    document_says("JOIN-REQUEST", mu_written(&r));
    again(mu_written(&r), MU_JOIN_REQUEST);
    w = mu_writer(other, sizeof other);
    mu_join_answer_write(&w, &(struct mu_join_answer){57, help_bytes("tcp://*:7400"),
                                                      help_bytes("DER"), help_bytes("status 3\n")});
    document_says("JOIN-ANSWER", mu_written(&w));
    again(mu_written(&w), MU_JOIN_ANSWER);
    w = mu_writer(other, sizeof other);
    mu_join_no_write(&w, MU_E_WORDS_DIFFER);
    document_says("JOIN-NO", mu_written(&w));
    again(mu_written(&w), MU_JOIN_NO);
    mu_join_to_sign(mu_written(&c), &nonce, enrolment, &digest);
    document_says("JOIN-SIGNED", (struct mu_bytes){digest.b, sizeof digest.b});

    mu_join_words(mu_written(&c), mu_written(&r), words);
    mu_check_words_print(&text, words, MU_CHECK_WORDS, MU_LANG_EN);
    assert_string_equal(line, "roof   chimney   cereal   kiwi");
    assert_true(mu_check_words_same("Roof, chimney cereal-KIWI\n", words, MU_CHECK_WORDS));
    assert_true(mu_check_words_same("付款 枸杞 荷花 相声", words, MU_CHECK_WORDS));
    assert_false(mu_check_words_same("roof chimney cereal", words, MU_CHECK_WORDS));
    assert_false(mu_check_words_same("roof chimney cereal kiwi kiwi", words, MU_CHECK_WORDS));
    for (size_t i = 0; i < c.used; i++) { /* no byte of what will be trusted is outside of them */
        said[i] ^= 1;
        mu_join_words(mu_written(&c), mu_written(&r), changed);
        assert_memory_not_equal(changed, words, sizeof words);
        said[i] ^= 1;
    }
}

static void a_code_opens_one_door(void **state)
{
    struct mu_door_keys keys;

    (void)state;
    assert_int_equal(mu_code_keys("QH7K-3MZP-9XWW", &keys), MU_OK);
    document_says("JOIN-SECRET", (struct mu_bytes){keys.secret, sizeof keys.secret});
    document_says("JOIN-PUBLIC", (struct mu_bytes){keys.public, sizeof keys.public});
}

static void no_two_words_are_one(void **state)
{
    char a[64], b[64];

    (void)state;
    for (unsigned lang = 0; lang < 2; lang++)
        for (uint16_t i = 0; i < MU_CHECK_LIST; i++)
            for (uint16_t k = 0; k < i; k++) {
                struct mu_text one = mu_text(a, sizeof a), two = mu_text(b, sizeof b);

                mu_check_words_print(&one, &i, 1, (enum mu_lang)lang);
                mu_check_words_print(&two, &k, 1, (enum mu_lang)lang);
                if (strcmp(a, b) == 0)
                    fail_msg("%s is there twice", a);
            }
}

/* ---- certificates ---------------------------------------------------------------------------- */

struct papers {
    mu_key *ca, *other_ca, *key;
    uint8_t authority[MU_CERTIFICATE_BYTES_MAX], other[MU_CERTIFICATE_BYTES_MAX];
    uint8_t leaf[MU_CERTIFICATE_BYTES_MAX];
    size_t authority_size, other_size, leaf_size;
    struct mu_public public;
    uint8_t curve[32];
};

static void make_papers(struct papers *p, uint8_t seed)
{
    p->ca = help_key(1);
    p->other_ca = help_key(2);
    p->key = help_key(seed);
    mu_key_public(p->key, &p->public);
    county_curve(seed, p->curve);
    assert_int_equal(mu_certificate_authority(p->ca, "Qinghe", NOW_MS, NOW_MS + 30 * YEAR_MS,
                                              p->authority, &p->authority_size),
                     MU_OK);
    assert_int_equal(mu_certificate_authority(p->other_ca, "Qinghe", NOW_MS, NOW_MS + 30 * YEAR_MS,
                                              p->other, &p->other_size),
                     MU_OK);
    assert_int_equal(mu_certificate_issue(
                         p->ca, (struct mu_bytes){p->authority, p->authority_size},
                         &(struct mu_certificate_subject){&p->public, p->curve, "HC", "卫健局",
                                                          COUNTY_AREA, NOW_MS, NOW_MS + YEAR_MS},
                         p->leaf, &p->leaf_size),
                     MU_OK);
}

static void free_papers(struct papers *p)
{
    mu_key_close(&p->ca);
    mu_key_close(&p->other_ca);
    mu_key_close(&p->key);
}

static void a_certificate_says_what_it_was_issued_for(void **state)
{
    struct papers p;
    struct mu_certificate c;
    struct mu_agent_id id;
    char uri[MU_CERTIFICATE_URI_MAX];

    (void)state;
    make_papers(&p, 30);
    assert_int_equal(mu_certificate_read((struct mu_bytes){p.leaf, p.leaf_size},
                                         (struct mu_bytes){p.authority, p.authority_size}, &c),
                     MU_OK);
    assert_memory_equal(c.key.b, p.public.b, 32);
    assert_memory_equal(c.curve, p.curve, 32);
    assert_int_equal(c.from_ms, NOW_MS);
    assert_int_equal(c.until_ms, NOW_MS + YEAR_MS);
    id = mu_public_id(&p.public);
    mu_certificate_uri(COUNTY_AREA, &id, uri);
    assert_string_equal(c.uri, uri);
    assert_memory_equal(c.uri, "spiffe://cn.99.01.21/agent/", 27);
    /* another CA of the same name has not signed it; a CA's own certificate is no leaf */
    assert_int_equal(mu_certificate_read((struct mu_bytes){p.leaf, p.leaf_size},
                                         (struct mu_bytes){p.other, p.other_size}, &c),
                     MU_E_PROOF);
    assert_int_equal(mu_certificate_read((struct mu_bytes){p.authority, p.authority_size},
                                         (struct mu_bytes){p.authority, p.authority_size}, &c),
                     MU_E_BAD_VALUE);
    for (size_t i = 0; i < p.leaf_size; i++) { /* every byte is signed, or the form is broken */
        p.leaf[i] ^= 1;
        assert_int_not_equal(mu_certificate_read((struct mu_bytes){p.leaf, p.leaf_size},
                                                 (struct mu_bytes){p.authority, p.authority_size},
                                                 &c),
                             MU_OK);
        p.leaf[i] ^= 1;
    }
    assert_int_equal(mu_certificate_issue(
                         p.other_ca, (struct mu_bytes){p.authority, p.authority_size},
                         &(struct mu_certificate_subject){&p.public, p.curve, "HC", "HC",
                                                          COUNTY_AREA, NOW_MS, NOW_MS + YEAR_MS},
                         p.leaf, &p.leaf_size),
                     MU_E_BAD_KEY);
    free_papers(&p);
}

/* Read once, at enrolment, by the judge. */
static void an_enrolment_with_anothers_certificate_is_refused(void **state)
{
    struct county_enrolment e;
    char agency[] = "HC", roles[] = "health";
    struct county c;
    struct papers p;

    (void)state;
    make_papers(&p, 30);
    county_open(&c);
    county_enrolment(&e, 30, agency, roles);
    e.enrolment.has_certificate = 1;
    e.enrolment.certificate = (ProtobufCBinaryData){p.leaf_size, p.leaf};
    assert_int_equal(county_judge(&c, COUNTY_ADMIN, &e.event), MU_E_BAD_VALUE); /* there is no CA */
    assert_string_equal(c.fault.path, "enrolment.certificate");
    county_close(&c);
    county_open_with_ca(&c, (struct mu_bytes){p.authority, p.authority_size});
    assert_int_equal(county_judge(&c, COUNTY_ADMIN, &e.event), MU_OK);
    county_enrolment(&e, 31, agency, roles); /* the same paper over other keys */
    e.enrolment.has_certificate = 1;
    e.enrolment.certificate = (ProtobufCBinaryData){p.leaf_size, p.leaf};
    assert_int_equal(county_judge(&c, COUNTY_ADMIN, &e.event), MU_E_BAD_VALUE);
    county_close(&c);
    county_open_with_ca(&c, (struct mu_bytes){p.other, p.other_size});
    county_enrolment(&e, 30, agency, roles);
    e.enrolment.has_certificate = 1;
    e.enrolment.certificate = (ProtobufCBinaryData){p.leaf_size, p.leaf};
    assert_int_equal(county_judge(&c, COUNTY_ADMIN, &e.event), MU_E_BAD_VALUE);
    county_close(&c);
    free_papers(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_bytes_and_words_are_those_of_the_document),
        cmocka_unit_test(a_code_opens_one_door),
        cmocka_unit_test(no_two_words_are_one),
        cmocka_unit_test(a_certificate_says_what_it_was_issued_for),
        cmocka_unit_test(an_enrolment_with_anothers_certificate_is_refused),
    };

    return cmocka_run_group_tests_name("join", tests, read_document, NULL);
}
