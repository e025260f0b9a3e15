/* muster task list, muster task show TASK: who is accountable for what, since when, until when. */
#include "agents/cli/look.h"
#include "agents/cli/options.h"
#include "agents/cli/show/show.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/picture/task.h"
#include "proto/words/terms.h"

enum { KEY_ALL = 256, KEY_MINE, KEY_FAIL_ON };

const struct mu_cli_option mu_cli_task_list_options[] = {
    {"mine", KEY_MINE, NULL, MU_W_OPT_TASK_MINE},
    {"all", KEY_ALL, NULL, MU_W_OPT_TASK_ALL},
    {"fail-on", KEY_FAIL_ON, "overdue", MU_W_OPT_FAIL_ON},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

struct tasks {
    const struct mu_look *look;
    int64_t now_ms;
    bool all, mine, fails;
    size_t shown, late;
};

/* ---- one task --------------------------------------------------------------------------------------- */

/* What it waits for next: the answer of who was asked, else the work; 0: nothing with a time. */
static int64_t next_due(const struct mu_task *task)
{
    if (!mu_task_is_open(task))
        return 0;
    return task->accept_by_ms != 0 ? task->accept_by_ms : task->due_ms;
}

static bool is_late(const struct tasks *tasks, const struct mu_task *task)
{
    int64_t due_ms = next_due(task);

    return due_ms != 0 && due_ms < tasks->now_ms;
}

static enum mu_word state_word(const struct mu_task *task)
{
    static const enum mu_word words[] = {
        [MU_TASK_OPEN] = MU_W_TASK_OPEN,           [MU_TASK_ACCEPTED] = MU_W_TASK_ACCEPTED,
        [MU_TASK_DONE] = MU_W_TASK_DONE,           [MU_TASK_CONFIRMED] = MU_W_TASK_CONFIRMED,
        [MU_TASK_CANCELLED] = MU_W_TASK_CANCELLED,
    };

    return words[task->state];
}

static void add_minutes(struct mu_text *out, const struct tasks *tasks, int64_t due_ms)
{
    char clock[32], minutes[32];
    struct mu_text text = mu_text(clock, sizeof clock);
    int64_t left = (due_ms - tasks->now_ms) / MU_MINUTE_MS;
    const char *args[] = {clock, minutes};

    mu_show_clock(&text, &tasks->look->style, due_ms);
    snprintf(minutes, sizeof minutes, "%" PRId64, left < 0 ? -left : left);
    mu_words_fill(
        out,
        mu_word(due_ms < tasks->now_ms ? MU_W_TASK_LATE : MU_W_TASK_DUE, tasks->look->style.lang),
        args, 2);
}

static void add_who(struct mu_text *out, const struct tasks *tasks, const struct mu_task *task)
{
    const char *args[] = {task->holder == NULL ? mu_word(MU_W_NOBODY, tasks->look->style.lang)
                                               : task->holder,
                          task->asked, task->requester};
    enum mu_lang lang = tasks->look->style.lang;
    bool asks =
        task->asked != NULL && (task->holder == NULL || strcmp(task->asked, task->holder) != 0);

    mu_words_fill(out, mu_word(asks ? MU_W_TASK_WHO_ASKED : MU_W_TASK_WHO, lang), args, 3);
}

static const char *what_of(const struct mu_task *task)
{
    const char *what = task->made == NULL ? NULL : task->made->event->task->what;

    return what == NULL ? "?" : what;
}

/* Why the last act was taken: whoever reads that it was declined or passed on asks at once. */
static const char *why_of(const struct mu_task *task)
{
    return task->last == NULL || task->last->event->envelope == NULL
               ? NULL
               : task->last->event->envelope->reason;
}

static void add_why(struct mu_text *out, const struct tasks *tasks, const struct mu_task *task)
{
    enum mu_lang lang = tasks->look->style.lang;
    char by[64], reason[512];
    struct mu_text who = mu_text(by, sizeof by), why = mu_text(reason, sizeof reason);
    const char *args[] = {mu_term("TaskAct", (uint32_t)task->last->event->task->act, lang), by,
                          reason};

    mu_clean(&who, task->last->event->envelope->agency == NULL
                       ? "?"
                       : task->last->event->envelope->agency);
    mu_clean(&why, why_of(task));
    mu_text_add(out, "  ");
    mu_words_fill(out, mu_word(MU_W_TASK_SAID, lang), args, 3);
}

/* T-09  late 6 min (15:40)  holder EM, asked WR, for LL  accepted  "2 drainage pumps at S1" */
static void print_row(const struct tasks *tasks, const struct mu_task *task)
{
    const struct mu_style *style = &tasks->look->style;
    char buffer[MU_LINE_BYTES_MAX];
    struct mu_text line = mu_text(buffer, sizeof buffer);

    if (style->exercise)
        mu_text_addf(&line, "%s ", mu_word(MU_W_EXERCISE, style->lang));
    size_t from = line.used;
    mu_clean(&line, task->object->id);
    mu_show_pad(&line, from, 8);
    mu_text_addf(&line, " %s  ", mu_word(state_word(task), style->lang));
    if (next_due(task) != 0) {
        add_minutes(&line, tasks, next_due(task));
        mu_text_add(&line, "  ");
    }
    add_who(&line, tasks, task);
    mu_text_add(&line, style->lang == MU_LANG_ZH ? "  “" : "  \"");
    mu_clean(&line, what_of(task));
    mu_text_add(&line, style->lang == MU_LANG_ZH ? "”" : "\"");
    if (why_of(task) != NULL)
        add_why(&line, tasks, task);
    puts(buffer);
}

/* ---- for programs ------------------------------------------------------------------------------------- */

static const char *const states[] = {"open", "accepted", "done", "confirmed", "cancelled"};

static void add_time(struct mu_text *out, const struct tasks *tasks, const char *name, int64_t ms)
{
    char iso[64];
    struct mu_text text = mu_text(iso, sizeof iso);

    if (ms == 0)
        return;
    mu_show_iso(&text, &tasks->look->style, ms);
    mu_json_member(out, name, iso);
}

static void print_json(const struct tasks *tasks, const struct mu_task *task)
{
    char line[4096];
    struct mu_text out = mu_text(line, sizeof line);

    mu_json_open(&out);
    mu_json_member(&out, "task", task->object->id);
    mu_json_member(&out, "state", states[task->state]);
    mu_json_member(&out, "what", what_of(task));
    if (task->holder != NULL)
        mu_json_member(&out, "holder", task->holder);
    if (task->asked != NULL)
        mu_json_member(&out, "asked", task->asked);
    if (task->requester != NULL)
        mu_json_member(&out, "requester", task->requester);
    mu_json_number(&out, "referrals", task->referrals);
    if (task->last != NULL)
        mu_json_member(&out, "lastAct",
                       mu_term("TaskAct", (uint32_t)task->last->event->task->act, MU_LANG_EN));
    if (why_of(task) != NULL)
        mu_json_member(&out, "reason", why_of(task));
    add_time(&out, tasks, "begunAt", task->begun_ms);
    add_time(&out, tasks, "heldSince", task->held_since_ms);
    add_time(&out, tasks, "acceptBy", task->accept_by_ms);
    add_time(&out, tasks, "dueAt", task->due_ms);
    add_time(&out, tasks, "endedAt", task->ended_ms);
    mu_json_close(&out);
    puts(line);
}

/* task, state, holder, asked, requester, next due, what */
static void print_plain(const struct tasks *tasks, const struct mu_task *task)
{
    char line[MU_LINE_BYTES_MAX * 2];
    struct mu_text out = mu_text(line, sizeof line);

    mu_clean(&out, task->object->id);
    mu_text_addf(&out, "\t%s\t%s\t%s\t%s\t", states[task->state],
                 task->holder == NULL ? "-" : task->holder, task->asked == NULL ? "-" : task->asked,
                 task->requester == NULL ? "-" : task->requester);
    if (next_due(task) == 0)
        mu_text_add(&out, "-");
    else
        mu_show_iso(&out, &tasks->look->style, next_due(task));
    mu_text_add(&out, "\t");
    mu_clean(&out, what_of(task));
    puts(line);
}

static void print_task(const struct tasks *tasks, const struct mu_task *task)
{
    switch (tasks->look->cli->form) {
    case MU_FORM_JSON:
        print_json(tasks, task);
        break;
    case MU_FORM_PLAIN:
        print_plain(tasks, task);
        break;
    case MU_FORM_HUMAN:
        print_row(tasks, task);
        break;
    }
}

/* ---- list ------------------------------------------------------------------------------------------------ */

static bool same(const char *a, const char *b)
{
    return a != NULL && strcmp(a, b) == 0;
}

/* Mine: I hold it, I am asked, or I wait for it. */
static bool is_wanted(const struct tasks *tasks, const struct mu_task *task)
{
    const char *us = mu_agent_agency(tasks->look->talk.agent);

    if (!tasks->all && !mu_task_is_open(task))
        return false;
    return !tasks->mine || same(task->holder, us) || same(task->asked, us) ||
           same(task->requester, us);
}

static int by_due(const void *a, const void *b)
{
    const struct mu_task *x = *(const struct mu_task *const *)a;
    const struct mu_task *y = *(const struct mu_task *const *)b;
    int64_t first = next_due(x) == 0 ? INT64_MAX : next_due(x);
    int64_t second = next_due(y) == 0 ? INT64_MAX : next_due(y);

    if (first != second)
        return first < second ? -1 : 1;
    return x->begun_ms < y->begun_ms ? -1 : x->begun_ms > y->begun_ms;
}

static int list(struct tasks *tasks)
{
    const mu_picture *picture = tasks->look->picture;
    const struct mu_task **rows, *task;
    size_t count = 0;

    while (mu_picture_task_at(picture, count) != NULL)
        count++;
    if ((rows = calloc(count + 1, sizeof(struct mu_task *))) == NULL)
        return mu_cli_error(tasks->look->cli, MU_E_NO_MEMORY, NULL);
    for (size_t i = 0; (task = mu_picture_task_at(picture, i)) != NULL; i++)
        if (is_wanted(tasks, task))
            rows[tasks->shown++] = task;
    qsort(rows, tasks->shown, sizeof(struct mu_task *), by_due);
    for (size_t i = 0; i < tasks->shown; i++) {
        print_task(tasks, rows[i]);
        tasks->late += is_late(tasks, rows[i]);
    }
    free(rows);
    if (tasks->shown == 0)
        mu_cli_tell(tasks->look->cli, MU_W_NO_TASK, NULL);
    return tasks->fails && tasks->late > 0 ? MU_EXIT_ATTENTION : MU_EXIT_DONE;
}

int mu_cli_task_list(struct mu_cli *cli, int argc, char **argv)
{
    struct mu_look look;
    struct tasks tasks = {.look = &look};
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_task_list_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        if (key == KEY_FAIL_ON && strcmp(value, "overdue") != 0)
            return mu_cli_wrong_value(cli, "--fail-on", value);
        tasks.all |= key == KEY_ALL;
        tasks.mine |= key == KEY_MINE;
        tasks.fails |= key == KEY_FAIL_ON;
    }
    if (optind < argc)
        return mu_cli_misused(cli, MU_W_UNEXPECTED, argv[optind], NULL);
    int code = mu_look_open(&look, cli);
    if (code == MU_EXIT_DONE)
        code = mu_look_fold(&look);
    tasks.now_ms = mu_county_now_ms(&look.county, look.talk.agent);
    if (code == MU_EXIT_DONE)
        code = list(&tasks);
    mu_look_close(&look);
    return code;
}

