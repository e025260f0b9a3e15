/* A log directory as a source: read-only, short slices, bytes as they lie. */
#ifndef MU_LOG_LIVE_H
#define MU_LOG_LIVE_H

#include "broker/log/source.h"

MU_MUST_USE enum mu_err mu_live_walk(const char *dir, mu_piece_fn *take, void *user);

#endif
