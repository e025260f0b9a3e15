/* Frames that greet, ask, count and take leave; the head all frames share; and cutting. */
#include "proto/wire/frame.h"

#include "proto/base/text.h"

static enum mu_err whole(const struct mu_reader *r)
{
    return mu_reader_end(r) ? MU_OK : MU_E_BAD_FRAME;
}

static bool text_fits(struct mu_bytes text, size_t bytes_max)
{
    return text.size <= bytes_max && mu_utf8_ok(text.data, text.size);
}

/* ---- head ---------------------------------------------------------------------------------- */
bool mu_frame_has_lane(uint8_t type)
{
    return type == MU_FRAME_SUBMIT || type == MU_FRAME_ACCEPTED || type == MU_FRAME_REFUSED ||
           type == MU_FRAME_DELIVER || type == MU_FRAME_RETURN;
}

bool mu_frame_has_fragments(uint8_t type)
{
    return type == MU_FRAME_SUBMIT || type == MU_FRAME_DELIVER || type == MU_FRAME_RETURN;
}

void mu_frame_head_write(struct mu_writer *w, uint8_t type, uint8_t flags, uint8_t lane)
{
    mu_write_u8(w, MU_PROTOCOL_VERSION);
    mu_write_u8(w, type);
    mu_write_u8(w, flags);
    mu_write_u8(w, lane);
}

/* PROTOCOL §4.2: unknown types, flags and lanes are refused, not skipped. */
static bool head_can_be(const struct mu_frame_head *head)
{
    uint8_t flags_max = mu_frame_has_fragments(head->type) ? MU_FRAME_MORE : 0;
    uint8_t lanes = mu_frame_has_lane(head->type) ? MU_LANES : 1;

    return head->type > 0 && head->type < MU_FRAME_TYPES && (head->flags & ~flags_max) == 0 &&
           head->lane < lanes;
}

enum mu_err mu_frame_head_read(struct mu_reader *r, struct mu_frame_head *out)
{
    uint8_t version = mu_read_u8(r);

    out->type = mu_read_u8(r);
    out->flags = mu_read_u8(r);
    out->lane = mu_read_u8(r);
    if (!mu_reader_ok(r))
        return MU_E_BAD_FRAME;
    if (version != MU_PROTOCOL_VERSION)
        return MU_E_VERSION;
    return head_can_be(out) ? MU_OK : MU_E_BAD_FRAME;
}

bool mu_frame_cut(struct mu_bytes frame, size_t bytes_max, size_t *at, struct mu_writer *w)
{
    size_t from = *at == 0 ? MU_FRAME_HEAD_BYTES : *at;
    size_t size;
    bool more;

    MU_CHECK(frame.size >= MU_FRAME_HEAD_BYTES && mu_frame_has_fragments(frame.data[1]));
    if (*at >= frame.size)
        return false;
    size = frame.size - from;
    more = bytes_max > MU_FRAME_HEAD_BYTES && size > bytes_max - MU_FRAME_HEAD_BYTES;
    if (more)
        size = bytes_max - MU_FRAME_HEAD_BYTES;
    mu_frame_head_write(w, frame.data[1], more ? MU_FRAME_MORE : 0, frame.data[3]);
    mu_write_bytes(w, frame.data + from, size);
    *at = from + size;
    return true;
}

/* ---- HELLO, WELCOME, BYE ------------------------------------------------------------------- */
static void write_marks(struct mu_writer *w, const struct mu_lane_mark *lane)
{
    for (size_t i = 0; i < MU_LANES; i++) {
        mu_write_u64(w, lane[i].sequence);
        mu_write_hash(w, &lane[i].leaf);
    }
}

static void read_marks(struct mu_reader *r, struct mu_lane_mark *lane)
{
    for (size_t i = 0; i < MU_LANES; i++) {
        lane[i].sequence = mu_read_u64(r);
        lane[i].leaf = mu_read_hash(r);
    }
}

