#include "agents/sdk/dealer.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "proto/sign/key.h"
#include "proto/wire/frame.h"

/* Doubled by ZeroMQ up to the second. Each connection draws its own, up to half as long again: agents
 * that lost one broker together do not come back together. */
#define RECONNECT_MS 100
#define RECONNECT_MAX_MS 4000
#define HANDSHAKE_MS 10000
#define CONNECT_MS 10000
#define HEARTBEAT_MS 5000
#define HEARTBEAT_TIMEOUT_MS 15000
#define HEARTBEAT_TTL_MS 30000
#define ZAP_REFUSED 400

struct mu_dealer {
    void *socket;
    void *monitor;
    zmq_msg_t in, out;
    bool out_ready;
};

/* ---- the one context ------------------------------------------------------------------------- */

static pthread_mutex_t context_lock = PTHREAD_MUTEX_INITIALIZER;
static void *context;
static size_t context_users;
static unsigned long monitors_made;

static void *take_context(unsigned long *monitor_number)
{
    pthread_mutex_lock(&context_lock);
    if (context == NULL && (context = zmq_ctx_new()) != NULL)
        zmq_ctx_set(context, ZMQ_MAX_SOCKETS, zmq_ctx_get(context, ZMQ_SOCKET_LIMIT));
    if (context != NULL)
        context_users++;
    *monitor_number = monitors_made++;
    pthread_mutex_unlock(&context_lock);
    return context;
}

static void leave_context(void)
{
    pthread_mutex_lock(&context_lock);
    if (--context_users == 0) {
        zmq_ctx_term(context);
        context = NULL;
    }
    pthread_mutex_unlock(&context_lock);
}

/* ---- opening --------------------------------------------------------------------------------- */

/* `ms`, or up to half as much again. */
static int drawn(int ms)
{
    uint16_t dice = 0;

    if (mu_random(&dice, sizeof dice) != MU_OK)
        dice = 0; /* without jitter rather than not at all */
    return ms + (int)(dice % (unsigned)(ms / 2));
}

static enum mu_err set_numbers(void *socket)
{
    static const struct {
        int option, value;
    } numbers[] = {
        {ZMQ_LINGER, 0},
        {ZMQ_IMMEDIATE, 1},
        {ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS},
        {ZMQ_CONNECT_TIMEOUT, CONNECT_MS},
        {ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS},
        {ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS},
        {ZMQ_HEARTBEAT_TTL, HEARTBEAT_TTL_MS},
        {ZMQ_TCP_KEEPALIVE, 1},
        {ZMQ_IPV6, 1},
    };
    int64_t size_max = MU_FRAME_BYTES_MAX;
    int again_ms = drawn(RECONNECT_MS), again_max_ms = drawn(RECONNECT_MAX_MS);

    if (zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &again_ms, sizeof again_ms) != 0 ||
        zmq_setsockopt(socket, ZMQ_RECONNECT_IVL_MAX, &again_max_ms, sizeof again_max_ms) != 0)
        return MU_E_SYSTEM;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (zmq_setsockopt(socket, numbers[i].option, &numbers[i].value, sizeof(int)) != 0)
            return MU_E_SYSTEM;
    return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &size_max, sizeof size_max) == 0 ? MU_OK
                                                                                   : MU_E_SYSTEM;
}

static enum mu_err set_keys(void *socket, const struct mu_dealer_keys *keys)
{
    const struct {
        int option;
        const uint8_t *key;
    } set[] = {
        {ZMQ_CURVE_SERVERKEY, keys->broker},
        {ZMQ_CURVE_PUBLICKEY, keys->public},
        {ZMQ_CURVE_SECRETKEY, keys->secret},
    };

    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++)
        if (zmq_setsockopt(socket, set[i].option, set[i].key, MU_CURVE_KEY_BYTES) != 0)
            return MU_E_BAD_KEY;
    return MU_OK;
}

static enum mu_err watch(mu_dealer *dealer, void *ctx, unsigned long number)
{
    char address[64];
    int linger = 0;

    snprintf(address, sizeof address, "inproc://muster-monitor-%lu", number);
    if (zmq_socket_monitor(dealer->socket, address,
                           ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                               ZMQ_EVENT_DISCONNECTED) != 0)
        return MU_E_SYSTEM;
    dealer->monitor = zmq_socket(ctx, ZMQ_PAIR);
    if (dealer->monitor == NULL ||
        zmq_setsockopt(dealer->monitor, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
        zmq_connect(dealer->monitor, address) != 0)
        return MU_E_SYSTEM;
    return MU_OK;
}

static enum mu_err connect_to(mu_dealer *dealer, const char *endpoint)
{
    if (zmq_connect(dealer->socket, endpoint) == 0)
        return MU_OK;
    return errno == EINVAL || errno == EPROTONOSUPPORT || errno == ENOCOMPATPROTO ? MU_E_BAD_VALUE
                                                                                  : MU_E_SYSTEM;
}

enum mu_err mu_dealer_open(const char *endpoint, const struct mu_dealer_keys *keys, mu_dealer **out)
{
    mu_dealer *dealer = calloc(1, sizeof *dealer);
    unsigned long number;
    void *ctx = dealer != NULL ? take_context(&number) : NULL;
    enum mu_err err;

