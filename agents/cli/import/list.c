#include "agents/cli/import/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_ARENA_BYTES (256u * 1024u)

/* Room for one more at the end of *items. */
static enum mu_err grow(void **items, size_t count, size_t *room, size_t size)
{
    size_t wanted = *room == 0 ? 64 : 2 * *room;
    void *grown;

    if (count < *room)
        return MU_OK;
    if ((grown = realloc(*items, wanted * size)) == NULL)
        return MU_E_NO_MEMORY;
    *items = grown;
    *room = wanted;
    return MU_OK;
}

void mu_import_list_free(struct mu_import_list *list)
{
    for (size_t i = 0; i < list->event_count; i++)
        free(list->events[i].bytes);
    free(list->events);
    free(list->rows);
    free(list->places);
}

/* ---- what the record knows ---------------------------------------------------------------------------- */

static uint32_t newest_version(const struct mu_object *object)
{
    return object == NULL || object->versions == NULL ? 0 : object->versions->version;
}

static void recall(const struct mu_import_list *list, struct mu_import_place *place)
{
    const mu_picture *picture = list->look == NULL ? NULL : list->look->picture;
    const struct mu_object *shelter;

    if (picture == NULL)
        return;
    shelter = mu_picture_object(picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, place->id);
    place->status = mu_picture_object(picture, MUSTER__EVENT__BODY_SHELTER, place->id);
    place->shelter_version = newest_version(shelter);
    place->status_version = newest_version(place->status);
    place->figure_version =
        newest_version(mu_picture_object(picture, MUSTER__EVENT__BODY_FIGURE, place->id));
    if (shelter != NULL && mu_object_head(shelter) != NULL)
        place->facts = mu_import_facts_of_event(mu_object_head(shelter)->event);
    else
        place->shelter_version = place->shelter_version > 0 ? place->shelter_version : 0;
}

static enum mu_err find_place(struct mu_import_list *list, const char *id,
                              struct mu_import_place **out)
{
    void *items = list->places;
    enum mu_err err;

    for (size_t i = 0; i < list->place_count; i++)
        if (strcmp(list->places[i].id, id) == 0) {
            *out = &list->places[i];
            return MU_OK;
        }
    err = grow(&items, list->place_count, &list->place_room, sizeof *list->places);
    list->places = items;
    if (err != MU_OK)
        return err;
    *out = &list->places[list->place_count++];
    **out = (struct mu_import_place){.counted_at_ms = INT64_MIN};
    snprintf((*out)->id, sizeof(*out)->id, "%s", id);
    recall(list, *out);
    return MU_OK;
}

/* The same count of the same moment, from the record or from an earlier file of this run. */
static bool is_known(const struct mu_import_place *place, const struct mu_nanao_row *row)
{
    const struct mu_said *said = place->status == NULL ? NULL : place->status->news;

    if (place->counted_at_ms == row->counted_at_ms && place->persons == row->persons)
        return true;
    for (; said != NULL; said = said->older) {
        const Muster__Shelter *shelter = said->event->shelter;

        if (!said->struck && shelter->has_counted_at_ms && shelter->has_persons_present &&
            shelter->counted_at_ms == row->counted_at_ms &&
            shelter->persons_present == row->persons)
            return true;
    }
    return false;
}

/* ---- rows to events -------------------------------------------------------------------------------------- */

enum mu_err mu_import_add_event(struct mu_import_list *list, struct mu_saying *said, bool first,
                                mu_arena *arena)
{
    struct mu_fault fault = {.code = MU_OK};
    struct mu_assign how = {.arena = arena, .fault = &fault};
    void *items = list->events;
    enum mu_err err;

    if ((err = mu_say_fill(said, &list->defaults, &how)) != MU_OK ||
        (err = mu_event_check(said->event, &fault)) != MU_OK)
        return err;
    err = grow(&items, list->event_count, &list->event_room, sizeof *list->events);
    list->events = items;
    if (err != MU_OK)
        return err;
    struct mu_import_event *event = &list->events[list->event_count];
    *event = (struct mu_import_event){.row = list->row_count - 1, .first = first};
    event->size = mu_event_size(said->event);
    if ((event->bytes = malloc(event->size + 1)) == NULL)
        return MU_E_NO_MEMORY;
    event->size = mu_event_pack(said->event, event->bytes);
    list->event_count++;
    return MU_OK;
}

