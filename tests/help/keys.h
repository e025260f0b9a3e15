/* Keys that are the same in every run, so that a test can name bytes. */
#ifndef MU_HELP_KEYS_H
#define MU_HELP_KEYS_H

#include "proto/sign/key.h"

/* Gives the Ed25519 key whose seed is 32 times `seed`. */
mu_key *help_key(uint8_t seed);
/* Gives the verifier of that key. */
mu_verifier *help_verifier(uint8_t seed);

#endif
