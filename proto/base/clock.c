#include "proto/base/clock.h"

int64_t mu_clock_at(const struct mu_clock *clock, int64_t machine_ms)
{
    return clock->start_ms + (machine_ms - clock->machine_ms) * (int64_t)clock->rate_milli / 1000;
}

static int64_t floor_to(int64_t value, int64_t unit)
{
    int64_t rest = value % unit;

    return value - (rest < 0 ? rest + unit : rest);
}

int64_t mu_minute(int64_t ms)
{
    return floor_to(ms, MU_MINUTE_MS);
}

/* Days since 1970 to a date and back, in the proleptic Gregorian calendar. The year is counted
 * from March so that the leap day is the last of its year. */
static void date_of_day(int64_t day, struct mu_civil *out)
{
    int64_t z = day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;

    out->day = (int)(of_year - (153 * month + 2) / 5 + 1);
    out->month = (int)(month < 10 ? month + 3 : month - 9);
    out->year = (int)(year + era * 400 + (out->month <= 2));
}

static int64_t day_of_date(const struct mu_civil *civil)
{
    int64_t year = civil->year - (civil->month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era_year = year - era * 400;
    int64_t month = (civil->month + 9) % 12;
    int64_t of_year = (153 * month + 2) / 5 + civil->day - 1;
    int64_t of_era = of_era_year * 365 + of_era_year / 4 - of_era_year / 100 + of_year;

    return era * 146097 + of_era - 719468;
}

/* A stranger's time may be anything; 146 million years either way are enough to show that it is wrong. */
static int64_t within_reason(int64_t ms)
{
    int64_t most = INT64_MAX / 2;

    return ms > most ? most : ms < -most ? -most : ms;
}

struct mu_civil mu_civil(int64_t ms, int offset_min)
{
    int64_t local = within_reason(ms) + offset_min * MU_MINUTE_MS;
    int64_t midnight = floor_to(local, MU_DAY_MS);
    int64_t rest = local - midnight;
    struct mu_civil out = {
        .hour = (int)(rest / MU_HOUR_MS),
        .minute = (int)(rest / MU_MINUTE_MS % 60),
        .second = (int)(rest / 1000 % 60),
        .ms = (int)(rest % 1000),
    };

    date_of_day(midnight / MU_DAY_MS, &out);
    return out;
}

int64_t mu_civil_ms(const struct mu_civil *civil, int offset_min)
{
    return day_of_date(civil) * MU_DAY_MS + civil->hour * MU_HOUR_MS +
           civil->minute * MU_MINUTE_MS + civil->second * INT64_C(1000) + civil->ms -
           offset_min * MU_MINUTE_MS;
}
