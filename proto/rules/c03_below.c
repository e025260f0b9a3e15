/* C03: who is below a release, and how long it takes until nobody is. */
#include "proto/rules/c03.h"

#include <string.h>

#include "proto/base/clock.h"
#include "proto/rules/journey.h"

/* ---- people ---- */

struct search {
    struct mu_release *release;
    const struct mu_river_zone *zone;
};

/* Minutes until nobody is left, from `now_ms` on. */
static int64_t needed_min(const struct mu_judgement *judgement, const struct mu_in_zone *people,
                          int64_t now_ms)
{
    int64_t margin = mu_picture_limit(judgement->picture, "clear_margin_min", NULL, 15);
    int64_t called = mu_picture_limit(judgement->picture, "notify_min", NULL, 5) +
                     mu_picture_limit(judgement->picture, "mobilise_min", NULL, 10);
    int64_t rate = people->rate_per_hour;
    int64_t all = (people->persons * 60 + rate - 1) / rate + margin;
    int64_t found = (people->found * 60 + rate - 1) / rate + margin + called;

    if (people->ordered && people->start_ms > now_ms)
        all += (people->start_ms - now_ms + MU_MINUTE_MS - 1) / MU_MINUTE_MS;
    else if (!people->ordered && !people->begun)
        all += called;
    return people->found > 0 && found > all ? found : all;
}

static int64_t have_min(const struct mu_arrival *arrival, int64_t now_ms)
{
    return (arrival->earliest_ms - now_ms) / MU_MINUTE_MS;
}

static void assess(const struct mu_judgement *judgement, struct mu_below *below, int64_t now_ms)
{
    below->as_of_ms = now_ms;
    below->need_min = needed_min(judgement, &below->people, now_ms);
    below->have_min = have_min(&below->arrival, now_ms);
    below->margin_min = below->have_min - below->need_min;
}

/* The first minute at which it would be negative. Before an ordered move begins its margin stands
 * still, unless some of them must be called first; then it falls by a minute each minute. */
static int64_t turn_ms(const struct mu_judgement *judgement, const struct mu_below *below)
{
    int64_t good_ms = below->as_of_ms;
    int64_t start_ms = below->people.ordered ? below->people.start_ms : 0;
    int64_t bad_ms = (mu_minute(start_ms) > good_ms ? mu_minute(start_ms) : good_ms) +
                     (below->margin_min + 2) * MU_MINUTE_MS;

    while (bad_ms - good_ms > MU_MINUTE_MS) {
        int64_t at_ms = good_ms + mu_minute((bad_ms - good_ms) / 2);
        struct mu_below then = *below;

        assess(judgement, &then, at_ms);
        if (then.margin_min < 0)
            bad_ms = at_ms;
        else
            good_ms = at_ms;
    }
    return bad_ms;
}

/* The minute of the last word about it: about who is there, the release, or one that drives it. */
static int64_t heard_of(const struct mu_release *release, const struct mu_arrival *arrival,
                        int64_t heard_ms)
{
    if (release->heard_ms > heard_ms)
        heard_ms = release->heard_ms;
    if (arrival->earliest_ms < arrival->alone_ms && arrival->meets.heard_ms > heard_ms)
        heard_ms = arrival->meets.heard_ms;
    return heard_ms;
}

/* Judged for the minute the last word came, or for the minute it turned since. */
static void judge_people(const struct mu_release *release, struct mu_below *below)
{
    int64_t heard_ms = heard_of(release, &below->arrival, below->people.heard_ms);
    int64_t at_ms;

    assess(release->judgement, below, heard_ms);
    if (below->margin_min < 0)
        return;
    at_ms = turn_ms(release->judgement, below);
    if (at_ms <= release->judgement->now_ms) {
        assess(release->judgement, below, at_ms);
    } else {
        below->turns_ms = at_ms;
        below->wake_ms = at_ms;
    }
}

/* Nobody says how fast these are moved: as fast as others were moved out of the same zone. */
struct pace {
    const struct mu_said *rated;
};

static bool take_pace(void *user, const struct mu_print *print)
{
    struct pace *pace = user;
    struct mu_in_zone people;

    if (print->object->kind != MUSTER__EVENT__BODY_EVACUATION)
        return true;
    mu_evacuation_in_zone(print->object, &people);
    if (people.rated != NULL &&
        (pace->rated == NULL || people.rated->as_of_ms > pace->rated->as_of_ms ||
         (people.rated->as_of_ms == pace->rated->as_of_ms &&
          mu_said_recorded_before(pace->rated, people.rated))))
        pace->rated = people.rated;
    return true;
}

