/* Joining. One socket, one conversation, no second attempt by itself: a wrong code costs one of five. */
#include "agents/sdk/join.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "agents/sdk/agent_inside.h"

#define JOIN_PORT "7401"
#define STEP_MS 100
#define HEARTBEAT_MS 2000
#define HEARTBEAT_TIMEOUT_MS 20000 /* the broker may be busy for a while; it is not gone */
#define LINGER_MS 1000
#define ALL_EVENTS                                                                                 \
    (ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_DISCONNECTED | \
     ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |                        \
     ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

struct mu_joiner {
    void *context, *socket, *monitor;
    struct mu_join_calls calls;
    int timeout_ms;
    bool connected, shaken, cut;
    struct mu_hash nonce;
    uint8_t challenge[MU_JOIN_BYTES_MAX];
    size_t challenge_size;
    uint8_t in[MU_JOIN_BYTES_MAX + 1];
};

/* ---- addresses --------------------------------------------------------------------------------- */

/* A colon behind the host; those of a bare IPv6 address are within brackets. */
static bool has_port(const char *host)
{
    const char *colon = strrchr(host, ':');

    return colon != NULL && strchr(colon, ']') == NULL;
}

bool mu_join_address(const char *typed, char out[MU_ENDPOINT_BYTES_MAX])
{
    bool whole = strncmp(typed, "tcp://", 6) == 0 || strncmp(typed, "ipc://", 6) == 0;
    const char *host = strncmp(typed, "tcp://", 6) == 0 ? typed + 6 : typed;
    bool port = has_port(host) || strncmp(typed, "ipc://", 6) == 0;
    int size = snprintf(out, MU_ENDPOINT_BYTES_MAX, "%s%s%s", whole ? "" : "tcp://", typed,
                        port ? "" : ":" JOIN_PORT);

    return size > 0 && (size_t)size < MU_ENDPOINT_BYTES_MAX && mu_endpoint_ok(out);
}

/* ---- the socket -------------------------------------------------------------------------------- */

static enum mu_err set_options(void *socket, const struct mu_door_keys *door)
{
    static const struct {
        int option, value;
    } numbers[] = {
        {ZMQ_LINGER, LINGER_MS},
        {ZMQ_IMMEDIATE, 1},
        {ZMQ_RECONNECT_IVL, -1},
        {ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS},
        {ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS},
        {ZMQ_IPV6, 1},
    };
    uint8_t secret[MU_CURVE_KEY_BYTES], public[MU_CURVE_KEY_BYTES];
    int64_t largest = MU_JOIN_BYTES_MAX;
    enum mu_err err = mu_curve_make(secret, public); /* for this conversation only */

    for (size_t i = 0; err == MU_OK && i < sizeof numbers / sizeof numbers[0]; i++)
        if (zmq_setsockopt(socket, numbers[i].option, &numbers[i].value, sizeof(int)) != 0)
            err = MU_E_SYSTEM;
    if (err == MU_OK &&
        (zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest) != 0 ||
         zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, door->public, sizeof door->public) != 0 ||
         zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, public, sizeof public) != 0 ||
         zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, sizeof secret) != 0))
        err = MU_E_BAD_KEY;
    mu_wipe(secret, sizeof secret);
    return err;
}

static enum mu_err open_sockets(mu_joiner *j, const char *endpoint, const struct mu_door_keys *door)
{
    static const char monitor[] = "inproc://muster-join-monitor";
    int linger = 0;
    enum mu_err err;

