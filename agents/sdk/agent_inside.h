/* What the files of an agent share. One thread, one turn at a time.
 *
 *   agent.c   open, say, ask              submit.c  batches out, ACCEPTED and REFUSED in
 *   turn.c    one turn: move, wait, hear  fork.c    a spool that is not alone
 *   link.c    greet, ping, stand back     follow.c  FOLLOW and CREDIT out, frames that wait
 *   head.c    checkpoints believed        deliver.c what it delivers, believed and handed out
 *   roles.c   the roster folded           slice.c   sealed batches verified
 *   witness.c what a desk states of it    split.c   two faces of one record
 *   pace.h    how much may be on its way    intake.h  how much may be on its way to us
 *   spool.h   what was said and not provably taken   give.c   what a restored broker lost
 *   invite.c  an admin's word on an invitation      join.h   a newcomer's side, no agent yet
 */
#ifndef MU_SDK_AGENT_INSIDE_H
#define MU_SDK_AGENT_INSIDE_H

#include "agents/sdk/dealer.h"
#include "agents/sdk/home.h"
#include "agents/sdk/intake.h"
#include "agents/sdk/muster.h"
#include "agents/sdk/pace.h"
#include "agents/sdk/spool.h"
#include "proto/authority/roster.h"
#include "proto/base/clock.h"
#include "proto/session/session.h"
#include "proto/sign/merkle.h"
#include "proto/sign/receipt.h"
#include "proto/sign/roots.h"
#include "proto/topic/filter.h"

/* ---- link ------------------------------------------------------------------------------------ */
struct mu_link_times {
    int64_t open_at;  /* connect (again) */
    int64_t greet_at; /* say HELLO (again) */
    int64_t lost_at;  /* nothing heard until then: begin anew */
    int64_t ping_at;
    int64_t pinged_at;
    int64_t echo;       /* of the last PING */
    int64_t ping_wall;  /* wall clock as it left */
    unsigned failures;  /* in a row; sets how long to back off */
    unsigned greetings; /* HELLOs since the last WELCOME */
};

/* How far the broker's wall clock is ahead of ours. */
struct mu_offset {
    int64_t ms;
    int64_t within_ms; /* half the round trip it was read in */
    int64_t read_at;   /* machine time; 0: not known */
};

/* ---- submit ---------------------------------------------------------------------------------- */
struct mu_submit_lane {
    uint64_t next;        /* first sequence of the next batch to send */
    uint64_t cutting;     /* first sequence of the batch that is half sent; 0: none */
    size_t cut_at;        /* ... up to here */
    int64_t hold_until;   /* the broker said "not now" */
    uint64_t broker_last; /* last sequence the broker holds, as WELCOME said */
    bool agrees;          /* ... and it lies in our own history */
    bool giving;          /* what the broker lost of it comes first */
};

struct mu_submit {
    struct mu_submit_lane lane[MU_LANES];
    uint64_t window;    /* bytes the broker allows unanswered */
    uint64_t in_flight; /* bytes sent and unanswered */
    size_t unanswered;  /* batches of the slower lanes among them */
    struct mu_pace pace;
    bool forked;       /* this spool is not alone: find out what landed, then start anew */
    int64_t reseal_at; /* not before */
};

/* ---- give back ------------------------------------------------------------------------------- */
struct mu_giver {
    uint8_t *frame; /* the RETURN on its way; NULL: none */
    size_t size, at;
    bool sent;           /* all of it; the answer is awaited */
    struct mu_lost lost; /* which one it is; its bytes are not lent any more */
    int64_t hold_until;
};

/* ---- follow ---------------------------------------------------------------------------------- */
struct mu_follower {
    uint32_t serial;  /* which of the program's follows this is; 0: none */
    uint32_t id;      /* of the FOLLOW now running */
    uint8_t lanes;    /* bit per lane */
    uint64_t through; /* the broker has looked so far */
    char filter[MU_FILTER_TEXT_MAX];
    bool everything;
    bool asked;          /* FOLLOW was said since the last WELCOME */
    uint64_t next;       /* number of the next entry to hand out */
    int64_t out;         /* bytes the broker may still send of it */
    uint64_t heard;      /* bytes of it so far, as the broker counts them */
    size_t half;         /* of these, of a frame that is not whole yet */
    struct mu_edge edge; /* of an everything-follow from 1: the tree so far */
    bool edged;
    struct mu_roots roots; /* ... and what it was */
    uint64_t looked_at;    /* of the last entry told of as split */
};

