/* What was on an agency's machine, and since when: its desks' receipts, laid over the record.
 *
 * An entry was on the machine when a receipt of one of its desks had looked through its number, that desk's
 * filter wanted it and its agency might read it. It was there from the time the first such receipt was
 * stated, and no sooner as far as anybody can tell: what a receipt does not say is not claimed.
 */
#ifndef MU_AUTHORITY_KNOWN_H
#define MU_AUTHORITY_KNOWN_H

#include "proto/authority/witness.h"
#include "proto/topic/filter.h"

/* One receipt as recorded. */
struct mu_known_receipt {
    struct mu_receipt receipt;
    int64_t at_ms;   /* stated, but no later than its sheet was accepted */
    uint64_t number; /* of the sheet */
};

/* Those of one desk, one spool, one filter, one epoch, in order. */
struct mu_known_chain {
    struct mu_known_receipt *receipts;
    size_t count, room;
    struct mu_filter filter;
    /* counted along by mu_known_count */
    struct mu_delivered delivered;
    size_t compared;
    bool differs; /* what the record would have given it is not what it says it was given */
};

struct mu_known {
    const char *agency;
    struct mu_known_chain **chains;
    size_t count;
};

/* Take the receipts of this agency out of a sheet; other entries pass by. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_known_take(struct mu_known *known, const mu_roster *roster,
                                      const struct mu_entry *entry);
/* Since when this entry was on the machine; NULL: no receipt says so. Lent until freed. */
const struct mu_known_receipt *mu_known_since(const struct mu_known *known, const mu_roster *roster,
                                              const struct mu_entry *entry);
/* The newest receipt stated by then; NULL: none. */
const struct mu_known_receipt *mu_known_newest(const struct mu_known *known, int64_t at_ms);
/* A second walk: count each entry as the desks say they counted it. */
void mu_known_count(struct mu_known *known, const mu_roster *roster, const struct mu_entry *entry);
/* After the last: whether every receipt's count and running hash agree. */
bool mu_known_agrees(struct mu_known *known);
void mu_known_free(struct mu_known *known);

#endif
