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
    char unit[32], ago[32];
    char *end;
    long count = strtol(text, &end, 10);

    if (end == text || count < 0 || count > 1000000)
        return false;
    int words = sscanf(end, " %31s %31s", unit, ago);
    if (words < 1 || (words == 2 && strcmp(ago, "ago") != 0 && strcmp(ago, "前") != 0))
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

/* Hours, minutes and maybe seconds, and nothing behind them. */
static bool read_clock(const char *text, struct mu_civil *c)
{
    int used = 0;

    c->hour = c->minute = c->second = c->ms = 0;
    if (sscanf(text, "%2d:%2d%n", &c->hour, &c->minute, &used) < 2 || used < 4)
        return false;
    if (text[used] == ':') {
        int more = 0;

        if (sscanf(text + used, ":%2d%n", &c->second, &more) < 1)
            return false;
        used += more;
    }
    return text[used] == '\0' && clock_ok(c);
}

static bool read_date(const char *text, struct mu_civil *c)
{
    int used = 0;

    *c = (struct mu_civil){0};
    if (sscanf(text, "%4d-%2d-%2d%n", &c->year, &c->month, &c->day, &used) < 3 || used < 8)
        return false;
    if (text[used] == '\0')
        return clock_ok(c);
    return (text[used] == 'T' || text[used] == ' ') && read_clock(text + used + 1, c);
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
