/* Fields by name: what people type is what the event says, in its own units. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "proto/wire/assign.h"
#include "proto/wire/field.h"
#include "tests/help/events.h"

static mu_arena arena;
static struct mu_fault fault;
static Muster__Event *event;
static struct mu_assign how;

static int begin(void **state)
{
    (void)state;
    arena = mu_arena_make(1u << 20);
    how = (struct mu_assign){&arena, HELP_MIDNIGHT_MS, 480, &fault};
    return 0;
}

static int end(void **state)
{
    (void)state;
    mu_arena_free(&arena);
    return 0;
}

static void about(const char *kind)
{
    assert_int_equal(mu_event_make(mu_kind_number(kind), &arena, &event), MU_OK);
}

static enum mu_err say(const char *path, const char *value)
{
    enum mu_err err = mu_event_assign(event, mu_kind_of(event), path, value, &how);

    assert_int_equal(fault.code, err);
    assert_string_equal(fault.path, err == MU_OK ? "" : path);
    return err;
}

static void said(const char *path, const char *value)
{
    if (say(path, value) != MU_OK)
        fail_msg("cannot say %s=%s: %s", path, value, mu_err_code(fault.code));
}

static void refused(const char *path, const char *value, enum mu_err code)
{
    enum mu_err err = say(path, value);

    if (err != code)
        fail_msg("%s=%s: said %s, expected %s", path, value, mu_err_code(err), mu_err_code(code));
}

/* ---- where a field is ---- */

static void a_bare_name_is_the_body_s_then_the_envelope_s(void **state)
{
    (void)state;
    about("evacuation");
    said("persons_planned", "620");
    said("area", "cn/99/01/21/201/201");
    said("hazard", "flash_flood");
    assert_int_equal(event->evacuation->persons_planned, 620);
    assert_string_equal(event->envelope->area, "cn/99/01/21/201/201");
    about("figure");
    said("area", "cn/99"); /* a figure's own comes first */
    said("envelope.area", "cn/98");
    assert_string_equal(event->figure->area, "cn/99");
    assert_string_equal(event->envelope->area, "cn/98");
}

static void a_body_s_message_gives_way_to_the_envelope_s_word(void **state)
{
    (void)state;
    about("reference_object");
    said("area", "cn/99");
    said("area.code", "cn/99/01");
    said("kind", "area");
    assert_string_equal(event->envelope->area, "cn/99");
    assert_string_equal(event->reference_object->area->code, "cn/99/01");
}

static void paths_may_begin_at_the_event(void **state)
{
    (void)state;
    about("evacuation");
    said("evacuation.persons_planned", "620");
    said("envelope.agency", "EM");
    assert_int_equal(event->evacuation->persons_planned, 620);
    about("epoch"); /* a kind with a field of its own name */
    said("epoch", "2");
    said("epoch.reason", "restored");
    said("epoch.epoch", "3");
    assert_int_equal(event->epoch->epoch, 3);
    assert_int_equal(event->epoch->reason, MUSTER__EPOCH_REASON__EPOCH_REASON_RESTORED);
}

static void nested_messages_are_made_and_lists_grow_by_one(void **state)
{
    (void)state;
    about("evacuation");
    said("legs[0].destination", "S1");
    said("legs[0].route[0].edge", "E11");
    said("legs[0].route[1].edge", "E12");
    said("legs[1].destination", "S2");
    said("legs[0].persons", "80");
    said("legs.travel_min", "20"); /* no index: the first */
    assert_int_equal(event->evacuation->n_legs, 2);
    assert_int_equal(event->evacuation->legs[0]->n_route, 2);
    assert_string_equal(event->evacuation->legs[0]->destination, "S1");
    assert_string_equal(event->evacuation->legs[1]->destination, "S2");
    assert_string_equal(event->evacuation->legs[0]->route[1]->edge, "E12");
    assert_int_equal(event->evacuation->legs[0]->travel_min, 20);
    refused("legs[3].persons", "1", MU_E_BAD_VALUE);
    assert_int_equal(event->evacuation->n_legs, 2);
    for (unsigned i = 2; i < 100; i++) {
        char path[32] = {'l', 'e', 'g', 's', '[', (char)('0' + i / 10), (char)('0' + i % 10), ']'};

        said(strcat(path, ".persons"), "7");
    }
    assert_int_equal(event->evacuation->n_legs, 100);
    assert_string_equal(event->evacuation->legs[1]->destination, "S2");
    assert_int_equal(event->evacuation->legs[99]->persons, 7);
}

