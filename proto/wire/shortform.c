#include "proto/wire/shortform.h"

#include <stdio.h>
#include <string.h>

#define VALUE_BYTES_MAX 512u

/* Where the parts of one short form go. */
struct target {
    Muster__Event *event;
    uint32_t kind;
    const char *path;
    const struct mu_assign *how;
};

static enum mu_err put(const struct target *target, const char *field, const char *value)
{
    char path[MU_PATH_BYTES_MAX];
    int length = snprintf(path, sizeof path, "%s.%s", target->path, field);

    if (length < 0 || (size_t)length >= sizeof path)
        return MU_E_BAD_VALUE;
    return mu_event_assign(target->event, target->kind, path, value, target->how);
}

/* Cuts `value` at the first `separator`; the rest, or NULL. */
static char *cut_at(char *value, char separator)
{
    char *at = strchr(value, separator);

    if (at != NULL)
        *at++ = '\0';
    return at;
}

/* ---- forms with their own grammar ------------------------------------------------------------ */

/* EV-01@v1, EV-01; `into` is "" or "ref." */
static enum mu_err put_ref(const struct target *target, const char *into, char *value)
{
    char object[32], version[32];
    char *number = cut_at(value, '@');
    enum mu_err err;

    snprintf(object, sizeof object, "%sobject", into);
    snprintf(version, sizeof version, "%sversion", into);
    if (*value == '\0' || (number != NULL && (*number++ != 'v' || *number == '\0')))
        return MU_E_BAD_VALUE;
    if ((err = put(target, object, value)) != MU_OK || number == NULL)
        return err;
    return put(target, version, number);
}

static enum mu_err set_ref(const struct target *target, char *value)
{
    return put_ref(target, "", value);
}

/* F1@v1~300: the tolerance is in the premise's own unit. */
static enum mu_err set_basis(const struct target *target, char *value)
{
    char *tolerance = cut_at(value, '~');
    enum mu_err err = put_ref(target, "ref.", value);

    if (err != MU_OK || tolerance == NULL)
        return err;
    return put(target, "tolerance.value", tolerance);
}

/* The dash between two times, not one inside a date: it comes after the first time's colon. */
static char *window_dash(char *value)
{
    char *colon = strchr(value, ':');
    char *dash = strchr(value, '-');

    return dash == value || colon == NULL ? dash : strchr(colon, '-');
}

/* 22:00-02:00 ends on the next day. Only clock times are compared; dates say it themselves. */
static bool ends_next_day(const char *start, const char *end)
{
    return strlen(start) == 5 && strlen(end) == 5 && strcmp(end, start) <= 0;
}

static enum mu_err set_window(const struct target *target, char *value)
{
    char *end = window_dash(value);
    struct mu_assign tomorrow = *target->how;
    struct target after = *target;
    enum mu_err err = MU_OK;

    if (end == NULL)
        return MU_E_BAD_VALUE;
    *end++ = '\0';
    if (*value == '\0' && *end == '\0')
        return MU_E_BAD_VALUE;
    if (*value != '\0')
        err = put(target, "start_at_ms", value);
    if (err != MU_OK)
        return err;
    if (*end == '\0')
        return put(target, "until_changed", "true");
    if (ends_next_day(value, end)) {
        tomorrow.day_ms += MU_DAY_MS;
        after.how = &tomorrow;
    }
    return put(&after, "end_at_ms", end);
}

static enum mu_err put_metres(const struct target *target, char *value)
{
    char *to = cut_at(value, '-');
    enum mu_err err = put(target, "from_m", value);

    return err != MU_OK ? err : put(target, "to_m", to == NULL ? value : to);
}

/* E12, E12:closes, E12:3200-3350:closes, E12:8000 (a point), E12:reverse. */
static enum mu_err set_edge(const struct target *target, char *value)
{
    char *rest = cut_at(value, ':');
    enum mu_err err = *value == '\0' ? MU_E_BAD_VALUE : put(target, "edge", value);

    while (err == MU_OK && rest != NULL) {
        char *part = rest;

        rest = cut_at(part, ':');
        if (part[0] >= '0' && part[0] <= '9')
            err = put_metres(target, part);
        else if (strcmp(part, "reverse") == 0)
            err = put(target, "reverse", "true");
        else
            err = put(target, "effect", part);
    }
    return err;
}

/* Radicals, ideographs and what stands between them: U+2E80 and above in three bytes or more. */
static bool has_chinese(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
        if (*at >= 0xE3 || (*at == 0xE2 && at[1] >= 0xBA))
            return true;
    return false;
}

static enum mu_err set_name(const struct target *target, char *value)
{
    return put(target, has_chinese(value) ? "zh" : "en", value);
}

static const struct {
    const char *message;
    enum mu_err (*set)(const struct target *target, char *value);
    const char *example;
} own_forms[] = {
    {"muster.Ref", set_ref, "EV-01@v1"},
    {"muster.Basis", set_basis, "F1@v1~300"},
    {"muster.Window", set_window, "14:15-16:45"},
    {"muster.EdgeUse", set_edge, "E12:3200-3350:closes"},
    {"muster.Name", set_name, "柳林中学"},
};
#define OWN_FORMS (sizeof own_forms / sizeof own_forms[0])

/* ---- forms that are a row of fields with one separator ---------------------------------------- */

