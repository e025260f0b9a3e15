/* What goes on at a place: the prints that still stand, filed by place. */
#include "proto/picture/fold.h"

#include <stdlib.h>
#include <string.h>

#include "proto/picture/people.h"
#include "proto/picture/river.h"

/* ---- which of them still stand ---- */

static bool phase_done(const struct mu_object *plan, size_t part)
{
    const Muster__PlanPhase *phase = mu_object_head(plan)->event->operation_plan->phases[part];

    for (const struct mu_said *said = plan->news; said != NULL; said = said->older)
        for (size_t i = 0; !said->struck && i < said->event->operation_plan->n_phases; i++) {
            const Muster__PlanPhase *now = said->event->operation_plan->phases[i];

            if (mu_same(now->phase_id, phase->phase_id) && now->has_done)
                return now->done;
        }
    return phase->has_done && phase->done;
}

static bool has_plan_state(const Muster__Event *event)
{
    return event->operation_plan->has_state;
}

static bool plan_stands(const struct mu_object *plan)
{
    const struct mu_said *said = mu_object_news(plan, has_plan_state);
    Muster__PlanState state = said == NULL ? MUSTER__PLAN_STATE__PLAN_STATE_SUBMITTED
                                           : said->event->operation_plan->state;

    return state != MUSTER__PLAN_STATE__PLAN_STATE_DRAFT &&
           state != MUSTER__PLAN_STATE__PLAN_STATE_STOPPED &&
           state != MUSTER__PLAN_STATE__PLAN_STATE_ENDED;
}

/* Patients fetched are fetched, and on their way to a bed until it is counted without them. */
static bool moves_stand(const struct mu_object *plan)
{
    const struct mu_said *said = mu_object_news(plan, has_plan_state);

    return plan_stands(plan) || (said != NULL && said->event->operation_plan->state ==
                                                     MUSTER__PLAN_STATE__PLAN_STATE_ENDED);
}

static bool has_shipment_state(const Muster__Event *event)
{
    return event->shipment->has_state;
}

static bool shipment_rolls(const struct mu_object *shipment)
{
    const struct mu_said *said = mu_object_news(shipment, has_shipment_state);

    return said == NULL ||
           said->event->shipment->state < MUSTER__SHIPMENT_STATE__SHIPMENT_STATE_STOPPED;
}

static bool stands(const struct mu_object *object, const struct mu_print *print)
{
    switch (object->kind) {
    case MUSTER__EVENT__BODY_EVACUATION:
        if (print->place_kind == MU_PLACE_EDGE &&
            mu_evacuation_state(object) == MUSTER__EVACUATION_STATE__EVACUATION_STATE_COMPLETE)
            return false;
        return !mu_evacuation_over(object);
    case MUSTER__EVENT__BODY_OPERATION_PLAN:
        if (print->place_kind == MU_PLACE_SCENE || print->place_kind == MU_PLACE_HOSPITAL)
            return moves_stand(object);
        return plan_stands(object) && !phase_done(object, print->part);
    case MUSTER__EVENT__BODY_SHIPMENT:
        return shipment_rolls(object);
    case MUSTER__EVENT__BODY_DAM_OPERATION:
        return print->span.start_ms < mu_release_stopped_ms(object);
    default:
        return true;
    }
}

static enum mu_err standing_prints(const struct mu_object *object, struct mu_print **out,
                                   size_t *count)
{
    const struct mu_said *head = mu_object_head(object);
    size_t kept = 0;
    enum mu_err err;

    *out = NULL;
    *count = 0;
    if (head == NULL || (err = mu_prints_of(head, out, count)) != MU_OK)
        return head == NULL ? MU_OK : err;
    for (size_t i = 0; i < *count; i++)
        if (stands(object, &(*out)[i]))
            (*out)[kept++] = (*out)[i];
    *count = kept;
    return MU_OK;
}

/* ---- filing ---- */

static void place_name(char *out, size_t size, enum mu_place_kind kind, const char *id,
                       size_t bytes)
{
    static const char *const prefix[] = {
        "e:", "d:", "z:", "r:", "s:", "c:", "h:", "w:", "p:", "n:", "u:", "f:"};
    struct mu_text text = mu_text(out, size);

    mu_text_add(&text, prefix[kind]);
    mu_text_addf(&text, "%.*s", (int)(bytes == 0 ? strlen(id) : bytes), id);
}

static struct mu_place *find_place(const struct mu_picture *picture, enum mu_place_kind kind,
                                   const char *id, size_t bytes)
{
    char name[MU_TOPIC_BYTES_MAX + 4];

    place_name(name, sizeof name, kind, id, bytes);
    return mu_table_find(&picture->places, name);
}

