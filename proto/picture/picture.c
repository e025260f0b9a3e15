/* The fold: one row per kind says what to do with it. */
#include "proto/picture/fold.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/picture/people.h"
#include "proto/wire/event.h"

/* All entries of a log live in one arena; its bound is the machine's memory, not a message's. */
#define ARENA_BYTES_MAX (SIZE_MAX / 4)

enum mu_err mu_picture_new(mu_picture **out)
{
    mu_picture *picture = calloc(1, sizeof *picture);

    *out = picture;
    if (picture == NULL)
        return MU_E_NO_MEMORY;
    picture->arena = mu_arena_make(ARENA_BYTES_MAX);
    return MU_OK;
}

static void free_prints(struct mu_table *objects)
{
    for (size_t i = 0; i < objects->count; i++)
        free(((struct mu_object *)objects->rows[i].value)->prints);
    mu_table_free(objects);
}

void mu_picture_free(mu_picture **picture)
{
    mu_picture *old = *picture;

    *picture = NULL;
    if (old == NULL)
        return;
    for (size_t i = 0; i < MU_KINDS; i++)
        free_prints(&old->kinds[i]);
    mu_table_free(&old->leaves);
    mu_table_free(&old->strikes);
    mu_table_free(&old->places);
    mu_table_free(&old->cards);
    mu_table_free(&old->findings);
    mu_table_free(&old->decisions);
    mu_machine_free(old);
    mu_table_free(&old->told);
    mu_task_free(old);
    mu_table_free(&old->orders);
    mu_table_free(&old->clocks);
    mu_table_free(&old->debts);
    mu_table_free(&old->debt_of);
    mu_arena_free(&old->arena);
    free(old->touches);
    free(old);
}

uint64_t mu_picture_through(const mu_picture *picture)
{
    return picture->through;
}

uint32_t mu_picture_epoch(const mu_picture *picture)
{
    return picture->epoch;
}

int64_t mu_picture_now_ms(const mu_picture *picture)
{
    return picture->now_ms;
}

int64_t mu_picture_ticked_ms(const mu_picture *picture)
{
    return picture->ticked_ms;
}

const struct mu_said *mu_picture_last(const mu_picture *picture)
{
    return picture->last;
}

const struct mu_touch *mu_picture_touches(const mu_picture *picture, size_t *count)
{
    *count = picture->touch_count;
    return picture->touches;
}

enum mu_err mu_fold_touch(struct mu_picture *picture, struct mu_touch touch)
{
    size_t room = picture->touch_room == 0 ? 16 : picture->touch_room * 2;
    struct mu_touch *touches = picture->touches;

    if (picture->touch_count == picture->touch_room) {
        if ((touches = realloc(touches, room * sizeof *touches)) == NULL)
            return MU_E_NO_MEMORY;
        picture->touches = touches;
        picture->touch_room = room;
    }
    picture->touches[picture->touch_count++] = touch;
    return MU_OK;
}

/* ---- supply: what it must answer, and its answer ---- */

static enum mu_err touch_needs(struct mu_picture *picture, const struct mu_said *said)
{
    if (picture->needs_cause == NULL || said->number >= picture->needs_cause->number)
        picture->needs_cause = said;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_NEEDS});
}

uint64_t mu_picture_needs_mark(const mu_picture *picture)
{
    return picture->needs_cause == NULL ? 0 : picture->needs_cause->number;
}

const struct mu_said *mu_picture_needs_cause(const mu_picture *picture)
{
    return picture->needs_cause;
}

const struct mu_said *mu_picture_sheet(const mu_picture *picture)
{
    return picture->sheet;
}

bool mu_picture_sheet_current(const mu_picture *picture)
{
    const Muster__SupplySheet *sheet;

    if (picture->sheet == NULL)
        return false;
    if (picture->needs_cause == NULL)
        return true;
    sheet = picture->sheet->event->supply_sheet;
    return sheet->epoch >= picture->needs_cause->epoch &&
           sheet->computed_through >= picture->needs_cause->number;
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
    return touch_needs(picture, said);
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

    return err != MU_OK ? err : touch_needs(picture, said);
}

static enum mu_err after_shelter(struct mu_picture *picture, struct mu_object *object,
                                 const struct mu_said *said)
{
    enum mu_err err =
        mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_SHELTER, .id = object->id});

    return err != MU_OK ? err : touch_needs(picture, said);
}

