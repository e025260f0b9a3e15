/* From a proposal to an operation: what a person says yes to. */
#include <stdlib.h>
#include <string.h>

#include "proto/rules/dispatch.h"
#include "proto/rules/journey.h"
#include "proto/rules/judge.h"

/* ---- phases ---- */

static Muster__PlanPhase *add_phase(struct mu_judgement *make, Muster__OperationPlan *plan,
                                    Muster__Activity activity, int64_t start_ms, int64_t end_ms)
{
    Muster__PlanPhase *phase = mu_judge_take(make, sizeof *phase);
    Muster__Window *window = mu_judge_take(make, sizeof *window);

    *phase = (Muster__PlanPhase)MUSTER__PLAN_PHASE__INIT;
    *window = (Muster__Window)MUSTER__WINDOW__INIT;
    window->has_start_at_ms = window->has_end_at_ms = true;
    window->start_at_ms = start_ms;
    window->end_at_ms = end_ms;
    phase->has_activity = true;
    phase->activity = activity;
    phase->window = window;
    MU_JUDGE_PUT(make, plan->phases, plan->n_phases, phase);
    return phase;
}

/* A share of the hospital's ambulances, for as long as they drive. */
static void set_vehicles(struct mu_judgement *make, Muster__PlanPhase *phase,
                         const Muster__ProposedJourney *journey)
{
    Muster__Vehicles *vehicles = mu_judge_take(make, sizeof *vehicles);

    *vehicles = (Muster__Vehicles)MUSTER__VEHICLES__INIT;
    vehicles->has_vehicle_class = vehicles->has_count = true;
    vehicles->vehicle_class = MUSTER__VEHICLE_CLASS__VEHICLE_CLASS_AMBULANCE;
    vehicles->count = journey->unit_count;
    vehicles->object = mu_judge_text(make, journey->from);
    MU_JUDGE_PUT(make, phase->vehicles, phase->n_vehicles, vehicles);
}

static void drive_out(struct mu_judgement *make, Muster__OperationPlan *plan,
                      const Muster__ProposedJourney *journey)
{
    Muster__PlanPhase *phase = add_phase(make, plan, MUSTER__ACTIVITY__ACTIVITY_AMBULANCE,
                                         journey->departs_at_ms, journey->arrives_at_ms);

    phase->edges = journey->route;
    phase->n_edges = journey->n_route;
    phase->passages = journey->passages;
    phase->n_passages = journey->n_passages;
    set_vehicles(make, phase, journey);
}

static void treat(struct mu_judgement *make, Muster__OperationPlan *plan,
                  const Muster__ProposedJourney *journey)
{
    if (journey->leaves_at_ms > journey->arrives_at_ms)
        add_phase(make, plan, MUSTER__ACTIVITY__ACTIVITY_MEDICAL, journey->arrives_at_ms,
                  journey->leaves_at_ms)
            ->zone = journey->scene;
}

static void add_patients(struct mu_judgement *make, Muster__PlanPhase *phase,
                         const Muster__ProposedJourney *journey)
{
    for (size_t i = 0; i < journey->n_patients; i++) {
        Muster__PatientMove *move = mu_judge_take(make, sizeof *move);

        *move = *journey->patients[i];
        if (move->hospital == NULL) {
            move->hospital = journey->return_to;
            move->has_arrives_at_ms = journey->has_back_at_ms;
            move->arrives_at_ms = journey->back_at_ms;
        }
        MU_JUDGE_PUT(make, phase->patients, phase->n_patients, move);
    }
}

/* Without a way back they are on the road until somebody says more. */
static void drive_back(struct mu_judgement *make, Muster__OperationPlan *plan,
                       const Muster__ProposedJourney *journey)
{
    Muster__PlanPhase *phase =
        add_phase(make, plan, MUSTER__ACTIVITY__ACTIVITY_AMBULANCE, journey->leaves_at_ms,
                  journey->has_back_at_ms ? journey->back_at_ms : journey->leaves_at_ms);

    if (!journey->has_back_at_ms) {
        phase->window->has_end_at_ms = false;
        phase->window->end_at_ms = 0;
        phase->window->has_until_changed = phase->window->until_changed = true;
    }
    phase->edges = journey->return_route;
    phase->n_edges = journey->n_return_route;
    phase->passages = journey->return_passages;
    phase->n_passages = journey->n_return_passages;
    set_vehicles(make, phase, journey);
    add_patients(make, phase, journey);
}

