/* Beds: what a hospital has of one kind, whether that still holds, and who is on the way to it.
 *
 * A figure holds for the county's limit "bed_age_min" (60 min without one). An older one is not counted:
 * ask again. What was promised on a figure that held stays promised until a newer figure comes, so that
 * nobody loses his bed by time alone.
 */
#ifndef MU_RULES_BEDS_H
#define MU_RULES_BEDS_H

#include "proto/picture/patients.h"

struct mu_beds {
    struct mu_bed_count count; /* the last word */
    bool fresh;                /* and it holds */
    bool receives;             /* the hospital takes patients: otherwise none of its beds counts */
    int64_t holds_until_ms;
    uint32_t coming; /* who arrives after that word */
    uint32_t held;   /* of them, those promised while it held */
    uint32_t usable; /* beds that count: all while it holds, else those held */
    int64_t last_leaves_ms, last_arrives_ms; /* of those coming; 0: not known */
};

/* At `now_ms`. `moved` is called for each print that brings somebody to such a bed; may be NULL. */
void mu_beds_look(const mu_picture *picture, const char *hospital, Muster__BedKind kind,
                  int64_t now_ms, void (*moved)(void *user, const struct mu_print *print),
                  void *user, struct mu_beds *out);

#endif
