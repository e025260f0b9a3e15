#include "broker/daemon/zap.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define ENDPOINT "inproc://zeromq.zap.01"
#define STOP_ENDPOINT "inproc://muster.zap.stop"
#define PARTS_MAX 8
#define PART_BYTES_MAX 256

struct mu_zap {
    void *rep;  /* the thread's once it runs */
    void *stop; /* ours: one message ends the thread */
    void *stopped;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock;
    uint8_t (*keys)[MU_CURVE_KEY_BYTES]; /* sorted */
    size_t count;
    atomic_uint_fast64_t refused;
};

/* One request (RFC 27): version, request id, domain, address, identity, mechanism, key. */
struct request {
    uint8_t part[PARTS_MAX][PART_BYTES_MAX];
    size_t size[PARTS_MAX];
    size_t count;
};

static int compare_keys(const void *a, const void *b)
{
    return memcmp(a, b, MU_CURVE_KEY_BYTES);
}

static bool is_admitted(mu_zap *zap, const uint8_t key[MU_CURVE_KEY_BYTES])
{
    bool found;

    pthread_mutex_lock(&zap->lock);
    found = zap->count > 0 &&
            bsearch(key, zap->keys, zap->count, MU_CURVE_KEY_BYTES, compare_keys) != NULL;
    pthread_mutex_unlock(&zap->lock);
    return found;
}

static bool part_is(const struct request *request, size_t part, const char *text)
{
    return request->size[part] == strlen(text) &&
           memcmp(request->part[part], text, request->size[part]) == 0;
}

/* Parts too many or too long make a request that is_well_formed() will not pass. */
static bool receive(void *rep, struct request *request)
{
    int more = 1;
    size_t more_size = sizeof more;

    request->count = 0;
    while (more) {
        size_t at = request->count < PARTS_MAX ? request->count : PARTS_MAX - 1;
        int size = zmq_recv(rep, request->part[at], PART_BYTES_MAX, 0);

        if (size < 0)
            return false;
        request->size[at] = (size_t)size;
        request->count++;
        if (zmq_getsockopt(rep, ZMQ_RCVMORE, &more, &more_size) != 0)
            return false;
    }
    return true;
}

static bool is_well_formed(const struct request *request)
{
    return request->count == 7 && part_is(request, 0, "1.0") &&
           part_is(request, 2, MU_ZAP_DOMAIN) && part_is(request, 5, "CURVE") &&
           request->size[6] == MU_CURVE_KEY_BYTES;
}

static void send_part(void *rep, const void *data, size_t size, int flags)
{
    if (zmq_send(rep, data, size, flags) < 0)
        return; /* the context is ending; nobody waits for this answer */
}

static void answer(mu_zap *zap, const struct request *request)
{
    bool admit = is_well_formed(request) && is_admitted(zap, request->part[6]);
    size_t id_size =
        request->count > 1 && request->size[1] <= PART_BYTES_MAX ? request->size[1] : 0;
    char user[2 * MU_CURVE_KEY_BYTES + 1] = "";

    if (admit)
        mu_hex(request->part[6], MU_CURVE_KEY_BYTES, user);
    else
        atomic_fetch_add(&zap->refused, 1);
    send_part(zap->rep, "1.0", 3, ZMQ_SNDMORE);
    send_part(zap->rep, request->part[1], id_size, ZMQ_SNDMORE);
    /* Never 300: libzmq would let the client try again at once, for ever. */
    send_part(zap->rep, admit ? "200" : "400", 3, ZMQ_SNDMORE);
    send_part(zap->rep, admit ? "OK" : "not in the roster", admit ? 2 : 17, ZMQ_SNDMORE);
    send_part(zap->rep, user, strlen(user), ZMQ_SNDMORE);
    send_part(zap->rep, "", 0, 0);
}

static void *handle(void *user)
{
    mu_zap *zap = user;
    struct request *request = malloc(sizeof *request);

    MU_CHECK(request != NULL);
    for (;;) {
        zmq_pollitem_t items[] = {{zap->rep, 0, ZMQ_POLLIN, 0}, {zap->stopped, 0, ZMQ_POLLIN, 0}};

        if (zmq_poll(items, 2, -1) < 0 || items[1].revents != 0)
            break;
        if (receive(zap->rep, request))
            answer(zap, request);
    }
    free(request);
    return NULL;
}

static void *bind_pair(void *context, int type, const char *endpoint)
{
    void *socket = zmq_socket(context, type);
    int linger = 0;

    if (socket == NULL)
        return NULL;
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    if (zmq_bind(socket, endpoint) == 0)
        return socket;
    zmq_close(socket);
    return NULL;
}

static enum mu_err open_sockets(void *context, mu_zap *zap)
{
    zap->rep = bind_pair(context, ZMQ_REP, ENDPOINT);
    zap->stopped = bind_pair(context, ZMQ_PAIR, STOP_ENDPOINT);
    zap->stop = zmq_socket(context, ZMQ_PAIR);
    if (zap->rep == NULL || zap->stopped == NULL || zap->stop == NULL ||
        zmq_connect(zap->stop, STOP_ENDPOINT) != 0)
        return MU_E_SYSTEM;
    return MU_OK;
}

/* Signals belong to the main loop: the thread starts with all of them blocked. */
static enum mu_err start(mu_zap *zap)
{
    sigset_t all, before;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&zap->thread, NULL, handle, zap);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    zap->running = rc == 0;
    return rc == 0 ? MU_OK : MU_E_SYSTEM;
}

enum mu_err mu_zap_open(void *context, mu_zap **out)
{
    mu_zap *zap = calloc(1, sizeof *zap);
    enum mu_err err;

    if (zap == NULL)
        return MU_E_NO_MEMORY;
    pthread_mutex_init(&zap->lock, NULL);
    err = open_sockets(context, zap);
    if (err == MU_OK)
        err = start(zap);
    if (err != MU_OK)
        mu_zap_close(&zap);
    *out = zap;
    return err;
}

static void close_socket(void *socket)
{
    if (socket != NULL)
        zmq_close(socket);
}

void mu_zap_close(mu_zap **out)
{
    mu_zap *zap = *out;

    *out = NULL;
    if (zap == NULL)
        return;
    if (zap->running) {
        send_part(zap->stop, "", 0, 0);
        pthread_join(zap->thread, NULL);
    }
    close_socket(zap->rep);
    close_socket(zap->stopped);
    close_socket(zap->stop);
    pthread_mutex_destroy(&zap->lock);
    free(zap->keys);
    free(zap);
}

enum mu_err mu_zap_admit(mu_zap *zap, const uint8_t (*keys)[MU_CURVE_KEY_BYTES], size_t count)
{
    uint8_t(*sorted)[MU_CURVE_KEY_BYTES] = malloc(count > 0 ? count * MU_CURVE_KEY_BYTES : 1);
    void *old;

    if (sorted == NULL)
        return MU_E_NO_MEMORY;
    if (count > 0)
        memcpy(sorted, keys, count * MU_CURVE_KEY_BYTES);
    qsort(sorted, count, MU_CURVE_KEY_BYTES, compare_keys);
    pthread_mutex_lock(&zap->lock);
    old = zap->keys;
    zap->keys = sorted;
    zap->count = count;
    pthread_mutex_unlock(&zap->lock);
    free(old);
    return MU_OK;
}

uint64_t mu_zap_refused(const mu_zap *zap)
{
    return atomic_load(&zap->refused);
}