void mu_hello_write(struct mu_writer *w, const struct mu_hello *f)
{
    mu_frame_head_write(w, MU_FRAME_HELLO, 0, 0);
    mu_write_agent(w, &f->agent);
    mu_write_u64(w, f->instance);
    mu_write_hash(w, &f->log);
    mu_write_u32(w, f->head_epoch);
    mu_write_u64(w, f->head_size);
    mu_write_hash(w, &f->head_root);
    write_marks(w, f->lane);
    mu_write_u64(w, (uint64_t)f->wall_ms);
    mu_write_u32(w, f->credit_bytes);
    mu_write_u32(w, f->fragment_bytes);
    mu_write_short(w, f->program);
    mu_write_short(w, f->note);
}

enum mu_err mu_hello_read(struct mu_reader *r, struct mu_hello *f)
{
    f->agent = mu_read_agent(r);
    f->instance = mu_read_u64(r);
    f->log = mu_read_hash(r);
    f->head_epoch = mu_read_u32(r);
    f->head_size = mu_read_u64(r);
    f->head_root = mu_read_hash(r);
    read_marks(r, f->lane);
    f->wall_ms = (int64_t)mu_read_u64(r);
    f->credit_bytes = mu_read_u32(r);
    f->fragment_bytes = mu_read_u32(r);
    f->program = mu_read_short(r);
    f->note = mu_read_short(r);
    if (!text_fits(f->program, MU_NAME_BYTES_MAX) || !text_fits(f->note, MU_FRAME_NOTE_MAX))
        return MU_E_BAD_FRAME;
    return whole(r);
}

void mu_welcome_write(struct mu_writer *w, const struct mu_welcome *f)
{
    mu_frame_head_write(w, MU_FRAME_WELCOME, 0, 0);
    mu_write_hash(w, &f->log);
    mu_write_u32(w, f->epoch);
    mu_write_u64(w, (uint64_t)f->log_now_ms);
    mu_write_u32(w, f->rate_milli);
    mu_write_u8(w, f->status);
    write_marks(w, f->lane);
    mu_write_u32(w, f->credit_bytes);
    mu_write_u64(w, f->backed_up_through);
    mu_write_u64(w, f->common);
    mu_write_short(w, f->note);
}

enum mu_err mu_welcome_read(struct mu_reader *r, struct mu_welcome *f)
{
    f->log = mu_read_hash(r);
    f->epoch = mu_read_u32(r);
    f->log_now_ms = (int64_t)mu_read_u64(r);
    f->rate_milli = mu_read_u32(r);
    f->status = mu_read_u8(r);
    read_marks(r, f->lane);
    f->credit_bytes = mu_read_u32(r);
    f->backed_up_through = mu_read_u64(r);
    f->common = mu_read_u64(r);
    f->note = mu_read_short(r);
    if (!text_fits(f->note, MU_FRAME_NOTE_MAX))
        return MU_E_BAD_FRAME;
    return whole(r);
}

void mu_bye_write(struct mu_writer *w, const struct mu_bye *f)
{
    mu_frame_head_write(w, MU_FRAME_BYE, 0, 0);
    mu_write_u16(w, f->code);
    mu_write_short(w, f->text);
}

enum mu_err mu_bye_read(struct mu_reader *r, struct mu_bye *f)
{
    f->code = mu_read_u16(r);
    f->text = mu_read_short(r);
    if (!text_fits(f->text, MU_FRAME_TEXT_MAX))
        return MU_E_BAD_FRAME;
    return whole(r);
}

/* ---- FOLLOW and CREDIT --------------------------------------------------------------------- */
void mu_follow_write(struct mu_writer *w, const struct mu_follow *f)
{
    mu_frame_head_write(w, MU_FRAME_FOLLOW, 0, 0);
    mu_write_u32(w, f->id);
    mu_write_u32(w, f->epoch);
    mu_write_u64(w, f->from);
    mu_write_u8(w, f->lanes);
    mu_write_u32(w, f->credit_bytes);
    mu_write_short(w, f->filter);
}

enum mu_err mu_follow_read(struct mu_reader *r, struct mu_follow *f)
{
    f->id = mu_read_u32(r);
    f->epoch = mu_read_u32(r);
    f->from = mu_read_u64(r);
    f->lanes = mu_read_u8(r);
    f->credit_bytes = mu_read_u32(r);
    f->filter = mu_read_short(r);
    if (f->from == 0 || f->lanes == 0 || f->lanes >= 1u << MU_LANES ||
        !text_fits(f->filter, MU_FRAME_FILTER_MAX))
        return MU_E_BAD_FRAME;
    return whole(r);
}

