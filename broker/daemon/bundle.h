/* A stretch of the log encoded for delivery, kept for all who stand at the same place and want the
 * same. */
#ifndef MU_DAEMON_BUNDLE_H
#define MU_DAEMON_BUNDLE_H

#include "broker/log/log.h"
#include "proto/authority/roster.h"
#include "proto/topic/filter.h"

#define MU_BUNDLES_KEPT 16u

/* What is wanted of the log, from where. */
struct mu_wish {
    uint64_t from;
    uint8_t lanes;
    bool everything;                /* no filter, all lanes, nothing held back */
    const struct mu_filter *filter; /* lent for the call */
    const struct mu_agent_id *only; /* NULL: may read all; else judged event by event */
    size_t bytes_max;               /* a single batch may be more */
    uint64_t head;                  /* of the committed record */
};

struct mu_bundle {
    uint32_t epoch;         /* of all its slices */
    uint64_t from, through; /* looked at all of these; through < from: nothing new */
    uint16_t slices;
    struct mu_bytes bytes;
};

typedef struct mu_bundles mu_bundles;

MU_MUST_USE enum mu_err mu_bundles_open(mu_bundles **out);
void mu_bundles_close(mu_bundles **bundles);

/* Lends the bundle for `wish` until the next call. What the roster and the clock say matters only when
 * `wish->only` is set. Errors: MU_E_CORRUPT at a damaged batch, named by bundle->through + 1: what lies
 * before it was handed out first; storage errors. */
MU_MUST_USE enum mu_err mu_bundles_get(mu_bundles *bundles, mu_log *log, const mu_roster *roster,
                                       int64_t now_ms, const struct mu_wish *wish,
                                       struct mu_bundle *out);

#endif
