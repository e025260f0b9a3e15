/* Who may say what about where: a fold of genesis, enrolment, grant, retire and the like.
 *
 * Certificates are read once, at enrolment; afterwards only this roster counts. It is asked on
 * every message. A roster never forgets: a retired key's past stays attributable.
 */
#ifndef MU_AUTHORITY_ROSTER_H
#define MU_AUTHORITY_ROSTER_H

#include "proto/sign/seal.h"
#include "proto/wire/entry.h"
#include "proto/wire/event.h"

#define MU_CURVE_BYTES 32u

typedef struct mu_roster mu_roster;

enum mu_standing { MU_STANDING_GOOD, MU_STANDING_RETIRED, MU_STANDING_COMPROMISED };

/* One enrolled agent. Lent until the roster folds the next entry or is freed. */
struct mu_member {
    struct mu_agent_id agent;
    char agency[MU_NAME_BYTES_MAX];
    char program[MU_NAME_BYTES_MAX];
    uint8_t curve[MU_CURVE_BYTES];
    struct mu_public public;
    enum mu_standing standing;
    bool is_admin;
    bool is_broker;
    bool is_desk;
    int64_t not_before_ms, not_after_ms; /* 0: open */
    uint64_t enrolled_at; /* number of the enrolment entry */
};

struct mu_genesis {
    struct mu_hash log;
    struct mu_public log_key;
    uint8_t broker_curve[MU_CURVE_BYTES];
    char county[MU_NAME_BYTES_MAX];
    char area[MU_TOPIC_BYTES_MAX];
    uint32_t status; /* actual or exercise */
    int64_t clock_start_ms;
    uint32_t clock_rate_milli; /* 0: steps */
    int offset_min;
};

MU_MUST_USE enum mu_err mu_roster_new(mu_roster **out);
void mu_roster_free(mu_roster **roster);

/* Fold one entry that was accepted; kinds that are not the roster's are ignored.
 * Errors: MU_E_NO_MEMORY; MU_E_CORRUPT when an accepted entry cannot be folded (our bug). */
MU_MUST_USE enum mu_err mu_roster_fold(mu_roster *roster, const struct mu_entry *entry);

const struct mu_genesis *mu_roster_genesis(const mu_roster *roster); /* NULL before entry 1 */
const struct mu_member *mu_roster_member(const mu_roster *roster, const struct mu_agent_id *agent);
const struct mu_member *mu_roster_by_curve(const mu_roster *roster,
                                           const uint8_t curve[MU_CURVE_BYTES]);
const struct mu_member *mu_roster_at(const mu_roster *roster, size_t index); /* NULL past the end */
/* The member's verifier, made once. Lent as long as the member. */
const mu_verifier *mu_roster_verifier(const mu_roster *roster, const struct mu_agent_id *agent);
/* The agency that holds `role` now (role map), or NULL. */
const char *mu_roster_role(const mu_roster *roster, const char *role);

/* Standing of a sender at log time `now`: MU_OK, MU_E_STRANGER, MU_E_RETIRED, MU_E_COMPROMISED. */
MU_MUST_USE enum mu_err mu_authority_standing(const mu_roster *roster,
                                              const struct mu_agent_id *agent, int64_t now_ms);

/* May this member publish an event of this topic at log time `now`? Also: status fits the log,
 * agency in the envelope is the member's own, roster kinds only from admins, system kinds only from
 * the broker, and a roster event is consistent with the roster (ENROL_CLASH, ...).
 * Errors: MU_E_NOT_GRANTED, NOT_ADMIN, GRANT_OVER, BAD_STATUS, ENROL_CLASH; `fault` says where. */
MU_MUST_USE enum mu_err mu_authority_judge(const mu_roster *roster, const struct mu_agent_id *agent,
                                           const struct mu_topic *topic, const Muster__Event *event,
                                           int64_t now_ms, struct mu_fault *fault);

/* May this member read events of this kind and area? */
bool mu_authority_may_read(const mu_roster *roster, const struct mu_agent_id *agent, uint32_t kind,
                           struct mu_bytes area, int64_t now_ms);

#endif
