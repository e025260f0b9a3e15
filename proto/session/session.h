/* The conversation between an agent and the broker, as a table run by both ends. No socket here.
 *
 * Each end keeps one struct mu_session per connection, tells it every frame it sends
 * (mu_session_said) and hands it every message it receives (mu_session_hear), which puts fragments
 * together, looks the frame up in the table of state and frame, and reads its payload. What the
 * frames mean and who may say what when: docs/PROTOCOL.md, "Session".
 *
 *      NEW ──HELLO──▶ GREETING ──WELCOME──▶ OPEN ──BYE──▶ CLOSED       HELLO begins anew from
 *                        └────────BYE─────────────────────▲            OPEN and CLOSED as well
 *
 * After an error of mu_session_hear the usual thing is to say BYE with its code.
 */
#ifndef MU_SESSION_SESSION_H
#define MU_SESSION_SESSION_H

#include "proto/wire/frame.h"

enum mu_side { MU_SIDE_AGENT, MU_SIDE_BROKER };

enum mu_session_state {
    MU_SESSION_NEW,
    MU_SESSION_GREETING, /* HELLO said, neither WELCOME nor BYE yet */
    MU_SESSION_OPEN,
    MU_SESSION_CLOSED,
};
#define MU_SESSION_STATES 4u

/* What half-received frames of many sessions may hold together. */
struct mu_session_budget {
    size_t used;
    size_t max;
};

/* One lane's half-received frame: at most MU_FRAME_BYTES_MAX, given back when it is whole. */
struct mu_session_lane {
    uint8_t type;  /* 0: nothing is half received */
    bool skipping; /* no room for this frame: its fragments are dropped to the last */
    uint8_t *data;
    size_t used;
    size_t room;
};

struct mu_session {
    enum mu_side side;
    enum mu_session_state state;
    struct mu_session_budget *budget; /* lent by the caller; NULL: only the bound per lane */
    struct mu_session_lane lane[MU_LANES];
};

/* A fragment that was taken, its frame not whole yet. */
struct mu_piece {
    uint8_t type;           /* of the frame it is of; 0: this was no such fragment */
    size_t size;            /* its part of the whole frame's size */
    struct mu_bytes so_far; /* the payload up to here, lent until the next mu_session_hear */
};

/* One whole frame, read. What it points to is lent until the next mu_session_hear. */
struct mu_heard {
    uint8_t type; /* enum mu_frame_type; 0: nothing to do (a fragment, or a leftover) */
    uint8_t lane;
    size_t size; /* bytes of the frame, head included: what counts against credit */
    struct mu_piece piece;
    union {
        struct mu_hello hello;
        struct mu_welcome welcome;
        struct mu_bytes batch; /* SUBMIT */
        struct mu_accepted accepted;
        struct mu_refused refused;
        struct mu_return returned;
        struct mu_follow follow;
        struct mu_deliver deliver;
        struct mu_credit credit;
        struct mu_receipt_frame receipt;
        struct mu_ping ping;
        struct mu_pong pong;
        struct mu_clock_frame clock;
        struct mu_bye bye;
        struct mu_join_frame join;
    } as;
};

struct mu_session mu_session(enum mu_side side, struct mu_session_budget *budget);
/* Gives its memory back to the system and the budget. */
void mu_session_end(struct mu_session *session);

/* Take in one message as received. `message` is lent until the caller is done with `heard`.
 * Errors: MU_E_VERSION, MU_E_BAD_FRAME   malformed, or a fragment that cannot be
 *         MU_E_TOO_LARGE                 longer than a frame may be, whole or put together
 *         MU_E_OUT_OF_TURN               not in this state, or not from that side
 *         MU_E_BUSY                      no room for a half-received frame: it is dropped to its
 *                                        last fragment, the conversation goes on (heard->lane set) */
MU_MUST_USE enum mu_err mu_session_hear(struct mu_session *session, struct mu_bytes message,
                                        struct mu_heard *heard);

/* Note that a frame of this type was sent (once, not for each of its fragments). A frame this side may not send
 * in this state is our own mistake and stops the process: ask mu_session_may_say where unsure. */
void mu_session_said(struct mu_session *session, uint8_t type);
bool mu_session_may_say(const struct mu_session *session, uint8_t type);

#endif
