/* What the parts of a serving musterd share. Nobody outside includes this. */
#ifndef MU_DAEMON_INSIDE_H
#define MU_DAEMON_INSIDE_H

#include "broker/daemon/bundle.h"
#include "broker/daemon/clock.h"
#include "broker/daemon/config.h"
#include "broker/daemon/peers.h"
#include "broker/daemon/zap.h"

/* An agent pings every five seconds; one unheard for this long is not there. */
#define MU_SILENCE_MS 60000
/* Half-received frames of all sessions together. */
#define MU_HALVES_BYTES ((size_t)32 * 1024 * 1024)

struct mu_joining; /* join.h */
struct mu_tray;    /* tray.h */

/* How far the record is in a backup, as `musterd backup` noted it. */
struct mu_backup_mark {
    uint64_t through;    /* 0: never, or not of this record */
    int64_t modified_ns; /* of the note, when it was read */
};

struct mu_daemon {
    const char *dir;
    const struct mu_config *config;
    void *context;
    void *door; /* the ROUTER */
    mu_zap *zap;
    mu_log *log;
    mu_desk *desk;
    struct mu_broker_clock clock;
    struct mu_instant now; /* read once a pass, and again when it matters */
    struct mu_backup_mark backup;
    int64_t told_foreign_ms[2]; /* machine time: of a claim, of a proof */
    struct mu_peers peers;
    struct mu_session_budget halves;
    mu_bundles *bundles;
    struct mu_tray *tray;
    struct mu_joining *joining; /* NULL: no invitation stands */
    struct mu_follower *followers;
    size_t follower_count;
    uint64_t in_flight;   /* bytes sent to followers and not credited back */
    bool trim;            /* much memory was in use */
    struct mu_head head;  /* of the committed record, */
    struct mu_bytes note; /* its checkpoint, lent by the desk until the next turn ends */

    /* this pass */
    bool in_turn;
    bool answers_owed; /* WELCOME or CLOCK, to somebody */
    size_t turn_bytes, turn_batches;
    bool more;        /* there is work without waiting */
    int64_t retry_ms; /* look again after this many machine ms; -1: no need */
    bool stop;        /* SIGTERM */
    enum mu_err err;  /* the first that must stop the process */
};

/* ---- send.c ---------------------------------------------------------------------------------- */
/* Sends one frame, never blocking. A peer that is not there any more is marked gone.
 * Errors: MU_E_BUSY: its pipe is full; MU_E_ABSENT: gone. */
MU_MUST_USE enum mu_err mu_send(struct mu_daemon *d, struct mu_peer *peer, struct mu_bytes frame);
/* The same, handing over the frame's memory (from malloc): *frame is NULL once it is taken. */
MU_MUST_USE enum mu_err mu_send_owned(struct mu_daemon *d, struct mu_peer *peer, uint8_t **frame,
                                      size_t size);
/* Takes leave with a code and its sentence, where the session still allows. */
void mu_send_bye(struct mu_daemon *d, struct mu_peer *peer, enum mu_err code);
/* The same to a route without a session. */
void mu_send_away(struct mu_daemon *d, const struct mu_route *route, enum mu_err code);
/* mu_desk_answer_fn: `user` is the daemon. */
void mu_send_answer(void *user, struct mu_desk_seat *seat, struct mu_bytes frame);

/* ---- hear.c ---------------------------------------------------------------------------------- */
/* Takes what has arrived, up to the bounds of a turn. What must stop the process is in d->err. */
void mu_hear_all(struct mu_daemon *d);
/* Begins the desk's turn at its first need. */
MU_MUST_USE enum mu_err mu_hear_begin_turn(struct mu_daemon *d);
/* After the commit: WELCOME and CLOCK that were owed. */
void mu_hear_answer(struct mu_daemon *d);

/* One line for the operator, on standard error. */
void mu_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