static struct mu_place *make_place(struct mu_picture *picture, enum mu_place_kind kind,
                                   const char *id, size_t bytes)
{
    char name[MU_TOPIC_BYTES_MAX + 4];
    struct mu_place *place = mu_arena_take(&picture->arena, sizeof *place);
    const char *kept;

    place_name(name, sizeof name, kind, id, bytes);
    kept = mu_fold_text(picture, name);
    if (place == NULL || kept == NULL || mu_table_put(&picture->places, kept, place) != MU_OK)
        return NULL;
    return place;
}

static enum mu_err file_print(struct mu_picture *picture, struct mu_print *print)
{
    struct mu_place *place =
        find_place(picture, print->place_kind, print->place, print->place_bytes);

    if (place == NULL)
        place = make_place(picture, print->place_kind, print->place, print->place_bytes);
    if (place == NULL)
        return MU_E_NO_MEMORY;
    print->span.value = print;
    print->span.order = ++picture->print_order;
    mu_spans_add(&place->spans, &print->span);
    return MU_OK;
}

static enum mu_err touch_prints(struct mu_picture *picture, const struct mu_print *prints,
                                size_t count)
{
    enum mu_err err = MU_OK;

    /* What lies under an area touches the same zones as the area itself. */
    for (size_t i = 0; i < count && err == MU_OK; i++)
        if (prints[i].place_kind != MU_PLACE_UNDER)
            err = mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_PLACE,
                                                           .place_kind = prints[i].place_kind,
                                                           .id = prints[i].place,
                                                           .from_ms = prints[i].span.start_ms,
                                                           .to_ms = prints[i].span.end_ms});
    return err;
}

static bool same_prints(const struct mu_object *object, const struct mu_print *prints, size_t count)
{
    if (count != object->print_count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (prints[i].said != object->prints[i].said || prints[i].part != object->prints[i].part ||
            prints[i].place_kind != object->prints[i].place_kind)
            return false;
    return true;
}

static void unfile(struct mu_picture *picture, struct mu_object *object)
{
    for (size_t i = 0; i < object->print_count; i++) {
        struct mu_print *print = &object->prints[i];

        mu_spans_remove(
            &find_place(picture, print->place_kind, print->place, print->place_bytes)->spans,
            &print->span);
    }
    free(object->prints);
    object->prints = NULL;
    object->print_count = 0;
}

enum mu_err mu_fold_touch_people(struct mu_picture *picture, const struct mu_object *evacuation)
{
    const struct mu_said *head = mu_object_head(evacuation);

    if (head == NULL)
        return MU_OK; /* its prints went, and that touched the place */
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_PLACE,
                                                    .place_kind = MU_PLACE_PEOPLE,
                                                    .id = mu_evacuation_zone(head),
                                                    .from_ms = INT64_MIN,
                                                    .to_ms = MU_ENDLESS});
}

enum mu_err mu_fold_prints(struct mu_picture *picture, struct mu_object *object)
{
    struct mu_print *prints;
    size_t count;
    enum mu_err err;

    if ((err = standing_prints(object, &prints, &count)) != MU_OK)
        goto out;
    if (same_prints(object, prints, count))
        goto out;
    if ((err = touch_prints(picture, object->prints, object->print_count)) != MU_OK)
        goto out;
    unfile(picture, object);
    object->prints = prints;
    prints = NULL;
    for (; object->print_count < count && err == MU_OK; object->print_count++)
        err = file_print(picture, &object->prints[object->print_count]);
    if (err == MU_OK)
        err = touch_prints(picture, object->prints, object->print_count);
    if (err == MU_OK)
        err =
            mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_OPERATION, .id = object->id});
out:
    free(prints);
    return err;
}

/* ---- asking ---- */

struct asked {
    bool (*found)(void *user, const struct mu_print *print);
    void *user;
};

static bool hand_out(void *user, struct mu_span *span)
{
    const struct asked *asked = user;

    return asked->found(asked->user, span->value);
}

void mu_picture_meet(const mu_picture *picture, enum mu_place_kind kind, const char *place,
                     int64_t start_ms, int64_t end_ms,
                     bool (*found)(void *user, const struct mu_print *print), void *user)
{
    struct asked asked = {found, user};
    struct mu_place *there = find_place(picture, kind, place, 0);

    if (there != NULL)
        mu_spans_meet(&there->spans, start_ms, end_ms, hand_out, &asked);
}

uint64_t mu_picture_looked(const mu_picture *picture)
{
    uint64_t looked = 0;

    for (size_t i = 0; i < picture->places.count; i++)
        looked += ((const struct mu_place *)picture->places.rows[i].value)->spans.looked;
    return looked;
}
