/* Published gauge series: what is taken of them, to the last digit, and what is refused and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/cli/import/json.c"
#include "agents/cli/import/usgs.c"
#include "agents/cli/import/usgs_json.c"
#include "agents/cli/import/usgs_rdb.c"
#include "agents/cli/import/usgs_value.c"
#include "proto/base/clock.h"

/* 2019-02-14 05:00 UTC */
#define FEB_14_MS INT64_C(1550120400000)

static char file_bytes[65536];

static struct mu_bytes read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size;

    assert_non_null(file);
    size = fread(file_bytes, 1, sizeof file_bytes, file);
    assert_true(size > 0 && size < sizeof file_bytes);
    fclose(file);
    return (struct mu_bytes){(const uint8_t *)file_bytes, size};
}

static mu_usgs *open_bytes(struct mu_bytes text)
{
    struct mu_nanao_refusal refusal;
    mu_usgs *reader;

    assert_int_equal(mu_usgs_open(text, &reader, &refusal), MU_OK);
    return reader;
}

static mu_usgs *open_words(const char *text)
{
    return open_bytes((struct mu_bytes){(const uint8_t *)text, strlen(text)});
}

static void refuses_file(struct mu_bytes text, enum mu_word why)
{
    struct mu_nanao_refusal refusal;
    mu_usgs *reader;

    assert_int_not_equal(mu_usgs_open(text, &reader, &refusal), MU_OK);
    assert_null(reader);
    assert_int_equal(refusal.why, why);
}

static struct mu_usgs_value takes(mu_usgs *reader)
{
    struct mu_nanao_refusal refusal;
    struct mu_usgs_value value;

    if (mu_usgs_next(reader, &value, &refusal) != MU_OK)
        fail_msg("refused: %s %s", mu_word(refusal.why, MU_LANG_EN), refusal.about[0]);
    return value;
}

static void refuses(mu_usgs *reader, enum mu_word why)
{
    struct mu_nanao_refusal refusal;
    struct mu_usgs_value value;
    enum mu_err err = mu_usgs_next(reader, &value, &refusal);

    assert_true(err != MU_OK && err != MU_E_ABSENT);
    assert_int_equal(refusal.why, why);
}

static void ends(mu_usgs *reader)
{
    struct mu_nanao_refusal refusal;
    struct mu_usgs_value value;

    assert_int_equal(mu_usgs_next(reader, &value, &refusal), MU_E_ABSENT);
    mu_usgs_close(&reader);
}

/* ---- as published ---- */

/* 974 ft³/s × 28.316846592 = 27580.608… thousandths of a m³/s; 966 = 27354.07…; 963 = 27269.12…;
 * 955 = 27042.58…. 6.48 ft × 304.8 = 1975.104 mm; 3.13 ft = 954.024. */
static void instantaneous_values_as_published(void **state)
{
    static const int64_t flows[] = {27581, 27581, 27354, 27269, 27043};
    mu_usgs *reader = open_bytes(read_file("tests/data/usgs/waterservices_iv.txt"));
    struct mu_usgs_value value;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        value = takes(reader);
        assert_string_equal(value.id, "USGS-01491000");
        assert_string_equal(value.site_name, "CHOPTANK RIVER NEAR GREENSBORO, MD");
        assert_int_equal(value.what, MU_USGS_FLOW);
        assert_int_equal(value.value, flows[i]);
        assert_int_equal(value.at_ms, FEB_14_MS + (int64_t)i * 15 * MU_MINUTE_MS);
        assert_true(value.approved);
        assert_int_equal(value.sensor, MUSTER__SENSOR_STATE__SENSOR_STATE_OK);
    }
    value = takes(reader);
    assert_int_equal(value.what, MU_USGS_STAGE);
    assert_int_equal(value.value, 1975);
    /* Above the gauge's own zero, and no other. */
    assert_int_equal(value.datum, MUSTER__VERTICAL_DATUM__VERTICAL_DATUM_LOCAL);
    for (size_t i = 0; i < 9; i++)
        value = takes(reader);
    value = takes(reader);
    assert_string_equal(value.id, "USGS-01645000");
    assert_int_equal(value.value, 954);
    for (size_t i = 0; i < 4; i++)
        value = takes(reader);
    assert_int_equal(value.line, 20);
    ends(reader);
}

