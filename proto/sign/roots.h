/* What a growing record was: its root at the sizes where it could have been signed, which are the ends of
 * its batches. With it whoever walks a record can tell whether what somebody verified is a beginning of
 * it. */
#ifndef MU_SIGN_ROOTS_H
#define MU_SIGN_ROOTS_H

#include "proto/sign/seal.h"

struct mu_roots {
    struct mu_head *heads; /* rising in size, never falling in epoch */
    size_t count, room;
    size_t max; /* 0: all are kept; else about the newest so many */
};

enum mu_past {
    MU_PAST_UNKNOWN, /* nothing is kept of that epoch or that far back */
    MU_PAST_FITS,    /* the record was that */
    MU_PAST_OTHER,   /* it was another, or never that */
};

/* The next one. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_roots_add(struct mu_roots *roots, const struct mu_head *head);
/* Forget those above `size`. */
void mu_roots_cut(struct mu_roots *roots, uint64_t size);
/* Index of the first that is not below `size`; count when all are. */
size_t mu_roots_at(const struct mu_roots *roots, uint64_t size);
/* How `head` stands to the record as it was before entry `before`. An empty head fits. */
enum mu_past mu_roots_ask(const struct mu_roots *roots, const struct mu_head *head,
                          uint64_t before);
void mu_roots_free(struct mu_roots *roots);

#endif
