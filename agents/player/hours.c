#include "agents/player/hours.h"

#include <stddef.h>

/* `digits` digits at *at, then `end` (0: nothing further is asked of what follows). */
static bool pass_digits(const char **at, int digits, char end, int *out)
{
    *out = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    if (end == 0)
        return true;
    return *(*at)++ == end;
}

bool mu_hours_offset(const char *text, int *offset_min)
{
    int hours, minutes;
    char sign = *text;

    if (sign != '+' && sign != '-')
        return false;
    text++;
    if (!pass_digits(&text, 2, ':', &hours) || !pass_digits(&text, 2, 0, &minutes) ||
        *text != '\0' || hours > 14 || minutes > 59)
        return false;
    *offset_min = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
    return true;
}

/* 14:05 or 14:05:30, to the end of the text. */
static bool read_time(const char *text, struct mu_civil *civil)
{
    if (!pass_digits(&text, 2, ':', &civil->hour) || !pass_digits(&text, 2, 0, &civil->minute))
        return false;
    if (*text == ':') {
        text++;
        if (!pass_digits(&text, 2, 0, &civil->second))
            return false;
    }
    return *text == '\0' && civil->hour < 24 && civil->minute < 60 && civil->second < 60;
}

bool mu_hours_date(const char *text, int offset_min, int64_t *ms)
{
    struct mu_civil civil = {0};

    if (!pass_digits(&text, 4, '-', &civil.year) || !pass_digits(&text, 2, '-', &civil.month) ||
        !pass_digits(&text, 2, 'T', &civil.day) || !read_time(text, &civil))
        return false;
    *ms = mu_civil_ms(&civil, offset_min);
    struct mu_civil back = mu_civil(*ms, offset_min);
    return back.month == civil.month && back.day == civil.day;
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
    int minutes = 0, seconds;
    const char *colon = text;

    while (*colon >= '0' && *colon <= '9' && colon - text < 5)
        colon++;
    if (colon == text || !pass_digits(&text, (int)(colon - text), ':', &minutes) ||
        !pass_digits(&text, 2, 0, &seconds) || *text != '\0' || seconds > 59)
        return false;
    *ms = hours->start_ms + (minutes * INT64_C(60) + seconds) * hours->rate * 1000;
    return true;
}

bool mu_hours_clock(const char *text, const struct mu_hours *hours, int64_t *ms)
{
    struct mu_civil civil = {0};

    if (text[0] == 'T' && text[1] == '+')
        return read_count(text + 2, hours, ms);
    if (!read_time(text, &civil))
        return mu_hours_date(text, hours->offset_min, ms);
    *ms = mu_hours_day(hours) +
          (civil.hour * INT64_C(3600) + civil.minute * INT64_C(60) + civil.second) * 1000;
    return true;
}
