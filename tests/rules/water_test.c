/* What the water department's program says: arrivals and hold of each release once, levels once each
 * way; and what stays the same whoever starts again, and in whatever order it was said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/clock.h"
#include "proto/picture/level.h"
#include "proto/rules/release.h"
#include "tests/help/events.h"
#include "tests/help/story.h"

static struct story s;

static void open_county(void)
{
    story_open(&s);
    s.no_supply = s.water = true;
    story_qinghe(&s);
    story_forget(&s);
}

#define DAM(v)                                                                                     \
    "dam_operation DAM-01@v" v " to_be_told[0].agency=EM structure=LONGTAN state=ordered"          \
    " outflow_before_milli_m3s=40m3/s datum=cn1985"
#define LEVEL " reservoir_level_mm=186.50m level_read_at_ms=14:20"
#define AT_1450 " steps[0].from_at_ms=14:50 steps[0].outflow_milli_m3s=260m3/s"

static const struct mu_object *dam(void)
{
    return mu_picture_object(s.picture, MUSTER__EVENT__BODY_DAM_OPERATION, "DAM-01");
}

static int64_t clock_ms(int hour, int minute)
{
    return HELP_MIDNIGHT_MS + hour * MU_HOUR_MS + minute * MU_MINUTE_MS;
}

/* The newest answer, and how many there are. */
static const Muster__DamOperation *answer(size_t *count)
{
    const Muster__DamOperation *newest = NULL;

    *count = 0;
    for (const struct mu_said *said = dam()->news; said != NULL; said = said->older)
        if (said->event->dam_operation->n_arrivals > 0) {
            if (newest == NULL)
                newest = said->event->dam_operation;
            (*count)++;
        }
    return newest;
}

/* ---- a release ---- */

static void each_version_is_answered_once(void **state)
{
    const Muster__DamOperation *said;
    size_t count;

    (void)state;
    open_county();
    story_says(&s, "14:20", "WR", DAM("1") LEVEL AT_1450);
    said = answer(&count);
    assert_int_equal(count, 1);
    assert_int_equal(said->n_arrivals, 4);
    assert_string_equal(said->arrivals[0]->area, "cn/99/01/21/201/201");
    assert_int_equal(said->arrivals[0]->earliest_at_ms, clock_ms(15, 20));
    assert_int_equal(said->arrivals[0]->latest_at_ms, clock_ms(15, 35));
    assert_int_equal(said->arrivals[3]->latest_at_ms, clock_ms(17, 50));
    assert_int_equal(said->hold_until_at_ms, clock_ms(18, 0));
    story_says(&s, "14:25", "WR",
               "gauge LONGTAN reservoir_level_mm=186.525m datum=cn1985 outflow_milli_m3s=40m3/s");
    (void)answer(&count);
    assert_int_equal(count, 1); /* as foreseen: no news */
    story_says(&s, "14:42", "WR",
               DAM("2") " steps[0].from_at_ms=15:50 steps[0].outflow_milli_m3s=140m3/s");
    said = answer(&count);
    assert_int_equal(count, 2);
    assert_int_equal(said->arrivals[0]->earliest_at_ms, clock_ms(16, 35));
    story_close(&s);
}

/* 186.90 m at 14:40 and 0.30 m an hour: 140 min, 17:00 instead of 18:00. */
static void a_reservoir_that_rises_faster_is_news(void **state)
{
    size_t count;

    (void)state;
    open_county();
    story_says(&s, "14:20", "WR", DAM("1") LEVEL AT_1450);
    story_says(&s, "14:40", "WR",
               "gauge LONGTAN reservoir_level_mm=186.90m datum=cn1985 outflow_milli_m3s=40m3/s");
    assert_int_equal(answer(&count)->hold_until_at_ms, clock_ms(17, 0));
    assert_int_equal(count, 2);
    story_close(&s);
}

static void what_is_not_known_is_left_out(void **state)
{
    const Muster__DamOperation *said;
    size_t count;

    (void)state;
    open_county();
    story_says(&s, "14:20", "WR",
               "travel_table QING-TRAVEL river_chain=QING-RIVER classes[0].code=A"
               " classes[0].below_milli_m3s=150m3/s classes[0].fast_m_per_min=180"
               " classes[0].slow_m_per_min=135");
    story_says(&s, "14:20", "WR", DAM("1") AT_1450);
    said = answer(&count);
    assert_int_equal(said->n_arrivals, 4);
    assert_false(said->arrivals[0]->has_earliest_at_ms);
    assert_false(said->has_hold_until_at_ms);
    assert_int_equal(said->arrivals[0]->distance_m, 8100);
    story_close(&s);
}

