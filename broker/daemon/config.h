/* musterd.conf: a YAML mapping, read strictly by libcyaml. The keys are the table in config.def. */
#ifndef MU_DAEMON_CONFIG_H
#define MU_DAEMON_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include "proto/base/err.h"
#include "proto/base/text.h"

#define MU_ENDPOINT_BYTES_MAX 256u

struct mu_config {
    char endpoint[MU_ENDPOINT_BYTES_MAX];      /* where agents connect: tcp://0.0.0.0:7400 */
    char join_endpoint[MU_ENDPOINT_BYTES_MAX]; /* where newcomers do; "": beside it, port 7401 */
#define K(name, standard, least, most, en, zh) uint64_t name;
#include "broker/daemon/config.def"
#undef K
};

/* Every key at its default. */
void mu_config_default(struct mu_config *out);

/* Defaults, then what `path` says. A file that is not there is all defaults.
 * Errors: MU_E_CONFIG, with key, line and column in `why`. */
MU_MUST_USE enum mu_err mu_config_read(const char *path, struct mu_config *out,
                                       struct mu_text *why);

/* Where invitations stand: as configured, or beside `endpoint`: the same host with port 7401 (any free
 * port when `endpoint` has one), or the same path with ".join". `out` has MU_ENDPOINT_BYTES_MAX. */
void mu_config_join_endpoint(const struct mu_config *config, char *out);

/* The keys with default, bounds and meaning, as comments of a file that sets none of them: what
 * `musterd init` writes and what `musterd --help` ends with. */
void mu_config_explain(FILE *out, enum mu_lang lang);

#endif
