/* Inside the needs: people by place, and what one line of the rates asks for them. */
#ifndef MU_RULES_NEEDS_INSIDE_H
#define MU_RULES_NEEDS_INSIDE_H

#include "proto/picture/people.h"
#include "proto/picture/table.h"
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
bool mu_rate_own_milli(const mu_picture *picture, const Muster__RateLine *line,
                       const struct mu_shelter *shelter, int64_t period_min, int64_t *out);
/* Whether it is shipped from a stock; floor and taps are only compared. */
bool mu_rate_needs_stock(const mu_picture *picture, const Muster__RateLine *line);

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

/* ---- the sheet being worked out ---- */

/* People at one place, and what is left of its own while needs are told off against it. */
struct mu_need_place {
    const char *name;
    size_t first; /* group, 1 + index; the next is in `next` */
    bool sheltered;
    struct mu_shelter shelter; /* when sheltered */
    int64_t *own_left;         /* by rate line */
};

struct mu_needs {
    const mu_picture *picture;
    mu_arena *arena;
    const Muster__RateTable *rates;
    const Muster__SupplySheet *last; /* NULL: this is the first */
    struct mu_groups groups;
    size_t *place_of; /* by group */
    size_t *next;     /* by group: the next at the same place, 1 + index */
    struct mu_need_place *places;
    size_t place_count;
    struct mu_table by_name; /* place to 1 + index, as a pointer */
    Muster__SupplySheet *out;
    bool by_place, by_evacuation; /* room for these breakdowns; else sums, and the cause's own */
};

/* Where the groups are, each place once; decides what there is room for. */
MU_MUST_USE enum mu_err mu_needs_places(struct mu_needs *needs);
/* The sheet's line of one rate. */
MU_MUST_USE enum mu_err mu_needs_line(struct mu_needs *needs, size_t rate);
/* The needs by evacuation and head count; after all lines. */
MU_MUST_USE enum mu_err mu_needs_each(struct mu_needs *needs);

/* The generated structs know no const; nobody writes there. */
static inline char *mu_needs_lend(const char *text)
{
    return (char *)(uintptr_t)text;
}

#endif
