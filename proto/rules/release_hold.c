/* How long a reservoir bears a release being held: its last reading, how it rises at what is let out, and
 * the level up to which it may be held. */
#include "proto/rules/release.h"

#include "proto/base/clock.h"

struct reading {
    const struct mu_said *said;
    int64_t level_mm, at_ms;
    Muster__VerticalDatum datum;
    int64_t outflow_milli; /* -1: not stated with it */
    int64_t rise_mm_per_hour;
    bool has_rise;
};

static void take_later(struct reading *best, const struct reading *one)
{
    if (best->said == NULL || one->at_ms > best->at_ms ||
        (one->at_ms == best->at_ms && mu_said_recorded_before(best->said, one->said)))
        *best = *one;
}

static void read_operation(const struct mu_object *operation, struct reading *best)
{
    for (const struct mu_said *said = operation->news; said != NULL; said = said->older) {
        const Muster__DamOperation *dam = said->event->dam_operation;
        struct reading one = {.said = said, .outflow_milli = -1};

        if (said->struck || !dam->has_reservoir_level_mm)
            continue;
        one.level_mm = dam->reservoir_level_mm;
        one.at_ms = dam->has_level_read_at_ms ? dam->level_read_at_ms : said->as_of_ms;
        one.datum = dam->datum;
        if (dam->has_outflow_now_milli_m3s)
            one.outflow_milli = dam->outflow_now_milli_m3s;
        take_later(best, &one);
    }
}

static void read_gauge(const mu_picture *picture, const char *structure, struct reading *best)
{
    const struct mu_object *gauge =
        mu_picture_object(picture, MUSTER__EVENT__BODY_GAUGE, structure);

    for (const struct mu_said *said = gauge == NULL ? NULL : gauge->news; said != NULL;
         said = said->older) {
        const Muster__Gauge *read = said->event->gauge;
        struct reading one = {.said = said, .outflow_milli = -1};

        if (said->struck || !read->has_reservoir_level_mm ||
            (read->has_sensor_state &&
             read->sensor_state == MUSTER__SENSOR_STATE__SENSOR_STATE_LOST))
            continue;
        one.level_mm = read->reservoir_level_mm;
        one.at_ms = read->has_read_at_ms ? read->read_at_ms : said->as_of_ms;
        one.datum = read->datum;
        if (read->has_outflow_milli_m3s)
            one.outflow_milli = read->outflow_milli_m3s;
        one.has_rise = read->has_rise_mm_per_hour;
        one.rise_mm_per_hour = read->rise_mm_per_hour;
        take_later(best, &one);
        return; /* newest first */
    }
}

struct table {
    Muster__RiseRate *const *rises;
    size_t count;
};

/* What it rises at that outflow: between two rates the smaller outflow's, which rises faster. */
static bool rise_at(const struct table *table, int64_t outflow_milli, int64_t *mm_per_hour)
{
    const Muster__RiseRate *best = NULL;

    for (size_t i = 0; i < table->count; i++) {
        const Muster__RiseRate *one = table->rises[i];

        if (one->has_outflow_milli_m3s && one->has_rise_mm_per_hour &&
            one->outflow_milli_m3s <= outflow_milli &&
            (best == NULL || one->outflow_milli_m3s > best->outflow_milli_m3s))
            best = one;
    }
    if (best == NULL)
        return false;
    *mm_per_hour = best->rise_mm_per_hour;
    return true;
}

/* The step that runs at `at_ms`, if one does. */
static const Muster__DamStep *running(const Muster__DamOperation *dam, int64_t at_ms)
{
    const Muster__DamStep *last = NULL;

    for (size_t i = 0; i < dam->n_steps; i++)
        if (dam->steps[i]->has_from_at_ms && dam->steps[i]->from_at_ms <= at_ms &&
            dam->steps[i]->has_outflow_milli_m3s)
            last = dam->steps[i];
    return last;
}

static int64_t outflow_at(const Muster__DamOperation *dam, const struct reading *read,
                          int64_t at_ms)
{
    const Muster__DamStep *step = running(dam, at_ms);

    if (read->outflow_milli >= 0 && (step == NULL || step->from_at_ms <= read->at_ms))
        return read->outflow_milli;
    if (step != NULL)
        return step->outflow_milli_m3s;
    return dam->has_outflow_before_milli_m3s ? dam->outflow_before_milli_m3s : -1;
}

