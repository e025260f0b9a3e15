/* Serving: open in order, then pass after pass until told to stop.
 *
 * One pass: wait; take in what has arrived; when any of it wants to be recorded, one turn of the desk
 * and its commit; then answers, then deliveries. Opened last, closed first: the door. Ways to end:
 *   SIGTERM, SIGINT      peers hear BYE, the record is closed; nothing was promised that is not on disk
 *   a storage error      the process stops at once; whoever waits asks the next start
 *   killed               the same, without the farewell
 */
#include "broker/daemon/serve.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

#include "broker/daemon/door.h"
#include "broker/daemon/epoch.h"
#include "broker/daemon/feed.h"
#include "broker/daemon/inside.h"
#include "broker/daemon/join.h"
#include "broker/daemon/keyfile.h"
#include "broker/daemon/notify.h"
#include "broker/daemon/tray.h"

/* Encryption for many followers is the wall; one thread of it beside ours for each of two cores. */
#define IO_THREADS 2
#define WAIT_MS_MAX 1000
#define TRIM_BYTES (16u * 1024u * 1024u)
/* Descriptors kept for the record, the door and what we do not know of. */
#define DESCRIPTORS_KEPT 64u

/* Whoever should read this may have stopped reading: the line is lost then, and the broker goes on. A
 * pipe that says it takes something takes a line of this size whole. */
void mu_tell(const char *format, ...)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    char line[1024] = "musterd: ";
    size_t used = strlen(line);
    va_list args;

    va_start(args, format);
    vsnprintf(line + used, sizeof line - used - 1, format, args);
    va_end(args);
    used = strlen(line);
    line[used] = '\n';
    if (poll(&out, 1, 0) == 1 && (out.revents & POLLOUT) != 0)
        (void)!write(STDERR_FILENO, line, used + 1);
}

/* ---- opening --------------------------------------------------------------------------------- */
/* Sessions are capped below what the system gives: libzmq burns a core when descriptors run out. */
static enum mu_err raise_descriptors(const struct mu_config *config, struct mu_text *why)
{
    struct rlimit limit;
    rlim_t wanted = config->sessions_max + DESCRIPTORS_KEPT;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return MU_E_SYSTEM;
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            return MU_E_SYSTEM;
    }
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= wanted)
        return MU_OK;
    mu_text_addf(why,
                 "sessions_max: %" PRIu64 " sessions need %" PRIu64 " descriptors; here are %ju",
                 config->sessions_max, (uint64_t)wanted, (uintmax_t)limit.rlim_cur);
    return MU_E_CONFIG;
}

/* Signals arrive on a descriptor, in the one thread that knows what to do about them. */
static enum mu_err open_signals(int *fd)
{
    sigset_t stop;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &stop, NULL) != 0)
        return MU_E_SYSTEM;
    signal(SIGPIPE, SIG_IGN);
    *fd = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
    return *fd >= 0 ? MU_OK : MU_E_SYSTEM;
}

static void tell_alarm(void *user, const struct mu_desk_seat *seat, const struct mu_seal *seal,
                       enum mu_err code)
{
    const struct mu_daemon *d = user;
    const struct mu_member *member = mu_roster_member(mu_desk_roster(d->desk), &seat->agent);
    char agent[33];

    mu_hex(seat->agent.b, sizeof seat->agent.b, agent);
    mu_tell("%s agent %s (%s) instance %" PRIu64 " lane %u: %s", mu_err_code(code), agent,
            member != NULL ? member->agency : "?", seal->instance, seal->lane,
            mu_err_sentence(code, MU_LANG_EN));
}

/* All keys but the broker's own: a backlog of the retired may still land, and what a compromised one sends
 * is kept apart. */
static enum mu_err admit_roster(struct mu_daemon *d)
{
    static uint8_t keys[65536][MU_CURVE_KEY_BYTES];
    const mu_roster *roster = mu_desk_roster(d->desk);
    const struct mu_member *member;
    size_t count = 0;

    for (size_t i = 0; (member = mu_roster_at(roster, i)) != NULL; i++) {
        if (member->is_broker)
            continue;
        if (count == sizeof keys / sizeof keys[0])
            return MU_E_LIMIT;
        memcpy(keys[count++], member->curve, sizeof keys[0]);
    }
    return mu_zap_admit(d->zap, (const uint8_t(*)[MU_CURVE_KEY_BYTES])keys, count);
}

/* mu_desk_roster_fn: the newcomers' door opens, the fallen are not fed any more. */
static enum mu_err take_roster(void *user)
{
    struct mu_daemon *d = user;

    mu_feed_stand(d);
    return admit_roster(d);
}

static enum mu_err open_desk(struct mu_daemon *d, const char *dir)
{
    struct mu_desk_options options = {
        .credit_bytes = (uint32_t)d->config->credit_bytes,
        .rate_bytes_s = (uint32_t)d->config->rate_bytes_s,
        .answer = mu_send_answer,
        .alarm = tell_alarm,
        .roster = take_roster,
        .user = d,
    };
    uint64_t instance = 0;
    mu_key *key = NULL;
    enum mu_err err = mu_keyfile_read(dir, "log.key", &key);

