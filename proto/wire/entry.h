/* One entry of the record as every reader of it sees it: the fold's input. */
#ifndef MU_WIRE_ENTRY_H
#define MU_WIRE_ENTRY_H

#include "proto/base/bytes.h"
#include "proto/base/id.h"
#include "proto/schema/event.pb-c.h"

struct mu_entry {
    uint32_t epoch;
    uint64_t number;        /* gap-free from 1 */
    int64_t accepted_at_ms; /* log clock, never falls */
    uint16_t code;          /* 0 accepted; else a final refusal, and body is empty */
    uint16_t judge_version;
    struct mu_agent_id agent;
    uint64_t instance;
    uint8_t lane;
    uint64_t sequence;
    struct mu_hash leaf;        /* author leaf: the event's identity */
    struct mu_bytes body;       /* as received; lent by whoever hands the entry out */
    const char *path;           /* of a refusal: the field refused; "" otherwise */
    const Muster__Event *event; /* body unpacked, or NULL; lent like body */
};

#endif
