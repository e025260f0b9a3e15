#include "agents/cli/import/event.h"

#include <stdio.h>
#include <string.h>

#define SOURCE                                                                                     \
    "Nanao City and Ishikawa Prefecture open data, as tabulated in "                               \
    "raokiey/R06-Noto-Peninsula-EQ-open-shelter-Nanao"
#define LICENCE "CC-BY-4.0"
#define NOT_STATED_MAX 8u

/* ---- facts ------------------------------------------------------------------------------------------- */

static void keep(char *out, size_t size, const char *text)
{
    struct mu_text into = mu_text(out, size);

    if (text != NULL)
        mu_text_add(&into, text);
}

struct mu_import_facts mu_import_facts_of_row(const struct mu_nanao_row *row)
{
    struct mu_import_facts facts = {
        .has_place = row->has_place,
        .has_capacity = row->has_capacity,
        .lat_e7 = row->lat_e7,
        .lon_e7 = row->lon_e7,
        .capacity = row->capacity,
    };

    keep(facts.name, sizeof facts.name, row->name);
    keep(facts.address, sizeof facts.address, row->address);
    keep(facts.telephone, sizeof facts.telephone, row->telephone);
    keep(facts.area, sizeof facts.area, row->area);
    return facts;
}

static void keep_place(struct mu_import_facts *facts, const Muster__Location *location)
{
    if (location == NULL)
        return;
    keep(facts->address, sizeof facts->address, location->description);
    facts->has_place = location->point != NULL;
    if (facts->has_place) {
        facts->lat_e7 = location->point->lat_e7;
        facts->lon_e7 = location->point->lon_e7;
    }
}

struct mu_import_facts mu_import_facts_of_event(const Muster__Event *event)
{
    const Muster__ReferenceObject *object = event->reference_object;
    struct mu_import_facts facts = {.has_place = false};

    keep(facts.area, sizeof facts.area, event->envelope->area);
    if (object->name != NULL)
        keep(facts.name, sizeof facts.name, object->name->zh);
    keep_place(&facts, object->location);
    if (object->details_case == MUSTER__REFERENCE_OBJECT__DETAILS_SHELTER) {
        keep(facts.telephone, sizeof facts.telephone, object->shelter->telephone);
        facts.has_capacity = object->shelter->has_capacity_persons;
        facts.capacity = object->shelter->capacity_persons;
    }
    return facts;
}

bool mu_import_facts_equal(const struct mu_import_facts *a, const struct mu_import_facts *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->address, b->address) == 0 &&
           strcmp(a->telephone, b->telephone) == 0 && strcmp(a->area, b->area) == 0 &&
           a->has_place == b->has_place && a->lat_e7 == b->lat_e7 && a->lon_e7 == b->lon_e7 &&
           a->has_capacity == b->has_capacity && (!a->has_capacity || a->capacity == b->capacity);
}

/* ---- making ------------------------------------------------------------------------------------------ */

struct making {
    mu_arena *arena;
    bool failed; /* memory: asked once at the end */
};

static char *word(struct making *m, const char *text)
{
    char *copy = text[0] == '\0' ? NULL : mu_arena_copy(m->arena, text, strlen(text));

    m->failed |= copy == NULL && text[0] != '\0';
    return copy;
}

static void *room(struct making *m, size_t size)
{
    void *place = m->failed ? NULL : mu_arena_take(m->arena, size);

    m->failed |= place == NULL;
    return place;
}

static Muster__Envelope *make_envelope(struct making *m, const struct mu_nanao_row *row,
                                       const char *origin, uint32_t version)
{
    Muster__Envelope *envelope = room(m, sizeof *envelope);

    if (envelope == NULL)
        return NULL;
    muster__envelope__init(envelope);
    envelope->area = word(m, row->area);
    envelope->object = word(m, row->id);
    envelope->has_version = 1;
    envelope->version = version;
    envelope->has_change = 1;
    envelope->change = MUSTER__CHANGE__CHANGE_NEW_VERSION;
    envelope->has_occurred_at_ms = 1;
    envelope->occurred_at_ms = row->counted_at_ms;
    envelope->has_source = 1;
    envelope->source = MUSTER__SOURCE_KIND__SOURCE_KIND_IMPORTED;
    envelope->source_text = word(m, origin);
    envelope->language = word(m, "ja");
    envelope->not_stated = room(m, NOT_STATED_MAX * sizeof *envelope->not_stated);
    return envelope;
}

static void not_stated(struct making *m, Muster__Envelope *envelope, const char *path)
{
    MU_CHECK(envelope->n_not_stated < NOT_STATED_MAX);
    envelope->not_stated[envelope->n_not_stated++] = word(m, path);
}

static enum mu_err begin(struct making *m, uint32_t kind, const struct mu_nanao_row *row,
                         const char *origin, uint32_t version, struct mu_saying *out)
{
    enum mu_err err;

    *out = (struct mu_saying){.kind = kind};
    if ((err = mu_event_make(kind, m->arena, &out->event)) != MU_OK)
        return err;
    out->event->envelope = make_envelope(m, row, origin, version);
    return m->failed ? MU_E_NO_MEMORY : MU_OK;
}

/* ---- the shelter -------------------------------------------------------------------------------------- */

/* The tables give degrees and say nothing of the system they are in. */
static Muster__Location *make_location(struct making *m, const struct mu_nanao_row *row)
{
    Muster__Location *location = room(m, sizeof *location);
    Muster__GeoPoint *point = room(m, sizeof *point);

    if (point == NULL)
        return NULL;
    muster__location__init(location);
    location->area = word(m, row->area);
    location->description = word(m, row->address);
    if (!row->has_place)
        return location;
    muster__geo_point__init(point);
    point->has_lat_e7 = point->has_lon_e7 = 1;
    point->lat_e7 = row->lat_e7;
    point->lon_e7 = row->lon_e7;
    location->point = point;
    location->has_coordinate_system = 1;
    location->coordinate_system = MUSTER__COORDINATE_SYSTEM__COORDINATE_SYSTEM_NOT_STATED;
    return location;
}