static enum mu_err after_stock(struct mu_picture *picture, struct mu_object *object,
                               const struct mu_said *said)
{
    (void)object;
    return touch_needs(picture, said);
}

/* The request a statement of supply is about: itself, or the one it names. */
static const char *request_of(const struct mu_picture *picture, const struct mu_said *said)
{
    const Muster__Event *event = said->event;
    const struct mu_said *to;

    if (event->body_case == MUSTER__EVENT__BODY_SUPPLY_COMMITMENT)
        return event->supply_commitment->request;
    if (event->body_case == MUSTER__EVENT__BODY_SUPPLY_REQUEST)
        return said->object->id;
    if (event->supply_response->to == NULL)
        return NULL;
    to = mu_picture_said(picture, event->supply_response->to);
    if (to == NULL)
        return event->supply_response->to->object;
    return to->event->body_case == MUSTER__EVENT__BODY_SUPPLY_COMMITMENT
               ? to->event->supply_commitment->request
               : to->object->id;
}

static enum mu_err after_request(struct mu_picture *picture, struct mu_object *object,
                                 const struct mu_said *said)
{
    const char *request = request_of(picture, said);
    enum mu_err err = MU_OK;

    (void)object;
    if (request != NULL)
        err = mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_REQUEST, .id = request});
    return err != MU_OK ? err : touch_needs(picture, said);
}

static enum mu_err after_sheet(struct mu_picture *picture, struct mu_object *object,
                               const struct mu_said *said)
{
    const struct mu_said *head = mu_object_head(object);

    (void)said;
    if (head != NULL && (picture->sheet == NULL || head->number > picture->sheet->number))
        picture->sheet = head;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_SHEET, .id = object->id});
}

static enum mu_err after_county(struct mu_picture *picture, struct mu_object *object,
                                const struct mu_said *said)
{
    enum mu_err err = mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_COUNTY});

    if (err != MU_OK || object->kind != MUSTER__EVENT__BODY_RATE_TABLE)
        return err;
    return touch_needs(picture, said);
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
        return touch_needs(picture, said);
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

static enum mu_err touch_told(struct mu_picture *picture, const char *object)
{
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_TOLD, .id = object});
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
    return err != MU_OK ? err : touch_told(picture, object->id);
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
    return err != MU_OK ? err : touch_told(picture, object->id);
}

/* ---- names of objects whose envelope names none ---- */

static const char *leaf_name(struct mu_picture *picture, const struct mu_entry *entry)
{
    return mu_fold_hex(picture, entry->leaf.b, sizeof entry->leaf.b);
}

static const char *usual_name(struct mu_picture *picture, const struct mu_entry *entry,
                              const Muster__Event *event)
{
    return event->envelope->object != NULL ? event->envelope->object : leaf_name(picture, entry);
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
    return usual_name(picture, entry, event);
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
        return usual_name(picture, entry, event);
    mu_text_add(&name, to != NULL ? to->object->id : response->to->object);
    mu_text_add(&name, "/");
    mu_text_add(&name, party == NULL ? "" : party);
    return mu_fold_text(picture, buffer);
}

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
    {MUSTER__EVENT__BODY_EVACUATION, usual_name, after_evacuation},
    {MUSTER__EVENT__BODY_SHELTER, usual_name, after_shelter},
    {MUSTER__EVENT__BODY_SUPPLY_NEED, usual_name, after_stock},
    {MUSTER__EVENT__BODY_SUPPLY_REQUEST, usual_name, after_request},
    {MUSTER__EVENT__BODY_SUPPLY_RESPONSE, response_name, after_request},
    {MUSTER__EVENT__BODY_SUPPLY_COMMITMENT, usual_name, after_request},
    {MUSTER__EVENT__BODY_STOCK, usual_name, after_stock},
    {MUSTER__EVENT__BODY_SHIPMENT, usual_name, after_shipment},
    {MUSTER__EVENT__BODY_SUPPLY_SHEET, usual_name, after_sheet},
    {MUSTER__EVENT__BODY_CASUALTY, usual_name, after_casualty},
    {MUSTER__EVENT__BODY_HOSPITAL, usual_name, after_hospital},
    {MUSTER__EVENT__BODY_DISPATCH_PROPOSAL, usual_name, NULL},
    {MUSTER__EVENT__BODY_UNIT, usual_name, NULL},
    {MUSTER__EVENT__BODY_GAUGE, usual_name, after_gauge},
    {MUSTER__EVENT__BODY_FORECAST, usual_name, NULL},
    {MUSTER__EVENT__BODY_DAM_OPERATION, usual_name, after_release},
    {MUSTER__EVENT__BODY_LEVEE_JOB, usual_name, NULL},
    {MUSTER__EVENT__BODY_ROAD, road_name, after_road},
    {MUSTER__EVENT__BODY_OPERATION_PLAN, usual_name, after_operation},
    {MUSTER__EVENT__BODY_TASK, usual_name, after_task},
    {MUSTER__EVENT__BODY_ANSWER, usual_name, NULL},
    {MUSTER__EVENT__BODY_FIGURE, usual_name, NULL},
    {MUSTER__EVENT__BODY_FIELD_REPORT, usual_name, NULL},
    {MUSTER__EVENT__BODY_ALERT, usual_name, NULL},
    {MUSTER__EVENT__BODY_DECLARATION, usual_name, after_declaration},
    {MUSTER__EVENT__BODY_INCIDENT, usual_name, NULL},
    {MUSTER__EVENT__BODY_ENROLMENT, agent_name, after_enrolment},
    {MUSTER__EVENT__BODY_ROLE_MAP, table_name, after_county},
    {MUSTER__EVENT__BODY_REFERENCE_OBJECT, usual_name, after_reference},
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

