/* The gate: local, about room and pace only. What it refuses leaves no trace and may come again. */
#include "broker/desk/inside.h"

/* An honest burst: what one frame may hold, or a second's worth. */
static uint64_t burst_bytes(const mu_desk *desk)
{
    return desk->options.rate_bytes_s > MU_FRAME_BYTES_MAX ? desk->options.rate_bytes_s
                                                           : MU_FRAME_BYTES_MAX;
}

static enum mu_err gate_credit(mu_desk *desk, struct mu_proposal *p)
{
    struct mu_desk_seat *seat = p->seat;
    uint32_t credit = seat->credit_bytes != 0 ? seat->credit_bytes : desk->options.credit_bytes;

    if (seat->turn != desk->turn) {
        seat->turn = desk->turn;
        seat->turn_bytes = 0;
    }
    /* PROTOCOL §7.2: a sender may overdraw by one frame. */
    if (credit != 0 && seat->turn_bytes > credit) {
        p->retry_ms = MU_RETRY_CREDIT_MS;
        return MU_E_NO_CREDIT;
    }
    seat->turn_bytes += p->bytes.size;
    return MU_OK;
}

static void fill_bucket(const mu_desk *desk, struct mu_desk_seat *seat)
{
    int64_t passed_ms = desk->machine_ms - seat->filled_ms;
    uint64_t burst = burst_bytes(desk);

    if (seat->filled_ms == 0 || passed_ms >= 60000) {
        seat->rate_bytes = burst;
    } else if (passed_ms > 0) {
        seat->rate_bytes += (uint64_t)passed_ms * desk->options.rate_bytes_s / 1000;
        if (seat->rate_bytes > burst)
            seat->rate_bytes = burst;
    }
    seat->filled_ms = desk->machine_ms;
}

/* Lane 0 is never slowed by pace: a person may be dying for want of it. Credit bounds it. */
static enum mu_err gate_rate(mu_desk *desk, struct mu_proposal *p)
{
    struct mu_desk_seat *seat = p->seat;
    uint64_t missing;

    if (desk->options.rate_bytes_s == 0 || p->lane == MU_LANE_LIFE)
        return MU_OK;
    fill_bucket(desk, seat);
    if (seat->rate_bytes >= p->bytes.size) {
        seat->rate_bytes -= p->bytes.size;
        return MU_OK;
    }
    missing = p->bytes.size - seat->rate_bytes;
    p->retry_ms = (uint32_t)(missing * 1000 / desk->options.rate_bytes_s + 1);
    return MU_E_RATE;
}

enum mu_err mu_gate_seat(mu_desk *desk, struct mu_proposal *p)
{
    enum mu_err err = desk->full;

    /* The turn is lost already, and so is what could be read of the record inside it. */
    if (err != MU_OK) {
        p->retry_ms = MU_RETRY_FULL_MS;
        return err;
    }
    err = gate_credit(desk, p);
    return err != MU_OK ? err : gate_rate(desk, p);
}

bool mu_gate_may_pass(const mu_desk *desk, const struct mu_desk_seat *seat, uint8_t lane,
                      size_t bytes)
{
    uint32_t credit = seat->credit_bytes != 0 ? seat->credit_bytes : desk->options.credit_bytes;
    bool paced = desk->options.rate_bytes_s != 0 && lane != MU_LANE_LIFE && seat->filled_ms != 0;

    if (desk->full != MU_OK || (paced && seat->rate_bytes < bytes))
        return false;
    return credit == 0 || seat->turn != desk->turn || seat->turn_bytes <= credit;
}

enum mu_err mu_gate_room(mu_desk *desk, struct mu_proposal *p)
{
    enum mu_err err = mu_log_room(desk->log, p->lane, p->bytes.size);

    if (err == MU_E_FULL)
        p->retry_ms = MU_RETRY_FULL_MS;
    return err;
}