static void no_such_field(void **state)
{
    static const char *const paths[] = {"persons_planed", "evacuation.x", "legs[0].x",
                                        "envelope.persons_planned", "nix.persons"};
    static const char *const malformed[] = {"",
                                            ".",
                                            "legs[",
                                            "legs[]",
                                            "legs[x]",
                                            "legs[0]x",
                                            "legs..x",
                                            "legs[0].",
                                            "legs[0]]",
                                            "[0]",
                                            ".legs",
                                            "persons_planned[0]",
                                            "persons_planned.x",
                                            "legs[99999].persons",
                                            "legs"};

    (void)state;
    about("evacuation");
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        refused(paths[i], "1", MU_E_ABSENT);
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++)
        refused(malformed[i], "1", MU_E_BAD_VALUE);
}

static void one_event_has_one_body(void **state)
{
    (void)state;
    about("evacuation");
    refused("shelter.state", "open", MU_E_BAD_VALUE);
    about("finding");
    said("headline.args[0].at_ms", "14:00");
    refused("headline.args[0].area", "cn/99", MU_E_BAD_VALUE);
    said("headline.args[0].at_ms", "14:01");
    said("headline.args[0].name", "start");
}

static void unknown_kinds_cannot_be_made(void **state)
{
    static const uint32_t numbers[] = {0, 1, 15, 18, 4711};

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_int_equal(mu_event_make(numbers[i], &arena, &event), MU_E_NO_KIND);
        assert_null(event);
    }
}

/* ---- values ---- */

/* A number of the body, as it is stored. */
static int64_t body_number(const char *name)
{
    const ProtobufCMessage *body = mu_field_sub(
        &event->base, mu_field_numbered(&muster__event__descriptor, mu_kind_of(event)), 0);
    const mu_field *f = mu_field_named(
        body->descriptor, (struct mu_bytes){(const uint8_t *)name, strlen(name)}, false);

    assert_int_equal(mu_field_count(body, f), 1);
    return mu_field_scalar(body, f, 0).i;
}

static void times_are_local_and_stored_in_utc(void **state)
{
    int64_t two_o_five = HELP_MIDNIGHT_MS + (14 * 60 + 5) * INT64_C(60000);
    static const char *const same[] = {"14:05",
                                       "14:05:00",
                                       "2031-07-16T14:05",
                                       "2031-07-16T14:05:00",
                                       "2031-07-16T14:05+08:00",
                                       "2031-07-16T06:05Z",
                                       "2031-07-16T01:05-05:00",
                                       "1941948300000"};
    static const char *const bad[] = {"",
                                      "14",
                                      "14:5",
                                      "24:00",
                                      "14:60",
                                      "14:05:60",
                                      "14:05:",
                                      "14:05x",
                                      " 14:05",
                                      "-1:05",
                                      "14: 5",
                                      "14:+5",
                                      "2031-02-30T14:05",
                                      "2031-13-01T14:05",
                                      "2031-07-16",
                                      "2031-07-16 14:05",
                                      "2031-07-16T14:05+8",
                                      "2031-07-16T14:05+15:00",
                                      "2031-07-16T14:05Zx",
                                      "1405",
                                      "14.05"};

    (void)state;
    about("evacuation");
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        said("counted_at_ms", same[i]);
        if (event->evacuation->counted_at_ms != two_o_five)
            fail_msg("%s read as %lld", same[i], (long long)event->evacuation->counted_at_ms);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refused("counted_at_ms", bad[i], MU_E_BAD_VALUE);
    assert_int_equal(event->evacuation->counted_at_ms, two_o_five);
}

