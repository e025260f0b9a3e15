/* Batches: a seal and what it seals. Layout: docs/SEALS.md, "Batch". */
#include "proto/sign/seal.h"

#include <string.h>

#include "proto/sign/digest.h"
#include "proto/sign/merkle.h"

#define HAS_PRIVATE 0x01u
#define ITEM_HEAD_BYTES 5u /* flags and length */

/* One event alone may fill a frame; several share what a slow link carries in one go. */
static bool too_large_together(size_t count, size_t batch_size)
{
    return count > 1 && batch_size > MU_BATCH_BYTES_MAX;
}

static enum mu_err read_item(struct mu_reader *r, struct mu_item *item)
{
    uint8_t flags = mu_read_u8(r);

    memset(item, 0, sizeof *item);
    item->has_private = flags & HAS_PRIVATE;
    if (item->has_private)
        item->committed = mu_read_hash(r);
    item->body = mu_read_long(r);
    if (!mu_reader_ok(r) || (flags & ~HAS_PRIVATE) != 0)
        return MU_E_MALFORMED;
    /* "None" written out would be a second way to say what flag 0 says. */
    if (item->has_private && mu_hash_is_none(&item->committed))
        return MU_E_MALFORMED;
    return item->body.size > MU_EVENT_BYTES_MAX ? MU_E_TOO_LARGE : MU_OK;
}

enum mu_err mu_batch_read(struct mu_bytes bytes, struct mu_item *items, struct mu_batch *out)
{
    struct mu_reader r = mu_reader(bytes);
    enum mu_err err;

    memset(out, 0, sizeof *out);
    if ((err = mu_seal_read(&r, &out->seal)) != MU_OK)
        return err;
    if (too_large_together(out->seal.count, bytes.size))
        return MU_E_TOO_LARGE;
    for (uint32_t i = 0; i < out->seal.count; i++)
        if ((err = read_item(&r, &items[i])) != MU_OK)
            return err;
    if (!mu_reader_end(&r))
        return MU_E_MALFORMED;
    out->seal_bytes = (struct mu_bytes){bytes.data, MU_SEAL_BYTES};
    out->items = items;
    return MU_OK;
}

/* The author of the first event a seal covers; step() moves it on to the next. */
static struct mu_author first_author(const struct mu_seal *seal)
{
    return (struct mu_author){
        .origin = seal->origin,
        .agent = seal->agent,
        .instance = seal->instance,
        .lane = seal->lane,
        .sequence = seal->first_sequence,
        .previous = seal->previous,
    };
}

/* The leaf of the event at the end of the chain so far, which is then one longer. */
static struct mu_hash step(struct mu_author *author, struct mu_bytes body,
                           const struct mu_hash *committed)
{
    mu_sha256(body.data, body.size, &author->body);
    author->committed = *committed;
    author->previous = mu_author_leaf(author);
    author->sequence++;
    return author->previous;
}

void mu_batch_leaves(struct mu_batch *batch)
{
    struct mu_author author = first_author(&batch->seal);

    for (uint32_t i = 0; i < batch->seal.count; i++) {
        struct mu_item *item = &batch->items[i];
        item->leaf = step(&author, item->body, &item->committed);
    }
}

enum mu_err mu_batch_check(struct mu_batch *batch, const mu_verifier *key)
{
    struct mu_edge edge = {.size = 0};
    struct mu_hash root;

    mu_batch_leaves(batch);
    for (uint32_t i = 0; i < batch->seal.count; i++)
        mu_edge_add(&edge, &batch->items[i].leaf);
    mu_edge_root(&edge, &root);
    if (!mu_hash_equal(&root, &batch->seal.root))
        return MU_E_BAD_SEAL;
    return mu_seal_check(&batch->seal, key);
}

/* Bodies beside their commitments, which may be absent altogether. */
struct content {
    const struct mu_bytes *bodies;
    const struct mu_hash *committed;
    size_t count;
};

static const struct mu_hash none;

static const struct mu_hash *commitment(const struct content *c, size_t i)
{
    return c->committed == NULL ? &none : &c->committed[i];
}

static size_t content_size(const struct content *c)
{
    size_t size = MU_SEAL_BYTES;

    for (size_t i = 0; i < c->count; i++) {
        size += ITEM_HEAD_BYTES + c->bodies[i].size;
        if (!mu_hash_is_none(commitment(c, i)))
            size += sizeof none.b;
    }
    return size;
}

size_t mu_batch_size(const struct mu_bytes *bodies, size_t count)
{
    return content_size(&(struct content){bodies, NULL, count});
}

static enum mu_err check_content(const struct content *c)
{
    if (c->count > MU_BATCH_EVENTS_MAX)
        return MU_E_TOO_MANY;
    for (size_t i = 0; i < c->count; i++)
        if (c->bodies[i].size > MU_EVENT_BYTES_MAX)
            return MU_E_TOO_LARGE;
    return too_large_together(c->count, content_size(c)) ? MU_E_TOO_LARGE : MU_OK;
}

static void seal_content(struct mu_seal *seal, const struct content *c, struct mu_hash *last_leaf)
{
    struct mu_author author = first_author(seal);
    struct mu_edge edge = {.size = 0};

    for (size_t i = 0; i < c->count; i++) {
        *last_leaf = step(&author, c->bodies[i], commitment(c, i));
        mu_edge_add(&edge, last_leaf);
    }
    seal->count = (uint32_t)c->count;
    mu_edge_root(&edge, &seal->root);
}

static void write_items(struct mu_writer *w, const struct content *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct mu_hash *committed = commitment(c, i);
        bool has_private = !mu_hash_is_none(committed);

        mu_write_u8(w, has_private ? HAS_PRIVATE : 0);
        if (has_private)
            mu_write_hash(w, committed);
        mu_write_long(w, c->bodies[i]);
    }
}

/* A seal that would not be read must not be made: whoever holds it would be stuck with it. */
static enum mu_err check_readable(const struct mu_seal *seal)
{
    uint8_t bytes[MU_SEAL_BYTES];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    struct mu_reader r;
    struct mu_seal again;

    mu_seal_write(&w, seal);
    r = mu_reader(mu_written(&w));
    return mu_seal_read(&r, &again);
}

enum mu_err mu_batch_write_committed(struct mu_writer *w, struct mu_seal *seal,
                                     const struct mu_bytes *bodies, const struct mu_hash *committed,
                                     size_t count, const mu_key *key, struct mu_hash *last_leaf)
{
    const struct content content = {bodies, committed, count};
    enum mu_err err;

    if ((err = check_content(&content)) != MU_OK)
        return err;
    seal_content(seal, &content, last_leaf);
    if ((err = mu_seal_sign(seal, key)) != MU_OK || (err = check_readable(seal)) != MU_OK)
        return err;
    mu_seal_write(w, seal);
    write_items(w, &content);
    return mu_writer_ok(w) ? MU_OK : MU_E_LIMIT;
}

enum mu_err mu_batch_write(struct mu_writer *w, struct mu_seal *seal, const struct mu_bytes *bodies,
                           size_t count, const mu_key *key, struct mu_hash *last_leaf)
{
    return mu_batch_write_committed(w, seal, bodies, NULL, count, key, last_leaf);
}
