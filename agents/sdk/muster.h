/* libmuster: say something, be told what matters, and lose nothing in between.
 *
 * An agent is a directory: its keys, where its broker is, and its spool. What is said is kept in the
 * spool (synced) before mu_agent_say returns, leaves it only when the broker's acceptance has been
 * verified, and is sent again by itself after any crash or cut.
 *
 * One thread: an agent is used by one thread at a time, and everything happens inside mu_agent_turn,
 * callbacks included. A process may have several agents, but must not fork while one is open. Errors
 * are mu_err codes (proto/base/err.def lists them with sentence and remedy).
 */
#ifndef MUSTER_H
#define MUSTER_H

#include "proto/base/err.h"
#include "proto/base/id.h"
#include "proto/sign/seal.h"
#include "proto/wire/entry.h"
#include "proto/wire/event.h"
#include "proto/wire/frame.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mu_agent mu_agent;

/* What a body said becomes: its identity, known at once. */
struct mu_kept {
    struct mu_hash leaf; /* author leaf */
    uint8_t lane;
    uint64_t instance;
    uint64_t sequence;
};

/* The broker's answer to one event said, verified. */
struct mu_answer {
    struct mu_hash leaf;
    uint8_t lane;
    uint64_t instance;
    uint64_t sequence;
    enum mu_err code; /* MU_OK accepted; a final refusal; or, not settled, what keeps it waiting */
    bool settled;     /* false: it stays in the spool and is tried again */
    uint32_t epoch;
    uint64_t number; /* 0 unless settled */
    int64_t accepted_at_ms;
    const char *path; /* field of a refusal, "" otherwise */
};

enum mu_link { MU_LINK_OFFLINE, MU_LINK_GREETING, MU_LINK_OPEN, MU_LINK_REFUSED };

/* Where two faces of the record meet. */
struct mu_split {
    uint64_t number;          /* the entry */
    struct mu_agent_id agent; /* its author */
    struct mu_head seen;      /* what he had verified, by his seal */
};

/* Callbacks; any may be NULL. Return MU_OK to go on; anything else ends mu_agent_turn with it (all
 * answers of one batch are given first; entries not handed out come with a later turn). A callback
 * may say and follow, but not turn or close. */
struct mu_agent_calls {
    enum mu_err (*on_answer)(void *user, const struct mu_answer *answer);
    /* Entries of a follow, in number order, each verified. Lent for the call. */
    enum mu_err (*on_entry)(void *user, const struct mu_entry *entry);
    /* All entries up to `through` have been handed out (also when none matched). */
    enum mu_err (*on_through)(void *user, uint64_t through, uint64_t head);
    enum mu_err (*on_link)(void *user, enum mu_link link, enum mu_err why);
    /* The spool had been cloned or rolled back, so a new instance was begun: this event, kept and not
     * settled, is now known by another identity. References to the old one lead nowhere. */
    enum mu_err (*on_moved)(void *user, const struct mu_kept *was, const struct mu_kept *now);
    /* An invitation of ours: what the broker says of it. Lent for the call. */
    enum mu_err (*on_join)(void *user, const struct mu_join_frame *said);
    /* Of a follow of everything from 1: an entry whose author had verified a record that does not begin
     * this one. Two faces of the record were shown; the link goes on. */
    enum mu_err (*on_split)(void *user, const struct mu_split *split);
    /* The record was restored from a backup: what was handed out behind number `common` may not be in it
     * any more, or stand elsewhere. The follow goes on behind `common`; a program that folds forgets
     * what it folded and follows from 1. Cursors kept in the spool have gone back to `common`. */
    enum mu_err (*on_epoch)(void *user, uint64_t common);
    void *user;
};

struct mu_agent_options {
    const char *program;  /* "muster-supply"; named in HELLO */
    const char *endpoint; /* overrides the directory's; NULL: use it */
    bool no_spool;        /* read only: a follower that never says anything; any number at once */
    bool lazy;            /* entry->event stays NULL; unpack what you need with mu_event_unpack */
    /* What is delivered here is on its agency's desk: where the enrolment says so too, receipts are
     * stated of it, of follows from 1 or from no further than the last receipt. Needs the spool. */
    bool desk;
};

/* Make a new agent directory: keys, spool, agent.conf; and a request file for an admin at
 * `dir`/request. Errors: MU_E_EXISTS, MU_E_BAD_VALUE for a name, MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_agent_create(const char *dir, const char *agency, const char *program);
/* Fill in what an admin handed back: endpoint, log id, broker key. Again is fine while the log stays
 * the same. Errors: MU_E_BAD_VALUE for the endpoint (tcp:// or ipc://), MU_E_OTHER_LOG, MU_E_ABSENT. */
MU_MUST_USE enum mu_err mu_agent_point(const char *dir, const char *endpoint,
                                       const struct mu_hash *log, const uint8_t broker_curve[32],
                                       const struct mu_public *log_key);

/* Errors: MU_E_ABSENT no agent lives there, MU_E_CONFIG, MU_E_BAD_KEY; MU_E_IN_USE another program
 * has the spool (read with no_spool meanwhile); MU_E_CORRUPT, MU_E_IO. `options` and `calls` are
 * copied. */
MU_MUST_USE enum mu_err mu_agent_open(const char *dir, const struct mu_agent_options *options,
                                      const struct mu_agent_calls *calls, mu_agent **out);
void mu_agent_close(mu_agent **agent);

const struct mu_agent_id *mu_agent_self(const mu_agent *agent);
const char *mu_agent_agency(const mu_agent *agent);
const char *mu_agent_endpoint(const mu_agent *agent); /* where it connects to */
const char *mu_agent_program(const mu_agent *agent);  /* its directory was made for */