#define PARTS_MAX 3u
static const struct row_form {
    const char *message;
    char separator;
    uint8_t required;
    const char *field[PARTS_MAX];
    const char *example;
} row_forms[] = {
    {"muster.ItemQuantity", ':', 3, {"item", "quantity_milli", "unit"}, "quilt:160:piece"},
    {"muster.StockLine", ':', 3, {"item", "usable_milli", "unit"}, "quilt:800:piece"},
    {"muster.ShipmentLine", ':', 3, {"item", "sent_milli", "unit"}, "quilt:700:piece"},
    {"muster.Number", ':', 1, {"value", "unit"}, "500:metre"},
    {"muster.AreaCount", ':', 2, {"area", "persons"}, "cn/99/01/21/201/201:598"},
    {"muster.BedCount", ':', 2, {"kind", "available"}, "icu:2"},
    {"muster.NodePassage", '@', 1, {"node", "at_ms"}, "N-SW@14:30"},
    {"muster.Vehicles", ':', 1, {"vehicle_class", "count", "mass_kg"}, "bus:3:12t"},
    {"muster.ResourceUse", ':', 1, {"object", "count"}, "M1:30"},
    {"muster.ToBeTold", ':', 1, {"agency", "post"}, "HC"},
};
#define ROW_FORMS (sizeof row_forms / sizeof row_forms[0])

/* A quantity typed in a short form counts whole units: 160 is 160,000 thousandths. */
static enum mu_err put_part(const struct target *target, const char *field, const char *value)
{
    char whole[64];
    size_t length = strlen(value);
    bool counts = strlen(field) > 6 && strcmp(field + strlen(field) - 6, "_milli") == 0;

    if (length == 0)
        return MU_E_BAD_VALUE;
    if (!counts || value[length - 1] < '0' || value[length - 1] > '9')
        return put(target, field, value);
    int used = snprintf(whole, sizeof whole, "%su", value);
    if (used < 0 || (size_t)used >= sizeof whole)
        return MU_E_BAD_VALUE;
    return put(target, field, whole);
}

static enum mu_err set_row(const struct target *target, const struct row_form *form, char *value)
{
    size_t parts = 0;
    enum mu_err err = MU_OK;

    for (char *rest = value; err == MU_OK && rest != NULL; parts++) {
        char *part = rest;

        if (parts == PARTS_MAX || form->field[parts] == NULL)
            return MU_E_BAD_VALUE;
        rest = cut_at(part, form->separator);
        err = put_part(target, form->field[parts], part);
    }
    return err == MU_OK && parts < form->required ? MU_E_BAD_VALUE : err;
}

/* ---- one message, a list of them, everything else --------------------------------------------- */

const char *mu_shortform_example(const ProtobufCMessageDescriptor *message)
{
    for (size_t i = 0; i < OWN_FORMS; i++)
        if (strcmp(own_forms[i].message, message->name) == 0)
            return own_forms[i].example;
    for (size_t i = 0; i < ROW_FORMS; i++)
        if (strcmp(row_forms[i].message, message->name) == 0)
            return row_forms[i].example;
    return NULL;
}

bool mu_shortform_has(const ProtobufCMessageDescriptor *message)
{
    return mu_shortform_example(message) != NULL;
}

static enum mu_err set_message(const struct target *target, const char *message, const char *value)
{
    char copy[VALUE_BYTES_MAX];

    size_t length = strlen(value);
    if (length >= sizeof copy)
        return MU_E_BAD_VALUE;
    memcpy(copy, value, length + 1);
    for (size_t i = 0; i < OWN_FORMS; i++)
        if (strcmp(own_forms[i].message, message) == 0)
            return own_forms[i].set(target, copy);
    for (size_t i = 0; i < ROW_FORMS; i++)
        if (strcmp(row_forms[i].message, message) == 0)
            return set_row(target, &row_forms[i], copy);
    return MU_E_BAD_VALUE;
}

static enum mu_err set_list(struct target target, const char *message, const char *value)
{
    const char *list = target.path;
    enum mu_err err = MU_OK;
    unsigned index = 0;

    for (const char *at = value; err == MU_OK && at != NULL; index++) {
        size_t length = strcspn(at, ",");
        char one[VALUE_BYTES_MAX];
        char path[MU_PATH_BYTES_MAX];
        int used = snprintf(path, sizeof path, "%s[%u]", list, index);

        if (length == 0 || length >= sizeof one || used < 0 || (size_t)used >= sizeof path)
            return MU_E_BAD_VALUE;
        memcpy(one, at, length);
        one[length] = '\0';
        target.path = path;
        err = set_message(&target, message, one);
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
    return err;
}

enum mu_err mu_shortform_set(Muster__Event *event, uint32_t kind, const char *path,
                             const char *value, const struct mu_assign *how)
{
    struct mu_shortpath field;
    enum mu_err err = mu_shortpath_find(kind, path, &field);
    struct target target = {event, kind, field.path, how};

    if (err != MU_OK)
        return err;
    if (field.descriptor->type != PROTOBUF_C_TYPE_MESSAGE)
        return mu_event_assign(event, kind, field.path, value, how);
    const ProtobufCMessageDescriptor *message = field.descriptor->descriptor;
    if (field.descriptor->label == PROTOBUF_C_LABEL_REPEATED && !field.indexed)
        return set_list(target, message->name, value);
    return set_message(&target, message->name, value);
}
