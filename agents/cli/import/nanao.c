#include "agents/cli/import/nanao.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No city has more shelters in one list; a longer table is another table. */
#define SHELTERS_MAX 2000u
#define ID_BYTES_MAX 40u

/* ---- columns -------------------------------------------------------------------------------------- */

enum column { ID, DISTRICT, NAME, PERSONS, TIME, ADDRESS, LAT, LON, TELEPHONE, CAPACITY, COLUMNS };

static const struct {
    const char *heading;
    bool needed;
} columns[COLUMNS] = {
    [ID] = {"ID", true},
    [DISTRICT] = {"地区", true},
    [NAME] = {"名称", true},
    [PERSONS] = {"人数", true},
    [TIME] = {"時点", false}, /* needed when the count's heading carries no time */
    [ADDRESS] = {"所在地_連結表記", false},
    [LAT] = {"緯度", true},
    [LON] = {"経度", true},
    [TELEPHONE] = {"電話番号", false},
    [CAPACITY] = {"想定収容人数", true},
};

/* The city's districts and the last segment of their area codes, after the readings the city uses.
 * 呑 is written both ways in the same tables. */
static const struct {
    const char *district;
    const char *area;
} districts[] = {
    {"袖ケ江", "jp/17/202/sodegae"},     {"御祓", "jp/17/202/misogi"},
    {"徳田", "jp/17/202/tokuda"},        {"矢田郷", "jp/17/202/yadago"},
    {"東湊", "jp/17/202/higashi"},       {"西湊", "jp/17/202/nishi"},
    {"石崎", "jp/17/202/ishizaki"},      {"和倉", "jp/17/202/wakura"},
    {"南大吞", "jp/17/202/minamionomi"}, {"南大呑", "jp/17/202/minamionomi"},
    {"崎山", "jp/17/202/sakiyama"},      {"高階", "jp/17/202/takashina"},
    {"田鶴浜", "jp/17/202/tatsuruhama"}, {"中島", "jp/17/202/nakajima"},
    {"能登島", "jp/17/202/notojima"},
};

struct seen {
    char id[ID_BYTES_MAX + 1];
    size_t line;
};

struct mu_nanao {
    struct mu_csv csv;
    struct mu_csv_row row;
    size_t headings;
    size_t at[COLUMNS]; /* column of each; `headings` when it is not there */
    bool heading_has_time;
    int64_t heading_time_ms;
    struct seen *seen;
    size_t seen_count;
};

/* ---- refusals -------------------------------------------------------------------------------------- */

/* One line per reason: what a person reads, and the code programs see. */
enum reason {
    NOT_CSV,
    NOT_TEXT,
    TOO_LARGE,
    FIELDS,
    EMPTY,
    NO_ID,
    TWICE,
    NO_AREA,
    NO_COUNT,
    NO_TIME,
    NO_PLACE,
    NO_CAPACITY,
    NO_HEADING,
    TWO_HEADINGS,
};
static const struct {
    enum mu_err code;
    enum mu_word why, remedy;
} reasons[] = {
    [NOT_CSV] = {MU_E_MALFORMED, MU_W_IMPORT_NOT_CSV, MU_W_IMPORT_NOT_CSV_DO},
    [NOT_TEXT] = {MU_E_BAD_TEXT, MU_W_IMPORT_NOT_TEXT, MU_W_IMPORT_NOT_TEXT_DO},
    [TOO_LARGE] = {MU_E_TOO_LARGE, MU_W_IMPORT_TOO_LARGE, MU_W_IMPORT_TOO_LARGE_DO},
    [FIELDS] = {MU_E_MALFORMED, MU_W_IMPORT_COLUMNS, MU_W_IMPORT_COLUMNS_DO},
    [EMPTY] = {MU_E_MISSING, MU_W_IMPORT_EMPTY, MU_W_IMPORT_EMPTY_DO},
    [NO_ID] = {MU_E_BAD_VALUE, MU_W_IMPORT_NO_ID, MU_W_IMPORT_NO_ID_DO},
    [TWICE] = {MU_E_EXISTS, MU_W_IMPORT_TWICE, MU_W_IMPORT_TWICE_DO},
    [NO_AREA] = {MU_E_BAD_AREA, MU_W_IMPORT_NO_AREA, MU_W_IMPORT_NO_AREA_DO},
    [NO_COUNT] = {MU_E_BAD_VALUE, MU_W_IMPORT_NO_COUNT, MU_W_IMPORT_NO_COUNT_DO},
    [NO_TIME] = {MU_E_BAD_VALUE, MU_W_IMPORT_NO_TIME, MU_W_IMPORT_NO_TIME_DO},
    [NO_PLACE] = {MU_E_BAD_VALUE, MU_W_IMPORT_NO_PLACE, MU_W_IMPORT_NO_PLACE_DO},
    [NO_CAPACITY] = {MU_E_BAD_VALUE, MU_W_IMPORT_NO_CAPACITY, MU_W_IMPORT_NO_CAPACITY_DO},
    [NO_HEADING] = {MU_E_MISSING, MU_W_IMPORT_NO_HEADING, MU_W_IMPORT_NO_HEADING_DO},
    [TWO_HEADINGS] = {MU_E_MALFORMED, MU_W_IMPORT_TWO_HEADINGS, MU_W_IMPORT_NO_HEADING_DO},
};

