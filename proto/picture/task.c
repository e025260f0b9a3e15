/* One row per act; acts come in the order of the record. When one is struck, all are taken again. */
#include "proto/picture/task.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/picture/fold.h"

/* Where the county's limits are silent: half an hour to say yes or no. */
#define ACCEPT_MIN 30

struct task_row {
    struct mu_task task; /* first: a row is its task */
    const struct mu_said **acts;
    size_t count, room;
};

struct taking {
    const struct mu_picture *picture;
    struct task_row *row;
    size_t at; /* of the act being taken */
};

static const char *speaker_of(const struct mu_said *act)
{
    const Muster__Envelope *envelope = act->event->envelope;

    return envelope->on_behalf_of != NULL ? envelope->on_behalf_of : envelope->agency;
}

static bool is_by(const struct mu_said *act, const char *who)
{
    return mu_same(speaker_of(act), who);
}

/* By the one who asked for it, or the desk that made it for him. */
static bool is_by_requester(const struct mu_task *task, const struct mu_said *act)
{
    return is_by(act, task->requester) ||
           mu_same(act->event->envelope->agency, task->made->event->envelope->agency);
}

/* ---- who was there before ---- */

static bool has_held(const struct taking *taking, const char *agency)
{
    const struct mu_task *task = &taking->row->task;

    if (mu_same(agency, task->requester) || mu_same(agency, task->holder) ||
        mu_same(agency, task->made->event->envelope->agency))
        return true;
    for (size_t i = 0; i < taking->at; i++) {
        const struct mu_said *act = taking->row->acts[i];

        if (!act->struck && is_by(act, agency) &&
            (act->event->task->act == MUSTER__TASK_ACT__TASK_ACT_ACCEPT ||
             act->event->task->act == MUSTER__TASK_ACT__TASK_ACT_REFER))
            return true;
    }
    return false;
}

/* ---- the acts ---- */

static int64_t accept_limit_ms(const struct taking *taking, const char *agency)
{
    return MU_MINUTE_MS * mu_picture_limit(taking->picture, "ack_task_min", agency, ACCEPT_MIN);
}

/* The clock of saying yes goes on through referrals until somebody has; then the next starts anew. */
static void ask(struct taking *taking, const struct mu_said *act, const char *agency)
{
    struct mu_task *task = &taking->row->task;

    task->asked = agency;
    task->asked_by = act;
    if (task->accept_by_ms == 0)
        task->accept_by_ms = act->accepted_at_ms + accept_limit_ms(taking, agency);
}

static void create(struct taking *taking, const struct mu_said *act)
{
    const Muster__Task *made = act->event->task;
    const Muster__Envelope *envelope = act->event->envelope;
    struct mu_task *task = &taking->row->task;
    const char *named = made->accountable;

    if (task->made != NULL)
        return;
    if (named == NULL && made->accountable_role != NULL)
        named = mu_picture_role(taking->picture, made->accountable_role, envelope->area);
    *task = (struct mu_task){
        .object = act->object,
        .made = act,
        .last = act,
        .requester = made->requester != NULL ? made->requester : speaker_of(act),
        .holder = named,
        .begun_ms = act->accepted_at_ms,
        .held_since_ms = act->accepted_at_ms,
        .accept_by_ms = made->has_accept_by_at_ms ? made->accept_by_at_ms : 0,
        .due_ms = made->has_due_at_ms ? made->due_at_ms : 0,
    };
    /* Who takes a task upon himself has accepted it. */
    if (named != NULL && mu_same(named, envelope->agency)) {
        task->state = MU_TASK_ACCEPTED;
        task->accept_by_ms = 0;
    } else if (named != NULL) {
        ask(taking, act, named);
    }
}

static void accept(struct taking *taking, const struct mu_said *act)
{
    struct mu_task *task = &taking->row->task;

    if (task->asked == NULL || !is_by(act, task->asked))
        return;
    if (!mu_same(task->holder, task->asked))
        task->held_since_ms = act->accepted_at_ms;
    task->holder = task->asked;
    task->state = MU_TASK_ACCEPTED;
    task->asked = NULL;
    task->asked_by = NULL;
    task->accept_by_ms = 0;
    task->last = act;
}

