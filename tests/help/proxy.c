#include "tests/help/proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define STEP_MS 5
#define FREE_STEP_MS                                                                               \
    1 /* of a link that is neither thin nor far nor flapping: it is only there to be cut */
#define KERNEL_BYTES 2048 /* the kernel doubles it */
#define FREE_BYTES 65536u /* what one step carries of a connection when there is no rate */
#define BURST_MS 20u      /* an idle link saves up no more than this */
#define CONNECTIONS_MAX 512u

/* Bytes on the wire, the oldest first. */
struct chunk {
    struct chunk *next;
    int64_t due_ms;
    size_t size, at;
    uint8_t bytes[];
};

struct way {
    struct chunk *first, **end;
    size_t waiting; /* bytes in the chunks */
};

struct connection {
    int near, far; /* the agent's, the broker's */
    struct way up, down;
};

struct help_proxy {
    pthread_t thread;
    pthread_mutex_t lock;
    int listener;
    struct sockaddr_in target;
    char endpoint[64];
    bool stop;
    unsigned rate, delay_ms;
    bool cut, stalled, muted;
    /* flapping */
    bool flapping, flap_down;
    unsigned up_ms, down_ms;
    unsigned short dice[3];
    int64_t flap_at;
    uint64_t tokens_up, tokens_down; /* thousandths of a byte */
    struct connection connection[CONNECTIONS_MAX];
    size_t count, turn;
    struct help_passed passed;
};

/* ---- sockets --------------------------------------------------------------------------------- */

