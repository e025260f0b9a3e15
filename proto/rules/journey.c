#include "proto/rules/journey.h"

#include <string.h>

/* ---- what a statement says of the way ---- */

struct said_way {
    Muster__EdgeUse *const *uses;
    size_t use_count;
    Muster__NodePassage *const *passages;
    size_t passage_count;
};

static bool read_way(const struct mu_print *print, struct said_way *out)
{
    const Muster__Event *event = print->said->event;

    if (event->body_case == MUSTER__EVENT__BODY_SHIPMENT) {
        const Muster__Shipment *shipment = event->shipment;

        *out = (struct said_way){shipment->route, shipment->n_route, shipment->passages,
                                 shipment->n_passages};
        return print->span.end_ms != MU_ENDLESS;
    }
    if (event->body_case == MUSTER__EVENT__BODY_OPERATION_PLAN &&
        print->part < event->operation_plan->n_phases) {
        const Muster__PlanPhase *phase = event->operation_plan->phases[print->part];

        *out = (struct said_way){phase->edges, phase->n_edges, phase->passages, phase->n_passages};
        return phase->n_passages > 0;
    }
    return false;
}

/* ---- order and direction ---- */

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool touches(const Muster__RefRoadEdge *edge, const char *node)
{
    return edge != NULL && (same(edge->from_node, node) || same(edge->to_node, node));
}

/* Against the edge's direction: it leaves by the end that joins the next, or came by the end that joins
 * the one before; alone, as it says. */
static bool runs_back(const Muster__RefRoadEdge *edge, const Muster__EdgeUse *use,
                      const Muster__RefRoadEdge *before, const Muster__RefRoadEdge *next)
{
    if (next != NULL && touches(next, edge->to_node) != touches(next, edge->from_node))
        return touches(next, edge->from_node);
    if (before != NULL && touches(before, edge->to_node) != touches(before, edge->from_node))
        return touches(before, edge->to_node);
    return use->has_reverse && use->reverse;
}

static bool lay_stretch(const mu_picture *picture, const struct said_way *way, size_t i,
                        struct mu_stretch *out)
{
    const Muster__EdgeUse *use = way->uses[i];
    const Muster__RefRoadEdge *edge = mu_edge(picture, use->edge);
    const Muster__RefRoadEdge *before = i == 0 ? NULL : mu_edge(picture, way->uses[i - 1]->edge);
    const Muster__RefRoadEdge *next =
        i + 1 == way->use_count ? NULL : mu_edge(picture, way->uses[i + 1]->edge);
    int64_t low, high;
    bool back;

    if (edge == NULL || !edge->has_length_m || edge->length_m <= 0)
        return false;
    low = use->has_from_m ? use->from_m : 0;
    high = use->has_to_m ? use->to_m : edge->length_m;
    if (low > high) {
        int64_t kept = low;

        low = high;
        high = kept;
    }
    if (low < 0 || high > edge->length_m)
        return false;
    back = runs_back(edge, use, before, next);
    *out = (struct mu_stretch){
        .edge = use->edge, .from_m = back ? high : low, .to_m = back ? low : high};
    out->from_node = back ? (high == edge->length_m ? edge->to_node : NULL)
                          : (low == 0 ? edge->from_node : NULL);
    out->to_node = back ? (low == 0 ? edge->from_node : NULL)
                        : (high == edge->length_m ? edge->to_node : NULL);
    return true;
}

static bool lay(const mu_picture *picture, const struct said_way *way, struct mu_track *track)
{
    if (way->use_count == 0 || way->use_count > MU_TRACK_STRETCHES_MAX)
        return false;
    for (track->count = 0; track->count < way->use_count; track->count++)
        if (!lay_stretch(picture, way, track->count, &track->at[track->count]))
            return false;
    return true;
}

/* ---- times ---- */

