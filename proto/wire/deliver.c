/* DELIVER and the sealed batches in it. */
#include "proto/base/text.h"
#include "proto/wire/frame.h"

/* ---- items --------------------------------------------------------------------------------- */
#define ITEM_PRIVATE 1u

static void write_full(struct mu_writer *w, const struct mu_slice_item *f)
{
    mu_write_u8(w, f->has_private ? ITEM_PRIVATE : 0);
    if (f->has_private)
        mu_write_hash(w, &f->committed);
    mu_write_long(w, f->body);
}

void mu_slice_item_write(struct mu_writer *w, const struct mu_slice_item *f)
{
    mu_write_u8(w, (uint8_t)f->what);
    if (f->what == MU_SLICE_FULL) {
        write_full(w, f);
        return;
    }
    mu_write_hash(w, &f->leaf);
    mu_write_u16(w, f->code);
    if (f->what == MU_SLICE_REFUSED)
        mu_write_short(w, f->path);
}

static bool read_full(struct mu_reader *r, struct mu_slice_item *f)
{
    uint8_t flags = mu_read_u8(r);

    f->has_private = (flags & ITEM_PRIVATE) != 0;
    if (f->has_private)
        f->committed = mu_read_hash(r);
    f->body = mu_read_long(r);
    return (flags & ~ITEM_PRIVATE) == 0 && f->body.size <= MU_EVENT_BYTES_MAX;
}

static bool read_left_out(struct mu_reader *r, struct mu_slice_item *f)
{
    f->leaf = mu_read_hash(r);
    f->code = mu_read_u16(r);
    return true;
}

static bool read_refused(struct mu_reader *r, struct mu_slice_item *f)
{
    f->leaf = mu_read_hash(r);
    f->code = mu_read_u16(r);
    f->path = mu_read_short(r);
    return f->code != 0 && f->path.size < MU_FRAME_PATH_MAX &&
           mu_utf8_ok(f->path.data, f->path.size);
}

enum mu_err mu_slice_item_next(struct mu_bytes *bytes, struct mu_slice_item *f)
{
    static bool (*const read[])(struct mu_reader *, struct mu_slice_item *) = {
        [MU_SLICE_FULL] = read_full,
        [MU_SLICE_LEFT_OUT] = read_left_out,
        [MU_SLICE_REFUSED] = read_refused,
    };
    struct mu_reader r = mu_reader(*bytes);
    uint8_t what = mu_read_u8(&r);

    if (what < MU_SLICE_FULL || what > MU_SLICE_REFUSED)
        return MU_E_BAD_FRAME;
    *f = (struct mu_slice_item){.what = what};
    if (!read[what](&r, f) || !mu_reader_ok(&r))
        return MU_E_BAD_FRAME;
    *bytes = (struct mu_bytes){r.at, r.left};
    return MU_OK;
}

/* ---- slices -------------------------------------------------------------------------------- */
void mu_slice_write(struct mu_writer *w, const struct mu_slice *f)
{
    mu_write_u64(w, f->first_number);
    mu_write_u64(w, (uint64_t)f->accepted_at_ms);
    mu_write_u16(w, f->judge_version);
    mu_write_short(w, f->seal);
    mu_write_u32(w, f->count);
    mu_write_long(w, f->items);
}

static enum mu_err check_items(const struct mu_slice *f)
{
    struct mu_bytes left = f->items;
    struct mu_slice_item item;

    for (uint32_t i = 0; i < f->count; i++) {
        if (mu_slice_item_next(&left, &item) != MU_OK)
            return MU_E_BAD_FRAME;
    }
    return left.size == 0 ? MU_OK : MU_E_BAD_FRAME;
}

enum mu_err mu_slice_next(struct mu_bytes *bytes, struct mu_slice *f)
{
    struct mu_reader r = mu_reader(*bytes);

    f->first_number = mu_read_u64(&r);
    f->accepted_at_ms = (int64_t)mu_read_u64(&r);
    f->judge_version = mu_read_u16(&r);
    f->seal = mu_read_short(&r);
    f->count = mu_read_u32(&r);
    f->items = mu_read_long(&r);
    if (!mu_reader_ok(&r) || f->first_number == 0 || f->count == 0 ||
        f->count > MU_BATCH_EVENTS_MAX)
        return MU_E_BAD_FRAME;
    *bytes = (struct mu_bytes){r.at, r.left};
    return MU_OK;
}

/* ---- DELIVER ------------------------------------------------------------------------------- */
void mu_deliver_write(struct mu_writer *w, const struct mu_deliver *f)
{
    mu_frame_head_write(w, MU_FRAME_DELIVER, 0, f->lane);
    mu_write_u32(w, f->id);
    mu_write_u32(w, f->epoch);
    mu_write_u64(w, f->through);
    mu_write_u64(w, f->head);
    mu_write_u16(w, f->slices);
    mu_write_long(w, f->slice_bytes);
    mu_write_short(w, f->note);
}

/* PROTOCOL §8.3: slices come in number order, without overlap, none past `through`. */
static enum mu_err check_slices(const struct mu_deliver *f)
{
    struct mu_bytes left = f->slice_bytes;
    struct mu_slice slice;
    uint64_t least = 1;

    for (uint16_t i = 0; i < f->slices; i++) {
        if (mu_slice_next(&left, &slice) != MU_OK || slice.first_number < least ||
            slice.first_number > f->through || slice.count > f->through - slice.first_number + 1 ||
            check_items(&slice) != MU_OK)
            return MU_E_BAD_FRAME;
        least = slice.first_number + slice.count;
    }
    return left.size == 0 ? MU_OK : MU_E_BAD_FRAME;
}

enum mu_err mu_deliver_read(struct mu_reader *r, struct mu_deliver *f)
{
    f->id = mu_read_u32(r);
    f->epoch = mu_read_u32(r);
    f->through = mu_read_u64(r);
    f->head = mu_read_u64(r);
    f->slices = mu_read_u16(r);
    f->slice_bytes = mu_read_long(r);
    f->note = mu_read_short(r);
    f->lane = 0;
    if (!mu_reader_end(r) || f->through > f->head || f->note.size > MU_FRAME_NOTE_MAX ||
        !mu_utf8_ok(f->note.data, f->note.size))
        return MU_E_BAD_FRAME;
    return check_slices(f);
}
