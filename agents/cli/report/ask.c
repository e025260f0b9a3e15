/* A person confirms what was read from a message: nothing read by machine is said without one. */
#include "agents/cli/report/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/cli/output.h"
#include "agents/cli/show/show.h"
#include "proto/words/terms.h"

#define LINE_BYTES 2048u

/* ---- showing ------------------------------------------------------------------------------------ */

static void print_part(const struct mu_report *report, const struct mu_part *part)
{
    struct mu_style style =
        mu_output_style(report->cli, report->voice.county.offset_min, report->voice.names);
    struct mu_entry entry = {.event = part->saying.event, .path = ""};
    char summary[LINE_BYTES], id[MU_REPORT_ID_MAX + 16];
    struct mu_text text = mu_text(summary, sizeof summary);

    style.columns = 0;
    mu_render_summary(&text, &style, &entry);
    snprintf(id, sizeof id, "%s@v%" PRIu32, part->id,
             (uint32_t)part->saying.event->envelope->version);
    mu_cli_tell(report->cli, MU_W_REPORT_PART,
                mu_term("Kind", part->saying.kind, report->cli->lang), id, summary, NULL);
}

static void print_left(const struct mu_report *report)
{
    const struct mu_sms *sms = &report->message;

    for (size_t i = 0; i < sms->left_count; i++) {
        char piece[MU_SMS_BYTES_MAX + 1], clean[LINE_BYTES];
        struct mu_text text = mu_text(clean, sizeof clean);

        snprintf(piece, sizeof piece, "%.*s", (int)(sms->left[i].to - sms->left[i].from),
                 sms->text + sms->left[i].from);
        mu_clean(&text, piece);
        mu_cli_tell(report->cli, MU_W_REPORT_LEFT, clean, NULL);
    }
}

/* ---- doubts --------------------------------------------------------------------------------------- */

static const struct {
    const char *field;
    enum mu_word word;
} counts[MU_SMS_COUNTS] = {
    [MU_SMS_INJURED] = {"casualty.persons_injured", MU_W_SMS_INJURED},
    [MU_SMS_TRAPPED] = {"casualty.persons_trapped", MU_W_SMS_TRAPPED},
    [MU_SMS_MISSING] = {"casualty.persons_missing", MU_W_SMS_MISSING},
    [MU_SMS_DEAD] = {"casualty.persons_dead", MU_W_SMS_DEAD},
    [MU_SMS_RESCUED] = {"casualty.persons_rescued", MU_W_SMS_RESCUED},
    [MU_SMS_RED] = {"casualty.triage.red", MU_W_SMS_RED},
    [MU_SMS_YELLOW] = {"casualty.triage.yellow", MU_W_SMS_YELLOW},
    [MU_SMS_GREEN] = {"casualty.triage.green", MU_W_SMS_GREEN},
    [MU_SMS_BLACK] = {"casualty.triage.black", MU_W_SMS_BLACK},
    [MU_SMS_MOVED] = {"evacuation.persons_moved", MU_W_SMS_MOVED},
    [MU_SMS_RETURNED] = {"evacuation.persons_returned", MU_W_SMS_RETURNED},
};

static const enum mu_word whys[MU_SMS_WHYS] = {
    [MU_SMS_NO_NUMBER] = MU_W_SMS_NO_NUMBER,
    [MU_SMS_NO_WORD] = MU_W_SMS_NO_WORD,
    [MU_SMS_EITHER] = MU_W_SMS_EITHER,
    [MU_SMS_VAGUE] = MU_W_SMS_VAGUE,
    [MU_SMS_MORE] = MU_W_SMS_MORE,
    [MU_SMS_HEDGED] = MU_W_SMS_HEDGED,
    [MU_SMS_TOGETHER] = MU_W_SMS_TOGETHER,
    [MU_SMS_TWICE] = MU_W_SMS_TWICE,
    [MU_SMS_SUM] = MU_W_SMS_SUM,
    [MU_SMS_TELEPHONE] = MU_W_SMS_TELEPHONE,
};

