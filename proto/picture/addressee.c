/* Who there is to be told: those a statement asks, and those anything can be said of. */
#include "proto/picture/told.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/picture/fold.h"
#include "proto/wire/event.h"

/* Where the county's limits are silent. */
#define CRITICAL_MIN 3
#define HIGH_MIN 10
#define TASK_MIN 30

struct list {
    const mu_picture *picture;
    const struct mu_said *said;
    struct mu_told_to *at;
    size_t count, room;
};

static void add(struct list *list, const char *agency, const char *post, bool must_answer)
{
    if (agency == NULL || (mu_same(agency, list->said->event->envelope->agency) &&
                           list->said->event->body_case != MUSTER__EVENT__BODY_FINDING))
        return; /* who says it knows it; what a program says for an agency its people may not */
    for (size_t i = 0; i < list->count && i < list->room; i++)
        if (strcmp(list->at[i].agency, agency) == 0)
            return;
    if (list->count < list->room)
        list->at[list->count++] = (struct mu_told_to){agency, post, must_answer};
}

static void add_to_be_told(struct list *list, const Muster__DamOperation *operation)
{
    for (size_t i = 0; i < operation->n_to_be_told; i++)
        add(list, operation->to_be_told[i]->agency, operation->to_be_told[i]->post, true);
}

/* An order is for him who has to carry it out. */
static void add_ordered(struct list *list, const Muster__Decision *decision)
{
    for (size_t i = 0; i < decision->n_orders; i++)
        add(list, decision->orders[i]->agency, NULL, true);
}

static const char *agency_of(const struct list *list, const Muster__Recipient *recipient)
{
    if (recipient->agency != NULL)
        return recipient->agency;
    if (recipient->role != NULL)
        return mu_picture_role(list->picture, recipient->role,
                               recipient->area != NULL ? recipient->area
                                                       : list->said->event->envelope->area);
    return NULL;
}

static void add_recipients(struct list *list, const Muster__Envelope *envelope)
{
    for (size_t i = 0; i < envelope->n_recipients; i++)
        add(list, agency_of(list, envelope->recipients[i]), envelope->recipients[i]->post, true);
}

/* Who is named for a task is to say yes or no. */
static void add_named(struct list *list, const Muster__Task *task)
{
    if (task->act == MUSTER__TASK_ACT__TASK_ACT_REFER)
        add(list, task->refer_to, NULL, true);
    else if (task->act != MUSTER__TASK_ACT__TASK_ACT_CREATE &&
             task->act != MUSTER__TASK_ACT__TASK_ACT_RULE)
        return;
    else if (task->accountable != NULL)
        add(list, task->accountable, NULL, true);
    else if (task->accountable_role != NULL)
        add(list,
            mu_picture_role(list->picture, task->accountable_role,
                            list->said->event->envelope->area),
            NULL, true);
}

static void add_asked(struct list *list)
{
    const Muster__Event *event = list->said->event;

    if (event->body_case == MUSTER__EVENT__BODY_DAM_OPERATION)
        add_to_be_told(list, event->dam_operation);
    if (event->body_case == MUSTER__EVENT__BODY_DECISION)
        add_ordered(list, event->decision);
    if (event->body_case == MUSTER__EVENT__BODY_TASK)
        add_named(list, event->task);
    if (event->body_case == MUSTER__EVENT__BODY_FINDING && event->finding->has_card_id)
        add(list, event->finding->decider_agency, NULL, true);
    if (event->envelope->ack_required)
        add_recipients(list, event->envelope);
}

bool mu_told_is_critical(const struct mu_said *said)
{
    const Muster__Envelope *envelope = said->event->envelope;

    return mu_kind_lane(mu_kind_of(said->event),
                        envelope->has_severity ? (uint32_t)envelope->severity : 0) == MU_LANE_LIFE;
}

int64_t mu_told_due_ms(const mu_picture *picture, const struct mu_said *said)
{
    bool critical = mu_told_is_critical(said);
    const Muster__Envelope *envelope = said->event->envelope;

    if (envelope->has_ack_deadline_at_ms)
        return envelope->ack_deadline_at_ms;
    if (said->event->body_case == MUSTER__EVENT__BODY_TASK)
        return said->event->task->has_accept_by_at_ms
                   ? said->event->task->accept_by_at_ms
                   : said->accepted_at_ms +
                         MU_MINUTE_MS * mu_picture_limit(picture, "ack_task_min", NULL, TASK_MIN);
    return said->accepted_at_ms +
           MU_MINUTE_MS * mu_picture_limit(picture, critical ? "ack_critical_min" : "ack_high_min",
                                           NULL, critical ? CRITICAL_MIN : HIGH_MIN);
}

size_t mu_told_addressees(const mu_picture *picture, const struct mu_said *said,
                          struct mu_told_to *out, size_t room)
{
    struct list list = {picture, said, out, 0, room};

    add_asked(&list);
    return list.count;
}

static int by_code(const void *a, const void *b)
{
    return strcmp(((const struct mu_told_to *)a)->agency, ((const struct mu_told_to *)b)->agency);
}

static void add_actor(void *user, const char *agency)
{
    add(user, agency, NULL, false);
}

size_t mu_told_agencies(const mu_picture *picture, const struct mu_said *said,
                        struct mu_told_to *out, size_t room)
{
    struct list list = {picture, said, out, 0, room};
    const struct mu_object *object;
    size_t asked;

    add_asked(&list);
    asked = list.count;
    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_ENROLMENT, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);

        if (head != NULL && head->event->enrolment->desk)
            add(&list, head->event->enrolment->agency, NULL, false);
    }
    mu_told_actors(picture, said, add_actor, &list);
    if (list.count > asked)
        qsort(out + asked, list.count - asked, sizeof *out, by_code);
    return list.count;
}

bool mu_picture_is_order(const mu_picture *picture, const char *id)
{
    return mu_table_find(&picture->orders, id) != NULL ||
           mu_table_find(&picture->tasks, id) != NULL;
}
