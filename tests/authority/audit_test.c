/* An auditor walks a county's record held in memory: what is whole passes, and whatever is changed is
 * named where it is, and nothing else with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/authority/audit.h"
#include "tests/help/founded.h"
#include "tests/help/keys.h"

#define EM 21
#define CA 22
#define STRANGER 23
#define PIECES_MAX 512
#define TRIALS 3000

/* What lies in the record: a batch, or a checkpoint of so many entries. */
struct piece {
    struct help_batch *sealed; /* NULL: a checkpoint */
    struct mu_audit_batch batch;
    struct mu_audit_item items[8];
    struct mu_hash stored[8];
    uint64_t size;
    char note[MU_NOTE_BYTES_MAX];
};

struct record {
    struct founded words; /* its arena only */
    struct mu_hash id;
    struct mu_edge edge;
    int64_t now_ms;
    mu_key *log_key;
    struct help_author broker, admin, em, ca;
    struct piece *piece[PIECES_MAX];
    size_t pieces;
    uint64_t told; /* entries handed out by the last walk */
    uint64_t told_from, told_to, told_inside;
};

/* ---- making a record ------------------------------------------------------------------------- */

static struct piece *add_piece(struct record *r)
{
    assert_true(r->pieces < PIECES_MAX);
    r->piece[r->pieces] = calloc(1, sizeof(struct piece));
    assert_non_null(r->piece[r->pieces]);
    return r->piece[r->pieces++];
}

/* Leaves as the broker would store them; `refused` is the index of a refused event, -1: none. */
static void record_batch(struct record *r, struct help_batch *sealed, int refused)
{
    struct piece *p = add_piece(r);

    p->sealed = sealed;
    p->batch = (struct mu_audit_batch){.epoch = 1,
                                       .first_number = r->edge.size + 1,
                                       .accepted_at_ms = r->now_ms,
                                       .judge_version = 1,
                                       .seal = sealed->batch.seal,
                                       .items = p->items,
                                       .stored_leaves = p->stored};
    for (uint32_t i = 0; i < sealed->batch.seal.count; i++) {
        const struct mu_item *item = &sealed->items[i];
        struct mu_record log = {1, r->edge.size + 1, r->now_ms, 0, 1, item->leaf};

        if ((int)i == refused) {
            log.code = MU_E_BAD_VALUE;
            p->items[i] = (struct mu_audit_item){.code = log.code, .leaf = item->leaf};
        } else {
            p->items[i] = (struct mu_audit_item){.body = item->body};
        }
        p->stored[i] = mu_log_leaf(&log);
        mu_edge_add(&r->edge, &p->stored[i]);
    }
    r->now_ms += 1000;
}

static void record_checkpoint_of(struct record *r, const struct mu_edge *edge)
{
    struct piece *p = add_piece(r);
    struct mu_head head = {.epoch = 1, .size = edge->size};

    mu_edge_root(edge, &head.root);
    p->size = edge->size;
    assert_int_equal(mu_checkpoint_sign(&r->id, &head, r->log_key, p->note), MU_OK);
}

static void record_checkpoint(struct record *r)
{
    record_checkpoint_of(r, &r->edge);
}

static void says(struct record *r, struct help_author *author, unsigned count, int refused)
{
    struct mu_bytes bodies[8];

    for (unsigned i = 0; i < count; i++)
        bodies[i] = founded_report(&r->words, (unsigned)author->seal.first_sequence + i);
    record_batch(r, help_seal_bodies(author, bodies, NULL, count), refused);
}

static void enrols(struct record *r, uint8_t seed, const char *agency)
{
    struct mu_bytes body = founded_enrolment(&r->words, seed, agency, "", NULL);

    record_batch(r, help_seal_bodies(&r->admin, &body, NULL, 1), -1);
}

