/* Where water goes when a structure lets it out, and when: bounds, never one number.
 *
 * The river is a graph made of the reference data: a chain leads from a structure past its zones; a
 * tributary's chain joins another, and reaches the zones below the confluence at that chain's speeds.
 * So a zone may lie below several structures, and below one of them in more than one way.
 *
 * Travel times come from travel tables, per discharge class and reach. What no table covers is not
 * known: such an arrival says so, and whoever reads it must not take it for "never" or for "at once".
 * Integer arithmetic; the earliest rounded down and the latest rounded up, to the minute.
 */
#ifndef MU_PICTURE_RIVER_H
#define MU_PICTURE_RIVER_H

#include "proto/picture/picture.h"

/* A confluence of a confluence: no river system of a county is deeper. */
#define MU_RIVER_REACHES_MAX 8u

struct mu_river;

/* A zone people and works are in. Lent by the river. */
struct mu_river_zone {
    const char *area;
    const char **nodes; /* where journeys meet it */
    size_t node_count;
    const Muster__EdgeUse **edges; /* stretches of road in it */
    size_t edge_count;
    const char **ways_through; /* edges that begin or end at one of the nodes */
    size_t way_through_count;
    const char **shelters; /* that stand in it */
    size_t shelter_count;
    const char **structures; /* above it */
    size_t structure_count;
};

/* One way from a structure to a zone. */
struct mu_river_way {
    const char *structure;
    const struct mu_river_zone *zone;
    struct {
        const char *chain;
        int64_t length_m;
    } reaches[MU_RIVER_REACHES_MAX];
    size_t reach_count;
    int64_t distance_m;
    int64_t near_m; /* of the shortest way between the two */
};

/* The river as the reference data have it; lent strings are the picture's. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_river_new(const mu_picture *picture, struct mu_river **out);
void mu_river_free(struct mu_river **river);

/* The index-th zone in order of area; NULL past the end. */
const struct mu_river_zone *mu_river_zone(const struct mu_river *river, size_t index);
/* The zone of exactly that area; NULL when it is none. */
const struct mu_river_zone *mu_river_zone_of(const struct mu_river *river, const char *area);
/* All ways from a structure, nearest zone first; several to one zone stand together. */
const struct mu_river_way *mu_river_ways(const struct mu_river *river, const char *structure,
                                         size_t *count);

/* ---- a dam operation ---- */

/* When it was called off, held or ended, by the last word about the version that stands: steps from
 * then on do not happen. MU_ENDLESS when it was not. */
int64_t mu_release_stopped_ms(const struct mu_object *operation);

/* Water of one step in one zone. */
struct mu_arrival {
    const struct mu_river_zone *zone;
    uint32_t step;                  /* 1 is the first */
    int64_t from_ms;                /* leaves the structure */
    bool known;                     /* else only from_ms is: no class or no table covers it */
    int64_t earliest_ms, latest_ms; /* whole minutes */
    int64_t alone_ms;   /* `earliest_ms` without what it meets; 0 where nobody asked for that */
    int64_t until_ms;   /* latest end of the flow there; MU_ENDLESS: not known */
    int64_t distance_m; /* of the shortest way */
    const char *discharge_class; /* of the last reach; NULL: not known */
    const char *basis;           /* the data it rests on; NULL: not named */
    bool rises; /* it lets out more than flowed before: else it is nobody's danger */
    bool flows; /* it lets out more than before the operation */
    struct {
        const struct mu_said
            *said;           /* another release whose water it meets on the way; NULL: none */
        int64_t milli_m3s;   /* of all that meet */
        bool known;          /* whether a class covers that */
        int64_t earliest_ms; /* with it: `earliest_ms` when it is no sooner */
        int64_t heard_ms;    /* the minute the last word about it came */
    } meets;                 /* filled by mu_release_meets */
};

/* Calls back for each step that stands in each zone it reaches, nearest zone first, steps in order,
 * until it returns false. */
void mu_release_arrivals(const mu_picture *picture, const struct mu_river *river,
                         const struct mu_object *operation,
                         bool (*found)(void *user, const struct mu_arrival *arrival), void *user);
/* The same for steps of versions before the one that stands which had left when that was said and which it does not
 * tell of itself: their water is on its way all the same. `step` is 0. */
void mu_release_under_way(const mu_picture *picture, const struct mu_river *river,
                          const struct mu_object *operation,
                          bool (*found)(void *user, const struct mu_arrival *arrival), void *user);
/* Whether the front of that step runs into water other structures let out, on the part of the way both take, and how
 * early it may then be in its zone: from there on by the class of all that flows together. */
void mu_release_meets(const mu_picture *picture, const struct mu_river *river,
                      const struct mu_object *operation, struct mu_arrival *arrival);
/* The same as mu_release_arrivals for any version of it, whether or not it stands. */
void mu_release_arrivals_of(const mu_picture *picture, const struct mu_river *river,
                            const struct mu_said *version,
                            bool (*found)(void *user, const struct mu_arrival *arrival),
                            void *user);

/* Longest a structure's water can be under way to any zone: operations that ended earlier reach
 * nobody any more. */
int64_t mu_river_longest_ms(const mu_picture *picture, const struct mu_river *river,
                            const char *structure);

#endif
