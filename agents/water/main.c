/* muster-water: answers each dam operation with the windows in which its water arrives and how long it
 * can be held, and says when a level passes a mark (proto/rules/release.h, proto/picture/level.h).
 *
 * An answer is progress of the operation, or of the gauge, that it is about: the version stands as it
 * was said, and whoever acknowledged it has acknowledged it still.
 */
#include "agents/sdk/responder.h"
#include "proto/picture/level.h"
#include "proto/picture/table.h"
#include "proto/rules/release.h"
#include "proto/sign/digest.h"
#include "proto/wire/event.h"

#include <string.h>

#define ANSWER_BYTES_MAX ((size_t)4 << 20)

/* The river, what is let into it and how high it stands; all else goes by. */
static const char wanted[] = "type=dam_operation,gauge,reference_object,travel_table,limit_table,"
                             "role_map,enrolment,incident";

struct water {
    mu_picture *picture;
    struct mu_river *river; /* NULL: to be made again */
    mu_arena names;
    struct mu_table said; /* object to the digest of what was last said of it */
};

/* ---- saying it ---- */

static void fill_envelope(const struct water *w, mu_responder *responder,
                          const struct mu_said *about, Muster__Envelope *envelope)
{
    const Muster__Envelope *of = about->event->envelope;

    mu_responder_envelope(responder, of, about->object->id, mu_picture_now_ms(w->picture),
                          envelope);
    envelope->change = MUSTER__CHANGE__CHANGE_PROGRESS;
    envelope->has_version = of->has_version;
    envelope->version = of->version;
    envelope->has_severity = of->has_severity;
    envelope->severity = of->severity;
}

/* Until an answer has come back as an entry, the picture does not hold it: the digest of its body and
 * version tells whether it was said already. */
static enum mu_err is_said(struct water *w, const Muster__Event *event, const char *id,
                           mu_arena *arena, bool *known)
{
    struct mu_hash *last = mu_table_find(&w->said, id), now;
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Event bare = *event;
    uint8_t *packed = mu_arena_take(arena, mu_event_size(event) + 1);
    char *kept;

    if (packed == NULL)
        return MU_E_NO_MEMORY;
    envelope.has_version = true;
    envelope.version = event->envelope->version;
    bare.envelope = &envelope;
    mu_sha256(packed, mu_event_pack(&bare, packed), &now);
    *known = last != NULL && mu_hash_equal(last, &now);
    if (last == NULL) {
        last = mu_arena_take(&w->names, sizeof *last);
        kept = mu_arena_copy(&w->names, id, strlen(id));
        if (last == NULL || kept == NULL || mu_table_put(&w->said, kept, last) != MU_OK)
            return MU_E_NO_MEMORY;
    }
    *last = now;
    return MU_OK;
}

static enum mu_err say(struct water *w, mu_responder *responder, const struct mu_said *about,
                       Muster__Event *event, mu_arena *arena)
{
    const Muster__Event *events[] = {event};
    Muster__Envelope envelope;
    bool known = false;
    enum mu_err err;

    fill_envelope(w, responder, about, &envelope);
    event->envelope = &envelope;
    err = is_said(w, event, about->object->id, arena, &known);
    if (err == MU_OK && !known)
        err = mu_responder_say(responder, events, 1);
    event->envelope = NULL; /* ours, and gone */
    return err;
}

/* ---- what is ours to answer ---- */

/* Our own operations and gauges, and those of others in an area whose water is ours to watch. */
static bool is_ours(const struct water *w, const char *agency, const struct mu_said *head)
{
    const Muster__Envelope *of = head->event->envelope;
    const char *holder = mu_picture_role(w->picture, "water", of->area);

    return (of->agency != NULL && strcmp(of->agency, agency) == 0) ||
           (holder != NULL && strcmp(holder, agency) == 0);
}

static enum mu_err answer_operation(struct water *w, mu_responder *responder,
                                    const struct mu_object *operation, mu_arena *arena)
{
    const char *agency = mu_agent_agency(mu_responder_agent(responder));
    const struct mu_said *head = mu_object_head(operation);
    Muster__Event event = MUSTER__EVENT__INIT;
    enum mu_err err;

    if (head == NULL || !is_ours(w, agency, head))
        return MU_OK;
    err = mu_release_answer(w->picture, w->river, operation, agency, arena, &event.dam_operation);
    if (err != MU_OK || event.dam_operation == NULL)
        return err;
    event.body_case = MUSTER__EVENT__BODY_DAM_OPERATION;
    return say(w, responder, head, &event, arena);
}

