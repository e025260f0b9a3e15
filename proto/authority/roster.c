/* A roster's life, and looking things up in it. */
#include "proto/authority/inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/sign/digest.h"
#include "proto/topic/area.h"

enum mu_err mu_roster_new(mu_roster **out)
{
    *out = calloc(1, sizeof **out);
    return *out == NULL ? MU_E_NO_MEMORY : MU_OK;
}

void mu_roster_free(mu_roster **roster)
{
    mu_roster *r = *roster;

    if (r == NULL)
        return;
    for (size_t i = 0; i < r->keys; i++)
        mu_verifier_close(&r->key[i].verifier);
    mu_proposals_free(r);
    mu_index_free(&r->by_agent);
    mu_index_free(&r->by_curve);
    mu_index_free(&r->by_key);
    mu_index_free(&r->by_agency);
    free(r->seat);
    free(r->agency);
    free(r->key);
    free(r->grant);
    free(r->end);
    free(r->holding);
    free(r);
    *roster = NULL;
}

/* ---- small things ---------------------------------------------------------------------------- */

enum mu_err mu_roster_refuse(struct mu_fault *fault, enum mu_err code, const char *path, ...)
{
    va_list args;

    if (fault == NULL)
        return code;
    fault->code = code;
    va_start(args, path);
    vsnprintf(fault->path, sizeof fault->path, path, args);
    va_end(args);
    return code;
}

void *mu_roster_grown(void *rows, size_t *room, size_t count, size_t row_bytes)
{
    size_t wanted = *room == 0 ? 16 : 2 * *room;
    void *more = rows;

    if (count < *room)
        return rows;
    more = realloc(rows, wanted * row_bytes);
    if (more != NULL)
        *room = wanted;
    return more;
}

void mu_roster_keep_text(char *out, size_t size, const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);

    MU_CHECK(length < size);
    memcpy(out, text == NULL ? "" : text, length);
    out[length] = '\0';
}

bool mu_roster_code_ok(const char *code)
{
    size_t size = strlen(code);

    if (size == 0 || size >= MU_NAME_BYTES_MAX)
        return false;
    for (const char *c = code; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr(",=\"", *c) != NULL)
            return false;
    return true;
}

/* Codes may be longer than a table's keys, so their digests stand in for them. */
enum mu_err mu_roster_agency(mu_roster *r, const char *code, uint32_t *row)
{
    struct mu_agency *more;
    struct mu_hash name;

    mu_sha256(code, strlen(code), &name);
    *row = mu_index_find(&r->by_agency, name.b, sizeof name.b);
    if (*row != MU_NO_ROW)
        return MU_OK;
    more = mu_roster_grown(r->agency, &r->agency_room, r->agencies, sizeof *more);
    if (more == NULL)
        return MU_E_NO_MEMORY;
    r->agency = more;
    *row = (uint32_t)r->agencies++;
    more[*row].grants = MU_NO_ROW;
    mu_roster_keep_text(more[*row].code, sizeof more[*row].code, code);
    return mu_index_put(&r->by_agency, name.b, sizeof name.b, *row);
}

size_t mu_roster_admins(const mu_roster *r)
{
    size_t admins = 0;

    for (size_t i = 0; i < r->seats; i++)
        admins += r->seat[i].member.is_admin && r->seat[i].member.standing == MU_STANDING_GOOD;
    return admins;
}

/* ---- looking up ------------------------------------------------------------------------------ */

struct mu_seat *mu_roster_seat(const mu_roster *r, const struct mu_agent_id *agent)
{
    uint32_t row = mu_index_find(&r->by_agent, agent->b, sizeof agent->b);

    return row == MU_NO_ROW ? NULL : &r->seat[row];
}

struct mu_seat *mu_roster_seat_named(const mu_roster *r, protobuf_c_boolean has,
                                     const ProtobufCBinaryData *agent)
{
    struct mu_agent_id id;

    if (!has || agent->len != sizeof id.b)
        return NULL;
    memcpy(id.b, agent->data, sizeof id.b);
    return mu_roster_seat(r, &id);
}

const struct mu_genesis *mu_roster_genesis(const mu_roster *roster)
{
    return roster->begun ? &roster->genesis : NULL;
}

const struct mu_member *mu_roster_member(const mu_roster *roster, const struct mu_agent_id *agent)
{
    const struct mu_seat *seat = mu_roster_seat(roster, agent);

    return seat == NULL ? NULL : &seat->member;
}

const struct mu_member *mu_roster_by_curve(const mu_roster *roster,
                                           const uint8_t curve[MU_CURVE_BYTES])
{
    uint32_t row = mu_index_find(&roster->by_curve, curve, MU_CURVE_BYTES);

    return row == MU_NO_ROW ? NULL : &roster->seat[row].member;
}

const struct mu_member *mu_roster_at(const mu_roster *roster, size_t index)
{
    return index < roster->seats ? &roster->seat[index].member : NULL;
}

const mu_verifier *mu_roster_verifier(const mu_roster *roster, const struct mu_agent_id *agent)
{
    const struct mu_seat *seat = mu_roster_seat(roster, agent);

    return seat == NULL ? NULL : roster->key[seat->key].verifier;
}

const mu_verifier *mu_roster_key(const mu_roster *roster, const struct mu_agent_id *key,
                                 struct mu_agent_id *agent)
{
    uint32_t row = mu_index_find(&roster->by_key, key->b, sizeof key->b);

    if (row == MU_NO_ROW)
        return NULL;
    if (agent != NULL)
        *agent = roster->seat[roster->key[row].seat].member.agent;
    return roster->key[row].verifier;
}
