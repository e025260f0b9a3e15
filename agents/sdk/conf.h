/* agent.conf: a flat YAML file, read strictly; every unknown key is an error. */
#ifndef MU_SDK_CONF_H
#define MU_SDK_CONF_H

#include "agents/sdk/home.h"

/* Fill the public half of `home` from dir/agent.conf. Errors: MU_E_ABSENT, MU_E_CONFIG. */
MU_MUST_USE enum mu_err mu_conf_read(const char *dir, struct mu_home *home);
/* Write it back. Errors: MU_E_SYSTEM. */
MU_MUST_USE enum mu_err mu_conf_write(const char *dir, const struct mu_home *home);

#endif
