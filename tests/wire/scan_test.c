/* The scan: every way a stranger's bytes can be wrong, each with its code and its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire/event.h"
#include "tests/help/events.h"

#define VARINT 0
#define BYTES 2
#define ENVELOPE 1
#define EVACUATION 16
#define NEWER 999 /* a field number nobody has given out */

static mu_arena arena;
static uint8_t buffer[2 * 1024 * 1024];
static struct mu_writer w;
static struct mu_fault fault;
static struct mu_topic topic;

static int begin(void **state)
{
    (void)state;
    arena = mu_arena_make(4u << 20);
    w = mu_writer(buffer, sizeof buffer);
    return 0;
}

static int end(void **state)
{
    (void)state;
    mu_arena_free(&arena);
    return 0;
}

/* ---- bytes by hand ---- */

static void put_varint(uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        mu_write_u8(&w, (uint8_t)(v | 0x80));
    mu_write_u8(&w, (uint8_t)v);
}

static void put_tag(uint32_t number, uint32_t wire)
{
    put_varint((uint64_t)number << 3 | wire);
}

static void put_number(uint32_t number, uint64_t v)
{
    put_tag(number, VARINT);
    put_varint(v);
}

static void put_bytes(uint32_t number, const void *data, size_t size)
{
    put_tag(number, BYTES);
    put_varint(size);
    mu_write_bytes(&w, data, size);
}

static void put_text(uint32_t number, const char *text)
{
    put_bytes(number, text, strlen(text));
}

/* Begin a message, to be ended by end_message: its length is one byte, so keep it short. */
static size_t begin_message(uint32_t number)
{
    put_tag(number, BYTES);
    mu_write_u8(&w, 0);
    return w.used;
}

static void end_message(size_t from)
{
    assert_true(w.used - from < 0x80);
    buffer[from - 1] = (uint8_t)(w.used - from);
}

/* What the scan says to the bytes written so far. They are copied to a block of exactly their size,
 * so that a checker sees a byte read too many. */
static enum mu_err scan(void)
{
    uint8_t *exact = malloc(w.used > 0 ? w.used : 1);
    enum mu_err err;

    assert_non_null(exact);
    assert_true(mu_writer_ok(&w));
    memcpy(exact, buffer, w.used);
    err = mu_event_scan((struct mu_bytes){exact, w.used}, NULL, &fault);
    assert_int_equal(err, fault.code);
    free(exact);
    return err;
}

static void expect(enum mu_err code, const char *path)
{
    enum mu_err err = scan();

    if (err != code || strcmp(fault.path, path) != 0)
        fail_msg("said %s at \"%s\", expected %s at \"%s\"", mu_err_code(err), fault.path,
                 mu_err_code(code), path);
}

/* ---- what is right ---- */

/* An evacuation of 620 in 39 bytes, worked out by hand. */
static void worked_bytes(void **state)
{
    static const uint8_t bytes[] = {
        0x0a, 0x16,                           /* 1: envelope, 22 bytes */
        0x12, 0x05, 'c',  'n', '/', '9', '9', /*   2: area "cn/99" */
        0x1a, 0x05, 'E',  'V', '-', '0', '1', /*   3: object "EV-01" */
        0x20, 0x01,                           /*   4: version 1 */
        0x28, 0x03,                           /*   5: status exercise */
        0x3a, 0x02, 'E',  'M',                /*   7: agency "EM" */
        0x82, 0x01, 0x0c,                     /* 16: evacuation, 12 bytes */
        0x10, 0x02,                           /*   2: population_kind centralised */
        0x18, 0xec, 0x04,                     /*   3: persons_planned 620 */
        0x52, 0x05,                           /*  10: legs, 5 bytes */
        0x08, 0xec, 0x04,                     /*     1: persons 620 */
        0x10, 0x02,                           /*     2: destination_kind shelter */
    };

    (void)state;
    mu_write_bytes(&w, bytes, sizeof bytes);
    expect(MU_OK, "");
    assert_int_equal(mu_event_scan(mu_written(&w), &topic, &fault), MU_OK);
    assert_int_equal(topic.kind, EVACUATION);
    assert_int_equal(topic.version, 1);
    assert_int_equal(topic.status, MUSTER__STATUS__STATUS_EXERCISE);
    assert_int_equal(topic.severity, 0);
    assert_memory_equal(topic.area.data, "cn/99", topic.area.size);
    assert_memory_equal(topic.object.data, "EV-01", topic.object.size);
    assert_memory_equal(topic.agency.data, "EM", topic.agency.size);
    assert_int_equal(topic.incident.size, 0);
    /* the control: a leg one byte longer than the evacuation it stands in */
    buffer[33] = 6;
    expect(MU_E_MALFORMED, "evacuation.legs[0]");
}

