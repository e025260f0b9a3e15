#include "agents/player/event.h"

#include <stdio.h>
#include <string.h>

/* An event of 256 KiB unpacked, and the words it was made of. */
#define EVENT_ARENA_BYTES (2u * 1024u * 1024u)

static struct mu_assign assign_for(const struct mu_play *play, mu_arena *arena,
                                   struct mu_fault *fault)
{
    const struct mu_hours *hours = &play->reference.hours;

    fault->path[0] = '\0';
    return (struct mu_assign){
        .arena = arena,
        .day_ms = mu_hours_day(hours),
        .offset_min = hours->offset_min,
        .fault = fault,
    };
}

/* What the word at fault may have been meant to be, or what would be taken there. */
static void add_hint(struct mu_mistake *mistake, enum mu_err err, uint32_t kind, const char *typed)
{
    char hint[sizeof mistake->hint];
    struct mu_text text = mu_text(hint, sizeof hint);
    char near[64];
    struct mu_text near_text = mu_text(near, sizeof near);

    if ((err == MU_E_NO_KIND && mu_say_near_kind(typed, &near_text)) ||
        (err == MU_E_ABSENT && kind != 0 && mu_say_near_field(kind, typed, &near_text)))
        mu_text_addf(&text, "%s?", near);
    else if (err == MU_E_BAD_VALUE && kind != 0)
        mu_say_takes(kind, typed, &text);
    mu_mistake_hint(mistake, hint);
}

static enum mu_err mistaken(struct mu_mistake *mistake, enum mu_err err, size_t line, uint32_t kind,
                            const struct mu_fault *fault)
{
    (void)mu_mistaken(mistake, err, line, fault->path);
    add_hint(mistake, err, kind, fault->path);
    return err;
}

/* ---- objects of the reference ------------------------------------------------------------------- */

static enum mu_err set_pairs(const struct mu_place_object *object, const struct mu_assign *how,
                             struct mu_saying *said, struct mu_mistake *mistake)
{
    if (object->area != NULL) {
        enum mu_err err = mu_say_set(said, "envelope.area", object->area, how);

        if (err != MU_OK)
            return mistaken(mistake, err, object->line, said->kind, how->fault);
    }
    for (size_t i = 0; i < object->pair_count; i++) {
        const struct mu_pair *pair = &object->pairs[i];
        enum mu_err err = mu_say_set(said, pair->path, pair->value, how);

        if (err != MU_OK)
            return mistaken(mistake, err, pair->line, said->kind, how->fault);
    }
    return MU_OK;
}

enum mu_err mu_play_object(const struct mu_play *play, const struct mu_place_object *object,
                           mu_arena *arena, struct mu_saying *out, struct mu_mistake *mistake)
{
    struct mu_fault fault = {.code = MU_OK};
    struct mu_assign how = assign_for(play, arena, &fault);
    uint32_t kind = mu_kind_number(object->kind);
    enum mu_err err;

    mistake->file = play->reference_file;
    if (kind == 0) {
        snprintf(fault.path, sizeof fault.path, "%s", object->kind);
        return mistaken(mistake, MU_E_NO_KIND, object->line, 0, &fault);
    }
    if ((err = mu_say_begin(kind, object->object, &how, out)) != MU_OK)
        return mistaken(mistake, err, object->line, kind, &fault);
    return set_pairs(object, &how, out, mistake);
}

/* ---- rows of the script ---------------------------------------------------------------------------- */

enum mu_err mu_play_row(const struct mu_play *play, const struct mu_row *row, size_t *at,
                        mu_arena *arena, struct mu_saying *out, struct mu_mistake *mistake)
{
    struct mu_fault fault = {.code = MU_OK};
    struct mu_assign how = assign_for(play, arena, &fault);
    size_t first = *at, end = *at;
    enum mu_err err;

    mistake->file = play->script_file;
    if (first >= row->word_count)
        return MU_E_ABSENT;
    while (end < row->word_count && strcmp(row->words[end], ";") != 0)
        end++;
    *at = end + 1;
    *out = (struct mu_saying){.kind = 0};
    err = mu_say_read((int)(end - first), &row->words[first], &how, out);
    return err == MU_OK ? MU_OK : mistaken(mistake, err, row->line, out->kind, &fault);
}

/* ---- finishing ---------------------------------------------------------------------------------------- */

