/* C03: one operation below a release, in words and numbers. */
#include "proto/rules/c03.h"

#include <string.h>

#include "proto/base/clock.h"

static Muster__Argument *minutes(struct mu_judgement *judgement, int64_t count)
{
    return mu_arg_number(judgement, count, MUSTER__MEASURE__MEASURE_MINUTE);
}

static Muster__Argument *persons(struct mu_judgement *judgement, int64_t count)
{
    return mu_arg_number(judgement, count, MUSTER__MEASURE__MEASURE_PERSON);
}

static Muster__Sentence *doubt_text(struct mu_judgement *judgement, const struct mu_below *below)
{
    static const char *const templates[] = {
        [MU_DOUBT_ARRIVAL] = "c03.no_arrival",
        [MU_DOUBT_PERSONS] = "c03.no_persons",
        [MU_DOUBT_RATE] = "c03.no_rate",
        [MU_DOUBT_END] = "c03.no_end",
    };

    return mu_judge_say(judgement, templates[below->doubt],
                        mu_arg_object(judgement, below->object->id),
                        mu_arg_area(judgement, below->arrival.zone->area), NULL);
}

static Muster__Sentence *line_text(struct mu_judgement *judgement, const struct mu_below *below)
{
    Muster__Argument *object = mu_arg_object(judgement, below->object->id);
    Muster__Argument *zone = mu_arg_area(judgement, below->arrival.zone->area);
    Muster__Argument *water = mu_arg_at(judgement, below->arrival.earliest_ms);
    Muster__Argument *margin = minutes(judgement, below->margin_min);

    if (below->doubt != MU_DOUBT_NONE)
        return doubt_text(judgement, below);
    if (below->kind == MU_BELOW_PEOPLE)
        return mu_judge_say(judgement, "c03.people", object, zone,
                            persons(judgement, below->people.persons),
                            minutes(judgement, below->need_min),
                            minutes(judgement, below->have_min), margin, water, NULL);
    return mu_judge_say(judgement,
                        below->kind == MU_BELOW_WORKS ? "c03.works"
                        : below->whole                ? "c03.journey_whole"
                                                      : "c03.journey",
                        object, zone, mu_arg_at(judgement, below->clear_ms), water, margin, NULL);
}

static void evidence(struct mu_judgement *judgement, Muster__FindingLine *line, const char *name,
                     Muster__Argument *value, const struct mu_said *said)
{
    Muster__Evidence *last;

    mu_line_evidence(judgement, line, name, value);
    last = line->evidence[line->n_evidence - 1];
    if (said != NULL) {
        last->ref = mu_judge_ref(judgement, said);
        last->has_as_of_ms = true;
        last->as_of_ms = said->as_of_ms;
    }
}

static void add_people_evidence(struct mu_judgement *judgement, Muster__FindingLine *line,
                                const struct mu_below *below)
{
    evidence(judgement, line, "remaining", persons(judgement, below->people.persons),
             below->people.said);
    if (below->people.found > 0)
        evidence(judgement, line, "found", persons(judgement, below->people.found),
                 below->people.said);
    if (below->people.rated != NULL)
        evidence(judgement, line, "rate",
                 mu_arg_number(judgement, below->people.rate_per_hour,
                               MUSTER__MEASURE__MEASURE_PERSON_PER_HOUR),
                 below->people.rated);
}

void mu_below_line(struct mu_release *release, struct mu_draft *draft, const struct mu_below *below)
{
    struct mu_judgement *judgement = release->judgement;
    Muster__FindingLine *line = mu_draft_line(judgement, draft, below->object->id);

    line->state = mu_below_short(below) ? MUSTER__FINDING_STATE__FINDING_STATE_RAISED
                                        : MUSTER__FINDING_STATE__FINDING_STATE_CLOSED;
    line->area = mu_judge_text(judgement, below->arrival.zone->area);
    line->ref = mu_judge_ref(judgement, below->said);
    line->agency = mu_judge_text(judgement, below->said->event->envelope->agency);
    line->has_rule = true;
    line->has_step = below->arrival.step > 0;
    line->rule = judgement->rule->rule;
    line->step = below->arrival.step;
    line->text = line_text(judgement, below);
    if (below->arrival.known) {
        line->has_earliest_at_ms = line->has_latest_at_ms = true;
        line->earliest_at_ms = below->arrival.earliest_ms;
        line->latest_at_ms = below->arrival.latest_ms;
    }
    if (below->doubt == MU_DOUBT_NONE)
        line->margin =
            mu_judge_number(judgement, below->margin_min, MUSTER__MEASURE__MEASURE_MINUTE);
    if (below->doubt == MU_DOUBT_NONE && below->kind == MU_BELOW_PEOPLE) {
        line->need = mu_judge_number(judgement, below->need_min, MUSTER__MEASURE__MEASURE_MINUTE);
        line->have = mu_judge_number(judgement, below->have_min, MUSTER__MEASURE__MEASURE_MINUTE);
    }
    line->has_turns_at_ms = below->turns_ms > 0;
    line->turns_at_ms = below->turns_ms;
    evidence(judgement, line, "as_of", mu_arg_at(judgement, below->as_of_ms), NULL);
    if (below->kind == MU_BELOW_PEOPLE)
        add_people_evidence(judgement, line, below);
    else
        evidence(judgement, line, below->kind == MU_BELOW_WORKS ? "clear_at" : "passes_at",
                 mu_arg_at(judgement, below->clear_ms), below->said);
}

/* ---- two releases that meet ---- */

static Muster__FindingLine *line_of_meeting(struct mu_judgement *judgement, struct mu_draft *draft,
                                            const struct mu_arrival *arrival)
{
    size_t size = strlen(arrival->meets.said->object->id) + strlen(arrival->zone->area) + 2;
    struct mu_text name = mu_text(mu_judge_take(judgement, size), size);

    mu_text_addf(&name, "%s@%s", arrival->meets.said->object->id, arrival->zone->area);
    return mu_draft_line(judgement, draft, name.at);
}

void mu_below_meets(struct mu_release *release, struct mu_draft *draft,
                    const struct mu_arrival *arrival)
{
    struct mu_judgement *judgement = release->judgement;
    int64_t sooner_min = (arrival->alone_ms - arrival->earliest_ms) / MU_MINUTE_MS;
    const struct mu_said *other = arrival->meets.said;
    Muster__Argument *flow, *dam, *with, *zone;
    Muster__FindingLine *line;

    if (other == NULL || (arrival->meets.known && sooner_min == 0))
        return;
    line = line_of_meeting(judgement, draft, arrival);
    line->ref = mu_judge_ref(judgement, other);
    line->agency = mu_judge_text(judgement, other->event->envelope->agency);
    line->area = mu_judge_text(judgement, arrival->zone->area);
    mu_draft_party(judgement, draft, other, MUSTER__ACTIVITY__ACTIVITY_RELEASE);
    dam = mu_arg_object(judgement, judgement->id);
    with = mu_arg_object(judgement, other->object->id);
    zone = mu_arg_area(judgement, arrival->zone->area);
    flow = mu_arg_number(judgement, arrival->meets.milli_m3s, MUSTER__MEASURE__MEASURE_MILLI_M3S);
    line->text = arrival->meets.known
                     ? mu_judge_say(judgement, "c03.together", dam, with, zone, flow,
                                    minutes(judgement, sooner_min), NULL)
                     : mu_judge_say(judgement, "c03.not_summed", dam, with, zone, flow, NULL);
}
