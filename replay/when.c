#include "replay/when.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/moment.h"
#include "proto/words/amount.h"

static enum mu_err read_civil(const char *at, int offset_min, int64_t *out)
{
    struct mu_civil civil = {.ms = 999};
    const char *clock;

    if (!mu_take_date(&at, &civil) || (!mu_take_char(&at, 'T') && !mu_take_char(&at, ' ')))
        return MU_E_BAD_VALUE;
    clock = at;
    if (!mu_take_clock(&at, &civil))
        return MU_E_BAD_VALUE;
    if (memchr(clock, ':', (size_t)(at - clock)) == memrchr(clock, ':', (size_t)(at - clock)))
        civil.second = 59;
    if ((*at != '\0' && !mu_take_offset(&at, &offset_min)) || *at != '\0')
        return MU_E_BAD_VALUE;
    *out = mu_civil_ms(&civil, offset_min);
    return MU_OK;
}

enum mu_err mu_time_read(const char *text, int offset_min, int64_t *out)
{
    char *end;

    if (text == NULL) {
        *out = INT64_MAX;
        return MU_OK;
    }
    errno = 0;
    *out = strtoll(text, &end, 10);
    if (end != text && *end == '\0')
        return errno == 0 && *out >= 0 ? MU_OK : MU_E_BAD_VALUE;
    return read_civil(text, offset_min, out);
}

enum mu_err mu_time_check(const char *text)
{
    int64_t ms;

    return mu_time_read(text, 0, &ms);
}

void mu_time_write(int64_t ms, int offset_min, char out[MU_MOMENT_CHARS])
{
    struct mu_civil c = mu_civil(ms, offset_min);
    int used = snprintf(out, MU_MOMENT_CHARS, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day,
                        c.hour, c.minute);

    if (c.second != 0 && c.second != 59)
        snprintf(out + used, MU_MOMENT_CHARS - (size_t)used, ":%02d", c.second);
}

void mu_time_note_after(const struct mu_verify_options *options, int64_t asked_ms, int64_t last_ms,
                        int offset_min)
{
    char when[MU_MOMENT_CHARS], line[256];
    const char *args[] = {when};
    struct mu_text text = mu_text(line, sizeof line);

    if (asked_ms == INT64_MAX || mu_minute(asked_ms) <= last_ms)
        return;
    mu_time_write(last_ms, offset_min, when);
    mu_words_fill(&text, mu_word(MU_W_REPLAY_AFTER, options->lang), args, 1);
    fprintf(stderr, "%s\n", line);
}

void mu_time_offset(int offset_min, char out[MU_MOMENT_CHARS])
{
    int off = offset_min < 0 ? -offset_min : offset_min;

    snprintf(out, MU_MOMENT_CHARS, "%c%02d:%02d", offset_min < 0 ? '-' : '+', off / 60, off % 60);
}

void mu_time_clock(int64_t ms, int offset_min, char out[MU_CLOCK_CHARS])
{
    struct mu_text text = mu_text(out, MU_CLOCK_CHARS);

    mu_words_clock(&text, ms, offset_min);
}
