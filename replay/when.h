/* Times an auditor types and reads, in the log's local time. */
#ifndef MU_REPLAY_WHEN_H
#define MU_REPLAY_WHEN_H

#include <stdint.h>
#include <stdio.h>

#include "replay/verify.h"

/* 2031-07-16T14:24 means to the end of that minute, with +08:00 or Z behind it elsewhere than in the log's
 * local time; digits alone are milliseconds; NULL: the end, INT64_MAX. Errors: MU_E_BAD_VALUE. */
MU_MUST_USE enum mu_err mu_time_read(const char *text, int offset_min, int64_t *out);
/* Whether it parses can be said before anything is read; when that is, only genesis tells. */
MU_MUST_USE enum mu_err mu_time_check(const char *text);
/* "2031-07-16 14:24", or with seconds where there are some; of a time to the end of its minute, the minute. */
#define MU_MOMENT_CHARS 48
void mu_time_write(int64_t ms, int offset_min, char out[MU_MOMENT_CHARS]);
/* "2031-07-16 14:48" on standard error, when a time that was asked for lies behind the record's last entry:
 * by then more may have happened. Another minute is meant, not another second. */
void mu_time_note_after(const struct mu_verify_options *options, int64_t asked_ms, int64_t last_ms,
                        int offset_min);
/* "+08:00" */
void mu_time_offset(int offset_min, char out[MU_MOMENT_CHARS]);
/* "14:24", or with seconds where there are some. */
#define MU_CLOCK_CHARS 40
void mu_time_clock(int64_t ms, int offset_min, char out[MU_CLOCK_CHARS]);

#endif
