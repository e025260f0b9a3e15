/* Published gauge values as events: one reading each. Nothing the series does not say; what the record
 * holds already is not told again.
 */
#include "agents/cli/import/list.h"
#include "agents/cli/import/usgs.h"

#include <stdio.h>
#include <string.h>

#define ROW_ARENA_BYTES (256u * 1024u)

static Muster__Envelope *make_envelope(const struct mu_usgs_value *value, const char *origin,
                                       mu_arena *arena)
{
    Muster__Envelope *envelope = mu_arena_take(arena, sizeof *envelope);

    if (envelope == NULL)
        return NULL;
    *envelope = (Muster__Envelope)MUSTER__ENVELOPE__INIT;
    envelope->object = mu_arena_copy(arena, value->id, strlen(value->id));
    envelope->source_text = mu_arena_copy(arena, origin, strlen(origin));
    envelope->has_occurred_at_ms = envelope->has_observed_at_ms = true;
    envelope->occurred_at_ms = envelope->observed_at_ms = value->at_ms;
    envelope->has_source = envelope->has_verification = true;
    envelope->source = MUSTER__SOURCE_KIND__SOURCE_KIND_IMPORTED;
    envelope->verification = value->approved ? MUSTER__VERIFICATION__VERIFICATION_VERIFIED
                                             : MUSTER__VERIFICATION__VERIFICATION_UNVERIFIED;
    return envelope->object == NULL || envelope->source_text == NULL ? NULL : envelope;
}

static void fill_gauge(const struct mu_usgs_value *value, Muster__Gauge *gauge)
{
    gauge->has_read_at_ms = gauge->has_sensor_state = true;
    gauge->read_at_ms = value->at_ms;
    gauge->sensor_state = value->sensor;
    if (value->what == MU_USGS_STAGE) {
        gauge->has_datum = true;
        gauge->datum = value->datum;
        gauge->has_stage_mm = value->has_value;
        gauge->stage_mm = value->value;
    } else {
        gauge->has_flow_milli_m3s = value->has_value;
        gauge->flow_milli_m3s = value->value;
    }
}

static bool same_reading(const Muster__Gauge *a, const Muster__Gauge *b)
{
    return a->has_read_at_ms && a->read_at_ms == b->read_at_ms &&
           a->has_stage_mm == b->has_stage_mm && a->stage_mm == b->stage_mm &&
           a->has_flow_milli_m3s == b->has_flow_milli_m3s &&
           a->flow_milli_m3s == b->flow_milli_m3s && a->datum == b->datum &&
           a->sensor_state == b->sensor_state;
}

/* In the record, or earlier in this run. A value that was revised since is another value. */
static bool is_known(const struct mu_import_list *list, const char *id, const Muster__Gauge *gauge)
{
    const struct mu_object *object =
        list->look == NULL || list->look->picture == NULL
            ? NULL
            : mu_picture_object(list->look->picture, MUSTER__EVENT__BODY_GAUGE, id);

    for (const struct mu_said *said = object == NULL ? NULL : object->news;
         said != NULL && said->as_of_ms >= gauge->read_at_ms; said = said->older)
        if (!said->struck && same_reading(said->event->gauge, gauge))
            return true;
    return false;
}

static void describe(const struct mu_usgs_value *value, char *out, size_t size)
{
    struct mu_text text = mu_text(out, size);

    if (!value->has_value)
        mu_text_add(&text,
                    value->sensor == MUSTER__SENSOR_STATE__SENSOR_STATE_LOST ? "lost" : "suspect");
    else
        mu_text_addf(&text, "%lld %s", (long long)value->value,
                     value->what == MU_USGS_STAGE ? "mm" : "milli m3/s");
}

static void name_origin(const char *file, size_t line, char *out, size_t size)
{
    const char *slash = strrchr(file, '/');

    snprintf(out, size, "%s:%zu", slash == NULL ? file : slash + 1, line);
}

static enum mu_err take_value(struct mu_import_list *list, const struct mu_usgs_value *value)
{
    struct mu_import_row *into = &list->rows[list->row_count - 1];
    mu_arena arena = mu_arena_make(ROW_ARENA_BYTES);
    struct mu_saying said = {.kind = MUSTER__EVENT__BODY_GAUGE};
    char origin[512];
    enum mu_err err = mu_event_make(said.kind, &arena, &said.event);

    name_origin(into->file, value->line, origin, sizeof origin);
    describe(value, into->said, sizeof into->said);
    into->counted_at_ms = value->at_ms;
    if (err == MU_OK && (said.event->envelope = make_envelope(value, origin, &arena)) == NULL)
        err = MU_E_NO_MEMORY;
    if (err == MU_OK) {
        fill_gauge(value, said.event->gauge);
        into->known = is_known(list, value->id, said.event->gauge);
    }
    if (err == MU_OK && !into->known)
        err = mu_import_add_event(list, &said, false, &arena);
    mu_arena_free(&arena);
    return err;
}

static enum mu_err take_values(struct mu_import_list *list, const char *file, mu_usgs *reader)
{
    struct mu_nanao_refusal refusal;
    struct mu_usgs_value value;
    enum mu_err err, said;

    while ((said = mu_usgs_next(reader, &value, &refusal)) != MU_E_ABSENT) {
        if (said == MU_E_NO_MEMORY)
            return said;
        err = mu_import_add_row(list, file, value.id, value.line);
        if (err == MU_OK && said == MU_OK)
            err = take_value(list, &value);
        if (err != MU_OK)
            return err;
        if (said != MU_OK)
            list->rows[list->row_count - 1].refusal = refusal;
    }
    return MU_OK;
}

enum mu_err mu_import_gauges(struct mu_import_list *list, const char *file, struct mu_bytes text,
                             struct mu_nanao_refusal *refusal)
{
    mu_usgs *reader = NULL;
    enum mu_err err = mu_usgs_open(text, &reader, refusal);

    if (err == MU_OK)
        err = take_values(list, file, reader);
    mu_usgs_close(&reader);
    return err;
}
