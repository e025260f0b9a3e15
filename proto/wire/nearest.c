/* Help with bad words: the nearest name, what a field takes, rules by name. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "proto/wire/say.h"
#include "proto/wire/shortform.h"

struct nearest {
    const char *typed;
    const char *name; /* best so far */
    size_t distance;
};

/* A third of the letters may be wrong, or the name was only begun: "evac", "persons_mov". */
static void consider(struct nearest *nearest, const char *name)
{
    size_t length = strlen(nearest->typed);
    size_t far = mu_text_distance(nearest->typed, name);
    bool begun = length >= 3 && strncmp(nearest->typed, name, length) == 0;

    if (begun)
        far = 1;
    if ((begun || far <= (length + 2) / 3) && far < nearest->distance) {
        nearest->name = name;
        nearest->distance = far;
    }
}

static void consider_fields(struct nearest *nearest, const ProtobufCMessageDescriptor *message)
{
    for (unsigned i = 0; message != NULL && i < message->n_fields; i++)
        consider(nearest, message->fields[i].name);
}

bool mu_say_near_kind(const char *typed, struct mu_text *out)
{
    struct nearest nearest = {typed, NULL, SIZE_MAX};

    for (unsigned i = 0; i < muster__event__descriptor.n_fields; i++)
        if (mu_kind_number(muster__event__descriptor.fields[i].name) != 0)
            consider(&nearest, muster__event__descriptor.fields[i].name);
    if (nearest.name != NULL)
        mu_text_add(out, nearest.name);
    return nearest.name != NULL;
}

bool mu_say_near_field(uint32_t kind, const char *typed, struct mu_text *out)
{
    struct mu_shortpath path;
    char name[MU_PATH_BYTES_MAX];

    if (strlen(typed) >= sizeof name || mu_shortpath_find(kind, typed, &path) != MU_E_ABSENT)
        return false;
    size_t length = strcspn(typed + path.at, ".[");
    snprintf(name, sizeof name, "%.*s", (int)length, typed + path.at);
    struct nearest nearest = {name, NULL, SIZE_MAX};
    consider_fields(&nearest, path.owner);
    if (path.at == 0) {
        consider_fields(&nearest, &muster__envelope__descriptor);
        consider(&nearest, "occurred");
        consider(&nearest, "card");
    }
    if (nearest.name == NULL)
        return false;
    mu_text_addf(out, "%.*s%s%s", (int)path.at, typed, nearest.name, typed + path.at + length);
    return true;
}

/* ---- what a field takes ---------------------------------------------------------------------- */

/* "POPULATION_KIND_CENTRALISED" is "centralised": what stands before UNSPECIFIED is the prefix. */
static size_t enum_prefix(const ProtobufCEnumDescriptor *type)
{
    const char *zero = type->values[0].name;
    size_t length = strlen(zero);

    return length > 11 ? length - 11 : 0;
}

static void add_enum(struct mu_text *out, const ProtobufCEnumDescriptor *type)
{
    size_t prefix = enum_prefix(type);

    for (unsigned i = 1; i < type->n_values; i++) {
        char word[64];
        size_t used = 0;

        for (const char *at = type->values[i].name + prefix; *at && used + 1 < sizeof word; at++)
            word[used++] = (char)tolower((unsigned char)*at);
        word[used] = '\0';
        mu_text_addf(out, "%s%s", i == 1 ? "" : ", ", word);
    }
}

static const struct {
    const char *ending;
    const char *example;
} forms[] = {
    {"_at_ms", "14:05, 2031-07-16T14:05"},
    {"_by_ms", "14:05, 2031-07-16T14:05"},
    {"_ms", "14:05, 2031-07-16T14:05"},
    {"_min", "90, 90min, 1.5h"},
    {"_mm", "18640, 186.40m, 35cm"},
    {"_kg", "12000, 12t"},
    {"_m", "3200, 6km"},
    {"_milli_m3s", "260m3/s"},
    {"_milli", "15u, 0.5u"},
    {"_e7", "28.2345678"},
};

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name);
    size_t tail = strlen(ending);

    return length >= tail && strcmp(name + length - tail, ending) == 0;
}

static const char *number_form(const char *name)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (ends_with(name, forms[i].ending))
            return forms[i].example;
    return "0, 1, 2 …";
}

void mu_say_takes(uint32_t kind, const char *typed, struct mu_text *out)
{
    struct mu_shortpath path;

    if (strcmp(typed, "occurred") == 0 || strcmp(typed, "sent") == 0 ||
        strcmp(typed, "observed") == 0)
        mu_text_add(out, number_form("_at_ms"));
    else if (strcmp(typed, "card") == 0)
        mu_text_add(out, "C04:LV-01");
    if (mu_shortpath_find(kind, typed, &path) != MU_OK)
        return;
    const ProtobufCFieldDescriptor *field = path.descriptor;
    switch (field->type) {
    case PROTOBUF_C_TYPE_ENUM:
        add_enum(out, field->descriptor);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        mu_text_add(out, "true, false");
        break;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
        break;
    case PROTOBUF_C_TYPE_MESSAGE: {
        const char *example = mu_shortform_example(field->descriptor);

        mu_text_addf(out, "%s", example != NULL ? example : path.path);
        break;
    }
    default:
        mu_text_add(out, number_form(field->name));
        break;
    }
}

/* ---- rules ------------------------------------------------------------------------------------ */

#define RULE_PREFIX "RULE_"

uint32_t mu_say_rule(const char *name)
{
    char full[64] = RULE_PREFIX;
    size_t used = sizeof RULE_PREFIX - 1;

    for (; *name != '\0' && used + 1 < sizeof full; name++)
        full[used++] = (char)toupper((unsigned char)*name);
    full[used] = '\0';
    if (*name != '\0')
        return 0;
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value_by_name(&muster__rule__descriptor, full);
    return value == NULL ? 0 : (uint32_t)value->value;
}

const char *mu_say_rule_name(uint32_t rule)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&muster__rule__descriptor, (int)rule);

    return value == NULL || rule == 0 ? "?" : value->name + sizeof RULE_PREFIX - 1;
}
