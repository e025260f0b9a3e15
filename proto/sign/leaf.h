/* The two leaves: what an author said, and what the record holds of it.
 *
 * Both are RFC 9162 leaf hashes (SHA-256 of 0x00 and a fixed layout), so that a seal's tree and the
 * log's tree are ordinary Merkle trees over them. Layouts: docs/SEALS.md.
 */
#ifndef MU_SIGN_LEAF_H
#define MU_SIGN_LEAF_H

#include "proto/base/bytes.h"
#include "proto/base/id.h"
#include "proto/wire/entry.h"

/* What an author leaf binds. There is no other event id. */
struct mu_author {
    struct mu_hash origin; /* log id the event was sealed for; none in genesis itself */
    struct mu_agent_id agent;
    uint64_t instance;
    uint8_t lane;
    uint64_t sequence;        /* counts from 1 per (agent, instance, lane) */
    struct mu_hash previous;  /* author leaf of sequence-1; none for the first */
    struct mu_hash body;      /* SHA-256 of the body bytes */
    struct mu_hash committed; /* H(salt, private part); none when there is none */
};
struct mu_hash mu_author_leaf(const struct mu_author *author);

/* What a log leaf binds. */
struct mu_record {
    uint32_t epoch;
    uint64_t number;
    int64_t accepted_at_ms;
    uint16_t code; /* 0 accepted, else the final refusal's number */
    uint16_t judge_version;
    struct mu_hash author_leaf;
};
struct mu_hash mu_log_leaf(const struct mu_record *record);
/* Of an entry as readers of the record have it. */
struct mu_hash mu_entry_log_leaf(const struct mu_entry *entry);

#endif
