/* Times and places as people type them, and the small files beside the keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/cli/gazetteer.c"
#include "agents/cli/keyvalue.c"
#include "agents/cli/place.c"
#include "agents/cli/when.c"
#include "tests/help/events.h"

#define AT(hour, minute) (HELP_MIDNIGHT_MS + ((hour)*60 + (minute)) * INT64_C(60000))
#define NOW AT(14, 30)

/* ---- times ------------------------------------------------------------------------------------------ */

static void times_are_read_as_people_type_them(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"now", NOW},
        {"10m", AT(14, 20)},
        {"20 min ago", AT(14, 10)},
        {"2h", AT(12, 30)},
        {"90s", AT(14, 28) + 30000},
        {"1d", AT(14 - 24, 30)},
        {"30分钟", AT(14, 0)},
        {"14:05", AT(14, 5)},
        {"9:05", AT(9, 5)},
        {"14:05:30", AT(14, 5) + 30000},
        {"2031-07-16T14:05", AT(14, 5)},
        {"2031-07-17 02:00", AT(26, 0)},
        {"2031-07-17", AT(24, 0)},
    };
    int64_t ms;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (!mu_when(good[i].text, NOW, 480, &ms) || ms != good[i].ms)
            fail_msg("\"%s\" is %lld", good[i].text, (long long)ms);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const bad[] = {
        "",       "soon", "10",         "10x",         "-5m",          "25:00",       "14:60",
        "14:05x", "14:",  "2031-13-01", "2031-07-16T", "20 min later", "10m ago now", "14:05:99",
        "1e3m"};
    int64_t ms;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (mu_when(bad[i], NOW, 480, &ms))
            fail_msg("\"%s\" was taken for a time", bad[i]);
}

/* ---- places ------------------------------------------------------------------------------------------- */

static mu_arena arena;
static mu_picture *picture;

static void there_is(const char *object, const char *zh, const char *en, const char *more)
{
    static uint64_t number;
    char id[64], chinese[96], english[96];

    snprintf(id, sizeof id, "object=%s", object);
    snprintf(chinese, sizeof chinese, "name.zh=%s", zh);
    snprintf(english, sizeof english, "name.en=%s", en);
    Muster__Event *event = HELP_EVENT(&arena, "reference_object", id, chinese, english, more);
    struct mu_entry entry = {.epoch = 1,
                             .number = ++number,
                             .accepted_at_ms = NOW,
                             .leaf = {{(uint8_t)number, 1}},
                             .path = "",
                             .event = event};
    assert_int_equal(mu_picture_fold(picture, &entry), MU_OK);
}

static int know_county(void **state)
{
    (void)state;
    arena = mu_arena_make(1u << 20);
    assert_int_equal(mu_picture_new(&picture), MU_OK);
    there_is("QSB", "青石桥", "Qingshi Bridge", "kind=structure");
    there_is("S1", "柳林中学", "Liulin Middle School", "kind=shelter");
    there_is("S2", "柳林小学", "Liulin Primary School", "aliases=lower-school");
    there_is("yanjiao", "岩脚村", "Yanjiao", "area.code=cn/99/01/21/201/203");
    return 0;
}

static int forget_county(void **state)
{
    (void)state;
    mu_picture_free(&picture);
    mu_arena_free(&arena);
    return 0;
}

static enum mu_err find(const char *typed, const char **id, char *several)
{
    struct mu_place place = {NULL, NULL, NULL};
    struct mu_text text = mu_text(several, 128);
    enum mu_err err = mu_gazetteer_find(picture, typed, &place, &text);

    *id = place.id;
    return err;
}

static void a_place_answers_to_all_its_names(void **state)
{
    static const struct {
        const char *typed, *id;
    } good[] = {
        {"QSB", "QSB"},         {"qsb", "QSB"},
        {"青石桥", "QSB"},      {"qingshi bridge", "QSB"},
        {"qb", "QSB"},          {"Qing", "QSB"},
        {"lms", "S1"},          {"lower-school", "S2"},
        {"Yanjiao", "yanjiao"}, {"cn/99/01/21/201/203", "yanjiao"},
        {"柳林小", "S2"},
    };
    const char *id;
    char several[128];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (find(good[i].typed, &id, several) != MU_OK || strcmp(id, good[i].id) != 0)
            fail_msg("\"%s\" is not %s (%s)", good[i].typed, good[i].id, several);
    }
}

static void a_name_that_fits_two_places_names_them_both(void **state)
{
    const char *id;
    char several[128];

    (void)state;
    assert_int_equal(find("Liulin", &id, several), MU_E_BAD_VALUE);
    assert_string_equal(several, "S1, S2");
    assert_int_equal(find("柳林", &id, several), MU_E_BAD_VALUE);
    assert_int_equal(find("Nowhere", &id, several), MU_E_ABSENT);
}

