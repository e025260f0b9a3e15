/* Answers: promised while the turn is judged, sent when it is committed.
 *
 * A repeat gets the answer it got at first (numbers, time, verdicts from the record) with a fresh proof.
 * When the turn was lost to a full log, what was to be accepted hears FULL instead.
 */
#include "broker/desk/inside.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(MU_FRAME_PROOF_MAX == MU_PROOF_MAX, "a proof fits the frame");
_Static_assert(MU_FRAME_NOTE_MAX == MU_NOTE_BYTES_MAX, "a note fits the frame");
_Static_assert(MU_FRAME_PATH_MAX == MU_PATH_BYTES_MAX, "a path fits the frame");

/* ---- promising ------------------------------------------------------------------------------- */
static struct mu_pending *add_pending(mu_desk *desk, const struct mu_proposal *p)
{
    struct mu_pending *pending;

    if (desk->pending_count == desk->pending_room) {
        size_t room = desk->pending_room == 0 ? 64 : desk->pending_room * 2;
        struct mu_pending *grown = realloc(desk->pending, room * sizeof *grown);

        if (grown == NULL)
            return NULL;
        desk->pending = grown;
        desk->pending_room = room;
    }
    pending = &desk->pending[desk->pending_count++];
    *pending =
        (struct mu_pending){.seat = p->seat, .lane = p->lane, .first_sequence = p->first_sequence};
    return pending;
}

enum mu_err mu_answer_refused(mu_desk *desk, const struct mu_proposal *p, enum mu_err code)
{
    struct mu_pending *pending = add_pending(desk, p);

    if (pending == NULL)
        return MU_E_NO_MEMORY;
    pending->code = (uint16_t)code;
    pending->retry_ms = p->retry_ms;
    pending->expected = p->expected;
    return MU_OK;
}

enum mu_err mu_answer_again(mu_desk *desk, const struct mu_proposal *p)
{
    struct mu_pending *pending = add_pending(desk, p);

    if (pending == NULL)
        return MU_E_NO_MEMORY;
    pending->again = true;
    pending->first_number = p->origin.first_number;
    pending->count = p->origin.count;
    return MU_OK;
}

/* The longest refusal: index, code, length, path. */
#define REFUSAL_BYTES_MAX (8u + MU_FRAME_PATH_MAX + 16u)

enum mu_err mu_answer_room(const mu_desk *desk, const struct mu_proposal *p)
{
    size_t most = p->batch.seal.count * (size_t)REFUSAL_BYTES_MAX;

    return most <= desk->keep.limit - desk->keep.used ? MU_OK : MU_E_BUSY;
}

static uint16_t write_refusals(const mu_desk *desk, uint32_t count, struct mu_writer *w)
{
    uint16_t refusals = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct mu_verdict *verdict = &desk->verdicts[i];
        const char *path = verdict->path != NULL ? verdict->path : "";

        if (verdict->code == 0)
            continue;
        mu_refusal_write(
            w, &(struct mu_refusal){i, verdict->code, {(const uint8_t *)path, strlen(path)}});
        refusals++;
    }
    return refusals;
}

enum mu_err mu_answer_accepted(mu_desk *desk, const struct mu_proposal *p)
{
    struct mu_writer counted = mu_writer(NULL, 0), w;
    uint16_t refusals = write_refusals(desk, p->batch.seal.count, &counted);
    struct mu_pending *pending = add_pending(desk, p);
    void *bytes = NULL;

    if (pending == NULL)
        return MU_E_NO_MEMORY;
    if (refusals > 0 && (bytes = mu_arena_take(&desk->keep, counted.used)) == NULL)
        return MU_E_NO_MEMORY;
    w = mu_writer(bytes, counted.used);
    if (refusals > 0)
        write_refusals(desk, p->batch.seal.count, &w);
    pending->epoch = desk->epoch;
    pending->first_number = desk->next_number;
    pending->count = p->batch.seal.count;
    pending->accepted_at_ms = desk->now_ms;
    pending->refusals = refusals;
    pending->refusal_bytes = (struct mu_bytes){bytes, counted.used};
    return MU_OK;
}

