/* An enrolled key in hostile hands: forged batches, each refused with a code one can act on, none consumes anything; and
 * what only looks like a forgery is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/rogue.h"

enum forgery {
    FORGED_SIGNATURE,
    FORGED_BODY,
    FORGED_ROOT,
    OTHER_LOG,
    OTHER_AGENT,
    OTHER_KEY,
    OTHER_LANE,
    A_GAP,
    LAST_SEQUENCE,
    OTHER_BYTES,
    AFTER_FENCE,
    OTHER_HISTORY,
    FORGERIES
};

static const struct {
    const char *what;
    uint16_t code;
} forgeries[FORGERIES] = {
    [FORGED_SIGNATURE] = {"a signature that is none", MU_E_BAD_SEAL},
    [FORGED_BODY] = {"a body changed under its seal", MU_E_BAD_SEAL},
    [FORGED_ROOT] = {"a seal over another tree", MU_E_BAD_SEAL},
    [OTHER_LOG] = {"a good seal for another log", MU_E_OTHER_LOG},
    [OTHER_AGENT] = {"another agent's sealed words", MU_E_WRONG_AGENT},
    [OTHER_KEY] = {"a seal by another key in this agent's name", MU_E_STRANGER},
    [OTHER_LANE] = {"a lane outside and another inside", MU_E_BAD_FRAME},
    [A_GAP] = {"a number skipped", MU_E_GAP},
    [LAST_SEQUENCE] = {"the last number there is", MU_E_GAP},
    [OTHER_BYTES] = {"a number used again for other bytes", MU_E_FORK},
    [AFTER_FENCE] = {"the instance that did so, going on honestly", MU_E_FENCED},
    [OTHER_HISTORY] = {"the next number after another history", MU_E_FORK},
};

/* A new life for the rogue, with one word that stands. */
static void begin_instance(struct scene *s)
{
    s->instance++;
    for (uint8_t lane = 0; lane < MU_LANES; lane++) {
        help_author_close(&s->rogue.lane[lane]);
        help_author_open(&s->rogue.lane[lane], ROGUE_SEED, &s->house.log, lane);
        s->rogue.lane[lane].seal.instance = s->instance;
    }
    mu_arena_reset(&s->words.arena);
    assert_int_equal(caller_say(&s->rogue, 1, founded_report(&s->words, 1)), MU_FRAME_ACCEPTED);
    assert_int_equal(s->rogue.heard.as.accepted.refusals, 0);
    s->entries++;
}

static void forge_author(struct scene *s, enum forgery forgery, struct help_author *author)
{
    *author = s->rogue.lane[1];
    if (forgery == OTHER_LOG)
        author->seal.origin.b[7] ^= 1;
    if (forgery == OTHER_AGENT)
        author->seal.agent = s->em.lane[1].seal.agent;
    if (forgery == OTHER_AGENT || forgery == OTHER_KEY)
        author->key = s->em.lane[1].key;
    if (forgery == A_GAP)
        author->seal.first_sequence += 1;
    if (forgery == LAST_SEQUENCE)
        author->seal.first_sequence = UINT64_MAX;
    if (forgery == OTHER_BYTES) {
        author->seal.first_sequence = 1;
        author->seal.previous = (struct mu_hash){0};
    }
    if (forgery == OTHER_HISTORY)
        author->seal.previous.b[0] ^= 1;
}

static void forge(struct scene *s, enum forgery forgery)
{
    struct help_author author;
    struct mu_bytes body;
    struct help_batch *batch;

    if (forgery != AFTER_FENCE)
        begin_instance(s);
    forge_author(s, forgery, &author);
    body = founded_report(&s->words, 2);
    batch = help_seal_bodies(&author, &body, NULL, 1);
    if (forgery == FORGED_SIGNATURE)
        batch->bytes[MU_SEAL_BYTES - 1] ^= 1;
    if (forgery == FORGED_BODY)
        batch->bytes[batch->size - 1] ^= 1;
    if (forgery == FORGED_ROOT)
        batch->bytes[MU_SEAL_SIGNED_BYTES - 1] ^= 1;
    caller_submit(&s->rogue, forgery == OTHER_LANE ? 2 : 1, batch);
    help_batch_free(&batch);
}

static void hear_forgery_refused(struct scene *s, enum forgery forgery)
{
    caller_hear(&s->rogue);
    if (s->rogue.heard.type != MU_FRAME_REFUSED ||
        s->rogue.heard.as.refused.code != forgeries[forgery].code)
        fail_msg("%s: frame %u, %s", forgeries[forgery].what, s->rogue.heard.type,
                 mu_err_code((enum mu_err)s->rogue.heard.as.refused.code));
    rogue_can_be_acted_on(s->rogue.heard.as.refused.code);
    if (forgery == A_GAP || forgery == LAST_SEQUENCE)
        assert_int_equal(s->rogue.heard.as.refused.expected, 2);
}

static void every_forgery_is_refused_and_consumes_nothing(void **state)
{
    struct scene *s = *state;
    size_t before = served_memory(&s->house);

    for (unsigned round = 0; round < 150; round++) {
        for (enum forgery f = 0; f < FORGERIES; f++) {
            honest_submits(s);
            forge(s, f);
            hear_forgery_refused(s, f);
            honest_is_answered(s);
        }
    }
    rogue_memory_has_not_grown(s, before);
    rogue_record_stands(s);
}

/* The negative control of FORK: the very same bytes again are no fork but a repeat, and get the first
 * answer, also across a restart of the broker. */
static void a_repeat_is_no_fork(void **state)
{
    struct scene *s = *state;
    struct mu_bytes body = founded_report(&s->words, 7);
    struct help_batch *batch = help_seal_bodies(&s->rogue.lane[1], &body, NULL, 1);
    uint64_t number = 0;

    for (unsigned i = 0; i < 500; i++) {
        caller_submit(&s->rogue, 1, batch);
        assert_int_equal(caller_hear(&s->rogue), MU_FRAME_ACCEPTED);
        number = number == 0 ? s->rogue.heard.as.accepted.first_number : number;
        assert_int_equal(s->rogue.heard.as.accepted.first_number, number);
        if (i == 250) {
            served_kill(&s->house);
            served_start(&s->house);
            rogue_greet(s, &s->rogue);
            rogue_greet(s, &s->em);
        }
    }
    s->entries++;
    help_batch_free(&batch);
    rogue_record_stands(s);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, rogue_open_scene, rogue_close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(every_forgery_is_refused_and_consumes_nothing),
        STORY(a_repeat_is_no_fork),
    };

    return cmocka_run_group_tests_name("siege", tests, NULL, NULL);
}