Muster__OperationPlan *mu_dispatch_plan(const Muster__DispatchProposal *proposal, size_t journey,
                                        mu_arena *arena)
{
    struct mu_judgement make = {.arena = arena};
    const Muster__ProposedJourney *chosen;
    Muster__OperationPlan *plan;
    char *scene;

    if (journey >= proposal->n_journeys || proposal->journeys[journey]->n_route == 0 ||
        proposal->journeys[journey]->unit_count == 0)
        return NULL;
    chosen = proposal->journeys[journey];
    plan = mu_judge_take(&make, sizeof *plan);
    *plan = (Muster__OperationPlan)MUSTER__OPERATION_PLAN__INIT;
    plan->has_activity = plan->has_state = true;
    plan->activity = MUSTER__ACTIVITY__ACTIVITY_AMBULANCE;
    plan->state = MUSTER__PLAN_STATE__PLAN_STATE_SUBMITTED;
    drive_out(&make, plan, chosen);
    treat(&make, plan, chosen);
    drive_back(&make, plan, chosen);
    if ((scene = mu_judge_text(&make, proposal->casualty->object)) != NULL)
        MU_JUDGE_PUT(&make, plan->for_objects, plan->n_for_objects, scene);
    return plan;
}

/* ---- what it must cite ---- */

struct meet {
    struct mu_judgement *make;
    const struct mu_print *mine;
    const struct mu_said **heads;
    size_t count;
};

static bool take(void *user, const struct mu_print *other)
{
    struct meet *meet = user;
    const struct mu_said *head = mu_object_head(other->object);
    int64_t start_ms, end_ms;

    if (head == NULL || strcmp(other->object->id, meet->mine->object->id) == 0 ||
        !mu_prints_meet(meet->make->picture, meet->mine, other, &start_ms, &end_ms) ||
        mu_picture_beside(meet->make->picture, meet->mine, other) ==
            MUSTER__COMPATIBILITY__COMPATIBILITY_COMPATIBLE)
        return true;
    for (size_t i = 0; i < meet->count; i++)
        if (meet->heads[i] == head)
            return true;
    MU_JUDGE_PUT(meet->make, meet->heads, meet->count, head);
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct mu_said *one = *(const struct mu_said *const *)a;
    const struct mu_said *other = *(const struct mu_said *const *)b;

    return strcmp(one->object->id, other->object->id);
}

Muster__Ref **mu_dispatch_cites(const mu_picture *picture, const Muster__Event *plan,
                                mu_arena *arena, size_t *count)
{
    struct mu_judgement make = {.picture = picture, .arena = arena};
    struct mu_object object = {.kind = MUSTER__EVENT__BODY_OPERATION_PLAN,
                               .id = plan->envelope->object};
    struct mu_said said = {.event = plan, .object = &object, .is_version = true};
    struct meet meet = {.make = &make};
    struct mu_print *prints;
    Muster__Ref **refs = NULL;
    size_t print_count;

    *count = 0;
    MU_CHECK(mu_prints_of(&said, &prints, &print_count) == MU_OK);
    for (size_t i = 0; i < print_count; i++) {
        meet.mine = &prints[i];
        mu_picture_meet(picture, prints[i].place_kind, prints[i].place, prints[i].span.start_ms,
                        prints[i].span.end_ms, take, &meet);
    }
    if (meet.count > 1)
        qsort((void *)meet.heads, meet.count, sizeof *meet.heads, by_name);
    for (size_t i = 0; i < meet.count; i++) {
        Muster__Ref *ref = mu_judge_ref(&make, meet.heads[i]);

        MU_JUDGE_PUT(&make, refs, *count, ref);
    }
    free(prints);
    return refs;
}