struct level {
    const Muster__DamOperation *dam;
    const struct reading *read;
    struct table table;
};

static bool rise_now(const struct level *level, int64_t at_ms, int64_t *mm_per_hour)
{
    int64_t outflow = outflow_at(level->dam, level->read, at_ms);
    int64_t measured = level->read->rise_mm_per_hour;
    bool known = outflow >= 0 && rise_at(&level->table, outflow, mm_per_hour);
    const Muster__DamStep *step = running(level->dam, at_ms);

    /* What was measured counts while nothing has changed since, and the faster of the two. */
    if (!level->read->has_rise || (step != NULL && step->from_at_ms > level->read->at_ms))
        return known;
    if (!known || measured > *mm_per_hour)
        *mm_per_hour = measured;
    return true;
}

/* The level in units of 1/3600000 mm, so that no rate is rounded on the way. */
#define FINE INT64_C(3600000)

static int64_t next_change_ms(const Muster__DamOperation *dam, int64_t after_ms, int64_t until_ms)
{
    for (size_t i = 0; i < dam->n_steps; i++)
        if (dam->steps[i]->has_from_at_ms && dam->steps[i]->from_at_ms > after_ms &&
            dam->steps[i]->from_at_ms < until_ms)
            until_ms = dam->steps[i]->from_at_ms;
    return until_ms;
}

static bool level_at(const struct level *level, int64_t now_ms, int64_t *fine)
{
    int64_t at_ms = level->read->at_ms;

    *fine = level->read->level_mm * FINE;
    while (at_ms < now_ms) {
        int64_t next_ms = next_change_ms(level->dam, at_ms, now_ms);
        int64_t rise;

        if (!rise_now(level, at_ms, &rise))
            return false;
        *fine += rise * (next_ms - at_ms);
        at_ms = next_ms;
    }
    return true;
}

static const Muster__RefStructure *structure_of(const mu_picture *picture, const char *id)
{
    const Muster__ReferenceObject *object =
        id == NULL ? NULL
                   : mu_picture_reference(picture, id, MUSTER__OBJECT_KIND__OBJECT_KIND_STRUCTURE);

    return object == NULL || object->details_case != MUSTER__REFERENCE_OBJECT__DETAILS_STRUCTURE
               ? NULL
               : object->structure;
}

static bool set_limit(const Muster__DamOperation *dam, const Muster__RefStructure *structure,
                      const struct reading *read, struct mu_hold *hold)
{
    Muster__VerticalDatum datum = dam->datum;

    if (dam->has_hold_limit_level_mm) {
        hold->limit_mm = dam->hold_limit_level_mm;
    } else if (structure != NULL && structure->has_hold_limit_level_mm) {
        hold->limit_mm = structure->hold_limit_level_mm;
        datum = structure->datum;
    } else {
        return false;
    }
    /* Two heights above two zeros are two numbers, not one river. */
    return read->datum == datum && datum > MUSTER__VERTICAL_DATUM__VERTICAL_DATUM_NOT_STATED;
}

struct mu_hold mu_release_hold(const mu_picture *picture, const struct mu_object *operation,
                               int64_t now_ms)
{
    const Muster__DamOperation *dam = mu_object_head(operation)->event->dam_operation;
    const Muster__RefStructure *structure = structure_of(picture, dam->structure);
    struct reading read = {0};
    struct level level = {dam, &read, {dam->rises, dam->n_rises}};
    struct mu_hold hold = {0};
    int64_t fine, rise;

    if (level.table.count == 0 && structure != NULL)
        level.table = (struct table){structure->rises, structure->n_rises};
    read_operation(operation, &read);
    if (dam->structure != NULL)
        read_gauge(picture, dam->structure, &read);
    if (read.said == NULL || !set_limit(dam, structure, &read, &hold))
        return hold;
    if (now_ms < read.at_ms)
        now_ms = read.at_ms;
    if (!level_at(&level, now_ms, &fine) || !rise_now(&level, now_ms, &rise))
        return hold;
    hold.known = true;
    hold.said = read.said;
    hold.read_at_ms = read.at_ms;
    hold.level_mm = fine / FINE;
    hold.until_ms = MU_ENDLESS;
    if (fine >= hold.limit_mm * FINE)
        hold.until_ms = mu_minute(now_ms);
    else if (rise > 0)
        hold.until_ms = mu_minute(now_ms + (hold.limit_mm * FINE - fine) / rise);
    return hold;
}
