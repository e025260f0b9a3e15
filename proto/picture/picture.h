/* What is true now: a fold over entries, nothing else.
 *
 * The same entries in the same order give the same picture on every machine, live or years later.
 * It accepts a correction before its original and ends in the same state. Memory is its own; what
 * is looked up is lent until the next fold.
 */
#ifndef MU_PICTURE_PICTURE_H
#define MU_PICTURE_PICTURE_H

#include "proto/wire/entry.h"

typedef struct mu_picture mu_picture;

MU_MUST_USE enum mu_err mu_picture_new(mu_picture **out);
void mu_picture_free(mu_picture **picture);

/* Errors: MU_E_NO_MEMORY. Refused entries and unknown kinds change nothing but `through`. */
MU_MUST_USE enum mu_err mu_picture_fold(mu_picture *picture, const struct mu_entry *entry);

uint64_t mu_picture_through(const mu_picture *picture);
/* Rules' now: accepted_at of the last entry, rounded down to the log minute. */
int64_t mu_picture_now_ms(const mu_picture *picture);

#endif
