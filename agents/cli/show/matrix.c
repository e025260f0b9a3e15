/* The matrix, filled from the ladder and shown. A cell that claims knowledge rests on a person's act;
 * what only a machine did never looks like it.
 */
#include "agents/cli/show/matrix.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agents/cli/show/show.h"
#include "proto/base/clock.h"

/* ---- filling -------------------------------------------------------------------------------------- */

static void fill_row(const mu_picture *picture, struct mu_matrix *matrix, size_t i)
{
    const struct mu_told *told = &matrix->told[i];

    mu_told_of(picture, matrix->said, matrix->to[i].agency, &matrix->told[i]);
    if (!matrix->to[i].must_answer)
        return;
    matrix->must++;
    matrix->known += told->knows;
    matrix->by_telephone += told->knows && told->known_by->second_hand;
    if (!told->knows)
        matrix->telephone[i] =
            mu_picture_telephone(picture, matrix->to[i].agency, matrix->to[i].post);
}

static int rank(const struct mu_matrix *matrix, size_t i)
{
    if (!matrix->to[i].must_answer)
        return 2;
    return matrix->told[i].knows ? 1 : 0;
}

static void swap(struct mu_matrix *matrix, size_t a, size_t b)
{
    struct mu_told_to to = matrix->to[a];
    struct mu_told told = matrix->told[a];
    const char *telephone = matrix->telephone[a];

    matrix->to[a] = matrix->to[b];
    matrix->told[a] = matrix->told[b];
    matrix->telephone[a] = matrix->telephone[b];
    matrix->to[b] = to;
    matrix->told[b] = told;
    matrix->telephone[b] = telephone;
}

/* Steady: the order named stays within a rank. A few rows. A step that points into its own ladder is
 * found again after the move. */
static void put_missing_first(struct mu_matrix *matrix)
{
    for (size_t i = 1; i < matrix->count; i++)
        for (size_t k = i; k > 0 && rank(matrix, k) < rank(matrix, k - 1); k--)
            swap(matrix, k, k - 1);
}

void mu_matrix_fill(const mu_picture *picture, const struct mu_said *said, int64_t now_ms,
                    struct mu_matrix *out)
{
    memset(out, 0, sizeof *out);
    out->said = said;
    out->now_ms = now_ms;
    out->due_ms = mu_told_due_ms(picture, said);
    out->count = mu_told_agencies(picture, said, out->to, MU_TOLD_AGENCIES_MAX);
    for (size_t i = 0; i < out->count; i++)
        fill_row(picture, out, i);
    put_missing_first(out);
    /* `known_by` points into its own ladder, which has moved. */
    for (size_t i = 0; i < out->count; i++)
        if (out->told[i].knows)
            mu_told_of(picture, said, out->to[i].agency, &out->told[i]);
}

/* ---- cells ------------------------------------------------------------------------------------------ */

#define CELL_BYTES 256u

const struct mu_told_step *mu_matrix_step(const struct mu_told *told, Muster__Rung rung)
{
    return told->rung[rung].reached ? &told->rung[rung] : NULL;
}

static void add_who(struct mu_text *out, const struct mu_told_step *step)
{
    const char *who = step->person != NULL ? step->person : step->post;

    if (who == NULL)
        return;
    mu_text_add(out, " ");
    mu_clean(out, who);
}

static void show_machine(struct mu_text *out, const struct mu_style *style,
                         const struct mu_told *told)
{
    const struct mu_told_step *step = mu_matrix_step(told, MUSTER__RUNG__RUNG_ON_MACHINE);

    if (step == NULL) {
        mu_text_add(out, mu_word(MU_W_MATRIX_WAITING, style->lang));
        return;
    }
    mu_text_add(out, "■ ");
    mu_show_clock(out, style, step->at_ms);
}

static void show_opened(struct mu_text *out, const struct mu_style *style,
                        const struct mu_told *told)
{
    const struct mu_told_step *step = mu_matrix_step(told, MUSTER__RUNG__RUNG_OPENED);

    if (step == NULL) {
        mu_text_add(out, "-");
        return;
    }
    mu_text_add(out, step->second_hand ? "☎ " : "◉ ");
    mu_show_clock(out, style, step->at_ms);
    add_who(out, step);
}

