/* How much the broker may have on its way to us, so that an answer never waits long behind a backlog.
 *
 * The broker sends no more than we gave it credit for; so this end sets the pace, from what it sees
 * arrive. About what the link carries in half a second, and in a round trip besides. Only a stretch in
 * which the broker had more to send than it was allowed says how much that is: a quiet record says
 * nothing about the link.
 */
#ifndef MU_SDK_INTAKE_H
#define MU_SDK_INTAKE_H

#include <stdint.h>

struct mu_intake {
    uint32_t window;  /* bytes one follow may have on its way */
    uint64_t heard;   /* bytes since `since_ms` */
    int64_t since_ms; /* machine time of the message this stretch began with; 0: none */
};

/* A new session over a link of which something may be known. */
void mu_intake_begin(struct mu_intake *intake);
/* Nothing came through: begin small. */
void mu_intake_forget(struct mu_intake *intake);
/* So many bytes of deliveries arrived. bare_ms: what a round trip takes. */
void mu_intake_heard(struct mu_intake *intake, uint64_t bytes, int64_t now_ms, int64_t bare_ms);
/* There is no more for us at present. */
void mu_intake_rest(struct mu_intake *intake);
/* The credit to give to a follow that may have `window` bytes on its way and may still be sent `out`; 0:
 * it has enough. */
uint32_t mu_intake_credit(uint32_t window, int64_t out);

#endif
