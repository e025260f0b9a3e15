/* What comes from outside and is not honest: each gets a code or the door, costs no memory, and the
 * honest agent beside it does not notice. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "tests/help/county.h"
#include "tests/help/founded.h"
#include "tests/help/frames.h"
#include "tests/help/served.h"

#define MEMORY_MAX ((size_t)16 * 1024 * 1024)

struct scene {
    struct served house;
    struct founded words;
    struct caller admin, em,
        rogue; /* the rogue is enrolled as well: keys are no proof of manners */
    unsigned reports;
};

/* The honest agent says something and is heard, as if nothing else went on. */
static void honest_work(struct scene *s)
{
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(caller_say(&s->em, 1, founded_report(&s->words, ++s->reports)),
                         MU_FRAME_ACCEPTED);
        assert_int_equal(s->em.heard.as.accepted.refusals, 0);
    }
}

static int open_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);

    assert_non_null(s);
    served_open(&s->house, "step", NULL);
    s->words.arena = mu_arena_make((size_t)64 << 20);
    caller_admin(&s->admin, &s->house);
    caller_connect(&s->admin, &s->house);
    assert_int_equal(caller_hello(&s->admin), MU_FRAME_WELCOME);
    caller_make(&s->em, &s->house, 30);
    caller_make(&s->rogue, &s->house, 31);
    served_enrol(&s->house, &s->admin, &s->em, "EM", "emergency_management");
    served_enrol(&s->house, &s->admin, &s->rogue, "EM", "emergency_management");
    caller_connect(&s->em, &s->house);
    assert_int_equal(caller_hello(&s->em), MU_FRAME_WELCOME);
    caller_connect(&s->rogue, &s->house);
    assert_int_equal(caller_hello(&s->rogue), MU_FRAME_WELCOME);
    honest_work(s);
    *state = s;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *s = *state;

    caller_close(&s->admin);
    caller_close(&s->em);
    caller_close(&s->rogue);
    served_close(&s->house);
    mu_arena_free(&s->words.arena);
    free(s);
    return 0;
}

static void memory_has_not_grown(struct scene *s, size_t before)
{
    size_t after = served_memory(&s->house);

    if (after > before + MEMORY_MAX)
        fail_msg("musterd grew from %zu to %zu bytes", before, after);
}

/* ---- keys ------------------------------------------------------------------------------------ */
static int auth_refused(void *monitor)
{
    for (;;) {
        zmq_pollitem_t item = {monitor, 0, ZMQ_POLLIN, 0};
        uint16_t event;
        uint8_t part[64];
        int more = 1;

        if (zmq_poll(&item, 1, 10000) <= 0)
            return -1;
        assert_int_equal(zmq_recv(monitor, part, sizeof part, 0), 6);
        memcpy(&event, part, sizeof event);
        while (more) {
            size_t size = sizeof more;

            zmq_getsockopt(monitor, ZMQ_RCVMORE, &more, &size);
            if (more)
                zmq_recv(monitor, part, sizeof part, 0);
        }
        if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
            return 1;
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
            return 0;
    }
}

static int knock(struct scene *s, struct caller *c, const char *monitor_at)
{
    void *monitor = zmq_socket(s->house.context, ZMQ_PAIR);
    int refused;

    caller_connect(c, &s->house);
    zmq_disconnect(c->socket, s->house.endpoint); /* watch from the beginning */
    assert_int_equal(zmq_socket_monitor(c->socket, monitor_at, ZMQ_EVENT_ALL), 0);
    assert_int_equal(zmq_connect(monitor, monitor_at), 0);
    assert_int_equal(zmq_connect(c->socket, s->house.endpoint), 0);
    refused = auth_refused(monitor);
    zmq_socket_monitor(c->socket, NULL, 0);
    zmq_close(monitor);
    return refused;
}

