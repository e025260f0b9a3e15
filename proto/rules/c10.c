/* C10: more patients on their way than beds that count. By hospital, whoever sent them; and for the whole
 * county, with those whom nobody fetches yet. Full is not over.
 */
#include "proto/rules/judge.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/rules/beds.h"

/* Each kind of bed by its word in the catalogue; the line of a card is called the same. */
static const char *const words[] = {
    [MUSTER__BED_KIND__BED_KIND_ICU] = "bed.icu",
    [MUSTER__BED_KIND__BED_KIND_GENERAL] = "bed.general",
    [MUSTER__BED_KIND__BED_KIND_EMERGENCY] = "bed.emergency",
    [MUSTER__BED_KIND__BED_KIND_OPERATING_ROOM] = "bed.operating_room",
    [MUSTER__BED_KIND__BED_KIND_PAEDIATRIC] = "bed.paediatric",
    [MUSTER__BED_KIND__BED_KIND_BURNS] = "bed.burns",
    [MUSTER__BED_KIND__BED_KIND_ISOLATION] = "bed.isolation",
    [MUSTER__BED_KIND__BED_KIND_DIALYSIS] = "bed.dialysis",
    [MUSTER__BED_KIND__BED_KIND_MATERNITY] = "bed.maternity",
};
#define KIND_FIRST MUSTER__BED_KIND__BED_KIND_ICU
#define KIND_LAST MUSTER__BED_KIND__BED_KIND_MATERNITY

static Muster__Argument *persons(struct mu_judgement *judgement, int64_t count)
{
    return mu_arg_number(judgement, count, MUSTER__MEASURE__MEASURE_PERSON);
}

static Muster__Argument *beds(struct mu_judgement *judgement, int64_t count)
{
    return mu_arg_number(judgement, count, MUSTER__MEASURE__MEASURE_BED);
}

static const char *line_name(Muster__BedKind kind)
{
    return strchr(words[kind], '.') + 1;
}

/* Something may be offered, or no longer, when a figure turns too old. */
static void wake_after(struct mu_draft *draft, const struct mu_beds *look)
{
    int64_t at_ms = look->holds_until_ms + MU_MINUTE_MS;

    if (!look->fresh || (draft->finding->has_wake_at_ms && draft->finding->wake_at_ms <= at_ms))
        return;
    draft->finding->has_wake_at_ms = true;
    draft->finding->wake_at_ms = at_ms;
}

/* ---- one hospital ---- */

/* Plans that bring people there, each once. */
struct movers {
    struct mu_judgement *judgement;
    const struct mu_print **at;
    size_t count;
};

static void add_mover(void *user, const struct mu_print *print)
{
    struct movers *movers = user;

    MU_JUDGE_PUT(movers->judgement, movers->at, movers->count, print);
}

static void add_kind(struct mu_judgement *judgement, struct mu_draft *draft, Muster__BedKind kind,
                     const struct mu_beds *look)
{
    Muster__FindingLine *line = mu_draft_line(judgement, draft, line_name(kind));
    static const char old[] = "c10.line_old";
    /* A figure that holds is told without its time: the same count again is no news. */
    const char *id = !look->receives      ? "c10.line_closed"
                     : !look->count.known ? "c10.line_unknown"
                     : look->fresh        ? "c10.line"
                                          : old;
    int64_t margin = (int64_t)look->usable - look->coming;

    line->need = mu_judge_number(judgement, look->coming, MUSTER__MEASURE__MEASURE_PERSON);
    line->have = mu_judge_number(judgement, look->usable, MUSTER__MEASURE__MEASURE_BED);
    line->margin = mu_judge_number(judgement, margin, MUSTER__MEASURE__MEASURE_BED);
    line->text =
        mu_judge_say(judgement, id, mu_arg_text(judgement, words[kind]),
                     persons(judgement, look->coming), beds(judgement, look->usable),
                     id == old ? mu_arg_at(judgement, look->count.counted_at_ms) : NULL, NULL);
    if (look->last_arrives_ms > 0) {
        line->has_latest_at_ms = true;
        line->latest_at_ms = look->last_arrives_ms;
    }
    if (draft->finding->margin == NULL || margin < draft->finding->margin->value)
        draft->finding->margin = line->margin;
}

/* Whoever was sent last is the one to send elsewhere. */
static const char *last_sent(const struct movers *movers)
{
    const struct mu_said *last = movers->at[0]->said;

    for (size_t i = 1; i < movers->count; i++)
        if (mu_said_recorded_before(last, movers->at[i]->said))
            last = movers->at[i]->said;
    return last->object->id;
}

static void offer_one(struct mu_judgement *judgement, struct mu_draft *draft, Muster__BedKind kind,
                      uint32_t over, const struct movers *movers, const char *hospital, bool fresh)
{
    Muster__FindingOption *option = NULL;
    struct mu_beds look;

    mu_beds_look(judgement->picture, hospital, kind, judgement->now_ms, NULL, NULL, &look);
    judgement->looked++;
    if (!look.receives || !look.count.known || look.fresh != fresh ||
        look.count.available <= look.coming)
        return;
    if (fresh) {
        uint32_t room = look.count.available - look.coming;

        wake_after(draft, &look);
        option = mu_draft_option(
            judgement, draft,
            mu_judge_say(judgement, "c10.divert", mu_arg_object(judgement, last_sent(movers)),
                         persons(judgement, over < room ? over : room),
                         mu_arg_object(judgement, hospital), beds(judgement, room),
                         mu_arg_text(judgement, words[kind]), NULL),
            true);
    } else {
        option =
            mu_draft_option(judgement, draft,
                            mu_judge_say(judgement, "c10.ask", mu_arg_object(judgement, hospital),
                                         beds(judgement, look.count.available),
                                         mu_arg_at(judgement, look.count.counted_at_ms),
                                         mu_arg_text(judgement, words[kind]), NULL),
                            true);
    }
    option->object = mu_judge_text(judgement, hospital);
}

