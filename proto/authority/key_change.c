/* A change of keys: admins come and go, the CA, the log's key and the broker's CURVE key are replaced. It
 * always needs two seals. Old keys stay on file, for reading what they signed. */
#include "proto/authority/inside.h"

static enum mu_err bad(struct mu_fault *fault, enum mu_err code, const char *field)
{
    return mu_roster_refuse(fault, code, "key_change.%s", field);
}

static enum mu_err remove_admins(mu_roster *r, const Muster__KeyChange *change,
                                 struct mu_fault *fault)
{
    for (size_t i = 0; i < change->n_remove_admins; i++) {
        struct mu_seat *seat = mu_roster_seat_named(r, true, &change->remove_admins[i]);

        if (seat == NULL || !seat->member.is_admin)
            return mu_roster_refuse(fault, MU_E_BAD_REF, "key_change.remove_admins[%zu]", i);
        seat->member.is_admin = false;
        seat->grants = MU_NO_ROW;
    }
    /* With one admin nothing that needs two seals could ever stand again. */
    if (change->n_remove_admins > 0 && mu_roster_admins(r) < MU_ADMINS_MIN)
        return bad(fault, MU_E_BAD_VALUE, "remove_admins");
    return MU_OK;
}

static bool is_removed(const Muster__KeyChange *change, const Muster__Retire *end)
{
    for (size_t i = 0; end->has_agent && i < change->n_remove_admins; i++)
        if (end->agent.len == change->remove_admins[i].len &&
            memcmp(end->agent.data, change->remove_admins[i].data, end->agent.len) == 0)
            return true;
    return false;
}

/* An admin who is removed only loses the office; one whose key is replaced also says how far it stands. */
static enum mu_err end_removed(mu_roster *r, const Muster__KeyChange *change,
                               struct mu_fault *fault)
{
    for (size_t i = 0; i < change->n_ends; i++) {
        enum mu_err err;

        if (!is_removed(change, change->ends[i]) ||
            mu_retire_check(r, change->ends[i], NULL) != MU_OK)
            return mu_roster_refuse(fault, MU_E_BAD_VALUE, "key_change.ends[%zu]", i);
        if ((err = mu_retire_apply(r, change->ends[i])) != MU_OK)
            return err;
    }
    return MU_OK;
}

static enum mu_err change_ca(mu_roster *r, const ProtobufCBinaryData *ca, struct mu_fault *fault)
{
    int64_t until_ms;

    if (mu_certificate_authority_look((struct mu_bytes){ca->data, ca->len}, &until_ms) != MU_OK)
        return bad(fault, MU_E_BAD_VALUE, "ca_certificate");
    mu_roster_keep_ca(&r->genesis, true, ca);
    mu_certified_outlive(r);
    return MU_OK;
}

static enum mu_err change_log_key(mu_roster *r, const ProtobufCBinaryData *key,
                                  struct mu_fault *fault)
{
    struct mu_seat *broker = mu_roster_seat(r, &r->genesis.broker);
    struct mu_public public;
    struct mu_agent_id id;
    enum mu_err err;

    if (key->len != sizeof public.b)
        return bad(fault, MU_E_BAD_VALUE, "log_key");
    memcpy(public.b, key->data, sizeof public.b);
    id = mu_public_id(&public);
    if (mu_index_find(&r->by_key, id.b, sizeof id.b) != MU_NO_ROW)
        return bad(fault, MU_E_ENROL_CLASH, "log_key");
    err = mu_roster_add_key(r, (uint32_t)(broker - r->seat), &public, &broker->key);
    if (err == MU_E_BAD_KEY)
        return bad(fault, MU_E_BAD_VALUE, "log_key");
    broker->member.public = public;
    return err;
}

static enum mu_err change_broker_curve(mu_roster *r, const ProtobufCBinaryData *key,
                                       struct mu_fault *fault)
{
    struct mu_seat *broker = mu_roster_seat(r, &r->genesis.broker);
    enum mu_err err;

    if (key->len != MU_CURVE_BYTES)
        return bad(fault, MU_E_BAD_VALUE, "broker_curve_key");
    if (mu_index_find(&r->by_curve, key->data, MU_CURVE_BYTES) != MU_NO_ROW)
        return bad(fault, MU_E_ENROL_CLASH, "broker_curve_key");
    if ((err = mu_index_put(&r->by_curve, broker->member.curve, MU_CURVE_BYTES, MU_NO_ROW)) !=
            MU_OK ||
        (err = mu_index_put(&r->by_curve, key->data, MU_CURVE_BYTES,
                            (uint32_t)(broker - r->seat))) != MU_OK)
        return err;
    memcpy(broker->member.curve, key->data, MU_CURVE_BYTES);
    memcpy(r->genesis.broker_curve, key->data, MU_CURVE_BYTES);
    return MU_OK;
}

static enum mu_err change_keys(mu_roster *r, const Muster__KeyChange *change, uint64_t number,
                               struct mu_fault *fault)
{
    const char *agency = mu_roster_seat(r, &r->genesis.broker)->member.agency;
    char own[MU_NAME_BYTES_MAX];
    enum mu_err err;

    mu_roster_keep_text(own, sizeof own, agency); /* the seat may move as others come */
    err = mu_roster_add_admins(r, change->add_admins, change->n_add_admins, own,
                               "key_change.add_admins", number, fault);
    if (err == MU_OK)
        err = remove_admins(r, change, fault);
    if (err == MU_OK)
        err = end_removed(r, change, fault);
    if (err == MU_OK && change->has_log_key)
        err = change_log_key(r, &change->log_key, fault);
    if (err == MU_OK && change->has_ca_certificate)
        err = change_ca(r, &change->ca_certificate, fault);
    if (err == MU_OK && change->has_broker_curve_key)
        err = change_broker_curve(r, &change->broker_curve_key, fault);
    return err;
}

/* Rare enough to be tried out: on a copy, with every check in its place. */
enum mu_err mu_key_change_check(const mu_roster *r, const Muster__KeyChange *change,
                                struct mu_fault *fault)
{
    mu_roster *scratch = NULL;
    enum mu_err err = mu_roster_copy(r, &scratch);

    if (err == MU_OK)
        err = change_keys(scratch, change, 0, fault);
    mu_roster_free(&scratch);
    return err;
}

enum mu_err mu_key_change_apply(mu_roster *r, const Muster__KeyChange *change, uint64_t number)
{
    return change_keys(r, change, number, NULL);
}
