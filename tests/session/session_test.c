/* The conversation: every frame in every state from either side, and fragments that can and cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/session/session.h"
#include "tests/help/frames.h"

/* ---- every pair ---------------------------------------------------------------------------- */
/* One line per frame; per state NEW, GREETING, OPEN, CLOSED what hearing it does: N G O C the next
 * state, '.' heard and dropped, '-' out of turn. First as the broker hears it, then as the agent does.
 * Written here a second time, from docs/PROTOCOL.md section 6, so that a slip in the table is seen. */
static const struct {
    uint8_t type;
    const char *broker, *agent;
} pairs[] = {
    {MU_FRAME_HELLO, "GGGG", "----"},   {MU_FRAME_WELCOME, "----", "-O.."},
    {MU_FRAME_SUBMIT, "--O.", "----"},  {MU_FRAME_ACCEPTED, "----", "-.O."},
    {MU_FRAME_REFUSED, "----", "-.O."}, {MU_FRAME_FOLLOW, "--O.", "----"},
    {MU_FRAME_DELIVER, "----", "-.O."}, {MU_FRAME_CREDIT, "--O.", "----"},
    {MU_FRAME_RECEIPT, "--O.", "----"}, {MU_FRAME_PING, "--O.", "----"},
    {MU_FRAME_PONG, "----", "-.O."},    {MU_FRAME_CLOCK, "--O.", "-.O."},
    {MU_FRAME_BYE, "CCC.", "CCC."},     {MU_FRAME_JOIN, "--O.", "-.O."},
    {MU_FRAME_RETURN, "--O.", "----"},
};

static size_t frame_or_head(uint8_t type, uint8_t *frame)
{
    struct mu_writer w = mu_writer(frame, HELP_FRAME_MAX);
    size_t size = help_frame(type, frame);

    if (size > 0)
        return size;
    mu_frame_head_write(&w, type, 0, 0);
    return w.used;
}

static void hear_one(enum mu_side side, enum mu_session_state from, uint8_t type, char expect)
{
    static const char letters[] = "NGOC";
    uint8_t frame[HELP_FRAME_MAX];
    size_t size = frame_or_head(type, frame);
    struct mu_session s = mu_session(side, NULL);
    struct mu_heard heard;
    enum mu_err err;

    s.state = from;
    err = mu_session_hear(&s, (struct mu_bytes){frame, size}, &heard);
    if (expect == '-') {
        assert_int_equal(err, MU_E_OUT_OF_TURN);
        assert_int_equal(s.state, from);
    } else if (expect == '.') {
        assert_int_equal(err, MU_OK);
        assert_int_equal(heard.type, 0);
        assert_int_equal(s.state, from);
    } else {
        assert_int_equal(err, MU_OK);
        assert_int_equal(heard.type, type);
        assert_int_equal(heard.size, size);
        assert_int_equal(letters[s.state], expect);
    }
    mu_session_end(&s);
}

static void every_frame_in_every_state(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        for (unsigned from = 0; from < MU_SESSION_STATES; from++) {
            hear_one(MU_SIDE_BROKER, from, pairs[i].type, pairs[i].broker[from]);
            hear_one(MU_SIDE_AGENT, from, pairs[i].type, pairs[i].agent[from]);
        }
    }
    assert_int_equal(sizeof pairs / sizeof pairs[0], MU_FRAME_TYPES - 1);
}

static void what_one_side_may_say_the_other_takes(void **state)
{
    (void)state;
    for (unsigned from = 0; from < MU_SESSION_STATES; from++) {
        for (uint8_t type = 1; type < MU_FRAME_TYPES; type++) {
            for (unsigned side = 0; side < 2; side++) {
                uint8_t frame[HELP_FRAME_MAX];
                size_t size = frame_or_head(type, frame);
                struct mu_session says = mu_session((enum mu_side)side, NULL);
                struct mu_session hears = mu_session((enum mu_side)(1 - side), NULL);
                struct mu_heard heard;

                says.state = hears.state = (enum mu_session_state)from;
                if (!mu_session_may_say(&says, type))
                    continue;
                mu_session_said(&says, type);
                assert_int_equal(mu_session_hear(&hears, (struct mu_bytes){frame, size}, &heard),
                                 MU_OK);
                assert_int_equal(heard.type, type);
                assert_int_equal(says.state, hears.state);
            }
        }
    }
}