static void borrow_pace(const struct search *search, struct mu_in_zone *people)
{
    struct pace pace = {0};

    mu_picture_meet(search->release->judgement->picture, MU_PLACE_PEOPLE, search->zone->area,
                    INT64_MIN, MU_ENDLESS, take_pace, &pace);
    if (pace.rated == NULL)
        return;
    people->rated = pace.rated;
    people->rate_per_hour = pace.rated->event->evacuation->rate_persons_per_hour;
}

static bool take_people(void *user, const struct mu_print *print)
{
    struct search *search = user;
    struct mu_release *release = search->release;
    struct mu_below below = {.kind = MU_BELOW_PEOPLE, .object = print->object};
    const struct mu_arrival *arrival;

    release->judgement->looked++;
    if (print->object->kind != MUSTER__EVENT__BODY_EVACUATION)
        return true;
    mu_evacuation_in_zone(print->object, &below.people);
    if (below.people.known && below.people.persons == 0)
        return true;
    arrival = mu_release_next(release, search->zone, below.people.since_ms);
    if (arrival == NULL)
        return true;
    below.arrival = *arrival;
    below.said = below.people.said != NULL ? below.people.said : print->said;
    below.as_of_ms = heard_of(release, arrival, below.people.heard_ms);
    if (below.people.rate_per_hour == 0)
        borrow_pace(search, &below.people);
    if (!arrival->known)
        below.doubt = MU_DOUBT_ARRIVAL;
    else if (!below.people.known)
        below.doubt = MU_DOUBT_PERSONS;
    else if (below.people.rate_per_hour == 0)
        below.doubt = MU_DOUBT_RATE;
    else
        judge_people(release, &below);
    mu_below_keep(release, &below);
    return true;
}

/* Whoever moves people out of the zone, out of a place in it, or out of an area around it. */
void mu_below_people(struct mu_release *release, const struct mu_river_zone *zone)
{
    struct search search = {release, zone};
    const mu_picture *picture = release->judgement->picture;
    char *around = mu_judge_text(release->judgement, zone->area);
    char *slash;

    mu_picture_meet(picture, MU_PLACE_UNDER, zone->area, INT64_MIN, MU_ENDLESS, take_people,
                    &search);
    do {
        mu_picture_meet(picture, MU_PLACE_PEOPLE, around, INT64_MIN, MU_ENDLESS, take_people,
                        &search);
        if ((slash = strrchr(around, '/')) != NULL)
            *slash = '\0';
    } while (slash != NULL);
}

/* ---- works, and whoever else stands in the zone ---- */

static bool may_stand(const struct mu_judgement *judgement, const struct mu_print *print)
{
    struct mu_print water = {
        .place_kind = MU_PLACE_ZONE,
        .place = print->place,
        .activity = MUSTER__ACTIVITY__ACTIVITY_RELEASE,
        .effect = MUSTER__EDGE_EFFECT__EDGE_EFFECT_NOT_STATED,
    };
    struct mu_print there = *print;

    there.place_kind = MU_PLACE_ZONE;
    return mu_picture_beside(judgement->picture, &there, &water) ==
           MUSTER__COMPATIBILITY__COMPATIBILITY_COMPATIBLE;
}

static void keep_against(struct mu_release *release, struct mu_below *below, int64_t from_ms,
                         const struct mu_arrival *arrival)
{
    int64_t now_ms = release->judgement->now_ms;

    if (from_ms >= arrival->until_ms || arrival->until_ms <= now_ms || below->clear_ms < now_ms)
        return;
    below->arrival = *arrival;
    below->as_of_ms = heard_of(release, arrival, below->as_of_ms);
    below->doubt = MU_DOUBT_NONE;
    below->margin_min = 0;
    if (!arrival->known)
        below->doubt = MU_DOUBT_ARRIVAL;
    else if (below->clear_ms == MU_ENDLESS)
        below->doubt = MU_DOUBT_END;
    else
        /* A minute begun before the water is there is a minute short: rounded down. */
        below->margin_min =
            arrival->earliest_ms >= below->clear_ms
                ? (arrival->earliest_ms - below->clear_ms) / MU_MINUTE_MS
                : -((below->clear_ms - arrival->earliest_ms + MU_MINUTE_MS - 1) / MU_MINUTE_MS);
    below->wake_ms = mu_below_short(below) && below->clear_ms != MU_ENDLESS
                         ? mu_minute(below->clear_ms) + MU_MINUTE_MS
                         : 0;
    mu_below_keep(release, below);
}

static void keep_against_all(struct search *search, struct mu_below *below, int64_t from_ms)
{
    struct mu_release *release = search->release;

    for (size_t i = 0; i < release->arrival_count; i++)
        if (release->arrivals[i].zone == search->zone && release->arrivals[i].flows)
            keep_against(release, below, from_ms, &release->arrivals[i]);
}

static int64_t as_of_ms(const struct mu_release *release, const struct mu_said *said)
{
    int64_t said_ms = mu_minute(said->accepted_at_ms);

    return said_ms > release->heard_ms ? said_ms : release->heard_ms;
}

