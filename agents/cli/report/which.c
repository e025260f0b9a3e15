/* Which scene? A report of injured people or of a road that names none may tell of one that is known: said as
 * another, its people would be counted and fetched twice; taken for the same, a second landslide would vanish.
 * So only what is beyond doubt is joined, and the rest is asked. */
#include "agents/cli/report/report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents/cli/show/show.h"
#include "proto/words/terms.h"

#define SCENES_MAX 16u

struct scenes {
    const struct mu_said *at[SCENES_MAX];
    size_t count;
    bool sure; /* the only one, ours, at this very spot and not old */
};

static bool is_ours(const struct mu_report *report, const struct mu_said *said)
{
    const char *agency = said->event->envelope->agency;

    return agency != NULL && strcmp(agency, mu_agent_agency(report->voice.talk.agent)) == 0;
}

static void find(const struct mu_report *report, const struct mu_part *part, struct scenes *out)
{
    int64_t now_ms = mu_county_now_ms(&report->voice.county, report->voice.talk.agent);
    const struct mu_object *object;
    bool exact;

    *out = (struct scenes){.count = 0};
    for (size_t i = 0;
         (object = mu_picture_at(report->voice.picture, part->saying.kind, i)) != NULL; i++) {
        const struct mu_said *head = mu_object_head(object);

        if (head == NULL || strlen(object->id) >= sizeof part->id || out->count == SCENES_MAX ||
            !mu_report_same_place(part->saying.event, head->event, &exact))
            continue;
        out->sure = out->count == 0 && exact && is_ours(report, head) &&
                    now_ms - head->accepted_at_ms <= MU_REPORT_NEAR_MS;
        out->at[out->count++] = head;
    }
}

/* "C-1 (HC 14:00), C-2 (EM 13:10)" */
static void list(const struct mu_report *report, const struct scenes *scenes, struct mu_text *out)
{
    struct mu_style style = {.lang = report->cli->lang,
                             .offset_min = report->voice.county.offset_min};

    for (size_t i = 0; i < scenes->count; i++) {
        const char *agency = scenes->at[i]->event->envelope->agency;

        mu_text_add(out, i == 0 ? "" : mu_word(MU_W_LIST_COMMA, style.lang));
        mu_clean(out, scenes->at[i]->object->id);
        mu_text_add(out, " (");
        mu_clean(out, agency == NULL ? "?" : agency);
        mu_text_add(out, " ");
        mu_show_clock(out, &style, scenes->at[i]->accepted_at_ms);
        mu_text_add(out, ")");
    }
}

static int ask(struct mu_report *report, struct mu_part *part, const struct scenes *scenes,
               const char *names)
{
    const char *args[] = {mu_term("Kind", part->saying.kind, report->cli->lang), names};
    char line[256], question[1024];

    for (;;) {
        struct mu_text text = mu_text(question, sizeof question);

        mu_words_fill(&text, mu_word(MU_W_REPORT_WHICH_ASK, report->cli->lang), args, 2);
        fprintf(stderr, "%s ", question);
        if (fgets(line, sizeof line, stdin) == NULL)
            return mu_cli_fail(report->cli, MU_EXIT_FAILED, MU_W_REPORT_NOT_SAID, NULL);
        line[strcspn(line, "\r\n")] = '\0';
        if (strcmp(line, "n") == 0 || strcmp(line, "新") == 0)
            return mu_report_name(report, part);
        for (size_t i = 0; i < scenes->count; i++)
            if (strcmp(line, scenes->at[i]->object->id) == 0)
                return mu_report_goes_on(report, part, scenes->at[i]);
    }
}

int mu_report_which(struct mu_report *report, struct mu_part *part)
{
    struct scenes scenes = {.count = 0};
    char names[768];
    struct mu_text text = mu_text(names, sizeof names);
    bool is_scene = part->saying.kind == MUSTER__EVENT__BODY_CASUALTY ||
                    part->saying.kind == MUSTER__EVENT__BODY_ROAD;

    if (!is_scene || part->saying.event->envelope->object != NULL)
        return MU_EXIT_DONE;
    if (report->voice.picture != NULL && !report->is_new)
        find(report, part, &scenes);
    if (scenes.count == 0)
        return mu_report_name(report, part);
    if (scenes.count == 1 && scenes.sure)
        return mu_report_goes_on(report, part, scenes.at[0]);
    list(report, &scenes, &text);
    if (!report->cli->no_input && isatty(STDIN_FILENO) && !report->yes)
        return ask(report, part, &scenes, names);
    return mu_cli_misused(report->cli, MU_W_REPORT_WHICH,
                          mu_term("Kind", part->saying.kind, report->cli->lang), names,
                          mu_kind_name(part->saying.kind), scenes.at[0]->object->id, NULL);
}
