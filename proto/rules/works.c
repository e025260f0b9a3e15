#include "proto/rules/works.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/rules/journey.h"

/* ---- finding what meets ---- */

struct search {
    struct mu_judgement *judgement;
    const struct mu_print *works;
    struct mu_clash *clashes;
    size_t count;
};

/* Where both stand still, the one that came later is the cause, so that there is one card. */
static bool is_other_cause(const struct mu_print *works, const struct mu_print *other)
{
    if (other->object->kind != MUSTER__EVENT__BODY_OPERATION_PLAN ||
        other->effect == MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES)
        return false;
    if (other->object->first_number != works->object->first_number)
        return other->object->first_number > works->object->first_number;
    return strcmp(other->object->id, works->object->id) > 0;
}

static bool closes(const struct mu_print *print)
{
    return print->effect == MUSTER__EDGE_EFFECT__EDGE_EFFECT_CLOSES;
}

static bool passes(const struct mu_print *print)
{
    return print->place_kind == MU_PLACE_EDGE &&
           print->effect == MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES;
}

static bool take(void *user, const struct mu_print *other)
{
    struct search *search = user;
    const struct mu_print *works = search->works;
    struct mu_clash clash = {.works = works, .other = other};

    search->judgement->looked++;
    if (other->object == works->object || is_other_cause(works, other) ||
        !mu_prints_meet(search->judgement->picture, works, other, &clash.start_ms, &clash.end_ms) ||
        clash.end_ms <= search->judgement->now_ms)
        return true;
    clash.verdict = mu_picture_beside(search->judgement->picture, works, other);
    clash.blocks = closes(works) && passes(other);
    MU_JUDGE_APPEND(search->judgement, search->clashes, search->count, clash);
    return true;
}

static int by_other(const void *a, const void *b)
{
    const struct mu_clash *one = a, *two = b;
    int order = strcmp(one->other->object->id, two->other->object->id);

    if (order != 0)
        return order;
    if (one->start_ms != two->start_ms)
        return one->start_ms < two->start_ms ? -1 : 1;
    if (one->works->part != two->works->part)
        return one->works->part < two->works->part ? -1 : 1;
    if (one->other->part != two->other->part)
        return one->other->part < two->other->part ? -1 : 1;
    return strcmp(one->works->place, two->works->place);
}

const struct mu_clash *mu_works_meet(struct mu_judgement *judgement, size_t *count)
{
    const struct mu_object *plan =
        mu_picture_object(judgement->picture, MUSTER__EVENT__BODY_OPERATION_PLAN, judgement->id);
    struct search search = {.judgement = judgement};

    for (size_t i = 0; plan != NULL && i < plan->print_count; i++) {
        search.works = &plan->prints[i];
        if (passes(search.works) || (search.works->place_kind != MU_PLACE_EDGE &&
                                     search.works->place_kind != MU_PLACE_ZONE))
            continue;
        mu_picture_meet(judgement->picture, search.works->place_kind, search.works->place,
                        search.works->span.start_ms, search.works->span.end_ms, take, &search);
    }
    if (search.count > 1)
        qsort(search.clashes, search.count, sizeof *search.clashes, by_other);
    *count = search.count;
    return search.clashes;
}

/* ---- saying it ---- */

char *mu_works_others(struct mu_judgement *judgement, const struct mu_clash *clashes, size_t count,
                      bool (*wanted)(const struct mu_clash *clash))
{
    char buffer[512];
    struct mu_text text = mu_text(buffer, sizeof buffer);
    const char *last = "";

    for (size_t i = 0; i < count; i++) {
        const char *id = clashes[i].other->object->id;

        if (!wanted(&clashes[i]) || strcmp(id, last) == 0)
            continue;
        mu_text_add(&text, *last == '\0' ? "" : ", ");
        mu_text_add(&text, id);
        last = id;
    }
    return mu_judge_text(judgement, buffer);
}

static void earlier(protobuf_c_boolean *has, int64_t *at, int64_t candidate)
{
    if (*has && *at <= candidate)
        return;
    *has = true;
    *at = candidate;
}

/* Works once begun are not put away in a minute: the decision is due before they begin. When they
 * had begun before the clash was known, it is due before the other comes; when both are there, at
 * once. */
static int64_t decide_by_ms(const struct mu_clash *clash)
{
    int64_t known_ms = clash->works->said->accepted_at_ms > clash->other->said->accepted_at_ms
                           ? clash->works->said->accepted_at_ms
                           : clash->other->said->accepted_at_ms;

    known_ms = mu_minute(known_ms);
    if (clash->works->span.start_ms > known_ms)
        return clash->works->span.start_ms;
    return clash->start_ms > known_ms ? clash->start_ms : known_ms;
}

