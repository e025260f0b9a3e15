/* An enrolled key in hostile hands: too much, too large, in the name of another. The broker's memory does not grow, and the
 * honest agent beside it is answered as if nothing went on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "tests/help/rogue.h"

static struct mu_bytes fragment(struct scene *s, size_t size, bool more)
{
    struct mu_writer w = mu_writer(s->room, MU_FRAME_HEAD_BYTES);

    mu_frame_head_write(&w, MU_FRAME_SUBMIT, more ? MU_FRAME_MORE : 0, 1);
    for (size_t at = MU_FRAME_HEAD_BYTES; at + 4 <= size; at += 4)
        memcpy(s->room + at, "\xc0\xa9\x07\x00", 4);
    return (struct mu_bytes){s->room, size};
}

/* 1 MiB in one lane, in pieces that are small enough: the session ends with a code, and begins anew. */
static void a_mebibyte_in_pieces_ends_the_session_with_a_code(void **state)
{
    struct scene *s = *state;
    size_t before = served_memory(&s->house);

    for (unsigned round = 0; round < 100; round++) {
        honest_submits(s);
        for (unsigned i = 0; i < 8; i++)
            caller_send(&s->rogue, fragment(s, (size_t)128 * 1024, i < 7));
        caller_hear_type(&s->rogue, MU_FRAME_BYE);
        assert_int_equal(s->rogue.heard.as.bye.code, MU_E_TOO_LARGE);
        rogue_can_be_acted_on(s->rogue.heard.as.bye.code);
        honest_is_answered(s);
        rogue_greet(s, &s->rogue);
    }
    rogue_memory_has_not_grown(s, before);
    rogue_record_stands(s);
}

/* 1 MiB in one message is above what the transport takes: the connection goes, without a word. */
static void a_mebibyte_in_one_message_loses_the_connection_only(void **state)
{
    struct scene *s = *state;
    size_t before = served_memory(&s->house), size = (size_t)1 << 20;
    uint8_t *large = calloc(1, size);

    assert_non_null(large);
    memcpy(large, "\1\3\0\1", 4);
    for (unsigned round = 0; round < 50; round++) {
        honest_submits(s);
        caller_send(&s->rogue, (struct mu_bytes){large, size});
        honest_is_answered(s);
        rogue_greet(s, &s->rogue);
    }
    free(large);
    rogue_memory_has_not_grown(s, before);
    rogue_record_stands(s);
}

enum { HANDS = 4 };

static void open_hands(struct scene *s, struct caller hand[HANDS])
{
    for (size_t h = 0; h < HANDS; h++) {
        caller_make(&hand[h], &s->house, ROGUE_SEED);
        memcpy(hand[h].curve, s->rogue.curve, sizeof hand[h].curve);
        memcpy(hand[h].secret, s->rogue.secret, sizeof hand[h].secret);
        rogue_greet(s, &hand[h]);
    }
}

static void flood(struct scene *s, struct mu_bytes message, unsigned each)
{
    struct caller hand[HANDS];
    size_t before = served_memory(&s->house), most = 0;

    open_hands(s, hand);
    before = served_memory(&s->house) < before ? before : served_memory(&s->house);
    for (unsigned i = 0; i < each; i++) {
        for (size_t h = 0; h < HANDS; h++)
            caller_send(&hand[h], message);
        if (i % 25 == 0) {
            size_t now = served_memory(&s->house);

            honest_submits(s);
            honest_is_answered(s);
            most = now > most ? now : most;
        }
    }
    print_message("# %u KiB sent; at most %zu KiB meanwhile\n",
                  (unsigned)(message.size * each * HANDS >> 10), most >> 10);
    for (size_t h = 0; h < HANDS; h++)
        caller_close(&hand[h]);
    honest_submits(s);
    honest_is_answered(s);
    rogue_memory_has_not_grown(s, before);
    if (most > before + MEMORY_MAX)
        fail_msg("musterd grew from %zu to %zu bytes meanwhile", before, most);
    rogue_record_stands(s);
}

static void a_flood_of_the_largest_frames_costs_no_memory(void **state)
{
    struct scene *s = *state;

    flood(s, fragment(s, LARGE, false), 250);
}

/* What was accepted once is the dearest to be asked again: seal, hashes, a read and a proof each time. */
static void a_flood_of_repeats_costs_no_memory(void **state)
{
    struct scene *s = *state;
    static struct mu_bytes bodies[400];
    struct help_batch *batch;
    struct mu_writer w = mu_writer(s->room, MU_FRAME_BYTES_MAX);

    for (size_t i = 0; i < 400; i++)
        bodies[i] = founded_report(&s->words, (unsigned)i);
    batch = help_seal_bodies(&s->rogue.lane[1], bodies, NULL, 400);
    caller_submit(&s->rogue, 1, batch);
    assert_int_equal(caller_hear(&s->rogue), MU_FRAME_ACCEPTED);
    assert_int_equal(s->rogue.heard.as.accepted.refusals, 0);
    s->entries += 400;
    mu_submit_write(&w, 1, (struct mu_bytes){batch->bytes, batch->size});
    help_batch_free(&batch);
    flood(s, mu_written(&w), 400);
}

/* A session may say HELLO for nobody but its own key, and an agent must not be able to rename itself
 * by reconnecting. */
static void nobody_greets_as_another(void **state)
{
    struct scene *s = *state;
    struct help_author own = s->rogue.lane[0];

    for (unsigned round = 0; round < 100; round++) {
        s->rogue.lane[0] = s->em.lane[0];
        assert_int_equal(caller_hello(&s->rogue), MU_FRAME_BYE);
        assert_int_equal(s->rogue.heard.as.bye.code, MU_E_WRONG_AGENT);
        rogue_can_be_acted_on(s->rogue.heard.as.bye.code);
        s->rogue.lane[0] = own;
        assert_int_equal(caller_hello(&s->rogue), MU_FRAME_WELCOME);
        honest_submits(s);
        honest_is_answered(s);
    }
    rogue_record_stands(s);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, rogue_open_scene, rogue_close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_mebibyte_in_pieces_ends_the_session_with_a_code),
        STORY(a_mebibyte_in_one_message_loses_the_connection_only),
        STORY(a_flood_of_the_largest_frames_costs_no_memory),
        STORY(a_flood_of_repeats_costs_no_memory),
        STORY(nobody_greets_as_another),
    };

    return cmocka_run_group_tests_name("siege", tests, NULL, NULL);
}