static void note(char out[128], const char *text)
{
    struct mu_text into = mu_text(out, 128);

    mu_text_add(&into, text);
}

static enum mu_err refuse(struct mu_nanao_refusal *refusal, enum reason reason, const char *first,
                          const char *second)
{
    refusal->code = reasons[reason].code;
    refusal->why = reasons[reason].why;
    refusal->remedy = reasons[reason].remedy;
    note(refusal->about[0], first);
    note(refusal->about[1], second);
    return refusal->code;
}

static enum mu_err refuse_table(struct mu_nanao_refusal *refusal, enum mu_err err)
{
    if (err == MU_E_BAD_TEXT)
        return refuse(refusal, NOT_TEXT, "", "");
    return refuse(refusal, err == MU_E_MALFORMED ? NOT_CSV : TOO_LARGE, "", "");
}

void mu_nanao_explain(const struct mu_nanao_refusal *refusal, enum mu_lang lang,
                      struct mu_text *why, struct mu_text *remedy)
{
    const char *about[] = {refusal->about[0], refusal->about[1]};

    mu_words_fill(why, mu_word(refusal->why, lang), about, 2);
    mu_text_add(remedy, mu_word(refusal->remedy, lang));
}

/* ---- headings --------------------------------------------------------------------------------------- */

/* 人数_令和6年1月9日午後6時時点: the count's column, and when it was. */
static bool read_timed_heading(mu_nanao *reader, const char *heading)
{
    static const char before[] = "人数_", after[] = "時点";
    size_t length = strlen(heading), tail = strlen(after);
    char time[96];

    if (strncmp(heading, before, strlen(before)) != 0 || length < strlen(before) + tail ||
        strcmp(heading + length - tail, after) != 0)
        return false;
    length -= strlen(before) + tail;
    if (length >= sizeof time)
        return false;
    memcpy(time, heading + strlen(before), length);
    time[length] = '\0';
    reader->heading_has_time = mu_nanao_time(time, &reader->heading_time_ms);
    return reader->heading_has_time;
}

static enum column find_column(mu_nanao *reader, const char *heading)
{
    for (enum column c = 0; c < COLUMNS; c++)
        if (strcmp(columns[c].heading, heading) == 0)
            return c;
    return read_timed_heading(reader, heading) ? PERSONS : COLUMNS;
}

static enum mu_err read_headings(mu_nanao *reader, struct mu_nanao_refusal *refusal)
{
    enum mu_err err = mu_csv_next(&reader->csv, &reader->row);

