#include "replay/jot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/wire/json.h"

struct mu_jot mu_jot(FILE *out, int offset_min)
{
    return (struct mu_jot){.out = out, .offset_min = offset_min, .comma = ""};
}

enum mu_err mu_jot_end(struct mu_jot *jot)
{
    fputc('\n', jot->out);
    return jot->err;
}

/* Keys are ours: nothing in them needs an escape. */
static void begin(struct mu_jot *jot, const char *key)
{
    fputs(jot->comma, jot->out);
    if (key != NULL)
        fprintf(jot->out, "\"%s\":", key);
    jot->comma = ",";
}

static void bracket(struct mu_jot *jot, const char *key, char opens)
{
    begin(jot, key);
    fputc(opens, jot->out);
    jot->comma = "";
}

static void end_bracket(struct mu_jot *jot, char closes)
{
    fputc(closes, jot->out);
    jot->comma = ",";
}

void mu_jot_open(struct mu_jot *jot, const char *key)
{
    bracket(jot, key, '{');
}

void mu_jot_close(struct mu_jot *jot)
{
    end_bracket(jot, '}');
}

void mu_jot_list(struct mu_jot *jot, const char *key)
{
    bracket(jot, key, '[');
}

void mu_jot_list_end(struct mu_jot *jot)
{
    end_bracket(jot, ']');
}

void mu_jot_text(struct mu_jot *jot, const char *key, const char *text)
{
    size_t size = text == NULL ? 0 : 6 * strlen(text) + 3; /* every byte as \u00xx */
    char *buffer = text == NULL ? NULL : malloc(size);
    struct mu_text quoted = mu_text(buffer, buffer == NULL ? 0 : size);

    if (text == NULL)
        return;
    if (buffer == NULL) {
        jot->err = MU_E_NO_MEMORY;
        return;
    }
    mu_json_quote(text, &quoted);
    mu_jot_json(jot, key, buffer);
    free(buffer);
}

void mu_jot_number(struct mu_jot *jot, const char *key, uint64_t value)
{
    begin(jot, key);
    fprintf(jot->out, "\"%" PRIu64 "\"", value);
}

void mu_jot_count(struct mu_jot *jot, const char *key, size_t value)
{
    begin(jot, key);
    fprintf(jot->out, "%zu", value);
}

void mu_jot_flag(struct mu_jot *jot, const char *key, bool value)
{
    begin(jot, key);
    fputs(value ? "true" : "false", jot->out);
}

void mu_jot_bytes(struct mu_jot *jot, const char *key, const uint8_t *bytes, size_t size)
{
    begin(jot, key);
    fputc('"', jot->out);
    for (size_t i = 0; i < size; i++)
        fprintf(jot->out, "%02x", bytes[i]);
    fputc('"', jot->out);
}

void mu_jot_time(struct mu_jot *jot, const char *key, int64_t ms)
{
    struct mu_civil c = mu_civil(ms, jot->offset_min);
    int off = jot->offset_min < 0 ? -jot->offset_min : jot->offset_min;

    fprintf(jot->out, "%s\"%s\":\"%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d\"", jot->comma, key,
            c.year, c.month, c.day, c.hour, c.minute, c.second, jot->offset_min < 0 ? '-' : '+',
            off / 60, off % 60);
    fprintf(jot->out, ",\"%sMs\":\"%" PRId64 "\"", key, ms);
    jot->comma = ",";
}

void mu_jot_json(struct mu_jot *jot, const char *key, const char *json)
{
    begin(jot, key);
    fputs(json, jot->out);
}

void mu_jot_event(struct mu_jot *jot, const char *key, const Muster__Event *event)
{
    char *buffer = malloc(MU_JSON_BYTES_MAX);
    struct mu_text text = mu_text(buffer, buffer == NULL ? 0 : MU_JSON_BYTES_MAX);

    if (buffer == NULL) {
        jot->err = MU_E_NO_MEMORY;
        return;
    }
    mu_event_to_json(event, &text);
    if (text.cut)
        jot->err = MU_E_LIMIT;
    else
        mu_jot_json(jot, key, buffer);
    free(buffer);
}
