/* muster report WORDS --place PLACE: one line, incomplete allowed, now.
 *
 * The words become a field report as they were spoken. With --kind the numbers beside them become an
 * event of that kind, with --sms what the message plainly says becomes events; each names the report it
 * was cut from.
 */
#include "agents/cli/report/report.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents/cli/options.h"

enum {
    KEY_PLACE = 256,
    KEY_KIND,
    KEY_BY,
    KEY_SPEAKER,
    KEY_FOR,
    KEY_READ_BACK,
    KEY_AT,
    KEY_ROAD,
    KEY_WAIT,
    KEY_SMS,
    KEY_YES,
    KEY_LEAVE_OPEN,
    KEY_NEW
};

const struct mu_cli_option mu_cli_report_options[] = {
    {"place", KEY_PLACE, "PLACE", MU_W_OPT_PLACE},
    {"kind", KEY_KIND, "KIND", MU_W_OPT_KIND},
    {"sms", KEY_SMS, NULL, MU_W_OPT_SMS},
    {"road", KEY_ROAD, "EDGE[:KM]", MU_W_OPT_ROAD},
    {"by", KEY_BY, "phone|sms|radio|paper", MU_W_OPT_BY},
    {"speaker", KEY_SPEAKER, "WHO", MU_W_OPT_SPEAKER},
    {"for", KEY_FOR, "VILLAGE", MU_W_OPT_FOR},
    {"read-back", KEY_READ_BACK, "WORDS", MU_W_OPT_READ_BACK},
    {"at", KEY_AT, "TIME", MU_W_OPT_AT},
    {"new", KEY_NEW, NULL, MU_W_OPT_NEW},
    {"yes", KEY_YES, NULL, MU_W_OPT_YES},
    {"leave-open", KEY_LEAVE_OPEN, NULL, MU_W_OPT_LEAVE_OPEN},
    {"wait", KEY_WAIT, NULL, MU_W_OPT_WAIT},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* ---- words of the command line --------------------------------------------------------------- */

static void take_text(struct mu_report *report, int key, const char *value)
{
    const char **const texts[] = {
        [0] = &report->place, /* KEY_PLACE */
        [KEY_KIND - KEY_PLACE] = &report->kind,
        [KEY_BY - KEY_PLACE] = &report->by,
        [KEY_SPEAKER - KEY_PLACE] = &report->speaker,
        [KEY_FOR - KEY_PLACE] = &report->on_behalf,
        [KEY_AT - KEY_PLACE] = &report->at,
        [KEY_READ_BACK - KEY_PLACE] = &report->read_back,
        [KEY_ROAD - KEY_PLACE] = &report->road,
    };

    *texts[key - KEY_PLACE] = value;
}

static void take(struct mu_report *report, int key, const char *value)
{
    if (key <= KEY_ROAD)
        take_text(report, key, value);
    report->wait |= key == KEY_WAIT;
    report->sms |= key == KEY_SMS;
    report->yes |= key == KEY_YES;
    report->leave_open |= key == KEY_LEAVE_OPEN;
    report->is_new |= key == KEY_NEW;
}

/* The whole of standard input, its lines parted like clauses. */
static int read_input(struct mu_report *report)
{
    static char input[MU_SMS_BYTES_MAX + 2];
    size_t size = fread(input, 1, sizeof input - 1, stdin);

    while (size > 0 && (input[size - 1] == '\n' || input[size - 1] == '\r'))
        size--;
    input[size] = '\0';
    report->words = input;
    if (size == 0)
        return mu_cli_misused(report->cli, MU_W_REPORT_NO_WORDS, NULL);
    if (strlen(input) != size || size > MU_SMS_BYTES_MAX)
        return mu_cli_error(report->cli, size > MU_SMS_BYTES_MAX ? MU_E_TOO_LARGE : MU_E_BAD_TEXT,
                            "stdin");
    return MU_EXIT_DONE;
}

/* How somebody's words can have come in: the first four are what a desk meets, and what help names. */
static bool is_channel(const char *by)
{
    static const char *const known[] = {
        "telephone",           "sms",  "radio",      "paper", "in_person", "fax", "messenger",
        "satellite_telephone", "chat", "loudspeaker"};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i], by) == 0)
            return true;
    return false;
}

