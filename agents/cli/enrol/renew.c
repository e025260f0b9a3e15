/* muster agency renew: certificates and terms that go on, with the keys there are.
 *
 *   renew CODE, renew --all   an admin issues new certificates, or moves the end of an enrolment
 *   renew                     the holder takes its newest certificate from the record
 *
 * The keys stand in the roster already, so nothing secret moves and nobody need be asked: the certificate
 * is made over the very keys that are enrolled, by the CA in force.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/cli/enrol/ca.h"
#include "agents/cli/options.h"
#include "agents/cli/output.h"
#include "agents/cli/enrol/retire.h"
#include "agents/cli/show/show.h"
#include "agents/sdk/file.h"
#include "proto/base/clock.h"

#define DAYS_MAX 3650
#define WITHIN_DAYS 30

enum { KEY_ALL = 256, KEY_AGENT, KEY_WITHIN, KEY_DAYS, KEY_UNTIL, KEY_CA };

const struct mu_cli_option mu_cli_agency_renew_options[] = {
    {"all", KEY_ALL, NULL, MU_W_OPT_RENEW_ALL},
    {"within", KEY_WITHIN, "DAYS", MU_W_OPT_RENEW_WITHIN},
    {"agent", KEY_AGENT, "HEX", MU_W_OPT_GRANT_AGENT},
    {"days", KEY_DAYS, "DAYS", MU_W_OPT_RENEW_DAYS},
    {"until", KEY_UNTIL, "TIME", MU_W_OPT_RENEW_UNTIL},
    {"ca", KEY_CA, "FILE", MU_W_OPT_CA},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* One key to be renewed, with the terms its newest enrolment gave it. */
struct renewed {
    const struct mu_member *member;
    const Muster__Enrolment *terms; /* NULL: a founder has no enrolment */
};

struct renewing {
    struct mu_cli *cli;
    const char *agency, *agent_hex, *until, *ca_path;
    bool all;
    int64_t within_days, days;

    struct mu_voice voice;
    mu_roster *roster;
    struct mu_ca ca;
    int64_t now_ms;
    struct renewed *list;
    size_t count;
};

/* ---- who ------------------------------------------------------------------------------------------ */

static bool is_due(const struct renewing *r, const struct mu_member *m)
{
    return m->certificate_until_ms != 0 &&
           (m->certificate_outlived ||
            m->certificate_until_ms - r->now_ms < r->within_days * MU_DAY_MS);
}

static bool is_meant(const struct renewing *r, const struct mu_member *m)
{
    const char *prefix = r->agent_hex == NULL ? "" : r->agent_hex;
    char hex[33];

    mu_hex(m->agent.b, sizeof m->agent.b, hex);
    if (m->is_broker || m->standing != MU_STANDING_GOOD ||
        strncmp(hex, prefix, strlen(prefix)) != 0)
        return false;
    return r->all ? is_due(r, m) : strcmp(m->agency, r->agency) == 0;
}

static enum mu_err choose(struct renewing *r)
{
    const struct mu_member *m;
    size_t members = 0;

    while (mu_roster_at(r->roster, members) != NULL)
        members++;
    if ((r->list = calloc(members + 1, sizeof *r->list)) == NULL)
        return MU_E_NO_MEMORY;
    for (size_t i = 0; (m = mu_roster_at(r->roster, i)) != NULL; i++)
        if (is_meant(r, m))
            r->list[r->count++].member = m;
    return MU_OK;
}

static struct renewed *find(struct renewing *r, const Muster__Enrolment *e)
{
    for (size_t i = 0; i < r->count; i++)
        if (e->agent.len == sizeof r->list[i].member->agent.b &&
            memcmp(e->agent.data, r->list[i].member->agent.b, e->agent.len) == 0)
            return &r->list[i];
    return NULL;
}

