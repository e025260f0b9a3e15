/* A record in a folder of its own, for tests that need one. */
#ifndef MU_HELP_RECORD_H
#define MU_HELP_RECORD_H

#include "broker/log/log.h"
#include "tests/help/seal_batch.h"

#define HELP_START_MS INT64_C(1790000000000)
#define HELP_JUDGE 3u

struct help_record {
    char dir[128];
    mu_log *log;
    struct mu_hash id;
    struct help_author author; /* lane 2, seed 7 */
    int64_t now_ms;
};

/* A folder with a new log in it, opened. `options` may be NULL. */
void help_record_make(struct help_record *record, const struct mu_log_options *options);
/* Close and open again; what mu_log_open says. */
enum mu_err help_record_reopen(struct help_record *record, const struct mu_log_options *options);
/* Close, and remove the folder. */
void help_record_remove(struct help_record *record);

/* Open, append and commit one turn of one batch of `count` events; what the commit says. The author
 * takes the events back when it failed. */
enum mu_err help_record_turn(struct help_record *record, size_t count);

/* Reads everything through views, verifying it all, and recognises the author's bodies in order.
 * The number of entries, or 0 with a line on standard error. */
uint64_t help_record_count(struct help_record *record);

#endif
