/* A county with a real musterd whose clock moves in steps, an administrator, and agencies' desks on
 * libmuster: what each was handed is noted by itself, apart from what it states. */
#ifndef TESTS_HELP_DESKS_H
#define TESTS_HELP_DESKS_H

#include "agents/sdk/agent_inside.h"
#include "tests/help/served.h"

#define DESKS_ENTRIES_MAX 4096u
#define DESKS_SPLITS_MAX 16u

struct desk {
    char dir[128];
    char agency[MU_NAME_BYTES_MAX];
    char filter[MU_FILTER_TEXT_MAX];
    bool watcher;                     /* opened without a spool */
    mu_agent *agent;                  /* NULL: its machine is off */
    uint64_t seen[DESKS_ENTRIES_MAX]; /* numbers handed to the program, rising; of this run only */
    size_t count;
    uint64_t through;
    struct mu_split split[DESKS_SPLITS_MAX];
    size_t splits;
    enum mu_err why; /* of a link refused */
};

struct desks {
    struct served served;
    struct desk admin; /* follows everything; the head is what it has read */
    int64_t now_ms;    /* where the clock stands */
};

/* `rate` as of musterd init: "step", "60". */
void desks_open(struct desks *d, const char *rate);
void desks_close(struct desks *d);
/* A new machine of `agency`, enrolled, as its desk or not; off. */
void desks_enrol(struct desks *d, struct desk *desk, const char *agency, const char *filter,
                 bool is_desk);
void desk_on(struct desk *desk);
/* BYE, and the machine is off. */
void desk_off(struct desk *desk);
void desk_remove(struct desk *desk);
/* Point the machine at another broker of the same record. */
void desk_point(struct desk *desk, const struct served *at);

/* Say one event (help_event) and turn until it is accepted. Its number. */
uint64_t desks_say(struct desks *d, struct desk *desk, const char *kind, const char *const *said);
/* Turn the administrator and those that are on until each has been handed all there is, and the broker
 * has heard what was owed of it. */
void desks_rest(struct desks *d, struct desk *const *desks, size_t count);
/* Turn this one until it has been handed what the administrator has read, with a checkpoint that reaches it. */
void desks_hand(struct desks *d, struct desk *desk);
/* ... until it has kept a receipt of all it was handed; whether anybody hears that is another matter. */
void desks_state(struct desks *d, struct desk *desk);
/* Turn the administrator and this one once. */
void desks_turn(struct desks *d, struct desk *desk);
/* Let the clock go on. */
void desks_step(struct desks *d, int64_t ms);

#endif