/* The newest counts: the entries come in order. */
static enum mu_err keep_terms(void *user, const struct mu_entry *entry)
{
    struct renewing *r = user;
    const Muster__Event *event = entry->code == 0 ? entry->event : NULL;
    struct renewed *one;
    uint8_t *body;

    if (event == NULL || event->body_case != MUSTER__EVENT__BODY_ENROLMENT ||
        (one = find(r, event->enrolment)) == NULL)
        return MU_OK;
    body = mu_arena_copy(&r->voice.arena, entry->body.data, entry->body.size);
    if (body == NULL)
        return MU_E_NO_MEMORY;
    if (mu_event_unpack((struct mu_bytes){body, entry->body.size}, &r->voice.arena, &event, NULL) !=
        MU_OK)
        return MU_E_CORRUPT;
    one->terms = event->enrolment;
    return MU_OK;
}

static enum mu_err read_terms(struct renewing *r)
{
    enum mu_err err;

    r->voice.talk.on_entry = keep_terms;
    r->voice.talk.user = r;
    err = mu_talk_read(&r->voice.talk, "type=enrolment", 1);
    r->voice.talk.on_entry = NULL;
    return err;
}

/* ---- the entry ------------------------------------------------------------------------------------ */

static ProtobufCBinaryData lend(const uint8_t *data, size_t size)
{
    return (ProtobufCBinaryData){.len = size, .data = (uint8_t *)data};
}

/* The office is the roster's to know: a role of that name would be another enrolment of an admin. */
static void drop_admin_role(Muster__Enrolment *e)
{
    size_t kept = 0;

    for (size_t i = 0; i < e->n_roles; i++)
        if (strcmp(e->roles[i], "admin") != 0)
            e->roles[kept++] = e->roles[i];
    e->n_roles = kept;
}

static void fill(Muster__Enrolment *e, const struct mu_member *m)
{
    e->has_agent = e->has_replaces_agent = e->has_sign_key = e->has_curve_key = 1;
    e->agent = e->replaces_agent = lend(m->agent.b, sizeof m->agent.b);
    e->sign_key = lend(m->public.b, sizeof m->public.b);
    e->curve_key = lend(m->curve, sizeof m->curve);
    e->has_algorithm = 1;
    e->algorithm = MUSTER__KEY_ALGORITHM__KEY_ALGORITHM_ED25519_SHA256;
    e->agency = (char *)m->agency;
    e->program = (char *)m->program;
    e->has_admin = e->has_command = e->has_desk = 1;
    e->admin = m->is_admin;
    e->command = m->is_command;
    e->desk = m->is_desk;
    e->has_not_before_ms = m->not_before_ms != 0;
    e->not_before_ms = m->not_before_ms;
    e->has_not_after_ms = m->not_after_ms != 0;
    e->not_after_ms = m->not_after_ms;
    e->has_certificate = e->has_request_digest = 0;
    drop_admin_role(e);
}

static const char *name_of(const struct renewing *r, const Muster__Enrolment *e)
{
    if (e->name == NULL)
        return NULL;
    return r->cli->lang == MU_LANG_ZH && e->name->zh != NULL ? e->name->zh : e->name->en;
}

static void tell_renewed(const struct renewing *r, const struct mu_member *m,
                         const Muster__Enrolment *e)
{
    struct mu_style style = mu_output_style(r->cli, r->voice.county.offset_min, NULL);
    struct mu_certificate c;
    char agent[33], paper[64], term[64];
    struct mu_text until = mu_text(paper, sizeof paper), end = mu_text(term, sizeof term);

    mu_hex(m->agent.b, sizeof m->agent.b, agent);
    agent[12] = '\0';
    if (e->has_certificate &&
        mu_certificate_look((struct mu_bytes){e->certificate.data, e->certificate.len}, &c) ==
            MU_OK)
        mu_show_iso(&until, &style, c.until_ms);
    else
        mu_text_add(&until, "-");
    if (e->has_not_after_ms)
        mu_show_iso(&end, &style, e->not_after_ms);
    else
        mu_text_add(&end, "-");
    if (r->cli->form != MU_FORM_JSON)
        mu_output_line(r->cli, MU_W_RENEWED, m->agency, agent, paper, term, NULL);
}

