/* What the files of the desk share. Nobody outside includes this. */
#ifndef MU_DESK_INSIDE_H
#define MU_DESK_INSIDE_H

#include "broker/desk/checker.h"
#include "broker/desk/desk.h"
#include "broker/desk/signer.h"
#include "proto/base/arena.h"
#include "proto/sign/receipt.h"

/* What turns of refusals and paths may take together before their batches hear "not now". */
#define MU_DESK_KEEP_BYTES ((size_t)16 * 1024 * 1024)

/* How long to wait after a "not now", in machine time. */
#define MU_RETRY_FULL_MS 5000u
#define MU_RETRY_BUSY_MS 1000u
#define MU_RETRY_CREDIT_MS 100u

/* One batch on its way through the desk. */
struct mu_proposal {
    struct mu_desk_seat *seat;
    uint8_t lane; /* of the frame */
    struct mu_bytes bytes;
    struct mu_batch batch;
    uint64_t first_sequence; /* 0 until the seal could be read */
    uint64_t expected;       /* for GAP and RECUT */
    uint32_t retry_ms;       /* for "not now" */
    bool again;              /* a repeat: `origin` says where it lies */
    bool proved;             /* the record had accepted it in an epoch before */
    bool apart;              /* by a compromised key: into quarantine */
    struct mu_origin origin;
};

/* One answer owed at the end of the turn. */
struct mu_pending {
    struct mu_desk_seat *seat;
    uint8_t lane;
    uint16_t code; /* 0: accepted */
    uint64_t first_sequence;
    uint32_t retry_ms;
    uint64_t expected;
    /* when accepted */
    uint32_t epoch;
    uint64_t first_number;
    uint32_t count;
    bool again; /* the rest is read from the record */
    int64_t accepted_at_ms;
    uint16_t refusals;
    struct mu_bytes refusal_bytes; /* in desk->keep */
};

/* The broker as an author: where its lanes stand. */
struct mu_author_state {
    uint64_t sequence[MU_LANES];
    struct mu_hash leaf[MU_LANES];
};

/* A receipt of one desk. */
struct mu_kept_receipt {
    struct mu_receipt receipt;
    char *filter;  /* its text */
    bool waiting;  /* for a sheet */
    bool in_sheet; /* of this turn */
};

/* Checkpoints of the last turns, by size: most of what is seen and stated is about one of these. */
#define MU_HEADS_KEPT 256u

#define MU_ALARMS_KEPT 64u
/* Lines a minute one agent can cause, whatever it does. */
#define MU_ALARMS_AGENT_MAX 8u
struct mu_alarm {
    struct mu_agent_id agent;
    uint64_t instance;
    int64_t at_ms; /* machine time of the last one told */
};

struct mu_desk {
    mu_log *log;
    mu_signer *signer;
    mu_checker *checker;
    struct mu_desk_options options;
    struct mu_hash id;
    struct mu_agent_id self; /* the broker as an author */
    uint64_t instance;
    mu_roster *roster;

    /* the record as of the last commit */
    struct mu_head head;
    char note[MU_NOTE_BYTES_MAX];
    uint64_t noted; /* size of the newest checkpoint row */
    struct mu_author_state author_kept;

    /* the turn */
    uint64_t turn;
    int64_t now_ms, machine_ms;
    bool writing;         /* the log's turn has begun */
    bool folded;          /* the roster knows entries that are not committed */
    enum mu_err full;     /* MU_E_FULL: nothing of this turn will stand */
    uint64_t next_number; /* the next entry's, if the turn stands */
    uint32_t epoch;       /* ... and its epoch */
    bool maybe_restored;  /* the mark of a restored record is to be looked for */
    struct mu_author_state author;
    struct mu_pending *pending;
    size_t pending_count, pending_room;
    mu_arena keep; /* what pending answers point to */

    struct mu_alarm alarm[MU_ALARMS_KEPT];
    int64_t apart_since_ms; /* machine time: the hour in which ... */
    size_t apart_bytes;     /* ... so much went into quarantine */

