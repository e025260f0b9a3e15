/* Events as JSON: the standard mapping, there and back, and nothing else taken for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/json.h"
#include "tests/help/events.h"
#include "tests/wire/json_vectors.h"

static mu_arena arena;
static struct mu_fault fault;
static char buffer[MU_JSON_BYTES_MAX];
static struct mu_text text;

static int begin(void **state)
{
    (void)state;
    arena = mu_arena_make(8u << 20);
    text = mu_text(buffer, sizeof buffer);
    return 0;
}

static int end(void **state)
{
    (void)state;
    mu_arena_free(&arena);
    return 0;
}

/* Reads a copy of exactly that size, so that a checker sees a byte read too many. */
static enum mu_err read_bytes(const char *json, size_t size, Muster__Event **out)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);
    enum mu_err err;

    assert_non_null(exact);
    memcpy(exact, json, size);
    err = mu_event_from_json((struct mu_bytes){exact, size}, &arena, out, &fault);
    free(exact);
    assert_int_equal(err, fault.code);
    assert_true((err == MU_OK) == (*out != NULL));
    return err;
}

static Muster__Event *taken(const char *json)
{
    Muster__Event *event;

    if (read_bytes(json, strlen(json), &event) != MU_OK)
        fail_msg("%s: %s at %s", json, mu_err_code(fault.code), fault.path);
    return event;
}

static void refused(const char *json, enum mu_err code, const char *path)
{
    Muster__Event *event;
    enum mu_err err = read_bytes(json, strlen(json), &event);

    if (err != code || strcmp(fault.path, path) != 0)
        fail_msg("%s: said %s at \"%s\", expected %s at \"%s\"", json, mu_err_code(err), fault.path,
                 mu_err_code(code), path);
}

/* ---- writing ---- */

static void the_mapping_by_hand(void **state)
{
    Muster__Event *event = HELP_EVENT(
        &arena, "evacuation", "population_kind=centralised", "persons_planned=620", "guarded=true",
        "zone_empty=false", "rate_since_at_ms=13:52", "legs[0].destination=S1",
        "legs[0].heaviest_vehicle_kg=12t", "legs[0].route[0].edge=E11", "legs[0].route[1].edge=E12",
        "hazard_ref.leaf=00ff10", "envelope.note=a\"b\\c<d>\n\x01庆禾", "not_stated=x,y",
        "location.point.lat_e7=-31.5", "location.coordinate_system=cgcs2000");

    (void)state;
    mu_event_to_json(event, &text);
    assert_false(text.cut);
    assert_string_equal(
        buffer,
        "{\"envelope\":{\"area\":\"cn/99/01/21/201/201\",\"object\":\"EV-01\",\"version\":1,"
        "\"status\":\"STATUS_EXERCISE\",\"agency\":\"EM\",\"occurredAtMs\":\"1941948180000\","
        "\"location\":{\"coordinateSystem\":\"COORDINATE_SYSTEM_CGCS2000\","
        "\"point\":{\"latE7\":-315000000}},\"notStated\":[\"x\",\"y\"],"
        "\"note\":\"a\\\"b\\\\c\\u003cd\\u003e\\n\\u0001庆禾\"},"
        "\"evacuation\":{\"populationKind\":\"POPULATION_KIND_CENTRALISED\","
        "\"personsPlanned\":620,\"rateSinceAtMs\":\"1941947520000\","
        "\"legs\":[{\"destination\":\"S1\",\"route\":[{\"edge\":\"E11\"},{\"edge\":\"E12\"}],"
        "\"heaviestVehicleKg\":\"12000\"}],\"hazardRef\":{\"leaf\":\"AP8Q\"},"
        "\"zoneEmpty\":false,\"guarded\":true}}");
}

