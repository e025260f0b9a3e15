/* Text: what is UTF-8 and what is not, cutting at characters, columns on a screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "proto/base/text.h"

static bool utf8(const char *text)
{
    return mu_utf8_ok(text, strlen(text));
}

static void good_text_is_good_wherever_it_stands(void **state)
{
    static const char *const good[] = {
        "",          "a",    "县",           "é",           "\xF0\x9F\x9A\x92",
        "岩脚 塌方", "\x7F", "\xED\x9F\xBF", "\xEF\xBF\xBD"};
    char padded[64];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        for (size_t before = 0; before < 20; before++) {
            size_t size = strlen(good[i]);

            memset(padded, 'x', sizeof padded);
            memcpy(padded + before, good[i], size);
            if (!mu_utf8_ok(padded, before + size + 9))
                fail_msg("refused good text %zu after %zu bytes", i, before);
        }
}

/* RFC 3629: overlong forms, surrogates, beyond U+10FFFF, stray and missing continuations; and our own
 * rule, no NUL. Each at every place of an eight-byte word, since those are read whole. */
static void bad_text_is_found_at_every_place(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } bad[] = {
        {"\x00", 1},         {"\x80", 1},         {"\xC0\x80", 2},         {"\xC1\xBF", 2},
        {"\xE0\x80\x80", 3}, {"\xED\xA0\x80", 3}, {"\xF0\x80\x80\x80", 4}, {"\xF4\x90\x80\x80", 4},
        {"\xF5", 1},         {"\xFF", 1},         {"\xE5\x8E", 2},         {"\xE5x\x8E", 3},
    };
    char padded[64];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (size_t before = 0; before < 20; before++) {
            memset(padded, 'x', sizeof padded);
            memcpy(padded + before, bad[i].bytes, bad[i].size);
            if (mu_utf8_ok(padded, before + bad[i].size + 9))
                fail_msg("took bad text %zu after %zu bytes", i, before);
            if (mu_utf8_ok(padded, before + bad[i].size))
                fail_msg("took bad text %zu at the end, after %zu bytes", i, before);
        }
    assert_true(utf8("x"));
}

static void a_full_buffer_cuts_between_characters(void **state)
{
    char room[8];
    struct mu_text text = mu_text(room, sizeof room);

    (void)state;
    mu_text_add(&text, "庆禾县");
    assert_true(text.cut);
    assert_string_equal(room, "庆禾");
    text = mu_text(room, sizeof room);
    mu_text_addf(&text, "%d", 1234567);
    assert_false(text.cut);
    mu_text_add(&text, "8");
    assert_true(text.cut);
    assert_string_equal(room, "1234567");
}

static void a_screen_gives_a_character_two_columns_when_it_is_wide(void **state)
{
    (void)state;
    assert_int_equal(mu_text_columns("EV-01"), 5);
    assert_int_equal(mu_text_columns("庆禾县"), 6);
    assert_int_equal(mu_text_columns("堤E12"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_text_is_good_wherever_it_stands),
        cmocka_unit_test(bad_text_is_found_at_every_place),
        cmocka_unit_test(a_full_buffer_cuts_between_characters),
        cmocka_unit_test(a_screen_gives_a_character_two_columns_when_it_is_wide),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
