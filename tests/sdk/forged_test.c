/* Claims about the record that nobody has made in order: a copy put back behind its back is found out by those who had
 * seen more, and whoever only claims to have seen more, or brings back what was never accepted, gets nothing for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/help/ruin.h"

static struct mu_kept say_one(struct help_seat *seat, const char *words)
{
    return help_seat_say(seat, words, "severe");
}

/* Put back by other means: nobody said so. The first checkpoint that does not fit does. */
static void a_copy_put_back_is_found_out(void **state)
{
    char command[512];
    struct mu_kept meanwhile;

    (void)state;
    ruin_say(20);
    assert_int_equal(served_stop(&ruin.county), 0);
    snprintf(command, sizeof command, "cp -a %s/log %s/copy", ruin.county.dir, ruin.county.dir);
    assert_int_equal(system(command), 0);
    served_start(&ruin.county);
    ruin_until_at_rest();
    ruin_say(20);
    served_kill(&ruin.county);
    snprintf(command, sizeof command, "rm -rf %s/log && mv %s/copy %s/log", ruin.county.dir,
             ruin.county.dir, ruin.county.dir);
    assert_int_equal(system(command), 0);
    help_seat_close(&ruin.em);
    help_seat_close(&ruin.reader);
    served_start(&ruin.county);
    ruin.epoch = 2;
    help_until(ruin_settled, &ruin.water, NULL, &ruin.water, NULL);
    help_turns(50, NULL, &ruin.water, &ruin.admin, NULL);
    meanwhile = say_one(&ruin.water, "meanwhile");
    help_seat_open(&ruin.em, false);
    help_seat_open(&ruin.reader, true);
    ruin.reader.entry_count = 0;
    ruin.reader.through = ruin.reader.head = 0;
    assert_int_equal(mu_agent_follow(ruin.reader.agent, "", 1), MU_OK);
    ruin_until_at_rest();
    ruin_check_said(0, 0);
    ruin_check_order(false);
    assert_int_equal(ruin_times_read(&meanwhile.leaf), 1);
    ruin_verify_says("\"lost\":[]");
    assert_int_equal(ruin_openings(), 1);
}

/* Whoever claims to hold more, and cannot show the log key's name under it, is not believed. */
static void what_is_not_signed_begins_nothing(void **state)
{
    struct mu_head head = {.epoch = 1, .size = 4000};
    char note[MU_NOTE_BYTES_MAX];
    struct mu_bytes notes[3] = {{(const uint8_t *)note, 0}, {(const uint8_t *)note, 7}};
    struct caller liar;
    mu_key *forged = NULL;

    (void)state;
    ruin_say(4);
    memset(head.root.b, 0x5a, sizeof head.root.b);
    assert_int_equal(mu_key_make(&forged), MU_OK);
    assert_int_equal(mu_checkpoint_sign(&ruin.county.log, &head, forged, note), MU_OK);
    mu_key_close(&forged);
    notes[2] = (struct mu_bytes){(const uint8_t *)note, strlen(note)};
    help_seat_close(&ruin.admin);
    caller_admin(&liar, &ruin.county);
    caller_connect(&liar, &ruin.county);
    liar.claims = head;
    for (size_t i = 0; i < 3; i++) {
        liar.claims_note = notes[i];
        assert_int_equal(caller_hello(&liar), MU_FRAME_WELCOME);
        assert_int_equal(liar.heard.as.welcome.epoch, 1);
        assert_int_equal(liar.heard.as.welcome.common, 0);
    }
    caller_close(&liar);
    help_seat_open(&ruin.admin, false);
    ruin_say(2);
    ruin_verify(0);
    assert_int_equal(ruin_openings(), 0);
}

/* RETURN: `answer` and `batch` as they are; what the broker says to it. */
static uint16_t give_back(struct caller *caller, struct mu_bytes answer, struct mu_bytes batch)
{
    uint8_t bytes[8192];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);

    mu_return_write(&w, MU_LANE_ROUTINE, &(struct mu_return){answer, batch});
    caller_send(caller, mu_written(&w));
    caller_hear_type(caller, MU_FRAME_REFUSED);
    return caller->heard.as.refused.code;
}

/* Only what this record had accepted in an epoch before comes in without being judged: a forged
 * answer, one for another batch, and a true one of this very epoch do not open that door. */
static void nothing_comes_in_by_the_back_door(void **state)
{
    uint8_t body[] = "never judged", payload[4096];
    struct mu_bytes bodies[] = {{body, sizeof body}};
    struct mu_writer w = mu_writer(payload, sizeof payload);
    struct mu_bytes answer;
    struct help_batch *batch;
    struct caller caller;

    (void)state;
    help_seat_close(&ruin.admin);
    caller_admin(&caller, &ruin.county);
    caller_connect(&caller, &ruin.county);
    assert_int_equal(caller_hello(&caller), MU_FRAME_WELCOME);
    assert_int_equal(caller_say(&caller, MU_LANE_ROUTINE, bodies[0]), MU_FRAME_ACCEPTED);
    assert_int_equal(caller.heard.as.accepted.refusals, 1); /* refused for good: it is no event */
    mu_accepted_write(&w, MU_LANE_ROUTINE, &caller.heard.as.accepted);
    answer = (struct mu_bytes){payload + MU_FRAME_HEAD_BYTES, w.used - MU_FRAME_HEAD_BYTES};
    batch = help_seal_bodies(&caller.lane[MU_LANE_ROUTINE], bodies, NULL, 1);
    assert_int_equal(give_back(&caller, answer, (struct mu_bytes){batch->bytes, batch->size}),
                     MU_E_BAD_SEAL);
    assert_int_equal(give_back(&caller, (struct mu_bytes){body, sizeof body},
                               (struct mu_bytes){batch->bytes, batch->size}),
                     MU_E_BAD_FRAME);
    for (size_t at = 0; at < answer.size; at += 11) {
        payload[MU_FRAME_HEAD_BYTES + at] ^= 1;
        assert_true(give_back(&caller, answer, (struct mu_bytes){batch->bytes, batch->size}) != 0);
        payload[MU_FRAME_HEAD_BYTES + at] ^= 1;
    }
    help_batch_free(&batch);
    assert_int_equal(caller_hello(&caller), MU_FRAME_WELCOME);
    assert_int_equal(caller.heard.as.welcome.lane[MU_LANE_ROUTINE].sequence, 1);
    caller_close(&caller);
    help_seat_open(&ruin.admin, false);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, ruin_make, ruin_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_copy_put_back_is_found_out),
        STORY(what_is_not_signed_begins_nothing),
        STORY(nothing_comes_in_by_the_back_door),
    };

    cmocka_set_test_filter(getenv("MUSTER_STORY")); /* one of them: a pattern */
    return cmocka_run_group_tests_name("forged", tests, NULL, NULL);
}
