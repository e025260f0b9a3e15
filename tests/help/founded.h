/* The county of tests/help/county.h with a record in a folder of its own, and what its people say. */
#ifndef MU_HELP_FOUNDED_H
#define MU_HELP_FOUNDED_H

#include "broker/log/log.h"
#include "tests/help/county.h"
#include "tests/help/events.h"
#include "tests/help/seal_batch.h"

struct founded {
    char dir[128];
    mu_log *log;
    struct mu_hash id;
    mu_arena arena; /* for the bodies below */
};

/* An exercise whose clock moves in steps from COUNTY_START_MS. `options` may be NULL. */
void founded_make(struct founded *founded, const struct mu_log_options *options);
/* Close the record and open it again. */
void founded_reopen(struct founded *founded, const struct mu_log_options *options);
void founded_remove(struct founded *founded);

/* An admin's enrolment of the agent of `seed` with these roles ("" for none) and CURVE key (NULL: the
 * one of the seed); and his word that it is retired as of now, or compromised. */
struct mu_bytes founded_enrolment(struct founded *founded, uint8_t seed, const char *agency,
                                  const char *roles, const uint8_t *curve);
/* The same, of its agency's desk. */
struct mu_bytes founded_desk(struct founded *founded, uint8_t seed, const char *agency,
                             const char *roles);
struct mu_bytes founded_retire(struct founded *founded, uint8_t seed);
struct mu_bytes founded_compromised(struct founded *founded, uint8_t seed);
/* EM's `n`th evacuation (lane 0) and field report (lane 1). */
struct mu_bytes founded_evacuation(struct founded *founded, unsigned n);
struct mu_bytes founded_report(struct founded *founded, unsigned n);

#endif
