/* A record restored from an old backup, given back word by word in any order: nothing that was said is said again,
 * and nothing beside it.
 *
 * The first hour of Qinghe's exercise is played with its ticks and receipts, cut at every row, and given back author
 * by author in orders drawn by chance, with ticks and receipts of the new epoch in between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/clock.h"
#include "proto/picture/debt.h"
#include "tests/help/story.h"

#define SCRIPT "agents/player/qinghe.script"
#define LOST_MAX 512u
#define ROWS_MAX 128u

static struct story s;
static struct {
    char agency[8];
    char words[4096];
    char clock[12]; /* "": before the exercise */
} rows[ROWS_MAX];
static size_t row_count;
static uint64_t row_number[ROWS_MAX]; /* last entry before that row */

/* ---- playing ---- */

/* "T+00:40" at half a minute of flood for each second. */
static void set_clock(char *clock, size_t size, const char *at)
{
    unsigned minute, second, log_s;

    assert_int_equal(sscanf(at, "T+%u:%u", &minute, &second), 2);
    log_s = (minute * 60 + second) * 30;
    (void)snprintf(clock, size, "%02u:%02u", 14 + log_s / 3600, log_s / 60 % 60);
}

static void read_row(char *line, const char *until)
{
    char *at = strtok(line, "\t"), *agency = strtok(NULL, "\t"), *words = strtok(NULL, "\n");
    char clock[12] = "";

    if (at == NULL || agency == NULL || words == NULL || (at[0] != 'T' && strcmp(at, "prelude")))
        return;
    if (at[0] == 'T')
        set_clock(clock, sizeof clock, at);
    if (strcmp(clock, until) > 0)
        return;
    while (words != NULL) {
        char *next = strstr(words, " ; ");

        if (next != NULL)
            *next = '\0';
        assert_true(row_count < ROWS_MAX);
        (void)snprintf(rows[row_count].agency, sizeof rows[0].agency, "%s", agency);
        (void)snprintf(rows[row_count].words, sizeof rows[0].words, "%s", words);
        memcpy(rows[row_count++].clock, clock, sizeof clock);
        words = next == NULL ? NULL : next + 3;
    }
}

static void read_script(const char *until)
{
    static char line[65536];
    FILE *file = fopen(SCRIPT, "r");

    assert_non_null(file);
    row_count = 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (line[0] != '#')
            read_row(line, until);
    (void)fclose(file);
    assert_true(row_count > 20);
}

static void all_hold(void)
{
    static const char *const all[] = {"EM", "CA", "HC", "PS", "LL"};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        story_holds(&s, NULL, all[i], s.number, "");
}

static void tick_until(const char *clock, int64_t from_ms)
{
    unsigned hour, minute;
    int64_t minutes = from_ms / MU_MINUTE_MS;

    assert_int_equal(sscanf(clock, "%u:%u", &hour, &minute), 2);
    for (int64_t at = (minutes + 8 * 60) % 1440; at < hour * 60 + minute; at++) {
        char text[48];

        (void)snprintf(text, sizeof text, "%02d:%02d:30", (int)(at / 60), (int)(at % 60));
        story_ticks(&s, text);
    }
}

static void play(void)
{
    story_open(&s);
    s.water = true;
    story_qinghe(&s);
    story_desks(&s, "EM CA HC PS SH LL WR");
    for (size_t i = 0; i < row_count; i++) {
        row_number[i] = s.number;
        if (rows[i].clock[0] != '\0' && (i == 0 || strcmp(rows[i].clock, rows[i - 1].clock) != 0)) {
            tick_until(rows[i].clock, s.at_ms);
            all_hold();
        }
        story_says(&s, rows[i].clock[0] == '\0' ? NULL : rows[i].clock, rows[i].agency,
                   rows[i].words);
    }
}

/* ---- giving back ---- */

static uint64_t chance;

static uint64_t draw(uint64_t below)
{
    chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (chance >> 33) % below;
}