    /* receipts: witness.c, sheet.c */
    struct mu_head heads[MU_HEADS_KEPT];
    size_t heads_at;
    struct mu_kept_receipt *receipts; /* two of each desk: witness.c, find_kept() */
    size_t receipt_count, receipt_room;
    int64_t waiting_since_ms;           /* INT64_MAX: nothing waits */
    int64_t sheet_at_ms, sheet_kept_ms; /* of the newest sheet: with this turn; committed */
    uint64_t sheet_number;              /* of this turn; 0: none */
    bool head_is_sheet;                 /* the last turn held a sheet and nothing else */

    /* one batch at a time */
    mu_arena unpack;
    struct mu_item items[MU_BATCH_EVENTS_MAX];
    struct mu_verdict verdicts[MU_BATCH_EVENTS_MAX];
    struct mu_fault faults[MU_BATCH_EVENTS_MAX];
    bool is_roster[MU_BATCH_EVENTS_MAX];
    int64_t wake_at_ms[MU_BATCH_EVENTS_MAX]; /* 0: none */
    struct mu_hash wake_for[MU_BATCH_EVENTS_MAX];
    uint8_t frame[MU_FRAME_BYTES_MAX];
};

/* ---- gate.c ---------------------------------------------------------------------------------- */
/* A turn not lost yet, credit, rate. Errors: FULL, NO_CREDIT, RATE. */
MU_MUST_USE enum mu_err mu_gate_seat(mu_desk *desk, struct mu_proposal *p);
/* Whether it could pass with so many bytes, as far as can be told while others stand before it. */
bool mu_gate_may_pass(const mu_desk *desk, const struct mu_desk_seat *seat, uint8_t lane,
                      size_t bytes);
/* Room in the record. Errors: FULL. */
MU_MUST_USE enum mu_err mu_gate_room(mu_desk *desk, struct mu_proposal *p);

/* ---- novelty.c ------------------------------------------------------------------------------- */
/* New (MU_OK), a repeat (MU_OK, p->again), or GAP, FORK (the instance is then fenced), FENCED, RECUT,
 * BUSY when it overlaps what this very turn admitted in a way only the committed record can tell. */
MU_MUST_USE enum mu_err mu_novelty_judge(mu_desk *desk, struct mu_proposal *p);

/* ---- judge.c --------------------------------------------------------------------------------- */
/* Seal, origin, standing: whether this batch is this sender's to send to this log. */
MU_MUST_USE enum mu_err mu_judge_seal(mu_desk *desk, struct mu_proposal *p);
/* One verdict per event of a batch that is new; folds what changes the roster as it goes.
 * Errors: BUSY when memory is short and nothing was folded; local ones must stop the process. */
MU_MUST_USE enum mu_err mu_judge_events(mu_desk *desk, const struct mu_batch *batch);

/* ---- record.c -------------------------------------------------------------------------------- */
/* Begins the log's turn at its first need. Errors: FULL; local ones. */
MU_MUST_USE enum mu_err mu_record_begin(mu_desk *desk);
/* Records a judged batch with its roster marks and timers as desk->next_number and on. Errors:
 * FULL: the turn is lost; local ones. */
MU_MUST_USE enum mu_err mu_record_batch(mu_desk *desk, const struct mu_batch *batch);

/* What entry `index` of a batch that is accepted changes: roster, timers. `event` is it, unpacked. */
MU_MUST_USE enum mu_err mu_judge_take_effect(mu_desk *desk, const struct mu_batch *batch,
                                             uint32_t index, const Muster__Event *event);

/* ---- author.c -------------------------------------------------------------------------------- */
/* When the next tick is owed; INT64_MAX when none is, or when there is no room to write one. */
int64_t mu_tick_due_ms(mu_desk *desk);
/* Writes the ticks that are due at desk->now_ms. */
MU_MUST_USE enum mu_err mu_author_ticks(mu_desk *desk);
/* Seals and records one event of the broker's own, whose body is set; its envelope is filled here.
 * Errors: FULL, BUSY; local ones. */
MU_MUST_USE enum mu_err mu_author_say(mu_desk *desk, Muster__Event *event);

/* ---- witness.c ------------------------------------------------------------------------------- */
/* The head that was just committed, for what is soon to be stated about it. */
void mu_witness_head(mu_desk *desk);
/* Whether `head` is what this record was at that size; of another epoch nothing is known: it may be.
 * Errors: MU_E_SPLIT when not; MU_E_CORRUPT, local ones. */