/* Tables and objects of the county hold beyond the incident. */
static bool belongs_to_incident(uint32_t kind)
{
    return !mu_kind_is_roster(kind) &&
           !(kind >= MUSTER__EVENT__BODY_REFERENCE_OBJECT && kind < MUSTER__EVENT__BODY_TICK);
}

static uint32_t log_status(void)
{
    return MUSTER__STATUS__STATUS_EXERCISE;
}

enum mu_err mu_play_finish(const struct mu_play *play, struct mu_saying *said, const char *agency,
                           int64_t now_ms, const struct mu_say_resolver *resolver, mu_arena *arena,
                           size_t line, struct mu_mistake *mistake)
{
    const struct mu_reference *reference = &play->reference;
    const struct mu_place_agency *home = mu_reference_agency(reference, agency);
    struct mu_fault fault = {.code = MU_OK};
    struct mu_assign how = assign_for(play, arena, &fault);
    struct mu_say_defaults defaults = {
        .agency = agency,
        .area = home != NULL && home->area != NULL ? home->area : reference->area,
        .incident = belongs_to_incident(said->kind) ? reference->incident : NULL,
        .status = log_status(),
        .now_ms = now_ms,
    };
    enum mu_err err = mu_say_fill(said, &defaults, &how);

    if (err == MU_OK)
        err = mu_say_resolve(said, resolver, &how);
    if (err == MU_OK)
        err = mu_event_check(said->event, &fault);
    return err == MU_OK ? MU_OK : mistaken(mistake, err, line, said->kind, &fault);
}

/* ---- the check before anything is played --------------------------------------------------------------- */

/* A record that knows everything: whether EV-01@v1 is there is not a question of form. */
static enum mu_err know_ref(void *user, uint32_t kind, const char *object, uint32_t *version,
                            struct mu_hash *leaf)
{
    (void)user;
    (void)kind;
    (void)object;
    *version = *version == 0 ? 1 : *version;
    *leaf = (struct mu_hash){{1}};
    return MU_OK;
}

static enum mu_err know_card(void *user, uint32_t rule, const char *subject,
                             struct mu_hash *card_id, struct mu_hash *finding_id)
{
    (void)user;
    (void)rule;
    (void)subject;
    *card_id = *finding_id = (struct mu_hash){{1}};
    return MU_OK;
}

static const struct mu_say_resolver knows_all = {know_ref, know_card, NULL};

static enum mu_err check_row(const struct mu_play *play, const struct mu_row *row, mu_arena *arena,
                             struct mu_mistake *mistake)
{
    size_t at = 0;
    enum mu_err err = MU_OK;

    mistake->file = play->script_file;
    if (mu_reference_agency(&play->reference, row->sender) == NULL)
        return mu_mistaken(mistake, MU_E_ABSENT, row->line, row->sender);
    while (err == MU_OK && at < row->word_count) {
        struct mu_saying said;

        mu_arena_reset(arena);
        if ((err = mu_play_row(play, row, &at, arena, &said, mistake)) == MU_OK)
            err = mu_play_finish(play, &said, row->sender, row->at_ms, &knows_all, arena, row->line,
                                 mistake);
    }
    return err;
}

static enum mu_err check_object(const struct mu_play *play, const struct mu_place_object *object,
                                mu_arena *arena, struct mu_mistake *mistake)
{
    struct mu_saying said;
    enum mu_err err;

    mu_arena_reset(arena);
    if ((err = mu_play_object(play, object, arena, &said, mistake)) != MU_OK)
        return err;
    return mu_play_finish(play, &said, object->by, play->reference.hours.prelude_ms, &knows_all,
                          arena, object->line, mistake);
}

enum mu_err mu_play_check(const struct mu_play *play, struct mu_mistake *mistake)
{
    mu_arena arena = mu_arena_make(EVENT_ARENA_BYTES);
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < play->reference.object_count; i++)
        err = check_object(play, &play->reference.objects[i], &arena, mistake);
    for (size_t i = 0; err == MU_OK && i < play->script.row_count; i++)
        err = check_row(play, &play->script.rows[i], &arena, mistake);
    for (size_t i = 0; err == MU_OK && i < play->script.seat_count; i++) {
        const struct mu_seat_rule *seat = &play->script.seats[i];

        mistake->file = play->script_file;
        if (mu_reference_agency(&play->reference, seat->agency) == NULL)
            err = mu_mistaken(mistake, MU_E_ABSENT, seat->line, seat->agency);
    }
    mu_arena_free(&arena);
    return err;
}
