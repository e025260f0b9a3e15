/* C02 by the state of a road: whoever is to use an edge that is closed, destroyed or too weak for his
 * vehicles. Each owner of movements decides about his own: one place, as many cards as owners.
 */
#include "proto/rules/works.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/limits.h"

struct stop {
    const struct mu_print *movement;
    const struct mu_print *road; /* the report in force; NULL: the reference data say so */
    int64_t start_ms, end_ms;
    int64_t max_load_kg; /* -1: closed */
};

struct search {
    struct mu_judgement *judgement;
    const struct mu_print *reports[64];
    size_t report_count;
    const struct mu_print *movement;
    struct stop *stops;
    size_t count;
};

static bool take_report(void *user, const struct mu_print *print)
{
    struct search *search = user;

    search->judgement->looked++;
    if (search->report_count < sizeof search->reports / sizeof search->reports[0])
        search->reports[search->report_count++] = print;
    return true;
}

static bool newer(const struct mu_print *a, const struct mu_print *b)
{
    if (a->said->as_of_ms != b->said->as_of_ms)
        return a->said->as_of_ms > b->said->as_of_ms;
    return a->said->number > b->said->number;
}

static bool in_force(const struct search *search, const struct mu_print *report)
{
    for (size_t i = 0; i < search->report_count; i++)
        if (search->reports[i] != report && newer(search->reports[i], report) &&
            search->reports[i]->from_m <= report->from_m &&
            search->reports[i]->to_m >= report->to_m)
            return false;
    return true;
}

static bool share_ground(const struct mu_print *a, const struct mu_print *b)
{
    if (a->from_m == a->to_m || b->from_m == b->to_m)
        return a->from_m <= b->to_m && b->from_m <= a->to_m;
    return a->from_m < b->to_m && b->from_m < a->to_m;
}

static bool class_refused(const Muster__Road *road, Muster__VehicleClass vehicle)
{
    if (road->n_only_classes == 0 || vehicle == 0)
        return false;
    for (size_t i = 0; i < road->n_only_classes; i++)
        if (road->only_classes[i] == vehicle)
            return false;
    return true;
}

static bool is_closed(const struct mu_print *report, Muster__VehicleClass vehicle)
{
    return report->effect == MUSTER__EDGE_EFFECT__EDGE_EFFECT_CLOSES ||
           class_refused(report->said->event->road, vehicle);
}

static void add_stop(struct search *search, const struct mu_print *movement,
                     const struct mu_print *road, int64_t max_load_kg)
{
    struct stop stop = {movement, road, movement->span.start_ms, movement->span.end_ms,
                        max_load_kg};

    if (road != NULL && road->span.start_ms > stop.start_ms)
        stop.start_ms = road->span.start_ms;
    if (road != NULL && road->span.end_ms < stop.end_ms)
        stop.end_ms = road->span.end_ms;
    if (stop.end_ms > search->judgement->now_ms && stop.start_ms < stop.end_ms)
        MU_JUDGE_APPEND(search->judgement, search->stops, search->count, stop);
}

/* Works that stand on a road put their machines on it: only its strength concerns them. */
static bool passes(const struct mu_print *print)
{
    return print->effect == MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES;
}

static void check_reports(struct search *search, const struct mu_print *movement)
{
    for (size_t i = 0; i < search->report_count; i++) {
        const struct mu_print *report = search->reports[i];
        const Muster__Road *road = report->said->event->road;

        if (!in_force(search, report) || !share_ground(report, movement))
            continue;
        if (passes(movement) && is_closed(report, movement->vehicle))
            add_stop(search, movement, report, -1);
        else if (road->has_max_load_kg && movement->heaviest_kg > road->max_load_kg)
            add_stop(search, movement, report, road->max_load_kg);
    }
}

static bool take_movement(void *user, const struct mu_print *print)
{
    struct search *search = user;
    const Muster__RefRoadEdge *edge = mu_edge(search->judgement->picture, print->place);

    search->judgement->looked++;
    check_reports(search, print);
    if (edge != NULL && edge->has_max_load_kg && print->heaviest_kg > edge->max_load_kg)
        add_stop(search, print, NULL, edge->max_load_kg);
    return true;
}

static int by_owner(const void *a, const void *b)
{
    const struct stop *one = a, *two = b;
    const struct mu_said *first = one->movement->said, *second = two->movement->said;
    int order = strcmp(first->event->envelope->agency, second->event->envelope->agency);

    if (order == 0)
        order = strcmp(one->movement->object->id, two->movement->object->id);
    if (order != 0)
        return order;
    return one->start_ms < two->start_ms ? -1 : one->start_ms > two->start_ms;
}

static void say_headline(struct mu_judgement *judgement, struct mu_draft *draft,
                         const struct stop *stop, const char *others)
{
    Muster__Argument *edge = mu_arg_edge(judgement, judgement->id);

    if (stop->max_load_kg < 0 && stop->road != NULL)
        draft->finding->headline = mu_judge_say(judgement, "c02.road_closed", edge,
                                                mu_arg_at(judgement, stop->road->span.start_ms),
                                                mu_arg_object(judgement, others), NULL);
    else
        draft->finding->headline = mu_judge_say(
            judgement, "c02.too_heavy", edge,
            mu_arg_number(judgement, stop->max_load_kg, MUSTER__MEASURE__MEASURE_KILOGRAM),
            mu_arg_object(judgement, others),
            mu_arg_number(judgement, stop->movement->heaviest_kg,
                          MUSTER__MEASURE__MEASURE_KILOGRAM),
            NULL);
}

