/* Which batches this process has already checked against the tree: one bit per number, set for the
 * first number of a batch. Forgotten when the process ends. Private to this room.
 */
#ifndef MU_LOG_VERIFIED_H
#define MU_LOG_VERIFIED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mu_verified {
    uint64_t **chunk; /* NULL where nothing is known yet */
    size_t chunks;
};

bool mu_verified_has(const struct mu_verified *verified, uint64_t number);
/* Without memory it is not remembered, and the batch is checked again next time. */
void mu_verified_add(struct mu_verified *verified, uint64_t number);
void mu_verified_free(struct mu_verified *verified);

#endif
