/* Going on from what was said before: same place, same kind, a short while ago. A second report of one
 * landslide must not become a second landslide, nor its nine injured eighteen. */
#include "agents/cli/report/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/words/terms.h"

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* ---- the same place ---------------------------------------------------------------------------- */

static const char *edge_of(const Muster__Event *event)
{
    const Muster__EdgeUse *stretch =
        event->body_case == MUSTER__EVENT__BODY_ROAD ? event->road->stretch
        : event->envelope->location == NULL          ? NULL
                                                     : event->envelope->location->edge;

    return stretch == NULL ? NULL : stretch->edge;
}

static bool same_location(const Muster__Location *a, const Muster__Location *b)
{
    if (a == NULL || b == NULL)
        return false;
    return same(a->node, b->node) || same(a->facility, b->facility) || same(a->area, b->area) ||
           same(a->description, b->description);
}

/* A road is where it is, not where it was seen from. */
bool mu_report_same_place(const Muster__Event *a, const Muster__Event *b, bool *exact)
{
    if (a->body_case == MUSTER__EVENT__BODY_ROAD)
        return *exact =
                   same(edge_of(a), edge_of(b)) || same(a->road->structure, b->road->structure);
    *exact =
        same(edge_of(a), edge_of(b)) || same_location(a->envelope->location, b->envelope->location);
    return *exact || (a->body_case == MUSTER__EVENT__BODY_CASUALTY &&
                      same(a->envelope->area, b->envelope->area));
}

/* Words from which events were cut are theirs: other words, alone, do not take their place. */
static bool has_parts(const struct mu_said *said)
{
    return said->event->body_case == MUSTER__EVENT__BODY_FIELD_REPORT &&
           said->event->field_report->understood_parts > 0;
}

/* The newest statement of that kind that tells of the same place, not longer ago than NEAR_MS. */
static const struct mu_said *find_near(const struct mu_report *report, const struct mu_part *part)
{
    const mu_picture *picture = report->voice.picture;
    int64_t now_ms = mu_county_now_ms(&report->voice.county, report->voice.talk.agent);
    const struct mu_said *nearest = NULL;
    const struct mu_object *object;
    bool exact;

    for (size_t i = 0; (object = mu_picture_at(picture, part->saying.kind, i)) != NULL; i++) {
        const struct mu_said *head = mu_object_head(object);

        if (head == NULL || now_ms - head->accepted_at_ms > MU_REPORT_NEAR_MS || has_parts(head) ||
            !mu_report_same_place(part->saying.event, head->event, &exact) ||
            (nearest != NULL && nearest->number > head->number))
            continue;
        nearest = head;
    }
    return nearest;
}

/* ---- going on ---------------------------------------------------------------------------------------- */

/* Said to be not known now: the former number would answer for the speaker. A count in doubt keeps the
 * former number, and stays in doubt. */
static bool carries(struct mu_report *report, enum mu_sms_count count)
{
    for (size_t i = 0; i < report->message.doubt_count; i++)
        if (report->message.doubts[i].count == (int)count)
            report->carried |= 1u << count;
    return !report->message.counts[count].unknown;
}

#define CARRY(field, free)                                                                         \
    do {                                                                                           \
        if (!now->has_##field && was->has_##field && (free)) {                                     \
            now->has_##field = 1;                                                                  \
            now->field = was->field;                                                               \
        }                                                                                          \
    } while (0)

/* The next version stands alone: counts are totals of the scene, so what is not said again still holds
 * and is said again with it. */
static void carry_casualty(Muster__Casualty *now, const Muster__Casualty *was,
                           struct mu_report *report)
{
    CARRY(persons_injured, carries(report, MU_SMS_INJURED));
    CARRY(persons_trapped, carries(report, MU_SMS_TRAPPED));
    CARRY(persons_missing, carries(report, MU_SMS_MISSING));
    CARRY(persons_dead, carries(report, MU_SMS_DEAD));
    CARRY(persons_rescued, carries(report, MU_SMS_RESCUED));
    CARRY(cause, true);
    if (now->triage == NULL)
        now->triage = was->triage;
}

/* "路断" once more, without the place on it, must not close the whole road. */
static void carry_road(Muster__Road *now, const Muster__Road *was)
{
    if (now->stretch != NULL && was->stretch != NULL && !now->stretch->has_from_m &&
        same(now->stretch->edge, was->stretch->edge))
        now->stretch = was->stretch;
    CARRY(cause, true);
    CARRY(water_depth_mm, true);
}

static void carry(struct mu_report *report, struct mu_part *part, const struct mu_said *said)
{
    Muster__Event *event = part->saying.event;

    if (event->body_case == MUSTER__EVENT__BODY_CASUALTY)
        carry_casualty(event->casualty, said->event->casualty, report);
    else if (event->body_case == MUSTER__EVENT__BODY_ROAD)
        carry_road(event->road, said->event->road);
}

/* The new statement names the one it goes on from. */
static int name_former(struct mu_report *report, struct mu_part *part, const struct mu_said *said)
{
    char ref[MU_REPORT_ID_MAX + 16];

    snprintf(ref, sizeof ref, "%s@v%" PRIu32, said->object->id, said->version);
    int code = mu_report_set(report, part, "envelope.object", said->object->id);
    if (code == MU_EXIT_DONE)
        code = mu_report_set_number(report, part, "envelope.version", (int64_t)said->version + 1);
    return code == MU_EXIT_DONE ? mu_report_set(report, part, "envelope.in_reply_to", ref) : code;
}

static void tell(const struct mu_report *report, const struct mu_part *part,
                 const struct mu_said *said)
{
    int64_t now_ms = mu_county_now_ms(&report->voice.county, report->voice.talk.agent);
    int64_t ago_min = (now_ms - said->accepted_at_ms) / MU_MINUTE_MS;
    char minutes[32], version[32];

    snprintf(minutes, sizeof minutes, "%" PRId64, ago_min < 0 ? 0 : ago_min);
    snprintf(version, sizeof version, "%" PRIu32, said->version + 1);
    mu_cli_tell(report->cli, MU_W_REPORT_FOLLOWS,
                mu_term("Kind", part->saying.kind, report->cli->lang), minutes,
                said->event->envelope->agency == NULL ? "?" : said->event->envelope->agency,
                said->object->id, version, NULL);
}

int mu_report_goes_on(struct mu_report *report, struct mu_part *part, const struct mu_said *said)
{
    tell(report, part, said);
    part->follows = said;
    snprintf(part->id, sizeof part->id, "%s", said->object->id);
    carry(report, part, said);
    return name_former(report, part, said);
}

static int follow(struct mu_report *report, struct mu_part *part)
{
    const struct mu_said *said = part->follows == NULL ? find_near(report, part) : NULL;

    if (said == NULL || strlen(said->object->id) >= sizeof part->id)
        return MU_EXIT_DONE;
    return mu_report_goes_on(report, part, said);
}

/* Words alone go on from words; beside events it is they that go on. */
int mu_report_follow(struct mu_report *report)
{
    int code = MU_EXIT_DONE;

    if (report->is_new || report->voice.picture == NULL || report->kind != NULL)
        return MU_EXIT_DONE;
    if (report->part_count == 0)
        return follow(report, &report->said);
    for (size_t i = 0; code == MU_EXIT_DONE && i < report->part_count; i++)
        code = follow(report, &report->parts[i]);
    return code;
}
