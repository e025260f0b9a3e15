/* Checkpoints: the log's head as a C2SP signed note, and what it takes to believe one.
 *
 *   muster/<log id, 64 hex>/<epoch>
 *   <tree size, decimal>
 *   <root, base64>
 *
 *   — muster/<log id> <base64 of 4-byte key hash and 64-byte signature>
 */
#ifndef MU_SIGN_CHECKPOINT_H
#define MU_SIGN_CHECKPOINT_H

#include "proto/sign/seal.h"

/* The longest note with the log's own signature takes 319 bytes and a NUL. */
#define MU_NOTE_BYTES_MAX 512u
/* Signature lines read in a note from outside: the log's own and a few witnesses'. */
#define MU_NOTE_SIGNATURES_MAX 16u

/* Writes the note, NUL-terminated, to `note` of MU_NOTE_BYTES_MAX bytes. Errors: MU_E_BAD_KEY. */
MU_MUST_USE enum mu_err mu_checkpoint_sign(const struct mu_hash *log, const struct mu_head *head,
                                           const mu_key *log_key, char *note);
/* What the note says, when it is of this log and the signature fits. Exactly one line signed with the
 * log's key is wanted; lines of others are passed over. `note` is without a NUL. `public` is the key
 * behind `key`; NULL: ask the verifier. `key` NULL: read without believing; one line must still be
 * there. `head` is written only when all is well.
 * Errors: MU_E_MALFORMED, MU_E_OTHER_LOG, MU_E_PROOF. */
MU_MUST_USE enum mu_err mu_checkpoint_read(struct mu_bytes note, const struct mu_hash *log,
                                           const mu_verifier *key, const struct mu_public *public,
                                           struct mu_head *head);

#endif
