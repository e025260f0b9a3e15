/* The ladder: acts of people by the statement they are about, receipts by the agency they speak for.
 *
 * Acts wait under the statement's leaf; one that came before its statement waits under the name and
 * version it gave. Receipts of one agency are kept as the places its machines have looked through,
 * only ever further, so that finding the first that covers a number is a search.
 */
#include "proto/picture/told.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/limits.h"
#include "proto/picture/fold.h"
#include "proto/topic/filter.h"
#include "proto/wire/event.h"

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

enum mu_err mu_fold_told(struct mu_picture *picture, const Muster__Ref *of,
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

enum mu_err mu_fold_told_task(struct mu_picture *picture, const struct mu_said *act)
{
    const Muster__Envelope *envelope = act->event->envelope;
    Muster__Rung rung = rung_of_task(act->event->task->act);
    const struct mu_said *made = creation(act->object, act->version);

    return made == NULL ? MU_OK
                        : mu_fold_told(picture, NULL, made,
                                       envelope->on_behalf_of != NULL ? envelope->on_behalf_of
                                                                      : envelope->agency,
                                       rung, act);
}

/* ---- receipts ---- */

struct mark {
    int64_t at_ms;
    uint64_t sheet; /* number of the entry */
    uint32_t epoch;
    uint64_t through;
};

struct marks {
    struct mark *at;
    size_t count, room;
};

/* What desks that follow one filter have looked through: a number says nothing of what was never
 * asked for. */
struct watch {
    const char *filter; /* "": everything */
    struct marks lane[MU_LANES];
    struct watch *next;
};

struct machine {
    struct watch *watches;
    int64_t stated_at_ms;
    bool heard;
};

static bool is_further(const struct mark *a, const struct mark *b)
{
    return a->epoch != b->epoch ? a->epoch > b->epoch : a->through > b->through;
}

static enum mu_err add_mark(struct marks *marks, struct mark mark)
{
    size_t room = marks->room == 0 ? 16 : marks->room * 2;
    struct mark *at = marks->at;

    if (marks->count > 0 && !is_further(&mark, &marks->at[marks->count - 1]))
        return MU_OK;
    if (marks->count == marks->room) {
        if ((at = realloc(at, room * sizeof *at)) == NULL)
            return MU_E_NO_MEMORY;
        marks->at = at;
        marks->room = room;
    }
    marks->at[marks->count++] = mark;
    return MU_OK;
}

void mu_told_free(struct mu_picture *picture)
{
    for (size_t i = 0; i < picture->machines.count; i++) {
        const struct machine *machine = picture->machines.rows[i].value;

        for (struct watch *watch = machine->watches; watch != NULL; watch = watch->next)
            for (size_t lane = 0; lane < MU_LANES; lane++)
                free(watch->lane[lane].at);
    }
    mu_table_free(&picture->machines);
    mu_table_free(&picture->told);
}

static enum mu_err machine_of(struct mu_picture *picture, const char *agency, struct machine **out)
{
    struct machine *machine = mu_table_find(&picture->machines, agency);
    const char *key;

    *out = machine;
    if (machine != NULL)
        return MU_OK;
    machine = mu_arena_take(&picture->arena, sizeof *machine);
    key = mu_fold_text(picture, agency);
    if (machine == NULL || key == NULL)
        return MU_E_NO_MEMORY;
    *out = machine;
    return mu_table_put(&picture->machines, key, machine);
}

static enum mu_err watch_of(struct mu_picture *picture, struct machine *machine, const char *filter,
                            struct watch **out)
{
    struct watch *watch = machine->watches;

    while (watch != NULL && strcmp(watch->filter, filter) != 0)
        watch = watch->next;
    *out = watch;
    if (watch != NULL)
        return MU_OK;
    watch = mu_arena_take(&picture->arena, sizeof *watch);
    if (watch == NULL || (watch->filter = mu_fold_text(picture, filter)) == NULL)
        return MU_E_NO_MEMORY;
    watch->next = machine->watches;
    machine->watches = watch;
    *out = watch;
    return MU_OK;
}

/* Whose desk that agent is; NULL when it is nobody's: a screen's receipt witnesses for no agency. */
static const char *desk_agency(const struct mu_picture *picture, const Muster__Receipt *receipt)
{
    char hex[2 * sizeof(struct mu_agent_id) + 1];
    const struct mu_said *head;

    if (receipt->agent.len != sizeof(struct mu_agent_id))
        return NULL;
    mu_hex(receipt->agent.data, receipt->agent.len, hex);
    head = mu_object_head(mu_picture_object(picture, MUSTER__EVENT__BODY_ENROLMENT, hex));
    return head == NULL || !head->event->enrolment->desk ? NULL : head->event->enrolment->agency;
}

static enum mu_err take_receipt(struct mu_picture *picture, const struct mu_entry *entry,
                                const Muster__Receipt *receipt, bool *moved)
{
    const char *agency = desk_agency(picture, receipt);
    int64_t at_ms = receipt->has_stated_at_ms && receipt->stated_at_ms < entry->accepted_at_ms
                        ? receipt->stated_at_ms
                        : entry->accepted_at_ms;
    struct machine *machine;
    struct watch *watch;
    enum mu_err err;

    if (agency == NULL)
        return MU_OK;
    if ((err = machine_of(picture, agency, &machine)) != MU_OK)
        return err;
    err = watch_of(picture, machine, receipt->filter == NULL ? "" : receipt->filter, &watch);
    if (err != MU_OK)
        return err;
    for (size_t i = 0; i < receipt->n_through && err == MU_OK; i++) {
        const Muster__LaneThrough *lane = receipt->through[i];
        struct mark mark = {at_ms, entry->number, receipt->epoch, lane->through};

        /* Nobody has looked further than the record had gone when the sheet was written. */
        if (lane->lane >= MU_LANES || lane->through >= entry->number)
            continue;
        err = add_mark(&watch->lane[lane->lane], mark);
        *moved = true;
    }
    machine->heard = true;
    if (at_ms > machine->stated_at_ms)
        machine->stated_at_ms = at_ms;
    return err;
}

enum mu_err mu_fold_receipts(struct mu_picture *picture, const struct mu_entry *entry,
                             const Muster__Event *event)
{
    const Muster__ReceiptSheet *sheet = event->receipt_sheet;
    bool moved = false;
    enum mu_err err = MU_OK;

    for (size_t i = 0; i < sheet->n_receipts && err == MU_OK; i++)
        err = take_receipt(picture, entry, sheet->receipts[i], &moved);
    if (err != MU_OK || !moved)
        return err;
    return mu_fold_touch(picture, (struct mu_touch){.kind = MU_TOUCH_RECEIPTS});
}

/* ---- asking ---- */

/* The first mark that covers the statement, by time `at_ms`. In one epoch marks only rise, so the
 * search meets it; where an epoch broke, the few marks after the break are walked. */
static const struct mark *first_covering(const struct marks *marks, const struct mu_said *said)
{
    const struct mark wanted = {.epoch = said->epoch, .through = said->number};
    size_t low = 0, high = marks->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (is_further(&wanted, &marks->at[middle]))
            low = middle + 1;
        else
            high = middle;
    }
    while (low < marks->count && marks->at[low].through < said->number)
        low++;
    return low < marks->count ? &marks->at[low] : NULL;
}

