/* The table of rules. A rule is a line here, a file beside this one and its sentences in
 * templates.def; whatever else it needs of the picture comes as touches (proto/picture/picture.h).
 *
 * Grave: which of two rules names the card they share, lower first. The order is that of the
 * catalogue's severities: life before service before data.
 */
#include "proto/rules/judge.h"

#define LIFE MUSTER__GRAVITY__GRAVITY_LIFE
#define SERVICE MUSTER__GRAVITY__GRAVITY_SERVICE
#define DATA MUSTER__GRAVITY__GRAVITY_DATA
#define CONFLICT MUSTER__FINDING_KIND__FINDING_KIND_CONFLICT
#define SHORTAGE MUSTER__FINDING_KIND__FINDING_KIND_SHORTAGE
#define CLEARANCE MUSTER__FINDING_KIND__FINDING_KIND_CLEARANCE
#define PROMPT MUSTER__FINDING_KIND__FINDING_KIND_PROMPT
#define OWED MUSTER__FINDING_KIND__FINDING_KIND_OWED
#define ORDER_STATE MUSTER__FINDING_KIND__FINDING_KIND_ORDER_STATE
#define ESCALATION MUSTER__FINDING_KIND__FINDING_KIND_ESCALATION
#define DEBT MUSTER__FINDING_KIND__FINDING_KIND_DEBT

/* clang-format off */
const struct mu_rule mu_rule_table[] = {
    /* rule, version, cause, grave, gravity, kind, decider's role, judge */
    {MUSTER__RULE__RULE_C03, 1, "release", 5, LIFE, CONFLICT, "flood_command", mu_judge_c03},
    {MUSTER__RULE__RULE_C04, 1, "works", 10, LIFE, CONFLICT, "flood_command", mu_judge_c04},
    {MUSTER__RULE__RULE_C02, 1, "works", 20, SERVICE, CONFLICT, "flood_command", mu_judge_c02_works},
    {MUSTER__RULE__RULE_C02, 1, "road", 20, SERVICE, CONFLICT, NULL, mu_judge_c02_road},
    {MUSTER__RULE__RULE_C06, 1, "shelter", 25, LIFE, CONFLICT, "shelters", mu_judge_c06_path},
    {MUSTER__RULE__RULE_C06, 1, "shelter", 30, SERVICE, CONFLICT, "shelters", mu_judge_c06},
    {MUSTER__RULE__RULE_C10, 1, "hospital", 15, LIFE, CONFLICT, "health", mu_judge_c10_hospital},
    {MUSTER__RULE__RULE_C10, 1, "beds", 15, LIFE, CONFLICT, "health", mu_judge_c10_county},
    {MUSTER__RULE__RULE_C11, 1, "needs", 40, SERVICE, SHORTAGE, "relief_supply", mu_judge_c11},
    {MUSTER__RULE__RULE_C11, 1, "request", 40, SERVICE, SHORTAGE, "relief_supply", mu_judge_c11_twice},
    {MUSTER__RULE__RULE_MARGIN, 1, "release", 80, SERVICE, PROMPT, NULL, mu_judge_margins},
    {MUSTER__RULE__RULE_CLEARANCE, 1, "plan", 90, DATA, CLEARANCE, NULL, mu_judge_clearance},
    {MUSTER__RULE__RULE_DEADLINE, 1, "owed", 90, DATA, OWED, NULL, mu_judge_owed},
    {MUSTER__RULE__RULE_ORDER, 1, "order", 90, SERVICE, ORDER_STATE, NULL, mu_judge_order},
    {MUSTER__RULE__RULE_DEADLINE, 1, "overdue", 90, SERVICE, ESCALATION, NULL, mu_judge_overdue},
    {MUSTER__RULE__RULE_DEBT, 1, "debt", 90, SERVICE, DEBT, NULL, mu_judge_debt},
    {MUSTER__RULE__RULE_C15, 1, "clock", 80, DATA, CONFLICT, NULL, mu_judge_c15},
    {MUSTER__RULE__RULE_UNSPECIFIED, 0, "", 0, DATA, CONFLICT, NULL, NULL},
};
/* clang-format on */
