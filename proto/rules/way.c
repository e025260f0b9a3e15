/* The way in time: Dijkstra's again, with every stretch asked for at the minute it would be driven. */
#include "proto/rules/roads_inside.h"

#include <string.h>

struct quest {
    struct mu_roads *roads;
    const mu_picture *picture;
    const struct mu_trip *trip;
    struct mu_way *best;
    bool found;
    struct mu_stretch
        last; /* of the best: on the goal's own edge; its edge is NULL when there is none */
    const struct node *end; /* of the best: where it leaves the nodes; NULL: never touched one */
};

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* A stretch entered at `at_ms`, if it can be driven then. */
static bool drive(const struct quest *quest, const char *edge, int64_t from_m, int64_t to_m,
                  int64_t at_ms, struct mu_stretch *out)
{
    const struct mu_trip *trip = quest->trip;
    int64_t length_m = from_m < to_m ? to_m - from_m : from_m - to_m;
    int64_t low = from_m < to_m ? from_m : to_m, takes_ms = 0;

    if (same(edge, trip->without))
        return false;
    if (length_m > 0 &&
        (takes_ms = mu_edge_duration_ms(quest->picture, edge, trip->vehicle, length_m)) < 0)
        return false;
    if (!mu_stretch_open(quest->picture, edge, low, low + length_m, at_ms, at_ms + takes_ms,
                         trip->vehicle, trip->heaviest_kg))
        return false;
    *out = (struct mu_stretch){.edge = edge,
                               .from_m = from_m,
                               .to_m = to_m,
                               .enter_ms = at_ms,
                               .leave_ms = at_ms + takes_ms};
    return true;
}

static int64_t length_of(const struct mu_stretch *stretch)
{
    return stretch->from_m < stretch->to_m ? stretch->to_m - stretch->from_m
                                           : stretch->from_m - stretch->to_m;
}

/* Of two ways that arrive together the shorter, of two as short the one whose last edge's name is first. */
static bool is_better(const struct node *node, uint64_t search, int64_t at_ms, int64_t at_m,
                      const char *edge)
{
    if (node->search != search || node->best_ms != at_ms)
        return node->search != search || at_ms < node->best_ms;
    if (node->best_m != at_m)
        return at_m < node->best_m;
    return node->by.edge != NULL && edge != NULL && strcmp(edge, node->by.edge) < 0;
}

static void reach(struct quest *quest, struct node *node, struct node *from,
                  const struct mu_stretch *by)
{
    struct mu_roads *roads = quest->roads;
    int64_t at_m = (from == NULL ? 0 : from->best_m) + length_of(by);

    if (!is_better(node, roads->searches, by->leave_ms, at_m, by->edge))
        return;
    node->search = roads->searches;
    node->best_ms = by->leave_ms;
    node->best_m = at_m;
    node->by = *by;
    node->by.to_node = node->id;
    node->by.from_node = from == NULL ? NULL : from->id;
    node->from = from;
    (void)mu_front_push(roads, by->leave_ms, node);
}

static void offer(struct quest *quest, const struct node *end, const struct mu_stretch *last,
                  int64_t at_ms, int64_t at_m)
{
    if (quest->found && (quest->best->arrive_ms < at_ms ||
                         (quest->best->arrive_ms == at_ms && quest->best->distance_m <= at_m)))
        return;
    quest->found = true;
    quest->best->arrive_ms = at_ms;
    quest->best->distance_m = at_m;
    quest->end = end;
    quest->last = last == NULL ? (struct mu_stretch){0} : *last;
}

/* ---- beginning and end ---- */

static void start_at_node(struct quest *quest, struct node *node)
{
    struct mu_stretch none = {.leave_ms = quest->trip->leave_ms};

    if (node != NULL)
        reach(quest, node, NULL, &none);
}

static void start_on_edge(struct quest *quest)
{
    const struct mu_spot *from = &quest->trip->from, *to = &quest->trip->to;
    const Muster__RefRoadEdge *edge = mu_edge(quest->picture, from->edge);
    const char *ends[2];
    struct mu_stretch stretch;

    if (edge == NULL || !edge->has_length_m)
        return;
    if (to->node == NULL && same(to->edge, from->edge) &&
        drive(quest, from->edge, from->at_m, to->at_m, quest->trip->leave_ms, &stretch))
        offer(quest, NULL, &stretch, stretch.leave_ms, length_of(&stretch));
    ends[0] = edge->from_node;
    ends[1] = edge->to_node;
    for (size_t i = 0; i < 2; i++) {
        struct node *node = ends[i] == NULL ? NULL : mu_table_find(&quest->roads->nodes, ends[i]);

        if (node != NULL && drive(quest, from->edge, from->at_m, i == 0 ? 0 : edge->length_m,
                                  quest->trip->leave_ms, &stretch))
            reach(quest, node, NULL, &stretch);
    }
}

