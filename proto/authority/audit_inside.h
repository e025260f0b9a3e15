/* Inside the audit: what its files share. Nobody else includes this. */
#ifndef MU_AUTHORITY_AUDIT_INSIDE_H
#define MU_AUTHORITY_AUDIT_INSIDE_H

#include "proto/authority/audit.h"
#include "proto/authority/lanes.h"
#include "proto/authority/trunk.h"

struct mu_audit {
    mu_roster *roster;
    struct mu_trunk trunk;
    struct mu_lanes lanes;
    struct mu_breaks breaks;
    struct mu_witnesses witnesses;
    int64_t last_accepted_ms;
    bool gaps; /* something before here is missing, so a lane may go on from what is not seen */
    struct mu_agent_id *signers;
    size_t signer_count;
    mu_verifier *log_key;
    struct mu_public log_public;
    mu_audit_entry_fn *tell;
    void *user;
    struct mu_hash *leaves; /* MU_BATCH_EVENTS_MAX: the batch's author leaves */
    uint64_t blames;        /* damage found so far, neighbours counted apart */
    struct mu_audit_report report;
};

/* A batch on its walk. */
struct mu_audit_step {
    const struct mu_audit_batch *batch;
    uint64_t first, last;
    const struct mu_hash *leaves; /* author leaves, computed along the chain */
    uint32_t bad;                 /* index of the first stored leaf that differs; count: none */
    bool in_place;                /* begins where the one before ended */
    bool rooted;                  /* `before` is the root of what stands in front of it */
    struct mu_hash before;
    bool known, sealed, proven;
};

void mu_audit_blame(mu_audit *audit, enum mu_damage_kind kind, uint64_t first, uint64_t last);
/* What was missing stands further behind: then it is not missing, but out of place. */
void mu_audit_blame_place(mu_audit *audit, uint64_t first, uint64_t last);
/* The record ends before the `size` that was signed for. */
void mu_audit_blame_cut(mu_audit *audit, uint64_t size);
/* A batch comes after all: then nothing was cut off, but entries are missing before it, or a checkpoint
 * stood too early. */
void mu_audit_take_back_cut(mu_audit *audit, uint64_t comes);

/* Entry 1 brings the keys that its own seal is checked with; its leaf is the log id. */
MU_MUST_USE enum mu_err mu_audit_take_genesis(mu_audit *audit, const struct mu_audit_step *step);
/* A genesis that is not proven proves nothing after it: there is no log id and no log key. */
void mu_audit_judge_genesis(mu_audit *audit, const struct mu_audit_step *step);
/* The root in front of a batch of the broker's, which may begin an epoch. */
void mu_audit_note_before(mu_audit *audit, struct mu_audit_step *step);
/* An epoch begins with the entry that says so. `clean`: nothing else is wrong with the batch;
 * `returned`: it was announced as given back. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_audit_judge_epoch(mu_audit *audit, const struct mu_audit_step *step,
                                             bool clean, bool *returned);
/* What a proven batch says takes effect after it, except for genesis. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_audit_take_words(mu_audit *audit, const struct mu_audit_step *step);

#endif
