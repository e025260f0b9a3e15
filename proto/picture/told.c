/* The ladder: acts of people by the statement they are about; what machines hold is in machine.c.
 *
 * Acts wait under the statement's leaf; one that came before its statement waits under the name and
 * version it gave.
 */
#include "proto/picture/told.h"

#include <string.h>

#include "proto/base/limits.h"
#include "proto/picture/fold.h"

#define HEX_BYTES (2 * sizeof(struct mu_hash) + 1)
#define NAME_BYTES (2 * MU_NAME_BYTES_MAX + 16)

const char *mu_rung_name(Muster__Rung rung)
{
    static const char *const names[] = {"",           "",       "waiting",      "stored",
                                        "on_machine", "opened", "acknowledged", "accepted",
                                        "declined",   "acting", "done",         "told_by_phone"};

    return (unsigned)rung < sizeof names / sizeof names[0] ? names[rung] : "";
}

/* ---- acts ---- */

struct told_act {
    const struct mu_said *act;
    const char *agency; /* who was told */
    Muster__Rung rung;
    struct told_act *next; /* in the order of the record */
};

struct told_acts {
    struct told_act *first, **last;
};

static void name_of(struct mu_text *out, const char *object, uint32_t version)
{
    mu_text_addf(out, "%s@%u", object, version);
}

static enum mu_err add_act(struct mu_picture *picture, const char *key, struct told_act act)
{
    struct told_acts *acts = mu_table_find(&picture->told, key);
    struct told_act *kept = mu_arena_take(&picture->arena, sizeof *kept);
    enum mu_err err;

    if (kept == NULL)
        return MU_E_NO_MEMORY;
    if (acts == NULL) {
        acts = mu_arena_take(&picture->arena, sizeof *acts);
        key = mu_fold_text(picture, key);
        if (acts == NULL || key == NULL)
            return MU_E_NO_MEMORY;
        acts->last = &acts->first;
        if ((err = mu_table_put(&picture->told, key, acts)) != MU_OK)
            return err;
    }
    *kept = act;
    *acts->last = kept;
    acts->last = &kept->next;
    return MU_OK;
}

/* `agency` stands on `rung` of the statement named, by `act`. `target`: that statement, NULL when it
 * has not come yet. */
static enum mu_err stand_on(struct mu_picture *picture, const Muster__Ref *of,
                            const struct mu_said *target, const char *agency, Muster__Rung rung,
                            const struct mu_said *act)
{
    struct told_act made = {act, agency, rung, NULL};
    char key[NAME_BYTES];
    struct mu_text name = mu_text(key, sizeof key);

    if (agency == NULL || rung <= MUSTER__RUNG__RUNG_ON_MACHINE || (unsigned)rung >= MU_TOLD_RUNGS)
        return MU_OK; /* machines state the lower rungs, people none of them */
    if (target != NULL)
        mu_hex(target->leaf.b, sizeof target->leaf.b, key);
    else if (of->has_leaf && of->leaf.len == sizeof(struct mu_hash))
        mu_hex(of->leaf.data, of->leaf.len, key);
    else if (of->object != NULL)
        name_of(&name, of->object, of->version);
    else
        return MU_OK;
    return add_act(picture, key, made);
}

/* What a step of a task says of him who takes it. */
static Muster__Rung rung_of_task(Muster__TaskAct act)
{
    switch (act) {
    case MUSTER__TASK_ACT__TASK_ACT_ACKNOWLEDGE:
    case MUSTER__TASK_ACT__TASK_ACT_REFER: /* nobody passes on what he has not taken note of */
        return MUSTER__RUNG__RUNG_ACKNOWLEDGED;
    case MUSTER__TASK_ACT__TASK_ACT_ACCEPT:
        return MUSTER__RUNG__RUNG_ACCEPTED;
    case MUSTER__TASK_ACT__TASK_ACT_DECLINE:
    case MUSTER__TASK_ACT__TASK_ACT_OBJECT:
        return MUSTER__RUNG__RUNG_DECLINED;
    case MUSTER__TASK_ACT__TASK_ACT_PROGRESS:
        return MUSTER__RUNG__RUNG_ACTING;
    case MUSTER__TASK_ACT__TASK_ACT_DONE:
        return MUSTER__RUNG__RUNG_DONE;
    default:
        return MUSTER__RUNG__RUNG_UNSPECIFIED;
    }
}

/* The statement that made the task: later acts carry the same name and version. */
static const struct mu_said *creation(const struct mu_object *task, uint32_t version)
{
    for (const struct mu_said *said = task->versions; said != NULL; said = said->lower)
        if (!said->struck && said->version == version &&
            said->event->task->act == MUSTER__TASK_ACT__TASK_ACT_CREATE)
            return said;
    return NULL;
}

