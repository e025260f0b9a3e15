#include "broker/daemon/clock.h"

#include <time.h>

static int64_t read_ms(clockid_t id)
{
    struct timespec t;

    MU_CHECK(clock_gettime(id, &t) == 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct mu_instant mu_instant_now(void)
{
    return (struct mu_instant){read_ms(CLOCK_REALTIME), read_ms(CLOCK_MONOTONIC)};
}

struct mu_broker_clock mu_broker_clock(const struct mu_genesis *genesis, int64_t stood_ms,
                                       const struct mu_instant *now)
{
    return (struct mu_broker_clock){
        .is_wall = genesis->status == MUSTER__STATUS__STATUS_ACTUAL,
        .clock = {stood_ms, now->machine_ms, genesis->clock_rate_milli},
    };
}

int64_t mu_broker_clock_at(const struct mu_broker_clock *clock, const struct mu_instant *now)
{
    return clock->is_wall ? now->wall_ms : mu_clock_at(&clock->clock, now->machine_ms);
}

void mu_broker_clock_leap(struct mu_broker_clock *clock, int64_t log_ms,
                          const struct mu_instant *now)
{
    if (clock->is_wall || log_ms <= mu_broker_clock_at(clock, now))
        return;
    clock->clock.start_ms = log_ms;
    clock->clock.machine_ms = now->machine_ms;
}

int64_t mu_broker_clock_until(const struct mu_broker_clock *clock, int64_t due_ms,
                              const struct mu_instant *now)
{
    int64_t at = mu_broker_clock_at(clock, now);
    int64_t rate = clock->is_wall ? 1000 : clock->clock.rate_milli;

    if (due_ms <= at)
        return 0;
    if (rate == 0 || due_ms - at > INT64_MAX / 1000)
        return -1;
    return ((due_ms - at) * 1000 + rate - 1) / rate;
}
