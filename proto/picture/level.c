#include "proto/picture/level.h"

#include <string.h>

#include "proto/picture/fold.h"

/* ---- the newest reading that counts ---- */

static bool trusted(const Muster__Gauge *gauge)
{
    return !gauge->has_sensor_state ||
           (gauge->sensor_state != MUSTER__SENSOR_STATE__SENSOR_STATE_LOST &&
            gauge->sensor_state != MUSTER__SENSOR_STATE__SENSOR_STATE_SUSPECT);
}

static bool is_reservoir(Muster__LevelMark mark)
{
    return mark >= MUSTER__LEVEL_MARK__LEVEL_MARK_FLOOD_LIMIT;
}

static int64_t read_at_ms(const struct mu_said *said)
{
    return said->event->gauge->has_read_at_ms ? said->event->gauge->read_at_ms : said->as_of_ms;
}

static const struct mu_said *reading(const struct mu_object *station, Muster__LevelMark mark)
{
    const struct mu_said *best = NULL;

    for (const struct mu_said *said = station == NULL ? NULL : station->news; said != NULL;
         said = said->older) {
        const Muster__Gauge *gauge = said->event->gauge;

        if (said->struck || !trusted(gauge) ||
            !(is_reservoir(mark) ? gauge->has_reservoir_level_mm : gauge->has_stage_mm))
            continue;
        if (best != NULL && said->as_of_ms < best->as_of_ms)
            break; /* newest first: only equals can still be read later */
        if (best == NULL || read_at_ms(said) > read_at_ms(best))
            best = said;
    }
    return best;
}

/* ---- the marks ---- */

struct marks {
    struct mu_level *out;
    size_t count;
};

static void add(struct marks *marks, Muster__LevelMark mark, bool has, int64_t mm,
                Muster__VerticalDatum datum)
{
    for (size_t i = 0; i < marks->count; i++)
        if (marks->out[i].mark == mark)
            return;
    if (has && marks->count < MU_LEVEL_MARKS_MAX)
        marks->out[marks->count++] = (struct mu_level){.mark = mark, .mark_mm = mm, .datum = datum};
}

/* What the reading itself states comes before the reference data. */
static void add_stated(struct marks *marks, const struct mu_object *station)
{
    for (const struct mu_said *said = station == NULL ? NULL : station->news; said != NULL;
         said = said->older) {
        const Muster__Gauge *gauge = said->event->gauge;

        if (said->struck)
            continue;
        add(marks, MUSTER__LEVEL_MARK__LEVEL_MARK_WARNING, gauge->has_warning_stage_mm,
            gauge->warning_stage_mm, gauge->datum);
        add(marks, MUSTER__LEVEL_MARK__LEVEL_MARK_GUARANTEE, gauge->has_guarantee_stage_mm,
            gauge->guarantee_stage_mm, gauge->datum);
        add(marks, MUSTER__LEVEL_MARK__LEVEL_MARK_FLOOD_LIMIT, gauge->has_flood_limit_level_mm,
            gauge->flood_limit_level_mm, gauge->datum);
        return; /* the newest word only: a mark that was left out is the reference data's again */
    }
}

static void add_reference(struct marks *marks, const mu_picture *picture, const char *id)
{
    const Muster__ReferenceObject *object =
        mu_picture_reference(picture, id, MUSTER__OBJECT_KIND__OBJECT_KIND_STATION);

    if (object != NULL && object->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_STATION) {
        const Muster__RefStation *station = object->station;

        add(marks, MUSTER__LEVEL_MARK__LEVEL_MARK_WARNING, station->has_warning_stage_mm,
            station->warning_stage_mm, station->datum);
        add(marks, MUSTER__LEVEL_MARK__LEVEL_MARK_GUARANTEE, station->has_guarantee_stage_mm,
            station->guarantee_stage_mm, station->datum);
    }
    object = mu_picture_reference(picture, id, MUSTER__OBJECT_KIND__OBJECT_KIND_STRUCTURE);
    if (object != NULL && object->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_STRUCTURE) {
        const Muster__RefStructure *structure = object->structure;

        add(marks, MUSTER__LEVEL_MARK__LEVEL_MARK_FLOOD_LIMIT, structure->has_flood_limit_level_mm,
            structure->flood_limit_level_mm, structure->datum);
        add(marks, MUSTER__LEVEL_MARK__LEVEL_MARK_HOLD_LIMIT, structure->has_hold_limit_level_mm,
            structure->hold_limit_level_mm, structure->datum);
    }
}