/* Whoever has room by a figure that holds, then whoever may have: to be asked. */
static void offer_beds(struct mu_judgement *judgement, struct mu_draft *draft, Muster__BedKind kind,
                       const struct mu_beds *here, const struct movers *movers)
{
    size_t before = draft->finding->n_options;
    const struct mu_object *object;

    if (here->receives && !here->count.known)
        mu_draft_option(judgement, draft,
                        mu_judge_say(judgement, "c10.ask_unknown",
                                     mu_arg_object(judgement, judgement->id),
                                     mu_arg_text(judgement, words[kind]), NULL),
                        true)
            ->object = mu_judge_text(judgement, judgement->id);
    for (int fresh = 1; fresh >= 0; fresh--)
        for (size_t i = 0;
             (object = mu_picture_at(judgement->picture, MUSTER__EVENT__BODY_HOSPITAL, i)) != NULL;
             i++)
            if ((fresh == 0 || strcmp(object->id, judgement->id) != 0) &&
                mu_hospital_is_ours(judgement->picture, object->id))
                offer_one(judgement, draft, kind, here->coming - here->usable, movers, object->id,
                          fresh == 1);
    if (draft->finding->n_options == before)
        mu_draft_option(
            judgement, draft,
            mu_judge_say(judgement, "c10.none", mu_arg_text(judgement, words[kind]), NULL), false);
}

static void say_over(struct mu_judgement *judgement, struct mu_draft *draft, Muster__BedKind kind,
                     const struct mu_beds *look)
{
    Muster__Argument *hospital = mu_arg_object(judgement, judgement->id);
    Muster__Argument *coming = persons(judgement, look->coming);
    Muster__Argument *usable = beds(judgement, look->usable);
    Muster__Argument *word = mu_arg_text(judgement, words[kind]);

    draft->finding->headline =
        look->last_arrives_ms > 0
            ? mu_judge_say(judgement, "c10.over", hospital, coming, usable, word,
                           mu_arg_at(judgement, look->last_arrives_ms), NULL)
            : mu_judge_say(judgement, "c10.over_open", hospital, coming, usable, word, NULL);
}

/* Where they go must be known when the last of them leave; sent after that, at once. */
static void set_due(struct mu_draft *draft, const struct movers *movers, const struct mu_beds *look)
{
    Muster__Finding *finding = draft->finding;
    int64_t due_ms = look->last_leaves_ms;

    for (size_t i = 0; i < movers->count; i++) {
        int64_t known_ms = mu_minute(movers->at[i]->said->accepted_at_ms);

        due_ms = known_ms > due_ms ? known_ms : due_ms;
    }
    if (finding->has_decide_by_ms && finding->decide_by_ms <= due_ms)
        return;
    finding->has_decide_by_ms = true;
    finding->decide_by_ms = due_ms;
}

static struct mu_draft *begin(struct mu_judgement *judgement, const struct mu_said *lead)
{
    struct mu_draft *draft = mu_draft_begin(judgement, lead, judgement->id);

    draft->open = false;
    draft->finding->place = mu_judge_text(judgement, judgement->id);
    draft->finding->headline =
        mu_judge_say(judgement, "c10.fits", mu_arg_object(judgement, judgement->id), NULL);
    mu_draft_cause(judgement, draft, lead);
    return draft;
}

static struct mu_draft *judge_kind(struct mu_judgement *judgement, struct mu_draft *draft,
                                   Muster__BedKind kind)
{
    struct movers movers = {.judgement = judgement};
    struct mu_beds look;

    mu_beds_look(judgement->picture, judgement->id, kind, judgement->now_ms, add_mover, &movers,
                 &look);
    judgement->looked += 1 + movers.count;
    if (look.coming == 0)
        return draft;
    if (draft == NULL)
        draft = begin(judgement, movers.at[0]->said);
    for (size_t i = 0; i < movers.count; i++)
        mu_draft_party(judgement, draft, movers.at[i]->said, MUSTER__ACTIVITY__ACTIVITY_AMBULANCE);
    if (look.count.known)
        mu_draft_cause(judgement, draft, look.count.said);
    if (!look.receives)
        mu_draft_cause(judgement, draft,
                       mu_object_head(mu_picture_object(
                           judgement->picture, MUSTER__EVENT__BODY_HOSPITAL, judgement->id)));
    if (look.coming <= look.usable)
        return draft;
    if (!draft->open)
        say_over(judgement, draft, kind, &look);
    draft->open = true;
    add_kind(judgement, draft, kind, &look);
    offer_beds(judgement, draft, kind, &look, &movers);
    set_due(draft, &movers, &look);
    return draft;
}

void mu_judge_c10_hospital(struct mu_judgement *judgement)
{
    struct mu_draft *draft = NULL;

    if (!mu_hospital_is_ours(judgement->picture, judgement->id))
        return;
    for (int kind = KIND_FIRST; kind <= KIND_LAST; kind++)
        draft = judge_kind(judgement, draft, (Muster__BedKind)kind);
}
