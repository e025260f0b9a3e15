/* The causes, what touches them, and what is wanted of each.
 *
 * The usual path: an entry is folded, its touches name causes, each cause is put to the rules of its
 * kind, their drafts are merged by decider and filed. A cause that was never open leaves nothing
 * behind but its name.
 */
#include "proto/rules/engine.h"

#include <stdlib.h>
#include <string.h>

#include "proto/picture/told.h"

/* A judgement holds one finding; a card with a thousand lines stays far below. */
#define SCRATCH_BYTES_MAX ((size_t)64 << 20)

enum mu_err mu_rules_new(const mu_picture *picture, mu_rules **out)
{
    mu_rules *rules = calloc(1, sizeof *rules);

    *out = rules;
    if (rules == NULL)
        return MU_E_NO_MEMORY;
    rules->picture = picture;
    rules->names = mu_arena_make(SIZE_MAX / 4);
    rules->scratch = mu_arena_make(SCRATCH_BYTES_MAX);
    return MU_OK;
}

void mu_rules_free(mu_rules **rules)
{
    mu_rules *old = *rules;

    *rules = NULL;
    if (old == NULL)
        return;
    for (size_t i = 0; i < old->wanted.count; i++)
        free(((struct wanted *)old->wanted.rows[i].value)->packed);
    mu_table_free(&old->causes);
    mu_table_free(&old->wanted);
    mu_roads_free(&old->roads);
    mu_river_free(&old->river);
    mu_arena_free(&old->names);
    mu_arena_free(&old->scratch);
    free(old->dirty);
    free(old->open);
    free(old->changed);
    free(old);
}

/* ---- causes to judge ---- */

struct cause *mu_cause_make(mu_rules *rules, const char *name)
{
    struct cause *cause = mu_arena_take(&rules->names, sizeof *cause);
    char *kept = mu_arena_copy(&rules->names, name, strlen(name));
    char *colon = kept == NULL ? NULL : strchr(kept, ':');

    if (cause == NULL || colon == NULL || mu_table_put(&rules->causes, kept, cause) != MU_OK)
        return NULL;
    cause->name = kept;
    cause->id = colon + 1;
    return cause;
}

static void mark(mu_rules *rules, struct cause *cause)
{
    size_t room = rules->dirty_room == 0 ? 16 : rules->dirty_room * 2;
    struct cause **dirty = rules->dirty;

    if (cause->dirty)
        return;
    if (rules->dirty_count == rules->dirty_room) {
        if ((dirty = realloc(dirty, room * sizeof(struct cause *))) == NULL) {
            rules->err = MU_E_NO_MEMORY;
            return;
        }
        rules->dirty = dirty;
        rules->dirty_room = room;
    }
    cause->dirty = true;
    rules->dirty[rules->dirty_count++] = cause;
}

static void cause_name(char *out, size_t size, const char *kind, const char *id)
{
    struct mu_text name = mu_text(out, size);

    mu_text_add(&name, kind);
    mu_text_add(&name, ":");
    mu_text_add(&name, id);
}

static void mark_known(mu_rules *rules, const char *kind, const char *id)
{
    char buffer[CAUSE_BYTES];
    struct cause *cause;

    cause_name(buffer, sizeof buffer, kind, id);
    if ((cause = mu_table_find(&rules->causes, buffer)) != NULL)
        mark(rules, cause);
}

static void mark_named(mu_rules *rules, const char *kind, const char *id)
{
    char buffer[CAUSE_BYTES];
    struct cause *cause;

    cause_name(buffer, sizeof buffer, kind, id);
    cause = mu_table_find(&rules->causes, buffer);
    if (cause == NULL)
        cause = mu_cause_make(rules, buffer);
    if (cause == NULL)
        rules->err = MU_E_NO_MEMORY;
    else
        mark(rules, cause);
}

void mu_cause_mark(mu_rules *rules, const char *kind, const char *id)
{
    mark_named(rules, kind, id);
}

static bool is_kind(const struct cause *cause, const char *kind)
{
    size_t size = strlen(kind);

    return strncmp(cause->name, kind, size) == 0 && cause->name[size] == ':';
}

static void mark_open(mu_rules *rules, const char *kind)
{
    for (size_t i = 0; i < rules->open_count; i++)
        if (is_kind(rules->open[i]->cause, kind))
            mark(rules, rules->open[i]->cause);
}

/* ---- from touches to causes ---- */