static void arrive(struct quest *quest, const struct node *node)
{
    const struct mu_spot *to = &quest->trip->to;
    const Muster__RefRoadEdge *edge;
    struct mu_stretch stretch;

    if (to->node != NULL) {
        if (same(to->node, node->id))
            offer(quest, node, NULL, node->best_ms, node->best_m);
        return;
    }
    edge = mu_edge(quest->picture, to->edge);
    if (edge == NULL || !edge->has_length_m)
        return;
    if (same(edge->from_node, node->id) &&
        drive(quest, to->edge, 0, to->at_m, node->best_ms, &stretch))
        offer(quest, node, &stretch, stretch.leave_ms, node->best_m + length_of(&stretch));
    if (same(edge->to_node, node->id) &&
        drive(quest, to->edge, edge->length_m, to->at_m, node->best_ms, &stretch))
        offer(quest, node, &stretch, stretch.leave_ms, node->best_m + length_of(&stretch));
}

/* ---- the search ---- */

static void go_on(struct quest *quest, struct node *node)
{
    for (const struct link *link = node->links; link != NULL; link = link->next) {
        const Muster__RefRoadEdge *edge = mu_edge(quest->picture, link->edge);
        struct mu_stretch stretch;

        if (edge != NULL && edge->has_length_m &&
            drive(quest, link->edge, link->back ? edge->length_m : 0,
                  link->back ? 0 : edge->length_m, node->best_ms, &stretch))
            reach(quest, link->to, node, &stretch);
    }
}

static void search(struct quest *quest)
{
    struct mu_roads *roads = quest->roads;

    roads->searches++;
    roads->count = 0;
    if (quest->trip->from.node != NULL)
        start_at_node(quest, mu_table_find(&roads->nodes, quest->trip->from.node));
    else
        start_on_edge(quest);
    while (roads->count > 0) {
        struct front at = mu_front_pop(roads);

        if (quest->found && at.at_ms > quest->best->arrive_ms)
            return;
        if (at.at_ms > at.node->best_ms)
            continue;
        arrive(quest, at.node);
        go_on(quest, at.node);
    }
}

static bool put_last(struct mu_way *way, const struct mu_stretch *stretch)
{
    if (stretch->edge == NULL || stretch->from_m == stretch->to_m)
        return true;
    if (way->count == MU_ROUTE_EDGES_MAX)
        return false;
    way->at[way->count++] = *stretch;
    return true;
}

/* From the end back to the start, then turned round. */
static bool read_back(const struct quest *quest, struct mu_way *way)
{
    struct mu_stretch last = quest->last;

    last.from_node = quest->end == NULL ? NULL : quest->end->id;
    way->count = 0;
    if (!put_last(way, &last))
        return false;
    for (const struct node *node = quest->end; node != NULL; node = node->from)
        if (!put_last(way, &node->by))
            return false;
    for (size_t i = 0; i < way->count / 2; i++) {
        struct mu_stretch kept = way->at[i];

        way->at[i] = way->at[way->count - 1 - i];
        way->at[way->count - 1 - i] = kept;
    }
    return true;
}

bool mu_roads_way(struct mu_roads *roads, const mu_picture *picture, const struct mu_trip *trip,
                  struct mu_way *out)
{
    struct quest quest = {.roads = roads, .picture = picture, .trip = trip, .best = out};

    *out = (struct mu_way){.count = 0};
    if ((trip->from.node == NULL && trip->from.edge == NULL) ||
        (trip->to.node == NULL && trip->to.edge == NULL))
        return false;
    search(&quest);
    return quest.found && read_back(&quest, out);
}

/* ---- where things are ---- */

static bool node_in_area(const mu_picture *picture, const char *area, struct mu_spot *out)
{
    const struct mu_object *object;

    for (size_t i = 0;
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL; i++) {
        const Muster__ReferenceObject *node =
            mu_picture_reference(picture, object->id, MUSTER__OBJECT_KIND__OBJECT_KIND_NODE);

        if (node != NULL && node->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_ROAD_NODE &&
            same(node->road_node->area, area)) {
            *out = (struct mu_spot){.node = object->id};
            return true;
        }
    }
    return false;
}

static bool point_in_area(const mu_picture *picture, const char *id_or_area, struct mu_spot *out)
{
    const struct mu_object *object;

    for (size_t i = 0;
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL; i++) {
        const Muster__RefRoadEdge *edge = mu_edge(picture, object->id);

        for (size_t k = 0; edge != NULL && k < edge->n_points; k++)
            if (edge->points[k]->has_at_m && (same(edge->points[k]->area, id_or_area) ||
                                              same(edge->points[k]->object, id_or_area))) {
                *out = (struct mu_spot){.edge = object->id, .at_m = edge->points[k]->at_m};
                return true;
            }
    }
    return false;
}

bool mu_roads_spot(const mu_picture *picture, const char *id_or_area, struct mu_spot *out)
{
    const struct mu_said *head =
        id_or_area == NULL ? NULL
                           : mu_object_head(mu_picture_object(
                                 picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, id_or_area));
    const Muster__ReferenceObject *object = head == NULL ? NULL : head->event->reference_object;

    *out = (struct mu_spot){0};
    if (id_or_area == NULL)
        return false;
    if (object != NULL && object->kind == MUSTER__OBJECT_KIND__OBJECT_KIND_NODE)
        out->node = head->object->id;
    else if (object != NULL && object->node != NULL)
        out->node = object->node;
    return out->node != NULL || node_in_area(picture, id_or_area, out) ||
           point_in_area(picture, id_or_area, out);
}
