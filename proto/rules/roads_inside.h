/* Inside the roads: the network and the front of a search. Nobody else includes this. */
#ifndef MU_RULES_ROADS_INSIDE_H
#define MU_RULES_ROADS_INSIDE_H

#include "proto/base/arena.h"
#include "proto/picture/table.h"
#include "proto/rules/roads.h"

struct link {
    const char *edge;
    struct node *to;
    struct link *next;
    bool back; /* against the edge's direction */
};

struct node {
    const char *id;
    struct link *links;
    uint64_t search; /* in which it was last reached */
    int64_t best_ms;
    const char *by_edge;
    struct node *from;

    /* Of a search for a way in time (way.c) only. */
    int64_t best_m;
    struct mu_stretch by;
};

/* A node to go on from; the same node again, more cheaply, is simply put in again. */
struct front {
    int64_t at_ms;
    uint64_t order;
    struct node *node;
};

struct mu_roads {
    mu_arena arena;
    struct mu_table nodes;
    uint64_t searches;
    struct front *heap;
    size_t count, room;
    uint64_t order;
};

/* False when memory is out. */
bool mu_front_push(struct mu_roads *roads, int64_t at_ms, struct node *node);
struct front mu_front_pop(struct mu_roads *roads);

#endif
