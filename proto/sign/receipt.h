/* A receipt: the witness signature of an agency's desk. It says which checkpoint the desk has verified,
 * how far it has looked, and what was delivered to it on the way, after its own commit of all that.
 *
 * What was delivered is said as a count and a running hash over the log leaves handed to the program, so
 * that whoever has the record can tell whether anything was kept from that desk, added or changed.
 * Layout and worked bytes: docs/SEALS.md.
 */
#ifndef MU_SIGN_RECEIPT_H
#define MU_SIGN_RECEIPT_H

#include "proto/sign/seal.h"

#define MU_RECEIPT_BYTES 288u
#define MU_RECEIPT_SIGNED_BYTES 224u

/* What was handed to a program: log leaves in order of number. Zeros before the first. */
struct mu_delivered {
    uint64_t count;
    struct mu_hash running;
};
void mu_delivered_add(struct mu_delivered *delivered, const struct mu_hash *log_leaf);

struct mu_receipt {
    uint8_t algorithm;
    struct mu_agent_id agent;
    struct mu_agent_id key; /* mu_public_id of the signing key */
    struct mu_hash log;
    uint64_t instance;
    struct mu_head head;        /* newest checkpoint verified */
    uint64_t through[MU_LANES]; /* looked through here, per lane; none above head.size */
    struct mu_hash filter;      /* SHA-256 of the filter's text */
    struct mu_delivered delivered;
    int64_t stated_at_ms; /* the desk's log clock, after its commit */
    uint8_t signature[MU_SIGNATURE_BYTES];
};

void mu_receipt_write(struct mu_writer *w, const struct mu_receipt *receipt);
/* Errors: MU_E_MALFORMED for a version, algorithm or padding that cannot be, for instance 0, a through
 * above the checkpoint, and more leaves than were looked at. */
MU_MUST_USE enum mu_err mu_receipt_read(struct mu_reader *r, struct mu_receipt *receipt);
/* Fills algorithm, key and signature. Errors: MU_E_BAD_KEY. */
MU_MUST_USE enum mu_err mu_receipt_sign(struct mu_receipt *receipt, const mu_key *key);
/* Errors: MU_E_BAD_SEAL, also when it names another key than `key`. */
MU_MUST_USE enum mu_err mu_receipt_check(const struct mu_receipt *receipt, const mu_verifier *key);

/* The least of its lanes: everything up to here has been looked at. */
uint64_t mu_receipt_through(const struct mu_receipt *receipt);

#endif
