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

/* A stretch of a journey, as driven. */
struct mu_stretch {
    const char *edge;
    int64_t from_m, to_m;            /* from 8,000 to 0 is against the edge's direction */
    const char *from_node, *to_node; /* NULL: begins or ends between nodes */
    int64_t enter_ms, leave_ms;
};

/* A node, or a point of an edge. */
struct mu_spot {
    const char *node; /* NULL: the point */
    const char *edge;
    int64_t at_m;
};

/* What is to be driven, from a minute on. */
struct mu_trip {
    struct mu_spot from, to;
    Muster__VehicleClass vehicle;
    int64_t heaviest_kg; /* -1: any edge will do */
    int64_t leave_ms;
    const char *without; /* an edge taken for closed; NULL: none */
};

struct mu_way {
    struct mu_stretch at[MU_ROUTE_EDGES_MAX];
    size_t count;
    int64_t arrive_ms, distance_m;
};

struct mu_roads;

/* The network as the reference data have it. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_roads_new(const mu_picture *picture, struct mu_roads **out);
void mu_roads_free(struct mu_roads **roads);

/* The fastest way. False when there is none, or it is too long to offer. */
bool mu_roads_find(struct mu_roads *roads, const mu_picture *picture,
                   const struct mu_journey *journey, struct mu_route *out);

/* The way that arrives first; of equal ones the shorter. Every stretch is open, bears the vehicle and has
 * a known state at the time it is driven: what nobody knows is never taken for open. Nobody waits for a
 * road to be opened. False when there is none. Lends names of the picture. */
bool mu_roads_way(struct mu_roads *roads, const mu_picture *picture, const struct mu_trip *trip,
                  struct mu_way *out);
/* Where an area or an object is on the roads: its node, a node in that area, or a point of an edge that
 * lies in it. False when the reference data do not say. */
bool mu_roads_spot(const mu_picture *picture, const char *id_or_area, struct mu_spot *out);

/* Whether `from_m` to `to_m` can be driven by such a vehicle from `start_ms` to `end_ms`. */
bool mu_stretch_open(const mu_picture *picture, const char *edge, int64_t from_m, int64_t to_m,
                     int64_t start_ms, int64_t end_ms, Muster__VehicleClass vehicle,
                     int64_t heaviest_kg);
/* The first works from `from_ms` on that close any of the stretch; NULL: none. Lent by the picture. */
const struct mu_print *mu_stretch_closing(const mu_picture *picture, const char *edge,
                                          int64_t from_m, int64_t to_m, int64_t from_ms);

/* Time on one edge (the whole of it, or `length_m` of it when not 0); -1 when no speed is known. */
int64_t mu_edge_duration_ms(const mu_picture *picture, const char *edge,
                            Muster__VehicleClass vehicle, int64_t length_m);

/* What it bears now: by reference data or by the latest report in force; -1: no limit known. */
int64_t mu_edge_max_load_kg(const mu_picture *picture, const char *edge, int64_t start_ms,
                            int64_t end_ms);
/* Whether works or the state of the road close any of it between the two; an unknown state does. */
bool mu_edge_closed(const mu_picture *picture, const char *edge, int64_t start_ms, int64_t end_ms);

/* The edge's reference data; NULL when unknown. */
const Muster__RefRoadEdge *mu_edge(const mu_picture *picture, const char *edge);
/* What a vehicle of an operation is taken for when nobody says. */
Muster__VehicleClass mu_usual_vehicle(Muster__Activity activity);

#endif
