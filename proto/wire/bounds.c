#include "proto/wire/bounds.h"

#include <string.h>

#include "proto/topic/area.h"

/* What a double carries exactly (2^53), so that every reader sees the same number, and far enough
 * from 64 bits that the rules can add a record's worth of them. */
#define NUMBER_MAX INT64_C(9007199254740992)
/* 9999-12-31T23:59:59.999Z, the last instant ISO 8601 writes in four digits of year. */
#define TIME_MS_MAX INT64_C(253402300799999)
/* No county counts more; also keeps persons x rate within 63 bits. */
#define PERSONS_MAX INT64_C(2000000000)
#define CENTURY_MIN INT64_C(52594560)

bool mu_name_begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

bool mu_name_ends(const char *name, const char *with)
{
    size_t size = strlen(name), tail = strlen(with);

    return size >= tail && memcmp(name + size - tail, with, tail) == 0;
}

#define TAIL(text) text, sizeof text - 1

/* The unit at the end of a name sets the range. INT64 rows bind int64 fields only: sint64 is the
 * schema's word for what may be negative. First fit counts. */
static const struct range {
    const char *tail;
    size_t size; /* of tail: this is asked of every number of every event */
    ProtobufCType type;
    int64_t low, high;
} ranges[] = {
    /* WGS-84 degrees in 1e-7 */
    {TAIL("lat_e7"), PROTOBUF_C_TYPE_SINT32, -900000000, 900000000},
    {TAIL("lon_e7"), PROTOBUF_C_TYPE_SINT32, -1800000000, 1800000000},
    /* UTC milliseconds since 1970; no Muster speaks of before */
    {TAIL("_ms"), PROTOBUF_C_TYPE_INT64, 0, TIME_MS_MAX},
    /* local time is at most 14 hours from UTC */
    {TAIL("offset_min"), PROTOBUF_C_TYPE_SINT32, -840, 840},
    /* durations, quantities, masses, lengths, areas, volumes, rates: never negative */
    {TAIL("_min"), PROTOBUF_C_TYPE_INT64, 0, CENTURY_MIN},
    {TAIL("_milli"), PROTOBUF_C_TYPE_INT64, 0, NUMBER_MAX},
    {TAIL("_kg"), PROTOBUF_C_TYPE_INT64, 0, NUMBER_MAX},
    {TAIL("_g"), PROTOBUF_C_TYPE_INT64, 0, NUMBER_MAX},
    {TAIL("_m"), PROTOBUF_C_TYPE_INT64, 0, NUMBER_MAX},
    {TAIL("_cm"), PROTOBUF_C_TYPE_INT64, 0, NUMBER_MAX},
    {TAIL("_m2"), PROTOBUF_C_TYPE_INT64, 0, NUMBER_MAX},
    {TAIL("_m3"), PROTOBUF_C_TYPE_INT64, 0, NUMBER_MAX},
    {TAIL("_per_hour"), PROTOBUF_C_TYPE_INT64, 0, NUMBER_MAX},
    {TAIL("_per_day"), PROTOBUF_C_TYPE_INT64, 0, NUMBER_MAX},
    {TAIL("_per_min"), PROTOBUF_C_TYPE_INT64, 0, NUMBER_MAX},
    {TAIL("_per_mille"), PROTOBUF_C_TYPE_INT64, 0, NUMBER_MAX},
    /* whatever else is counted with a sign */
    {TAIL(""), PROTOBUF_C_TYPE_INT64, -NUMBER_MAX, NUMBER_MAX},
    {TAIL(""), PROTOBUF_C_TYPE_SINT64, -NUMBER_MAX, NUMBER_MAX},
    {TAIL(""), PROTOBUF_C_TYPE_SINT32, INT32_MIN, INT32_MAX},
};

/* Ends: the last rows take whatever is left of the three types asked about. */
static bool in_range(const mu_field *f, int64_t value)
{
    size_t size = strlen(f->name);

    for (const struct range *r = ranges;; r++)
        if (r->type == f->type && size >= r->size &&
            memcmp(f->name + size - r->size, r->tail, r->size) == 0)
            return value >= r->low && value <= r->high;
}

