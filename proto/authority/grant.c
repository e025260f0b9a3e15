/* Grants: rows that say who may do what where and when. A later row on the same kind and area beats an
 * earlier one, so that a revocation is a row like any other and nothing is ever deleted. */
#include "proto/authority/inside.h"

#include "proto/authority/roles.h"
#include "proto/topic/area.h"
#include "proto/wire/event.h"

#define EVERY_KIND "*"

/* ---- roles ----------------------------------------------------------------------------------- */

struct mu_kinds mu_role_kinds_now(const mu_roster *r, const char *role)
{
    struct mu_kinds kinds = {{0}};
    bool mapped = false;

    for (size_t i = 0; i < r->holdings; i++) {
        const struct mu_holding *h = &r->holding[i];

        if (!h->has_kinds || strcmp(h->role, role) != 0)
            continue;
        for (size_t w = 0; w < sizeof kinds.bit / sizeof kinds.bit[0]; w++)
            kinds.bit[w] |= h->kinds.bit[w];
        mapped = true;
    }
    if (!mapped)
        mu_role_kinds(role, &kinds);
    return kinds;
}

bool mu_role_known_now(const mu_roster *r, const char *role)
{
    if (strlen(role) >= MU_NAME_BYTES_MAX)
        return false;
    for (size_t i = 0; i < r->holdings; i++)
        if (strcmp(r->holding[i].role, role) == 0)
            return true;
    return mu_role_known(role);
}

bool mu_authority_role_known(const mu_roster *roster, const char *role)
{
    return mu_role_known_now(roster, role);
}

static void follow_role(const mu_roster *r, struct mu_grant *row)
{
    struct mu_kinds kinds = mu_role_kinds_now(r, row->role);

    row->kinds = mu_kinds_part(&kinds, row->reference_part);
}

void mu_grants_follow_roles(mu_roster *r)
{
    for (size_t i = 0; i < r->grants; i++)
        if (r->grant[i].role[0] != '\0')
            follow_role(r, &r->grant[i]);
}

/* ---- adding rows ----------------------------------------------------------------------------- */

/* Puts a copy of `row` at the head of `list`. */
static enum mu_err add_row(mu_roster *r, uint32_t *list, const struct mu_grant *row)
{
    struct mu_grant *more = mu_roster_grown(r->grant, &r->grant_room, r->grants, sizeof *more);

    if (more == NULL)
        return MU_E_NO_MEMORY;
    r->grant = more;
    more[r->grants] = *row;
    more[r->grants].next = *list;
    *list = (uint32_t)r->grants++;
    return MU_OK;
}

/* A row that follows a role is two: what it says of the county, and of things outside. */
static enum mu_err add_role_rows(mu_roster *r, uint32_t *list, struct mu_grant row,
                                 bool area_is_said)
{
    enum mu_err err;

    row.reference_part = false;
    follow_role(r, &row);
    if ((err = add_row(r, list, &row)) != MU_OK)
        return err;
    row.reference_part = true;
    follow_role(r, &row);
    if (!area_is_said)
        row.area[0] = '\0';
    return add_row(r, list, &row);
}

enum mu_err mu_grant_role(mu_roster *r, uint32_t *list, const char *role)
{
    struct mu_grant row = {.publish = MU_GIVES};

    mu_roster_keep_text(row.role, sizeof row.role, role);
    mu_roster_keep_text(row.area, sizeof row.area, r->genesis.area);
    return add_role_rows(r, list, row, false);
}

/* ---- a grant as it is published -------------------------------------------------------------- */

static enum mu_err check_kinds(const Muster__Grant *g, const char *path, struct mu_fault *fault)
{
    struct mu_kinds grantable = mu_kinds_grantable();

    for (size_t i = 0; i < g->n_kinds; i++)
        if (strcmp(g->kinds[i], EVERY_KIND) != 0 &&
            !mu_kinds_have(&grantable, mu_kind_number(g->kinds[i])))
            return mu_roster_refuse(fault, MU_E_BAD_VALUE, "%s.kinds[%zu]", path, i);
    return MU_OK;
}

static enum mu_err check_what(const mu_roster *r, const Muster__Grant *g, const char *path,
                              struct mu_fault *fault)
{
    if (g->n_kinds == 0 && g->role == NULL)
        return mu_roster_refuse(fault, MU_E_MISSING, "%s.kinds", path);
    if (g->role != NULL && !mu_role_known_now(r, g->role))
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "%s.role", path);
    if (!g->has_may_publish && !g->has_may_read && !(g->has_revoked && g->revoked))
        return mu_roster_refuse(fault, MU_E_MISSING, "%s.may_publish", path);
    if (g->has_valid_from_ms && g->has_valid_until_ms && g->valid_until_ms <= g->valid_from_ms)
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "%s.valid_until_ms", path);
    for (size_t i = 0; i < g->n_areas; i++)
        if (!mu_area_ok(bytes_of(g->areas[i])) || strlen(g->areas[i]) > MU_TOPIC_BYTES_MAX)
            return mu_roster_refuse(fault, MU_E_BAD_AREA, "%s.areas[%zu]", path, i);
    return check_kinds(g, path, fault);
}

/* A grant of its own names an agency, or an agent, or an agent with the agency it belongs to. One in
 * an enrolment is for the newcomer; when it says so itself, it must not say otherwise (apply asks). */
static enum mu_err check_grantee(const mu_roster *r, const Muster__Grant *g, const char *path,
                                 struct mu_fault *fault)
{
    const struct mu_seat *seat = mu_roster_seat_named(r, g->has_agent, &g->agent);

