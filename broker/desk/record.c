/* What the desk writes: batches with their marks and timers, into the log's turn. */
#include "broker/desk/inside.h"

#include <string.h>

/* What the turn before could not write: its checkpoint was signed while its commit synced. That of a
 * receipt sheet alone leaves no row: a sheet every ten seconds would leave more rows than entries. */
static enum mu_err write_checkpoint(mu_desk *desk)
{
    struct mu_bytes note = {(const uint8_t *)desk->note, strlen(desk->note)};

    if (desk->noted >= desk->head.size || desk->head_is_sheet)
        return MU_OK;
    return mu_log_turn_checkpoint(desk->log, desk->head.size, note);
}

/* A full log loses the whole turn; what follows in it hears so at once. */
static enum mu_err remember_full(mu_desk *desk, enum mu_err err)
{
    if (err == MU_E_FULL)
        desk->full = err;
    return err;
}

enum mu_err mu_record_begin(mu_desk *desk)
{
    enum mu_err err = desk->full;

    if (err != MU_OK || desk->writing)
        return err;
    if ((err = mu_log_turn_begin(desk->log)) != MU_OK)
        return remember_full(desk, err);
    desk->writing = true;
    return remember_full(desk, write_checkpoint(desk));
}

static enum mu_err write_marks(mu_desk *desk, const struct mu_batch *batch, uint64_t first)
{
    enum mu_err err = MU_OK;

    for (uint32_t i = 0; i < batch->seal.count && err == MU_OK; i++) {
        if (desk->is_roster[i])
            err = mu_log_turn_roster(desk->log, first + i);
        if (err == MU_OK && desk->wake_at_ms[i] != 0)
            err = mu_log_turn_timer(desk->log, desk->wake_at_ms[i], &batch->seal.agent,
                                    &desk->wake_for[i], true);
    }
    return err;
}

enum mu_err mu_record_batch(mu_desk *desk, const struct mu_batch *batch)
{
    uint64_t first;
    enum mu_err err = mu_record_begin(desk);

    if (err != MU_OK)
        return err;
    err =
        mu_log_turn_batch(desk->log, batch, desk->now_ms, MU_JUDGE_VERSION, desk->verdicts, &first);
    if (err != MU_OK)
        return remember_full(desk, err);
    MU_CHECK(first == desk->next_number); /* the roster was folded with this number */
    desk->next_number += batch->seal.count;
    return remember_full(desk, write_marks(desk, batch, first));
}
