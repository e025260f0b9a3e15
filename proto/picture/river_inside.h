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

#endif
