/* Whether a record is what it claims to be: the auditor's walk, which believes nobody.
 *
 * Feed every batch in order and every checkpoint at its size; ask for the report at the end. Public
 * keys come from the record's own genesis and enrolments, and the genesis leaf is the log id, so an
 * auditor needs that one hash from elsewhere to know that it is the right record.
 *
 * Damage is named once, where it is: by entry where the stored log leaves let it be, by batch where
 * they do not or where the seal itself does not fit, and by the range between two checkpoints where
 * whole batches were rewritten. What follows from it is not damage again, with one exception: seals
 * that need a key whose enrolment is damaged or missing cannot be checked, and are named.
 */
#ifndef MU_AUTHORITY_AUDIT_H
#define MU_AUTHORITY_AUDIT_H

#include "proto/authority/breaks.h"
#include "proto/authority/roster.h"
#include "proto/authority/witness.h"
#include "proto/sign/checkpoint.h"
#include "proto/sign/merkle.h"

#define MU_DAMAGE_MAX 256u

enum mu_damage_kind {
    MU_DAMAGE_MISSING = 1, /* numbers first..last are not there */
    MU_DAMAGE_BYTES,       /* the stored bytes do not lead to the stored leaf, or cannot be read */
    MU_DAMAGE_SEAL,        /* the author's signature does not fit the batch */
    MU_DAMAGE_AUTHOR,      /* the seal names no enrolled key, or another log */
    MU_DAMAGE_CHAIN,       /* the author's own sequence or previous leaf is broken */
    MU_DAMAGE_TIME,        /* accepted time falls */
    MU_DAMAGE_CHECKPOINT,  /* a signed head does not fit the entries below it */
    MU_DAMAGE_CUT,         /* a signed head is larger than the record */
    MU_DAMAGE_PLACE,       /* entries first..last stand behind later ones, or twice */
    MU_DAMAGE_SPLIT,       /* an author or a witness had verified another record than this one */
    MU_DAMAGE_RECEIPT,     /* a receipt in a sheet does not hold */
    MU_DAMAGE_EPOCH,       /* what is said of an epoch, or of what was given back, is not so */
};

/* Neighbours damaged in the same way are one. */
struct mu_damage {
    enum mu_damage_kind kind;
    uint64_t first, last; /* entry numbers, inclusive */
};

struct mu_audit_report {
    struct mu_hash log;
    struct mu_head head; /* of what was walked; without a root where entries are missing */
    uint64_t batches;
    uint64_t refused;       /* final refusals among the entries */
    uint64_t signers;       /* different agents */
    uint64_t checkpoints;   /* that fit */
    uint64_t checkpoint_at; /* size of the last one that fits */
    uint64_t receipts;      /* that hold */
    struct mu_witnessed witnessed;
    const struct mu_breaks *breaks; /* epochs after the first; lent like the report */
    size_t damage_count;            /* may exceed the list */
    struct mu_damage damage[MU_DAMAGE_MAX];
};

struct mu_audit_item {
    uint16_t code;
    bool has_private;
    struct mu_hash committed;
    struct mu_hash leaf;  /* of a refusal, whose body is not kept */
    struct mu_bytes body; /* when accepted */
    struct mu_bytes path; /* of a refusal: the field */
};

struct mu_audit_batch {
    uint32_t epoch;
    uint64_t first_number;
    int64_t accepted_at_ms;
    uint16_t judge_version;
    struct mu_seal seal;
    const struct mu_audit_item *items;   /* seal.count */
    const struct mu_hash *stored_leaves; /* seal.count log leaves as stored, or NULL */
    bool altered; /* its source sees that bytes have changed: named even if no leaf binds them */
};

typedef struct mu_audit mu_audit;

MU_MUST_USE enum mu_err mu_audit_new(mu_audit **out);
void mu_audit_free(mu_audit **audit);

/* Called by mu_audit_batch for every entry, in order, that stands: its leaf is the stored one, its
 * author is enrolled and sealed it. `event` is NULL; all is lent for the call. */
typedef enum mu_err mu_audit_entry_fn(void *user, const struct mu_entry *entry);
void mu_audit_tell(mu_audit *audit, mu_audit_entry_fn *tell, void *user);

/* `seal.count` is 1..MU_BATCH_EVENTS_MAX, as mu_seal_read sees to.
 * Errors: MU_E_NO_MEMORY, and what `tell` answers; damage goes to the report. */
MU_MUST_USE enum mu_err mu_audit_batch(mu_audit *audit, const struct mu_audit_batch *batch);
/* Entries that cannot be read, or are not there. */
struct mu_audit_hole {
    enum mu_damage_kind kind; /* BYTES or MISSING */
    uint64_t first, last;     /* from mu_audit_next on: what the walk goes past */
    uint64_t blame_first;     /* the part of it to blame, to blame_last; 0: all of it */
    uint64_t blame_last;
    const struct mu_hash *leaves; /* as stored, last - first + 1 of them; NULL: the tree is lost */
};
void mu_audit_hole(mu_audit *audit, const struct mu_audit_hole *hole);
/* A checkpoint row said to be of `size`; give it once the walk has reached that size or ended. */
void mu_audit_checkpoint(mu_audit *audit, uint64_t size, struct mu_bytes note);
/* The record ends before it should: `size` is what it claims to have, or 0 when even that is lost. */
void mu_audit_cut(mu_audit *audit, uint64_t size);
/* Next number expected. */
uint64_t mu_audit_next(const mu_audit *audit);
/* Lends until the next call. */
const struct mu_audit_report *mu_audit_report(mu_audit *audit);
const mu_roster *mu_audit_roster(const mu_audit *audit);

#endif