static struct mu_bytes bytes_of(const char *text)
{
    return (struct mu_bytes){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

/* Whether a follower with that filter was handed the statement at all. */
static bool is_wanted(const char *text, const struct mu_said *said)
{
    const Muster__Envelope *envelope = said->event->envelope;
    struct mu_filter filter;
    struct mu_filter_facts facts = {
        .kind = bytes_of(mu_kind_name(said->object->kind)),
        .area = bytes_of(envelope->area),
        .agency = bytes_of(envelope->agency),
        .incident = bytes_of(envelope->incident),
        .severity = envelope->has_severity ? (uint32_t)envelope->severity : 0,
    };
    size_t at;

    return text[0] == '\0' || (mu_filter_read(bytes_of(text), &filter, &at) == MU_OK &&
                               mu_filter_wants(&filter, &facts));
}

/* Of several desks the first that held it. */
static const struct mark *first_mark(const struct machine *machine, const struct mu_said *said)
{
    const struct mark *first = NULL;

    if (machine == NULL || said->lane >= MU_LANES)
        return NULL;
    for (const struct watch *watch = machine->watches; watch != NULL; watch = watch->next) {
        const struct mark *mark = first_covering(&watch->lane[said->lane], said);

        if (mark != NULL && (first == NULL || mark->at_ms < first->at_ms) &&
            is_wanted(watch->filter, said))
            first = mark;
    }
    return first;
}

static void look_on_machine(const mu_picture *picture, int64_t at_ms, struct mu_told *out)
{
    const struct mark *mark = first_mark(mu_table_find(&picture->machines, out->agency), out->said);
    struct mu_told_step *step = &out->rung[MUSTER__RUNG__RUNG_ON_MACHINE];

    if (mark == NULL)
        return;
    /* A follower's clock may stand a little behind the entry it holds. */
    step->at_ms = mark->at_ms > out->said->accepted_at_ms ? mark->at_ms : out->said->accepted_at_ms;
    step->stated_at_ms = step->at_ms;
    step->number = mark->sheet;
    step->reached = step->at_ms <= at_ms;
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

/* The first word about a rung stands; told by telephone, the first that was read back. */
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
    if (!step->reached || (act->rung == MUSTER__RUNG__RUNG_TOLD_BY_PHONE &&
                           is_blank(step->read_back) && !is_blank(envelope->read_back)))
        fill_step(step, act, second_hand);
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
            (out->known_by == NULL || step->number < out->known_by->number))
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

/* How far one desk has looked in all lanes. */
static uint64_t looked_through(const struct watch *watch, uint32_t *epoch)
{
    uint64_t through = UINT64_MAX;

    for (size_t lane = 0; lane < MU_LANES; lane++) {
        const struct marks *marks = &watch->lane[lane];

        if (marks->count == 0)
            return 0;
        if (marks->at[marks->count - 1].through < through)
            through = marks->at[marks->count - 1].through;
        if (marks->at[marks->count - 1].epoch > *epoch)
            *epoch = marks->at[marks->count - 1].epoch;
    }
    return through;
}

void mu_told_machine(const mu_picture *picture, const char *agency, struct mu_told_machine *out)
{
    const struct machine *machine = mu_table_find(&picture->machines, agency);

    *out = (struct mu_told_machine){0};
    if (machine == NULL)
        return;
    out->heard = machine->heard;
    out->stated_at_ms = machine->stated_at_ms;
    for (const struct watch *watch = machine->watches; watch != NULL; watch = watch->next) {
        uint32_t epoch = 0;
        uint64_t through = looked_through(watch, &epoch);

        if (through > out->through)
            out->through = through;
        if (epoch > out->epoch)
            out->epoch = epoch;
    }
}
