#include <string.h>

#include "proto/wire/event.h"
#include "proto/wire/field.h"

/* Numbers of bodies in Event begin here; below are the envelope and what may come beside it. */
#define FIRST_KIND 16u

/* The lane that kind and severity fix (docs/PROTOCOL.md, section "Lanes"). Three columns: severity
 * extreme, severe, anything else (stated or not).
 *
 *   0 life safety: a person may die for want of it within the hour
 *   1 urgent: somebody decides or acts on it now
 *   2 routine: everything that still helps tomorrow
 *
 * A kind that carries life safety by nature is in lane 0 whatever its severity: its sender must not
 * have to judge that first. Records and tables stay in lane 2 whatever they claim: a flood of them
 * marked extreme must not crowd the reserve that keeps lane 0 open.
 */
static const struct lane_row {
    uint8_t kind, extreme, severe, other;
} lanes[] = {
    /* moving people, water on its way, warnings, the injured: by nature */
    {MUSTER__EVENT__BODY_EVACUATION, 0, 0, 0},
    {MUSTER__EVENT__BODY_CASUALTY, 0, 0, 0},
    {MUSTER__EVENT__BODY_DAM_OPERATION, 0, 0, 0},
    {MUSTER__EVENT__BODY_ALERT, 0, 0, 0},
    /* a stolen key speaks until this is heard */
    {MUSTER__EVENT__BODY_COMPROMISED, 0, 0, 0},
    /* what life safety hangs on when its author says so, and somebody's next step otherwise */
    {MUSTER__EVENT__BODY_FINDING, 0, 0, 1},
    {MUSTER__EVENT__BODY_DECISION, 0, 0, 1},
    {MUSTER__EVENT__BODY_ACKNOWLEDGEMENT, 0, 0, 1},
    {MUSTER__EVENT__BODY_FIELD_REPORT, 0, 0, 1},
    {MUSTER__EVENT__BODY_ROAD, 0, 0, 1},
    {MUSTER__EVENT__BODY_LEVEE_JOB, 0, 0, 1},
    {MUSTER__EVENT__BODY_GAUGE, 0, 0, 1},
    {MUSTER__EVENT__BODY_FORECAST, 0, 0, 1},
    {MUSTER__EVENT__BODY_OPERATION_PLAN, 0, 0, 1},
    {MUSTER__EVENT__BODY_TASK, 0, 0, 1},
    {MUSTER__EVENT__BODY_UNIT, 0, 0, 1},
    {MUSTER__EVENT__BODY_DISPATCH_PROPOSAL, 0, 0, 1},
    {MUSTER__EVENT__BODY_DECLARATION, 0, 0, 1},
    {MUSTER__EVENT__BODY_SHELTER, 0, 1, 1},
    {MUSTER__EVENT__BODY_HOSPITAL, 0, 1, 1},
    {MUSTER__EVENT__BODY_PUBLICATION, 0, 1, 1},
    {MUSTER__EVENT__BODY_ANSWER, 0, 1, 1},
    {MUSTER__EVENT__BODY_HANDOVER, 0, 1, 1},
    {MUSTER__EVENT__BODY_INCIDENT, 0, 1, 1},
    {MUSTER__EVENT__BODY_SUPPLY_NEED, 0, 1, 1},
    {MUSTER__EVENT__BODY_SUPPLY_REQUEST, 0, 1, 1},
    {MUSTER__EVENT__BODY_SUPPLY_RESPONSE, 0, 1, 1},
    {MUSTER__EVENT__BODY_SUPPLY_COMMITMENT, 0, 1, 1},
    {MUSTER__EVENT__BODY_SUPPLY_SHEET, 0, 1, 1},
    {MUSTER__EVENT__BODY_SHIPMENT, 0, 1, 1},
    /* time and the roster: rules and standing wait for them */
    {MUSTER__EVENT__BODY_TICK, 1, 1, 1},
    {MUSTER__EVENT__BODY_RETIRE, 1, 1, 1},
    {MUSTER__EVENT__BODY_RULE_SWITCH, 1, 1, 1},
    {MUSTER__EVENT__BODY_RELAY, 0, 1, 1},
    /* figures and reports: grave ones move up one lane, never into the reserve */
    {MUSTER__EVENT__BODY_FIGURE, 1, 1, 2},
    {MUSTER__EVENT__BODY_FIGURE_REQUEST, 1, 1, 2},
    {MUSTER__EVENT__BODY_FIGURE_ANSWER, 1, 1, 2},
    {MUSTER__EVENT__BODY_REPORT, 1, 1, 2},
    {MUSTER__EVENT__BODY_DUTY, 1, 1, 2},
    {MUSTER__EVENT__BODY_STOCK, 1, 1, 2},
    {MUSTER__EVENT__BODY_INCIDENT_LINK, 1, 1, 2},
    /* every other kind: reference data, tables, grants, sheets of receipts */
};

uint8_t mu_kind_lane(uint32_t kind, uint32_t severity)
{
    for (size_t i = 0; i < sizeof lanes / sizeof lanes[0]; i++) {
        if (lanes[i].kind != kind)
            continue;
        if (severity == MUSTER__SEVERITY__SEVERITY_EXTREME)
            return lanes[i].extreme;
        return severity == MUSTER__SEVERITY__SEVERITY_SEVERE ? lanes[i].severe : lanes[i].other;
    }
    return MU_LANE_ROUTINE;
}

uint32_t mu_kind_number(const char *name)
{
    struct mu_bytes bytes = {(const uint8_t *)name, strlen(name)};
    const mu_field *f = mu_field_named(&muster__event__descriptor, bytes, false);

    return f != NULL && f->id >= FIRST_KIND ? f->id : 0;
}

const char *mu_kind_name(uint32_t number)
{
    const mu_field *f = mu_field_numbered(&muster__event__descriptor, number);

    return f != NULL && number >= FIRST_KIND ? f->name : NULL;
}

uint32_t mu_kind_of(const Muster__Event *event)
{
    return (uint32_t)event->body_case;
}

bool mu_kind_is_system(uint32_t kind)
{
    switch (kind) {
    case MUSTER__EVENT__BODY_GENESIS:
    case MUSTER__EVENT__BODY_TICK:
    case MUSTER__EVENT__BODY_RECEIPT_SHEET:
    case MUSTER__EVENT__BODY_EPOCH:
    case MUSTER__EVENT__BODY_LOG_CLOSE:
    case MUSTER__EVENT__BODY_QUARANTINE:
        return true;
    default:
        return false;
    }
}

bool mu_kind_is_roster(uint32_t kind)
{
    switch (kind) {
    case MUSTER__EVENT__BODY_GENESIS:
    case MUSTER__EVENT__BODY_ENROLMENT:
    case MUSTER__EVENT__BODY_ENDORSEMENT:
    case MUSTER__EVENT__BODY_GRANT:
    case MUSTER__EVENT__BODY_RETIRE:
    case MUSTER__EVENT__BODY_COMPROMISED:
    case MUSTER__EVENT__BODY_ROLE_MAP:
    case MUSTER__EVENT__BODY_KEY_CHANGE:
        return true;
    default:
        return false;
    }
}
