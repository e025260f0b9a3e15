/* C02 by the state of a road: whoever is to use an edge that is closed, destroyed or too weak for his
 * vehicles. Each owner of movements decides about his own: one place, as many cards as owners.
 */
#include "proto/rules/works.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/limits.h"
#include "proto/rules/turn_off.h"

struct stop {
    const struct mu_print *movement;
    const struct mu_print *road; /* the report in force; NULL: the reference data say so */
    int64_t start_ms, end_ms;
    int64_t max_load_kg;    /* -1: closed */
    struct mu_track *track; /* NULL: may be there at any time from start to end */
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
    return mu_said_recorded_before(b->said, a->said);
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

/* Works that stand on a road put their machines on it: only its strength concerns them. */
static bool passes(const struct mu_print *print)
{
    return print->effect == MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES;
}

/* A journey known to the minute stops where the road does, from when it gets there: what has passed by
 * then has passed, and what stands before it stays there. */
static bool stop_track(struct search *search, struct stop *stop)
{
    const mu_picture *picture = search->judgement->picture;
    const struct mu_print *movement = stop->movement, *road = stop->road;
    struct mu_track track;
    int64_t first_ms, last_ms;

    if (!passes(movement) || !mu_track_of(picture, movement, &track))
        return true;
    if (!mu_track_when(&track, picture, movement->place, road->from_m, road->to_m, &first_ms,
                       &last_ms) ||
        last_ms < road->span.start_ms || first_ms >= road->span.end_ms)
        return false;
    stop->track = mu_judge_take(search->judgement, sizeof *stop->track);
    *stop->track = track;
    stop->start_ms = first_ms > road->span.start_ms ? first_ms : road->span.start_ms;
    if (stop->end_ms <= stop->start_ms)
        stop->end_ms = stop->start_ms + 1;
    return true;
}

static void add_stop(struct search *search, const struct mu_print *movement,
                     const struct mu_print *road, int64_t max_load_kg)
{
    struct stop stop = {.movement = movement,
                        .road = road,
                        .start_ms = movement->span.start_ms,
                        .end_ms = movement->span.end_ms,
                        .max_load_kg = max_load_kg};

    if (road != NULL && road->span.start_ms > stop.start_ms)
        stop.start_ms = road->span.start_ms;
    if (road != NULL && road->span.end_ms < stop.end_ms)
        stop.end_ms = road->span.end_ms;
    if (road != NULL && !stop_track(search, &stop))
        return;
    if (stop.end_ms > search->judgement->now_ms && stop.start_ms < stop.end_ms)
        MU_JUDGE_APPEND(search->judgement, search->stops, search->count, stop);
}

static void check_reports(struct search *search, const struct mu_print *movement)
{
    for (size_t i = 0; i < search->report_count; i++) {
        const struct mu_print *report = search->reports[i];
        const Muster__Road *road = report->said->event->road;

        if (!in_force(search, report) || !mu_prints_share_ground(report, movement))
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

static struct mu_roads *roads_of(struct mu_judgement *judgement)
{
    if (*judgement->roads == NULL)
        MU_CHECK(mu_roads_new(judgement->picture, judgement->roads) == MU_OK);
    return *judgement->roads;
}

static bool find_turn_off(struct mu_judgement *judgement, const struct stop *stop,
                          struct mu_turn_off *out)
{
    return stop->track != NULL && stop->road != NULL &&
           mu_turn_off(roads_of(judgement), judgement->picture, stop->track,
                       stop->movement->heaviest_kg, stop->movement->place, stop->road->from_m,
                       stop->road->to_m, judgement->now_ms, out);
}

/* How it comes to the place: anywhere in a stretch of time, or at a minute, with or without a turn-off
 * ahead. */
static Muster__Sentence *line_text(struct mu_judgement *judgement, const struct stop *stop,
                                   const Muster__FindingLine *line, const struct mu_turn_off *turn)
{
    Muster__Argument *operation = mu_arg_object(judgement, stop->movement->object->id);
    Muster__Argument *edge = mu_arg_edge(judgement, judgement->id);
    Muster__Argument *reach = mu_arg_at(judgement, stop->start_ms);

    if (stop->track == NULL)
        return mu_judge_say(
            judgement, mu_print_says_no_time(stop->movement) ? "works.line_whole" : "works.line",
            operation, edge, mu_arg_window(judgement, line->earliest_at_ms, line->latest_at_ms),
            NULL);
    if (turn == NULL)
        return mu_judge_say(judgement, "c02.reaches", operation, edge, reach, NULL);
    if (turn->node != NULL)
        return mu_judge_say(judgement, "c02.turn_off", operation, edge, reach,
                            mu_arg_object(judgement, turn->node), mu_arg_at(judgement, turn->at_ms),
                            NULL);
    return mu_judge_say(judgement, "c02.on_edge", operation, edge, reach,
                        mu_arg_number(judgement, turn->metre, MUSTER__MEASURE__MEASURE_METRE),
                        mu_arg_edge(judgement, turn->edge), NULL);
}

/* Due before it is too late to turn off; when the place came to be known after that, at once. */
static int64_t due_ms(const struct stop *stop, const struct mu_turn_off *turn)
{
    int64_t known_ms = mu_minute(stop->movement->said->accepted_at_ms);
    int64_t due = turn != NULL && turn->node != NULL ? turn->at_ms : stop->start_ms;

    if (stop->road != NULL && mu_minute(stop->road->said->accepted_at_ms) > known_ms)
        known_ms = mu_minute(stop->road->said->accepted_at_ms);
    return due > known_ms ? due : known_ms;
}

static void wake_after(Muster__Finding *finding, const struct stop *stop)
{
    if (stop->end_ms == MU_ENDLESS ||
        (finding->has_wake_at_ms && stop->end_ms >= finding->wake_at_ms))
        return;
    finding->has_wake_at_ms = true;
    finding->wake_at_ms = stop->end_ms;
}

static void add_stop_line(struct mu_judgement *judgement, struct mu_draft *draft,
                          const struct stop *stop, const struct mu_turn_off *turn)
{
    Muster__Finding *finding = draft->finding;
    Muster__FindingLine *line = mu_draft_line(judgement, draft, stop->movement->object->id);
    int64_t due = due_ms(stop, turn);

    line->ref = mu_judge_ref(judgement, stop->movement->said);
    line->agency = mu_judge_text(judgement, stop->movement->said->event->envelope->agency);
    if (!line->has_earliest_at_ms || stop->start_ms < line->earliest_at_ms)
        line->earliest_at_ms = stop->start_ms;
    if (!line->has_latest_at_ms || stop->end_ms > line->latest_at_ms)
        line->latest_at_ms = stop->end_ms;
    line->has_earliest_at_ms = line->has_latest_at_ms = true;
    line->text = line_text(judgement, stop, line, turn);
    if (!finding->has_decide_by_ms || due < finding->decide_by_ms)
        finding->decide_by_ms = due;
    finding->has_decide_by_ms = true;
    wake_after(finding, stop);
}

static char *way_name(struct mu_judgement *judgement, const struct mu_way *way)
{
    char buffer[MU_ROUTE_EDGES_MAX * 32];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    for (size_t i = 0; i < way->count; i++) {
        mu_text_add(&text, i == 0 ? "" : "-");
        mu_text_add(&text, way->at[i].edge);
    }
    return mu_judge_text(judgement, buffer);
}

static void offer_turn_off(struct mu_judgement *judgement, struct mu_draft *draft,
                           const struct stop *stop, const struct mu_turn_off *turn)
{
    Muster__Argument *operation = mu_arg_object(judgement, stop->movement->object->id);
    char *name = way_name(judgement, &turn->way);
    Muster__Argument *more =
        mu_arg_number(judgement, turn->more_min, MUSTER__MEASURE__MEASURE_MINUTE);
    Muster__Sentence *text =
        turn->node != NULL
            ? mu_judge_say(judgement, "route.from", operation, mu_arg_object(judgement, name), more,
                           mu_arg_object(judgement, turn->node), NULL)
            : mu_judge_say(judgement, "route.turn", operation, mu_arg_object(judgement, name), more,
                           NULL);
    Muster__FindingOption *option = mu_draft_option(judgement, draft, text, true);

    option->object = name;
    option->cost = mu_judge_number(judgement, turn->more_min, MUSTER__MEASURE__MEASURE_MINUTE);
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

static void say_stop(struct mu_judgement *judgement, struct mu_draft *draft,
                     const struct stop *stop)
{
    struct mu_turn_off turn;

    if (find_turn_off(judgement, stop, &turn)) {
        add_stop_line(judgement, draft, stop, &turn);
        offer_turn_off(judgement, draft, stop, &turn);
        return;
    }
    add_stop_line(judgement, draft, stop, NULL);
    if (passes(stop->movement))
        mu_route_offer(judgement, draft, stop->movement);
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
        say_stop(judgement, draft, &stops[i]);
    }
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
