#include "tests/help/served.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "tests/help/county.h"
#include "tests/help/founded.h"

#define PATIENCE_MS 10000

extern char **environ;

/* ---- the program ----------------------------------------------------------------------------- */
static const char *program(void)
{
    static char path[256];
    const char *build = getenv("B");

    snprintf(path, sizeof path, "%s/musterd", build != NULL ? build : "build");
    return path;
}

static pid_t spawn(char *const argv[], int out)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    assert_int_equal(posix_spawn(&pid, program(), &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static void found(const struct served *s, const char *rate)
{
    char *argv[] = {"musterd",          "init",   "--dir",      (char *)s->dir,
                    "--county",         "Qinghe", "--area",     "cn/99/01/21",
                    "--offset",         "+08:00", "--exercise", "--start",
                    "2031-07-17T22:00", "--rate", (char *)rate, NULL};
    int pipes[2], status;
    pid_t pid;

    if (rate == NULL)
        argv[10] = NULL;
    assert_int_equal(pipe(pipes), 0);
    pid = spawn(argv, pipes[1]);
    close(pipes[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(pipes[0]);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Reads its lines until it says that it is ready. */
static void await_ready(struct served *s)
{
    char line[1024];
    size_t used = 0;

    for (;;) {
        ssize_t got = read(s->heard, line + used, 1);

        assert_true(got == 1); /* it ended instead */
        if (line[used] != '\n') {
            used += used < sizeof line - 2;
            continue;
        }
        line[used] = '\0';
        used = 0;
        if (sscanf(line, "musterd: ready at %255[^,]", s->endpoint) == 1)
            return;
    }
}

void served_start(struct served *s)
{
    char at[sizeof s->endpoint] = "tcp://127.0.0.1:*";
    char *argv[] = {"musterd", "--dir", s->dir, "--endpoint", at, NULL};
    int pipes[2];

    if (s->stays && s->endpoint[0] != '\0')
        memcpy(at, s->endpoint, sizeof at);
    assert_int_equal(pipe(pipes), 0);
    s->pid = spawn(argv, pipes[1]);
    close(pipes[1]);
    s->heard = pipes[0];
    await_ready(s);
}

int served_command(struct served *s, const char *arguments)
{
    char words[1024], command[1400];
    int status;

    snprintf(words, sizeof words, arguments, s->dir, s->dir, s->dir);
    snprintf(command, sizeof command, "%s %s >/dev/null 2>&1", program(), words);
    status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int await_end(struct served *s)
{
    int status;

    assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
    close(s->heard);
    s->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void served_kill(struct served *s)
{
    assert_int_equal(kill(s->pid, SIGKILL), 0);
    assert_int_equal(await_end(s), -SIGKILL);
}

int served_stop(struct served *s)
{
    assert_int_equal(kill(s->pid, SIGTERM), 0);
    return await_end(s);
}

/* ---- its directory --------------------------------------------------------------------------- */
static void read_text(const struct served *s, const char *name, char *out, size_t size)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", s->dir, name);
    assert_non_null(file = fopen(path, "re"));
    out[fread(out, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void find_hex(const char *text, const char *key, void *out, size_t size)
{
    char hex[65];
    const char *at = strstr(text, key);

    assert_non_null(at);
    assert_int_equal(sscanf(at + strlen(key), "%*[ :\"]%64[0-9a-f]", hex), 1);
    assert_int_equal(mu_unhex(hex, out, size), MU_OK);
}

static void read_facts(struct served *s)
{
    char text[1024];

    read_text(s, "admin-1/agent.conf", text, sizeof text);
    find_hex(text, "\nlog", s->log.b, sizeof s->log.b);
    find_hex(text, "log_key", s->log_key.b, sizeof s->log_key.b);
    find_hex(text, "broker_curve", s->broker_curve, sizeof s->broker_curve);
}

static void add_conf(const struct served *s, const char *conf)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof path, "%s/musterd.conf", s->dir);
    assert_non_null(file = fopen(path, "ae"));
    fputs(conf, file);
    fclose(file);
}

void served_open(struct served *s, const char *rate, const char *conf)
{
    const char *above = getenv("TMPDIR");

    memset(s, 0, sizeof *s);
    s->arena = mu_arena_make((size_t)64 << 20);
    snprintf(s->dir, sizeof s->dir, "%s/muster-served-XXXXXX", above != NULL ? above : "/tmp");
    assert_non_null(mkdtemp(s->dir));
    found(s, rate);
    read_facts(s);
    if (conf != NULL)
        add_conf(s, conf);
    served_start(s);
    s->context = zmq_ctx_new();
}

static void remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    char inner[512];

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (entry->d_type == DT_DIR)
            remove_tree(inner);
        else
            (void)unlink(inner);
    }
    if (dir != NULL)
        closedir(dir);
    (void)rmdir(path);
}

void served_close(struct served *s)
{
    if (s->pid != 0)
        assert_int_equal(served_stop(s), 0);
    zmq_ctx_term(s->context);
    mu_arena_free(&s->arena);
    remove_tree(s->dir);
}

size_t served_memory(const struct served *s)
{
    char path[64], line[256];
    unsigned long kib, sum = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)s->pid);
    assert_non_null(file = fopen(path, "re"));
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "Private_%*[A-Za-z]: %lu kB", &kib) == 1)
            sum += kib;
    }
    fclose(file);
    assert_true(sum > 0);
    return sum * 1024;
}

