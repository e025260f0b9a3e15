/* A record told in the words people type, with supply and the coordinator answering at once: the whole
 * loop of picture, needs and rules in one process, without broker or clock.
 */
#ifndef MU_HELP_STORY_H
#define MU_HELP_STORY_H

#include "proto/base/text.h"
#include "proto/picture/card.h"
#include "proto/picture/picture.h"
#include "proto/rules/rules.h"

#define STORY_TRACE_BYTES 65536u

struct story {
    mu_picture *picture;
    mu_rules *rules;
    mu_arena arena;
    uint64_t number;        /* of the last entry */
    uint32_t epochs_before; /* 0: the record was never restored */
    int64_t at_ms;          /* log clock of the last entry */
    bool no_supply;         /* supply does not answer */
    bool water;             /* WR's program answers releases and gauges */
    bool no_coordinator;    /* it judges, and says nothing */
    int dies_after;         /* findings recorded before the coordinator is killed; -1: it lives */
    bool unannounced;       /* what is given back is taken for new: the control */
    const char *meanwhile;  /* EM says this between a judgement and its findings' entries; once */
    char trace[STORY_TRACE_BYTES]; /* findings as they were said, since story_forget */
    struct mu_text out;
};

void story_open(struct story *story);
void story_close(struct story *story);

/* At `clock` ("14:06"; NULL: as before) the agency says the words after `muster say`. Everything that
 * follows is in the trace. Fails the test when the words are refused. */
void story_says(struct story *story, const char *clock, const char *agency, const char *words);
/* The same words as an entry, with nobody answering: story_answer lets them. Returns its number. */
uint64_t story_hears(struct story *story, const char *clock, const char *agency, const char *words);
void story_answer(struct story *story);
/* A tick of the broker at `clock`. */
void story_ticks(struct story *story, const char *clock);

/* An event as an entry by `agency`, which is also the name of its agent; its number. */
uint64_t story_enters(struct story *story, const char *agency, const Muster__Event *event);
/* Enrols a desk for each of "EM CA HC", with telephones 0000-EM-01, 0000-CA-02 ... */
void story_desks(struct story *story, const char *agencies);
/* A receipt sheet at `clock`: that desk has looked through number `through` in every lane, following
 * `filter` ("": everything). */
void story_holds(struct story *story, const char *clock, const char *agency, uint64_t through,
                 const char *filter);

/* A new coordinator on the same record: it folds everything again and says what is missing. The
 * record so far is kept for that. */
void story_restart(struct story *story);

/* The record is put back as it was at number `through` and begins a new epoch; a new coordinator has read it and
 * says nothing yet. What came after is lost until it is given back. Returns how much that is. */
size_t story_restore(struct story *story, uint64_t through);
/* The index-th lost entry in the order it was recorded. */
const struct mu_entry *story_lost(size_t index);
/* Its author gives it back: announced by the broker, under a new number. Nobody answers: story_answer. */
void story_gives_back(struct story *story, size_t index);

/* A coordinator that speaks before it has folded what it said: the control for story_restart. */
void story_speak_early(struct story *story);

/* Findings in the record whose id was there before. */
size_t story_repeats(void);

/* The trace is exactly this; then it is empty. */
void story_expect(struct story *story, const char *trace);
/* The trace holds this line. */
void story_expect_line(struct story *story, const char *line);
void story_forget(struct story *story);

/* The sheet's line of that item, or the need line of that evacuation, in words; "" when there is none:
 * "needed 10230 own 4000 send 6230 usable 12000 requested 0 committed 0 short 0". */
const char *story_sheet_line(struct story *story, const char *item);
const char *story_need(struct story *story, const char *evacuation, const char *item);

/* Cards open now, in words: "C04:LV-01 C11:NEEDS-INC-01". */
const char *story_open_cards(struct story *story);
/* Last word on clearance of a plan: "cleared", "uncleared EV-01@1 EV-02@1", "none". */
const char *story_clearance(struct story *story, const char *plan);

/* County and reference data of Qinghe's exercise, as its files have them. */
void story_qinghe(struct story *story);

#endif