static void a_daily_mean_is_no_reading(void **state)
{
    mu_usgs *reader = open_bytes(read_file("tests/data/usgs/RDB1Example.txt"));

    (void)state;
    for (size_t i = 0; i < 31; i++)
        refuses(reader, MU_W_USGS_STATISTIC);
    ends(reader);
    reader = open_bytes(read_file("tests/data/usgs/waterservices_dv.txt"));
    for (size_t i = 0; i < 4; i++)
        refuses(reader, MU_W_USGS_STATISTIC);
    ends(reader);
}

static void the_xml_form_is_refused_with_a_way_out(void **state)
{
    (void)state;
    refuses_file(read_file("tests/data/usgs/WaterML1Example.xml"), MU_W_USGS_XML);
}

/* ---- tab-separated ---- */

#define HEAD                                                                                       \
    "# comment\nagency_cd\tsite_no\tdatetime\ttz_cd\t1_00065\t1_00065_cd\t2_00060\t2_00060_cd\n"   \
    "5s\t15s\t20d\t6s\t14n\t10s\t14n\t10s\n"
#define ROW(time, zone, stage, stage_cd, flow, flow_cd)                                            \
    "USGS\t01491000\t" time "\t" zone "\t" stage "\t" stage_cd "\t" flow "\t" flow_cd "\n"

static void stage_and_flow_of_one_row(void **state)
{
    mu_usgs *reader = open_words(HEAD ROW("2019-02-14 00:15", "EST", "-0.05", "P:e", "1200", "A"));
    struct mu_usgs_value value = takes(reader);

    (void)state;
    assert_int_equal(value.line, 4);
    assert_int_equal(value.value, -15); /* −0.05 ft = −15.24 mm */
    assert_false(value.approved);
    assert_int_equal(value.sensor, MUSTER__SENSOR_STATE__SENSOR_STATE_SUSPECT);
    assert_int_equal(value.at_ms, FEB_14_MS + 15 * MU_MINUTE_MS);
    value = takes(reader);
    assert_int_equal(value.what, MU_USGS_FLOW);
    assert_int_equal(value.value, 33980); /* 1200 × 28.316846592 = 33980.2… */
    ends(reader);
}

/* A sensor that is frozen, broken or away says so; it never says 0. */
static void a_code_instead_of_a_number(void **state)
{
    mu_usgs *reader = open_words(HEAD ROW("2019-02-14 00:15", "EST", "Ice", "P", "",
                                          "P:Eqp") ROW("2019-02-14 00:30", "EST", "", "P", "", "")
                                     ROW("2019-02-14 00:45", "EST", "5.00", "P:Ice", "--", "P"));
    struct mu_usgs_value value = takes(reader);

    (void)state;
    assert_false(value.has_value);
    assert_int_equal(value.sensor, MUSTER__SENSOR_STATE__SENSOR_STATE_SUSPECT);
    value = takes(reader);
    assert_false(value.has_value);
    assert_int_equal(value.sensor, MUSTER__SENSOR_STATE__SENSOR_STATE_LOST);
    refuses(reader, MU_W_USGS_EMPTY); /* 00:30: no value and no reason; its flow was never there */
    value = takes(reader);
    assert_int_equal(value.value, 1524);
    assert_int_equal(value.sensor, MUSTER__SENSOR_STATE__SENSOR_STATE_SUSPECT);
    value = takes(reader);
    assert_false(value.has_value);
    assert_int_equal(value.sensor, MUSTER__SENSOR_STATE__SENSOR_STATE_LOST);
    ends(reader);
}

static void what_a_row_may_not_say(void **state)
{
    mu_usgs *reader =
        open_words(HEAD ROW("2019-02-14 00:15", "XYZ", "5.00", "P", "", "")
                       ROW("2019-02-30 00:15", "EST", "5.00", "P", "", "")
                           ROW("2019-02-14 00:15", "EST", "5.0.0", "P", "", "")
                               ROW("2019-02-14 00:15", "EST", "5.00", "P:Zz", "", "")
                                   ROW("2019-02-14 00:15", "EST", "5", "P:>", "",
                                       "") "USGS\t01491000\t2019-02-14 00:15\n"
                                           "USGS\t0149\t2019-02-14 00:15\tEST\t5\tP\t\t\n");

    (void)state;
    refuses(reader, MU_W_USGS_TIME);
    refuses(reader, MU_W_USGS_TIME);
    refuses(reader, MU_W_USGS_NUMBER);
    refuses(reader, MU_W_USGS_CODE);
    refuses(reader, MU_W_USGS_BOUND);
    refuses(reader, MU_W_IMPORT_COLUMNS);
    refuses(reader, MU_W_USGS_SITE);
    ends(reader);
}