static void add_stop_line(struct mu_judgement *judgement, struct mu_draft *draft,
                          const struct stop *stop)
{
    Muster__Finding *finding = draft->finding;
    const char *id = stop->movement->object->id;
    Muster__FindingLine *line = mu_draft_line(judgement, draft, id);
    int64_t known_ms = mu_minute(stop->movement->said->accepted_at_ms);
    int64_t due_ms;

    if (stop->road != NULL && mu_minute(stop->road->said->accepted_at_ms) > known_ms)
        known_ms = mu_minute(stop->road->said->accepted_at_ms);
    due_ms = stop->start_ms > known_ms ? stop->start_ms : known_ms;
    line->ref = mu_judge_ref(judgement, stop->movement->said);
    line->agency = mu_judge_text(judgement, stop->movement->said->event->envelope->agency);
    if (!line->has_earliest_at_ms || stop->start_ms < line->earliest_at_ms)
        line->earliest_at_ms = stop->start_ms;
    if (!line->has_latest_at_ms || stop->end_ms > line->latest_at_ms)
        line->latest_at_ms = stop->end_ms;
    line->has_earliest_at_ms = line->has_latest_at_ms = true;
    line->text =
        mu_judge_say(judgement, "works.line", mu_arg_object(judgement, id),
                     mu_arg_edge(judgement, judgement->id),
                     mu_arg_window(judgement, line->earliest_at_ms, line->latest_at_ms), NULL);
    if (!finding->has_decide_by_ms || due_ms < finding->decide_by_ms)
        finding->decide_by_ms = due_ms;
    finding->has_decide_by_ms = true;
    if (stop->end_ms == MU_ENDLESS)
        return;
    if (!finding->has_wake_at_ms || stop->end_ms < finding->wake_at_ms)
        finding->wake_at_ms = stop->end_ms;
    finding->has_wake_at_ms = true;
}

static char *names_of(struct mu_judgement *judgement, const struct stop *stops, size_t count)
{
    char buffer[512];
    struct mu_text text = mu_text(buffer, sizeof buffer);
    const char *last = "";

    for (size_t i = 0; i < count; i++) {
        const char *id = stops[i].movement->object->id;

        if (strcmp(id, last) == 0)
            continue;
        mu_text_add(&text, *last == '\0' ? "" : ", ");
        mu_text_add(&text, id);
        last = id;
    }
    return mu_judge_text(judgement, buffer);
}

/* The stops of one owner, one card. */
static void draft_owner(struct mu_judgement *judgement, const struct stop *stops, size_t count)
{
    const struct mu_said *lead =
        stops[0].road != NULL ? stops[0].road->said : stops[0].movement->said;
    const char *agency = stops[0].movement->said->event->envelope->agency;
    struct mu_draft *draft = mu_draft_begin(judgement, lead, judgement->id);
    char buffer[MU_NAME_BYTES_MAX + 8];
    struct mu_text role = mu_text(buffer, sizeof buffer);

    mu_text_addf(&role, "agency:%s", agency);
    mu_draft_decider(judgement, draft, buffer, agency);
    draft->finding->place = mu_judge_text(judgement, judgement->id);
    say_headline(judgement, draft, &stops[0], names_of(judgement, stops, count));
    for (size_t i = 0; i < count; i++) {
        mu_draft_party(judgement, draft, stops[i].movement->said, stops[i].movement->activity);
        if (stops[i].road != NULL)
            mu_draft_cause(judgement, draft, stops[i].road->said);
        add_stop_line(judgement, draft, &stops[i]);
    }
    for (size_t i = 0; i < count; i++)
        if (passes(stops[i].movement))
            mu_route_offer(judgement, draft, stops[i].movement);
}

void mu_judge_c02_road(struct mu_judgement *judgement)
{
    const Muster__RefRoadEdge *edge = mu_edge(judgement->picture, judgement->id);
    struct search search = {.judgement = judgement};

    mu_picture_meet(judgement->picture, MU_PLACE_ROAD, judgement->id, judgement->now_ms, MU_ENDLESS,
                    take_report, &search);
    /* Most edges have nothing said about them and bear whatever comes. */
    if (search.report_count == 0 && (edge == NULL || !edge->has_max_load_kg))
        return;
    mu_picture_meet(judgement->picture, MU_PLACE_EDGE, judgement->id, judgement->now_ms, MU_ENDLESS,
                    take_movement, &search);
    if (search.count > 1)
        qsort(search.stops, search.count, sizeof *search.stops, by_owner);
    for (size_t from = 0, to = 0; from < search.count; from = to) {
        const char *agency = search.stops[from].movement->said->event->envelope->agency;

        while (to < search.count &&
               strcmp(search.stops[to].movement->said->event->envelope->agency, agency) == 0)
            to++;
        draft_owner(judgement, search.stops + from, to - from);
    }
}