void mu_report_answered(struct mu_report *report, const char *field)
{
    for (size_t i = 0; i < MU_SMS_COUNTS; i++) {
        const char *tail = strchr(counts[i].field, '.') + 1;

        if (strcmp(counts[i].field, field) == 0 || strcmp(tail, field) == 0)
            report->carried &= ~(1u << i);
    }
}

/* Whether somebody has said the number since. */
static bool is_settled(const struct mu_report *report, int count)
{
    for (size_t i = 0; count >= 0 && i < report->part_count; i++) {
        const Muster__Event *event = report->parts[i].saying.event;
        const Muster__Casualty *c =
            event->body_case == MUSTER__EVENT__BODY_CASUALTY ? event->casualty : NULL;
        const Muster__TriageCounts *t = c == NULL ? NULL : c->triage;
        const bool said[MU_SMS_COUNTS] = {
            [MU_SMS_INJURED] = c != NULL && c->has_persons_injured,
            [MU_SMS_TRAPPED] = c != NULL && c->has_persons_trapped,
            [MU_SMS_MISSING] = c != NULL && c->has_persons_missing,
            [MU_SMS_DEAD] = c != NULL && c->has_persons_dead,
            [MU_SMS_RESCUED] = c != NULL && c->has_persons_rescued,
            [MU_SMS_RED] = t != NULL && t->has_red,
            [MU_SMS_YELLOW] = t != NULL && t->has_yellow,
            [MU_SMS_GREEN] = t != NULL && t->has_green,
            [MU_SMS_BLACK] = t != NULL && t->has_black,
        };

        if (said[count] && (report->carried & 1u << count) == 0)
            return true;
    }
    return false;
}

static void tell_doubt(const struct mu_report *report, const struct mu_sms_doubt *doubt)
{
    enum mu_lang lang = report->cli->lang;
    char piece[MU_SMS_BYTES_MAX + 1], clean[LINE_BYTES];
    struct mu_text text = mu_text(clean, sizeof clean);
    const char *what = doubt->count < 0 ? mu_word(MU_W_SMS_SOMETHING, lang)
                                        : mu_word(counts[doubt->count].word, lang);

    snprintf(piece, sizeof piece, "%.*s", (int)(doubt->piece.to - doubt->piece.from),
             report->message.text + doubt->piece.from);
    mu_clean(&text, piece);
    mu_cli_tell(report->cli, whys[doubt->why], clean, what, NULL);
    if (doubt->count >= 0)
        mu_cli_tell(report->cli, MU_W_SMS_SAY_FIELD, counts[doubt->count].field, NULL);
}

struct doubts {
    size_t open;    /* may be left open by a person */
    bool telephone; /* may not be said at all */
};

static struct doubts tell_doubts(const struct mu_report *report)
{
    const struct mu_sms *sms = &report->message;
    struct doubts doubts = {0, false};

    for (size_t i = 0; i < sms->doubt_count; i++) {
        if (is_settled(report, sms->doubts[i].count))
            continue;
        tell_doubt(report, &sms->doubts[i]);
        doubts.telephone |= sms->doubts[i].why == MU_SMS_TELEPHONE;
        doubts.open++;
    }
    if (report->no_edge)
        mu_cli_tell(report->cli, MU_W_SMS_WHICH_ROAD, NULL);
    if (report->no_evacuation)
        mu_cli_tell(report->cli, MU_W_SMS_WHICH_EVACUATION, NULL);
    doubts.open += report->no_edge + report->no_evacuation;
    return doubts;
}

static struct doubts show(const struct mu_report *report)
{
    mu_cli_tell(report->cli, report->part_count == 0 ? MU_W_REPORT_ONLY_WORDS : MU_W_REPORT_READ,
                NULL);
    for (size_t i = 0; i < report->part_count; i++)
        print_part(report, &report->parts[i]);
    print_left(report);
    return tell_doubts(report);
}

/* ---- asking ------------------------------------------------------------------------------------------ */

static bool is_word(const char *line, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(line, *words) == 0)
            return true;
    return false;
}