static const char *agency_told(const Muster__Event *event)
{
    if (event->acknowledgement->for_agency != NULL)
        return event->acknowledgement->for_agency;
    return event->envelope->on_behalf_of != NULL ? event->envelope->on_behalf_of
                                                 : event->envelope->agency;
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
            err = touch_told(picture, of->object->id);
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

/* One mark per version, agency and rung: "EV-01@1/CA/5". */
static enum mu_err fold_acknowledgement(struct mu_picture *picture, const struct mu_entry *entry,
                                        const Muster__Event *event)
{
    const Muster__Acknowledgement *ack = event->acknowledgement;
    const char *agency = agency_told(event);
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < ack->n_of && err == MU_OK; i++) {
        const struct mu_said *of = mu_picture_said(picture, ack->of[i]);
        const char *object = of != NULL ? of->object->id : ack->of[i]->object;
        uint32_t version = of != NULL ? of->version : ack->of[i]->version;
        char buffer[3 * MU_NAME_BYTES_MAX];
        struct mu_text name = mu_text(buffer, sizeof buffer);
        struct mu_said *said;
        const char *id;

        if (object == NULL)
            continue;
        mu_text_addf(&name, "%s@%u/%s/%d", object, version, agency == NULL ? "" : agency,
                     (int)ack->rung);
        id = mu_fold_text(picture, buffer);
        err = id == NULL ? MU_E_NO_MEMORY : mu_fold_say(picture, entry, event, id, &said);
        if (err == MU_OK)
            err = mu_fold_told(picture, ack->of[i], of, agency, ack->rung, said);
        if (err == MU_OK)
            err = mu_fold_time_before(picture, said, of);
        if (err == MU_OK && i == 0)
            err = mu_fold_time_ahead(picture, said);
        if (err == MU_OK)
            err = touch_told(picture, of != NULL ? of->object->id : ack->of[i]->object);
    }
    return err;
}

static enum mu_err fold_statement(struct mu_picture *picture, const struct mu_entry *entry,
                                  const Muster__Event *event)
{
    const struct fold_row *row = row_of(event->body_case);
    struct mu_said *said;
    const char *id;
    enum mu_err err;

    if ((id = row->name(picture, entry, event)) == NULL)
        return MU_E_NO_MEMORY;
    if ((err = mu_fold_say(picture, entry, event, id, &said)) != MU_OK ||
        (err = mu_fold_after(picture, (struct mu_object *)(uintptr_t)said->object, said)) !=
            MU_OK ||
        (err = mu_fold_time_ahead(picture, said)) != MU_OK)
        return err;
    if (event->envelope->in_reply_to != NULL)
        err = mu_fold_time_before(picture, said,
                                  mu_picture_said(picture, event->envelope->in_reply_to));
    return err != MU_OK ? err : mu_fold_debt(picture, said);
}