static void absent_is_absent_and_nought_is_nought(void **state)
{
    (void)state;
    mu_event_to_json(HELP_EVENT(&arena, "evacuation", "persons_moved=0"), &text);
    assert_non_null(strstr(buffer, "\"evacuation\":{\"personsMoved\":0}"));
    assert_null(strstr(buffer, "personsPlanned"));
}

static void a_word_only_a_newer_schema_has_is_written_as_its_number(void **state)
{
    Muster__Event *event = HELP_EVENT(&arena, "evacuation", "population_kind=centralised");

    (void)state;
    event->evacuation->population_kind = 4711;
    mu_event_to_json(event, &text);
    assert_non_null(strstr(buffer, "\"populationKind\":4711"));
    assert_int_equal(taken(buffer)->evacuation->population_kind, 4711);
}

static void a_text_too_long_for_its_buffer_says_so(void **state)
{
    char small[40];
    struct mu_text cut = mu_text(small, sizeof small);

    (void)state;
    mu_event_to_json(HELP_EVENT(&arena, "evacuation"), &cut);
    assert_true(cut.cut);
    assert_true(strlen(small) < sizeof small);
}

/* ---- there and back ---- */

static void every_event_comes_back_the_same(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        mu_arena_reset(&arena);
        text = mu_text(buffer, sizeof buffer);
        Muster__Event *event = help_random_event(seed, &arena);
        struct mu_bytes before = help_packed(event, &arena);

        mu_event_to_json(event, &text);
        assert_false(text.cut);
        struct mu_bytes after = help_packed(taken(buffer), &arena);
        if (before.size != after.size || memcmp(before.data, after.data, after.size) != 0)
            fail_msg("seed %llu: %s", (unsigned long long)seed, buffer);
    }
}

static void another_implementation_writes_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        size_t size = strlen(vectors[i].packed) / 2;
        uint8_t *packed = mu_arena_take(&arena, size);
        const Muster__Event *theirs;
        Muster__Event *event = taken(vectors[i].json);

        assert_int_equal(mu_unhex(vectors[i].packed, packed, size), MU_OK);
        struct mu_bytes read = help_packed(event, &arena);
        assert_int_equal(read.size, size);
        assert_memory_equal(read.data, packed, size);
        assert_int_equal(mu_event_unpack((struct mu_bytes){packed, size}, &arena, &theirs, &fault),
                         MU_OK);
    }
}

static void long_texts_come_back_whole(void **state)
{
    Muster__Event *event = HELP_EVENT(&arena, "field_report");
    char *words = mu_arena_take(&arena, 4001);

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        /* three-byte characters at every offset of the writer's pieces */
        memset(words, 'x', shift);
        for (size_t i = 0; i < 1300; i++)
            memcpy(words + shift + 3 * i, "禾", 3);
        words[shift + 3900] = '\0';
        event->field_report->words = words;
        text = mu_text(buffer, sizeof buffer);
        mu_event_to_json(event, &text);
        assert_string_equal(taken(buffer)->field_report->words, words);
    }
}

/* ---- what is taken ---- */

static void both_spellings_and_both_forms_of_numbers(void **state)
{
    Muster__Event *event = taken("{\"envelope\":{\"occurred_at_ms\":1941948180000,\"status\":3},"
                                 "\"evacuation\":{\"personsPlanned\":\"620\","
                                 "\"persons_moved\":55}}");

    (void)state;
    assert_int_equal(event->envelope->occurred_at_ms, INT64_C(1941948180000));
    assert_int_equal(event->envelope->status, MUSTER__STATUS__STATUS_EXERCISE);
    assert_int_equal(event->evacuation->persons_planned, 620);
    assert_int_equal(event->evacuation->persons_moved, 55);
}

static void sixty_four_bits_are_kept_to_the_last(void **state)
{
    Muster__Event *event =
        taken("{\"finding\":{\"judgedThrough\":\"18446744073709551615\","
              "\"margin\":{\"value\":\"-9223372036854775808\"},\"decideByMs\":9007199254740993}}");

    (void)state;
    assert_true(event->finding->judged_through == UINT64_MAX);
    assert_true(event->finding->margin->value == INT64_MIN);
    assert_true(event->finding->decide_by_ms == INT64_C(9007199254740993));
}

