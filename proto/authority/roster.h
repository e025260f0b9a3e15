/* Who may say what about where: a fold of genesis, enrolment, grant, retire and the like.
 *
 * Certificates are read once, at enrolment; afterwards only this roster counts. It is asked on
 * every message. A roster never forgets: a retired key's past stays attributable.
 */
#ifndef MU_AUTHORITY_ROSTER_H
#define MU_AUTHORITY_ROSTER_H

#include "proto/sign/certificate.h"
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
    bool is_broker; /* its agency is the one of the genesis event's envelope */
    bool is_command;
    bool is_desk;
    int64_t not_before_ms, not_after_ms; /* 0: open */
    int64_t certificate_until_ms;        /* for people; it ends nothing by itself. 0: it has none */
    bool certificate_outlived;           /* by a CA that has been replaced since */
    uint64_t enrolled_at;                /* number of the enrolment entry */
};

struct mu_genesis {
    struct mu_hash log;
    struct mu_public log_key; /* the first; the one in use now is the broker's mu_member.public */
    struct mu_agent_id broker;
    uint8_t broker_curve[MU_CURVE_BYTES];
    char county[MU_NAME_BYTES_MAX];    /* its English name, or its Chinese one */
    char county_zh[MU_NAME_BYTES_MAX]; /* its Chinese name, or its English one */
    char area[MU_TOPIC_BYTES_MAX];
    uint32_t status; /* actual or exercise */
    int64_t clock_start_ms;
    uint32_t clock_rate_milli; /* 0: steps */
    int offset_min;
    uint8_t ca[MU_CERTIFICATE_BYTES_MAX]; /* the county CA's certificate in use now */
    size_t ca_size;                       /* 0: none */
};

MU_MUST_USE enum mu_err mu_roster_new(mu_roster **out);
/* Gives a working copy: a turn that changes the roster folds into the copy, and keeps or frees it as
 * its commit turns out. What the first lends stays lent. */
MU_MUST_USE enum mu_err mu_roster_copy(const mu_roster *roster, mu_roster **out);
void mu_roster_free(mu_roster **roster);

/* Fold one entry that was accepted; kinds that are not the roster's are ignored.
 * An enrolment of an admin or of the command, a change of keys and the retirement of another admin
 * wait for the endorsement of a second admin; until then nothing of them is true.
 * Errors: MU_E_NO_MEMORY; MU_E_CORRUPT when an accepted entry cannot be folded (our bug). Either way
 * this roster is half changed: free it. */
MU_MUST_USE enum mu_err mu_roster_fold(mu_roster *roster, const struct mu_entry *entry);

const struct mu_genesis *mu_roster_genesis(const mu_roster *roster); /* NULL before entry 1 */
const struct mu_member *mu_roster_member(const mu_roster *roster, const struct mu_agent_id *agent);
const struct mu_member *mu_roster_by_curve(const mu_roster *roster,
                                           const uint8_t curve[MU_CURVE_BYTES]);
const struct mu_member *mu_roster_at(const mu_roster *roster, size_t index); /* NULL past the end */
/* The verifier of the key the member signs with now, made once. Lent until the roster is freed. */
const mu_verifier *mu_roster_verifier(const mu_roster *roster, const struct mu_agent_id *agent);
/* The verifier of any key that ever stood, by its own id (mu_seal.key): for reading the past. Whose it
 * is goes to *agent when that is not NULL. */
const mu_verifier *mu_roster_key(const mu_roster *roster, const struct mu_agent_id *key,
                                 struct mu_agent_id *agent);
/* The agency that holds `role` (role map as last published), or NULL: the first line that names it;
 * or, of those for `area` whose window is open at `now`, the one for the smallest area. */
const char *mu_roster_role(const mu_roster *roster, const char *role);
const char *mu_roster_role_at(const mu_roster *roster, const char *role, struct mu_bytes area,
                              int64_t now_ms);

/* Standing of a sender at log time `now`: MU_OK, MU_E_STRANGER, MU_E_RETIRED, MU_E_COMPROMISED. */
MU_MUST_USE enum mu_err mu_authority_standing(const mu_roster *roster,
                                              const struct mu_agent_id *agent, int64_t now_ms);

/* Standing of one seal at log time `now`, before anything in it is believed: as above for its agent,
 * its key, its instance; and it must be of this log. The seal of a retired agent stands when its last
 * sequence is not past the one the retirement names for its lane: an honest backlog still lands. Also
 * MU_E_OTHER_LOG. The signature is not looked at. */
MU_MUST_USE enum mu_err mu_authority_seal_stands(const mu_roster *roster,
                                                 const struct mu_seal *seal, int64_t now_ms);

/* May this member publish an event of this topic at log time `now`? Also: status fits the log,
 * agency in the envelope is the member's own, roster kinds only from admins, system kinds only from
 * the broker, and a roster event is consistent with the roster (ENROL_CLASH, ...). `event` may be
 * NULL for kinds that are neither the roster's nor a sponsor's. Standing is not asked again here.
 * Errors: MU_E_NOT_GRANTED, NOT_ADMIN, GRANT_OVER, BAD_STATUS, ENROL_CLASH; of a roster event also
 * MISSING, BAD_VALUE, BAD_AREA, BAD_REF; `fault` says where. */
MU_MUST_USE enum mu_err mu_authority_judge(const mu_roster *roster, const struct mu_agent_id *agent,
                                           const struct mu_topic *topic, const Muster__Event *event,
                                           int64_t now_ms, struct mu_fault *fault);

/* Whether this event changes nothing until another admin endorses it: for those who seal it. */
bool mu_authority_needs_two_seals(const mu_roster *roster, const struct mu_agent_id *author,
                                  const Muster__Event *event);
/* What a genesis must hold: keys, two admins, area, status. For those who write one; the fold asks the
 * same. Errors: MU_E_MISSING, BAD_VALUE, BAD_AREA, ENROL_CLASH. */
MU_MUST_USE enum mu_err mu_authority_genesis_check(const Muster__Event *event,
                                                   struct mu_fault *fault);
/* A role that may be named in an enrolment or a grant. */
bool mu_authority_role_known(const mu_roster *roster, const char *role);
/* The index-th role every county has, "dispatch_*" for those that begin so; NULL past the end. A role map
 * may name more. */
const char *mu_authority_role_at(size_t index);

/* May this member read events of this kind and area? All that is not private, unless a grant takes it
 * away; what the roster and the record say of themselves always, or nothing could be verified. */
bool mu_authority_may_read(const mu_roster *roster, const struct mu_agent_id *agent, uint32_t kind,
                           struct mu_bytes area, int64_t now_ms);
/* May this member publish events of this kind in any area at all? */
bool mu_authority_may_say(const mu_roster *roster, const struct mu_agent_id *agent, uint32_t kind,
                          int64_t now_ms);
/* Whether it may read all there is, now and until the roster changes: then nobody need ask again for
 * each event. False may be said of one who may. */
bool mu_authority_reads_all(const mu_roster *roster, const struct mu_agent_id *agent);

#endif