    *out = NULL;
    if (ctx == NULL) {
        free(dealer);
        return MU_E_NO_MEMORY;
    }
    zmq_msg_init(&dealer->in);
    dealer->socket = zmq_socket(ctx, ZMQ_DEALER);
    err = dealer->socket != NULL ? MU_OK : MU_E_SYSTEM;
    if (err == MU_OK && (err = set_numbers(dealer->socket)) == MU_OK &&
        (err = set_keys(dealer->socket, keys)) == MU_OK &&
        (err = watch(dealer, ctx, number)) == MU_OK)
        err = connect_to(dealer, endpoint);
    if (err != MU_OK)
        mu_dealer_close(&dealer);
    *out = dealer;
    return err;
}

void mu_dealer_close(mu_dealer **handle)
{
    mu_dealer *dealer = *handle;

    if (dealer == NULL)
        return;
    zmq_msg_close(&dealer->in);
    if (dealer->out_ready)
        zmq_msg_close(&dealer->out);
    if (dealer->socket != NULL)
        zmq_socket_monitor(dealer->socket, NULL, 0);
    if (dealer->monitor != NULL)
        zmq_close(dealer->monitor);
    if (dealer->socket != NULL)
        zmq_close(dealer->socket);
    leave_context();
    free(dealer);
    *handle = NULL;
}

void mu_dealer_linger(mu_dealer *dealer, int linger_ms)
{
    if (zmq_setsockopt(dealer->socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms) != 0)
        return; /* then it does not linger, and the other end waits for its heartbeat */
}

/* ---- the monitor ----------------------------------------------------------------------------- */

static enum mu_dealer_event meaning(uint16_t event, uint32_t value)
{
    switch (event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        return MU_DEALER_UP;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        return value == ZAP_REFUSED ? MU_DEALER_STRANGER : MU_DEALER_DOWN;
    default:
        return MU_DEALER_DOWN;
    }
}

/* Two parts: event and value in the machine's own order, then the endpoint, which we know. */
enum mu_dealer_event mu_dealer_event(mu_dealer *dealer)
{
    uint8_t head[6], address[256];
    uint16_t event;
    uint32_t value;

    if (zmq_recv(dealer->monitor, head, sizeof head, ZMQ_DONTWAIT) != (int)sizeof head)
        return MU_DEALER_NOTHING;
    if (zmq_recv(dealer->monitor, address, sizeof address, ZMQ_DONTWAIT) < 0)
        return MU_DEALER_NOTHING;
    memcpy(&event, head, sizeof event);
    memcpy(&value, head + sizeof event, sizeof value);
    return meaning(event, value);
}

/* ---- frames ---------------------------------------------------------------------------------- */

enum mu_err mu_dealer_prepare(mu_dealer *dealer, size_t size, uint8_t **data)
{
    if (dealer->out_ready)
        zmq_msg_close(&dealer->out);
    dealer->out_ready = zmq_msg_init_size(&dealer->out, size) == 0;
    *data = dealer->out_ready ? zmq_msg_data(&dealer->out) : NULL;
    return dealer->out_ready ? MU_OK : MU_E_NO_MEMORY;
}

enum mu_err mu_dealer_send_prepared(mu_dealer *dealer)
{
    MU_CHECK(dealer->out_ready);
    dealer->out_ready = false;
    if (zmq_msg_send(&dealer->out, dealer->socket, ZMQ_DONTWAIT) >= 0)
        return MU_OK;
    zmq_msg_close(&dealer->out);
    return errno == EAGAIN || errno == EINTR ? MU_E_BUSY : MU_E_SYSTEM;
}

enum mu_err mu_dealer_send(mu_dealer *dealer, struct mu_bytes frame)
{
    uint8_t *data;
    enum mu_err err = mu_dealer_prepare(dealer, frame.size, &data);

    if (err != MU_OK)
        return err;
    memcpy(data, frame.data, frame.size);
    return mu_dealer_send_prepared(dealer);
}

static void drop_parts(mu_dealer *dealer)
{
    while (zmq_msg_more(&dealer->in))
        if (zmq_msg_recv(&dealer->in, dealer->socket, ZMQ_DONTWAIT) < 0)
            return;
}

enum mu_err mu_dealer_receive(mu_dealer *dealer, struct mu_bytes *message)
{
    *message = (struct mu_bytes){NULL, 0};
    while (zmq_msg_recv(&dealer->in, dealer->socket, ZMQ_DONTWAIT) < 0)
        if (errno != EINTR)
            return errno == EAGAIN ? MU_E_ABSENT : MU_E_SYSTEM;
    if (zmq_msg_more(&dealer->in)) {
        drop_parts(dealer);
        return MU_E_BAD_FRAME;
    }
    message->data = zmq_msg_data(&dealer->in);
    message->size = zmq_msg_size(&dealer->in);
    return MU_OK;
}

/* ---- waiting --------------------------------------------------------------------------------- */

void mu_dealer_wait(mu_dealer *dealer, int timeout_ms, bool to_send)
{
    zmq_pollitem_t items[] = {
        {.socket = dealer->socket, .events = (short)(ZMQ_POLLIN | (to_send ? ZMQ_POLLOUT : 0))},
        {.socket = dealer->monitor, .events = ZMQ_POLLIN},
    };

    if (zmq_poll(items, 2, timeout_ms) < 0)
        return; /* a signal: the caller's turn is over and he looks for himself */
}

static bool readable(void *socket)
{
    int events = 0;
    size_t size = sizeof events;

    return zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLIN) != 0;
}

bool mu_dealer_has_more(mu_dealer *dealer)
{
    return readable(dealer->socket) || readable(dealer->monitor);
}

void mu_dealer_fds(mu_dealer *dealer, int fd[2])
{
    size_t size = sizeof fd[0];

    fd[0] = fd[1] = -1;
    zmq_getsockopt(dealer->socket, ZMQ_FD, &fd[0], &size);
    size = sizeof fd[1];
    zmq_getsockopt(dealer->monitor, ZMQ_FD, &fd[1], &size);
}
