/* What must be stated: each kind's essentials, and the ways people and programs leave them out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "proto/wire/event.h"
#include "tests/help/events.h"

static mu_arena arena;

static int begin(void **state)
{
    (void)state;
    arena = mu_arena_make(1u << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    mu_arena_free(&arena);
    return 0;
}

static void expect(Muster__Event *event, enum mu_err code, const char *path)
{
    struct mu_fault fault;
    enum mu_err err = mu_event_check(event, &fault);

    assert_int_equal(err, fault.code);
    if (err != code || strcmp(fault.path, path) != 0)
        fail_msg("said %s at \"%s\", expected %s at \"%s\"", mu_err_code(err), fault.path,
                 mu_err_code(code), path);
    assert_int_equal(mu_event_check(event, NULL), code);
}

#define ACCEPTED(...) expect(HELP_EVENT(&arena, __VA_ARGS__), MU_OK, "")
#define MISSING(path, ...) expect(HELP_EVENT(&arena, __VA_ARGS__), MU_E_MISSING, path)
#define BAD_VALUE(path, ...) expect(HELP_EVENT(&arena, __VA_ARGS__), MU_E_BAD_VALUE, path)
#define BAD_AREA(path, ...) expect(HELP_EVENT(&arena, __VA_ARGS__), MU_E_BAD_AREA, path)
#define BAD_REF(path, ...) expect(HELP_EVENT(&arena, __VA_ARGS__), MU_E_BAD_REF, path)

#define LEAF "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
#define MOVED "evacuation", "population_kind=centralised", "persons_planned=620"

/* ---- the envelope ---- */

static void every_event_has_a_kind(void **state)
{
    Muster__Event bare = MUSTER__EVENT__INIT;

    (void)state;
    expect(&bare, MU_E_NO_KIND, "");
    bare.body_case = 15;
    expect(&bare, MU_E_NO_KIND, "");
}

static void every_event_says_whose_it_is_and_whether_it_is_real(void **state)
{
    Muster__Event *event = HELP_EVENT(&arena, MOVED);

    (void)state;
    expect(event, MU_OK, "");
    event->envelope = NULL;
    expect(event, MU_E_MISSING, "envelope");
    MISSING("envelope.status", MOVED, "envelope.status=");
    MISSING("envelope.agency", MOVED, "envelope.agency=");
    MISSING("envelope.area", MOVED, "envelope.area=");
    MISSING("envelope.occurred_at_ms", MOVED, "envelope.occurred_at_ms=");
    MISSING("envelope.object", MOVED, "envelope.object=");
}

static void time_and_place_may_be_honestly_unknown_but_not_the_speaker(void **state)
{
    (void)state;
    ACCEPTED(MOVED, "envelope.area=", "not_stated=envelope.area");
    ACCEPTED(MOVED, "envelope.occurred_at_ms=", "not_stated=envelope.occurred_at_ms");
    MISSING("envelope.status", MOVED, "envelope.status=", "not_stated=envelope.status");
    MISSING("envelope.agency", MOVED, "envelope.agency=", "not_stated=envelope.agency");
}

