/* docs/SEALS.md, "Author leaf" and "Log leaf". Each layout starts with the 0x00 of an RFC 9162 leaf and
 * a tag of its own, so that no leaf can be taken for a node, nor one kind for the other.
 *
 * An audit makes millions of these a second, so the layout is filled in place, without a cursor that
 * asks at every field whether there is room: there always is, and the end is checked once. */
#include "proto/sign/leaf.h"

#include <string.h>

#include "proto/sign/digest.h"

#define AUTHOR_BYTES 166u
#define RECORD_BYTES 61u

static inline uint8_t *put(uint8_t *at, const void *data, size_t size)
{
    memcpy(at, data, size);
    return at + size;
}

static inline uint8_t *put_uint(uint8_t *at, uint64_t v, unsigned size)
{
    for (unsigned i = size; i-- > 0; v >>= 8)
        at[i] = (uint8_t)v;
    return at + size;
}

struct mu_hash mu_author_leaf(const struct mu_author *author)
{
    uint8_t layout[AUTHOR_BYTES], *at = layout;
    struct mu_hash leaf;

    at = put(at, "\0MUA1", 5);
    at = put(at, author->origin.b, 32);
    at = put(at, author->agent.b, 16);
    at = put_uint(at, author->instance, 8);
    at = put_uint(at, author->lane, 1);
    at = put_uint(at, author->sequence, 8);
    at = put(at, author->previous.b, 32);
    at = put(at, author->body.b, 32);
    at = put(at, author->committed.b, 32);
    MU_CHECK(at == layout + sizeof layout);
    mu_sha256(layout, sizeof layout, &leaf);
    return leaf;
}

struct mu_hash mu_log_leaf(const struct mu_record *record)
{
    uint8_t layout[RECORD_BYTES], *at = layout;
    struct mu_hash leaf;

    at = put(at, "\0MUL1", 5);
    at = put_uint(at, record->epoch, 4);
    at = put_uint(at, record->number, 8);
    at = put_uint(at, (uint64_t)record->accepted_at_ms, 8);
    at = put_uint(at, record->code, 2);
    at = put_uint(at, record->judge_version, 2);
    at = put(at, record->author_leaf.b, 32);
    MU_CHECK(at == layout + sizeof layout);
    mu_sha256(layout, sizeof layout, &leaf);
    return leaf;
}

struct mu_hash mu_entry_log_leaf(const struct mu_entry *entry)
{
    struct mu_record record = {.epoch = entry->epoch,
                               .number = entry->number,
                               .accepted_at_ms = entry->accepted_at_ms,
                               .code = entry->code,
                               .judge_version = entry->judge_version,
                               .author_leaf = entry->leaf};

    return mu_log_leaf(&record);
}
