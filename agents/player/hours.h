/* The clocks written in the files of an exercise, as log time. Local time is the reference's. */
#ifndef MU_PLAYER_HOURS_H
#define MU_PLAYER_HOURS_H

#include <stdbool.h>

#include "proto/base/clock.h"

struct mu_hours {
    int64_t start_ms;   /* T+00:00 */
    int64_t prelude_ms; /* while the prelude is entered */
    int offset_min;
    uint32_t rate; /* log seconds per second in T+MM:SS */
};

/* Each false when the text has another form. */
/* "+08:00" */
bool mu_hours_offset(const char *text, int *offset_min);
/* "2031-07-16T14:00" or with seconds */
bool mu_hours_date(const char *text, int offset_min, int64_t *ms);
/* "T+01:30", "14:05", "14:05:30" (on the day of T+00:00) or a date */
bool mu_hours_clock(const char *text, const struct mu_hours *hours, int64_t *ms);
/* Midnight, local, before T+00:00. */
int64_t mu_hours_day(const struct mu_hours *hours);

#endif
