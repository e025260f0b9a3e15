#include "agents/cli/import/usgs.h"

#include <string.h>

#include "proto/base/clock.h"

/* ---- numbers ---- */

bool mu_usgs_number(const char *text, int64_t *digits, unsigned *places)
{
    bool negative = *text == '-';
    size_t before, behind = 0;

    text += negative || *text == '+';
    before = strspn(text, "0123456789");
    if (before > 9)
        return false;
    if (text[before] == '.')
        behind = strspn(text + before + 1, "0123456789");
    if (before + behind == 0 || behind > MU_USGS_PLACES_MAX ||
        text[before + behind + (text[before] == '.')] != '\0')
        return false;
    *digits = 0;
    for (; *text != '\0'; text++)
        if (*text != '.')
            *digits = *digits * 10 + (*text - '0');
    if (negative)
        *digits = -*digits;
    *places = (unsigned)behind;
    return true;
}

__extension__ typedef __int128 wide;

/* digits / 10^places * numerator / 10^power, to the nearest whole, halves away from zero. */
static int64_t scale(int64_t digits, unsigned places, int64_t numerator, unsigned power)
{
    wide product = (wide)digits * numerator, divisor = 1, half;

    for (unsigned i = 0; i < places + power; i++)
        divisor *= 10;
    half = divisor / 2;
    return (int64_t)((product + (product < 0 ? -half : half)) / divisor);
}

/* 1 ft = 0.3048 m by definition. */
int64_t mu_usgs_feet(int64_t digits, unsigned places)
{
    return scale(digits, places, 3048, 1);
}

/* 0.3048³ m³ = 0.028316846592 m³ */
int64_t mu_usgs_cubic_feet(int64_t digits, unsigned places)
{
    return scale(digits, places, INT64_C(28316846592), 9);
}

/* ---- times ---- */

static bool pass_digits(const char **at, size_t count, int *out)
{
    *out = 0;
    for (size_t i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool pass_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static const struct {
    const char *name;
    int offset_min;
} zones[] = {
    {"UTC", 0},    {"GMT", 0},     {"Z", 0},       {"AST", -240}, {"ADT", -180}, {"EST", -300},
    {"EDT", -240}, {"CST", -360},  {"CDT", -300},  {"MST", -420}, {"MDT", -360}, {"PST", -480},
    {"PDT", -420}, {"AKST", -540}, {"AKDT", -480}, {"HST", -600}, {"GST", 600},  {"SST", -660},
};

static bool zone_offset(const char *name, int *offset_min)
{
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        if (strcmp(zones[i].name, name) == 0) {
            *offset_min = zones[i].offset_min;
            return true;
        }
    return false;
}

/* -05:00, +10:00, Z */
static bool pass_offset(const char **at, int *offset_min)
{
    bool west = **at == '-';
    int hours, minutes;

    if (pass_char(at, 'Z')) {
        *offset_min = 0;
        return true;
    }
    if ((!pass_char(at, '-') && !pass_char(at, '+')) || !pass_digits(at, 2, &hours) ||
        !pass_char(at, ':') || !pass_digits(at, 2, &minutes) || hours > 14 || minutes > 59)
        return false;
    *offset_min = (hours * 60 + minutes) * (west ? -1 : 1);
    return true;
}

static bool pass_fraction(const char **at)
{
    int digit;

    if (!pass_char(at, '.'))
        return true;
    if (!pass_digits(at, 1, &digit))
        return false;
    while (**at >= '0' && **at <= '9')
        (*at)++;
    return true;
}

static bool is_date(const struct mu_civil *civil)
{
    struct mu_civil back = mu_civil(mu_civil_ms(civil, 0), 0);

    return civil->year >= 1880 && civil->month == back.month && civil->day == back.day &&
           civil->hour <= 23 && civil->minute <= 59 && civil->second <= 59;
}

bool mu_usgs_time(const char *text, const char *zone, int64_t *ms)
{
    struct mu_civil civil = {0};
    int offset_min = 0;

    if (!pass_digits(&text, 4, &civil.year) || !pass_char(&text, '-') ||
        !pass_digits(&text, 2, &civil.month) || !pass_char(&text, '-') ||
        !pass_digits(&text, 2, &civil.day) || (!pass_char(&text, zone != NULL ? ' ' : 'T')) ||
        !pass_digits(&text, 2, &civil.hour) || !pass_char(&text, ':') ||
        !pass_digits(&text, 2, &civil.minute))
        return false;
    if (pass_char(&text, ':') && (!pass_digits(&text, 2, &civil.second) || !pass_fraction(&text)))
        return false;
    if (zone != NULL ? !zone_offset(zone, &offset_min) : !pass_offset(&text, &offset_min))
        return false;
    if (*text != '\0' || civil.month < 1 || civil.month > 12 || !is_date(&civil))
        return false;
    *ms = mu_civil_ms(&civil, offset_min);
    return true;
}

/* ---- qualification codes ---- */

#define OK MUSTER__SENSOR_STATE__SENSOR_STATE_OK
#define SUSPECT MUSTER__SENSOR_STATE__SENSOR_STATE_SUSPECT
#define LOST MUSTER__SENSOR_STATE__SENSOR_STATE_LOST

/* "Data-value qualification codes" and "instantaneous-value status codes" of the service's help. */
static const struct {
    const char *code;
    Muster__SensorState sensor;
} codes[] = {
    {"A", OK},        {"P", OK},        {"R", OK},        {"e", SUSPECT},   {"E", SUSPECT},
    {"Ice", SUSPECT}, {"Bkw", SUSPECT}, {"Rat", SUSPECT}, {"Fld", SUSPECT}, {"Ssn", LOST},
    {"Dry", SUSPECT}, {"ZFl", SUSPECT}, {"Eqp", LOST},    {"Mnt", LOST},    {"Dis", LOST},
    {"Pmp", SUSPECT}, {"Tst", SUSPECT}, {"Pr", LOST},     {"***", LOST},    {"--", LOST},
    {"<", SUSPECT},   {">", SUSPECT},
};

static bool take_code(const char *text, size_t size, struct mu_usgs_codes *out)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (strlen(codes[i].code) != size || memcmp(codes[i].code, text, size) != 0)
            continue;
        out->approved = out->approved || codes[i].code[0] == 'A';
        out->estimated = out->estimated || (size == 1 && (text[0] == 'e' || text[0] == 'E'));
        out->bound = out->bound || text[0] == '<' || text[0] == '>';
        if (codes[i].sensor > out->sensor)
            out->sensor = codes[i].sensor;
        return true;
    }
    return false;
}

bool mu_usgs_codes(const char *text, struct mu_usgs_codes *out, char *unknown, size_t size)
{
    *out = (struct mu_usgs_codes){.sensor = OK};
    while (*text != '\0') {
        size_t length = strcspn(text, ":, ");

        if (length > 0 && !take_code(text, length, out)) {
            struct mu_text copy = mu_text(unknown, size);

            mu_text_addf(&copy, "%.*s", (int)(length < 64 ? length : 64), text);
            return false;
        }
        text += length + (text[length] != '\0');
    }
    return true;
}
