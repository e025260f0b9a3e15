/* Whoever comes into the roster, by genesis, enrolment or change of keys, comes in here: keys of the
 * right shape, nobody else's, filed under agent, key and CURVE key. */
#include "proto/authority/inside.h"

#include <stdlib.h>

/* An Ed25519 key that can be used, and not a weak one. */
static enum mu_err check_sign_key(const struct mu_newcomer *n, struct mu_fault *fault)
{
    struct mu_public public;
    mu_verifier *v = NULL;
    enum mu_err err;

    if (!n->has_sign_key)
        return mu_roster_refuse(fault, MU_E_MISSING, "%s.sign_key", n->path);
    if (n->algorithm != 0 && n->algorithm != MUSTER__KEY_ALGORITHM__KEY_ALGORITHM_ED25519_SHA256)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "%s.algorithm", n->path);
    if (n->sign_key.len != sizeof public.b)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "%s.sign_key", n->path);
    memcpy(public.b, n->sign_key.data, sizeof public.b);
    err = mu_verifier_open(&public, &v);
    mu_verifier_close(&v);
    if (err == MU_E_BAD_KEY)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "%s.sign_key", n->path);
    return err;
}

static enum mu_err check_curve_key(const struct mu_newcomer *n, struct mu_fault *fault)
{
    static const uint8_t none[MU_CURVE_BYTES];

    if (!n->has_curve_key)
        return mu_roster_refuse(fault, MU_E_MISSING, "%s.curve_key", n->path);
    if (n->curve_key.len != MU_CURVE_BYTES || memcmp(n->curve_key.data, none, MU_CURVE_BYTES) == 0)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "%s.curve_key", n->path);
    return MU_OK;
}

static struct mu_agent_id newcomer_id(const struct mu_newcomer *n)
{
    struct mu_public public;

    memcpy(public.b, n->sign_key.data, sizeof public.b);
    return mu_public_id(&public);
}

/* The agent is named by its key, so a name that is given must be that one. */
static enum mu_err check_names(const struct mu_newcomer *n, struct mu_fault *fault)
{
    struct mu_agent_id id = newcomer_id(n);

    if (n->has_agent &&
        (n->agent.len != sizeof id.b || memcmp(n->agent.data, id.b, sizeof id.b) != 0))
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "%s.agent", n->path);
    if (n->agency == NULL)
        return mu_roster_refuse(fault, MU_E_MISSING, "%s.agency", n->path);
    if (!mu_roster_code_ok(n->agency))
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "%s.agency", n->path);
    if (n->program != NULL && strlen(n->program) >= MU_NAME_BYTES_MAX)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "%s.program", n->path);
    return MU_OK;
}

/* A key once enrolled is taken for ever, also when it is retired: its past must stay attributable. */
static enum mu_err check_nobody_elses(const mu_roster *r, const struct mu_newcomer *n,
                                      struct mu_fault *fault)
{
    struct mu_agent_id id = newcomer_id(n);

    if (mu_index_find(&r->by_key, id.b, sizeof id.b) != MU_NO_ROW ||
        mu_index_find(&r->by_agent, id.b, sizeof id.b) != MU_NO_ROW)
        return mu_roster_refuse(fault, MU_E_ENROL_CLASH, "%s.sign_key", n->path);
    if (mu_index_find(&r->by_curve, n->curve_key.data, MU_CURVE_BYTES) != MU_NO_ROW)
        return mu_roster_refuse(fault, MU_E_ENROL_CLASH, "%s.curve_key", n->path);
    return MU_OK;
}

enum mu_err mu_newcomer_check(const mu_roster *r, const struct mu_newcomer *n,
                              struct mu_fault *fault)
{
    enum mu_err err = check_sign_key(n, fault);

    if (err == MU_OK)
        err = check_curve_key(n, fault);
    if (err == MU_OK)
        err = check_names(n, fault);
    if (err == MU_OK)
        err = check_nobody_elses(r, n, fault);
    return err;
}

enum mu_err mu_roster_add_key(mu_roster *r, uint32_t seat, const struct mu_public *public,
                              uint32_t *row)
{
    struct mu_key_row *more = mu_roster_grown(r->key, &r->key_room, r->keys, sizeof *more);
    enum mu_err err;

    if (more == NULL)
        return MU_E_NO_MEMORY;
    r->key = more;
    more = &r->key[r->keys];
    *more = (struct mu_key_row){.id = mu_public_id(public), .seat = seat};
    if ((err = mu_verifier_open(public, &more->verifier)) != MU_OK)
        return err;
    *row = (uint32_t)r->keys++;
    return mu_index_put(&r->by_key, more->id.b, sizeof more->id.b, *row);
}

static void fill_member(struct mu_member *m, const struct mu_newcomer *n, uint64_t number)
{
    m->agent = newcomer_id(n);
    mu_roster_keep_text(m->agency, sizeof m->agency, n->agency);
    mu_roster_keep_text(m->program, sizeof m->program, n->program);
    memcpy(m->curve, n->curve_key.data, sizeof m->curve);
    memcpy(m->public.b, n->sign_key.data, sizeof m->public.b);
    m->standing = MU_STANDING_GOOD;
    m->enrolled_at = number;
}

enum mu_err mu_newcomer_apply(mu_roster *r, const struct mu_newcomer *n, uint64_t number,
                              struct mu_seat **seat)
{
    struct mu_seat *more = mu_roster_grown(r->seat, &r->seat_room, r->seats, sizeof *more);
    uint32_t row = (uint32_t)r->seats;
    enum mu_err err;

    if (more == NULL)
        return MU_E_NO_MEMORY;
    r->seat = more;
    more = &r->seat[row];
    *more = (struct mu_seat){.grants = MU_NO_ROW, .ends = MU_NO_ROW};
    fill_member(&more->member, n, number);
    r->seats++;
    if ((err = mu_roster_agency(r, n->agency, &more->agency)) != MU_OK ||
        (err = mu_roster_add_key(r, row, &more->member.public, &more->key)) != MU_OK ||
        (err = mu_index_put(&r->by_agent, more->member.agent.b, sizeof more->member.agent.b,
                            row)) != MU_OK ||
        (err = mu_index_put(&r->by_curve, more->member.curve, MU_CURVE_BYTES, row)) != MU_OK)
        return err;
    *seat = more;
    return MU_OK;
}