/* ---- sending --------------------------------------------------------------------------------- */
static void send_refused(mu_desk *desk, const struct mu_pending *pending, enum mu_err code,
                         uint32_t retry_ms)
{
    struct mu_writer w = mu_writer(desk->frame, sizeof desk->frame);
    struct mu_refused f = {
        .first_sequence = pending->first_sequence,
        .code = (uint16_t)code,
        .retry_ms = retry_ms,
        .expected = pending->expected,
    };

    mu_refused_write(&w, pending->lane, &f);
    desk->options.answer(desk->options.user, pending->seat, mu_written(&w));
}

/* Verdicts of a repeat, as they were recorded. */
static enum mu_err read_stored(mu_desk *desk, mu_view *view, struct mu_accepted *f)
{
    struct mu_writer w;
    struct mu_stored stored;
    size_t room = 0;
    enum mu_err err = mu_view_batch(view, f->first_number, &stored);

    if (err != MU_OK)
        return err;
    for (uint32_t i = 0; i < stored.seal.count; i++)
        room += stored.items[i].code != 0 ? 8 + stored.items[i].path.size : 0;
    w = mu_writer(room > 0 ? mu_arena_take(&desk->keep, room) : NULL, room);
    if (room > 0 && w.data == NULL)
        return MU_E_BUSY;
    for (uint32_t i = 0; i < stored.seal.count; i++) {
        const struct mu_stored_item *item = &stored.items[i];

        if (item->code == 0)
            continue;
        mu_refusal_write(&w, &(struct mu_refusal){i, item->code, item->path});
        f->refusals++;
    }
    f->refusal_bytes = mu_written(&w);
    f->epoch = stored.epoch;
    f->accepted_at_ms = stored.accepted_at_ms;
    f->judge_version = stored.judge_version;
    return MU_OK;
}

static enum mu_err send_accepted(mu_desk *desk, mu_view *view, const struct mu_pending *pending)
{
    struct mu_writer w = mu_writer(desk->frame, sizeof desk->frame);
    struct mu_proof proof;
    struct mu_accepted f = {
        .first_sequence = pending->first_sequence,
        .count = pending->count,
        .epoch = pending->epoch,
        .first_number = pending->first_number,
        .accepted_at_ms = pending->accepted_at_ms,
        .judge_version = MU_JUDGE_VERSION,
        .refusals = pending->refusals,
        .refusal_bytes = pending->refusal_bytes,
        .note = {(const uint8_t *)desk->note, strlen(desk->note)},
    };
    enum mu_err err =
        mu_range_prove(mu_view_node, view, f.first_number - 1, f.count, desk->head.size, &proof);

    if (err == MU_OK && pending->again)
        err = read_stored(desk, view, &f);
    if (err != MU_OK)
        return err;
    f.proof_count = (uint16_t)proof.count;
    f.proof = (struct mu_bytes){proof.hash[0].b, proof.count * sizeof proof.hash[0]};
    mu_accepted_write(&w, pending->lane, &f);
    MU_CHECK(mu_writer_ok(&w));
    desk->options.answer(desk->options.user, pending->seat, mu_written(&w));
    return MU_OK;
}

static enum mu_err send_one(mu_desk *desk, mu_view *view, const struct mu_pending *pending)
{
    enum mu_err err;

    if (pending->code != 0) {
        send_refused(desk, pending, (enum mu_err)pending->code, pending->retry_ms);
        return MU_OK;
    }
    if (pending->first_number > desk->head.size) { /* its turn was lost */
        send_refused(desk, pending, MU_E_FULL, MU_RETRY_FULL_MS);
        return MU_OK;
    }
    err = send_accepted(desk, view, pending);
    if (err == MU_E_NO_MEMORY || err == MU_E_IO)
        return err;
    /* It stands, but what proves it cannot be read just now (a damaged tile, no memory to quote). */
    if (err != MU_OK)
        send_refused(desk, pending, MU_E_BUSY, MU_RETRY_BUSY_MS);
    return MU_OK;
}

static bool proofs_wanted(const mu_desk *desk)
{
    for (size_t i = 0; i < desk->pending_count; i++) {
        if (desk->pending[i].code == 0)
            return true;
    }
    return false;
}

enum mu_err mu_answer_all(mu_desk *desk)
{
    mu_view *view = NULL;
    enum mu_err err = MU_OK;

    if (proofs_wanted(desk))
        err = mu_view_open(desk->log, &view);
    for (size_t i = 0; i < desk->pending_count && err == MU_OK; i++)
        err = send_one(desk, view, &desk->pending[i]);
    mu_view_close(&view);
    desk->pending_count = 0;
    mu_arena_reset(&desk->keep);
    return err;
}
