/* The ends of agents: retired in order, or compromised at once; and whether a sender still stands. */
#include "proto/authority/inside.h"

/* ---- one end added --------------------------------------------------------------------------- */

static enum mu_err add_end(mu_roster *r, struct mu_seat *seat, const struct mu_end *end)
{
    struct mu_end *more = mu_roster_grown(r->end, &r->end_room, r->ends, sizeof *more);

    if (more == NULL)
        return MU_E_NO_MEMORY;
    r->end = more;
    more[r->ends] = *end;
    more[r->ends].next = seat->ends;
    seat->ends = (uint32_t)r->ends++;
    return MU_OK;
}

/* The agent whose end it is. The broker's own key is changed by a change of keys, never ended. */
static enum mu_err check_agent(const mu_roster *r, protobuf_c_boolean has,
                               const ProtobufCBinaryData *agent, const char *path,
                               struct mu_fault *fault)
{
    const struct mu_seat *seat = mu_roster_seat_named(r, has, agent);

    if (!has)
        return mu_roster_refuse(fault, MU_E_MISSING, "%s", path);
    if (seat == NULL)
        return mu_roster_refuse(fault, MU_E_BAD_REF, "%s", path);
    if (seat->member.is_broker)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "%s", path);
    return MU_OK;
}

static enum mu_err check_instance(protobuf_c_boolean has, uint64_t instance, const char *path,
                                  struct mu_fault *fault)
{
    return has && instance == 0 ? mu_roster_refuse(fault, MU_E_BAD_VALUE, "%s", path) : MU_OK;
}

/* ---- retire ---------------------------------------------------------------------------------- */

enum mu_err mu_retire_check(const mu_roster *r, const Muster__Retire *retire,
                            struct mu_fault *fault)
{
    const struct mu_seat *seat;
    enum mu_err err = check_agent(r, retire->has_agent, &retire->agent, "retire.agent", fault);

    if (err == MU_OK)
        err = check_instance(retire->has_instance, retire->instance, "retire.instance", fault);
    if (err != MU_OK)
        return err;
    for (size_t i = 0; i < retire->n_lanes; i++)
        if (!retire->lanes[i]->has_lane || retire->lanes[i]->lane >= MU_LANES)
            return mu_roster_refuse(fault, MU_E_BAD_VALUE, "retire.lanes[%zu].lane", i);
    seat = mu_roster_seat_named(r, true, &retire->agent);
    if (!retire->has_instance && seat->member.is_admin &&
        seat->member.standing == MU_STANDING_GOOD && mu_roster_admins(r) <= MU_ADMINS_MIN)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "retire.agent");
    return MU_OK;
}

enum mu_err mu_retire_apply(mu_roster *r, const Muster__Retire *retire)
{
    struct mu_seat *seat = mu_roster_seat_named(r, true, &retire->agent);
    struct mu_end end = {.instance = retire->has_instance ? retire->instance : 0};

    for (size_t i = 0; i < retire->n_lanes; i++)
        if (retire->lanes[i]->has_last_sequence)
            end.last[retire->lanes[i]->lane] = retire->lanes[i]->last_sequence;
    if (!retire->has_instance && seat->member.standing == MU_STANDING_GOOD)
        seat->member.standing = MU_STANDING_RETIRED;
    return add_end(r, seat, &end);
}

/* ---- compromised ----------------------------------------------------------------------------- */

enum mu_err mu_compromised_check(const mu_roster *r, const Muster__Compromised *c,
                                 struct mu_fault *fault)
{
    enum mu_err err = check_agent(r, c->has_agent, &c->agent, "compromised.agent", fault);

    if (err == MU_OK)
        err = check_instance(c->has_instance, c->instance, "compromised.instance", fault);
    return err;
}

enum mu_err mu_compromised_apply(mu_roster *r, const Muster__Compromised *c)
{
    struct mu_seat *seat = mu_roster_seat_named(r, true, &c->agent);
    struct mu_end end = {.instance = c->has_instance ? c->instance : 0, .compromised = true};

    if (!c->has_instance) {
        seat->member.standing = MU_STANDING_COMPROMISED;
        mu_proposals_drop_of(r, &seat->member.agent);
    }
    return add_end(r, seat, &end);
}

/* ---- asked on every message ------------------------------------------------------------------ */

enum mu_err mu_authority_standing(const mu_roster *roster, const struct mu_agent_id *agent,
                                  int64_t now_ms)
{
    const struct mu_seat *seat = mu_roster_seat(roster, agent);

    (void)
        now_ms; /* windows are the judge's: an enrolment that is over is refused for good, and said */
    if (seat == NULL)
        return MU_E_STRANGER;
    switch (seat->member.standing) {
    case MU_STANDING_GOOD:
        return MU_OK;
    case MU_STANDING_RETIRED:
        return MU_E_RETIRED;
    case MU_STANDING_COMPROMISED:
        return MU_E_COMPROMISED;
    }
    return MU_E_STRANGER;
}

/* Compromised beats everything; of retirements that name this instance or all, the newest counts. */
static enum mu_err ends_of(const mu_roster *r, const struct mu_seat *seat,
                           const struct mu_seal *seal)
{
    uint64_t last = seal->first_sequence + (seal->count - 1);
    enum mu_err err = MU_OK;
    bool retired = false;

    for (uint32_t i = seat->ends; i != MU_NO_ROW; i = r->end[i].next) {
        const struct mu_end *end = &r->end[i];

        if (end->instance != 0 && end->instance != seal->instance)
            continue;
        if (end->compromised)
            return MU_E_COMPROMISED;
        if (!retired && last > end->last[seal->lane])
            err = MU_E_RETIRED;
        retired = true;
    }
    return err;
}

enum mu_err mu_authority_seal_stands(const mu_roster *roster, const struct mu_seal *seal,
                                     int64_t now_ms)
{
    const struct mu_seat *seat = mu_roster_seat(roster, &seal->agent);
    uint32_t key = mu_index_find(&roster->by_key, seal->key.b, sizeof seal->key.b);

    (void)now_ms;
    if (!roster->begun || seat == NULL || key == MU_NO_ROW ||
        &roster->seat[roster->key[key].seat] != seat || seal->lane >= MU_LANES)
        return MU_E_STRANGER;
    if (!mu_hash_equal(&seal->origin, &roster->genesis.log))
        return MU_E_OTHER_LOG;
    if (seat->key != key)
        return MU_E_RETIRED;
    return ends_of(roster, seat, seal);
}
