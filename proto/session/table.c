#include "proto/session/table.h"

#define AGENT MU_BY_AGENT
#define BROKER MU_BY_BROKER
#define BOTH (MU_BY_AGENT | MU_BY_BROKER)
#define TAKE MU_SESSION_TAKE
#define DROP MU_SESSION_DROP

#define NEW MU_SESSION_NEW
#define GREETING MU_SESSION_GREETING
#define OPEN MU_SESSION_OPEN
#define CLOSED MU_SESSION_CLOSED

/* PROTOCOL §6.2. What is not here is out of turn. A frame may still be on its way when the other end
 * begins anew or takes leave, so those states hear and drop what belonged to the one before. */
static const struct mu_session_row table[MU_SESSION_STATES][MU_FRAME_TYPES] =
    {
        [NEW] =
            {
                [MU_FRAME_HELLO] = {TAKE, AGENT, GREETING},
                [MU_FRAME_BYE] = {TAKE, BOTH, CLOSED},
            },
        [GREETING] =
            {
                [MU_FRAME_HELLO] = {TAKE, AGENT, GREETING},
                [MU_FRAME_WELCOME] = {TAKE, BROKER, OPEN},
                [MU_FRAME_ACCEPTED] = {DROP, BROKER, GREETING},
                [MU_FRAME_REFUSED] = {DROP, BROKER, GREETING},
                [MU_FRAME_DELIVER] = {DROP, BROKER, GREETING},
                [MU_FRAME_PONG] = {DROP, BROKER, GREETING},
                [MU_FRAME_CLOCK] = {DROP, BROKER, GREETING},
                [MU_FRAME_JOIN] = {DROP, BROKER, GREETING},
                [MU_FRAME_BYE] = {TAKE, BOTH, CLOSED},
            },
        [OPEN] =
            {
                [MU_FRAME_HELLO] = {TAKE, AGENT, GREETING},
                [MU_FRAME_WELCOME] = {DROP, BROKER, OPEN}, /* HELLO was said twice */
                [MU_FRAME_SUBMIT] = {TAKE, AGENT, OPEN},
                [MU_FRAME_ACCEPTED] = {TAKE, BROKER, OPEN},
                [MU_FRAME_REFUSED] = {TAKE, BROKER, OPEN},
                [MU_FRAME_FOLLOW] = {TAKE, AGENT, OPEN},
                [MU_FRAME_DELIVER] = {TAKE, BROKER, OPEN},
                [MU_FRAME_CREDIT] = {TAKE, AGENT, OPEN},
                [MU_FRAME_RECEIPT] = {TAKE, AGENT, OPEN},
                [MU_FRAME_PING] = {TAKE, AGENT, OPEN},
                [MU_FRAME_PONG] = {TAKE, BROKER, OPEN},
                [MU_FRAME_CLOCK] = {TAKE, BOTH, OPEN},
                [MU_FRAME_JOIN] = {TAKE, BOTH, OPEN},
                [MU_FRAME_RETURN] = {TAKE, AGENT, OPEN},
                [MU_FRAME_BYE] = {TAKE, BOTH, CLOSED},
            },
        [CLOSED] =
            {
                [MU_FRAME_HELLO] = {TAKE, AGENT, GREETING},
                [MU_FRAME_WELCOME] = {DROP, BROKER, CLOSED},
                [MU_FRAME_SUBMIT] = {DROP, AGENT, CLOSED},
                [MU_FRAME_ACCEPTED] = {DROP, BROKER, CLOSED},
                [MU_FRAME_REFUSED] = {DROP, BROKER, CLOSED},
                [MU_FRAME_FOLLOW] = {DROP, AGENT, CLOSED},
                [MU_FRAME_DELIVER] = {DROP, BROKER, CLOSED},
                [MU_FRAME_CREDIT] = {DROP, AGENT, CLOSED},
                [MU_FRAME_RECEIPT] = {DROP, AGENT, CLOSED},
                [MU_FRAME_PING] = {DROP, AGENT, CLOSED},
                [MU_FRAME_PONG] = {DROP, BROKER, CLOSED},
                [MU_FRAME_CLOCK] = {DROP, BOTH, CLOSED},
                [MU_FRAME_JOIN] = {DROP, BOTH, CLOSED},
                [MU_FRAME_RETURN] = {DROP, AGENT, CLOSED},
                [MU_FRAME_BYE] = {DROP, BOTH, CLOSED},
            },
};

struct mu_session_row mu_session_row(enum mu_session_state state, uint8_t type, enum mu_side side)
{
    static const struct mu_session_row refuse;
    uint8_t by = side == MU_SIDE_AGENT ? AGENT : BROKER;

    MU_CHECK(state < MU_SESSION_STATES);
    if (type >= MU_FRAME_TYPES || (table[state][type].by & by) == 0)
        return refuse;
    return table[state][type];
}