static void numbers_take_the_units_people_use(void **state)
{
    static const struct {
        const char *kind, *path, *value;
        int64_t reads;
    } values[] = {
        {"evacuation", "duration_min", "90", 90},
        {"evacuation", "duration_min", "90min", 90},
        {"evacuation", "duration_min", "1.5h", 90},
        {"evacuation", "duration_min", "12h", 720},
        {"evacuation", "duration_min", "2d", 2880},
        {"evacuation", "rate_persons_per_hour", "300/h", 300},
        {"levee_job", "closure_radius_m", "5km", 5000},
        {"levee_job", "closure_radius_m", "0.25km", 250},
        {"levee_job", "closure_radius_m", "3+200", 3200},
        {"gauge", "flow_milli_m3s", "260m3/s", 260000},
        {"gauge", "flow_milli_m3s", "0.5m3/s", 500},
        {"gauge", "flow_milli_m3s", "260", 260},
        {"gauge", "rain_tenth_mm", "12.5mm", 125},
        {"gauge", "rain_tenth_mm", "125", 125},
        {"gauge", "storage_m3", "1200000m3", 1200000},
        {"road", "water_depth_mm", "35cm", 350},
        {"road", "water_depth_mm", "0.35m", 350},
        {"road", "max_load_kg", "12t", 12000},
        {"road", "max_load_kg", "2.5t", 2500},
        {"road", "max_height_cm", "4.5m", 450},
        {"road", "speed_km_per_hour", "30km/h", 30},
        {"shelter", "own_water_l_per_day", "4000L", 4000},
        {"shelter", "floor_m2", "2450m2", 2450},
    };

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        about(values[i].kind);
        said(values[i].path, values[i].value);
        if (body_number(values[i].path) != values[i].reads)
            fail_msg("%s=%s read as %lld", values[i].path, values[i].value,
                     (long long)body_number(values[i].path));
    }
}

static void thousandths_take_a_unit_or_a_point(void **state)
{
    static const struct {
        const char *value;
        int64_t reads;
    } values[] = {{"15", 15},      {"15u", 15000}, {"0.5u", 500},
                  {"15.0", 15000}, {"3.5", 3500},  {"-1.5", -1500}};

    (void)state;
    about("stock");
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        said("lines[0].usable_milli", values[i].value);
        assert_int_equal(event->stock->lines[0]->usable_milli, values[i].reads);
    }
    refused("lines[0].usable_milli", "0.0005", MU_E_BAD_VALUE);
    refused("lines[0].usable_milli", "15kg", MU_E_BAD_VALUE);
}

static void degrees_take_a_point(void **state)
{
    (void)state;
    about("evacuation");
    said("location.point.lat_e7", "31.1234567");
    assert_int_equal(event->envelope->location->point->lat_e7, 311234567);
    said("location.point.lat_e7", "311234567");
    assert_int_equal(event->envelope->location->point->lat_e7, 311234567);
    said("location.point.lon_e7", "-110.5");
    assert_int_equal(event->envelope->location->point->lon_e7, -1105000000);
    refused("location.point.lat_e7", "31.12345678", MU_E_BAD_VALUE);
    refused("location.point.lat_e7", "400.0", MU_E_BAD_VALUE); /* not in 32 bits */
}

/* Nothing is rounded, nothing guessed. */
static void numbers_that_do_not_fit_are_refused(void **state)
{
    static const struct {
        const char *path, *value;
    } values[] = {
        {"duration_min", ""},
        {"duration_min", "1.555h"},
        {"duration_min", "1.5"},
        {"duration_min", "90 min"},
        {"duration_min", "90s"},
        {"duration_min", "h"},
        {"duration_min", "."},
        {"duration_min", "1."},
        {"duration_min", ".5h"},
        {"duration_min", "1.2.3h"},
        {"duration_min", "--1"},
        {"duration_min", "9999999999999999999"},
        {"duration_min", "999999999999999999d"},
        {"duration_min", "0x10"},
        {"persons_planned", "-1"},
        {"persons_planned", "+1"},
        {"persons_planned", "1.0"},
        {"persons_planned", "4294967296"},
        {"persons_planned", "620 "},
        {"persons_planned", ""},
        {"legs[0].heaviest_vehicle_kg", "500g"},
        {"legs[0].window.start_at_ms", "3h"},
    };

    (void)state;
    about("evacuation");
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        refused(values[i].path, values[i].value, MU_E_BAD_VALUE);
    assert_false(event->evacuation->has_duration_min);
    assert_false(event->evacuation->has_persons_planned);
    about("levee_job");
    refused("closure_radius_m", "3+20", MU_E_BAD_VALUE);
    refused("closure_radius_m", "3+2000", MU_E_BAD_VALUE);
    refused("closure_radius_m", "x+200", MU_E_BAD_VALUE);
}