static void found(struct record *r)
{
    struct county_genesis g;
    struct help_batch *sealed;
    struct mu_bytes body;

    memset(r, 0, sizeof *r);
    r->words.arena = mu_arena_make((size_t)8 << 20);
    r->now_ms = COUNTY_START_MS;
    r->log_key = help_key(COUNTY_BROKER);
    county_genesis(&g);
    g.admin[0].agency = g.admin[1].agency = (char *)"ADMIN";
    body = help_packed(&g.event, &r->words.arena);
    help_author_open(&r->broker, COUNTY_BROKER, NULL, MU_LANE_ROUTINE);
    sealed = help_seal_bodies(&r->broker, &body, NULL, 1);
    r->id = sealed->items[0].leaf;
    record_batch(r, sealed, -1);
    r->broker.seal.origin = r->id;
    help_author_open(&r->admin, COUNTY_ADMIN, &r->id, MU_LANE_ROUTINE);
    help_author_open(&r->em, EM, &r->id, MU_LANE_ROUTINE);
    help_author_open(&r->ca, CA, &r->id, MU_LANE_ROUTINE);
}

/* Pieces 0..12: entry 1 genesis | 2 enrols EM | 3 enrols CA | checkpoint 3 | 4-8 EM | 9-11 CA, 10
 * refused | checkpoint 11 | 12-15 EM | 16 EM | checkpoint 16 | 17-19 CA | 20-22 EM | checkpoint 22. */
enum {
    GENESIS,
    ENROL_EM,
    ENROL_CA,
    CP_3,
    EM_4,
    CA_9,
    CP_11,
    EM_12,
    EM_16,
    CP_16,
    CA_17,
    EM_20,
    CP_22
};

static int make(void **state)
{
    struct record *r = malloc(sizeof *r);

    assert_non_null(r);
    found(r);
    enrols(r, EM, "EM");
    enrols(r, CA, "CA");
    record_checkpoint(r);
    says(r, &r->em, 5, -1);
    says(r, &r->ca, 3, 1);
    record_checkpoint(r);
    says(r, &r->em, 4, -1);
    says(r, &r->em, 1, -1);
    record_checkpoint(r);
    says(r, &r->ca, 3, -1);
    says(r, &r->em, 3, -1);
    record_checkpoint(r);
    assert_int_equal(r->pieces, CP_22 + 1);
    *state = r;
    return 0;
}

static int drop(void **state)
{
    struct record *r = *state;

    for (size_t i = 0; i < r->pieces; i++) {
        help_batch_free(&r->piece[i]->sealed);
        free(r->piece[i]);
    }
    help_author_close(&r->broker);
    help_author_close(&r->admin);
    help_author_close(&r->em);
    help_author_close(&r->ca);
    mu_key_close(&r->log_key);
    mu_arena_free(&r->words.arena);
    free(r);
    return 0;
}

/* ---- the auditor ----------------------------------------------------------------------------- */

static enum mu_err hear(void *user, const struct mu_entry *entry)
{
    struct record *r = user;

    r->told++;
    r->told_inside += entry->number >= r->told_from && entry->number <= r->told_to;
    return MU_OK;
}

static struct mu_bytes note_bytes(const struct piece *p)
{
    return (struct mu_bytes){(const uint8_t *)p->note, strlen(p->note)};
}

static struct mu_audit_report walk(struct record *r)
{
    struct mu_audit_report report;
    mu_audit *audit;

    r->told = r->told_inside = 0;
    assert_int_equal(mu_audit_new(&audit), MU_OK);
    mu_audit_tell(audit, hear, r);
    for (size_t i = 0; i < r->pieces; i++) {
        struct piece *p = r->piece[i];

        if (p->sealed == NULL)
            mu_audit_checkpoint(audit, p->size, note_bytes(p));
        else
            assert_int_equal(mu_audit_batch(audit, &p->batch), MU_OK);
    }
    report = *mu_audit_report(audit);
    mu_audit_free(&audit);
    return report;
}

static void passes(struct record *r)
{
    struct mu_audit_report report = walk(r);
    struct mu_hash root;

    mu_edge_root(&r->edge, &root);
    assert_int_equal(report.damage_count, 0);
    assert_int_equal(report.head.size, r->edge.size);
    assert_int_equal(r->told, r->edge.size);
    assert_true(mu_hash_equal(&report.head.root, &root));
    assert_true(mu_hash_equal(&report.log, &r->id));
}

/* Exactly this is named. */
static void only(struct record *r, enum mu_damage_kind kind, uint64_t first, uint64_t last)
{
    struct mu_audit_report report = walk(r);

    if (report.damage_count != 1 || report.damage[0].kind != kind)
        for (size_t i = 0; i < report.damage_count; i++)
            fprintf(stderr, "# kind %d, %llu-%llu\n", (int)report.damage[i].kind,
                    (unsigned long long)report.damage[i].first,
                    (unsigned long long)report.damage[i].last);
    assert_int_equal(report.damage_count, 1);
    assert_int_equal(report.damage[0].kind, kind);
    assert_int_equal(report.damage[0].first, first);
    assert_int_equal(report.damage[0].last, last);
}