static enum mu_err stand_by_task(struct mu_picture *picture, const struct mu_said *made,
                                 const struct mu_said *act)
{
    const Muster__Envelope *envelope = act->event->envelope;

    return stand_on(picture, NULL, made,
                    envelope->on_behalf_of != NULL ? envelope->on_behalf_of : envelope->agency,
                    rung_of_task(act->event->task->act), act);
}

enum mu_err mu_fold_told_task(struct mu_picture *picture, const struct mu_said *act)
{
    const struct mu_said *made = creation(act->object, act->version);
    enum mu_err err = made == NULL ? MU_OK : stand_by_task(picture, made, act);

    /* Acts that came before the task they are about. */
    for (const struct mu_said *said = made == act ? act->object->news : NULL;
         said != NULL && err == MU_OK; said = said->older)
        if (said != act && said->version == act->version)
            err = stand_by_task(picture, made, said);
    return err;
}

enum mu_err mu_fold_touch_told(struct mu_picture *picture, const char *object)
{
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_TOLD, .id = object});
}

static const char *agency_told(const Muster__Event *event)
{
    if (event->acknowledgement->for_agency != NULL)
        return event->acknowledgement->for_agency;
    return event->envelope->on_behalf_of != NULL ? event->envelope->on_behalf_of
                                                 : event->envelope->agency;
}

/* One mark per version, agency and rung: "EV-01@1/CA/5". */
enum mu_err mu_fold_acknowledgement(struct mu_picture *picture, const struct mu_entry *entry,
                                    const Muster__Event *event)
{
    const Muster__Acknowledgement *ack = event->acknowledgement;
    const char *agency = agency_told(event);
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < ack->n_of && err == MU_OK; i++) {
        const struct mu_said *of = mu_picture_said(picture, ack->of[i]);
        const char *object = of != NULL ? of->object->id : ack->of[i]->object;
        uint32_t version = of != NULL ? of->version : ack->of[i]->version;
        char buffer[3 * MU_NAME_BYTES_MAX];
        struct mu_text name = mu_text(buffer, sizeof buffer);
        struct mu_said *said;
        const char *id;

        if (object == NULL)
            continue;
        mu_text_addf(&name, "%s@%u/%s/%d", object, version, agency == NULL ? "" : agency,
                     (int)ack->rung);
        id = mu_fold_text(picture, buffer);
        err = id == NULL ? MU_E_NO_MEMORY : mu_fold_say(picture, entry, event, id, &said);
        if (err == MU_OK)
            err = stand_on(picture, ack->of[i], of, agency, ack->rung, said);
        if (err == MU_OK)
            err = mu_fold_time_before(picture, said, of);
        if (err == MU_OK && i == 0)
            err = mu_fold_time_ahead(picture, said);
        if (err == MU_OK)
            err = mu_fold_touch_told(picture, of != NULL ? of->object->id : ack->of[i]->object);
    }
    return err;
}

/* ---- asking ---- */

static void look_on_machine(const mu_picture *picture, int64_t at_ms, struct mu_told *out)
{
    struct mu_told_step *step = &out->rung[MUSTER__RUNG__RUNG_ON_MACHINE];
    int64_t held_ms = 0;

    if (!mu_machine_held(picture, out->said, out->agency, &held_ms, &step->number))
        return;
    step->at_ms = step->stated_at_ms = held_ms;
    step->reached = held_ms <= at_ms;
}

static int64_t stated_at_ms(const struct mu_said *act)
{
    const Muster__Event *event = act->event;

    if (event->body_case == MUSTER__EVENT__BODY_ACKNOWLEDGEMENT &&
        event->acknowledgement->has_at_ms)
        return event->acknowledgement->at_ms;
    return event->envelope->has_occurred_at_ms ? event->envelope->occurred_at_ms
                                               : act->accepted_at_ms;
}

static bool by_other_means(const Muster__Envelope *envelope)
{
    return envelope->has_channel && envelope->channel > MUSTER__CHANNEL__CHANNEL_MACHINE;
}

static void fill_step(struct mu_told_step *step, const struct told_act *act, bool second_hand)
{
    const Muster__Envelope *envelope = act->act->event->envelope;
    const Muster__Acknowledgement *ack =
        act->act->event->body_case == MUSTER__EVENT__BODY_ACKNOWLEDGEMENT
            ? act->act->event->acknowledgement
            : NULL;

    *step = (struct mu_told_step){
        .reached = true,
        .at_ms = act->act->accepted_at_ms,
        .stated_at_ms = stated_at_ms(act->act),
        .number = act->act->number,
        .act = act->act,
        .second_hand = second_hand,
        .post = ack != NULL && ack->for_post != NULL ? ack->for_post
                : second_hand                        ? NULL
                                                     : envelope->post,
        .person = second_hand ? envelope->speaker : envelope->person,
        .entered_by = envelope->agency,
        .channel = second_hand ? envelope->channel : MUSTER__CHANNEL__CHANNEL_UNSPECIFIED,
        .read_back = envelope->read_back,
    };
}

