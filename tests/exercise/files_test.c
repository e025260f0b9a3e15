/* The two files of an exercise: what is read out of them, and where a mistake is said to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "agents/player/event.c"
#include "agents/player/hours.c"
#include "agents/player/mistake.c"
#define mistaken mistaken_in_script
#include "agents/player/script.c"
#undef mistaken
#include "agents/player/tree.c"
#define take_area take_area_of_file
#include "agents/player/reference.c"
#undef take_area

#define HEAD                                                                                       \
    "county: {zh: 某县, en: Some County}\narea: zz/01\noffset: \"+05:30\"\n"                     \
    "start: 2032-03-02T09:10\nrate: 60\n"                                                          \
    "agencies:\n  - {code: ERM, name: {en: Emergencies}, roles: [emergency_management]}\n"

static struct mu_bytes text_of(const char *text)
{
    return (struct mu_bytes){(const uint8_t *)text, strlen(text)};
}

static char file_bytes[2][262144];

static struct mu_bytes read_file(const char *path, int slot)
{
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    size_t size = fread(file_bytes[slot], 1, sizeof file_bytes[slot], file);
    fclose(file);
    return (struct mu_bytes){(const uint8_t *)file_bytes[slot], size};
}

/* Reads and checks a pair; what is wrong in it, as people see it, or "". */
static const char *story_of(struct mu_bytes reference, struct mu_bytes script)
{
    static char told[2048];
    struct mu_play play = {.reference_file = "r.yaml", .script_file = "s.script"};
    struct mu_mistake mistake = {.file = "r.yaml"};
    struct mu_text text = mu_text(told, sizeof told);
    enum mu_err err = mu_reference_read(reference, &play.reference, &mistake);

    if (err == MU_OK) {
        mistake.file = "s.script";
        err = mu_script_read(script, &play.reference.hours, &play.script, &mistake);
    }
    if (err == MU_OK)
        err = mu_play_check(&play, &mistake);
    if (err != MU_OK)
        mu_mistake_tell(&mistake, MU_LANG_EN, &text);
    mu_script_free(&play.script);
    mu_reference_free(&play.reference);
    return told;
}

static void qinghe_has_no_mistake(void **state)
{
    (void)state;
    assert_string_equal(story_of(read_file("agents/player/qinghe.yaml", 0),
                                 read_file("agents/player/qinghe.script", 1)),
                        "");
}

static void qinghe_is_read_as_it_is_written(void **state)
{
    struct mu_reference reference;
    struct mu_script script;
    struct mu_mistake mistake = {.file = ""};

    (void)state;
    assert_int_equal(
        mu_reference_read(read_file("agents/player/qinghe.yaml", 0), &reference, &mistake), MU_OK);
    assert_string_equal(reference.county_zh, "庆禾县");
    assert_string_equal(reference.area, "cn/99/01/21");
    assert_int_equal(reference.hours.offset_min, 480);
    assert_int_equal(reference.hours.start_ms, 1941948000000); /* 2031-07-16T06:00Z */
    assert_int_equal(reference.hours.start_ms - reference.hours.prelude_ms, 30 * MU_MINUTE_MS);
    assert_int_equal(reference.agency_count, 12);
    assert_string_equal(reference.agencies[0].roles, "flood_command,coordinator");
    assert_string_equal(mu_reference_agency(&reference, "SH")->area, "cn/99/01/21/201");
    assert_int_equal(reference.program_count, 4);
    assert_int_equal(mu_script_read(read_file("agents/player/qinghe.script", 1), &reference.hours,
                                    &script, &mistake),
                     MU_OK);
    assert_true(script.rows[0].prelude);
    assert_string_equal(script.rows[0].sender, "EM");
    assert_string_equal(script.rows[0].words[3], "name.en=Qinghe flash flood");
    mu_script_free(&script);
    mu_reference_free(&reference);
}

/* ---- mistakes ----------------------------------------------------------------------------------- */

/* The story begins with the place and holds the words. */
static void assert_told(const char *story, const char *place, const char *words)
{
    if (strncmp(story, place, strlen(place)) != 0 || strstr(story, words) == NULL)
        print_error("told: %s\n", story);
    assert_int_equal(strncmp(story, place, strlen(place)), 0);
    assert_non_null(strstr(story, words));
    assert_non_null(strstr(story, "[MU-"));
}

