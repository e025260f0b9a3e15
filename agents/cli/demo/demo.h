/* `muster demo`: an exercise in a folder of its own, with real programs, removed when it ends.
 *
 *   demo.c         the command: options, and the checklist of a run
 *   demo_plan.c    what muster-player says of the reference file
 *   demo_place.c   the folder, and where a second terminal finds it
 *   demo_child.c   one process: started, watched, stopped
 *   demo_cast.c    all of them: broker, programs, player
 *   demo_enrol.c   an agent directory for everybody, all of them enrolled
 *   demo_feed.c    what is shown of the record, and the closing line
 *
 * The usual path: describe, init, broker, enrol, programs, player; the feed follows the record until
 * the player has played its last row and every program is at rest. However it ends, what was started is
 * stopped and what was made is removed; if this process is killed outright the kernel stops the others,
 * and only the folder stays.
 */
#ifndef MU_CLI_DEMO_H
#define MU_CLI_DEMO_H

#include <limits.h>
#include <signal.h>
#include <sys/types.h>

#include "agents/cli/look.h"

#define MU_DEMO_ARGS_MAX 24u
#define MU_DEMO_CHILDREN_MAX 12u
#define MU_DEMO_TEXT_MAX 65536u

/* ---- demo_place.c ------------------------------------------------------------------------------ */
struct mu_demo_place {
    char programs[PATH_MAX];  /* where musterd and the others stand: beside this program */
    char exercises[PATH_MAX]; /* where qinghe.yaml is */
    char folder[PATH_MAX];
    char link[PATH_MAX]; /* in the runtime directory; "" until published */
    bool keep;           /* the folder stays */
};
/* Fill programs and exercises. Errors: MU_E_ABSENT. */
MU_MUST_USE enum mu_err mu_demo_find(struct mu_demo_place *place);
/* Make the folder: under TMPDIR, or `keep`, which must not exist or be empty. Errors: MU_E_EXISTS,
 * MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_demo_make(struct mu_demo_place *place, const char *keep);
/* Let commands in other terminals find it. Errors: MU_E_SYSTEM, MU_E_NOT_ALLOWED. */
MU_MUST_USE enum mu_err mu_demo_publish(struct mu_demo_place *place);
/* Take the link away and, unless it is kept, the folder. */
void mu_demo_remove(struct mu_demo_place *place);
/* folder/a/b; b may be NULL. Errors: MU_E_LIMIT. */
MU_MUST_USE enum mu_err mu_demo_path(const struct mu_demo_place *place, char out[PATH_MAX],
                                     const char *a, const char *b);

/* ---- demo_child.c ------------------------------------------------------------------------------ */
struct mu_child {
    char name[2 * MU_NAME_BYTES_MAX];
    pid_t pid; /* 0: not running */
    bool ends; /* it is meant to end by itself */
    int status;
    char *args[MU_DEMO_ARGS_MAX + 1];
    char text[4 * PATH_MAX]; /* of the args */
    size_t count, used;
    char log[PATH_MAX]; /* what it prints; "": to our own streams */
};
/* A child to be: `name` is the program's, in `programs`. */
void mu_child_make(struct mu_child *child, const struct mu_demo_place *place, const char *name);
void mu_child_arg(struct mu_child *child, const char *arg);
/* Start it, again if it ran before. It dies with us. Errors: MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_child_start(struct mu_child *child);
/* Whether it has ended by now (status says how). */
bool mu_child_ended(struct mu_child *child);
/* Wait for its end. Returns its exit code; 128 and more: a signal. */
int mu_child_wait(struct mu_child *child);
int mu_child_code(const struct mu_child *child);
/* Ask it to end, wait a while, then insist. */
void mu_child_stop(struct mu_child *child);
/* The last lines it printed. */
void mu_child_words(const struct mu_child *child, struct mu_text *out);

/* ---- demo_plan.c ------------------------------------------------------------------------------- */
struct mu_demo_agency {
    const char *code, *zh, *en, *roles, *area, *telephone;
};
struct mu_demo_program {
    const char *agency, *program;
    char name[2 * MU_NAME_BYTES_MAX]; /* "CA-muster-supply": two agencies may run one program */
};
struct mu_demo_plan {
    const char *zh, *en, *area, *offset, *start, *begins, *prelude, *rate;
    struct mu_demo_agency agencies[64];
    size_t agency_count;
    struct mu_demo_program programs[MU_DEMO_CHILDREN_MAX - 2];
    size_t program_count;
    int64_t start_ms;
    char text[MU_DEMO_TEXT_MAX];
};
/* Ask muster-player what the reference says; mistakes in either file have been explained by it.
 * Returns an exit code. */
int mu_demo_describe(const struct mu_cli *cli, const struct mu_demo_place *place,
                     const char *reference, const char *script, struct mu_demo_plan *out);

/* ---- demo_enrol.c ------------------------------------------------------------------------------ */
/* Make and enrol everybody: play/CODE for the player, seats/agents/CODE for the person at the
 * keyboard, programs/CODE-NAME, and `feed`. Errors: those of the agents and the record, `about` says
 * whose. */
MU_MUST_USE enum mu_err mu_demo_enrol(const struct mu_demo_place *place,
                                      const struct mu_demo_plan *plan, const char *endpoint,
                                      int timeout_ms, char about[PATH_MAX]);

/* ---- demo_feed.c ------------------------------------------------------------------------------- */
struct mu_demo_feed;
MU_MUST_USE enum mu_err mu_demo_feed_open(struct mu_cli *cli, const struct mu_demo_place *place,
                                          const struct mu_demo_plan *plan,
                                          struct mu_demo_feed **out);
void mu_demo_feed_close(struct mu_demo_feed **feed);
/* Turn it, and print what came. */
MU_MUST_USE enum mu_err mu_demo_feed_turn(struct mu_demo_feed *feed, int timeout_ms);
bool mu_demo_feed_has(const struct mu_demo_feed *feed, uint64_t number);
/* "14:30  7 cards raised, 3 closed, 4 open; next: K-04, decide by 14:50, flood command" */
void mu_demo_feed_finish(struct mu_demo_feed *feed, int64_t now_ms);

/* ---- demo_cast.c ------------------------------------------------------------------------------- */
struct mu_demo {
    struct mu_cli *cli;
    const char *script, *reference, *speed, *until, *keep; /* as asked for; NULL: not */
    bool stay, revive;
    bool stepped;
    const volatile sig_atomic_t *stop; /* a signal that came, or 0 */
    char script_path[PATH_MAX], reference_path[PATH_MAX];
    struct mu_demo_place place;
    struct mu_demo_plan plan;
    char endpoint[MU_TOPIC_BYTES_MAX];
    struct mu_child broker, player;
    struct mu_child programs[MU_DEMO_CHILDREN_MAX - 2];
    size_t program_count;
    struct mu_demo_feed *feed;
    uint64_t last_number; /* where the record stood when the player had finished */
    int64_t last_ms;
};
/* Log seconds per second, or "step". */
const char *mu_cast_rate(const struct mu_demo *demo);
/* Each returns an exit code, and has explained itself. */
int mu_cast_broker(struct mu_demo *demo);   /* founded, started, its endpoint known */
int mu_cast_programs(struct mu_demo *demo); /* started, and known at rest to the broker */
int mu_cast_player(struct mu_demo *demo);   /* started */
/* The player has ended: did it play everything? */
int mu_cast_end(struct mu_demo *demo);
/* Turn the feed, and see whether somebody died. */
int mu_cast_turn(struct mu_demo *demo);
void mu_cast_stop(struct mu_demo *demo);

#endif
