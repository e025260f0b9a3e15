/* Times as people type them after --since and --until. */
#ifndef MU_CLI_WHEN_H
#define MU_CLI_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/* "10m", "2h", "90s", "1d" and "20 min ago" count back from `now_ms`; "14:05", "14:05:30" are of the
 * local day of `now_ms`; "2031-07-16T14:05[:30]" and "2031-07-16" are local; "now" is now. */
bool mu_when(const char *text, int64_t now_ms, int offset_min, int64_t *out);

#endif
