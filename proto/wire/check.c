/* What an event must state, and in which bounds.
 *
 * One walk over what is there: each field against the bounds its name and type set
 * (proto/wire/bounds.c), each message against the table (proto/wire/essential.def) and against what its
 * own fields oblige it to say beside them. The first fault ends it: one refusal names one field.
 */
#include <string.h>

#include "proto/topic/area.h"
#include "proto/wire/bounds.h"
#include "proto/wire/essential.h"
#include "proto/wire/event.h"
#include "proto/wire/path.h"
#include "proto/wire/stated.h"

struct check {
    const Muster__Event *event;
    struct mu_fault *fault;
    bool new_version; /* not progress, affirmation or withdrawal of one */
};

/* One message being looked at. */
struct visit {
    const ProtobufCMessage *m;
    const struct mu_step *at; /* NULL: the event itself */
    const struct visit *around;
    unsigned depth;
    unsigned obliges; /* enum mu_obliges, from the fields seen */
};

static enum mu_err missing(const struct check *check, const struct mu_step *at, const char *name)
{
    return mu_fault_at(check->fault, MU_E_MISSING, at, name);
}

static bool is_listed(const struct check *check, const struct mu_step *at, const char *name)
{
    return mu_stated_not(check->event->envelope, at, name);
}

/* ---- the table ---- */

static const mu_field *member_field(const mu_message *type, const struct mu_member *member)
{
    unsigned i = 0;

    while (i < type->n_fields && type->fields[i].offset != member->at)
        i++;
    MU_CHECK(i < type->n_fields); /* a row of the table names a member of this very message */
    return &type->fields[i];
}

static bool has(const ProtobufCMessage *m, const struct mu_member *member)
{
    return member->name != NULL && mu_field_count(m, member_field(m->descriptor, member)) > 0;
}

static bool applies(const struct check *check, const struct mu_essential *row,
                    const ProtobufCMessage *m)
{
    if (row->new_version_only && !check->new_version)
        return false;
    if (row->only_if.name == NULL)
        return true;
    if (!has(m, &row->only_if))
        return false;
    return row->only_if_value == 0 ||
           mu_field_scalar(m, member_field(m->descriptor, &row->only_if), 0).i ==
               row->only_if_value;
}

static bool is_excused(const struct check *check, const struct mu_essential *row,
                       const struct mu_step *at)
{
    if (!row->excusable)
        return false;
    return is_listed(check, at, row->field.name) ||
           (row->or_else.name != NULL && is_listed(check, at, row->or_else.name));
}

static enum mu_err check_row(const struct check *check, const struct mu_essential *row,
                             const struct visit *visit)
{
    if (has(visit->m, &row->field) || has(visit->m, &row->or_else) ||
        !applies(check, row, visit->m) || is_excused(check, row, visit->at))
        return MU_OK;
    return missing(check, visit->at, row->field.name);
}

static enum mu_err check_essentials(const struct check *check, const struct visit *visit)
{
    const struct mu_essentials *essentials = mu_essentials_of(visit->m->descriptor);
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && essentials != NULL && i < essentials->count; i++)
        err = check_row(check, &essentials->rows[i], visit);
    return err;
}

/* ---- what one field obliges its message to say beside it ---- */

static const mu_field *named(const mu_message *type, const char *name)
{
    return mu_field_named(type, (struct mu_bytes){(const uint8_t *)name, strlen(name)}, false);
}

static bool states(const ProtobufCMessage *m, const mu_field *f)
{
    return f != NULL && mu_field_count(m, f) > 0;
}

/* The nearest message around that states its population speaks for the counts inside it: a leg's
 * people are those of its evacuation. */
static bool states_population(const struct visit *visit)
{
    for (; visit != NULL; visit = visit->around)
        if (states(visit->m, named(visit->m->descriptor, "population_kind")))
            return true;
    return false;
}

/* A message that has no such field at all (a casualty, a crew) says by its name who is counted. */
static enum mu_err check_population(const struct check *check, const struct visit *visit)
{
    if (named(visit->m->descriptor, "population_kind") == NULL || states_population(visit) ||
        is_listed(check, visit->at, "population_kind"))
        return MU_OK;
    return missing(check, visit->at, "population_kind");
}

static enum mu_err check_beside(const struct check *check, const struct visit *visit,
                                const char *name)
{
    const mu_field *f = named(visit->m->descriptor, name);

    if (f == NULL || states(visit->m, f) || is_listed(check, visit->at, name))
        return MU_OK;
    return missing(check, visit->at, name);
}