/* ---- fragments ----------------------------------------------------------------------------- */
static struct mu_session open_broker(struct mu_session_budget *budget)
{
    struct mu_session s = mu_session(MU_SIDE_BROKER, budget);

    s.state = MU_SESSION_OPEN;
    return s;
}

static enum mu_err say(struct mu_session *s, uint8_t type, uint8_t flags, uint8_t lane,
                       const char *text, struct mu_heard *heard)
{
    uint8_t bytes[256];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    uint8_t *message;
    enum mu_err err;

    mu_frame_head_write(&w, type, flags, lane);
    mu_write_bytes(&w, text, strlen(text));
    message = malloc(w.used); /* gone right after: a session must not keep what it was lent */
    assert_non_null(message);
    memcpy(message, bytes, w.used);
    err = mu_session_hear(s, (struct mu_bytes){message, w.used}, heard);
    if (heard->type != 0 && heard->as.batch.data == message + 4)
        heard->as.batch.data = NULL;
    free(message);
    return err;
}

static void lanes_interleave_and_each_comes_whole(void **state)
{
    struct mu_session_budget budget = {0, 1u << 20};
    struct mu_session s = open_broker(&budget);
    struct mu_heard heard;

    (void)state;
    assert_int_equal(say(&s, MU_FRAME_SUBMIT, 1, 2, "rou", &heard), MU_OK);
    assert_int_equal(heard.type, 0);
    assert_int_equal(say(&s, MU_FRAME_SUBMIT, 1, 0, "li", &heard), MU_OK);
    assert_int_equal(heard.type, 0);
    assert_int_equal(say(&s, MU_FRAME_SUBMIT, 0, 1, "urgent", &heard), MU_OK);
    assert_int_equal(heard.type, MU_FRAME_SUBMIT);
    assert_int_equal(heard.lane, 1);
    assert_int_equal(say(&s, MU_FRAME_SUBMIT, 0, 0, "fe", &heard), MU_OK);
    assert_int_equal(heard.type, MU_FRAME_SUBMIT);
    assert_int_equal(heard.lane, 0);
    assert_int_equal(heard.as.batch.size, 4);
    assert_memory_equal(heard.as.batch.data, "life", 4);
    assert_int_equal(heard.size, 8);
    assert_int_equal(say(&s, MU_FRAME_SUBMIT, 0, 2, "tine", &heard), MU_OK);
    assert_memory_equal(heard.as.batch.data, "routine", 7);
    mu_session_end(&s);
    assert_int_equal(budget.used, 0);
}

static void a_control_frame_passes_a_half_sent_batch(void **state)
{
    struct mu_session s = open_broker(NULL);
    struct mu_heard heard;
    uint8_t ping[HELP_FRAME_MAX];
    size_t size = help_frame(MU_FRAME_PING, ping);

    (void)state;
    assert_int_equal(say(&s, MU_FRAME_SUBMIT, 1, 0, "li", &heard), MU_OK);
    assert_int_equal(mu_session_hear(&s, (struct mu_bytes){ping, size}, &heard), MU_OK);
    assert_int_equal(heard.type, MU_FRAME_PING);
    assert_int_equal(say(&s, MU_FRAME_SUBMIT, 0, 0, "fe", &heard), MU_OK);
    assert_memory_equal(heard.as.batch.data, "life", 4);
    mu_session_end(&s);
}

