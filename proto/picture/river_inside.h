/* Inside the river: how it is kept. Nobody else includes this. */
#ifndef MU_PICTURE_RIVER_INSIDE_H
#define MU_PICTURE_RIVER_INSIDE_H

#include "proto/base/arena.h"
#include "proto/picture/river.h"
#include "proto/picture/table.h"

struct mu_river {
    mu_arena arena;
    struct mu_table zones;      /* area to struct mu_river_zone */
    struct mu_river_way **ways; /* as found, then sorted */
    size_t way_count;
    struct mu_river_way *sorted; /* the same, one after the other */
};

struct mu_travel {
    bool known;
    int64_t fast_ms, slow_ms;
};

/* From `from_m` to `to_m` of a way, for a flow; < 0: not stated. */
struct mu_travel mu_way_travel(const mu_picture *picture, const struct mu_river_way *way,
                               int64_t from_m, int64_t to_m, int64_t milli_m3s);
/* When a step's flow ends at the structure: by its duration, by the next step, by the operation. */
int64_t mu_step_ends_ms(const Muster__DamOperation *dam, size_t index, int64_t stopped_ms);
int64_t mu_step_flow(const Muster__DamStep *step); /* milli m3/s; -1: not stated */

#endif
