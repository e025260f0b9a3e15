/* A mistake in one of the two files of an exercise: where it is, what it is, what to do about it. */
#ifndef MU_PLAYER_MISTAKE_H
#define MU_PLAYER_MISTAKE_H

#include <stddef.h>

#include "proto/base/text.h"
#include "proto/words/words.h"

struct mu_mistake {
    const char *file; /* lent */
    size_t line;      /* 0: the file as a whole */
    enum mu_err code;
    char about[192]; /* the word it is about */
    char hint[160];  /* what it may have been meant to be; "" when nothing is near */
};

/* Fill it in; hands back `code`, so that a reader says return mu_mistaken(...). */
enum mu_err mu_mistaken(struct mu_mistake *mistake, enum mu_err code, size_t line,
                        const char *about);
void mu_mistake_hint(struct mu_mistake *mistake, const char *hint);

/* Appends "qinghe.script:12: no such thing: persons_moves (persons_moved?). check the name. [MU-404
 * ABSENT]". */
void mu_mistake_tell(const struct mu_mistake *mistake, enum mu_lang lang, struct mu_text *out);

#endif