static const struct {
    const char *reference; /* after HEAD, whose last line is 7 */
    const char *place;
    const char *words;
} bad_references[] = {
    {"objects: [", "r.yaml:9", "MU-409"},
    {"colour: red\n", "r.yaml:8", "colour"},
    {"area: zz/02\n", "r.yaml:8", "MU-410"},
    {"objects:\n  - {by: ERM, object: X}\n", "r.yaml:9", "kind"},
    {"objects:\n  - {kind: reference_object, by: NOBODY, object: X}\n", "r.yaml:9", "NOBODY"},
    {"objects:\n  - {kind: shelterr, by: ERM, object: X}\n", "r.yaml:9", "shelter?"},
    {"objects:\n  - {kind: reference_object, by: ERM, object: X, set: {kind: shelter,\n"
     "      shelter: {toiletts: 3}}}\n",
     "r.yaml:10", "toilets?"},
    {"objects:\n  - {kind: reference_object, by: ERM, object: X, set: {kind: pagoda}}\n",
     "r.yaml:9", "shelter"},
    {"objects:\n  - {kind: reference_object, by: ERM, object: X, area: Some Town,\n"
     "     set: {kind: depot}}\n",
     "r.yaml:9", "MU-110"},
    {"programs: {XX: [muster-supply]}\n", "r.yaml", "XX"},
    {"objects:\n  - &a {kind: reference_object, by: ERM, object: X, set: {x: *a}}\n", "r.yaml",
     "MU-"},
};

static void a_mistake_in_the_reference_is_named_by_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_references / sizeof bad_references[0]; i++) {
        char reference[4096];

        snprintf(reference, sizeof reference, "%s%s", HEAD, bad_references[i].reference);
        assert_told(story_of(text_of(reference), text_of("")), bad_references[i].place,
                    bad_references[i].words);
    }
    assert_told(story_of(text_of("area: zz/01\n"), text_of("")), "r.yaml", "county");
    assert_told(story_of(text_of("county: {en: A}\narea: zz/01\noffset: 0530\n"), text_of("")),
                "r.yaml:3", "0530");
    assert_told(story_of(text_of(""), text_of("")), "r.yaml:1", "MU-409");
}

static const struct {
    const char *script;
    const char *place;
    const char *words;
} bad_scripts[] = {
    {"T+00:06 ERM evacuation EV-01\n", "s.script:1", "TAB"},
    {"# a comment\n\nT+0:6\tERM\ttask T-1\n", "s.script:3", "T+0:6"},
    {"08:00\tERM\ttask T-1 act=create\n", "s.script:1", "prelude"},
    {"T+00:06\tNOBODY\ttask T-1 act=done\n", "s.script:1", "NOBODY"},
    {"T+00:06\tERM\tevacuate EV-01\n", "s.script:1", "evacuation?"},
    {"T+00:06\tERM\tevacuation EV-01 persons_plannedd=3\n", "s.script:1", "persons_planned?"},
    {"T+00:06\tERM\tevacuation EV-01 state=done persons_planned=3\n", "s.script:1", "under_way"},
    {"T+00:06\tERM\tevacuation EV-01 persons_planned=3\n", "s.script:1", "population_kind"},
    {"T+00:06\tERM\tevacuation EV-01 persons_planned\n", "s.script:1", "persons_planned"},
    {"T+00:06\tERM\ttask T-1 act=create what=\"open\n", "s.script:1", "MU-101"},
    {"T+00:06\tERM\ttask T-1 act=done ; task T-2 act=undone\n", "s.script:1", "confirm"},
    {"T+00:06\tERM\tdecision card=C99:X verdict=hold\n", "s.script:1", "card"},
    {"seat\tERM\tacknowledge=soon\n", "s.script:1", "acknowledge=soon"},
    {"seat\tNOBODY\tacknowledge=2\n", "s.script:1", "NOBODY"},
    {"link\tERM\tcut=later\n", "s.script:1", "later"},
    {"repeat\tERM\ttask T-1 act=done\n", "s.script:1", "at=14:30"},
    {"repeat\tERM\tat=09:30,9.40\ttask T-1 act=done\n", "s.script:1", "9.40"},
};

