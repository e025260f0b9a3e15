/* One figure a run; tests/bench/run puts them together. Times are of the monotonic clock, which all
 * processes of the machine share.
 *
 *   floor DIR N            a bare synced LMDB commit of one sealed event; a bare CURVE round trip
 *   accept AGENT N         sealed frame out, durable ACCEPTED in, one at a time
 *   say AGENT N            libmuster: say to verified answer, both ends synced, one at a time
 *   pump AGENT N BATCH     pipelined batches; prints when it began and ended
 *   drink AGENT FROM N     libmuster follows N entries, verifying them; prints when it began and ended
 *   pace AGENT N RATE      so many a second, each with the time it was sent
 *   watch AGENT FROM N     latency of those on a subscriber's machine
 */
#include <inttypes.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "agents/sdk/muster.h"
#include "tests/bench/raw.h"

#define AREA "cn/99/01/21"
#define WINDOW_BYTES (512u * 1024u)
#define SAMPLES_MAX 200000u

static int64_t samples[SAMPLES_MAX];
static size_t sample_count;

static void add_sample(int64_t ns)
{
    if (sample_count < SAMPLES_MAX)
        samples[sample_count++] = ns;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void print_samples(const char *name)
{
    qsort(samples, sample_count, sizeof samples[0], compare);
    if (sample_count > 0)
        printf("%s p50 %.1f p99 %.1f n %zu\n", name, (double)samples[sample_count / 2] / 1000,
               (double)samples[sample_count * 99 / 100] / 1000, sample_count);
    sample_count = 0;
}

/* ---- floors ---------------------------------------------------------------------------------- */

static void floor_commit(const char *dir, size_t n)
{
    uint8_t value[700] = {1};
    MDB_env *env;
    MDB_dbi dbi;
    MDB_txn *txn;

    if (mdb_env_create(&env) != 0 || mdb_env_set_mapsize(env, (size_t)1 << 32) != 0 ||
        mdb_env_open(env, dir, 0, 0600) != 0)
        bench_fail("lmdb");
    for (uint64_t i = 0; i < n; i++) {
        int64_t start = bench_now_ns();
        uint8_t key[8];
        MDB_val k = {8, key}, v = {sizeof value, value};

        mu_put_u64(key, i);
        if (mdb_txn_begin(env, NULL, 0, &txn) != 0 || mdb_dbi_open(txn, NULL, 0, &dbi) != 0 ||
            mdb_put(txn, dbi, &k, &v, MDB_APPEND) != 0 || mdb_txn_commit(txn) != 0)
            bench_fail("commit");
        add_sample(bench_now_ns() - start);
    }
    mdb_env_close(env);
    print_samples("commit");
}

static void *echo(void *socket)
{
    char bytes[4096];
    int size, identity;
    char who[256];

    while ((identity = zmq_recv(socket, who, sizeof who, 0)) >= 0 &&
           (size = zmq_recv(socket, bytes, sizeof bytes, 0)) > 0) {
        zmq_send(socket, who, (size_t)identity, ZMQ_SNDMORE);
        zmq_send(socket, bytes, (size_t)size, 0);
    }
    zmq_close(socket);
    return NULL;
}

static void floor_curve(size_t n)
{
    void *context = zmq_ctx_new(), *server = zmq_socket(context, ZMQ_ROUTER);
    void *client = zmq_socket(context, ZMQ_DEALER), *thread;
    char public[41], secret[41], public2[41], secret2[41], endpoint[256], bytes[700] = {1};
    size_t size = sizeof endpoint;
    int yes = 1;

    if (zmq_curve_keypair(public, secret) != 0 || zmq_curve_keypair(public2, secret2) != 0)
        bench_fail("curve");
    zmq_setsockopt(server, ZMQ_CURVE_SERVER, &yes, sizeof yes);
    zmq_setsockopt(server, ZMQ_CURVE_SECRETKEY, secret, 40);
    zmq_setsockopt(client, ZMQ_CURVE_SERVERKEY, public, 40);
    zmq_setsockopt(client, ZMQ_CURVE_PUBLICKEY, public2, 40);
    zmq_setsockopt(client, ZMQ_CURVE_SECRETKEY, secret2, 40);
    if (zmq_bind(server, "tcp://127.0.0.1:*") != 0 ||
        zmq_getsockopt(server, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0 ||
        zmq_connect(client, endpoint) != 0)
        bench_fail("curve sockets");
    thread = zmq_threadstart((void (*)(void *))(void (*)(void))echo, server);
    for (size_t i = 0; i < n; i++) {
        int64_t start = bench_now_ns();

        if (zmq_send(client, bytes, sizeof bytes, 0) < 0 || zmq_recv(client, bytes, 700, 0) < 0)
            bench_fail("round trip");
        add_sample(bench_now_ns() - start);
    }
    zmq_send(client, "", 0, 0);
    zmq_threadclose(thread);
    zmq_close(client);
    zmq_ctx_term(context);
    print_samples("curve");
}

/* ---- the broker ------------------------------------------------------------------------------ */

static struct mu_bytes make_body(const struct raw *raw, uint8_t *room, const char *note)
{
    return (struct mu_bytes){room, bench_body(room, 1024, raw->home.agency, AREA, note)};
}

static void run_accept(const char *dir, size_t n)
{
    struct raw raw;
    uint8_t room[1024];
    struct mu_bytes body;

    raw_open(&raw, dir);
    body = make_body(&raw, room, "accept");
    for (size_t i = 0; i < n; i++) {
        size_t size = raw_seal(&raw, body, 1);
        int64_t start = bench_now_ns();

        raw_put(&raw, size);
        raw_wait(&raw);
        add_sample(bench_now_ns() - start);
    }
    raw_close(&raw);
    print_samples("accept");
}

static void run_pump(const char *dir, uint64_t n, uint32_t batch)
{
    struct raw raw;
    uint8_t room[1024];
    struct mu_bytes body;
    uint64_t sent = 0, window = WINDOW_BYTES / (batch * 410u + 300u);
    int64_t start;

    if (window > 256)
        window = 256;
    raw_open(&raw, dir);
    body = make_body(&raw, room, "pump");
    start = bench_now_ns();
    while (raw.acknowledged < n) {
        while (sent < n && sent - raw.acknowledged < window * batch) {
            raw_send(&raw, body, batch);
            sent += batch;
        }
        raw_wait(&raw);
    }
    printf("pump begin %" PRId64 " end %" PRId64 " n %" PRIu64 "\n", start, bench_now_ns(),
           raw.acknowledged);
    raw_close(&raw);
}

static void run_pace(const char *dir, uint64_t n, uint64_t rate)
{
    struct raw raw;
    uint8_t room[1024];
    int64_t start;

    raw_open(&raw, dir);
    start = bench_now_ns();
    for (uint64_t i = 0; i < n; i++) {
        int64_t due = start + (int64_t)(i * 1000000000u / rate);
        char note[64];
        struct timespec rest;

        if (due > bench_now_ns()) {
            rest = (struct timespec){0, due - bench_now_ns()};
            nanosleep(&rest, NULL);
        }
        snprintf(note, sizeof note, "at=%019" PRId64 ";", bench_now_ns());
        raw_send(&raw, make_body(&raw, room, note), 1);
        raw_wait(&raw);
    }
    raw_close(&raw);
}

/* ---- libmuster ------------------------------------------------------------------------------- */

struct following {
    uint64_t seen, wanted;
    int64_t first_ns;
    bool times, ready;
};

static enum mu_err count_entry(void *user, const struct mu_entry *entry)
{
    struct following *f = user;
    const uint8_t *at;

    if (f->seen == 0)
        f->first_ns = bench_now_ns();
    at = f->times ? memmem(entry->body.data, entry->body.size, "at=", 3) : NULL;
    if (f->times && at == NULL)
        return MU_OK;
    if (at != NULL)
        add_sample(bench_now_ns() - strtoll((const char *)at + 3, NULL, 10));
    f->seen++;
    return MU_OK;
}

/* Only then is what follows a delivery and not a catch-up. */
static enum mu_err note_through(void *user, uint64_t through, uint64_t head)
{
    struct following *f = user;

    if (f->times && !f->ready && through >= head) {
        f->ready = true;
        printf("ready\n");
        fflush(stdout);
    }
    return MU_OK;
}

static enum mu_err note_answer(void *user, const struct mu_answer *answer)
{
    struct following *f = user;

    if (answer->settled && answer->code != MU_OK)
        bench_fail(mu_err_code(answer->code));
    f->seen += answer->settled;
    return MU_OK;
}

static mu_agent *open_agent(const char *dir, struct following *f, bool reads)
{
    struct mu_agent_options options = {.program = "bench", .no_spool = reads, .lazy = true};
    struct mu_agent_calls calls = {
        .on_entry = count_entry, .on_answer = note_answer, .on_through = note_through, .user = f};
    mu_agent *agent;

    if (mu_agent_open(dir, &options, &calls, &agent) != MU_OK)
        bench_fail(dir);
    return agent;
}

static void follow(const char *dir, uint64_t from, struct following *f)
{
    mu_agent *agent = open_agent(dir, f, true);

    if (mu_agent_follow(agent, "", from) != MU_OK)
        bench_fail("follow");
    while (f->seen < f->wanted)
        if (mu_agent_turn(agent, 1000) != MU_OK)
            bench_fail("turn");
    mu_agent_close(&agent);
}

static void run_drink(const char *dir, uint64_t from, uint64_t n)
{
    struct following f = {.wanted = n};

    follow(dir, from, &f);
    printf("drink begin %" PRId64 " end %" PRId64 " n %" PRIu64 "\n", f.first_ns, bench_now_ns(),
           f.seen);
}

static void run_watch(const char *dir, uint64_t from, uint64_t n)
{
    struct following f = {.wanted = n, .times = true};

    follow(dir, from, &f);
    print_samples("deliver");
}

static void run_say(const char *dir, uint64_t n)
{
    struct following f = {0};
    mu_agent *agent = open_agent(dir, &f, false);
    uint8_t room[1024];
    struct mu_bytes body = {room,
                            bench_body(room, sizeof room, mu_agent_agency(agent), AREA, "say")};

    while (mu_agent_link(agent, NULL) != MU_LINK_OPEN)
        if (mu_agent_turn(agent, 100) != MU_OK)
            bench_fail("link");
    for (uint64_t i = 0; i < n; i++) {
        int64_t start = bench_now_ns();
        struct mu_fault fault;

        if (mu_agent_say(agent, &body, 1, NULL, &fault) != MU_OK)
            bench_fail(fault.path);
        while (f.seen <= i)
            if (mu_agent_turn(agent, 1000) != MU_OK)
                bench_fail("turn");
        add_sample(bench_now_ns() - start);
    }
    mu_agent_close(&agent);
    print_samples("say");
}

static uint64_t number(char **argv, int argc, int at)
{
    return at < argc ? strtoull(argv[at], NULL, 10) : 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";

    if (strcmp(what, "floor") == 0) {
        floor_commit(argv[2], number(argv, argc, 3));
        floor_curve(number(argv, argc, 3));
    } else if (strcmp(what, "accept") == 0) {
        run_accept(argv[2], number(argv, argc, 3));
    } else if (strcmp(what, "say") == 0) {
        run_say(argv[2], number(argv, argc, 3));
    } else if (strcmp(what, "pump") == 0) {
        run_pump(argv[2], number(argv, argc, 3), (uint32_t)number(argv, argc, 4));
    } else if (strcmp(what, "drink") == 0) {
        run_drink(argv[2], number(argv, argc, 3), number(argv, argc, 4));
    } else if (strcmp(what, "pace") == 0) {
        run_pace(argv[2], number(argv, argc, 3), number(argv, argc, 4));
    } else if (strcmp(what, "watch") == 0) {
        run_watch(argv[2], number(argv, argc, 3), number(argv, argc, 4));
    } else {
        bench_fail("floor|accept|say|pump|drink|pace|watch");
    }
    return 0;
}
