/* Inside asknown: what the walks found, for the two that print it. */
#ifndef MU_REPLAY_ASKNOWN_INSIDE_H
#define MU_REPLAY_ASKNOWN_INSIDE_H

#include "proto/authority/known.h"
#include "proto/picture/told.h"
#include "replay/whole.h"

/* One statement that was not there, or was late. */
struct line {
    struct mu_hash leaf;
    uint64_t number;
    int64_t accepted_ms;
    int64_t since_ms; /* INT64_MAX: never, as far as receipts say */
    uint32_t kind, version;
    char object[MU_NAME_BYTES_MAX];
    char agency[MU_NAME_BYTES_MAX];
};

struct lines {
    struct line *line;
    size_t count;
};

struct view {
    const struct mu_verify_options *options;
    FILE *out;
    struct mu_known known;
    struct mu_whole whole; /* the record, all of it */
    struct mu_whole held;  /* what was on the machine */
    int64_t until_ms;
    uint64_t recorded, count; /* by then: entries in the record, on the machine */
    struct lines late, missing;
};

/* As of when: the time asked for, or the end. */
int64_t mu_view_as_of_ms(const struct view *view);
/* What a person was told of it by telephone, by then; false: nothing. */
bool mu_view_second_hand(const struct view *view, const struct line *line,
                         struct mu_told_step *out);

MU_MUST_USE enum mu_err mu_view_jot(struct view *view);
MU_MUST_USE enum mu_err mu_receipts_jot(struct view *view);

#endif
