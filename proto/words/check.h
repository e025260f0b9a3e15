/* The word list people compare two machines by: proto/words/check.def. */
#ifndef MU_WORDS_CHECK_H
#define MU_WORDS_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/err.h"
#include "proto/base/text.h"

#define MU_CHECK_LIST 1024u

/* Appends these words, three blanks between them: "red   bridge   seven   deer". Each is below
 * MU_CHECK_LIST. */
void mu_check_words_print(struct mu_text *out, const uint16_t *words, size_t count,
                          enum mu_lang lang);
/* Whether `typed` (words parted by blanks, commas or dashes, of either language, any case) is these. */
bool mu_check_words_same(const char *typed, const uint16_t *words, size_t count);

#endif