static void an_unknown_key_stays_outside(void **state)
{
    struct scene *s = *state;
    struct caller stranger;

    caller_make(&stranger, &s->house, 66);
    assert_int_equal(knock(s, &stranger, "inproc://monitor-1"), 1);
    /* the negative control: the same caller, enrolled, comes in */
    served_enrol(&s->house, &s->admin, &stranger, "X", "");
    assert_int_equal(knock(s, &stranger, "inproc://monitor-2"), 0);
    assert_int_equal(caller_hello(&stranger), MU_FRAME_WELCOME);
    caller_close(&stranger);
    honest_work(s);
}

static void half_handshakes_cost_little_and_disturb_nobody(void **state)
{
    struct scene *s = *state;
    static const uint8_t garbage[600] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1, 'C', 'U', 'R'};
    size_t before = served_memory(&s->house);
    int sockets[300];
    unsigned port;

    assert_int_equal(sscanf(s->house.endpoint, "tcp://127.0.0.1:%u", &port), 1);
    for (size_t i = 0; i < 300; i++) {
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons((uint16_t)port),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

        assert_true((sockets[i] = socket(AF_INET, SOCK_STREAM, 0)) >= 0);
        assert_int_equal(connect(sockets[i], (struct sockaddr *)&address, sizeof address), 0);
        if (i % 3 == 1) /* a greeting, then nothing */
            assert_true(send(sockets[i], garbage, 64, MSG_NOSIGNAL) > 0);
        if (i % 3 == 2) /* nonsense */
            assert_true(send(sockets[i], garbage + i, 200, MSG_NOSIGNAL) > 0);
        if (i % 50 == 0)
            honest_work(s);
    }
    honest_work(s);
    memory_has_not_grown(s, before);
    for (size_t i = 0; i < 300; i++)
        close(sockets[i]);
    honest_work(s);
}

/* ---- frames ---------------------------------------------------------------------------------- */
static void frames_that_cannot_be_end_the_session_with_a_code(void **state)
{
    struct scene *s = *state;
    size_t before = served_memory(&s->house);
    static const struct {
        const char *bytes;
        size_t size;
        uint16_t code;
    } bad[] = {
        {"", 0, MU_E_BAD_FRAME},
        {"\1", 1, MU_E_BAD_FRAME},
        {"\1\3\0\3x", 5, MU_E_BAD_FRAME},
        {"\1\7\0\0", 4, MU_E_OUT_OF_TURN}, /* only the broker delivers */
        {"\1\12\0\0\1", 5, MU_E_BAD_FRAME},
        {"\2\1\0\0", 4, MU_E_VERSION},
    };

    for (unsigned round = 0; round < 50; round++) {
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
            caller_send(&s->rogue, (struct mu_bytes){(const uint8_t *)bad[i].bytes, bad[i].size});
            caller_hear_type(&s->rogue, MU_FRAME_BYE);
            assert_int_equal(s->rogue.heard.as.bye.code, bad[i].code);
            assert_int_equal(caller_hello(&s->rogue), MU_FRAME_WELCOME);
        }
    }
    /* two parts where one belongs */
    assert_int_equal(zmq_send(s->rogue.socket, "\1\15\0\0", 4, ZMQ_SNDMORE), 4);
    assert_int_equal(zmq_send(s->rogue.socket, "x", 1, 0), 1);
    caller_hear_type(&s->rogue, MU_FRAME_BYE);
    assert_int_equal(s->rogue.heard.as.bye.code, MU_E_BAD_FRAME);
    honest_work(s);
    memory_has_not_grown(s, before);
}

static void frames_at_random_are_survived(void **state)
{
    struct scene *s = *state;
    size_t before = served_memory(&s->house);
    uint8_t frame[HELP_FRAME_MAX];
    uint64_t dice = 20310717;

    for (unsigned i = 0; i < 3000; i++) {
        size_t size = help_frame((uint8_t)(1 + i % (MU_FRAME_TYPES - 1)), frame);

        for (unsigned flips = 0; flips < 3 && size > 0; flips++) {
            dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
            frame[(dice >> 33) % size] ^= (uint8_t)(1u << (dice >> 20 & 7));
        }
        if (size > 0 && frame[1] != MU_FRAME_BYE)
            caller_send(&s->rogue, (struct mu_bytes){frame, size});
        if (i % 500 == 0)
            honest_work(s);
    }
    caller_connect(&s->rogue, &s->house);
    assert_int_equal(caller_hello(&s->rogue), MU_FRAME_WELCOME);
    honest_work(s);
    memory_has_not_grown(s, before);
}

