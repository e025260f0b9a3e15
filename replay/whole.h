/* A record read whole: verified, and folded into one picture. What auditors' questions begin with. */
#ifndef MU_REPLAY_WHOLE_H
#define MU_REPLAY_WHOLE_H

#include <stdio.h>

#include "broker/log/source.h"
#include "proto/picture/picture.h"

struct mu_whole {
    mu_audit *audit;
    mu_picture *picture;
    /* Called for every entry that stands, unpacked, before it is folded; NULL: nobody asks. */
    enum mu_err (*take)(void *user, const mu_roster *roster, const struct mu_entry *entry);
    /* Whether it goes into the picture; NULL: all do. */
    bool (*wants)(void *user, const mu_roster *roster, const struct mu_entry *entry);
    void *user;
};

/* Walks `path`; `take` and `user` are set. Free it whatever this answers. Errors: as mu_source_walk, but a
 * record that was cut short is read as far as it goes. */
MU_MUST_USE enum mu_err mu_whole_read(const char *path, struct mu_whole *whole);
void mu_whole_free(struct mu_whole *whole);
/* Minutes east of UTC; 0 without a genesis. */
int mu_whole_offset_min(const struct mu_whole *whole);
bool mu_whole_is_exercise(const struct mu_whole *whole);
/* MU_OK, or MU_E_PROOF when something in it is damaged: then the line that says so goes to `out`. */
MU_MUST_USE enum mu_err mu_whole_stands(const struct mu_whole *whole, FILE *out);

#endif
