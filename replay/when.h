/* Times an auditor types and reads, in the log's local time. */
#ifndef MU_REPLAY_WHEN_H
#define MU_REPLAY_WHEN_H

#include <stdint.h>
#include <stdio.h>

#include "proto/base/err.h"

/* 2031-07-16T14:24 means to the end of that minute; digits alone are milliseconds; NULL: the end. Errors:
 * MU_E_BAD_VALUE. */
MU_MUST_USE enum mu_err mu_time_read(const char *text, int offset_min, int64_t *out);
/* Whether it parses can be said before anything is read; when that is, only genesis tells. */
MU_MUST_USE enum mu_err mu_time_check(const char *text);
/* "as of 2031-07-16 14:24 (+08:00)" */
void mu_time_print_head(FILE *out, int64_t ms, int offset_min);
/* "14:24", or with seconds where there are some. */
#define MU_CLOCK_CHARS 40
void mu_time_clock(int64_t ms, int offset_min, char out[MU_CLOCK_CHARS]);

#endif
