/* Times that cannot be, as their authors state them. Nothing is rewritten and nothing refused: what was
 * said stays, and whoever's clock it is hears of it.
 *
 * Two kinds: an acknowledgement or answer stated before the record held what it answers, and a time
 * stated later than the record took it. A time on the whole minute, or marked as written by hand, is
 * taken for any moment of that minute. What somebody says for another agency is left out: by telephone one
 * may well have been told before the record was.
 */
#ifndef MU_PICTURE_TIMES_H
#define MU_PICTURE_TIMES_H

#include "proto/picture/picture.h"

enum mu_time_fault { MU_TIME_BEFORE, MU_TIME_AHEAD };

struct mu_bad_time {
    const struct mu_said *said;
    const struct mu_said *of; /* what it answers; NULL with MU_TIME_AHEAD */
    enum mu_time_fault fault;
    int64_t stated_ms;
    int64_t bound_ms; /* the record held `of` from then; or took `said` then */
    struct mu_bad_time *next;
};

/* Those of one agency, in the order of the record, struck ones included; NULL when there are none. */
const struct mu_bad_time *mu_picture_bad_times(const mu_picture *picture, const char *agency);

#endif
