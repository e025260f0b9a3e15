/* The network, and Dijkstra's way through it. */
#include "proto/rules/roads_inside.h"

#include <stdlib.h>

/* ---- making it ---- */

static struct node *find_node(struct mu_roads *roads, const char *id)
{
    struct node *node = mu_table_find(&roads->nodes, id);

    if (node != NULL)
        return node;
    if ((node = mu_arena_take(&roads->arena, sizeof *node)) == NULL)
        return NULL;
    node->id = id;
    return mu_table_put(&roads->nodes, id, node) == MU_OK ? node : NULL;
}

static enum mu_err add_link(struct mu_roads *roads, const char *edge, struct node *from,
                            struct node *to, bool back)
{
    struct link *link = mu_arena_take(&roads->arena, sizeof *link);

    if (link == NULL || from == NULL || to == NULL)
        return MU_E_NO_MEMORY;
    *link = (struct link){edge, to, from->links, back};
    from->links = link;
    return MU_OK;
}

static enum mu_err add_edge(struct mu_roads *roads, const char *id, const Muster__RefRoadEdge *edge)
{
    struct node *from, *to;
    enum mu_err err;

    if (edge == NULL || edge->from_node == NULL || edge->to_node == NULL)
        return MU_OK;
    from = find_node(roads, edge->from_node);
    to = find_node(roads, edge->to_node);
    if ((err = add_link(roads, id, from, to, false)) != MU_OK)
        return err;
    return add_link(roads, id, to, from, true);
}

enum mu_err mu_roads_new(const mu_picture *picture, struct mu_roads **out)
{
    struct mu_roads *roads = calloc(1, sizeof *roads);
    const struct mu_object *object;
    enum mu_err err = roads == NULL ? MU_E_NO_MEMORY : MU_OK;

    if (roads != NULL)
        roads->arena = mu_arena_make(SIZE_MAX / 4);
    for (size_t i = 0;
         err == MU_OK &&
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL;
         i++)
        err = add_edge(roads, object->id, mu_edge(picture, object->id));
    if (err != MU_OK)
        mu_roads_free(&roads);
    *out = roads;
    return err;
}

void mu_roads_free(struct mu_roads **roads)
{
    struct mu_roads *old = *roads;

    *roads = NULL;
    if (old == NULL)
        return;
    mu_table_free(&old->nodes);
    mu_arena_free(&old->arena);
    free(old->heap);
    free(old);
}

/* ---- the front: a heap by time ---- */

static bool sooner(const struct front *a, const struct front *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void swap(struct front *a, struct front *b)
{
    struct front kept = *a;

    *a = *b;
    *b = kept;
}

bool mu_front_push(struct mu_roads *roads, int64_t at_ms, struct node *node)
{
    size_t room = roads->room == 0 ? 64 : roads->room * 2;
    struct front *heap = roads->heap;
    size_t at = roads->count;

    if (roads->count == roads->room) {
        if ((heap = realloc(heap, room * sizeof *heap)) == NULL)
            return false;
        roads->heap = heap;
        roads->room = room;
    }
    roads->heap[roads->count++] = (struct front){at_ms, ++roads->order, node};
    for (; at > 0 && sooner(&roads->heap[at], &roads->heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&roads->heap[at], &roads->heap[(at - 1) / 2]);
    return true;
}

struct front mu_front_pop(struct mu_roads *roads)
{
    struct front first = roads->heap[0];
    size_t at = 0;

    roads->heap[0] = roads->heap[--roads->count];
    for (;;) {
        size_t next = 2 * at + 1;

        if (next + 1 < roads->count && sooner(&roads->heap[next + 1], &roads->heap[next]))
            next++;
        if (next >= roads->count || !sooner(&roads->heap[next], &roads->heap[at]))
            return first;
        swap(&roads->heap[at], &roads->heap[next]);
        at = next;
    }
}

/* ---- searching ---- */

static bool bears(const mu_picture *picture, const struct mu_journey *journey, const char *edge)
{
    int64_t load = mu_edge_max_load_kg(picture, edge, journey->start_ms, journey->end_ms);

    return journey->heaviest_kg < 0 || load < 0 || journey->heaviest_kg <= load;
}

static void reach(struct mu_roads *roads, const mu_picture *picture,
                  const struct mu_journey *journey, struct front *at, const struct link *link)
{
    int64_t duration_ms = mu_edge_duration_ms(picture, link->edge, journey->vehicle, 0);
    struct node *to = link->to;

    if (duration_ms < 0 || !bears(picture, journey, link->edge) ||
        mu_edge_closed(picture, link->edge, journey->start_ms, journey->end_ms))
        return;
    if (to->search == roads->searches && to->best_ms <= at->at_ms + duration_ms)
        return;
    to->search = roads->searches;
    to->best_ms = at->at_ms + duration_ms;
    to->by_edge = link->edge;
    to->from = at->node;
    (void)mu_front_push(roads, to->best_ms, to);
}

/* From the goal back to the start, then turned round. */
static bool read_back(const mu_picture *picture, const struct mu_journey *journey,
                      const struct node *start, const struct node *goal, struct mu_route *out)
{
    *out = (struct mu_route){.duration_ms = goal->best_ms, .max_load_kg = -1};
    for (const struct node *node = goal; node != start; node = node->from) {
        int64_t load =
            mu_edge_max_load_kg(picture, node->by_edge, journey->start_ms, journey->end_ms);

        if (out->count == MU_ROUTE_EDGES_MAX)
            return false;
        out->edges[out->count++] = node->by_edge;
        out->distance_m += mu_edge(picture, node->by_edge)->length_m;
        if (load >= 0 && (out->max_load_kg < 0 || load < out->max_load_kg)) {
            out->max_load_kg = load;
            out->weakest = node->by_edge;
        }
    }
    for (size_t i = 0; i < out->count / 2; i++) {
        const char *edge = out->edges[i];

        out->edges[i] = out->edges[out->count - 1 - i];
        out->edges[out->count - 1 - i] = edge;
    }
    return true;
}

bool mu_roads_find(struct mu_roads *roads, const mu_picture *picture,
                   const struct mu_journey *journey, struct mu_route *out)
{
    struct node *start = mu_table_find(&roads->nodes, journey->from_node);
    struct node *goal = mu_table_find(&roads->nodes, journey->to_node);

    if (start == NULL || goal == NULL)
        return false;
    roads->searches++;
    roads->count = 0;
    start->search = roads->searches;
    start->best_ms = 0;
    if (!mu_front_push(roads, 0, start))
        return false;
    while (roads->count > 0) {
        struct front at = mu_front_pop(roads);

        if (at.node == goal)
            return read_back(picture, journey, start, goal, out);
        if (at.at_ms > at.node->best_ms)
            continue;
        for (const struct link *link = at.node->links; link != NULL; link = link->next)
            reach(roads, picture, journey, &at, link);
    }
    return false;
}
