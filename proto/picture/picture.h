/* What is true now: a fold over entries, nothing else.
 *
 * The same entries in the same order give the same picture on every machine, live or years later.
 * It accepts a correction before its original and ends in the same state. Memory is its own; what
 * is looked up is lent until the next fold.
 *
 * Every statement about an object is kept as it was made. Two orders are kept beside each other:
 * by version, for what is planned (the highest stands; of equal versions the later number), and by
 * as-of time, for how it goes (the newest word about a field stands). Statements that were
 * superseded or cancelled by name stand in neither.
 */
#ifndef MU_PICTURE_PICTURE_H
#define MU_PICTURE_PICTURE_H

#include "proto/base/text.h"
#include "proto/picture/span.h"
#include "proto/wire/entry.h"

typedef struct mu_picture mu_picture;

MU_MUST_USE enum mu_err mu_picture_new(mu_picture **out);
void mu_picture_free(mu_picture **picture);

/* Errors: MU_E_NO_MEMORY. Refused entries and unknown kinds change nothing but `through`. */
MU_MUST_USE enum mu_err mu_picture_fold(mu_picture *picture, const struct mu_entry *entry);

uint64_t mu_picture_through(const mu_picture *picture);
uint32_t mu_picture_epoch(const mu_picture *picture);
/* Rules' now: accepted_at of the last entry, rounded down to the log minute. */
int64_t mu_picture_now_ms(const mu_picture *picture);
/* When the last tick was accepted, to the millisecond; 0 before the first. Marks finer than a minute
 * are judged by it: that much time is known to have passed. */
int64_t mu_picture_ticked_ms(const mu_picture *picture);

/* The last entry's statement; NULL when it was none (a tick, a refusal, a kind unknown here). */
const struct mu_said *mu_picture_last(const mu_picture *picture);

/* ---- objects: what has been said about one thing ---- */

struct mu_object;

/* One statement. Lent for the life of the picture. */
struct mu_said {
    const Muster__Event *event; /* with an envelope */
    const struct mu_object *object;
    struct mu_hash leaf;
    struct mu_agent_id agent;
    uint64_t number;
    uint32_t epoch;
    uint32_t was_epoch;  /* given back to a restored record: where it stood before */
    uint64_t was_number; /* 0: it never stood elsewhere */
    uint8_t lane;
    int64_t accepted_at_ms;
    int64_t as_of_ms; /* as stated, never later than accepted */
    uint32_t version;
    bool is_version;       /* else progress or affirmation of `version` */
    bool struck;           /* superseded or cancelled by name */
    struct mu_said *lower; /* next by version: only among versions */
    struct mu_said *older; /* next by as-of time: all statements */
};

/* People by triage. */
struct mu_patients {
    uint32_t red, yellow, green;
};

struct mu_object {
    uint32_t kind;
    const char *id;
    struct mu_said *versions; /* highest first, struck ones included */
    struct mu_said *news;     /* newest first, struck ones included */
    bool withdrawn;           /* once; whether it still is: mu_object_head */
    uint32_t withdrawn_version;
    uint64_t withdrawn_number;
    const struct mu_said *withdrawn_by;
    uint64_t first_number;
    struct mu_print *prints; /* what it does where now: mu_picture_meet finds these */
    size_t print_count;
    uint64_t needs_view;        /* of an evacuation: changes when what it needs does */
    struct mu_patients waiting; /* at a scene: whom no plan fetches (proto/picture/patients.h) */
};

/* Kind: the field number of the body in Event (MUSTER__EVENT__BODY_...). NULL when unknown. */
const struct mu_object *mu_picture_object(const mu_picture *picture, uint32_t kind, const char *id);
/* The index-th object of a kind by id; NULL past the end. */
const struct mu_object *mu_picture_at(const mu_picture *picture, uint32_t kind, size_t index);
/* The object of that id whatever its kind, reference data last. */
const struct mu_object *mu_picture_named(const mu_picture *picture, const char *id);
/* The statement a reference names, by leaf or by object and version. NULL when not recorded. */
const struct mu_said *mu_picture_said(const mu_picture *picture, const Muster__Ref *ref);

/* Whether whoever had read the record as it was at entry `through` of `epoch` had read it: what was given back
 * to a restored record counts by the place it had then. */
