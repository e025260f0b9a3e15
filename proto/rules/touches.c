/* From what an entry touched to the causes it concerns. */
#include "proto/rules/engine.h"

#include <string.h>

#include "proto/picture/told.h"

static bool mark_print(void *user, const struct mu_print *print)
{
    mu_rules *rules = user;

    rules->looked++;
    if (print->object->kind != MUSTER__EVENT__BODY_OPERATION_PLAN)
        return true;
    mu_cause_mark(rules, "plan", print->object->id);
    if (print->effect != MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES)
        mu_cause_mark(rules, "works", print->object->id);
    return true;
}

static void touch_shelter(mu_rules *rules, const struct mu_touch *touch)
{
    mu_cause_mark(rules, "shelter", touch->id);
    mu_cause_mark_open(rules, "shelter"); /* they may now be offered this one, or no longer */
}

static void mark_beds(mu_rules *rules)
{
    mu_cause_mark(rules, "beds", "icu");
    mu_cause_mark(rules, "beds", "general");
}

static void touch_hospital(mu_rules *rules, const struct mu_touch *touch)
{
    mu_cause_mark(rules, "hospital", touch->id);
    mu_cause_mark_open(rules, "hospital"); /* they may now be offered this one, or no longer */
    mark_beds(rules);
}

static void touch_scene(mu_rules *rules, const struct mu_touch *touch)
{
    (void)touch;
    mark_beds(rules);
}

static void touch_place(mu_rules *rules, const struct mu_touch *touch)
{
    if (touch->place_kind == MU_PLACE_HOSPITAL)
        touch_hospital(rules, touch);
    if (touch->place_kind == MU_PLACE_SCENE || touch->place_kind == MU_PLACE_HOSPITAL ||
        touch->place_kind == MU_PLACE_FLEET)
        return;
    if (touch->place_kind == MU_PLACE_SHELTER) {
        touch_shelter(rules, touch);
        return;
    }
    mu_river_touch_place(rules, touch);
    if (touch->place_kind > MU_PLACE_SHELTER)
        return; /* only the river asks there */
    mu_picture_meet(rules->picture, touch->place_kind, touch->id, touch->from_ms, touch->to_ms,
                    mark_print, rules);
    if (touch->place_kind == MU_PLACE_EDGE || touch->place_kind == MU_PLACE_ROAD)
        mu_cause_mark(rules, "road", touch->id);
}

static void touch_operation(mu_rules *rules, const struct mu_touch *touch)
{
    if (mu_picture_object(rules->picture, MUSTER__EVENT__BODY_OPERATION_PLAN, touch->id) != NULL) {
        mu_cause_mark(rules, "plan", touch->id);
        mu_cause_mark(rules, "works", touch->id);
    }
    mu_cause_mark_known(rules, "owed", touch->id);
}

static void touch_needs(mu_rules *rules, const struct mu_touch *touch)
{
    (void)touch;
    mu_cause_mark(rules, "needs", "county");
}

static void touch_request(mu_rules *rules, const struct mu_touch *touch)
{
    mu_cause_mark(rules, "request", touch->id);
}

static bool is_named(const struct wanted *wanted, const char *name)
{
    char hex[2 * sizeof(struct mu_hash) + 1];

    mu_hex(wanted->card_id.b, sizeof wanted->card_id.b, hex);
    return strcmp(hex, name) == 0 || strcmp(wanted->name, name) == 0;
}

static void touch_decision(mu_rules *rules, const struct mu_touch *touch)
{
    const struct mu_said *last = mu_picture_last(rules->picture);

    for (size_t i = 0; i < rules->open_count; i++)
        if (is_named(rules->open[i], touch->id))
            mu_cause_put(rules, rules->open[i]->cause);
    if (last == NULL || last->event->body_case != MUSTER__EVENT__BODY_DECISION)
        return;
    for (size_t i = 0; i < last->event->decision->n_on; i++) {
        const struct mu_said *on = mu_picture_said(rules->picture, last->event->decision->on[i]);

        if (on != NULL && on->object->kind == MUSTER__EVENT__BODY_OPERATION_PLAN)
            mu_cause_mark(rules, "plan", on->object->id);
    }
    for (size_t i = 0; i < last->event->decision->n_orders; i++)
        if (last->event->decision->orders[i]->object != NULL)
            mu_cause_mark(rules, "owed", last->event->decision->orders[i]->object);
}

