/* The river as a graph: zones, the structures above them, and every way between the two. */
#include "proto/picture/river_inside.h"

#include <stdlib.h>
#include <string.h>

#define RIVER_BYTES_MAX ((size_t)64 << 20)

/* ---- building ---- */

struct build {
    const mu_picture *picture;
    struct mu_river *river;
    enum mu_err err;
};

/* Makes the list one longer by `item`. Room is doubled at powers of two. */
static void put(struct build *b, const void *list_at, size_t *count, const void *item)
{
    const void **list, **old;

    memcpy(&old, list_at, sizeof old);
    if ((*count & (*count - 1)) == 0) {
        list = mu_arena_take(&b->river->arena, (*count == 0 ? 1 : *count * 2) * sizeof *list);
        if (list == NULL) {
            b->err = MU_E_NO_MEMORY;
            return;
        }
        if (*count > 0)
            memcpy(list, old, *count * sizeof *list);
        old = list;
        memcpy((void *)(uintptr_t)list_at, &old, sizeof old);
    }
    old[(*count)++] = item;
}

static bool has_text(const char *const *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

static struct mu_river_zone *find_zone(const struct mu_river *river, const char *area)
{
    return area == NULL ? NULL : mu_table_find(&river->zones, area);
}

static struct mu_river_zone *make_zone(struct build *b, const char *area)
{
    struct mu_river_zone *zone = find_zone(b->river, area);

    if (zone != NULL)
        return zone;
    zone = mu_arena_take(&b->river->arena, sizeof *zone);
    if (zone == NULL || mu_table_put(&b->river->zones, area, zone) != MU_OK) {
        b->err = MU_E_NO_MEMORY;
        return NULL;
    }
    zone->area = area;
    return zone;
}

static const Muster__RefRiverChain *chain_of(const mu_picture *picture, const char *id)
{
    const Muster__ReferenceObject *object =
        id == NULL
            ? NULL
            : mu_picture_reference(picture, id, MUSTER__OBJECT_KIND__OBJECT_KIND_RIVER_CHAIN);

    return object == NULL || object->details_case != MUSTER__REFERENCE_OBJECT__DETAILS_RIVER_CHAIN
               ? NULL
               : object->river_chain;
}

static void add_way(struct build *b, const struct mu_river_way *so_far, const char *chain,
                    const Muster__ChainZone *zone, int64_t from_m)
{
    struct mu_river_way *way = mu_arena_take(&b->river->arena, sizeof *way);
    struct mu_river_zone *at = make_zone(b, zone->area);

    if (way == NULL || at == NULL) {
        b->err = MU_E_NO_MEMORY;
        return;
    }
    *way = *so_far;
    way->zone = at;
    way->reaches[way->reach_count].chain = chain;
    way->reaches[way->reach_count++].length_m = zone->distance_m - from_m;
    way->distance_m += zone->distance_m - from_m;
    put(b, &b->river->ways, &b->river->way_count, way);
    if (!has_text(at->structures, at->structure_count, way->structure))
        put(b, &at->structures, &at->structure_count, way->structure);
}

/* Follows one chain from `from_m` on, then the one it joins. A chain that joins itself is followed
 * until the bound: the reference data are at fault, and no zone is lost by it. */
static void follow_chain(struct build *b, struct mu_river_way *way, const char *id, int64_t from_m)
{
    const Muster__RefRiverChain *chain = chain_of(b->picture, id);

    if (chain == NULL || way->reach_count == MU_RIVER_REACHES_MAX)
        return;
    for (size_t i = 0; i < chain->n_zones; i++) {
        const Muster__ChainZone *zone = chain->zones[i];

        if (zone->area != NULL && zone->has_distance_m && zone->distance_m >= from_m)
            add_way(b, way, id, zone, from_m);
    }
    if (chain->joins == NULL || !chain->has_length_m || chain->length_m < from_m)
        return;
    way->reaches[way->reach_count].chain = id;
    way->reaches[way->reach_count++].length_m = chain->length_m - from_m;
    way->distance_m += chain->length_m - from_m;
    follow_chain(b, way, chain->joins, chain->has_joins_at_m ? chain->joins_at_m : 0);
}

static void add_chains(struct build *b)
{
    const struct mu_object *object;

    for (size_t i = 0;
         (object = mu_picture_at(b->picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL;
         i++) {
        const Muster__RefRiverChain *chain = chain_of(b->picture, object->id);
        struct mu_river_way way = {0};

        if (chain == NULL)
            continue;
        for (size_t k = 0; k < chain->n_zones; k++)
            if (chain->zones[k]->area != NULL)
                make_zone(b, chain->zones[k]->area);
        if ((way.structure = chain->structure) != NULL)
            follow_chain(b, &way, object->id, 0);
    }
}

/* ---- what lies in the zones ---- */

static void add_node(struct build *b, const char *area, const char *node)
{
    struct mu_river_zone *zone = find_zone(b->river, area);

    if (zone != NULL && node != NULL && !has_text(zone->nodes, zone->node_count, node))
        put(b, &zone->nodes, &zone->node_count, node);
}

static void add_chain_places(struct build *b, const Muster__RefRiverChain *chain)
{
    for (size_t i = 0; i < chain->n_zones; i++) {
        struct mu_river_zone *zone = find_zone(b->river, chain->zones[i]->area);

        add_node(b, chain->zones[i]->area, chain->zones[i]->node);
        for (size_t k = 0; zone != NULL && k < chain->zones[i]->n_edges; k++)
            if (chain->zones[i]->edges[k]->edge != NULL)
                put(b, &zone->edges, &zone->edge_count, chain->zones[i]->edges[k]);
    }
}

/* A bridge or a village marked on an edge lies in the zone at its mark. */
static void add_edge_points(struct build *b, const char *id, const Muster__RefRoadEdge *edge)
{
    for (size_t i = 0; i < edge->n_points; i++) {
        struct mu_river_zone *zone = find_zone(b->river, edge->points[i]->river_zone);
        Muster__EdgeUse *use;

        if (zone == NULL || !edge->points[i]->has_at_m)
            continue;
        if ((use = mu_arena_take(&b->river->arena, sizeof *use)) == NULL) {
            b->err = MU_E_NO_MEMORY;
            return;
        }
        *use = (Muster__EdgeUse)MUSTER__EDGE_USE__INIT;
        use->edge = (char *)(uintptr_t)id;
        use->has_from_m = use->has_to_m = true;
        use->from_m = use->to_m = edge->points[i]->at_m;
        put(b, &zone->edges, &zone->edge_count, use);
    }
}

/* Whoever drives such an edge passes the zone, whether or not he says when. */
static void add_ways_through(struct build *b, const char *id, const Muster__RefRoadEdge *edge)
{
    for (size_t i = 0; i < b->river->zones.count; i++) {
        struct mu_river_zone *zone = b->river->zones.rows[i].value;

        if ((edge->from_node != NULL && has_text(zone->nodes, zone->node_count, edge->from_node)) ||
            (edge->to_node != NULL && has_text(zone->nodes, zone->node_count, edge->to_node)))
            put(b, &zone->ways_through, &zone->way_through_count, id);
    }
}

static void add_roads(struct build *b)
{
    const struct mu_object *at;

    for (size_t i = 0;
         (at = mu_picture_at(b->picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL; i++) {
        const Muster__ReferenceObject *object =
            mu_picture_reference(b->picture, at->id, MUSTER__OBJECT_KIND__OBJECT_KIND_ROAD_EDGE);

        if (object != NULL && object->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_ROAD_EDGE)
            add_ways_through(b, at->id, object->road_edge);
    }
}

static void add_shelter(struct build *b, const char *id, const char *area)
{
    struct mu_river_zone *zone = find_zone(b->river, area);

    if (zone != NULL)
        put(b, &zone->shelters, &zone->shelter_count, id);
}

static void add_places(struct build *b)
{
    const struct mu_object *at;

    for (size_t i = 0;
         (at = mu_picture_at(b->picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL; i++) {
        const struct mu_said *head = mu_object_head(at);
        const Muster__ReferenceObject *object = head == NULL ? NULL : head->event->reference_object;

        if (object == NULL || (object->has_retired && object->retired))
            continue;
        if (object->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_RIVER_CHAIN)
            add_chain_places(b, object->river_chain);
        else if (object->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_ROAD_EDGE)
            add_edge_points(b, at->id, object->road_edge);
        else if (object->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_ROAD_NODE)
            add_node(b, object->road_node->river_zone, at->id);
        if (object->kind == MUSTER__OBJECT_KIND__OBJECT_KIND_SHELTER)
            add_shelter(b, at->id, object->river_zone);
    }
}

static int by_way(const void *a, const void *b)
{
    const struct mu_river_way *one = *(const struct mu_river_way *const *)a;
    const struct mu_river_way *two = *(const struct mu_river_way *const *)b;
    int order = strcmp(one->structure, two->structure);

    if (order != 0)
        return order;
    if (one->zone != two->zone)
        return one->near_m != two->near_m ? (one->near_m < two->near_m ? -1 : 1)
                                          : strcmp(one->zone->area, two->zone->area);
    return (one->distance_m > two->distance_m) - (one->distance_m < two->distance_m);
}

/* Several ways to one zone stand together where the shortest of them puts it. */
static enum mu_err sort_ways(struct mu_river *river)
{
    for (size_t i = 0; i < river->way_count; i++) {
        river->ways[i]->near_m = river->ways[i]->distance_m;
        for (size_t k = 0; k < river->way_count; k++)
            if (river->ways[k]->zone == river->ways[i]->zone &&
                strcmp(river->ways[k]->structure, river->ways[i]->structure) == 0 &&
                river->ways[k]->distance_m < river->ways[i]->near_m)
                river->ways[i]->near_m = river->ways[k]->distance_m;
    }
    if (river->way_count > 1)
        qsort(river->ways, river->way_count, sizeof *river->ways, by_way);
    river->sorted = mu_arena_take(&river->arena, (river->way_count + 1) * sizeof *river->sorted);
    if (river->sorted == NULL)
        return MU_E_NO_MEMORY;
    for (size_t i = 0; i < river->way_count; i++)
        river->sorted[i] = *river->ways[i];
    return MU_OK;
}

enum mu_err mu_river_new(const mu_picture *picture, struct mu_river **out)
{
    struct build b = {picture, calloc(1, sizeof *b.river), MU_OK};

    *out = NULL;
    if (b.river == NULL)
        return MU_E_NO_MEMORY;
    b.river->arena = mu_arena_make(RIVER_BYTES_MAX);
    add_chains(&b);
    if (b.err == MU_OK)
        add_places(&b);
    if (b.err == MU_OK)
        add_roads(&b);
    if (b.err == MU_OK)
        b.err = sort_ways(b.river);
    if (b.err != MU_OK) {
        mu_river_free(&b.river);
        return b.err;
    }
    *out = b.river;
    return MU_OK;
}

void mu_river_free(struct mu_river **river)
{
    struct mu_river *old = *river;

    *river = NULL;
    if (old == NULL)
        return;
    mu_table_free(&old->zones);
    mu_arena_free(&old->arena);
    free(old);
}

/* ---- asking ---- */

const struct mu_river_zone *mu_river_zone(const struct mu_river *river, size_t index)
{
    return mu_table_at((struct mu_table *)(uintptr_t)&river->zones, index);
}

const struct mu_river_zone *mu_river_zone_of(const struct mu_river *river, const char *area)
{
    return find_zone(river, area);
}

const struct mu_river_way *mu_river_ways(const struct mu_river *river, const char *structure,
                                         size_t *count)
{
    const struct mu_river_way *first = NULL;

    *count = 0;
    for (size_t i = 0; structure != NULL && i < river->way_count; i++) {
        if (strcmp(river->sorted[i].structure, structure) != 0)
            continue;
        if (first == NULL)
            first = &river->sorted[i];
        (*count)++;
    }
    return first;
}
