/* Clearance by awareness: a plan is cleared when it cites the current version of everything it must
 * be coordinated with. Of two, the later cites the earlier. What changes afterwards un-clears it only
 * where the change touches the place, time or activity they share.
 */
#include "proto/rules/journey.h"
#include "proto/rules/judge.h"
#include "proto/rules/water.h"

#include <stdlib.h>
#include <string.h>

/* ---- what the plan meets ---- */

struct meeting {
    const struct mu_object *other;
    Muster__Compatibility verdict; /* the strictest of all places they share */
};

struct search {
    struct mu_judgement *judgement;
    const struct mu_print *mine;
    struct meeting *meetings;
    size_t count;
};

static bool take(void *user, const struct mu_print *other)
{
    struct search *search = user;
    struct meeting meeting = {other->object, MUSTER__COMPATIBILITY__COMPATIBILITY_COMPATIBLE};
    int64_t start_ms, end_ms;

    search->judgement->looked++;
    if (other->object == search->mine->object ||
        !mu_prints_meet(search->judgement->picture, search->mine, other, &start_ms, &end_ms))
        return true;
    meeting.verdict = mu_picture_beside(search->judgement->picture, search->mine, other);
    if (meeting.verdict == MUSTER__COMPATIBILITY__COMPATIBILITY_COMPATIBLE)
        return true;
    for (size_t i = 0; i < search->count; i++)
        if (search->meetings[i].other == other->object) {
            if (meeting.verdict > search->meetings[i].verdict)
                search->meetings[i].verdict = meeting.verdict;
            return true;
        }
    MU_JUDGE_APPEND(search->judgement, search->meetings, search->count, meeting);
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct meeting *one = a, *two = b;

    return strcmp(one->other->id, two->other->id);
}

static void find_meetings(struct search *search, const struct mu_object *plan)
{
    for (size_t i = 0; i < plan->print_count; i++) {
        search->mine = &plan->prints[i];
        if (search->mine->place_kind > MU_PLACE_SHELTER)
            continue; /* people and water are C03's */
        mu_picture_meet(search->judgement->picture, search->mine->place_kind, search->mine->place,
                        search->mine->span.start_ms, search->mine->span.end_ms, take, search);
    }
    if (search->count > 1)
        qsort(search->meetings, search->count, sizeof *search->meetings, by_name);
}

/* ---- what a version of the other shares with the plan ---- */

/* One stretch of time shared, told by where and doing what. */
struct shared {
    enum mu_place_kind place_kind;
    const char *place;
    int64_t from_m, to_m;
    Muster__Activity activity;
    Muster__EdgeEffect effect;
    int64_t start_ms, end_ms;
};

struct shares {
    struct shared *at;
    size_t count;
};

static int by_place(const void *a, const void *b)
{
    const struct shared *one = a, *two = b;
    int64_t keys[][2] = {
        {one->place_kind, two->place_kind},
        {one->from_m, two->from_m},
        {one->to_m, two->to_m},
        {one->activity, two->activity},
        {one->effect, two->effect},
        {one->start_ms, two->start_ms},
        {one->end_ms, two->end_ms},
    };
    int order = strcmp(one->place, two->place);

    for (size_t i = 0; order == 0 && i < sizeof keys / sizeof keys[0]; i++)
        order = (keys[i][0] > keys[i][1]) - (keys[i][0] < keys[i][1]);
    return order;
}

static bool same_ground(const struct shared *a, const struct shared *b)
{
    return a->place_kind == b->place_kind && strcmp(a->place, b->place) == 0 &&
           a->from_m == b->from_m && a->to_m == b->to_m && a->activity == b->activity &&
           a->effect == b->effect;
}

/* Two buses in one hour are one hour of buses: overlapping stretches become one. */
static void melt(struct shares *shares)
{
    size_t kept = 0;

    if (shares->count > 1)
        qsort(shares->at, shares->count, sizeof *shares->at, by_place);
    for (size_t i = 0; i < shares->count; i++) {
        struct shared *last = kept == 0 ? NULL : &shares->at[kept - 1];

        if (last == NULL || !same_ground(last, &shares->at[i]) ||
            shares->at[i].start_ms > last->end_ms)
            shares->at[kept++] = shares->at[i];
        else if (shares->at[i].end_ms > last->end_ms)
            last->end_ms = shares->at[i].end_ms;
    }
    shares->count = kept;
}

