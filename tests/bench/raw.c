#include "tests/bench/raw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "proto/sign/seal.h"
#include "proto/wire/assign.h"

#define FRAME_ROOM (MU_BATCH_BYTES_MAX * 4)

_Noreturn void bench_fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

int64_t bench_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void set(Muster__Event *event, mu_arena *arena, const char *path, const char *value)
{
    struct mu_fault fault;
    struct mu_assign how = {.arena = arena, .fault = &fault};

    if (mu_event_assign(event, MUSTER__EVENT__BODY_FIELD_REPORT, path, value, &how) != MU_OK)
        bench_fail(path);
}

size_t bench_body(uint8_t *out, size_t room, const char *agency, const char *area, const char *note)
{
    mu_arena arena = mu_arena_make(65536);
    Muster__Event *event;
    char padded[400];
    size_t size;

    if (mu_event_make(MUSTER__EVENT__BODY_FIELD_REPORT, &arena, &event) != MU_OK)
        bench_fail("event");
    set(event, &arena, "envelope.status", "exercise");
    set(event, &arena, "envelope.agency", agency);
    set(event, &arena, "envelope.area", area);
    set(event, &arena, "envelope.occurred_at_ms", "2031-07-16T14:00");
    size = mu_event_size(event);
    memset(padded, '.', sizeof padded);
    memcpy(padded, note, strlen(note));
    padded[400 - size - 6 > 0 ? 400 - size - 6 : 1] = '\0';
    set(event, &arena, "words", padded);
    size = mu_event_size(event);
    if (size > room)
        bench_fail("room");
    size = mu_event_pack(event, out);
    mu_arena_free(&arena);
    return size;
}

static void option(void *socket, int name, const void *value, size_t size)
{
    if (zmq_setsockopt(socket, name, value, size) != 0)
        bench_fail("socket option");
}

static void receive(struct raw *raw, uint8_t type, struct mu_reader *payload)
{
    struct mu_frame_head head = {0};

    do {
        int size = zmq_recv(raw->socket, raw->bytes, FRAME_ROOM, 0);

        if (size < 0)
            bench_fail("no answer");
        *payload = mu_reader((struct mu_bytes){raw->bytes, (size_t)size});
        if (mu_frame_head_read(payload, &head) != MU_OK)
            bench_fail("frame");
        if (head.type == MU_FRAME_REFUSED || head.type == MU_FRAME_BYE)
            bench_fail("refused");
    } while (head.type != type);
}

static void greet(struct raw *raw)
{
    struct mu_hello hello = {.agent = raw->home.self,
                             .instance = raw->instance,
                             .log = raw->home.log,
                             .credit_bytes = 1u << 20,
                             .program = {(const uint8_t *)"bench", 5}};
    struct mu_writer w = mu_writer(raw->bytes, FRAME_ROOM);
    struct mu_reader payload;

    mu_hello_write(&w, &hello);
    raw_put(raw, w.used);
    receive(raw, MU_FRAME_WELCOME, &payload);
}

void raw_open(struct raw *raw, const char *dir)
{
    int timeout = 20000, linger = 0;

    *raw = (struct raw){.next_sequence = 1};
    if (mu_home_open(dir, &raw->home) != MU_OK)
        bench_fail(dir);
    raw->instance = (uint64_t)bench_now_ns();
    raw->bytes = malloc(FRAME_ROOM);
    raw->context = zmq_ctx_new();
    raw->socket = zmq_socket(raw->context, ZMQ_DEALER);
    option(raw->socket, ZMQ_CURVE_PUBLICKEY, raw->home.curve_public, 32);
    option(raw->socket, ZMQ_CURVE_SECRETKEY, raw->home.curve_secret, 32);
    option(raw->socket, ZMQ_CURVE_SERVERKEY, raw->home.broker_curve, 32);
    option(raw->socket, ZMQ_RCVTIMEO, &timeout, sizeof timeout);
    option(raw->socket, ZMQ_LINGER, &linger, sizeof linger);
    if (zmq_connect(raw->socket, raw->home.endpoint) != 0)
        bench_fail("connect");
    greet(raw);
}

void raw_close(struct raw *raw)
{
    zmq_close(raw->socket);
    zmq_ctx_term(raw->context);
    free(raw->bytes);
    mu_home_close(&raw->home);
}

size_t raw_seal(struct raw *raw, struct mu_bytes body, uint32_t count)
{
    static struct mu_bytes bodies[MU_BATCH_EVENTS_MAX];
    static uint8_t batch[FRAME_ROOM];
    struct mu_writer w = mu_writer(batch, sizeof batch);
    struct mu_writer frame = mu_writer(raw->bytes, FRAME_ROOM);
    struct mu_seal seal = {.algorithm = MU_ALGORITHM_ED25519_SHA256,
                           .lane = MU_LANE_URGENT,
                           .agent = raw->home.self,
                           .origin = raw->home.log,
                           .instance = raw->instance,
                           .first_sequence = raw->next_sequence,
                           .previous = raw->previous};

    for (uint32_t i = 0; i < count; i++)
        bodies[i] = body;
    if (mu_batch_write(&w, &seal, bodies, count, raw->home.key, &raw->previous) != MU_OK)
        bench_fail("seal");
    raw->next_sequence += count;
    mu_submit_write(&frame, MU_LANE_URGENT, mu_written(&w));
    return frame.used;
}

void raw_put(struct raw *raw, size_t size)
{
    if (zmq_send(raw->socket, raw->bytes, size, 0) < 0)
        bench_fail("send");
}

void raw_send(struct raw *raw, struct mu_bytes body, uint32_t count)
{
    raw_put(raw, raw_seal(raw, body, count));
}

void raw_wait(struct raw *raw)
{
    struct mu_reader payload;
    struct mu_accepted accepted;
    struct mu_refusal refusal;

    receive(raw, MU_FRAME_ACCEPTED, &payload);
    if (mu_accepted_read(&payload, &accepted) != MU_OK)
        bench_fail("answer");
    if (accepted.refusals > 0 && mu_refusal_next(&accepted.refusal_bytes, &refusal) == MU_OK) {
        fprintf(stderr, "%.*s: ", (int)refusal.path.size, (const char *)refusal.path.data);
        bench_fail(mu_err_code((enum mu_err)refusal.code));
    }
    raw->acknowledged += accepted.count;
}
