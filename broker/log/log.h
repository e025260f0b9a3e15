/* The record: one LMDB environment, one writer, one commit a turn.
 *
 * The usual path: mu_log_turn_begin, one mu_log_turn_batch per admitted batch, mu_log_turn_commit.
 * Nothing is on disk before the commit returns MU_OK, and then all of it is. MU_E_FULL leaves the
 * log as it was and usable; any other storage error means the process must stop (rule: fail-stop),
 * the next start verifies the tail. Tables and bytes: docs/LOG-FORMAT.md.
 *
 * One thread at a time uses the log and its turn. Views may meanwhile be opened, read and closed on
 * other threads, each view on one of them. Nothing here survives a fork.
 */
#ifndef MU_LOG_LOG_H
#define MU_LOG_LOG_H

#include "proto/sign/checkpoint.h"
#include "proto/sign/merkle.h"
#include "proto/sign/seal.h"
#include "proto/wire/entry.h"

typedef struct mu_log mu_log;

struct mu_log_options {
    uint64_t map_bytes;     /* 0: 64 GiB of address space */
    uint64_t quota_bytes;   /* 0: none; pages used may grow to this */
    uint64_t reserve_bytes; /* the last of quota, map and disk, kept for lane 0 */
    bool read_only;         /* auditors: no writes but the lock file */
};

/* What the judge found for one event of a batch. */
struct mu_verdict {
    uint16_t code;    /* 0 accepted, else a final refusal */
    const char *path; /* field refused; lent until commit; NULL or "" when accepted */
};

/* Where a batch lies. */
struct mu_origin {
    uint64_t first_number;
    uint32_t count;
    struct mu_hash root; /* the seal's root: what a repeat is compared with */
};

/* Last (sequence, leaf) of one lane of an instance, and whether it is fenced after a fork. */
struct mu_sequence {
    uint64_t sequence;
    struct mu_hash leaf;
    bool fenced;
};

/* A broker that is restored from a backup opens a new epoch; a record sees few of them. */
#define MU_EPOCHS_MAX 64u
struct mu_epoch {
    uint32_t epoch;
    uint64_t first;  /* the number from which it counts */
    uint64_t common; /* entries up to here are as the epoch before had them; 0: not known */
    uint64_t known;  /* the largest record of the epoch before that others have proved; 0: none */
};

/* Make a new log in `<dir>/log`, where none may be, with the genesis batch as entry 1 and its epoch 1.
 * `dir` must exist. What an interrupted attempt left is taken over.
 * Errors: MU_E_EXISTS; MU_E_MALFORMED when the batch is not one event, sealed for no log, first of its
 * lane; MU_E_ABSENT, MU_E_IN_USE, MU_E_NOT_ALLOWED as for mu_log_open; MU_E_FULL, MU_E_IO. */
MU_MUST_USE enum mu_err mu_log_create(const char *dir, const struct mu_batch *genesis,
                                      int64_t accepted_at_ms, uint16_t judge_version);

/* Open `<dir>/log`; refuses remote file systems, wrong flags, a second open in this process and a
 * second writer on this machine. Verifies the tail (the last 256 entries, the edge against the tiles,
 * the last checkpoint row) before it returns; read-only it does not, so that an auditor can look at
 * a damaged record. Errors: MU_E_ABSENT; MU_E_CORRUPT; MU_E_IN_USE (second open, second
 * writer); MU_E_NOT_ALLOWED (remote, flags, permissions); MU_E_VERSION (a later format); MU_E_IO,
 * MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_log_open(const char *dir, const struct mu_log_options *options,
                                    mu_log **out);
void mu_log_close(mu_log **log);

/* Identity and head as of the last commit (read-only: as of the open; views see what came since).
 * The id lends until close. */
const struct mu_hash *mu_log_id(const mu_log *log);
void mu_log_head(const mu_log *log, struct mu_head *head);
int64_t mu_log_last_accepted_ms(const mu_log *log);
/* The epochs in order, the first one being 1; how many. Inside a turn also those it began. */
size_t mu_log_epochs(const mu_log *log, struct mu_epoch out[MU_EPOCHS_MAX]);