static void white_space_and_null_mean_nothing(void **state)
{
    Muster__Event *event = taken(
        " {\n\t\"envelope\" : null , \"evacuation\":{ \"legs\" : [ ] ,\r\n \"zone\":null } } ");

    (void)state;
    assert_null(event->envelope);
    assert_non_null(event->evacuation);
    assert_int_equal(event->evacuation->n_legs, 0);
    assert_null(taken("{}")->envelope);
}

static void escapes_in_text(void **state)
{
    (void)state;
    assert_string_equal(taken("{\"field_report\":{\"words\":\"\\\"\\\\\\/"
                              "\\b\\f\\n\\r\\t\\u0041\\u5e86\\uD842\\uDFB7\"}}")
                            ->field_report->words,
                        "\"\\/\b\f\n\r\tA庆𠮷");
    refused("{\"fieldReport\":{\"words\":\"\\u0000\"}}", MU_E_BAD_TEXT, "field_report.words");
    refused("{\"fieldReport\":{\"words\":\"\\uD842\"}}", MU_E_BAD_TEXT, "field_report.words");
    refused("{\"fieldReport\":{\"words\":\"\\uD842\\u0041\"}}", MU_E_BAD_TEXT,
            "field_report.words");
    refused("{\"fieldReport\":{\"words\":\"\\uDFB7\"}}", MU_E_BAD_TEXT, "field_report.words");
    refused("{\"fieldReport\":{\"words\":\"\\u12\"}}", MU_E_MALFORMED, "field_report.words");
    refused("{\"fieldReport\":{\"words\":\"\\x\"}}", MU_E_MALFORMED, "field_report.words");
    refused("{\"fieldReport\":{\"words\":\"a\nb\"}}", MU_E_MALFORMED, "field_report.words");
    refused("{\"fieldReport\":{\"words\":\"\xff\"}}", MU_E_BAD_TEXT, "");
}

static void base64_in_both_alphabets(void **state)
{
    static const char *const same[] = {"+/8=", "-_8=", "+/8", "-_8"};
    static const char *const bad[] = {"+/8==", "+/9=", "+/8==", "+", "+/ 8", "=", "+/8=+/8="};
    char json[128];

    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        snprintf(json, sizeof json, "{\"tick\":{\"wakes\":[{\"agent\":\"%s\"}]}}", same[i]);
        Muster__Event *event = taken(json);
        assert_int_equal(event->tick->wakes[0]->agent.len, 2);
        assert_int_equal(event->tick->wakes[0]->agent.data[0], 0xfb);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(json, sizeof json, "{\"tick\":{\"wakes\":[{\"agent\":\"%s\"}]}}", bad[i]);
        refused(json, MU_E_BAD_VALUE, "tick.wakes[0].agent");
    }
}

/* ---- what is not ---- */

static void names_the_schema_does_not_have(void **state)
{
    (void)state;
    refused("{\"evacuation\":{\"personsPlaned\":1}}", MU_E_UNKNOWN_FIELD,
            "evacuation.personsPlaned");
    refused("{\"evacuation\":{\"legs\":[{},{\"x\":[[[[[[1]]]]]]}]}}", MU_E_UNKNOWN_FIELD,
            "evacuation.legs[1].x");
    refused("{\"\":1}", MU_E_UNKNOWN_FIELD, "");
    refused("{\"Evacuation\":{}}", MU_E_UNKNOWN_FIELD, "Evacuation");
}