static void make_small(int fd)
{
    int size = KERNEL_BYTES, one = 1;

    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static struct sockaddr_in read_target(const char *text)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    unsigned port = 0;

    assert_int_equal(sscanf(text, "tcp://127.0.0.1:%u", &port), 1);
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void reset(int fd)
{
    struct linger now = {1, 0};

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

/* Buffers small before the connection is made, or the window is offered large. A rate makes them so. */
static int reach(const struct help_proxy *p)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (p->rate != 0)
        make_small(fd);
    if (connect(fd, (const struct sockaddr *)&p->target, sizeof p->target) != 0) {
        close(fd);
        return -1;
    }
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void take_in(struct help_proxy *p)
{
    int near;

    while ((near = accept4(p->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *c = &p->connection[p->count];
        int far = p->cut || p->count == CONNECTIONS_MAX ? -1 : reach(p);

        if (far < 0) {
            reset(near);
            continue;
        }
        if (p->rate != 0)
            make_small(near);
        *c = (struct connection){.near = near, .far = far};
        c->up.end = &c->up.first;
        c->down.end = &c->down.first;
        p->count++;
        p->passed.connections++;
    }
}

/* ---- one way of one connection ------------------------------------------------------------------ */

static void empty_way(struct way *way)
{
    while (way->first != NULL) {
        struct chunk *next = way->first->next;

        free(way->first);
        way->first = next;
    }
}

/* False: the other side is gone. */
static bool take_from(struct help_proxy *p, int fd, struct way *way, uint64_t *tokens)
{
    uint8_t bytes[FREE_BYTES];
    size_t want = p->rate == 0 ? sizeof bytes : (size_t)(*tokens / 1000);
    struct chunk *chunk;
    ssize_t got;

    if (want > sizeof bytes)
        want = sizeof bytes;
    /* What the far side does not take in time stands in the way of what comes behind it. */
    if (want == 0 ||
        way->waiting > (p->rate == 0 ? 4 * FREE_BYTES : p->rate * p->delay_ms / 1000 + 4096))
        return true;
    got = recv(fd, bytes, want, 0);
    if (got <= 0)
        return got < 0 && (errno == EAGAIN || errno == EINTR);
    if (p->rate != 0)
        *tokens -= (uint64_t)got * 1000;
    chunk = malloc(sizeof *chunk + (size_t)got);
    if (chunk == NULL)
        return false;
    *chunk = (struct chunk){.due_ms = p->passed.link_ms + p->delay_ms, .size = (size_t)got};
    memcpy(chunk->bytes, bytes, (size_t)got);
    *way->end = chunk;
    way->end = &chunk->next;
    way->waiting += (size_t)got;
    return true;
}

static bool give_to(struct help_proxy *p, int fd, struct way *way, uint64_t *passed)
{
    while (way->first != NULL && way->first->due_ms <= p->passed.link_ms) {
        struct chunk *chunk = way->first;
        ssize_t put = send(fd, chunk->bytes + chunk->at, chunk->size - chunk->at, MSG_NOSIGNAL);

        if (put < 0)
            return errno == EAGAIN || errno == EINTR;
        chunk->at += (size_t)put;
        way->waiting -= (size_t)put;
        *passed += (uint64_t)put;
        if (chunk->at < chunk->size)
            return true;
        way->first = chunk->next;
        if (way->first == NULL)
            way->end = &way->first;
        free(chunk);
    }
    return true;
}

static bool carry(struct help_proxy *p, struct connection *c)
{
    return (p->muted || (take_from(p, c->near, &c->up, &p->tokens_up) &&
                         give_to(p, c->far, &c->up, &p->passed.up))) &&
           take_from(p, c->far, &c->down, &p->tokens_down) &&
           give_to(p, c->near, &c->down, &p->passed.down);
}

static void end(struct help_proxy *p, size_t index)
{
    struct connection *c = &p->connection[index];

    reset(c->near);
    reset(c->far);
    empty_way(&c->up);
    empty_way(&c->down);
    *c = p->connection[--p->count];
    /* An empty way ends at itself, wherever it lies now. */
    if (index < p->count) {
        if (c->up.first == NULL)
            c->up.end = &c->up.first;
        if (c->down.first == NULL)
            c->down.end = &c->down.first;
    }
}

/* ---- time ---------------------------------------------------------------------------------------- */

static void save_up(struct help_proxy *p, uint64_t *tokens)
{
    uint64_t most = (uint64_t)p->rate * BURST_MS + 64000;

    *tokens += (uint64_t)p->rate * STEP_MS;
    if (*tokens > most)
        *tokens = most;
}

static void end_all(struct help_proxy *p)
{
    p->passed.cuts += p->count > 0;
    while (p->count > 0)
        end(p, 0);
}

static int64_t about(struct help_proxy *p, unsigned ms)
{
    return p->passed.link_ms + (int64_t)(ms / 2 + (unsigned)(erand48(p->dice) * ms));
}

static void flap(struct help_proxy *p)
{
    if (!p->flapping || p->passed.link_ms < p->flap_at)
        return;
    p->flap_down = !p->flap_down;
    p->cut = p->stalled = false;
    if (p->flap_down && erand48(p->dice) < 0.5)
        p->stalled = true;
    else
        p->cut = p->flap_down;
    p->flap_at = about(p, p->flap_down ? p->down_ms : p->up_ms);
}

static unsigned step_ms(const struct help_proxy *p)
{
    return p->rate == 0 && p->delay_ms == 0 && !p->flapping ? FREE_STEP_MS : STEP_MS;
}

static void step(struct help_proxy *p)
{
    p->passed.link_ms += step_ms(p);
    save_up(p, &p->tokens_up);
    save_up(p, &p->tokens_down);
    flap(p);
    if (p->cut)
        end_all(p);
    take_in(p);
    if (p->stalled)
        return;
    p->turn++;
    for (size_t i = p->count; i > 0; i--) {
        size_t index = (i + p->turn) % p->count;

        if (!carry(p, &p->connection[index])) {
            end(p, index);
            if (p->count == 0)
                break;
        }
    }
}

/* Late is late: the step after is not shorter for it. */
static void *run(void *user)
{
    struct help_proxy *p = user;
    struct timespec rest = {0, 0};

    for (;;) {
        pthread_mutex_lock(&p->lock);
        if (p->stop) {
            pthread_mutex_unlock(&p->lock);
            return NULL;
        }
        step(p);
        rest.tv_nsec = step_ms(p) * 1000000;
        pthread_mutex_unlock(&p->lock);
        nanosleep(&rest, NULL);
    }
}

/* ---- for the story ---------------------------------------------------------------------------------- */

struct help_proxy *help_proxy_open(const char *target)
{
    struct help_proxy *p = calloc(1, sizeof *p);
    struct sockaddr_in here = {.sin_family = AF_INET};
    socklen_t size = sizeof here;

    assert_non_null(p);
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    p->target = read_target(target);
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    make_small(p->listener);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&here, sizeof here), 0);
    assert_int_equal(listen(p->listener, 256), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&here, &size), 0);
    snprintf(p->endpoint, sizeof p->endpoint, "tcp://127.0.0.1:%u", ntohs(here.sin_port));
    pthread_mutex_init(&p->lock, NULL);
    assert_int_equal(pthread_create(&p->thread, NULL, run, p), 0);
    return p;
}

void help_proxy_close(struct help_proxy **proxy)
{
    struct help_proxy *p = *proxy;

    *proxy = NULL;
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    while (p->count > 0)
        end(p, 0);
    close(p->listener);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

const char *help_proxy_endpoint(const struct help_proxy *p)
{
    return p->endpoint;
}

#define SET(what)                                                                                  \
    do {                                                                                           \
        pthread_mutex_lock(&p->lock);                                                              \
        what;                                                                                      \
        pthread_mutex_unlock(&p->lock);                                                            \
    } while (0)

void help_proxy_target(struct help_proxy *p, const char *target)
{
    struct sockaddr_in address = read_target(target);

    SET(p->target = address);
}

void help_proxy_rate(struct help_proxy *p, unsigned bytes_s)
{
    SET(p->rate = bytes_s);
}

void help_proxy_delay(struct help_proxy *p, unsigned delay_ms)
{
    SET(p->delay_ms = delay_ms);
}

void help_proxy_cut(struct help_proxy *p, bool cut)
{
    SET(p->cut = cut);
}

void help_proxy_stall(struct help_proxy *p, bool stalled)
{
    SET(p->stalled = stalled);
}

void help_proxy_mute(struct help_proxy *p, bool muted)
{
    SET(p->muted = muted);
}

void help_proxy_flap(struct help_proxy *p, unsigned seed, unsigned up_ms, unsigned down_ms)
{
    pthread_mutex_lock(&p->lock);
    p->flapping = up_ms != 0;
    p->flap_down = p->cut = p->stalled = false;
    p->up_ms = up_ms;
    p->down_ms = down_ms;
    p->dice[0] = 0x330e;
    p->dice[1] = (unsigned short)seed;
    p->dice[2] = (unsigned short)(seed >> 16);
    p->flap_at = about(p, up_ms);
    pthread_mutex_unlock(&p->lock);
}

struct help_passed help_proxy_passed(struct help_proxy *p)
{
    struct help_passed passed;

    SET(passed = p->passed);
    return passed;
}