/* ---- callers --------------------------------------------------------------------------------- */
static void open_lanes(struct caller *c, const struct served *s, uint8_t seed)
{
    for (uint8_t lane = 0; lane < MU_LANES; lane++)
        help_author_open(&c->lane[lane], seed, &s->log, lane);
}

void caller_make(struct caller *c, const struct served *s, uint8_t seed)
{
    char public[41], secret[41];

    memset(c, 0, sizeof *c);
    open_lanes(c, s, seed);
    assert_int_equal(zmq_curve_keypair(public, secret), 0);
    assert_non_null(zmq_z85_decode(c->curve, public));
    assert_non_null(zmq_z85_decode(c->secret, secret));
}

void caller_admin(struct caller *c, const struct served *s)
{
    char text[1024];
    struct mu_public public;

    memset(c, 0, sizeof *c);
    open_lanes(c, s, COUNTY_ADMIN);
    read_text(s, "admin-1/curve.key", text, sizeof text);
    find_hex(text, "secret", c->secret, sizeof c->secret);
    find_hex(text, "public", c->curve, sizeof c->curve);
    read_text(s, "admin-1/agent.key", text, sizeof text);
    for (uint8_t lane = 0; lane < MU_LANES; lane++) {
        mu_key_close(&c->lane[lane].key);
        assert_int_equal(mu_key_from_pem(text, &c->lane[lane].key), MU_OK);
        mu_key_public(c->lane[lane].key, &public);
        c->lane[lane].seal.agent = mu_public_id(&public);
    }
}

void caller_connect(struct caller *c, const struct served *s)
{
    int zero = 0, large = 100000;

    if (c->socket != NULL)
        zmq_close(c->socket);
    mu_session_end(&c->session);
    c->session = mu_session(MU_SIDE_AGENT, NULL);
    c->socket = zmq_socket(s->context, ZMQ_DEALER);
    assert_non_null(c->socket);
    zmq_setsockopt(c->socket, ZMQ_LINGER, &zero, sizeof zero);
    zmq_setsockopt(c->socket, ZMQ_SNDHWM, &large, sizeof large);
    zmq_setsockopt(c->socket, ZMQ_RCVHWM, &large, sizeof large);
    zmq_setsockopt(c->socket, ZMQ_CURVE_SECRETKEY, c->secret, sizeof c->secret);
    zmq_setsockopt(c->socket, ZMQ_CURVE_PUBLICKEY, c->curve, sizeof c->curve);
    zmq_setsockopt(c->socket, ZMQ_CURVE_SERVERKEY, s->broker_curve, sizeof s->broker_curve);
    assert_int_equal(zmq_connect(c->socket, s->endpoint), 0);
}

void caller_close(struct caller *c)
{
    if (c->socket != NULL)
        zmq_close(c->socket);
    mu_session_end(&c->session);
    for (uint8_t lane = 0; lane < MU_LANES; lane++)
        help_author_close(&c->lane[lane]);
    free(c->message);
    memset(c, 0, sizeof *c);
}

void caller_send(struct caller *c, struct mu_bytes message)
{
    assert_int_equal(zmq_send(c->socket, message.data, message.size, 0), message.size);
}

bool caller_is_called(struct caller *c, long within_ms)
{
    zmq_pollitem_t item = {c->socket, 0, ZMQ_POLLIN, 0};

    return zmq_poll(&item, 1, within_ms) > 0;
}

