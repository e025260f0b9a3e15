#include "proto/rules/dispatch.h"

#include <string.h>

#include "proto/base/clock.h"
#include "proto/rules/ambulances.h"
#include "proto/rules/beds.h"
#include "proto/rules/dispatch_inside.h"

#define TURNOUT_MIN 5
#define ON_SCENE_MIN 15

/* Two journeys by one road are warned of it once. */
static bool is_warned(const struct mu_work *work, const Muster__Sentence *sentence)
{
    char said[512], now[512];
    struct mu_text text = mu_text(now, sizeof now);

    mu_dispatch_warning(sentence, &text);
    for (size_t i = 0; i < work->out->n_warnings; i++) {
        struct mu_text before = mu_text(said, sizeof said);

        mu_dispatch_warning(work->out->warnings[i], &before);
        if (strcmp(said, now) == 0)
            return true;
    }
    return false;
}

void mu_work_warn(struct mu_work *work, Muster__Sentence *sentence)
{
    if (is_warned(work, sentence))
        return;
    MU_JUDGE_PUT(work->judgement, work->out->warnings, work->out->n_warnings, sentence);
}

void mu_work_input(struct mu_work *work, const struct mu_said *said)
{
    Muster__Ref *ref;

    for (size_t i = 0; i < work->out->n_inputs; i++)
        if (memcmp(work->out->inputs[i]->leaf.data, said->leaf.b, sizeof said->leaf.b) == 0)
            return;
    ref = mu_judge_ref(work->judgement, said);
    MU_JUDGE_PUT(work->judgement, work->out->inputs, work->out->n_inputs, ref);
}

/* ---- journeys ---- */

static Muster__ProposedJourney *add_journey(struct mu_work *work)
{
    Muster__ProposedJourney *journey = mu_judge_take(work->judgement, sizeof *journey);

    *journey = (Muster__ProposedJourney)MUSTER__PROPOSED_JOURNEY__INIT;
    journey->scene = mu_judge_text(work->judgement, work->head->event->envelope->area);
    MU_JUDGE_PUT(work->judgement, work->out->journeys, work->out->n_journeys, journey);
    return journey;
}

/* ---- who lies where ---- */

/* When a journey that leaves the scene then is at the hospital; 0: no way is known. */
static int64_t arrives_ms(struct mu_work *work, const char *hospital, int64_t leaves_ms)
{
    struct mu_trip trip = {.from = work->scene,
                           .vehicle = MUSTER__VEHICLE_CLASS__VEHICLE_CLASS_AMBULANCE,
                           .heaviest_kg = -1,
                           .leave_ms = leaves_ms};
    struct mu_way way;

    return mu_roads_spot(work->judgement->picture, hospital, &trip.to) &&
                   mu_roads_way(*work->judgement->roads, work->judgement->picture, &trip, &way)
               ? mu_minute_up(way.arrive_ms)
               : 0;
}

static void add_move(struct mu_work *work, Muster__ProposedJourney *journey, Muster__Triage triage,
                     uint32_t persons, Muster__BedKind bed, const struct mu_post *to)
{
    Muster__PatientMove *move = mu_judge_take(work->judgement, sizeof *move);

    *move = (Muster__PatientMove)MUSTER__PATIENT_MOVE__INIT;
    move->has_triage = move->has_persons = move->has_bed = true;
    move->triage = triage;
    move->persons = persons;
    move->bed = bed;
    move->from = mu_judge_text(work->judgement, work->head->event->envelope->area);
    move->casualty = mu_judge_ref(work->judgement, work->head);
    if (to != NULL) {
        move->hospital = mu_judge_text(work->judgement, to->hospital);
        if (journey->has_leaves_at_ms)
            move->arrives_at_ms = arrives_ms(work, to->hospital, journey->leaves_at_ms);
        move->has_arrives_at_ms = move->arrives_at_ms != 0;
    }
    MU_JUDGE_PUT(work->judgement, journey->patients, journey->n_patients, move);
}

