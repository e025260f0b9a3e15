/* Upper half of the page: what somebody must do, by when. */
#include "agents/cli/show/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/cli/show/matrix.h"
#include "agents/cli/show/show.h"
#include "proto/base/clock.h"
#include "proto/picture/debt.h"
#include "proto/picture/load.h"
#include "proto/picture/task.h"
#include "proto/wire/event.h"
#include "proto/words/terms.h"

static struct mu_text begin(char *buffer, size_t size)
{
    return mu_text(buffer, size);
}

static void fill(const struct mu_screen *page, struct mu_text *out, enum mu_word word,
                 const char *a, const char *b, const char *c)
{
    const char *args[] = {a, b, c};

    mu_words_fill(out, mu_word(word, page->look->style.lang), args,
                  c != NULL   ? 3
                  : b != NULL ? 2
                              : 1);
}

/* "14:50 in 26 min", "LATE 4 min" */
static void add_due(const struct mu_screen *page, struct mu_text *out, int64_t due_ms)
{
    char clock[32], minutes[32];
    struct mu_text text = mu_text(clock, sizeof clock);
    int64_t left;

    if (__builtin_sub_overflow(due_ms, page->now_ms, &left))
        return;
    left /= MU_MINUTE_MS;
    mu_show_clock(&text, &page->look->style, due_ms);
    snprintf(minutes, sizeof minutes, "%" PRId64, left < 0 ? -left : left);
    fill(page, out, due_ms < page->now_ms ? MU_W_TASK_LATE : MU_W_TASK_DUE, clock, minutes, NULL);
}

/* ---- decisions ------------------------------------------------------------------------------------ */

static void add_card(struct mu_screen *page, const struct mu_card *card)
{
    char buffer[MU_LINE_BYTES_MAX];
    struct mu_text line = begin(buffer, sizeof buffer);
    const Muster__Finding *f = card->finding;

    mu_render_card_name(&line, f);
    mu_text_add(&line, "  ");
    if (f->state == MUSTER__FINDING_STATE__FINDING_STATE_DECIDED)
        mu_show_term(&line, &page->look->style, "FindingState", (uint32_t)f->state);
    else if (f->has_decide_by_ms)
        add_due(page, &line, f->decide_by_ms);
    else
        mu_text_add(&line, mu_word(MU_W_NOW_NO_LIMIT, page->look->style.lang));
    mu_text_add(&line, "  ");
    mu_clean(&line, f->decider_agency == NULL ? mu_word(MU_W_NOT_KNOWN, page->look->style.lang)
                                              : f->decider_agency);
    mu_text_add(&line, "  ");
    if (f->headline != NULL)
        mu_render_sentence(&line, &page->look->style, f->headline);
    mu_screen_add(page, MU_SECTION_DECIDE, buffer);
}

void mu_screen_decisions(struct mu_screen *page)
{
    const struct mu_card **cards = mu_look_cards(page->look, false, &page->open_cards);

    for (size_t i = 0; i < page->open_cards; i++)
        add_card(page, cards[i]);
    free(cards);
    if (page->open_cards == 0)
        mu_screen_add(page, MU_SECTION_DECIDE, mu_word(MU_W_NO_CONFLICT, page->look->style.lang));
}

/* ---- who has not answered ---------------------------------------------------------------------------- */

/* "DAM-01@v1"; what has no name of its own, like a decision: "decision CMD 14:14" */
static void add_name(const struct mu_screen *page, struct mu_text *out, const struct mu_said *said)
{
    const struct mu_style *style = &page->look->style;
    const Muster__Envelope *envelope = said->event->envelope;

    if (said->event->body_case == MUSTER__EVENT__BODY_FINDING) {
        mu_render_card_name(out, said->event->finding);
        return;
    }
    if (envelope->object != NULL) {
        mu_clean(out, envelope->object);
        mu_text_addf(out, "@v%" PRIu32, said->version);
        return;
    }
    mu_show_term(out, style, "Kind", mu_kind_of(said->event));
    mu_text_add(out, " ");
    mu_clean(out, envelope->agency == NULL ? "" : envelope->agency);
    mu_text_add(out, " ");
    mu_show_clock(out, style, said->accepted_at_ms);
}