static void add_shared(struct mu_judgement *judgement, struct shares *shares,
                       const struct mu_print *mine, const struct mu_print *other)
{
    struct shared shared = {
        .place_kind = other->place_kind,
        .place = other->place,
        .from_m = other->from_m > mine->from_m ? other->from_m : mine->from_m,
        .to_m = other->to_m < mine->to_m ? other->to_m : mine->to_m,
        .activity = other->activity,
        .effect = other->effect,
    };

    if (other->place_kind == mine->place_kind && other->place_kind <= MU_PLACE_SHELTER &&
        strcmp(other->place, mine->place) == 0 &&
        mu_prints_meet(judgement->picture, mine, other, &shared.start_ms, &shared.end_ms) &&
        mu_picture_beside(judgement->picture, mine, other) !=
            MUSTER__COMPATIBILITY__COMPATIBILITY_COMPATIBLE)
        MU_JUDGE_APPEND(judgement, shares->at, shares->count, shared);
}

static struct shares shares_of(struct mu_judgement *judgement, const struct mu_object *plan,
                               const struct mu_said *other)
{
    struct shares shares = {0};
    struct mu_print *prints;
    size_t count;

    MU_CHECK(mu_prints_of(other, &prints, &count) == MU_OK);
    for (size_t i = 0; i < plan->print_count; i++)
        for (size_t k = 0; k < count; k++)
            add_shared(judgement, &shares, &plan->prints[i], &prints[k]);
    free(prints);
    melt(&shares);
    return shares;
}

static bool same_shares(const struct shares *a, const struct shares *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (by_place(&a->at[i], &b->at[i]) != 0)
            return false;
    return true;
}

/* ---- who must cite whom ---- */

/* The version of `other` the plan cites, highest if several; NULL when it cites none. */
static const struct mu_said *cited(const struct mu_judgement *judgement, const struct mu_said *plan,
                                   const struct mu_object *other, bool *ahead)
{
    const Muster__Envelope *envelope = plan->event->envelope;
    const struct mu_said *best = NULL;

    *ahead = false;
    for (size_t i = 0; i < envelope->n_cites; i++) {
        const struct mu_said *said = mu_picture_said(judgement->picture, envelope->cites[i]);

        if (said == NULL && envelope->cites[i]->object != NULL &&
            strcmp(envelope->cites[i]->object, other->id) == 0 &&
            envelope->cites[i]->version >= mu_object_head(other)->version)
            *ahead = true; /* it has seen more than we have */
        if (said != NULL && said->object == other &&
            (best == NULL || said->version > best->version))
            best = said;
    }
    return best;
}

/* Whether the other was at their common place before this version of the plan was made. */
static bool came_first(struct mu_judgement *judgement, const struct mu_object *plan,
                       const struct mu_said *version, const struct mu_object *other)
{
    for (const struct mu_said *said = other->versions; said != NULL; said = said->lower)
        if (!said->struck && mu_said_recorded_before(said, version) &&
            shares_of(judgement, plan, said).count > 0)
            return true;
    return false;
}

static bool is_covered(struct mu_judgement *judgement, const struct mu_object *plan,
                       const struct mu_said *version, const struct mu_object *other)
{
    const struct mu_said *head = mu_object_head(other);
    bool ahead;
    const struct mu_said *seen = cited(judgement, version, other, &ahead);
    struct shares then, now;

    if (ahead || (seen != NULL && seen->version >= head->version))
        return true;
    if (seen == NULL)
        return !came_first(judgement, plan, version, other);
    then = shares_of(judgement, plan, seen);
    now = shares_of(judgement, plan, head);
    return same_shares(&then, &now);
}

/* ---- saying it ---- */

