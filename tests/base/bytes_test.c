/* Cursors, hex, the arena and the clock: the small things everything stands on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "proto/base/arena.h"
#include "proto/base/bytes.h"
#include "proto/base/moment.h"

static void what_is_written_is_read_back_big_endian(void **state)
{
    uint8_t room[64];
    struct mu_writer w = mu_writer(room, sizeof room);
    struct mu_reader r;

    (void)state;
    mu_write_u8(&w, 0x01);
    mu_write_u16(&w, 0x0203);
    mu_write_u32(&w, 0x04050607);
    mu_write_u64(&w, 0x08090A0B0C0D0E0F);
    mu_write_short(&w, (struct mu_bytes){(const uint8_t *)"ab", 2});
    assert_true(mu_writer_ok(&w));
    for (uint8_t i = 0; i < 15; i++)
        assert_int_equal(room[i], i + 1);
    r = mu_reader(mu_written(&w));
    assert_int_equal(mu_read_u8(&r), 0x01);
    assert_int_equal(mu_read_u16(&r), 0x0203);
    assert_int_equal(mu_read_u32(&r), 0x04050607);
    assert_int_equal(mu_read_u64(&r), 0x08090A0B0C0D0E0F);
    assert_memory_equal(mu_read_short(&r).data, "ab", 2);
    assert_true(mu_reader_end(&r));
}

static void a_reader_past_its_end_stays_failed_and_lends_nothing(void **state)
{
    const uint8_t three[] = {0, 5, 1};
    struct mu_reader r = mu_reader((struct mu_bytes){three, sizeof three});
    struct mu_bytes lent = mu_read_short(&r);

    (void)state;
    assert_null(lent.data);
    assert_int_equal(lent.size, 0);
    assert_false(mu_reader_ok(&r));
    assert_int_equal(mu_read_u8(&r), 0);
    assert_false(mu_reader_ok(&r));
}

static void a_writer_past_its_room_fails_whole(void **state)
{
    uint8_t room[4] = {9, 9, 9, 9};
    struct mu_writer w = mu_writer(room, 3);

    (void)state;
    mu_write_u16(&w, 1);
    mu_write_u16(&w, 2);
    assert_false(mu_writer_ok(&w));
    assert_int_equal(room[2], 9);
    assert_int_equal(room[3], 9);
}

static void hex_is_exact(void **state)
{
    uint8_t out[3];
    char hex[7];

    (void)state;
    assert_int_equal(mu_unhex("00fFa9", out, 3), MU_OK);
    mu_hex(out, 3, hex);
    assert_string_equal(hex, "00ffa9");
    assert_int_equal(mu_unhex("00ffa", out, 3), MU_E_BAD_VALUE);
    assert_int_equal(mu_unhex("00ffa90", out, 3), MU_E_BAD_VALUE);
    assert_int_equal(mu_unhex("00ffag", out, 3), MU_E_BAD_VALUE);
}

static void an_arena_hands_out_no_more_than_its_limit(void **state)
{
    mu_arena arena = mu_arena_make(1000);
    size_t handed = 0;

    (void)state;
    assert_null(mu_arena_take(&arena, 2000));
    assert_null(mu_arena_take(&arena, SIZE_MAX));
    while (mu_arena_take(&arena, 100) != NULL)
        handed++;
    assert_in_range(handed, 8, 10);
    mu_arena_reset(&arena);
    assert_non_null(mu_arena_take(&arena, 900));
    mu_arena_free(&arena);
}

static void the_calendar_goes_both_ways(void **state)
{
    (void)state;
    for (int64_t ms = -70 * 365 * MU_DAY_MS; ms < 200 * 365 * MU_DAY_MS; ms += 7 * MU_HOUR_MS + 1) {
        struct mu_civil civil = mu_civil(ms, 480);

        if (mu_civil_ms(&civil, 480) != ms)
            fail_msg("lost %lld", (long long)ms);
    }
}

static void known_days_are_right(void **state)
{
    struct mu_civil flood = mu_civil(INT64_C(1941948000000), 480);
    struct mu_civil leap = mu_civil(INT64_C(1709164800000), 0);
    /* Times only a stranger would state: no overflow, and nothing a reader takes for today. */
    assert_true(mu_civil(INT64_MAX, 720).year > 100000);
    assert_true(mu_civil(INT64_MIN, -720).year < -100000);

    (void)state;
    assert_int_equal(flood.year * 10000 + flood.month * 100 + flood.day, 20310716);
    assert_int_equal(flood.hour * 60 + flood.minute, 14 * 60);
    assert_int_equal(leap.year * 10000 + leap.month * 100 + leap.day, 20240229);
    assert_int_equal(mu_minute(-1), -MU_MINUTE_MS);
    assert_int_equal(mu_minute(119999), MU_MINUTE_MS);
}

static void times_are_read_as_people_write_them(void **state)
{
    static const char *const bad[] = {"2031-04-31T14:00",       "2031-13-01T14:00",
                                      "2031-07-16T24:00",       "2031-07-16T14:60",
                                      "2031-07-16 14:00",       "2031-07-16",
                                      "2031-07-16T14:00x",      "31-07-16T14:00",
                                      "2031-07-16T14:00+15:00", ""};
    int64_t ms;
    int offset;

    (void)state;
    assert_true(mu_moment_read("2031-07-16T14:00", 480, &ms));
    assert_true(ms == INT64_C(1941948000000));
    assert_true(mu_moment_read("2031-07-16T06:00:30Z", 480, &ms));
    assert_true(ms == INT64_C(1941948030000));
    assert_true(mu_moment_read("2024-02-29T00:00-03:30", 0, &ms));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (mu_moment_read(bad[i], 480, &ms))
            fail_msg("took \"%s\"", bad[i]);
    assert_true(mu_offset_read("-03:30", &offset));
    assert_int_equal(offset, -210);
    assert_false(mu_offset_read("+08", &offset));
    assert_false(mu_offset_read("+08:00 ", &offset));
}

static void a_log_clock_runs_at_its_rate(void **state)
{
    const struct mu_clock fast = {.start_ms = 1000, .machine_ms = 50, .rate_milli = 30000};
    const struct mu_clock steps = {.start_ms = 1000, .machine_ms = 50};

    (void)state;
    assert_int_equal(mu_clock_at(&fast, 50), 1000);
    assert_int_equal(mu_clock_at(&fast, 1050), 31000);
    assert_int_equal(mu_clock_at(&steps, 99999), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back_big_endian),
        cmocka_unit_test(a_reader_past_its_end_stays_failed_and_lends_nothing),
        cmocka_unit_test(a_writer_past_its_room_fails_whole),
        cmocka_unit_test(hex_is_exact),
        cmocka_unit_test(an_arena_hands_out_no_more_than_its_limit),
        cmocka_unit_test(the_calendar_goes_both_ways),
        cmocka_unit_test(known_days_are_right),
        cmocka_unit_test(times_are_read_as_people_write_them),
        cmocka_unit_test(a_log_clock_runs_at_its_rate),
    };

    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
