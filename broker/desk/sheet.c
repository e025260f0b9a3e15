/* Receipt sheets: what the desks have stated goes into the record, as the broker's own event.
 *
 * At most one sheet per ten seconds of log clock, and not before the first that waits has waited for two:
 * those who heard of the same entry answer within these. A clock that moves in steps stands while they
 * do; it goes on only after the sheet is written. A sheet is nobody's news: no receipt is owed for it.
 */
#include "broker/desk/inside.h"

#include <string.h>

#define GATHER_MS 2000
#define SHEET_RECEIPTS_MAX 128u
#define SHEET_ARENA_BYTES ((size_t)1 << 20)

/* ---- when ----------------------------------------------------------------------------------------- */
static bool moves_in_steps(const mu_desk *desk)
{
    const struct mu_genesis *genesis = mu_roster_genesis(desk->roster);

    return genesis->status != MUSTER__STATUS__STATUS_ACTUAL && genesis->clock_rate_milli == 0;
}

static bool has_room(const mu_desk *desk)
{
    return mu_log_room(desk->log, MU_LANE_ROUTINE, MU_SEAL_BYTES + SHEET_RECEIPTS_MAX * 512u) ==
           MU_OK;
}

int64_t mu_sheet_due_ms(const mu_desk *desk)
{
    int64_t after = desk->sheet_at_ms + MU_SHEET_EVERY_MS, gathered;

    if (desk->waiting_since_ms == INT64_MAX || moves_in_steps(desk) || !has_room(desk))
        return INT64_MAX;
    gathered = desk->waiting_since_ms + GATHER_MS;
    return after > gathered ? after : gathered;
}

/* ---- what ----------------------------------------------------------------------------------------- */
static ProtobufCBinaryData lend(const void *data, size_t size)
{
    return (ProtobufCBinaryData){size, (uint8_t *)(uintptr_t)data};
}

static enum mu_err fill_through(const struct mu_receipt *receipt, mu_arena *arena,
                                Muster__Receipt *out)
{
    Muster__LaneThrough *lanes = mu_arena_take(arena, MU_LANES * sizeof *lanes);

    out->through = mu_arena_take(arena, MU_LANES * sizeof(Muster__LaneThrough *));
    if (lanes == NULL || out->through == NULL)
        return MU_E_BUSY;
    out->n_through = MU_LANES;
    for (uint32_t lane = 0; lane < MU_LANES; lane++) {
        lanes[lane] = (Muster__LaneThrough)MUSTER__LANE_THROUGH__INIT;
        lanes[lane].has_lane = lanes[lane].has_through = true;
        lanes[lane].lane = lane;
        lanes[lane].through = receipt->through[lane];
        out->through[lane] = &lanes[lane];
    }
    return MU_OK;
}

/* The event lends the kept receipt's bytes. */
static enum mu_err fill_receipt(const mu_desk *desk, const struct mu_kept_receipt *kept,
                                mu_arena *arena, Muster__Receipt *out)
{
    const struct mu_receipt *r = &kept->receipt;
    const struct mu_member *member = mu_roster_member(desk->roster, &r->agent);

    *out = (Muster__Receipt)MUSTER__RECEIPT__INIT;
    out->has_agent = out->has_instance = out->has_epoch = out->has_checkpoint_size = true;
    out->has_checkpoint_root = out->has_filter_digest = out->has_count = true;
    out->has_running_hash = out->has_stated_at_ms = out->has_signature = true;
    out->has_algorithm = out->has_key = true;
    out->agent = lend(r->agent.b, sizeof r->agent.b);
    out->key = lend(r->key.b, sizeof r->key.b);
    out->instance = r->instance;
    out->epoch = r->head.epoch;
    out->checkpoint_size = r->head.size;
    out->checkpoint_root = lend(r->head.root.b, sizeof r->head.root.b);
    out->filter_digest = lend(r->filter.b, sizeof r->filter.b);
    out->count = r->delivered.count;
    out->running_hash = lend(r->delivered.running.b, sizeof r->delivered.running.b);
    out->stated_at_ms = r->stated_at_ms;
    out->signature = lend(r->signature, sizeof r->signature);
    out->algorithm = r->algorithm;
    out->filter = kept->filter[0] == '\0' ? NULL : kept->filter;
    out->agency =
        member == NULL ? NULL : mu_arena_copy(arena, member->agency, strlen(member->agency));
    return fill_through(r, arena, out);
}

