/* An auditor walks a county's record in which something is missing, twice, in another place, or of another time: that is
 * named, where it is, and nothing else with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/walked.h"

static void swap_pieces(struct record *r, size_t a, size_t b)
{
    struct piece *kept = r->piece[a];

    r->piece[a] = r->piece[b];
    r->piece[b] = kept;
}

static void a_batch_dropped_is_missing(void **state)
{
    struct record *r = *state;

    walked_drop_piece(r, CA_9);
    walked_only(r, MU_DAMAGE_MISSING, 9, 11);
}

static void a_checkpoint_too_early_is_none(void **state)
{
    struct record *r = *state;

    swap_pieces(r, CP_16, EM_16);
    walked_only(r, MU_DAMAGE_CHECKPOINT, 16, 16);
}

static void two_batches_dropped_are_two(void **state)
{
    struct record *r = *state;
    struct mu_audit_report report;

    walked_drop_piece(r, CA_17);
    walked_drop_piece(r, EM_4);
    report = walked_report(r);
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
    walked_only(r, MU_DAMAGE_PLACE, 12, 15);
}

static void swapped_across_a_checkpoint_too(void **state)
{
    struct record *r = *state;

    swap_pieces(r, CA_9, EM_12);
    walked_only(r, MU_DAMAGE_PLACE, 9, 11);
}

static void a_batch_twice_is_out_of_place(void **state)
{
    struct record *r = *state;
    struct piece *kept = r->piece[CP_16];

    r->piece[CP_16] = r->piece[EM_12]; /* once more behind 16 */
    walked_only(r, MU_DAMAGE_PLACE, 12, 15);
    r->piece[CP_16] = kept;
}

static void rows_swapped_under_their_numbers_are_altered(void **state)
{
    struct record *r = *state;
    struct mu_bytes kept = r->piece[EM_4]->items[1].body;
    struct mu_audit_report report;

    r->piece[EM_4]->items[1].body = r->piece[EM_4]->items[2].body;
    r->piece[EM_4]->items[2].body = kept;
    report = walked_report(r);
    assert_int_equal(report.damage_count, 1);
    assert_int_equal(report.damage[0].kind, MU_DAMAGE_BYTES);
    assert_int_equal(report.damage[0].first, 5);
}

static void a_number_changed_is_found_out_by_the_leaf(void **state)
{
    struct record *r = *state;

    for (unsigned bit = 0; bit < 64; bit++) {
        r->piece[EM_12]->batch.first_number ^= (uint64_t)1 << bit;
        walked_only(r, MU_DAMAGE_BYTES, 12, 12);
        r->piece[EM_12]->batch.first_number ^= (uint64_t)1 << bit;
    }
    walked_passes(r);
}

static void accepted_time_changed_names_the_batch_that_was_changed(void **state)
{
    struct record *r = *state;

    r->piece[EM_12]->batch.accepted_at_ms += 100000; /* the next does not fall */
    walked_only(r, MU_DAMAGE_BYTES, 12, 12);
    r->piece[EM_12]->batch.accepted_at_ms -= 200000;
    walked_only(r, MU_DAMAGE_BYTES, 12, 12);
}

static void time_that_falls_is_named_though_all_else_fits(void **state)
{
    struct record *r = *state;

    r->now_ms -= 60000;
    walked_says(r, &r->em, 2, -1);
    walked_says(r, &r->em, 1, -1); /* later than the one that fell */
    walked_checkpoint(r);
    walked_only(r, MU_DAMAGE_TIME, 23, 24);
}

static void a_lane_that_leaps_or_turns_back_is_named(void **state)
{
    struct record *r = *state;
    struct mu_seal kept = r->em.seal;

    r->em.seal.first_sequence += 3;
    walked_says(r, &r->em, 1, -1);
    walked_checkpoint(r);
    walked_only(r, MU_DAMAGE_CHAIN, 23, 23);
    r->em.seal = kept;
    walked_says(r, &r->em, 1, -1); /* the sequence the leap left out, after it */
    walked_checkpoint(r);
    walked_only(r, MU_DAMAGE_CHAIN, 23, 24);
}

static void a_lane_with_another_past_is_named(void **state)
{
    struct record *r = *state;

    r->em.seal.previous.b[3] ^= 1;
    walked_says(r, &r->em, 1, -1);
    walked_says(r, &r->em, 1, -1);
    walked_checkpoint(r);
    walked_only(r, MU_DAMAGE_CHAIN, 23, 23);
}

static void a_tail_cut_off_is_signed_for(void **state)
{
    struct record *r = *state;

    walked_drop_piece(r, EM_20);
    walked_only(r, MU_DAMAGE_CUT, 20, 22);
    walked_drop_piece(r, CA_17);
    walked_only(r, MU_DAMAGE_CUT, 17, 22);
}

static void a_tail_nobody_signed_for_is_a_shorter_record(void **state)
{
    struct record *r = *state;
    struct mu_audit_report report;

    walked_drop_piece(r, CP_22);
    walked_drop_piece(r, EM_20);
    report = walked_report(r);
    assert_int_equal(report.damage_count, 0);
    assert_int_equal(report.head.size, 19);
    assert_int_equal(report.checkpoint_at, 16);
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
        walked_says(r, &em[i], 1, -1);
    walked_passes(r);
    for (unsigned i = 0; i < 8; i++)
        walked_says(r, &em[9 - i], 1, -1);
    walked_passes(r);
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
        walked_says(r, &em[i % 200], 1, -1);
    walked_checkpoint(r);
    walked_passes(r);
    for (size_t i = 0; i < 200; i++)
        help_author_close(&em[i]);
    free(em);
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
            assert_true(walked_report(r).damage_count >= 1);
            swap_pieces(r, a, b);
        }
    walked_passes(r);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, walked_make, walked_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        STORY(a_lane_that_leaps_or_turns_back_is_named),
        STORY(a_lane_with_another_past_is_named),
        STORY(a_tail_cut_off_is_signed_for),
        STORY(a_tail_nobody_signed_for_is_a_shorter_record),
        STORY(many_lanes_are_kept_apart),
        STORY(hundreds_of_instances_go_on_where_they_were),
        STORY(whatever_order_is_changed_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
