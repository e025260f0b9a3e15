/* From what was said about people, works, journeys and water to the releases and shelters it concerns:
 * up the river from a zone, down the river from a structure.
 */
#include "proto/rules/engine.h"

#include <string.h>

#include "proto/base/clock.h"
#include "proto/topic/area.h"

static const struct mu_river *river_of(mu_rules *rules)
{
    if (rules->river == NULL && mu_river_new(rules->picture, &rules->river) != MU_OK)
        rules->err = MU_E_NO_MEMORY;
    return rules->river;
}

static bool mark_release(void *user, const struct mu_print *print)
{
    mu_rules *rules = user;

    rules->looked++;
    mu_cause_mark(rules, "release", print->object->id);
    return true;
}

/* Operations whose water may still be under way. */
static void mark_structure(mu_rules *rules, const char *structure)
{
    int64_t longest_ms = mu_river_longest_ms(rules->picture, rules->river, structure);

    mu_picture_meet(rules->picture, MU_PLACE_RELEASE, structure,
                    mu_picture_now_ms(rules->picture) - longest_ms, MU_ENDLESS, mark_release,
                    rules);
}

static void mark_above(mu_rules *rules, const struct mu_river_zone *zone)
{
    for (size_t i = 0; i < zone->structure_count; i++)
        mark_structure(rules, zone->structures[i]);
}

/* ---- what lies in which zone ---- */

static bool has_name(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool has_edge(const struct mu_river_zone *zone, const char *edge)
{
    for (size_t i = 0; i < zone->edge_count; i++)
        if (strcmp(zone->edges[i]->edge, edge) == 0)
            return true;
    return false;
}

static bool concerns(const struct mu_river_zone *zone, const struct mu_touch *touch)
{
    struct mu_bytes whole = {(const uint8_t *)zone->area, strlen(zone->area)};
    struct mu_bytes touched = {(const uint8_t *)touch->id, strlen(touch->id)};

    switch (touch->place_kind) {
    case MU_PLACE_PEOPLE:
        return mu_area_overlap(whole, touched);
    case MU_PLACE_ZONE:
        return mu_area_within(touched, whole);
    case MU_PLACE_EDGE:
        return has_edge(zone, touch->id) ||
               has_name(zone->ways_through, zone->way_through_count, touch->id);
    case MU_PLACE_NODE:
        return has_name(zone->nodes, zone->node_count, touch->id) || has_edge(zone, touch->id);
    default:
        return false;
    }
}

void mu_river_touch_place(mu_rules *rules, const struct mu_touch *touch)
{
    const struct mu_river *river;
    const struct mu_river_zone *zone;

    if (touch->id == NULL ||
        (touch->place_kind != MU_PLACE_PEOPLE && touch->place_kind != MU_PLACE_ZONE &&
         touch->place_kind != MU_PLACE_NODE && touch->place_kind != MU_PLACE_EDGE) ||
        (river = river_of(rules)) == NULL)
        return;
    for (size_t i = 0; (zone = mu_river_zone(river, i)) != NULL; i++)
        if (concerns(zone, touch))
            mark_above(rules, zone);
}

/* ---- water ---- */

static void mark_shelters(mu_rules *rules, const char *structure)
{
    size_t count;
    const struct mu_river_way *ways = mu_river_ways(rules->river, structure, &count);

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < ways[i].zone->shelter_count; k++)
            mu_cause_mark(rules, "shelter", ways[i].zone->shelters[k]);
}

/* Releases whose water may meet it: at the structures that share a zone with it. */
static void mark_meeting(mu_rules *rules, const char *structure)
{
    size_t count;
    const struct mu_river_way *ways = mu_river_ways(rules->river, structure, &count);

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < ways[i].zone->structure_count; k++)
            if (strcmp(ways[i].zone->structures[k], structure) != 0)
                mark_structure(rules, ways[i].zone->structures[k]);
}

/* Every structure this operation was ever said to be at: a correction frees the shelters below the
 * one it was never at. */
void mu_river_touch_release(mu_rules *rules, const struct mu_touch *touch)
{
    const struct mu_object *operation =
        mu_picture_object(rules->picture, MUSTER__EVENT__BODY_DAM_OPERATION, touch->id);
    const char *last = NULL;

    mu_cause_mark(rules, "release", touch->id);
    if (operation == NULL || river_of(rules) == NULL)
        return;
    for (const struct mu_said *said = operation->versions; said != NULL; said = said->lower) {
        const char *structure = said->event->dam_operation->structure;

        if (structure == NULL || (last != NULL && strcmp(last, structure) == 0))
            continue;
        mark_shelters(rules, structure);
        mark_meeting(rules, structure);
        last = structure;
    }
}

void mu_river_touch_river(mu_rules *rules, const struct mu_touch *touch)
{
    const struct mu_object *object;

    (void)touch;
    mu_river_free(&rules->river);
    for (size_t i = 0;
         (object = mu_picture_at(rules->picture, MUSTER__EVENT__BODY_DAM_OPERATION, i)) != NULL;
         i++) {
        struct mu_touch release = {.kind = MU_TOUCH_RELEASE, .id = object->id};

        mu_river_touch_release(rules, &release);
    }
}

/* A level moves how long a release may be held; it makes nobody faster. */
void mu_river_touch_level(mu_rules *rules, const struct mu_touch *touch)
{
    if (mu_picture_reference(rules->picture, touch->id,
                             MUSTER__OBJECT_KIND__OBJECT_KIND_STRUCTURE) != NULL &&
        river_of(rules) != NULL)
        mark_structure(rules, touch->id);
}
