/* What the wire room takes for granted about the schema, held against the descriptors: a field added
 * tomorrow that breaks one of these is found here, not in the record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "proto/wire/essential.h"
#include "proto/wire/event.h"
#include "proto/wire/field.h"

#define TYPES_MAX 256u

static const mu_message *types[TYPES_MAX];
static size_t type_count;

static void collect(const mu_message *type)
{
    for (size_t i = 0; i < type_count; i++)
        if (types[i] == type)
            return;
    assert_true(type_count < TYPES_MAX);
    types[type_count++] = type;
    for (unsigned i = 0; i < type->n_fields; i++)
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
            collect(type->fields[i].descriptor);
}

static int collect_all(void **state)
{
    (void)state;
    collect(&muster__event__descriptor);
    return 0;
}

/* The bitmaps of scan and JSON reader, and the buffers for names. */
static void messages_fit_their_bitmaps(void **state)
{
    (void)state;
    for (size_t i = 0; i < type_count; i++) {
        assert_true(types[i]->n_fields <= 128);
        for (unsigned k = 0; k < types[i]->n_fields; k++)
            assert_true(strlen(types[i]->fields[k].name) < MU_FIELD_NAME_MAX);
    }
}

static unsigned depth_of(const mu_message *type, unsigned above)
{
    unsigned deepest = above + 1;

    assert_true(deepest <= MU_DEPTH_MAX); /* or a message holds itself */
    for (unsigned i = 0; i < type->n_fields; i++)
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE) {
            unsigned d = depth_of(type->fields[i].descriptor, above + 1);

            deepest = d > deepest ? d : deepest;
        }
    return deepest;
}

/* No message holds itself, so that a walk of the schema ends and recursion in check and JSON has the
 * schema's depth for its bound. MU_DEPTH_MAX says 8, "twice that leaves room to grow". */
static void nothing_nests_deeper_than_eight(void **state)
{
    (void)state;
    assert_true(depth_of(&muster__event__descriptor, 0) <= 8);
}

static void numbers_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < type_count; i++)
        for (unsigned k = 0; k < types[i]->n_fields; k++) {
            ProtobufCType type = types[i]->fields[k].type;

            assert_true(type != PROTOBUF_C_TYPE_FLOAT && type != PROTOBUF_C_TYPE_DOUBLE);
            assert_true(types[i]->fields[k].label != PROTOBUF_C_LABEL_REQUIRED);
            assert_null(types[i]->fields[k].default_value);
        }
}

/* 0 is X_UNSPECIFIED everywhere: the check refuses it, and assign finds short names by it. 1 is
 * X_NOT_STATED or nothing: a listed not_stated beside it is no contradiction. */
static void enums_begin_as_agreed(void **state)
{
    (void)state;
    for (size_t i = 0; i < type_count; i++)
        for (unsigned k = 0; k < types[i]->n_fields; k++) {
            const ProtobufCEnumDescriptor *e = types[i]->fields[k].descriptor;
            const ProtobufCEnumValue *one;

            if (types[i]->fields[k].type != PROTOBUF_C_TYPE_ENUM)
                continue;
            assert_int_equal(e->values[0].value, 0);
            assert_non_null(strstr(e->values[0].name, "_UNSPECIFIED"));
            one = protobuf_c_enum_descriptor_get_value(e, 1);
            if (one != NULL)
                assert_non_null(strstr(one->name, "_NOT_STATED"));
        }
}

/* The numbers the scan reads the topic by. */
static void the_envelope_is_numbered_as_the_scan_reads_it(void **state)
{
    static const struct {
        uint32_t number;
        const char *name;
    } fields[] = {{1, "incident"}, {2, "area"},   {3, "object"},   {4, "version"},
                  {5, "status"},   {7, "agency"}, {15, "severity"}};

    (void)state;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        assert_string_equal(
            mu_field_numbered(&muster__envelope__descriptor, fields[i].number)->name,
            fields[i].name);
    assert_ptr_equal(mu_field_numbered(&muster__event__descriptor, 1)->descriptor,
                     &muster__envelope__descriptor);
}

static void only_the_envelope_stands_beside_the_body(void **state)
{
    (void)state;
    for (unsigned i = 0; i < muster__event__descriptor.n_fields; i++) {
        const mu_field *f = &muster__event__descriptor.fields[i];

        assert_int_equal(f->id >= 16, mu_field_in_oneof(f));
        assert_int_equal(f->type, PROTOBUF_C_TYPE_MESSAGE);
    }
}

