/* A county's record on disk, and what muster-replay says of it. */
#ifndef MU_HELP_AUDITOR_H
#define MU_HELP_AUDITOR_H

#include "tests/help/founded.h"

/* Entries: 1 genesis, 2 enrols EM, then EM's batches. */
struct auditor {
    struct founded county;
    struct help_author admin, em;
    int64_t now_ms;
    uint64_t size;
    mu_key *log_key;
    char said[16384]; /* standard output of the last command */
};

void auditor_open(struct auditor *auditor);
void auditor_close(struct auditor *auditor);
/* EM says `count` more, a turn of its own; the checkpoint of the turn before is written with it. */
void auditor_says(struct auditor *auditor, size_t count);
/* muster-replay with these arguments, "%s" being the record's folder; its exit status. */
int auditor_replay(struct auditor *auditor, const char *arguments);
/* `verify --json` of the record, or of `file`: exit status 6 and exactly this list of damage, as JSON;
 * "" for exit status 0 and none. */
void auditor_finds(struct auditor *auditor, const char *file, const char *damage);

#endif
