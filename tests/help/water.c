#include "tests/help/water.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct windows {
    char text[1024];
    struct mu_text out;
};

struct story water;

void water_open_county(void)
{
    story_open(&water);
    water.no_supply = true;
    story_qinghe(&water);
    story_says(&water, "13:50", "WR",
               "operation_plan PAT-1@v1 area=cn/99/01/21/201 activity=levee_patrol state=active"
               " phases[0].activity=levee_patrol phases[0].window=13:50-18:00"
               " phases[0].zone=cn/99/01/21/201/202 phases[0].crew_persons=30");
    story_says(&water, NULL, "FR",
               "operation_plan SB-1@v1 area=cn/99/01/21/201/202 activity=stand_by state=submitted"
               " phases[0].activity=stand_by phases[0].window=15:30-16:30"
               " phases[0].zone=cn/99/01/21/201/202");
    story_forget(&water);
}

void water_before_the_release(void)
{
    story_says(&water, "14:03", "EM",
               EV_01 " persons_planned=620 persons_moved=55 persons_remaining=565"
                     " rate_persons_per_hour=300 rate_since_at_ms=13:52 start_at_ms=13:52"
                     " state=under_way" LEG(0, "620", "S1"));
    story_says(&water, "14:10", "EM",
               "evacuation EV-02@v2" EV_02
               " persons_moved=0 persons_remaining=340 state=ordered" LEG(0, "80", "S1")
                   LEG(1, "260", "S2"));
    story_says(&water, "14:12", "EM",
               "evacuation EV-03@v1 area=cn/99/01/21/101/202 population_kind=precautionary"
               " persons_planned=150 state=ordered");
    story_says(&water, "14:18", "WR", "operation_plan LV-01@v2" LV_01 "16:05-17:20");
    story_says(&water, "14:19", "EM",
               EV_01 " change=progress persons_moved=135 persons_remaining=485 state=under_way");
    story_forget(&water);
}

void water_release_v1(void)
{
    story_says(&water, "14:20", "WR",
               "dam_operation DAM-01@v1" DAM " reservoir_level_mm=186.50m level_read_at_ms=14:20"
               " steps[0].from_at_ms=14:50 steps[0].outflow_milli_m3s=260m3/s"
               " steps[0].duration_min=3h");
}

void water_ambulances(void)
{
    story_says(&water, "14:30", "HC",
               "operation_plan HD-01@v1 area=cn/99/01/21/201/203 activity=ambulance"
               " state=submitted phases[0].activity=ambulance phases[0].window=14:30-15:08"
               " phases[0].passages[0].node=N-SW phases[0].passages[0].at_ms=15:02"
               " phases[1].activity=ambulance phases[1].window=15:20-15:58"
               " phases[1].passages[0].node=N-SW phases[1].passages[0].at_ms=15:26"
               " phases[1].passages[1].node=N-XW phases[1].passages[1].at_ms=15:35"
               " phases[1].passages[2].node=N-BD phases[1].passages[2].at_ms=15:43"
               " phases[1].passages[3].node=N-CG phases[1].passages[3].at_ms=15:58");
}

const struct mu_card *water_card_of(const char *name)
{
    const struct mu_card *card = mu_picture_card_named(water.picture, name);

    assert_non_null(card);
    return card;
}

const Muster__FindingLine *water_line_of(const char *name, const char *line_id)
{
    const Muster__Finding *finding = water_card_of(name)->finding;

    for (size_t i = 0; i < finding->n_lines; i++)
        if (strcmp(finding->lines[i]->line_id, line_id) == 0)
            return finding->lines[i];
    fail_msg("%s has no line %s", name, line_id);
    return NULL;
}

int64_t water_clock_ms(const char *clock)
{
    int hour, minute;

    assert_int_equal(sscanf(clock, "%d:%d", &hour, &minute), 2);
    return HELP_MIDNIGHT_MS + hour * MU_HOUR_MS + minute * MU_MINUTE_MS;
}

void water_expect_margin(const char *line_id, int64_t margin)
{
    const Muster__FindingLine *line = water_line_of("C03:DAM-01", line_id);

    assert_non_null(line->margin);
    assert_int_equal(line->margin->value, margin);
    assert_int_equal(line->state, margin < 0 ? MUSTER__FINDING_STATE__FINDING_STATE_RAISED
                                             : MUSTER__FINDING_STATE__FINDING_STATE_CLOSED);
}

void water_expect_watched(const char *line_id, int64_t need, int64_t have, const char *turns)
{
    const Muster__FindingLine *line = water_line_of("MARGIN:DAM-01", line_id);

    assert_int_equal(line->need->value, need);
    assert_int_equal(line->have->value, have);
    assert_int_equal(line->margin->value, have - need);
    assert_int_equal(line->has_turns_at_ms, turns != NULL);
    if (turns != NULL)
        assert_int_equal(line->turns_at_ms, water_clock_ms(turns));
}

static bool list_window(void *user, const struct mu_arrival *arrival)
{
    struct windows *windows = user;
    struct mu_civil from = mu_civil(arrival->earliest_ms, 480);
    struct mu_civil to = mu_civil(arrival->latest_ms, 480);
    struct mu_civil until = mu_civil(arrival->until_ms, 480);

    mu_text_addf(&windows->out, "%s %u ", strrchr(arrival->zone->area, '/') + 1, arrival->step);
    if (!arrival->known) {
        mu_text_add(&windows->out, "unknown\n");
        return true;
    }
    mu_text_addf(&windows->out, "%s %02d:%02d-%02d:%02d", arrival->discharge_class, from.hour,
                 from.minute, to.hour, to.minute);
    if (arrival->until_ms == MU_ENDLESS)
        mu_text_add(&windows->out, " on\n");
    else
        mu_text_addf(&windows->out, " until %02d:%02d\n", until.hour, until.minute);
    return true;
}

void water_expect_windows(const char *operation, const char *expected)
{
    struct windows windows;
    struct mu_river *river;

    windows.out = mu_text(windows.text, sizeof windows.text);
    assert_int_equal(mu_river_new(water.picture, &river), MU_OK);
    mu_release_arrivals(
        water.picture, river,
        mu_picture_object(water.picture, MUSTER__EVENT__BODY_DAM_OPERATION, operation), list_window,
        &windows);
    assert_string_equal(windows.text, expected);
    mu_river_free(&river);
}