bool mu_said_before(const struct mu_said *said, uint32_t epoch, uint64_t through);
/* Which of two was recorded first, by the place each had then. */
bool mu_said_recorded_before(const struct mu_said *a, const struct mu_said *b);

/* The version that stands; NULL when the object is withdrawn or not yet stated. */
const struct mu_said *mu_object_head(const struct mu_object *object);
/* That version if it stands in the list (newest number of equal ones); NULL otherwise. */
const struct mu_said *mu_object_version(const struct mu_object *object, uint32_t version);
/* The newest statement standing for which `has` is true; NULL when there is none. */
const struct mu_said *mu_object_news(const struct mu_object *object,
                                     bool (*has)(const Muster__Event *event));

/* ---- what operations do where and when ---- */

enum mu_place_kind {
    MU_PLACE_EDGE, /* who uses or works on a road edge */
    MU_PLACE_ROAD, /* what is reported about that edge */
    MU_PLACE_ZONE,
    MU_PLACE_RESOURCE,
    MU_PLACE_SHELTER,
    MU_PLACE_SCENE,    /* whose patients a plan fetches: a casualty's name, or an area */
    MU_PLACE_HOSPITAL, /* who is taken there; the span ends when they arrive */
    MU_PLACE_RELEASE,  /* steps of a dam operation, by structure: when water leaves it */
    MU_PLACE_PEOPLE,   /* who moves people out of an area */
    MU_PLACE_NODE,     /* when a journey is at a road node, or at a metre mark of an edge */
    MU_PLACE_UNDER,    /* people and phases in an area within this one, two levels down at most */
    MU_PLACE_FLEET     /* "ambulance": plans that have some on the road */
};

/* One part of an operation at one place: a leg on an edge, a phase in a zone, people for a shelter,
 * a report that closes a road. */
struct mu_print {
    struct mu_span span; /* when */
    const struct mu_object *object;
    const struct mu_said *said;
    enum mu_place_kind place_kind;
    const char *place;
    size_t place_bytes;   /* of `place` that count; 0: all */
    int64_t from_m, to_m; /* of an edge; whole: 0 to MU_ENDLESS */
    Muster__Activity activity;
    Muster__EdgeEffect effect;
    Muster__VehicleClass vehicle; /* 0: not stated */
    int64_t heaviest_kg;          /* -1: not stated */
    Muster__PopulationKind population;
    bool exclusive; /* of a resource */
    size_t part;    /* leg or phase, from 0 */
    size_t move;    /* which of the phase's patients, at a scene or a hospital */
};

/* Calls back for each print at `place` that meets [start, end), earliest first, until it returns
 * false. Costs what is found, not what stands. */
void mu_picture_meet(const mu_picture *picture, enum mu_place_kind kind, const char *place,
                     int64_t start_ms, int64_t end_ms,
                     bool (*found)(void *user, const struct mu_print *print), void *user);
/* Spans visited by all asking so far. */
uint64_t mu_picture_looked(const mu_picture *picture);

/* What `said` would do where, whether or not it stands. Gives an array to free(); NULL and MU_OK
 * when nothing. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_prints_of(const struct mu_said *said, struct mu_print **out,
                                     size_t *count);

/* ---- what the last entry touched: all a rule needs to look at again ---- */

enum mu_touch_kind {
    MU_TOUCH_OPERATION, /* id: a plan, or another object whose prints changed */
    MU_TOUCH_PLACE,     /* id at place_kind, in [from, to) */
    MU_TOUCH_SHELTER,   /* id: its own facts, its count, or who is sent there */
    MU_TOUCH_REQUEST,   /* id: of supply */
    MU_TOUCH_NEEDS,     /* what supply computes from: it owes a sheet */
    MU_TOUCH_SHEET,     /* supply has answered */
    MU_TOUCH_DECISION,  /* id: card id in hex, "RULE:subject", or its own name */
    MU_TOUCH_CARD,      /* id: key of a card that a finding spoke of, void or not */
    MU_TOUCH_COUNTY,    /* roles, matrix, limits, switches: everything */
    MU_TOUCH_ROADS,     /* the network itself */
    MU_TOUCH_HOSPITAL,  /* id: its beds, ambulances or state */
    MU_TOUCH_SCENE,     /* id of a casualty: its people, or who is fetched from it */
    MU_TOUCH_TOLD,      /* id: an object somebody is to be told of, or has acted on */
    MU_TOUCH_RECEIPTS,  /* machines have looked further */
    MU_TOUCH_CHARGE,    /* who is in charge */
    MU_TOUCH_TIMES,   /* id: an agency that stated a time that cannot be (proto/picture/times.h) */
    MU_TOUCH_DEBT,    /* id: of a debt (proto/picture/debt.h) */
    MU_TOUCH_RELEASE, /* id: a dam operation was spoken of */
    MU_TOUCH_RIVER,   /* the river itself: structures, chains, travel times, what stands where */
    MU_TOUCH_LEVEL,   /* id: a gauge was read, or a reservoir */
    MU_TOUCH_TICK,    /* only time passed */
};