    if ((j->context = zmq_ctx_new()) == NULL ||
        (j->socket = zmq_socket(j->context, ZMQ_DEALER)) == NULL)
        return MU_E_NO_MEMORY;
    if ((err = set_options(j->socket, door)) != MU_OK)
        return err;
    if (zmq_socket_monitor(j->socket, monitor, ALL_EVENTS) != 0 ||
        (j->monitor = zmq_socket(j->context, ZMQ_PAIR)) == NULL ||
        zmq_setsockopt(j->monitor, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
        zmq_connect(j->monitor, monitor) != 0)
        return MU_E_SYSTEM;
    return zmq_connect(j->socket, endpoint) == 0 ? MU_OK : MU_E_BAD_VALUE;
}

void mu_join_close(mu_joiner **handle)
{
    mu_joiner *j = *handle;

    *handle = NULL;
    if (j == NULL)
        return;
    if (j->socket != NULL)
        zmq_socket_monitor(j->socket, NULL, 0);
    if (j->monitor != NULL)
        zmq_close(j->monitor);
    if (j->socket != NULL)
        zmq_close(j->socket);
    if (j->context != NULL)
        zmq_ctx_term(j->context);
    mu_wipe(j, sizeof *j);
    free(j);
}

/* ---- what the monitor sees --------------------------------------------------------------------- */

static void watch(mu_joiner *j)
{
    uint8_t head[6], address[256];
    uint16_t event;

    while (zmq_recv(j->monitor, head, sizeof head, ZMQ_DONTWAIT) == (int)sizeof head) {
        if (zmq_recv(j->monitor, address, sizeof address, ZMQ_DONTWAIT) < 0)
            return;
        memcpy(&event, head, sizeof event);
        if (event == ZMQ_EVENT_CONNECTED)
            j->connected = true;
        else if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
            j->shaken = true;
        else
            j->cut = true;
    }
}

static bool is_stopped(const mu_joiner *j)
{
    return j->calls.stopped != NULL && j->calls.stopped(j->calls.user);
}

static void wait(mu_joiner *j)
{
    zmq_pollitem_t items[] = {{j->socket, 0, ZMQ_POLLIN, 0}, {j->monitor, 0, ZMQ_POLLIN, 0}};

    if (zmq_poll(items, 2, STEP_MS) < 0)
        return; /* a signal: whoever calls looks for himself */
    watch(j);
}

/* Nobody listens; or somebody does and cannot open what is locked for the holder of the code. */
static enum mu_err shake_hands(mu_joiner *j)
{
    int64_t until_ms = mu_machine_ms() + j->timeout_ms;

    while (!j->shaken) {
        if (j->cut)
            return j->connected ? MU_E_WRONG_CODE : MU_E_NO_INVITATION;
        if (is_stopped(j))
            return MU_E_TIMEOUT;
        if (mu_machine_ms() >= until_ms)
            return j->connected ? MU_E_WRONG_CODE : MU_E_UNREACHABLE;
        wait(j);
    }
    return MU_OK;
}

enum mu_err mu_join_open(const char *endpoint, const char *code, int timeout_ms,
                         const struct mu_join_calls *calls, mu_joiner **out)
{
    mu_joiner *j = calloc(1, sizeof *j);
    struct mu_door_keys door;
    enum mu_err err = j == NULL ? MU_E_NO_MEMORY : mu_code_keys(code, &door);

    if (err == MU_OK) {
        j->calls = *calls;
        j->timeout_ms = timeout_ms;
        err = open_sockets(j, endpoint, &door);
        mu_wipe(&door, sizeof door);
    }
    if (err == MU_OK)
        err = shake_hands(j);
    if (err != MU_OK)
        mu_join_close(&j);
    *out = j;
    return err;
}

/* ---- messages ---------------------------------------------------------------------------------- */

static enum mu_err send(mu_joiner *j, const struct mu_writer *w)
{
    MU_CHECK(mu_writer_ok(w));
    return zmq_send(j->socket, w->data, w->used, ZMQ_DONTWAIT) < 0 ? MU_E_NO_INVITATION : MU_OK;
}

/* The next message that says something; its bytes stay in j->in. An empty one only asks whether we are
 * still here. `until_ms` 0: as long as it takes. */
static enum mu_err receive(mu_joiner *j, int64_t until_ms, size_t *size,
                           struct mu_join_message *message)
{
    for (;;) {
        int got = zmq_recv(j->socket, j->in, sizeof j->in, ZMQ_DONTWAIT);

        if (got > 0) {
            *size = (size_t)got;
            return mu_join_read((struct mu_bytes){j->in, *size}, message);
        }
        if (got == 0)
            continue;
        if (errno != EAGAIN && errno != EINTR)
            return MU_E_SYSTEM;
        if (j->cut)
            return MU_E_NO_INVITATION;
        if (is_stopped(j) || (until_ms != 0 && mu_machine_ms() >= until_ms))
            return MU_E_TIMEOUT;
        wait(j);
    }
}

static enum mu_err expect(mu_joiner *j, enum mu_join_type type, int64_t until_ms, size_t *size,
                          struct mu_join_message *message)
{
    enum mu_err err = receive(j, until_ms, size, message);