/* Nothing of a sheet is kept but how far it looked, so it is read in passing. */
static enum mu_err fold_sheet(struct mu_picture *picture, const struct mu_entry *entry)
{
    mu_arena arena = mu_event_arena(entry->body.size);
    const Muster__Event *event = entry->event;
    struct mu_fault fault;
    enum mu_err err = MU_OK;

    if (event == NULL)
        err = mu_event_unpack(entry->body, &arena, &event, &fault);
    if (err == MU_OK && event->body_case == MUSTER__EVENT__BODY_RECEIPT_SHEET)
        err = mu_fold_receipts(picture, entry, event);
    mu_arena_free(&arena);
    return err;
}

static enum mu_err fold_tick(struct mu_picture *picture, const struct mu_entry *entry)
{
    picture->ticked_ms = entry->accepted_at_ms;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_TICK});
}

/* How fast the log's clock runs decides how exactly a time on it can be stated. */
static enum mu_err fold_genesis(struct mu_picture *picture, const struct mu_entry *entry)
{
    mu_arena arena = mu_event_arena(entry->body.size);
    const Muster__Event *event = entry->event;
    struct mu_fault fault;
    enum mu_err err = MU_OK;

    if (event == NULL)
        err = mu_event_unpack(entry->body, &arena, &event, &fault);
    if (err == MU_OK && event->genesis->has_clock_rate_milli)
        picture->clock_rate_milli = event->genesis->clock_rate_milli;
    mu_arena_free(&arena);
    return err;
}

/* ---- one entry ---- */

static bool is_kept(uint32_t kind)
{
    return row_of(kind) != NULL || kind == MUSTER__EVENT__BODY_FINDING ||
           kind == MUSTER__EVENT__BODY_DECISION || kind == MUSTER__EVENT__BODY_ACKNOWLEDGEMENT;
}

/* Readers that are in a hurry hand out bodies unread. */
static uint32_t kind_of(const struct mu_entry *entry)
{
    struct mu_topic topic = {0};
    struct mu_fault fault;

    if (entry->event != NULL)
        return mu_kind_of(entry->event);
    if (entry->body.size == 0 || mu_event_scan(entry->body, &topic, &fault) != MU_OK)
        return 0;
    return topic.kind;
}

/* Our own copy: the entry is lent for the call only. */
static enum mu_err copy_event(struct mu_picture *picture, const struct mu_entry *entry,
                              const Muster__Event **out)
{
    struct mu_bytes body = entry->body;
    struct mu_fault fault;
    uint8_t *packed = NULL;
    enum mu_err err;

    if (body.size == 0) {
        body.size = mu_event_size(entry->event);
        if ((packed = malloc(body.size + 1)) == NULL)
            return MU_E_NO_MEMORY;
        mu_event_pack(entry->event, packed);
        body.data = packed;
    }
    err = mu_event_unpack(body, &picture->arena, out, &fault);
    free(packed);
    return err;
}

static enum mu_err fold_event(struct mu_picture *picture, const struct mu_entry *entry)
{
    uint32_t kind = kind_of(entry);
    const Muster__Event *event;
    enum mu_err err;

    if (kind == MUSTER__EVENT__BODY_TICK)
        return fold_tick(picture, entry);
    if (kind == MUSTER__EVENT__BODY_GENESIS)
        return fold_genesis(picture, entry);
    if (kind == MUSTER__EVENT__BODY_RECEIPT_SHEET)
        return fold_sheet(picture, entry);
    if (!is_kept(kind))
        return MU_OK;
    if ((err = copy_event(picture, entry, &event)) != MU_OK || event->envelope == NULL)
        return err;
    switch (kind) {
    case MUSTER__EVENT__BODY_FINDING:
        return mu_fold_finding(picture, entry, event);
    case MUSTER__EVENT__BODY_DECISION:
        return mu_fold_decision(picture, entry, event);
    case MUSTER__EVENT__BODY_ACKNOWLEDGEMENT:
        return fold_acknowledgement(picture, entry, event);
    default:
        return fold_statement(picture, entry, event);
    }
}

enum mu_err mu_picture_fold(mu_picture *picture, const struct mu_entry *entry)
{
    enum mu_err err = MU_OK;

    picture->touch_count = 0;
    picture->last = NULL;
    picture->now_ms = mu_minute(entry->accepted_at_ms);
    if (entry->code == 0)
        err = fold_event(picture, entry);
    picture->through = entry->number;
    picture->epoch = entry->epoch;
    return err;
}
