/* What stands in a picture, as JSON: "objects" and "cards", in the order the text has them. */
#ifndef MU_REPLAY_THINGS_H
#define MU_REPLAY_THINGS_H

#include "proto/picture/picture.h"
#include "replay/jot.h"

void mu_things_jot(struct mu_jot *jot, const mu_picture *picture);
/* number, acceptedAt, leaf and event of a statement: members of an open object. */
void mu_said_jot(struct mu_jot *jot, const struct mu_said *said);

#endif
