/* Inside dispatch: hospitals, what they have free, and how far they are. */
#ifndef MU_RULES_AMBULANCES_H
#define MU_RULES_AMBULANCES_H

#include "proto/rules/judge.h"
#include "proto/rules/roads.h"

struct mu_post {
    const char *hospital;
    uint32_t free;     /* ambulances, or beds */
    struct mu_way way; /* to or from the scene */
};

struct mu_posts {
    struct mu_post *at;
    size_t count;
};

/* Hospitals of the county with ambulances that are not on the road, whoever is first at `scene` when all
 * leave at `leave_ms` first. *free counts all of them, also those no way leads from. */
struct mu_posts mu_ambulances_free(struct mu_judgement *judgement, const struct mu_spot *scene,
                                   int64_t leave_ms, uint32_t *free);

/* Hospitals with counted beds of that kind for which nobody is on the way, nearest to `scene` first when
 * left at `leave_ms`. */
struct mu_posts mu_beds_free(struct mu_judgement *judgement, Muster__BedKind kind,
                             const struct mu_spot *scene, int64_t leave_ms);

/* Hospitals of the county, each once, by name: reported or in the reference data. */
const char *const *mu_hospitals(struct mu_judgement *judgement, size_t *count);

#endif
