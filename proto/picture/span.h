/* Which of many stretches of time meet one stretch: a treap by start that knows how far each branch
 * reaches. Asking costs the depth of the tree and what is found, however many stand beside it.
 *
 * Stretches are half-open: one that ends at 16:00 and one that starts at 16:00 do not meet.
 */
#ifndef MU_PICTURE_SPAN_H
#define MU_PICTURE_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#define MU_ENDLESS INT64_MAX

/* Lies inside whatever has this stretch; the tree owns nothing. */
struct mu_span {
    int64_t start_ms, end_ms;
    uint64_t order; /* tells equal stretches apart: unique in its tree */
    void *value;
    struct mu_span *early, *late;
    int64_t reach_ms; /* latest end below here */
    uint64_t rank;
};

struct mu_spans {
    struct mu_span *root;
    uint64_t looked; /* spans visited so far: the price of asking, for tests */
};

void mu_spans_add(struct mu_spans *spans, struct mu_span *span);
/* `span` must be in there. */
void mu_spans_remove(struct mu_spans *spans, struct mu_span *span);

/* Calls back for each span that meets [start, end), earliest first, until one returns false. */
void mu_spans_meet(struct mu_spans *spans, int64_t start_ms, int64_t end_ms,
                   bool (*found)(void *user, struct mu_span *span), void *user);

#endif