static enum mu_err add_shelter(struct mu_import_list *list, struct mu_import_place *place,
                               const struct mu_nanao_row *row, const char *origin, mu_arena *arena)
{
    struct mu_import_facts facts = mu_import_facts_of_row(row);
    struct mu_saying said;
    enum mu_err err;

    if (place->shelter_version > 0 && mu_import_facts_equal(&facts, &place->facts))
        return MU_OK;
    err = mu_import_shelter(row, origin, place->shelter_version + 1, arena, &said);
    if (err == MU_OK)
        err = mu_import_add_event(list, &said, true, arena);
    if (err != MU_OK)
        return err;
    place->shelter_version++;
    place->facts = facts;
    return MU_OK;
}

static enum mu_err add_count(struct mu_import_list *list, struct mu_import_place *place,
                             const struct mu_nanao_row *row, const char *origin, mu_arena *arena)
{
    struct mu_saying said;
    enum mu_err err = mu_import_status(row, origin, place->status_version + 1, arena, &said);

    if (err == MU_OK)
        err = mu_import_add_event(list, &said, false, arena);
    if (err == MU_OK)
        err = mu_import_figure(row, origin, place->figure_version + 1, arena, &said);
    if (err == MU_OK)
        err = mu_import_add_event(list, &said, false, arena);
    if (err != MU_OK)
        return err;
    place->status_version++;
    place->figure_version++;
    place->counted_at_ms = row->counted_at_ms;
    place->persons = row->persons;
    return MU_OK;
}

/* "open_shelter_2024-01-09.csv:5" */
static void name_origin(const char *file, size_t line, char *out, size_t size)
{
    const char *slash = strrchr(file, '/');

    snprintf(out, size, "%s:%zu", slash == NULL ? file : slash + 1, line);
}

static enum mu_err take_row(struct mu_import_list *list, const struct mu_nanao_row *row)
{
    struct mu_import_row *into = &list->rows[list->row_count - 1];
    mu_arena arena = mu_arena_make(ROW_ARENA_BYTES);
    struct mu_import_place *place = NULL;
    char origin[512];
    enum mu_err err = find_place(list, row->id, &place);

    name_origin(into->file, row->line, origin, sizeof origin);
    into->persons = row->persons;
    into->counted_at_ms = row->counted_at_ms;
    if (err == MU_OK)
        err = add_shelter(list, place, row, origin, &arena);
    if (err == MU_OK && (into->known = is_known(place, row)) == false)
        err = add_count(list, place, row, origin, &arena);
    mu_arena_free(&arena);
    return err;
}

enum mu_err mu_import_add_row(struct mu_import_list *list, const char *file, const char *id,
                              size_t line)
{
    void *items = list->rows;
    enum mu_err err = grow(&items, list->row_count, &list->row_room, sizeof *list->rows);

    list->rows = items;
    if (err != MU_OK)
        return err;
    list->rows[list->row_count] = (struct mu_import_row){.file = file, .line = line};
    snprintf(list->rows[list->row_count].id, MU_NAME_BYTES_MAX, "%s", id);
    list->row_count++;
    return MU_OK;
}

static enum mu_err take_rows(struct mu_import_list *list, const char *file, mu_nanao *reader)
{
    struct mu_nanao_refusal refusal;
    struct mu_nanao_row row;
    enum mu_err err, said;

    while ((said = mu_nanao_next(reader, &row, &refusal)) != MU_E_ABSENT) {
        if (said == MU_E_NO_MEMORY)
            return said;
        err = mu_import_add_row(list, file, said == MU_OK ? row.id : refusal.id, row.line);
        if (err == MU_OK && said == MU_OK)
            err = take_row(list, &row);
        if (err != MU_OK)
            return err;
        if (said != MU_OK)
            list->rows[list->row_count - 1].refusal = refusal;
    }
    return MU_OK;
}

enum mu_err mu_import_table(struct mu_import_list *list, const char *file, struct mu_bytes text,
                            struct mu_nanao_refusal *refusal)
{
    mu_nanao *reader = NULL;
    enum mu_err err = mu_nanao_open(text, &reader, refusal);

    if (err == MU_OK)
        err = take_rows(list, file, reader);
    mu_nanao_close(&reader);
    return err;
}
