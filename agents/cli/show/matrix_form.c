/* The matrix for programs: fields and JSON. */
#include "agents/cli/show/matrix.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agents/cli/output.h"
#include "agents/cli/show/show.h"

/* ---- fields ------------------------------------------------------------------------------------- */

static void add_time_field(struct mu_text *out, const struct mu_style *style,
                           const struct mu_told_step *step)
{
    mu_text_add(out, "\t");
    if (step == NULL)
        mu_text_add(out, "-");
    else
        mu_show_iso(out, style, step->at_ms);
}

/* agency, must answer, on machine, opened, acknowledged, second-hand through, acting, minutes overdue */
static void add_plain_row(struct mu_text *out, const struct mu_style *style,
                          const struct mu_matrix *matrix, size_t row)
{
    const struct mu_told *told = &matrix->told[row];
    bool open = matrix->to[row].must_answer && !told->knows && mu_matrix_overdue_min(matrix) >= 0;

    mu_clean(out, matrix->to[row].agency);
    mu_text_add(out, matrix->to[row].must_answer ? "\tmust" : "\t-");
    add_time_field(out, style, mu_matrix_step(told, MUSTER__RUNG__RUNG_ON_MACHINE));
    add_time_field(out, style, mu_matrix_step(told, MUSTER__RUNG__RUNG_OPENED));
    add_time_field(out, style, told->known_by);
    mu_text_add(out, "\t");
    mu_clean(out, told->knows && told->known_by->second_hand ? told->known_by->entered_by : "-");
    add_time_field(out, style, mu_matrix_step(told, MUSTER__RUNG__RUNG_ACTING));
    mu_text_addf(out, "\t%" PRId64 "\n", open ? mu_matrix_overdue_min(matrix) : 0);
}

void mu_matrix_plain(struct mu_text *out, const struct mu_style *style,
                     const struct mu_matrix *matrix)
{
    for (size_t i = 0; i < matrix->count; i++)
        add_plain_row(out, style, matrix, i);
}

/* ---- JSON ----------------------------------------------------------------------------------------- */

static void add_text(struct mu_text *out, const char *name, const char *value)
{
    if (value != NULL)
        mu_json_member(out, name, value);
}

static void add_time(struct mu_text *out, const struct mu_style *style, const char *name,
                     int64_t ms)
{
    char iso[40];
    struct mu_text text = mu_text(iso, sizeof iso);

    mu_show_iso(&text, style, ms);
    mu_json_member(out, name, iso);
}

static void add_channel(struct mu_text *out, Muster__Channel channel)
{
    struct mu_style english = {.lang = MU_LANG_EN};
    char word[64];
    struct mu_text text = mu_text(word, sizeof word);

    mu_show_term(&text, &english, "Channel", (uint32_t)channel);
    mu_json_member(out, "channel", word);
}

static void add_rung(struct mu_text *out, const struct mu_style *style, Muster__Rung rung,
                     const struct mu_told_step *step)
{
    mu_text_add(out, out->at[out->used - 1] == '{' ? "" : ",");
    mu_json_string(out, mu_rung_name(rung));
    mu_text_add(out, ":");
    mu_json_open(out);
    add_time(out, style, "at", step->at_ms);
    mu_json_number(out, "number", (int64_t)step->number);
    if (step->stated_at_ms != step->at_ms)
        add_time(out, style, "statedAt", step->stated_at_ms);
    add_text(out, "post", step->post);
    add_text(out, "person", step->person);
    if (step->second_hand) {
        add_text(out, "enteredBy", step->entered_by);
        add_channel(out, step->channel);
        add_text(out, "readBack", step->read_back);
    }
    mu_json_close(out);
}

static void add_json_row(struct mu_text *out, const struct mu_style *style,
                         const struct mu_matrix *matrix, size_t row)
{
    const struct mu_told *told = &matrix->told[row];
    bool open = matrix->to[row].must_answer && !told->knows;

    mu_json_open(out);
    mu_json_member(out, "agency", matrix->to[row].agency);
    add_text(out, "post", matrix->to[row].post);
    mu_json_number(out, "mustAnswer", matrix->to[row].must_answer);
    mu_json_number(out, "knows", told->knows);
    mu_json_number(out, "waiting", told->waiting);
    for (unsigned rung = MUSTER__RUNG__RUNG_ON_MACHINE; rung < MU_TOLD_RUNGS; rung++)
        if (told->rung[rung].reached)
            add_rung(out, style, (Muster__Rung)rung, &told->rung[rung]);
    if (open && mu_matrix_overdue_min(matrix) >= 0)
        mu_json_number(out, "overdueMin", mu_matrix_overdue_min(matrix));
    if (open)
        add_text(out, "telephone", matrix->telephone[row]);
    mu_json_close(out);
}

void mu_matrix_json(struct mu_text *out, const struct mu_style *style,
                    const struct mu_matrix *matrix)
{
    const struct mu_said *said = matrix->said;
    char leaf[2 * sizeof said->leaf.b + 1];

    mu_hex(said->leaf.b, sizeof said->leaf.b, leaf);
    mu_json_open(out);
    mu_json_member(out, "object",
                   said->event->envelope->object != NULL ? said->event->envelope->object
                                                         : said->object->id);
    mu_json_number(out, "version", said->version);
    mu_json_member(out, "leaf", leaf);
    mu_json_number(out, "number", (int64_t)said->number);
    add_text(out, "agency", said->event->envelope->agency);
    add_time(out, style, "stored", said->accepted_at_ms);
    mu_json_number(out, "toBeTold", (int64_t)matrix->must);
    mu_json_number(out, "know", (int64_t)matrix->known);
    mu_json_number(out, "byTelephone", (int64_t)matrix->by_telephone);
    if (matrix->must > 0)
        add_time(out, style, "due", matrix->due_ms);
    mu_text_add(out, ",\"agencies\":[");
    for (size_t i = 0; i < matrix->count; i++) {
        mu_text_add(out, i > 0 ? "," : "");
        add_json_row(out, style, matrix, i);
    }
    mu_text_add(out, "]");
    mu_json_close(out);
    mu_text_add(out, "\n");
}
