/* The published forms of single values. */
#include "agents/cli/import/nanao.h"

#include <string.h>

#include "proto/base/clock.h"

/* Passes `word` if it stands at *at. */
static bool pass(const char **at, const char *word)
{
    size_t length = strlen(word);

    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

/* At most nine plain digits. */
static bool pass_number(const char **at, uint32_t *out)
{
    size_t digits = strspn(*at, "0123456789");

    if (digits == 0 || digits > 9)
        return false;
    *out = 0;
    for (size_t i = 0; i < digits; i++)
        *out = *out * 10 + (uint32_t)((*at)[i] - '0');
    *at += digits;
    return true;
}

/* 480, 1570, 1,054: groups are of three. */
static bool pass_grouped(const char **at, uint32_t *out)
{
    const char *first = *at;

    if (!pass_number(at, out))
        return false;
    if (**at == ',' && *at - first > 3)
        return false;
    while (**at == ',') {
        uint32_t group;
        const char *digits = ++*at;

        if (!pass_number(at, &group) || *at - digits != 3 || *out > 999999)
            return false;
        *out = *out * 1000 + group;
    }
    return true;
}

bool mu_nanao_count(const char *text, uint32_t *persons)
{
    return pass_number(&text, persons) && *text == '\0';
}

bool mu_nanao_capacity(const char *text, uint32_t *indoors)
{
    uint32_t outdoors;

    return pass(&text, "屋内") && pass_grouped(&text, indoors) && pass(&text, "人／屋外") &&
           pass_grouped(&text, &outdoors) && pass(&text, "人") &&
           (*text == '\0' || *text == '(' || strncmp(text, "（", strlen("（")) == 0);
}

/* ---- degrees ------------------------------------------------------------------------------------ */

bool mu_nanao_degrees(const char *text, int limit_deg, int32_t *e7)
{
    bool negative = pass(&text, "-");
    uint32_t whole;
    int64_t value;

    if (!pass_number(&text, &whole) || whole > 1000)
        return false;
    value = (int64_t)whole * 10000000;
    if (pass(&text, ".")) {
        int64_t unit = 1000000;

        if (*text == '\0')
            return false;
        for (; *text >= '0' && *text <= '9'; text++, unit /= 10) {
            if (unit == 0) {
                /* One digit past what an e7 holds decides the last one; more change nothing. */
                value += *text >= '5';
                text += strspn(text, "0123456789");
                break;
            }
            value += unit * (*text - '0');
        }
    }
    if (*text != '\0' || value > (int64_t)limit_deg * 10000000)
        return false;
    *e7 = (int32_t)(negative ? -value : value);
    return true;
}

/* ---- time ----------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int year_zero; /* the year before its first */
} eras[] = {{"令和", 2018}, {"平成", 1988}, {"昭和", 1925}};

static bool pass_year(const char **at, int *year)
{
    for (size_t i = 0; i < sizeof eras / sizeof eras[0]; i++) {
        uint32_t of_era = 1;

        if (!pass(at, eras[i].name))
            continue;
        if (!pass(at, "元") && !pass_number(at, &of_era))
            return false;
        *year = eras[i].year_zero + (int)of_era;
        return of_era >= 1 && of_era <= 99 && pass(at, "年");
    }
    return false;
}

static bool pass_part(const char **at, int least, int most, const char *unit, int *out)
{
    uint32_t number;

    if (!pass_number(at, &number) || number < (uint32_t)least || number > (uint32_t)most)
        return false;
    *out = (int)number;
    return pass(at, unit);
}

/* A day the month has: the date comes back as it went in. */
static bool is_date(const struct mu_civil *civil)
{
    struct mu_civil back = mu_civil(mu_civil_ms(civil, 0), 0);

    return back.month == civil->month && back.day == civil->day;
}

bool mu_nanao_time(const char *text, int64_t *ms)
{
    struct mu_civil civil = {0};

    if (!pass_year(&text, &civil.year) || !pass_part(&text, 1, 12, "月", &civil.month) ||
        !pass_part(&text, 1, 31, "日", &civil.day) || !is_date(&civil))
        return false;
    bool afternoon = pass(&text, "午後");
    if (!afternoon && !pass(&text, "午前"))
        return false;
    if (!pass_part(&text, 0, 11, "時", &civil.hour))
        return false;
    civil.hour += afternoon ? 12 : 0;
    if (*text != '\0' && !pass_part(&text, 0, 59, "分", &civil.minute))
        return false;
    *ms = mu_civil_ms(&civil, MU_NANAO_OFFSET_MIN);
    return *text == '\0';
}
