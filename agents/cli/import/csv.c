#include "agents/cli/import/csv.h"

#include <string.h>

#include "proto/base/text.h"

struct mu_csv mu_csv(struct mu_bytes text)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    bool marked = text.size >= sizeof mark && memcmp(text.data, mark, sizeof mark) == 0;

    return (struct mu_csv){.text = text, .at = marked ? sizeof mark : 0, .line = 1};
}

static int peek(const struct mu_csv *csv)
{
    return csv->at < csv->text.size ? csv->text.data[csv->at] : -1;
}

static int take(struct mu_csv *csv)
{
    int c = peek(csv);

    if (c >= 0)
        csv->at++;
    if (c == '\n')
        csv->line++;
    return c;
}

static bool at_line_end(const struct mu_csv *csv)
{
    int c = peek(csv);

    if (c == '\r')
        return csv->at + 1 == csv->text.size || csv->text.data[csv->at + 1] == '\n';
    return c == '\n' || c < 0;
}

static void pass_line_end(struct mu_csv *csv)
{
    if (peek(csv) == '\r')
        take(csv);
    if (peek(csv) == '\n')
        take(csv);
}

/* Where reading goes on after a bad row: the line after the one it began on, so that a quote nobody
 * closed costs one row and not the rest of the file. */
static void resume_after(struct mu_csv *csv, size_t start, size_t line)
{
    csv->at = start;
    csv->line = line;
    while (!at_line_end(csv))
        take(csv);
    pass_line_end(csv);
}

/* ---- one field -------------------------------------------------------------------------------- */

static enum mu_err put(struct mu_csv_row *row, size_t *used, int c)
{
    if (c == 0)
        return MU_E_BAD_TEXT;
    if (*used + 1 >= sizeof row->bytes)
        return MU_E_TOO_LARGE;
    row->bytes[(*used)++] = (char)c;
    return MU_OK;
}

static enum mu_err read_quoted(struct mu_csv *csv, struct mu_csv_row *row, size_t *used)
{
    enum mu_err err = MU_OK;

    take(csv);
    while (err == MU_OK) {
        int c = take(csv);

        if (c < 0)
            return MU_E_MALFORMED;
        if (c == '"') {
            if (peek(csv) != '"')
                break;
            take(csv);
        }
        err = put(row, used, c);
    }
    if (err == MU_OK && peek(csv) != ',' && !at_line_end(csv))
        return MU_E_MALFORMED;
    return err;
}

static enum mu_err read_bare(struct mu_csv *csv, struct mu_csv_row *row, size_t *used)
{
    enum mu_err err = MU_OK;

    while (err == MU_OK && peek(csv) != ',' && !at_line_end(csv)) {
        int c = take(csv);

        err = c == '"' ? MU_E_MALFORMED : put(row, used, c);
    }
    return err;
}

static enum mu_err read_field(struct mu_csv *csv, struct mu_csv_row *row, size_t *used)
{
    const char *field = row->bytes + *used;
    enum mu_err err;

    if (row->count == MU_CSV_FIELDS_MAX)
        return MU_E_TOO_MANY;
    err = peek(csv) == '"' ? read_quoted(csv, row, used) : read_bare(csv, row, used);
    if (err != MU_OK)
        return err;
    if (*used >= sizeof row->bytes)
        return MU_E_TOO_LARGE;
    row->bytes[(*used)++] = '\0';
    row->field[row->count++] = field;
    return mu_utf8_ok(field, strlen(field)) ? MU_OK : MU_E_BAD_TEXT;
}

enum mu_err mu_csv_next(struct mu_csv *csv, struct mu_csv_row *row)
{
    size_t used = 0;
    enum mu_err err;

    while (peek(csv) >= 0 && at_line_end(csv))
        pass_line_end(csv);
    size_t start = csv->at;
    row->line = csv->line;
    row->count = 0;
    if (peek(csv) < 0)
        return MU_E_ABSENT;
    while ((err = read_field(csv, row, &used)) == MU_OK && peek(csv) == ',')
        take(csv);
    if (err == MU_OK)
        pass_line_end(csv);
    else
        resume_after(csv, start, row->line);
    return err;
}
