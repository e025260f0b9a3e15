#include "proto/wire/essential.h"

#include <stddef.h>

/* clang-format off */
#define MEMBER(Type, field)  {#field, offsetof(Muster__##Type, field)}
#define NONE                 {NULL, 0}

#define MUST(Type, field)                 {MEMBER(Type, field), NONE, NONE, 0, false, false}
#define STATED(Type, field)               {MEMBER(Type, field), NONE, NONE, 0, true, false}
#define MUST_NEW(Type, field)             {MEMBER(Type, field), NONE, NONE, 0, false, true}
#define STATED_NEW(Type, field)           {MEMBER(Type, field), NONE, NONE, 0, true, true}
#define EITHER(Type, one, two)            {MEMBER(Type, one), MEMBER(Type, two), NONE, 0, false, false}
#define EITHER_NEW(Type, one, two)        {MEMBER(Type, one), MEMBER(Type, two), NONE, 0, true, true}
#define MUST_IF(Type, field, cond, value) \
    {MEMBER(Type, field), NONE, MEMBER(Type, cond), value, false, false}
#define STATED_IF(Type, field, cond, value) \
    {MEMBER(Type, field), NONE, MEMBER(Type, cond), value, true, false}
/* clang-format on */

/* The rows of each type … */
#define OF(type, ...) static const struct mu_essential type##_rows[] = {__VA_ARGS__};
#include "proto/wire/essential.def"
#undef OF

/* … and the types that have any. */
#define OF(type, ...)                                                                              \
    {&muster__##type##__descriptor, type##_rows, sizeof type##_rows / sizeof type##_rows[0]},
static const struct mu_essentials table[] = {
#include "proto/wire/essential.def"
};
#undef OF
#define TYPES (sizeof table / sizeof table[0])

const struct mu_essentials *mu_essentials_at(size_t index)
{
    return index < TYPES ? &table[index] : NULL;
}

const struct mu_essentials *mu_essentials_of(const mu_message *type)
{
    for (size_t i = 0; i < TYPES; i++)
        if (table[i].type == type)
            return &table[i];
    return NULL;
}

/* Kinds whose schema says "the … is the envelope's object", and those that others name by it: in
 * Task.activity, Shipment.request, LeveeJob.plan, a card's subject, cites and supersedes. */
bool mu_kind_needs_object(uint32_t kind)
{
    switch (kind) {
    case MUSTER__EVENT__BODY_EVACUATION:
    case MUSTER__EVENT__BODY_SHELTER:
    case MUSTER__EVENT__BODY_SUPPLY_REQUEST:
    case MUSTER__EVENT__BODY_STOCK:
    case MUSTER__EVENT__BODY_SHIPMENT:
    case MUSTER__EVENT__BODY_HOSPITAL:
    case MUSTER__EVENT__BODY_UNIT:
    case MUSTER__EVENT__BODY_GAUGE:
    case MUSTER__EVENT__BODY_DAM_OPERATION:
    case MUSTER__EVENT__BODY_OPERATION_PLAN:
    case MUSTER__EVENT__BODY_TASK:
    case MUSTER__EVENT__BODY_INCIDENT:
    case MUSTER__EVENT__BODY_REFERENCE_OBJECT:
        return true;
    default:
        return false;
    }
}
