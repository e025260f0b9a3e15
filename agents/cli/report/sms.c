/* Events from a village's message: what it plainly says, and nothing else. */
#include "agents/cli/report/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/words/terms.h"

/* ---- where ---------------------------------------------------------------------------------------- */

static const char *copy_piece(struct mu_report *report, struct mu_sms_piece piece)
{
    return mu_arena_copy(&report->voice.arena, report->message.text + piece.from,
                         piece.to - piece.from);
}

static int read_message(struct mu_report *report)
{
    enum mu_err err = mu_sms_read(report->words, &report->message);

    if (err == MU_E_LIMIT)
        return mu_cli_misused(report->cli, MU_W_SMS_TOO_LONG, NULL);
    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(report->cli, err, "--sms");
}

int mu_report_sms_place(struct mu_report *report)
{
    struct mu_sms *sms = &report->message;
    int code = read_message(report);

    if (code != MU_EXIT_DONE)
        return code;
    if (report->place == NULL && sms->has_place)
        report->place = copy_piece(report, sms->place);
    else if (report->place == NULL && report->on_behalf != NULL)
        report->place =
            report->on_behalf; /* who speaks for a village speaks of it, unless he says more */
    else if (sms->has_place && sms->left_count < MU_SMS_PIECES_MAX)
        sms->left[sms->left_count++] =
            sms->place; /* --place says it; the words' own stay to be read */
    if (report->place == NULL)
        return mu_cli_misused(report->cli, MU_W_SMS_WHERE, NULL);
    return MU_EXIT_DONE;
}

/* ---- the injured --------------------------------------------------------------------------------------- */

static const struct {
    enum mu_sms_count count;
    const char *field;
} casualty_fields[] = {
    {MU_SMS_INJURED, "casualty.persons_injured"}, {MU_SMS_TRAPPED, "casualty.persons_trapped"},
    {MU_SMS_MISSING, "casualty.persons_missing"}, {MU_SMS_DEAD, "casualty.persons_dead"},
    {MU_SMS_RESCUED, "casualty.persons_rescued"}, {MU_SMS_RED, "casualty.triage.red"},
    {MU_SMS_YELLOW, "casualty.triage.yellow"},    {MU_SMS_GREEN, "casualty.triage.green"},
    {MU_SMS_BLACK, "casualty.triage.black"},
};

#define CASUALTY_FIELDS (sizeof casualty_fields / sizeof casualty_fields[0])

static bool speaks_of(const struct mu_sms *sms, enum mu_sms_count count)
{
    bool doubted = false;

    for (size_t i = 0; i < sms->doubt_count; i++)
        doubted |= sms->doubts[i].count == (int)count;
    return sms->counts[count].stated || sms->counts[count].unknown || doubted;
}

/* Said to be not known is something else than not said: it is listed, and shown as unknown. */
static int set_count(struct mu_report *report, struct mu_part *part, size_t at)
{
    const struct mu_sms_number *number = &report->message.counts[casualty_fields[at].count];
    const char *what = casualty_fields[at].field;

    if (number->unknown) {
        char list[80];

        snprintf(list, sizeof list, "envelope.not_stated[%zu]",
                 part->saying.event->envelope->n_not_stated);
        return mu_report_set(report, part, list, what);
    }
    if (!number->stated)
        return MU_EXIT_DONE;
    int code = mu_report_set_number(report, part, what, number->value);
    return code == MU_EXIT_DONE && number->about
               ? mu_report_set(report, part, "envelope.method", "estimate")
               : code;
}

static int set_cause(struct mu_report *report, struct mu_part *part)
{
    Muster__Casualty *casualty = part->saying.event->casualty;

    casualty->has_cause = report->message.hazard != 0;
    casualty->cause = (Muster__Hazard)report->message.hazard;
    return MU_EXIT_DONE;
}