/* Programs speak with a key of their own. */
static bool by_program(const struct mu_entry *entry)
{
    return entry->event->body_case == MUSTER__EVENT__BODY_FINDING ||
           entry->event->body_case == MUSTER__EVENT__BODY_SUPPLY_SHEET ||
           (entry->event->envelope->has_source &&
            entry->event->envelope->source == MUSTER__SOURCE_KIND__SOURCE_KIND_COMPUTED);
}

static bool by_broker(const struct mu_entry *entry)
{
    return strcmp(entry->event->envelope->agency, "broker") == 0;
}

/* One author's lane comes back in its order. */
static bool same_lane(const struct mu_entry *a, const struct mu_entry *b)
{
    return a->lane == b->lane && by_program(a) == by_program(b) &&
           memcmp(a->agent.b, b->agent.b, sizeof a->agent.b) == 0;
}

struct giving {
    const struct mu_entry *entry[LOST_MAX];
    bool given[LOST_MAX];
    size_t count, left, programs_left;
};

static bool is_next(const struct giving *giving, size_t index)
{
    if (giving->given[index])
        return false;
    for (size_t i = 0; i < index; i++)
        if (!giving->given[i] && same_lane(giving->entry[i], giving->entry[index]))
            return false;
    return true;
}

static void give(struct giving *giving, size_t index)
{
    story_gives_back(&s, index);
    giving->given[index] = true;
    giving->left--;
    giving->programs_left -= by_program(giving->entry[index]);
}

/* Programs are silent until what they themselves had said is back. */
static void let_speak(struct giving *giving)
{
    s.no_coordinator = s.no_supply = giving->programs_left > 0;
    s.water = giving->programs_left == 0;
    story_answer(&s);
}

static void open_giving(struct giving *giving, uint64_t through)
{
    memset(giving, 0, sizeof *giving);
    s.no_supply = true;
    s.water = false;
    giving->count = story_restore(&s, through);
    assert_true(giving->count <= LOST_MAX);
    for (size_t i = 0; i < giving->count; i++) {
        giving->entry[i] = story_lost(i);
        giving->given[i] = by_broker(giving->entry[i]);
        giving->left += !giving->given[i];
        giving->programs_left += by_program(giving->entry[i]);
    }
}

static void give_back_by_chance(struct giving *giving)
{
    while (giving->left > 0) {
        size_t index = draw(giving->count);
        /* Programs come first, or after somebody. */
        size_t many = draw(8) + 1;

        for (size_t i = 0; i < many && giving->left > 0; i++) {
            while (!is_next(giving, index))
                index = (index + 1) % giving->count;
            give(giving, index);
        }
        let_speak(giving);
        if (draw(4) == 0) {
            char clock[48];
            int64_t day_ms = (s.at_ms + 8 * MU_HOUR_MS) % MU_DAY_MS;

            (void)snprintf(clock, sizeof clock, "%02d:%02d:%02d", (int)(day_ms / MU_HOUR_MS),
                           (int)(day_ms / MU_MINUTE_MS % 60), (int)(day_ms / 1000 % 60));
            story_ticks(&s, clock);
        }
        if (draw(4) == 0)
            all_hold();
    }
    let_speak(giving);
}

/* The same objects stand, and the same debts. */
static char *show_picture(void)
{
    size_t size = 1 << 18;
    char *shown = malloc(size);
    const struct mu_debt *debt;
    struct mu_text out = mu_text(shown, size);

    assert_non_null(shown);
    mu_picture_dump(s.picture, &out);
    for (size_t i = 0; (debt = mu_picture_debt_at(s.picture, i)) != NULL; i++)
        mu_text_addf(&out, "debt %s %u %lld %s\n", debt->id, debt->statements,
                     (long long)debt->since_ms, mu_debt_is_open(debt) ? "open" : "answered");
    assert_false(out.cut);
    return shown;
}

static void expect_same(const char *before, const char *after)
{
    size_t at = 0;

    while (before[at] != '\0' && before[at] == after[at])
        at++;
    if (before[at] == after[at])
        return;
    while (at > 0 && before[at - 1] != '\n')
        at--;
    fail_msg("was: %.*s\nis:  %.*s", (int)strcspn(before + at, "\n"), before + at,
             (int)strcspn(after + at, "\n"), after + at);
}

