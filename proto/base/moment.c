#include "proto/base/moment.h"

#include <string.h>

bool mu_take_digits(const char **at, size_t least, size_t most, int *out)
{
    size_t digits = strspn(*at, "0123456789");

    if (digits < least || digits > most || digits > 9)
        return false;
    *out = 0;
    for (size_t i = 0; i < digits; i++)
        *out = *out * 10 + (*(*at)++ - '0');
    return true;
}

bool mu_take_char(const char **at, char wanted)
{
    if (**at != wanted || wanted == '\0')
        return false;
    (*at)++;
    return true;
}

bool mu_take_clock(const char **at, struct mu_civil *t)
{
    t->second = 0;
    if (!mu_take_digits(at, 1, 2, &t->hour) || !mu_take_char(at, ':') ||
        !mu_take_digits(at, 2, 2, &t->minute))
        return false;
    if (mu_take_char(at, ':') && !mu_take_digits(at, 2, 2, &t->second))
        return false;
    return t->hour < 24 && t->minute < 60 && t->second < 60;
}

bool mu_take_date(const char **at, struct mu_civil *t)
{
    struct mu_civil day = {0}, again;

    if (!mu_take_digits(at, 4, 4, &day.year) || !mu_take_char(at, '-') ||
        !mu_take_digits(at, 2, 2, &day.month) || !mu_take_char(at, '-') ||
        !mu_take_digits(at, 2, 2, &day.day) || day.month < 1 || day.month > 12)
        return false;
    again = mu_civil(mu_civil_ms(&day, 0), 0);
    t->year = day.year;
    t->month = day.month;
    t->day = day.day;
    return again.month == day.month && again.day == day.day;
}

bool mu_take_offset(const char **at, int *offset_min)
{
    bool west = **at == '-';
    int hours, minutes;

    if (mu_take_char(at, 'Z')) {
        *offset_min = 0;
        return true;
    }
    if ((!mu_take_char(at, '+') && !mu_take_char(at, '-')) || !mu_take_digits(at, 2, 2, &hours) ||
        !mu_take_char(at, ':') || !mu_take_digits(at, 2, 2, &minutes) || hours > 14 || minutes > 59)
        return false;
    *offset_min = (hours * 60 + minutes) * (west ? -1 : 1);
    return true;
}

bool mu_moment_read(const char *text, int offset_min, int64_t *ms)
{
    struct mu_civil t = {0};

    if (!mu_take_date(&text, &t) || !mu_take_char(&text, 'T') || !mu_take_clock(&text, &t))
        return false;
    if (*text != '\0' && !mu_take_offset(&text, &offset_min))
        return false;
    *ms = mu_civil_ms(&t, offset_min);
    return *text == '\0';
}

bool mu_offset_read(const char *text, int *offset_min)
{
    return mu_take_offset(&text, offset_min) && *text == '\0';
}
