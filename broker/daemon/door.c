#include "broker/daemon/door.h"

#include <string.h>
#include <zmq.h>

#include "proto/base/limits.h"

#define HANDSHAKE_MS 10000
#define HEARTBEAT_MS 5000
#define HEARTBEAT_TIMEOUT_MS 15000
#define HEARTBEAT_TTL_MS 30000
#define BACKLOG 1024
#define PROVE_MS 5000

static const struct {
    int option;
    int value;
} options[] = {
    {ZMQ_CURVE_SERVER, 1},
    {MU_OPTION_ZAP_ENFORCE_DOMAIN, 1},
    {ZMQ_ROUTER_MANDATORY, 1},
    {ZMQ_LINGER, 0},
    {ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS},
    {ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS},
    {ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS},
    {ZMQ_HEARTBEAT_TTL, HEARTBEAT_TTL_MS},
    {ZMQ_TCP_KEEPALIVE, 1},
    {ZMQ_BACKLOG, BACKLOG},
    {ZMQ_IPV6, 1},
    /* Out, bytes are bounded by credit; this only keeps a broken peer from queueing frames without end. */
    {ZMQ_SNDHWM, 1024},
    /* In, nothing else bounds what is received and not yet heard: frames of MU_FRAME_BYTES_MAX, this many
     * for each connection. More would wait here for nothing; in the kernel they hold the sender back. */
    {ZMQ_RCVHWM, 16},
};

static enum mu_err set_options(void *socket, const struct mu_curve *curve)
{
    int64_t largest = MU_FRAME_BYTES_MAX;

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (zmq_setsockopt(socket, options[i].option, &options[i].value, sizeof(int)) != 0)
            return MU_E_SYSTEM;
    if (zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest) != 0 ||
        zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, MU_ZAP_DOMAIN, strlen(MU_ZAP_DOMAIN)) != 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, curve->secret, sizeof curve->secret) != 0)
        return MU_E_SYSTEM;
    return MU_OK;
}

/* A socket of both families names an IPv4 address as [::ffff:127.0.0.1]; agents are told 127.0.0.1. */
static void say_plainly(char *endpoint)
{
    static const char mapped[] = "tcp://[::ffff:";
    char *address = endpoint + sizeof mapped - 1, *end;

    if (strncmp(endpoint, mapped, sizeof mapped - 1) != 0 || (end = strchr(address, ']')) == NULL)
        return;
    memmove(end, end + 1, strlen(end));
    memmove(endpoint + 6, address, strlen(address) + 1);
}

enum mu_err mu_door_bind(void *socket, const char *endpoint, char *actual)
{
    size_t size = MU_ENDPOINT_BYTES_MAX;

    if (zmq_bind(socket, endpoint) != 0 ||
        zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, actual, &size) != 0)
        return MU_E_SYSTEM;
    say_plainly(actual);
    return MU_OK;
}

enum mu_err mu_door_open(void *context, const char *endpoint, const struct mu_curve *curve,
                         char *actual, void **out)
{
    void *socket = zmq_socket(context, ZMQ_ROUTER);

    if (socket == NULL)
        return MU_E_SYSTEM;
    if (set_options(socket, curve) != MU_OK || mu_door_bind(socket, endpoint, actual) != MU_OK) {
        zmq_close(socket);
        return MU_E_SYSTEM;
    }
    *out = socket;
    return MU_OK;
}

enum mu_err mu_door_peer(void *part, uint8_t key[MU_CURVE_KEY_BYTES])
{
    const char *user = zmq_msg_gets(part, "User-Id");

    if (user == NULL || mu_unhex(user, key, MU_CURVE_KEY_BYTES) != MU_OK)
        return MU_E_STRANGER;
    return MU_OK;
}

/* ---- the proof ------------------------------------------------------------------------------- */

static enum mu_err make_pair(struct mu_curve *out)
{
    char public[41], secret[41];

    if (zmq_curve_keypair(public, secret) != 0 || zmq_z85_decode(out->public, public) == NULL ||
        zmq_z85_decode(out->secret, secret) == NULL)
        return MU_E_SYSTEM;
    mu_wipe(secret, sizeof secret);
    return MU_OK;
}

