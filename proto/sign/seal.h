/* Seals and batches: one signature over what one spool commit holds for one lane.
 *
 * A batch on the wire and in the spool is a seal (MU_SEAL_BYTES, fixed layout) and its events, each
 * u8 flags (bit 0: private commitment follows), [32 bytes], u32 length, body. Layout and worked
 * bytes: docs/SEALS.md.
 */
#ifndef MU_SIGN_SEAL_H
#define MU_SIGN_SEAL_H

#include "proto/base/limits.h"
#include "proto/sign/key.h"
#include "proto/sign/leaf.h"

#define MU_SEAL_BYTES 260u
#define MU_SEAL_SIGNED_BYTES 196u

/* A view of the record: how many entries, and the tree root over them. */
struct mu_head {
    uint32_t epoch;
    uint64_t size;
    struct mu_hash root;
};

struct mu_seal {
    uint8_t algorithm;
    uint8_t lane;
    uint32_t count;
    struct mu_agent_id agent;
    struct mu_agent_id key; /* mu_public_id of the signing key; the agent's first key at first */
    struct mu_hash origin;
    uint64_t instance;
    uint64_t first_sequence;
    struct mu_hash previous; /* author leaf before first_sequence */
    struct mu_hash root;     /* tree over the author leaves */
    struct mu_head seen;     /* newest checkpoint the author had verified; zeros at first */
    uint8_t signature[MU_SIGNATURE_BYTES];
};

void mu_seal_write(struct mu_writer *w, const struct mu_seal *seal);
/* Errors: MU_E_MALFORMED for a version, algorithm, lane, count or padding that cannot be, for
 * instance 0 and for sequences outside 1..2^64-1; MU_E_TOO_MANY. */
MU_MUST_USE enum mu_err mu_seal_read(struct mu_reader *r, struct mu_seal *seal);
/* Fills seal->algorithm, seal->key and seal->signature. Errors: MU_E_BAD_KEY. */
MU_MUST_USE enum mu_err mu_seal_sign(struct mu_seal *seal, const mu_key *key);
/* Errors: MU_E_BAD_SEAL, also when the seal names another key than `key`. */
MU_MUST_USE enum mu_err mu_seal_check(const struct mu_seal *seal, const mu_verifier *key);

/* One event as it lies in a batch; bytes are lent by the batch. */
struct mu_item {
    struct mu_bytes body;
    bool has_private;
    struct mu_hash committed;
    struct mu_hash leaf; /* filled by mu_batch_leaves */
};

struct mu_batch {
    struct mu_seal seal;
    struct mu_bytes seal_bytes; /* the MU_SEAL_BYTES as received */
    struct mu_item *items;      /* seal.count of them, in the caller's array */
};

/* Read a batch into `items` (room for MU_BATCH_EVENTS_MAX). Checks sizes only, no hash, no
 * signature. Errors: MU_E_MALFORMED, MU_E_TOO_MANY, MU_E_TOO_LARGE (an event above
 * MU_EVENT_BYTES_MAX, or several events in more than MU_BATCH_BYTES_MAX). */
MU_MUST_USE enum mu_err mu_batch_read(struct mu_bytes bytes, struct mu_item *items,
                                      struct mu_batch *out);
/* Compute every item's author leaf along the chain. */
void mu_batch_leaves(struct mu_batch *batch);
/* Leaves, root and signature. Errors: MU_E_BAD_SEAL. */
MU_MUST_USE enum mu_err mu_batch_check(struct mu_batch *batch, const mu_verifier *key);

/* Bytes the batch of these bodies takes, seal included; none carries a private commitment. */
size_t mu_batch_size(const struct mu_bytes *bodies, size_t count);

/* Writes seal and events for `bodies`: fills seal->algorithm, count, root, key, signature from the
 * rest of `seal`, which the caller has set. `last_leaf` gets the leaf of the last event.
 * Errors: MU_E_TOO_MANY, MU_E_TOO_LARGE as mu_batch_read would say; MU_E_MALFORMED for a seal it
 * would not read; MU_E_LIMIT when `w` has no room; MU_E_BAD_KEY. */
MU_MUST_USE enum mu_err mu_batch_write(struct mu_writer *w, struct mu_seal *seal,
                                       const struct mu_bytes *bodies, size_t count,
                                       const mu_key *key, struct mu_hash *last_leaf);
/* The same with a private commitment per event; the event has none where it is none. */
MU_MUST_USE enum mu_err mu_batch_write_committed(struct mu_writer *w, struct mu_seal *seal,
                                                 const struct mu_bytes *bodies,
                                                 const struct mu_hash *committed, size_t count,
                                                 const mu_key *key, struct mu_hash *last_leaf);

#endif