static const struct mu_said *override_of(const struct mu_judgement *judgement,
                                         const struct mu_said *version)
{
    const struct mu_object *object;
    const struct mu_said *latest = NULL;
    const char *command =
        mu_picture_role(judgement->picture, "flood_command", version->event->envelope->area);

    for (size_t i = 0;
         (object = mu_picture_at(judgement->picture, MUSTER__EVENT__BODY_DECISION, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);
        const Muster__Decision *decision = head == NULL ? NULL : head->event->decision;

        if (decision == NULL || decision->verdict != MUSTER__VERDICT__VERDICT_OVERRIDE ||
            command == NULL || head->event->envelope->agency == NULL ||
            strcmp(head->event->envelope->agency, command) != 0)
            continue;
        for (size_t k = 0; k < decision->n_on; k++)
            if (mu_picture_said(judgement->picture, decision->on[k]) == version &&
                (latest == NULL || mu_said_recorded_before(latest, head)))
                latest = head;
    }
    return latest;
}

struct verdict {
    Muster__Ref **uncited;
    size_t uncited_count;
    char uncited_room[512], excluded_room[512];
    struct mu_text uncited_names, excluded_names;
};

static void add_name(struct mu_text *names, const struct mu_said *said)
{
    mu_text_add(names, names->used == 0 ? "" : ", ");
    mu_text_addf(names, "%s v%u", said->object->id, said->version);
}

static void judge_meetings(struct mu_judgement *judgement, const struct mu_object *plan,
                           const struct mu_said *version, const struct search *search,
                           struct verdict *verdict, struct mu_draft *draft)
{
    for (size_t i = 0; i < search->count; i++) {
        const struct mu_object *other = search->meetings[i].other;
        const struct mu_said *head = mu_object_head(other);
        bool exclusive =
            search->meetings[i].verdict == MUSTER__COMPATIBILITY__COMPATIBILITY_EXCLUSIVE;
        bool covered = is_covered(judgement, plan, version, other);

        mu_draft_cause(judgement, draft, head);
        if (covered && !exclusive)
            continue;
        mu_draft_party(judgement, draft, head, MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED);
        if (exclusive)
            add_name(&verdict->excluded_names, head);
        if (!covered) {
            Muster__Ref *ref = mu_judge_ref(judgement, head);

            MU_JUDGE_PUT(judgement, verdict->uncited, verdict->uncited_count, ref);
            add_name(&verdict->uncited_names, head);
        }
    }
}

/* Works in a river's zone cite the release whose water meets them there. */
static void judge_water(struct mu_judgement *judgement, const struct mu_object *plan,
                        const struct mu_said *version, struct verdict *verdict,
                        struct mu_draft *draft)
{
    size_t count;
    const struct mu_said **uncited = mu_water_uncited(judgement, plan, version, &count);

    for (size_t i = 0; i < count; i++) {
        Muster__Ref *ref = mu_judge_ref(judgement, uncited[i]);

        mu_draft_party(judgement, draft, uncited[i], MUSTER__ACTIVITY__ACTIVITY_RELEASE);
        MU_JUDGE_PUT(judgement, verdict->uncited, verdict->uncited_count, ref);
        add_name(&verdict->uncited_names, uncited[i]);
    }
}

static void say_verdict(struct mu_judgement *judgement, struct mu_draft *draft,
                        const struct mu_said *version, struct verdict *verdict)
{
    Muster__Finding *finding = draft->finding;
    const struct mu_said *overridden = NULL;
    Muster__Argument *plan = mu_arg_object(judgement, version->object->id);

    if (verdict->uncited_names.used == 0 && verdict->excluded_names.used == 0) {
        finding->headline = mu_judge_say(judgement, "clear.cleared", plan, NULL);
    } else if ((overridden = override_of(judgement, version)) != NULL) {
        finding->overridden_by = mu_judge_ref(judgement, overridden);
        finding->headline =
            mu_judge_say(judgement, "clear.overridden", plan,
                         mu_arg_agency(judgement, overridden->event->envelope->agency), NULL);
    } else {
        finding->kind = MUSTER__FINDING_KIND__FINDING_KIND_UNCLEARED;
        finding->severity = MUSTER__SEVERITY__SEVERITY_MODERATE;
        finding->uncited = verdict->uncited;
        finding->n_uncited = verdict->uncited_count;
        finding->headline =
            verdict->uncited_count > 0
                ? mu_judge_say(judgement, "clear.uncited", plan,
                               mu_arg_object(judgement, verdict->uncited_room), NULL)
                : mu_judge_say(judgement, "clear.excluded", plan,
                               mu_arg_object(judgement, verdict->excluded_room), NULL);
    }
}

void mu_judge_clearance(struct mu_judgement *judgement)
{
    const struct mu_object *plan =
        mu_picture_object(judgement->picture, MUSTER__EVENT__BODY_OPERATION_PLAN, judgement->id);
    const struct mu_said *version = mu_object_head(plan);
    struct search search = {.judgement = judgement};
    struct verdict verdict = {0};
    struct mu_draft *draft;

    if (version == NULL)
        return;
    draft = mu_draft_begin(judgement, version, judgement->id);
    mu_draft_party(judgement, draft, version, version->event->operation_plan->activity);
    /* A plan that is over, or that is nowhere at any time, needs no clearing. */
    if (plan->print_count == 0) {
        draft->open = false;
        draft->reason = MUSTER__CLOSE_REASON__CLOSE_REASON_PASSED;
        draft->finding->headline =
            mu_judge_say(judgement, "clear.ended", mu_arg_object(judgement, judgement->id), NULL);
        return;
    }
    verdict.uncited_names = mu_text(verdict.uncited_room, sizeof verdict.uncited_room);
    verdict.excluded_names = mu_text(verdict.excluded_room, sizeof verdict.excluded_room);
    find_meetings(&search, plan);
    judge_meetings(judgement, plan, version, &search, &verdict, draft);
    judge_water(judgement, plan, version, &verdict, draft);
    say_verdict(judgement, draft, version, &verdict);
}
