/* The spool: what this agent said and the broker has not yet provably taken.
 *
 * The usual path: mu_spool_say seals the bodies of one say, a batch per lane, and syncs them; the
 * link loads each batch and sends it; once the broker's answer is verified mu_spool_settle marks it,
 * and a later commit writes that down. A settled batch and its answer stay until the broker's
 * `backed-up-through` passes it, or 30 days or 1 GiB have: out of them a burnt broker is rebuilt.
 *
 * Each way it can fail, and what is left behind:
 *  - Killed before say returns: the say is there whole or not at all; the program was not told.
 *  - Killed after say: the batch is sent by the next process, with the same bytes, thus the same
 *    identity; if the broker has it, the answer is the one it gave first.
 *  - Killed after settling, before that was written: the batch is sent once more, as above.
 *  - Disk full: say answers MU_E_FULL and nothing happened. Any other storage error: the store is
 *    broken and nothing more is promised until it is opened anew (store.h).
 *  - Spool lost: a new instance, drawn at random. The broker sees another instance of this agent.
 *  - Spool rolled back, or cloned and the other one spoke first: the broker's last (sequence, leaf)
 *    is not in this history: mu_spool_agrees says MU_SPOOL_FORKED. The link then asks the broker,
 *    by sending the same bytes again, which of the waiting batches it already holds; whatever it
 *    does not is sealed anew under a new instance by mu_spool_reseal, in one commit. So nothing is
 *    said twice by a rolled-back spool and nobody takes the yes meant for another.
 *  - The broker was restored and lost what it had accepted: it says another epoch, and mu_spool_lose
 *    notes what is to be given back out of what was kept. MU_SPOOL_BEHIND in the same epoch: nothing is
 *    sent; that is for people.
 */
#ifndef MU_SDK_SPOOL_H
#define MU_SDK_SPOOL_H

#include "agents/sdk/muster.h"
#include "agents/sdk/queue.h"
#include "proto/sign/checkpoint.h"
#include "proto/sign/receipt.h"
#include "proto/wire/frame.h"

#define MU_SPOOL_DAYS_MAX 30
#define MU_SPOOL_BYTES_MAX (UINT64_C(1) << 30)

typedef struct mu_spool mu_spool;

/* Who seals, and what he has seen of the record. Lent for the call. */
struct mu_signer {
    const mu_key *key;
    struct mu_agent_id agent;
    struct mu_hash log;
};

/* One body to be kept, its lane settled by kind and severity. */
struct mu_draft {
    struct mu_bytes body;
    uint8_t lane;
};

enum mu_spool_stand {
    MU_SPOOL_AGREES,
    MU_SPOOL_FORKED, /* the broker holds something this spool never said */
    MU_SPOOL_BEHIND, /* the broker lacks something it had accepted */
};

/* A verified answer, to be kept beside its batch. */
struct mu_settlement {
    uint32_t epoch;
    uint64_t first_number;
    int64_t accepted_at_ms;
    struct mu_bytes answer; /* the ACCEPTED payload as received */
};

/* Open `dir`, making it and drawing an instance where there is none; one handle at a time.
 * Errors: MU_E_IN_USE, MU_E_SYSTEM, MU_E_CORRUPT, MU_E_IO. */
MU_MUST_USE enum mu_err mu_spool_open(const char *dir, mu_spool **out);
/* Writes what was settled. */
void mu_spool_close(mu_spool **spool);

uint64_t mu_spool_instance(const mu_spool *spool);
/* The last thing said in each lane. */
void mu_spool_mark(const mu_spool *spool, uint8_t lane, struct mu_lane_mark *mark);
/* Events kept and not settled. */
uint64_t mu_spool_unsettled(const mu_spool *spool);
/* The newest head verified, and its note (lent until the next is believed). Zeros before the first. */
void mu_spool_head(const mu_spool *spool, struct mu_head *head);
struct mu_bytes mu_spool_note(const mu_spool *spool);

/* Keep `count` drafts; on disk when it returns MU_OK. kept[i] for each, or NULL: costs nothing.
 * Errors: MU_E_TOO_LARGE, MU_E_FULL, MU_E_IO; then nothing was kept. */
MU_MUST_USE enum mu_err mu_spool_say(mu_spool *spool, const struct mu_signer *signer,
                                     const struct mu_draft *drafts, size_t count,
                                     struct mu_kept *kept);

/* The lane's waiting batches. Lent until the next say, settle or reseal. */
struct mu_queue *mu_spool_queue(mu_spool *spool, uint8_t lane);
/* The batch of a waiting row, as it is sent. Lends until the next call on this spool.
 * Errors: MU_E_CORRUPT when the bytes are no longer those that were sealed; MU_E_IO. */
