#include "agents/player/hours.h"

#include "proto/base/moment.h"

bool mu_hours_offset(const char *text, int *offset_min)
{
    return mu_offset_read(text, offset_min);
}

bool mu_hours_date(const char *text, int offset_min, int64_t *ms)
{
    return mu_moment_read(text, offset_min, ms);
}

int64_t mu_hours_day(const struct mu_hours *hours)
{
    struct mu_civil civil = mu_civil(hours->start_ms, hours->offset_min);

    civil.hour = civil.minute = civil.second = civil.ms = 0;
    return mu_civil_ms(&civil, hours->offset_min);
}

/* T+MM:SS counts seconds of the reference's rate, so T+00:02 at 30 is one log minute. */
static bool read_count(const char *text, const struct mu_hours *hours, int64_t *ms)
{
    int minutes, seconds;

    if (!mu_take_digits(&text, 1, 5, &minutes) || !mu_take_char(&text, ':') ||
        !mu_take_digits(&text, 2, 2, &seconds) || *text != '\0' || seconds > 59)
        return false;
    *ms = hours->start_ms + (minutes * INT64_C(60) + seconds) * hours->rate * 1000;
    return true;
}

bool mu_hours_clock(const char *text, const struct mu_hours *hours, int64_t *ms)
{
    struct mu_civil civil = {0};
    const char *at = text;

    if (text[0] == 'T' && text[1] == '+')
        return read_count(text + 2, hours, ms);
    if (!mu_take_clock(&at, &civil) || *at != '\0')
        return mu_hours_date(text, hours->offset_min, ms);
    *ms = mu_hours_day(hours) +
          (civil.hour * INT64_C(3600) + civil.minute * INT64_C(60) + civil.second) * 1000;
    return true;
}
