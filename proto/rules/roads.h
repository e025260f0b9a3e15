/* The way round: fastest routes over the reference network, at the speeds it states. */
#ifndef MU_RULES_ROADS_H
#define MU_RULES_ROADS_H

#include "proto/picture/picture.h"

/* Longer ways round are not offered to people in a flood. */
#define MU_ROUTE_EDGES_MAX 24u

struct mu_route {
    const char *edges[MU_ROUTE_EDGES_MAX];
    size_t count;
    int64_t duration_ms;
    int64_t distance_m;
    const char *weakest; /* the edge that bears least; NULL: none is limited */
    int64_t max_load_kg; /* of it */
};

/* What is to be driven. */
struct mu_journey {
    const char *from_node, *to_node;
    Muster__VehicleClass vehicle;
    int64_t heaviest_kg;      /* -1: any edge will do */
    int64_t start_ms, end_ms; /* edges closed in this time are no way */
};

struct mu_roads;

/* The network as the reference data have it. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_roads_new(const mu_picture *picture, struct mu_roads **out);
void mu_roads_free(struct mu_roads **roads);

/* The fastest way. False when there is none, or it is too long to offer. */
bool mu_roads_find(struct mu_roads *roads, const mu_picture *picture,
                   const struct mu_journey *journey, struct mu_route *out);

/* Time on one edge (the whole of it, or `length_m` of it when not 0); -1 when no speed is known. */
int64_t mu_edge_duration_ms(const mu_picture *picture, const char *edge,
                            Muster__VehicleClass vehicle, int64_t length_m);

/* What it bears now: by reference data or by the latest report in force; -1: no limit known. */
int64_t mu_edge_max_load_kg(const mu_picture *picture, const char *edge, int64_t start_ms,
                            int64_t end_ms);
/* Whether works or the state of the road close any of it between the two. */
bool mu_edge_closed(const mu_picture *picture, const char *edge, int64_t start_ms, int64_t end_ms);

/* The edge's reference data; NULL when unknown. */
const Muster__RefRoadEdge *mu_edge(const mu_picture *picture, const char *edge);
/* What a vehicle of an operation is taken for when nobody says. */
Muster__VehicleClass mu_usual_vehicle(Muster__Activity activity);

#endif
