#include "tests/help/county.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sign/digest.h"
#include "tests/help/keys.h"

static void public_of(uint8_t seed, uint8_t out[32])
{
    mu_verifier *v = help_verifier(seed);

    memcpy(out, mu_verifier_public(v)->b, 32);
    mu_verifier_close(&v);
}

struct mu_agent_id county_agent(uint8_t seed)
{
    struct mu_public public;

    public_of(seed, public.b);
    return mu_public_id(&public);
}

void county_curve(uint8_t seed, uint8_t curve[MU_CURVE_BYTES])
{
    memset(curve, seed ^ 0x40, MU_CURVE_BYTES);
}

static ProtobufCBinaryData binary(uint8_t *data, size_t size)
{
    return (ProtobufCBinaryData){size, data};
}

static void fill_keys(uint8_t seed, uint8_t key[32], uint8_t curve[32], uint8_t agent[16])
{
    struct mu_agent_id id = county_agent(seed);

    public_of(seed, key);
    county_curve(seed, curve);
    memcpy(agent, id.b, sizeof id.b);
}

static void fill_admin(struct county_genesis *g, size_t i, uint8_t seed)
{
    Muster__AdminKey *a = &g->admin[i];

    fill_keys(seed, g->key[i], g->curve[i], g->agent[i]);
    *a = (Muster__AdminKey)MUSTER__ADMIN_KEY__INIT;
    a->has_sign_key = a->has_curve_key = a->has_agent = 1;
    a->sign_key = binary(g->key[i], 32);
    a->curve_key = binary(g->curve[i], 32);
    a->agent = binary(g->agent[i], 16);
    a->agency = (char *)"EM";
    g->admins[i] = a;
}

void county_genesis(struct county_genesis *g)
{
    memset(g, 0, sizeof *g);
    g->event = (Muster__Event)MUSTER__EVENT__INIT;
    g->envelope = (Muster__Envelope)MUSTER__ENVELOPE__INIT;
    g->genesis = (Muster__Genesis)MUSTER__GENESIS__INIT;
    g->name = (Muster__Name)MUSTER__NAME__INIT;
    g->event.envelope = &g->envelope;
    g->event.body_case = MUSTER__EVENT__BODY_GENESIS;
    g->event.genesis = &g->genesis;
    g->envelope.agency = (char *)"broker";
    g->envelope.has_status = 1;
    g->envelope.status = MUSTER__STATUS__STATUS_EXERCISE;
    fill_admin(g, 0, COUNTY_ADMIN);
    fill_admin(g, 1, COUNTY_SECOND_ADMIN);
    fill_keys(COUNTY_BROKER, g->key[2], g->curve[2], g->agent[2]);
    g->name.en = (char *)"Qinghe County";
    g->name.zh = (char *)"庆禾县";
    g->genesis.county = &g->name;
    g->genesis.area = (char *)COUNTY_AREA;
    g->genesis.has_status = g->genesis.has_log_key = g->genesis.has_broker_curve_key = 1;
    g->genesis.status = MUSTER__STATUS__STATUS_EXERCISE;
    g->genesis.log_key = binary(g->key[2], 32);
    g->genesis.broker_curve_key = binary(g->curve[2], 32);
    g->genesis.has_broker_agent = 1;
    g->genesis.broker_agent = binary(g->agent[2], 16);
    g->genesis.n_admins = 2;
    g->genesis.admins = g->admins;
    g->genesis.has_clock_start_ms = g->genesis.has_clock_rate_milli = 1;
    g->genesis.clock_start_ms = COUNTY_START_MS;
    g->genesis.clock_rate_milli = 30000;
    g->genesis.has_utc_offset_min = 1;
    g->genesis.utc_offset_min = 480;
}

