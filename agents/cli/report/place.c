/* Where it happened, who said so, how: what every part of one report has in common. */
#include "agents/cli/report/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/clock.h"

/* ---- setting ----------------------------------------------------------------------------------- */

int mu_report_set(struct mu_report *report, struct mu_part *part, const char *field,
                  const char *value)
{
    enum mu_err err =
        value == NULL ? MU_OK : mu_say_set(&part->saying, field, value, &report->voice.how);

    return err == MU_OK ? MU_EXIT_DONE : mu_voice_explain(&report->voice, err, part->saying.kind);
}

int mu_report_set_number(struct mu_report *report, struct mu_part *part, const char *field,
                         int64_t value)
{
    char text[32];

    snprintf(text, sizeof text, "%" PRId64, value);
    return mu_report_set(report, part, field, text);
}

/* "casualty" for "casualty.triage.red"; the words' own fields are not for changing here. */
static bool names_kind(const struct mu_part *part, const char *field)
{
    const char *kind = mu_kind_name(part->saying.kind);
    size_t length = strlen(kind);

    return strncmp(field, kind, length) == 0 && field[length] == '.';
}

static int begin_named(struct mu_report *report, const char *field, struct mu_part **out)
{
    static const uint32_t kinds[] = {MUSTER__EVENT__BODY_CASUALTY, MUSTER__EVENT__BODY_ROAD};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct mu_part some = {.saying = {.kind = kinds[i]}};

        if (names_kind(&some, field))
            return mu_report_part(report, kinds[i], out);
    }
    return MU_EXIT_DONE;
}

int mu_report_field(struct mu_report *report, const char *typed)
{
    char field[MU_PATH_BYTES_MAX];
    const char *value = strchr(typed, '=');
    struct mu_part *part = NULL;
    enum mu_err err = MU_E_ABSENT;

    if (value == NULL || value == typed || (size_t)(value - typed) >= sizeof field)
        return mu_cli_misused(report->cli, MU_W_NO_FIELD_VALUE, typed, NULL);
    snprintf(field, sizeof field, "%.*s", (int)(value - typed), typed);
    mu_report_answered(report, field);
    for (size_t i = 0; i < report->part_count && part == NULL; i++)
        if (names_kind(&report->parts[i], field))
            part = &report->parts[i];
    int code = part == NULL ? begin_named(report, field, &part) : MU_EXIT_DONE;
    if (code != MU_EXIT_DONE || part != NULL)
        return code != MU_EXIT_DONE ? code : mu_report_set(report, part, field, value + 1);
    for (size_t i = 0; i < report->part_count && err == MU_E_ABSENT; i++) {
        part = &report->parts[i];
        err = mu_say_set(&part->saying, field, value + 1, &report->voice.how);
    }
    if (part == NULL)
        return mu_cli_misused(report->cli, MU_W_REPORT_KIND, typed, NULL);
    return err == MU_OK ? MU_EXIT_DONE : mu_voice_explain(&report->voice, err, part->saying.kind);
}

/* ---- place --------------------------------------------------------------------------------------------- */

/* Without the record, or for a place it does not know, the words stand as they were spoken. */
int mu_report_find(struct mu_report *report)
{
    char several[512];
    struct mu_text text = mu_text(several, sizeof several);
    enum mu_err err = MU_E_ABSENT;

    if (report->place == NULL)
        return mu_cli_misused(report->cli, MU_W_REPORT_WHAT_WHERE, NULL);
    if (report->voice.picture != NULL)
        err = mu_gazetteer_find(report->voice.picture, report->place, &report->where, &text);
    if (err == MU_E_BAD_VALUE)
        return mu_cli_misused(report->cli, MU_W_PLACE_SEVERAL, report->place, several, NULL);
    report->has_where = err == MU_OK;
    if (report->has_where)
        mu_cli_tell(report->cli, MU_W_PLACE_IS, report->place, report->where.id, NULL);
    else
        mu_cli_tell(report->cli, MU_W_PLACE_UNKNOWN, report->place, NULL);
    return MU_EXIT_DONE;
}