/* ---- one turn ------------------------------------------------------------------------------ */
/* Keep a turn well under 4 MiB. Errors of _begin: MU_E_NOT_ALLOWED (read-only), MU_E_FULL, MU_E_IO
 * (also for ever after a storage error). Of the others: MU_E_FULL, MU_E_IO; the turn can then only be
 * ended, and _commit says the same error again. MU_E_CORRUPT: the row this would build on does not
 * fit its check; nothing was done and the turn goes on without it. */
MU_MUST_USE enum mu_err mu_log_turn_begin(mu_log *log);
/* Append a checked batch (leaves filled), next in its lane (checked: anything else is our own
 * mistake). Numbers are consecutive; the first goes to *first. `verdicts` NULL: all accepted. */
MU_MUST_USE enum mu_err mu_log_turn_batch(mu_log *log, const struct mu_batch *batch,
                                          int64_t accepted_at_ms, uint16_t judge_version,
                                          const struct mu_verdict *verdicts, uint64_t *first);
/* The next batch was accepted in an epoch before: its place in its lane must be free, but what came
 * before it there may be lost. */
void mu_log_turn_leap(mu_log *log);
/* Mark that entry `number` changes who may say what, so that a start need not read the whole log. */
MU_MUST_USE enum mu_err mu_log_turn_roster(mu_log *log, uint64_t number);
MU_MUST_USE enum mu_err mu_log_turn_fence(mu_log *log, const struct mu_agent_id *agent,
                                          uint64_t instance, uint8_t lane);
/* A timer: at log time due_ms a tick is owed to `asker` for `subject`. Put again is a no-op, and so
 * is taking away what is not there (`present` false). */
MU_MUST_USE enum mu_err mu_log_turn_timer(mu_log *log, int64_t due_ms,
                                          const struct mu_agent_id *asker,
                                          const struct mu_hash *subject, bool present);
/* A follower's confirmed place, for agents that keep it here. MU_E_LIMIT: name longer than
 * MU_NAME_BYTES_MAX. */
MU_MUST_USE enum mu_err mu_log_turn_cursor(mu_log *log, const struct mu_agent_id *agent,
                                           struct mu_bytes name, uint64_t through);
/* The checkpoint of an earlier turn, whose row is written with this one. */
MU_MUST_USE enum mu_err mu_log_turn_checkpoint(mu_log *log, uint64_t size, struct mu_bytes note);
/* Where the log clock stands, for a clock that moves in steps. */
MU_MUST_USE enum mu_err mu_log_turn_clock(mu_log *log, int64_t log_ms);
/* What comes next in this turn begins a new epoch; or, of the epoch that is now, what has become known
 * of it. Errors also: MU_E_LIMIT, no more epochs. */
MU_MUST_USE enum mu_err mu_log_turn_epoch(mu_log *log, const struct mu_epoch *epoch);
/* Set, or take away, the mark that this record was restored from a backup and has not said so yet. */
MU_MUST_USE enum mu_err mu_log_turn_restored(mu_log *log, bool restored);
/* The head as it will be once this turn is committed. */
void mu_log_turn_head(const mu_log *log, struct mu_head *head);
/* Errors: MU_E_FULL (nothing happened), MU_E_IO (stop). The turn is over either way. */
MU_MUST_USE enum mu_err mu_log_turn_commit(mu_log *log);
void mu_log_turn_drop(mu_log *log);

/* Whether there is room for `bytes` more in this lane, by quota, map and free disk: MU_OK or
 * MU_E_FULL. Only lane 0 may use the reserve. */
MU_MUST_USE enum mu_err mu_log_room(const mu_log *log, uint8_t lane, size_t bytes);

/* ---- reading (committed state only) -------------------------------------------------------- */
/* Errors: MU_E_ABSENT; MU_E_CORRUPT when a row does not fit its check; MU_E_LIMIT (too many views
 * open), MU_E_NO_MEMORY, MU_E_IO. Inside a turn these see the turn's own rows. */
MU_MUST_USE enum mu_err mu_log_origin(mu_log *log, const struct mu_agent_id *agent,
                                      uint64_t instance, uint8_t lane, uint64_t sequence,
                                      struct mu_origin *out); /* the batch that holds `sequence` */
