#include "proto/authority/lanes.h"

#include <stdlib.h>

#define ROOM_FIRST 64u

struct mu_lane_mark {
    struct mu_agent_id agent;
    uint64_t instance;
    uint8_t lane;
    bool leaf_unknown;
    uint64_t sequence; /* last one seen; 0: empty slot */
    struct mu_hash leaf;
};

enum mu_err mu_lanes_make(struct mu_lanes *lanes)
{
    *lanes = (struct mu_lanes){.room = ROOM_FIRST};
    lanes->marks = calloc(lanes->room, sizeof *lanes->marks);
    return lanes->marks == NULL ? MU_E_NO_MEMORY : MU_OK;
}

void mu_lanes_free(struct mu_lanes *lanes)
{
    free(lanes->marks);
    *lanes = (struct mu_lanes){0};
}

static uint64_t spread(const struct mu_seal *seal)
{
    uint64_t hash = mu_get_u64(seal->agent.b) ^ (seal->instance * 4 + seal->lane);

    hash *= UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

static struct mu_lane_mark *find_mark(struct mu_lane_mark *marks, size_t room,
                                      const struct mu_seal *seal)
{
    size_t at = (size_t)(spread(seal) & (room - 1));

    while (marks[at].sequence != 0) {
        if (marks[at].instance == seal->instance && marks[at].lane == seal->lane &&
            mu_agent_id_equal(&marks[at].agent, &seal->agent))
            break;
        at = (at + 1) & (room - 1);
    }
    return &marks[at];
}

static enum mu_err grow(struct mu_lanes *lanes)
{
    size_t room = lanes->room * 2;
    struct mu_lane_mark *marks = calloc(room, sizeof *marks);

    if (marks == NULL)
        return MU_E_NO_MEMORY;
    for (size_t i = 0; i < lanes->room; i++) {
        const struct mu_lane_mark *old = &lanes->marks[i];
        struct mu_seal key = {.agent = old->agent, .instance = old->instance, .lane = old->lane};

        if (old->sequence != 0)
            *find_mark(marks, room, &key) = *old;
    }
    free(lanes->marks);
    lanes->marks = marks;
    lanes->room = room;
    return MU_OK;
}

static bool goes_on(const struct mu_lane_mark *mark, const struct mu_seal *seal, bool gaps)
{
    if (seal->first_sequence == mark->sequence + 1)
        return mark->leaf_unknown || mu_hash_equal(&seal->previous, &mark->leaf);
    return gaps && seal->first_sequence > mark->sequence;
}

enum mu_err mu_lanes_continue(struct mu_lanes *lanes, const struct mu_seal *seal,
                              const struct mu_hash *last_leaf, bool gaps, bool *continues)
{
    uint64_t last = seal->first_sequence + seal->count - 1;
    struct mu_lane_mark *mark;

    if (lanes->count * 2 >= lanes->room && grow(lanes) != MU_OK)
        return MU_E_NO_MEMORY;
    mark = find_mark(lanes->marks, lanes->room, seal);
    *continues = goes_on(mark, seal, gaps);
    if (last <= mark->sequence)
        return MU_OK;
    if (mark->sequence == 0)
        lanes->count++;
    *mark = (struct mu_lane_mark){.agent = seal->agent,
                                  .instance = seal->instance,
                                  .lane = seal->lane,
                                  .leaf_unknown = last_leaf == NULL,
                                  .sequence = last};
    if (last_leaf != NULL)
        mark->leaf = *last_leaf;
    return MU_OK;
}