static void drop_piece(struct record *r, size_t at)
{
    help_batch_free(&r->piece[at]->sealed);
    free(r->piece[at]);
    r->pieces--;
    memmove(&r->piece[at], &r->piece[at + 1], (r->pieces - at) * sizeof r->piece[0]);
}

static void swap_pieces(struct record *r, size_t a, size_t b)
{
    struct piece *kept = r->piece[a];

    r->piece[a] = r->piece[b];
    r->piece[b] = kept;
}

static uint8_t *body_of(struct piece *p, uint32_t index)
{
    return (uint8_t *)(uintptr_t)p->items[index].body.data;
}

/* ---- stories --------------------------------------------------------------------------------- */

static void a_whole_record_passes(void **state)
{
    struct mu_audit_report report = walk(*state);

    passes(*state);
    assert_int_equal(report.batches, 9);
    assert_int_equal(report.signers, 4);
    assert_int_equal(report.refused, 1);
    assert_int_equal(report.checkpoints, 4);
    assert_int_equal(report.checkpoint_at, 22);
}

static void a_byte_of_a_body_names_its_entry(void **state)
{
    struct record *r = *state;

    body_of(r->piece[EM_4], 2)[9] ^= 1;
    r->told_from = 4, r->told_to = 8;
    only(r, MU_DAMAGE_BYTES, 6, 6);
    assert_int_equal(r->told, 22 - 5); /* what its batch says is not handed out, all else is */
    assert_int_equal(r->told_inside, 0);
}

static void without_stored_leaves_its_batch_is_named(void **state)
{
    struct record *r = *state;

    for (size_t i = 0; i < r->pieces; i++)
        r->piece[i]->batch.stored_leaves = NULL;
    passes(r);
    body_of(r->piece[EM_20], 1)[4] ^= 1;
    drop_piece(r, CP_22);
    only(r, MU_DAMAGE_SEAL, 20, 22);
}

static void two_damaged_bodies_are_two(void **state)
{
    struct record *r = *state;
    struct mu_audit_report report;

    body_of(r->piece[EM_4], 0)[9] ^= 1;
    body_of(r->piece[CA_17], 1)[9] ^= 1;
    report = walk(r);
    assert_int_equal(report.damage_count, 2);
    assert_int_equal(report.damage[0].first, 4);
    assert_int_equal(report.damage[1].first, 18);
    assert_int_equal(report.checkpoints, 4);
}

static void a_byte_of_the_signature_names_the_batch(void **state)
{
    struct record *r = *state;

    r->piece[EM_12]->batch.seal.signature[20] ^= 1;
    only(r, MU_DAMAGE_SEAL, 12, 15);
}

static void a_stored_leaf_changed_names_its_entry(void **state)
{
    struct record *r = *state;

    r->piece[CA_9]->stored[2].b[0] ^= 0x80;
    only(r, MU_DAMAGE_BYTES, 11, 11);
}

static void a_leaf_and_a_body_changed_are_two_and_the_checkpoint_says_so(void **state)
{
    struct record *r = *state;
    struct mu_audit_report report;

    r->piece[EM_12]->stored[2].b[0] ^= 0x80;
    body_of(r->piece[EM_16], 0)[3] ^= 1;
    report = walk(r);
    assert_true(report.damage_count >= 2);
    assert_int_equal(report.damage[0].first, 14);
    assert_int_equal(report.damage[1].first, 16);
}

static void a_batch_dropped_is_missing(void **state)
{
    struct record *r = *state;

    drop_piece(r, CA_9);
    only(r, MU_DAMAGE_MISSING, 9, 11);
}

static void a_checkpoint_too_early_is_none(void **state)
{
    struct record *r = *state;

    swap_pieces(r, CP_16, EM_16);
    only(r, MU_DAMAGE_CHECKPOINT, 16, 16);
}