static void nothing_is_an_event_without_a_kind(void **state)
{
    (void)state;
    assert_int_equal(mu_event_scan((struct mu_bytes){NULL, 0}, &topic, &fault), MU_OK);
    assert_int_equal(topic.kind, 0);
}

static void what_people_say_passes(void **state)
{
    Muster__Event *event = HELP_EVENT(
        &arena, "evacuation", "population_kind=centralised", "persons_planned=620",
        "envelope.severity=extreme", "envelope.incident=INC-01", "legs[0].persons=620",
        "legs[0].route[0].edge=E11", "legs[0].route[1].edge=E12", "vulnerable.infants=22");
    struct mu_bytes body = help_packed(event, &arena);

    (void)state;
    assert_int_equal(mu_event_scan(body, &topic, &fault), MU_OK);
    assert_int_equal(topic.severity, MUSTER__SEVERITY__SEVERITY_EXTREME);
    assert_memory_equal(topic.incident.data, "INC-01", topic.incident.size);
    assert_string_equal(mu_kind_name(topic.kind), "evacuation");
}

static void whatever_the_schema_allows_passes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        mu_arena_reset(&arena);
        struct mu_bytes body = help_packed(help_random_event(seed, &arena), &arena);

        if (mu_event_scan(body, &topic, &fault) != MU_OK)
            fail_msg("seed %llu: %s at %s", (unsigned long long)seed, mu_err_code(fault.code),
                     fault.path);
    }
}

static void numbers_may_come_packed(void **state)
{
    static const uint8_t kinds[] = {2, 3, 4};
    size_t casualty;

    (void)state;
    casualty = begin_message(40);
    put_bytes(12, kinds, sizeof kinds); /* care_needs */
    put_number(12, 5);
    end_message(casualty);
    expect(MU_OK, "");
}

/* ---- the hostile list ---- */

static void larger_than_an_event_is_not_looked_at(void **state)
{
    (void)state;
    put_tag(NEWER, BYTES);
    put_varint(MU_EVENT_BYTES_MAX);
    w.used += MU_EVENT_BYTES_MAX;
    expect(MU_E_TOO_LARGE, "");
}

static void a_mebibyte_of_unknown_fields(void **state)
{
    (void)state;
    while (w.used < 1024 * 1024)
        put_number(NEWER, 1);
    expect(MU_E_TOO_LARGE, "");
    /* and as many as fit */
    w.used = MU_EVENT_BYTES_MAX / 4 * 4 - 4;
    expect(MU_E_UNKNOWN_FIELD, "999");
}

static void a_newer_sender_may_add_a_few_fields(void **state)
{
    size_t envelope;

    (void)state;
    envelope = begin_message(ENVELOPE);
    for (unsigned i = 0; i < MU_UNKNOWN_FIELDS_MAX; i++)
        put_number(NEWER, i);
    end_message(envelope);
    expect(MU_OK, "");
    put_number(NEWER, 1);
    expect(MU_E_UNKNOWN_FIELD, "999");
}

/* Twelve thousand messages, each in the one before it: 42 kB that end a process which lets
 * protobuf-c walk them. Built from the inside, so each length is known. */
