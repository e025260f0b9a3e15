/* Genesis and enrolment: how the first and all later members come in. */
#include "proto/authority/inside.h"

#include <stdio.h>

#include "proto/authority/roles.h"
#include "proto/topic/area.h"

#define UTC_OFFSET_MIN_MAX (14 * 60)

static struct mu_newcomer from_admin_key(const Muster__AdminKey *a, const char *agency,
                                         const char *list, size_t index)
{
    struct mu_newcomer n = {
        .has_agent = a->has_agent,
        .has_sign_key = a->has_sign_key,
        .has_curve_key = a->has_curve_key,
        .agent = a->agent,
        .sign_key = a->sign_key,
        .curve_key = a->curve_key,
        .algorithm = a->has_algorithm ? (int)a->algorithm : 0,
        .agency = a->agency != NULL ? a->agency : agency,
        .program = "muster",
    };

    snprintf(n.path, sizeof n.path, "%s[%zu]", list, index);
    return n;
}

enum mu_err mu_roster_add_admins(mu_roster *r, Muster__AdminKey *const *admins, size_t count,
                                 const char *agency, const char *list, uint64_t number,
                                 struct mu_fault *fault)
{
    for (size_t i = 0; i < count; i++) {
        struct mu_newcomer n = from_admin_key(admins[i], agency, list, i);
        struct mu_seat *seat = NULL;
        enum mu_err err;

        if ((err = mu_newcomer_check(r, &n, fault)) != MU_OK ||
            (err = mu_newcomer_apply(r, &n, number, &seat)) != MU_OK)
            return err;
        seat->member.is_admin = true;
        if ((err = mu_grant_role(r, &seat->grants, MU_ROLE_ADMIN)) != MU_OK)
            return err;
    }
    return MU_OK;
}

/* ---- genesis --------------------------------------------------------------------------------- */

static struct mu_newcomer from_broker(const Muster__Event *event)
{
    const Muster__Genesis *g = event->genesis;
    struct mu_newcomer n = {
        .path = "genesis",
        .has_agent = g->has_broker_agent,
        .has_sign_key = g->has_log_key,
        .has_curve_key = g->has_broker_curve_key,
        .agent = g->broker_agent,
        .sign_key = g->log_key,
        .curve_key = g->broker_curve_key,
        .algorithm = g->has_algorithm ? (int)g->algorithm : 0,
        .agency = event->envelope == NULL ? NULL : event->envelope->agency,
        .program = "musterd",
    };

    return n;
}

static enum mu_err check_county(const Muster__Genesis *g, struct mu_fault *fault)
{
    const Muster__Name *name = g->county;

    if (g->area == NULL)
        return mu_roster_refuse(fault, MU_E_MISSING, "genesis.area");
    if (!mu_area_ok(bytes_of(g->area)) || strlen(g->area) >= MU_TOPIC_BYTES_MAX)
        return mu_roster_refuse(fault, MU_E_BAD_AREA, "genesis.area");
    if (name != NULL && name->en != NULL && strlen(name->en) >= MU_NAME_BYTES_MAX)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "genesis.county.en");
    if (name != NULL && name->zh != NULL && strlen(name->zh) >= MU_NAME_BYTES_MAX)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "genesis.county.zh");
    return MU_OK;
}

static enum mu_err check_terms(const Muster__Genesis *g, struct mu_fault *fault)
{
    if (!g->has_status)
        return mu_roster_refuse(fault, MU_E_MISSING, "genesis.status");
    if (g->status != MUSTER__STATUS__STATUS_ACTUAL && g->status != MUSTER__STATUS__STATUS_EXERCISE)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "genesis.status");
    if (g->has_clock_rate_milli && (g->clock_rate_milli < 0 || g->clock_rate_milli > UINT32_MAX))
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "genesis.clock_rate_milli");
    if (g->has_utc_offset_min &&
        (g->utc_offset_min < -UTC_OFFSET_MIN_MAX || g->utc_offset_min > UTC_OFFSET_MIN_MAX))
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "genesis.utc_offset_min");
    if (g->n_admins < MU_ADMINS_MIN)
        return mu_roster_refuse(fault, MU_E_MISSING, "genesis.admins");
    return MU_OK;
}