/* "DAM-01@v1  5 of 6 know; not HC, SH  LATE 4 min (due 14:23)" */
static void add_matrix(struct mu_screen *page, const struct mu_matrix *matrix)
{
    char buffer[MU_LINE_BYTES_MAX], known[32], must[32], names[256];
    struct mu_text line = begin(buffer, sizeof buffer), text = mu_text(names, sizeof names);

    for (size_t i = 0; i < matrix->count; i++) {
        if (!matrix->to[i].must_answer || matrix->told[i].knows)
            continue;
        mu_text_add(&text, text.used == 0 ? "" : mu_word(MU_W_LIST_COMMA, page->look->style.lang));
        mu_clean(&text, matrix->to[i].agency);
        if (matrix->telephone[i] != NULL && matrix->due_ms < page->now_ms) { /* whom to ring up */
            mu_text_add(&text, " ");
            mu_clean(&text, matrix->telephone[i]);
        }
        if (matrix->told[i].waiting)
            mu_text_add(&text, mu_word(MU_W_NOW_NOT_THERE, page->look->style.lang));
    }
    snprintf(known, sizeof known, "%zu", matrix->known);
    snprintf(must, sizeof must, "%zu", matrix->must);
    add_name(page, &line, matrix->said);
    mu_text_add(&line, "  ");
    if (matrix->due_ms != 0) {
        add_due(page, &line, matrix->due_ms);
        mu_text_add(&line, "  ");
    }
    fill(page, &line, MU_W_NOW_ACKNOWLEDGED, known, must, names);
    mu_screen_add(page, MU_SECTION_WAITING, buffer);
}

/* "SH owes Yanjiao an answer  due 14:54 (in 30 min)" */
static void add_debts(struct mu_screen *page)
{
    const struct mu_debt *debt;

    for (size_t i = 0; (debt = mu_picture_debt_at(page->look->picture, i)) != NULL; i++) {
        char buffer[MU_LINE_BYTES_MAX], village[256];
        struct mu_text line = begin(buffer, sizeof buffer), name = mu_text(village, sizeof village);

        if (!mu_debt_is_open(debt))
            continue;
        mu_show_named(&name, &page->look->style, debt->village);
        fill(page, &line, MU_W_NOW_DEBT, debt->desk, village, NULL);
        mu_text_add(&line, "  ");
        add_due(page, &line, debt->due_ms);
        mu_screen_add(page, MU_SECTION_WAITING, buffer);
    }
}

/* What a decision asked for and did not get yet: "WR owes a new version of LV-01". */
static void add_owed(struct mu_screen *page)
{
    const struct mu_card *card;

    for (size_t i = 0; (card = mu_picture_card_at(page->look->picture, i)) != NULL; i++) {
        char buffer[MU_LINE_BYTES_MAX];
        struct mu_text line = begin(buffer, sizeof buffer);

        if (!card->open || card->finding->headline == NULL ||
            card->finding->kind != MUSTER__FINDING_KIND__FINDING_KIND_OWED)
            continue;
        mu_render_sentence(&line, &page->look->style, card->finding->headline);
        mu_screen_add(page, MU_SECTION_WAITING, buffer);
    }
}

static void add_orders(struct mu_screen *page)
{
    static const uint32_t kinds[] = {
        MUSTER__EVENT__BODY_DAM_OPERATION, MUSTER__EVENT__BODY_DECISION, MUSTER__EVENT__BODY_ALERT,
        MUSTER__EVENT__BODY_EVACUATION, MUSTER__EVENT__BODY_OPERATION_PLAN};
    const mu_picture *picture = page->look->picture;
    struct mu_matrix *matrix = malloc(sizeof *matrix);
    const struct mu_object *object;

    page->short_of_memory |= matrix == NULL;
    for (size_t k = 0; matrix != NULL && k < sizeof kinds / sizeof kinds[0]; k++) {
        for (size_t i = 0; (object = mu_picture_at(picture, kinds[k], i)) != NULL; i++) {
            const struct mu_said *head = mu_object_head(object);

            if (head == NULL)
                continue;
            mu_matrix_fill(picture, head, page->now_ms, matrix);
            if (matrix->must > matrix->known)
                add_matrix(page, matrix);
        }
    }
    free(matrix);
}

/* A card about life that its decider has not acknowledged within the limit stands with the orders: a decision
 * cannot be expected of somebody who has not seen that it is his. */
static void add_late_cards(struct mu_screen *page)
{
    size_t count;
    const struct mu_card **cards = mu_look_cards(page->look, false, &count);
    struct mu_matrix *matrix = malloc(sizeof *matrix);

    page->short_of_memory |= matrix == NULL;
    for (size_t i = 0; matrix != NULL && i < count; i++) {
        if (cards[i]->finding->gravity != MUSTER__GRAVITY__GRAVITY_LIFE ||
            cards[i]->finding->state == MUSTER__FINDING_STATE__FINDING_STATE_DECIDED)
            continue;
        mu_matrix_fill(page->look->picture, mu_matrix_raised(cards[i]), page->now_ms, matrix);
        if (matrix->must > matrix->known && matrix->due_ms != 0 && matrix->due_ms < page->now_ms)
            add_matrix(page, matrix);
    }
    free(matrix);
    free(cards);
}

