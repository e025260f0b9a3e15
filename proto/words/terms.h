/* Short words for coded values, in Chinese and English. */
#ifndef MU_WORDS_TERMS_H
#define MU_WORDS_TERMS_H

#include "proto/base/err.h"

#include <stdint.h>

/* The word for a value of an enum of proto/schema ("EvacuationState"), or of an event's kind
 * ("Kind"). "?" for a value without one: unspecified, or newer than this program. Static. */
const char *mu_term(const char *type, uint32_t value, enum mu_lang lang);

#endif