static void add_line(struct mu_judgement *judgement, struct mu_draft *draft,
                     const struct mu_clash *clash)
{
    Muster__FindingLine *line = mu_draft_line(judgement, draft, clash->other->object->id);
    int64_t start_ms = clash->start_ms, end_ms = clash->end_ms;

    if (line->has_earliest_at_ms && line->earliest_at_ms < start_ms)
        start_ms = line->earliest_at_ms;
    if (line->has_latest_at_ms && line->latest_at_ms > end_ms)
        end_ms = line->latest_at_ms;
    line->has_earliest_at_ms = line->has_latest_at_ms = true;
    line->earliest_at_ms = start_ms;
    line->latest_at_ms = end_ms;
    line->ref = mu_judge_ref(judgement, clash->other->said);
    line->agency = mu_judge_text(judgement, clash->other->said->event->envelope->agency);
    line->has_rule = true;
    line->rule = judgement->rule->rule;
    line->text = mu_judge_say(
        judgement, mu_print_says_no_time(clash->other) ? "works.line_whole" : "works.line",
        mu_arg_object(judgement, clash->other->object->id),
        clash->works->place_kind == MU_PLACE_EDGE ? mu_arg_edge(judgement, clash->works->place)
                                                  : mu_arg_object(judgement, clash->works->place),
        mu_arg_window(judgement, start_ms, end_ms), NULL);
}

static void offer_hold(struct mu_judgement *judgement, struct mu_draft *draft,
                       const struct mu_clash *clash, int64_t until_ms)
{
    Muster__Argument *plan = mu_arg_object(judgement, clash->works->object->id);
    Muster__Sentence *text =
        until_ms == MU_ENDLESS
            ? mu_judge_say(judgement, "works.hold_open", plan, NULL)
            : mu_judge_say(judgement, "works.hold", plan, mu_arg_at(judgement, until_ms), NULL);

    mu_draft_option(judgement, draft, text, true)->object =
        mu_judge_text(judgement, clash->works->object->id);
}

static void offer_lane(struct mu_judgement *judgement, struct mu_draft *draft,
                       const struct mu_clash *clash, int64_t until_ms)
{
    Muster__Argument *plan = mu_arg_object(judgement, clash->works->object->id);
    Muster__Argument *edge = mu_arg_edge(judgement, clash->works->place);
    Muster__Sentence *text = until_ms == MU_ENDLESS
                                 ? mu_judge_say(judgement, "works.one_lane_open", plan, edge, NULL)
                                 : mu_judge_say(judgement, "works.one_lane", plan, edge,
                                                mu_arg_at(judgement, until_ms), NULL);

    mu_draft_option(judgement, draft, text, true)->object =
        mu_judge_text(judgement, clash->works->place);
}

struct scope {
    const struct mu_clash *first; /* NULL: none is wanted */
    bool blocks;
    int64_t until_ms; /* end of the last of them */
};

static struct scope scope_of(const struct mu_clash *clashes, size_t count,
                             bool (*wanted)(const struct mu_clash *clash))
{
    struct scope scope = {0};

    for (size_t i = 0; i < count; i++) {
        if (!wanted(&clashes[i]))
            continue;
        if (scope.first == NULL || (clashes[i].blocks && !scope.blocks))
            scope.first = &clashes[i];
        scope.blocks = scope.blocks || clashes[i].blocks;
        if (clashes[i].other->span.end_ms > scope.until_ms)
            scope.until_ms = clashes[i].other->span.end_ms;
    }
    return scope;
}

static Muster__Sentence *headline(struct mu_judgement *judgement, const struct mu_clash *first,
                                  const char *template_id, const char *others)
{
    return mu_judge_say(judgement, template_id, mu_arg_object(judgement, first->works->object->id),
                        mu_arg_activity(judgement, first->works->activity),
                        first->works->place_kind == MU_PLACE_EDGE
                            ? mu_arg_edge(judgement, first->works->place)
                            : mu_arg_object(judgement, first->works->place),
                        mu_arg_object(judgement, others), NULL);
}

static void add_options(struct mu_judgement *judgement, struct mu_draft *draft,
                        const struct mu_clash *clashes, size_t count, const struct scope *scope,
                        bool (*wanted)(const struct mu_clash *clash))
{
    offer_hold(judgement, draft, scope->first, scope->until_ms);
    for (size_t i = 0; i < count; i++)
        if (wanted(&clashes[i]) && clashes[i].blocks)
            mu_route_offer(judgement, draft, clashes[i].other);
    if (scope->blocks)
        offer_lane(judgement, draft, scope->first, scope->until_ms);
}

void mu_works_draft(struct mu_judgement *judgement, const struct mu_clash *clashes, size_t count,
                    bool (*wanted)(const struct mu_clash *clash), const char *blocked_template,
                    const char *beside_template)
{
    struct scope scope = scope_of(clashes, count, wanted);
    struct mu_draft *draft;
    Muster__Finding *finding;

    if (scope.first == NULL)
        return;
    draft = mu_draft_begin(judgement, scope.first->works->said, scope.first->works->object->id);
    finding = draft->finding;
    finding->place = mu_judge_text(judgement, scope.first->works->place);
    finding->headline =
        headline(judgement, scope.first, scope.blocks ? blocked_template : beside_template,
                 mu_works_others(judgement, clashes, count, wanted));
    mu_draft_party(judgement, draft, scope.first->works->said, scope.first->works->activity);
    for (size_t i = 0; i < count; i++) {
        if (!wanted(&clashes[i]))
            continue;
        mu_draft_party(judgement, draft, clashes[i].other->said, clashes[i].other->activity);
        add_line(judgement, draft, &clashes[i]);
        earlier(&finding->has_decide_by_ms, &finding->decide_by_ms, decide_by_ms(&clashes[i]));
        if (clashes[i].end_ms < MU_ENDLESS)
            earlier(&finding->has_wake_at_ms, &finding->wake_at_ms, clashes[i].end_ms);
    }
    add_options(judgement, draft, clashes, count, &scope, wanted);
}