static void nobody_is_told_of_water_that_has_gone_by(void **state)
{
    size_t count;

    (void)state;
    open_county();
    story_says(&s, "14:20", "WR", DAM("1") LEVEL AT_1450 " steps[0].duration_min=1h");
    story_says(&s, "14:25", "WR",
               DAM("2") LEVEL " steps[0].from_at_ms=08:00 steps[0].outflow_milli_m3s=260m3/s"
                              " steps[0].duration_min=1h");
    (void)answer(&count);
    assert_int_equal(count, 1);
    story_close(&s);
}

/* ---- levels ---- */

static size_t crossings(const char *station, bool *above)
{
    const struct mu_object *object =
        mu_picture_object(s.picture, MUSTER__EVENT__BODY_GAUGE, station);
    size_t count = 0;

    for (const struct mu_said *said = object->news; said != NULL; said = said->older)
        for (size_t i = 0; i < said->event->gauge->n_crossings; i++, count++)
            if (count == 0)
                *above = said->event->gauge->crossings[i]->above;
    return count;
}

static void reads(const char *clock, const char *stage)
{
    char words[256];

    (void)snprintf(words, sizeof words,
                   "gauge BEIDU stage_mm=%s datum=cn1985 warning_stage_mm=98.00m", stage);
    story_says(&s, clock, "WR", words);
}

/* At the mark is above; five centimetres below it is below again, and one is not. */
static void a_mark_is_passed_once_each_way(void **state)
{
    bool above = false;

    (void)state;
    open_county();
    reads("14:00", "97.99m");
    assert_int_equal(crossings("BEIDU", &above), 0);
    reads("14:10", "98.00m");
    assert_int_equal(crossings("BEIDU", &above), 1);
    assert_true(above);
    reads("14:20", "98.40m");
    reads("14:30", "97.99m");
    reads("14:40", "98.01m");
    assert_int_equal(crossings("BEIDU", &above), 1);
    reads("14:50", "97.95m");
    assert_int_equal(crossings("BEIDU", &above), 2);
    assert_false(above);
    reads("15:00", "97.99m");
    assert_int_equal(crossings("BEIDU", &above), 2);
    reads("15:10", "98.05m");
    assert_int_equal(crossings("BEIDU", &above), 3);
    story_close(&s);
}

static void two_zeros_are_not_compared(void **state)
{
    struct mu_level levels[MU_LEVEL_MARKS_MAX];
    bool above;

    (void)state;
    open_county();
    story_says(&s, "14:00", "WR",
               "reference_object BEIDU kind=station station.datum=cn1985"
               " station.warning_stage_mm=98.00m station.guarantee_stage_mm=99.50m");
    story_says(&s, "14:00", "WR", "gauge BEIDU stage_mm=120.00m datum=wusong");
    assert_int_equal(crossings("BEIDU", &above), 0);
    assert_int_equal(mu_levels_of(s.picture, "BEIDU", "WR", levels), 2);
    assert_int_equal(levels[0].state, MU_LEVEL_UNKNOWN);
    story_says(&s, "14:10", "WR", "gauge BEIDU stage_mm=99.60m datum=cn1985");
    assert_int_equal(crossings("BEIDU", &above), 2); /* both marks */
    story_close(&s);
}

/* A broken sensor shows nothing, least of all that the water is low. */
static void a_lost_sensor_is_not_calm(void **state)
{
    bool above = false;

    (void)state;
    open_county();
    reads("14:10", "98.20m");
    story_says(&s, "14:20", "WR",
               "gauge BEIDU stage_mm=0m datum=cn1985 warning_stage_mm=98.00m sensor_state=lost");
    assert_int_equal(crossings("BEIDU", &above), 1);
    assert_true(above);
    story_close(&s);
}

static void a_reservoir_has_its_own_marks(void **state)
{
    struct mu_level levels[MU_LEVEL_MARKS_MAX];
    bool above = false;

    (void)state;
    open_county();
    story_says(&s, "14:00", "WR", "gauge LONGTAN reservoir_level_mm=187.65m datum=cn1985");
    assert_int_equal(crossings("LONGTAN", &above), 1);
    assert_int_equal(mu_levels_of(s.picture, "LONGTAN", "WR", levels), 1);
    assert_int_equal(levels[0].mark, MUSTER__LEVEL_MARK__LEVEL_MARK_HOLD_LIMIT);
    assert_int_equal(levels[0].state, MU_LEVEL_ABOVE);
    story_close(&s);
}

/* ---- starting again ---- */