static void a_mistake_in_the_script_is_named_by_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_scripts / sizeof bad_scripts[0]; i++)
        assert_told(story_of(text_of(HEAD), text_of(bad_scripts[i].script)), bad_scripts[i].place,
                    bad_scripts[i].words);
}

/* ---- rows in the order they are played ------------------------------------------------------------- */

static void rows_are_played_by_clock_and_then_as_written(void **state)
{
    static const char text[] = "T+00:10\tERM\ttask B act=done\n"
                               "09:15\tERM\ttask A act=done\n"
                               "prelude\tERM\ttask P act=done\n"
                               "T+00:10\tERM\ttask C act=done ; task D act=done\n"
                               "repeat\tERM\tat=09:12,09:30 report R duty=hourly note=at_{clock}\n"
                               "link\tERM\tcut=09:14 back=09:16\n"
                               "seat\tERM\tacknowledge=never accept=5\n";
    static const struct {
        bool prelude;
        int minute; /* after 09:10 */
        enum mu_row_act act;
        const char *object;
    } wanted[] = {
        {true, 0, MU_ROW_SAY, "P"},   {false, 2, MU_ROW_SAY, "R"},   {false, 4, MU_ROW_CUT, NULL},
        {false, 5, MU_ROW_SAY, "A"},  {false, 6, MU_ROW_BACK, NULL}, {false, 10, MU_ROW_SAY, "B"},
        {false, 10, MU_ROW_SAY, "C"}, {false, 20, MU_ROW_SAY, "R"},
    };
    struct mu_reference reference;
    struct mu_script script;
    struct mu_mistake mistake = {.file = ""};

    (void)state;
    assert_int_equal(mu_reference_read(text_of(HEAD), &reference, &mistake), MU_OK);
    assert_int_equal(mu_script_read(text_of(text), &reference.hours, &script, &mistake), MU_OK);
    assert_int_equal(script.row_count, sizeof wanted / sizeof wanted[0]);
    for (size_t i = 0; i < script.row_count; i++) {
        const struct mu_row *row = &script.rows[i];

        assert_int_equal(row->prelude, wanted[i].prelude);
        assert_int_equal((row->at_ms - reference.hours.start_ms) / MU_MINUTE_MS, wanted[i].minute);
        assert_int_equal(row->act, wanted[i].act);
        if (wanted[i].object != NULL)
            assert_string_equal(row->words[1], wanted[i].object);
    }
    assert_string_equal(script.rows[1].words[3], "note=at_09:12");
    assert_string_equal(script.rows[7].words[3], "note=at_09:30");
    assert_true(mu_script_seat(&script, "ERM").never);
    assert_int_equal(mu_script_seat(&script, "ERM").accept_ms, 5 * MU_MINUTE_MS);
    assert_int_equal(mu_script_seat(&script, "POL").acknowledge_ms, 2 * MU_MINUTE_MS);
    mu_script_free(&script);
    mu_reference_free(&reference);
}

static void clocks_are_local_and_exact(void **state)
{
    struct mu_hours hours = {.offset_min = 330, .rate = 60};
    int64_t ms;

    (void)state;
    assert_true(mu_hours_date("2032-03-02T09:10", 330, &hours.start_ms));
    assert_true(mu_hours_clock("T+01:30", &hours, &ms));
    assert_int_equal(ms - hours.start_ms, 90 * MU_MINUTE_MS);
    assert_true(mu_hours_clock("09:10:30", &hours, &ms));
    assert_int_equal(ms - hours.start_ms, 30000);
    assert_true(mu_hours_clock("2032-03-03T00:00", &hours, &ms));
    assert_int_equal(ms - mu_hours_day(&hours), MU_DAY_MS);
    static const char *const bad[] = {"",       "T+",    "T+1",   "T+00:60", "9.10",
                                      "24:00",  "09:60", "09:1x", "09:10 ",  "2032-02-30T10:00",
                                      "T+-1:00"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(mu_hours_clock(bad[i], &hours, &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(qinghe_has_no_mistake),
        cmocka_unit_test(qinghe_is_read_as_it_is_written),
        cmocka_unit_test(a_mistake_in_the_reference_is_named_by_its_line),
        cmocka_unit_test(a_mistake_in_the_script_is_named_by_its_line),
        cmocka_unit_test(rows_are_played_by_clock_and_then_as_written),
        cmocka_unit_test(clocks_are_local_and_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