static bool mark_print(void *user, const struct mu_print *print)
{
    mu_rules *rules = user;

    rules->looked++;
    if (print->object->kind != MUSTER__EVENT__BODY_OPERATION_PLAN)
        return true;
    mark_named(rules, "plan", print->object->id);
    if (print->effect != MUSTER__EDGE_EFFECT__EDGE_EFFECT_PASSES)
        mark_named(rules, "works", print->object->id);
    return true;
}

static void touch_shelter(mu_rules *rules, const struct mu_touch *touch)
{
    mark_named(rules, "shelter", touch->id);
    mark_open(rules, "shelter"); /* they may now be offered this one, or no longer */
}

static void mark_beds(mu_rules *rules)
{
    mark_named(rules, "beds", "icu");
    mark_named(rules, "beds", "general");
}

static void touch_hospital(mu_rules *rules, const struct mu_touch *touch)
{
    mark_named(rules, "hospital", touch->id);
    mark_open(rules, "hospital"); /* they may now be offered this one, or no longer */
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
        mark_named(rules, "road", touch->id);
}

static void touch_operation(mu_rules *rules, const struct mu_touch *touch)
{
    if (mu_picture_object(rules->picture, MUSTER__EVENT__BODY_OPERATION_PLAN, touch->id) != NULL) {
        mark_named(rules, "plan", touch->id);
        mark_named(rules, "works", touch->id);
    }
    mark_known(rules, "owed", touch->id);
}

static void touch_needs(mu_rules *rules, const struct mu_touch *touch)
{
    (void)touch;
    mark_named(rules, "needs", "county");
}

static void touch_request(mu_rules *rules, const struct mu_touch *touch)
{
    mark_named(rules, "request", touch->id);
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
            mark(rules, rules->open[i]->cause);
    if (last == NULL || last->event->body_case != MUSTER__EVENT__BODY_DECISION)
        return;
    for (size_t i = 0; i < last->event->decision->n_on; i++) {
        const struct mu_said *on = mu_picture_said(rules->picture, last->event->decision->on[i]);

        if (on != NULL && on->object->kind == MUSTER__EVENT__BODY_OPERATION_PLAN)
            mark_named(rules, "plan", on->object->id);
    }
    for (size_t i = 0; i < last->event->decision->n_orders; i++)
        if (last->event->decision->orders[i]->object != NULL)
            mark_named(rules, "owed", last->event->decision->orders[i]->object);
}

/* Completeness and lateness of one order are two findings on one input. */
static void mark_order(mu_rules *rules, const char *id)
{
    mark_named(rules, "order", id);
    mark_named(rules, "overdue", id);
}

static void touch_told(mu_rules *rules, const struct mu_touch *touch)
{
    if (mu_picture_is_order(rules->picture, touch->id))
        mark_order(rules, touch->id);
}

static void touch_receipts(mu_rules *rules, const struct mu_touch *touch)
{
    (void)touch;
    mark_open(rules, "order");
    mark_open(rules, "overdue");
}

static void touch_charge(mu_rules *rules, const struct mu_touch *touch)
{
    (void)touch;
    mark_open(rules, "overdue");
}

static void touch_times(mu_rules *rules, const struct mu_touch *touch)
{
    mark_named(rules, "clock", touch->id);
}

static void touch_debt(mu_rules *rules, const struct mu_touch *touch)
{
    mark_named(rules, "debt", touch->id);
}

static void touch_roads(mu_rules *rules, const struct mu_touch *touch)
{
    (void)touch;
    mu_roads_free(&rules->roads);
    mark_open(rules, "works");
    mark_open(rules, "shelter");
}

static void touch_tick(mu_rules *rules, const struct mu_touch *touch)
{
    int64_t now_ms = mu_picture_ticked_ms(rules->picture);

    (void)touch;
    for (size_t i = 0; i < rules->open_count; i++) {
        const struct cause *cause = rules->open[i]->cause;

        if (rules->open[i]->wake_at_ms <= 0 || rules->open[i]->wake_at_ms > now_ms)
            continue;
        mark(rules, rules->open[i]->cause);
        if (is_kind(cause, "order"))
            mark_named(rules, "overdue", cause->id);
    }
}

static void mark_objects(mu_rules *rules, uint32_t object_kind, const char *kind)
{
    const struct mu_object *object;

    for (size_t i = 0; (object = mu_picture_at(rules->picture, object_kind, i)) != NULL; i++)
        mark_named(rules, kind, object->id);
}

static void mark_roads(mu_rules *rules)
{
    const struct mu_object *road;

    for (size_t i = 0; (road = mu_picture_at(rules->picture, MUSTER__EVENT__BODY_ROAD, i)) != NULL;
         i++)
        if (road->print_count > 0)
            mark_named(rules, "road", road->prints[0].place);
}

