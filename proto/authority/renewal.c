/* What a certificate says of a member, and how its term goes on: an enrolment that replaces itself. It
 * repeats keys, agency and offices, because whoever reads the newest enrolment of an agent must find all
 * of its terms there; what it grants was granted before, and is not granted again. */
#include "proto/authority/inside.h"

/* ---- certificates ---------------------------------------------------------------------------- */

static enum mu_err read_certificate(const mu_roster *r, const Muster__Enrolment *e,
                                    struct mu_certificate *out)
{
    return mu_certificate_read((struct mu_bytes){e->certificate.data, e->certificate.len},
                               (struct mu_bytes){r->genesis.ca, r->genesis.ca_size}, out);
}

enum mu_err mu_certified_check(const mu_roster *r, const Muster__Enrolment *e,
                               struct mu_fault *fault)
{
    char uri[MU_CERTIFICATE_URI_MAX];
    struct mu_certificate c;
    struct mu_agent_id id;

    if (!e->has_certificate)
        return MU_OK;
    if (read_certificate(r, e, &c) != MU_OK ||
        memcmp(c.key.b, e->sign_key.data, sizeof c.key.b) != 0 ||
        memcmp(c.curve, e->curve_key.data, sizeof c.curve) != 0)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "enrolment.certificate");
    id = mu_public_id(&c.key);
    mu_certificate_uri(r->genesis.area, &id, uri);
    if (strcmp(uri, c.uri) != 0)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "enrolment.certificate");
    return MU_OK;
}

void mu_certified_apply(const mu_roster *r, const Muster__Enrolment *e, struct mu_member *member)
{
    struct mu_certificate c;

    if (!e->has_certificate || read_certificate(r, e, &c) != MU_OK)
        return;
    member->certificate_until_ms = c.until_ms;
    member->certificate_outlived = false;
}

void mu_certified_outlive(mu_roster *r)
{
    for (size_t i = 0; i < r->seats; i++)
        r->seat[i].member.certificate_outlived = r->seat[i].member.certificate_until_ms != 0;
}

/* ---- renewal --------------------------------------------------------------------------------- */

bool mu_enrolment_renews(const Muster__Enrolment *e)
{
    return e->has_agent && e->has_replaces_agent && e->agent.len == e->replaces_agent.len &&
           memcmp(e->agent.data, e->replaces_agent.data, e->agent.len) == 0;
}

static int64_t begin_of(const Muster__Enrolment *e)
{
    return e->has_not_before_ms ? e->not_before_ms : 0;
}

static int64_t end_of(const Muster__Enrolment *e)
{
    return e->has_not_after_ms ? e->not_after_ms : 0;
}

static bool moves_term(const struct mu_member *m, const Muster__Enrolment *e)
{
    return begin_of(e) != m->not_before_ms || end_of(e) != m->not_after_ms;
}

bool mu_renewal_needs_two(const mu_roster *r, const Muster__Enrolment *e)
{
    const struct mu_seat *seat = mu_roster_seat_named(r, e->has_agent, &e->agent);

    return seat != NULL && (seat->member.is_admin || seat->member.is_command) &&
           moves_term(&seat->member, e);
}

static bool has_key(protobuf_c_boolean has, const ProtobufCBinaryData *said, const uint8_t *key)
{
    return has && said->len == 32 && memcmp(said->data, key, 32) == 0;
}

/* Whose it is, and what else the newest enrolment would make people believe of him. */
static enum mu_err check_same(const struct mu_member *m, const Muster__Enrolment *e,
                              struct mu_fault *fault)
{
    const char *wrong = NULL;

    if (!has_key(e->has_sign_key, &e->sign_key, m->public.b))
        wrong = "sign_key";
    else if (!has_key(e->has_curve_key, &e->curve_key, m->curve))
        wrong = "curve_key";
    else if (e->agency == NULL || strcmp(e->agency, m->agency) != 0)
        wrong = "agency";
    else if (mu_enrolment_of_admin(e) != m->is_admin)
        wrong = "admin";
    else if ((e->has_command && e->command) != m->is_command)
        wrong = "command";
    else if ((e->has_desk && e->desk) != m->is_desk)
        wrong = "desk";
    return wrong == NULL ? MU_OK : mu_roster_refuse(fault, MU_E_BAD_VALUE, "enrolment.%s", wrong);
}

static bool holds_role(const mu_roster *r, const struct mu_seat *seat, const char *role)
{
    for (uint32_t i = seat->grants; i != MU_NO_ROW; i = r->grant[i].next)
        if (strcmp(r->grant[i].role, role) == 0)
            return true;
    return false;
}

static enum mu_err check_roles_held(const mu_roster *r, const struct mu_seat *seat,
                                    const Muster__Enrolment *e, struct mu_fault *fault)
{
    for (size_t i = 0; i < e->n_roles; i++)
        if (!holds_role(r, seat, e->roles[i]))
            return mu_roster_refuse(fault, MU_E_BAD_VALUE, "enrolment.roles[%zu]", i);
    return MU_OK;
}

enum mu_err mu_renewal_check(const mu_roster *r, const Muster__Enrolment *e, struct mu_fault *fault)
{
    const struct mu_seat *seat = mu_roster_seat_named(r, true, &e->agent);
    enum mu_err err;

    /* The broker's own key has no certificate, and what has ended is not brought back. */
    if (seat == NULL || seat->member.is_broker || seat->member.standing != MU_STANDING_GOOD)
        return mu_roster_refuse(fault, MU_E_BAD_REF, "enrolment.replaces_agent");
    if ((err = check_same(&seat->member, e, fault)) != MU_OK ||
        (err = check_roles_held(r, seat, e, fault)) != MU_OK)
        return err;
    if (!e->has_certificate && !moves_term(&seat->member, e))
        return mu_roster_refuse(fault, MU_E_MISSING, "enrolment.certificate");
    if (begin_of(e) != 0 && end_of(e) != 0 && end_of(e) <= begin_of(e))
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "enrolment.not_after_ms");
    return mu_certified_check(r, e, fault);
}

void mu_renewal_apply(mu_roster *r, const Muster__Enrolment *e)
{
    struct mu_member *m = &mu_roster_seat_named(r, true, &e->agent)->member;

    m->not_before_ms = begin_of(e);
    m->not_after_ms = end_of(e);
    mu_certified_apply(r, e, m);
}
