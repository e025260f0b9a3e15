/* What an admin hands back to a new agent: where the broker is and how to know it. No secret in it. */
#ifndef MU_CLI_WELCOME_H
#define MU_CLI_WELCOME_H

#include "agents/cli/county.h"
#include "agents/sdk/home.h"
#include "proto/sign/certificate.h"

struct mu_welcome_file {
    char endpoint[MU_ENDPOINT_BYTES_MAX];
    struct mu_hash log;
    uint8_t broker_curve[32];
    struct mu_public log_key;
    struct mu_county county;
    uint8_t certificate[MU_CERTIFICATE_BYTES_MAX];
    size_t certificate_size; /* 0: none */
};

/* What the agent in `dir` (an admin's) was pointed at itself. Errors: MU_E_ABSENT, MU_E_CONFIG. */
MU_MUST_USE enum mu_err mu_welcome_file_of(const char *dir, const struct mu_county *county,
                                           struct mu_welcome_file *out);
/* One "key value" per line. Errors: MU_E_SYSTEM; reading: MU_E_ABSENT, MU_E_CONFIG. */
MU_MUST_USE enum mu_err mu_welcome_file_write(const char *path,
                                              const struct mu_welcome_file *welcome);
MU_MUST_USE enum mu_err mu_welcome_file_read(const char *path, struct mu_welcome_file *out);

#endif