static bool is_area(const struct mu_place *place)
{
    return place->reference->kind == MUSTER__OBJECT_KIND__OBJECT_KIND_AREA;
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

static int set_place(struct mu_report *report, struct mu_part *part)
{
    const struct mu_place *where = &report->where;

    if (!report->has_where)
        return mu_report_set(report, part, "envelope.location.description", report->place);
    int code = mu_report_set(report, part, location_field(where),
                             is_area(where) ? where->area : where->id);
    return code == MU_EXIT_DONE ? mu_report_set(report, part, "envelope.area", where->area) : code;
}

/* A village by name is its code path; anybody else as typed. Who sends a message of a village speaks for
 * it, said or not. */
static const char *speaks_for(const struct mu_report *report)
{
    const char *typed = report->on_behalf;
    char several[512];
    struct mu_text text = mu_text(several, sizeof several);
    struct mu_place place;

    if (typed == NULL && report->sms)
        return report->has_where && is_area(&report->where) ? report->where.area : report->place;
    if (typed == NULL || report->voice.picture == NULL ||
        mu_gazetteer_find(report->voice.picture, typed, &place, &text) != MU_OK || !is_area(&place))
        return typed;
    return place.area;
}

/* ---- circumstances ----------------------------------------------------------------------------------------- */

/* EXPERIENCE of desks: an id that can be said on the telephone. Away from the record nobody can tell
 * whether it is free, so there it is made unlikely to be taken. */
static void make_id(struct mu_report *report, uint32_t kind, char *out, size_t size)
{
    const char *prefix = kind == MUSTER__EVENT__BODY_CASUALTY ? "C"
                         : kind == MUSTER__EVENT__BODY_ROAD   ? "RD"
                                                              : "FR";
    int64_t now_ms = mu_county_now_ms(&report->voice.county, report->voice.talk.agent);
    struct mu_civil c = mu_civil(now_ms, report->voice.county.offset_min);
    const mu_picture *picture = report->voice.picture;

    snprintf(out, size, "%s-%s-%02d%02d", prefix, mu_agent_agency(report->voice.talk.agent), c.hour,
             c.minute);
    if (picture == NULL || mu_picture_object(picture, kind, out) != NULL)
        mu_text_addf(&(struct mu_text){out, size, strlen(out), false}, "-%04x",
                     (unsigned)(mu_talk_wall_ms() & 0xFFFF));
}

int mu_report_name(struct mu_report *report, struct mu_part *part)
{
    make_id(report, part->saying.kind, part->id, sizeof part->id);
    int code = mu_report_set(report, part, "envelope.object", part->id);

    return code == MU_EXIT_DONE ? mu_report_set_number(report, part, "envelope.version", 1) : code;
}

static int begin(struct mu_report *report, uint32_t kind, struct mu_part *part)
{
    char named[MU_REPORT_ID_MAX + 4];

    make_id(report, kind, part->id, sizeof part->id);
    snprintf(named, sizeof named, "%s@v1", part->id);
    enum mu_err err = mu_say_begin(kind, named, &report->voice.how, &part->saying);
    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(report->cli, err, NULL);
}

static const char *channel_of(const struct mu_report *report)
{
    bool second_hand = report->on_behalf != NULL || report->speaker != NULL;

    return report->by != NULL ? report->by
           : report->sms      ? "sms"
           : second_hand      ? "not_stated"
                              : "machine";
}

/* A slip in --at is explained in its own words, not by the field it fills. */
static int set_time(struct mu_report *report, struct mu_part *part)
{
    enum mu_err err = report->at == NULL
                          ? MU_OK
                          : mu_say_set(&part->saying, "occurred", report->at, &report->voice.how);

    return err == MU_OK ? MU_EXIT_DONE
                        : mu_cli_misused(report->cli, MU_W_BAD_TIME, report->at, NULL);
}

/* What was said by others is second-hand and unverified, whoever types it. */
int mu_report_circumstances(struct mu_report *report, struct mu_part *part)
{
    const char *on_behalf = speaks_for(report);
    bool second_hand = on_behalf != NULL || report->speaker != NULL;
    int code = MU_EXIT_DONE;

    if (part->saying.event == NULL)
        code = begin(report, MUSTER__EVENT__BODY_FIELD_REPORT, part);
    if (code == MU_EXIT_DONE)
        code = set_place(report, part);
    const struct {
        const char *field, *value;
    } fields[] = {
        {"envelope.channel", channel_of(report)},
        {"envelope.speaker", report->speaker},
        {"envelope.on_behalf_of", on_behalf},
        {"envelope.read_back", report->read_back},
        {"envelope.source", second_hand ? "village" : "own_staff"},
        {"envelope.source_text", report->sms ? report->words : NULL},
        {"envelope.verification", "unverified"},
    };
    for (size_t i = 0; code == MU_EXIT_DONE && i < sizeof fields / sizeof fields[0]; i++)
        code = mu_report_set(report, part, fields[i].field, fields[i].value);
    return code == MU_EXIT_DONE ? set_time(report, part) : code;
}

int mu_report_part(struct mu_report *report, uint32_t kind, struct mu_part **out)
{
    struct mu_part *part = &report->parts[report->part_count];
    int code = report->part_count < MU_REPORT_PARTS_MAX
                   ? begin(report, kind, part)
                   : mu_cli_error(report->cli, MU_E_LIMIT, NULL);

    if (code == MU_EXIT_DONE)
        code = mu_report_circumstances(report, part);
    if (code != MU_EXIT_DONE)
        return code;
    report->part_count++;
    *out = part;
    return code;
}
