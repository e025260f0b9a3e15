#include "proto/sign/leaf.h"

#include "proto/sign/digest.h"

/* docs/SEALS.md, "Author leaf" and "Log leaf". Each layout starts with the 0x00 of an RFC 9162 leaf
 * and a tag of its own, so that no leaf can be taken for a node, nor one kind for the other. */
#define AUTHOR_BYTES 166u
#define RECORD_BYTES 61u

struct mu_hash mu_author_leaf(const struct mu_author *author)
{
    uint8_t layout[AUTHOR_BYTES];
    struct mu_writer w = mu_writer(layout, sizeof layout);
    struct mu_hash leaf;

    mu_write_u8(&w, 0);
    mu_write_bytes(&w, "MUA1", 4);
    mu_write_hash(&w, &author->origin);
    mu_write_agent(&w, &author->agent);
    mu_write_u64(&w, author->instance);
    mu_write_u8(&w, author->lane);
    mu_write_u64(&w, author->sequence);
    mu_write_hash(&w, &author->previous);
    mu_write_hash(&w, &author->body);
    mu_write_hash(&w, &author->committed);
    MU_CHECK(mu_writer_ok(&w) && w.used == sizeof layout);
    mu_sha256(layout, sizeof layout, &leaf);
    return leaf;
}

struct mu_hash mu_log_leaf(const struct mu_record *record)
{
    uint8_t layout[RECORD_BYTES];
    struct mu_writer w = mu_writer(layout, sizeof layout);
    struct mu_hash leaf;

    mu_write_u8(&w, 0);
    mu_write_bytes(&w, "MUL1", 4);
    mu_write_u32(&w, record->epoch);
    mu_write_u64(&w, record->number);
    mu_write_u64(&w, (uint64_t)record->accepted_at_ms);
    mu_write_u16(&w, record->code);
    mu_write_u16(&w, record->judge_version);
    mu_write_hash(&w, &record->author_leaf);
    MU_CHECK(mu_writer_ok(&w) && w.used == sizeof layout);
    mu_sha256(layout, sizeof layout, &leaf);
    return leaf;
}