static enum mu_err fill_sheet(mu_desk *desk, mu_arena *arena, Muster__ReceiptSheet *sheet)
{
    Muster__Receipt *each = mu_arena_take(arena, SHEET_RECEIPTS_MAX * sizeof *each);
    enum mu_err err = MU_OK;

    sheet->receipts = mu_arena_take(arena, SHEET_RECEIPTS_MAX * sizeof *sheet->receipts);
    if (each == NULL || sheet->receipts == NULL)
        return MU_E_BUSY;
    for (size_t i = 0; i < desk->receipt_count && err == MU_OK; i++) {
        struct mu_kept_receipt *kept = &desk->receipts[i];

        if (!kept->waiting || sheet->n_receipts == SHEET_RECEIPTS_MAX)
            continue;
        err = fill_receipt(desk, kept, arena, &each[sheet->n_receipts]);
        sheet->receipts[sheet->n_receipts] = &each[sheet->n_receipts];
        sheet->n_receipts++;
        kept->in_sheet = true;
        if (err == MU_OK)
            err = mu_witness_note(desk, &kept->receipt);
    }
    return err;
}

/* ---- the write ------------------------------------------------------------------------------------ */
static enum mu_err say_sheet(mu_desk *desk, mu_arena *arena)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__ReceiptSheet sheet = MUSTER__RECEIPT_SHEET__INIT;
    enum mu_err err;

    if ((err = mu_record_begin(desk)) != MU_OK || (err = fill_sheet(desk, arena, &sheet)) != MU_OK)
        return err;
    event.body_case = MUSTER__EVENT__BODY_RECEIPT_SHEET;
    event.receipt_sheet = &sheet;
    return mu_author_say(desk, &event);
}

enum mu_err mu_sheet_write(mu_desk *desk)
{
    mu_arena arena = mu_arena_make(SHEET_ARENA_BYTES);
    uint64_t number = desk->next_number;
    enum mu_err err = say_sheet(desk, &arena);

    mu_arena_free(&arena);
    for (size_t i = 0; err != MU_OK && i < desk->receipt_count; i++)
        desk->receipts[i].in_sheet = false;
    if (err == MU_OK) {
        desk->sheet_at_ms = desk->now_ms;
        desk->sheet_number = number;
        desk->waiting_since_ms = INT64_MAX;
    }
    /* No room or no memory for it now: what waits goes on waiting. */
    return err == MU_E_FULL || err == MU_E_BUSY ? MU_OK : err;
}

enum mu_err mu_sheet_write_before_step(mu_desk *desk)
{
    if (desk->waiting_since_ms == INT64_MAX || !moves_in_steps(desk) || !has_room(desk) ||
        desk->now_ms - desk->sheet_at_ms < MU_SHEET_EVERY_MS)
        return MU_OK;
    return mu_sheet_write(desk);
}

enum mu_err mu_desk_last_sheet(mu_desk *desk, const struct mu_desk_time *time)
{
    enum mu_err err;

    if (desk->waiting_since_ms == INT64_MAX || !has_room(desk))
        return MU_OK;
    if ((err = mu_desk_turn_begin(desk, time)) == MU_OK && desk->waiting_since_ms != INT64_MAX)
        err = mu_sheet_write(desk);
    return err == MU_OK ? mu_desk_turn_end(desk) : err;
}

/* ---- how the turn ended --------------------------------------------------------------------------- */
static void end_sheet(mu_desk *desk, bool kept)
{
    for (size_t i = 0; i < desk->receipt_count; i++) {
        struct mu_kept_receipt *receipt = &desk->receipts[i];

        if (receipt->in_sheet && kept)
            receipt->waiting = false;
        receipt->in_sheet = false;
        if (receipt->waiting && desk->waiting_since_ms > desk->now_ms)
            desk->waiting_since_ms = desk->now_ms;
    }
    desk->sheet_number = 0;
}

void mu_sheet_kept(mu_desk *desk)
{
    desk->sheet_kept_ms = desk->sheet_at_ms;
    end_sheet(desk, true);
}

void mu_sheet_dropped(mu_desk *desk)
{
    desk->sheet_at_ms = desk->sheet_kept_ms;
    end_sheet(desk, false);
}