static void the_same_name_twice(void **state)
{
    (void)state;
    refused("{\"evacuation\":{\"zone\":\"a\",\"zone\":\"b\"}}", MU_E_MALFORMED, "evacuation.zone");
    refused("{\"envelope\":{\"occurredAtMs\":1,\"occurred_at_ms\":2}}", MU_E_MALFORMED,
            "envelope.occurred_at_ms");
    refused("{\"evacuation\":{\"zone\":null,\"zone\":\"b\"}}", MU_E_MALFORMED, "evacuation.zone");
    refused("{\"evacuation\":{},\"shelter\":{}}", MU_E_MALFORMED, "shelter");
}

static void values_of_another_type_or_size(void **state)
{
    static const struct {
        const char *value, *path;
    } values[] = {
        {"\"personsPlanned\":-1", "persons_planned"},
        {"\"personsPlanned\":4294967296", "persons_planned"},
        {"\"personsPlanned\":1.5", "persons_planned"},
        {"\"personsPlanned\":1e3", "persons_planned"},
        {"\"personsPlanned\":true", "persons_planned"},
        {"\"personsPlanned\":{}", "persons_planned"},
        {"\"personsPlanned\":[1]", "persons_planned"},
        {"\"personsPlanned\":\"620 \"", "persons_planned"},
        {"\"personsPlanned\":\"6x\"", "persons_planned"},
        {"\"durationMin\":9223372036854775808", "duration_min"},
        {"\"durationMin\":\"-9223372036854775809\"", "duration_min"},
        {"\"durationMin\":99999999999999999999", "duration_min"},
        {"\"populationKind\":\"centralised\"", "population_kind"},
        {"\"populationKind\":99999999999", "population_kind"},
        {"\"zone\":5", "zone"},
        {"\"guarded\":1", "guarded"},
        {"\"guarded\":\"true\"", "guarded"},
        {"\"legs\":{}", "legs"},
        {"\"legs\":[1]", "legs[0]"},
        {"\"legs\":[{},null]", "legs[1]"},
        {"\"vulnerable\":[]", "vulnerable"},
        {"\"hazardRef\":{\"leaf\":5}", "hazard_ref.leaf"},
    };
    char json[160], path[64];

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        snprintf(json, sizeof json, "{\"evacuation\":{%s}}", values[i].value);
        snprintf(path, sizeof path, "evacuation.%s", values[i].path);
        refused(json, MU_E_BAD_VALUE, path);
    }
}

static void text_that_is_not_json(void **state)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "nul",
                                        "{",
                                        "}",
                                        "{}x",
                                        "{} {}",
                                        "{\"a\"",
                                        "{\"evacuation\"}",
                                        "{evacuation:{}}",
                                        "{'evacuation':{}}",
                                        "{\"evacuation\":{},}",
                                        "{,}",
                                        "{\"evacuation\":{}",
                                        "{\"evacuation\" {}}",
                                        "\"",
                                        "/**/{}"};
    Muster__Event *event;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        enum mu_err err = read_bytes(texts[i], strlen(texts[i]), &event);

        if (err != MU_E_MALFORMED && err != MU_E_BAD_VALUE && err != MU_E_UNKNOWN_FIELD)
            fail_msg("%s: said %s", texts[i], mu_err_code(err));
    }
    refused("{\"evacuation\":{\"personsPlanned\":007}}", MU_E_MALFORMED,
            "evacuation.persons_planned");
    refused("{\"evacuation\":{\"personsPlanned\":-}}", MU_E_MALFORMED,
            "evacuation.persons_planned");
    refused("{\"evacuation\":{\"legs\":[{},]}}", MU_E_BAD_VALUE, "evacuation.legs[1]");
    refused("{\"evacuation\":{\"legs\":[{} {}]}}", MU_E_MALFORMED, "evacuation.legs[0]");
    refused("[]", MU_E_BAD_VALUE, "");
    assert_int_equal(read_bytes("{}\0", 3, &event), MU_E_BAD_TEXT);
}