uint8_t caller_hear(struct caller *c)
{
    do {
        zmq_msg_t part;
        size_t size;

        if (!caller_is_called(c, PATIENCE_MS))
            fail_msg("nothing heard from musterd in %d ms", PATIENCE_MS);
        zmq_msg_init(&part);
        assert_true(zmq_msg_recv(&part, c->socket, 0) >= 0);
        size = zmq_msg_size(&part);
        c->messages++;
        c->largest = size > c->largest ? size : c->largest;
        free(c->message);
        assert_non_null(c->message = malloc(size + 1));
        memcpy(c->message, zmq_msg_data(&part), size);
        zmq_msg_close(&part);
        assert_int_equal(
            mu_session_hear(&c->session, (struct mu_bytes){c->message, size}, &c->heard), MU_OK);
    } while (c->heard.type == 0);
    return c->heard.type;
}

void caller_hear_type(struct caller *c, uint8_t type)
{
    while (caller_hear(c) != type)
        ;
}

/* ---- frames ---------------------------------------------------------------------------------- */
static void say(struct caller *c, uint8_t type, const struct mu_writer *w)
{
    assert_true(mu_writer_ok(w));
    caller_send(c, mu_written(w));
    if (mu_session_may_say(&c->session, type))
        mu_session_said(&c->session, type);
}

uint8_t caller_hello(struct caller *c)
{
    uint8_t bytes[1024];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    struct mu_hello f = {
        .agent = c->lane[0].seal.agent,
        .instance = c->lane[0].seal.instance,
        .log = c->lane[0].seal.origin,
        .head_epoch = c->claims.epoch,
        .head_size = c->claims.size,
        .head_root = c->claims.root,
        .note = c->claims_note,
        .fragment_bytes = c->fragment_bytes,
        .program = {(const uint8_t *)"caller", 6},
    };

    mu_hello_write(&w, &f);
    say(c, MU_FRAME_HELLO, &w);
    return caller_hear(c);
}

void caller_submit(struct caller *c, uint8_t lane, const struct help_batch *batch)
{
    size_t size = batch->size + MU_FRAME_HEAD_BYTES;
    uint8_t *bytes = malloc(size);
    struct mu_writer w = mu_writer(bytes, size);

    assert_non_null(bytes);
    mu_submit_write(&w, lane, (struct mu_bytes){batch->bytes, batch->size});
    say(c, MU_FRAME_SUBMIT, &w);
    free(bytes);
}

uint8_t caller_say(struct caller *c, uint8_t lane, struct mu_bytes body)
{
    struct help_batch *batch = help_seal_bodies(&c->lane[lane], &body, NULL, 1);

    caller_submit(c, lane, batch);
    help_batch_free(&batch);
    do {
        caller_hear(c);
    } while (c->heard.type != MU_FRAME_ACCEPTED && c->heard.type != MU_FRAME_REFUSED &&
             c->heard.type != MU_FRAME_BYE);
    return c->heard.type;
}

void caller_follow(struct caller *c, uint32_t id, uint64_t from, uint32_t credit_bytes,
                   const char *filter)
{
    uint8_t bytes[2048];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    struct mu_follow f = {.id = id,
                          .from = from,
                          .lanes = 7,
                          .credit_bytes = credit_bytes,
                          .filter = {(const uint8_t *)filter, strlen(filter)}};

    mu_follow_write(&w, &f);
    say(c, MU_FRAME_FOLLOW, &w);
}

void caller_credit(struct caller *c, uint32_t id, uint32_t bytes, uint64_t heard_bytes)
{
    uint8_t frame[64];
    struct mu_writer w = mu_writer(frame, sizeof frame);

    mu_credit_write(&w, &(struct mu_credit){id, bytes, heard_bytes});
    say(c, MU_FRAME_CREDIT, &w);
}

void caller_ping(struct caller *c, uint64_t idle_through)
{
    uint8_t frame[64];
    struct mu_writer w = mu_writer(frame, sizeof frame);

    mu_ping_write(&w, &(struct mu_ping){1, idle_through});
    say(c, MU_FRAME_PING, &w);
    caller_hear_type(c, MU_FRAME_PONG);
}

/* ---- an admin's words ------------------------------------------------------------------------ */
void served_enrol(struct served *s, struct caller *admin, const struct caller *whom,
                  const char *agency, const char *roles)
{
    struct founded words = {.arena = s->arena};
    struct mu_bytes body =
        founded_enrolment(&words, whom->lane[0].seed, agency, roles, whom->curve);

    s->arena = words.arena;
    assert_int_equal(caller_say(admin, MU_LANE_ROUTINE, body), MU_FRAME_ACCEPTED);
    assert_int_equal(admin->heard.as.accepted.refusals, 0);
}