static void another_parameter_is_not_taken_for_a_stage(void **state)
{
    mu_usgs *reader = open_words("agency_cd\tsite_no\tdatetime\ttz_cd\t1_00010\t1_00010_cd\n"
                                 "USGS\t01491000\t2019-02-14 00:15\tEST\t5.1\tP\n");

    (void)state;
    refuses(reader, MU_W_USGS_PARAMETER);
    ends(reader);
}

/* An elevation above NAVD 1988 says what it is above. */
static void an_elevation_names_its_datum(void **state)
{
    mu_usgs *reader = open_words("agency_cd\tsite_no\tdatetime\ttz_cd\t1_63160\t1_63160_cd\n"
                                 "USGS\t01491000\t2019-02-14 00:15\tEST\t100\tA\n");

    (void)state;
    assert_int_equal(takes(reader).datum, MUSTER__VERTICAL_DATUM__VERTICAL_DATUM_NAVD88);
    ends(reader);
}

static void files_that_are_none(void **state)
{
    static const char *const none[] = {"", "# only a comment\n", "a\tb\n1\t2\n", "{\"value\":{}}"};

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        refuses_file((struct mu_bytes){(const uint8_t *)none[i], strlen(none[i])},
                     MU_W_USGS_NO_SERIES);
    refuses_file((struct mu_bytes){(const uint8_t *)"{\"value\":", 9}, MU_W_USGS_NOT_JSON);
    refuses_file((struct mu_bytes){(const uint8_t *)"{\xff}", 3}, MU_W_IMPORT_NOT_TEXT);
}

/* ---- single values ---- */

static int64_t feet(const char *text)
{
    int64_t digits;
    unsigned places;

    assert_true(mu_usgs_number(text, &digits, &places));
    return mu_usgs_feet(digits, places);
}

/* Rounded once, to the nearest whole, halves away from zero: 0.625 ft is 190.5 mm. */
static void units_are_converted_exactly(void **state)
{
    int64_t digits;
    unsigned places;

    (void)state;
    assert_int_equal(feet("10"), 3048);
    assert_int_equal(feet("0.625"), 191);
    assert_int_equal(feet("-0.625"), -191);
    assert_int_equal(feet("0.001"), 0);
    assert_int_equal(feet("123456789.654321"), 37629629487); /* …486.6… */
    assert_true(mu_usgs_number("1000000", &digits, &places));
    assert_int_equal(mu_usgs_cubic_feet(digits, places), 28316847);
    assert_true(mu_usgs_number("999999999.999999", &digits, &places));
    assert_int_equal(mu_usgs_cubic_feet(digits, places), 28316846592);
    assert_false(mu_usgs_number("", &digits, &places));
    assert_false(mu_usgs_number("-", &digits, &places));
    assert_false(mu_usgs_number(".", &digits, &places));
    assert_false(mu_usgs_number("1e3", &digits, &places));
    assert_false(mu_usgs_number("1,000", &digits, &places));
    assert_false(mu_usgs_number("1234567890", &digits, &places));
}

static void times_keep_their_zone(void **state)
{
    int64_t ms;

    (void)state;
    assert_true(mu_usgs_time("2019-02-14T00:00:00.000-05:00", NULL, &ms));
    assert_int_equal(ms, FEB_14_MS);
    assert_true(mu_usgs_time("2019-02-14T05:00:00Z", NULL, &ms));
    assert_int_equal(ms, FEB_14_MS);
    assert_true(mu_usgs_time("2019-02-14 01:00", "EDT", &ms));
    assert_int_equal(ms, FEB_14_MS);
    assert_false(mu_usgs_time("2019-02-14 01:00", "", &ms));
    assert_false(mu_usgs_time("2019-02-14", "EST", &ms));
    assert_false(mu_usgs_time("2019-02-14T00:00:00", NULL, &ms));
    assert_false(mu_usgs_time("2019-13-14T00:00:00Z", NULL, &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instantaneous_values_as_published),
        cmocka_unit_test(a_daily_mean_is_no_reading),
        cmocka_unit_test(the_xml_form_is_refused_with_a_way_out),
        cmocka_unit_test(stage_and_flow_of_one_row),
        cmocka_unit_test(a_code_instead_of_a_number),
        cmocka_unit_test(what_a_row_may_not_say),
        cmocka_unit_test(another_parameter_is_not_taken_for_a_stage),
        cmocka_unit_test(an_elevation_names_its_datum),
        cmocka_unit_test(files_that_are_none),
        cmocka_unit_test(units_are_converted_exactly),
        cmocka_unit_test(times_keep_their_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
