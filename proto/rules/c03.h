/* Inside C03: the margin of one operation below a release. */
#ifndef MU_RULES_C03_H
#define MU_RULES_C03_H

#include "proto/picture/people.h"
#include "proto/picture/river.h"
#include "proto/rules/judge.h"
#include "proto/rules/release.h"

/* Why a margin is not known. Unknown is never nought: such a line asks. */
enum mu_doubt {
    MU_DOUBT_NONE,
    MU_DOUBT_ARRIVAL, /* no travel time covers the step */
    MU_DOUBT_PERSONS, /* nobody says how many are left */
    MU_DOUBT_RATE,    /* nobody says how fast they are moved */
    MU_DOUBT_END      /* works without an end */
};

enum mu_below_kind { MU_BELOW_PEOPLE, MU_BELOW_WORKS, MU_BELOW_JOURNEY };

/* One operation in one zone against one step. */
struct mu_below {
    enum mu_below_kind kind;
    const struct mu_object *object;
    const struct mu_said *said; /* the word it rests on */
    struct mu_arrival arrival;
    enum mu_doubt doubt;
    int64_t margin_min;
    int64_t need_min, have_min; /* people */
    int64_t clear_ms;           /* works: everybody out; a journey: when it passes */
    int64_t as_of_ms;           /* the minute it was judged for */
    int64_t turns_ms;           /* when it turns without a new word; 0: it does not */
    int64_t wake_ms;            /* when it must be looked at again; 0: never */
    int64_t dissolve_ms;        /* works: from "stop" to everybody out */
    bool whole; /* a journey that does not say when it passes: all its time counts */
    struct mu_in_zone people;
};

struct mu_release {
    struct mu_judgement *judgement;
    const struct mu_object *operation;
    const struct mu_said *head;
    const struct mu_river *river;
    int64_t heard_ms; /* when what it does was last said */
    struct mu_arrival *arrivals;
    size_t arrival_count;
    struct mu_below *below; /* one for each operation: its worst zone and step */
    size_t below_count;
};

/* Everything in this zone that the steps of the release meet. */
void mu_below_people(struct mu_release *release, const struct mu_river_zone *zone);
void mu_below_works(struct mu_release *release, const struct mu_river_zone *zone);
void mu_below_journeys(struct mu_release *release, const struct mu_river_zone *zone);
/* Keeps the worse of this and what is kept of the same operation. */
void mu_below_keep(struct mu_release *release, const struct mu_below *below);
/* The line of a finding that says it. */
void mu_below_line(struct mu_release *release, struct mu_draft *draft,
                   const struct mu_below *below);
/* The line that says whose water it meets, when that makes it sooner or nobody can tell. */
void mu_below_meets(struct mu_release *release, struct mu_draft *draft,
                    const struct mu_arrival *arrival);
/* Doubt, or not enough time. */
bool mu_below_short(const struct mu_below *below);

/* The first step that reaches `zone` later than `since_ms`; NULL when none does. */
const struct mu_arrival *mu_release_next(const struct mu_release *release,
                                         const struct mu_river_zone *zone, int64_t since_ms);

/* The river, made when first asked for. */
const struct mu_river *mu_judge_river(struct mu_judgement *judgement);

/* Options of a card about these. */
void mu_release_offer(struct mu_release *release, struct mu_draft *draft);

#endif
