/* A musterd of its own, run as a program over a record of its own, and callers who speak to it frame
 * by frame: what an honest library would never do can be tried here. */
#ifndef MU_HELP_SERVED_H
#define MU_HELP_SERVED_H

#include <sys/types.h>

#include "proto/session/session.h"
#include "tests/help/events.h"
#include "tests/help/seal_batch.h"

struct served {
    char dir[128];
    char endpoint[256];
    bool stays; /* served again at the same endpoint */
    pid_t pid;
    int heard; /* the reading end of its standard error */
    void *context;
    struct mu_hash log;
    struct mu_public log_key;
    uint8_t broker_curve[32];
    mu_arena arena;
};

/* Founds a county and serves it: an exercise at `rate` ("step", "60") from COUNTY_START_MS, or an actual
 * record (NULL); admin agency ADMIN. `conf` is added to musterd.conf; NULL: nothing. */
void served_open(struct served *served, const char *rate, const char *conf);
/* kill -9, and serve again; the endpoint may be another. */
void served_kill(struct served *served);
void served_start(struct served *served);
/* musterd with these arguments, "%s" being the record's folder; its exit status. */
int served_command(struct served *served, const char *arguments);
/* SIGTERM; its exit status. */
int served_stop(struct served *served);
void served_close(struct served *served);
/* Private memory of the process, in bytes. */
size_t served_memory(const struct served *served);

struct caller {
    void *socket;
    struct mu_session session;
    uint8_t secret[32], curve[32]; /* CURVE */
    uint32_t fragment_bytes;       /* said in HELLO */
    struct help_author lane[MU_LANES];
    struct mu_head head;         /* of the last WELCOME */
    struct mu_head claims;       /* what HELLO says it holds, */
    struct mu_bytes claims_note; /* ... and the note beside it */
    struct mu_heard heard;
    uint8_t *message; /* what `heard` points to */
    size_t messages;  /* heard so far, fragments too */
    size_t largest;
};

/* A caller with the key of `seed` and a fresh CURVE pair; nobody knows it yet. */
void caller_make(struct caller *caller, const struct served *served, uint8_t seed);
/* The first admin, with the keys musterd init made. */
void caller_admin(struct caller *caller, const struct served *served);
void caller_connect(struct caller *caller, const struct served *served);
void caller_close(struct caller *caller);

/* Sends these bytes as one message, past the session. */
void caller_send(struct caller *caller, struct mu_bytes message);
/* The next whole frame; fails the test after ten seconds without a message. Its type. */
uint8_t caller_hear(struct caller *caller);
/* Hears on until a frame of this type is there. */
void caller_hear_type(struct caller *caller, uint8_t type);
/* Whether a frame is there within this time; for silence that must stay one. */
bool caller_is_called(struct caller *caller, long within_ms);

/* HELLO and what comes back: WELCOME or BYE. */
uint8_t caller_hello(struct caller *caller);
/* Seals one body next in its lane, submits it, and hears ACCEPTED, REFUSED or BYE. */
uint8_t caller_say(struct caller *caller, uint8_t lane, struct mu_bytes body);
void caller_submit(struct caller *caller, uint8_t lane, const struct help_batch *batch);
void caller_follow(struct caller *caller, uint32_t id, uint64_t from, uint32_t credit_bytes,
                   const char *filter);
/* heard_bytes: what was heard of this follow so far, as the caller counts. */
void caller_credit(struct caller *caller, uint32_t id, uint32_t bytes, uint64_t heard_bytes);
/* PING; hears on until PONG. */
void caller_ping(struct caller *caller, uint64_t idle_through);

/* The admin enrols the caller. */
void served_enrol(struct served *served, struct caller *admin, const struct caller *whom,
                  const char *agency, const char *roles);

#endif