struct mu_touch {
    enum mu_touch_kind kind;
    enum mu_place_kind place_kind;
    const char *id;
    int64_t from_ms, to_ms;
};

/* Lent until the next fold. */
const struct mu_touch *mu_picture_touches(const mu_picture *picture, size_t *count);

/* Number of the last entry that supply must answer, and the sheet that stands (NULL: none). A sheet
 * is current when it was computed through that number. */
uint64_t mu_picture_needs_mark(const mu_picture *picture);
const struct mu_said *mu_picture_needs_cause(const mu_picture *picture);
const struct mu_said *mu_picture_sheet(const mu_picture *picture);
bool mu_picture_sheet_current(const mu_picture *picture);

/* ---- the county: roles and tables ---- */

/* The agency that holds `role` for `area` now: by the role map; where that is silent, the agency
 * enrolled with the role. NULL when nobody does. */
const char *mu_picture_role(const mu_picture *picture, const char *role, const char *area);
/* The rate table for `area`, and the statement it stands in. NULL when there is none. */
const struct mu_said *mu_picture_rates(const mu_picture *picture, const char *area);
/* A county's limit ("ack_critical_min"): the line for this agency before the general one; `usual`
 * where the tables are silent. */
int64_t mu_picture_limit(const mu_picture *picture, const char *name, const char *agency,
                         int64_t usual);
/* Who holds a post now ("duty_leader"), by the latest declaration whose charge is in force. NULL:
 * nobody is named. */
const Muster__Charge *mu_picture_charge(const mu_picture *picture, const char *role);
/* Where an agency's telephone rings: that of the post's seat, else its own. NULL: not known. */
const char *mu_picture_telephone(const mu_picture *picture, const char *agency, const char *post);
/* The first line that fits, either way round: EXCLUSIVE, COORDINATE or COMPATIBLE. Without one,
 * closing a road excludes passing it, narrowing it asks to coordinate, an exclusive resource and a
 * release into a zone too;
 * everything else is compatible. */
Muster__Compatibility mu_picture_beside(const mu_picture *picture, const struct mu_print *a,
                                        const struct mu_print *b);
/* A reference object's details, or NULL: not known, retired, or of another kind. */
const Muster__ReferenceObject *mu_picture_reference(const mu_picture *picture, const char *id,
                                                    Muster__ObjectKind kind);

/* ---- in words for machines: one line per object, the same on every machine ---- */

/* Everything that stands now. */
void mu_picture_dump(const mu_picture *picture, struct mu_text *out);
/* The same to a person: words for coded values, quantities in their units, local times; "open end" and "not
 * stated" where it is so. */
struct mu_listener {
    enum mu_lang lang;
    int offset_min; /* of local time, east of UTC */
};
void mu_picture_tell(const mu_picture *picture, const struct mu_listener *listener,
                     struct mu_text *out);
/* What its line says of one object as a JSON object: what is not known is absent, 64-bit numbers are
 * strings, values of enums their English names. */
void mu_picture_dump_object(const mu_picture *picture, const struct mu_object *object,
                            struct mu_text *out);
/* Every object it has a line for, in its order; cards are mu_picture_card_at. */
typedef void mu_picture_object_fn(void *user, const struct mu_object *object);
void mu_picture_each(const mu_picture *picture, mu_picture_object_fn *take, void *user);

#endif
