/* One conversation of a command with its broker: open, reach, read through, say and be answered.
 *
 * Every wait ends at cli->timeout_ms and says on stderr what it waits for once it takes longer than a
 * second. Errors have been explained when a call returns them, unless its comment says otherwise.
 */
#ifndef MU_CLI_TALK_H
#define MU_CLI_TALK_H

#include <limits.h>

#include "agents/cli/cli.h"
#include "agents/cli/progress.h"

struct mu_talk {
    struct mu_cli *cli;
    mu_agent *agent;
    char dir[PATH_MAX]; /* where it lives */
    enum mu_link link;
    enum mu_err why; /* of MU_LINK_REFUSED */
    uint64_t through;
    uint64_t head;
    bool looked; /* the running follow has been answered */
    /* Set these before reading; NULL: entries are passed over. */
    enum mu_err (*on_entry)(void *user, const struct mu_entry *entry);
    void *user;
    bool prints; /* entries go to a terminal as they come: that is progress enough */
    struct mu_progress progress; /* of the running read */
    enum mu_err (*on_join)(void *user, const struct mu_join_frame *said);
    void *join_user;
    /* Of the last statement said. */
    struct mu_kept kept;
    struct mu_answer answer;
    char answer_path[MU_PATH_BYTES_MAX];
    bool answered;
    bool moved;       /* the person has been told that a new instance was begun */
    enum mu_err held; /* what the broker last said instead of taking what waits; MU_OK: nothing */
};

/* Open the directory of mu_cli_place. Returns an exit code; MU_EXIT_DONE when it is open. */
int mu_talk_open(struct mu_talk *talk, struct mu_cli *cli, bool reads_only);
void mu_talk_close(struct mu_talk *talk);

/* Send what an earlier command left in the spool, if anything waits and nobody else has the spool open:
 * readers leave it alone, so that any number of them may run beside one who speaks. Says how many went
 * out. What keeps them is no failure of the command that tries. */
void mu_talk_flush(struct mu_cli *cli);

/* Turn until the link is open, at most `timeout_ms`. Not explained. Errors: MU_E_UNREACHABLE, what a
 * broker refused us for. */
MU_MUST_USE enum mu_err mu_talk_reach(struct mu_talk *talk, int timeout_ms);
/* Follow `filter` from `from` and hand every entry to on_entry until the head is reached. Not
 * explained. Errors: those above, MU_E_TIMEOUT, those of on_entry, MU_E_PROOF. */
MU_MUST_USE enum mu_err mu_talk_read(struct mu_talk *talk, const char *filter, uint64_t from);

/* Keep one event in the spool. On an error `fault` says where; not explained. */
MU_MUST_USE enum mu_err mu_talk_say(struct mu_talk *talk, const Muster__Event *event,
                                    struct mu_fault *fault);
/* Turn until it is answered for good, at most `timeout_ms`; talk->answered says whether. Not
 * explained. Errors: MU_E_UNREACHABLE when it was not. */
MU_MUST_USE enum mu_err mu_talk_settle(struct mu_talk *talk, int timeout_ms);

/* Explain what kept a talk from the record; the exit code. */
int mu_talk_explain(const struct mu_talk *talk, enum mu_err err);

/* Milliseconds of this machine: a clock that never jumps, and the one on the wall. */
int64_t mu_talk_machine_ms(void);
int64_t mu_talk_wall_ms(void);

#endif
