/* What witnesses have signed of a record, held against the record: an auditor's part, and the readers'.
 *
 * Roots and running hashes are kept at the ends of batches as the walk goes along; a receipt in a sheet, and
 * what the author of an entry had seen, are about one of these.
 */
#ifndef MU_AUTHORITY_WITNESS_H
#define MU_AUTHORITY_WITNESS_H

#include "proto/authority/roster.h"
#include "proto/sign/merkle.h"
#include "proto/sign/receipt.h"
#include "proto/sign/roots.h"

/* The receipt that lies in a sheet, as it was signed. Errors: MU_E_MALFORMED when it cannot have been. */
MU_MUST_USE enum mu_err mu_receipt_from(const Muster__Receipt *said, const struct mu_hash *log,
                                        struct mu_receipt *out);

/* The same, and whether it is the signature of a desk of the agency it names. Errors: MU_E_PROOF. */
MU_MUST_USE enum mu_err mu_receipt_of_desk(const mu_roster *roster, const Muster__Receipt *said,
                                           struct mu_receipt *out);

/* What a receipt in a sheet is worth, as far as the roster tells. */
enum mu_receipt_fault {
    MU_RECEIPT_HOLDS,
    MU_RECEIPT_WRONG, /* unreadable, of no desk or another agency, its filter or signature does not fit */
    MU_RECEIPT_FALLS, /* states less than an earlier one of the same desk, or before it */
    MU_RECEIPT_OTHER, /* what was handed to that desk is not what the record holds */
    MU_RECEIPT_SPLIT, /* the checkpoint is not of this record */
};

/* Newest of one desk, one spool, one filter, one epoch. */
struct mu_chain {
    struct mu_receipt last;
    char agency[MU_NAME_BYTES_MAX];
};

struct mu_witnesses {
    struct mu_roots roots;
    struct mu_hash *running; /* beside roots.heads: over all log leaves up to there */
    size_t running_room;
    struct mu_delivered all;
    struct mu_chain *chains;
    size_t chain_count, chain_room;
    uint64_t receipts; /* that hold */
};

/* The record has grown to this; its log leaves were added to `all`. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_witnesses_grow(struct mu_witnesses *w, uint32_t epoch,
                                          const struct mu_edge *edge);
/* Judge one receipt of the sheet numbered `number`. `whole`: nothing before it is damaged. Errors:
 * MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_witnesses_judge(struct mu_witnesses *w, const mu_roster *roster,
                                           const Muster__Receipt *said, uint64_t number, bool whole,
                                           enum mu_receipt_fault *fault);
void mu_witnesses_free(struct mu_witnesses *w);

/* "Witnessed through N by k agencies": the largest size that more than half of the agencies which have ever
 * stated anything have verified, and how many have. Zeros when none has. */
struct mu_witnessed {
    uint64_t through;
    size_t agencies, of;
};
struct mu_witnessed mu_witnessed(const struct mu_witnesses *w);

#endif
