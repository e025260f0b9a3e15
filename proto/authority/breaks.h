/* The breaks of a record, as an audit walks along: where a new epoch begins, what others held of the one
 * before, and what was given back since.
 *
 * A record restored from a backup continues in a new epoch; the entry that begins it names the head it
 * continues from, and (there, or in a later entry of the same epoch) the largest head others proved to
 * hold. Each batch given back is preceded by an entry that says where it stood.
 */
#ifndef MU_AUTHORITY_BREAKS_H
#define MU_AUTHORITY_BREAKS_H

#include "proto/base/err.h"
#include "proto/schema/event.pb-c.h"
#include "proto/sign/seal.h"

#define MU_BREAKS_MAX 64u

struct mu_break {
    uint32_t epoch;         /* the new one */
    uint32_t old_epoch;     /* the one it continues */
    uint64_t first;         /* the number it begins with */
    uint64_t kept;          /* entries of the old epoch that are here */
    uint32_t foreign_epoch; /* the largest head others proved; 0: nobody did */
    uint64_t foreign_size;
    uint64_t returned; /* entries given back */
};

struct mu_returned {
    uint32_t epoch;
    uint64_t first, last; /* numbers they had in it */
};

struct mu_breaks {
    uint32_t epoch; /* of the entries walked now */
    size_t count;
    struct mu_break at[MU_BREAKS_MAX];
    struct mu_returned *returned; /* by epoch and number, neighbours joined */
    size_t returned_count, returned_room;
    uint64_t expected; /* the next batch was accepted before: it begins here; 0: none is expected */
    struct mu_hash expected_leaf;
};

/* One entry of the broker that speaks of epochs, recorded as `number` in `epoch`; `before` is the root
 * of all entries in front of it, NULL when that is lost. *fits: it says what is so.
 * Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_breaks_take(struct mu_breaks *breaks, const Muster__Epoch *said,
                                       uint32_t epoch, uint64_t number,
                                       const struct mu_hash *before, bool *fits);
/* Whether the batch that begins with `first` and ends with this leaf is the one announced as given back.
 * Asked of every batch, once. */
enum mu_announced { MU_NOT_ANNOUNCED, MU_ANNOUNCED, MU_ANNOUNCED_OTHER };
enum mu_announced mu_breaks_ask(struct mu_breaks *breaks, uint64_t first,
                                const struct mu_hash *last_leaf);

/* Numbers of the epoch before that were neither kept nor given back, from *first on: the next stretch.
 * False: there are no more. */
bool mu_breaks_lost(const struct mu_breaks *breaks, const struct mu_break *at, uint64_t *first,
                    uint64_t *last);
void mu_breaks_free(struct mu_breaks *breaks);

#endif
