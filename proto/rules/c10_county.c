/* C10 for the county: those who wait for a bed of one kind, fetched or not, are more than there are.
 *
 * Figures that are too old count here: a card that says "none left" must be true even if they hold.
 * Whether they do is for the hospital's own card to ask.
 */
#include "proto/rules/judge.h"

#include <string.h>

#include "proto/base/clock.h"
#include "proto/rules/beds.h"

/* Scenes and hospitals a card lists. */
#define LINES_MAX 32u

struct sum {
    Muster__BedKind kind;
    bool known;
    uint32_t waiting, coming, available;
};

static const char *word_of(Muster__BedKind kind)
{
    return kind == MUSTER__BED_KIND__BED_KIND_ICU ? "bed.icu" : "bed.general";
}

/* Green ones walk; a bed is theirs only when somebody gives it to them. */
static uint32_t waiting_of(const struct mu_patients *waiting, Muster__BedKind kind)
{
    return kind == MUSTER__BED_KIND__BED_KIND_ICU ? waiting->red : waiting->yellow;
}

static Muster__Argument *persons(struct mu_judgement *judgement, int64_t count)
{
    return mu_arg_number(judgement, count, MUSTER__MEASURE__MEASURE_PERSON);
}

static Muster__Argument *beds(struct mu_judgement *judgement, int64_t count)
{
    return mu_arg_number(judgement, count, MUSTER__MEASURE__MEASURE_BED);
}

static bool look_at(const struct mu_judgement *judgement, const struct mu_object *hospital,
                    Muster__BedKind kind, struct mu_beds *look)
{
    if (!mu_hospital_is_ours(judgement->picture, hospital->id))
        return false;
    mu_beds_look(judgement->picture, hospital->id, kind, judgement->now_ms, NULL, NULL, look);
    return true;
}

static struct sum add_up(struct mu_judgement *judgement, Muster__BedKind kind)
{
    struct mu_patients waiting = mu_picture_waiting(judgement->picture);
    struct sum sum = {.kind = kind, .waiting = waiting_of(&waiting, kind)};
    const struct mu_object *hospital;
    struct mu_beds look;

    for (size_t i = 0;
         (hospital = mu_picture_at(judgement->picture, MUSTER__EVENT__BODY_HOSPITAL, i)) != NULL;
         i++) {
        judgement->looked++;
        if (!look_at(judgement, hospital, kind, &look))
            continue;
        sum.known = sum.known || look.count.known;
        sum.coming += look.coming;
        sum.available += look.receives ? look.count.available : 0;
    }
    return sum;
}

/* ---- saying it ---- */

static void take_later(Muster__Finding *finding, const struct mu_said *said)
{
    int64_t known_ms = mu_minute(said->accepted_at_ms);

    if (finding->has_decide_by_ms && finding->decide_by_ms >= known_ms)
        return;
    finding->has_decide_by_ms = true; /* at once: they are there */
    finding->decide_by_ms = known_ms;
}

static void add_scenes(struct mu_judgement *judgement, struct mu_draft *draft,
                       const struct sum *sum)
{
    const struct mu_object *scene;

    for (size_t i = 0;
         draft->finding->n_lines < LINES_MAX &&
         (scene = mu_picture_at(judgement->picture, MUSTER__EVENT__BODY_CASUALTY, i)) != NULL;
         i++) {
        uint32_t waiting = waiting_of(&scene->waiting, sum->kind);
        Muster__FindingLine *line;

        if (waiting == 0 || scene->news == NULL)
            continue;
        line = mu_draft_line(judgement, draft, scene->id);
        line->need = mu_judge_number(judgement, waiting, MUSTER__MEASURE__MEASURE_PERSON);
        line->ref = mu_judge_ref(judgement, scene->news);
        line->text = mu_judge_say(judgement, "c10.waiting", mu_arg_object(judgement, scene->id),
                                  persons(judgement, waiting), NULL);
        mu_draft_party(judgement, draft, scene->news, MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED);
        take_later(draft->finding, scene->news);
    }
}

