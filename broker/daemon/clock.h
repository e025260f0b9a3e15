/* The log clock as the broker owns it: the wall for what is real, running or in steps for exercises.
 * It is told the machine's clocks like everybody else. */
#ifndef MU_DAEMON_CLOCK_H
#define MU_DAEMON_CLOCK_H

#include "proto/authority/roster.h"
#include "proto/base/clock.h"

struct mu_broker_clock {
    bool is_wall;          /* an actual record: log time is the wall's */
    struct mu_clock clock; /* an exercise: rate 0 moves in steps */
};

/* The machine's clocks, read together. */
struct mu_instant {
    int64_t wall_ms;
    int64_t machine_ms; /* monotonic */
};
struct mu_instant mu_instant_now(void);

/* Goes on where the record last stood (`stood_ms`): a stopped broker stops an exercise's time. */
struct mu_broker_clock mu_broker_clock(const struct mu_genesis *genesis, int64_t stood_ms,
                                       const struct mu_instant *now);
int64_t mu_broker_clock_at(const struct mu_broker_clock *clock, const struct mu_instant *now);
/* An exercise goes on from `log_ms`; never back. */
void mu_broker_clock_leap(struct mu_broker_clock *clock, int64_t log_ms,
                          const struct mu_instant *now);
/* Machine milliseconds until the log clock reaches due_ms; -1 when it will not by itself. */
int64_t mu_broker_clock_until(const struct mu_broker_clock *clock, int64_t due_ms,
                              const struct mu_instant *now);

#endif
