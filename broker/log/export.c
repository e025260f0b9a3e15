#include "broker/log/export.h"

#include <stdlib.h>
#include <string.h>

#include "proto/sign/digest.h"
#include "proto/wire/frame.h"

enum { BATCH = 1, CHECKPOINT = 2, END = 3 };

#define HEAD_BYTES 5u
#define CHECK_BYTES 8u

/* It guards against decay and slips, not against people: who changes a record can change its check. */
static struct mu_hash check_of(const uint8_t head[HEAD_BYTES], struct mu_bytes payload)
{
    const struct mu_bytes parts[] = {{head, HEAD_BYTES}, payload};
    struct mu_hash hash;

    mu_sha256_parts(parts, 2, &hash);
    return hash;
}

/* ---- writing ------------------------------------------------------------------------------- */

static enum mu_err put(struct mu_export *out, const void *data, size_t size)
{
    return fwrite(data, 1, size, out->file) == size ? MU_OK : MU_E_IO;
}

static enum mu_err put_record(struct mu_export *out, uint8_t type, struct mu_bytes payload)
{
    uint8_t bytes[HEAD_BYTES];
    struct mu_writer head = mu_writer(bytes, sizeof bytes);
    struct mu_hash check;

    mu_write_u8(&head, type);
    mu_write_u32(&head, (uint32_t)payload.size);
    check = check_of(bytes, payload);
    if (put(out, bytes, sizeof bytes) != MU_OK || put(out, payload.data, payload.size) != MU_OK)
        return MU_E_IO;
    return put(out, check.b, CHECK_BYTES);
}

static enum mu_err begin(struct mu_export *out)
{
    uint8_t bytes[12];
    struct mu_writer head = mu_writer(bytes, sizeof bytes);

    mu_write_bytes(&head, MU_EXPORT_MAGIC, 8);
    mu_write_u16(&head, MU_EXPORT_VERSION);
    mu_write_u16(&head, 0);
    out->begun = true;
    return put(out, bytes, sizeof bytes);
}

static void write_items(struct mu_writer *w, const struct mu_audit_batch *batch)
{
    for (uint32_t i = 0; i < batch->seal.count; i++) {
        const struct mu_audit_item *item = &batch->items[i];
        struct mu_slice_item slice = {
            .what = item->code == 0 ? MU_SLICE_FULL : MU_SLICE_REFUSED,
            .has_private = item->has_private,
            .committed = item->committed,
            .leaf = item->leaf,
            .code = item->code,
            .body = item->body,
            .path = item->path,
        };

        mu_slice_item_write(w, &slice);
    }
}

/* A leaf that could not be read goes out as none: then it fits nothing, and is named. */
static void write_leaves(struct mu_writer *w, const struct mu_audit_batch *batch)
{
    static const struct mu_hash none;

    for (uint32_t i = 0; i < batch->seal.count; i++)
        mu_write_hash(w, batch->stored_leaves == NULL ? &none : &batch->stored_leaves[i]);
}

static enum mu_err put_batch(struct mu_export *out, const struct mu_audit_batch *batch)
{
    uint8_t seal[MU_SEAL_BYTES];
    uint8_t *items = malloc(MU_EXPORT_RECORD_MAX);
    struct mu_writer w = mu_writer(out->buffer, MU_EXPORT_RECORD_MAX);
    struct mu_writer seal_writer = mu_writer(seal, sizeof seal);
    struct mu_writer item_writer = mu_writer(items, MU_EXPORT_RECORD_MAX);
    struct mu_slice slice = {.first_number = batch->first_number,
                             .accepted_at_ms = batch->accepted_at_ms,
                             .judge_version = batch->judge_version,
                             .count = batch->seal.count};
    enum mu_err err = items == NULL ? MU_E_NO_MEMORY : MU_OK;

    if (err != MU_OK)
        return err;
    mu_seal_write(&seal_writer, &batch->seal);
    write_items(&item_writer, batch);
    slice.seal = mu_written(&seal_writer);
    slice.items = mu_written(&item_writer);
    mu_write_u32(&w, batch->epoch);
    mu_slice_write(&w, &slice);
    write_leaves(&w, batch);
    if (mu_writer_ok(&w) && mu_writer_ok(&item_writer))
        err = put_record(out, BATCH, mu_written(&w));
    else
        err = MU_E_LIMIT;
    free(items);
    return err;
}

static enum mu_err put_checkpoint(struct mu_export *out, const struct mu_piece *piece)
{
    struct mu_writer w = mu_writer(out->buffer, MU_EXPORT_RECORD_MAX);

    mu_write_u64(&w, piece->size);
    mu_write_bytes(&w, piece->note.data, piece->note.size);
    return mu_writer_ok(&w) ? put_record(out, CHECKPOINT, mu_written(&w)) : MU_E_LIMIT;
}