static void add_hospitals(struct mu_judgement *judgement, struct mu_draft *draft,
                          const struct sum *sum)
{
    const struct mu_object *hospital;
    struct mu_beds look;

    for (size_t i = 0;
         draft->finding->n_lines < LINES_MAX &&
         (hospital = mu_picture_at(judgement->picture, MUSTER__EVENT__BODY_HOSPITAL, i)) != NULL;
         i++) {
        Muster__FindingLine *line;

        if (!look_at(judgement, hospital, sum->kind, &look) || !look.count.known || !look.receives)
            continue;
        line = mu_draft_line(judgement, draft, hospital->id);
        line->need = mu_judge_number(judgement, look.coming, MUSTER__MEASURE__MEASURE_PERSON);
        line->have = mu_judge_number(judgement, look.count.available, MUSTER__MEASURE__MEASURE_BED);
        line->ref = mu_judge_ref(judgement, look.count.said);
        line->text = mu_judge_say(
            judgement, "c10.county_line", mu_arg_object(judgement, hospital->id),
            beds(judgement, look.count.available), persons(judgement, look.coming), NULL);
        mu_draft_cause(judgement, draft, look.count.said);
    }
}

static bool is_outside(const mu_picture *picture, const char *id)
{
    return mu_picture_reference(picture, id, MUSTER__OBJECT_KIND__OBJECT_KIND_HOSPITAL) != NULL &&
           !mu_hospital_is_ours(picture, id);
}

static void offer_outside(struct mu_judgement *judgement, struct mu_draft *draft, int64_t over)
{
    size_t before = draft->finding->n_options;
    const struct mu_object *object;

    for (size_t i = 0; (object = mu_picture_at(judgement->picture,
                                               MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL;
         i++)
        if (is_outside(judgement->picture, object->id))
            mu_draft_option(judgement, draft,
                            mu_judge_say(judgement, "c10.outside", persons(judgement, over),
                                         mu_arg_object(judgement, object->id), NULL),
                            true)
                ->object = mu_judge_text(judgement, object->id);
    if (draft->finding->n_options == before)
        mu_draft_option(judgement, draft,
                        mu_judge_say(judgement, "c10.outside_any", persons(judgement, over), NULL),
                        true);
}

/* Somebody's word there is always: without one there is no figure to compare with. */
static const struct mu_said *lead_of(struct mu_judgement *judgement, Muster__BedKind kind)
{
    const struct mu_object *hospital;

    for (size_t i = 0;
         (hospital = mu_picture_at(judgement->picture, MUSTER__EVENT__BODY_HOSPITAL, i)) != NULL;
         i++) {
        struct mu_bed_count count = mu_hospital_beds(judgement->picture, hospital->id, kind);

        if (count.known && mu_hospital_is_ours(judgement->picture, hospital->id))
            return count.said;
    }
    return NULL;
}

void mu_judge_c10_county(struct mu_judgement *judgement)
{
    Muster__BedKind kind = strcmp(judgement->id, "icu") == 0 ? MUSTER__BED_KIND__BED_KIND_ICU
                                                             : MUSTER__BED_KIND__BED_KIND_GENERAL;
    struct sum sum = add_up(judgement, kind);
    int64_t need = (int64_t)sum.waiting + sum.coming;
    Muster__Argument *word;
    struct mu_draft *draft;

    if (!sum.known)
        return;
    draft = mu_draft_begin(judgement, lead_of(judgement, kind), judgement->id);
    word = mu_arg_text(judgement, word_of(kind));
    draft->open = sum.waiting > 0 && need > sum.available;
    draft->finding->headline = mu_judge_say(judgement, "c10.county_fits", word, NULL);
    mu_draft_cause(judgement, draft, draft->lead);
    if (!draft->open)
        return;
    draft->finding->headline = mu_judge_say(judgement, "c10.county", persons(judgement, need),
                                            beds(judgement, sum.available), word, NULL);
    draft->finding->margin =
        mu_judge_number(judgement, (int64_t)sum.available - need, MUSTER__MEASURE__MEASURE_BED);
    add_scenes(judgement, draft, &sum);
    add_hospitals(judgement, draft, &sum);
    offer_outside(judgement, draft, need - sum.available);
}