/* Beds of that kind with their figures, also those that do not count; what was used of them here. */
static void list_beds(struct mu_work *work, Muster__BedKind kind, const struct mu_posts *used)
{
    size_t count;
    const char *const *hospitals = mu_hospitals(work->judgement, &count);

    for (size_t i = 0; i < count; i++) {
        Muster__BedUse *use;
        struct mu_beds look;

        mu_beds_look(work->judgement->picture, hospitals[i], kind, work->judgement->now_ms, NULL,
                     NULL, &look);
        if (!look.count.known)
            continue;
        use = mu_judge_take(work->judgement, sizeof *use);
        *use = (Muster__BedUse)MUSTER__BED_USE__INIT;
        use->hospital = mu_judge_text(work->judgement, hospitals[i]);
        use->has_kind = use->has_available = use->has_used = use->has_counted_at_ms = true;
        use->kind = kind;
        use->available = look.count.available;
        use->counted_at_ms = look.count.counted_at_ms;
        use->used = look.coming;
        for (size_t k = 0; k < used->count; k++)
            if (strcmp(used->at[k].hospital, hospitals[i]) == 0)
                use->used = look.count.available - used->at[k].free;
        use->has_too_old = use->too_old = !look.fresh;
        MU_JUDGE_PUT(work->judgement, work->out->beds, work->out->n_beds, use);
        mu_work_input(work, look.count.said);
    }
}

static const char *word_of(Muster__BedKind kind)
{
    return kind == MUSTER__BED_KIND__BED_KIND_ICU ? "bed.icu" : "bed.general";
}

/* Nobody's bed is made up: those for whom none is counted are told of, and whom to ask. */
static void warn_of_beds(struct mu_work *work, Muster__BedKind kind, uint32_t without)
{
    struct mu_judgement *judgement = work->judgement;
    size_t count;
    const char *const *hospitals = mu_hospitals(judgement, &count);

    if (without == 0)
        return;
    mu_work_warn(work,
                 mu_judge_say(judgement, "dispatch.no_bed",
                              mu_arg_number(judgement, without, MUSTER__MEASURE__MEASURE_PERSON),
                              mu_arg_text(judgement, word_of(kind)), NULL));
    for (size_t i = 0; i < count; i++) {
        struct mu_beds look;

        mu_beds_look(judgement->picture, hospitals[i], kind, judgement->now_ms, NULL, NULL, &look);
        if (look.receives && look.count.known && !look.fresh && look.count.available > look.coming)
            mu_work_warn(work,
                         mu_judge_say(judgement, "c10.ask", mu_arg_object(judgement, hospitals[i]),
                                      mu_arg_number(judgement, look.count.available,
                                                    MUSTER__MEASURE__MEASURE_BED),
                                      mu_arg_at(judgement, look.count.counted_at_ms),
                                      mu_arg_text(judgement, word_of(kind)), NULL));
    }
}

/* ---- red ---- */

static void write_out(struct mu_work *work, Muster__ProposedJourney *journey,
                      const struct mu_post *post, uint32_t ambulances)
{
    struct mu_spot from = {0};

    journey->from = mu_judge_text(work->judgement, post->hospital);
    journey->has_unit_count = journey->has_distance_m = journey->has_travel_min = true;
    journey->unit_count = ambulances;
    journey->distance_m = post->way.distance_m;
    journey->travel_min = (mu_minute_up(post->way.arrive_ms) - work->depart_ms) / MU_MINUTE_MS;
    journey->has_departs_at_ms = journey->has_arrives_at_ms = journey->has_leaves_at_ms = true;
    journey->departs_at_ms = work->depart_ms;
    journey->arrives_at_ms = mu_minute_up(post->way.arrive_ms);
    journey->leaves_at_ms = journey->arrives_at_ms + work->on_scene_ms;
    mu_work_write_way(work, &post->way, &journey->route, &journey->n_route, &journey->passages,
                      &journey->n_passages);
    if (mu_roads_spot(work->judgement->picture, post->hospital, &from))
        mu_work_only_ways(work, journey, &from, &post->way);
}

static void write_back(struct mu_work *work, Muster__ProposedJourney *journey, const char *hospital)
{
    struct mu_trip trip = {.from = work->scene,
                           .vehicle = MUSTER__VEHICLE_CLASS__VEHICLE_CLASS_AMBULANCE,
                           .heaviest_kg = -1,
                           .leave_ms = journey->leaves_at_ms};
    struct mu_way way;

    journey->return_to = mu_judge_text(work->judgement, hospital);
    if (!mu_roads_spot(work->judgement->picture, hospital, &trip.to) ||
        !mu_roads_way(*work->judgement->roads, work->judgement->picture, &trip, &way))
        return;
    journey->has_back_at_ms = true;
    journey->back_at_ms = mu_minute_up(way.arrive_ms);
    mu_work_write_way(work, &way, &journey->return_route, &journey->n_return_route,
                      &journey->return_passages, &journey->n_return_passages);
}

