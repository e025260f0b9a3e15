/* What has been published about clashes, and what people decided: the fold of findings.
 *
 * A finding whose premises changed between the entry it was judged through and its own number is
 * void: recorded, but no card. A finding told twice counts once.
 */
#ifndef MU_PICTURE_CARD_H
#define MU_PICTURE_CARD_H

#include "proto/picture/picture.h"

/* The latest word on one cause for one decider. Findings that are no card (clearance, what is owed)
 * have one too, with finding.card_id absent. */
struct mu_card {
    const char *key;            /* agency, role and cause: mu_card_key */
    const struct mu_said *said; /* the last finding that counts */
    const Muster__Finding *finding;
    struct mu_hash core; /* of that finding: mu_finding_core */
    bool open;
    uint32_t raisings;
    uint32_t told;          /* findings that count: the version of the next is one more */
    uint64_t raised_number; /* of the first finding of this raising */
    uint32_t voided;        /* findings that came too late to count */
};

const struct mu_card *mu_picture_card(const mu_picture *picture, const char *key);
/* By key; NULL past the end. */
const struct mu_card *mu_picture_card_at(const mu_picture *picture, size_t index);
/* The card of that id, "C04:LV-01" or any other finding's "RULE:subject"; NULL when not published. */
const struct mu_card *mu_picture_card_named(const mu_picture *picture, const char *name);

/* The last decision of `agency` on a card: by its id, or by rule and subject. NULL when it made none. */
const struct mu_said *mu_picture_decision(const mu_picture *picture, const struct mu_hash *card_id,
                                          const char *rule_subject, const char *agency);

/* "agency|role|cause" into `out` (cut when too long). */
void mu_card_key(struct mu_text *out, const char *agency, const char *role, const char *cause);
/* H(role, cause): the card's id. */
void mu_card_id(const char *role, const char *cause, struct mu_hash *out);
/* "C04" of RULE_C04, "CLEARANCE" of RULE_CLEARANCE. Static. */
const char *mu_rule_name(Muster__Rule rule);

/* Digest of what a finding says, leaving out how it came about and was told: causes, id, state,
 * counts, the place it was judged at and when it asks to be woken. Two findings with one core need not both be told.
 * Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_finding_core(const Muster__Finding *finding, struct mu_hash *out);

#endif