    if (err == MU_OK && message->type == MU_JOIN_NO)
        return (enum mu_err)message->as.no.code;
    if (err == MU_OK && message->type != type)
        return MU_E_BAD_FRAME;
    return err;
}

static void copy_text(char *out, size_t size, struct mu_bytes text)
{
    snprintf(out, size, "%.*s", (int)text.size, (const char *)text.data);
}

/* ---- the conversation -------------------------------------------------------------------------- */

static enum mu_err knock(mu_joiner *j, struct mu_bytes enrolment)
{
    uint8_t bytes[128];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    struct mu_join_knock m;
    enum mu_err err = mu_random(&j->nonce, sizeof j->nonce);

    if (err != MU_OK)
        return err;
    mu_join_commit(&j->nonce, enrolment, &m.commitment);
    mu_join_knock_write(&w, &m);
    return send(j, &w);
}

static enum mu_err take_challenge(mu_joiner *j, struct mu_joined *out)
{
    struct mu_join_message message;
    const struct mu_join_challenge *m = &message.as.challenge;
    enum mu_err err =
        expect(j, MU_JOIN_CHALLENGE, mu_machine_ms() + j->timeout_ms, &j->challenge_size, &message);

    if (err != MU_OK)
        return err;
    memcpy(j->challenge, j->in, j->challenge_size);
    out->log = m->log;
    memcpy(out->log_key.b, m->log_key.b, sizeof out->log_key.b);
    memcpy(out->broker_curve, m->broker_curve.b, sizeof out->broker_curve);
    copy_text(out->agency, sizeof out->agency, m->agency);
    copy_text(out->county, sizeof out->county, m->county);
    out->replaces = !mu_hash_is_none(&m->replaces);
    memcpy(out->old.b, m->replaces.b, sizeof out->old.b);
    return mu_hash_is_none(&out->log) ? MU_E_BAD_FRAME : j->calls.on_challenge(j->calls.user, out);
}

static enum mu_err request(mu_joiner *j, const struct mu_home *home, struct mu_bytes enrolment,
                           struct mu_joined *out)
{
    uint8_t bytes[MU_JOIN_BYTES_MAX], signature[MU_SIGNATURE_BYTES];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    struct mu_bytes challenge = {j->challenge, j->challenge_size};
    struct mu_hash digest;
    enum mu_err err;

    mu_join_to_sign(challenge, &j->nonce, enrolment, &digest);
    err = mu_key_sign(home->key, (struct mu_bytes){digest.b, sizeof digest.b}, signature);
    if (err != MU_OK)
        return err;
    mu_join_request_write(&w, &(struct mu_join_request){j->nonce, enrolment, signature});
    mu_join_words(challenge, mu_written(&w), out->words);
    if ((err = send(j, &w)) == MU_OK)
        j->calls.on_words(j->calls.user, out);
    return err;
}

static enum mu_err take_answer(mu_joiner *j, struct mu_joined *out)
{
    struct mu_join_message message;
    const struct mu_join_answer *m = &message.as.answer;
    size_t size;
    enum mu_err err = expect(j, MU_JOIN_ANSWER, 0, &size, &message);

    if (err != MU_OK)
        return err;
    out->number = m->number;
    copy_text(out->endpoint, sizeof out->endpoint, m->endpoint);
    copy_text(out->county_lines, sizeof out->county_lines, m->county);
    memcpy(out->certificate, m->certificate.data, m->certificate.size);
    out->certificate_size = m->certificate.size;
    return MU_OK;
}

enum mu_err mu_join_ask(mu_joiner *j, const struct mu_home *home, struct mu_joined *out)
{
    uint8_t bytes[MU_JOIN_BYTES_MAX];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    enum mu_err err;

    memset(out, 0, sizeof *out);
    mu_home_ask(home, &w);
    if ((err = knock(j, mu_written(&w))) == MU_OK && (err = take_challenge(j, out)) == MU_OK &&
        (err = request(j, home, mu_written(&w), out)) == MU_OK)
        err = take_answer(j, out);
    return err;
}

void mu_join_taken(mu_joiner *j)
{
    uint8_t bytes[16];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);

    mu_join_taken_write(&w);
    (void)send(j, &w); /* the admin has it in the record already */
}
