/* The published head counts, all 32 of them, and what is refused of tables that went wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/cli/import/csv.c"
#include "agents/cli/import/nanao.c"
#include "agents/cli/import/value.c"
#include "proto/base/clock.h"

/* Rows and sums added up by another program (awk over the fourth field) and, for the three the issue
 * names, by hand. The clock is the file name's. */
static const struct {
    const char *stamp;
    size_t rows;
    uint32_t persons;
} published[] = {
    {"2024-01-09-1800", 29, 1886}, {"2024-01-11-1800", 28, 1888}, {"2024-01-13-0600", 28, 1933},
    {"2024-01-13-1800", 28, 1864}, {"2024-01-14-1800", 28, 1736}, {"2024-01-15-0600", 28, 1718},
    {"2024-01-15-1800", 28, 1767}, {"2024-01-16-1800", 26, 1570}, {"2024-01-17-0600", 26, 1537},
    {"2024-01-18-0600", 26, 1565}, {"2024-01-20-0600", 26, 1377}, {"2024-01-21-0600", 26, 1417},
    {"2024-01-23-0600", 26, 1318}, {"2024-01-25-0600", 26, 1249}, {"2024-01-26-0600", 26, 1256},
    {"2024-01-29-0600", 24, 1070}, {"2024-01-30-0600", 24, 1060}, {"2024-01-31-0600", 24, 1065},
    {"2024-02-01-0600", 24, 1031}, {"2024-02-02-0600", 23, 977},  {"2024-02-03-0600", 23, 965},
    {"2024-02-05-0600", 23, 925},  {"2024-02-06-0600", 23, 916},  {"2024-02-07-0600", 23, 902},
    {"2024-02-09-0600", 23, 887},  {"2024-02-11-0600", 23, 854},  {"2024-02-13-0600", 23, 817},
    {"2024-02-14-0600", 23, 809},  {"2024-02-15-0600", 23, 795},  {"2024-02-16-0600", 23, 788},
    {"2024-02-19-0600", 23, 742},  {"2024-02-22-0600", 23, 723},
};
#define PUBLISHED (sizeof published / sizeof published[0])

static char file_bytes[65536];

static struct mu_bytes read_published(const char *stamp)
{
    char path[128];

    snprintf(path, sizeof path, "tests/data/nanao/open_shelter_Nanao-shi_%s.csv", stamp);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(file_bytes, 1, sizeof file_bytes, file);
    assert_true(size > 0 && size < sizeof file_bytes);
    fclose(file);
    return (struct mu_bytes){(const uint8_t *)file_bytes, size};
}

static mu_nanao *open_text(struct mu_bytes text)
{
    struct mu_nanao_refusal refusal;
    mu_nanao *reader;

    assert_int_equal(mu_nanao_open(text, &reader, &refusal), MU_OK);
    return reader;
}

static void assert_clock(int64_t ms, const char *stamp)
{
    struct mu_civil civil = mu_civil(ms, MU_NANAO_OFFSET_MIN);
    char text[64];

    snprintf(text, sizeof text, "%04d-%02d-%02d-%02d%02d", civil.year, civil.month, civil.day,
             civil.hour, civil.minute);
    assert_string_equal(text, stamp);
}

static void every_published_row_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < PUBLISHED; i++) {
        mu_nanao *reader = open_text(read_published(published[i].stamp));
        struct mu_nanao_refusal refusal;
        struct mu_nanao_row row;
        uint32_t persons = 0;
        size_t rows = 0;
        enum mu_err err;

        while ((err = mu_nanao_next(reader, &row, &refusal)) == MU_OK) {
            rows++;
            persons += row.persons;
            assert_clock(row.counted_at_ms, published[i].stamp);
            assert_true(row.has_place);
            assert_int_equal(row.has_capacity, strcmp(row.id, "NEW001") != 0);
        }
        assert_int_equal(err, MU_E_ABSENT);
        assert_int_equal(rows, published[i].rows);
        assert_int_equal(persons, published[i].persons);
        mu_nanao_close(&reader);
    }
}

static void a_row_is_taken_as_it_stands(void **state)
{
    mu_nanao *reader = open_text(read_published("2024-01-09-1800"));
    struct mu_nanao_refusal refusal;
    struct mu_nanao_row row;

    (void)state;
    assert_int_equal(mu_nanao_next(reader, &row, &refusal), MU_OK);
    assert_int_equal(row.line, 2);
    assert_string_equal(row.id, "CC0000000518");
    assert_string_equal(row.name, "山王小学校");
    assert_string_equal(row.district, "袖ケ江");
    assert_string_equal(row.area, "jp/17/202/sodegae");
    assert_string_equal(row.address, "石川県七尾市山王町ツ３４");
    assert_string_equal(row.telephone, "0767-57-5018");
    assert_int_equal(row.persons, 180);
    assert_int_equal(row.capacity, 480);
    assert_int_equal(row.lat_e7, 370418500);
    assert_int_equal(row.lon_e7, 1369737300);
    assert_int_equal(mu_nanao_next(reader, &row, &refusal), MU_OK);
    assert_int_equal(mu_nanao_next(reader, &row, &refusal), MU_OK);
    assert_string_equal(row.id, "NEW001");
    assert_false(row.has_capacity); /* absent, not 0 */
    assert_string_equal(row.telephone, "");
    assert_int_equal(row.lat_e7, 370468315); /* 37.04683152 */
    assert_int_equal(row.lon_e7, 1369618191);
    mu_nanao_close(&reader);
}

