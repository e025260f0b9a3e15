/* Levels against the marks of a station or a reservoir: at or above, below, or not to be compared. */
#ifndef MU_PICTURE_LEVEL_H
#define MU_PICTURE_LEVEL_H

#include "proto/base/arena.h"
#include "proto/picture/picture.h"

#define MU_LEVEL_MARKS_MAX 4u

enum mu_level_state {
    MU_LEVEL_UNKNOWN, /* no reading that can be trusted, or none above the same zero */
    MU_LEVEL_BELOW,
    MU_LEVEL_ABOVE
};

struct mu_level {
    Muster__LevelMark mark;
    int64_t mark_mm;
    Muster__VerticalDatum datum; /* of the mark */
    enum mu_level_state state;
    int64_t level_mm; /* the newest reading, when there is one */
    int64_t read_at_ms;
    const struct mu_said *said; /* the reading; NULL: none */
    bool told_above;            /* by the last word of `agency` in the record */
};

/* Every mark known of that station, and how the newest reading stands to it. A level is above at the
 * mark, and below again only when it is `gauge_hysteresis_mm` (50 when the county states none) below:
 * in between it stays what `agency` said last. Two heights above two zeros are not compared. */
size_t mu_levels_of(const mu_picture *picture, const char *station, const char *agency,
                    struct mu_level out[MU_LEVEL_MARKS_MAX]);

/* What `agency`'s program has to say of that station now: each mark passed since it last spoke. *out is
 * NULL when there is none. Lent by `arena`. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_level_answer(const mu_picture *picture, const char *station,
                                        const char *agency, mu_arena *arena, Muster__Gauge **out);

#endif