/* A DEALER that has already said something: it arrives if the handshake lets it. */
static void *connect_as(void *context, const char *endpoint, const struct mu_curve *self,
                        const struct mu_curve *server)
{
    void *socket = zmq_socket(context, ZMQ_DEALER);
    int linger = 0;

    if (socket == NULL)
        return NULL;
    if (zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, self->public, sizeof self->public) != 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, self->secret, sizeof self->secret) != 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server->public, sizeof server->public) != 0 ||
        zmq_connect(socket, endpoint) != 0 || zmq_send(socket, "proof", 5, 0) != 5) {
        zmq_close(socket);
        return NULL;
    }
    return socket;
}

/* Receive one message; the key comes from its last part. */
static enum mu_err receive_peer(void *door, uint8_t key[MU_CURVE_KEY_BYTES])
{
    enum mu_err err = MU_E_STRANGER;
    bool more = true;

    while (more) {
        zmq_msg_t part;

        zmq_msg_init(&part);
        if (zmq_msg_recv(&part, door, 0) < 0) {
            zmq_msg_close(&part);
            return MU_E_SYSTEM;
        }
        more = zmq_msg_more(&part) != 0;
        err = mu_door_peer(&part, key);
        zmq_msg_close(&part);
    }
    return err;
}

static enum mu_err wait_refused(void *door, const mu_zap *zap, uint64_t before)
{
    zmq_pollitem_t item = {door, 0, ZMQ_POLLIN, 0};

    for (int waited = 0; mu_zap_refused(zap) == before; waited += 10) {
        if (waited >= PROVE_MS)
            return MU_E_TIMEOUT;
        if (zmq_poll(&item, 1, 10) > 0)
            return MU_E_NOT_ALLOWED;
    }
    return MU_OK;
}

static enum mu_err wait_friend(void *door, const struct mu_curve *friend)
{
    zmq_pollitem_t item = {door, 0, ZMQ_POLLIN, 0};
    uint8_t key[MU_CURVE_KEY_BYTES] = {0};
    enum mu_err err;

    if (zmq_poll(&item, 1, PROVE_MS) <= 0)
        return MU_E_TIMEOUT;
    err = receive_peer(door, key);
    if (err == MU_E_SYSTEM)
        return err;
    if (err != MU_OK || memcmp(key, friend->public, sizeof key) != 0)
        return MU_E_NOT_ALLOWED;
    return MU_OK;
}

static enum mu_err knock(void *context, void *door, const char *endpoint, mu_zap *zap,
                         const struct mu_curve pairs[3])
{
    uint64_t refused = mu_zap_refused(zap);
    void *stranger = connect_as(context, endpoint, &pairs[1], &pairs[0]);
    void *friend = NULL;
    enum mu_err err = stranger == NULL ? MU_E_SYSTEM : wait_refused(door, zap, refused);

    if (err == MU_OK)
        err = mu_zap_admit(zap, &pairs[2].public, 1);
    if (err == MU_OK && (friend = connect_as(context, endpoint, &pairs[2], &pairs[0])) == NULL)
        err = MU_E_SYSTEM;
    if (err == MU_OK)
        err = wait_friend(door, &pairs[2]);
    if (stranger != NULL)
        zmq_close(stranger);
    if (friend != NULL)
        zmq_close(friend);
    return err;
}

enum mu_err mu_door_prove(void *context, mu_zap *zap)
{
    struct mu_curve pairs[3]; /* the door's, the stranger's, the friend's */
    char endpoint[MU_ENDPOINT_BYTES_MAX];
    void *door = NULL;
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < 3; i++)
        err = make_pair(&pairs[i]);
    if (err == MU_OK)
        err = mu_zap_admit(zap, NULL, 0);
    if (err == MU_OK)
        err = mu_door_open(context, "tcp://127.0.0.1:*", &pairs[0], endpoint, &door);
    if (err == MU_OK)
        err = knock(context, door, endpoint, zap, pairs);
    if (door != NULL)
        zmq_close(door);
    if (mu_zap_admit(zap, NULL, 0) != MU_OK && err == MU_OK)
        err = MU_E_NO_MEMORY;
    mu_wipe(pairs, sizeof pairs);
    return err;
}