static bool take_works(void *user, const struct mu_print *print)
{
    struct search *search = user;
    struct mu_below below = {.kind = MU_BELOW_WORKS, .object = print->object, .said = print->said};
    const Muster__PlanPhase *phase;

    search->release->judgement->looked++;
    if (print->object->kind != MUSTER__EVENT__BODY_OPERATION_PLAN ||
        may_stand(search->release->judgement, print))
        return true;
    phase = print->said->event->operation_plan->phases[print->part];
    below.as_of_ms = as_of_ms(search->release, print->said);
    below.clear_ms = print->span.end_ms;
    if (phase->has_dissolve_min)
        below.dissolve_ms = phase->dissolve_min * MU_MINUTE_MS;
    if (below.clear_ms != MU_ENDLESS)
        below.clear_ms += below.dissolve_ms;
    keep_against_all(search, &below, print->span.start_ms);
    return true;
}

void mu_below_works(struct mu_release *release, const struct mu_river_zone *zone)
{
    struct search search = {release, zone};
    const mu_picture *picture = release->judgement->picture;

    mu_picture_meet(picture, MU_PLACE_ZONE, zone->area, INT64_MIN, MU_ENDLESS, take_works, &search);
    mu_picture_meet(picture, MU_PLACE_UNDER, zone->area, INT64_MIN, MU_ENDLESS, take_works,
                    &search);
}

/* ---- journeys: met at nodes ---- */

static bool take_passage(void *user, const struct mu_print *print)
{
    struct search *search = user;
    struct mu_below below = {
        .kind = MU_BELOW_JOURNEY, .object = print->object, .said = print->said};

    search->release->judgement->looked++;
    /* Who is moved out of the zone by this evacuation is counted there, not on its way. */
    if (may_stand(search->release->judgement, print))
        return true;
    below.as_of_ms = as_of_ms(search->release, print->said);
    below.clear_ms = print->span.start_ms;
    keep_against_all(search, &below, print->span.start_ms);
    return true;
}

struct marks {
    struct search *search;
    const Muster__EdgeUse *use;
};

static bool take_mark(void *user, const struct mu_print *print)
{
    struct marks *marks = user;
    int64_t from_m = marks->use->has_from_m ? marks->use->from_m : 0;
    int64_t to_m = marks->use->has_to_m ? marks->use->to_m : MU_ENDLESS;

    if (print->from_m < (from_m < to_m ? from_m : to_m) ||
        print->from_m > (from_m < to_m ? to_m : from_m))
        return true;
    return take_passage(marks->search, print);
}

/* One that says at no place when it passes may be there throughout its window. */
static bool take_whole(void *user, const struct mu_print *print)
{
    struct search *search = user;
    struct mu_below below = {
        .kind = MU_BELOW_JOURNEY, .object = print->object, .said = print->said, .whole = true};

    search->release->judgement->looked++;
    if (!mu_print_says_no_time(print) || may_stand(search->release->judgement, print))
        return true;
    below.as_of_ms = as_of_ms(search->release, print->said);
    below.clear_ms = print->span.end_ms;
    keep_against_all(search, &below, print->span.start_ms);
    return true;
}

static bool take_whole_on(void *user, const struct mu_print *print)
{
    struct marks *marks = user;
    int64_t from_m = marks->use->has_from_m ? marks->use->from_m : 0;
    int64_t to_m = marks->use->has_to_m ? marks->use->to_m : MU_ENDLESS;

    if (print->to_m < (from_m < to_m ? from_m : to_m) ||
        print->from_m > (from_m < to_m ? to_m : from_m))
        return true;
    return take_whole(marks->search, print);
}

void mu_below_journeys(struct mu_release *release, const struct mu_river_zone *zone)
{
    struct search search = {release, zone};
    const mu_picture *picture = release->judgement->picture;

    for (size_t i = 0; i < zone->node_count; i++)
        mu_picture_meet(picture, MU_PLACE_NODE, zone->nodes[i], INT64_MIN, MU_ENDLESS, take_passage,
                        &search);
    for (size_t i = 0; i < zone->edge_count; i++) {
        struct marks marks = {&search, zone->edges[i]};

        mu_picture_meet(picture, MU_PLACE_NODE, zone->edges[i]->edge, INT64_MIN, MU_ENDLESS,
                        take_mark, &marks);
        mu_picture_meet(picture, MU_PLACE_EDGE, zone->edges[i]->edge, INT64_MIN, MU_ENDLESS,
                        take_whole_on, &marks);
    }
    for (size_t i = 0; i < zone->way_through_count; i++)
        mu_picture_meet(picture, MU_PLACE_EDGE, zone->ways_through[i], INT64_MIN, MU_ENDLESS,
                        take_whole, &search);
}