/* One slice of a DELIVER, hashed. */
struct mu_hashed {
    struct mu_slice slice;
    struct mu_seal seal;
    struct mu_hash *leaves; /* slice.count author leaves */
    struct mu_hash last;    /* the last of them */
    bool whole;             /* every leaf was computed from its body */
    bool leads;             /* the first one was: it rests on seal.previous */
    bool covered;           /* a later seal of the same chain stands for this one */
};

/* A DELIVER that must wait for the roster. */
struct mu_held {
    struct mu_held *next;
    uint32_t id; /* of its follow */
    size_t size;
    uint8_t data[];
};

struct mu_reading {
    struct mu_intake intake;
    mu_roster *roster;
    struct mu_follower roles;  /* the roster's own follow; next: all before it is folded */
    struct mu_follower wanted; /* the program's; of one that follows lane by lane, the first */
    struct mu_follower slower[MU_LANES - 1]; /* ... and the others; serial 0: not in use */
    uint64_t roster_goal; /* the wanted follow waits until the roster is folded through here */
    uint32_t serials;     /* follows begun by the program */
    uint32_t ids;         /* FOLLOWs said since the last WELCOME */
    struct mu_held *held, **held_end;
    struct mu_hash *leaves; /* scratch: one DELIVER */
    size_t leaves_room;
    struct mu_hashed *hashed;
    size_t hashed_room;
    mu_arena arena;      /* the entry being handed out */
    mu_arena fold_arena; /* the entry being folded: the roster may outlive neither */
};

/* ---- witness --------------------------------------------------------------------------------- */
struct mu_witness {
    bool wanted;    /* opened as a desk that keeps things */
    bool on;        /* the program's follow can be witnessed */
    bool kept;      /* `last` is one, and in the spool */
    bool continues; /* ... and what is counted now goes on from it */
    struct mu_receipt last;
    struct mu_hash filter; /* digest of the follow's */
    uint32_t epoch;        /* of what is counted; 0: not known yet */
    uint64_t looked;       /* handed out, or left out, up to here */
    struct mu_delivered delivered;
    bool moved, moved_life; /* since `last`, other than sheets */
    bool owed_again;        /* `last` may have been lost on its way */
    bool unheard;           /* no PONG yet of a PING after it */
    int64_t mark;           /* echo of that PING; 0: not said yet */
    int64_t hold_until;     /* machine time: one was just made, or the disk was full */
};

struct mu_agent {
    struct mu_home home;
    struct mu_agent_calls calls;
    char program[MU_NAME_BYTES_MAX];
    char endpoint[MU_ENDPOINT_BYTES_MAX];
    bool lazy;
    mu_spool *spool;           /* NULL: reads only */
    mu_verifier *log_verifier; /* NULL: not pointed */

    mu_dealer *dealer;
    struct mu_session session;
    enum mu_link link;
    enum mu_err why;
    struct mu_link_times times;
    enum mu_err stop; /* what a callback said: ends the turn */
    bool blocked;     /* the pipe took no more: wait for room */

    uint32_t epoch;
    uint64_t backed_up_through;
    struct mu_head head; /* newest believed, and its note */
    char held_note[MU_NOTE_BYTES_MAX];
    size_t held_note_size;
    char note[MU_NOTE_BYTES_MAX]; /* the note last checked, and what it said */
    size_t note_size;
    struct mu_head note_head;
    uint64_t told_head; /* newest size heard of, believed or not */

    struct mu_clock clock;
    bool clock_known;
    struct mu_offset offset;
    int64_t clock_wanted; /* CLOCK not yet answered; 0: none */
    int64_t clock_stood;  /* when it was wanted */
    bool clock_said;      /* over this session */
    uint64_t idle_through, idle_told, all_idle;
    int64_t idle_echo; /* of the first PING whose PONG knows it */

    struct mu_submit submit;
    struct mu_giver giver;
    struct mu_reading reading;
    struct mu_witness witness;
    int64_t flush_at; /* 0: nothing to write */

    int epoll, timer; /* mu_agent_fd */
    int watched[2];   /* the dealer's descriptors in it */

    struct mu_item items[MU_BATCH_EVENTS_MAX]; /* scratch: the batch being answered */
    struct mu_draft *drafts;                   /* scratch: the say being checked */
    size_t drafts_room;
    mu_arena say_arena;
};

