/* Inside the needs: people by place, and what one line of the rates asks for them. */
#ifndef MU_RULES_NEEDS_INSIDE_H
#define MU_RULES_NEEDS_INSIDE_H

#include "proto/picture/people.h"
#include "proto/rules/needs.h"

#define MU_MILLI 1000

/* People of one kind at one place for one reason. */
struct mu_group {
    const struct mu_said *cause;        /* the evacuation, or the shelter's head count */
    const struct mu_object *evacuation; /* NULL: a head count */
    const char *place;                  /* shelter id, or the area of those who are elsewhere */
    bool sheltered;
    uint32_t persons;
    Muster__PopulationKind kind;
    int64_t period_min;
    const Muster__Vulnerable *vulnerable; /* once for all legs; NULL: not stated, or with another */
};

struct mu_groups {
    struct mu_group *at;
    size_t count, room;
};

/* Everybody who needs something now, evacuations by name, then head counts. */
MU_MUST_USE enum mu_err mu_groups_find(const mu_picture *picture, mu_arena *arena,
                                       const Muster__RateTable *rates, struct mu_groups *out);

/* What one line asks for one group; 0 when it does not concern them. */
int64_t mu_rate_needed_milli(const Muster__RateLine *line, const struct mu_group *group);
/* What one line asks for `persons` taken together: toilets and taps of one shelter. */
int64_t mu_rate_pieces_milli(const Muster__RateLine *line, uint32_t persons);
bool mu_rate_concerns(const Muster__RateLine *line, Muster__PopulationKind kind);
/* What the shelter has of it for `period_min`; false when nobody stated it or the line ignores it. */
bool mu_rate_own_milli(const Muster__RateLine *line, const struct mu_shelter *shelter,
                       int64_t period_min, int64_t *out);
/* Whether it is shipped from a stock; floor and taps are only compared. */
bool mu_rate_needs_stock(const Muster__RateLine *line);

/* ---- what there is ---- */

struct mu_supply {
    bool stock_known; /* somebody counted a depot of the county */
    int64_t usable_milli;
    int64_t requested_milli, committed_milli, offered_milli;
    int64_t in_transit_milli, delivered_milli, lost_milli;
};

/* Of one item over the whole county; depots, requests and offers are listed in `line`. */
MU_MUST_USE enum mu_err mu_supply_of(const mu_picture *picture, mu_arena *arena, const char *item,
                                     Muster__SheetLine *line, struct mu_supply *out);

/* Statements the stock side rests on are added to the sheet's inputs. */
MU_MUST_USE enum mu_err mu_supply_inputs(const mu_picture *picture, mu_arena *arena,
                                         Muster__SupplySheet *sheet);

/* A reference in `arena`; NULL when memory is out. */
Muster__Ref *mu_needs_ref(mu_arena *arena, const struct mu_said *said);
/* The list of pointers at `list` one longer; byte by byte, since lists of all types pass here. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_needs_append(mu_arena *arena, void *list, size_t *count,
                                        const void *item);

#endif