void mu_screen_waiting(struct mu_screen *page)
{
    add_late_cards(page);
    add_orders(page);
    add_owed(page);
    add_debts(page);
}

/* ---- tasks -------------------------------------------------------------------------------------------- */

/* "  decline (EM): none left": a task that came back is read with its reason, or rung up about. */
static void add_reason(const struct mu_screen *page, struct mu_text *line,
                       const struct mu_said *last)
{
    char by[64], reason[512];
    struct mu_text who = mu_text(by, sizeof by), why = mu_text(reason, sizeof reason);
    const Muster__Envelope *envelope = last == NULL ? NULL : last->event->envelope;

    if (envelope == NULL || envelope->reason == NULL)
        return;
    mu_clean(&who, envelope->agency == NULL ? "?" : envelope->agency);
    mu_clean(&why, envelope->reason);
    mu_text_add(line, "  ");
    fill(page, line, MU_W_TASK_SAID,
         mu_term("TaskAct", (uint32_t)last->event->task->act, page->look->style.lang), by, reason);
}

static void add_task(struct mu_screen *page, const struct mu_task *task)
{
    char buffer[MU_LINE_BYTES_MAX];
    struct mu_text line = begin(buffer, sizeof buffer);
    int64_t due_ms = task->accept_by_ms != 0 ? task->accept_by_ms : task->due_ms;
    const char *what = task->made == NULL ? NULL : task->made->event->task->what;

    mu_clean(&line, task->object->id);
    mu_text_add(&line, "  ");
    if (due_ms != 0)
        add_due(page, &line, due_ms);
    else
        mu_text_add(&line, mu_word(MU_W_NOW_NO_LIMIT, page->look->style.lang));
    mu_text_add(&line, "  ");
    mu_clean(&line,
             task->holder == NULL ? mu_word(MU_W_NOBODY, page->look->style.lang) : task->holder);
    if (task->asked != NULL && (task->holder == NULL || strcmp(task->asked, task->holder) != 0)) {
        mu_text_add(&line, " -> ");
        mu_clean(&line, task->asked);
    }
    mu_text_add(&line, "  ");
    mu_clean(&line, what == NULL ? "?" : what);
    add_reason(page, &line, task->last);
    mu_screen_add(page, MU_SECTION_TASKS, buffer);
}

void mu_screen_tasks(struct mu_screen *page)
{
    const struct mu_task *task;

    for (size_t i = 0; (task = mu_picture_task_at(page->look->picture, i)) != NULL; i++)
        if (mu_task_is_open(task) && task->made != NULL)
            add_task(page, task);
}

/* ---- load ---------------------------------------------------------------------------------------------- */

/* The desk is named once, however many programs it has. */
static bool is_first_of_agency(const mu_picture *picture, size_t index, const char *agency)
{
    for (size_t i = 0; i < index; i++) {
        const struct mu_said *head =
            mu_object_head(mu_picture_at(picture, MUSTER__EVENT__BODY_ENROLMENT, i));

        if (head != NULL && head->event->enrolment->agency != NULL &&
            strcmp(head->event->enrolment->agency, agency) == 0)
            return false;
    }
    return true;
}

static void add_load(const struct mu_screen *page, struct mu_text *line, const char *agency)
{
    struct mu_load load;
    char open[32], hour[32];

    mu_load_of(page->look->picture, agency, &load);
    if (load.open == 0 || (!load.over && load.within_hour == 0))
        return;
    snprintf(open, sizeof open, "%zu", load.open);
    snprintf(hour, sizeof hour, "%zu", load.within_hour);
    if (line->used > 0)
        mu_text_add(line, mu_word(MU_W_LIST_COMMA, page->look->style.lang));
    fill(page, line, load.over ? MU_W_NOW_LOAD_OVER : MU_W_NOW_LOAD_OPEN, agency, open, hour);
}

void mu_screen_load(struct mu_screen *page)
{
    const mu_picture *picture = page->look->picture;
    char buffer[MU_LINE_BYTES_MAX];
    struct mu_text line = begin(buffer, sizeof buffer);
    const struct mu_object *object;

    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_ENROLMENT, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);
        const char *agency = head == NULL ? NULL : head->event->enrolment->agency;

        if (agency != NULL && is_first_of_agency(picture, i, agency))
            add_load(page, &line, agency);
    }
    for (size_t i = 0;
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL; i++)
        if (mu_picture_reference(picture, object->id, MUSTER__OBJECT_KIND__OBJECT_KIND_UNIT) !=
            NULL)
            add_load(page, &line, object->id);
    if (line.used > 0)
        mu_screen_add(page, MU_SECTION_LOAD, buffer);
}
