/* Agents of libmuster beyond a link of our own making: a real musterd, its admin beside it, and seats that
 * reach it through a proxy. */
#ifndef MU_HELP_OUTPOST_H
#define MU_HELP_OUTPOST_H

#include "tests/help/proxy.h"
#include "tests/help/seat.h"
#include "tests/help/served.h"

struct outpost {
    struct served house;
    struct help_seat admin;
    struct help_proxy *link;
};

/* `rate` and `conf` as for served_open. */
void outpost_open(struct outpost *outpost, const char *rate, const char *conf);
void outpost_close(struct outpost *outpost);
/* A new seat of this agency, enrolled with this role, beyond the link; not opened. */
void outpost_seat(struct outpost *outpost, struct help_seat *seat, const char *agency, char *role);
/* kill -9, and served again; the link leads there. The admin is moved as well. */
void outpost_restart(struct outpost *outpost);

/* The admin enrols all whose requests lie in these directories. */
void outpost_enrol(struct outpost *outpost, const char *const *dirs, size_t count, char *role);

/* Of everything this seat followed from entry 1: how many numbers are twice, missing or out of their
 * order, and how many sequences are so in their lane of their author. */
uint64_t outpost_faults(const struct help_seat *reader);
/* How many of them are of `author`. */
uint64_t outpost_events(const struct help_seat *reader, const struct help_seat *author);

#endif