static enum mu_err answer_gauge(struct water *w, mu_responder *responder,
                                const struct mu_object *station, mu_arena *arena)
{
    const char *agency = mu_agent_agency(mu_responder_agent(responder));
    const struct mu_said *head = mu_object_head(station);
    Muster__Event event = MUSTER__EVENT__INIT;
    enum mu_err err;

    if (head == NULL || !is_ours(w, agency, head))
        return MU_OK;
    err = mu_level_answer(w->picture, station->id, agency, arena, &event.gauge);
    if (err != MU_OK || event.gauge == NULL)
        return err;
    event.body_case = MUSTER__EVENT__BODY_GAUGE;
    return say(w, responder, head, &event, arena);
}

typedef enum mu_err (*answer_fn)(struct water *w, mu_responder *responder,
                                 const struct mu_object *object, mu_arena *arena);

static enum mu_err answer_one(struct water *w, mu_responder *responder, answer_fn how,
                              const struct mu_object *object)
{
    mu_arena arena = mu_arena_make(ANSWER_BYTES_MAX);
    enum mu_err err = object == NULL ? MU_OK : how(w, responder, object, &arena);

    mu_arena_free(&arena);
    return err;
}

static enum mu_err answer_each(struct water *w, mu_responder *responder, uint32_t kind,
                               answer_fn how)
{
    const struct mu_object *object;
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && (object = mu_picture_at(w->picture, kind, i)) != NULL; i++)
        err = answer_one(w, responder, how, object);
    return err;
}

/* ---- after each entry ---- */

static enum mu_err answer_all(struct water *w, mu_responder *responder)
{
    enum mu_err err =
        answer_each(w, responder, MUSTER__EVENT__BODY_DAM_OPERATION, answer_operation);

    return err != MU_OK ? err : answer_each(w, responder, MUSTER__EVENT__BODY_GAUGE, answer_gauge);
}

/* A level moves the hold of every release of that reservoir. */
static enum mu_err answer_level(struct water *w, mu_responder *responder, const char *id)
{
    enum mu_err err = answer_one(w, responder, answer_gauge,
                                 mu_picture_object(w->picture, MUSTER__EVENT__BODY_GAUGE, id));

    if (err != MU_OK ||
        mu_picture_reference(w->picture, id, MUSTER__OBJECT_KIND__OBJECT_KIND_STRUCTURE) == NULL)
        return err;
    return answer_each(w, responder, MUSTER__EVENT__BODY_DAM_OPERATION, answer_operation);
}

static enum mu_err answer_touch(struct water *w, mu_responder *responder,
                                const struct mu_touch *touch)
{
    switch (touch->kind) {
    case MU_TOUCH_RELEASE:
        return answer_one(
            w, responder, answer_operation,
            mu_picture_object(w->picture, MUSTER__EVENT__BODY_DAM_OPERATION, touch->id));
    case MU_TOUCH_LEVEL:
        return answer_level(w, responder, touch->id);
    case MU_TOUCH_RIVER:
    case MU_TOUCH_COUNTY:
        return answer_all(w, responder);
    default:
        return MU_OK;
    }
}

static enum mu_err answer(void *user, mu_responder *responder, const struct mu_entry *entry)
{
    struct water *w = user;
    size_t count;
    const struct mu_touch *touches = mu_picture_touches(w->picture, &count);
    enum mu_err err = w->river == NULL ? mu_river_new(w->picture, &w->river) : MU_OK;

    if (err == MU_OK && entry == NULL)
        return answer_all(w, responder);
    for (size_t i = 0; i < count && err == MU_OK; i++)
        err = answer_touch(w, responder, &touches[i]);
    return err;
}

static enum mu_err fold(void *user, const struct mu_entry *entry)
{
    struct water *w = user;
    enum mu_err err = mu_picture_fold(w->picture, entry);
    size_t count;
    const struct mu_touch *touches = mu_picture_touches(w->picture, &count);

    for (size_t i = 0; i < count; i++)
        if (touches[i].kind == MU_TOUCH_RIVER || touches[i].kind == MU_TOUCH_COUNTY)
            mu_river_free(&w->river);
    return err;
}

static const uint32_t says[] = {MUSTER__EVENT__BODY_DAM_OPERATION, MUSTER__EVENT__BODY_GAUGE, 0};

int main(int argc, char **argv)
{
    struct water w = {0};
    const struct mu_responder_plan plan = {
        .program = "muster-water",
        .about =
            "Works out when the water of a release is where, how long it can be held, and which"
            " levels pass a mark.",
        .about_zh = "推算每次下泄何时到何处、可暂缓多久，以及哪些水位超过警戒、汛限等特征水位。",
        .filter = wanted,
        .says = says,
        .fold = fold,
        .answer = answer,
        .user = &w,
    };
    int status = 1;

    w.names = mu_arena_make(SIZE_MAX / 4);
    if (mu_picture_new(&w.picture) == MU_OK)
        status = mu_responder_run(&plan, argc, argv);
    mu_river_free(&w.river);
    mu_table_free(&w.said);
    mu_arena_free(&w.names);
    mu_picture_free(&w.picture);
    return status;
}