static void cut_off_anywhere(void **state)
{
    Muster__Event *event = HELP_EVENT(&arena, "evacuation", "persons_planned=620",
                                      "legs[0].destination=S1", "hazard_ref.leaf=00ff10");
    size_t size;

    (void)state;
    mu_event_to_json(event, &text);
    size = text.used;
    for (size_t cut = 0; cut < size; cut++)
        assert_int_not_equal(read_bytes(buffer, cut, &event), MU_OK);
    assert_int_equal(read_bytes(buffer, size, &event), MU_OK);
}

/* ---- bounds ---- */

static void a_hundred_thousand_brackets(void **state)
{
    Muster__Event *event;
    size_t used = (size_t)snprintf(buffer, sizeof buffer, "{\"evacuation\":{\"legs\":");

    (void)state;
    memset(buffer + used, '[', 100000);
    assert_int_equal(read_bytes(buffer, used + 100000, &event), MU_E_BAD_VALUE);
    assert_string_equal(fault.path, "evacuation.legs[0]");
}

static void more_fields_than_any_kind_needs(void **state)
{
    Muster__Event *event;
    size_t used = (size_t)snprintf(buffer, sizeof buffer, "{\"stock\":{\"lines\":[{}");

    (void)state;
    for (unsigned i = 0; i < MU_FIELDS_MAX; i++, used += 3)
        memcpy(buffer + used, ",{}", 3);
    memcpy(buffer + used, "]}}", 4);
    assert_int_equal(read_bytes(buffer, used + 3, &event), MU_E_TOO_MANY);
    assert_string_equal(fault.path, "stock.lines[4095]");
}

static void more_than_an_event_may_hold(void **state)
{
    Muster__Event *event;
    size_t used = (size_t)snprintf(buffer, sizeof buffer, "{\"fieldReport\":{\"words\":\"");

    (void)state;
    memset(buffer + used, 'x', MU_EVENT_BYTES_MAX);
    memcpy(buffer + used + MU_EVENT_BYTES_MAX, "\"}}", 4);
    assert_int_equal(read_bytes(buffer, used + MU_EVENT_BYTES_MAX + 3, &event), MU_E_TOO_LARGE);
    memset(buffer, ' ', sizeof buffer);
    assert_int_equal(mu_event_from_json((struct mu_bytes){(uint8_t *)buffer, sizeof buffer + 1},
                                        &arena, &event, &fault),
                     MU_E_TOO_LARGE);
}

static void memory_is_bounded(void **state)
{
    mu_arena small = mu_arena_make(1024);
    Muster__Event *event;
    const char *json = "{\"evacuation\":{\"legs\":[{},{},{},{},{},{},{}]}}";

    (void)state;
    assert_int_equal(mu_event_from_json((struct mu_bytes){(const uint8_t *)json, strlen(json)},
                                        &small, &event, &fault),
                     MU_E_TOO_MANY);
    mu_arena_free(&small);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest stories[] = {
        STORY(the_mapping_by_hand),
        STORY(absent_is_absent_and_nought_is_nought),
        STORY(a_word_only_a_newer_schema_has_is_written_as_its_number),
        STORY(a_text_too_long_for_its_buffer_says_so),
        STORY(every_event_comes_back_the_same),
        STORY(another_implementation_writes_the_same),
        STORY(long_texts_come_back_whole),
        STORY(both_spellings_and_both_forms_of_numbers),
        STORY(sixty_four_bits_are_kept_to_the_last),
        STORY(white_space_and_null_mean_nothing),
        STORY(escapes_in_text),
        STORY(base64_in_both_alphabets),
        STORY(names_the_schema_does_not_have),
        STORY(the_same_name_twice),
        STORY(values_of_another_type_or_size),
        STORY(text_that_is_not_json),
        STORY(cut_off_anywhere),
        STORY(a_hundred_thousand_brackets),
        STORY(more_fields_than_any_kind_needs),
        STORY(more_than_an_event_may_hold),
        STORY(memory_is_bounded),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