/* ---- one against the other ---- */

static bool told_above(const struct mu_object *station, const char *agency, Muster__LevelMark mark)
{
    for (const struct mu_said *said = station->news; said != NULL; said = said->older)
        for (size_t i = 0; !said->struck && i < said->event->gauge->n_crossings; i++)
            if (said->event->gauge->crossings[i]->mark == mark &&
                mu_same(said->event->envelope->agency, agency))
                return said->event->gauge->crossings[i]->above;
    return false;
}

static void compare(const mu_picture *picture, const struct mu_object *station, const char *agency,
                    struct mu_level *level)
{
    const struct mu_said *said = reading(station, level->mark);
    const Muster__Gauge *gauge = said == NULL ? NULL : said->event->gauge;
    int64_t below_mm = mu_picture_limit(picture, "gauge_hysteresis_mm", NULL, 50);

    if (gauge == NULL)
        return;
    level->said = said;
    level->level_mm = is_reservoir(level->mark) ? gauge->reservoir_level_mm : gauge->stage_mm;
    level->read_at_ms = read_at_ms(said);
    level->told_above = told_above(station, agency, level->mark);
    if (gauge->datum != level->datum ||
        level->datum <= MUSTER__VERTICAL_DATUM__VERTICAL_DATUM_NOT_STATED)
        return;
    if (level->level_mm >= level->mark_mm ||
        (level->told_above && level->level_mm > level->mark_mm - below_mm))
        level->state = MU_LEVEL_ABOVE;
    else
        level->state = MU_LEVEL_BELOW;
}

size_t mu_levels_of(const mu_picture *picture, const char *station, const char *agency,
                    struct mu_level out[MU_LEVEL_MARKS_MAX])
{
    const struct mu_object *object = mu_picture_object(picture, MUSTER__EVENT__BODY_GAUGE, station);
    struct marks marks = {.out = out};

    add_stated(&marks, object);
    add_reference(&marks, picture, station);
    for (size_t i = 0; object != NULL && i < marks.count; i++)
        compare(picture, object, agency, &out[i]);
    return marks.count;
}

/* ---- what is to be said ---- */

static Muster__Crossing *crossing(mu_arena *arena, const struct mu_level *level)
{
    Muster__Crossing *out = mu_arena_take(arena, sizeof *out);

    if (out == NULL)
        return NULL;
    *out = (Muster__Crossing)MUSTER__CROSSING__INIT;
    out->has_mark = out->has_mark_mm = out->has_datum = out->has_above = true;
    out->has_level_mm = out->has_read_at_ms = true;
    out->mark = level->mark;
    out->mark_mm = level->mark_mm;
    out->datum = level->datum;
    out->above = level->state == MU_LEVEL_ABOVE;
    out->level_mm = level->level_mm;
    out->read_at_ms = level->read_at_ms;
    return out;
}

enum mu_err mu_level_answer(const mu_picture *picture, const char *station, const char *agency,
                            mu_arena *arena, Muster__Gauge **out)
{
    struct mu_level levels[MU_LEVEL_MARKS_MAX];
    size_t count = mu_levels_of(picture, station, agency, levels);
    Muster__Gauge *gauge = mu_arena_take(arena, sizeof *gauge);
    Muster__Crossing **list = mu_arena_take(arena, MU_LEVEL_MARKS_MAX * sizeof *list);

    *out = NULL;
    if (gauge == NULL || list == NULL)
        return MU_E_NO_MEMORY;
    *gauge = (Muster__Gauge)MUSTER__GAUGE__INIT;
    gauge->crossings = list;
    for (size_t i = 0; i < count; i++) {
        if (levels[i].state == MU_LEVEL_UNKNOWN ||
            (levels[i].state == MU_LEVEL_ABOVE) == levels[i].told_above)
            continue;
        if ((list[gauge->n_crossings++] = crossing(arena, &levels[i])) == NULL)
            return MU_E_NO_MEMORY;
    }
    if (gauge->n_crossings > 0)
        *out = gauge;
    return MU_OK;
}