/* The broker, then the admins, each asked against those already in. */
static enum mu_err add_founders(mu_roster *r, const Muster__Event *event, struct mu_fault *fault)
{
    const Muster__Genesis *g = event->genesis;
    struct mu_newcomer broker = from_broker(event);
    struct mu_seat *seat = NULL;
    enum mu_err err;

    if ((err = mu_newcomer_check(r, &broker, fault)) != MU_OK ||
        (err = mu_newcomer_apply(r, &broker, 1, &seat)) != MU_OK)
        return err;
    seat->member.is_broker = true;
    return mu_roster_add_admins(r, g->admins, g->n_admins, broker.agency, "genesis.admins", 1,
                                fault);
}

enum mu_err mu_authority_genesis_check(const Muster__Event *event, struct mu_fault *fault)
{
    mu_roster *scratch = NULL;
    enum mu_err err;

    if (event->body_case != MUSTER__EVENT__BODY_GENESIS)
        return mu_roster_refuse(fault, MU_E_NO_KIND, "genesis");
    if ((err = check_county(event->genesis, fault)) != MU_OK ||
        (err = check_terms(event->genesis, fault)) != MU_OK ||
        (err = mu_roster_new(&scratch)) != MU_OK)
        return err;
    err = add_founders(scratch, event, fault);
    mu_roster_free(&scratch);
    return err;
}

void mu_roster_keep_ca(struct mu_genesis *out, protobuf_c_boolean has,
                       const ProtobufCBinaryData *ca)
{
    if (!has || ca->len > sizeof out->ca)
        return;
    memcpy(out->ca, ca->data, ca->len);
    out->ca_size = ca->len;
}

static void fill_genesis(struct mu_genesis *out, const Muster__Genesis *g)
{
    const Muster__Name *name = g->county;
    const char *en = name == NULL ? NULL : name->en;
    const char *zh = name == NULL ? NULL : name->zh;

    memcpy(out->log_key.b, g->log_key.data, sizeof out->log_key.b);
    out->broker = mu_public_id(&out->log_key);
    memcpy(out->broker_curve, g->broker_curve_key.data, sizeof out->broker_curve);
    mu_roster_keep_text(out->county, sizeof out->county, en != NULL ? en : zh);
    mu_roster_keep_text(out->county_zh, sizeof out->county_zh, zh != NULL ? zh : en);
    mu_roster_keep_text(out->area, sizeof out->area, g->area);
    out->status = (uint32_t)g->status;
    out->clock_start_ms = g->has_clock_start_ms ? g->clock_start_ms : 0;
    out->clock_rate_milli = g->has_clock_rate_milli ? (uint32_t)g->clock_rate_milli : 1000;
    if (g->has_clock_mode && g->clock_mode == MUSTER__CLOCK_MODE__CLOCK_MODE_STEP)
        out->clock_rate_milli = 0;
    out->offset_min = g->has_utc_offset_min ? g->utc_offset_min : 0;
    mu_roster_keep_ca(out, g->has_ca_certificate, &g->ca_certificate);
}

enum mu_err mu_genesis_apply(mu_roster *r, const Muster__Event *event, const struct mu_hash *log)
{
    enum mu_err err = mu_authority_genesis_check(event, NULL);

    if (err != MU_OK)
        return err;
    r->genesis.log = *log;
    fill_genesis(&r->genesis, event->genesis);
    r->begun = true;
    return add_founders(r, event, NULL);
}

/* ---- enrolment ------------------------------------------------------------------------------- */

