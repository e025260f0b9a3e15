/* muster-dispatch: answers what changes for the injured with one proposal for each scene
 * (proto/rules/dispatch.h). It proposes; a person makes an operation of it (`muster dispatch accept`).
 *
 * The same proposal is not made twice: what was last said is kept, and after a start read from the record.
 */
#include <stdlib.h>
#include <string.h>

#include "agents/sdk/responder.h"
#include "proto/rules/dispatch.h"
#include "proto/wire/event.h"

#define PROPOSAL_BYTES_MAX ((size_t)4 << 20)
#define LINES_BYTES_MAX 32768u
#define NEAR_ENTRIES 64

/* Scenes, beds, and everything that can be in the way. */
static const char wanted[] = "type=casualty,hospital,unit,road,operation_plan,dispatch_proposal,"
                             "reference_object,limit_table,"
                             "incident,epoch";

/* What was last said about one scene, until and after it comes back. */
struct spoken {
    const char *scene; /* the picture's */
    char *lines;       /* ours */
    uint32_t version;
    struct spoken *next;
};

struct dispatch {
    mu_picture *picture;
    struct mu_roads *roads;
    struct spoken *spoken;
};

static struct spoken *spoken_of(struct dispatch *d, const char *scene)
{
    struct spoken *spoken = d->spoken;

    while (spoken != NULL && strcmp(spoken->scene, scene) != 0)
        spoken = spoken->next;
    return spoken;
}

static enum mu_err remember(struct dispatch *d, const char *scene, const char *lines,
                            uint32_t version)
{
    struct spoken *spoken = spoken_of(d, scene);
    char *kept = strdup(lines);

    if (kept == NULL)
        return MU_E_NO_MEMORY;
    if (spoken == NULL && (spoken = calloc(1, sizeof *spoken)) != NULL) {
        spoken->scene = scene;
        spoken->next = d->spoken;
        d->spoken = spoken;
    }
    if (spoken == NULL) {
        free(kept);
        return MU_E_NO_MEMORY;
    }
    free(spoken->lines);
    spoken->lines = kept;
    spoken->version = version;
    return MU_OK;
}

/* ---- what was said before ---- */

static const struct mu_said *recorded(const struct dispatch *d, const struct mu_object *scene)
{
    char name[MU_NAME_BYTES_MAX];
    struct mu_text text = mu_text(name, sizeof name);

    mu_dispatch_name(scene, &text);
    return mu_object_head(
        mu_picture_object(d->picture, MUSTER__EVENT__BODY_DISPATCH_PROPOSAL, name));
}

/* The last proposal for the scene in lines; "\n" when there is none. */
static uint32_t last_said(struct dispatch *d, const struct mu_object *scene, struct mu_text *lines)
{
    const struct spoken *spoken = spoken_of(d, scene->id);
    const struct mu_said *said = recorded(d, scene);

    if (spoken != NULL) {
        mu_text_add(lines, spoken->lines);
        return spoken->version;
    }
    if (said == NULL) {
        mu_text_add(lines, "\n");
        return 0;
    }
    mu_dispatch_lines(said->event->dispatch_proposal, lines);
    return said->version;
}

/* ---- saying it ---- */

static void fill_envelope(const struct dispatch *d, mu_responder *responder,
                          const struct mu_object *scene, uint32_t version, const char *name,
                          Muster__Envelope *envelope)
{
    mu_responder_envelope(responder, mu_object_head(scene)->event->envelope, name,
                          mu_picture_now_ms(d->picture), envelope);
    envelope->has_version = envelope->has_severity = true;
    envelope->version = version;
    envelope->severity = scene->waiting.red > 0 ? MUSTER__SEVERITY__SEVERITY_EXTREME
                                                : MUSTER__SEVERITY__SEVERITY_MODERATE;
}

static enum mu_err say(struct dispatch *d, mu_responder *responder, const struct mu_object *scene,
                       uint32_t version, Muster__DispatchProposal *proposal)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    const Muster__Event *events[] = {&event};
    Muster__Envelope envelope;
    char name[MU_NAME_BYTES_MAX];
    struct mu_text text = mu_text(name, sizeof name);

    mu_dispatch_name(scene, &text);
    fill_envelope(d, responder, scene, version, name, &envelope);
    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_DISPATCH_PROPOSAL;
    event.dispatch_proposal = proposal;
    return mu_responder_say(responder, events, 1);
}

/* In a restored record what was proposed may rest on words that are still to be given back. Without them another
 * proposal would be made, and with each that comes one more: the last stands until all are here, or until
 * somebody says something new. */
static bool waits_for_return(struct dispatch *d, const struct mu_object *scene)
{
    const struct mu_said *last = mu_picture_last(d->picture), *said = recorded(d, scene);
    const Muster__DispatchProposal *proposal;

    if (said == NULL || spoken_of(d, scene->id) != NULL ||
        (last != NULL && last->was_number == 0 &&
         last->event->body_case != MUSTER__EVENT__BODY_DISPATCH_PROPOSAL))
        return false;
    proposal = said->event->dispatch_proposal;
    if (proposal->epoch >= mu_picture_epoch(d->picture))
        return false;
    for (size_t i = 0; i < proposal->n_inputs; i++)
        if (mu_picture_said(d->picture, proposal->inputs[i]) == NULL)
            return true;
    return false;
}

