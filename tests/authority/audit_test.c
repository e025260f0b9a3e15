/* An auditor walks a county's record: what is whole passes, and whatever is changed in an entry, a leaf, a seal or a
 * checkpoint is named where it is, and nothing else with it. What stands in another place: order_test.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/walked.h"

static void a_whole_record_passes(void **state)
{
    struct mu_audit_report report = walked_report(*state);

    walked_passes(*state);
    assert_int_equal(report.batches, 9);
    assert_int_equal(report.signers, 4);
    assert_int_equal(report.refused, 1);
    assert_int_equal(report.checkpoints, 4);
    assert_int_equal(report.checkpoint_at, 22);
}

static void a_byte_of_a_body_names_its_entry(void **state)
{
    struct record *r = *state;

    walked_body_of(r->piece[EM_4], 2)[9] ^= 1;
    r->told_from = 4, r->told_to = 8;
    walked_only(r, MU_DAMAGE_BYTES, 6, 6);
    assert_int_equal(r->told, 22 - 5); /* what its batch says is not handed out, all else is */
    assert_int_equal(r->told_inside, 0);
}

static void without_stored_leaves_its_batch_is_named(void **state)
{
    struct record *r = *state;

    for (size_t i = 0; i < r->pieces; i++)
        r->piece[i]->batch.stored_leaves = NULL;
    walked_passes(r);
    walked_body_of(r->piece[EM_20], 1)[4] ^= 1;
    walked_drop_piece(r, CP_22);
    walked_only(r, MU_DAMAGE_SEAL, 20, 22);
}

static void two_damaged_bodies_are_two(void **state)
{
    struct record *r = *state;
    struct mu_audit_report report;

    walked_body_of(r->piece[EM_4], 0)[9] ^= 1;
    walked_body_of(r->piece[CA_17], 1)[9] ^= 1;
    report = walked_report(r);
    assert_int_equal(report.damage_count, 2);
    assert_int_equal(report.damage[0].first, 4);
    assert_int_equal(report.damage[1].first, 18);
    assert_int_equal(report.checkpoints, 4);
}

static void a_byte_of_the_signature_names_the_batch(void **state)
{
    struct record *r = *state;

    r->piece[EM_12]->batch.seal.signature[20] ^= 1;
    walked_only(r, MU_DAMAGE_SEAL, 12, 15);
}

static void a_stored_leaf_changed_names_its_entry(void **state)
{
    struct record *r = *state;

    r->piece[CA_9]->stored[2].b[0] ^= 0x80;
    walked_only(r, MU_DAMAGE_BYTES, 11, 11);
}

static void a_leaf_and_a_body_changed_are_two_and_the_checkpoint_says_so(void **state)
{
    struct record *r = *state;
    struct mu_audit_report report;

    r->piece[EM_12]->stored[2].b[0] ^= 0x80;
    walked_body_of(r->piece[EM_16], 0)[3] ^= 1;
    report = walked_report(r);
    assert_true(report.damage_count >= 2);
    assert_int_equal(report.damage[0].first, 14);
    assert_int_equal(report.damage[1].first, 16);
}

static void a_stranger_is_named(void **state)
{
    struct record *r = *state;
    struct help_author stranger;

    help_author_open(&stranger, STRANGER, &r->id, MU_LANE_ROUTINE);
    walked_says(r, &stranger, 2, -1);
    walked_says(r, &r->em, 1, -1);
    walked_checkpoint(r);
    walked_only(r, MU_DAMAGE_AUTHOR, 23, 24);
    help_author_close(&stranger);
}

static void the_seal_of_another_log_is_named(void **state)
{
    struct record *r = *state;
    struct mu_hash other = {{7}};
    struct help_author em;

    help_author_open(&em, EM, &other, MU_LANE_URGENT);
    walked_says(r, &em, 1, -1);
    walked_checkpoint(r);
    walked_only(r, MU_DAMAGE_AUTHOR, 23, 23);
    help_author_close(&em);
}

static void a_refused_leaf_changed_names_its_entry(void **state)
{
    struct record *r = *state;

    r->piece[CA_9]->items[1].leaf.b[31] ^= 1;
    walked_only(r, MU_DAMAGE_BYTES, 10, 10);
}

static void a_refusal_turned_into_another_is_named(void **state)
{
    struct record *r = *state;

    r->piece[CA_9]->items[1].code ^= 1;
    walked_only(r, MU_DAMAGE_BYTES, 10, 10);
}

static void a_checkpoint_that_does_not_verify_names_its_stretch(void **state)
{
    struct record *r = *state;

    r->piece[CP_11]->note[strlen(r->piece[CP_11]->note) - 8] ^= 1;
    walked_only(r, MU_DAMAGE_CHECKPOINT, 4, 11);
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
    walked_only(r, MU_DAMAGE_CHECKPOINT, 12, 16);
    report = walked_report(r);
    assert_int_equal(report.checkpoint_at, 11);
}

static void a_damaged_enrolment_takes_its_seals_with_it(void **state)
{
    struct record *r = *state;
    struct mu_audit_report report;

    walked_body_of(r->piece[ENROL_CA], 0)[30] ^= 1;
    report = walked_report(r);
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

    walked_body_of(r->piece[GENESIS], 0)[80] ^= 1;
    report = walked_report(r);
    assert_true(report.damage_count >= 1);
    assert_int_equal(report.damage[0].first, 1);
    assert_int_equal(report.damage[report.damage_count - 1].last, 22);
    assert_int_equal(r->told, 0);
    assert_int_equal(report.checkpoints, 0);
    walked_drop_piece(r, GENESIS);
    report = walked_report(r);
    assert_int_equal(report.damage[0].kind, MU_DAMAGE_MISSING);
    assert_int_equal(r->told, 0);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, walked_make, walked_drop)

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
        STORY(a_stranger_is_named),
        STORY(the_seal_of_another_log_is_named),
        STORY(a_refused_leaf_changed_names_its_entry),
        STORY(a_refusal_turned_into_another_is_named),
        STORY(a_checkpoint_that_does_not_verify_names_its_stretch),
        STORY(a_stretch_rewritten_is_named_once),
        STORY(a_damaged_enrolment_takes_its_seals_with_it),
        STORY(without_its_genesis_nothing_is_proven),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
