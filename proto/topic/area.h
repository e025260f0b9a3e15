/* Areas: code paths, one segment per level, so that a prefix is a jurisdiction.
 * `cn/99/01/21/201/203`: province, prefecture, county, township, village. */
#ifndef MU_TOPIC_AREA_H
#define MU_TOPIC_AREA_H

#include "proto/base/bytes.h"

/* Lower-case letters, digits, '-' in segments of 1..12, at most 8 segments, no empty one. */
bool mu_area_ok(struct mu_bytes area);
/* Whether `area` lies in `prefix` (whole segments). The empty prefix holds everything. */
bool mu_area_within(struct mu_bytes area, struct mu_bytes prefix);
/* Whether one of the two lies in the other. */
bool mu_area_overlap(struct mu_bytes a, struct mu_bytes b);

#endif
