#include "proto/picture/patients.h"

#include "proto/picture/fold.h"

/* ---- what a scene says ---- */

static bool has_red(const Muster__Event *event)
{
    return event->casualty->triage != NULL && event->casualty->triage->has_red;
}

static bool has_yellow(const Muster__Event *event)
{
    return event->casualty->triage != NULL && event->casualty->triage->has_yellow;
}

static bool has_green(const Muster__Event *event)
{
    return event->casualty->triage != NULL && event->casualty->triage->has_green;
}

static bool has_tag_triage(const Muster__Event *event)
{
    return event->casualty->has_tag_triage;
}

static bool has_disposition(const Muster__Event *event)
{
    return event->casualty->has_disposition;
}

/* Whoever is on the way or has arrived is no longer to be fetched. */
static struct mu_patients one_patient(const struct mu_object *casualty)
{
    const struct mu_said *triage = mu_object_news(casualty, has_tag_triage);
    const struct mu_said *gone = mu_object_news(casualty, has_disposition);
    struct mu_patients out = {0};

    if (triage == NULL || (gone != NULL && gone->event->casualty->disposition >
                                               MUSTER__DISPOSITION__DISPOSITION_ON_SCENE))
        return out;
    out.red = triage->event->casualty->tag_triage == MUSTER__TRIAGE__TRIAGE_RED;
    out.yellow = triage->event->casualty->tag_triage == MUSTER__TRIAGE__TRIAGE_YELLOW;
    out.green = triage->event->casualty->tag_triage == MUSTER__TRIAGE__TRIAGE_GREEN;
    return out;
}

struct mu_patients mu_scene_patients(const struct mu_object *casualty)
{
    const struct mu_said *head = mu_object_head(casualty), *said;
    struct mu_patients out = {0};

    if (head == NULL)
        return out;
    if (head->event->casualty->tag != NULL)
        return one_patient(casualty);
    if ((said = mu_object_news(casualty, has_red)) != NULL)
        out.red = said->event->casualty->triage->red;
    if ((said = mu_object_news(casualty, has_yellow)) != NULL)
        out.yellow = said->event->casualty->triage->yellow;
    if ((said = mu_object_news(casualty, has_green)) != NULL)
        out.green = said->event->casualty->triage->green;
    return out;
}

/* ---- who is fetched ---- */

const Muster__PatientMove *mu_print_move(const struct mu_print *print)
{
    return print->said->event->operation_plan->phases[print->part]->patients[print->move];
}

Muster__BedKind mu_move_bed(const Muster__PatientMove *move)
{
    if (move->has_bed && move->bed > MUSTER__BED_KIND__BED_KIND_NOT_STATED)
        return move->bed;
    return move->has_triage && move->triage == MUSTER__TRIAGE__TRIAGE_RED
               ? MUSTER__BED_KIND__BED_KIND_ICU
               : MUSTER__BED_KIND__BED_KIND_GENERAL;
}

static const char *area_of(const struct mu_object *casualty)
{
    const struct mu_said *head = mu_object_head(casualty);

    return head == NULL ? NULL : head->event->envelope->area;
}

/* The first thing the plan is for that is a scene. */
static bool is_served(const struct mu_picture *picture, const struct mu_print *print,
                      const struct mu_object *casualty)
{
    const Muster__OperationPlan *plan = print->said->event->operation_plan;

    if (mu_print_move(print)->casualty != NULL || plan->n_for_objects == 0)
        return true;
    for (size_t i = 0; i < plan->n_for_objects; i++) {
        const struct mu_object *scene =
            mu_picture_object(picture, MUSTER__EVENT__BODY_CASUALTY, plan->for_objects[i]);

        if (scene != NULL)
            return scene == casualty;
    }
    return false;
}

struct fetched {
    const struct mu_picture *picture;
    const struct mu_object *casualty;
    struct mu_patients sum;
};

/* From one hospital to another is nobody fetched from a scene. */
static bool add_fetched(void *user, const struct mu_print *print)
{
    struct fetched *fetched = user;
    const Muster__PatientMove *move = mu_print_move(print);
    uint32_t persons = move->has_persons ? move->persons : 1;

    if (!is_served(fetched->picture, print, fetched->casualty) ||
        (move->from != NULL &&
         mu_picture_reference(fetched->picture, move->from,
                              MUSTER__OBJECT_KIND__OBJECT_KIND_HOSPITAL) != NULL))
        return true;
    if (move->triage == MUSTER__TRIAGE__TRIAGE_RED)
        fetched->sum.red += persons;
    else if (move->triage == MUSTER__TRIAGE__TRIAGE_YELLOW)
        fetched->sum.yellow += persons;
    else if (move->triage == MUSTER__TRIAGE__TRIAGE_GREEN)
        fetched->sum.green += persons;
    return true;
}

static uint32_t less(uint32_t a, uint32_t b)
{
    return a > b ? a - b : 0;
}

static struct mu_patients waiting_at(const struct mu_picture *picture,
                                     const struct mu_object *casualty)
{
    struct mu_patients there = mu_scene_patients(casualty);
    struct fetched fetched = {picture, casualty, {0}};
    const char *area = area_of(casualty);

    mu_picture_meet(picture, MU_PLACE_SCENE, casualty->id, INT64_MIN, MU_ENDLESS, add_fetched,
                    &fetched);
    if (area != NULL)
        mu_picture_meet(picture, MU_PLACE_SCENE, area, INT64_MIN, MU_ENDLESS, add_fetched,
                        &fetched);
    return (struct mu_patients){less(there.red, fetched.sum.red),
                                less(there.yellow, fetched.sum.yellow),
                                less(there.green, fetched.sum.green)};
}

