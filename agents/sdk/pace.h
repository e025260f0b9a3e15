/* How much may lie on the way in the two slower lanes, so that life safety never waits long behind it.
 *
 * A link that carries 1 KiB a second must not be handed a 64 KiB batch at once. What was sent counts
 * as on its way until a PONG, or an answer, shows that it arrived. Starts small; doubles while marks
 * come back about as fast as they do when nothing is before them, and shrinks to what the link carries
 * in half a second when one waited longer. How long a mark takes with nothing before it is asked again
 * from time to time, so that a far link (a satellite) is not taken for a thin one. Answers come back on
 * the same link: those owed count as well. On a fast link all this is out of the way after ten round
 * trips; a link that rested is not trusted with what it carried before.
 */
#ifndef MU_SDK_PACE_H
#define MU_SDK_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mu_pace {
    uint64_t open;    /* bytes that may be on the way */
    uint64_t sent;    /* bytes so far */
    uint64_t arrived; /* of these, shown to have arrived */
    bool marked;      /* a mark is on the way */
    int64_t mark;     /* what its PONG will echo */
    uint64_t mark_at; /* `sent` when it left */
    uint64_t ahead;   /* bytes on the way before it */
    int64_t mark_ms;  /* machine time when it left */
    int64_t bare_ms;  /* what a mark takes with nothing before it; 0 until known */
    unsigned marks;   /* since that was asked */
    bool draining;    /* ask it now: nothing more leaves until all has arrived */
};

/* A new session: nothing is on the way. What was learnt about the link is kept. */
void mu_pace_begin(struct mu_pace *pace);
/* Nothing came through: begin small, whatever the link carried before. */
void mu_pace_forget(struct mu_pace *pace);
/* Bytes that may be sent now. */
size_t mu_pace_room(const struct mu_pace *pace);
/* Whether one more batch may begin while so many of the slower lanes are not answered. */
bool mu_pace_may_begin(const struct mu_pace *pace, size_t unanswered);
void mu_pace_sent(struct mu_pace *pace, size_t bytes);
/* Nobody was asked yet whether what is on the way arrived, and it is time: send a mark. */
bool mu_pace_wants_mark(const struct mu_pace *pace);
/* A PING left that will be answered with `echo`. */
void mu_pace_marked(struct mu_pace *pace, int64_t echo, int64_t now_ms);
void mu_pace_heard(struct mu_pace *pace, int64_t echo, int64_t now_ms);
/* An answer shows that all up to `sent` arrived. */
void mu_pace_arrived(struct mu_pace *pace, uint64_t sent);

#endif
