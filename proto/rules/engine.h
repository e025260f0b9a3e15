/* Inside the rules: how causes and wanted findings are kept. Nobody else includes this. */
#ifndef MU_RULES_ENGINE_H
#define MU_RULES_ENGINE_H

#include "proto/picture/river.h"
#include "proto/picture/table.h"
#include "proto/rules/judge.h"
#include "proto/rules/roads.h"

#define CAUSE_BYTES 256u

/* A place in the record, as it was when it was recorded first. */
struct place {
    uint32_t epoch;
    uint64_t number;
};

struct cause {
    const char *name; /* "works:LV-01" */
    const char *id;   /* "LV-01" */
    bool dirty;
    struct wanted *wanted; /* all deciders' */
};

struct wanted {
    struct mu_wanted public;
    struct cause *cause;
    struct wanted *beside;  /* another decider's, same cause */
    char name[CAUSE_BYTES]; /* "C04:LV-01" */
    struct mu_hash card_id;
    uint8_t *packed;
    const struct mu_said *lead;
    const struct mu_said *turned_by; /* the statement that closed it; NULL: time did */
    struct place raised_at;          /* of the entry judged when it last opened */
    int64_t wake_at_ms;              /* 0: nothing changes by itself */
    bool watched;                    /* a card, or what waits for somebody's word */
    size_t open_at;                  /* place among those open, from 1; 0: not there */
    bool changed;                    /* may differ from what is published */
    struct place moved;              /* of the last entry that changed it */
    bool filed;                      /* by the judgement going on */

    /* Said, not yet back as an entry. */
    bool awaited;
    bool awaited_open;
    uint32_t awaited_raisings, awaited_told;
    int64_t awaited_wake_at_ms;
    struct mu_hash awaited_core, awaited_id;
};

struct mu_rules {
    const mu_picture *picture;
    mu_arena names;   /* causes and wanted: for the life of the rules */
    mu_arena scratch; /* one judgement */
    struct mu_table causes;
    struct mu_table wanted; /* "role|cause" to struct wanted */
    struct mu_roads *roads;
    struct mu_river *river;
    struct cause **dirty;
    size_t dirty_count, dirty_room;
    struct wanted **open; /* watched and open: few, whatever else goes on */
    size_t open_count, open_room;
    struct wanted **changed;
    size_t changed_count, changed_room;
    size_t awaited;
    struct place
        judged[2]; /* how far published findings were judged: newest epoch, the one before */
    uint64_t looked;
    enum mu_err err; /* of the judgement going on */
};

/* To be judged after this entry. */
void mu_cause_put(mu_rules *rules, struct cause *cause);
/* The cause of that kind and id, if it is known. */
void mu_cause_mark_known(mu_rules *rules, const char *kind, const char *id);
/* All of that kind that are open. */
void mu_cause_mark_open(mu_rules *rules, const char *kind);
/* One for each object of a kind. */
void mu_cause_mark_objects(mu_rules *rules, uint32_t object_kind, const char *kind);
bool mu_cause_is(const struct cause *cause, const char *kind);
/* What one touch concerns (touches.c); the county's tables concern everything. */
void mu_touch_causes(mu_rules *rules, const struct mu_touch *touch);
void mu_touch_county(mu_rules *rules, const struct mu_touch *touch);
/* The cause of that kind and id, made known if it is not. */
void mu_cause_mark(mu_rules *rules, const char *kind, const char *id);
/* The same for what the river is about (engine_river.c). */
void mu_river_touch_release(mu_rules *rules, const struct mu_touch *touch);
void mu_river_touch_river(mu_rules *rules, const struct mu_touch *touch);
void mu_river_touch_level(mu_rules *rules, const struct mu_touch *touch);
void mu_river_touch_place(mu_rules *rules, const struct mu_touch *touch);
/* "works:LV-01", made known. NULL when memory is out. */
struct cause *mu_cause_make(mu_rules *rules, const char *name);
/* Files what the rules said of one cause: drafts merged by decider, decisions taken in. */
MU_MUST_USE enum mu_err mu_wanted_file(mu_rules *rules, struct cause *cause,
                                       struct mu_judgement *judgement);
/* A closed one for a published card that nobody wants; NULL when memory is out. */
struct wanted *mu_wanted_adopt(mu_rules *rules, const char *key, const struct mu_card *card);
/* The gravest of the drafts for this decider, with what the others add. */
struct mu_draft *mu_draft_merge(struct mu_judgement *judgement, const char *role);
const char *mu_draft_role(const struct mu_draft *draft);
/* Where the entry being judged was recorded first. */
struct place mu_place_now(const mu_rules *rules);
/* Among those open, or no longer. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_wanted_keep_open(mu_rules *rules, struct wanted *wanted);
/* Where it was recorded first. */
struct place mu_place_of(const struct mu_said *said);
bool mu_place_after(const struct place *a, const struct place *b);
/* To be compared with what is published, at the next mu_rules_differ. */
void mu_wanted_changed(mu_rules *rules, struct wanted *wanted);

#endif
