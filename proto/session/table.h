/* The table of state and frame. Only for proto/session and its test. */
#ifndef MU_SESSION_TABLE_H
#define MU_SESSION_TABLE_H

#include "proto/session/session.h"

#define MU_BY_AGENT 1u
#define MU_BY_BROKER 2u

enum mu_session_act {
    MU_SESSION_REFUSE, /* does not belong here: OUT_OF_TURN */
    MU_SESSION_TAKE,
    MU_SESSION_DROP, /* left over from a conversation before: heard and forgotten */
};

struct mu_session_row {
    enum mu_session_act act;
    uint8_t by; /* who may say it: MU_BY_ bits */
    enum mu_session_state next;
};

/* The row for a frame of `type` said by `side` in `state`. */
struct mu_session_row mu_session_row(enum mu_session_state state, uint8_t type, enum mu_side side);

#endif