MU_MUST_USE enum mu_err mu_spool_load(mu_spool *spool, uint8_t lane, struct mu_waiting *row,
                                      struct mu_bytes *batch);

/* Mark the row as accepted. It leaves the queue as soon as all before it have. Written with the
 * next commit. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_spool_settle(mu_spool *spool, uint8_t lane, struct mu_waiting *row,
                                        const struct mu_settlement *settlement);
/* Remember a verified head. Written with the next commit. */
void mu_spool_believe(mu_spool *spool, const struct mu_head *head, struct mu_bytes note);
/* What a commit would write now, in bytes. 0: nothing. */
size_t mu_spool_pending(const mu_spool *spool);
/* Write what was settled and believed. Errors: MU_E_FULL (try later), MU_E_IO. */
MU_MUST_USE enum mu_err mu_spool_flush(mu_spool *spool);
/* What need not be kept any longer: entries the broker has in a backup, and those 30 days old by the
 * log's clock. Each commit that writes answers lets go of some. */
void mu_spool_may_forget(mu_spool *spool, uint64_t backed_up_through, int64_t log_now_ms);

/* How the broker's last of `lane` stands to this spool's history. */
enum mu_spool_stand mu_spool_agrees(const mu_spool *spool, uint8_t lane,
                                    const struct mu_lane_mark *broker);

/* One event that got a new identity. */
typedef void mu_moved_fn(void *user, const struct mu_kept *was, const struct mu_kept *now);
/* Start a new instance; what waits is sealed anew under it, from sequence 1, in one commit. `moved`
 * (may be NULL) is called for each event, after the commit. Errors: MU_E_FULL, MU_E_IO; then the
 * old instance goes on. */
MU_MUST_USE enum mu_err mu_spool_reseal(mu_spool *spool, const struct mu_signer *signer,
                                        mu_moved_fn *moved, void *user);

/* Settled batches with their answers, in the order of the record. Fills `settlement` and `batch`
 * (lent until the next call) with the first at or after (epoch, number). Errors: MU_E_ABSENT. */
MU_MUST_USE enum mu_err mu_spool_settled(mu_spool *spool, uint32_t epoch, uint64_t number,
                                         struct mu_settlement *settlement, struct mu_bytes *batch);

/* The newest receipt of a desk: cursor, count and running hash in one row; on disk when it returns.
 * Errors: MU_E_FULL, MU_E_IO; of reading: MU_E_ABSENT, MU_E_CORRUPT. */
MU_MUST_USE enum mu_err mu_spool_receipt_keep(mu_spool *spool, const struct mu_receipt *receipt);
MU_MUST_USE enum mu_err mu_spool_receipt(mu_spool *spool, struct mu_receipt *receipt);

/* ---- what a restored broker lost (lost.c) ---- */
/* A batch that was accepted in an epoch before. */
struct mu_lost {
    uint32_t epoch;
    uint64_t first_number;
    uint64_t first_sequence;
    uint32_t count;
    uint8_t lane;
    struct mu_bytes answer; /* the ACCEPTED payload it got then */
    struct mu_bytes batch;
};

/* The record is in another epoch: what was accepted before, behind `common`, is to be given back, and
 * cursors behind it go back to it. On disk when it returns. Errors: MU_E_FULL, MU_E_IO. */
MU_MUST_USE enum mu_err mu_spool_lose(mu_spool *spool, uint32_t epoch, uint64_t common);
/* Whether something may still be to be given back; the last epoch that lost something. */
bool mu_spool_giving(const mu_spool *spool);
uint32_t mu_spool_lost_in(const mu_spool *spool);
/* The next one of this lane, in the order of the record. Lends until the next write.
 * Errors: MU_E_ABSENT none is left; MU_E_CORRUPT, MU_E_IO. */
MU_MUST_USE enum mu_err mu_spool_lost_next(mu_spool *spool, uint8_t lane, struct mu_lost *lost);
/* It is accepted again, there; or the broker will not have it, and it is only kept. On disk when it
 * returns. Errors: MU_E_FULL, MU_E_IO. */
MU_MUST_USE enum mu_err mu_spool_given(mu_spool *spool, const struct mu_lost *lost,
                                       const struct mu_settlement *now);
MU_MUST_USE enum mu_err mu_spool_not_given(mu_spool *spool, const struct mu_lost *lost);
/* Nothing is left in any lane. */
MU_MUST_USE enum mu_err mu_spool_gave(mu_spool *spool);

/* A program's own cursor; on disk when it returns. Errors: MU_E_BAD_VALUE for the name. */
MU_MUST_USE enum mu_err mu_spool_cursor_keep(mu_spool *spool, const char *name, uint64_t through);
uint64_t mu_spool_cursor(mu_spool *spool, const char *name);

#endif
