/* What operations do where and when, computed from one statement; place.c files it. */
#include "proto/picture/fold.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/picture/people.h"

struct list {
    struct mu_print *at;
    size_t count, room;
    enum mu_err err;
};

static void add(struct list *list, const struct mu_print *print)
{
    size_t room = list->room == 0 ? 8 : list->room * 2;
    struct mu_print *at;

    if (list->err != MU_OK || print->place == NULL || print->span.start_ms >= print->span.end_ms)
        return;
    if (list->count == list->room) {
        if ((at = realloc(list->at, room * sizeof *list->at)) == NULL) {
            list->err = MU_E_NO_MEMORY;
            return;
        }
        list->at = at;
        list->room = room;
    }
    list->at[list->count++] = *print;
}

/* ---- pieces every operation has ---- */

static void set_window(struct mu_print *print, const Muster__Window *window)
{
    if (window == NULL)
        return;
    if (window->has_start_at_ms)
        print->span.start_ms = window->start_at_ms;
    if (window->has_end_at_ms)
        print->span.end_ms = window->end_at_ms;
    if (window->has_until_changed && window->until_changed)
        print->span.end_ms = MU_ENDLESS;
}

/* People and crews in a hamlet are people in the village's zone: filed under the area and the two
 * above it. */
static void add_area(struct list *list, struct mu_print print, enum mu_place_kind kind,
                     const char *area)
{
    size_t size = area == NULL ? 0 : strlen(area);

    print.place_kind = kind;
    print.place = area;
    add(list, &print);
    print.place_kind = MU_PLACE_UNDER;
    for (int level = 0; level < 2 && size > 0; level++) {
        while (size > 0 && area[--size] != '/')
            ;
        print.place_bytes = size;
        if (size > 0)
            add(list, &print);
    }
}

/* A journey meets what lies at a node, or at a mark of an edge, in the minute it passes. */
static void add_passages(struct list *list, struct mu_print print,
                         Muster__NodePassage *const *passages, size_t count)
{
    print.place_kind = MU_PLACE_NODE;
    for (size_t i = 0; i < count; i++) {
        if (!passages[i]->has_at_ms)
            continue;
        print.place = passages[i]->node != NULL ? passages[i]->node : passages[i]->edge;
        print.from_m = print.to_m = passages[i]->has_at_m ? passages[i]->at_m : 0;
        print.span =
            (struct mu_span){.start_ms = passages[i]->at_ms, .end_ms = passages[i]->at_ms + 1};
        add(list, &print);
    }
}

static struct mu_print blank(const struct mu_said *said, size_t part)
{
    return (struct mu_print){
        .span = {.start_ms = said->as_of_ms, .end_ms = MU_ENDLESS},
        .object = said->object,
        .said = said,
        .to_m = MU_ENDLESS,
        .heaviest_kg = -1,
        .part = part,
    };
}

/* A stretch may be written from either end of the edge. */
static void set_stretch(struct mu_print *print, const Muster__EdgeUse *use)
{
    int64_t from = use->has_from_m ? use->from_m : 0;
    int64_t to = use->has_to_m ? use->to_m : MU_ENDLESS;

    print->place_kind = MU_PLACE_EDGE;
    print->place = use->edge;
    print->from_m = from < to ? from : to;
    print->to_m = from < to ? to : from;
}

static void set_vehicles(struct mu_print *print, Muster__Vehicles *const *vehicles, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (vehicles[i]->has_mass_kg && vehicles[i]->mass_kg > print->heaviest_kg)
            print->heaviest_kg = vehicles[i]->mass_kg;
        if (print->vehicle == 0 && vehicles[i]->has_vehicle_class)
            print->vehicle = vehicles[i]->vehicle_class;
    }
}

static void add_edges(struct list *list, struct mu_print print, Muster__EdgeUse *const *edges,
                      size_t count, Muster__EdgeEffect absent)
{
    for (size_t i = 0; i < count; i++) {
        set_stretch(&print, edges[i]);
        print.effect = edges[i]->has_effect ? edges[i]->effect : absent;
        add(list, &print);
    }
}

/* ---- an evacuation: its legs on the road, its people in shelters ---- */

/* Without a window on the road, the pace says how long it takes; without a pace nothing does. */
static void set_leg_time(struct mu_print *print, const Muster__Evacuation *evacuation,
                         const Muster__EvacuationLeg *leg)
{
    int64_t rate = evacuation->has_rate_persons_per_hour ? evacuation->rate_persons_per_hour : 0;

    if (evacuation->has_start_at_ms)
        print->span.start_ms = evacuation->start_at_ms;
    else if (evacuation->has_rate_since_at_ms)
        print->span.start_ms = evacuation->rate_since_at_ms;
    if (rate > 0 && evacuation->has_persons_planned)
        print->span.end_ms =
            print->span.start_ms + (((int64_t)evacuation->persons_planned * 60 + rate - 1) / rate +
                                    (leg->has_travel_min ? leg->travel_min : 0)) *
                                       MU_MINUTE_MS;
    set_window(print, leg->window);
}