/* A frame too large for the protocol ends the connection, not the broker. */
static void an_oversized_message_ends_the_connection(void **state)
{
    struct scene *s = *state;
    size_t before = served_memory(&s->house), size = (size_t)8 << 20;
    uint8_t *large = calloc(1, size);

    assert_non_null(large);
    large[0] = 1;
    large[1] = MU_FRAME_SUBMIT;
    caller_send(&s->rogue, (struct mu_bytes){large, size});
    free(large);
    honest_work(s);
    caller_connect(&s->rogue, &s->house);
    assert_int_equal(caller_hello(&s->rogue), MU_FRAME_WELCOME);
    memory_has_not_grown(s, before);
}

/* The same in pieces, each of them allowed: it hears what is wrong. */
static void pieces_that_grow_too_large_end_the_session_with_a_code(void **state)
{
    struct scene *s = *state;
    static uint8_t piece[64 * 1024] = {1, MU_FRAME_SUBMIT, MU_FRAME_MORE, 2};
    size_t before = served_memory(&s->house);

    for (size_t sent = 0; sent < 1024 * 1024; sent += sizeof piece)
        caller_send(&s->rogue, (struct mu_bytes){piece, sizeof piece});
    caller_hear_type(&s->rogue, MU_FRAME_BYE);
    assert_int_equal(s->rogue.heard.as.bye.code, MU_E_TOO_LARGE);
    honest_work(s);
    memory_has_not_grown(s, before);
}

/* Connection upon connection of one key: each new one is let in, and the one that is least alive goes. */
static void one_key_cannot_take_the_places_of_all(void **state)
{
    static struct caller many[20];
    struct scene *s = *state;
    unsigned dismissed = 0;

    for (unsigned i = 0; i < 20; i++) {
        caller_make(&many[i], &s->house, s->rogue.lane[0].seed);
        memcpy(many[i].secret, s->rogue.secret, sizeof many[i].secret);
        memcpy(many[i].curve, s->rogue.curve, sizeof many[i].curve);
        caller_connect(&many[i], &s->house);
        assert_int_equal(caller_hello(&many[i]), MU_FRAME_WELCOME);
    }
    for (unsigned i = 0; i < 20; i++) {
        if (!caller_is_called(&many[i], i < 12 ? 2000 : 0))
            continue;
        caller_hear(&many[i]);
        assert_int_equal(many[i].heard.type, MU_FRAME_BYE);
        assert_int_equal(many[i].heard.as.bye.code, MU_E_BUSY);
        dismissed++;
    }
    assert_int_equal(dismissed, 12);
    caller_ping(&many[19], 0);
    honest_work(s);
    for (unsigned i = 0; i < 20; i++)
        caller_close(&many[i]);
}

/* Half a batch in each lane, from many sessions, never finished. */
static void half_sent_batches_are_bounded(void **state)
{
    struct scene *s = *state;
    static uint8_t piece[200 * 1024];
    size_t before = served_memory(&s->house);

    for (unsigned round = 0; round < 20; round++) {
        for (uint8_t lane = 0; lane < MU_LANES; lane++) {
            struct mu_writer w = mu_writer(piece, sizeof piece);

            mu_frame_head_write(&w, MU_FRAME_SUBMIT, MU_FRAME_MORE, lane);
            caller_send(&s->rogue, (struct mu_bytes){piece, sizeof piece});
        }
        caller_connect(&s->rogue, &s->house);
        assert_int_equal(caller_hello(&s->rogue), MU_FRAME_WELCOME);
    }
    honest_work(s);
    memory_has_not_grown(s, before);
}

/* ---- bodies ---------------------------------------------------------------------------------- */
static struct mu_bytes nested(unsigned depth, uint8_t *room, size_t size)
{
    size_t at = size;