static void two_batches_dropped_are_two(void **state)
{
    struct record *r = *state;
    struct mu_audit_report report;

    drop_piece(r, CA_17);
    drop_piece(r, EM_4);
    report = walk(r);
    assert_int_equal(report.damage_count, 2);
    assert_int_equal(report.damage[0].first, 4);
    assert_int_equal(report.damage[0].last, 8);
    assert_int_equal(report.damage[1].first, 17);
    assert_int_equal(report.damage[1].last, 19);
}

static void two_batches_swapped_are_one_out_of_place(void **state)
{
    struct record *r = *state;

    swap_pieces(r, EM_12, EM_16);
    only(r, MU_DAMAGE_PLACE, 12, 15);
}

static void swapped_across_a_checkpoint_too(void **state)
{
    struct record *r = *state;

    swap_pieces(r, CA_9, EM_12);
    only(r, MU_DAMAGE_PLACE, 9, 11);
}

static void a_batch_twice_is_out_of_place(void **state)
{
    struct record *r = *state;
    struct piece *kept = r->piece[CP_16];

    r->piece[CP_16] = r->piece[EM_12]; /* once more behind 16 */
    only(r, MU_DAMAGE_PLACE, 12, 15);
    r->piece[CP_16] = kept;
}

static void rows_swapped_under_their_numbers_are_altered(void **state)
{
    struct record *r = *state;
    struct mu_bytes kept = r->piece[EM_4]->items[1].body;
    struct mu_audit_report report;

    r->piece[EM_4]->items[1].body = r->piece[EM_4]->items[2].body;
    r->piece[EM_4]->items[2].body = kept;
    report = walk(r);
    assert_int_equal(report.damage_count, 1);
    assert_int_equal(report.damage[0].kind, MU_DAMAGE_BYTES);
    assert_int_equal(report.damage[0].first, 5);
}

static void a_number_changed_is_found_out_by_the_leaf(void **state)
{
    struct record *r = *state;

    for (unsigned bit = 0; bit < 64; bit++) {
        r->piece[EM_12]->batch.first_number ^= (uint64_t)1 << bit;
        only(r, MU_DAMAGE_BYTES, 12, 12);
        r->piece[EM_12]->batch.first_number ^= (uint64_t)1 << bit;
    }
    passes(r);
}

static void accepted_time_changed_names_the_batch_that_was_changed(void **state)
{
    struct record *r = *state;

    r->piece[EM_12]->batch.accepted_at_ms += 100000; /* the next does not fall */
    only(r, MU_DAMAGE_BYTES, 12, 12);
    r->piece[EM_12]->batch.accepted_at_ms -= 200000;
    only(r, MU_DAMAGE_BYTES, 12, 12);
}

static void time_that_falls_is_named_though_all_else_fits(void **state)
{
    struct record *r = *state;

    r->now_ms -= 60000;
    says(r, &r->em, 2, -1);
    says(r, &r->em, 1, -1); /* later than the one that fell */
    record_checkpoint(r);
    only(r, MU_DAMAGE_TIME, 23, 24);
}

static void a_stranger_is_named(void **state)
{
    struct record *r = *state;
    struct help_author stranger;

    help_author_open(&stranger, STRANGER, &r->id, MU_LANE_ROUTINE);
    says(r, &stranger, 2, -1);
    says(r, &r->em, 1, -1);
    record_checkpoint(r);
    only(r, MU_DAMAGE_AUTHOR, 23, 24);
    help_author_close(&stranger);
}

static void the_seal_of_another_log_is_named(void **state)
{
    struct record *r = *state;
    struct mu_hash other = {{7}};
    struct help_author em;

    help_author_open(&em, EM, &other, MU_LANE_URGENT);
    says(r, &em, 1, -1);
    record_checkpoint(r);
    only(r, MU_DAMAGE_AUTHOR, 23, 23);
    help_author_close(&em);
}

static void a_lane_that_leaps_or_turns_back_is_named(void **state)
{
    struct record *r = *state;
    struct mu_seal kept = r->em.seal;

    r->em.seal.first_sequence += 3;
    says(r, &r->em, 1, -1);
    record_checkpoint(r);
    only(r, MU_DAMAGE_CHAIN, 23, 23);
    r->em.seal = kept;
    says(r, &r->em, 1, -1); /* the sequence the leap left out, after it */
    record_checkpoint(r);
    only(r, MU_DAMAGE_CHAIN, 23, 24);
}