    if (err == MU_OK)
        err = mu_random(&instance, sizeof instance);
    if (err == MU_OK)
        return mu_desk_open(d->log, key, instance | 1, &options, &d->desk);
    mu_key_close(&key);
    return err;
}

static enum mu_err open_record(struct mu_daemon *d, const char *dir)
{
    struct mu_log_options options = {
        .quota_bytes = d->config->quota_bytes,
        .reserve_bytes = d->config->reserve_bytes,
    };
    int64_t stood_ms = 0;
    enum mu_err err = mu_log_open(dir, &options, &d->log);

    if (err != MU_OK || (err = open_desk(d, dir)) != MU_OK)
        return err;
    if ((err = mu_log_clock(d->log, &stood_ms)) != MU_OK && err != MU_E_ABSENT)
        return err;
    if (stood_ms < mu_log_last_accepted_ms(d->log))
        stood_ms = mu_log_last_accepted_ms(d->log);
    d->now = mu_instant_now();
    d->clock = mu_broker_clock(mu_roster_genesis(mu_desk_roster(d->desk)), stood_ms, &d->now);
    d->note = mu_desk_note(d->desk, &d->head);
    if ((err = mu_epoch_open(d)) != MU_OK)
        return err;
    mu_backup_look(d);
    return MU_OK;
}

static enum mu_err write_endpoint(const char *dir, const char *endpoint)
{
    char line[MU_ENDPOINT_BYTES_MAX + 2];

    snprintf(line, sizeof line, "%s\n", endpoint);
    return mu_file_write(dir, "endpoint", line);
}

/* Agents know the key in the roster; with another nobody could finish a handshake. */
static enum mu_err read_curve(struct mu_daemon *d, const char *dir, struct mu_curve *out)
{
    const mu_roster *roster = mu_desk_roster(d->desk);
    const struct mu_member *self = mu_roster_member(roster, &mu_roster_genesis(roster)->broker);
    enum mu_err err = mu_curvefile_read(dir, "broker.curve", out);

    if (err == MU_OK && memcmp(self->curve, out->public, sizeof out->public) != 0) {
        mu_wipe(out, sizeof *out);
        err = MU_E_BAD_KEY;
    }
    return err;
}

static enum mu_err open_door(struct mu_daemon *d, const struct mu_serve *serve, struct mu_text *why)
{
    const char *dir = serve->dir;
    struct mu_curve curve;
    char actual[MU_ENDPOINT_BYTES_MAX], log[65];
    enum mu_err err;

    if ((d->context = zmq_ctx_new()) == NULL)
        return MU_E_SYSTEM;
    zmq_ctx_set(d->context, ZMQ_IO_THREADS, IO_THREADS);
    zmq_ctx_set(d->context, ZMQ_MAX_SOCKETS, 64);
    if ((err = mu_zap_open(d->context, &d->zap)) != MU_OK)
        return err;
    if ((err = mu_door_prove(d->context, d->zap)) != MU_OK) {
        mu_text_add(why,
                    "the door does not hold: a stranger was not kept out, or a friend not told "
                    "apart");
        return err;
    }
    if ((err = read_curve(d, dir, &curve)) != MU_OK || (err = admit_roster(d)) != MU_OK)
        return err;
    err = mu_door_open(d->context, d->config->endpoint, &curve, actual, &d->door);
    mu_wipe(&curve, sizeof curve);
    if (err != MU_OK) {
        mu_text_addf(why, "%s: ", d->config->endpoint);
        mu_words_system(why, errno, serve->lang);
        return err;
    }
    if ((err = write_endpoint(dir, actual)) != MU_OK)
        return err;
    mu_hex(mu_log_id(d->log)->b, 32, log);
    mu_tell("ready at %s, log %s, %" PRIu64 " entries%s", actual, log, d->head.size,
            d->clock.is_wall ? "" : ", EXERCISE");
    mu_notify("READY=1");
    return MU_OK;
}

static enum mu_err open_all(struct mu_daemon *d, const struct mu_serve *serve, struct mu_text *why)
{
    enum mu_err err = raise_descriptors(d->config, why);

    if (err == MU_OK)
        err = mu_peers_open(&d->peers, d->config->sessions_max);
    if (err == MU_OK)
        err = mu_bundles_open(&d->bundles);
    if (err == MU_OK)
        err = mu_tray_open(&d->tray);
    if (err == MU_OK)
        err = open_record(d, serve->dir);
    return err == MU_OK ? open_door(d, serve, why) : err;
}

/* What the desks have stated and no sheet holds yet would be lost with the process. */
static enum mu_err write_last_sheet(struct mu_daemon *d)
{
    struct mu_desk_time time;

    d->now = mu_instant_now();
    time = (struct mu_desk_time){mu_broker_clock_at(&d->clock, &d->now), d->now.machine_ms};
    return mu_desk_last_sheet(d->desk, &time);
}

