/* What a follower wants: kinds × area prefixes × severity × incident × agency.
 *
 * The text form is what people type and what FOLLOW carries: words separated by spaces,
 *   type=evacuation,conflict area=cn/99/01/21 agency=EM,CA severity=severe incident=QH-1
 * All words must hold; within a word any value. The empty filter wants everything.
 */
#ifndef MU_TOPIC_FILTER_H
#define MU_TOPIC_FILTER_H

#include "proto/base/bytes.h"

#define MU_FILTER_TEXT_MAX 1024u
#define MU_FILTER_VALUES_MAX 32u

struct mu_filter_words {
    size_t count;
    struct mu_bytes value[MU_FILTER_VALUES_MAX];
};

struct mu_filter {
    char text[MU_FILTER_TEXT_MAX]; /* the values below point into it: do not copy the struct */
    struct mu_filter_words type, area, agency, incident;
    uint32_t severity_min; /* 0: any */
};

/* What is asked about one event. Strings lent. */
struct mu_filter_facts {
    struct mu_bytes kind, area, agency, incident;
    uint32_t severity;
};

/* Errors: MU_E_BAD_VALUE with the offending word's offset in *at. */
MU_MUST_USE enum mu_err mu_filter_read(struct mu_bytes text, struct mu_filter *out, size_t *at);
bool mu_filter_wants(const struct mu_filter *filter, const struct mu_filter_facts *facts);
bool mu_filter_is_everything(const struct mu_filter *filter);

#endif