static int renew_one(struct renewing *r, const struct renewed *one)
{
    struct mu_voice *voice = &r->voice;
    Muster__Enrolment *e = mu_arena_take(&voice->arena, sizeof *e);
    struct mu_saying saying;
    enum mu_err err = e == NULL ? MU_E_NO_MEMORY : MU_OK;
    int code;

    if (e != NULL && one->terms != NULL)
        *e = *one->terms;
    else if (e != NULL)
        muster__enrolment__init(e);
    if (err == MU_OK) {
        fill(e, one->member);
        err = mu_ca_issue(&r->ca, &voice->arena, e, name_of(r, e), r->now_ms, r->days);
    }
    if (err == MU_OK)
        err = mu_say_begin(MUSTER__EVENT__BODY_ENROLMENT, NULL, &voice->how, &saying);
    if (err != MU_OK)
        return mu_cli_error(r->cli, err, MU_CA_NAME);
    saying.event->enrolment = e;
    if (r->until != NULL &&
        mu_say_set(&saying, "enrolment.not_after_ms", r->until, &voice->how) != MU_OK)
        return mu_cli_misused(r->cli, MU_W_BAD_TIME, r->until, NULL);
    if ((code = mu_seal_say(voice, r->roster, &saying)) == MU_EXIT_DONE)
        tell_renewed(r, one->member, e);
    return code;
}

static int renew(struct renewing *r)
{
    int code = mu_ca_open(r->cli, r->voice.talk.dir, r->ca_path, r->roster, &r->ca);
    enum mu_err err;

    if (code != MU_EXIT_DONE)
        return code;
    if (r->ca.key == NULL && r->until == NULL)
        return mu_cli_fail(r->cli, MU_EXIT_ABSENT, MU_W_RENEW_NO_CA, NULL);
    if ((err = choose(r)) != MU_OK || (err = read_terms(r)) != MU_OK)
        return mu_talk_explain(&r->voice.talk, err);
    if (r->count == 0 && r->all)
        mu_cli_tell(r->cli, MU_W_RENEW_NONE_DUE, NULL);
    else if (r->count == 0)
        return mu_cli_fail(r->cli, MU_EXIT_ABSENT, MU_W_NOT_IN_ROSTER, r->agency, NULL);
    for (size_t i = 0; code == MU_EXIT_DONE && i < r->count; i++)
        code = renew_one(r, &r->list[i]);
    if (code == MU_EXIT_DONE && r->count > 0)
        mu_cli_tell(r->cli, MU_W_RENEWED_NEXT, NULL);
    return code;
}

/* ---- the holder ------------------------------------------------------------------------------------ */

struct taking {
    const struct mu_agent_id *self;
    uint8_t der[MU_CERTIFICATE_BYTES_MAX];
    size_t size;
};

static enum mu_err take_own(void *user, const struct mu_entry *entry)
{
    struct taking *t = user;
    const Muster__Enrolment *e = entry->code == 0 && entry->event != NULL &&
                                         entry->event->body_case == MUSTER__EVENT__BODY_ENROLMENT
                                     ? entry->event->enrolment
                                     : NULL;

    if (e == NULL || !e->has_certificate || e->certificate.len > sizeof t->der ||
        e->agent.len != sizeof t->self->b ||
        memcmp(e->agent.data, t->self->b, sizeof t->self->b) != 0)
        return MU_OK;
    memcpy(t->der, e->certificate.data, e->certificate.len);
    t->size = e->certificate.len;
    return MU_OK;
}