static enum mu_err check_obligations(const struct check *check, const struct visit *visit)
{
    enum mu_err err = MU_OK;

    /* A person count never without its population kind. */
    if (visit->obliges & MU_OBLIGES_POPULATION)
        err = check_population(check, visit);
    /* A stage never without its vertical datum. */
    if (err == MU_OK && visit->obliges & MU_OBLIGES_DATUM)
        err = check_beside(check, visit, "datum");
    /* A position never without its coordinate system. */
    if (err == MU_OK && visit->obliges & MU_OBLIGES_POSITION)
        err = check_beside(check, visit, "coordinate_system");
    /* A quantity never without item code and unit; where it has no such fields, its line has. */
    if (err == MU_OK && visit->obliges & MU_OBLIGES_ITEM &&
        named(visit->m->descriptor, "item") != NULL) {
        err = check_beside(check, visit, "item");
        if (err == MU_OK)
            err = check_beside(check, visit, "unit");
    }
    return err;
}

/* ---- messages with a rule of their own ---- */

/* The author leaf is the identity; object and version beside it are for people. */
static enum mu_err check_ref(const struct check *check, const struct visit *visit)
{
    const Muster__Ref *ref = (const Muster__Ref *)visit->m;

    return ref->has_leaf ? MU_OK : mu_fault_at(check->fault, MU_E_BAD_REF, visit->at, "leaf");
}

static enum mu_err check_window(const struct check *check, const struct visit *visit)
{
    const Muster__Window *window = (const Muster__Window *)visit->m;

    if (window->has_start_at_ms && window->has_end_at_ms && window->end_at_ms < window->start_at_ms)
        return mu_fault_at(check->fault, MU_E_BAD_VALUE, visit->at, "end_at_ms");
    return MU_OK;
}

/* A number never without its unit. Only a premise's tolerance has that of its premise. */
static enum mu_err check_number(const struct check *check, const struct visit *visit)
{
    const Muster__Number *number = (const Muster__Number *)visit->m;

    if (!number->has_value || number->has_unit ||
        visit->around->m->descriptor == &muster__basis__descriptor)
        return MU_OK;
    return missing(check, visit->at, "unit");
}

/* Counts of one scene, or one patient by tag; never both in one event. */
static enum mu_err check_casualty(const struct check *check, const struct visit *visit)
{
    const Muster__Casualty *casualty = (const Muster__Casualty *)visit->m;

    if (casualty->tag != NULL && visit->obliges & MU_OBLIGES_POPULATION)
        return mu_fault_at(check->fault, MU_E_BAD_VALUE, visit->at, "tag");
    return MU_OK;
}

/* A figure that counts persons says which ones. */
static enum mu_err check_figure(const struct check *check, const struct visit *visit)
{
    const Muster__Figure *figure = (const Muster__Figure *)visit->m;

    if (!figure->has_unit || figure->unit != MUSTER__MEASURE__MEASURE_PERSON)
        return MU_OK;
    return check_population(check, visit);
}

static enum mu_err check_ref_area(const struct check *check, const struct visit *visit)
{
    const Muster__RefArea *area = (const Muster__RefArea *)visit->m;
    struct mu_bytes code = {(const uint8_t *)area->code, strlen(area->code)};

    return mu_area_ok(code) ? MU_OK : mu_fault_at(check->fault, MU_E_BAD_AREA, visit->at, "code");
}

static const struct own_rule {
    const mu_message *type;
    enum mu_err (*check)(const struct check *check, const struct visit *visit);
} own_rules[] = {
    {&muster__ref__descriptor, check_ref},       {&muster__window__descriptor, check_window},
    {&muster__number__descriptor, check_number}, {&muster__casualty__descriptor, check_casualty},
    {&muster__figure__descriptor, check_figure}, {&muster__ref_area__descriptor, check_ref_area},
};

static enum mu_err check_own_rule(const struct check *check, const struct visit *visit)
{
    for (size_t i = 0; i < sizeof own_rules / sizeof own_rules[0]; i++)
        if (own_rules[i].type == visit->m->descriptor)
            return own_rules[i].check(check, visit);
    return MU_OK;
}

/* ---- the walk ---- */

static enum mu_err check_message(const struct check *check, struct visit *visit);