/* Completeness and lateness of one order are two findings on one input. */
static void mark_order(mu_rules *rules, const char *id)
{
    mu_cause_mark(rules, "order", id);
    mu_cause_mark(rules, "overdue", id);
}

static void touch_told(mu_rules *rules, const struct mu_touch *touch)
{
    if (mu_picture_is_order(rules->picture, touch->id))
        mark_order(rules, touch->id);
}

static void touch_receipts(mu_rules *rules, const struct mu_touch *touch)
{
    (void)touch;
    mu_cause_mark_open(rules, "order");
    mu_cause_mark_open(rules, "overdue");
}

static void touch_charge(mu_rules *rules, const struct mu_touch *touch)
{
    (void)touch;
    mu_cause_mark_open(rules, "overdue");
}

static void touch_times(mu_rules *rules, const struct mu_touch *touch)
{
    mu_cause_mark(rules, "clock", touch->id);
}

static void touch_debt(mu_rules *rules, const struct mu_touch *touch)
{
    mu_cause_mark(rules, "debt", touch->id);
}

static void touch_roads(mu_rules *rules, const struct mu_touch *touch)
{
    (void)touch;
    mu_roads_free(&rules->roads);
    mu_cause_mark_open(rules, "works");
    mu_cause_mark_open(rules, "shelter");
}

static void touch_tick(mu_rules *rules, const struct mu_touch *touch)
{
    int64_t now_ms = mu_picture_ticked_ms(rules->picture);

    (void)touch;
    for (size_t i = 0; i < rules->open_count; i++) {
        const struct cause *cause = rules->open[i]->cause;

        if (rules->open[i]->wake_at_ms <= 0 || rules->open[i]->wake_at_ms > now_ms)
            continue;
        mu_cause_put(rules, rules->open[i]->cause);
        if (mu_cause_is(cause, "order"))
            mu_cause_mark(rules, "overdue", cause->id);
    }
}

void mu_cause_mark_objects(mu_rules *rules, uint32_t object_kind, const char *kind)
{
    const struct mu_object *object;

    for (size_t i = 0; (object = mu_picture_at(rules->picture, object_kind, i)) != NULL; i++)
        mu_cause_mark(rules, kind, object->id);
}

static void mark_roads(mu_rules *rules)
{
    const struct mu_object *road;

    for (size_t i = 0; (road = mu_picture_at(rules->picture, MUSTER__EVENT__BODY_ROAD, i)) != NULL;
         i++)
        if (road->print_count > 0)
            mu_cause_mark(rules, "road", road->prints[0].place);
}

void mu_touch_county(mu_rules *rules, const struct mu_touch *touch)
{
    (void)touch;
    for (size_t i = 0; i < rules->causes.count; i++)
        mu_cause_put(rules, rules->causes.rows[i].value);
    mu_cause_mark_objects(rules, MUSTER__EVENT__BODY_OPERATION_PLAN, "plan");
    mu_cause_mark_objects(rules, MUSTER__EVENT__BODY_OPERATION_PLAN, "works");
    mu_cause_mark_objects(rules, MUSTER__EVENT__BODY_SHELTER, "shelter");
    mu_cause_mark_objects(rules, MUSTER__EVENT__BODY_SUPPLY_REQUEST, "request");
    mu_cause_mark_objects(rules, MUSTER__EVENT__BODY_HOSPITAL, "hospital");
    mark_beds(rules);
    mu_cause_mark_objects(rules, MUSTER__EVENT__BODY_DAM_OPERATION, "release");
    mu_river_free(&rules->river);
    mark_roads(rules);
    mu_cause_mark(rules, "needs", "county");
}