static int keep_own(struct renewing *r, const struct taking *t)
{
    const struct mu_member *self = mu_roster_member(r->roster, t->self);
    const char *dir = r->voice.talk.dir;
    struct mu_style style = mu_output_style(r->cli, r->voice.county.offset_min, NULL);
    char until[64];
    struct mu_text text = mu_text(until, sizeof until);
    struct mu_certificate c;
    enum mu_err err = mu_certificate_look((struct mu_bytes){t->der, t->size}, &c);

    if (self == NULL || err != MU_OK)
        return mu_cli_fail(r->cli, MU_EXIT_ABSENT, MU_W_RENEW_NONE,
                           mu_agent_agency(r->voice.talk.agent), NULL);
    if ((err = mu_file_put(dir, MU_CERTIFICATE_NAME, (struct mu_bytes){t->der, t->size})) != MU_OK)
        return mu_cli_error(r->cli, err, dir);
    mu_show_iso(&text, &style, c.until_ms);
    mu_output_line(r->cli, MU_W_RENEW_TAKEN, until, dir, NULL);
    if (self->certificate_outlived || c.until_ms - r->now_ms < WITHIN_DAYS * MU_DAY_MS)
        mu_cli_tell(r->cli, MU_W_RENEW_ASK, self->agency, NULL);
    return MU_EXIT_DONE;
}

/* Who signed it was checked by the broker and, folding the roster, here. */
static int take_newest(struct renewing *r)
{
    struct taking t = {.self = mu_agent_self(r->voice.talk.agent)};
    enum mu_err err;

    mu_roster_free(&r->roster);
    err = mu_rolls_read(&r->voice.talk, take_own, &t, &r->roster);
    return err == MU_OK ? keep_own(r, &t) : mu_talk_explain(&r->voice.talk, err);
}

/* ---- the command ----------------------------------------------------------------------------------- */

static bool read_days(const char *value, int64_t *out)
{
    char *end;
    long long days = strtoll(value, &end, 10);

    *out = days;
    return end != value && *end == '\0' && days > 0 && days <= DAYS_MAX;
}

static bool take(struct renewing *r, int key, const char *value)
{
    switch (key) {
    case KEY_ALL:
        return r->all = true;
    case KEY_AGENT:
        r->agent_hex = value;
        return true;
    case KEY_WITHIN:
        return read_days(value, &r->within_days);
    case KEY_DAYS:
        return read_days(value, &r->days);
    case KEY_UNTIL:
        r->until = value;
        return true;
    default:
        r->ca_path = value;
        return true;
    }
}

static int run(struct renewing *r)
{
    struct mu_voice *voice = &r->voice;
    enum mu_err err;

    if (!voice->reached)
        return mu_talk_explain(&voice->talk, voice->why);
    r->now_ms = mu_county_now_ms(&voice->county, voice->talk.agent);
    if (r->agency == NULL && !r->all)
        return take_newest(r);
    err = mu_rolls_read(&voice->talk, NULL, NULL, &r->roster);
    return err == MU_OK ? renew(r) : mu_talk_explain(&voice->talk, err);
}

int mu_cli_agency_renew(struct mu_cli *cli, int argc, char **argv)
{
    struct renewing r = {.cli = cli, .within_days = WITHIN_DAYS, .days = MU_CERTIFICATE_DAYS};
    const char *value;
    int key, code;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_agency_renew_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        if (!take(&r, key, value))
            return mu_cli_wrong_key(cli, mu_cli_agency_renew_options, key, value);
    }
    if (argc - optind > 1 || (r.all && argc > optind) ||
        (argc == optind && !r.all && (r.until != NULL || r.agent_hex != NULL)))
        return mu_cli_misused(cli, MU_W_RENEW_WHAT, NULL);
    if (argc > optind)
        r.agency = argv[optind];
    if ((code = mu_voice_open(&r.voice, cli, true)) == MU_EXIT_DONE)
        code = run(&r);
    free(r.list);
    mu_ca_close(&r.ca);
    mu_roster_free(&r.roster);
    mu_voice_close(&r.voice);
    return code;
}
