/* An order and who has to answer it: what completeness and lateness both look at. */
#ifndef MU_RULES_ORDER_H
#define MU_RULES_ORDER_H

#include "proto/picture/task.h"
#include "proto/picture/told.h"
#include "proto/rules/judge.h"

#define MU_ORDER_AGENCIES_MAX 64u

struct mu_order {
    const struct mu_said *said; /* version in force; of a task, the act that asks */
    const struct mu_task *task; /* NULL: not a task */
    struct mu_told_to to[MU_ORDER_AGENCIES_MAX];
    struct mu_told told[MU_ORDER_AGENCIES_MAX];
    /* Where the record does not hold any more what was said of it before: that finding's word. */
    const Muster__ToldState *before[MU_ORDER_AGENCIES_MAX];
    size_t count, known;
    bool critical;
    int64_t due_ms;  /* the limit */
    int64_t mark_ms; /* when the limit is judged */
};

/* Fills `order` for the cause being judged. False: nobody is asked for anything (any more). */
bool mu_order_look(struct mu_judgement *judgement, struct mu_order *order);
/* Fills in, from what was published of this order, who had been told by words that a restored record has not got
 * back, or by receipts that do not come back. */
void mu_order_remember(const struct mu_judgement *judgement, struct mu_order *order);
/* The states of all addressees, or only of those who have not answered, into the draft. */
void mu_order_told(struct mu_judgement *judgement, struct mu_draft *draft,
                   const struct mu_order *order, bool missing_only);
/* "HC, SH": those who have not answered. */
char *mu_order_missing(struct mu_judgement *judgement, const struct mu_order *order);

#endif