static int64_t far(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

/* Driving time between two metres of an edge; -1 when no speed is known. */
static int64_t driving_ms(const mu_picture *picture, const struct mu_track *track, const char *edge,
                          int64_t from_m, int64_t to_m)
{
    return from_m == to_m ? 0
                          : mu_edge_duration_ms(picture, edge, track->vehicle, far(from_m, to_m));
}

static bool pace(const mu_picture *picture, struct mu_track *track, int64_t start_ms)
{
    for (size_t i = 0; i < track->count; i++) {
        struct mu_stretch *stretch = &track->at[i];
        int64_t takes_ms =
            driving_ms(picture, track, stretch->edge, stretch->from_m, stretch->to_m);

        if (takes_ms < 0)
            return false;
        stretch->enter_ms = start_ms;
        stretch->leave_ms = start_ms += takes_ms;
    }
    return true;
}

/* From here on everything is as much later, or earlier, as the passage stated differs. */
static void shift(struct mu_track *track, size_t from, int64_t by_ms)
{
    for (size_t i = from; i < track->count; i++) {
        track->at[i].enter_ms += by_ms;
        track->at[i].leave_ms += by_ms;
    }
}

/* A passage stated in the middle of a stretch; its time of entering stands. */
static bool is_on(const struct mu_stretch *stretch, const Muster__NodePassage *passage)
{
    return passage->has_at_m && same(stretch->edge, passage->edge) &&
           far(stretch->from_m, passage->at_m) + far(passage->at_m, stretch->to_m) ==
               far(stretch->from_m, stretch->to_m);
}

static bool anchor(const mu_picture *picture, struct mu_track *track, size_t *at,
                   const Muster__NodePassage *passage)
{
    for (size_t i = *at; i < track->count; i++) {
        struct mu_stretch *stretch = &track->at[i];

        if (i == 0 && same(stretch->from_node, passage->node)) {
            shift(track, 0, passage->at_ms - stretch->enter_ms);
        } else if (same(stretch->to_node, passage->node)) {
            shift(track, i + 1, passage->at_ms - stretch->leave_ms);
            stretch->leave_ms = passage->at_ms;
        } else if (passage->node == NULL && is_on(stretch, passage)) {
            int64_t there_ms = stretch->enter_ms + driving_ms(picture, track, stretch->edge,
                                                              stretch->from_m, passage->at_m);

            shift(track, i + 1, passage->at_ms - there_ms);
            stretch->leave_ms += passage->at_ms - there_ms;
        } else {
            continue;
        }
        *at = i;
        return true;
    }
    return false;
}

static bool in_order(const struct mu_track *track)
{
    for (size_t i = 0; i < track->count; i++)
        if (track->at[i].leave_ms < track->at[i].enter_ms)
            return false;
    return true;
}

bool mu_track_of(const mu_picture *picture, const struct mu_print *print, struct mu_track *out)
{
    struct said_way way;
    size_t at = 0, known = 0;

    *out = (struct mu_track){.vehicle = print->vehicle != 0 ? print->vehicle
                                                            : mu_usual_vehicle(print->activity)};
    if (print->place_kind != MU_PLACE_EDGE || !read_way(print, &way) || !lay(picture, &way, out) ||
        !pace(picture, out, print->span.start_ms))
        return false;
    for (size_t i = 0; i < way.passage_count; i++)
        if (way.passages[i]->has_at_ms && anchor(picture, out, &at, way.passages[i]))
            known++;
    if (known == 0 && print->said->event->body_case != MUSTER__EVENT__BODY_SHIPMENT)
        return false;
    if (known == 0 && out->at[out->count - 1].leave_ms < print->span.end_ms)
        out->slack_ms = print->span.end_ms - out->at[out->count - 1].leave_ms;
    return in_order(out);
}

/* ---- asking ---- */

/* When it is at `metre` of the stretch, going on at the usual speed from where it was last known. */
static int64_t time_at(const struct mu_track *track, const mu_picture *picture,
                       const struct mu_stretch *stretch, int64_t metre)
{
    int64_t there_ms =
        metre == stretch->to_m
            ? stretch->leave_ms
            : stretch->enter_ms + driving_ms(picture, track, stretch->edge, stretch->from_m, metre);

    return there_ms > stretch->leave_ms ? stretch->leave_ms : there_ms;
}

static int64_t within(int64_t metre, int64_t low, int64_t high)
{
    return metre < low ? low : metre > high ? high : metre;
}

bool mu_track_when(const struct mu_track *track, const mu_picture *picture, const char *edge,
                   int64_t from_m, int64_t to_m, int64_t *first_ms, int64_t *last_ms)
{
    bool found = false;

    for (size_t i = 0; i < track->count; i++) {
        const struct mu_stretch *stretch = &track->at[i];
        int64_t first_at, last_at, enter_ms, leave_ms;

        if (strcmp(stretch->edge, edge) != 0 ||
            (stretch->from_m < from_m && stretch->to_m < from_m) ||
            (stretch->from_m > to_m && stretch->to_m > to_m))
            continue;
        first_at = within(stretch->from_m, from_m, to_m);
        last_at = within(stretch->to_m, from_m, to_m);
        enter_ms = time_at(track, picture, stretch, first_at);
        leave_ms = time_at(track, picture, stretch, last_at) + track->slack_ms;
        if (!found || enter_ms < *first_ms)
            *first_ms = enter_ms;
        if (!found || leave_ms > *last_ms)
            *last_ms = leave_ms;
        found = true;
    }
    return found;
}

const struct mu_stretch *mu_track_at(const struct mu_track *track, const mu_picture *picture,
                                     int64_t at_ms, int64_t *metre)
{
    for (size_t i = 0; i < track->count; i++) {
        const struct mu_stretch *stretch = &track->at[i];
        int64_t takes_ms, length_m = far(stretch->from_m, stretch->to_m), driven_m;

        if (at_ms < stretch->enter_ms || at_ms >= stretch->leave_ms)
            continue;
        takes_ms = driving_ms(picture, track, stretch->edge, stretch->from_m, stretch->to_m);
        driven_m = takes_ms <= 0 ? 0 : length_m * (at_ms - stretch->enter_ms) / takes_ms;
        driven_m = driven_m > length_m ? length_m : driven_m;
        *metre = stretch->from_m < stretch->to_m ? stretch->from_m + driven_m
                                                 : stretch->from_m - driven_m;
        return stretch;
    }
    return NULL;
}

/* ---- two of them ---- */

bool mu_prints_share_ground(const struct mu_print *a, const struct mu_print *b)
{
    if (a->place_kind != MU_PLACE_EDGE && a->place_kind != MU_PLACE_ROAD)
        return true;
    if (a->from_m == a->to_m || b->from_m == b->to_m)
        return a->from_m <= b->to_m && b->from_m <= a->to_m;
    return a->from_m < b->to_m && b->from_m < a->to_m;
}

static bool passes(const struct mu_print *print)
{
    return print->place_kind == MU_PLACE_EDGE &&
           print->effect == MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES;
}

/* When `journey` is where `other` is. */
static void narrow(const mu_picture *picture, const struct mu_print *journey,
                   const struct mu_print *other, int64_t *start_ms, int64_t *end_ms)
{
    struct mu_track track;
    int64_t first_ms, last_ms;

    if (!passes(journey) || passes(other) || !mu_track_of(picture, journey, &track) ||
        !mu_track_when(&track, picture, journey->place, other->from_m, other->to_m, &first_ms,
                       &last_ms))
        return;
    *start_ms = first_ms > *start_ms ? first_ms : *start_ms;
    last_ms += last_ms == first_ms; /* a point takes no time, and is met all the same */
    *end_ms = last_ms < *end_ms ? last_ms : *end_ms;
}

bool mu_prints_meet(const mu_picture *picture, const struct mu_print *a, const struct mu_print *b,
                    int64_t *start_ms, int64_t *end_ms)
{
    *start_ms = a->span.start_ms > b->span.start_ms ? a->span.start_ms : b->span.start_ms;
    *end_ms = a->span.end_ms < b->span.end_ms ? a->span.end_ms : b->span.end_ms;
    if (!mu_prints_share_ground(a, b))
        return false;
    narrow(picture, a, b, start_ms, end_ms);
    narrow(picture, b, a, start_ms, end_ms);
    return *start_ms < *end_ms;
}

bool mu_print_says_no_time(const struct mu_print *print)
{
    const Muster__OperationPlan *plan;

    if (print->object->kind != MUSTER__EVENT__BODY_OPERATION_PLAN ||
        print->effect != MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES)
        return false;
    plan = print->said->event->operation_plan;
    return print->part < plan->n_phases && plan->phases[print->part]->n_passages == 0;
}
