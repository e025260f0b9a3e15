/* A thread that signs the head a turn will have, while the commit syncs. Only for broker/desk. */
#ifndef MU_DESK_SIGNER_H
#define MU_DESK_SIGNER_H

#include "proto/sign/checkpoint.h"

typedef struct mu_signer mu_signer;

/* Takes the key. Signals are the caller's: the thread blocks them all. */
MU_MUST_USE enum mu_err mu_signer_open(const struct mu_hash *log, mu_key *key, mu_signer **out);
void mu_signer_close(mu_signer **signer);
/* Lent until close. */
const mu_key *mu_signer_key(const mu_signer *signer);

/* One at a time: start, then wait. */
void mu_signer_start(mu_signer *signer, const struct mu_head *head);
/* The note, NUL-terminated. Errors: those of mu_checkpoint_sign. */
MU_MUST_USE enum mu_err mu_signer_wait(mu_signer *signer, char note[MU_NOTE_BYTES_MAX]);

#endif
