#include "proto/rules/ambulances.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/rules/beds.h"

#define AMBULANCE MUSTER__VEHICLE_CLASS__VEHICLE_CLASS_AMBULANCE

/* ---- hospitals ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names {
    const char **at;
    size_t count;
};

static void add_kind(struct mu_judgement *judgement, uint32_t kind, struct names *names)
{
    const struct mu_object *object;

    for (size_t i = 0; (object = mu_picture_at(judgement->picture, kind, i)) != NULL; i++)
        if (mu_hospital_is_ours(judgement->picture, object->id) &&
            (kind == MUSTER__EVENT__BODY_HOSPITAL ||
             mu_picture_reference(judgement->picture, object->id,
                                  MUSTER__OBJECT_KIND__OBJECT_KIND_HOSPITAL) != NULL))
            MU_JUDGE_PUT(judgement, names->at, names->count, object->id);
}

const char *const *mu_hospitals(struct mu_judgement *judgement, size_t *count)
{
    struct names names = {NULL, 0};
    size_t kept = 0;

    add_kind(judgement, MUSTER__EVENT__BODY_HOSPITAL, &names);
    add_kind(judgement, MUSTER__EVENT__BODY_REFERENCE_OBJECT, &names);
    if (names.count > 1)
        qsort((void *)names.at, names.count, sizeof *names.at, by_name);
    for (size_t i = 0; i < names.count; i++)
        if (kept == 0 || strcmp(names.at[kept - 1], names.at[i]) != 0)
            names.at[kept++] = names.at[i];
    *count = kept;
    return names.at;
}

/* ---- nearest first ---- */

static int by_arrival(const void *a, const void *b)
{
    const struct mu_post *one = a, *two = b;

    if (one->way.arrive_ms != two->way.arrive_ms)
        return one->way.arrive_ms < two->way.arrive_ms ? -1 : 1;
    if (one->way.distance_m != two->way.distance_m)
        return one->way.distance_m < two->way.distance_m ? -1 : 1;
    return strcmp(one->hospital, two->hospital);
}

static void sort(struct mu_posts *posts)
{
    if (posts->count > 1)
        qsort(posts->at, posts->count, sizeof *posts->at, by_arrival);
}

static void add_post(struct mu_judgement *judgement, struct mu_posts *posts, const char *hospital,
                     uint32_t free, const struct mu_spot *from, const struct mu_spot *to,
                     int64_t leave_ms)
{
    struct mu_post post = {.hospital = hospital, .free = free};
    struct mu_trip trip = {
        .from = *from, .to = *to, .vehicle = AMBULANCE, .heaviest_kg = -1, .leave_ms = leave_ms};

    if (mu_roads_way(*judgement->roads, judgement->picture, &trip, &post.way))
        MU_JUDGE_APPEND(judgement, posts->at, posts->count, post);
}

/* ---- ambulances ---- */

/* Plans that still have ambulances on the road, each once. */
struct fleet {
    struct mu_judgement *judgement;
    const struct mu_said **plans;
    size_t count;
};

static bool add_plan(void *user, const struct mu_print *print)
{
    struct fleet *fleet = user;

    for (size_t i = 0; i < fleet->count; i++)
        if (fleet->plans[i] == print->said)
            return true;
    MU_JUDGE_PUT(fleet->judgement, fleet->plans, fleet->count, print->said);
    return true;
}

