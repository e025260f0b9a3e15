/* The picture as one agency's machine could have it at a time: only from what its receipts say was on it. */
#ifndef MU_REPLAY_ASKNOWN_H
#define MU_REPLAY_ASKNOWN_H

#include "replay/verify.h"

/* Prints the picture, then what came late, what the record had and the machine had not, and what of that
 * somebody was told by telephone. Errors: as mu_show; MU_E_ABSENT for an agency no desk of which has ever
 * stated anything. */
MU_MUST_USE enum mu_err mu_show_as(const char *path, const char *at, const char *agency,
                                   const struct mu_verify_options *options, FILE *out);

/* Every receipt of the agency: when it was stated, how far it had looked, where it lies. Errors: as above. */
MU_MUST_USE enum mu_err mu_show_receipts(const char *path, const char *agency,
                                         const struct mu_verify_options *options, FILE *out);

#endif