static void decline(struct taking *taking, const struct mu_said *act)
{
    struct mu_task *task = &taking->row->task;

    if (task->asked == NULL || !is_by(act, task->asked))
        return;
    task->asked = NULL; /* the holder holds it; that nobody has accepted stays in the state */
    task->asked_by = NULL;
    task->accept_by_ms = 0;
    task->last = act;
}

/* By the holder, or by one who is asked and passes it on. */
static void refer(struct taking *taking, const struct mu_said *act)
{
    struct mu_task *task = &taking->row->task;
    const char *to = act->event->task->refer_to;

    if (to == NULL || !(is_by(act, task->holder) || is_by(act, task->asked)))
        return;
    task->referrals++;
    task->cycle = task->cycle || has_held(taking, to);
    ask(taking, act, to);
    task->last = act;
}

/* The command names; who is named becomes holder when he accepts. */
static void rule(struct taking *taking, const struct mu_said *act)
{
    struct mu_task *task = &taking->row->task;
    const char *command =
        mu_picture_role(taking->picture, "flood_command", task->made->event->envelope->area);

    if (act->event->task->accountable == NULL || command == NULL || !is_by(act, command))
        return;
    task->accept_by_ms = 0;
    ask(taking, act, act->event->task->accountable);
    task->last = act;
}

static void done(struct taking *taking, const struct mu_said *act)
{
    struct mu_task *task = &taking->row->task;

    if (!is_by(act, task->holder))
        return;
    task->state = MU_TASK_DONE;
    task->done_ms = act->accepted_at_ms;
    task->last = act;
}

static void end(struct mu_task *task, const struct mu_said *act, enum mu_task_state state)
{
    task->state = state;
    task->ended_ms = act->accepted_at_ms;
    task->asked = NULL;
    task->asked_by = NULL;
    task->accept_by_ms = 0;
    task->last = act;
}

static void confirm(struct taking *taking, const struct mu_said *act)
{
    if (is_by_requester(&taking->row->task, act))
        end(&taking->row->task, act, MU_TASK_CONFIRMED);
}

static void cancel(struct taking *taking, const struct mu_said *act)
{
    if (is_by_requester(&taking->row->task, act))
        end(&taking->row->task, act, MU_TASK_CANCELLED);
}

static void reopen(struct taking *taking, const struct mu_said *act)
{
    struct mu_task *task = &taking->row->task;

    if (!is_by_requester(task, act))
        return;
    task->state = MU_TASK_ACCEPTED;
    task->done_ms = task->ended_ms = 0;
    task->last = act;
}

static void object_to(struct taking *taking, const struct mu_said *act)
{
    struct mu_task *task = &taking->row->task;

    if (!is_by(act, task->holder) && !is_by(act, task->asked))
        return;
    task->objected = true;
    task->last = act;
}

static const struct {
    Muster__TaskAct act;
    bool after_end; /* also when the task has ended */
    void (*take)(struct taking *taking, const struct mu_said *act);
} acts[] = {
    {MUSTER__TASK_ACT__TASK_ACT_ACCEPT, false, accept},
    {MUSTER__TASK_ACT__TASK_ACT_DECLINE, false, decline},
    {MUSTER__TASK_ACT__TASK_ACT_REFER, false, refer},
    {MUSTER__TASK_ACT__TASK_ACT_RULE, false, rule},
    {MUSTER__TASK_ACT__TASK_ACT_DONE, false, done},
    {MUSTER__TASK_ACT__TASK_ACT_CONFIRM, false, confirm},
    {MUSTER__TASK_ACT__TASK_ACT_CANCEL, false, cancel},
    {MUSTER__TASK_ACT__TASK_ACT_OBJECT, false, object_to},
    {MUSTER__TASK_ACT__TASK_ACT_REOPEN, true, reopen},
};

