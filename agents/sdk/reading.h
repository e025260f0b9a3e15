/* Walking what a follow delivers: shared by the program's follow and the roster's. */
#ifndef MU_SDK_READING_H
#define MU_SDK_READING_H

#include "agents/sdk/agent_inside.h"

/* A DELIVER being read. */
struct mu_frame {
    struct mu_agent *agent;
    struct mu_follower *follower;
    const struct mu_deliver *deliver;
    size_t size;              /* of the frame: what goes back as credit */
    struct mu_hashed *hashed; /* its slices from `next` on */
    size_t count;
    bool wait;    /* an author the roster does not know yet */
    bool stopped; /* the program ended the turn, or follows something else now */
};

/* Read one frame of the program's follow; `agent`, `follower`, `deliver` and `size` are set. frame->wait
 * afterwards: come again with it when the roster knows more. Errors: MU_E_PROOF, MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_frame_read(struct mu_frame *frame);

/* ---- split.c: of a follow of everything from 1 ----------------------------------------------- */
/* Note what the record is here; it must be what we verified before. Errors: MU_E_PROOF. */
MU_MUST_USE enum mu_err mu_split_root(struct mu_frame *frame, const struct mu_edge *edge);
/* Hold what the author of this slice had seen against the record; tell the program of another. */
void mu_split_look(struct mu_frame *frame, const struct mu_hashed *hashed);

/* A follow of everything that begins no later than the roster stands carries the roster along. */
bool mu_reading_carries_roster(const struct mu_reading *reading);

/* The program's follows: one, or one for each lane. NULL behind the last. */
struct mu_follower *mu_reading_wanted(struct mu_reading *reading, size_t index);

/* Room for every leaf and slice of this frame. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_reading_make_room(struct mu_reading *reading,
                                             const struct mu_deliver *deliver);

/* Item `index` of a hashed slice as an entry; event NULL, path lent from `path`. */
void mu_reading_entry(const struct mu_deliver *deliver, const struct mu_hashed *hashed,
                      uint32_t index, const struct mu_slice_item *item,
                      char path[MU_PATH_BYTES_MAX], struct mu_entry *entry);
uint64_t mu_hashed_end(const struct mu_hashed *hashed); /* number after its last */

/* ---- roles.c: the roster's own follow -------------------------------------------------------- */
/* The filter that wants what changes the roster. */
void mu_roles_filter(char text[MU_FILTER_TEXT_MAX]);
/* An empty roster, to be folded from the first entry. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_roles_begin_anew(struct mu_reading *reading);
MU_MUST_USE enum mu_err mu_roles_take(struct mu_agent *agent, const struct mu_deliver *deliver);
/* Fold the roster entries of a verified slice that were not folded before.
 * Errors: MU_E_NO_MEMORY, MU_E_PROOF. */
MU_MUST_USE enum mu_err mu_roles_fold(struct mu_agent *agent, const struct mu_deliver *deliver,
                                      const struct mu_hashed *hashed);

#endif
