/* A county whose record is lost and put back: a real musterd with a stepped clock, an admin, two who speak and one
 * who reads everything. What was said and where it should be now is noted, so that a story can ask for it.
 *
 * One at a time: `ruin_make` and `ruin_drop` are the setup and teardown of each story.
 */
#ifndef MU_HELP_RUIN_H
#define MU_HELP_RUIN_H

#include "tests/help/seat.h"
#include "tests/help/served.h"

#define RUIN_SAID_MAX 400u

struct ruin {
    struct served county;
    struct help_seat admin, em, water, reader;
    struct mu_kept said[RUIN_SAID_MAX];
    size_t said_count;
    uint32_t epoch;     /* as everybody should come to know */
    char report[16384]; /* what muster-replay verify said last */
};

extern struct ruin ruin;

int ruin_make(void **state);
int ruin_drop(void **state);
/* A further agent of that agency, enrolled, not opened. */
void ruin_enrol(struct help_seat *seat, const char *agency, char *role);

/* For help_until: the seat has an answer to all it said; knows the epoch. */
bool ruin_settled(void *seat);
bool ruin_knows_epoch(void *seat);
/* Until nothing waits, and everybody knows which epoch it is and the reader has all of it. */
void ruin_until_at_rest(void);
/* EM and WATER in turn, a third of it life safety, and everybody has it. */
void ruin_say(size_t count);

/* A backup under this name, beside the record. */
void ruin_back_up(const char *name);
/* The disk burns; what is left is the backup. */
void ruin_burn(void);
void ruin_restore(const char *name);
/* muster-replay verify; its exit status must be that. */
void ruin_verify(int wanted);
/* It holds, and its report has this in it. */
void ruin_verify_says(const char *what);
/* How many epochs begin in the last report. */
size_t ruin_openings(void);

size_t ruin_times_read(const struct mu_hash *leaf);
/* Numbers without a gap, and the author's sequences in order; `gaps` where one may be missing. */
void ruin_check_order(bool gaps);
/* Those from `first` on up to `last` (0: none) are gone for good, all others are there once. */
void ruin_check_said(size_t first, size_t last);
/* The last answer everybody had names the place where it stands now. */
void ruin_check_answers(const struct help_seat *seat);
/* The reader begins from nothing. */
void ruin_read_anew(void);

#endif
