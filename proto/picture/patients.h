/* The injured: how many wait at a scene, who fetches them, and for which beds. */
#ifndef MU_PICTURE_PATIENTS_H
#define MU_PICTURE_PATIENTS_H

#include "proto/picture/picture.h"

/* Everybody counted at a scene by its last word; one patient, by his tag, while nobody has him. */
struct mu_patients mu_scene_patients(const struct mu_object *casualty);
/* Of them, those no standing plan fetches: casualty->waiting. Of all scenes together: */
struct mu_patients mu_picture_waiting(const mu_picture *picture);

/* What a print at a scene or a hospital is about. */
const Muster__PatientMove *mu_print_move(const struct mu_print *print);
/* The bed it needs: as stated; else intensive care for red and a general one for anybody else. */
Muster__BedKind mu_move_bed(const Muster__PatientMove *move);

/* What a hospital last said of one kind of bed. */
struct mu_bed_count {
    bool known;
    uint32_t available;
    int64_t counted_at_ms;
    const struct mu_said *said;
};
struct mu_bed_count mu_hospital_beds(const mu_picture *picture, const char *hospital,
                                     Muster__BedKind kind);
/* Ambulances it has, by its last word or its reference data; -1: nobody said. */
int64_t mu_hospital_ambulances(const mu_picture *picture, const char *hospital);
/* Whether it takes patients by its last word: its emergency department is not closed, and it is neither
 * flooded, cut off nor being emptied. */
bool mu_hospital_receives(const mu_picture *picture, const char *hospital);
/* Of the county: reported or in its reference data, and not outside it. */
bool mu_hospital_is_ours(const mu_picture *picture, const char *hospital);

#endif