/* `base` doubled `times` times, at most `max`, and up to half as much again at random. */
int64_t mu_back_off_ms(int64_t base, int64_t max, unsigned times);

/* Make the descriptor of mu_agent_fd readable: there is something to do. */
void mu_turn_wake(struct mu_agent *agent);

/* ---- clock.c --------------------------------------------------------------------------------- */
int64_t mu_machine_ms(void);
int64_t mu_wall_ms(void);
/* Where the broker's clock stands, as WELCOME, PONG and CLOCK tell. */
void mu_clock_welcomed(struct mu_agent *agent, const struct mu_welcome *welcome);
void mu_clock_ponged(struct mu_agent *agent, const struct mu_pong *pong, int64_t now);
MU_MUST_USE enum mu_err mu_clock_take(struct mu_agent *agent, const struct mu_heard *heard);
/* An entry was accepted at this time: the log clock stands there or later, whatever the last PONG said. */
void mu_clock_passed(struct mu_agent *agent, int64_t log_ms);
/* The link is open: say the wish that waits. */
void mu_clock_step(struct mu_agent *agent);

/* ---- beat.c ---------------------------------------------------------------------------------- */
void mu_beat_begin(struct mu_agent *agent);
/* PING if it is time, or if there is news of being at rest. */
void mu_beat_step(struct mu_agent *agent, int64_t now);
/* PING now: keeps in touch, tells idle, and marks what was sent before it. */
void mu_beat_ping(struct mu_agent *agent, int64_t now);
MU_MUST_USE enum mu_err mu_beat_take_pong(struct mu_agent *agent, const struct mu_heard *heard);

/* ---- link.c ---------------------------------------------------------------------------------- */
/* Open, greet, ping: whatever is due. Errors: local ones. */
MU_MUST_USE enum mu_err mu_link_step(struct mu_agent *agent, int64_t now);
void mu_link_watch(struct mu_agent *agent, int64_t now);
/* Say BYE with `code` and begin anew later. */
void mu_link_leave(struct mu_agent *agent, enum mu_err why);
/* HELLO once more, soon: what each end knows of the other is not the same. */
void mu_link_regreet(struct mu_agent *agent, enum mu_err why);
void mu_link_tell(struct mu_agent *agent, enum mu_link link, enum mu_err why);
void mu_link_close(struct mu_agent *agent);
/* Take leave before closing, so that nobody waits for us. */
void mu_link_bye(struct mu_agent *agent);
/* Send one small frame that is written already; false: not now. */
bool mu_link_say(struct mu_agent *agent, uint8_t type, const struct mu_writer *w);
/* The next machine time something is due, at most `latest`. */
int64_t mu_link_due(const struct mu_agent *agent, int64_t latest);
MU_MUST_USE enum mu_err mu_link_take_welcome(struct mu_agent *agent, const struct mu_heard *heard);
/* invite.c */
MU_MUST_USE enum mu_err mu_link_take_join(struct mu_agent *agent, const struct mu_heard *heard);
MU_MUST_USE enum mu_err mu_link_take_bye(struct mu_agent *agent, const struct mu_heard *heard);

/* ---- head.c ---------------------------------------------------------------------------------- */
/* What a note of this log says, its signature checked; of this epoch, or (0) any. Errors: MU_E_PROOF. */
MU_MUST_USE enum mu_err mu_head_read(struct mu_agent *agent, struct mu_bytes note, uint32_t epoch,
                                     struct mu_head *head);
/* Take it as the newest when it is newer. Errors: MU_E_PROOF when it contradicts what was believed;
 * with `newest` also when it is older. */
MU_MUST_USE enum mu_err mu_head_believe(struct mu_agent *agent, const struct mu_head *head,
                                        struct mu_bytes note, bool newest);

/* ---- submit.c, fork.c ------------------------------------------------------------------------ */
/* After WELCOME: where to go on from. Errors: MU_E_PROOF, MU_E_OTHER_EPOCH: the broker lost what it
 * had accepted. */
MU_MUST_USE enum mu_err mu_submit_resume(struct mu_agent *agent, const struct mu_welcome *welcome);
MU_MUST_USE enum mu_err mu_submit_step(struct mu_agent *agent, int64_t now);
MU_MUST_USE enum mu_err mu_submit_take_accepted(struct mu_agent *agent,
                                                const struct mu_heard *heard);
MU_MUST_USE enum mu_err mu_submit_take_refused(struct mu_agent *agent,
                                               const struct mu_heard *heard);
