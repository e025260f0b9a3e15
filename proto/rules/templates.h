/* The sentences findings name by id; the record holds ids and typed arguments, never prose. */
#ifndef MU_RULES_TEMPLATES_H
#define MU_RULES_TEMPLATES_H

#include <stddef.h>

#include "proto/base/err.h"

/* The sentence with its places unfilled (mu_words_fill fills them); NULL when no such id. Static. */
const char *mu_template(const char *id, enum mu_lang lang);

/* The index-th id; NULL past the end. */
const char *mu_template_at(size_t index);

#endif
