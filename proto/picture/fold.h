/* Inside the picture: what its files share. Nobody else includes this. */
#ifndef MU_PICTURE_FOLD_H
#define MU_PICTURE_FOLD_H

#include "proto/base/arena.h"
#include "proto/base/limits.h"
#include "proto/picture/card.h"
#include "proto/picture/picture.h"
#include "proto/picture/table.h"

/* Field numbers of bodies in Event; the schema keeps 160 to 175 as its last block. */
#define MU_KINDS 176u

/* All that goes on at one place. */
struct mu_place {
    struct mu_spans spans;
};

/* Where the batch given back last stood, and where it stands. */
struct mu_returned {
    uint32_t epoch, count;
    uint64_t was, number;
    int64_t accepted_at_ms; /* first */
};

struct mu_picture {
    mu_arena arena;
    uint64_t through;
    uint32_t epoch;
    int64_t now_ms, ticked_ms;
    int64_t clock_rate_milli;        /* genesis: log milliseconds per real second; 0: in steps */
    struct mu_table kinds[MU_KINDS]; /* object id to struct mu_object */
    struct mu_table leaves;          /* leaf in hex to struct mu_said */
    struct mu_table strikes;         /* what is taken back, said or yet to come, to who said so */
    struct mu_table places;          /* "e:E12" to struct mu_place */
    struct mu_table cards;           /* key to struct mu_card */
    struct mu_table findings;        /* finding id in hex to struct mu_said */
    struct mu_table told;            /* leaf in hex, or "EV-01@1", to acts of people about it */
    struct mu_table orders;          /* id to the object somebody must acknowledge */
    struct mu_table tasks;           /* id to struct mu_task and its acts */
    struct mu_table clocks;          /* agency to its times that cannot be */
    struct mu_table debts;           /* id to what holds a struct mu_debt, or nothing any more */
    struct mu_table debt_of;         /* leaf in hex of a word, said or yet to come, to its debt */
    struct mu_table debt_answers;    /* leaf in hex of a word yet to come to its answer */
    struct mu_table villages;        /* area to the newest debt there */
    struct mu_table machines;        /* agency to what its receipts have looked through */
    struct mu_table decisions;       /* card id in hex, or "RULE:subject", to what was decided */
    const struct mu_said *last;
    const struct mu_said *sheet;
    const struct mu_said *needs_cause;
    const struct mu_said *needs_told,
        *needs_returned; /* newest said here; latest by its old place */
    struct mu_returned returned;
    uint64_t print_order;
    struct mu_patients waiting; /* of all casualties */
    struct mu_touch *touches;
    size_t touch_count, touch_room;
};

/* Strings for the life of the picture; NULL when memory is out. */
const char *mu_fold_text(struct mu_picture *picture, const char *text);
const char *mu_fold_hex(struct mu_picture *picture, const uint8_t *bytes, size_t size);

/* Keeps a statement about (kind, id): in both orders, unless it was struck before it came. Also
 * strikes what it supersedes or cancels. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_fold_say(struct mu_picture *picture, const struct mu_entry *entry,
                                    const Muster__Event *event, const char *id,
                                    struct mu_said **out);
/* Looks again at what `object` does where, and says what that touched. */
MU_MUST_USE enum mu_err mu_fold_prints(struct mu_picture *picture, struct mu_object *object);
/* That something was said about who is still in the zone of that evacuation. */
MU_MUST_USE enum mu_err mu_fold_touch_people(struct mu_picture *picture,
                                             const struct mu_object *evacuation);
/* Whether statements of a kind are about an object the picture keeps; the others are recorded and mean
 * nothing to it. */
bool mu_fold_means(uint32_t kind);
/* The object a statement of such a kind is about; NULL when memory is out. */
const char *mu_fold_name(struct mu_picture *picture, const struct mu_entry *entry,
                         const Muster__Event *event);
/* The name an event gives itself; without one its leaf in hex. NULL when memory is out. */
const char *mu_fold_usual_name(struct mu_picture *picture, const struct mu_entry *entry,
                               const Muster__Event *event);
/* What follows from anything new said about `object`. */
MU_MUST_USE enum mu_err mu_fold_after(struct mu_picture *picture, struct mu_object *object,
                                      const struct mu_said *said);

/* Supply must answer this statement. */
MU_MUST_USE enum mu_err mu_fold_touch_needs(struct mu_picture *picture, const struct mu_said *said);
/* The request a statement of supply is about: itself, or the one it names; NULL: none. */
const char *mu_fold_request(const struct mu_picture *picture, const struct mu_said *said);

MU_MUST_USE enum mu_err mu_fold_finding(struct mu_picture *picture, const struct mu_entry *entry,
                                        const Muster__Event *event);
MU_MUST_USE enum mu_err mu_fold_decision(struct mu_picture *picture, const struct mu_entry *entry,
                                         const Muster__Event *event);

/* Files an acknowledgement under each statement it is about, also under those that have not come yet.
 * Rungs no person can state are ignored. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_fold_acknowledgement(struct mu_picture *picture,
                                                const struct mu_entry *entry,
                                                const Muster__Event *event);
/* Somebody's place on the ladder of `object` has changed. */
MU_MUST_USE enum mu_err mu_fold_touch_told(struct mu_picture *picture, const char *object);
/* What a step of a task says on the ladder. */
MU_MUST_USE enum mu_err mu_fold_told_task(struct mu_picture *picture, const struct mu_said *act);
MU_MUST_USE enum mu_err mu_fold_receipts(struct mu_picture *picture, const struct mu_entry *entry,
                                         const Muster__Event *event);
/* Calls `found` for the agency of each act about `said`, as often as it acted. */
void mu_told_actors(const struct mu_picture *picture, const struct mu_said *said,
                    void (*found)(void *user, const char *agency), void *user);
void mu_machine_free(struct mu_picture *picture);
/* Whether, since when and by which sheet a desk of the agency is known to hold the statement. */
bool mu_machine_held(const struct mu_picture *picture, const struct mu_said *said,
                     const char *agency, int64_t *at_ms, uint64_t *sheet);
/* What an act changes of its task; also when the act has just been struck. */
MU_MUST_USE enum mu_err mu_fold_task(struct mu_picture *picture, const struct mu_said *act);
void mu_task_free(struct mu_picture *picture);
/* A time stated later than it was recorded; an answer stated before `of` (NULL: not known). */
MU_MUST_USE enum mu_err mu_fold_time_ahead(struct mu_picture *picture, const struct mu_said *said);
MU_MUST_USE enum mu_err mu_fold_time_before(struct mu_picture *picture, const struct mu_said *said,
                                            const struct mu_said *of);
/* A village's word opens a debt, an answer closes it. */
MU_MUST_USE enum mu_err mu_fold_debt(struct mu_picture *picture, const struct mu_said *said);
MU_MUST_USE enum mu_err mu_fold_debt_struck(struct mu_picture *picture, const struct mu_said *said);

/* Who still waits at a scene, after anything said of it; and after a plan that fetches people changed. */
MU_MUST_USE enum mu_err mu_fold_scene(struct mu_picture *picture, struct mu_object *casualty);
MU_MUST_USE enum mu_err mu_fold_fetched(struct mu_picture *picture);

MU_MUST_USE enum mu_err mu_fold_touch(struct mu_picture *picture, struct mu_touch touch);

/* Equal, and not both absent. */
bool mu_same(const char *a, const char *b);

#endif