static void words_are_short_and_in_any_case(void **state)
{
    static const char *const same[] = {"under_way", "under-way", "UNDER_WAY", "Under-Way",
                                       "EVACUATION_STATE_UNDER_WAY"};
    static const char *const bad[] = {
        "",  "under",    "under way",  "unspecified",
        "3", "underway", "_under_way", "EVACUATION_STATE_UNSPECIFIED"};

    (void)state;
    about("evacuation");
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        said("evacuation.state", same[i]);
        assert_int_equal(event->evacuation->state,
                         MUSTER__EVACUATION_STATE__EVACUATION_STATE_UNDER_WAY);
        event->evacuation->state = 0;
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        refused("evacuation.state", bad[i], MU_E_BAD_VALUE);
    about("decision");
    said("rule", "c04");
    assert_int_equal(event->decision->rule, MUSTER__RULE__RULE_C04);
}

static void yes_and_no(void **state)
{
    (void)state;
    about("evacuation");
    said("guarded", "true");
    assert_true(event->evacuation->guarded);
    said("guarded", "no");
    assert_true(event->evacuation->has_guarded && !event->evacuation->guarded);
    refused("guarded", "maybe", MU_E_BAD_VALUE);
    refused("guarded", "2", MU_E_BAD_VALUE);
}

static void lists_are_said_whole_or_one_by_one(void **state)
{
    (void)state;
    about("supply_request");
    said("not_stated", "a,b,c");
    assert_int_equal(event->envelope->n_not_stated, 3);
    assert_string_equal(event->envelope->not_stated[2], "c");
    said("not_stated", "d"); /* said again, said anew */
    assert_int_equal(event->envelope->n_not_stated, 1);
    said("not_stated[1]", "e,f");
    assert_string_equal(event->envelope->not_stated[1], "e,f");
    refused("not_stated[3]", "g", MU_E_BAD_VALUE);
    refused("not_stated", "a,,b", MU_E_BAD_VALUE);
    refused("not_stated", "", MU_E_BAD_VALUE);
    about("casualty");
    said("care_needs", "burns,surgery");
    assert_int_equal(event->casualty->n_care_needs, 2);
    refused("care_needs", "burns,cold", MU_E_BAD_VALUE);
}

static void text_stays_as_it_is_and_must_be_text(void **state)
{
    (void)state;
    about("evacuation");
    said("note", "岩脚 塌方 伤9 埋2 路断, 速来=急");
    assert_string_equal(event->envelope->note, "岩脚 塌方 伤9 埋2 路断, 速来=急");
    said("note", "");
    assert_string_equal(event->envelope->note, "");
    refused("note", "\xff\xfe", MU_E_BAD_TEXT);
}

static void bytes_are_hex(void **state)
{
    static const char hex[] = "0102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F20";

    (void)state;
    about("evacuation");
    said("hazard_ref.leaf", hex);
    assert_int_equal(event->evacuation->hazard_ref->leaf.len, 32);
    assert_int_equal(event->evacuation->hazard_ref->leaf.data[31], 0x20);
    refused("hazard_ref.leaf", "012", MU_E_BAD_VALUE);
    refused("hazard_ref.leaf", "0g", MU_E_BAD_VALUE);
}

static void memory_runs_out_without_harm(void **state)
{
    mu_arena small = mu_arena_make(2048);

    (void)state;
    about("evacuation");
    how.arena = &small;
    for (unsigned i = 0; i < 100; i++)
        if (mu_event_assign(event, mu_kind_of(event), "not_stated", "a,b,c", &how) != MU_OK)
            break;
    refused("not_stated", "a,b,c", MU_E_NO_MEMORY);
    /* whatever is there can still be walked */
    assert_true(mu_event_size(event) > 0);
    mu_arena_free(&small);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest stories[] = {
        STORY(a_bare_name_is_the_body_s_then_the_envelope_s),
        STORY(a_body_s_message_gives_way_to_the_envelope_s_word),
        STORY(paths_may_begin_at_the_event),
        STORY(nested_messages_are_made_and_lists_grow_by_one),
        STORY(no_such_field),
        STORY(one_event_has_one_body),
        STORY(unknown_kinds_cannot_be_made),
        STORY(times_are_local_and_stored_in_utc),
        STORY(numbers_take_the_units_people_use),
        STORY(thousandths_take_a_unit_or_a_point),
        STORY(degrees_take_a_point),
        STORY(numbers_that_do_not_fit_are_refused),
        STORY(words_are_short_and_in_any_case),
        STORY(yes_and_no),
        STORY(lists_are_said_whole_or_one_by_one),
        STORY(text_stays_as_it_is_and_must_be_text),
        STORY(bytes_are_hex),
        STORY(memory_runs_out_without_harm),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
