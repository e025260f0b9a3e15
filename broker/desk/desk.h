/* The desk: one turn of admission. No socket and no clock in sight: it is handed frames and times.
 *
 *   mu_desk_turn_begin      ticks and receipt sheets that are due are written first
 *   mu_desk_submit  ...     each batch is judged in sight of the ones before it
 *   mu_desk_turn_end        one commit for all; then, and only then, the answers go out
 *
 * Two halves judge a batch. The gate (size, rate, credit, room) may say "not now" and leaves no trace.
 * The judge (seal, standing, novelty, form) sees the proposal and the state and nothing else. What the
 * answers mean: docs/PROTOCOL.md, "Verdicts".
 */
#ifndef MU_DESK_DESK_H
#define MU_DESK_DESK_H

#include "broker/log/log.h"
#include "proto/authority/roster.h"
#include "proto/base/version.h"
#include "proto/wire/frame.h"

typedef struct mu_desk mu_desk;

/* Where one authenticated agent submits from. The caller keeps it, zeroed at first, sets agent and
 * user, may set credit_bytes, and leaves the rest to the desk. It must outlive the turn. */
struct mu_desk_seat {
    struct mu_agent_id agent; /* by its CURVE key, not by what it says */
    void *user;
    uint32_t credit_bytes; /* what it was granted; 0: the desk's bound */
    uint64_t turn;         /* the last turn it submitted in */
    size_t turn_bytes;     /* ... and how much */
    uint64_t rate_bytes;   /* what it may still send at once */
    int64_t filled_ms;     /* machine time at which that was reckoned */
};

struct mu_desk_time {
    int64_t log_ms;     /* log clock; never believed when it falls */
    int64_t machine_ms; /* monotonic, for rates only */
};

/* Sends one answer, a whole frame (ACCEPTED or REFUSED), lent for the call. */
typedef void mu_desk_answer_fn(void *user, struct mu_desk_seat *seat, struct mu_bytes frame);
/* Tells the operator of a batch that was not its sender's to send; at most once per instance and
 * minute. */
typedef void mu_desk_alarm_fn(void *user, const struct mu_desk_seat *seat,
                              const struct mu_seal *seal, enum mu_err code);

/* Called when a commit has changed the roster, before anybody is answered: whoever hears that it was
 * enrolled must find the door open. Errors stop the process. */
typedef enum mu_err mu_desk_roster_fn(void *user);

struct mu_desk_options {
    uint32_t credit_bytes; /* bytes one seat may submit in one turn; 0: no bound */
    uint32_t rate_bytes_s; /* bytes a second one seat may submit in lanes 1 and 2; 0: no bound */
    mu_desk_answer_fn *answer;
    mu_desk_alarm_fn *alarm;   /* may be NULL */
    mu_desk_roster_fn *roster; /* may be NULL */
    void *user;
};

/* Gives a desk over `log` (lent until close): folds the roster from the log, signs the head it finds.
 * Takes `key`, the log key; `instance` is a number no earlier start used for the broker's own entries.
 * Errors: MU_E_BAD_KEY when the key is not the one genesis names; those of the log; MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_desk_open(mu_log *log, mu_key *key, uint64_t instance,
                                     const struct mu_desk_options *options, mu_desk **out);
void mu_desk_close(mu_desk **desk);

/* Who may say what, as of the last batch admitted; a dropped turn takes it back. Lent until the next
 * call that may admit. */
const mu_roster *mu_desk_roster(const mu_desk *desk);
/* The newest checkpoint and the head it signs. Lent until the next turn ends. */
struct mu_bytes mu_desk_note(const mu_desk *desk, struct mu_head *head);
/* Log time as of the turn. */
int64_t mu_desk_now_ms(const mu_desk *desk);
/* When the next tick, or receipt sheet, is owed; INT64_MAX when none is, or when there is no room. */
int64_t mu_desk_due_ms(mu_desk *desk);

/* Errors of all six: MU_E_NO_MEMORY and storage errors (not MU_E_FULL, which is a verdict): the
 * process must stop. */
MU_MUST_USE enum mu_err mu_desk_turn_begin(mu_desk *desk, const struct mu_desk_time *time);
MU_MUST_USE enum mu_err mu_desk_submit(mu_desk *desk, struct mu_desk_seat *seat, uint8_t lane,
                                       struct mu_bytes batch);
/* A batch that is likely to be submitted from this seat, after those that came before it: its seal may be
 * checked meanwhile, by a thread beside this one. Nothing is decided by it, and who does not call it
 * loses nothing but time. The bytes are lent until mu_desk_forget, which comes for every batch that was
 * expected, in that order, submitted or not, and not before its submit has returned. */
void mu_desk_expect(mu_desk *desk, const struct mu_desk_seat *seat, uint8_t lane,
                    struct mu_bytes batch);
void mu_desk_forget(mu_desk *desk, struct mu_bytes batch);
/* What an agent holds of the record, as its HELLO says. */
struct mu_desk_held {
    struct mu_head head;  /* size 0: nothing */
    struct mu_bytes note; /* the checkpoint behind it */
    /* answered: */
    uint64_t common; /* numbers up to here mean the same there and here; 0: not known */
    bool foreign;    /* it does not fit what is here ... */
    bool proved;     /* ... and the log key has signed it: the record was restored */
};
/* Compares it with the record. When it is proved that more was recorded than is here, or something
 * else, a new epoch begins in this turn (docs/decisions/0014). Inside a turn. */
MU_MUST_USE enum mu_err mu_desk_hold(mu_desk *desk, struct mu_desk_held *held);
/* A batch this record had accepted in an epoch before, given back by whoever kept it. What was accepted
 * then is accepted now, with the verdicts it got then. Answered as a submit is. */
MU_MUST_USE enum mu_err mu_desk_return(mu_desk *desk, struct mu_desk_seat *seat, uint8_t lane,
                                       const struct mu_return *returned);
/* A clock that moves in steps goes on to target_ms, but not past the next tick owed, which is then
 * written; before it goes, the receipts that wait. It stands at mu_desk_now_ms afterwards. */
MU_MUST_USE enum mu_err mu_desk_step(mu_desk *desk, int64_t target_ms);
/* A receipt heard from this seat at log time `now_ms`, in a turn or between two. The newest of each desk
 * is kept in memory until a receipt sheet holds it. One whose root is not this record's is an alarm,
 * MU_E_SPLIT; that, and one of who is no desk, is forgotten. Errors, for BYE: WRONG_AGENT, OTHER_LOG,
 * BAD_SEAL, BAD_FRAME; MU_E_NO_MEMORY and storage errors. */
MU_MUST_USE enum mu_err mu_desk_receipt(mu_desk *desk, struct mu_desk_seat *seat, int64_t now_ms,
                                        const struct mu_receipt_frame *frame);
/* Before an orderly end: a turn of its own for the receipts that wait. */
MU_MUST_USE enum mu_err mu_desk_last_sheet(mu_desk *desk, const struct mu_desk_time *time);
/* Commits, then answers everyone. */
MU_MUST_USE enum mu_err mu_desk_turn_end(mu_desk *desk);

#endif