/* Identities and digests have one length. Keys and signatures do not stand here: theirs follows from
 * the algorithm, which the roster knows. */
static const struct {
    const char *name;
    size_t size;
} lengths[] = {
    {"leaf", 32},           {"finding_id", 32},   {"card_id", 32},        {"card_ids", 32},
    {"agent", 16},          {"broker_agent", 16}, {"replaces_agent", 16}, {"remove_admins", 16},
    {"successor", 16},      {"origin_log", 32},   {"previous_log", 32},   {"previous_root", 32},
    {"root", 32},           {"own_root", 32},     {"foreign_root", 32},   {"checkpoint_root", 32},
    {"filter_digest", 32},  {"running_hash", 32}, {"request_digest", 32}, {"batch_path", 32},
    {"inclusion_path", 32}, {"path", 32},         {"curve_key", 32},      {"broker_curve_key", 32},
};

static bool is_right_length(const mu_field *f, size_t size)
{
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        if (strcmp(lengths[i].name, f->name) == 0)
            return size == lengths[i].size;
    return true;
}

/* Text fields that hold a code path. */
static bool holds_area(const char *name)
{
    static const char *const names[] = {"area",       "zone",         "areas",      "home_area",
                                        "river_zone", "except_areas", "issuer_area"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i][0] == name[0] && strcmp(names[i], name) == 0)
            return true;
    return false;
}

static enum mu_err check_string(const mu_field *f, const char *string)
{
    struct mu_bytes bytes = {(const uint8_t *)string, strlen(string)};

    return !holds_area(f->name) || mu_area_ok(bytes) ? MU_OK : MU_E_BAD_AREA;
}

/* 0 is every enum's "unspecified", which nobody may say; a number the schema does not have is a
 * newer sender's or a mistake, and acting on a guess is worse than asking again. */
static bool is_known(const mu_field *f, int64_t value)
{
    return value > 0 && protobuf_c_enum_descriptor_get_value(f->descriptor, (int)value) != NULL;
}

enum mu_err mu_bounds_check(const ProtobufCMessage *m, const mu_field *f, size_t index)
{
    bool fine = true;

    switch (f->type) {
    case PROTOBUF_C_TYPE_STRING:
        return check_string(f, mu_field_string(m, f, index));
    case PROTOBUF_C_TYPE_ENUM:
        fine = is_known(f, mu_field_scalar(m, f, index).i);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        fine = is_right_length(f, mu_field_bytes(m, f, index).size);
        break;
    case PROTOBUF_C_TYPE_UINT32:
        fine = !mu_name_begins(f->name, "persons") || mu_field_scalar(m, f, index).i <= PERSONS_MAX;
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SINT32:
        fine = in_range(f, mu_field_scalar(m, f, index).i);
        break;
    default:
        break;
    }
    return fine ? MU_OK : MU_E_BAD_VALUE;
}

/* A height above some zero: peak_stage_low_mm, hold_limit_level_mm, threshold_mm; not tolerance_mm. */
static bool is_height(const char *name)
{
    return mu_name_ends(name, "_mm") &&
           (strstr(name, "stage") != NULL || strstr(name, "level") != NULL ||
            mu_name_begins(name, "threshold"));
}

unsigned mu_bounds_obliges(const mu_field *f)
{
    switch (f->type) {
    case PROTOBUF_C_TYPE_UINT32:
        return mu_name_begins(f->name, "persons") ? MU_OBLIGES_POPULATION : MU_OBLIGES_NOTHING;
    case PROTOBUF_C_TYPE_SINT64:
        return is_height(f->name) ? MU_OBLIGES_DATUM : MU_OBLIGES_NOTHING;
    case PROTOBUF_C_TYPE_INT64:
        return mu_name_ends(f->name, "_milli") ? MU_OBLIGES_ITEM : MU_OBLIGES_NOTHING;
    case PROTOBUF_C_TYPE_MESSAGE:
        return f->descriptor == &muster__geo_point__descriptor ? MU_OBLIGES_POSITION
                                                               : MU_OBLIGES_NOTHING;
    default:
        return MU_OBLIGES_NOTHING;
    }
}
