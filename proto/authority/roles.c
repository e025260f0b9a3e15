#include "proto/authority/roles.h"

#include <string.h>

#include "proto/authority/roster.h"
#include "proto/wire/event.h"

#define K(name) MUSTER__EVENT__BODY_##name
#define KINDS_OF_A_ROLE_MAX 12

/* What every department that takes part may say: that it was told, what it does about it, what it asks
 * and decides, what it counted, and what there is of its own. */
static const uint8_t common[] = {
    K(ACKNOWLEDGEMENT), K(ANSWER),           K(DECISION), K(FIELD_REPORT),
    K(FIGURE),          K(FIGURE_ANSWER),    K(REPORT),   K(FIGURE_REQUEST),
    K(HANDOVER),        K(OPERATION_PLAN),   K(TASK),     K(UNIT),
    K(SUPPLY_REQUEST),  K(REFERENCE_OBJECT),
};

/* One line per role. `speaks`: the common kinds besides. A name that ends in * stands for every role
 * that begins so: the dispatch authority of each dam is a role of its own. */
static const struct role {
    const char *name;
    bool speaks;
    uint8_t kinds[KINDS_OF_A_ROLE_MAX]; /* until the first 0 */
} roles[] = {
    /* the command and its secretariat */
    {"flood_command", true, {K(DECLARATION), K(ALERT), K(INCIDENT), K(RULE_SWITCH)}},
    {"emergency_management",
     true,
     {K(EVACUATION), K(SHELTER), K(DECLARATION), K(ALERT), K(PUBLICATION), K(INCIDENT),
      K(INCIDENT_LINK), K(CASUALTY), K(ROAD)}},
    {"disaster_figures", true, {K(INDICATOR_TABLE)}},
    {"reference_data",
     true,
     {K(RATE_TABLE), K(MATRIX), K(TRAVEL_TABLE), K(DUTY_TABLE), K(ITEM_TABLE), K(INDICATOR_TABLE),
      K(LIMIT_TABLE)}},
    /* supplies and those who sleep elsewhere tonight */
    {"relief_supply",
     true,
     {K(SUPPLY_NEED), K(SUPPLY_RESPONSE), K(SUPPLY_COMMITMENT), K(STOCK), K(SHIPMENT),
      K(SUPPLY_SHEET), K(RATE_TABLE), K(ITEM_TABLE)}},
    {"shelters", true, {K(SHELTER), K(SUPPLY_NEED)}},
    /* the departments */
    {"health", true, {K(CASUALTY), K(HOSPITAL), K(DISPATCH_PROPOSAL), K(SHIPMENT)}},
    {"water",
     true,
     {K(GAUGE), K(FORECAST), K(DAM_OPERATION), K(LEVEE_JOB), K(ALERT), K(TRAVEL_TABLE)}},
    {"dispatch_*", true, {K(DAM_OPERATION)}},
    {"fire_rescue", true, {K(CASUALTY), K(EVACUATION), K(ROAD)}},
    {"fire", true, {K(CASUALTY), K(EVACUATION), K(ROAD)}},
    {"traffic", true, {K(ROAD)}},
    {"meteorology", true, {K(ALERT), K(FORECAST), K(GAUGE)}},
    {"drainage", true, {0}},
    {"housing", true, {0}},
    {"publicity", true, {K(ALERT), K(PUBLICATION)}},
    /* the voice of villages that have no machine */
    {"township_desk",
     true,
     {K(EVACUATION), K(SHELTER), K(CASUALTY), K(ROAD), K(GAUGE), K(LEVEE_JOB), K(STOCK)}},
    /* programs: the coordinator prompts, people decide; a tick is asked for in the finding itself */
    {"coordinator", false, {K(FINDING), K(DUTY), K(FIGURE_ANSWER)}},
    {"gateway", false, {K(PUBLICATION), K(ALERT), K(ACKNOWLEDGEMENT)}},
    {"uplink", false, {K(RELAY)}},
    /* admins carry the county's data in, and switch rules; the roster itself is not a matter of grants */
    {MU_ROLE_ADMIN,
     false,
     {K(REFERENCE_OBJECT), K(RATE_TABLE), K(MATRIX), K(TRAVEL_TABLE), K(DUTY_TABLE), K(ITEM_TABLE),
      K(INDICATOR_TABLE), K(LIMIT_TABLE), K(RULE_SWITCH), K(INCIDENT)}},
    /* those who only read */
    {"player", false, {0}},
    {"observer", false, {0}},
    {"auditor", false, {0}},
};

static bool fits(const char *pattern, const char *role)
{
    size_t size = strlen(pattern);

    if (pattern[size - 1] == '*')
        return strncmp(pattern, role, size - 1) == 0 && role[size - 1] != '\0';
    return strcmp(pattern, role) == 0;
}

static const struct role *find(const char *name)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (fits(roles[i].name, name))
            return &roles[i];
    return NULL;
}

bool mu_role_known(const char *role)
{
    return find(role) != NULL;
}

const char *mu_authority_role_at(size_t index)
{
    return index < sizeof roles / sizeof roles[0] ? roles[index].name : NULL;
}

void mu_role_kinds(const char *role, struct mu_kinds *kinds)
{
    const struct role *r = find(role);

    if (r == NULL)
        return;
    for (size_t i = 0; i < KINDS_OF_A_ROLE_MAX && r->kinds[i] != 0; i++)
        mu_kinds_add(kinds, r->kinds[i]);
    for (size_t i = 0; r->speaks && i < sizeof common / sizeof common[0]; i++)
        mu_kinds_add(kinds, common[i]);
}

/* Blocks of proto/schema/event.proto: 120 to 135 authority, 144 to 159 reference data, 160 to 175 the
 * record itself, of which two may be granted. */
static bool is_reference(uint32_t kind)
{
    return kind >= 144 && kind <= 159;
}

static bool is_grantable(uint32_t kind)
{
    if (kind == K(RULE_SWITCH) || kind == K(RELAY))
        return true;
    return kind >= 16 && !(kind >= 120 && kind <= 135) && !(kind >= 160 && kind <= 175) &&
           kind != K(RECEIPT_SHEET) && !mu_kind_is_roster(kind) && !mu_kind_is_system(kind);
}

struct mu_kinds mu_kinds_part(const struct mu_kinds *kinds, bool reference)
{
    struct mu_kinds part = {{0}};

    for (uint32_t kind = 0; kind < MU_KINDS_MAX; kind++)
        if (mu_kinds_have(kinds, kind) && is_reference(kind) == reference)
            mu_kinds_add(&part, kind);
    return part;
}

struct mu_kinds mu_kinds_grantable(void)
{
    struct mu_kinds kinds = {{0}};

    for (uint32_t kind = 0; kind < MU_KINDS_MAX; kind++)
        if (is_grantable(kind))
            mu_kinds_add(&kinds, kind);
    return kinds;
}
