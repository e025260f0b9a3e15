/* Water above people, as the exercise has it: Longtan's releases and who is below, told in a story of its own.
 */
#ifndef MU_HELP_WATER_H
#define MU_HELP_WATER_H

#include "proto/base/clock.h"
#include "proto/picture/river.h"
#include "tests/help/events.h"
#include "tests/help/story.h"

/* One at a time; who opens it closes it with story_close. */
extern struct story water;

/* Words after `muster say` that several stories share. */
#define EV_01 "evacuation EV-01@v1 area=cn/99/01/21/201/201 population_kind=centralised"
#define EV_02                                                                                      \
    " area=cn/99/01/21/201/202 population_kind=centralised persons_planned=340"                    \
    " rate_persons_per_hour=300 start_at_ms=14:25"
#define LEG(i, persons, to)                                                                        \
    " legs[" #i "].persons=" persons " legs[" #i "].destination_kind=shelter legs[" #i             \
    "].destination=" to
#define LV_01                                                                                      \
    " area=cn/99/01/21/201/202 activity=sandbags state=submitted crew_persons=24"                  \
    " phases[0].activity=sandbags phases[0].window=14:20-16:00"                                    \
    " phases[0].zone=cn/99/01/21/201/202 phases[0].dissolve_min=20"                                \
    " phases[1].activity=pile_driving phases[1].zone=cn/99/01/21/201/202"                          \
    " phases[1].dissolve_min=20 phases[1].window="
#define TOLD " to_be_told[0].agency=EM"
#define DAM                                                                                        \
    TOLD " structure=LONGTAN dispatch_authority=WR state=ordered outflow_before_milli_m3s=40m3/s"  \
         " datum=cn1985"
#define DAM_V2                                                                                     \
    "dam_operation DAM-01@v2" DAM " reservoir_level_mm=186.60m level_read_at_ms=14:40"             \
    " steps[0].from_at_ms=15:50 steps[0].outflow_milli_m3s=140m3/s"                                \
    " steps[1].from_at_ms=17:50 steps[1].outflow_milli_m3s=260m3/s steps[1].duration_min=3h"

/* Qinghe with a patrol on the levee and a crew that stands by; nobody answers for supply. */
void water_open_county(void);
/* The rows of the exercise up to the release, the release, and the ambulances. */
void water_before_the_release(void);
void water_release_v1(void);
void water_ambulances(void);
/* The card, its line, by name; the test fails when there is none of that name to look at. */
const struct mu_card *water_card_of(const char *name);
const Muster__FindingLine *water_line_of(const char *name, const char *line_id);
/* "14:06" on the day of the exercise. */
int64_t water_clock_ms(const char *clock);
/* Of a line: the minutes left in C03:DAM-01; what is needed, had, and when it turns in MARGIN:DAM-01. */
void water_expect_margin(const char *line_id, int64_t margin);
void water_expect_watched(const char *line_id, int64_t need, int64_t have, const char *turns);
/* When the water of an operation is where, a zone a line. */
void water_expect_windows(const char *operation, const char *expected);

#endif
