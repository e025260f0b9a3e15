/* What an ACCEPTED claims, recomputed: nothing in it is believed but the signature on its note. The
 * agent asks it of a fresh answer, the broker of one it gave before it was restored. */
#ifndef MU_SIGN_ACCEPTED_H
#define MU_SIGN_ACCEPTED_H

#include "proto/sign/seal.h"
#include "proto/wire/frame.h"

/* That `answer` puts exactly this batch (leaves filled) under the root of `head`, which its note signs.
 * codes[i] gets the verdict of each event. The entries may be of an older epoch than the head.
 * Errors: MU_E_PROOF. */
MU_MUST_USE enum mu_err mu_accepted_prove(const struct mu_accepted *answer,
                                          const struct mu_batch *batch, const struct mu_head *head,
                                          uint16_t *codes);

#endif