static void note_judged(mu_rules *rules, const Muster__Finding *finding)
{
    struct place at = {finding->epoch, finding->judged_through};

    if (at.epoch > rules->judged[0].epoch) {
        rules->judged[1] = rules->judged[0];
        rules->judged[0] = at;
    }
    for (size_t i = 0; i < 2; i++)
        if (at.epoch == rules->judged[i].epoch && at.number > rules->judged[i].number)
            rules->judged[i] = at;
}

/* What was said before the record was lost tells what is yet to come back. */
static void mark_remembered(mu_rules *rules, const struct wanted *wanted)
{
    mu_cause_put(rules, wanted->cause);
    if (mu_cause_is(wanted->cause, "order"))
        mu_cause_mark_known(rules, "overdue", wanted->cause->id);
    if (mu_cause_is(wanted->cause, "debt"))
        mu_cause_mark_open(rules, "debt"); /* one of them may have this name */
}

/* Our own finding came back: it is awaited no longer, and counts unless it is void. One that nobody
 * here wants (another version of the rules did) is wanted closed. */
static void touch_card(mu_rules *rules, const struct mu_touch *touch)
{
    const struct mu_card *card = mu_picture_card(rules->picture, touch->id);
    const struct mu_said *last = mu_picture_last(rules->picture);
    const char *key = strchr(touch->id, '|') + 1;
    struct wanted *wanted = mu_table_find(&rules->wanted, key);

    if (last != NULL && last->event->body_case == MUSTER__EVENT__BODY_FINDING)
        note_judged(rules, last->event->finding);
    if (wanted == NULL && card->finding != NULL && card->finding->cause_key != NULL)
        wanted = mu_wanted_adopt(rules, key, card);
    if (wanted == NULL)
        return;
    if (last != NULL && last->event->body_case == MUSTER__EVENT__BODY_FINDING &&
        memcmp(last->event->finding->finding_id.data, wanted->awaited_id.b,
               sizeof wanted->awaited_id.b) == 0 &&
        wanted->awaited) {
        wanted->awaited = false;
        rules->awaited--;
    }
    if (last != NULL && last->was_number != 0)
        mark_remembered(rules, wanted);
    mu_wanted_changed(rules, wanted);
}

static void (*const touched[])(mu_rules *rules, const struct mu_touch *touch) = {
    [MU_TOUCH_OPERATION] = touch_operation,
    [MU_TOUCH_PLACE] = touch_place,
    [MU_TOUCH_SHELTER] = touch_shelter,
    [MU_TOUCH_REQUEST] = touch_request,
    [MU_TOUCH_NEEDS] = touch_needs,
    [MU_TOUCH_SHEET] = touch_needs,
    [MU_TOUCH_DECISION] = touch_decision,
    [MU_TOUCH_CARD] = touch_card,
    [MU_TOUCH_COUNTY] = mu_touch_county,
    [MU_TOUCH_ROADS] = touch_roads,
    [MU_TOUCH_TOLD] = touch_told,
    [MU_TOUCH_RECEIPTS] = touch_receipts,
    [MU_TOUCH_CHARGE] = touch_charge,
    [MU_TOUCH_TIMES] = touch_times,
    [MU_TOUCH_DEBT] = touch_debt,
    [MU_TOUCH_TICK] = touch_tick,
    [MU_TOUCH_HOSPITAL] = touch_hospital,
    [MU_TOUCH_SCENE] = touch_scene,
    [MU_TOUCH_RELEASE] = mu_river_touch_release,
    [MU_TOUCH_RIVER] = mu_river_touch_river,
    [MU_TOUCH_LEVEL] = mu_river_touch_level,
};

void mu_touch_causes(mu_rules *rules, const struct mu_touch *touch)
{
    touched[touch->kind](rules, touch);
}
