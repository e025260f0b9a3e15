#include "proto/base/bytes.h"

#include <string.h>

struct mu_reader mu_reader(struct mu_bytes bytes)
{
    return (struct mu_reader){.at = bytes.data, .left = bytes.size};
}

struct mu_bytes mu_read_bytes(struct mu_reader *r, size_t size)
{
    struct mu_bytes out = {r->at, size};

    if (r->failed || size > r->left) {
        r->failed = true;
        return (struct mu_bytes){NULL, 0};
    }
    if (size > 0)
        r->at += size;
    r->left -= size;
    return out;
}

static uint64_t read_uint(struct mu_reader *r, size_t size)
{
    struct mu_bytes b = mu_read_bytes(r, size);
    uint64_t v = 0;

    for (size_t i = 0; i < b.size; i++)
        v = v << 8 | b.data[i];
    return v;
}

uint8_t mu_read_u8(struct mu_reader *r)
{
    return (uint8_t)read_uint(r, 1);
}

uint16_t mu_read_u16(struct mu_reader *r)
{
    return (uint16_t)read_uint(r, 2);
}

uint32_t mu_read_u32(struct mu_reader *r)
{
    return (uint32_t)read_uint(r, 4);
}

uint64_t mu_read_u64(struct mu_reader *r)
{
    return read_uint(r, 8);
}

struct mu_hash mu_read_hash(struct mu_reader *r)
{
    struct mu_hash h = {{0}};
    struct mu_bytes b = mu_read_bytes(r, sizeof h.b);

    if (b.data != NULL)
        memcpy(h.b, b.data, sizeof h.b);
    return h;
}

struct mu_agent_id mu_read_agent(struct mu_reader *r)
{
    struct mu_agent_id a = {{0}};
    struct mu_bytes b = mu_read_bytes(r, sizeof a.b);

    if (b.data != NULL)
        memcpy(a.b, b.data, sizeof a.b);
    return a;
}

struct mu_bytes mu_read_short(struct mu_reader *r)
{
    return mu_read_bytes(r, mu_read_u16(r));
}

struct mu_bytes mu_read_long(struct mu_reader *r)
{
    return mu_read_bytes(r, mu_read_u32(r));
}

bool mu_reader_ok(const struct mu_reader *r)
{
    return !r->failed;
}

bool mu_reader_end(const struct mu_reader *r)
{
    return !r->failed && r->left == 0;
}

struct mu_writer mu_writer(void *data, size_t size)
{
    return (struct mu_writer){.data = data, .size = size};
}

void mu_write_bytes(struct mu_writer *w, const void *data, size_t size)
{
    if (w->data != NULL && (w->failed || size > w->size - w->used)) {
        w->failed = true;
        return;
    }
    if (w->data != NULL && size > 0)
        memcpy(w->data + w->used, data, size);
    w->used += size;
}

static void write_uint(struct mu_writer *w, uint64_t v, size_t size)
{
    uint8_t b[8];

    mu_put_u64(b, v);
    mu_write_bytes(w, b + 8 - size, size);
}

void mu_write_u8(struct mu_writer *w, uint8_t v)
{
    write_uint(w, v, 1);
}

void mu_write_u16(struct mu_writer *w, uint16_t v)
{
    write_uint(w, v, 2);
}

void mu_write_u32(struct mu_writer *w, uint32_t v)
{
    write_uint(w, v, 4);
}

void mu_write_u64(struct mu_writer *w, uint64_t v)
{
    write_uint(w, v, 8);
}

void mu_write_hash(struct mu_writer *w, const struct mu_hash *h)
{
    mu_write_bytes(w, h->b, sizeof h->b);
}

void mu_write_agent(struct mu_writer *w, const struct mu_agent_id *a)
{
    mu_write_bytes(w, a->b, sizeof a->b);
}

void mu_write_short(struct mu_writer *w, struct mu_bytes b)
{
    if (b.size > UINT16_MAX)
        w->failed = true;
    mu_write_u16(w, (uint16_t)b.size);
    mu_write_bytes(w, b.data, b.size);
}

void mu_write_long(struct mu_writer *w, struct mu_bytes b)
{
    if (b.size > UINT32_MAX)
        w->failed = true;
    mu_write_u32(w, (uint32_t)b.size);
    mu_write_bytes(w, b.data, b.size);
}

bool mu_writer_ok(const struct mu_writer *w)
{
    return !w->failed;
}

struct mu_bytes mu_written(const struct mu_writer *w)
{
    return (struct mu_bytes){w->data, w->used};
}

void mu_put_u64(uint8_t out[8], uint64_t v)
{
    for (int i = 7; i >= 0; i--) {
        out[i] = (uint8_t)v;
        v >>= 8;
    }
}

uint64_t mu_get_u64(const uint8_t in[8])
{
    uint64_t v = 0;

    for (int i = 0; i < 8; i++)
        v = v << 8 | in[i];
    return v;
}
