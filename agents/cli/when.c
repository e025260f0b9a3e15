#include "agents/cli/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"

static const struct {
    const char *unit;
    int64_t ms;
} units[] = {
    {"s", 1000},
    {"sec", 1000},
    {"m", MU_MINUTE_MS},
    {"min", MU_MINUTE_MS},
    {"minutes", MU_MINUTE_MS},
    {"h", MU_HOUR_MS},
    {"hours", MU_HOUR_MS},
    {"hour", MU_HOUR_MS},
    {"d", MU_DAY_MS},
    {"days", MU_DAY_MS},
    {"秒", 1000},
    {"分", MU_MINUTE_MS},
    {"分钟", MU_MINUTE_MS},
    {"小时", MU_HOUR_MS},
    {"天", MU_DAY_MS},
};

/* "20 min ago": a number, a unit, and "ago" or nothing. */
static bool read_span(const char *text, int64_t *ms)
{
    char unit[32], ago[32], more[2];
    char *end;
    long count = strtol(text, &end, 10);

    if (end == text || count < 0 || count > 1000000)
        return false;
    int words = sscanf(end, " %31s %31s %1s", unit, ago, more);
    if (words < 1 || words > 2 || (words == 2 && strcmp(ago, "ago") != 0 && strcmp(ago, "前") != 0))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(units[i].unit, unit) != 0)
            continue;
        *ms = count * units[i].ms;
        return true;
    }
    return false;
}

static bool clock_ok(const struct mu_civil *c)
{
    return c->month >= 1 && c->month <= 12 && c->day >= 1 && c->day <= 31 && c->hour >= 0 &&
           c->hour < 24 && c->minute >= 0 && c->minute < 60 && c->second >= 0 && c->second < 60;
}

/* At least one digit, at most `most`, off the front. */
static bool take_digits(const char **at, size_t most, int *out)
{
    size_t count = 0;

    *out = 0;
    while (count < most && **at >= '0' && **at <= '9') {
        *out = *out * 10 + (**at - '0');
        (*at)++;
        count++;
    }
    return count > 0;
}

static bool take_character(const char **at, char wanted)
{
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

/* Hours, minutes and maybe seconds, and nothing behind them. */
static bool read_clock(const char *at, struct mu_civil *c)
{
    c->second = c->ms = 0;
    if (!take_digits(&at, 2, &c->hour) || !take_character(&at, ':') ||
        !take_digits(&at, 2, &c->minute))
        return false;
    if (*at == ':' && (!take_character(&at, ':') || !take_digits(&at, 2, &c->second)))
        return false;
    return *at == '\0' && clock_ok(c);
}

static bool read_date(const char *at, struct mu_civil *c)
{
    *c = (struct mu_civil){0};
    if (!take_digits(&at, 4, &c->year) || !take_character(&at, '-') ||
        !take_digits(&at, 2, &c->month) || !take_character(&at, '-') ||
        !take_digits(&at, 2, &c->day))
        return false;
    if (*at == '\0')
        return clock_ok(c);
    return (take_character(&at, 'T') || take_character(&at, ' ')) && read_clock(at, c);
}

bool mu_when(const char *text, int64_t now_ms, int offset_min, int64_t *out)
{
    struct mu_civil c = mu_civil(now_ms, offset_min);
    int64_t span;

    if (strcmp(text, "now") == 0) {
        *out = now_ms;
        return true;
    }
    if (read_span(text, &span)) {
        *out = now_ms - span;
        return true;
    }
    if (!read_clock(text, &c) && !read_date(text, &c))
        return false;
    *out = mu_civil_ms(&c, offset_min);
    return true;
}