static void take(struct taking *taking, const struct mu_said *act)
{
    Muster__TaskAct what = act->event->task->act;

    if (act->struck)
        return;
    if (what == MUSTER__TASK_ACT__TASK_ACT_CREATE) {
        create(taking, act);
        return;
    }
    if (taking->row->task.made == NULL)
        return;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        if (acts[i].act == what && (mu_task_is_open(&taking->row->task) || acts[i].after_end))
            acts[i].take(taking, act);
}

/* ---- folding ---- */

static enum mu_err row_of(struct mu_picture *picture, const struct mu_object *object,
                          struct task_row **out)
{
    struct task_row *row = mu_table_find(&picture->tasks, object->id);

    *out = row;
    if (row != NULL)
        return MU_OK;
    if ((row = mu_arena_take(&picture->arena, sizeof *row)) == NULL)
        return MU_E_NO_MEMORY;
    row->task.object = object;
    *out = row;
    return mu_table_put(&picture->tasks, object->id, row);
}

static enum mu_err append(struct task_row *row, const struct mu_said *act)
{
    size_t room = row->room == 0 ? 8 : row->room * 2;
    const struct mu_said **grown = row->acts;

    if (row->count == row->room) {
        if ((grown = realloc(grown, room * sizeof(const struct mu_said *))) == NULL)
            return MU_E_NO_MEMORY;
        row->acts = grown;
        row->room = room;
    }
    row->acts[row->count++] = act;
    return MU_OK;
}

/* What a restored record got back late goes where it was recorded first. True: it is not the last. */
static bool put_in_its_place(struct task_row *row)
{
    const struct mu_said *act = row->acts[row->count - 1];
    size_t at = row->count - 1;

    while (at > 0 && mu_said_recorded_before(act, row->acts[at - 1])) {
        row->acts[at] = row->acts[at - 1];
        at--;
    }
    row->acts[at] = act;
    return at + 1 < row->count;
}

enum mu_err mu_fold_task(struct mu_picture *picture, const struct mu_said *act)
{
    struct taking taking = {.picture = picture};
    enum mu_err err;

    if ((err = row_of(picture, act->object, &taking.row)) != MU_OK)
        return err;
    if (!act->struck && act == picture->last) {
        if ((err = append(taking.row, act)) != MU_OK)
            return err;
        taking.at = taking.row->count - 1;
        if (!put_in_its_place(taking.row)) {
            take(&taking, act);
            return MU_OK;
        }
    }
    /* An earlier act was taken back, or came late: what stands is what all of them make of it. */
    taking.row->task = (struct mu_task){.object = act->object};
    for (taking.at = 0; taking.at < taking.row->count; taking.at++)
        take(&taking, taking.row->acts[taking.at]);
    return MU_OK;
}

void mu_task_free(struct mu_picture *picture)
{
    for (size_t i = 0; i < picture->tasks.count; i++)
        free((void *)((struct task_row *)picture->tasks.rows[i].value)->acts);
    mu_table_free(&picture->tasks);
}

/* ---- asking ---- */

const struct mu_task *mu_picture_task(const mu_picture *picture, const char *id)
{
    const struct task_row *row = mu_table_find(&picture->tasks, id);

    return row == NULL ? NULL : &row->task;
}

const struct mu_task *mu_picture_task_at(const mu_picture *picture, size_t index)
{
    const struct task_row *row = mu_table_at(&((mu_picture *)(uintptr_t)picture)->tasks, index);

    return row == NULL ? NULL : &row->task;
}

bool mu_task_is_open(const struct mu_task *task)
{
    return task->made != NULL && task->state != MU_TASK_CONFIRMED &&
           task->state != MU_TASK_CANCELLED;
}

const char *mu_task_holder_at(const mu_picture *picture, const struct mu_task *task, int64_t at_ms)
{
    const struct task_row *now = (const struct task_row *)(const void *)task;
    struct task_row then = {.acts = now->acts, .count = now->count};
    struct taking taking = {.picture = picture, .row = &then};

    for (taking.at = 0; taking.at < then.count && then.acts[taking.at]->accepted_at_ms <= at_ms;
         taking.at++)
        take(&taking, then.acts[taking.at]);
    return mu_task_is_open(&then.task) ? then.task.holder : NULL;
}
