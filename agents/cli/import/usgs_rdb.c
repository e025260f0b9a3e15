/* Tab-separated values: comments (#), one row of names, one of widths, then values. A column pair
 * "69928_00065" and "69928_00065_cd" holds a parameter and its codes; a third number is a statistic. */
#include "agents/cli/import/usgs.h"

#include <string.h>

#define COLUMNS_MAX 128u

struct column {
    const char *parameter, *statistic;
    size_t codes; /* column of its codes; 0: none */
};

struct sheet {
    struct mu_usgs *reader;
    struct column columns[COLUMNS_MAX];
    size_t count;
    size_t agency, site, time, zone; /* 1 + column; 0: there is none */
};

/* ---- lines and fields ---- */

static bool next_line(struct mu_bytes text, size_t *at, struct mu_bytes *line)
{
    const uint8_t *start = text.data + *at, *end;

    if (*at >= text.size)
        return false;
    end = memchr(start, '\n', text.size - *at);
    line->data = start;
    line->size = end == NULL ? text.size - *at : (size_t)(end - start);
    *at += line->size + (end != NULL);
    if (line->size > 0 && line->data[line->size - 1] == '\r')
        line->size--;
    return true;
}

/* Fields of a line, each a text of its own. */
static enum mu_err cut(struct sheet *sheet, struct mu_bytes line, const char **fields,
                       size_t *count)
{
    char *copy = mu_arena_copy(&sheet->reader->arena, (const char *)line.data, line.size);

    if (copy == NULL)
        return MU_E_NO_MEMORY;
    for (*count = 0; *count < COLUMNS_MAX;) {
        char *tab = strchr(copy, '\t');

        fields[(*count)++] = copy;
        if (tab == NULL)
            return MU_OK;
        *tab = '\0';
        copy = tab + 1;
    }
    return MU_E_TOO_MANY;
}

/* ---- headings ---- */

static bool is_digits(const char *text, size_t size)
{
    return size > 0 && strspn(text, "0123456789") >= size;
}

/* "69928_00065" or "01_00060_00003". */
static enum mu_err read_heading(struct sheet *sheet, const char *heading, struct column *column)
{
    const char *first = strchr(heading, '_'), *second;
    char *statistic, *parameter;

    if (first == NULL || !is_digits(heading, (size_t)(first - heading)) || !is_digits(first + 1, 5))
        return MU_OK;
    second = first + 6;
    if (*second != '\0' && (*second != '_' || !is_digits(second + 1, 5) || second[6] != '\0'))
        return MU_OK;
    parameter = mu_arena_copy(&sheet->reader->arena, first + 1, 5);
    statistic = mu_arena_copy(&sheet->reader->arena, *second == '_' ? second + 1 : "",
                              *second == '_' ? 5 : 0);
    if (parameter == NULL || statistic == NULL)
        return MU_E_NO_MEMORY;
    column->parameter = parameter;
    column->statistic = statistic;
    return MU_OK;
}

static void pair_codes(struct sheet *sheet, const char *const *headings)
{
    for (size_t i = 0; i < sheet->count; i++)
        for (size_t k = 0; sheet->columns[i].parameter != NULL && k < sheet->count; k++) {
            size_t size = strlen(headings[i]);

            if (strncmp(headings[k], headings[i], size) == 0 &&
                strcmp(headings[k] + size, "_cd") == 0)
                sheet->columns[i].codes = k;
        }
}

static enum mu_err read_headings(struct sheet *sheet, struct mu_bytes line,
                                 struct mu_nanao_refusal *refusal)
{
    const char *headings[COLUMNS_MAX];
    bool any = false;
    size_t count = 0;
    enum mu_err err = cut(sheet, line, headings, &count);