/* The topics of the filter room are written without the generated code. */
static void severities_are_numbered_as_filters_read_them(void **state)
{
    (void)state;
    assert_int_equal(MUSTER__SEVERITY__SEVERITY_EXTREME, 2);
    assert_int_equal(MUSTER__SEVERITY__SEVERITY_SEVERE, 3);
    assert_int_equal(MUSTER__SEVERITY__SEVERITY_MODERATE, 4);
    assert_int_equal(MUSTER__SEVERITY__SEVERITY_MINOR, 5);
}

/* ---- the table of essentials ---- */

static const mu_field *member_field(const mu_message *type, const struct mu_member *member)
{
    const mu_field *f = mu_field_named(
        type, (struct mu_bytes){(const uint8_t *)member->name, strlen(member->name)}, false);

    assert_non_null(f);
    assert_int_equal(f->offset, member->at);
    /* a member of a oneof shares its place with others: a row could not tell them apart */
    assert_false(mu_field_in_oneof(f));
    return f;
}

static void rows_name_fields_of_their_own_message(void **state)
{
    (void)state;
    for (size_t i = 0; mu_essentials_at(i) != NULL; i++) {
        const struct mu_essentials *e = mu_essentials_at(i);

        for (size_t k = 0; k < e->count; k++) {
            member_field(e->type, &e->rows[k].field);
            if (e->rows[k].or_else.name != NULL)
                member_field(e->type, &e->rows[k].or_else);
            if (e->rows[k].only_if.name == NULL)
                continue;
            const mu_field *f = member_field(e->type, &e->rows[k].only_if);
            if (e->rows[k].only_if_value != 0)
                assert_non_null(
                    protobuf_c_enum_descriptor_get_value(f->descriptor, e->rows[k].only_if_value));
        }
    }
}

static void every_type_stands_in_the_table_once_and_can_be_reached(void **state)
{
    (void)state;
    for (size_t i = 0; mu_essentials_at(i) != NULL; i++) {
        const struct mu_essentials *e = mu_essentials_at(i);
        size_t reached = 0;

        assert_ptr_equal(mu_essentials_of(e->type), e);
        for (size_t k = 0; k < type_count; k++)
            reached += types[k] == e->type;
        assert_int_equal(reached, 1);
    }
}

/* ---- fields by number and name ---- */

static void every_field_is_found_by_number_and_by_both_names(void **state)
{
    char camel[MU_FIELD_NAME_MAX];

    (void)state;
    for (size_t i = 0; i < type_count; i++)
        for (unsigned k = 0; k < types[i]->n_fields; k++) {
            const mu_field *f = &types[i]->fields[k];
            struct mu_bytes name = {(const uint8_t *)f->name, strlen(f->name)};

            mu_field_camel(f->name, camel);
            assert_ptr_equal(mu_field_numbered(types[i], f->id), f);
            assert_ptr_equal(mu_field_named(types[i], name, false), f);
            name = (struct mu_bytes){(const uint8_t *)camel, strlen(camel)};
            assert_ptr_equal(mu_field_named(types[i], name, true), f);
        }
    assert_null(mu_field_numbered(&muster__event__descriptor, 0));
    assert_null(mu_field_numbered(&muster__event__descriptor, 15));
    assert_null(mu_field_numbered(&muster__event__descriptor, 18));
    assert_null(mu_field_numbered(&muster__event__descriptor, UINT32_MAX));
}

static void names_in_camel_case_are_those_of_the_mapping(void **state)
{
    static const struct {
        const char *name, *camel;
    } names[] = {{"persons_planned", "personsPlanned"},
                 {"own_water_l_per_day", "ownWaterLPerDay"},
                 {"lat_e7", "latE7"},
                 {"surge_24h", "surge24h"},
                 {"outflow_milli_m3s", "outflowMilliM3s"},
                 {"gbt38565", "gbt38565"}};
    char camel[MU_FIELD_NAME_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        mu_field_camel(names[i].name, camel);
        assert_string_equal(camel, names[i].camel);
    }
}

int main(void)
{
    const struct CMUnitTest stories[] = {
        cmocka_unit_test(messages_fit_their_bitmaps),
        cmocka_unit_test(nothing_nests_deeper_than_eight),
        cmocka_unit_test(numbers_are_whole),
        cmocka_unit_test(enums_begin_as_agreed),
        cmocka_unit_test(the_envelope_is_numbered_as_the_scan_reads_it),
        cmocka_unit_test(only_the_envelope_stands_beside_the_body),
        cmocka_unit_test(severities_are_numbered_as_filters_read_them),
        cmocka_unit_test(rows_name_fields_of_their_own_message),
        cmocka_unit_test(every_type_stands_in_the_table_once_and_can_be_reached),
        cmocka_unit_test(every_field_is_found_by_number_and_by_both_names),
        cmocka_unit_test(names_in_camel_case_are_those_of_the_mapping),
    };

    return cmocka_run_group_tests(stories, collect_all, NULL);
}
