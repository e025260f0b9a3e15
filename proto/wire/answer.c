/* SUBMIT and what comes back: ACCEPTED and REFUSED. */
#include "proto/base/text.h"
#include "proto/wire/frame.h"

static bool path_fits(struct mu_bytes path)
{
    return path.size < MU_FRAME_PATH_MAX && mu_utf8_ok(path.data, path.size);
}

void mu_submit_write(struct mu_writer *w, uint8_t lane, struct mu_bytes batch)
{
    mu_frame_head_write(w, MU_FRAME_SUBMIT, 0, lane);
    mu_write_bytes(w, batch.data, batch.size);
}

/* ---- refusals inside an accepted batch ----------------------------------------------------- */
void mu_refusal_write(struct mu_writer *w, const struct mu_refusal *f)
{
    mu_write_u32(w, f->index);
    mu_write_u16(w, f->code);
    mu_write_short(w, f->path);
}

enum mu_err mu_refusal_next(struct mu_bytes *bytes, struct mu_refusal *f)
{
    struct mu_reader r = mu_reader(*bytes);

    f->index = mu_read_u32(&r);
    f->code = mu_read_u16(&r);
    f->path = mu_read_short(&r);
    if (!mu_reader_ok(&r) || f->code == 0 || !path_fits(f->path))
        return MU_E_BAD_FRAME;
    *bytes = (struct mu_bytes){r.at, r.left};
    return MU_OK;
}

/* As many as were announced, in order of their events, and nothing after them. */
static enum mu_err check_refusals(const struct mu_accepted *f)
{
    struct mu_bytes left = f->refusal_bytes;
    struct mu_refusal refusal;
    uint32_t least = 0;

    for (uint16_t i = 0; i < f->refusals; i++) {
        if (mu_refusal_next(&left, &refusal) != MU_OK || refusal.index < least ||
            refusal.index >= f->count)
            return MU_E_BAD_FRAME;
        least = refusal.index + 1;
    }
    return left.size == 0 ? MU_OK : MU_E_BAD_FRAME;
}

/* ---- ACCEPTED ------------------------------------------------------------------------------ */
void mu_accepted_write(struct mu_writer *w, uint8_t lane, const struct mu_accepted *f)
{
    mu_frame_head_write(w, MU_FRAME_ACCEPTED, 0, lane);
    mu_write_u64(w, f->first_sequence);
    mu_write_u32(w, f->count);
    mu_write_u32(w, f->epoch);
    mu_write_u64(w, f->first_number);
    mu_write_u64(w, (uint64_t)f->accepted_at_ms);
    mu_write_u16(w, f->judge_version);
    mu_write_u16(w, f->refusals);
    mu_write_long(w, f->refusal_bytes);
    mu_write_u16(w, f->proof_count);
    mu_write_bytes(w, f->proof.data, f->proof.size);
    mu_write_short(w, f->note);
}

static bool accepted_can_be(const struct mu_accepted *f)
{
    return f->first_sequence > 0 && f->first_number > 0 && f->count > 0 &&
           f->count <= MU_BATCH_EVENTS_MAX && f->proof_count <= MU_FRAME_PROOF_MAX &&
           f->note.size <= MU_FRAME_NOTE_MAX && mu_utf8_ok(f->note.data, f->note.size);
}

enum mu_err mu_accepted_read(struct mu_reader *r, struct mu_accepted *f)
{
    f->first_sequence = mu_read_u64(r);
    f->count = mu_read_u32(r);
    f->epoch = mu_read_u32(r);
    f->first_number = mu_read_u64(r);
    f->accepted_at_ms = (int64_t)mu_read_u64(r);
    f->judge_version = mu_read_u16(r);
    f->refusals = mu_read_u16(r);
    f->refusal_bytes = mu_read_long(r);
    f->proof_count = mu_read_u16(r);
    f->proof = mu_read_bytes(r, f->proof_count * sizeof(struct mu_hash));
    f->note = mu_read_short(r);
    if (!mu_reader_end(r) || !accepted_can_be(f))
        return MU_E_BAD_FRAME;
    return check_refusals(f);
}

/* ---- REFUSED ------------------------------------------------------------------------------- */
void mu_refused_write(struct mu_writer *w, uint8_t lane, const struct mu_refused *f)
{
    mu_frame_head_write(w, MU_FRAME_REFUSED, 0, lane);
    mu_write_u64(w, f->first_sequence);
    mu_write_u16(w, f->code);
    mu_write_u32(w, f->retry_ms);
    mu_write_u64(w, f->expected);
    mu_write_short(w, f->path);
}

enum mu_err mu_refused_read(struct mu_reader *r, struct mu_refused *f)
{
    f->first_sequence = mu_read_u64(r);
    f->code = mu_read_u16(r);
    f->retry_ms = mu_read_u32(r);
    f->expected = mu_read_u64(r);
    f->path = mu_read_short(r);
    if (!mu_reader_end(r) || f->code == 0 || !path_fits(f->path))
        return MU_E_BAD_FRAME;
    return MU_OK;
}

/* ---- RETURN -------------------------------------------------------------------------------- */
void mu_return_write(struct mu_writer *w, uint8_t lane, const struct mu_return *f)
{
    mu_frame_head_write(w, MU_FRAME_RETURN, 0, lane);
    mu_write_long(w, f->answer);
    mu_write_long(w, f->batch);
}

enum mu_err mu_return_read(struct mu_reader *r, struct mu_return *f)
{
    f->answer = mu_read_long(r);
    f->batch = mu_read_long(r);
    if (!mu_reader_end(r) || f->answer.size == 0 || f->batch.size == 0)
        return MU_E_BAD_FRAME;
    return MU_OK;
}
