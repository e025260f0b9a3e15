/* What an audit found of a record's epochs, for people and as JSON. */
#ifndef MU_REPLAY_EPOCHS_H
#define MU_REPLAY_EPOCHS_H

#include <stdio.h>

#include "proto/authority/audit.h"

/* A few lines for each epoch after the first: how it came about, what came back, what did not. */
void mu_epochs_print(FILE *out, enum mu_lang lang, const struct mu_breaks *breaks);
/* ,"epochs":[...] */
void mu_epochs_json(FILE *out, const struct mu_breaks *breaks);

#endif
