/* What each kind means to the picture: how an object of it is named, and what follows when something new is
 * said of one.
 */
#include "proto/picture/fold.h"

#include "proto/picture/people.h"

/* ---- names of objects whose envelope names none ---- */

const char *mu_fold_usual_name(struct mu_picture *picture, const struct mu_entry *entry,
                               const Muster__Event *event)
{
    return event->envelope->object != NULL
               ? event->envelope->object
               : mu_fold_hex(picture, entry->leaf.b, sizeof entry->leaf.b);
}

/* One table of a kind per county and area unless it is given a name. */
static const char *table_name(struct mu_picture *picture, const struct mu_entry *entry,
                              const Muster__Event *event)
{
    (void)picture;
    (void)entry;
    if (event->envelope->object != NULL)
        return event->envelope->object;
    return event->envelope->area != NULL ? event->envelope->area : "";
}

static const char *agent_name(struct mu_picture *picture, const struct mu_entry *entry,
                              const Muster__Event *event)
{
    (void)entry;
    return mu_fold_hex(picture, event->enrolment->agent.data, event->enrolment->agent.len);
}

/* A road's state is known by the edge, whoever reports it, unless the report has its own name. */
static const char *road_name(struct mu_picture *picture, const struct mu_entry *entry,
                             const Muster__Event *event)
{
    if (event->envelope->object == NULL && event->road->stretch != NULL &&
        event->road->stretch->edge != NULL)
        return event->road->stretch->edge;
    return mu_fold_usual_name(picture, entry, event);
}

/* Several parties answer one request: the latest word of each stands. */
static const char *response_name(struct mu_picture *picture, const struct mu_entry *entry,
                                 const Muster__Event *event)
{
    const Muster__SupplyResponse *response = event->supply_response;
    const char *party = response->party != NULL ? response->party : event->envelope->agency;
    char buffer[3 * MU_NAME_BYTES_MAX];
    struct mu_text name = mu_text(buffer, sizeof buffer);
    const struct mu_said *to = NULL;

    if (response->to != NULL)
        to = mu_picture_said(picture, response->to);
    if (to == NULL && (response->to == NULL || response->to->object == NULL))
        return mu_fold_usual_name(picture, entry, event);
    mu_text_add(&name, to != NULL ? to->object->id : response->to->object);
    mu_text_add(&name, "/");
    mu_text_add(&name, party == NULL ? "" : party);
    return mu_fold_text(picture, buffer);
}

/* ---- what follows from a statement, kind by kind ---- */

static uint64_t needs_view(const struct mu_object *evacuation)
{
    const struct mu_said *head = mu_object_head(evacuation);
    uint64_t persons = 0;

    if (head == NULL || mu_evacuation_over(evacuation))
        return 0;
    for (size_t i = 0; i < head->event->evacuation->n_legs; i++)
        persons += mu_leg_persons(evacuation, i);
    return head->number << 32 | (persons & UINT32_MAX);
}

static enum mu_err after_evacuation(struct mu_picture *picture, struct mu_object *object,
                                    const struct mu_said *said)
{
    uint64_t view = needs_view(object);
    enum mu_err err = mu_fold_prints(picture, object);

    /* How it goes changes no print, but it matters to whoever waits for the zone to be empty. */
    if (err == MU_OK)
        err = mu_fold_touch_people(picture, object);
    if (err != MU_OK || view == object->needs_view)
        return err;
    object->needs_view = view;
    return mu_fold_touch_needs(picture, said);
}

static enum mu_err after_operation(struct mu_picture *picture, struct mu_object *object,
                                   const struct mu_said *said)
{
    enum mu_err err = mu_fold_prints(picture, object);

    (void)said;
    if (err == MU_OK)
        err = mu_fold_fetched(picture);
    return err != MU_OK ? err
                        : mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_OPERATION,
                                                                   .id = object->id});
}

