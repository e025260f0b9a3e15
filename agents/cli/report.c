/* muster report WORDS --place PLACE: one line, incomplete allowed, now.
 *
 * The words become a field report as they were spoken. With --kind the numbers beside them become an
 * event of that kind that names the report it was cut from.
 */
#include "agents/cli/gazetteer.h"
#include "agents/cli/options.h"
#include "agents/cli/voice.h"

#include <getopt.h>
#include <string.h>

enum { KEY_PLACE = 256, KEY_KIND, KEY_BY, KEY_SPEAKER, KEY_FOR, KEY_READ_BACK, KEY_AT, KEY_WAIT };

const struct mu_cli_option mu_cli_report_options[] = {
    {"place", KEY_PLACE, "PLACE", MU_W_OPT_PLACE},
    {"kind", KEY_KIND, "KIND", MU_W_OPT_KIND},
    {"by", KEY_BY, "phone|sms|radio|paper", MU_W_OPT_BY},
    {"speaker", KEY_SPEAKER, "WHO", MU_W_OPT_SPEAKER},
    {"for", KEY_FOR, "VILLAGE", MU_W_OPT_FOR},
    {"read-back", KEY_READ_BACK, "WORDS", MU_W_OPT_READ_BACK},
    {"at", KEY_AT, "TIME", MU_W_OPT_AT},
    {"wait", KEY_WAIT, NULL, MU_W_OPT_WAIT},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

struct report {
    const char *place, *kind, *by, *speaker, *on_behalf, *read_back, *at;
    bool wait;
    const char *words;
    int count; /* FIELD=VALUE after the words */
    char **fields;
};

/* ---- words of the command line --------------------------------------------------------------- */

static void take(struct report *report, int key, const char *value)
{
    switch (key) {
    case KEY_PLACE:
        report->place = value;
        break;
    case KEY_KIND:
        report->kind = value;
        break;
    case KEY_BY:
        report->by = strcmp(value, "phone") == 0 ? "telephone" : value;
        break;
    case KEY_SPEAKER:
        report->speaker = value;
        break;
    case KEY_FOR:
        report->on_behalf = value;
        break;
    case KEY_READ_BACK:
        report->read_back = value;
        break;
    case KEY_AT:
        report->at = value;
        break;
    default:
        report->wait = true;
        break;
    }
}

static int read_line(struct mu_cli *cli, int argc, char **argv, struct report *report)
{
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_report_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key;
        take(report, key, value);
    }
    if (optind == argc || report->place == NULL) {
        mu_cli_misused(cli, MU_W_REPORT_WHAT_WHERE, NULL);
        return '?';
    }
    report->words = argv[optind];
    report->count = argc - optind - 1;
    report->fields = argv + optind + 1;
    if (report->count > 0 && report->kind == NULL) {
        mu_cli_misused(cli, MU_W_REPORT_KIND, report->fields[0], NULL);
        return '?';
    }
    return 0;
}

/* ---- place --------------------------------------------------------------------------------------- */

static int set(struct mu_voice *voice, struct mu_saying *saying, const char *field,
               const char *value)
{
    enum mu_err err = value == NULL ? MU_OK : mu_say_set(saying, field, value, &voice->how);

    return err == MU_OK ? MU_EXIT_DONE : mu_voice_explain(voice, err, saying->kind);
}

static const char *location_field(const struct mu_place *place)
{
    switch (place->reference->kind) {
    case MUSTER__OBJECT_KIND__OBJECT_KIND_NODE:
        return "envelope.location.node";
    case MUSTER__OBJECT_KIND__OBJECT_KIND_AREA:
        return "envelope.location.area";
    case MUSTER__OBJECT_KIND__OBJECT_KIND_ROAD_EDGE:
        return "envelope.location.edge";
    default:
        return "envelope.location.facility";
    }
}

/* Without the record, or for a place it does not know, the words stand as they were spoken. */
static int set_place(struct mu_voice *voice, struct mu_saying *saying, const char *typed)
{
    char several[512];
    struct mu_text text = mu_text(several, sizeof several);
    struct mu_place place;
    enum mu_err err = MU_E_ABSENT;

    if (voice->reached && mu_voice_look(voice) == MU_EXIT_DONE)
        err = mu_gazetteer_find(voice->picture, typed, &place, &text);
    if (err == MU_E_BAD_VALUE)
        return mu_cli_misused(voice->cli, MU_W_PLACE_SEVERAL, typed, several, NULL);
    if (err != MU_OK) {
        mu_cli_tell(voice->cli, MU_W_PLACE_UNKNOWN, typed, NULL);
        return set(voice, saying, "envelope.location.description", typed);
    }
    mu_cli_tell(voice->cli, MU_W_PLACE_IS, typed, place.id, NULL);
    int code =
        set(voice, saying, location_field(&place),
            place.reference->kind == MUSTER__OBJECT_KIND__OBJECT_KIND_AREA ? place.area : place.id);
    return code == MU_EXIT_DONE ? set(voice, saying, "envelope.area", place.area) : code;
}

/* A village by name is its code path; anybody else as typed. */
static const char *speaks_for(struct mu_voice *voice, const char *typed)
{
    char several[512];
    struct mu_text text = mu_text(several, sizeof several);
    struct mu_place place;

    if (typed == NULL || voice->picture == NULL ||
        mu_gazetteer_find(voice->picture, typed, &place, &text) != MU_OK ||
        place.reference->kind != MUSTER__OBJECT_KIND__OBJECT_KIND_AREA)
        return typed;
    return place.area;
}