/* Takes up to `persons` of the beds that are left. Returns for how many there was none. */
static uint32_t fill_beds(struct mu_work *work, Muster__ProposedJourney *journey,
                          Muster__Triage triage, uint32_t persons, Muster__BedKind kind,
                          struct mu_posts *beds)
{
    for (size_t i = 0; i < beds->count && persons > 0; i++) {
        uint32_t taken = beds->at[i].free < persons ? beds->at[i].free : persons;

        if (taken == 0)
            continue;
        add_move(work, journey, triage, taken, kind, &beds->at[i]);
        beds->at[i].free -= taken;
        persons -= taken;
    }
    if (persons > 0)
        add_move(work, journey, triage, persons, kind, NULL);
    return persons;
}

/* There are not enough for all scenes: whoever decides must know. */
static void warn_of_others(struct mu_work *work, uint32_t free)
{
    uint32_t all = mu_picture_waiting(work->judgement->picture).red;

    if (all == work->casualty->waiting.red || all <= free)
        return;
    mu_work_warn(
        work,
        mu_judge_say(work->judgement, "dispatch.not_enough",
                     mu_arg_number(work->judgement, all, MUSTER__MEASURE__MEASURE_PERSON),
                     mu_arg_number(work->judgement, free, MUSTER__MEASURE__MEASURE_VEHICLE), NULL));
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* How many each post sends: first of what no other scene holds, then of what one does. */
static uint32_t *share_out(struct mu_work *work, const struct mu_posts *posts, uint32_t *red)
{
    struct mu_held held = mu_work_held(work);
    uint32_t *sent = mu_judge_take(work->judgement, (posts->count + 1) * sizeof *sent);

    for (size_t i = 0; i < posts->count; i++) {
        uint32_t free = posts->at[i].free;

        sent[i] = least(free - least(free, mu_held_of(&held, posts->at[i].hospital)), *red);
        *red -= sent[i];
    }
    for (size_t i = 0; i < posts->count; i++) {
        uint32_t twice = least(posts->at[i].free - sent[i], *red);

        mu_held_warn(work, &held, posts->at[i].hospital, twice);
        sent[i] += twice;
        *red -= twice;
    }
    return sent;
}

static void send_ambulances(struct mu_work *work, uint32_t red)
{
    const Muster__BedKind icu = MUSTER__BED_KIND__BED_KIND_ICU;
    struct mu_judgement *judgement = work->judgement;
    uint32_t free, without = 0;
    struct mu_posts posts = mu_ambulances_free(judgement, &work->scene, work->depart_ms, &free);
    uint32_t *sent = share_out(work, &posts, &red);
    struct mu_posts beds = {0};
    bool any = false;

    for (size_t i = 0; i < posts.count; i++) {
        Muster__ProposedJourney *journey;

        if (sent[i] == 0)
            continue;
        journey = add_journey(work);
        write_out(work, journey, &posts.at[i], sent[i]);
        if (!any)
            beds = mu_beds_free(judgement, icu, &work->scene, journey->leaves_at_ms);
        without += fill_beds(work, journey, MUSTER__TRIAGE__TRIAGE_RED, sent[i], icu, &beds);
        write_back(work, journey,
                   journey->patients[0]->hospital != NULL ? journey->patients[0]->hospital
                                                          : posts.at[i].hospital);
        any = true;
    }
    if (posts.count == 0 && free > 0)
        mu_work_warn(work, mu_judge_say(judgement, "dispatch.no_way",
                                        mu_arg_object(judgement, work->casualty->id), NULL));
    else if (red > 0)
        mu_work_warn(work,
                     mu_judge_say(judgement, "dispatch.no_ambulance",
                                  mu_arg_number(judgement, red, MUSTER__MEASURE__MEASURE_PERSON),
                                  NULL));
    warn_of_others(work, free);
    list_beds(work, icu, &beds);
    warn_of_beds(work, icu, without);
}

/* ---- yellow and green ---- */

/* By whatever can drive: how far, and which beds. One journey for each hospital. */
static void send_others(struct mu_work *work, uint32_t yellow, uint32_t green)
{
    const Muster__BedKind general = MUSTER__BED_KIND__BED_KIND_GENERAL;
    struct mu_posts beds = mu_beds_free(work->judgement, general, &work->scene, work->depart_ms);

    for (size_t i = 0; i < beds.count && yellow + green > 0; i++) {
        struct mu_post *post = &beds.at[i];
        uint32_t one = post->free < yellow ? post->free : yellow;
        uint32_t two = post->free - one < green ? post->free - one : green;
        Muster__ProposedJourney *journey = add_journey(work);

        if (one > 0)
            add_move(work, journey, MUSTER__TRIAGE__TRIAGE_YELLOW, one, general, post);
        if (two > 0)
            add_move(work, journey, MUSTER__TRIAGE__TRIAGE_GREEN, two, general, post);
        journey->return_to = mu_judge_text(work->judgement, post->hospital);
        journey->has_distance_m = journey->has_travel_min = true;
        journey->distance_m = post->way.distance_m;
        journey->travel_min = (mu_minute_up(post->way.arrive_ms) - work->depart_ms) / MU_MINUTE_MS;
        mu_work_write_way(work, &post->way, &journey->return_route, &journey->n_return_route,
                          &journey->return_passages, &journey->n_return_passages);
        journey->n_return_passages = 0; /* nobody knows when they leave */
        post->free -= one + two;
        yellow -= one;
        green -= two;
    }
    list_beds(work, general, &beds);
    warn_of_beds(work, general, yellow + green);
}

/* ---- the proposal ---- */

bool mu_work_find_scene(struct mu_work *work)
{
    const Muster__Envelope *envelope = work->head->event->envelope;
    const Muster__Location *at = envelope->location;

    if (at != NULL && at->edge != NULL && at->edge->has_from_m) {
        work->scene = (struct mu_spot){.edge = at->edge->edge, .at_m = at->edge->from_m};
        return true;
    }
    if (at != NULL && (mu_roads_spot(work->judgement->picture, at->node, &work->scene) ||
                       mu_roads_spot(work->judgement->picture, at->facility, &work->scene) ||
                       mu_roads_spot(work->judgement->picture, at->area, &work->scene)))
        return true;
    return mu_roads_spot(work->judgement->picture, envelope->area, &work->scene);
}

static void fill(struct mu_work *work)
{
    const mu_picture *picture = work->judgement->picture;
    struct mu_patients waiting = work->casualty->waiting;

    work->out->casualty = mu_judge_ref(work->judgement, work->head);
    work->out->has_computed_through = work->out->has_epoch = work->out->has_computed_at_ms = true;
    work->out->computed_through = mu_picture_through(picture);
    work->out->epoch = mu_picture_epoch(picture);
    work->out->computed_at_ms = mu_picture_now_ms(picture);
    mu_work_input(work, work->casualty->news);
    if (!mu_work_find_scene(work)) {
        mu_work_warn(work, mu_judge_say(work->judgement, "dispatch.no_place",
                                        mu_arg_object(work->judgement, work->casualty->id), NULL));
        return;
    }
    if (waiting.red > 0)
        send_ambulances(work, waiting.red);
    if (waiting.yellow + waiting.green > 0)
        send_others(work, waiting.yellow, waiting.green);
}

Muster__DispatchProposal *mu_dispatch_propose(const mu_picture *picture, struct mu_roads *roads,
                                              const struct mu_object *casualty, mu_arena *arena)
{
    struct mu_judgement judgement = {
        .picture = picture, .roads = &roads, .arena = arena, .now_ms = mu_picture_now_ms(picture)};
    struct mu_work work = {
        .judgement = &judgement, .casualty = casualty, .head = mu_object_head(casualty)};

    if (work.head == NULL ||
        casualty->waiting.red + casualty->waiting.yellow + casualty->waiting.green == 0)
        return NULL;
    work.depart_ms = judgement.now_ms +
                     mu_picture_limit(picture, "turnout_min", NULL, TURNOUT_MIN) * MU_MINUTE_MS;
    work.on_scene_ms = mu_picture_limit(picture, "on_scene_min", NULL, ON_SCENE_MIN) * MU_MINUTE_MS;
    work.out = mu_judge_take(&judgement, sizeof *work.out);
    *work.out = (Muster__DispatchProposal)MUSTER__DISPATCH_PROPOSAL__INIT;
    fill(&work);
    return work.out;
}

void mu_dispatch_name(const struct mu_object *casualty, struct mu_text *out)
{
    mu_text_add(out, "DP-");
    mu_text_add(out, casualty->id);
}
