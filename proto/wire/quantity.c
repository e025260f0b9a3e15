/* Numbers with units: 186.50m for a field in millimetres, 1.5h for one in minutes. */
#include <string.h>

#include "proto/wire/bounds.h"
#include "proto/wire/value.h"

#define FORMS_MAX 5u
/* Digits that fit into 63 bits whatever they are. */
#define DIGITS_MAX 18u

/* How many of the field's own unit one of the written unit makes. */
struct form {
    const char *unit;
    int64_t scale;
};

/* By the end of the field's name; the first that fits counts, so longer tails stand first.
 * `plain` is the scale of a number without a unit but with a point: 0.5 in a field of thousandths can
 * only be meant as 500, while 15 may well be 15 thousandths. */
static const struct scale_row {
    const char *tail;
    int64_t plain;
    struct form forms[FORMS_MAX];
} rows[] = {
    {"_e7", 10000000, {{"°", 10000000}}},
    {"_milli_m3s_per_hour", 1, {{"m3/s/h", 1000}, {"m³/s/h", 1000}}},
    {"_mm_per_hour", 1, {{"mm/h", 1}, {"cm/h", 10}, {"m/h", 1000}}},
    {"_km_per_hour", 1, {{"km/h", 1}}},
    {"km_per_hour", 1, {{"km/h", 1}}},
    {"_per_hour", 1, {{"/h", 1}}},
    {"_m_per_min", 1, {{"m/min", 1}}},
    {"_l_per_day", 1, {{"L", 1}, {"l", 1}, {"L/d", 1}, {"l/d", 1}}},
    {"_milli_m3s", 1, {{"m3/s", 1000}, {"m³/s", 1000}}},
    {"_milli", 1000, {{"u", 1000}}},
    {"_per_mille", 1, {{"‰", 1}, {"%", 10}}},
    {"_tenth_mm", 10, {{"mm", 10}}},
    {"_mm", 1, {{"mm", 1}, {"cm", 10}, {"m", 1000}}},
    {"_cm", 1, {{"cm", 1}, {"m", 100}}},
    {"_min", 1, {{"min", 1}, {"h", 60}, {"d", 1440}}},
    {"_m2", 1, {{"m2", 1}, {"m²", 1}}},
    {"_m3", 1, {{"m3", 1}, {"m³", 1}}},
    {"_m", 1, {{"m", 1}, {"km", 1000}}},
    {"_kg", 1, {{"kg", 1}, {"t", 1000}}},
    {"_g", 1, {{"g", 1}, {"kg", 1000}, {"t", 1000000}}},
};

/* "-12.50": mantissa -1250, decimals 2. */
struct decimal {
    int64_t mantissa;
    unsigned decimals;
    bool has_point;
};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool take_decimal(struct mu_bytes *text, struct decimal *out)
{
    size_t i = 0, digits = 0;
    bool negative = text->size > 0 && text->data[0] == '-';

    *out = (struct decimal){0, 0, false};
    if (text->size > 0 && (text->data[0] == '-' || text->data[0] == '+'))
        i++;
    for (; i < text->size; i++) {
        if (text->data[i] == '.' && !out->has_point && digits > 0) {
            out->has_point = true;
            continue;
        }
        if (!is_digit(text->data[i]))
            break;
        if (++digits > DIGITS_MAX)
            return false;
        out->mantissa = out->mantissa * 10 + (text->data[i] - '0');
        out->decimals += out->has_point;
    }
    if (negative)
        out->mantissa = -out->mantissa;
    *text = (struct mu_bytes){text->data + i, text->size - i};
    return digits > 0 && (!out->has_point || out->decimals > 0);
}

static bool is_unit(struct mu_bytes text, const char *unit)
{
    return text.size == strlen(unit) && memcmp(text.data, unit, text.size) == 0;
}

/* What one of `unit` makes in the field's own; 0: no such unit there. */
static int64_t scale_of(const char *name, struct mu_bytes unit, bool has_point)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!mu_name_ends(name, rows[i].tail))
            continue;
        if (unit.size == 0)
            return has_point ? rows[i].plain : 1;
        for (size_t k = 0; k < FORMS_MAX && rows[i].forms[k].unit != NULL; k++)
            if (is_unit(unit, rows[i].forms[k].unit))
                return rows[i].forms[k].scale;
        return 0;
    }
    return unit.size == 0 ? 1 : 0;
}

/* Chainage as engineers write it: 3+200 is 3200 m. */
static bool read_chainage(struct mu_bytes text, int64_t *out)
{
    int64_t value = 0;
    size_t plus = 0;

    if (text.size < 5 || text.size > 8 || text.data[text.size - 4] != '+')
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (is_digit(text.data[i]))
            value = value * 10 + (text.data[i] - '0');
        else if (i == text.size - 4)
            plus++;
        else
            return false;
    }
    *out = value;
    return plus == 1;
}

bool mu_quantity_read(const char *name, struct mu_bytes text, int64_t *out)
{
    struct decimal number;
    int64_t scale;

    if (mu_name_ends(name, "_m") && read_chainage(text, out))
        return true;
    if (!take_decimal(&text, &number))
        return false;
    scale = scale_of(name, text, number.has_point);
    if (scale == 0 || __builtin_mul_overflow(number.mantissa, scale, out))
        return false;
    /* Nothing is rounded: what is not whole in the field's unit was not meant for it. */
    for (; number.decimals > 0; number.decimals--) {
        if (*out % 10 != 0)
            return false;
        *out /= 10;
    }
    return true;
}
