/* The way round for a movement whose road is taken from it. */
#include "proto/rules/works.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"

/* A way round that takes more than this many times as long is no option in a flood. */
#define TIMES_AS_LONG_MAX 2

/* The journey as planned: the edges of one part, in the order they are driven. */
struct planned {
    const struct mu_print *edges[64];
    size_t count;
    int64_t duration_ms; /* -1: not known */
};

static struct planned plan_of(const struct mu_judgement *judgement, const struct mu_print *movement,
                              Muster__VehicleClass vehicle)
{
    const struct mu_object *object = movement->object;
    struct planned out = {0};

    for (size_t i = 0; i < object->print_count; i++) {
        const struct mu_print *print = &object->prints[i];
        int64_t part_m = print->to_m == MU_ENDLESS ? 0 : print->to_m - print->from_m;
        int64_t duration_ms;

        if (print->place_kind != MU_PLACE_EDGE || print->part != movement->part)
            continue;
        if (out.count == sizeof out.edges / sizeof out.edges[0])
            return (struct planned){.duration_ms = -1};
        out.edges[out.count++] = print;
        duration_ms = mu_edge_duration_ms(judgement->picture, print->place, vehicle, part_m);
        if (duration_ms < 0)
            out.duration_ms = -1;
        else if (out.duration_ms >= 0)
            out.duration_ms += duration_ms;
    }
    return out;
}

static bool touches(const Muster__RefRoadEdge *edge, const char *node)
{
    return node != NULL && ((edge->from_node != NULL && strcmp(edge->from_node, node) == 0) ||
                            (edge->to_node != NULL && strcmp(edge->to_node, node) == 0));
}

static bool is_reverse(const struct mu_print *print)
{
    const Muster__Event *event = print->said->event;
    Muster__EdgeUse *const *uses = NULL;
    size_t count = 0;

    if (event->body_case == MUSTER__EVENT__BODY_EVACUATION) {
        uses = event->evacuation->legs[print->part]->route;
        count = event->evacuation->legs[print->part]->n_route;
    } else if (event->body_case == MUSTER__EVENT__BODY_OPERATION_PLAN) {
        uses = event->operation_plan->phases[print->part]->edges;
        count = event->operation_plan->phases[print->part]->n_edges;
    } else if (event->body_case == MUSTER__EVENT__BODY_SHIPMENT) {
        uses = event->shipment->route;
        count = event->shipment->n_route;
    }
    for (size_t i = 0; i < count; i++)
        if (uses[i]->edge == print->place)
            return uses[i]->has_reverse && uses[i]->reverse;
    return false;
}

/* The end of `edge` that does not join it to `next`; without a next one, as it says it is driven. */
static const char *open_end(const mu_picture *picture, const struct mu_print *edge,
                            const struct mu_print *next, bool at_start)
{
    const Muster__RefRoadEdge *this = mu_edge(picture, edge->place);
    const Muster__RefRoadEdge *other = next == NULL ? NULL : mu_edge(picture, next->place);

    if (this == NULL)
        return NULL;
    if (other != NULL && touches(other, this->to_node))
        return this->from_node;
    if (other != NULL && touches(other, this->from_node))
        return this->to_node;
    return is_reverse(edge) == at_start ? this->to_node : this->from_node;
}

static char *route_name(struct mu_judgement *judgement, const struct mu_route *route)
{
    char buffer[MU_ROUTE_EDGES_MAX * 32];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    for (size_t i = 0; i < route->count; i++) {
        mu_text_add(&text, i == 0 ? "" : "-");
        mu_text_add(&text, route->edges[i]);
    }
    return mu_judge_text(judgement, buffer);
}

static int64_t minutes(int64_t ms)
{
    return (ms + MU_MINUTE_MS - 1) / MU_MINUTE_MS;
}

static bool is_offered(const struct mu_draft *draft, const char *movement, const char *route)
{
    for (size_t i = 0; i < draft->finding->n_options; i++) {
        const Muster__FindingOption *option = draft->finding->options[i];

        if (option->object != NULL && strcmp(option->object, route) == 0 &&
            strcmp(option->text->args[0]->object, movement) == 0)
            return true;
    }
    return false;
}

static void offer(struct mu_judgement *judgement, struct mu_draft *draft,
                  const struct mu_print *movement, const struct planned *planned,
                  const struct mu_route *route)
{
    int64_t more_min = minutes(route->duration_ms) - minutes(planned->duration_ms);
    bool possible = movement->heaviest_kg < 0 || route->max_load_kg < 0 ||
                    movement->heaviest_kg <= route->max_load_kg;
    char *name = route_name(judgement, route);
    Muster__FindingOption *option;

    if (is_offered(draft, movement->object->id, name))
        return;
    option = mu_draft_option(
        judgement, draft,
        mu_judge_say(judgement, "route.other", mu_arg_object(judgement, movement->object->id),
                     mu_arg_object(judgement, name),
                     mu_arg_number(judgement, more_min, MUSTER__MEASURE__MEASURE_MINUTE), NULL),
        possible);
    option->object = name;
    option->cost = mu_judge_number(judgement, more_min, MUSTER__MEASURE__MEASURE_MINUTE);
    if (!possible)
        option->why_not = mu_judge_say(
            judgement, "route.too_heavy", mu_arg_edge(judgement, route->weakest),
            mu_arg_number(judgement, route->max_load_kg, MUSTER__MEASURE__MEASURE_KILOGRAM),
            mu_arg_number(judgement, movement->heaviest_kg, MUSTER__MEASURE__MEASURE_KILOGRAM),
            NULL);
}

static bool short_enough(const struct planned *planned, const struct mu_route *route)
{
    return route->duration_ms <= TIMES_AS_LONG_MAX * planned->duration_ms;
}

/* The fastest way its vehicles can take; failing that, the fastest that lighter ones could. */
void mu_route_offer(struct mu_judgement *judgement, struct mu_draft *draft,
                    const struct mu_print *movement)
{
    Muster__VehicleClass vehicle =
        movement->vehicle != 0 ? movement->vehicle : mu_usual_vehicle(movement->activity);
    struct planned planned = plan_of(judgement, movement, vehicle);
    struct mu_journey journey = {
        .vehicle = vehicle,
        .heaviest_kg = movement->heaviest_kg,
        .start_ms = movement->span.start_ms > judgement->now_ms ? movement->span.start_ms
                                                                : judgement->now_ms,
        .end_ms = movement->span.end_ms,
    };
    struct mu_route route;

    if (planned.count == 0 || planned.duration_ms <= 0)
        return;
    journey.from_node = open_end(judgement->picture, planned.edges[0],
                                 planned.count > 1 ? planned.edges[1] : NULL, true);
    journey.to_node = open_end(judgement->picture, planned.edges[planned.count - 1],
                               planned.count > 1 ? planned.edges[planned.count - 2] : NULL, false);
    if (*judgement->roads == NULL)
        MU_CHECK(mu_roads_new(judgement->picture, judgement->roads) == MU_OK);
    if (mu_roads_find(*judgement->roads, judgement->picture, &journey, &route) &&
        short_enough(&planned, &route)) {
        offer(judgement, draft, movement, &planned, &route);
        return;
    }
    journey.heaviest_kg = -1;
    if (mu_roads_find(*judgement->roads, judgement->picture, &journey, &route) &&
        short_enough(&planned, &route))
        offer(judgement, draft, movement, &planned, &route);
}