/* One line from the person; false at the end of input. */
static bool read_answer(char *line, size_t size)
{
    if (fgets(line, (int)size, stdin) == NULL)
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

static int nothing_said(const struct mu_report *report)
{
    return mu_cli_fail(report->cli, MU_EXIT_FAILED, MU_W_REPORT_NOT_SAID, NULL);
}

/* "road=E15:6km" says which road; anything else is a field. */
static int take_answer(struct mu_report *report, const char *line)
{
    const char *road = strncmp(line, "road=", 5) == 0 ? line + 5 : NULL;

    if (road == NULL)
        return mu_report_field(report, line);
    report->road = mu_arena_copy(&report->voice.arena, road, strlen(road));
    return mu_report_sms_road(report);
}

static int ask(struct mu_report *report)
{
    static const char *const yes[] = {"y", "Y", "yes", "是", "好", "确认", NULL};
    static const char *const no[] = {"n", "N", "no", "q", "否", "不", "", NULL};
    char line[LINE_BYTES];

    report->cli->quiet = false; /* nobody confirms what was not shown */
    for (;;) {
        struct doubts doubts = show(report);

        fprintf(stderr, "%s ", mu_word(MU_W_REPORT_ASK, report->cli->lang));
        fflush(stderr);
        if (!read_answer(line, sizeof line) || is_word(line, no))
            return nothing_said(report);
        if (is_word(line, yes) && doubts.telephone)
            return nothing_said(report);
        if (is_word(line, yes))
            return MU_EXIT_DONE;
        (void)take_answer(report, line); /* a slip has been explained, and is asked about again */
    }
}

int mu_report_confirm(struct mu_report *report)
{
    if (!report->yes && !report->cli->no_input && isatty(STDIN_FILENO))
        return ask(report);
    struct doubts doubts = show(report);
    if (!report->yes)
        return mu_cli_misused(report->cli, MU_W_REPORT_NEEDS_YES, NULL);
    if (doubts.telephone)
        return nothing_said(report);
    if (doubts.open > 0 && !report->leave_open)
        return mu_cli_misused(report->cli, MU_W_REPORT_DOUBTS, NULL);
    return MU_EXIT_DONE;
}

/* ---- what is still to be said -------------------------------------------------------------------------- */

static const Muster__Event *part_of(const struct mu_report *report, uint32_t kind)
{
    for (size_t i = 0; i < report->part_count; i++)
        if (report->parts[i].saying.kind == kind)
            return report->parts[i].saying.event;
    return NULL;
}

/* The legal list (time, place and source are always there), in its order. */
void mu_report_tell_missing(const struct mu_report *report)
{
    const Muster__Event *casualty = part_of(report, MUSTER__EVENT__BODY_CASUALTY);
    const Muster__Event *road = part_of(report, MUSTER__EVENT__BODY_ROAD);
    const Muster__Envelope *said = report->said.saying.event->envelope;
    bool has_counts = casualty != NULL && casualty->casualty->has_persons_injured;
    const struct {
        bool missing;
        enum mu_word word;
    } list[] = {
        {said->on_behalf_of != NULL && said->speaker == NULL, MU_W_MISSING_SPEAKER},
        {said->on_behalf_of != NULL && said->read_back == NULL, MU_W_MISSING_READ_BACK},
        {casualty == NULL || !casualty->casualty->has_cause, MU_W_MISSING_CAUSE},
        {!has_counts, MU_W_MISSING_PEOPLE},
        {has_counts && casualty->casualty->triage == NULL, MU_W_MISSING_TRIAGE},
        {road != NULL && road->road->stretch != NULL && !road->road->stretch->has_from_m,
         MU_W_MISSING_WHERE_ON_ROAD},
    };
    char names[512];
    struct mu_text text = mu_text(names, sizeof names);

    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (list[i].missing)
            mu_text_addf(&text, "%s%s",
                         text.used == 0 ? "" : mu_word(MU_W_LIST_COMMA, report->cli->lang),
                         mu_word(list[i].word, report->cli->lang));
    if (text.used > 0)
        mu_cli_tell(report->cli, MU_W_REPORT_STILL, names, NULL);
}