static enum mu_err after_casualty(struct mu_picture *picture, struct mu_object *object,
                                  const struct mu_said *said)
{
    (void)said;
    return mu_fold_scene(picture, object);
}

static enum mu_err after_hospital(struct mu_picture *picture, struct mu_object *object,
                                  const struct mu_said *said)
{
    (void)said;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_HOSPITAL, .id = object->id});
}

static enum mu_err after_gauge(struct mu_picture *picture, struct mu_object *object,
                               const struct mu_said *said)
{
    (void)said;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_LEVEL, .id = object->id});
}

static enum mu_err after_road(struct mu_picture *picture, struct mu_object *object,
                              const struct mu_said *said)
{
    (void)said;
    return mu_fold_prints(picture, object);
}

static enum mu_err after_shipment(struct mu_picture *picture, struct mu_object *object,
                                  const struct mu_said *said)
{
    enum mu_err err = mu_fold_prints(picture, object);

    return err != MU_OK ? err : mu_fold_touch_needs(picture, said);
}

static enum mu_err after_shelter(struct mu_picture *picture, struct mu_object *object,
                                 const struct mu_said *said)
{
    enum mu_err err =
        mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_SHELTER, .id = object->id});

    return err != MU_OK ? err : mu_fold_touch_needs(picture, said);
}

static enum mu_err after_stock(struct mu_picture *picture, struct mu_object *object,
                               const struct mu_said *said)
{
    (void)object;
    return mu_fold_touch_needs(picture, said);
}

static enum mu_err after_request(struct mu_picture *picture, struct mu_object *object,
                                 const struct mu_said *said)
{
    const char *request = mu_fold_request(picture, said);
    enum mu_err err = MU_OK;

    (void)object;
    if (request != NULL)
        err = mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_REQUEST, .id = request});
    return err != MU_OK ? err : mu_fold_touch_needs(picture, said);
}

static enum mu_err after_sheet(struct mu_picture *picture, struct mu_object *object,
                               const struct mu_said *said)
{
    const struct mu_said *head = mu_object_head(object);

    (void)said;
    if (head != NULL && (picture->sheet == NULL || mu_said_recorded_before(picture->sheet, head)))
        picture->sheet = head;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_SHEET, .id = object->id});
}

static enum mu_err after_county(struct mu_picture *picture, struct mu_object *object,
                                const struct mu_said *said)
{
    enum mu_err err = mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_COUNTY});

    if (err != MU_OK || object->kind != MUSTER__EVENT__BODY_RATE_TABLE)
        return err;
    return mu_fold_touch_needs(picture, said);
}

/* The first enrolments come before there is anything to judge; later ones are rare. */
static enum mu_err after_enrolment(struct mu_picture *picture, struct mu_object *object,
                                   const struct mu_said *said)
{
    (void)object;
    return said->event->enrolment->n_roles == 0
               ? MU_OK
               : mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_COUNTY});
}

static enum mu_err after_reference(struct mu_picture *picture, struct mu_object *object,
                                   const struct mu_said *said)
{
    enum mu_err err = mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_RIVER});

    if (err != MU_OK)
        return err;
    switch (said->event->reference_object->kind) {
    case MUSTER__OBJECT_KIND__OBJECT_KIND_SHELTER:
        return after_shelter(picture, object, said);
    case MUSTER__OBJECT_KIND__OBJECT_KIND_DEPOT:
        return mu_fold_touch_needs(picture, said);
    case MUSTER__OBJECT_KIND__OBJECT_KIND_HOSPITAL:
        return after_hospital(picture, object, said);
    case MUSTER__OBJECT_KIND__OBJECT_KIND_ROAD_EDGE:
        err = mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_ROADS});
        return err != MU_OK ? err
                            : mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_PLACE,
                                                                       .place_kind = MU_PLACE_EDGE,
                                                                       .id = object->id,
                                                                       .from_ms = INT64_MIN,
                                                                       .to_ms = MU_ENDLESS});
    default:
        return MU_OK;
    }
}

