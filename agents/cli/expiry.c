#include "agents/cli/expiry.h"

#include <inttypes.h>
#include <stdio.h>

#include "agents/cli/enrol/ca.h"
#include "agents/cli/county.h"
#include "agents/cli/keyvalue.h"
#include "agents/cli/show/show.h"
#include "agents/sdk/conf.h"
#include "agents/sdk/file.h"
#include "proto/base/clock.h"
#include "proto/sign/certificate.h"

#define TOLD_NAME                                                                                  \
    "certificate.told" /* which end, which mark, which day: so that nobody is nagged */
#define DAILY_FROM 7

int mu_expiry_mark(int64_t until_ms, int64_t now_ms)
{
    static const int marks[] = {7, 14, MU_EXPIRY_DAYS};

    if (until_ms == 0)
        return MU_EXPIRY_FAR;
    if (now_ms >= until_ms)
        return 0;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (until_ms - now_ms <= marks[i] * MU_DAY_MS)
            return marks[i];
    return MU_EXPIRY_FAR;
}

void mu_expiry_days(int64_t until_ms, int64_t now_ms, char *out, size_t size)
{
    snprintf(out, size, "%" PRId64, until_ms > now_ms ? (until_ms - now_ms) / MU_DAY_MS : 0);
}

/* ---- once is enough -------------------------------------------------------------------------------- */

static bool was_told(const char *dir, int64_t until_ms, int mark, int64_t day)
{
    char text[256];

    if (mu_file_get(dir, TOLD_NAME, text, sizeof text) != MU_OK ||
        mu_keyvalue_number(text, "until") != until_ms)
        return false;
    return mark > DAILY_FROM
               ? mu_keyvalue_number(text, "mark") <= mark
               : mu_keyvalue_number(text, "day") == day && mu_keyvalue_number(text, "mark") <= mark;
}

static void keep_told(const char *dir, int64_t until_ms, int mark, int64_t day)
{
    char buffer[256];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    mu_text_addf(&text, "until %" PRId64 "\nmark %d\nday %" PRId64 "\n", until_ms, mark, day);
    if (mu_file_put(dir, TOLD_NAME, (struct mu_bytes){(const uint8_t *)buffer, text.used}) != MU_OK)
        return; /* a directory we may only read: then it is said every time */
}

/* ---- the line -------------------------------------------------------------------------------------- */

int64_t mu_expiry_held(const char *dir)
{
    char der[MU_CERTIFICATE_BYTES_MAX + 1];
    char path[PATH_MAX];
    struct mu_certificate c;
    size_t size = 0;
    FILE *file = NULL;

    if (mu_file_path(dir, MU_CERTIFICATE_NAME, path) == MU_OK && (file = fopen(path, "re")) != NULL)
        size = fread(der, 1, sizeof der, file);
    if (file != NULL)
        fclose(file);
    if (mu_certificate_look((struct mu_bytes){(const uint8_t *)der, size}, &c) != MU_OK)
        return 0;
    return c.until_ms;
}

static void say(const struct mu_cli *cli, const char *dir, const struct mu_county *county,
                int64_t until_ms, int64_t now_ms)
{
    struct mu_cli marked = *cli; /* also before the link is open, an exercise is one */
    struct mu_style style = {.lang = cli->lang, .offset_min = county->offset_min};
    struct mu_home conf = {0};
    char days[24], date[64];
    struct mu_text text = mu_text(date, sizeof date);

    if (mu_conf_read(dir, &conf) != MU_OK)
        return;
    marked.exercise = county->status == MUSTER__STATUS__STATUS_EXERCISE;
    mu_expiry_days(until_ms, now_ms, days, sizeof days);
    mu_show_iso(&text, &style, until_ms);
    if (text.used > 10)
        date[10] = '\0'; /* the day is enough */
    mu_cli_tell(&marked, now_ms >= until_ms ? MU_W_EXPIRY_OWN_OVER : MU_W_EXPIRY_OWN, days, date,
                conf.agency, NULL);
}

void mu_expiry_warn(const struct mu_cli *cli, const char *dir)
{
    struct mu_county county;
    int64_t until_ms = mu_expiry_held(dir), now_ms;
    int mark;

    if (until_ms == 0 || cli->quiet)
        return;
    mu_county_read(dir, &county);
    now_ms = mu_county_now_ms(&county, NULL);
    mark = mu_expiry_mark(until_ms, now_ms);
    if (mark == MU_EXPIRY_FAR || was_told(dir, until_ms, mark, now_ms / MU_DAY_MS))
        return;
    say(cli, dir, &county, until_ms, now_ms);
    keep_told(dir, until_ms, mark, now_ms / MU_DAY_MS);
}
