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

/* Everything this seat followed from entry 1: numbers without a gap, every sequence of each lane of each
 * author once and in order. How many of them are of `author`. */
uint64_t outpost_check(const struct help_seat *reader, const struct help_seat *author);

#endif
