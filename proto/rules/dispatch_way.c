/* Ways as a proposal writes them down, and which of their edges have nothing beside them. */
#include "proto/rules/dispatch_inside.h"

#include "proto/base/clock.h"

int64_t mu_minute_up(int64_t ms)
{
    return (ms + MU_MINUTE_MS - 1) / MU_MINUTE_MS * MU_MINUTE_MS;
}

/* ---- a way as it is written down ---- */

static Muster__EdgeUse *edge_use(struct mu_work *work, const struct mu_stretch *stretch)
{
    int64_t low = stretch->from_m < stretch->to_m ? stretch->from_m : stretch->to_m;
    int64_t high = stretch->from_m < stretch->to_m ? stretch->to_m : stretch->from_m;
    const Muster__RefRoadEdge *edge = mu_edge(work->judgement->picture, stretch->edge);
    bool whole = low == 0 && edge != NULL && high == edge->length_m;
    Muster__EdgeUse *use =
        mu_judge_edge(work->judgement, stretch->edge, low, whole ? MU_ENDLESS : high);

    if (stretch->from_m > stretch->to_m)
        use->has_reverse = use->reverse = true;
    return use;
}

static Muster__NodePassage *passage(struct mu_work *work, const char *node, int64_t at_ms)
{
    Muster__NodePassage *out = mu_judge_take(work->judgement, sizeof *out);

    *out = (Muster__NodePassage)MUSTER__NODE_PASSAGE__INIT;
    out->node = mu_judge_text(work->judgement, node);
    out->has_at_ms = true;
    out->at_ms = mu_minute_up(at_ms);
    return out;
}

/* Its edges, and every node it passes with the minute it is there. */
void mu_work_write_way(struct mu_work *work, const struct mu_way *way, Muster__EdgeUse ***edges,
                       size_t *edge_count, Muster__NodePassage ***passages, size_t *passage_count)
{
    Muster__EdgeUse **uses = *edges;
    Muster__NodePassage **nodes = *passages;
    size_t use_count = *edge_count, node_count = *passage_count;

    for (size_t i = 0; i < way->count; i++) {
        Muster__EdgeUse *use = edge_use(work, &way->at[i]);
        Muster__NodePassage *at;

        MU_JUDGE_PUT(work->judgement, uses, use_count, use);
        if (i == 0 && way->at[i].from_node != NULL) {
            at = passage(work, way->at[i].from_node, way->at[i].enter_ms);
            MU_JUDGE_PUT(work->judgement, nodes, node_count, at);
        }
        if (way->at[i].to_node != NULL) {
            at = passage(work, way->at[i].to_node, way->at[i].leave_ms);
            MU_JUDGE_PUT(work->judgement, nodes, node_count, at);
        }
    }
    *edges = uses;
    *edge_count = use_count;
    *passages = nodes;
    *passage_count = node_count;
}

/* ---- the only way in ---- */

static bool note_report(void *user, const struct mu_print *print)
{
    mu_work_input(user, print->said);
    return true;
}

static void note_reports(struct mu_work *work, const char *edge)
{
    mu_picture_meet(work->judgement->picture, MU_PLACE_ROAD, edge, work->judgement->now_ms,
                    MU_ENDLESS, note_report, work);
}

static bool is_only_way(struct mu_work *work, const struct mu_spot *from, const char *edge)
{
    struct mu_trip trip = {.from = *from,
                           .to = work->scene,
                           .vehicle = MUSTER__VEHICLE_CLASS__VEHICLE_CLASS_AMBULANCE,
                           .heaviest_kg = -1,
                           .leave_ms = work->depart_ms,
                           .without = edge};
    struct mu_way way;

    return !mu_roads_way(*work->judgement->roads, work->judgement->picture, &trip, &way);
}

static bool warn_of_closing(struct mu_work *work, const struct mu_stretch *stretch)
{
    int64_t low = stretch->from_m < stretch->to_m ? stretch->from_m : stretch->to_m;
    int64_t high = stretch->from_m < stretch->to_m ? stretch->to_m : stretch->from_m;
    const struct mu_print *closing =
        mu_stretch_closing(work->judgement->picture, stretch->edge, low, high, stretch->enter_ms);

    if (closing == NULL)
        return false;
    mu_work_input(work, closing->said);
    mu_work_warn(work, mu_judge_say(work->judgement, "dispatch.only_way_closes",
                                    mu_arg_edge(work->judgement, stretch->edge),
                                    mu_arg_object(work->judgement, closing->object->id),
                                    mu_arg_at(work->judgement, closing->span.start_ms), NULL));
    return true;
}

void mu_work_only_ways(struct mu_work *work, Muster__ProposedJourney *journey,
                       const struct mu_spot *from, const struct mu_way *way)
{
    char buffer[MU_ROUTE_EDGES_MAX * 32];
    struct mu_text names = mu_text(buffer, sizeof buffer);
    bool closes = false;

    for (size_t i = 0; i < way->count; i++) {
        Muster__EdgeUse *use;

        note_reports(work, way->at[i].edge);
        if (!is_only_way(work, from, way->at[i].edge))
            continue;
        use = edge_use(work, &way->at[i]);
        MU_JUDGE_PUT(work->judgement, journey->only_way, journey->n_only_way, use);
        mu_text_addf(&names, "%s%s", names.used == 0 ? "" : "-", way->at[i].edge);
        closes = warn_of_closing(work, &way->at[i]) || closes;
    }
    if (names.used > 0 && !closes)
        mu_work_warn(work, mu_judge_say(work->judgement, "dispatch.only_way",
                                        mu_arg_object(work->judgement, buffer), NULL));
}