static int make_casualty(struct mu_report *report)
{
    struct mu_part *part;
    bool any = false;

    for (size_t i = 0; i < CASUALTY_FIELDS; i++)
        any |= speaks_of(&report->message, casualty_fields[i].count);
    if (!any)
        return MU_EXIT_DONE;
    int code = mu_report_part(report, MUSTER__EVENT__BODY_CASUALTY, &part);
    for (size_t i = 0; code == MU_EXIT_DONE && i < CASUALTY_FIELDS; i++)
        code = set_count(report, part, i);
    return code == MU_EXIT_DONE ? set_cause(report, part) : code;
}

/* ---- the road ---------------------------------------------------------------------------------------------- */

static bool passes(const Muster__RefRoadEdge *edge, const char *area)
{
    for (size_t i = 0; i < edge->n_points; i++)
        if (edge->points[i]->area != NULL && strcmp(edge->points[i]->area, area) == 0)
            return true;
    return false;
}

/* The only road the reference data lead through the village; NULL when there are none or several. */
static const char *only_road(const struct mu_report *report)
{
    const mu_picture *picture = report->voice.picture;
    const struct mu_object *object;
    const char *found = NULL;

    if (picture == NULL || !report->has_where || report->where.area == NULL)
        return NULL;
    for (size_t i = 0;
         (object = mu_picture_at(picture, MUSTER__EVENT__BODY_REFERENCE_OBJECT, i)) != NULL; i++) {
        const Muster__ReferenceObject *reference =
            mu_picture_reference(picture, object->id, MUSTER__OBJECT_KIND__OBJECT_KIND_ROAD_EDGE);

        if (reference == NULL || reference->road_edge == NULL ||
            !passes(reference->road_edge, report->where.area))
            continue;
        if (found != NULL)
            return NULL;
        found = object->id;
    }
    return found;
}

/* --road, else the road named, else the place itself, else the only one through the village. */
static const char *edge_of(struct mu_report *report)
{
    const struct mu_sms *sms = &report->message;

    if (report->road != NULL)
        return report->road;
    if (sms->has_edge)
        return copy_piece(report, sms->edge);
    if (report->has_where &&
        report->where.reference->kind == MUSTER__OBJECT_KIND__OBJECT_KIND_ROAD_EDGE)
        return report->where.id;
    return sms->road_named ? only_road(report) : NULL;
}

static bool is_structure(const struct mu_report *report)
{
    return report->has_where &&
           report->where.reference->kind == MUSTER__OBJECT_KIND__OBJECT_KIND_STRUCTURE;
}

static int set_stretch(struct mu_report *report, struct mu_part *part, const char *edge)
{
    char stretch[128];

    if (edge == NULL)
        return mu_report_set(report, part, "road.structure", report->where.id);
    if (report->message.has_at_m && strchr(edge, ':') == NULL)
        snprintf(stretch, sizeof stretch, "%s:%" PRId64, edge, report->message.at_m);
    else
        snprintf(stretch, sizeof stretch, "%s", edge);
    return mu_report_set(report, part, "road.stretch", stretch);
}

/* One line tells of one scene: its landslide is what cut its road. */
static const char *cause_of(uint32_t hazard)
{
    switch (hazard) {
    case MUSTER__HAZARD__HAZARD_LANDSLIDE:
        return "landslide";
    case MUSTER__HAZARD__HAZARD_DEBRIS_FLOW:
        return "debris";
    case MUSTER__HAZARD__HAZARD_FLASH_FLOOD:
    case MUSTER__HAZARD__HAZARD_RIVER_FLOOD:
    case MUSTER__HAZARD__HAZARD_WATERLOGGING:
        return "flooded";
    default:
        return NULL;
    }
}

static int make_road(struct mu_report *report)
{
    const struct mu_sms *sms = &report->message;
    const char *edge = edge_of(report);
    struct mu_part *part;

    if (sms->road_state == 0 && report->road == NULL)
        return MU_EXIT_DONE;
    report->no_edge = edge == NULL && !is_structure(report);
    if (report->no_edge)
        return MU_EXIT_DONE;
    int code = mu_report_part(report, MUSTER__EVENT__BODY_ROAD, &part);
    if (code == MU_EXIT_DONE)
        code = set_stretch(report, part, edge);
    if (code != MU_EXIT_DONE)
        return code;
    Muster__Road *road = part->saying.event->road;
    road->has_state = sms->road_state != 0;
    road->state = (Muster__RoadState)sms->road_state;
    road->has_one_lane = sms->one_lane;
    road->one_lane = sms->one_lane;
    if (sms->has_depth)
        code = mu_report_set_number(report, part, "road.water_depth_mm", sms->depth_mm);
    return code == MU_EXIT_DONE ? mu_report_set(report, part, "road.cause", cause_of(sms->hazard))
                                : code;
}

