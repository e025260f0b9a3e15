#include "proto/words/amount.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/clock.h"

void mu_words_count(struct mu_text *out, int64_t value)
{
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%" PRIu64,
                          value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value);

    if (value < 0)
        mu_text_add(out, "-");
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            mu_text_add(out, ",");
        mu_text_addf(out, "%c", digits[i]);
    }
}

void mu_words_milli(struct mu_text *out, int64_t milli)
{
    int64_t whole = milli / 1000;
    int64_t rest = milli % 1000 < 0 ? -(milli % 1000) : milli % 1000;
    char part[8];

    if (whole == 0 && milli < 0)
        mu_text_add(out, "-");
    mu_words_count(out, whole);
    if (rest == 0)
        return;
    snprintf(part, sizeof part, ".%03d", (int)rest);
    for (size_t last = strlen(part); part[last - 1] == '0'; last--)
        part[last - 1] = '\0';
    mu_text_add(out, part);
}

void mu_words_post(struct mu_text *out, int64_t m)
{
    mu_text_addf(out, "%" PRId64 "+%03" PRId64, m / 1000, m % 1000);
}

void mu_words_moment(struct mu_text *out, int64_t ms, int offset_min)
{
    struct mu_civil c = mu_civil(ms, offset_min);

    mu_text_addf(out, "%04d-%02d-%02d ", c.year, c.month, c.day);
    mu_words_clock(out, ms, offset_min);
}

void mu_words_clock(struct mu_text *out, int64_t ms, int offset_min)
{
    struct mu_civil c = mu_civil(ms, offset_min);

    mu_text_addf(out, "%02d:%02d", c.hour, c.minute);
    if (c.second != 0)
        mu_text_addf(out, ":%02d", c.second);
}