static bool is_blank(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static bool stands_before(const struct told_act *act, const struct mu_told_step *step)
{
    return step->act == NULL || mu_said_recorded_before(act->act, step->act);
}

/* The first word about a rung stands; told by telephone, the first that was read back. First is what was recorded
 * first, in whatever order a restored record gets them back. */
static void take_act(struct mu_told *out, const struct told_act *act, int64_t at_ms)
{
    const Muster__Envelope *envelope = act->act->event->envelope;
    bool second_hand = !mu_same(act->agency, envelope->agency);
    struct mu_told_step *step = &out->rung[act->rung];

    if (act->act->struck || act->act->accepted_at_ms > at_ms ||
        strcmp(act->agency, out->agency) != 0)
        return;
    if (second_hand && !by_other_means(envelope))
        return; /* how does he know? */
    if (step->reached && act->rung == MUSTER__RUNG__RUNG_TOLD_BY_PHONE &&
        is_blank(step->read_back) != is_blank(envelope->read_back)) {
        if (is_blank(step->read_back))
            fill_step(step, act, second_hand);
    } else if (!step->reached || stands_before(act, step)) {
        fill_step(step, act, second_hand);
    }
}

static void take_acts(const mu_picture *picture, const char *key, int64_t at_ms,
                      struct mu_told *out)
{
    const struct told_acts *acts = mu_table_find(&picture->told, key);

    for (const struct told_act *act = acts == NULL ? NULL : acts->first; act != NULL;
         act = act->next)
        take_act(out, act, at_ms);
}

static void name_actors(const struct mu_picture *picture, const char *key,
                        void (*found)(void *user, const char *agency), void *user)
{
    const struct told_acts *acts = mu_table_find(&picture->told, key);

    for (const struct told_act *act = acts == NULL ? NULL : acts->first; act != NULL;
         act = act->next)
        found(user, act->agency);
}

void mu_told_actors(const mu_picture *picture, const struct mu_said *said,
                    void (*found)(void *user, const char *agency), void *user)
{
    char leaf[HEX_BYTES], name[NAME_BYTES];
    struct mu_text text = mu_text(name, sizeof name);

    mu_hex(said->leaf.b, sizeof said->leaf.b, leaf);
    name_actors(picture, leaf, found, user);
    name_of(&text, said->object->id, said->version);
    name_actors(picture, name, found, user);
}

/* Acknowledging, and whatever only he does who has taken note. */
static bool shows_knowledge(const struct mu_told_step *step, Muster__Rung rung)
{
    if (!step->reached)
        return false;
    if (rung == MUSTER__RUNG__RUNG_TOLD_BY_PHONE)
        return !is_blank(step->read_back);
    return rung >= MUSTER__RUNG__RUNG_ACKNOWLEDGED;
}

static void conclude(struct mu_told *out)
{
    out->waiting = !out->rung[MUSTER__RUNG__RUNG_ON_MACHINE].reached;
    out->highest = out->waiting ? MUSTER__RUNG__RUNG_WAITING : MUSTER__RUNG__RUNG_ON_MACHINE;
    for (unsigned rung = MUSTER__RUNG__RUNG_OPENED; rung < MU_TOLD_RUNGS; rung++) {
        const struct mu_told_step *step = &out->rung[rung];

        if (step->reached && (rung != MUSTER__RUNG__RUNG_TOLD_BY_PHONE ||
                              out->highest <= MUSTER__RUNG__RUNG_ON_MACHINE))
            out->highest = (Muster__Rung)rung;
        if (shows_knowledge(step, (Muster__Rung)rung) &&
            (out->known_by == NULL || mu_said_recorded_before(step->act, out->known_by->act)))
            out->known_by = step;
    }
    out->knows = out->known_by != NULL;
}

void mu_told_of_at(const mu_picture *picture, const struct mu_said *said, const char *agency,
                   int64_t at_ms, struct mu_told *out)
{
    char leaf[HEX_BYTES], name[NAME_BYTES];
    struct mu_text text = mu_text(name, sizeof name);

    *out = (struct mu_told){.said = said, .agency = agency};
    out->rung[MUSTER__RUNG__RUNG_STORED] =
        (struct mu_told_step){.reached = said->accepted_at_ms <= at_ms,
                              .at_ms = said->accepted_at_ms,
                              .stated_at_ms = said->accepted_at_ms,
                              .number = said->number};
    look_on_machine(picture, at_ms, out);
    mu_hex(said->leaf.b, sizeof said->leaf.b, leaf);
    take_acts(picture, leaf, at_ms, out);
    if (said->is_version) {
        name_of(&text, said->object->id, said->version);
        take_acts(picture, name, at_ms, out);
    }
    conclude(out);
}

void mu_told_of(const mu_picture *picture, const struct mu_said *said, const char *agency,
                struct mu_told *out)
{
    mu_told_of_at(picture, said, agency, INT64_MAX, out);
}