static void an_answer_passes_a_half_sent_delivery(void **state)
{
    struct mu_session s = mu_session(MU_SIDE_AGENT, NULL);
    struct mu_heard heard;
    uint8_t deliver[HELP_FRAME_MAX], piece[128], refused[HELP_FRAME_MAX];
    size_t size = help_frame(MU_FRAME_DELIVER, deliver), at = 0;
    struct mu_bytes frame = {deliver, size};
    unsigned whole = 0;

    (void)state;
    s.state = MU_SESSION_OPEN;
    size = help_frame(MU_FRAME_REFUSED, refused); /* in the same lane */
    for (;;) {
        struct mu_writer w = mu_writer(piece, sizeof piece);

        if (!mu_frame_cut(frame, 100, &at, &w))
            break;
        assert_int_equal(mu_session_hear(&s, mu_written(&w), &heard), MU_OK);
        if (heard.type == MU_FRAME_DELIVER) {
            whole++;
            assert_int_equal(heard.as.deliver.through, 42);
            continue;
        }
        assert_int_equal(mu_session_hear(&s, (struct mu_bytes){refused, size}, &heard), MU_OK);
        assert_int_equal(heard.type, MU_FRAME_REFUSED);
    }
    assert_int_equal(whole, 1);
    mu_session_end(&s);
}

static void fragments_end_at_the_bound_of_their_lane(void **state)
{
    static uint8_t bytes[4 + 64 * 1024];
    struct mu_session_budget budget = {0, 8u << 20};
    struct mu_session s = open_broker(&budget);
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    struct mu_heard heard;
    enum mu_err err = MU_OK;
    size_t sent = 0;

    (void)state;
    mu_frame_head_write(&w, MU_FRAME_SUBMIT, MU_FRAME_MORE, 1);
    while (err == MU_OK && sent < 4u << 20) {
        err = mu_session_hear(&s, (struct mu_bytes){bytes, sizeof bytes}, &heard);
        assert_true(budget.used <= MU_FRAME_BYTES_MAX);
        sent += sizeof bytes;
    }
    assert_int_equal(err, MU_E_TOO_LARGE);
    assert_int_equal(budget.used, 0);
    mu_session_end(&s);
}

/* What a frame counts against credit is the same whole and in pieces, and each piece says its part. */
static void pieces_tell_what_they_take(void **state)
{
    static uint8_t frame[3000], piece[512];
    struct mu_session_budget budget = {0, 8u << 20};
    struct mu_session s = open_broker(&budget);
    struct mu_writer w = mu_writer(frame, sizeof frame);
    struct mu_heard heard;
    size_t at = 0, told = 0, pieces = 0;

    (void)state;
    mu_frame_head_write(&w, MU_FRAME_SUBMIT, 0, 2);
    do {
        w = mu_writer(piece, sizeof piece);
        assert_true(mu_frame_cut((struct mu_bytes){frame, sizeof frame}, sizeof piece, &at, &w));
        assert_int_equal(mu_session_hear(&s, mu_written(&w), &heard), MU_OK);
        told += heard.piece.size;
        pieces += heard.piece.type == MU_FRAME_SUBMIT;
    } while (heard.type == 0);
    assert_int_equal(heard.size, sizeof frame);
    assert_int_equal(heard.piece.type, 0);
    assert_int_equal(told + w.used - MU_FRAME_HEAD_BYTES, sizeof frame);
    assert_int_equal(pieces, 5);
    mu_session_end(&s);
}

static void an_empty_fragment_is_bad(void **state)
{
    struct mu_session s = open_broker(NULL);
    struct mu_heard heard;

    (void)state;
    assert_int_equal(say(&s, MU_FRAME_SUBMIT, 1, 0, "", &heard), MU_E_BAD_FRAME);
    assert_int_equal(say(&s, MU_FRAME_SUBMIT, 0, 0, "", &heard), MU_E_BAD_FRAME);
    mu_session_end(&s);
}