static enum mu_err put_end(struct mu_export *out, uint64_t size)
{
    uint8_t bytes[8];

    mu_put_u64(bytes, size);
    if (put_record(out, END, (struct mu_bytes){bytes, sizeof bytes}) != MU_OK)
        return MU_E_IO;
    return fflush(out->file) == 0 ? MU_OK : MU_E_IO;
}

enum mu_err mu_export_take(void *user, const struct mu_piece *piece)
{
    struct mu_export *out = user;

    if (!out->begun && begin(out) != MU_OK)
        return MU_E_IO;
    switch (piece->kind) {
    case MU_PIECE_BATCH:
        out->batches++;
        return put_batch(out, &piece->batch);
    case MU_PIECE_HOLE:
        out->unreadable += piece->hole.last - piece->hole.first + 1;
        return MU_OK;
    case MU_PIECE_CHECKPOINT:
        return put_checkpoint(out, piece);
    case MU_PIECE_END:
        out->size = piece->size;
        return put_end(out, piece->size);
    }
    return MU_OK;
}

/* ---- reading ------------------------------------------------------------------------------- */

struct reading {
    FILE *file;
    mu_piece_fn *take;
    void *user;
    uint8_t *buffer;
    struct mu_audit_item *items;
    struct mu_hash *leaves;
    uint64_t next; /* number that should come next */
    bool lost;     /* a record before here could not be read at all */
    bool ended;
};

struct record {
    uint8_t type;
    bool intact; /* fits its check */
    struct mu_bytes payload;
};

/* One record: MU_E_ABSENT at the end of the file, MU_E_CORRUPT when it is cut or oversized. */
static enum mu_err get_record(struct reading *in, struct record *record)
{
    uint8_t bytes[HEAD_BYTES], check[CHECK_BYTES];
    size_t got = fread(bytes, 1, sizeof bytes, in->file);
    struct mu_reader head = mu_reader((struct mu_bytes){bytes, sizeof bytes});
    struct mu_hash wanted;
    uint32_t size;

    if (got < sizeof bytes)
        return ferror(in->file) ? MU_E_IO : got == 0 ? MU_E_ABSENT : MU_E_CORRUPT;
    record->type = mu_read_u8(&head);
    size = mu_read_u32(&head);
    if (size > MU_EXPORT_RECORD_MAX || fread(in->buffer, 1, size, in->file) != size ||
        fread(check, 1, sizeof check, in->file) != sizeof check)
        return ferror(in->file) ? MU_E_IO : MU_E_CORRUPT;
    record->payload = (struct mu_bytes){in->buffer, size};
    wanted = check_of(bytes, record->payload);
    record->intact = memcmp(check, wanted.b, sizeof check) == 0;
    return MU_OK;
}

/* What could not be read before the entry `upto` was that stretch; where none is missing, it was a
 * checkpoint. */
static enum mu_err settle(struct reading *in, uint64_t upto)
{
    struct mu_piece piece = {.kind = MU_PIECE_CHECKPOINT, .size = in->next - 1};

    if (!in->lost)
        return MU_OK;
    in->lost = false;
    if (upto >= in->next)
        piece = (struct mu_piece){.kind = MU_PIECE_HOLE,
                                  .hole = {MU_DAMAGE_BYTES, .first = in->next, .last = upto}};
    in->next = upto >= in->next ? upto + 1 : in->next;
    return in->take(in->user, &piece);
}

/* ---- batches ------------------------------------------------------------------------------- */

static enum mu_err read_items(struct reading *in, struct mu_slice *slice)
{
    for (uint32_t i = 0; i < slice->count; i++) {
        struct mu_slice_item item;

        if (mu_slice_item_next(&slice->items, &item) != MU_OK || item.what == MU_SLICE_LEFT_OUT)
            return MU_E_CORRUPT;
        in->items[i] = (struct mu_audit_item){.code = item.code,
                                              .has_private = item.has_private,
                                              .committed = item.committed,
                                              .leaf = item.leaf,
                                              .body = item.body,
                                              .path = item.path};
    }
    return slice->items.size == 0 ? MU_OK : MU_E_CORRUPT;
}

static enum mu_err read_batch(struct reading *in, struct mu_bytes payload,
                              struct mu_audit_batch *batch)
{
    struct mu_reader r = mu_reader(payload), seal;
    struct mu_bytes rest;
    struct mu_slice slice;