    refusal->line = reader->row.line;
    if (err == MU_E_ABSENT)
        return refuse(refusal, NO_HEADING, columns[ID].heading, "");
    if (err != MU_OK)
        return refuse_table(refusal, err);
    reader->headings = reader->row.count;
    for (enum column c = 0; c < COLUMNS; c++)
        reader->at[c] = reader->headings;
    for (size_t i = 0; i < reader->headings; i++) {
        enum column c = find_column(reader, reader->row.field[i]);

        if (c == COLUMNS)
            continue;
        if (reader->at[c] != reader->headings)
            return refuse(refusal, TWO_HEADINGS, columns[c].heading, "");
        reader->at[c] = i;
    }
    for (enum column c = 0; c < COLUMNS; c++)
        if (reader->at[c] == reader->headings &&
            (columns[c].needed || (c == TIME && !reader->heading_has_time)))
            return refuse(refusal, NO_HEADING, columns[c].heading, "");
    return MU_OK;
}

enum mu_err mu_nanao_open(struct mu_bytes text, mu_nanao **out, struct mu_nanao_refusal *refusal)
{
    mu_nanao *reader = calloc(1, sizeof *reader);
    enum mu_err err;

    *out = NULL;
    *refusal = (struct mu_nanao_refusal){.line = 1};
    if (reader == NULL)
        return MU_E_NO_MEMORY;
    reader->csv = mu_csv(text);
    if ((err = read_headings(reader, refusal)) != MU_OK) {
        mu_nanao_close(&reader);
        return err;
    }
    *out = reader;
    return MU_OK;
}

void mu_nanao_close(mu_nanao **reader)
{
    if (*reader != NULL)
        free((*reader)->seen);
    free(*reader);
    *reader = NULL;
}

/* ---- rows ------------------------------------------------------------------------------------------- */

static const char *field(const mu_nanao *reader, enum column c)
{
    return reader->at[c] < reader->row.count ? reader->row.field[reader->at[c]] : "";
}

/* Blanks would break the words people type it in, and so would these signs. */
static bool is_id(const char *id)
{
    size_t length = strlen(id);

    if (length == 0 || length > ID_BYTES_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)id[i] <= ' ' || (unsigned char)id[i] >= 0x7F ||
            strchr("@=,;:\"", id[i]) != NULL)
            return false;
    return true;
}

static enum mu_err read_id(mu_nanao *reader, struct mu_nanao_row *row,
                           struct mu_nanao_refusal *refusal)
{
    row->id = field(reader, ID);
    if (row->id[0] == '\0')
        return refuse(refusal, EMPTY, columns[ID].heading, "");
    if (!is_id(row->id))
        return refuse(refusal, NO_ID, row->id, "");
    snprintf(refusal->id, sizeof refusal->id, "%s", row->id);
    for (size_t i = 0; i < reader->seen_count; i++)
        if (strcmp(reader->seen[i].id, row->id) == 0) {
            char line[24];

            snprintf(line, sizeof line, "%zu", reader->seen[i].line);
            return refuse(refusal, TWICE, row->id, line);
        }
    return MU_OK;
}

/* Also when the rest of the row is refused: which of two rows is right is not ours to guess. */
static enum mu_err remember_id(mu_nanao *reader, struct mu_nanao_row *row,
                               struct mu_nanao_refusal *refusal)
{
    struct seen *grown;

    if (reader->seen_count == SHELTERS_MAX)
        return refuse(refusal, TOO_LARGE, "", "");
    grown = realloc(reader->seen, (reader->seen_count + 1) * sizeof *grown);
    if (grown == NULL)
        return MU_E_NO_MEMORY;
    reader->seen = grown;
    grown[reader->seen_count].line = row->line;
    snprintf(grown[reader->seen_count].id, sizeof grown->id, "%s", row->id);
    reader->seen_count++;
    return MU_OK;
}