/* No room in the whole house: the frame is dropped to its last fragment, and the next one is heard. */
static void a_full_budget_drops_one_frame_only(void **state)
{
    struct mu_session_budget budget = {0, 6000};
    struct mu_session first = open_broker(&budget), second = open_broker(&budget);
    struct mu_heard heard;

    (void)state;
    assert_int_equal(say(&first, MU_FRAME_SUBMIT, 1, 2, "a", &heard), MU_OK);
    assert_int_equal(say(&second, MU_FRAME_SUBMIT, 1, 2, "b", &heard), MU_E_BUSY);
    assert_int_equal(heard.lane, 2);
    assert_int_equal(say(&second, MU_FRAME_SUBMIT, 1, 2, "b", &heard), MU_OK);
    assert_int_equal(say(&second, MU_FRAME_SUBMIT, 0, 2, "b", &heard), MU_OK);
    assert_int_equal(heard.type, 0);
    assert_int_equal(say(&second, MU_FRAME_SUBMIT, 0, 2, "whole", &heard), MU_OK);
    assert_int_equal(heard.type, MU_FRAME_SUBMIT);
    assert_int_equal(say(&first, MU_FRAME_SUBMIT, 0, 2, "a", &heard), MU_OK);
    assert_int_equal(heard.type, MU_FRAME_SUBMIT);
    assert_int_equal(say(&second, MU_FRAME_PING, 0, 0, "", &heard), MU_E_BAD_FRAME);
    mu_session_end(&first);
    mu_session_end(&second);
    assert_int_equal(budget.used, 0);
}

static void hello_forgets_what_was_half_sent(void **state)
{
    struct mu_session_budget budget = {0, 1u << 20};
    struct mu_session s = open_broker(&budget);
    struct mu_heard heard;
    uint8_t hello[HELP_FRAME_MAX];
    size_t size = help_frame(MU_FRAME_HELLO, hello);

    (void)state;
    assert_int_equal(say(&s, MU_FRAME_SUBMIT, 1, 0, "half", &heard), MU_OK);
    assert_true(budget.used > 0);
    assert_int_equal(mu_session_hear(&s, (struct mu_bytes){hello, size}, &heard), MU_OK);
    assert_int_equal(budget.used, 0);
    mu_session_said(&s, MU_FRAME_WELCOME);
    assert_int_equal(s.state, MU_SESSION_OPEN);
    assert_int_equal(say(&s, MU_FRAME_SUBMIT, 0, 0, "whole", &heard), MU_OK);
    assert_int_equal(heard.as.batch.size, 5);
    mu_session_end(&s);
}

static void a_stranger_in_state_new_costs_no_memory(void **state)
{
    struct mu_session_budget budget = {0, 1u << 20};
    struct mu_session s = mu_session(MU_SIDE_BROKER, &budget);
    struct mu_heard heard;

    (void)state;
    assert_int_equal(say(&s, MU_FRAME_SUBMIT, 1, 0, "half", &heard), MU_E_OUT_OF_TURN);
    assert_int_equal(budget.used, 0);
    assert_int_equal(s.state, MU_SESSION_NEW);
    mu_session_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_frame_in_every_state),
        cmocka_unit_test(what_one_side_may_say_the_other_takes),
        cmocka_unit_test(lanes_interleave_and_each_comes_whole),
        cmocka_unit_test(a_control_frame_passes_a_half_sent_batch),
        cmocka_unit_test(an_answer_passes_a_half_sent_delivery),
        cmocka_unit_test(fragments_end_at_the_bound_of_their_lane),
        cmocka_unit_test(pieces_tell_what_they_take),
        cmocka_unit_test(an_empty_fragment_is_bad),
        cmocka_unit_test(a_full_budget_drops_one_frame_only),
        cmocka_unit_test(hello_forgets_what_was_half_sent),
        cmocka_unit_test(a_stranger_in_state_new_costs_no_memory),
    };

    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
