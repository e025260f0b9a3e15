#include "agents/cli/import/usgs.h"

#include <stdlib.h>
#include <string.h>

#define READER_BYTES_MAX ((size_t)256 << 20)

enum mu_err mu_usgs_refuse(struct mu_nanao_refusal *refusal, enum mu_err code, enum mu_word why,
                           enum mu_word remedy, const char *a, const char *b)
{
    const char *about[] = {a, b};

    refusal->code = code;
    refusal->why = why;
    refusal->remedy = remedy;
    for (size_t i = 0; i < 2; i++) {
        struct mu_text copy = mu_text(refusal->about[i], sizeof refusal->about[i]);

        mu_text_add(&copy, about[i] == NULL ? "" : about[i]);
    }
    return code;
}

enum mu_err mu_usgs_add(struct mu_usgs *reader, const struct mu_usgs_raw *raw)
{
    size_t room = reader->room == 0 ? 64 : 2 * reader->room;
    struct mu_usgs_raw *grown;

    if (reader->count == reader->room) {
        if ((grown = realloc(reader->raw, room * sizeof *grown)) == NULL)
            return MU_E_NO_MEMORY;
        reader->raw = grown;
        reader->room = room;
    }
    reader->raw[reader->count++] = *raw;
    return MU_OK;
}

static uint8_t first_byte(struct mu_bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != ' ' && text.data[i] != '\n' && text.data[i] != '\r' &&
            text.data[i] != '\t')
            return text.data[i];
    return 0;
}

enum mu_err mu_usgs_open(struct mu_bytes text, mu_usgs **out, struct mu_nanao_refusal *refusal)
{
    mu_usgs *reader = calloc(1, sizeof *reader);
    enum mu_err err;

    *refusal = (struct mu_nanao_refusal){.code = MU_OK};
    *out = NULL;
    if (reader == NULL)
        return MU_E_NO_MEMORY;
    reader->arena = mu_arena_make(READER_BYTES_MAX);
    if (!mu_utf8_ok(text.data, text.size) ||
        (text.size > 0 && memchr(text.data, 0, text.size) != NULL))
        err = mu_usgs_refuse(refusal, MU_E_BAD_TEXT, MU_W_IMPORT_NOT_TEXT, MU_W_IMPORT_NOT_TEXT_DO,
                             NULL, NULL);
    else if (first_byte(text) == '{')
        err = mu_usgs_json(reader, text, refusal);
    else if (first_byte(text) == '<')
        err = mu_usgs_refuse(refusal, MU_E_MALFORMED, MU_W_USGS_XML, MU_W_USGS_XML_DO, NULL, NULL);
    else
        err = mu_usgs_rdb(reader, text, refusal);
    if (err != MU_OK) {
        mu_usgs_close(&reader);
        return err;
    }
    *out = reader;
    return MU_OK;
}

void mu_usgs_close(mu_usgs **reader)
{
    mu_usgs *old = *reader;

    *reader = NULL;
    if (old == NULL)
        return;
    mu_arena_free(&old->arena);
    free(old->raw);
    free(old);
}

/* ---- one value ---- */

static const struct {
    const char *code;
    enum mu_usgs_what what;
    Muster__VerticalDatum datum;
} parameters[] = {
    {"00060", MU_USGS_FLOW, MUSTER__VERTICAL_DATUM__VERTICAL_DATUM_UNSPECIFIED},
    {"00065", MU_USGS_STAGE, MUSTER__VERTICAL_DATUM__VERTICAL_DATUM_LOCAL},
    {"63160", MU_USGS_STAGE, MUSTER__VERTICAL_DATUM__VERTICAL_DATUM_NAVD88},
};

static enum mu_err take_parameter(const struct mu_usgs_raw *raw, struct mu_usgs_value *value,
                                  struct mu_nanao_refusal *refusal)
{
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++)
        if (strcmp(parameters[i].code, raw->parameter) == 0) {
            value->what = parameters[i].what;
            value->datum = parameters[i].datum;
            return MU_OK;
        }
    return mu_usgs_refuse(refusal, MU_E_BAD_VALUE, MU_W_USGS_PARAMETER, MU_W_USGS_PARAMETER_DO,
                          raw->parameter, NULL);
}

/* Eight to fifteen digits. */
static enum mu_err take_site(const struct mu_usgs_raw *raw, struct mu_usgs_value *value,
                             struct mu_nanao_refusal *refusal)
{
    size_t digits = strspn(raw->site, "0123456789");
    struct mu_text id = mu_text(value->id, sizeof value->id);