static void a_lane_with_another_past_is_named(void **state)
{
    struct record *r = *state;

    r->em.seal.previous.b[3] ^= 1;
    says(r, &r->em, 1, -1);
    says(r, &r->em, 1, -1);
    record_checkpoint(r);
    only(r, MU_DAMAGE_CHAIN, 23, 23);
}

static void a_refused_leaf_changed_names_its_entry(void **state)
{
    struct record *r = *state;

    r->piece[CA_9]->items[1].leaf.b[31] ^= 1;
    only(r, MU_DAMAGE_BYTES, 10, 10);
}

static void a_refusal_turned_into_another_is_named(void **state)
{
    struct record *r = *state;

    r->piece[CA_9]->items[1].code ^= 1;
    only(r, MU_DAMAGE_BYTES, 10, 10);
}

static void a_checkpoint_that_does_not_verify_names_its_stretch(void **state)
{
    struct record *r = *state;

    r->piece[CP_11]->note[strlen(r->piece[CP_11]->note) - 8] ^= 1;
    only(r, MU_DAMAGE_CHECKPOINT, 4, 11);
}

/* A broker that rewrites a batch, leaves and all, with the author's key in its hands. */
static void a_stretch_rewritten_is_named_once(void **state)
{
    struct record *r = *state;
    struct mu_audit_report report;

    r->piece[EM_12]->batch.accepted_at_ms += 1;
    for (uint32_t i = 0; i < 4; i++) {
        struct mu_record log = {1, 12 + i, r->piece[EM_12]->batch.accepted_at_ms,
                                0, 1,      r->piece[EM_12]->sealed->items[i].leaf};

        r->piece[EM_12]->stored[i] = mu_log_leaf(&log);
    }
    only(r, MU_DAMAGE_CHECKPOINT, 12, 16);
    report = walk(r);
    assert_int_equal(report.checkpoint_at, 11);
}

static void a_tail_cut_off_is_signed_for(void **state)
{
    struct record *r = *state;

    drop_piece(r, EM_20);
    only(r, MU_DAMAGE_CUT, 20, 22);
    drop_piece(r, CA_17);
    only(r, MU_DAMAGE_CUT, 17, 22);
}

static void a_tail_nobody_signed_for_is_a_shorter_record(void **state)
{
    struct record *r = *state;
    struct mu_audit_report report;

    drop_piece(r, CP_22);
    drop_piece(r, EM_20);
    report = walk(r);
    assert_int_equal(report.damage_count, 0);
    assert_int_equal(report.head.size, 19);
    assert_int_equal(report.checkpoint_at, 16);
}

static void a_damaged_enrolment_takes_its_seals_with_it(void **state)
{
    struct record *r = *state;
    struct mu_audit_report report;

    body_of(r->piece[ENROL_CA], 0)[30] ^= 1;
    report = walk(r);
    assert_int_equal(report.damage_count, 3);
    assert_int_equal(report.damage[0].kind, MU_DAMAGE_BYTES);
    assert_int_equal(report.damage[0].first, 3);
    assert_int_equal(report.damage[1].kind, MU_DAMAGE_AUTHOR);
    assert_int_equal(report.damage[1].first, 9);
    assert_int_equal(report.damage[2].first, 17);
    assert_int_equal(report.checkpoints, 4); /* the tree is whole */
}

static void without_its_genesis_nothing_is_proven(void **state)
{
    struct record *r = *state;
    struct mu_audit_report report;

    body_of(r->piece[GENESIS], 0)[80] ^= 1;
    report = walk(r);
    assert_true(report.damage_count >= 1);
    assert_int_equal(report.damage[0].first, 1);
    assert_int_equal(report.damage[report.damage_count - 1].last, 22);
    assert_int_equal(r->told, 0);
    assert_int_equal(report.checkpoints, 0);
    drop_piece(r, GENESIS);
    report = walk(r);
    assert_int_equal(report.damage[0].kind, MU_DAMAGE_MISSING);
    assert_int_equal(r->told, 0);
}

