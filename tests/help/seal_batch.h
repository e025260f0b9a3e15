/* An author who seals batches, one after the other, and bodies one can recognise again. */
#ifndef MU_HELP_SEAL_BATCH_H
#define MU_HELP_SEAL_BATCH_H

#include "proto/sign/seal.h"

struct help_author {
    uint8_t seed;
    mu_key *key;
    struct mu_seal seal; /* agent, instance, lane, origin; first_sequence is the next one */
    uint64_t body_bytes; /* size of the bodies help_seal makes */
};

/* A batch as the desk hands it on: read, leaves filled. */
struct help_batch {
    struct mu_batch batch;
    struct mu_item items[MU_BATCH_EVENTS_MAX];
    uint8_t *bytes;
    size_t size;
};

/* `log` NULL: for genesis. Close it after use. */
void help_author_open(struct help_author *author, uint8_t seed, const struct mu_hash *log,
                      uint8_t lane);
void help_author_close(struct help_author *author);

/* The body of that author's event `sequence`: recognisable text of exactly `size` bytes. */
void help_body(uint8_t seed, uint64_t sequence, uint8_t *out, size_t size);

/* Seals the next `count` events, with help_body's bodies; the author's chain moves on. `committed`
 * may be NULL. Gives; free with help_batch_free. */
struct help_batch *help_seal(struct help_author *author, size_t count);
struct help_batch *help_seal_bodies(struct help_author *author, const struct mu_bytes *bodies,
                                    const struct mu_hash *committed, size_t count);
void help_batch_free(struct help_batch **batch);

#endif