static enum mu_err answer_scene(struct dispatch *d, mu_responder *responder,
                                const struct mu_object *scene)
{
    mu_arena arena = mu_arena_make(PROPOSAL_BYTES_MAX);
    char *lines;
    enum mu_err err;

    if (waits_for_return(d, scene))
        return MU_OK;
    lines = mu_arena_take(&arena, 2 * LINES_BYTES_MAX);
    err = lines == NULL ? MU_E_NO_MEMORY : MU_OK;

    if (err == MU_OK) {
        struct mu_text last = mu_text(lines, LINES_BYTES_MAX);
        struct mu_text next = mu_text(lines + LINES_BYTES_MAX, LINES_BYTES_MAX);
        uint32_t version = last_said(d, scene, &last);
        Muster__DispatchProposal *proposal =
            mu_dispatch_propose(d->picture, d->roads, scene, &arena);

        if (proposal != NULL) {
            mu_dispatch_lines(proposal, &next);
            if (mu_dispatch_is_news(lines, lines + LINES_BYTES_MAX)) {
                err = say(d, responder, scene, version + 1, proposal);
                if (err == MU_OK)
                    err = remember(d, scene->id, lines + LINES_BYTES_MAX, version + 1);
            }
        }
    }
    mu_arena_free(&arena);
    return err;
}

/* ---- which scenes an entry concerns ---- */

static bool concerns_all(const struct mu_touch *touch)
{
    switch (touch->kind) {
    case MU_TOUCH_SCENE: /* what is proposed there is not free for the others */
    case MU_TOUCH_HOSPITAL:
    case MU_TOUCH_COUNTY:
    case MU_TOUCH_ROADS:
        return true;
    case MU_TOUCH_PLACE:
        return touch->place_kind == MU_PLACE_EDGE || touch->place_kind == MU_PLACE_ROAD ||
               touch->place_kind == MU_PLACE_HOSPITAL || touch->place_kind == MU_PLACE_FLEET;
    default:
        return false;
    }
}

static enum mu_err answer_all(struct dispatch *d, mu_responder *responder)
{
    const struct mu_object *scene;
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK &&
                       (scene = mu_picture_at(d->picture, MUSTER__EVENT__BODY_CASUALTY, i)) != NULL;
         i++)
        err = answer_scene(d, responder, scene);
    return err;
}

static enum mu_err answer_touched(struct dispatch *d, mu_responder *responder)
{
    size_t count;
    const struct mu_touch *touches = mu_picture_touches(d->picture, &count);

    for (size_t i = 0; i < count; i++)
        if (concerns_all(&touches[i]))
            return answer_all(d, responder);
    return MU_OK;
}

/* The network is made when it is first needed, and again when the reference data change it. */
static enum mu_err look_at_roads(struct dispatch *d, bool changed)
{
    if (changed)
        mu_roads_free(&d->roads);
    return d->roads == NULL ? mu_roads_new(d->picture, &d->roads) : MU_OK;
}

static bool roads_changed(const struct dispatch *d)
{
    size_t count;
    const struct mu_touch *touches = mu_picture_touches(d->picture, &count);

    for (size_t i = 0; i < count; i++)
        if (touches[i].kind == MU_TOUCH_ROADS)
            return true;
    return false;
}

/* Far behind the record the next entries are as old as this one: nobody would read its proposal. */
static bool is_near(mu_responder *responder, const struct mu_entry *entry)
{
    struct mu_head head = {0};

    mu_agent_head(mu_responder_agent(responder), &head);
    return entry == NULL || head.size < entry->number + NEAR_ENTRIES;
}

static enum mu_err answer(void *user, mu_responder *responder, const struct mu_entry *entry)
{
    struct dispatch *d = user;
    bool near = is_near(responder, entry);
    enum mu_err err = look_at_roads(d, entry == NULL);

    if (err != MU_OK || !near)
        return err;
    return entry == NULL ? answer_all(d, responder) : answer_touched(d, responder);
}

/* ---- the program ---- */

static enum mu_err fold(void *user, const struct mu_entry *entry)
{
    struct dispatch *d = user;
    enum mu_err err = mu_picture_fold(d->picture, entry);

    if (err == MU_OK && roads_changed(d))
        mu_roads_free(&d->roads);
    return err;
}

static void forget(struct dispatch *d)
{
    while (d->spoken != NULL) {
        struct spoken *spoken = d->spoken;

        d->spoken = spoken->next;
        free(spoken->lines);
        free(spoken);
    }
    mu_roads_free(&d->roads);
    mu_picture_free(&d->picture);
}

static const uint32_t says[] = {MUSTER__EVENT__BODY_DISPATCH_PROPOSAL, 0};

int main(int argc, char **argv)
{
    struct dispatch d = {0};
    const struct mu_responder_plan plan = {
        .program = "muster-dispatch",
        .about = "Proposes who fetches the injured, by which way and to which beds.",
        .about_zh = "提出派车建议：谁去接伤员、走哪条路、送到哪里的床位。",
        .filter = wanted,
        .says = says,
        .fold = fold,
        .answer = answer,
        .user = &d,
    };
    int status = 1;

    if (mu_picture_new(&d.picture) == MU_OK)
        status = mu_responder_run(&plan, argc, argv);
    forget(&d);
    return status;
}
