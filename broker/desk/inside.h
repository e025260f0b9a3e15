/* What the files of the desk share. Nobody outside includes this. */
#ifndef MU_DESK_INSIDE_H
#define MU_DESK_INSIDE_H

#include "broker/desk/desk.h"
#include "broker/desk/signer.h"
#include "proto/base/arena.h"

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
    struct mu_author_state author;
    struct mu_pending *pending;
    size_t pending_count, pending_room;
    mu_arena keep; /* what pending answers point to */

    struct mu_alarm alarm[MU_ALARMS_KEPT];

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

/* ---- author.c -------------------------------------------------------------------------------- */
/* Writes the ticks that are due at desk->now_ms. */
MU_MUST_USE enum mu_err mu_author_ticks(mu_desk *desk);

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
void mu_desk_alarm(mu_desk *desk, const struct mu_proposal *p, enum mu_err code);

#endif
