/* How much may lie on the way in the two slower lanes, so that life safety never waits long behind it.
 *
 * A link that carries 1 KiB a second must not be handed a 64 KiB batch at once. What was sent counts
 * as on its way until a PONG, or an answer, shows that it arrived. Starts small; doubles each time a
 * mark comes back within a quarter of a second, shrinks to what the link carries in about a second
 * when one takes longer. On a fast link it is out of the way after ten round trips.
 */
#ifndef MU_SDK_PACE_H
#define MU_SDK_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mu_pace {
    bool thin;        /* a mark took two seconds, and the way did not grow wide since */
    uint64_t open;    /* bytes that may be on the way */
    uint64_t sent;    /* bytes so far */
    uint64_t arrived; /* of these, shown to have arrived */
    bool marked;      /* a mark is on the way */
    int64_t mark;     /* what its PONG will echo */
    uint64_t mark_at; /* `sent` when it left */
    int64_t mark_ms;  /* machine time when it left */
};

/* A new session: nothing is on the way. What was learnt about the link is kept. */
void mu_pace_begin(struct mu_pace *pace);
/* Bytes that may be sent now. */
size_t mu_pace_room(const struct mu_pace *pace);
void mu_pace_sent(struct mu_pace *pace, size_t bytes);
/* Nothing more may be sent and nobody was asked yet whether it arrived: send a mark. */
bool mu_pace_wants_mark(const struct mu_pace *pace);
/* A PING left that will be answered with `echo`. */
void mu_pace_marked(struct mu_pace *pace, int64_t echo, int64_t now_ms);
void mu_pace_heard(struct mu_pace *pace, int64_t echo, int64_t now_ms);
/* An answer shows that all up to `sent` arrived. */
void mu_pace_arrived(struct mu_pace *pace, uint64_t sent);

#endif