    if (g->agency == NULL && !g->has_agent)
        return mu_roster_refuse(fault, MU_E_MISSING, "%s.agency", path);
    if (g->agency != NULL && !mu_roster_code_ok(g->agency))
        return mu_roster_refuse(fault, MU_E_BAD_VALUE, "%s.agency", path);
    if (g->has_agent && seat == NULL)
        return mu_roster_refuse(fault, MU_E_BAD_REF, "%s.agent", path);
    if (seat != NULL && g->agency != NULL && strcmp(g->agency, seat->member.agency) != 0)
        return mu_roster_refuse(fault, MU_E_BAD_REF, "%s.agency", path);
    return MU_OK;
}

enum mu_err mu_grant_check(const mu_roster *r, const Muster__Grant *g, const char *path,
                           bool nested, struct mu_fault *fault)
{
    enum mu_err err = check_what(r, g, path, fault);

    if (err == MU_OK && !nested)
        err = check_grantee(r, g, path, fault);
    return err;
}

static enum mu_gives given(protobuf_c_boolean has, protobuf_c_boolean may, bool revoked)
{
    if (!has)
        return MU_SILENT;
    return may && !revoked ? MU_GIVES : MU_TAKES;
}

static struct mu_grant row_of(const Muster__Grant *g)
{
    struct mu_grant row = {.next = MU_NO_ROW};
    bool revoked = g->has_revoked && g->revoked;

    row.publish = given(g->has_may_publish, g->may_publish, revoked);
    row.read = given(g->has_may_read, g->may_read, revoked);
    /* A revocation that does not say of what means the right to speak. */
    if (revoked && !g->has_may_publish && !g->has_may_read)
        row.publish = MU_TAKES;
    row.from_ms = g->has_valid_from_ms ? g->valid_from_ms : 0;
    row.until_ms = g->has_valid_until_ms ? g->valid_until_ms : 0;
    for (size_t i = 0; i < g->n_kinds; i++) {
        if (strcmp(g->kinds[i], EVERY_KIND) == 0)
            row.kinds = mu_kinds_grantable();
        else
            mu_kinds_add(&row.kinds, mu_kind_number(g->kinds[i]));
    }
    if (g->n_kinds == 0)
        mu_roster_keep_text(row.role, sizeof row.role, g->role);
    return row;
}

static enum mu_err add_grant(mu_roster *r, uint32_t *list, struct mu_grant *row, const char *area,
                             bool area_is_said)
{
    mu_roster_keep_text(row->area, sizeof row->area, area);
    if (row->role[0] != '\0')
        return add_role_rows(r, list, *row, area_is_said);
    return add_row(r, list, row);
}

enum mu_err mu_grant_apply(mu_roster *r, const Muster__Grant *g, struct mu_seat *seat)
{
    struct mu_grant row = row_of(g);
    enum mu_err err = MU_OK;
    uint32_t agency, *list;

    if (seat == NULL)
        seat = mu_roster_seat_named(r, g->has_agent, &g->agent);
    if (seat == NULL && (err = mu_roster_agency(r, g->agency, &agency)) != MU_OK)
        return err;
    list = seat != NULL ? &seat->grants : &r->agency[agency].grants;
    if (g->n_areas == 0)
        return add_grant(r, list, &row, r->genesis.area, false);
    for (size_t i = 0; err == MU_OK && i < g->n_areas; i++)
        err = add_grant(r, list, &row, g->areas[i], true);
    return err;
}

/* ---- grants asked ---------------------------------------------------------------------------- */

struct question {
    const mu_roster *r;
    uint32_t kind;
    struct mu_bytes area;
    int64_t now_ms;
    bool to_read;
};

/* The newest row of a list that answers, MU_NO_ROW for none; `seen` keeps how near the others came. */
static uint32_t newest(const struct question *q, uint32_t list, enum mu_grant_answer *seen)
{
    for (uint32_t i = list; i != MU_NO_ROW; i = q->r->grant[i].next) {
        const struct mu_grant *g = &q->r->grant[i];
        enum mu_grant_answer near = MU_GRANT_NO_KIND;

        if ((q->to_read ? g->read : g->publish) == MU_SILENT || !mu_kinds_have(&g->kinds, q->kind))
            continue;
        if (!mu_area_within(q->area, bytes_of(g->area)))
            near = MU_GRANT_NO_AREA;
        else if (!window_open(g->from_ms, g->until_ms, q->now_ms))
            near = MU_GRANT_ENDED;
        else
            return i;
        if (near > *seen)
            *seen = near;
    }
    return MU_NO_ROW;
}

static enum mu_grant_answer ask(const struct question *q, const struct mu_seat *seat)
{
    enum mu_grant_answer seen = MU_GRANT_NO_KIND;
    uint32_t own = newest(q, seat->grants, &seen);
    uint32_t agencys = newest(q, q->r->agency[seat->agency].grants, &seen);
    uint32_t row = own;

    if (own == MU_NO_ROW || (agencys != MU_NO_ROW && agencys > own))
        row = agencys;
    if (row == MU_NO_ROW)
        return seen;
    if ((q->to_read ? q->r->grant[row].read : q->r->grant[row].publish) == MU_TAKES)
        return MU_GRANT_TAKEN;
    return MU_GRANT_GIVEN;
}

enum mu_grant_answer mu_grant_to_publish(const mu_roster *r, const struct mu_seat *seat,
                                         uint32_t kind, struct mu_bytes area, int64_t now_ms)
{
    return ask(&(struct question){r, kind, area, now_ms, false}, seat);
}

enum mu_grant_answer mu_grant_to_read(const mu_roster *r, const struct mu_seat *seat, uint32_t kind,
                                      struct mu_bytes area, int64_t now_ms)
{
    return ask(&(struct question){r, kind, area, now_ms, true}, seat);
}