MU_MUST_USE enum mu_err mu_witness_compare(mu_desk *desk, const struct mu_head *head);
void mu_witness_free(mu_desk *desk);
/* Note in the log's turn how far a receipt in its sheet looked, so that a start does not take an older one
 * for news. */
MU_MUST_USE enum mu_err mu_witness_note(mu_desk *desk, const struct mu_receipt *receipt);

/* ---- sheet.c --------------------------------------------------------------------------------- */
/* At most one sheet in so long, of log clock: what a receipt may be dated late. */
#define MU_SHEET_EVERY_MS 10000
/* When the next sheet is owed; INT64_MAX: nothing waits, or the clock moves in steps. */
int64_t mu_sheet_due_ms(const mu_desk *desk);
/* Writes the sheet that is due at desk->now_ms. */
MU_MUST_USE enum mu_err mu_sheet_write(mu_desk *desk);
/* The same, before a clock in steps goes on: what waits need not have waited. */
MU_MUST_USE enum mu_err mu_sheet_write_before_step(mu_desk *desk);
/* How the turn ended: what is in a sheet waits no longer, or waits again. */
void mu_sheet_kept(mu_desk *desk);
void mu_sheet_dropped(mu_desk *desk);

/* ---- epoch.c --------------------------------------------------------------------------------- */
/* Begins a new epoch, or says what has become known of the one that is; `foreign` NULL: nothing yet.
 * Errors: FULL, BUSY, LIMIT: not now; local ones. */
MU_MUST_USE enum mu_err mu_epoch_begin(mu_desk *desk, const struct mu_head *foreign,
                                       struct mu_bytes note);

/* ---- give.c ---------------------------------------------------------------------------------- */
/* That the batch is its author's and the record had accepted it as `was` says, in an epoch before.
 * Errors: STRANGER for an author the record does not know (yet), BAD_SEAL, OTHER_LOG, BAD_FRAME. */
MU_MUST_USE enum mu_err mu_return_check(mu_desk *desk, struct mu_proposal *p,
                                        const struct mu_accepted *was);
/* Records it, new as it is here. Errors: FULL, BUSY; local ones. */
MU_MUST_USE enum mu_err mu_return_record(mu_desk *desk, struct mu_proposal *p,
                                         const struct mu_accepted *was);

/* ---- quarantine.c ----------------------------------------------------------------------------- */
/* Whether there is room for it among what this hour has put there. Errors: RATE. */
MU_MUST_USE enum mu_err mu_quarantine_gate(mu_desk *desk, struct mu_proposal *p);
/* The verdicts of a batch that goes there; and, once it is recorded, the batch itself beside it.
 * Errors: FULL, BUSY; local ones. */
void mu_quarantine_judge(mu_desk *desk, const struct mu_batch *batch);
MU_MUST_USE enum mu_err mu_quarantine_keep(mu_desk *desk, const struct mu_seal *seal,
                                           struct mu_bytes bytes, uint64_t first_number);

/* ---- answer.c -------------------------------------------------------------------------------- */
MU_MUST_USE enum mu_err mu_answer_refused(mu_desk *desk, const struct mu_proposal *p,
                                          enum mu_err code);
MU_MUST_USE enum mu_err mu_answer_again(mu_desk *desk, const struct mu_proposal *p);
/* Whether there will be room to remember the verdicts of this batch. Errors: BUSY. */
MU_MUST_USE enum mu_err mu_answer_room(const mu_desk *desk, const struct mu_proposal *p);
/* For a batch that is judged and recorded next. */
MU_MUST_USE enum mu_err mu_answer_accepted(mu_desk *desk, const struct mu_proposal *p);
/* Sends all that is owed and forgets it. */
MU_MUST_USE enum mu_err mu_answer_all(mu_desk *desk);

/* ---- desk.c ---------------------------------------------------------------------------------- */
/* The roster as the committed record has it. */
MU_MUST_USE enum mu_err mu_desk_fold_roster(mu_desk *desk);
/* The log clock of this turn goes on to here, never back. */
void mu_desk_set_time(mu_desk *desk, int64_t log_ms);
void mu_desk_alarm(mu_desk *desk, const struct mu_proposal *p, enum mu_err code);

#endif
