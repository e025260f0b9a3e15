/* Unpacking into a bounded arena, packing, kinds and their lanes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "proto/wire/event.h"
#include "tests/help/events.h"

static mu_arena arena;
static struct mu_fault fault;

static int begin(void **state)
{
    (void)state;
    arena = mu_arena_make(8u << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    mu_arena_free(&arena);
    return 0;
}

/* ---- there and back ---- */

static void what_is_packed_unpacks_the_same(void **state)
{
    mu_arena room = mu_arena_make(4u << 20);
    const Muster__Event *out;

    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        mu_arena_reset(&arena);
        mu_arena_reset(&room);
        struct mu_bytes body = help_packed(help_random_event(seed, &arena), &arena);

        assert_int_equal(mu_event_unpack(body, &room, &out, &fault), MU_OK);
        struct mu_bytes again = help_packed(out, &arena);
        assert_int_equal(again.size, body.size);
        assert_memory_equal(again.data, body.data, body.size);
    }
    mu_arena_free(&room);
}

static void a_newer_sender_s_fields_survive_being_passed_on(void **state)
{
    static const uint8_t bytes[] = {0x0a, 0x02, 0x20, 0x01, 0xba, 0x3e, 0x02, 'h', 'i'};
    const Muster__Event *out;

    (void)state;
    assert_int_equal(mu_event_unpack((struct mu_bytes){bytes, sizeof bytes}, &arena, &out, &fault),
                     MU_OK);
    struct mu_bytes again = help_packed(out, &arena);
    assert_int_equal(again.size, sizeof bytes);
    assert_memory_equal(again.data, bytes, sizeof bytes);
}

static void what_the_scan_refuses_is_not_unpacked(void **state)
{
    static const uint8_t group[] = {0x0b};
    const Muster__Event *out = (const Muster__Event *)group;

    (void)state;
    assert_int_equal(mu_event_unpack((struct mu_bytes){group, sizeof group}, &arena, &out, &fault),
                     MU_E_MALFORMED);
    assert_null(out);
    assert_int_equal(arena.used, 0);
}

/* ---- the bound ---- */

/* Four bytes on the wire, several hundred in memory: the most a field of the schema is worth. */
static struct mu_bytes many_lines(size_t count)
{
    size_t size = 4 + 2 * count;
    uint8_t *out = mu_arena_take(&arena, size);
    uint8_t *at = out;

    *at++ = 0xf2; /* 30: supply_sheet */
    *at++ = 0x01;
    *at++ = (uint8_t)((2 * count & 0x7f) | 0x80);
    *at++ = (uint8_t)(2 * count >> 7);
    for (size_t i = 0; i < count; i++) {
        *at++ = 0x3a; /* 7: lines, empty */
        *at++ = 0x00;
    }
    return (struct mu_bytes){out, size};
}

static void a_small_message_cannot_become_a_large_one(void **state)
{
    struct mu_bytes body = many_lines(4000);
    mu_arena room = mu_event_arena(body.size);
    const Muster__Event *out;

    (void)state;
    assert_int_equal(mu_event_scan(body, NULL, &fault), MU_OK);
    assert_int_equal(mu_event_unpack(body, &room, &out, &fault), MU_E_TOO_MANY);
    assert_int_equal(fault.code, MU_E_TOO_MANY);
    assert_null(out);
    assert_true(room.used <= 16 * body.size + 64 * 1024);
    mu_arena_free(&room);
    /* the control: without the bound the same message unpacks, to half a megabyte */
    room = mu_arena_make(SIZE_MAX);
    assert_int_equal(mu_event_unpack(body, &room, &out, &fault), MU_OK);
    assert_true(room.used > 64 * body.size);
    mu_arena_free(&room);
}

static void the_arena_grows_with_the_body_up_to_four_mebibytes(void **state)
{
    (void)state;
    assert_int_equal(mu_event_arena(0).limit, 64 * 1024);
    assert_int_equal(mu_event_arena(1000).limit, 64 * 1024 + 16000);
    assert_int_equal(mu_event_arena(MU_EVENT_BYTES_MAX).limit, 4 * 1024 * 1024);
    assert_int_equal(mu_event_arena(SIZE_MAX).limit, 4 * 1024 * 1024);
}

/* The largest sheet the bound on fields lets through: 370 lines of ten fields each. */
static void the_largest_honest_sheet_fits(void **state)
{
    static const char *const said[][2] = {
        {"item", "portable_toilet"},     {"unit", "piece"},          {"needed_milli", "31000"},
        {"own_milli", "12000"},          {"to_send_milli", "19000"}, {"stock_used_milli", "19000"},
        {"requested_milli", "0"},        {"committed_milli", "0"},   {"short_milli", "0"},
        {"stock_usable_milli", "25000"},
    };
    struct mu_assign how = {&arena, 0, 0, &fault};
    Muster__Event *event = HELP_EVENT(&arena, "supply_sheet", "computed_through=17");
    const Muster__Event *out;
    char path[64];

    (void)state;
    for (unsigned line = 0; line < 400; line++)
        for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
            snprintf(path, sizeof path, "lines[%u].%s", line, said[i][0]);
            assert_int_equal(mu_event_assign(event, mu_kind_of(event), path, said[i][1], &how),
                             MU_OK);
        }
    event->supply_sheet->n_lines = 370;
    struct mu_bytes body = help_packed(event, &arena);
    mu_arena room = mu_event_arena(body.size);
    assert_int_equal(mu_event_unpack(body, &room, &out, &fault), MU_OK);
    mu_arena_free(&room);
    event->supply_sheet->n_lines = 400;
    assert_int_equal(mu_event_scan(help_packed(event, &arena), NULL, &fault), MU_E_TOO_MANY);
}