/* ---- show -------------------------------------------------------------------------------------------------- */

static void print_acts(const struct tasks *tasks, const struct mu_object *object)
{
    const struct mu_said *acts[64];
    size_t count = 0;

    for (const struct mu_said *said = object->news; said != NULL && count < 64; said = said->older)
        acts[count++] = said;
    while (count-- > 0) {
        struct mu_entry entry = mu_look_entry(acts[count]);

        mu_output_entry(tasks->look->cli, &tasks->look->style, &entry);
    }
}

/* Who has it now and how long it has been going; then every act, in order. */
static int show(struct tasks *tasks, const char *id)
{
    const struct mu_task *task = mu_picture_task(tasks->look->picture, id);
    char minutes[32], held[32];

    if (task == NULL || task->made == NULL)
        return mu_cli_fail(tasks->look->cli, MU_EXIT_ABSENT, MU_W_NO_SUCH_TASK, id, NULL);
    print_task(tasks, task);
    int64_t end_ms = task->ended_ms != 0 ? task->ended_ms : tasks->now_ms;
    snprintf(minutes, sizeof minutes, "%" PRId64, (end_ms - task->begun_ms) / MU_MINUTE_MS);
    snprintf(held, sizeof held, "%" PRId64, (end_ms - task->held_since_ms) / MU_MINUTE_MS);
    if (tasks->look->cli->form == MU_FORM_HUMAN)
        mu_output_line(tasks->look->cli, MU_W_TASK_CLOCK, minutes,
                       task->holder == NULL ? mu_word(MU_W_NOBODY, tasks->look->style.lang)
                                            : task->holder,
                       held, NULL);
    print_acts(tasks, task->object);
    return MU_EXIT_DONE;
}

int mu_cli_task_show(struct mu_cli *cli, int argc, char **argv)
{
    struct mu_look look;
    struct tasks tasks = {.look = &look};
    int key = mu_cli_option(cli, argc, argv, NULL, NULL);

    if (key != -1)
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    if (argc - optind != 1)
        return mu_cli_misused(cli, MU_W_WHICH_TASK, NULL);
    int code = mu_look_open(&look, cli);
    if (code == MU_EXIT_DONE)
        code = mu_look_fold(&look);
    tasks.now_ms = mu_county_now_ms(&look.county, look.talk.agent);
    if (code == MU_EXIT_DONE)
        code = show(&tasks, argv[optind]);
    mu_look_close(&look);
    return code;
}
