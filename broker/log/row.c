#include "broker/log/row.h"

#include <string.h>

#define HEAD_BYTES 16u
#define KIND_ACCEPTED 1u
#define KIND_REFUSED 2u
#define FLAG_PRIVATE 1u

size_t mu_row_size(const struct mu_row *row)
{
    if (row->accepted)
        return HEAD_BYTES + (row->has_private ? sizeof row->committed.b : 0) + row->body.size;
    return HEAD_BYTES + sizeof row->leaf.b + 2 + row->path.size + MU_ROW_CHECK_BYTES;
}

void mu_row_write(const struct mu_row_key *key, const struct mu_row *row, uint8_t *out)
{
    struct mu_writer w = mu_writer(out, mu_row_size(row));

    mu_write_u8(&w, row->accepted ? KIND_ACCEPTED : KIND_REFUSED);
    mu_write_u8(&w, row->has_private ? FLAG_PRIVATE : 0);
    mu_write_u16(&w, row->index);
    mu_write_u16(&w, row->judge_version);
    mu_write_u16(&w, row->code);
    mu_write_u64(&w, (uint64_t)row->accepted_at_ms);
    if (row->accepted) {
        if (row->has_private)
            mu_write_hash(&w, &row->committed);
        mu_write_bytes(&w, row->body.data, row->body.size);
    } else {
        mu_write_hash(&w, &row->leaf);
        mu_write_short(&w, row->path);
        mu_row_check_write(key, out, w.used);
    }
    MU_CHECK(mu_writer_ok(&w));
}

static enum mu_err read_accepted(struct mu_reader *r, struct mu_row *row)
{
    row->accepted = true;
    if (row->has_private)
        row->committed = mu_read_hash(r);
    row->body = mu_read_bytes(r, r->left);
    return mu_reader_end(r) && row->code == 0 ? MU_OK : MU_E_CORRUPT;
}

static enum mu_err read_refused(struct mu_reader *r, struct mu_row *row)
{
    row->leaf = mu_read_hash(r);
    row->path = mu_read_short(r);
    (void)mu_read_bytes(r, MU_ROW_CHECK_BYTES);
    return mu_reader_end(r) && row->code != 0 ? MU_OK : MU_E_CORRUPT;
}

enum mu_err mu_row_read(struct mu_bytes key, struct mu_bytes bytes, struct mu_row *row)
{
    struct mu_reader r = mu_reader(bytes);
    uint8_t kind, flags;

    if (bytes.size < HEAD_BYTES || bytes.size > MU_ROW_BYTES_MAX)
        return MU_E_CORRUPT;
    memset(row, 0, sizeof *row);
    kind = mu_read_u8(&r);
    flags = mu_read_u8(&r);
    row->has_private = flags & FLAG_PRIVATE;
    row->index = mu_read_u16(&r);
    row->judge_version = mu_read_u16(&r);
    row->code = mu_read_u16(&r);
    row->accepted_at_ms = (int64_t)mu_read_u64(&r);
    if (flags & ~FLAG_PRIVATE)
        return MU_E_CORRUPT;
    if (kind == KIND_ACCEPTED)
        return read_accepted(&r, row);
    if (kind != KIND_REFUSED || mu_row_check_read(key, &bytes) != MU_OK)
        return MU_E_CORRUPT;
    return read_refused(&r, row);
}