static void write_nest(uint32_t number, unsigned deep)
{
    static uint8_t nest[128 * 1024];
    size_t from = sizeof nest;

    for (unsigned i = 0; i < deep; i++) {
        size_t size = sizeof nest - from;

        w = mu_writer(buffer, sizeof buffer);
        put_tag(number, BYTES);
        put_varint(size);
        from -= w.used;
        memcpy(nest + from, buffer, w.used);
    }
    memcpy(buffer, nest + from, sizeof nest - from);
    w.used = sizeof nest - from;
}

static void twelve_thousand_deep(void **state)
{
    (void)state;
    write_nest(NEWER, 12000);
    assert_true(w.used > 40000 && w.used < MU_EVENT_BYTES_MAX);
    expect(MU_E_TOO_DEEP, "999");
    /* through fields we know it comes to a text that is none, or to another type */
    write_nest(ENVELOPE, 12000);
    expect(MU_E_BAD_TEXT, "envelope.incident");
    write_nest(EVACUATION, 12000);
    expect(MU_E_MALFORMED, "evacuation.counted_at_ms");
    /* control: a nest as deep as we let it be is a newer sender's affair */
    write_nest(NEWER, MU_DEPTH_MAX - 1);
    expect(MU_OK, "");
    write_nest(NEWER, MU_DEPTH_MAX);
    expect(MU_E_TOO_DEEP, "999");
}

static void groups_and_undefined_wire_types(void **state)
{
    static const uint8_t wires[] = {3, 4, 6, 7};

    (void)state;
    for (size_t i = 0; i < sizeof wires; i++) {
        begin(state);
        put_tag(NEWER, wires[i]);
        mu_write_u64(&w, 0);
        expect(MU_E_MALFORMED, "999");
    }
    begin(state);
    for (unsigned i = 0; i < 12000; i++)
        mu_write_u8(&w, 0x0b); /* a group in a group in a group */
    expect(MU_E_MALFORMED, "envelope");
}

static void the_wrong_wire_type_for_a_known_field(void **state)
{
    size_t message;

    (void)state;
    put_number(ENVELOPE, 1);
    expect(MU_E_MALFORMED, "envelope");
    begin(state);
    message = begin_message(EVACUATION);
    put_text(3, "620");
    end_message(message);
    expect(MU_E_MALFORMED, "evacuation.persons_planned");
    begin(state);
    message = begin_message(ENVELOPE);
    put_tag(10, 1); /* occurred_at_ms as fixed64 */
    mu_write_u64(&w, 0);
    end_message(message);
    expect(MU_E_MALFORMED, "envelope.occurred_at_ms");
}

static void field_number_nought(void **state)
{
    (void)state;
    put_number(0, 1);
    expect(MU_E_MALFORMED, "");
    begin(state);
    /* a tag of six bytes, and one beyond 32 bits */
    mu_write_bytes(&w, "\x80\x80\x80\x80\x80\x01\x01", 7);
    expect(MU_E_MALFORMED, "");
    begin(state);
    mu_write_bytes(&w, "\xf8\xff\xff\xff\x7f\x01", 6);
    expect(MU_E_MALFORMED, "");
}

static void a_varint_of_eleven_bytes(void **state)
{
    (void)state;
    put_tag(NEWER, VARINT);
    mu_write_bytes(&w, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11);
    expect(MU_E_MALFORMED, "999");
    /* ten bytes that carry more than 64 bits */
    begin(state);
    put_tag(NEWER, VARINT);
    mu_write_bytes(&w, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10);
    expect(MU_E_MALFORMED, "999");
    begin(state);
    put_tag(NEWER, VARINT);
    mu_write_bytes(&w, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);
    expect(MU_OK, "");
}

static void a_length_past_the_end(void **state)
{
    size_t envelope;

    (void)state;
    put_tag(NEWER, BYTES);
    put_varint(1);
    expect(MU_E_MALFORMED, "999");
    begin(state);
    put_tag(NEWER, BYTES);
    mu_write_bytes(&w, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);
    expect(MU_E_MALFORMED, "999");
    /* inside a message its end counts, not that of the event */
    begin(state);
    envelope = begin_message(ENVELOPE);
    put_tag(2, BYTES);
    put_varint(4);
    end_message(envelope);
    put_text(NEWER, "cn/99");
    expect(MU_E_MALFORMED, "envelope.area");
}