void county_enrolment(struct county_enrolment *e, uint8_t seed, char *agency, char *roles)
{
    memset(e, 0, sizeof *e);
    e->event = (Muster__Event)MUSTER__EVENT__INIT;
    e->envelope = (Muster__Envelope)MUSTER__ENVELOPE__INIT;
    e->enrolment = (Muster__Enrolment)MUSTER__ENROLMENT__INIT;
    e->event.envelope = &e->envelope;
    e->event.body_case = MUSTER__EVENT__BODY_ENROLMENT;
    e->event.enrolment = &e->enrolment;
    fill_keys(seed, e->key, e->curve, e->agent);
    e->enrolment.has_agent = e->enrolment.has_sign_key = e->enrolment.has_curve_key = 1;
    e->enrolment.agent = binary(e->agent, 16);
    e->enrolment.sign_key = binary(e->key, 32);
    e->enrolment.curve_key = binary(e->curve, 32);
    e->enrolment.agency = agency;
    e->enrolment.program = (char *)"muster";
    e->enrolment.roles = e->role;
    for (char *word = strtok(roles, " "); word != NULL; word = strtok(NULL, " ")) {
        MU_CHECK(e->enrolment.n_roles < 4);
        e->role[e->enrolment.n_roles++] = word;
    }
}

void county_grant(struct county_grant *g, const char *agency, const char *kind, const char *area)
{
    memset(g, 0, sizeof *g);
    g->event = (Muster__Event)MUSTER__EVENT__INIT;
    g->envelope = (Muster__Envelope)MUSTER__ENVELOPE__INIT;
    g->grant = (Muster__Grant)MUSTER__GRANT__INIT;
    g->event.envelope = &g->envelope;
    g->event.body_case = MUSTER__EVENT__BODY_GRANT;
    g->event.grant = &g->grant;
    g->grant.agency = (char *)agency;
    g->kind[0] = (char *)kind;
    g->grant.kinds = g->kind;
    g->grant.n_kinds = kind != NULL;
    g->area[0] = (char *)area;
    g->grant.areas = g->area;
    g->grant.n_areas = area != NULL;
    g->grant.has_may_publish = g->grant.may_publish = 1;
}

void county_grant_agent(struct county_grant *g, uint8_t seed)
{
    g->agent = county_agent(seed);
    g->grant.has_agent = 1;
    g->grant.agent = binary(g->agent.b, sizeof g->agent.b);
}

/* ---- the desk -------------------------------------------------------------------------------- */

static struct mu_bytes pack(const Muster__Event *event)
{
    struct mu_bytes body = {NULL, mu_event_size(event)};
    uint8_t *bytes = malloc(body.size + 1);

    MU_CHECK(bytes != NULL);
    mu_event_pack(event, bytes);
    body.data = bytes;
    return body;
}

static enum mu_err fold_body(struct county *c, uint8_t seed, struct mu_bytes body)
{
    struct mu_entry entry = {
        .epoch = 1,
        .number = c->next++,
        .accepted_at_ms = c->now_ms,
        .agent = county_agent(seed),
        .body = body,
        .path = "",
    };

    mu_sha256(&entry.number, sizeof entry.number, &entry.leaf);
    c->leaf = entry.leaf;
    return mu_roster_fold(c->roster, &entry);
}

enum mu_err county_fold(struct county *c, uint8_t seed, Muster__Event *event)
{
    struct mu_bytes body = pack(event);
    enum mu_err err = fold_body(c, seed, body);

    free((void *)body.data);
    return err;
}

static void fill_envelope(const struct county *c, uint8_t seed, Muster__Envelope *e)
{
    struct mu_agent_id id = county_agent(seed);
    const struct mu_member *m = mu_roster_member(c->roster, &id);

    if (!e->has_status) {
        e->has_status = 1;
        e->status = MUSTER__STATUS__STATUS_EXERCISE;
    }
    if (e->agency == NULL && m != NULL)
        e->agency = (char *)m->agency;
}

static enum mu_err judge_body(struct county *c, uint8_t seed, struct mu_bytes body)
{
    struct mu_agent_id id = county_agent(seed);
    mu_arena arena = mu_event_arena(body.size);
    const Muster__Event *event;
    struct mu_topic topic;
    enum mu_err err;