static bool asks_for_word(const Muster__Event *event)
{
    return event->body_case == MUSTER__EVENT__BODY_DAM_OPERATION || event->envelope->ack_required;
}

/* What somebody is asked to acknowledge: whoever watches over orders looks at it. */
static enum mu_err note_order(struct mu_picture *picture, struct mu_object *object,
                              const struct mu_said *said)
{
    enum mu_err err = MU_OK;

    if (!asks_for_word(said->event) && mu_table_find(&picture->orders, object->id) == NULL)
        return MU_OK;
    if (mu_table_find(&picture->orders, object->id) == NULL)
        err = mu_table_put(&picture->orders, object->id, object);
    return err != MU_OK ? err : mu_fold_touch_told(picture, object->id);
}

static enum mu_err after_release(struct mu_picture *picture, struct mu_object *object,
                                 const struct mu_said *said)
{
    enum mu_err err = mu_fold_prints(picture, object);

    (void)said;
    return err != MU_OK ? err
                        : mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_RELEASE,
                                                                   .id = object->id});
}

static enum mu_err after_declaration(struct mu_picture *picture, struct mu_object *object,
                                     const struct mu_said *said)
{
    (void)object;
    (void)said;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_CHARGE});
}

static enum mu_err after_task(struct mu_picture *picture, struct mu_object *object,
                              const struct mu_said *said)
{
    enum mu_err err = MU_OK;

    if (said == picture->last)
        err = mu_fold_told_task(picture, said);
    if (err == MU_OK)
        err = mu_fold_task(picture, said);
    return err != MU_OK ? err : mu_fold_touch_told(picture, object->id);
}

/* ---- the kinds ---- */

typedef const char *(*name_fn)(struct mu_picture *picture, const struct mu_entry *entry,
                               const Muster__Event *event);
typedef enum mu_err (*after_fn)(struct mu_picture *picture, struct mu_object *object,
                                const struct mu_said *said);