/* ---- the two events ---------------------------------------------------------------------------------- */

/* What both say about who spoke, how, and where. */
static int set_circumstances(struct mu_voice *voice, struct mu_saying *saying,
                             const struct report *report)
{
    bool second_hand = report->on_behalf != NULL || report->speaker != NULL;
    int code = set_place(voice, saying, report->place);
    const struct {
        const char *field, *value;
    } fields[] = {
        {"envelope.channel", report->by != NULL ? report->by
                             : second_hand      ? "not_stated"
                                                : "machine"},
        {"envelope.speaker", report->speaker},
        {"envelope.on_behalf_of", speaks_for(voice, report->on_behalf)},
        {"envelope.read_back", report->read_back},
        {"envelope.source", second_hand ? "village" : "own_staff"},
        {"envelope.verification", "unverified"},
        {"occurred", report->at},
    };

    for (size_t i = 0; code == MU_EXIT_DONE && i < sizeof fields / sizeof fields[0]; i++)
        code = set(voice, saying, fields[i].field, fields[i].value);
    return code;
}

static int make_words(struct mu_voice *voice, const struct report *report, struct mu_saying *out)
{
    enum mu_err err = mu_say_begin(MUSTER__EVENT__BODY_FIELD_REPORT, NULL, &voice->how, out);
    int code;

    if (err != MU_OK)
        return mu_cli_error(voice->cli, err, NULL);
    if ((code = set_circumstances(voice, out, report)) != MU_EXIT_DONE)
        return code;
    if ((code = set(voice, out, "words", report->words)) != MU_EXIT_DONE)
        return code;
    if (report->read_back != NULL)
        code = set(voice, out, "read_back_confirmed", "true");
    return code == MU_EXIT_DONE ? set(voice, out, "understood_parts", report->kind ? "1" : "0")
                                : code;
}

/* The words after KIND are those of `muster say`: an object first, if there is one. */
static int make_understood(struct mu_voice *voice, const struct report *report,
                           struct mu_saying *out)
{
    const char *argv[MU_SAY_WORDS_MAX];
    int argc = 0;

    argv[argc++] = report->kind;
    for (int i = 0; i < report->count && argc < (int)MU_SAY_WORDS_MAX; i++)
        argv[argc++] = report->fields[i];
    enum mu_err err = mu_say_read(argc, argv, &voice->how, out);
    if (err != MU_OK)
        return mu_voice_explain(voice, err, out->kind);
    int code = set_circumstances(voice, out, report);
    return code == MU_EXIT_DONE ? mu_voice_prepare(voice, out) : code;
}

/* Names the report the event was cut from. */
static enum mu_err cut_from(struct mu_voice *voice, struct mu_saying *saying,
                            const struct mu_hash *report)
{
    Muster__Envelope *envelope = saying->event->envelope;
    Muster__Ref *ref = mu_arena_take(&voice->arena, sizeof *ref);
    Muster__Ref **list = mu_arena_take(&voice->arena, sizeof(Muster__Ref *));

    if (ref == NULL || list == NULL)
        return MU_E_NO_MEMORY;
    muster__ref__init(ref);
    ref->has_leaf = 1;
    ref->leaf.len = sizeof report->b;
    ref->leaf.data = mu_arena_copy(&voice->arena, report->b, sizeof report->b);
    list[0] = ref;
    envelope->from_one_report = list;
    envelope->n_from_one_report = 1;
    return ref->leaf.data == NULL ? MU_E_NO_MEMORY : MU_OK;
}

/* The understood part is checked before the words are kept: a mistake in it keeps both back. */
static int check_understood(struct mu_voice *voice, struct mu_saying *saying)
{
    static const struct mu_hash some = {{1}};
    enum mu_err err = cut_from(voice, saying, &some);

    if (err == MU_OK)
        err = mu_event_check(saying->event, &voice->fault);
    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(voice->cli, err, voice->fault.path);
}

static int send(struct mu_voice *voice, const struct report *report)
{
    struct mu_saying words, understood;
    int code = make_words(voice, report, &words);

    if (code == MU_EXIT_DONE && report->kind != NULL) {
        code = make_understood(voice, report, &understood);
        if (code == MU_EXIT_DONE)
            code = check_understood(voice, &understood);
    }
    if (code == MU_EXIT_DONE)
        code = mu_voice_say(voice, &words, report->wait);
    if (code != MU_EXIT_DONE || report->kind == NULL)
        return code;
    struct mu_hash leaf = voice->talk.kept.leaf;
    enum mu_err err = cut_from(voice, &understood, &leaf);
    return err == MU_OK ? mu_voice_send(voice, &understood, report->wait)
                        : mu_cli_error(voice->cli, err, NULL);
}

int mu_cli_report(struct mu_cli *cli, int argc, char **argv)
{
    struct report report = {.words = NULL};
    struct mu_voice voice;
    int key = read_line(cli, argc, argv, &report);

    if (key != 0)
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    int code = mu_voice_open(&voice, cli, report.wait);
    if (code == MU_EXIT_DONE)
        code = send(&voice, &report);
    mu_voice_close(&voice);
    return code;
}