/* As many as its fullest phase drives. */
static uint32_t driven_by(const Muster__OperationPlan *plan)
{
    uint32_t most = 0;

    for (size_t i = 0; i < plan->n_phases; i++) {
        uint32_t sum = 0;

        for (size_t k = 0; k < plan->phases[i]->n_vehicles; k++)
            if (plan->phases[i]->vehicles[k]->vehicle_class == AMBULANCE)
                sum += plan->phases[i]->vehicles[k]->has_count ? plan->phases[i]->vehicles[k]->count
                                                               : 1;
        most = sum > most ? sum : most;
    }
    return most;
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Whose they are, when the plan says it. */
static bool names_home(const Muster__OperationPlan *plan, const char *hospital)
{
    for (size_t i = 0; i < plan->n_resources; i++)
        if (same(plan->resources[i]->object, hospital))
            return true;
    for (size_t i = 0; i < plan->n_phases; i++) {
        for (size_t k = 0; k < plan->phases[i]->n_resources; k++)
            if (same(plan->phases[i]->resources[k]->object, hospital))
                return true;
        for (size_t k = 0; k < plan->phases[i]->n_vehicles; k++)
            if (same(plan->phases[i]->vehicles[k]->object, hospital))
                return true;
    }
    return false;
}

/* Else those of the first hospital with ambulances where it sets out. */
static const char *first_node(const Muster__OperationPlan *plan)
{
    for (size_t i = 0; i < plan->n_phases; i++)
        if (plan->phases[i]->n_passages > 0)
            return plan->phases[i]->passages[0]->node;
    return NULL;
}

static const char *home_of(struct mu_judgement *judgement, const Muster__OperationPlan *plan)
{
    size_t count;
    const char *const *hospitals = mu_hospitals(judgement, &count);
    const char *node = first_node(plan);

    for (size_t i = 0; i < count; i++)
        if (names_home(plan, hospitals[i]))
            return hospitals[i];
    for (size_t i = 0; i < count && node != NULL; i++) {
        struct mu_spot spot;

        if (mu_hospital_ambulances(judgement->picture, hospitals[i]) > 0 &&
            mu_roads_spot(judgement->picture, hospitals[i], &spot) && same(spot.node, node))
            return hospitals[i];
    }
    return NULL;
}

static int64_t first_leaves_ms(const Muster__OperationPlan *plan)
{
    for (size_t i = 0; i < plan->n_phases; i++)
        if (plan->phases[i]->window != NULL && plan->phases[i]->window->has_start_at_ms)
            return plan->phases[i]->window->start_at_ms;
    return INT64_MAX;
}

static bool has_ambulances(const Muster__Event *event)
{
    return event->hospital->has_ambulances_available;
}

/* What a hospital counted itself has already left out those that had gone by then. */
static int64_t counted_at_ms(const mu_picture *picture, const char *hospital)
{
    const struct mu_object *object =
        mu_picture_object(picture, MUSTER__EVENT__BODY_HOSPITAL, hospital);
    const struct mu_said *said = object == NULL ? NULL : mu_object_news(object, has_ambulances);

    return said == NULL ? INT64_MIN : said->as_of_ms;
}

static uint32_t busy_of(struct mu_judgement *judgement, const struct fleet *fleet,
                        const char *hospital)
{
    int64_t since_ms = counted_at_ms(judgement->picture, hospital);
    uint32_t busy = 0;

    for (size_t i = 0; i < fleet->count; i++) {
        const Muster__OperationPlan *plan = fleet->plans[i]->event->operation_plan;

        if (first_leaves_ms(plan) > since_ms && same(home_of(judgement, plan), hospital))
            busy += driven_by(plan);
    }
    return busy;
}

struct mu_posts mu_ambulances_free(struct mu_judgement *judgement, const struct mu_spot *scene,
                                   int64_t leave_ms, uint32_t *free)
{
    struct mu_posts posts = {0};
    struct fleet fleet = {.judgement = judgement};
    size_t count;
    const char *const *hospitals = mu_hospitals(judgement, &count);

    *free = 0;
    mu_picture_meet(judgement->picture, MU_PLACE_FLEET, "ambulance", judgement->now_ms, MU_ENDLESS,
                    add_plan, &fleet);
    for (size_t i = 0; i < count; i++) {
        int64_t has = mu_hospital_ambulances(judgement->picture, hospitals[i]);
        uint32_t busy;
        struct mu_spot from;

        if (has <= 0 || !mu_hospital_receives(judgement->picture, hospitals[i]) ||
            !mu_roads_spot(judgement->picture, hospitals[i], &from))
            continue;
        busy = busy_of(judgement, &fleet, hospitals[i]);
        if (has <= (int64_t)busy)
            continue;
        *free += (uint32_t)(has - busy);
        add_post(judgement, &posts, hospitals[i], (uint32_t)(has - busy), &from, scene, leave_ms);
    }
    sort(&posts);
    return posts;
}

/* ---- beds ---- */

struct mu_posts mu_beds_free(struct mu_judgement *judgement, Muster__BedKind kind,
                             const struct mu_spot *scene, int64_t leave_ms)
{
    struct mu_posts posts = {0};
    size_t count;
    const char *const *hospitals = mu_hospitals(judgement, &count);

    for (size_t i = 0; i < count; i++) {
        struct mu_beds look;
        struct mu_spot to;

        mu_beds_look(judgement->picture, hospitals[i], kind, judgement->now_ms, NULL, NULL, &look);
        if (look.fresh && look.count.available > look.coming &&
            mu_roads_spot(judgement->picture, hospitals[i], &to))
            add_post(judgement, &posts, hospitals[i], look.count.available - look.coming, scene,
                     &to, leave_ms);
    }
    sort(&posts);
    return posts;
}