static void cut_off_anywhere(void **state)
{
    Muster__Event *event = HELP_EVENT(&arena, "evacuation", "population_kind=centralised",
                                      "persons_planned=620", "legs[0].destination=S1");
    struct mu_bytes body = help_packed(event, &arena);
    size_t passed = 0;

    (void)state;
    for (size_t size = 1; size < body.size; size++) {
        w = mu_writer(buffer, sizeof buffer);
        mu_write_bytes(&w, body.data, size);
        passed += scan() == MU_OK;
    }
    /* behind the envelope an event without a body is still well-formed; nowhere else */
    assert_int_equal(passed, 1);
}

static void text_that_is_none(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } texts[] = {
        {"\xff", 1},  {"\xc0\xaf", 2}, {"\xed\xa0\x80", 3},
        {"EM\0x", 4}, {"\xe5\xba", 2}, {"\xf4\x90\x80\x80", 4},
        {"\x80", 1},  {"\0", 1},       {"ok \xe5\x98 x", 7},
    };
    size_t envelope;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        begin(state);
        envelope = begin_message(ENVELOPE);
        put_bytes(7, texts[i].bytes, texts[i].size);
        end_message(envelope);
        expect(MU_E_BAD_TEXT, "envelope.agency");
    }
    begin(state);
    envelope = begin_message(ENVELOPE);
    put_text(7, "庆禾 𠮷");
    put_bytes(38, "ok", 2);
    put_bytes(38, "\xff", 1);
    end_message(envelope);
    expect(MU_E_BAD_TEXT, "envelope.not_stated[1]");
}

static void the_same_field_twice(void **state)
{
    size_t message;

    (void)state;
    message = begin_message(ENVELOPE);
    put_text(7, "EM");
    put_text(7, "CA");
    end_message(message);
    expect(MU_E_MALFORMED, "envelope.agency");
    /* a message sent over and over: protobuf-c would merge it, 32 times the memory */
    begin(state);
    for (unsigned i = 0; i < 2; i++)
        end_message(begin_message(ENVELOPE));
    expect(MU_E_MALFORMED, "envelope");
    begin(state);
    message = begin_message(EVACUATION);
    put_number(3, 620);
    put_number(3, 26);
    end_message(message);
    expect(MU_E_MALFORMED, "evacuation.persons_planned");
}

static void two_bodies(void **state)
{
    (void)state;
    end_message(begin_message(EVACUATION));
    expect(MU_OK, "");
    end_message(begin_message(17));
    expect(MU_E_MALFORMED, "shelter");
}

/* Inside too: an argument that is a number and a time would be read as whichever came last. */
static void two_members_of_any_oneof(void **state)
{
    Muster__Event *event = HELP_EVENT(&arena, "finding", "headline.args[0].at_ms=14:00");
    struct mu_bytes body = help_packed(event, &arena);
    /* the argument lies at the very end: lengthen it and all around it by "area: x" */
    static const uint8_t more[] = {0x22, 0x01, 'x'};

    (void)state;
    mu_write_bytes(&w, body.data, body.size);
    assert_int_equal(scan(), MU_OK);
    mu_write_bytes(&w, more, sizeof more);
    /* finding { headline { args { at_ms } } }: tags and lengths before a 6-byte varint */
    for (size_t back = body.size - 8; back >= body.size - 13; back -= 2)
        buffer[back] = (uint8_t)(buffer[back] + sizeof more);
    expect(MU_E_MALFORMED, "finding.headline.args[0].area");
}

