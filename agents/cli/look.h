/* Reading the record: what watch, now, conflict and verify share. A reader says nothing, so any number
 * of them may use one directory at once. */
#ifndef MU_CLI_LOOK_H
#define MU_CLI_LOOK_H

#include "agents/cli/county.h"
#include "agents/cli/output.h"
#include "agents/cli/talk.h"
#include "proto/picture/card.h"
#include "proto/picture/picture.h"

struct mu_look {
    struct mu_cli *cli;
    struct mu_talk talk;
    struct mu_county county;
    mu_names *names;
    mu_picture *picture; /* NULL before mu_look_fold */
    struct mu_style style;
};

/* Open, reach the broker, learn county and names. Explained. Returns an exit code; close in any case. */
int mu_look_open(struct mu_look *look, struct mu_cli *cli);
/* Fold the whole record into the picture. Explained. Returns an exit code. */
int mu_look_fold(struct mu_look *look);
void mu_look_close(struct mu_look *look);

/* Gives the cards that are open (with `all`: every one), most urgent first; free() them. NULL and 0
 * when there are none. */
const struct mu_card **mu_look_cards(const struct mu_look *look, bool all, size_t *count);

/* A statement of the picture as the entry it was. Lent like the statement. */
struct mu_entry mu_look_entry(const struct mu_said *said);

#endif