static Muster__RefShelter *make_ref_shelter(struct making *m, const struct mu_nanao_row *row)
{
    Muster__RefShelter *shelter = room(m, sizeof *shelter);

    if (shelter == NULL)
        return NULL;
    muster__ref_shelter__init(shelter);
    shelter->has_capacity_persons = row->has_capacity;
    shelter->capacity_persons = row->capacity;
    shelter->telephone = word(m, row->telephone);
    return shelter;
}

static Muster__Name *make_name(struct making *m, const char *text)
{
    Muster__Name *name = room(m, sizeof *name);

    if (name == NULL)
        return NULL;
    muster__name__init(name);
    name->zh = word(m, text);
    return name;
}

enum mu_err mu_import_shelter(const struct mu_nanao_row *row, const char *origin, uint32_t version,
                              mu_arena *arena, struct mu_saying *out)
{
    static const char *const unknown[] = {
        "reference_object.shelter.floor_m2",
        "reference_object.shelter.own_water_l_per_day",
        "reference_object.shelter.toilets",
        "reference_object.shelter.taps",
    };
    struct making m = {.arena = arena};
    enum mu_err err = begin(&m, MUSTER__EVENT__BODY_REFERENCE_OBJECT, row, origin, version, out);

    if (err != MU_OK)
        return err;
    Muster__ReferenceObject *object = out->event->reference_object;
    object->has_kind = 1;
    object->kind = MUSTER__OBJECT_KIND__OBJECT_KIND_SHELTER;
    object->name = make_name(&m, row->name);
    object->location = make_location(&m, row);
    object->source = word(&m, SOURCE);
    object->licence = word(&m, LICENCE);
    object->has_as_of_at_ms = 1;
    object->as_of_at_ms = row->counted_at_ms;
    object->details_case = MUSTER__REFERENCE_OBJECT__DETAILS_SHELTER;
    object->shelter = make_ref_shelter(&m, row);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        not_stated(&m, out->event->envelope, unknown[i]);
    if (!row->has_capacity)
        not_stated(&m, out->event->envelope, "reference_object.shelter.capacity_persons");
    if (!row->has_place)
        not_stated(&m, out->event->envelope, "reference_object.location.point");
    return m.failed ? MU_E_NO_MEMORY : MU_OK;
}

/* ---- the count ------------------------------------------------------------------------------------------ */

enum mu_err mu_import_status(const struct mu_nanao_row *row, const char *origin, uint32_t version,
                             mu_arena *arena, struct mu_saying *out)
{
    struct making m = {.arena = arena};
    enum mu_err err = begin(&m, MUSTER__EVENT__BODY_SHELTER, row, origin, version, out);

    if (err != MU_OK)
        return err;
    Muster__Shelter *shelter = out->event->shelter;
    shelter->has_state = 1; /* the tables list open shelters only */
    shelter->state = MUSTER__SHELTER_STATE__SHELTER_STATE_OPEN;
    shelter->has_persons_present = 1;
    shelter->persons_present = row->persons;
    shelter->has_population_kind = 1;
    shelter->population_kind = MUSTER__POPULATION_KIND__POPULATION_KIND_CENTRALISED;
    shelter->has_counted_at_ms = 1;
    shelter->counted_at_ms = row->counted_at_ms;
    shelter->has_count_method = 1;
    shelter->count_method = MUSTER__COUNT_METHOD__COUNT_METHOD_NOT_STATED;
    return m.failed ? MU_E_NO_MEMORY : MU_OK;
}

enum mu_err mu_import_figure(const struct mu_nanao_row *row, const char *origin, uint32_t version,
                             mu_arena *arena, struct mu_saying *out)
{
    struct making m = {.arena = arena};
    enum mu_err err = begin(&m, MUSTER__EVENT__BODY_FIGURE, row, origin, version, out);

    if (err != MU_OK)
        return err;
    Muster__Figure *figure = out->event->figure;
    figure->indicator = word(&m, "sheltered_persons");
    figure->area = word(&m, row->area);
    figure->has_as_of_at_ms = figure->has_value = figure->has_unit = 1;
    figure->as_of_at_ms = row->counted_at_ms;
    figure->value = row->persons;
    figure->unit = MUSTER__MEASURE__MEASURE_PERSON;
    figure->has_population_kind = figure->has_stage = figure->has_method = 1;
    figure->population_kind = MUSTER__POPULATION_KIND__POPULATION_KIND_CENTRALISED;
    figure->stage = MUSTER__STAGE__STAGE_NOT_STATED;
    figure->method = MUSTER__COUNT_METHOD__COUNT_METHOD_NOT_STATED;
    figure->source_agency = word(&m, "nanao-city");
    figure->has_extent = 1;
    figure->extent = MUSTER__FIGURE_EXTENT__FIGURE_EXTENT_CURRENT;
    not_stated(&m, out->event->envelope, "figure.definition_version");
    /* Of this house alone: a district has several, and nobody added them up. */
    out->event->envelope->location = room(&m, sizeof(Muster__Location));
    if (out->event->envelope->location != NULL) {
        muster__location__init(out->event->envelope->location);
        out->event->envelope->location->facility = word(&m, row->id);
    }
    return m.failed ? MU_E_NO_MEMORY : MU_OK;
}
