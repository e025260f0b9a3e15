/* Seals checked ahead, by a thread beside: the answers are those they would have been without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "broker/desk/checker.h"
#include "tests/help/stage.h"

#define BATCHES 40u
#define AHEAD (MU_CHECKS_MAX + 2) /* more than there is room for */

static struct help_batch *sealed(struct stage *s, uint8_t lane, unsigned n)
{
    struct mu_bytes body =
        lane == 0 ? founded_evacuation(&s->county, n) : founded_report(&s->county, n);

    return help_seal_bodies(&s->em.lane[lane], &body, NULL, 1);
}

static void expect(struct stage *s, const struct help_batch *batch, uint8_t lane)
{
    mu_desk_expect(s->desk, &s->em.seat, lane, stage_bytes(batch));
}

static void submit(struct stage *s, const struct help_batch *batch, uint8_t lane)
{
    assert_int_equal(mu_desk_submit(s->desk, &s->em.seat, lane, stage_bytes(batch)), MU_OK);
    mu_desk_forget(s->desk, stage_bytes(batch));
}

/* ---- through the desk ------------------------------------------------------------------------ */
static void what_was_expected_is_answered_as_what_was_not(void **state)
{
    struct stage *s = stage_open(NULL, NULL);
    struct help_batch *batch[BATCHES];

    (void)state;
    for (unsigned i = 0; i < BATCHES; i++)
        batch[i] = sealed(s, i % 2, i);
    stage_begin(s);
    for (unsigned i = 0, next = 0; i < BATCHES; i++) {
        while (next < BATCHES && next < i + AHEAD) {
            expect(s, batch[next], next % 2);
            next++;
        }
        submit(s, batch[i], i % 2);
    }
    stage_end(s);
    assert_int_equal(s->answers, BATCHES);
    for (unsigned i = 0; i < BATCHES; i++) {
        assert_int_equal(s->answer[i].accepted.first_number, 3 + i);
        stage_proves(s, &s->answer[i], batch[i]);
        help_batch_free(&batch[i]);
    }
    stage_close(&s);
}

/* Among good ones that were found good, one whose signature and one whose body was touched. */
static void a_broken_seal_is_refused_wherever_it_was_looked_at(void **state)
{
    struct stage *s = stage_open(NULL, NULL);
    struct help_batch *good = sealed(s, 1, 1), *signature = sealed(s, 1, 2),
                      *body = sealed(s, 0, 3);
    struct help_batch *const all[] = {good, signature, body};
    const uint8_t lanes[] = {1, 1, 0};

    (void)state;
    signature->bytes[MU_SEAL_BYTES - 1] ^= 1;
    body->bytes[body->size - 1] ^= 1;
    stage_begin(s);
    for (size_t i = 0; i < 3; i++)
        expect(s, all[i], lanes[i]);
    for (size_t i = 0; i < 3; i++)
        submit(s, all[i], lanes[i]);
    stage_end(s);
    assert_int_equal(s->answers, 3);
    stage_proves(s, &s->answer[0], good);
    stage_refuses(&s->answer[1], MU_E_BAD_SEAL);
    stage_refuses(&s->answer[2], MU_E_BAD_SEAL);
    for (size_t i = 0; i < 3; i++)
        help_batch_free(&(struct help_batch *){all[i]});
    stage_close(&s);
}

static void what_was_expected_and_never_submitted_leaves_no_trace(void **state)
{
    struct stage *s = stage_open(NULL, NULL);
    struct help_batch *batch = sealed(s, 1, 1);
    uint64_t head = stage_head(s);

    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        expect(s, batch, 1);
        mu_desk_forget(s->desk, stage_bytes(batch));
    }
    mu_desk_forget(s->desk, stage_bytes(batch)); /* once too often */
    stage_begin(s);
    stage_end(s);
    assert_int_equal(s->answers, 0);
    assert_int_equal(stage_head(s), head);
    stage_proves(s, stage_send(s, &s->em, 1, batch), batch);
    expect(s, batch, 1); /* and the desk may close over it */
    stage_close(&s);
    help_batch_free(&batch);
}

/* ---- the checker alone ----------------------------------------------------------------------- */
/* Roster and desk may have changed their mind about a key since: only the key asked for counts. */
static void what_was_found_out_with_another_key_is_not_used(void **state)
{
    struct stage *s = stage_open(NULL, NULL);
    const mu_roster *roster = mu_desk_roster(s->desk);
    const mu_verifier *right = mu_roster_verifier(roster, &s->em.seat.agent);
    const mu_verifier *wrong = mu_roster_verifier(roster, &s->admin.seat.agent);
    struct help_batch *batch = sealed(s, 1, 1);
    mu_checker *checker = NULL;

    (void)state;
    assert_int_equal(mu_checker_open(&checker), MU_OK);
    mu_checker_expect(checker, stage_bytes(batch), wrong);
    assert_int_equal(mu_checker_check(checker, stage_bytes(batch), right, &batch->batch), MU_OK);
    mu_checker_forget(checker, stage_bytes(batch));
    mu_checker_expect(checker, stage_bytes(batch), right);
    assert_int_equal(mu_checker_check(checker, stage_bytes(batch), wrong, &batch->batch),
                     MU_E_BAD_SEAL);
    mu_checker_close(&checker);
    help_batch_free(&batch);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest stories[] = {
        cmocka_unit_test(what_was_expected_is_answered_as_what_was_not),
        cmocka_unit_test(a_broken_seal_is_refused_wherever_it_was_looked_at),
        cmocka_unit_test(what_was_expected_and_never_submitted_leaves_no_trace),
        cmocka_unit_test(what_was_found_out_with_another_key_is_not_used),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
