/* Completeness of an order: k of n have acknowledged exactly this version. Delivery counts for nothing
 * here; a word by telephone counts when it says by whom and what was read back (proto/picture/told.h).
 */
#include "proto/rules/order.h"

#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/limits.h"
#include "proto/wire/event.h"

/* Rows and marks fall on whole minutes. What is said in the very minute of the limit is in time, so the
 * limit is judged a little after it, within the same minute of the rules' clock. */
#define GRACE_S 30

/* ---- who is asked, until when ---- */

static void set_mark(const struct mu_judgement *judgement, struct mu_order *order)
{
    order->mark_ms =
        order->due_ms + 1000 * mu_picture_limit(judgement->picture, "ack_grace_s", NULL, GRACE_S);
}

static bool look_at_task(struct mu_judgement *judgement, struct mu_order *order)
{
    const struct mu_task *task = mu_picture_task(judgement->picture, judgement->id);

    if (task == NULL || !mu_task_is_open(task) || task->asked == NULL)
        return false;
    order->task = task;
    order->said = task->asked_by;
    order->to[0] = (struct mu_told_to){.agency = task->asked, .must_answer = true};
    order->count = 1;
    mu_told_of(judgement->picture, task->made, task->asked, &order->told[0]);
    mu_order_remember(judgement, order);
    order->due_ms = task->accept_by_ms;
    set_mark(judgement, order);
    return true;
}

bool mu_order_look(struct mu_judgement *judgement, struct mu_order *order)
{
    const struct mu_object *object = mu_picture_named(judgement->picture, judgement->id);

    memset(order, 0, sizeof *order);
    if (object != NULL && object->kind == MUSTER__EVENT__BODY_TASK)
        return look_at_task(judgement, order);
    order->said = mu_object_head(object);
    if (order->said == NULL)
        return false;
    order->count =
        mu_told_addressees(judgement->picture, order->said, order->to, MU_ORDER_AGENCIES_MAX);
    for (size_t i = 0; i < order->count; i++)
        mu_told_of(judgement->picture, order->said, order->to[i].agency, &order->told[i]);
    mu_order_remember(judgement, order);
    for (size_t i = 0; i < order->count; i++)
        order->known += order->told[i].knows;
    order->critical = mu_told_is_critical(order->said);
    order->due_ms = mu_told_due_ms(judgement->picture, order->said);
    set_mark(judgement, order);
    return order->count > 0;
}

/* ---- saying how far it is ---- */

char *mu_order_missing(struct mu_judgement *judgement, const struct mu_order *order)
{
    size_t size = MU_ORDER_AGENCIES_MAX * (MU_NAME_BYTES_MAX + 2);
    struct mu_text names = mu_text(mu_judge_take(judgement, size), size);

    for (size_t i = 0; i < order->count; i++)
        if (!order->told[i].knows)
            mu_text_addf(&names, "%s%s", names.used == 0 ? "" : ", ", order->to[i].agency);
    return names.at;
}

/* What is shown of an addressee: the act by which he knows, else the highest rung. */
static const struct mu_told_step *shown_step(const struct mu_told *told)
{
    if (told->knows)
        return told->known_by;
    return told->waiting && told->highest == MUSTER__RUNG__RUNG_WAITING
               ? NULL
               : &told->rung[told->highest];
}

static void add_state(struct mu_judgement *judgement, struct mu_draft *draft,
                      const struct mu_told_to *to, const struct mu_told *told,
                      const Muster__ToldState *before)
{
    Muster__ToldState *state = mu_judge_take(judgement, sizeof *state);
    const struct mu_told_step *step = shown_step(told);

    *state = (Muster__ToldState)MUSTER__TOLD_STATE__INIT;
    state->agency = mu_judge_text(judgement, to->agency);
    state->has_rung = true;
    state->rung = told->knows ? (Muster__Rung)(told->known_by - told->rung) : told->highest;
    state->post = mu_judge_text(judgement, to->post != NULL ? to->post
                                           : step != NULL   ? step->post
                                                            : NULL);
    if (step != NULL) {
        state->has_at_ms = true;
        state->at_ms = step->at_ms;
        state->has_second_hand = step->second_hand;
        state->second_hand = step->second_hand;
    }
    if (step != NULL && step->act != NULL)
        state->ref = mu_judge_ref(judgement, step->act);
    else if (before != NULL)
        state->ref = before->ref;
    if (!told->knows)
        state->telephone = mu_judge_text(
            judgement, mu_picture_telephone(judgement->picture, to->agency, to->post));
    MU_JUDGE_PUT(judgement, draft->finding->told, draft->finding->n_told, state);
}

void mu_order_told(struct mu_judgement *judgement, struct mu_draft *draft,
                   const struct mu_order *order, bool missing_only)
{
    for (size_t i = 0; i < order->count; i++)
        if (!missing_only || !order->told[i].knows)
            add_state(judgement, draft, &order->to[i], &order->told[i], order->before[i]);
}

static Muster__Sentence *say_line(struct mu_judgement *judgement, const struct mu_told *told)
{
    const struct mu_told_step *step = shown_step(told);
    Muster__Argument *agency = mu_arg_agency(judgement, told->agency);
    Muster__Argument *at = step == NULL ? NULL : mu_arg_at(judgement, step->at_ms);

    if (step == NULL)
        return mu_judge_say(judgement, "order.line_waiting", agency, NULL);
    if (told->knows && step->second_hand)
        return mu_judge_say(judgement, "order.line_telephone", agency, at,
                            mu_arg_agency(judgement, step->entered_by), NULL);
    if (told->knows)
        return mu_judge_say(judgement, "order.line_known", agency, at, NULL);
    if (told->highest == MUSTER__RUNG__RUNG_OPENED)
        return mu_judge_say(judgement, "order.line_opened", agency, at, NULL);
    if (told->highest == MUSTER__RUNG__RUNG_ON_MACHINE)
        return mu_judge_say(judgement, "order.line_on_machine", agency, at, NULL);
    return mu_judge_say(judgement, "order.line_told", agency, at, NULL);
}

