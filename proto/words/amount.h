/* Amounts and times as people read them, the same in every language. Each call appends. */
#ifndef MU_WORDS_AMOUNT_H
#define MU_WORDS_AMOUNT_H

#include "proto/base/text.h"

#include <stdint.h>

/* 10,230 */
void mu_words_count(struct mu_text *out, int64_t value);
/* Thousandths: 6,230 or 0.5 */
void mu_words_milli(struct mu_text *out, int64_t milli);
/* Metres along a road as its posts count them: 1+200 */
void mu_words_post(struct mu_text *out, int64_t m);
/* 2031-07-16 14:24, at `offset_min` east of UTC; with seconds where there are some. */
void mu_words_moment(struct mu_text *out, int64_t ms, int offset_min);
/* 14:24, or with seconds where there are some. */
void mu_words_clock(struct mu_text *out, int64_t ms, int offset_min);

#endif