static void many_lanes_are_kept_apart(void **state)
{
    struct record *r = *state;
    struct help_author em[10];

    for (uint8_t i = 0; i < 10; i++) {
        help_author_open(&em[i], EM, &r->id, i % MU_LANES);
        em[i].seal.instance = 100 + i / MU_LANES;
    }
    for (unsigned i = 0; i < 10; i++)
        says(r, &em[i], 1, -1);
    passes(r);
    for (unsigned i = 0; i < 8; i++)
        says(r, &em[9 - i], 1, -1);
    passes(r);
    for (unsigned i = 0; i < 10; i++)
        help_author_close(&em[i]);
}

/* More lanes than there is room for at first: each goes on where it was. */
static void hundreds_of_instances_go_on_where_they_were(void **state)
{
    struct record *r = *state;
    struct help_author *em = calloc(200, sizeof *em);

    for (size_t i = 0; i < 200; i++) {
        help_author_open(&em[i], EM, &r->id, MU_LANE_ROUTINE);
        em[i].seal.instance = 1000 + i * 64;
    }
    for (size_t i = 0; i < 400; i++)
        says(r, &em[i % 200], 1, -1);
    record_checkpoint(r);
    passes(r);
    for (size_t i = 0; i < 200; i++)
        help_author_close(&em[i]);
    free(em);
}

/* ---- at random ------------------------------------------------------------------------------- */

static uint64_t seed = 20310716;

static uint64_t random_below(uint64_t bound)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % bound;
}

static uint8_t random_flip(void)
{
    return (uint8_t)(1 + random_below(255));
}

/* Change one byte of a seal as it lies in the record; false when it could not be read any more. */
static bool change_seal(struct piece *p, size_t at, uint8_t flip)
{
    uint8_t bytes[MU_SEAL_BYTES];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    struct mu_reader r;
    uint32_t count = p->batch.seal.count;
    struct mu_seal seal;

    mu_seal_write(&w, &p->batch.seal);
    bytes[at] ^= flip;
    r = mu_reader(mu_written(&w));
    if (mu_seal_read(&r, &seal) != MU_OK || seal.count != count)
        return false;
    p->batch.seal = seal;
    return true;
}

enum target { BODY, SEAL, NUMBER, TIME, EPOCH, JUDGE, CODE, LEAF, STORED, TARGETS };

static bool change_batch(struct piece *p, enum target what, uint64_t where, uint8_t flip)
{
    uint32_t i = (uint32_t)(where % p->batch.seal.count);
    struct mu_audit_item *item = &p->items[i];

    switch (what) {
    case BODY:
        if (item->code == 0)
            body_of(p, i)[where % item->body.size] ^= flip;
        return item->code == 0;
    case SEAL:
        return change_seal(p, where % MU_SEAL_BYTES, flip);
    case NUMBER:
        p->batch.first_number ^= (uint64_t)flip << where % 8 * 8;
        return true;
    case TIME:
        p->batch.accepted_at_ms ^= (int64_t)((uint64_t)flip << where % 8 * 8);
        return true;
    case EPOCH:
        p->batch.epoch ^= (uint32_t)flip << where % 4 * 8;
        return true;
    case JUDGE:
        p->batch.judge_version ^= flip;
        return true;
    case CODE:
        item->code ^= item->code != 0 && item->code != flip ? flip : 0;
        return item->code != 0;
    case LEAF:
        item->leaf.b[where % 32] ^= flip;
        return item->code != 0;
    default:
        p->stored[i].b[where % 32] ^= flip;
        return true;
    }
}

/* Change something of that piece, or undo just that change. */
static bool change(struct piece *p, enum target what, uint64_t where, uint8_t flip)
{
    if (p->sealed != NULL)
        return change_batch(p, what, where, flip);
    if (what == NUMBER) {
        p->size ^= (uint64_t)flip << where % 8 * 8;
        return true;
    }
    p->note[where % (strlen(p->note) - 1)] ^= (char)(flip & 0x7f);
    return (flip & 0x7f) != 0 && strlen(p->note) > 100;
}

/* All damage lies in the piece that was changed; what no key can check any more is named besides. */
static void named_there(const struct piece *p, size_t at, const struct mu_audit_report *report)
{
    uint64_t first = p->batch.first_number, last = first + p->batch.seal.count - 1;

    assert_true(report->damage_count >= 1);
    if (p->sealed == NULL) {
        assert_int_equal(report->damage_count, 1);
        assert_true(report->damage[0].kind == MU_DAMAGE_CHECKPOINT);
        return;
    }
    assert_in_range(report->damage[0].first, first, last);
    if (at <= ENROL_CA) /* damage to who may sign */
        return;
    assert_int_equal(report->damage_count, 1);
    assert_in_range(report->damage[0].last, first, last);
}

