#include "proto/picture/load.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/picture/debt.h"
#include "proto/picture/fold.h"
#include "proto/picture/task.h"
#include "proto/picture/told.h"

/* Where the county's limits are silent: what one desk can still see at a glance. */
#define ASKS_MAX 5

struct list {
    const mu_picture *picture;
    const char *target;
    struct mu_ask *at;
    size_t count, room;
};

static void add(struct list *list, struct mu_ask ask)
{
    if (list->count < list->room)
        list->at[list->count] = ask;
    list->count++;
}

/* ---- orders ---- */

static void add_order(struct list *list, const struct mu_said *said)
{
    struct mu_told_to to[MU_TOLD_AGENCIES_MAX];
    size_t count = mu_told_addressees(list->picture, said, to, MU_TOLD_AGENCIES_MAX);
    struct mu_told told;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(to[i].agency, list->target) != 0)
            continue;
        mu_told_of(list->picture, said, list->target, &told);
        if (!told.knows)
            add(list,
                (struct mu_ask){MU_ASK_ACKNOWLEDGE, said->event->envelope->agency, said->object->id,
                                said->accepted_at_ms, mu_told_due_ms(list->picture, said)});
    }
}

static void add_orders(struct list *list)
{
    for (size_t i = 0; i < list->picture->orders.count; i++) {
        const struct mu_said *head = mu_object_head(list->picture->orders.rows[i].value);

        if (head != NULL)
            add_order(list, head);
    }
}

/* ---- tasks ---- */

static void add_task(struct list *list, const struct mu_task *task)
{
    const char *from = task->requester;
    const char *unit = task->made->event->task->unit;

    if (mu_same(task->asked, list->target))
        add(list,
            (struct mu_ask){MU_ASK_ACCEPT, task->asked_by->event->envelope->agency,
                            task->object->id, task->asked_by->accepted_at_ms, task->accept_by_ms});
    else if ((mu_same(task->holder, list->target) || mu_same(unit, list->target)) &&
             task->state != MU_TASK_DONE)
        add(list, (struct mu_ask){MU_ASK_DO, from, task->object->id, task->begun_ms, task->due_ms});
}

static void add_tasks(struct list *list)
{
    const struct mu_task *task;

    for (size_t i = 0; (task = mu_picture_task_at(list->picture, i)) != NULL; i++)
        if (mu_task_is_open(task))
            add_task(list, task);
}

/* ---- answers and reports ---- */

static void add_debts(struct list *list)
{
    const struct mu_debt *debt;

    for (size_t i = 0; (debt = mu_picture_debt_at(list->picture, i)) != NULL; i++)
        if (mu_debt_is_open(debt) && mu_same(debt->desk, list->target))
            add(list, (struct mu_ask){MU_ASK_ANSWER, debt->village, debt->id, debt->since_ms,
                                      debt->due_ms});
}

/* The next time that minute of an hour comes round. */
static int64_t next_minute_of_hour(int64_t now_ms, int64_t minute)
{
    int64_t at_ms = now_ms - now_ms % MU_HOUR_MS + minute * MU_MINUTE_MS;

    return at_ms < now_ms ? at_ms + MU_HOUR_MS : at_ms;
}

static void add_duties(struct list *list)
{
    const struct mu_object *object;

    for (size_t i = 0;
         (object = mu_picture_at(list->picture, MUSTER__EVENT__BODY_DUTY_TABLE, i)) != NULL; i++) {
        const struct mu_said *head = mu_object_head(object);

        for (size_t k = 0; head != NULL && k < head->event->duty_table->n_lines; k++) {
            const Muster__DutyLine *line = head->event->duty_table->lines[k];

            if (mu_same(line->holder_agency, list->target) && line->has_minute_of_hour)
                add(list, (struct mu_ask){
                              MU_ASK_REPORT, line->recipient, line->code, 0,
                              next_minute_of_hour(list->picture->now_ms, line->minute_of_hour)});
        }
    }
}

/* ---- asking ---- */

static int64_t urgency(const struct mu_ask *ask)
{
    return ask->due_ms == 0 ? INT64_MAX : ask->due_ms;
}

static int by_urgency(const void *a, const void *b)
{
    int64_t one = urgency(a), other = urgency(b);

    if (one != other)
        return one < other ? -1 : 1;
    return strcmp(((const struct mu_ask *)a)->id, ((const struct mu_ask *)b)->id);
}

size_t mu_load_asks(const mu_picture *picture, const char *target, struct mu_ask *out, size_t room)
{
    struct list list = {picture, target, out, 0, room};
    size_t written;

    add_orders(&list);
    add_tasks(&list);
    add_debts(&list);
    add_duties(&list);
    written = list.count < room ? list.count : room;
    if (written > 1)
        qsort(out, written, sizeof *out, by_urgency);
    return list.count;
}

static size_t count_asking(const struct mu_ask *asks, size_t count)
{
    size_t asking = 0;

    for (size_t i = 0; i < count; i++) {
        bool seen = asks[i].from == NULL;

        for (size_t k = 0; k < i && !seen; k++)
            seen = mu_same(asks[k].from, asks[i].from);
        asking += !seen;
    }
    return asking;
}

void mu_load_of(const mu_picture *picture, const char *target, struct mu_load *out)
{
    struct mu_ask asks[MU_LOAD_ASKS_MAX] = {{0}};
    size_t known;

    *out = (struct mu_load){.open = mu_load_asks(picture, target, asks, MU_LOAD_ASKS_MAX)};
    known = out->open < MU_LOAD_ASKS_MAX ? out->open : MU_LOAD_ASKS_MAX;
    for (size_t i = 0; i < known; i++)
        out->within_hour += asks[i].due_ms != 0 && asks[i].due_ms <= picture->now_ms + MU_HOUR_MS;
    out->asking = count_asking(asks, known);
    out->over = (int64_t)out->open >= mu_picture_limit(picture, "load_asks_max", target, ASKS_MAX);
    if (known > 0)
        out->first = asks[0];
}

/* ---- who is asked by an event ---- */

static size_t add_target(const char **out, size_t count, size_t room, const char *target)
{
    for (size_t i = 0; i < count; i++)
        if (mu_same(out[i], target))
            return count;
    if (target == NULL || count == room)
        return count;
    out[count] = target;
    return count + 1;
}

size_t mu_load_targets(const mu_picture *picture, const Muster__Event *event, const char **out,
                       size_t room)
{
    const struct mu_said said = {.event = event};
    struct mu_told_to to[MU_TOLD_AGENCIES_MAX];
    size_t count = 0, asked = mu_told_addressees(picture, &said, to, MU_TOLD_AGENCIES_MAX);

    if (event->body_case == MUSTER__EVENT__BODY_TASK &&
        event->task->act == MUSTER__TASK_ACT__TASK_ACT_CREATE)
        count = add_target(out, count, room, event->task->unit);
    for (size_t i = 0; i < asked; i++)
        count = add_target(out, count, room, to[i].agency);
    if (event->body_case == MUSTER__EVENT__BODY_SUPPLY_REQUEST)
        count = add_target(out, count, room, event->supply_request->asked);
    return count;
}