static struct mu_newcomer from_enrolment(const Muster__Enrolment *e)
{
    struct mu_newcomer n = {
        .path = "enrolment",
        .has_agent = e->has_agent,
        .has_sign_key = e->has_sign_key,
        .has_curve_key = e->has_curve_key,
        .agent = e->agent,
        .sign_key = e->sign_key,
        .curve_key = e->curve_key,
        .algorithm = e->has_algorithm ? (int)e->algorithm : 0,
        .agency = e->agency,
        .program = e->program,
    };

    return n;
}

static enum mu_err check_roles(const mu_roster *r, const Muster__Enrolment *e,
                               struct mu_fault *fault)
{
    for (size_t i = 0; i < e->n_roles; i++)
        if (!mu_role_known_now(r, e->roles[i]))
            return mu_roster_refuse(fault, MU_E_BAD_VALUE, "enrolment.roles[%zu]", i);
    return MU_OK;
}

static enum mu_err check_grants(const mu_roster *r, const Muster__Enrolment *e,
                                struct mu_fault *fault)
{
    enum mu_err err = MU_OK;

    for (size_t i = 0; err == MU_OK && i < e->n_grants; i++) {
        char path[MU_PATH_BYTES_MAX];

        snprintf(path, sizeof path, "enrolment.grants[%zu]", i);
        err = mu_grant_check(r, e->grants[i], path, true, fault);
    }
    return err;
}

enum mu_err mu_enrolment_check(const mu_roster *r, const Muster__Enrolment *e,
                               struct mu_fault *fault)
{
    struct mu_newcomer n = from_enrolment(e);
    enum mu_err err;

    if (mu_enrolment_renews(e))
        return mu_renewal_check(r, e, fault);
    err = mu_newcomer_check(r, &n, fault);
    if (err == MU_OK)
        err = check_roles(r, e, fault);
    if (err == MU_OK)
        err = check_grants(r, e, fault);
    if (err == MU_OK)
        err = mu_certified_check(r, e, fault);
    if (err != MU_OK)
        return err;
    if (e->has_replaces_agent && mu_roster_seat_named(r, true, &e->replaces_agent) == NULL)
        return mu_roster_refuse(fault, MU_E_BAD_REF, "enrolment.replaces_agent");
    if (e->has_not_before_ms && e->has_not_after_ms && e->not_after_ms <= e->not_before_ms)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "enrolment.not_after_ms");
    return MU_OK;
}

bool mu_enrolment_of_admin(const Muster__Enrolment *e)
{
    if (e->has_admin && e->admin)
        return true;
    for (size_t i = 0; i < e->n_roles; i++)
        if (strcmp(e->roles[i], MU_ROLE_ADMIN) == 0)
            return true;
    return false;
}

static void fill_terms(struct mu_member *m, const Muster__Enrolment *e)
{
    m->is_admin = mu_enrolment_of_admin(e);
    m->is_command = e->has_command && e->command;
    m->is_desk = e->has_desk && e->desk;
    m->not_before_ms = e->has_not_before_ms ? e->not_before_ms : 0;
    m->not_after_ms = e->has_not_after_ms ? e->not_after_ms : 0;
}

enum mu_err mu_enrolment_apply(mu_roster *r, const Muster__Enrolment *e, uint64_t number)
{
    struct mu_newcomer n = from_enrolment(e);
    struct mu_seat *seat = NULL;
    enum mu_err err;

    if (mu_enrolment_renews(e)) {
        mu_renewal_apply(r, e);
        return MU_OK;
    }
    if ((err = mu_newcomer_apply(r, &n, number, &seat)) != MU_OK)
        return err;
    fill_terms(&seat->member, e);
    mu_certified_apply(r, e, &seat->member);
    if (seat->member.is_admin)
        err = mu_grant_role(r, &seat->grants, MU_ROLE_ADMIN);
    for (size_t i = 0; err == MU_OK && i < e->n_roles; i++)
        err = mu_grant_role(r, &seat->grants, e->roles[i]);
    for (size_t i = 0; err == MU_OK && i < e->n_grants; i++)
        err = mu_grant_apply(r, e->grants[i], seat);
    return err;
}