static enum mu_err check_value(const struct check *check, struct visit *visit,
                               const struct mu_step *step)
{
    enum mu_err err;

    if (step->field->type == PROTOBUF_C_TYPE_MESSAGE) {
        struct visit inner = {
            .m = mu_field_sub(visit->m, step->field, step->index),
            .at = step,
            .around = visit,
            .depth = visit->depth + 1,
        };

        return check_message(check, &inner);
    }
    err = mu_bounds_check(visit->m, step->field, step->index);
    return err == MU_OK ? MU_OK : mu_fault_at(check->fault, err, step, NULL);
}

static enum mu_err check_field(const struct check *check, struct visit *visit, const mu_field *f,
                               size_t count)
{
    struct mu_step step = {visit->at, f, 0};
    enum mu_err err = MU_OK;

    visit->obliges |= mu_bounds_obliges(f);
    for (; err == MU_OK && step.index < count; step.index++)
        err = check_value(check, visit, &step);
    return err;
}

/* Recursion here goes no deeper than the schema, and never than what the scan lets in. */
static enum mu_err check_message(const struct check *check, struct visit *visit)
{
    const mu_message *type = visit->m->descriptor;
    enum mu_err err = MU_OK;

    if (visit->depth > MU_DEPTH_MAX)
        return mu_fault_at(check->fault, MU_E_TOO_DEEP, visit->at, NULL);
    /* Most fields of most messages are absent. */
    for (unsigned i = 0; err == MU_OK && i < type->n_fields; i++) {
        size_t count = mu_field_count(visit->m, &type->fields[i]);

        if (count > 0)
            err = check_field(check, visit, &type->fields[i], count);
    }
    if (err == MU_OK)
        err = check_essentials(check, visit);
    if (err == MU_OK)
        err = check_obligations(check, visit);
    return err == MU_OK ? check_own_rule(check, visit) : err;
}

/* ---- the envelope ---- */

/* Codes people type, that topics and filters are made of: no blanks, commas, equals signs or quotes. */
static bool is_code(const char *string)
{
    size_t size = strlen(string);

    if (size == 0 || size > MU_NAME_BYTES_MAX)
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)string[i];

        if (c <= ' ' || c == 0x7F || strchr(",=@\"", c) != NULL)
            return false;
    }
    return true;
}

static enum mu_err check_codes(const struct check *check, const struct mu_step *at)
{
    const Muster__Envelope *envelope = check->event->envelope;
    const struct {
        const char *name, *value;
    } codes[] = {{"incident", envelope->incident},
                 {"object", envelope->object},
                 {"agency", envelope->agency}};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].value != NULL && !is_code(codes[i].value))
            return mu_fault_at(check->fault, MU_E_BAD_VALUE, at, codes[i].name);
    return MU_OK;
}

static enum mu_err check_envelope(const struct check *check)
{
    const Muster__Envelope *envelope = check->event->envelope;
    struct mu_step at = {NULL, mu_field_numbered(&muster__event__descriptor, 1), 0};
    uint32_t kind = mu_kind_of(check->event);

    if (envelope == NULL)
        return missing(check, NULL, "envelope");
    if (!envelope->has_status)
        return missing(check, &at, "status");
    if (envelope->agency == NULL)
        return missing(check, &at, "agency");
    if (envelope->area == NULL && !is_listed(check, &at, "area"))
        return missing(check, &at, "area");
    if (!envelope->has_occurred_at_ms && !is_listed(check, &at, "occurred_at_ms"))
        return missing(check, &at, "occurred_at_ms");
    if (envelope->object == NULL && mu_kind_needs_object(kind))
        return missing(check, &at, "object");
    return check_codes(check, &at);
}

enum mu_err mu_event_check(const Muster__Event *event, struct mu_fault *fault)
{
    struct check check = {.event = event, .fault = fault, .new_version = true};
    struct visit visit = {.m = &event->base, .depth = 1};
    enum mu_err err;

    mu_fault_clear(fault);
    if (mu_kind_of(event) == 0 || mu_kind_name(mu_kind_of(event)) == NULL)
        return mu_fault_at(fault, MU_E_NO_KIND, NULL, NULL);
    if ((err = check_envelope(&check)) != MU_OK)
        return err;
    check.new_version = !event->envelope->has_change ||
                        event->envelope->change == MUSTER__CHANGE__CHANGE_NEW_VERSION;
    if ((err = check_message(&check, &visit)) != MU_OK)
        return err;
    return mu_stated_check(event, fault);
}