    while (depth-- > 0) {
        size_t inner = size - at;

        room[--at] = (uint8_t)(inner >> 14);
        room[--at] = (uint8_t)(0x80 | (inner >> 7 & 0x7f));
        room[--at] = (uint8_t)(0x80 | (inner & 0x7f));
        room[--at] = 0x0a;
    }
    return (struct mu_bytes){room + at, size - at};
}

static uint16_t refused_with(struct scene *s, uint8_t lane, struct mu_bytes body)
{
    struct mu_bytes left;
    struct mu_refusal refusal;

    assert_int_equal(caller_say(&s->rogue, lane, body), MU_FRAME_ACCEPTED);
    assert_int_equal(s->rogue.heard.as.accepted.refusals, 1);
    left = s->rogue.heard.as.accepted.refusal_bytes;
    assert_int_equal(mu_refusal_next(&left, &refusal), MU_OK);
    return refusal.code;
}

static void bodies_that_attack_the_parser_are_refused_with_a_code(void **state)
{
    struct scene *s = *state;
    static uint8_t deep[12000 * 4], many[200000], text[64];
    size_t before = served_memory(&s->house), size = 0;

    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(refused_with(s, 1, nested(12000, deep, sizeof deep)), MU_E_BAD_TEXT);
        /* a flood of empty unknown fields: number 15000, wire type 0 */
        for (size = 0; size + 4 <= sizeof many; size += 4)
            memcpy(many + size, "\xc0\xa9\x07\x00", 4);
        assert_int_equal(refused_with(s, 1, (struct mu_bytes){many, size}), MU_E_UNKNOWN_FIELD);
        /* a flood of one message over and over: envelope, empty */
        for (size = 0; size + 2 <= sizeof many; size += 2)
            memcpy(many + size, "\x0a\x00", 2);
        assert_int_equal(refused_with(s, 1, (struct mu_bytes){many, size}), MU_E_MALFORMED);
        memcpy(text, "\x0a\x03\x0a\x01\xff", 5); /* an incident that is not UTF-8 */
        assert_int_equal(refused_with(s, 1, (struct mu_bytes){text, 5}), MU_E_BAD_TEXT);
        memcpy(text,
               "\x0a\x04\x0a\x02"
               "a\0",
               6); /* or holds a NUL */
        assert_int_equal(refused_with(s, 1, (struct mu_bytes){text, 6}), MU_E_BAD_TEXT);
        honest_work(s);
    }
    /* people of no kind: counted, but which? */
    assert_int_equal(
        refused_with(s, 0,
                     help_packed(HELP_EVENT(&s->words.arena, "evacuation", "persons_planned=100"),
                                 &s->words.arena)),
        MU_E_MISSING);
    memory_has_not_grown(s, before);
}

static void a_forged_seal_consumes_nothing(void **state)
{
    struct scene *s = *state;
    struct mu_bytes body = founded_report(&s->words, 1);
    struct help_batch *batch = help_seal_bodies(&s->rogue.lane[1], &body, NULL, 1);

    batch->bytes[MU_SEAL_BYTES - 1] ^= 1;
    caller_submit(&s->rogue, 1, batch);
    assert_int_equal(caller_hear(&s->rogue), MU_FRAME_REFUSED);
    assert_int_equal(s->rogue.heard.as.refused.code, MU_E_BAD_SEAL);
    batch->bytes[MU_SEAL_BYTES - 1] ^= 1;
    caller_submit(&s->rogue, 1, batch);
    assert_int_equal(caller_hear(&s->rogue), MU_FRAME_ACCEPTED);
    help_batch_free(&batch);
    honest_work(s);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(an_unknown_key_stays_outside),
        STORY(half_handshakes_cost_little_and_disturb_nobody),
        STORY(frames_that_cannot_be_end_the_session_with_a_code),
        STORY(frames_at_random_are_survived),
        STORY(an_oversized_message_ends_the_connection),
        STORY(pieces_that_grow_too_large_end_the_session_with_a_code),
        STORY(one_key_cannot_take_the_places_of_all),
        STORY(half_sent_batches_are_bounded),
        STORY(bodies_that_attack_the_parser_are_refused_with_a_code),
        STORY(a_forged_seal_consumes_nothing),
    };

    return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