    if (digits < 8 || digits > 15 || raw->site[digits] != '\0' ||
        strspn(raw->agency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(raw->agency) ||
        strlen(raw->agency) == 0 || strlen(raw->agency) > 8)
        return mu_usgs_refuse(refusal, MU_E_BAD_VALUE, MU_W_USGS_SITE, MU_W_USGS_SITE_DO, raw->site,
                              NULL);
    mu_text_addf(&id, "%s-%s", raw->agency, raw->site);
    value->site_name = raw->name;
    return MU_OK;
}

static enum mu_err take_codes(const struct mu_usgs_raw *raw, struct mu_usgs_codes *codes,
                              struct mu_nanao_refusal *refusal)
{
    char unknown[64];

    if (mu_usgs_codes(raw->codes, codes, unknown, sizeof unknown))
        return MU_OK;
    return mu_usgs_refuse(refusal, MU_E_BAD_VALUE, MU_W_USGS_CODE, MU_W_USGS_CODE_DO, unknown,
                          NULL);
}

/* -999999 is the service's word for "no value". */
static bool is_no_data(const char *text)
{
    return strcmp(text, "-999999") == 0 || strcmp(text, "-999999.0") == 0 ||
           strcmp(text, "-999999.00") == 0;
}

static enum mu_err take_number(const struct mu_usgs_raw *raw, struct mu_usgs_value *value,
                               struct mu_nanao_refusal *refusal)
{
    struct mu_usgs_codes codes, instead;
    char unknown[64];
    int64_t digits;
    unsigned places;
    enum mu_err err = take_codes(raw, &codes, refusal);

    if (err != MU_OK)
        return err;
    value->approved = codes.approved;
    value->sensor = codes.sensor;
    if (codes.bound)
        return mu_usgs_refuse(refusal, MU_E_BAD_VALUE, MU_W_USGS_BOUND, MU_W_USGS_BOUND_DO,
                              raw->value, NULL);
    if (!is_no_data(raw->value) && mu_usgs_number(raw->value, &digits, &places)) {
        value->has_value = true;
        value->value = value->what == MU_USGS_STAGE ? mu_usgs_feet(digits, places)
                                                    : mu_usgs_cubic_feet(digits, places);
        return MU_OK;
    }
    /* A code may stand where the number should. */
    if (!is_no_data(raw->value) && raw->value[0] != '\0' &&
        mu_usgs_codes(raw->value, &instead, unknown, sizeof unknown) &&
        instead.sensor > value->sensor)
        value->sensor = instead.sensor;
    else if (raw->value[0] != '\0' && !is_no_data(raw->value))
        return mu_usgs_refuse(refusal, MU_E_BAD_VALUE, MU_W_USGS_NUMBER, MU_W_USGS_NUMBER_DO,
                              raw->value, NULL);
    if (value->sensor == MUSTER__SENSOR_STATE__SENSOR_STATE_OK)
        return mu_usgs_refuse(refusal, MU_E_MISSING, MU_W_USGS_EMPTY, MU_W_USGS_EMPTY_DO, NULL,
                              NULL);
    return MU_OK;
}

static enum mu_err take(const struct mu_usgs_raw *raw, struct mu_usgs_value *value,
                        struct mu_nanao_refusal *refusal)
{
    enum mu_err err;
    char fields[24], headings[24];
    struct mu_text a = mu_text(fields, sizeof fields), b = mu_text(headings, sizeof headings);

    if (raw->fields != raw->headings) {
        mu_text_addf(&a, "%zu", raw->fields);
        mu_text_addf(&b, "%zu", raw->headings);
        return mu_usgs_refuse(refusal, MU_E_MALFORMED, MU_W_IMPORT_COLUMNS, MU_W_USGS_COLUMNS_DO,
                              fields, headings);
    }
    if ((err = take_site(raw, value, refusal)) != MU_OK ||
        (err = take_parameter(raw, value, refusal)) != MU_OK)
        return err;
    if (raw->statistic[0] != '\0' && strcmp(raw->statistic, "00000") != 0)
        return mu_usgs_refuse(refusal, MU_E_BAD_VALUE, MU_W_USGS_STATISTIC, MU_W_USGS_STATISTIC_DO,
                              raw->statistic, NULL);
    if (!mu_usgs_time(raw->time, raw->zone, &value->at_ms))
        return mu_usgs_refuse(refusal, MU_E_BAD_VALUE, MU_W_USGS_TIME, MU_W_USGS_TIME_DO, raw->time,
                              raw->zone);
    return take_number(raw, value, refusal);
}

enum mu_err mu_usgs_next(mu_usgs *reader, struct mu_usgs_value *value,
                         struct mu_nanao_refusal *refusal)
{
    const struct mu_usgs_raw *raw;
    enum mu_err err;

    *value = (struct mu_usgs_value){.line = 0};
    *refusal = (struct mu_nanao_refusal){.code = MU_OK};
    if (reader->at == reader->count)
        return MU_E_ABSENT;
    raw = &reader->raw[reader->at++];
    value->line = refusal->line = raw->line;
    err = take(raw, value, refusal);
    memcpy(refusal->id, value->id, sizeof refusal->id);
    return err;
}