static void show_known(struct mu_text *out, const struct mu_style *style,
                       const struct mu_told_step *step)
{
    char at[32];
    struct mu_text clock = mu_text(at, sizeof at);
    char who[CELL_BYTES];
    struct mu_text name = mu_text(who, sizeof who);
    const char *args[] = {at, who, step->entered_by};

    mu_show_clock(&clock, style, step->at_ms);
    add_who(&name, step);
    if (step->second_hand) {
        mu_words_fill(out, mu_word(MU_W_MATRIX_TELEPHONE, style->lang), args, 3);
        return;
    }
    mu_text_addf(out, "✔ %s%s", at, who);
}

int64_t mu_matrix_overdue_min(const struct mu_matrix *matrix)
{
    return matrix->now_ms < matrix->due_ms ? -1 : (matrix->now_ms - matrix->due_ms) / MU_MINUTE_MS;
}

static void show_unanswered(struct mu_text *out, const struct mu_style *style,
                            const struct mu_matrix *matrix)
{
    char value[32];
    struct mu_text text = mu_text(value, sizeof value);
    const char *args[] = {value};

    if (mu_matrix_overdue_min(matrix) < 0) {
        mu_show_clock(&text, style, matrix->due_ms);
        mu_words_fill(out, mu_word(MU_W_MATRIX_DUE, style->lang), args, 1);
        return;
    }
    mu_text_addf(&text, "%" PRId64, mu_matrix_overdue_min(matrix));
    mu_words_fill(out, mu_word(MU_W_MATRIX_OVERDUE, style->lang), args, 1);
}

static void show_acknowledged(struct mu_text *out, const struct mu_style *style,
                              const struct mu_matrix *matrix, size_t row)
{
    const struct mu_told *told = &matrix->told[row];

    if (told->knows)
        show_known(out, style, told->known_by);
    else if (matrix->to[row].must_answer)
        show_unanswered(out, style, matrix);
    else
        mu_text_add(out, "·");
}

/* The furthest of what is being done about it. */
static void show_acting(struct mu_text *out, const struct mu_style *style,
                        const struct mu_told *told)
{
    static const struct {
        Muster__Rung rung;
        const char *mark;
    } marks[] = {{MUSTER__RUNG__RUNG_DONE, "✔▶"},
                 {MUSTER__RUNG__RUNG_ACTING, "▶"},
                 {MUSTER__RUNG__RUNG_DECLINED, "✖"},
                 {MUSTER__RUNG__RUNG_ACCEPTED, "+"}};

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        const struct mu_told_step *step = mu_matrix_step(told, marks[i].rung);

        if (step == NULL)
            continue;
        mu_text_addf(out, "%s ", marks[i].mark);
        mu_show_clock(out, style, step->at_ms);
        mu_text_add(out, " ");
        mu_show_term(out, style, "Rung", (uint32_t)marks[i].rung);
        return;
    }
    mu_text_add(out, "-");
}

/* ---- for people -------------------------------------------------------------------------------------- */

#define COLUMNS 6u
/* Of the first column by the longest name; of the last as it comes. */
static const size_t widths[COLUMNS] = {12, 9, 12, 16, 26, 0};

static void begin_line(struct mu_text *out, const struct mu_style *style)
{
    if (style->exercise)
        mu_text_addf(out, "%s ", mu_word(MU_W_EXERCISE, style->lang));
}

static void add_cell(struct mu_text *out, size_t width, const char *cell)
{
    size_t from = out->used;

    mu_text_add(out, cell);
    if (width > 0) {
        mu_text_add(out, " ");
        mu_show_pad(out, from, width);
    }
}

static size_t widest_name(const struct mu_style *style, const struct mu_matrix *matrix)
{
    size_t widest = widths[0];

    for (size_t i = 0; i < matrix->count; i++) {
        char name[CELL_BYTES];
        struct mu_text text = mu_text(name, sizeof name);

        mu_show_named(&text, style, matrix->to[i].agency);
        if (mu_text_columns(name) + 2 > widest)
            widest = mu_text_columns(name) + 2;
    }
    return widest;
}

static void add_cells(struct mu_text *out, const struct mu_style *style, size_t first,
                      const char *const cells[COLUMNS])
{
    begin_line(out, style);
    for (size_t i = 0; i < COLUMNS; i++)
        add_cell(out, i == 0 ? first : widths[i], cells[i]);
    mu_text_add(out, "\n");
}