MU_MUST_USE enum mu_err mu_log_sequence(mu_log *log, const struct mu_agent_id *agent,
                                        uint64_t instance, uint8_t lane, struct mu_sequence *out);
MU_MUST_USE enum mu_err mu_log_last_checkpoint(mu_log *log, char note[MU_NOTE_BYTES_MAX],
                                               uint64_t *size);
MU_MUST_USE enum mu_err mu_log_cursor(mu_log *log, const struct mu_agent_id *agent,
                                      struct mu_bytes name, uint64_t *through);
/* Where the log clock was last noted. */
MU_MUST_USE enum mu_err mu_log_clock(mu_log *log, int64_t *log_ms);
/* MU_OK when the mark of mu_log_turn_restored is set, MU_E_ABSENT when not. */
MU_MUST_USE enum mu_err mu_log_restored(mu_log *log);
/* The earliest timer due; MU_E_ABSENT when none. */
MU_MUST_USE enum mu_err mu_log_next_timer(mu_log *log, int64_t *due_ms, struct mu_agent_id *asker,
                                          struct mu_hash *subject);

/* A view is one short read transaction: a slice of at most a few hundred entries, then close. */
typedef struct mu_view mu_view;
MU_MUST_USE enum mu_err mu_view_open(mu_log *log, mu_view **out);
void mu_view_close(mu_view **view);
void mu_view_head(const mu_view *view, struct mu_head *head);

/* How much a view verifies. A batch that does not verify is never handed out as good, except by RAW,
 * whose reader verifies everything himself. */
enum mu_view_mode {
    MU_VIEW_ONCE = 0, /* what this process has not verified yet; leaves always filled */
    MU_VIEW_AGAIN,    /* everything, every time: scrubs; the mode of read-only logs */
    MU_VIEW_BODIES,   /* as ONCE; leaves of accepted items may be none: catch-up of full bodies */
    MU_VIEW_RAW,      /* nothing against the tree; leaves of accepted items are none: audits */
};
void mu_view_set_mode(mu_view *view, enum mu_view_mode mode);

/* One stored batch as it lies in the record. Everything is lent until mu_view_close. */
struct mu_stored_item {
    uint16_t code;
    struct mu_bytes path;
    bool has_private;
    struct mu_hash committed;
    struct mu_hash leaf;  /* author leaf: recomputed for accepted, stored for refused */
    struct mu_bytes body; /* empty when refused */
};
struct mu_stored {
    uint64_t damaged; /* after MU_E_CORRUPT: the first entry that does not fit; else 0 */
    uint64_t first_number;
    uint32_t epoch;
    int64_t accepted_at_ms;
    uint16_t judge_version;
    struct mu_seal seal;
    struct mu_bytes seal_bytes;
    struct mu_stored_item *items; /* seal.count; lent until the next read on this view */
};
/* The batch that holds `number`, its hashes verified against the tree.
 * Errors: MU_E_ABSENT past the head; MU_E_CORRUPT: these bytes must not be served. Then only `damaged`,
 * first_number and seal.count are filled: the stretch to leave out; when not even the seal can be
 * read, that is `number` alone. RAW says MU_E_ABSENT instead where the row of `damaged` is gone. */
MU_MUST_USE enum mu_err mu_view_batch(mu_view *view, uint64_t number, struct mu_stored *out);
/* Whether the row of that entry is there at all, read or not. */
bool mu_view_holds(mu_view *view, uint64_t number);
/* Numbers of the entries that changed the roster, in order: the first one >= from. */
MU_MUST_USE enum mu_err mu_view_roster(mu_view *view, uint64_t from, uint64_t *number);
/* mu_node_fn for proofs; `from` is the view. Complete subtrees of committed entries only. */
enum mu_err mu_view_node(void *from, unsigned level, uint64_t index, struct mu_hash *out);
/* Checkpoint rows in order of size: the first with size >= *size. */
MU_MUST_USE enum mu_err mu_view_checkpoint(mu_view *view, uint64_t *size, struct mu_bytes *note);

#endif