/* ---- kept up ---- */

enum mu_err mu_fold_scene(struct mu_picture *picture, struct mu_object *casualty)
{
    struct mu_patients waiting = waiting_at(picture, casualty);

    picture->waiting.red += waiting.red - casualty->waiting.red;
    picture->waiting.yellow += waiting.yellow - casualty->waiting.yellow;
    picture->waiting.green += waiting.green - casualty->waiting.green;
    casualty->waiting = waiting;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_SCENE, .id = casualty->id});
}

/* A plan that names no scene, only where its patients come from. */
static enum mu_err fold_area(struct mu_picture *picture, const char *area)
{
    struct mu_table *casualties = &picture->kinds[MUSTER__EVENT__BODY_CASUALTY];
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < casualties->count && err == MU_OK; i++) {
        struct mu_object *casualty = casualties->rows[i].value;

        if (mu_same(area_of(casualty), area))
            err = mu_fold_scene(picture, casualty);
    }
    return err;
}

enum mu_err mu_fold_fetched(struct mu_picture *picture)
{
    size_t count = picture->touch_count;
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < count && err == MU_OK; i++) {
        struct mu_touch touch = picture->touches[i];
        struct mu_object *casualty;

        if (touch.kind != MU_TOUCH_PLACE || touch.place_kind != MU_PLACE_SCENE)
            continue;
        casualty = mu_table_find(&picture->kinds[MUSTER__EVENT__BODY_CASUALTY], touch.id);
        err = casualty != NULL ? mu_fold_scene(picture, casualty) : fold_area(picture, touch.id);
    }
    return err;
}

struct mu_patients mu_picture_waiting(const mu_picture *picture)
{
    return picture->waiting;
}

/* ---- hospitals ---- */

struct mu_bed_count mu_hospital_beds(const mu_picture *picture, const char *hospital,
                                     Muster__BedKind kind)
{
    const struct mu_object *object =
        mu_picture_object(picture, MUSTER__EVENT__BODY_HOSPITAL, hospital);
    struct mu_bed_count out = {0};

    if (mu_object_head(object) == NULL)
        return out;
    for (const struct mu_said *said = object->news; said != NULL; said = said->older) {
        const Muster__Hospital *word = said->event->hospital;

        for (size_t i = 0; !said->struck && i < word->n_beds; i++)
            if (word->beds[i]->kind == kind && word->beds[i]->has_available)
                return (struct mu_bed_count){true, word->beds[i]->available, said->as_of_ms, said};
    }
    return out;
}

static bool has_emergency(const Muster__Event *event)
{
    return event->hospital->has_emergency_department;
}

static bool has_flood_state(const Muster__Event *event)
{
    return event->hospital->has_flood_state;
}

bool mu_hospital_receives(const mu_picture *picture, const char *hospital)
{
    const struct mu_object *object =
        mu_picture_object(picture, MUSTER__EVENT__BODY_HOSPITAL, hospital);
    const struct mu_said *emergency, *flood;

    if (mu_object_head(object) == NULL)
        return true;
    emergency = mu_object_news(object, has_emergency);
    flood = mu_object_news(object, has_flood_state);
    return (emergency == NULL || emergency->event->hospital->emergency_department !=
                                     MUSTER__EMERGENCY_DEPARTMENT__EMERGENCY_DEPARTMENT_CLOSED) &&
           (flood == NULL ||
            flood->event->hospital->flood_state <= MUSTER__FLOOD_STATE__FLOOD_STATE_THREATENED);
}

static bool has_ambulances(const Muster__Event *event)
{
    return event->hospital->has_ambulances_available;
}

static const Muster__ReferenceObject *reference_of(const mu_picture *picture, const char *hospital)
{
    return mu_picture_reference(picture, hospital, MUSTER__OBJECT_KIND__OBJECT_KIND_HOSPITAL);
}

static bool has_details(const Muster__ReferenceObject *reference)
{
    return reference != NULL &&
           reference->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_HOSPITAL;
}

int64_t mu_hospital_ambulances(const mu_picture *picture, const char *hospital)
{
    const struct mu_object *object =
        mu_picture_object(picture, MUSTER__EVENT__BODY_HOSPITAL, hospital);
    const struct mu_said *said = object == NULL ? NULL : mu_object_news(object, has_ambulances);
    const Muster__ReferenceObject *reference = reference_of(picture, hospital);

    if (said != NULL)
        return said->event->hospital->ambulances_available;
    return has_details(reference) && reference->hospital->has_ambulances
               ? (int64_t)reference->hospital->ambulances
               : -1;
}

bool mu_hospital_is_ours(const mu_picture *picture, const char *hospital)
{
    const Muster__ReferenceObject *reference = reference_of(picture, hospital);

    if (reference == NULL)
        return mu_object_head(mu_picture_object(picture, MUSTER__EVENT__BODY_HOSPITAL, hospital)) !=
               NULL;
    return !has_details(reference) || !reference->hospital->has_outside_county ||
           !reference->hospital->outside_county;
}