/* Played until that clock, cut in front of that row, and given back. */
static void play_and_lose(struct giving *giving, size_t cut, uint64_t seed)
{
    chance = cut * 1000 + seed;
    open_giving(giving, row_number[cut]);
    give_back_by_chance(giving);
}

static void nothing_is_said_over_a_restore(const char *until, uint64_t seeds)
{
    struct giving giving;
    char *before, *after;

    read_script(until);
    for (size_t cut = 8; cut < row_count; cut++)
        for (uint64_t seed = 0; seed < seeds; seed++) {
            play();
            before = show_picture();
            story_forget(&s);
            play_and_lose(&giving, cut, seed);
            if (s.out.used > 0)
                fail_msg("cut %zu (%s) seed %d says:\n%s", cut, rows[cut].clock, (int)seed,
                         s.trace);
            after = show_picture();
            expect_same(before, after);
            free(before);
            free(after);
            story_close(&s);
        }
}

static void until_the_first_release(void **state)
{
    (void)state;
    nothing_is_said_over_a_restore("14:24", 3);
}

static void until_the_second_is_complete(void **state)
{
    (void)state;
    nothing_is_said_over_a_restore("14:48", 2);
}

static void until_the_first_village_is_empty(void **state)
{
    (void)state;
    nothing_is_said_over_a_restore("15:28", 1);
}

/* A new start over the whole record finds nothing either; and what is new then is said, once. */
static void what_is_new_is_said(void **state)
{
    struct giving giving;

    (void)state;
    read_script("14:24");
    play();
    story_forget(&s);
    play_and_lose(&giving, 12, 7);
    story_restart(&s);
    story_expect(&s, "");
    story_says(&s, "14:25", "HC", "acknowledgement of=DAM-01@v1 rung=acknowledged");
    story_expect_line(&s, "CLOSED ORDER:DAM-01 reason 8 | DAM-01@1: all 6 acknowledged at 14:25");
    story_expect_line(&s, "CLOSED DEADLINE:DAM-01.v1");
    story_forget(&s);
    story_says(
        &s, "14:32", "EM",
        "answer AN-01 to=CS-YJ@v1 told=cn/99/01/21/201/203 channel=telephone words=\"15:08\"");
    story_expect(&s, "14:32 note CLOSED DEBT:RD-E15 reason 8 | EM answered cn/99/01/21/201/203 at"
                     " 14:32, after 8 min\n");
    assert_int_equal(story_repeats(), 0);
    story_close(&s);
}

/* Health's acknowledgement never comes back; what the coordinator had counted stays counted. */
static void what_was_counted_stays_counted(void **state)
{
    struct giving giving;

    (void)state;
    read_script("14:22");
    play();
    story_forget(&s);
    open_giving(&giving, row_number[row_count - 5]);
    for (size_t i = 0; i < giving.count; i++)
        if (!giving.given[i] && by_program(giving.entry[i]))
            give(&giving, i);
    let_speak(&giving);
    story_ticks(&s, "14:23:30");
    story_expect(&s,
                 "14:23 note RAISED DEADLINE:DAM-01.v1 | DAM-01@1: not acknowledged by HC within"
                 " 3 min; duty leader Zhao told\n"
                 "  - HC has it on its machine; telephone 0000-HC-03\n");
    story_close(&s);
}

/* Negative control: taken for new, what is given back raises cards a second time. */
static void what_is_not_announced_is_judged_again(void **state)
{
    struct giving giving;

    (void)state;
    read_script("14:24");
    play();
    story_forget(&s);
    s.unannounced = true;
    play_and_lose(&giving, 12, 7);
    assert_true(s.out.used > 0);
    story_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(until_the_first_release),
        cmocka_unit_test(until_the_second_is_complete),
        cmocka_unit_test(until_the_first_village_is_empty),
        cmocka_unit_test(what_is_new_is_said),
        cmocka_unit_test(what_was_counted_stays_counted),
        cmocka_unit_test(what_is_not_announced_is_judged_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
