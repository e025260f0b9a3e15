/* Times as people write them: "14:05", "14:05:30", "2031-07-16", "2031-07-16T14:05", "+08:00".
 *
 * The takers read from the front of a text and move *at behind what they took; on false, *at and *t may
 * have changed. ISO 8601 in its extended form.
 */
#ifndef MU_BASE_MOMENT_H
#define MU_BASE_MOMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/clock.h"

/* `least` to `most` digits (at most 9); false when there are fewer or more. */
bool mu_take_digits(const char **at, size_t least, size_t most, int *out);
bool mu_take_char(const char **at, char wanted);
/* Hours, minutes and maybe seconds of a day. */
bool mu_take_clock(const char **at, struct mu_civil *t);
/* A day of the calendar: 31 April is none. */
bool mu_take_date(const char **at, struct mu_civil *t);
/* "+08:00", "-03:30" or "Z". */
bool mu_take_offset(const char **at, int *offset_min);

/* The whole text is a date and a clock, maybe with its own offset; else `offset_min` holds. */
bool mu_moment_read(const char *text, int offset_min, int64_t *ms);
/* The whole text is an offset. */
bool mu_offset_read(const char *text, int *offset_min);

#endif