/* ---- kinds ---- */

static void kinds_have_numbers_and_names(void **state)
{
    (void)state;
    assert_int_equal(mu_kind_number("evacuation"), 16);
    assert_int_equal(mu_kind_number("relay"), 164);
    assert_int_equal(mu_kind_number("envelope"), 0);
    assert_int_equal(mu_kind_number("Evacuation"), 0);
    assert_int_equal(mu_kind_number(""), 0);
    assert_string_equal(mu_kind_name(16), "evacuation");
    assert_null(mu_kind_name(0));
    assert_null(mu_kind_name(1));
    assert_null(mu_kind_name(15));
    assert_null(mu_kind_name(4711));
    assert_int_equal(mu_kind_of(HELP_EVENT(&arena, "gauge")), 52);
}

static void life_safety_does_not_wait_for_a_severity(void **state)
{
    static const char *const kinds[] = {"evacuation", "dam_operation", "alert", "casualty"};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        for (uint32_t severity = 0; severity <= 6; severity++)
            assert_int_equal(mu_kind_lane(mu_kind_number(kinds[i]), severity), MU_LANE_LIFE);
}

static void severity_moves_what_it_may_and_nothing_else(void **state)
{
    uint32_t extreme = MUSTER__SEVERITY__SEVERITY_EXTREME;
    uint32_t severe = MUSTER__SEVERITY__SEVERITY_SEVERE;

    (void)state;
    assert_int_equal(mu_kind_lane(mu_kind_number("finding"), severe), MU_LANE_LIFE);
    assert_int_equal(mu_kind_lane(mu_kind_number("finding"), 0), MU_LANE_URGENT);
    assert_int_equal(mu_kind_lane(mu_kind_number("shipment"), extreme), MU_LANE_LIFE);
    assert_int_equal(mu_kind_lane(mu_kind_number("shipment"), severe), MU_LANE_URGENT);
    assert_int_equal(mu_kind_lane(mu_kind_number("figure"), extreme), MU_LANE_URGENT);
    assert_int_equal(mu_kind_lane(mu_kind_number("figure"), 0), MU_LANE_ROUTINE);
    /* a flood of tables marked extreme does not reach the reserve */
    assert_int_equal(mu_kind_lane(mu_kind_number("reference_object"), extreme), MU_LANE_ROUTINE);
    assert_int_equal(mu_kind_lane(mu_kind_number("receipt_sheet"), extreme), MU_LANE_ROUTINE);
    assert_int_equal(mu_kind_lane(4711, extreme), MU_LANE_ROUTINE);
}

static void every_kind_has_a_lane_that_exists(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 256; kind++)
        for (uint32_t severity = 0; severity < 8; severity++)
            assert_true(mu_kind_lane(kind, severity) < MU_LANES);
}

static void some_kinds_are_not_for_everybody(void **state)
{
    static const struct {
        const char *name;
        bool system, roster;
    } kinds[] = {
        {"genesis", true, true},      {"tick", true, false},        {"receipt_sheet", true, false},
        {"epoch", true, false},       {"log_close", true, false},   {"enrolment", false, true},
        {"endorsement", false, true}, {"grant", false, true},       {"retire", false, true},
        {"compromised", false, true}, {"role_map", false, true},    {"key_change", false, true},
        {"sponsor", false, false},    {"evacuation", false, false}, {"rule_switch", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        assert_int_equal(mu_kind_is_system(mu_kind_number(kinds[i].name)), kinds[i].system);
        assert_int_equal(mu_kind_is_roster(mu_kind_number(kinds[i].name)), kinds[i].roster);
    }
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest stories[] = {
        STORY(what_is_packed_unpacks_the_same),
        STORY(a_newer_sender_s_fields_survive_being_passed_on),
        STORY(what_the_scan_refuses_is_not_unpacked),
        STORY(a_small_message_cannot_become_a_large_one),
        STORY(the_arena_grows_with_the_body_up_to_four_mebibytes),
        STORY(the_largest_honest_sheet_fits),
        STORY(kinds_have_numbers_and_names),
        STORY(life_safety_does_not_wait_for_a_severity),
        STORY(severity_moves_what_it_may_and_nothing_else),
        STORY(every_kind_has_a_lane_that_exists),
        STORY(some_kinds_are_not_for_everybody),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