/* Keep these event bodies, all or none, as one batch per lane (order within a lane as given; more
 * where one would be too large). Checked like the broker will check them: a malformed event is refused
 * here, `fault` (may be NULL) says where. kept[i] for each body; NULL: not wanted. Returns when they
 * are on this disk.
 * Errors: final ones of the check; MU_E_NOT_ALLOWED opened to read only, or not pointed at a log yet;
 * MU_E_FULL nothing was kept; MU_E_IO open the agent anew. */
MU_MUST_USE enum mu_err mu_agent_say(mu_agent *agent, const struct mu_bytes *bodies, size_t count,
                                     struct mu_kept *kept, struct mu_fault *fault);
/* Events kept and not yet settled; one more while what a restored broker lost is being given back. */
uint64_t mu_agent_unsettled(const mu_agent *agent);

/* Follow from number `from` (1: from the beginning) what `filter` wants (proto/topic/filter.h; "":
 * everything). Replaces what was followed before. Goes on by itself after every cut, nothing twice,
 * nothing skipped. A broker whose entries do not verify is left: on_link says MU_E_PROOF.
 * Errors: MU_E_BAD_VALUE for the filter. */
MU_MUST_USE enum mu_err mu_agent_follow(mu_agent *agent, const char *filter, uint64_t from);

/* The desk's newest receipt says that all up to here was delivered; 0: none was said of this follow. */
uint64_t mu_agent_witnessed(const mu_agent *agent);
/* Of an exercise in steps: all up to `through` was delivered, and the broker has heard what receipt was
 * owed of it. True where no receipt can be owed. */
bool mu_agent_stated(const mu_agent *agent, uint64_t through);

/* The same for a screen: one cursor per lane, so that over a slow link what is grave is shown before a
 * backlog of routine has come. Entries come in number order within each lane, not over all three, and
 * nothing that is recorded may rest on that order: programs that answer the record use mu_agent_follow. No
 * receipt is stated of it. on_through tells how far all three have come; mu_agent_lane_through each. */
MU_MUST_USE enum mu_err mu_agent_follow_lanes(mu_agent *agent, const char *filter,
                                              const uint64_t from[3]);
uint64_t mu_agent_lane_through(const mu_agent *agent, uint8_t lane);

/* A cursor kept in the spool, for programs that remember where they were. 0 when never kept. */
MU_MUST_USE enum mu_err mu_agent_cursor_keep(mu_agent *agent, const char *name, uint64_t through);
uint64_t mu_agent_cursor(mu_agent *agent, const char *name);

/* One turn: wait at most `timeout_ms` for the link (less when something falls due), move everything
 * on, call back. Errors: what a callback said; MU_E_IO, MU_E_CORRUPT, MU_E_NO_MEMORY of this machine.
 * That the broker cannot be reached or refuses is no error: mu_agent_link tells. */
MU_MUST_USE enum mu_err mu_agent_turn(mu_agent *agent, int timeout_ms);
/* A descriptor to poll beside others; readable means: call mu_agent_turn(agent, 0). Call it once
 * before the first poll. */
int mu_agent_fd(const mu_agent *agent);

/* State of the link and of the record, as last told. */
enum mu_link mu_agent_link(const mu_agent *agent, enum mu_err *why);
void mu_agent_head(const mu_agent *agent, struct mu_head *head);
int64_t mu_agent_log_now_ms(const mu_agent *agent);
/* How far the broker's wall clock is ahead of this machine's, give or take within_ms: what it takes to
 * ask. Order never rests on it. False until the broker was asked once. */
bool mu_agent_clock_offset_ms(const mu_agent *agent, int64_t *ahead_ms, int64_t *within_ms);

/* What a time stated now by mu_agent_log_now_ms is worth: taken from the broker's clock over an open link
 * (SYNCHRONISED when this machine's own clock agrees with it, else BROKER_OFFSET), or FREE_RUNNING. */
Muster__ClockQuality mu_agent_clock_quality(const mu_agent *agent);
/* Both into an envelope: when it is sent, and by what clock. */
void mu_agent_stamp(const mu_agent *agent, Muster__Envelope *envelope);

/* How far the broker's newest backup reached when the link opened: it holds every entry up to here. 0: there
 * is none, or the link has not been open yet. */
uint64_t mu_agent_backed_up(const mu_agent *agent);
/* Whether the record, as far as it was read, lets this agent publish this kind (MUSTER__EVENT__BODY_...) in
 * any area now. Known once a follow has been handed out through the head. */
bool mu_agent_may_say(const mu_agent *agent, uint32_t kind);

/* Programs of an exercise: say "I have folded all up to here", drive and read the step clock. */
void mu_agent_idle(mu_agent *agent, uint64_t through);
/* The head of the record, when all programs connected have reported idle through it, as told since the
 * broker heard our own last mu_agent_idle; else 0. Asks again. */
uint64_t mu_agent_all_idle(mu_agent *agent);
/* Ask for the log clock to go on to `log_ms`, with the next turn. A broker that goes before it answers is
 * asked again when it is back, unless its clock went on. */
void mu_agent_clock(mu_agent *agent, int64_t log_ms);
/* Whether that has been answered: the clock went on, and what stood in its way is in the record. */
bool mu_agent_clock_answered(const mu_agent *agent);

/* Say one thing about an invitation, as an admin: docs/PROTOCOL.md, "Joining". What a broken link
 * swallows is not said again. Errors: MU_E_UNREACHABLE, MU_E_TOO_LARGE. */
MU_MUST_USE enum mu_err mu_agent_join(mu_agent *agent, const struct mu_join_frame *frame);

#ifdef __cplusplus
}
#endif

#endif
