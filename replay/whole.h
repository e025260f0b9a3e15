/* A record read whole: verified, and folded into one picture. What auditors' questions begin with. */
#ifndef MU_REPLAY_WHOLE_H
#define MU_REPLAY_WHOLE_H

#include <stdio.h>

#include "broker/log/source.h"
#include "proto/picture/picture.h"
#include "replay/jot.h"
#include "replay/verify.h"

struct mu_whole {
    const struct mu_verify_options *options;
    mu_audit *audit;
    mu_picture *picture;
    /* Called for every entry that stands, unpacked, before it is folded; NULL: nobody asks. */
    enum mu_err (*take)(void *user, const mu_roster *roster, const struct mu_entry *entry);
    /* Whether it goes into the picture; NULL: all do. */
    bool (*wants)(void *user, const mu_roster *roster, const struct mu_entry *entry);
    void *user;
    int64_t first_ms,
        last_ms; /* accepted, of the first and the last entry that stands; 0: none does */
};

/* Walks `path`; `options`, `take` and `user` are set. Free it whatever this answers. Errors: as mu_walk, but
 * a record that was cut short is read as far as it goes; MU_E_OTHER_LOG when it is not the one expected. */
MU_MUST_USE enum mu_err mu_whole_read(const char *path, struct mu_whole *whole);
void mu_whole_free(struct mu_whole *whole);
/* Minutes east of UTC; 0 without a genesis. */
int mu_whole_offset_min(const struct mu_whole *whole);
bool mu_whole_is_exercise(const struct mu_whole *whole);
/* Reads a time of this record; NULL: the end, INT64_MAX. Errors: MU_E_BAD_VALUE; MU_E_ABSENT before the first
 * entry; both say why. */
MU_MUST_USE enum mu_err mu_whole_time(const struct mu_whole *whole, const char *text, int64_t *out);
/* What was asked for is not there: says `word`. MU_E_ABSENT; MU_E_CORRUPT where it may have been in what is
 * damaged or gone, and says that too. */
enum mu_err mu_whole_refuse(const struct mu_whole *whole, enum mu_word word,
                            const char *const *args, size_t count);
/* MU_OK, or as above when nobody of that code was ever enrolled in it. */
MU_MUST_USE enum mu_err mu_whole_has_agency(const struct mu_whole *whole, const char *agency);
/* MU_OK, or MU_E_PROOF when something in it is damaged: then the line that says so goes to `out`, unless the
 * document said it. */
MU_MUST_USE enum mu_err mu_whole_stands(const struct mu_whole *whole, FILE *out);
/* "damageCount" of an open document. */
void mu_whole_jot_damage(struct mu_jot *jot, const struct mu_whole *whole);

#endif