    batch->epoch = mu_read_u32(&r);
    rest = (struct mu_bytes){r.at, r.left};
    if (!mu_reader_ok(&r) || mu_slice_next(&rest, &slice) != MU_OK)
        return MU_E_CORRUPT;
    seal = mu_reader(slice.seal);
    if (mu_seal_read(&seal, &batch->seal) != MU_OK || !mu_reader_end(&seal) ||
        slice.count != batch->seal.count || rest.size != (size_t)slice.count * 32 ||
        read_items(in, &slice) != MU_OK)
        return MU_E_CORRUPT;
    r = mu_reader(rest);
    for (uint32_t i = 0; i < slice.count; i++)
        in->leaves[i] = mu_read_hash(&r);
    batch->first_number = slice.first_number;
    batch->accepted_at_ms = slice.accepted_at_ms;
    batch->judge_version = slice.judge_version;
    batch->items = in->items;
    batch->stored_leaves = in->leaves;
    return MU_OK;
}

/* A number is believed when the check fits; otherwise the audit finds out where the batch belongs. */
static enum mu_err take_batch(struct reading *in, const struct record *record)
{
    struct mu_piece piece = {.kind = MU_PIECE_BATCH, .batch.altered = !record->intact};
    uint64_t first;
    enum mu_err err = read_batch(in, record->payload, &piece.batch);

    if (err != MU_OK)
        return err;
    first = record->intact ? piece.batch.first_number : in->next;
    if (first > UINT64_MAX / 2)
        return MU_E_CORRUPT;
    if (record->intact && (err = settle(in, first - 1)) != MU_OK)
        return err;
    if (first + piece.batch.seal.count > in->next)
        in->next = first + piece.batch.seal.count;
    return in->take(in->user, &piece);
}

/* ---- checkpoints and the end --------------------------------------------------------------- */

static enum mu_err take_sized(struct reading *in, enum mu_piece_kind kind,
                              const struct record *record)
{
    struct mu_reader r = mu_reader(record->payload);
    struct mu_piece piece = {.kind = kind, .size = mu_read_u64(&r)};
    enum mu_err err;

    if (!mu_reader_ok(&r) || !record->intact || piece.size > UINT64_MAX / 2)
        return MU_E_CORRUPT;
    if ((err = settle(in, piece.size)) != MU_OK)
        return err;
    piece.note = (struct mu_bytes){r.at, r.left};
    in->ended = kind == MU_PIECE_END;
    return in->take(in->user, &piece);
}

static enum mu_err take_record(struct reading *in, const struct record *record)
{
    switch (record->type) {
    case BATCH:
        return take_batch(in, record);
    case CHECKPOINT:
        return take_sized(in, MU_PIECE_CHECKPOINT, record);
    case END:
        return take_sized(in, MU_PIECE_END, record);
    default:
        return MU_E_CORRUPT;
    }
}

/* ---- the file ------------------------------------------------------------------------------ */

static enum mu_err check_head(FILE *file)
{
    uint8_t bytes[12];
    struct mu_reader r = mu_reader((struct mu_bytes){bytes, sizeof bytes});

    if (fread(bytes, 1, sizeof bytes, file) != sizeof bytes ||
        memcmp(mu_read_bytes(&r, 8).data, MU_EXPORT_MAGIC, 8) != 0)
        return MU_E_MALFORMED;
    if (mu_read_u16(&r) != MU_EXPORT_VERSION)
        return MU_E_VERSION;
    return mu_read_u16(&r) == 0 ? MU_OK : MU_E_MALFORMED;
}

/* A record that cannot be read costs its place only: its length still leads to the next one. */
static enum mu_err walk_records(struct reading *in)
{
    struct record record;
    enum mu_err err = MU_OK;

    while (!in->ended && (err = get_record(in, &record)) == MU_OK) {
        err = take_record(in, &record);
        if (err != MU_OK && err != MU_E_CORRUPT)
            return err;
        in->lost |= err == MU_E_CORRUPT;
    }
    if (in->ended)
        return fgetc(in->file) == EOF ? MU_OK : MU_E_MALFORMED; /* two files in one, or worse */
    return err == MU_E_ABSENT ? MU_E_CORRUPT : err;
}

enum mu_err mu_export_walk(FILE *file, mu_piece_fn *take, void *user)
{
    struct reading in = {.file = file, .take = take, .user = user, .next = 1};
    enum mu_err err = check_head(file);

    if (err != MU_OK)
        return err;
    in.buffer = malloc(MU_EXPORT_RECORD_MAX);
    in.items = calloc(MU_BATCH_EVENTS_MAX, sizeof *in.items);
    in.leaves = calloc(MU_BATCH_EVENTS_MAX, sizeof *in.leaves);
    err = in.buffer == NULL || in.items == NULL || in.leaves == NULL ? MU_E_NO_MEMORY
                                                                     : walk_records(&in);
    free(in.buffer);
    free(in.items);
    free(in.leaves);
    return err;
}