static void close_all(struct mu_daemon *d)
{
    for (struct mu_peer *peer = d->peers.first; peer != NULL && d->door != NULL; peer = peer->next)
        mu_send_bye(d, peer, MU_OK);
    mu_joining_close(d);
    mu_tray_close(d);
    mu_feed_close(d);
    if (d->peers.bucket != NULL)
        mu_peers_close(&d->peers);
    if (d->door != NULL) {
        zmq_setsockopt(d->door, ZMQ_LINGER, &(int){200}, sizeof(int)); /* for the farewells */
        zmq_close(d->door);
    }
    mu_zap_close(&d->zap);
    if (d->context != NULL)
        zmq_ctx_term(d->context);
    mu_bundles_close(&d->bundles);
    mu_desk_close(&d->desk);
    mu_log_close(&d->log);
}

/* ---- one pass -------------------------------------------------------------------------------- */
static int64_t until_tick(struct mu_daemon *d)
{
    int64_t due_ms = mu_desk_due_ms(d->desk);

    return due_ms == INT64_MAX ? -1 : mu_broker_clock_until(&d->clock, due_ms, &d->now);
}

static long wait_ms(struct mu_daemon *d)
{
    int64_t tick_ms = until_tick(d), wait = WAIT_MS_MAX;

    if (d->more)
        return 0;
    if (tick_ms >= 0 && tick_ms < wait)
        wait = tick_ms;
    if (d->retry_ms >= 0 && d->retry_ms < wait)
        wait = d->retry_ms;
    return (long)wait;
}

static void wait_for_work(struct mu_daemon *d, int signals)
{
    zmq_pollitem_t items[2 + MU_JOIN_POLL_ITEMS] = {{d->door, 0, ZMQ_POLLIN, 0},
                                                    {NULL, signals, ZMQ_POLLIN, 0}};
    int count = 2 + mu_joining_poll(d, items + 2);
    long wait = wait_ms(d);

    d->more = false;
    d->retry_ms = -1;
    if (zmq_poll(items, count, wait) < 0 && errno != EINTR)
        d->err = MU_E_SYSTEM;
    d->stop = items[1].revents != 0;
    d->now = mu_instant_now();
}

/* A tick is owed: a turn with nothing else in it, if nothing else came. */
static enum mu_err take_tick(struct mu_daemon *d)
{
    if (d->in_turn || until_tick(d) != 0)
        return MU_OK;
    return mu_hear_begin_turn(d);
}

static enum mu_err end_turn(struct mu_daemon *d)
{
    enum mu_err err;

    if (!d->in_turn)
        return MU_OK;
    d->in_turn = false;
    d->turn_bytes = d->turn_batches = 0;
    err = mu_desk_turn_end(d->desk);
    d->note = mu_desk_note(d->desk, &d->head);
    return err;
}

/* After a crowd was fed the heap is full of holes the size of frames; they go back to the system. */
static void give_memory_back(struct mu_daemon *d)
{
    if (d->in_flight > TRIM_BYTES) {
        d->trim = true;
    } else if (d->trim) {
        d->trim = false;
        malloc_trim(0);
    }
}

/* Once a second, about. */
static void tidy(struct mu_daemon *d)
{
    static int64_t looked_ms;

    if (d->now.machine_ms - looked_ms < WAIT_MS_MAX)
        return;
    looked_ms = d->now.machine_ms;
    mu_notify("WATCHDOG=1");
    for (struct mu_peer *peer = d->peers.first; peer != NULL; peer = peer->next) {
        if (d->now.machine_ms - peer->heard_ms > MU_SILENCE_MS)
            mu_peers_leave(&d->peers, peer);
    }
    mu_backup_look(d);
    mu_feed_stand(d); /* enrolments end by the clock as well */
    give_memory_back(d);
}

static enum mu_err pass(struct mu_daemon *d, int signals)
{
    enum mu_err err;

    wait_for_work(d, signals);
    mu_hear_all(d);
    mu_joining_step(d);
    err = d->err;
    if (err == MU_OK)
        err = take_tick(d);
    if (err == MU_OK)
        err = end_turn(d);
    if (err != MU_OK)
        return err;
    mu_hear_answer(d);
    tidy(d);
    err = mu_feed(d);
    mu_peers_sweep(&d->peers);
    return d->err != MU_OK ? d->err : err;
}

enum mu_err mu_serve(const struct mu_serve *serve, struct mu_text *why)
{
    struct mu_daemon d = {
        .dir = serve->dir, .config = serve->config, .halves = {0, MU_HALVES_BYTES}, .retry_ms = -1};
    int signals = -1;
    enum mu_err err = open_signals(&signals);

    if (err == MU_OK)
        err = open_all(&d, serve, why);
    while (err == MU_OK && !d.stop)
        err = pass(&d, signals);
    mu_notify("STOPPING=1");
    if (err == MU_OK)
        err = write_last_sheet(&d);
    close_all(&d);
    if (signals >= 0)
        close(signals);
    return err;
}