void mu_credit_write(struct mu_writer *w, const struct mu_credit *f)
{
    mu_frame_head_write(w, MU_FRAME_CREDIT, 0, 0);
    mu_write_u32(w, f->id);
    mu_write_u32(w, f->bytes);
    mu_write_u64(w, f->heard_bytes);
}

enum mu_err mu_credit_read(struct mu_reader *r, struct mu_credit *f)
{
    f->id = mu_read_u32(r);
    f->bytes = mu_read_u32(r);
    f->heard_bytes = mu_read_u64(r);
    return whole(r);
}

/* ---- RECEIPT ------------------------------------------------------------------------------- */
void mu_receipt_frame_write(struct mu_writer *w, const struct mu_receipt_frame *f)
{
    mu_frame_head_write(w, MU_FRAME_RECEIPT, 0, 0);
    mu_write_bytes(w, f->receipt.data, f->receipt.size);
    mu_write_short(w, f->filter);
}

enum mu_err mu_receipt_frame_read(struct mu_reader *r, struct mu_receipt_frame *f)
{
    f->receipt = mu_read_bytes(r, MU_FRAME_RECEIPT_BYTES);
    f->filter = mu_read_short(r);
    if (!text_fits(f->filter, MU_FRAME_FILTER_MAX))
        return MU_E_BAD_FRAME;
    return whole(r);
}

/* ---- PING, PONG, CLOCK --------------------------------------------------------------------- */
void mu_ping_write(struct mu_writer *w, const struct mu_ping *f)
{
    mu_frame_head_write(w, MU_FRAME_PING, 0, 0);
    mu_write_u64(w, (uint64_t)f->wall_ms);
    mu_write_u64(w, f->idle_through);
}

enum mu_err mu_ping_read(struct mu_reader *r, struct mu_ping *f)
{
    f->wall_ms = (int64_t)mu_read_u64(r);
    f->idle_through = mu_read_u64(r);
    return whole(r);
}

void mu_pong_write(struct mu_writer *w, const struct mu_pong *f)
{
    mu_frame_head_write(w, MU_FRAME_PONG, 0, 0);
    mu_write_u64(w, (uint64_t)f->echo_ms);
    mu_write_u64(w, (uint64_t)f->log_now_ms);
    mu_write_u64(w, f->all_idle_through);
    mu_write_u64(w, (uint64_t)f->wall_ms);
}

enum mu_err mu_pong_read(struct mu_reader *r, struct mu_pong *f)
{
    f->echo_ms = (int64_t)mu_read_u64(r);
    f->log_now_ms = (int64_t)mu_read_u64(r);
    f->all_idle_through = mu_read_u64(r);
    f->wall_ms = (int64_t)mu_read_u64(r);
    return whole(r);
}

void mu_clock_frame_write(struct mu_writer *w, const struct mu_clock_frame *f)
{
    mu_frame_head_write(w, MU_FRAME_CLOCK, 0, 0);
    mu_write_u64(w, (uint64_t)f->log_ms);
}

enum mu_err mu_clock_frame_read(struct mu_reader *r, struct mu_clock_frame *f)
{
    f->log_ms = (int64_t)mu_read_u64(r);
    return whole(r);
}

/* ---- JOIN ---------------------------------------------------------------------------------- */
void mu_join_frame_write(struct mu_writer *w, const struct mu_join_frame *f)
{
    mu_frame_head_write(w, MU_FRAME_JOIN, 0, 0);
    mu_write_u32(w, f->id);
    mu_write_u8(w, f->what);
    mu_write_u32(w, f->value);
    mu_write_long(w, f->payload);
}

enum mu_err mu_join_frame_read(struct mu_reader *r, struct mu_join_frame *f)
{
    f->id = mu_read_u32(r);
    f->what = mu_read_u8(r);
    f->value = mu_read_u32(r);
    f->payload = mu_read_long(r);
    if (f->what < MU_JOIN_OPEN || f->what > MU_JOIN_CLOSED || f->payload.size > MU_JOIN_BYTES_MAX)
        return MU_E_BAD_FRAME;
    return whole(r);
}