/* More than its type holds: protobuf-c would cut the number down and read another. */
static void a_number_too_large_for_its_field(void **state)
{
    static const struct {
        uint32_t number;
        uint64_t value;
        const char *path;
    } numbers[] = {
        {3, UINT64_C(0x10000026c), "evacuation.persons_planned"},
        {2, UINT64_C(0x100000002), "evacuation.population_kind"},
        {23, 2, "evacuation.zone_empty"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        begin(state);
        size_t evacuation = begin_message(EVACUATION);
        put_number(numbers[i].number, numbers[i].value);
        end_message(evacuation);
        expect(MU_E_BAD_VALUE, numbers[i].path);
    }
}

static void more_fields_than_any_kind_needs(void **state)
{
    static uint8_t packed[MU_FIELDS_MAX];

    (void)state;
    /* 17 bytes a stock line of nothing: 4,096 of them fit easily into an event */
    put_tag(28, BYTES);
    put_varint(2u * MU_FIELDS_MAX);
    for (unsigned i = 0; i < MU_FIELDS_MAX; i++)
        put_bytes(1, "", 0);
    expect(MU_E_TOO_MANY, "stock.lines[4095]");
    /* packed numbers count one by one */
    begin(state);
    memset(packed, 2, sizeof packed);
    put_tag(40, BYTES);
    put_varint(3 + sizeof packed);
    put_bytes(12, packed, sizeof packed);
    expect(MU_E_TOO_MANY, "casualty.care_needs");
}

static void the_place_is_named_to_the_index(void **state)
{
    size_t evacuation, leg;

    (void)state;
    evacuation = begin_message(EVACUATION);
    for (unsigned i = 0; i < 3; i++) {
        put_number(12, i == 0 ? 7 : 0);
        if (i > 0)
            w.used -= 2;
        leg = begin_message(10);
        put_number(1, 20);
        if (i == 2)
            put_bytes(3, "\xff", 1);
        end_message(leg);
    }
    end_message(evacuation);
    expect(MU_E_BAD_TEXT, "evacuation.legs[2].destination");
}

/* Every byte of a real event changed to every value: nothing but a verdict comes of it, and what
 * passes can be unpacked. Under the address checker this is where a stray read would show. */
static void every_byte_changed(void **state)
{
    Muster__Event *event =
        HELP_EVENT(&arena, "dam_operation", "structure=LONGTAN", "steps[0].from_at_ms=14:50",
                   "steps[0].outflow_milli_m3s=260m3/s", "to_be_told[0].agency=HC");
    struct mu_bytes body = help_packed(event, &arena);
    mu_arena room = mu_event_arena(body.size);
    const Muster__Event *out;

    (void)state;
    for (size_t at = 0; at < body.size; at++)
        for (unsigned value = 0; value < 256; value++) {
            w = mu_writer(buffer, sizeof buffer);
            mu_write_bytes(&w, body.data, body.size);
            buffer[at] = (uint8_t)value;
            if (scan() != MU_OK)
                continue;
            mu_arena_reset(&room);
            assert_int_equal(
                mu_event_unpack((struct mu_bytes){buffer, w.used}, &room, &out, &fault), MU_OK);
        }
    mu_arena_free(&room);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest stories[] = {
        STORY(worked_bytes),
        STORY(nothing_is_an_event_without_a_kind),
        STORY(what_people_say_passes),
        STORY(whatever_the_schema_allows_passes),
        STORY(numbers_may_come_packed),
        STORY(larger_than_an_event_is_not_looked_at),
        STORY(a_mebibyte_of_unknown_fields),
        STORY(a_newer_sender_may_add_a_few_fields),
        STORY(twelve_thousand_deep),
        STORY(groups_and_undefined_wire_types),
        STORY(the_wrong_wire_type_for_a_known_field),
        STORY(field_number_nought),
        STORY(a_varint_of_eleven_bytes),
        STORY(a_length_past_the_end),
        STORY(cut_off_anywhere),
        STORY(text_that_is_none),
        STORY(the_same_field_twice),
        STORY(two_bodies),
        STORY(two_members_of_any_oneof),
        STORY(a_number_too_large_for_its_field),
        STORY(more_fields_than_any_kind_needs),
        STORY(the_place_is_named_to_the_index),
        STORY(every_byte_changed),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