static void add_leg(struct list *list, const struct mu_said *said, size_t part)
{
    const Muster__Evacuation *evacuation = said->event->evacuation;
    const Muster__EvacuationLeg *leg = evacuation->legs[part];
    struct mu_print print = blank(said, part);

    print.activity = MUSTER__ACTIVITY__ACTIVITY_EVACUATION;
    print.effect = MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES;
    print.population = mu_leg_population(evacuation, part);
    set_leg_time(&print, evacuation, leg);
    set_vehicles(&print, leg->vehicles, leg->n_vehicles);
    if (leg->has_heaviest_vehicle_kg)
        print.heaviest_kg = leg->heaviest_vehicle_kg;
    add_edges(list, print, leg->route, leg->n_route, print.effect);
    add_passages(list, print, leg->passages, leg->n_passages);
    if (leg->has_destination_kind &&
        leg->destination_kind > MUSTER__DESTINATION_KIND__DESTINATION_KIND_SHELTER)
        return;
    print.place_kind = MU_PLACE_SHELTER;
    print.place = leg->destination;
    print.span = (struct mu_span){.start_ms = INT64_MIN, .end_ms = MU_ENDLESS};
    print.from_m = 0;
    print.to_m = MU_ENDLESS;
    add(list, &print);
}

static void add_people(struct list *list, const struct mu_said *said)
{
    struct mu_print print = blank(said, 0);

    print.span = (struct mu_span){.start_ms = INT64_MIN, .end_ms = MU_ENDLESS};
    print.activity = MUSTER__ACTIVITY__ACTIVITY_EVACUATION;
    print.population = said->event->evacuation->has_population_kind
                           ? said->event->evacuation->population_kind
                           : MUSTER__POPULATION_KIND__POPULATION_KIND_NOT_STATED;
    add_area(list, print, MU_PLACE_PEOPLE, mu_evacuation_zone(said));
}

static void add_evacuation(struct list *list, const struct mu_said *said)
{
    add_people(list, said);
    for (size_t i = 0; i < said->event->evacuation->n_legs; i++)
        add_leg(list, said, i);
}

/* ---- a plan: its phases on roads, in zones, with what they hold ---- */

static bool is_journey(Muster__Activity activity)
{
    return activity == MUSTER__ACTIVITY__ACTIVITY_EVACUATION ||
           activity == MUSTER__ACTIVITY__ACTIVITY_AMBULANCE ||
           activity == MUSTER__ACTIVITY__ACTIVITY_CONVOY ||
           activity == MUSTER__ACTIVITY__ACTIVITY_TRANSIT;
}

static void add_resources(struct list *list, struct mu_print print,
                          Muster__ResourceUse *const *uses, size_t count)
{
    print.place_kind = MU_PLACE_RESOURCE;
    for (size_t i = 0; i < count; i++) {
        struct mu_print one = print;

        one.place = uses[i]->object;
        one.exclusive = uses[i]->has_exclusive && uses[i]->exclusive;
        set_window(&one, uses[i]->window);
        add(list, &one);
    }
}

/* Whose patients: the scene named, else what the plan is for, else wherever they come from. */
static void add_scenes(struct list *list, struct mu_print print, const Muster__OperationPlan *plan,
                       const Muster__PatientMove *move)
{
    print.place_kind = MU_PLACE_SCENE;
    print.span = (struct mu_span){.start_ms = INT64_MIN, .end_ms = MU_ENDLESS};
    print.place = move->casualty != NULL ? move->casualty->object : NULL;
    add(list, &print);
    for (size_t i = 0; print.place == NULL && i < plan->n_for_objects; i++) {
        struct mu_print one = print;

        one.place = plan->for_objects[i];
        add(list, &one);
    }
    if (print.place != NULL || plan->n_for_objects > 0)
        return;
    print.place = move->from;
    add(list, &print);
}

static void add_ambulances(struct list *list, struct mu_print print, const Muster__PlanPhase *phase)
{
    print.place_kind = MU_PLACE_FLEET;
    print.place = "ambulance";
    for (size_t i = 0; i < phase->n_vehicles; i++)
        if (phase->vehicles[i]->vehicle_class == MUSTER__VEHICLE_CLASS__VEHICLE_CLASS_AMBULANCE) {
            add(list, &print);
            return;
        }
}

static void add_moves(struct list *list, struct mu_print print, const Muster__OperationPlan *plan,
                      const Muster__PlanPhase *phase)
{
    for (size_t i = 0; i < phase->n_patients; i++) {
        const Muster__PatientMove *move = phase->patients[i];
        struct mu_print one = print;

        one.move = i;
        add_scenes(list, one, plan, move);
        one.place_kind = MU_PLACE_HOSPITAL;
        one.place = move->hospital;
        one.span = (struct mu_span){
            .start_ms = INT64_MIN,
            .end_ms = move->has_arrives_at_ms ? move->arrives_at_ms : MU_ENDLESS,
        };
        add(list, &one);
    }
}

