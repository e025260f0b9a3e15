/* People on the way and under a roof, counted so that nobody is counted twice. */
#ifndef MU_PICTURE_PEOPLE_H
#define MU_PICTURE_PEOPLE_H

#include "proto/picture/picture.h"

/* A number somebody stated, or nobody did. */
struct mu_stated {
    bool known;
    int64_t value;
    int64_t as_of_ms;
    const struct mu_said *said; /* where; NULL when not known or from reference data */
};

/* The newest word about how an evacuation goes. */
Muster__EvacuationState mu_evacuation_state(const struct mu_object *evacuation);
/* Cancelled, withdrawn, or people let back home: it needs and occupies nothing. */
bool mu_evacuation_over(const struct mu_object *evacuation);
struct mu_stated mu_evacuation_moved(const struct mu_object *evacuation);
struct mu_stated mu_evacuation_remaining(const struct mu_object *evacuation);

/* The area people leave: the evacuation's own, else its envelope's. NULL when neither says. */
const char *mu_evacuation_zone(const struct mu_said *said);

/* Who is still in the zone, by the last words about it: to be moved, refused, gone back. */
struct mu_in_zone {
    bool known;                  /* somebody gave a number */
    int64_t persons;             /* all together */
    int64_t found;               /* of them refused or came back: nobody is moving them yet */
    int64_t rate_per_hour;       /* 0: not stated */
    bool ordered, begun;         /* ordered with a start; under way */
    int64_t start_ms;            /* when ordered and not begun */
    int64_t since_ms;            /* people have been there since, by what was reported */
    const struct mu_said *said;  /* the word that counts */
    const struct mu_said *rated; /* the rate's; NULL: not stated */
    int64_t heard_ms;            /* when the last of these words was accepted */
};
void mu_evacuation_in_zone(const struct mu_object *evacuation, struct mu_in_zone *out);

/* Persons of the index-th leg of what stands: as planned until the move ends, then as moved. */
uint32_t mu_leg_persons(const struct mu_object *evacuation, size_t index);
Muster__PopulationKind mu_leg_population(const Muster__Evacuation *evacuation, size_t index);
/* Whether a person of that kind takes a place in a shelter. */
bool mu_population_lodged(Muster__PopulationKind kind);

/* What is known of a shelter: its latest word, else its reference data. */
struct mu_shelter {
    const char *id;
    struct mu_stated capacity, present, own_water_l_per_day, toilets, taps, floor_m2;
    Muster__PopulationKind present_kind;
    const char *river_zone; /* NULL: none */
    const char *node;
    const char *area;
    bool closed;
    uint32_t sent;                   /* by legs of evacuations, lodged kinds only */
    uint32_t sent_there;             /* of those, already counted in `present` */
    uint32_t stated_more;            /* en route and assigned by the shelter's own word */
    uint32_t load;                   /* present + en route + assigned, nobody twice */
    uint32_t unexplained;            /* present, but sent by no evacuation */
    uint32_t proposal_order;         /* 0: none */
    const struct mu_said *status;    /* NULL: never reported */
    const struct mu_said *reference; /* NULL: not in the reference data */
};

/* False when nobody ever spoke of it. */
bool mu_shelter_look(const mu_picture *picture, const char *id, struct mu_shelter *out);

#endif