static void add_titles(struct mu_text *out, const struct mu_style *style, size_t first)
{
    static const enum mu_word heads[COLUMNS] = {MU_W_MATRIX_AGENCY,     MU_W_MATRIX_STORED,
                                                MU_W_MATRIX_ON_MACHINE, MU_W_MATRIX_OPENED,
                                                MU_W_MATRIX_KNOWN,      MU_W_MATRIX_ACTING};
    const char *cells[COLUMNS];

    for (size_t i = 0; i < COLUMNS; i++)
        cells[i] = mu_word(heads[i], style->lang);
    add_cells(out, style, first, cells);
}

static void add_row(struct mu_text *out, const struct mu_style *style,
                    const struct mu_matrix *matrix, size_t row, size_t first)
{
    char room[COLUMNS][CELL_BYTES];
    const char *cells[COLUMNS];
    struct mu_text text[COLUMNS];

    for (size_t i = 0; i < COLUMNS; i++) {
        text[i] = mu_text(room[i], CELL_BYTES);
        cells[i] = room[i];
    }
    mu_show_named(&text[0], style, matrix->to[row].agency);
    mu_show_clock(&text[1], style, matrix->said->accepted_at_ms);
    show_machine(&text[2], style, &matrix->told[row]);
    show_opened(&text[3], style, &matrix->told[row]);
    show_acknowledged(&text[4], style, matrix, row);
    show_acting(&text[5], style, &matrix->told[row]);
    add_cells(out, style, first, cells);
}

static void add_name(struct mu_text *out, const struct mu_said *said)
{
    mu_clean(out, said->event->envelope->object != NULL ? said->event->envelope->object
                                                        : said->object->id);
    if (said->version > 0)
        mu_text_addf(out, "@v%" PRIu32, said->version);
}

/* "DAM-01@v1, WR 14:20: 6 to be told, 5 know (1 by telephone)" */
static void add_summary(struct mu_text *out, const struct mu_style *style,
                        const struct mu_matrix *matrix)
{
    char name[CELL_BYTES], agency[CELL_BYTES], at[32], must[24], known[24], telephone[24];
    struct mu_text text = mu_text(name, sizeof name);
    const char *args[] = {name, agency, at, must, known, telephone};

    add_name(&text, matrix->said);
    text = mu_text(agency, sizeof agency);
    mu_show_named(&text, style, matrix->said->event->envelope->agency);
    text = mu_text(at, sizeof at);
    mu_show_clock(&text, style, matrix->said->accepted_at_ms);
    (void)snprintf(must, sizeof must, "%zu", matrix->must);
    (void)snprintf(known, sizeof known, "%zu", matrix->known);
    (void)snprintf(telephone, sizeof telephone, "%zu", matrix->by_telephone);
    begin_line(out, style);
    mu_words_fill(
        out,
        mu_word(matrix->must > 0 ? MU_W_MATRIX_SUMMARY : MU_W_MATRIX_NOBODY_ASKED, style->lang),
        args, 6);
    mu_text_add(out, "\n");
}

/* Whom to ring up: those asked whose limit has passed. */
static void add_calls(struct mu_text *out, const struct mu_style *style,
                      const struct mu_matrix *matrix)
{
    for (size_t i = 0; i < matrix->count && mu_matrix_overdue_min(matrix) >= 0; i++) {
        char agency[CELL_BYTES], number[CELL_BYTES];
        struct mu_text text = mu_text(agency, sizeof agency);
        const char *args[] = {agency, number};

        if (matrix->told[i].knows || matrix->telephone[i] == NULL)
            continue;
        mu_show_named(&text, style, matrix->to[i].agency);
        text = mu_text(number, sizeof number);
        mu_clean(&text, matrix->telephone[i]);
        begin_line(out, style);
        mu_words_fill(out, mu_word(MU_W_MATRIX_CALL, style->lang), args, 2);
        mu_text_add(out, "\n");
    }
}

void mu_matrix_table(struct mu_text *out, const struct mu_style *style,
                     const struct mu_matrix *matrix)
{
    size_t first = widest_name(style, matrix);

    add_summary(out, style, matrix);
    add_titles(out, style, first);
    for (size_t i = 0; i < matrix->count; i++)
        add_row(out, style, matrix, i, first);
    add_calls(out, style, matrix);
}

const struct mu_said *mu_matrix_raised(const struct mu_card *card)
{
    for (const struct mu_said *said = card->said->object->news; said != NULL; said = said->older)
        if (said->number == card->raised_number)
            return said;
    return card->said;
}