static void touch_county(mu_rules *rules, const struct mu_touch *touch)
{
    (void)touch;
    for (size_t i = 0; i < rules->causes.count; i++)
        mark(rules, rules->causes.rows[i].value);
    mark_objects(rules, MUSTER__EVENT__BODY_OPERATION_PLAN, "plan");
    mark_objects(rules, MUSTER__EVENT__BODY_OPERATION_PLAN, "works");
    mark_objects(rules, MUSTER__EVENT__BODY_SHELTER, "shelter");
    mark_objects(rules, MUSTER__EVENT__BODY_SUPPLY_REQUEST, "request");
    mark_objects(rules, MUSTER__EVENT__BODY_HOSPITAL, "hospital");
    mark_beds(rules);
    mark_objects(rules, MUSTER__EVENT__BODY_DAM_OPERATION, "release");
    mu_river_free(&rules->river);
    mark_roads(rules);
    mark_named(rules, "needs", "county");
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
    mark(rules, wanted->cause);
    if (is_kind(wanted->cause, "order"))
        mark_known(rules, "overdue", wanted->cause->id);
    if (is_kind(wanted->cause, "debt"))
        mark_open(rules, "debt"); /* one of them may have this name */
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
    [MU_TOUCH_COUNTY] = touch_county,
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

/* ---- judging ---- */

static bool is_off(const mu_rules *rules, Muster__Rule rule)
{
    const struct mu_object *object;
    const struct mu_said *latest = NULL;

    for (size_t i = 0;
         (object = mu_picture_at(rules->picture, MUSTER__EVENT__BODY_RULE_SWITCH, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);

        if (head != NULL && head->event->rule_switch->rule == rule &&
            (latest == NULL || mu_said_recorded_before(latest, head)))
            latest = head;
    }
    return latest != NULL && latest->event->rule_switch->has_on && !latest->event->rule_switch->on;
}

static void judge_cause(mu_rules *rules, struct cause *cause)
{
    struct mu_judgement judgement = {
        .picture = rules->picture,
        .roads = &rules->roads,
        .river = &rules->river,
        .arena = &rules->scratch,
        .cause = cause->name,
        .id = cause->id,
        .now_ms = mu_picture_now_ms(rules->picture),
    };

    for (const struct mu_rule *rule = mu_rule_table; rule->judge != NULL; rule++) {
        if (!is_kind(cause, rule->cause_kind) || is_off(rules, rule->rule))
            continue;
        judgement.rule = rule;
        rule->judge(&judgement);
    }
    rules->looked += judgement.looked + 1;
    if (!judgement.keep && rules->err == MU_OK)
        rules->err = mu_wanted_file(rules, cause, &judgement);
    mu_arena_reset(&rules->scratch);
}

static enum mu_err judge_dirty(mu_rules *rules)
{
    enum mu_err err;

    for (size_t i = 0; i < rules->dirty_count; i++) {
        rules->dirty[i]->dirty = false;
        if (rules->err == MU_OK)
            judge_cause(rules, rules->dirty[i]);
    }
    rules->dirty_count = 0;
    err = rules->err;
    rules->err = MU_OK;
    return err;
}

enum mu_err mu_rules_judge(mu_rules *rules)
{
    size_t count;
    const struct mu_touch *touches = mu_picture_touches(rules->picture, &count);

    for (size_t i = 0; i < count; i++)
        touched[touches[i].kind](rules, &touches[i]);
    return judge_dirty(rules);
}

enum mu_err mu_rules_judge_all(mu_rules *rules)
{
    struct mu_touch touch = {.kind = MU_TOUCH_COUNTY};

    mark_objects(rules, MUSTER__EVENT__BODY_REFERENCE_OBJECT, "shelter");
    mark_objects(rules, MUSTER__EVENT__BODY_REFERENCE_OBJECT, "road");
    touch_county(rules, &touch);
    return judge_dirty(rules);
}

uint64_t mu_rules_looked(const mu_rules *rules)
{
    return rules->looked + mu_picture_looked(rules->picture);
}

size_t mu_rules_awaited(const mu_rules *rules)
{
    return rules->awaited;
}

const struct mu_wanted *mu_rules_wanted(const mu_rules *rules, size_t index)
{
    const struct wanted *wanted = mu_table_at((struct mu_table *)(uintptr_t)&rules->wanted, index);

    return wanted == NULL ? NULL : &wanted->public;
}