static int check_line(struct mu_report *report)
{
    struct mu_cli *cli = report->cli;

    if (report->by != NULL && strcmp(report->by, "phone") == 0)
        report->by = "telephone";
    if (report->by != NULL && !is_channel(report->by))
        return mu_cli_misused(cli, MU_W_REPORT_BY, report->by, NULL);
    if (report->words == NULL || (report->place == NULL && !report->sms))
        return mu_cli_misused(cli, MU_W_REPORT_WHAT_WHERE, NULL);
    if (report->field_count > 0 && report->kind == NULL && !report->sms)
        return mu_cli_misused(cli, MU_W_REPORT_KIND, report->fields[0], NULL);
    if (report->road != NULL && !report->sms)
        return mu_cli_misused(cli, MU_W_REPORT_ROAD, NULL);
    if (report->kind != NULL && report->sms)
        return mu_cli_misused(cli, MU_W_REPORT_SMS_KIND, NULL);
    if (strcmp(report->words, "-") != 0)
        return MU_EXIT_DONE;
    if (report->sms && !report->yes)
        return mu_cli_misused(cli, MU_W_REPORT_INPUT_YES, NULL);
    return read_input(report);
}

/* What mu_cli_option says of the line: 0 when it is read. */
static int read_line(struct mu_report *report, int argc, char **argv)
{
    const char *value;
    int key;

    while ((key = mu_cli_option(report->cli, argc, argv, mu_cli_report_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key;
        take(report, key, value);
    }
    if (optind < argc) {
        report->words = argv[optind];
        report->field_count = argc - optind - 1;
        report->fields = argv + optind + 1;
    }
    return check_line(report) == MU_EXIT_DONE ? 0 : '?';
}

/* ---- the words --------------------------------------------------------------------------------------- */

/* What no part holds must be found again: the message's own pieces, and what nobody could place. */
static int set_not_understood(struct mu_report *report)
{
    const struct mu_sms *sms = &report->message;
    int code = MU_EXIT_DONE;

    for (size_t i = 0; code == MU_EXIT_DONE && i < sms->left_count; i++) {
        char field[64], piece[MU_SMS_BYTES_MAX + 1];
        struct mu_text left = mu_text(piece, sizeof piece);

        snprintf(field, sizeof field, "not_understood[%zu]", i);
        mu_text_addf(&left, "%.*s", (int)(sms->left[i].to - sms->left[i].from),
                     sms->text + sms->left[i].from);
        code = mu_report_set(report, &report->said, field, piece);
    }
    return code;
}

static int make_words(struct mu_report *report)
{
    struct mu_part *part = &report->said;
    int code = mu_report_circumstances(report, part);

    if (code == MU_EXIT_DONE)
        code = mu_report_set(report, part, "words", report->words);
    if (code == MU_EXIT_DONE && report->read_back != NULL)
        code = mu_report_set(report, part, "read_back_confirmed", "true");
    return code == MU_EXIT_DONE ? set_not_understood(report) : code;
}

/* The words after KIND are those of `muster say`: an object first, if there is one. */
static int make_kind(struct mu_report *report)
{
    const char *argv[MU_SAY_WORDS_MAX];
    struct mu_part *part = &report->parts[0];
    int argc = 0;

    argv[argc++] = report->kind;
    for (int i = 0; i < report->field_count && argc < (int)MU_SAY_WORDS_MAX; i++)
        argv[argc++] = report->fields[i];
    enum mu_err err = mu_say_read(argc, argv, &report->voice.how, &part->saying);
    if (err != MU_OK)
        return mu_voice_explain(&report->voice, err, part->saying.kind);
    report->part_count = 1;
    int code = mu_report_circumstances(report, part);
    return code == MU_EXIT_DONE ? mu_report_which(report, part) : code;
}

/* ---- sending ---------------------------------------------------------------------------------------------- */

/* Names the report the event was cut from. */
static enum mu_err cut_from(struct mu_report *report, struct mu_saying *saying,
                            const struct mu_hash *leaf)
{
    Muster__Envelope *envelope = saying->event->envelope;
    Muster__Ref *ref = mu_arena_take(&report->voice.arena, sizeof *ref);
    Muster__Ref **list = mu_arena_take(&report->voice.arena, sizeof(Muster__Ref *));

    if (ref == NULL || list == NULL)
        return MU_E_NO_MEMORY;
    muster__ref__init(ref);
    ref->has_leaf = 1;
    ref->leaf.len = sizeof leaf->b;
    ref->leaf.data = mu_arena_copy(&report->voice.arena, leaf->b, sizeof leaf->b);
    list[0] = ref;
    envelope->from_one_report = list;
    envelope->n_from_one_report = 1;
    return ref->leaf.data == NULL ? MU_E_NO_MEMORY : MU_OK;
}

/* Every part is checked before the words are kept: a mistake in one keeps all of them back. */
static int check_part(struct mu_report *report, struct mu_part *part)
{
    static const struct mu_hash some = {{1}};
    int code = mu_voice_prepare(&report->voice, &part->saying);

    if (code != MU_EXIT_DONE)
        return code;
    enum mu_err err = cut_from(report, &part->saying, &some);
    if (err == MU_OK)
        err = mu_event_check(part->saying.event, &report->voice.fault);
    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(report->cli, err, report->voice.fault.path);
}

static int send_part(struct mu_report *report, struct mu_part *part, const struct mu_hash *words)
{
    enum mu_err err = cut_from(report, &part->saying, words);

    return err == MU_OK ? mu_voice_send(&report->voice, &part->saying, report->wait)
                        : mu_cli_error(report->cli, err, NULL);
}

static int send(struct mu_report *report)
{
    int code = mu_report_set_number(report, &report->said, "understood_parts",
                                    (int64_t)report->part_count);
    if (code == MU_EXIT_DONE)
        code = mu_voice_say(&report->voice, &report->said.saying, report->wait);
    struct mu_hash words = report->voice.talk.kept.leaf;

    for (size_t i = 0; code == MU_EXIT_DONE && i < report->part_count; i++)
        code = send_part(report, &report->parts[i], &words);
    return code;
}

/* A village's word opens a debt: say to whom, and how it is paid. */
static void tell_owed(const struct mu_report *report)
{
    const Muster__Envelope *envelope = report->said.saying.event->envelope;
    char version[24];

    if (envelope->on_behalf_of == NULL || report->cli->form != MU_FORM_HUMAN)
        return;
    snprintf(version, sizeof version, "%" PRIu32, envelope->version);
    mu_cli_tell(report->cli, MU_W_REPORT_OWED, envelope->on_behalf_of, report->said.id, version,
                NULL);
}

static int run(struct mu_report *report)
{
    int code = report->voice.reached ? mu_voice_look(&report->voice) : MU_EXIT_DONE;

    if (code == MU_EXIT_DONE && report->sms)
        code = mu_report_sms_place(report);
    if (code == MU_EXIT_DONE)
        code = mu_report_find(report);
    if (code == MU_EXIT_DONE && report->sms)
        code = mu_report_from_sms(report);
    else if (code == MU_EXIT_DONE && report->kind != NULL)
        code = make_kind(report);
    if (code == MU_EXIT_DONE)
        code = make_words(report);
    if (code == MU_EXIT_DONE)
        code = mu_report_follow(report);
    for (int i = 0; code == MU_EXIT_DONE && report->sms && i < report->field_count; i++)
        code = mu_report_field(report, report->fields[i]);
    if (code == MU_EXIT_DONE && report->sms)
        code = mu_report_confirm(report);
    for (size_t i = 0; code == MU_EXIT_DONE && i < report->part_count; i++)
        code = check_part(report, &report->parts[i]);
    if (code == MU_EXIT_DONE)
        code = send(report);
    if (code != MU_EXIT_DONE)
        return code;
    mu_report_tell_missing(report);
    tell_owed(report);
    return code;
}

int mu_cli_report(struct mu_cli *cli, int argc, char **argv)
{
    struct mu_report report = {.cli = cli};
    int key = read_line(&report, argc, argv);

    if (key != 0)
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    int code = mu_voice_open(&report.voice, cli, report.wait);
    if (code == MU_EXIT_DONE)
        code = run(&report);
    mu_voice_close(&report.voice);
    return code;
}
