/* The newest statement of each thing: which entries a reader may skip. */
#ifndef MU_CLI_NEWEST_H
#define MU_CLI_NEWEST_H

#include "proto/picture/table.h"
#include "proto/wire/entry.h"

struct mu_newest {
    struct mu_table table; /* of struct row */
};

/* Note an entry. A thing is kind and object; without an object, kind and area. Errors: MU_E_NO_MEMORY. */
MU_MUST_USE enum mu_err mu_newest_note(struct mu_newest *newest, const struct mu_entry *entry);
/* Whether it was the last noted of its thing. */
bool mu_newest_is(const struct mu_newest *newest, const struct mu_entry *entry);
void mu_newest_free(struct mu_newest *newest);

#endif