    memset(&c->fault, 0, sizeof c->fault);
    MU_CHECK(mu_event_scan(body, &topic, &c->fault) == MU_OK);
    MU_CHECK(mu_event_unpack(body, &arena, &event, &c->fault) == MU_OK);
    err = mu_authority_judge(c->roster, &id, &topic, event, c->now_ms, &c->fault);
    MU_CHECK(err == c->fault.code);
    mu_arena_free(&arena);
    return err;
}

static enum mu_err judge_and_fold(struct county *c, uint8_t seed, Muster__Event *event, bool fold)
{
    Muster__Envelope kept = *event->envelope;
    struct mu_bytes body;
    enum mu_err err;

    fill_envelope(c, seed, event->envelope);
    body = pack(event);
    *event->envelope = kept; /* the roster may move the name it lent */
    err = judge_body(c, seed, body);
    if (err == MU_OK && fold)
        err = fold_body(c, seed, body);
    free((void *)body.data);
    return err;
}

enum mu_err county_judge(struct county *c, uint8_t seed, Muster__Event *event)
{
    return judge_and_fold(c, seed, event, false);
}

enum mu_err county_say(struct county *c, uint8_t seed, Muster__Event *event)
{
    return judge_and_fold(c, seed, event, true);
}

static struct mu_bytes lend(const char *text)
{
    return (struct mu_bytes){(const uint8_t *)text, text == NULL ? 0 : strlen(text)};
}

enum mu_err county_may_as(struct county *c, uint8_t seed, const char *kind, const char *area,
                          const char *agency, uint32_t status)
{
    struct mu_agent_id id = county_agent(seed);
    const struct mu_member *m = mu_roster_member(c->roster, &id);
    struct mu_topic topic = {
        .kind = mu_kind_number(kind),
        .area = lend(area),
        .agency = lend(agency != NULL ? agency
                       : m != NULL    ? m->agency
                                      : ""),
        .status = status != 0 ? status : MUSTER__STATUS__STATUS_EXERCISE,
    };
    enum mu_err err;

    MU_CHECK(topic.kind != 0);
    memset(&c->fault, 0, sizeof c->fault);
    err = mu_authority_judge(c->roster, &id, &topic, NULL, c->now_ms, &c->fault);
    MU_CHECK(err == c->fault.code);
    MU_CHECK(mu_authority_judge(c->roster, &id, &topic, NULL, c->now_ms, NULL) == err);
    return err;
}

enum mu_err county_may(struct county *c, uint8_t seed, const char *kind, const char *area)
{
    return county_may_as(c, seed, kind, area, NULL, 0);
}

enum mu_err county_enrol(struct county *c, uint8_t seed, const char *agency, const char *roles)
{
    struct county_enrolment e;
    char code[MU_NAME_BYTES_MAX], words[256];

    snprintf(code, sizeof code, "%s", agency);
    snprintf(words, sizeof words, "%s", roles);
    county_enrolment(&e, seed, code, words);
    return county_say(c, COUNTY_ADMIN, &e.event);
}

void county_open(struct county *c)
{
    county_open_with_ca(c, (struct mu_bytes){NULL, 0});
}

void county_open_with_ca(struct county *c, struct mu_bytes ca)
{
    struct county_genesis g;

    memset(c, 0, sizeof *c);
    c->next = 1;
    c->now_ms = COUNTY_START_MS;
    MU_CHECK(mu_roster_new(&c->roster) == MU_OK);
    county_genesis(&g);
    g.genesis.has_ca_certificate = ca.size > 0;
    g.genesis.ca_certificate = (ProtobufCBinaryData){ca.size, (uint8_t *)(uintptr_t)ca.data};
    MU_CHECK(county_fold(c, COUNTY_BROKER, &g.event) == MU_OK);
}

void county_close(struct county *c)
{
    mu_roster_free(&c->roster);
}
