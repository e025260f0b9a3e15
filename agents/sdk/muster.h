/* libmuster: say something, be told what matters, and lose nothing in between.
 *
 * An agent is a directory: its keys, where its broker is, and its spool. What is said is kept in the
 * spool (synced) before mu_agent_say returns, leaves it only when the broker's acceptance has been
 * verified, and is sent again by itself after any crash or cut.
 *
 * One thread: everything happens inside mu_agent_turn, callbacks included. Errors are mu_err codes
 * (proto/base/err.def lists them with sentence and remedy).
 */
#ifndef MUSTER_H
#define MUSTER_H

#include "proto/base/err.h"
#include "proto/base/id.h"
#include "proto/sign/seal.h"
#include "proto/wire/entry.h"
#include "proto/wire/event.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mu_agent mu_agent;

/* What a say becomes: its identity, known at once. */
struct mu_kept {
    struct mu_hash leaf; /* author leaf of the first body */
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
    enum mu_err code; /* MU_OK accepted; a final refusal; or (not settled) LATER and STRANGE codes */
    bool settled;     /* false: it stays in the spool and is tried again */
    uint32_t epoch;
    uint64_t number; /* 0 unless settled */
    int64_t accepted_at_ms;
    const char *path; /* field of a refusal, "" otherwise */
};

enum mu_link { MU_LINK_OFFLINE, MU_LINK_GREETING, MU_LINK_OPEN, MU_LINK_REFUSED };

/* Callbacks; any may be NULL. Return MU_OK to go on; anything else ends mu_agent_turn with it. */
struct mu_agent_calls {
    enum mu_err (*on_answer)(void *user, const struct mu_answer *answer);
    /* Entries of a follow, in number order, each verified. Lent for the call. */
    enum mu_err (*on_entry)(void *user, const struct mu_entry *entry);
    /* All entries up to `through` have been handed out (also when none matched). */
    enum mu_err (*on_through)(void *user, uint64_t through, uint64_t head);
    enum mu_err (*on_link)(void *user, enum mu_link link, enum mu_err why);
    void *user;
};

struct mu_agent_options {
    const char *program;  /* "muster-supply"; named in HELLO */
    const char *endpoint; /* overrides the directory's; NULL: use it */
    bool no_spool;        /* read only: a follower that never says anything */
};

/* Make a new agent directory: keys, spool, agent.conf; and a request file for an admin at
 * `dir`/request. Errors: MU_E_EXISTS, MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_agent_create(const char *dir, const char *agency, const char *program);
/* Fill in what an admin handed back: endpoint, log id, broker key. */
MU_MUST_USE enum mu_err mu_agent_point(const char *dir, const char *endpoint,
                                       const struct mu_hash *log, const uint8_t broker_curve[32],
                                       const struct mu_public *log_key);

MU_MUST_USE enum mu_err mu_agent_open(const char *dir, const struct mu_agent_options *options,
                                      const struct mu_agent_calls *calls, mu_agent **out);
void mu_agent_close(mu_agent **agent);

const struct mu_agent_id *mu_agent_self(const mu_agent *agent);
const char *mu_agent_agency(const mu_agent *agent);

/* Keep these event bodies as one batch per lane (order within a lane as given). Checked like the
 * broker will check them: a malformed event is refused here, `fault` says where.
 * kept[i] for each body. Returns when they are on this disk. */
MU_MUST_USE enum mu_err mu_agent_say(mu_agent *agent, const struct mu_bytes *bodies, size_t count,
                                     struct mu_kept *kept, struct mu_fault *fault);
/* Events kept and not yet settled. */
uint64_t mu_agent_unsettled(const mu_agent *agent);

/* Follow from `from` (1: everything). Errors: MU_E_BAD_VALUE for the filter. */
MU_MUST_USE enum mu_err mu_agent_follow(mu_agent *agent, const char *filter, uint64_t from);

/* A cursor kept in the spool, for programs that remember where they were. 0 when never kept. */
MU_MUST_USE enum mu_err mu_agent_cursor_keep(mu_agent *agent, const char *name, uint64_t through);
uint64_t mu_agent_cursor(mu_agent *agent, const char *name);

/* One turn: wait at most `timeout_ms` for the link, move everything on, call back. */
MU_MUST_USE enum mu_err mu_agent_turn(mu_agent *agent, int timeout_ms);
/* A descriptor to poll beside others; readable means: call mu_agent_turn(agent, 0). */
int mu_agent_fd(const mu_agent *agent);

/* State of the link and of the record, as last told. */
enum mu_link mu_agent_link(const mu_agent *agent, enum mu_err *why);
void mu_agent_head(const mu_agent *agent, struct mu_head *head);
int64_t mu_agent_log_now_ms(const mu_agent *agent);

/* Programs of an exercise: say "I have folded all up to here", drive and read the step clock. */
void mu_agent_idle(mu_agent *agent, uint64_t through);
uint64_t mu_agent_all_idle(const mu_agent *agent);
MU_MUST_USE enum mu_err mu_agent_clock(mu_agent *agent, int64_t log_ms);

#ifdef __cplusplus
}
#endif

#endif
