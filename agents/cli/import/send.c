#include "agents/cli/import/list.h"

#include <stdio.h>
#include <string.h>

#define TURN_MS 50
/* Events of one say: one write to this disk, a few batches on the link. */
#define SAY_MAX 64u

struct sending {
    struct mu_import_list *list;
    mu_agent *agent;
    size_t unsettled;
    int64_t heard_ms; /* when the broker last answered */
};

static struct mu_import_event *find_event(const struct mu_import_list *list,
                                          const struct mu_hash *leaf)
{
    for (size_t i = 0; i < list->event_count; i++)
        if (!list->events[i].settled && mu_hash_equal(&list->events[i].leaf, leaf))
            return &list->events[i];
    return NULL;
}

/* A row is taken only if all that was said of it was. */
static void refuse_row(struct mu_import_row *row, const struct mu_answer *answer)
{
    if (row->refusal.code != MU_OK)
        return;
    row->refusal.code = answer->code;
    snprintf(row->field, sizeof row->field, "%s", answer->path);
}

static enum mu_err take_answer(void *user, const struct mu_answer *answer)
{
    struct sending *sending = user;
    struct mu_import_event *event = find_event(sending->list, &answer->leaf);

    sending->heard_ms = mu_talk_machine_ms();
    if (!answer->settled || event == NULL)
        return MU_OK;
    event->settled = true;
    sending->unsettled--;
    if (answer->code != MU_OK)
        refuse_row(&sending->list->rows[event->row], answer);
    return MU_OK;
}

static enum mu_err take_moved(void *user, const struct mu_kept *was, const struct mu_kept *now)
{
    struct sending *sending = user;
    struct mu_import_event *event = find_event(sending->list, &was->leaf);

    if (event != NULL)
        event->leaf = now->leaf;
    return MU_OK;
}

/* ---- saying ------------------------------------------------------------------------------------------- */

/* The next `first` or later ones from *at on, at most SAY_MAX. */
static enum mu_err say_some(struct sending *sending, bool first, size_t *at)
{
    struct mu_import_list *list = sending->list;
    struct mu_bytes bodies[SAY_MAX];
    struct mu_kept kept[SAY_MAX];
    size_t which[SAY_MAX], count = 0;
    struct mu_fault fault;
    enum mu_err err;

    for (; *at < list->event_count && count < SAY_MAX; ++*at)
        if (list->events[*at].first == first) {
            which[count] = *at;
            bodies[count++] = (struct mu_bytes){list->events[*at].bytes, list->events[*at].size};
        }
    if (count == 0)
        return MU_OK;
    if ((err = mu_agent_say(sending->agent, bodies, count, kept, &fault)) != MU_OK)
        return err;
    for (size_t i = 0; i < count; i++)
        list->events[which[i]].leaf = kept[i].leaf;
    sending->unsettled += count;
    return MU_OK;
}

/* Ends when the broker was silent for the whole time-out, however much there is. */
static enum mu_err settle(struct sending *sending)
{
    enum mu_err err = MU_OK;

    sending->heard_ms = mu_talk_machine_ms();
    while (err == MU_OK && sending->unsettled > 0) {
        if (mu_talk_machine_ms() - sending->heard_ms > sending->list->cli->timeout_ms)
            return mu_agent_link(sending->agent, NULL) == MU_LINK_OPEN ? MU_E_TIMEOUT
                                                                       : MU_E_UNREACHABLE;
        err = mu_agent_turn(sending->agent, TURN_MS);
    }
    return err;
}

static enum mu_err send_part(struct sending *sending, bool first)
{
    struct mu_progress progress;
    enum mu_err err = MU_OK;

    mu_progress_begin(&progress, sending->list->cli);
    for (size_t at = 0; err == MU_OK && at < sending->list->event_count;) {
        if ((err = say_some(sending, first, &at)) == MU_OK)
            err = settle(sending);
        mu_progress_step(&progress, at, sending->list->event_count);
    }
    mu_progress_end(&progress);
    return err;
}

int mu_import_send(struct mu_import_list *list)
{
    struct sending sending = {.list = list};
    struct mu_agent_calls calls = {
        .on_answer = take_answer, .on_moved = take_moved, .user = &sending};
    int code;
    enum mu_err err = mu_cli_open(list->cli, false, &calls, &sending.agent, &code);

    if (err != MU_OK)
        return code;
    err = send_part(&sending, true);
    if (err == MU_OK)
        err = send_part(&sending, false);
    mu_agent_close(&sending.agent);
    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(list->cli, err, NULL);
}