static void add_phase(struct list *list, const struct mu_said *said, size_t part)
{
    const Muster__OperationPlan *plan = said->event->operation_plan;
    const Muster__PlanPhase *phase = plan->phases[part];
    struct mu_print print = blank(said, part);

    print.activity = phase->has_activity ? phase->activity : plan->activity;
    print.effect = is_journey(print.activity) ? MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES
                                              : MUSTER__EDGE_EFFECT__EDGE_EFFECT_NOT_STATED;
    set_window(&print, phase->window);
    set_vehicles(&print, phase->vehicles, phase->n_vehicles);
    if (phase->has_heaviest_vehicle_kg)
        print.heaviest_kg = phase->heaviest_vehicle_kg;
    add_edges(list, print, phase->edges, phase->n_edges, print.effect);
    add_resources(list, print, phase->resources, phase->n_resources);
    add_resources(list, print, plan->resources, plan->n_resources);
    add_passages(list, print, phase->passages, phase->n_passages);
    add_area(list, print, MU_PLACE_ZONE, phase->zone);
    add_ambulances(list, print, phase);
    add_moves(list, print, plan, phase);
}

static void add_plan(struct list *list, const struct mu_said *said)
{
    for (size_t i = 0; i < said->event->operation_plan->n_phases; i++)
        add_phase(list, said, i);
}

/* ---- goods on the road, and the road itself ---- */

static void add_shipment(struct list *list, const struct mu_said *said)
{
    const Muster__Shipment *shipment = said->event->shipment;
    struct mu_print print = blank(said, 0);

    print.activity = MUSTER__ACTIVITY__ACTIVITY_CONVOY;
    print.effect = MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES;
    if (shipment->has_departed_at_ms)
        print.span.start_ms = shipment->departed_at_ms;
    if (shipment->has_expected_at_ms)
        print.span.end_ms = shipment->expected_at_ms;
    set_window(&print, shipment->window);
    set_vehicles(&print, shipment->vehicles, shipment->n_vehicles);
    if (shipment->has_heaviest_vehicle_kg)
        print.heaviest_kg = shipment->heaviest_vehicle_kg;
    add_edges(list, print, shipment->route, shipment->n_route, print.effect);
}

static Muster__EdgeEffect effect_of(const Muster__Road *road)
{
    switch (road->state) {
    case MUSTER__ROAD_STATE__ROAD_STATE_CLOSED:
    case MUSTER__ROAD_STATE__ROAD_STATE_DESTROYED:
        return MUSTER__EDGE_EFFECT__EDGE_EFFECT_CLOSES;
    case MUSTER__ROAD_STATE__ROAD_STATE_RESTRICTED:
        return MUSTER__EDGE_EFFECT__EDGE_EFFECT_NARROWS;
    default:
        return MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES;
    }
}

static void add_road(struct list *list, const struct mu_said *said)
{
    const Muster__Road *road = said->event->road;
    struct mu_print print = blank(said, 0);

    if (road->stretch == NULL)
        return;
    set_stretch(&print, road->stretch);
    print.place_kind = MU_PLACE_ROAD;
    print.effect = effect_of(road);
    set_window(&print, road->window);
    add(list, &print);
}

/* ---- water leaving a structure ---- */

static void add_release(struct list *list, const struct mu_said *said)
{
    const Muster__DamOperation *operation = said->event->dam_operation;

    for (size_t i = 0; i < operation->n_steps; i++) {
        struct mu_print print = blank(said, i);
        const Muster__DamStep *step = operation->steps[i];

        print.place_kind = MU_PLACE_RELEASE;
        print.place = operation->structure;
        print.activity = MUSTER__ACTIVITY__ACTIVITY_RELEASE;
        if (step->has_from_at_ms)
            print.span.start_ms = step->from_at_ms;
        if (step->has_duration_min)
            print.span.end_ms = print.span.start_ms + step->duration_min * MU_MINUTE_MS;
        else if (operation->has_ends_at_ms)
            print.span.end_ms = operation->ends_at_ms;
        add(list, &print);
    }
}

static const struct {
    uint32_t kind;
    void (*add)(struct list *list, const struct mu_said *said);
} operations[] = {
    {MUSTER__EVENT__BODY_EVACUATION, add_evacuation},
    {MUSTER__EVENT__BODY_OPERATION_PLAN, add_plan},
    {MUSTER__EVENT__BODY_SHIPMENT, add_shipment},
    {MUSTER__EVENT__BODY_ROAD, add_road},
    {MUSTER__EVENT__BODY_DAM_OPERATION, add_release},
};

enum mu_err mu_prints_of(const struct mu_said *said, struct mu_print **out, size_t *count)
{
    struct list list = {0};

    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (operations[i].kind == said->object->kind)
            operations[i].add(&list, said);
    if (list.err != MU_OK) {
        free(list.at);
        list = (struct list){.err = list.err};
    }
    *out = list.at;
    *count = list.count;
    return list.err;
}
