/* A record on disk, or its export, given to an audit from beginning to end. */
#ifndef TESTS_HELP_WALK_H
#define TESTS_HELP_WALK_H

#include "proto/authority/audit.h"

/* Errors: as mu_source_walk. */
MU_MUST_USE enum mu_err help_walk(const char *path, mu_audit *audit);

#endif
