/* What is judged after an entry, and what is wanted of it.
 *
 * The usual path: an entry is folded, its touches name causes, each cause is put to the rules of its
 * kind, their drafts are merged by decider and filed. A cause that was never open leaves nothing
 * behind but its name.
 */
#include "proto/rules/engine.h"

#include <stdlib.h>

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
        if (!mu_cause_is(cause, rule->cause_kind) || is_off(rules, rule->rule))
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
        mu_touch_causes(rules, &touches[i]);
    return judge_dirty(rules);
}

enum mu_err mu_rules_judge_all(mu_rules *rules)
{
    struct mu_touch touch = {.kind = MU_TOUCH_COUNTY};

    mu_cause_mark_objects(rules, MUSTER__EVENT__BODY_REFERENCE_OBJECT, "shelter");
    mu_cause_mark_objects(rules, MUSTER__EVENT__BODY_REFERENCE_OBJECT, "road");
    mu_touch_county(rules, &touch);
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
