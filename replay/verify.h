/* Whether a record is what it claims: walk a source through the audit and print what was found. */
#ifndef MU_REPLAY_VERIFY_H
#define MU_REPLAY_VERIFY_H

#include <stdio.h>

#include "proto/words/words.h"
#include "broker/log/source.h"

/* What is known of a refusal beyond its code: which time, which agency, where the record begins. */
struct mu_why {
    char text[2048]; /* "": the code's own sentence says all */
};

struct mu_verify_options {
    enum mu_lang lang;
    bool json;
    const struct mu_hash *log; /* the id the auditor expects; NULL: take what the record says */
    struct mu_why *why;
};

/* Fills options->why. */
void mu_why(const struct mu_verify_options *options, enum mu_word word, const char *const *args,
            size_t count);

/* Prints the report to `out`. Answers MU_OK, MU_E_PROOF when there is damage, or why it could not
 * be read at all; MU_E_STOPPED. */
MU_MUST_USE enum mu_err mu_verify(const char *path, const struct mu_verify_options *options,
                                  FILE *out);

#endif
