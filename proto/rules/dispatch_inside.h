/* Inside dispatch: what is being worked out for one scene. Nobody else includes this. */
#ifndef MU_RULES_DISPATCH_INSIDE_H
#define MU_RULES_DISPATCH_INSIDE_H

#include "proto/rules/ambulances.h"
#include "proto/rules/judge.h"
#include "proto/rules/roads.h"

struct mu_work {
    struct mu_judgement *judgement;
    const struct mu_object *casualty;
    const struct mu_said *head;
    struct mu_spot scene;
    int64_t depart_ms, on_scene_ms;
    Muster__DispatchProposal *out;
};

/* Where the scene is on the roads. False: nobody has said so. */
bool mu_work_find_scene(struct mu_work *work);

/* Ambulances proposed to scenes that were recorded before this one, and not yet sent. */
struct mu_hold_of_scene {
    const char *hospital, *scene;
    uint32_t ambulances;
};
struct mu_held {
    struct mu_hold_of_scene *at;
    size_t count;
};
struct mu_held mu_work_held(struct mu_work *work);
uint32_t mu_held_of(const struct mu_held *held, const char *hospital);
/* That `twice` of the hospital's are proposed here although others hold them. */
void mu_held_warn(struct mu_work *work, const struct mu_held *held, const char *hospital,
                  uint32_t twice);

int64_t mu_minute_up(int64_t ms);

/* Once, however many journeys it concerns. */
void mu_work_warn(struct mu_work *work, Muster__Sentence *sentence);
/* A statement the proposal rests on. */
void mu_work_input(struct mu_work *work, const struct mu_said *said);

/* The way's edges, and every node it passes with the minute it is there. */
void mu_work_write_way(struct mu_work *work, const struct mu_way *way, Muster__EdgeUse ***edges,
                       size_t *edge_count, Muster__NodePassage ***passages, size_t *passage_count);
/* Edges of the way without which there is none; warned of, with the works that will close one of them. */
void mu_work_only_ways(struct mu_work *work, Muster__ProposedJourney *journey,
                       const struct mu_spot *from, const struct mu_way *way);

#endif