static const struct {
    const char *clock, *agency, *words;
} rows[] = {
    {"14:03", "EM",
     "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised persons_planned=620"
     " persons_remaining=485 rate_persons_per_hour=300 state=under_way"},
    {"14:20", "WR", DAM("1") LEVEL AT_1450},
    {"14:30", "WR", "gauge LONGTAN reservoir_level_mm=187.62m datum=cn1985"},
    {"14:40", "EM",
     "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised change=progress"
     " persons_remaining=380 rate_persons_per_hour=480 state=under_way"},
    {"14:42", "WR", DAM("2") " steps[0].from_at_ms=15:50 steps[0].outflow_milli_m3s=140m3/s"},
    {"15:50", "WR", DAM("2") " change=progress state=running step_begun=1"},
    {"16:08", "EM",
     "evacuation EV-01@v2 area=cn/99/01/21/201/201 population_kind=centralised persons_planned=620"
     " persons_remaining=0 persons_refused=12 rate_persons_per_hour=480 state=complete"},
};
#define ROWS (sizeof rows / sizeof rows[0])

static void restarts_repeat_nothing(void **state)
{
    (void)state;
    for (size_t last = 1; last <= ROWS; last++) {
        open_county();
        for (size_t i = 0; i < last; i++)
            story_says(&s, rows[i].clock, rows[i].agency, rows[i].words);
        story_forget(&s);
        story_restart(&s);
        story_expect(&s, "");
        assert_int_equal(story_repeats(), 0);
        story_close(&s);
    }
}

/* Killed between what it judged and what it said: after the restart the end is the same. */
static void killed_and_back_the_end_is_the_same(void **state)
{
    (void)state;
    for (size_t at = 1; at < ROWS; at++)
        for (int after = 0; after < 3; after++) {
            open_county();
            for (size_t i = 0; i < ROWS; i++) {
                s.dies_after = i == at ? after : -1;
                story_says(&s, rows[i].clock, rows[i].agency, rows[i].words);
                s.dies_after = -1;
                if (s.no_coordinator) {
                    s.no_coordinator = false;
                    story_restart(&s);
                }
            }
            assert_string_equal(story_open_cards(&s), "C03:DAM-01");
            assert_int_equal(mu_picture_card_named(s.picture, "C03:DAM-01")->finding->margin->value,
                             -5);
            assert_int_equal(story_repeats(), 0);
            story_close(&s);
        }
}

/* Negative control: a coordinator that speaks before it has folded what it said does repeat. */
static void speaking_early_repeats(void **state)
{
    (void)state;
    open_county();
    for (size_t i = 0; i < 2; i++)
        story_says(&s, rows[i].clock, rows[i].agency, rows[i].words);
    story_speak_early(&s);
    assert_true(story_repeats() > 0);
    story_close(&s);
}

/* ---- order ---- */

static const char *const together[][2] = {
    {"WR", DAM("1") LEVEL AT_1450},
    {"EM",
     "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised persons_planned=620"
     " persons_remaining=485 rate_persons_per_hour=300 state=under_way"},
    {"WR", "operation_plan LV-01@v1 area=cn/99/01/21/201/202 activity=pile_driving state=submitted"
           " phases[0].activity=pile_driving phases[0].window=16:05-17:20"
           " phases[0].zone=cn/99/01/21/201/202 phases[0].dissolve_min=20"},
    {"HC", "operation_plan HD-01@v1 area=cn/99/01/21/201/203 activity=ambulance state=submitted"
           " phases[0].activity=ambulance phases[0].window=15:20-15:58"
           " phases[0].passages[0].node=N-SW phases[0].passages[0].at_ms=15:26"},
    {"WR", "travel_table QING-TRAVEL river_chain=QING-RIVER classes[0].code=B"
           " classes[0].fast_m_per_min=270 classes[0].slow_m_per_min=180"},
};
#define TOGETHER 5u

static void lines_in_words(char *out, size_t size)
{
    struct mu_text text = mu_text(out, size);
    const struct mu_card *card = mu_picture_card_named(s.picture, "C03:DAM-01");

    assert_non_null(card);
    for (size_t i = 0; i < card->finding->n_lines; i++)
        mu_text_addf(&text, "%s %lld ", card->finding->lines[i]->line_id,
                     (long long)card->finding->lines[i]->margin->value);
}

static void play_in_order(const size_t *order)
{
    char told[256];

    open_county();
    for (size_t i = 0; i < TOGETHER; i++)
        story_says(&s, "14:20", together[order[i]][0], together[order[i]][1]);
    lines_in_words(told, sizeof told);
    assert_string_equal(told, "EV-01 -52 LV-01 -120 HD-01 -6 ");
    story_close(&s);
}

