/* Shelter head counts of Nanao City, as the city publishes them: one CSV per half day.
 *
 * Two forms are read, told apart by their headings: in the first the count's own heading carries its
 * time (人数_令和6年1月9日午後6時時点), in all later ones a column 時点 does. Columns are found by name,
 * so their order is free and further ones do no harm.
 *
 * Pure, and repairs nothing: a row is taken as it stands or refused with a reason a person can act on.
 */
#ifndef MU_CLI_IMPORT_NANAO_H
#define MU_CLI_IMPORT_NANAO_H

#include "agents/cli/import/csv.h"
#include "proto/base/limits.h"
#include "proto/base/text.h"
#include "proto/words/words.h"

#define MU_NANAO_OFFSET_MIN 540 /* Japan keeps one time */

/* What a row says. Text is lent until the next row. */
struct mu_nanao_row {
    size_t line;
    const char *id;
    const char *district;
    const char *name;
    const char *address;   /* "" when not given */
    const char *telephone; /* of the house; "" when not given */
    const char *area;      /* jp/17/202/... Static */
    uint32_t persons;
    int64_t counted_at_ms;
    bool has_place;
    int32_t lat_e7, lon_e7; /* nearest to what is written */
    bool has_capacity;
    uint32_t capacity; /* indoors only: nobody is asked to sleep outside */
};

/* Why a row (or the whole file: line of the headings) is not taken. */
struct mu_nanao_refusal {
    size_t line;
    char id[MU_NAME_BYTES_MAX]; /* "" when it cannot be told */
    enum mu_err code;
    enum mu_word why, remedy; /* `why` has places for about[0] and about[1] */
    char about[2][128];
};

typedef struct mu_nanao mu_nanao;

/* Read the headings. `text` is lent until closed. Gives a reader, also to be closed.
 * Errors: MU_E_NO_MEMORY; any other: the file is not taken, `refusal` says why. */
MU_MUST_USE enum mu_err mu_nanao_open(struct mu_bytes text, mu_nanao **out,
                                      struct mu_nanao_refusal *refusal);
void mu_nanao_close(mu_nanao **reader);

/* The next row. MU_OK: taken; MU_E_ABSENT: no more; MU_E_NO_MEMORY; any other: refused. */
MU_MUST_USE enum mu_err mu_nanao_next(mu_nanao *reader, struct mu_nanao_row *row,
                                      struct mu_nanao_refusal *refusal);

/* Appends "line 5: ... " without the line: the sentence and its remedy. */
void mu_nanao_explain(const struct mu_nanao_refusal *refusal, enum mu_lang lang,
                      struct mu_text *why, struct mu_text *remedy);

/* ---- the published forms of single values; each false when the text has another form ------------ */
/* 令和6年1月11日午後6時, also 元年 and 6時30分; UTC ms. Noon and midnight are 午後0時 and 午前0時: 12時 says
 * either, depending on whom one asks, and is not taken. */
bool mu_nanao_time(const char *text, int64_t *ms);
/* 屋内1,054人／屋外18,550人(面積の1/2) */
bool mu_nanao_capacity(const char *text, uint32_t *indoors);
/* 37.04685 as 370468500, within +-limit_deg */
bool mu_nanao_degrees(const char *text, int limit_deg, int32_t *e7);
/* 180 */
bool mu_nanao_count(const char *text, uint32_t *persons);

#endif
