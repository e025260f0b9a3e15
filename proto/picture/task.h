/* Who is accountable for a task, and since when: the fold of its acts.
 *
 * A task has one holder at every instant. Naming somebody makes him holder when the task is created;
 * after that only his own acceptance does: a referral, sideways or down, and a ruling of the command
 * ask the next one and leave the holder where he is. The clock runs from the creation to the
 * requester's confirmation and is never reset. Acts by those who may not take them are recorded and
 * change nothing here.
 */
#ifndef MU_PICTURE_TASK_H
#define MU_PICTURE_TASK_H

#include "proto/picture/picture.h"

enum mu_task_state {
    MU_TASK_OPEN,      /* the holder has not accepted yet */
    MU_TASK_ACCEPTED,  /* the holder has */
    MU_TASK_DONE,      /* says the holder; the requester has not confirmed */
    MU_TASK_CONFIRMED, /* ended */
    MU_TASK_CANCELLED
};

/* Lent for the life of the picture; filled anew with each act. */
struct mu_task {
    const struct mu_object *object;
    const struct mu_said *made; /* the creation; NULL: acts without one, nothing else holds */
    const struct mu_said *last; /* the last act that changed anything */
    enum mu_task_state state;
    const char *requester;          /* agency, or area path of a village */
    const char *holder;             /* accountable now; NULL: nobody was named */
    const char *asked;              /* named or referred to, has not answered; NULL: nobody */
    const struct mu_said *asked_by; /* the act that asks him */
    int64_t begun_ms;               /* the clock: accepted time of the creation */
    int64_t held_since_ms;          /* by this holder */
    int64_t accept_by_ms;           /* for `asked`; 0: nobody is asked */
    int64_t due_ms;                 /* 0: not stated */
    int64_t done_ms, ended_ms;      /* 0: not yet */
    uint32_t referrals;
    bool cycle; /* referred to one who held it, or asked for it, before */
    bool objected;
};

/* NULL when no such task. */
const struct mu_task *mu_picture_task(const mu_picture *picture, const char *id);
/* The index-th by id; NULL past the end. */
const struct mu_task *mu_picture_task_at(const mu_picture *picture, size_t index);
bool mu_task_is_open(const struct mu_task *task);

/* Who held it at `at_ms`; NULL before it was created, after it ended, and when nobody was named. Walks
 * the task's acts. */
const char *mu_task_holder_at(const mu_picture *picture, const struct mu_task *task, int64_t at_ms);

#endif