/* A kind that is not here is recorded and means nothing to the picture. */
static const struct fold_row {
    uint32_t kind;
    name_fn name;
    after_fn after; /* NULL: nothing follows */
} fold_rows[] = {
    {MUSTER__EVENT__BODY_EVACUATION, mu_fold_usual_name, after_evacuation},
    {MUSTER__EVENT__BODY_SHELTER, mu_fold_usual_name, after_shelter},
    {MUSTER__EVENT__BODY_SUPPLY_NEED, mu_fold_usual_name, after_stock},
    {MUSTER__EVENT__BODY_SUPPLY_REQUEST, mu_fold_usual_name, after_request},
    {MUSTER__EVENT__BODY_SUPPLY_RESPONSE, response_name, after_request},
    {MUSTER__EVENT__BODY_SUPPLY_COMMITMENT, mu_fold_usual_name, after_request},
    {MUSTER__EVENT__BODY_STOCK, mu_fold_usual_name, after_stock},
    {MUSTER__EVENT__BODY_SHIPMENT, mu_fold_usual_name, after_shipment},
    {MUSTER__EVENT__BODY_SUPPLY_SHEET, mu_fold_usual_name, after_sheet},
    {MUSTER__EVENT__BODY_CASUALTY, mu_fold_usual_name, after_casualty},
    {MUSTER__EVENT__BODY_HOSPITAL, mu_fold_usual_name, after_hospital},
    {MUSTER__EVENT__BODY_DISPATCH_PROPOSAL, mu_fold_usual_name, NULL},
    {MUSTER__EVENT__BODY_UNIT, mu_fold_usual_name, NULL},
    {MUSTER__EVENT__BODY_GAUGE, mu_fold_usual_name, after_gauge},
    {MUSTER__EVENT__BODY_FORECAST, mu_fold_usual_name, NULL},
    {MUSTER__EVENT__BODY_DAM_OPERATION, mu_fold_usual_name, after_release},
    {MUSTER__EVENT__BODY_LEVEE_JOB, mu_fold_usual_name, NULL},
    {MUSTER__EVENT__BODY_ROAD, road_name, after_road},
    {MUSTER__EVENT__BODY_OPERATION_PLAN, mu_fold_usual_name, after_operation},
    {MUSTER__EVENT__BODY_TASK, mu_fold_usual_name, after_task},
    {MUSTER__EVENT__BODY_ANSWER, mu_fold_usual_name, NULL},
    {MUSTER__EVENT__BODY_FIGURE, mu_fold_usual_name, NULL},
    {MUSTER__EVENT__BODY_FIELD_REPORT, mu_fold_usual_name, NULL},
    {MUSTER__EVENT__BODY_ALERT, mu_fold_usual_name, NULL},
    {MUSTER__EVENT__BODY_DECLARATION, mu_fold_usual_name, after_declaration},
    {MUSTER__EVENT__BODY_INCIDENT, mu_fold_usual_name, NULL},
    {MUSTER__EVENT__BODY_ENROLMENT, agent_name, after_enrolment},
    {MUSTER__EVENT__BODY_ROLE_MAP, table_name, after_county},
    {MUSTER__EVENT__BODY_REFERENCE_OBJECT, mu_fold_usual_name, after_reference},
    {MUSTER__EVENT__BODY_RATE_TABLE, table_name, after_county},
    {MUSTER__EVENT__BODY_MATRIX, table_name, after_county},
    {MUSTER__EVENT__BODY_TRAVEL_TABLE, table_name, after_county},
    {MUSTER__EVENT__BODY_DUTY_TABLE, table_name, NULL},
    {MUSTER__EVENT__BODY_ITEM_TABLE, table_name, NULL},
    {MUSTER__EVENT__BODY_INDICATOR_TABLE, table_name, NULL},
    {MUSTER__EVENT__BODY_LIMIT_TABLE, table_name, after_county},
    {MUSTER__EVENT__BODY_RULE_SWITCH, table_name, after_county},
};

static const struct fold_row *row_of(uint32_t kind)
{
    for (size_t i = 0; i < sizeof fold_rows / sizeof fold_rows[0]; i++)
        if (fold_rows[i].kind == kind)
            return &fold_rows[i];
    return NULL;
}

bool mu_fold_means(uint32_t kind)
{
    return row_of(kind) != NULL;
}

const char *mu_fold_name(struct mu_picture *picture, const struct mu_entry *entry,
                         const Muster__Event *event)
{
    return row_of(event->body_case)->name(picture, entry, event);
}

/* What was said about it counts no longer: whoever watches looks again. */
static enum mu_err after_strike(struct mu_picture *picture, const struct mu_said *said)
{
    const Muster__Event *event = said->event;
    enum mu_err err = mu_fold_debt_struck(picture, said);

    if (err == MU_OK && event->envelope->agency != NULL)
        err = mu_fold_touch(
            picture, (struct mu_touch){.kind = MU_TOUCH_TIMES, .id = event->envelope->agency});
    if (event->body_case != MUSTER__EVENT__BODY_ACKNOWLEDGEMENT)
        return err;
    for (size_t i = 0; i < event->acknowledgement->n_of && err == MU_OK; i++) {
        const struct mu_said *of = mu_picture_said(picture, event->acknowledgement->of[i]);

        if (of != NULL)
            err = mu_fold_touch_told(picture, of->object->id);
    }
    return err;
}

enum mu_err mu_fold_after(struct mu_picture *picture, struct mu_object *object,
                          const struct mu_said *said)
{
    const struct fold_row *row = row_of(object->kind);
    enum mu_err err = said->struck ? after_strike(picture, said) : MU_OK;

    if (err == MU_OK)
        err = note_order(picture, object, said);
    return err != MU_OK || row == NULL || row->after == NULL ? err
                                                             : row->after(picture, object, said);
}