/* ---- directories ---------------------------------------------------------------------------------------- */

static char root[64];

static int make_runtime(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/muster-place.XXXXXX");
    assert_non_null(mkdtemp(root));
    setenv("XDG_RUNTIME_DIR", root, 1);
    setenv("HOME", root, 1);
    unsetenv("MUSTER_DIR");
    return 0;
}

static int remove_runtime(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static void make(const char *format, ...)
{
    char path[256];
    va_list args;

    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    assert_int_equal(mkdir(path, 0700), 0);
}

static const char *found(const char *dir, const char *as)
{
    static char path[PATH_MAX];
    struct mu_cli cli = {.dir = dir, .as = as};

    return mu_cli_place(&cli, path, sizeof path) == MU_OK ? path : "(none)";
}

static void the_directory_is_looked_for_in_order(void **state)
{
    char wanted[256];
    long self = (long)getpid();

    (void)state;
    snprintf(wanted, sizeof wanted, "%s/.muster", root);
    assert_string_equal(found(NULL, NULL), wanted);
    assert_string_equal(found(NULL, "EM"), "(none)");
    make("%s/muster-demo", root);
    make("%s/muster-demo/%ld", root, self);
    make("%s/muster-demo/%ld/agents", root, self);
    make("%s/muster-demo/%ld/agents/default", root, self);
    make("%s/muster-demo/%ld/agents/EM", root, self);
    snprintf(wanted, sizeof wanted, "%s/muster-demo/%ld/agents/default", root, self);
    assert_string_equal(found(NULL, NULL), wanted);
    snprintf(wanted, sizeof wanted, "%s/muster-demo/%ld/agents/EM", root, self);
    assert_string_equal(found(NULL, "EM"), wanted);
    assert_string_equal(found(NULL, "CA"), "(none)");
    assert_string_equal(found(NULL, "../EM"), "(none)");
    setenv("MUSTER_DIR", "/srv/agent", 1);
    assert_string_equal(found(NULL, NULL), "/srv/agent");
    assert_string_equal(found("/srv/other", NULL), "/srv/other");
}

static void a_demo_that_ended_or_is_somebody_elses_is_none(void **state)
{
    char wanted[256], path[256];

    (void)state;
    snprintf(wanted, sizeof wanted, "%s/.muster", root);
    make("%s/muster-demo", root);
    make("%s/muster-demo/2147483647", root); /* no such process */
    make("%s/muster-demo/2147483647/agents", root);
    make("%s/muster-demo/2147483647/agents/default", root);
    assert_string_equal(found(NULL, NULL), wanted);
    make("%s/muster-demo/%ld", root, (long)getpid());
    make("%s/muster-demo/%ld/agents", root, (long)getpid());
    make("%s/muster-demo/%ld/agents/default", root, (long)getpid());
    assert_string_not_equal(found(NULL, NULL), wanted);
    snprintf(path, sizeof path, "%s/muster-demo", root);
    assert_int_equal(chmod(path, 0777), 0); /* anybody could have put it there */
    assert_string_equal(found(NULL, NULL), wanted);
}

static void a_small_file_gives_its_values_and_nothing_else(void **state)
{
    char value[16];

    (void)state;
    assert_true(mu_keyvalue("a 1\nname Qinghe County\nb 2\n", "b", value, sizeof value));
    assert_string_equal(value, "2");
    assert_false(mu_keyvalue("name Qinghe County and more\n", "name", value, sizeof value));
    assert_false(mu_keyvalue("named x\n", "name", value, sizeof value));
    assert_false(mu_keyvalue("", "name", value, sizeof value));
    assert_int_equal(mu_keyvalue_number("log_ms 1941948588840\n", "log_ms"),
                     INT64_C(1941948588840));
    assert_int_equal(mu_keyvalue_number("log_ms x\n", "log_ms"), 0);
}

int main(void)
{
#define PLACE(name) cmocka_unit_test_setup_teardown(name, know_county, forget_county)
#define DIRECTORY(name) cmocka_unit_test_setup_teardown(name, make_runtime, remove_runtime)
    const struct CMUnitTest stories[] = {
        cmocka_unit_test(times_are_read_as_people_type_them),
        cmocka_unit_test(what_is_no_time_is_refused),
        PLACE(a_place_answers_to_all_its_names),
        PLACE(a_name_that_fits_two_places_names_them_both),
        DIRECTORY(the_directory_is_looked_for_in_order),
        DIRECTORY(a_demo_that_ended_or_is_somebody_elses_is_none),
        cmocka_unit_test(a_small_file_gives_its_values_and_nothing_else),
    };

    return cmocka_run_group_tests_name("place", stories, NULL, NULL);
}