static void the_order_of_one_minute_does_not_matter(void **state)
{
    (void)state;
    for (size_t n = 0; n < 120; n++) {
        size_t order[TOGETHER] = {0, 1, 2, 3, 4}, left = n;

        for (size_t i = 0; i < TOGETHER; i++) {
            size_t pick = i + left % (TOGETHER - i), kept = order[pick];

            left /= TOGETHER - i;
            memmove(&order[i + 1], &order[i], (pick - i) * sizeof order[0]);
            order[i] = kept;
        }
        play_in_order(order);
    }
}

/* Judging everything from the beginning says nothing else. */
static void judged_again_all_is_the_same(void **state)
{
    struct mu_rules_voice voice = {"CMD", 0};
    const Muster__Event **events;
    size_t count;

    (void)state;
    open_county();
    for (size_t i = 0; i < ROWS; i++)
        story_says(&s, rows[i].clock, rows[i].agency, rows[i].words);
    assert_int_equal(mu_rules_judge_all(s.rules), MU_OK);
    assert_int_equal(mu_rules_differ(s.rules, &voice, &s.arena, &events, &count), MU_OK);
    assert_int_equal(count, 0);
    story_close(&s);
}

/* ---- price ---- */

static uint64_t price(const char *words)
{
    uint64_t before = mu_rules_looked(s.rules);

    story_hears(&s, NULL, "EM", words);
    return mu_rules_looked(s.rules) - before;
}

struct prices {
    uint64_t release, progress, elsewhere;
};

/* Many evacuations of other villages, and as many releases of years gone by. */
static struct prices prices_among(int count)
{
    struct prices prices;
    char words[512];

    open_county();
    s.no_coordinator = true;
    s.water = false;
    for (int i = 0; i < count; i++) {
        (void)snprintf(words, sizeof words,
                       "evacuation EV-%d area=cn/99/01/21/9/%d population_kind=centralised"
                       " persons_planned=10 persons_remaining=10 rate_persons_per_hour=60"
                       " state=under_way",
                       i, i);
        story_hears(&s, "14:00", "EM", words);
        (void)snprintf(words, sizeof words,
                       "dam_operation OLD-%d@v1 to_be_told[0].agency=EM structure=LONGTAN"
                       " steps[0].from_at_ms=00:%02d steps[0].outflow_milli_m3s=260m3/s"
                       " steps[0].duration_min=1h",
                       i, i % 60);
        story_hears(&s, NULL, "WR", words);
    }
    story_hears(&s, "14:03", "EM", rows[0].words);
    prices.release = price(DAM("1") LEVEL AT_1450);
    prices.progress = price(rows[3].words);
    prices.elsewhere = price("evacuation EV-X area=cn/99/01/21/9/77 population_kind=centralised"
                             " persons_planned=10 state=ordered");
    story_close(&s);
    return prices;
}

static void the_price_follows_what_is_touched(void **state)
{
    struct prices few = prices_among(100), many = prices_among(5000);

    (void)state;
    print_message("# looked at: release %llu, %llu; progress %llu, %llu; elsewhere %llu, %llu\n",
                  (unsigned long long)few.release, (unsigned long long)many.release,
                  (unsigned long long)few.progress, (unsigned long long)many.progress,
                  (unsigned long long)few.elsewhere, (unsigned long long)many.elsewhere);
    assert_true(few.release > 2);
    assert_true(many.release <= few.release + few.release / 4 + 16);
    assert_true(many.progress <= few.progress + few.progress / 4 + 16);
    assert_true(many.elsewhere <= few.elsewhere + few.elsewhere / 4 + 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_version_is_answered_once),
        cmocka_unit_test(a_reservoir_that_rises_faster_is_news),
        cmocka_unit_test(what_is_not_known_is_left_out),
        cmocka_unit_test(nobody_is_told_of_water_that_has_gone_by),
        cmocka_unit_test(a_mark_is_passed_once_each_way),
        cmocka_unit_test(two_zeros_are_not_compared),
        cmocka_unit_test(a_lost_sensor_is_not_calm),
        cmocka_unit_test(a_reservoir_has_its_own_marks),
        cmocka_unit_test(restarts_repeat_nothing),
        cmocka_unit_test(killed_and_back_the_end_is_the_same),
        cmocka_unit_test(speaking_early_repeats),
        cmocka_unit_test(the_order_of_one_minute_does_not_matter),
        cmocka_unit_test(judged_again_all_is_the_same),
        cmocka_unit_test(the_price_follows_what_is_touched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