/* ---- tables that went wrong --------------------------------------------------------------------- */

#define HEAD "ID,地区,名称,人数,時点,緯度,経度,想定収容人数\n"
#define WHEN "令和6年1月11日午後6時"
#define GOOD                                                                                       \
    "A1,御祓,甲,"                                                                               \
    "123," WHEN ",37.04,136.96,屋内191人／屋外0人(面積の1/2)\n"

/* What came of the table's rows, in order: "+A1" taken, "-5:MU-108" refused. */
static void outcome(struct mu_bytes text, char *out, size_t size)
{
    mu_nanao *reader = open_text(text);
    struct mu_text story = mu_text(out, size);
    struct mu_nanao_refusal refusal;
    struct mu_nanao_row row;
    enum mu_err err;

    while ((err = mu_nanao_next(reader, &row, &refusal)) != MU_E_ABSENT) {
        char why[512], remedy[512];
        struct mu_text why_text = mu_text(why, sizeof why);
        struct mu_text remedy_text = mu_text(remedy, sizeof remedy);

        if (err == MU_OK) {
            mu_text_addf(&story, "+%s ", row.id);
            continue;
        }
        mu_nanao_explain(&refusal, MU_LANG_EN, &why_text, &remedy_text);
        mu_text_addf(&story, "-%zu:%.6s ", refusal.line, mu_err_code(err));
        assert_null(strstr(why, "{")); /* every place of the sentence is filled */
        assert_true(strlen(why) > 10 && strlen(remedy) > 10);
    }
    mu_nanao_close(&reader);
}

static const struct {
    const char *what;
    const char *row;
    const char *outcome;
} hostile[] = {
    {"too few columns", "A2,御祓,乙,12\n", "+A1 -3:MU-101 +A3 "},
    {"too many columns", "A2,御祓,乙,12," WHEN ",37,136,,,\n", "+A1 -3:MU-101 +A3 "},
    {"negative count", "A2,御祓,乙,-12," WHEN ",37,136,\n", "+A1 -3:MU-108 +A3 "},
    {"unknown count", "A2,御祓,乙,不明," WHEN ",37,136,\n", "+A1 -3:MU-108 +A3 "},
    {"no count", "A2,御祓,乙,," WHEN ",37,136,\n", "+A1 -3:MU-107 +A3 "},
    {"count with a fraction", "A2,御祓,乙,12.0," WHEN ",37,136,\n", "+A1 -3:MU-108 +A3 "},
    {"count in wide digits", "A2,御祓,乙,１２," WHEN ",37,136,\n", "+A1 -3:MU-108 +A3 "},
    {"count past every city", "A2,御祓,乙,12345678901," WHEN ",37,136,\n", "+A1 -3:MU-108 +A3 "},
    {"not UTF-8", "A2,御祓,\xB2\xB3,12," WHEN ",37,136,\n", "+A1 -3:MU-105 +A3 "},
    {"same ID again", "A1,御祓,乙,12," WHEN ",37,136,\n", "+A1 -3:MU-410 +A3 "},
    {"blank in the ID", "A 2,御祓,乙,12," WHEN ",37,136,\n", "+A1 -3:MU-108 +A3 "},
    {"no ID", ",御祓,乙,12," WHEN ",37,136,\n", "+A1 -3:MU-107 +A3 "},
    {"no name", "A2,御祓,,12," WHEN ",37,136,\n", "+A1 -3:MU-107 +A3 "},
    {"district nobody knows", "A2,輪島,乙,12," WHEN ",37,136,\n", "+A1 -3:MU-110 +A3 "},
    {"latitude out of range", "A2,御祓,乙,12," WHEN ",137.04,36.9,\n", "+A1 -3:MU-108 +A3 "},
    {"longitude out of range", "A2,御祓,乙,12," WHEN ",37.04,181,\n", "+A1 -3:MU-108 +A3 "},
    {"half a position", "A2,御祓,乙,12," WHEN ",37.04,,\n", "+A1 -3:MU-108 +A3 "},
    {"no position at all", "A2,御祓,乙,12," WHEN ",,,\n", "+A1 +A2 +A3 "},
    {"capacity in other words", "A2,御祓,乙,12," WHEN ",37,136,約200人\n", "+A1 -3:MU-108 +A3 "},
    {"capacity with a bad group", "A2,御祓,乙,12," WHEN ",37,136,\"屋内1,05人／屋外0人\"\n",
     "+A1 -3:MU-108 +A3 "},
    {"no time", "A2,御祓,乙,12,,37,136,\n", "+A1 -3:MU-107 +A3 "},
    {"30 February", "A2,御祓,乙,12,令和6年2月30日午前6時,37,136,\n", "+A1 -3:MU-108 +A3 "},
    {"twelve o'clock", "A2,御祓,乙,12,令和6年2月3日午後12時,37,136,\n", "+A1 -3:MU-108 +A3 "},
    {"an era nobody declared", "A2,御祓,乙,12,永和6年2月3日午後1時,37,136,\n",
     "+A1 -3:MU-108 +A3 "},
    {"a quote left open", "A2,御祓,\"乙,12," WHEN ",37,136,\n", "+A1 -3:MU-101 +A3 "},
    {"text beside a quote", "A2,御祓,\"乙\"丙,12," WHEN ",37,136,\n", "+A1 -3:MU-101 +A3 "},
    {"a quote inside", "A2,御祓,乙\"丙,12," WHEN ",37,136,\n", "+A1 -3:MU-101 +A3 "},
    {"an empty line", "\n", "+A1 +A3 "},
};