int mu_report_sms_road(struct mu_report *report)
{
    for (size_t i = 0; i < report->part_count; i++)
        if (report->parts[i].saying.kind == MUSTER__EVENT__BODY_ROAD)
            return set_stretch(report, &report->parts[i], report->road);
    return make_road(report);
}

/* ---- people moved, people who went back ----------------------------------------------------------------------- */

/* The one evacuation that stands for that place; NULL when there are none or several. */
static const struct mu_said *evacuation_of(const struct mu_report *report)
{
    const mu_picture *picture = report->voice.picture;
    const struct mu_object *object;
    const struct mu_said *found = NULL;

    if (picture == NULL || !report->has_where || report->where.area == NULL)
        return NULL;
    for (size_t i = 0; (object = mu_picture_at(picture, MUSTER__EVENT__BODY_EVACUATION, i)) != NULL;
         i++) {
        const struct mu_said *head = mu_object_head(object);
        const char *zone = head == NULL                            ? NULL
                           : head->event->evacuation->zone != NULL ? head->event->evacuation->zone
                                                                   : head->event->envelope->area;

        if (zone == NULL || strcmp(zone, report->where.area) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = head;
    }
    return found;
}

static int fill_moved(struct mu_report *report, struct mu_part *part, const struct mu_said *said)
{
    const struct mu_sms_number *moved = &report->message.counts[MU_SMS_MOVED];
    const struct mu_sms_number *returned = &report->message.counts[MU_SMS_RETURNED];
    Muster__Evacuation *evacuation = part->saying.event->evacuation;
    int code = mu_report_set(report, part, "envelope.change", "progress");

    evacuation->has_population_kind = said->event->evacuation->has_population_kind;
    evacuation->population_kind = said->event->evacuation->population_kind;
    if (code == MU_EXIT_DONE && moved->stated)
        code = mu_report_set_number(report, part, "evacuation.persons_moved", moved->value);
    if (code == MU_EXIT_DONE && returned->stated)
        code = mu_report_set_number(report, part, "evacuation.persons_returned", returned->value);
    return code;
}

static int make_moved(struct mu_report *report)
{
    const struct mu_said *said = evacuation_of(report);
    struct mu_part *part;

    if (!report->message.counts[MU_SMS_MOVED].stated &&
        !report->message.counts[MU_SMS_RETURNED].stated)
        return MU_EXIT_DONE;
    report->no_evacuation = said == NULL;
    if (said == NULL)
        return MU_EXIT_DONE;
    int code = mu_report_part(report, MUSTER__EVENT__BODY_EVACUATION, &part);
    if (code != MU_EXIT_DONE)
        return code;
    snprintf(part->id, sizeof part->id, "%s", said->object->id);
    part->follows = said;
    code = mu_report_set(report, part, "envelope.object", said->object->id);
    if (code == MU_EXIT_DONE)
        code = mu_report_set_number(report, part, "envelope.version", said->version);
    return code == MU_EXIT_DONE ? fill_moved(report, part, said) : code;
}

/* ---- the whole message --------------------------------------------------------------------------------------------- */

static void set_clock(struct mu_report *report)
{
    static char clock[8];

    if (report->at != NULL || !report->message.has_clock)
        return;
    snprintf(clock, sizeof clock, "%02d:%02d", report->message.clock_min / 60 % 24,
             report->message.clock_min % 60);
    report->at = clock;
}

int mu_report_from_sms(struct mu_report *report)
{
    int code;

    set_clock(report);
    if ((code = make_casualty(report)) == MU_EXIT_DONE &&
        (code = make_road(report)) == MU_EXIT_DONE)
        code = make_moved(report);
    return code;
}
