/* C06, the other half: a shelter that people are in or sent to lies where the water of a release
 * comes by.
 */
#include "proto/rules/c03.h"
#include "proto/rules/shelters.h"

#include <string.h>

struct path {
    struct mu_judgement *judgement;
    const struct mu_river_zone *zone;
    const struct mu_object *operation;
    struct mu_arrival first; /* of all releases: the one that comes first */
    const struct mu_object *first_of;
    const struct mu_object **asked;
    size_t asked_count;
    struct mu_draft *draft;
};

static void add_line(struct path *path, const struct mu_arrival *arrival)
{
    struct mu_judgement *judgement = path->judgement;
    const struct mu_said *head = mu_object_head(path->operation);
    Muster__FindingLine *line = mu_draft_line(judgement, path->draft, path->operation->id);

    if (line->text != NULL) /* a later step of the same release */
        return;
    line->ref = mu_judge_ref(judgement, head);
    line->agency = mu_judge_text(judgement, head->event->envelope->agency);
    line->area = mu_judge_text(judgement, path->zone->area);
    line->has_rule = true;
    line->has_step = arrival->step > 0;
    line->rule = judgement->rule->rule;
    line->step = arrival->step;
    line->text = mu_path_say(judgement, judgement->id, path->operation->id, arrival);
    if (arrival->known) {
        line->has_earliest_at_ms = line->has_latest_at_ms = true;
        line->earliest_at_ms = arrival->earliest_ms;
        line->latest_at_ms = arrival->latest_ms;
    }
    mu_draft_party(judgement, path->draft, head, MUSTER__ACTIVITY__ACTIVITY_RELEASE);
}

static bool comes_first(const struct path *path, const struct mu_arrival *arrival)
{
    if (path->first_of == NULL || !arrival->known)
        return path->first_of == NULL || path->first.known;
    return path->first.known && arrival->earliest_ms < path->first.earliest_ms;
}

static bool take_arrival(void *user, const struct mu_arrival *arrival)
{
    struct path *path = user;

    path->judgement->looked++;
    if (arrival->zone != path->zone || arrival->until_ms <= path->judgement->now_ms ||
        !arrival->flows)
        return true;
    if (comes_first(path, arrival)) {
        path->first = *arrival;
        path->first_of = path->operation;
    }
    if (path->draft != NULL)
        add_line(path, arrival);
    return true;
}

static bool was_asked(const struct path *path, const struct mu_object *operation)
{
    for (size_t i = 0; i < path->asked_count; i++)
        if (path->asked[i] == operation)
            return true;
    return false;
}

static bool take_release(void *user, const struct mu_print *print)
{
    struct path *path = user;

    /* One print for each step: an operation is asked once, and all its steps are looked at. */
    if (was_asked(path, print->object))
        return true;
    path->operation = print->object;
    MU_JUDGE_PUT(path->judgement, path->asked, path->asked_count, path->operation);
    mu_release_arrivals(path->judgement->picture, *path->judgement->river, print->object,
                        take_arrival, path);
    mu_release_under_way(path->judgement->picture, *path->judgement->river, print->object,
                         take_arrival, path);
    return true;
}

static void look_up_river(struct path *path)
{
    const mu_picture *picture = path->judgement->picture;

    path->asked_count = 0;
    for (size_t i = 0; i < path->zone->structure_count; i++)
        mu_picture_meet(picture, MU_PLACE_RELEASE, path->zone->structures[i],
                        path->judgement->now_ms - mu_river_longest_ms(picture,
                                                                      *path->judgement->river,
                                                                      path->zone->structures[i]),
                        MU_ENDLESS, take_release, path);
}

Muster__Sentence *mu_path_say(struct mu_judgement *judgement, const char *shelter,
                              const char *operation, const struct mu_arrival *arrival)
{
    if (!arrival->known)
        return mu_judge_say(judgement, "c06.in_path_unknown", mu_arg_object(judgement, shelter),
                            mu_arg_object(judgement, operation), NULL);
    return mu_judge_say(judgement, "c06.in_path", mu_arg_object(judgement, shelter),
                        mu_arg_window(judgement, arrival->earliest_ms, arrival->latest_ms),
                        mu_arg_object(judgement, operation), NULL);
}

static void say_open(struct path *path, const struct mu_shelter *shelter)
{
    struct mu_judgement *judgement = path->judgement;
    Muster__Finding *finding = path->draft->finding;

    finding->headline = mu_path_say(judgement, shelter->id, path->first_of->id, &path->first);
    finding->has_decide_by_ms = true;
    finding->decide_by_ms = path->first.known ? path->first.earliest_ms : path->first.from_ms;
    if (path->first.until_ms != MU_ENDLESS) {
        finding->has_wake_at_ms = true;
        finding->wake_at_ms = path->first.until_ms;
    }
    mu_shelter_offer(judgement, path->draft, shelter, (int64_t)shelter->load);
}

void mu_judge_c06_path(struct mu_judgement *judgement)
{
    const struct mu_river *river = mu_judge_river(judgement);
    struct path path = {.judgement = judgement};
    struct mu_shelter shelter;

    if (!mu_shelter_look(judgement->picture, judgement->id, &shelter) ||
        shelter.river_zone == NULL ||
        (path.zone = mu_river_zone_of(river, shelter.river_zone)) == NULL)
        return;
    look_up_river(&path);
    if (path.first_of == NULL)
        return;
    path.draft = mu_draft_begin(judgement, shelter.reference, shelter.id);
    path.draft->finding->place = mu_judge_text(judgement, shelter.id);
    path.draft->open = shelter.load > 0;
    mu_shelter_senders(judgement, path.draft, &shelter);
    look_up_river(&path);
    if (path.draft->open)
        say_open(&path, &shelter);
    else
        path.draft->finding->headline =
            mu_judge_say(judgement, "c06.out_of_path", mu_arg_object(judgement, shelter.id), NULL);
}