static void add_lines(struct mu_judgement *judgement, struct mu_draft *draft,
                      const struct mu_order *order)
{
    for (size_t i = 0; i < order->count; i++) {
        Muster__FindingLine *line = mu_draft_line(judgement, draft, order->to[i].agency);

        line->agency = mu_judge_text(judgement, order->to[i].agency);
        line->text = say_line(judgement, &order->told[i]);
        line->state = order->told[i].knows ? MUSTER__FINDING_STATE__FINDING_STATE_CLOSED
                                           : MUSTER__FINDING_STATE__FINDING_STATE_RAISED;
    }
}

/* When the last of them knew. */
static int64_t complete_ms(const struct mu_order *order)
{
    int64_t at_ms = order->said->accepted_at_ms;

    for (size_t i = 0; i < order->count; i++)
        if (order->told[i].knows && order->told[i].known_by->at_ms > at_ms)
            at_ms = order->told[i].known_by->at_ms;
    return at_ms;
}

static Muster__Argument *arg_count(struct mu_judgement *judgement, size_t count)
{
    return mu_arg_number(judgement, (int64_t)count, MUSTER__MEASURE__MEASURE_ONE);
}

static Muster__Sentence *say_headline(struct mu_judgement *judgement, const struct mu_order *order)
{
    Muster__Argument *subject = mu_arg_ref(judgement, order->said);
    int64_t took_ms = mu_minute(complete_ms(order)) - mu_minute(order->said->accepted_at_ms);
    Muster__Argument *count = arg_count(judgement, order->count);

    if (order->known == order->count)
        return mu_judge_say(
            judgement, "order.complete", subject, count, mu_arg_at(judgement, complete_ms(order)),
            mu_arg_number(judgement, took_ms / MU_MINUTE_MS, MUSTER__MEASURE__MEASURE_MINUTE),
            NULL);
    return mu_judge_say(judgement, "order.incomplete", subject, arg_count(judgement, order->known),
                        count, mu_arg_object(judgement, mu_order_missing(judgement, order)), NULL);
}

static void ask_to_be_woken(struct mu_judgement *judgement, struct mu_draft *draft,
                            const struct mu_order *order)
{
    if (!draft->open)
        return;
    draft->finding->has_decide_by_ms = true;
    draft->finding->decide_by_ms = order->due_ms;
    if (mu_judge_passed(judgement, order->mark_ms))
        return;
    draft->finding->has_wake_at_ms = true;
    draft->finding->wake_at_ms = order->mark_ms;
}

/* ---- a task waits for one yes ---- */

static Muster__Sentence *say_task(struct mu_judgement *judgement, const struct mu_order *order)
{
    const struct mu_task *task = order->task;
    Muster__Argument *id = mu_arg_object(judgement, judgement->id);
    Muster__Argument *asked = mu_arg_agency(judgement, task->asked);
    Muster__Argument *by = mu_arg_at(judgement, order->due_ms);

    if (task->holder == NULL || strcmp(task->holder, task->asked) == 0)
        return mu_judge_say(judgement, "order.task_named", id, asked, by, NULL);
    return mu_judge_say(judgement, "order.task_asked", id, asked, by,
                        mu_arg_agency(judgement, task->holder), NULL);
}

static void judge_task(struct mu_judgement *judgement, const struct mu_task *task,
                       const struct mu_order *order, bool asked)
{
    struct mu_draft *draft = mu_draft_begin(judgement, task->made, judgement->id);

    mu_draft_party(judgement, draft, task->made, MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED);
    draft->open = asked;
    draft->reason = mu_task_is_open(task) ? MUSTER__CLOSE_REASON__CLOSE_REASON_CONFIRMED
                                          : MUSTER__CLOSE_REASON__CLOSE_REASON_PASSED;
    if (!asked) {
        draft->finding->headline =
            mu_judge_say(judgement, "order.task_held", mu_arg_object(judgement, judgement->id),
                         mu_arg_agency(judgement, task->holder), NULL);
        return;
    }
    draft->finding->headline = say_task(judgement, order);
    mu_order_told(judgement, draft, order, false);
    ask_to_be_woken(judgement, draft, order);
}

void mu_judge_order(struct mu_judgement *judgement)
{
    const struct mu_task *task = mu_picture_task(judgement->picture, judgement->id);
    struct mu_order *order = mu_judge_take(judgement, sizeof *order);
    bool asked = mu_order_look(judgement, order);
    struct mu_draft *draft;

    if (task != NULL && task->made != NULL) {
        judge_task(judgement, task, order, asked);
        return;
    }
    if (!asked)
        return;
    draft = mu_draft_begin(judgement, order->said, judgement->id);
    mu_draft_party(judgement, draft, order->said, MUSTER__ACTIVITY__ACTIVITY_UNSPECIFIED);
    draft->open = order->known < order->count;
    draft->reason = MUSTER__CLOSE_REASON__CLOSE_REASON_CONFIRMED;
    draft->finding->headline = say_headline(judgement, order);
    mu_order_told(judgement, draft, order, false);
    add_lines(judgement, draft, order);
    ask_to_be_woken(judgement, draft, order);
}