int64_t mu_submit_due(const struct mu_agent *agent, int64_t latest);
/* That an ACCEPTED is true of this batch; its head is believed. Errors: MU_E_PROOF. */
MU_MUST_USE enum mu_err mu_submit_verify(struct mu_agent *agent, const struct mu_accepted *accepted,
                                         const struct mu_batch *batch, uint16_t *codes);
/* Tell the program where the events of a batch stand, or that they wait and why. */
void mu_submit_tell_accepted(struct mu_agent *agent, const struct mu_batch *batch,
                             const struct mu_accepted *accepted, const uint16_t *codes);
void mu_submit_tell_kept(struct mu_agent *agent, const struct mu_batch *batch, enum mu_err why,
                         const char *path);
/* Whether this row may go out while the spool is suspected. */
bool mu_fork_may_send(struct mu_agent *agent, uint8_t lane, const struct mu_waiting *row);
/* Once all is known that the broker holds: seal the rest anew. */
MU_MUST_USE enum mu_err mu_fork_step(struct mu_agent *agent, int64_t now);

/* ---- witness.c ------------------------------------------------------------------------------- */
void mu_witness_open(struct mu_agent *agent);
/* The program follows anew; after WELCOME. */
void mu_witness_begin(struct mu_agent *agent);
void mu_witness_resume(struct mu_agent *agent);
/* The program was handed this; all up to `through` has been looked at. */
void mu_witness_take(struct mu_agent *agent, const struct mu_entry *entry);
void mu_witness_through(struct mu_agent *agent, uint64_t through);
/* State what is due. Errors: local ones. */
MU_MUST_USE enum mu_err mu_witness_step(struct mu_agent *agent, int64_t now);
int64_t mu_witness_due(const struct mu_agent *agent, int64_t latest);
/* A PING was said, a PONG was heard: what went before it has arrived. */
void mu_witness_pinged(struct mu_agent *agent, int64_t echo);
void mu_witness_ponged(struct mu_agent *agent, int64_t echo);
/* Whether a clock in steps need not wait for a receipt. */
bool mu_witness_settled(const struct mu_agent *agent);

/* ---- give.c ---------------------------------------------------------------------------------- */
/* After WELCOME, for each lane; then once. */
MU_MUST_USE enum mu_err mu_give_begin(struct mu_agent *agent, uint8_t lane);
MU_MUST_USE enum mu_err mu_give_resume(struct mu_agent *agent);
MU_MUST_USE enum mu_err mu_give_step(struct mu_agent *agent, int64_t now);
int64_t mu_give_due(const struct mu_agent *agent, int64_t latest);
/* Answers in a lane that gives back. */
MU_MUST_USE enum mu_err mu_give_take_accepted(struct mu_agent *agent, const struct mu_heard *heard);
MU_MUST_USE enum mu_err mu_give_take_refused(struct mu_agent *agent, const struct mu_heard *heard);
void mu_give_free(struct mu_agent *agent);

/* ---- follow.c, slice.c, roles.c -------------------------------------------------------------- */
void mu_follow_resume(struct mu_agent *agent, uint64_t head);
/* The record is in another epoch: what was read behind `common` may not be in it.
 * Errors: MU_E_NO_MEMORY; what the program says. */
MU_MUST_USE enum mu_err mu_follow_lose(struct mu_agent *agent, uint64_t common);
void mu_follow_step(struct mu_agent *agent);
MU_MUST_USE enum mu_err mu_follow_take_deliver(struct mu_agent *agent,
                                               const struct mu_heard *heard);
/* A part of a DELIVER: what it takes of the credit is given back before the frame is whole. */
void mu_follow_take_piece(struct mu_agent *agent, const struct mu_piece *piece);
void mu_follow_free(struct mu_agent *agent);

/* Hash one slice and hold it against its own seal. Errors: MU_E_PROOF. */
MU_MUST_USE enum mu_err mu_slice_hash(const struct mu_slice *slice, const struct mu_hash *log,
                                      struct mu_hash *leaves, struct mu_hashed *out);
/* The signature, by a key the roster knows as the author's. Errors: MU_E_PROOF. */
MU_MUST_USE enum mu_err mu_slice_check_seal(const mu_roster *roster,
                                            const struct mu_hashed *hashed);
/* Mark those of a run that a later seal of the same chain stands for. */
void mu_slice_cover(struct mu_hashed *hashed, size_t count);

#endif