static void codes_are_words_that_filters_can_name(void **state)
{
    (void)state;
    ACCEPTED(MOVED, "envelope.object=安置点-3");
    BAD_VALUE("envelope.agency", MOVED, "envelope.agency=E M");
    BAD_VALUE("envelope.agency", MOVED, "envelope.agency=EM,CA");
    BAD_VALUE("envelope.object", MOVED, "envelope.object=EV-01@v1");
    BAD_VALUE("envelope.object", MOVED, "envelope.object=a\tb");
    BAD_VALUE("envelope.incident", MOVED, "envelope.incident=INC=1");
    BAD_VALUE("envelope.object", MOVED,
              "envelope.object="
              "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

/* ---- people ---- */

static void a_person_count_never_without_its_population_kind(void **state)
{
    (void)state;
    MISSING("evacuation.population_kind", "evacuation", "persons_planned=620");
    MISSING("evacuation.population_kind", "evacuation", "envelope.change=progress",
            "persons_moved=135");
    MISSING("shelter.population_kind", "shelter", "persons_present=598");
    MISSING("supply_need.population_kind", "supply_need", "persons=20", "place=S1");
    /* a capacity counts places, not persons */
    ACCEPTED("shelter", "capacity_persons=700");
    /* a casualty says by its name who is counted */
    ACCEPTED("casualty", "persons_injured=9", "persons_trapped=2");
}

static void not_stated_is_a_value(void **state)
{
    (void)state;
    ACCEPTED("evacuation", "persons_planned=620", "population_kind=not_stated");
    ACCEPTED("evacuation", "persons_planned=620", "not_stated=evacuation.population_kind");
    MISSING("evacuation.persons_planned", "evacuation", "population_kind=centralised");
    ACCEPTED("evacuation", "population_kind=centralised", "not_stated=evacuation.persons_planned");
    /* naming another field excuses nothing */
    MISSING("evacuation.persons_planned", "evacuation", "population_kind=centralised",
            "not_stated=evacuation.persons_moved");
}

static void a_leg_s_people_are_those_of_its_evacuation(void **state)
{
    (void)state;
    ACCEPTED(MOVED, "legs[0].persons=620");
    ACCEPTED("shelter", "population_kind=centralised", "origins[0].area=cn/99",
             "origins[0].persons=20");
    MISSING("shelter.origins[1].population_kind", "shelter", "origins[0].area=cn/99",
            "origins[0].persons=20", "origins[0].population_kind=dispersed",
            "origins[1].area=cn/98", "origins[1].persons=20");
    ACCEPTED("shelter", "origins[0].persons=20", "origins[1].persons=5",
             "not_stated=shelter.origins.population_kind");
    MISSING("shelter.origins[1].population_kind", "shelter", "origins[0].persons=20",
            "origins[1].persons=5", "not_stated=shelter.origins[0].population_kind");
}

static void progress_need_not_repeat_the_plan(void **state)
{
    (void)state;
    ACCEPTED("evacuation", "change=progress", "population_kind=centralised", "persons_moved=135");
    ACCEPTED("evacuation", "change=withdrawal");
    MISSING("evacuation.persons_planned", "evacuation", "change=new_version",
            "population_kind=centralised", "persons_moved=135");
}

/* ---- what is listed as not stated ---- */

static void the_list_names_real_fields_of_this_event(void **state)
{
    (void)state;
    BAD_VALUE("envelope.not_stated[0]", MOVED, "not_stated=evacuation.moved");
    BAD_VALUE("envelope.not_stated[1]", MOVED,
              "not_stated=evacuation.persons_moved,shelter.persons_present");
    BAD_VALUE("envelope.not_stated[0]", MOVED, "not_stated=evacuation");
    BAD_VALUE("envelope.not_stated[0]", MOVED, "not_stated=persons_moved");
    BAD_VALUE("envelope.not_stated[0]", MOVED, "not_stated=evacuation.persons_moved.x");
    BAD_VALUE("envelope.not_stated[0]", MOVED, "not_stated=evacuation..persons_moved");
    BAD_VALUE("envelope.not_stated[0]", MOVED, "not_stated=evacuation.persons_moved[0]");
    BAD_VALUE("envelope.not_stated[0]", MOVED, "not_stated=evacuation.legs[x].persons");
    ACCEPTED(MOVED, "not_stated=evacuation.legs[0].persons,envelope.speaker");
    ACCEPTED(MOVED, "not_stated=evacuation.legs.persons");
}

/* A program that fills in 0 for "I do not know" and lists the field has said neither. */
static void nobody_states_what_he_lists_as_unknown(void **state)
{
    (void)state;
    BAD_VALUE("envelope.not_stated[0]", MOVED, "persons_moved=0",
              "not_stated=evacuation.persons_moved");
    BAD_VALUE("envelope.not_stated[0]", MOVED, "legs[0].persons=0",
              "not_stated=evacuation.legs[0].persons");
    ACCEPTED(MOVED, "legs[0].persons=1", "not_stated=evacuation.legs[1].persons");
    ACCEPTED("evacuation", "persons_planned=1", "population_kind=not_stated",
             "not_stated=evacuation.population_kind");
}

/* ---- enums, areas, references, numbers: by name and type ---- */

static void unspecified_and_unknown_words_are_refused(void **state)
{
    Muster__Event *event = HELP_EVENT(&arena, MOVED);

    (void)state;
    event->evacuation->population_kind = 0;
    expect(event, MU_E_BAD_VALUE, "evacuation.population_kind");
    event->evacuation->population_kind = 4711;
    expect(event, MU_E_BAD_VALUE, "evacuation.population_kind");
    event->evacuation->population_kind = -1;
    expect(event, MU_E_BAD_VALUE, "evacuation.population_kind");
    event = HELP_EVENT(&arena, "casualty", "care_needs=burns,surgery");
    expect(event, MU_OK, "");
    event->casualty->care_needs[1] = 99;
    expect(event, MU_E_BAD_VALUE, "casualty.care_needs[1]");
    event = HELP_EVENT(&arena, MOVED);
    event->envelope->status = 1; /* left free in this enum */
    expect(event, MU_E_BAD_VALUE, "envelope.status");
}

static void areas_are_code_paths_wherever_they_stand(void **state)
{
    (void)state;
    BAD_AREA("envelope.area", MOVED, "envelope.area=Shangwan");
    BAD_AREA("evacuation.zone", MOVED, "zone=cn/99/");
    BAD_AREA("alert.areas[1]", "alert", "colour=red", "areas=cn/99,CN/99");
    BAD_AREA("operation_plan.phases[0].zone", "operation_plan", "activity=sandbags",
             "phases[0].zone=x y", "phases[0].window.start_at_ms=14:00");
    BAD_AREA("reference_object.area.code", "reference_object", "kind=area",
             "reference_object.area.code=cn//99");
}

static void a_reference_names_an_identity(void **state)
{
    (void)state;
    BAD_REF("evacuation.hazard_ref.leaf", MOVED, "hazard_ref.object=F1", "hazard_ref.version=1");
    ACCEPTED(MOVED, "hazard_ref.object=F1", "hazard_ref.leaf=" LEAF);
    BAD_VALUE("evacuation.hazard_ref.leaf", MOVED, "hazard_ref.leaf=0102");
    BAD_REF("envelope.cites[1].leaf", MOVED, "cites[0].leaf=" LEAF, "cites[1].object=EV-02");
    MISSING("envelope.based_on[0].ref", MOVED, "based_on[0].field=forecast.peak_stage_mm");
}

static void numbers_keep_the_bounds_of_their_unit(void **state)
{
    Muster__Event *event = HELP_EVENT(&arena, MOVED, "location.coordinate_system=wgs84",
                                      "location.point.lat_e7=90.0", "location.point.lon_e7=-180.0");

    (void)state;
    expect(event, MU_OK, "");
    event->envelope->location->point->lat_e7++;
    expect(event, MU_E_BAD_VALUE, "envelope.location.point.lat_e7");
    event->envelope->location->point->lat_e7--;
    event->envelope->location->point->lon_e7--;
    expect(event, MU_E_BAD_VALUE, "envelope.location.point.lon_e7");
    BAD_VALUE("envelope.location.radius_m", MOVED, "location.radius_m=-1");
    BAD_VALUE("evacuation.duration_min", MOVED, "duration_min=-1");
    BAD_VALUE("stock.lines[0].usable_milli", "stock", "counted_at_ms=13:30", "lines[0].item=quilt",
              "lines[0].unit=piece", "lines[0].usable_milli=-1");
    event = HELP_EVENT(&arena, MOVED);
    event->envelope->occurred_at_ms = -1;
    expect(event, MU_E_BAD_VALUE, "envelope.occurred_at_ms");
    event->envelope->occurred_at_ms = INT64_MAX;
    expect(event, MU_E_BAD_VALUE, "envelope.occurred_at_ms");
    event = HELP_EVENT(&arena, MOVED);
    event->evacuation->persons_planned = UINT32_MAX;
    expect(event, MU_E_BAD_VALUE, "evacuation.persons_planned");
    /* below its zero a level may well be, and a margin */
    ACCEPTED("gauge", "stage_mm=-1200", "datum=local");
    ACCEPTED("duty", "code=x", "state=late", "margin_min=-30");
}

static void a_window_does_not_end_before_it_begins(void **state)
{
    (void)state;
    BAD_VALUE("evacuation.legs[0].window.end_at_ms", MOVED, "legs[0].window.start_at_ms=14:25",
              "legs[0].window.end_at_ms=14:24");
    ACCEPTED(MOVED, "legs[0].window.start_at_ms=14:25", "legs[0].window.end_at_ms=14:25");
}

/* ---- what one field obliges its message to say beside it ---- */

static void a_stage_never_without_its_datum(void **state)
{
    (void)state;
    MISSING("gauge.datum", "gauge", "stage_mm=98.60m");
    MISSING("gauge.datum", "gauge", "reservoir_level_mm=186.40m");
    MISSING("dam_operation.datum", "dam_operation", "structure=LONGTAN", "change=progress",
            "hold_limit_level_mm=187.60m");
    MISSING("operation_plan.triggers[0].datum", "operation_plan", "activity=no_evacuation",
            "triggers[0].station=BEIDU", "triggers[0].threshold_mm=99.00m");
    MISSING("forecast.datum", "forecast", "station=BEIDU", "peak_stage_low_mm=98m");
    ACCEPTED("forecast", "station=BEIDU", "tolerance_mm=30cm");
    ACCEPTED("gauge", "stage_mm=98.60m", "datum=cn1985");
    ACCEPTED("gauge", "stage_mm=98.60m", "datum=not_stated");
    ACCEPTED("gauge", "outflow_milli_m3s=40m3/s");
}

static void a_position_never_without_its_coordinate_system(void **state)
{
    (void)state;
    MISSING("envelope.location.coordinate_system", MOVED, "location.point.lat_e7=31.5",
            "location.point.lon_e7=110.5");
    MISSING("envelope.location.point.lon_e7", MOVED, "location.coordinate_system=cgcs2000",
            "location.point.lat_e7=31.5");
    ACCEPTED(MOVED, "location.node=N-SW");
    ACCEPTED(MOVED, "location.point.lat_e7=31.5", "location.point.lon_e7=110.5",
             "location.coordinate_system=gcj02");
}

static void a_quantity_never_without_item_and_unit(void **state)
{
#define REQUEST "supply_request", "required_by_at_ms=20:00"
    (void)state;
    MISSING("supply_request.lines[0].unit", REQUEST, "lines[0].item=quilt",
            "lines[0].quantity_milli=160u");
    MISSING("supply_request.lines[0].item", REQUEST, "lines[0].unit=piece",
            "lines[0].quantity_milli=160u");
    MISSING("supply_request.lines[0].quantity_milli", REQUEST, "lines[0].item=quilt");
    ACCEPTED(REQUEST, "lines[0].item=quilt", "lines[0].unit=piece", "lines[0].quantity_milli=160u");
    ACCEPTED(REQUEST, "lines[0].item=quilt", "not_stated=supply_request.lines[0].quantity_milli");
    MISSING("stock.lines[0].unit", "stock", "counted_at_ms=13:30", "lines[0].item=quilt",
            "lines[0].on_hand_milli=800u");
}

static void a_number_never_without_its_unit(void **state)
{
#define FOUND                                                                                      \
    "finding", "kind=conflict", "rule=c04", "state=raised", "judged_through=7", "finding_id=" LEAF
    (void)state;
    MISSING("finding.margin.unit", FOUND, "margin.value=-52");
    ACCEPTED(FOUND, "margin.value=-52", "margin.unit=minute");
    /* a premise's tolerance is in the premise's own unit */
    ACCEPTED(MOVED, "based_on[0].ref.leaf=" LEAF, "based_on[0].tolerance.value=300");
}

/* ---- kinds ---- */

static void figures_carry_definition_area_time_method_source_and_stage(void **state)
{
#define FIGURE                                                                                     \
    "figure", "indicator=injured", "definition_version=1", "figure.area=cn/99",                    \
        "as_of_at_ms=14:00", "figure.method=roll_call", "source_agency=HC", "stage=initial",       \
        "value=11", "figure.unit=household"
    static const char *const each[] = {"definition_version", "area",  "as_of_at_ms", "method",
                                       "source_agency",      "stage", "value"};

    (void)state;
    ACCEPTED(FIGURE);
    MISSING("figure.indicator", FIGURE, "figure.indicator=");
    MISSING("figure.unit", FIGURE, "figure.unit=");
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        char without[64] = "figure.", listed[64] = "not_stated=figure.", path[64] = "figure.";

        strcat(strcat(without, each[i]), "=");
        strcat(listed, each[i]);
        strcat(path, each[i]);
        MISSING(path, FIGURE, without);
        ACCEPTED(FIGURE, without, listed);
    }
    MISSING("figure.population_kind", FIGURE, "figure.unit=person");
    ACCEPTED(FIGURE, "figure.unit=person", "population_kind=patient");
}

static void figures_inside_a_report_are_figures(void **state)
{
    (void)state;
    MISSING("report.figures[0].definition_version", "report", "report.duty=initial_report_city",
            "figures[0].indicator=injured");
    ACCEPTED("report", "report.duty=daily_zero_report", "nothing_new=true");
}

static void one_scene_or_one_patient(void **state)
{
    (void)state;
    ACCEPTED("casualty", "tag=T-7", "tag_triage=red");
    BAD_VALUE("casualty.tag", "casualty", "tag=T-7", "persons_injured=1");
}

static void essentials_of_other_kinds(void **state)
{
    (void)state;
    MISSING("dam_operation.structure", "dam_operation", "change=progress");
    MISSING("dam_operation.steps", "dam_operation", "structure=LONGTAN");
    MISSING("dam_operation.to_be_told", "dam_operation", "structure=LONGTAN",
            "steps[0].from_at_ms=14:50", "steps[0].outflow_milli_m3s=260m3/s");
    MISSING("dam_operation.steps[0].outflow_milli_m3s", "dam_operation", "structure=LONGTAN",
            "to_be_told[0].agency=HC", "steps[0].from_at_ms=14:50");
    MISSING("road.state", "road", "stretch.edge=E14");
    MISSING("road.stretch", "road", "road.state=closed");
    ACCEPTED("road", "structure=qingshi-bridge", "road.state=closed");
    MISSING("operation_plan.phases", "operation_plan", "activity=sandbags");
    MISSING("operation_plan.phases[0].window", "operation_plan", "activity=sandbags",
            "phases[0].zone=cn/99");
    MISSING("alert.instruction", "alert", "hazard=rainstorm");
    MISSING("alert.go_to", "alert", "instruction=go_to");
    MISSING("task.refer_to", "task", "act=refer");
    MISSING("declaration.level", "declaration", "declaration.kind=response_level");
    MISSING("declaration.charges[0].window", "declaration", "declaration.kind=exercise_begins",
            "charges[0].agency=CMD");
    MISSING("acknowledgement.of", "acknowledgement", "rung=opened");
    MISSING("acknowledgement.reason", "acknowledgement", "rung=declined", "of[0].leaf=" LEAF);
    MISSING("decision.reason", "decision", "verdict=override", "decision.on[0].leaf=" LEAF);
    MISSING("supply_response.to", "supply_response", "supply_response.answer=accepted");
    MISSING("hospital.counted_at_ms", "hospital", "beds[0].kind=icu", "beds[0].available=2");
    MISSING("finding.finding_id", "finding", "finding.kind=conflict");
    BAD_VALUE("finding.card_id", FOUND, "card_id=01");
    MISSING("tick.reason", "tick", "tick.at_ms=14:00");
}

/* What an agency of another county, years from now, adds beside these is not our affair. */
static void fields_nobody_asked_for_are_not_asked_after(void **state)
{
    (void)state;
    ACCEPTED(MOVED, "note=hurry", "guarded=true", "legs[0].pick_up=N-SW", "hazard=flash_flood");
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest stories[] = {
        STORY(every_event_has_a_kind),
        STORY(every_event_says_whose_it_is_and_whether_it_is_real),
        STORY(time_and_place_may_be_honestly_unknown_but_not_the_speaker),
        STORY(codes_are_words_that_filters_can_name),
        STORY(a_person_count_never_without_its_population_kind),
        STORY(not_stated_is_a_value),
        STORY(a_leg_s_people_are_those_of_its_evacuation),
        STORY(progress_need_not_repeat_the_plan),
        STORY(the_list_names_real_fields_of_this_event),
        STORY(nobody_states_what_he_lists_as_unknown),
        STORY(unspecified_and_unknown_words_are_refused),
        STORY(areas_are_code_paths_wherever_they_stand),
        STORY(a_reference_names_an_identity),
        STORY(numbers_keep_the_bounds_of_their_unit),
        STORY(a_window_does_not_end_before_it_begins),
        STORY(a_stage_never_without_its_datum),
        STORY(a_position_never_without_its_coordinate_system),
        STORY(a_quantity_never_without_item_and_unit),
        STORY(a_number_never_without_its_unit),
        STORY(figures_carry_definition_area_time_method_source_and_stage),
        STORY(figures_inside_a_report_are_figures),
        STORY(one_scene_or_one_patient),
        STORY(essentials_of_other_kinds),
        STORY(fields_nobody_asked_for_are_not_asked_after),
    };

    return cmocka_run_group_tests(stories, NULL, NULL);
}
