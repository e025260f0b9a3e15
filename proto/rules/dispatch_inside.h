/* Inside dispatch: what is being worked out for one scene. Nobody else includes this. */
#ifndef MU_RULES_DISPATCH_INSIDE_H
#define MU_RULES_DISPATCH_INSIDE_H

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