static void what_is_wrong_is_refused_and_the_rest_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        char table[2048], story[256];
        int size = snprintf(table, sizeof table, "%s%s%sA3,中島,丙,7," WHEN ",37.1,136.8,\n", HEAD,
                            GOOD, hostile[i].row);

        outcome((struct mu_bytes){(const uint8_t *)table, (size_t)size}, story, sizeof story);
        if (strcmp(story, hostile[i].outcome) != 0)
            print_error("%s:\n", hostile[i].what);
        assert_string_equal(story, hostile[i].outcome);
    }
}

static void marks_and_line_ends_make_no_difference(void **state)
{
    static const char table[] = "\xEF\xBB\xBF"
                                "ID,地区,名称,人数,時点,緯度,経度,想定収容人数\r\n"
                                "A1,御祓,\"甲\r\n\"\"乙\"\"\",1," WHEN ",37,136,\r\n"
                                "A2,御祓,乙,2," WHEN ",37,136,"; /* no line end */
    mu_nanao *reader = open_text((struct mu_bytes){(const uint8_t *)table, sizeof table - 1});
    struct mu_nanao_refusal refusal;
    struct mu_nanao_row row;

    (void)state;
    assert_int_equal(mu_nanao_next(reader, &row, &refusal), MU_OK);
    assert_string_equal(row.name, "甲\r\n\"乙\"");
    assert_int_equal(mu_nanao_next(reader, &row, &refusal), MU_OK);
    assert_int_equal(row.line, 4);
    assert_int_equal(row.persons, 2);
    assert_int_equal(mu_nanao_next(reader, &row, &refusal), MU_E_ABSENT);
    mu_nanao_close(&reader);
}

static void assert_not_taken(const char *table, enum mu_err code, const char *about)
{
    struct mu_bytes text = {(const uint8_t *)table, strlen(table)};
    struct mu_nanao_refusal refusal;
    mu_nanao *reader;

    assert_int_equal(mu_nanao_open(text, &reader, &refusal), code);
    assert_null(reader);
    assert_string_equal(refusal.about[0], about);
}

static void a_table_without_its_headings_is_not_taken(void **state)
{
    (void)state;
    assert_not_taken("", MU_E_MISSING, "ID");
    assert_not_taken("ID,地区,名称,緯度,経度,想定収容人数\n", MU_E_MISSING, "人数");
    assert_not_taken("ID,地区,名称,人数,緯度,経度,想定収容人数\n", MU_E_MISSING, "時点");
    assert_not_taken("ID,地区,名称,人数_令和6年13月9日午後6時時点,緯度,経度,想定収容人数\n",
                     MU_E_MISSING, "人数");
    assert_not_taken("ID,地区,名称,人数,人数,時点,緯度,経度,想定収容人数\n", MU_E_MALFORMED,
                     "人数");
}

static void japanese_times(void **state)
{
    static const struct {
        const char *text, *clock;
    } good[] = {
        {"令和6年1月9日午後6時", "2024-01-09-1800"},
        {"令和元年5月1日午前0時", "2019-05-01-0000"},
        {"平成31年4月30日午後11時", "2019-04-30-2300"},
        {"昭和64年1月7日午前6時33分", "1989-01-07-0633"},
        {"令和6年2月29日午後0時", "2024-02-29-1200"},
    };
    static const char *const bad[] = {
        "",
        "令和6年",
        "令和0年1月1日午前1時",
        "令和5年2月29日午前1時",
        "6年1月1日午前1時",
        "令和6年1月1日1時",
        "令和6年1月1日午前13時",
        "令和6年1月1日午前1時頃",
    };
    int64_t ms;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(mu_nanao_time(good[i].text, &ms));
        assert_clock(ms, good[i].clock);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(mu_nanao_time(bad[i], &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_published_row_is_taken),
        cmocka_unit_test(a_row_is_taken_as_it_stands),
        cmocka_unit_test(what_is_wrong_is_refused_and_the_rest_taken),
        cmocka_unit_test(marks_and_line_ends_make_no_difference),
        cmocka_unit_test(a_table_without_its_headings_is_not_taken),
        cmocka_unit_test(japanese_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