    sheet->count = count;
    for (size_t i = 0; i < count && err == MU_OK; i++) {
        if (strcmp(headings[i], "agency_cd") == 0)
            sheet->agency = i + 1;
        else if (strcmp(headings[i], "site_no") == 0)
            sheet->site = i + 1;
        else if (strcmp(headings[i], "datetime") == 0)
            sheet->time = i + 1;
        else if (strcmp(headings[i], "tz_cd") == 0)
            sheet->zone = i + 1;
        err = read_heading(sheet, headings[i], &sheet->columns[i]);
        any = any || sheet->columns[i].parameter != NULL;
    }
    if (err == MU_E_NO_MEMORY)
        return err;
    if (err != MU_OK || sheet->agency == 0 || sheet->site == 0 || sheet->time == 0 || !any)
        return mu_usgs_refuse(refusal, MU_E_MALFORMED, MU_W_USGS_NO_SERIES, MU_W_USGS_NO_SERIES_DO,
                              NULL, NULL);
    pair_codes(sheet, headings);
    return MU_OK;
}

/* ---- rows ---- */

static enum mu_err add_row(struct sheet *sheet, struct mu_bytes line, size_t number)
{
    const char *fields[COLUMNS_MAX];
    size_t count;
    struct mu_usgs_raw raw = {.line = number};
    enum mu_err err = cut(sheet, line, fields, &count);

    if (err == MU_E_TOO_MANY || (err == MU_OK && count != sheet->count)) {
        raw.fields = count;
        raw.headings = sheet->count == count ? count + 1 : sheet->count;
        return mu_usgs_add(sheet->reader, &raw);
    }
    for (size_t i = 0; i < sheet->count && err == MU_OK; i++) {
        if (sheet->columns[i].parameter == NULL)
            continue;
        raw.agency = fields[sheet->agency - 1];
        raw.site = fields[sheet->site - 1];
        raw.time = fields[sheet->time - 1];
        raw.zone = sheet->zone == 0 ? "" : fields[sheet->zone - 1];
        raw.parameter = sheet->columns[i].parameter;
        raw.statistic = sheet->columns[i].statistic;
        raw.value = fields[i];
        raw.codes = sheet->columns[i].codes == 0 ? "" : fields[sheet->columns[i].codes];
        /* Neither value nor code: the other series of this file has a value here, this one has not. */
        if (raw.value[0] == '\0' && raw.codes[0] == '\0')
            continue;
        err = mu_usgs_add(sheet->reader, &raw);
    }
    return err;
}

/* "5s 15s 20d 6s 14n 10s" */
static bool is_widths(struct mu_bytes line)
{
    for (size_t i = 0; i < line.size; i++)
        if (line.data[i] != '\t' && strchr("0123456789snd", line.data[i]) == NULL)
            return false;
    return line.size > 0 && line.data[0] != '\t';
}

enum mu_err mu_usgs_rdb(struct mu_usgs *reader, struct mu_bytes text,
                        struct mu_nanao_refusal *refusal)
{
    struct sheet sheet = {.reader = reader};
    struct mu_bytes line;
    size_t at = 0, number = 0, widths = 0;
    enum mu_err err = MU_OK;

    while (err == MU_OK && next_line(text, &at, &line)) {
        number++;
        refusal->line = number;
        if (line.size == 0 || line.data[0] == '#') {
            /* Several sites stand in one file one after the other, each with its own headings. */
            if (widths > 0 && line.size > 0)
                sheet = (struct sheet){.reader = reader};
            widths = line.size > 0 ? 0 : widths;
        } else if (sheet.count == 0) {
            err = read_headings(&sheet, line, refusal);
        } else if (widths == 0 && is_widths(line)) {
            widths = number;
        } else {
            err = add_row(&sheet, line, number);
        }
    }
    if (err == MU_OK && sheet.count == 0 && reader->count == 0)
        err = mu_usgs_refuse(refusal, MU_E_MALFORMED, MU_W_USGS_NO_SERIES, MU_W_USGS_NO_SERIES_DO,
                             NULL, NULL);
    return err;
}
