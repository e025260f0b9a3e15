/* Who knows of one statement: a row for each agency, as people read it, as fields and as JSON. */
#ifndef MU_CLI_MATRIX_H
#define MU_CLI_MATRIX_H

#include "agents/cli/cli.h"
#include "agents/cli/show/render.h"
#include "proto/picture/card.h"
#include "proto/picture/told.h"

struct mu_matrix {
    const struct mu_said *said;
    size_t count, must, known,
        by_telephone; /* agencies; of them asked; of these who know, and how */
    struct mu_told_to to[MU_TOLD_AGENCIES_MAX];
    struct mu_told told[MU_TOLD_AGENCIES_MAX];
    const char
        *telephone[MU_TOLD_AGENCIES_MAX]; /* of those asked who do not know; NULL: not known */
    int64_t due_ms;                       /* for those asked */
    int64_t now_ms;                       /* log clock */
};

/* Those who must answer and do not know first, the longest overdue on top; then the others. */
void mu_matrix_fill(const mu_picture *picture, const struct mu_said *said, int64_t now_ms,
                    struct mu_matrix *out);

/* A card by the statement that raised it: what came after only kept it up to date. */
const struct mu_said *mu_matrix_raised(const struct mu_card *card);
/* Minutes over the limit; below 0: still in time. */
int64_t mu_matrix_overdue_min(const struct mu_matrix *matrix);
/* NULL when that rung was not reached. */
const struct mu_told_step *mu_matrix_step(const struct mu_told *told, Muster__Rung rung);

/* Each appends; texts from outside are cleaned. */
void mu_matrix_table(struct mu_text *out, const struct mu_style *style,
                     const struct mu_matrix *matrix);
void mu_matrix_plain(struct mu_text *out, const struct mu_style *style,
                     const struct mu_matrix *matrix);
void mu_matrix_json(struct mu_text *out, const struct mu_style *style,
                    const struct mu_matrix *matrix);
#define MU_MATRIX_BYTES_MAX (256u * 1024u)

#endif