static void whatever_is_changed_is_named_where_it_is(void **state)
{
    struct record *r = *state;
    size_t tried = 0, by_kind[MU_DAMAGE_PLACE + 1] = {0};

    for (size_t trial = 0; trial < TRIALS; trial++) {
        size_t at = (size_t)random_below(r->pieces);
        struct piece kept = *r->piece[at];
        enum target what = (enum target)random_below(TARGETS);
        uint64_t where = random_below(1 << 30);
        uint8_t flip = random_flip();

        if (change(r->piece[at], what, where, flip)) {
            struct mu_audit_report report = walk(r);

            named_there(&kept, at, &report);
            by_kind[report.damage[0].kind]++;
            tried++;
        }
        if (what == BODY && kept.sealed != NULL)
            (void)change(r->piece[at], what, where, flip);
        *r->piece[at] = kept;
        r->piece[at]->batch.items = r->piece[at]->items;
        r->piece[at]->batch.stored_leaves = r->piece[at]->stored;
        if (trial % 100 == 0)
            passes(r);
    }
    passes(r);
    print_message("# %zu changes, all named: bytes %zu, seal %zu, author %zu, checkpoint %zu\n",
                  tried, by_kind[MU_DAMAGE_BYTES], by_kind[MU_DAMAGE_SEAL],
                  by_kind[MU_DAMAGE_AUTHOR], by_kind[MU_DAMAGE_CHECKPOINT]);
    assert_true(tried >= 1500);
}

static void whatever_order_is_changed_is_named(void **state)
{
    struct record *r = *state;

    for (size_t a = 0; a < r->pieces; a++)
        for (size_t b = a + 1; b < r->pieces; b++) {
            bool checkpoints = r->piece[a]->sealed == NULL && b == a + 1;

            if (checkpoints || (r->piece[b]->sealed == NULL && r->piece[a]->sealed == NULL))
                continue;
            swap_pieces(r, a, b);
            assert_true(walk(r).damage_count >= 1);
            swap_pieces(r, a, b);
        }
    passes(r);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_whole_record_passes),
        STORY(a_byte_of_a_body_names_its_entry),
        STORY(without_stored_leaves_its_batch_is_named),
        STORY(two_damaged_bodies_are_two),
        STORY(a_byte_of_the_signature_names_the_batch),
        STORY(a_stored_leaf_changed_names_its_entry),
        STORY(a_leaf_and_a_body_changed_are_two_and_the_checkpoint_says_so),
        STORY(a_batch_dropped_is_missing),
        STORY(a_checkpoint_too_early_is_none),
        STORY(two_batches_dropped_are_two),
        STORY(two_batches_swapped_are_one_out_of_place),
        STORY(swapped_across_a_checkpoint_too),
        STORY(a_batch_twice_is_out_of_place),
        STORY(rows_swapped_under_their_numbers_are_altered),
        STORY(a_number_changed_is_found_out_by_the_leaf),
        STORY(accepted_time_changed_names_the_batch_that_was_changed),
        STORY(time_that_falls_is_named_though_all_else_fits),
        STORY(a_stranger_is_named),
        STORY(the_seal_of_another_log_is_named),
        STORY(a_lane_that_leaps_or_turns_back_is_named),
        STORY(a_lane_with_another_past_is_named),
        STORY(a_refused_leaf_changed_names_its_entry),
        STORY(a_refusal_turned_into_another_is_named),
        STORY(a_checkpoint_that_does_not_verify_names_its_stretch),
        STORY(a_stretch_rewritten_is_named_once),
        STORY(a_tail_cut_off_is_signed_for),
        STORY(a_tail_nobody_signed_for_is_a_shorter_record),
        STORY(a_damaged_enrolment_takes_its_seals_with_it),
        STORY(without_its_genesis_nothing_is_proven),
        STORY(many_lanes_are_kept_apart),
        STORY(hundreds_of_instances_go_on_where_they_were),
        STORY(whatever_is_changed_is_named_where_it_is),
        STORY(whatever_order_is_changed_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