static enum mu_err read_names(mu_nanao *reader, struct mu_nanao_row *row,
                              struct mu_nanao_refusal *refusal)
{
    row->name = field(reader, NAME);
    row->district = field(reader, DISTRICT);
    row->address = field(reader, ADDRESS);
    row->telephone = field(reader, TELEPHONE);
    if (row->name[0] == '\0')
        return refuse(refusal, EMPTY, columns[NAME].heading, "");
    for (size_t i = 0; i < sizeof districts / sizeof districts[0]; i++)
        if (strcmp(districts[i].district, row->district) == 0)
            row->area = districts[i].area;
    return row->area != NULL ? MU_OK : refuse(refusal, NO_AREA, row->district, "");
}

static enum mu_err read_count(mu_nanao *reader, struct mu_nanao_row *row,
                              struct mu_nanao_refusal *refusal)
{
    const char *count = field(reader, PERSONS), *time = field(reader, TIME);

    if (count[0] == '\0')
        return refuse(refusal, EMPTY, columns[PERSONS].heading, "");
    if (!mu_nanao_count(count, &row->persons))
        return refuse(refusal, NO_COUNT, count, "");
    row->counted_at_ms = reader->heading_time_ms;
    if (reader->at[TIME] == reader->headings)
        return MU_OK;
    if (time[0] == '\0')
        return refuse(refusal, EMPTY, columns[TIME].heading, "");
    return mu_nanao_time(time, &row->counted_at_ms) ? MU_OK : refuse(refusal, NO_TIME, time, "");
}

static enum mu_err read_place(mu_nanao *reader, struct mu_nanao_row *row,
                              struct mu_nanao_refusal *refusal)
{
    const char *lat = field(reader, LAT), *lon = field(reader, LON);

    row->has_place = lat[0] != '\0' || lon[0] != '\0';
    if (!row->has_place)
        return MU_OK;
    if (!mu_nanao_degrees(lat, 90, &row->lat_e7))
        return refuse(refusal, NO_PLACE, lat, columns[LAT].heading);
    if (!mu_nanao_degrees(lon, 180, &row->lon_e7))
        return refuse(refusal, NO_PLACE, lon, columns[LON].heading);
    return MU_OK;
}

static enum mu_err read_capacity(mu_nanao *reader, struct mu_nanao_row *row,
                                 struct mu_nanao_refusal *refusal)
{
    const char *capacity = field(reader, CAPACITY);

    row->has_capacity = capacity[0] != '\0';
    if (!row->has_capacity || mu_nanao_capacity(capacity, &row->capacity))
        return MU_OK;
    return refuse(refusal, NO_CAPACITY, capacity, "");
}

static enum mu_err read_width(mu_nanao *reader, struct mu_nanao_row *row,
                              struct mu_nanao_refusal *refusal)
{
    char fields[24], headings[24];

    (void)row;
    if (reader->row.count == reader->headings)
        return MU_OK;
    snprintf(fields, sizeof fields, "%zu", reader->row.count);
    snprintf(headings, sizeof headings, "%zu", reader->headings);
    return refuse(refusal, FIELDS, fields, headings);
}

/* In this order: the first reason found is the one given. */
static enum mu_err (*const readers[])(mu_nanao *, struct mu_nanao_row *,
                                      struct mu_nanao_refusal *) = {
    read_width, read_id, remember_id, read_names, read_count, read_place, read_capacity,
};

enum mu_err mu_nanao_next(mu_nanao *reader, struct mu_nanao_row *row,
                          struct mu_nanao_refusal *refusal)
{
    enum mu_err err = mu_csv_next(&reader->csv, &reader->row);

    *row = (struct mu_nanao_row){.line = reader->row.line};
    *refusal = (struct mu_nanao_refusal){.line = reader->row.line};
    if (err == MU_E_ABSENT)
        return err;
    if (err != MU_OK)
        return refuse_table(refusal, err);
    for (size_t i = 0; err == MU_OK && i < sizeof readers / sizeof readers[0]; i++)
        err = readers[i](reader, row, refusal);
    return err;
}
