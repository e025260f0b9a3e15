#include "agents/cli/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/moment.h"

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

/* Hours, minutes and maybe seconds, and nothing behind them. */
static bool read_clock(const char *at, struct mu_civil *c)
{
    c->ms = 0;
    return mu_take_clock(&at, c) && *at == '\0';
}

/* A day, or a day and a clock behind a T or a blank. */
static bool read_date(const char *at, struct mu_civil *c)
{
    *c = (struct mu_civil){0};
    if (!mu_take_date(&at, c))
        return false;
    return *at == '\0' || ((mu_take_char(&at, 'T') || mu_take_char(&at, ' ')) && read_clock(at, c));
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
