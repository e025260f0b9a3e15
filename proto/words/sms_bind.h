/* What belongs to what in the line that was cut. Inside the reader only. */
#ifndef MU_WORDS_SMS_BIND_H
#define MU_WORDS_SMS_BIND_H

#include "proto/words/sms_token.h"

/* The line while it is read. */
struct mu_sms_line {
    struct mu_sms *sms;
    struct mu_sms_token tokens[MU_SMS_TOKENS_MAX];
    size_t count;
    bool two_states; /* of one road: neither is taken */
    bool full;       /* more doubts or pieces than there is room for */
};

#define MU_SMS_NOWHERE ((size_t)-1)

/* The next token that means something, from `at` (not itself) to the left or right within the clause;
 * what is said in passing is skipped. MU_SMS_NOWHERE at the clause's end. */
size_t mu_sms_next(const struct mu_sms_line *line, size_t at, int step);
void mu_sms_doubt(struct mu_sms_line *line, enum mu_sms_why why, int count, size_t at);

/* Numbers to persons. */
void mu_sms_bind_counts(struct mu_sms_line *line);
/* Roads, marks along them, water on them, clocks. */
void mu_sms_bind_roads(struct mu_sms_line *line);

#endif
