/* The log clock, handed in: proto never asks the time.
 *
 * Log time is milliseconds since 1970 UTC as the record counts them; an exercise may run it faster
 * than the machine (rate), or only in steps (docs/PROTOCOL.md, section "Clock").
 */
#ifndef MU_BASE_CLOCK_H
#define MU_BASE_CLOCK_H

#include <stdint.h>

#define MU_MINUTE_MS INT64_C(60000)
#define MU_HOUR_MS INT64_C(3600000)
#define MU_DAY_MS INT64_C(86400000)

struct mu_clock {
    int64_t start_ms;    /* log time when the clock was started */
    int64_t machine_ms;  /* monotonic machine time at that instant */
    uint32_t rate_milli; /* log milliseconds per 1000 machine milliseconds; 0: steps only */
};

/* Log time at monotonic machine time `machine_ms`. */
int64_t mu_clock_at(const struct mu_clock *clock, int64_t machine_ms);

/* Rules' now: log time rounded down to the minute. */
int64_t mu_minute(int64_t ms);

/* Civil time of `ms` at `offset_min` east of UTC, for printing and for reading "14:05". */
struct mu_civil {
    int year, month, day, hour, minute, second, ms;
};
struct mu_civil mu_civil(int64_t ms, int offset_min);
int64_t mu_civil_ms(const struct mu_civil *civil, int offset_min);

#endif
