/* Answers owed: each word somebody spoke for a village opens one, at the desk that wrote it down.
 *
 * Several statements cut from one message (`from_one_report`, or the same words received) are one word, named by
 * the one that was recorded first, in whatever order a restored record gets them back.
 * An answer that names any of them closes it, unless it says that more is owed; wherever it was
 * entered.
 */
#ifndef MU_PICTURE_DEBT_H
#define MU_PICTURE_DEBT_H

#include "proto/picture/picture.h"

/* Words received twice within this time are the same message sent again. */
#define MU_DEBT_SAME_MS (2 * INT64_C(60000))

struct mu_debt {
    const char *id;             /* of the first statement: its object's name, or its leaf in hex */
    const char *village;        /* area path of those who spoke */
    const char *desk;           /* agency that wrote it down, and owes */
    const struct mu_said *word; /* the first statement cut from it */
    const struct mu_said *answer; /* the one that closed it; NULL: owed */
    uint32_t statements;          /* cut from this word */
    int64_t since_ms;             /* accepted time of the word */
    int64_t due_ms; /* by the county's limit ("answer_min"), or as the reporter says */
    struct mu_debt *same_village; /* the one before it there, whatever it was about */
};

/* NULL when nobody ever owed it. Lent for the life of the picture. */
const struct mu_debt *mu_picture_debt(const mu_picture *picture, const char *id);
/* The index-th by id; NULL past the end. */
const struct mu_debt *mu_picture_debt_at(const mu_picture *picture, size_t index);
bool mu_debt_is_open(const struct mu_debt *debt);

#endif
