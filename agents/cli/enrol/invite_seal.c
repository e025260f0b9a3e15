/* The enrolment: the CA's certificate over the newcomer's keys, the entry in the record, the answer. The
 * CA's key is used here, on the admin's machine, and musterd never sees it. */
#include "agents/cli/enrol/invite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents/cli/output.h"
#include "proto/sign/digest.h"

#define TAKEN_MS 60000
#define ENDPOINT_HERE "tcp://*:"

/* ---- addresses ------------------------------------------------------------------------------------ */

const char *mu_invite_port(const char *endpoint)
{
    const char *colon = strrchr(endpoint, ':');

    return colon == NULL ? "" : colon + 1;
}

/* Addresses by which a machine can only mean itself. */
static bool is_only_here(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "localhost") == 0 ||
           strcmp(host, "0.0.0.0") == 0 || strcmp(host, "*") == 0 || strcmp(host, "[::]") == 0 ||
           strcmp(host, "[::1]") == 0;
}

void mu_invite_host(const char *endpoint, char *host, size_t size)
{
    const char *port = mu_invite_port(endpoint);
    size_t length = strlen(endpoint);

    if (strncmp(endpoint, "tcp://", 6) == 0 && *port != '\0')
        snprintf(host, size, "%.*s", (int)(port - 1 - (endpoint + 6)), endpoint + 6);
    else
        snprintf(host, size, "%s", length == 0 ? "*" : endpoint);
    if (is_only_here(host) && gethostname(host, size) != 0)
        snprintf(host, size, "HOST");
    host[size - 1] = '\0';
}

/* ---- the enrolment -------------------------------------------------------------------------------- */

/* Of what the newcomer asked only what is its own to say: its keys, and which program will use them. */
static Muster__Enrolment *begin_enrolment(struct mu_invite *invite)
{
    Muster__Enrolment *e = mu_arena_take(&invite->voice.arena, sizeof *e);
    uint8_t *digest = mu_arena_take(&invite->voice.arena, sizeof(struct mu_hash));
    const Muster__Enrolment *wanted = invite->wanted;
    struct mu_hash hash;

    if (e == NULL || digest == NULL)
        return NULL;
    muster__enrolment__init(e);
    e->has_agent = e->has_sign_key = e->has_curve_key = e->has_algorithm = 1;
    e->agent = wanted->agent;
    e->sign_key = wanted->sign_key;
    e->curve_key = wanted->curve_key;
    e->algorithm = MUSTER__KEY_ALGORITHM__KEY_ALGORITHM_ED25519_SHA256;
    e->agency = (char *)invite->agency;
    e->program = wanted->program;
    mu_sha256(invite->request, invite->request_size, &hash);
    memcpy(digest, hash.b, sizeof hash.b);
    e->has_request_digest = 1;
    e->request_digest = (ProtobufCBinaryData){.len = sizeof hash.b, .data = digest};
    if (invite->replaces) {
        e->has_replaces_agent = 1;
        e->replaces_agent =
            (ProtobufCBinaryData){.len = sizeof invite->old.b, .data = invite->old.b};
    }
    return e;
}

static int enrol(struct mu_invite *invite, struct mu_enrolled *enrolled)
{
    struct mu_voice *voice = &invite->voice;
    struct mu_saying saying;
    Muster__Enrolment *e = begin_enrolment(invite);
    enum mu_err err = MU_E_NO_MEMORY;
    int code;

    if (e != NULL)
        err = mu_ca_issue(&invite->ca, &voice->arena, e, invite->terms.name,
                          mu_county_now_ms(&voice->county, voice->talk.agent), MU_CERTIFICATE_DAYS);
    if (err == MU_OK)
        err = mu_say_begin(MUSTER__EVENT__BODY_ENROLMENT, NULL, &voice->how, &saying);
    if (err != MU_OK)
        return mu_cli_error(invite->cli, err, MU_CA_NAME);
    saying.event->enrolment = e;
    if (invite->replaces)
        mu_invite_keep_terms(invite, e);
    else if ((code = mu_enrolment_fill(voice, &invite->terms, &saying)) != MU_EXIT_DONE)
        return code;
    if ((code = mu_voice_say(voice, &saying, true)) != MU_EXIT_DONE)
        return code;
    enrolled->number = voice->talk.answer.number;
    enrolled->certificate_size = e->certificate.len;
    if (e->certificate.len > 0)
        memcpy(enrolled->certificate, e->certificate.data, e->certificate.len);
    return MU_EXIT_DONE;
}

static void answer(struct mu_invite *invite, const struct mu_enrolled *enrolled)
{
    uint8_t bytes[MU_JOIN_BYTES_MAX];
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    char endpoint[MU_ENDPOINT_BYTES_MAX], lines[1024];
    struct mu_text county = mu_text(lines, sizeof lines);
    struct mu_county theirs = invite->voice.county;

    mu_county_home(&theirs, invite->replaces ? invite->seat->home_area : invite->terms.area);
    if (strncmp(invite->endpoint, "tcp://", 6) == 0)
        snprintf(endpoint, sizeof endpoint, ENDPOINT_HERE "%s", mu_invite_port(invite->endpoint));
    else
        snprintf(endpoint, sizeof endpoint, "%s", invite->endpoint);
    mu_county_print(&county, &theirs);
    mu_join_answer_write(&w, &(struct mu_join_answer){
                                 .number = enrolled->number,
                                 .endpoint = {(const uint8_t *)endpoint, strlen(endpoint)},
                                 .certificate = {enrolled->certificate, enrolled->certificate_size},
                                 .county = {(const uint8_t *)lines, county.used},
                             });
    invite->stage = MU_INVITE_ANSWERED;
    invite->until_ms = mu_talk_machine_ms() + TAKEN_MS;
    mu_invite_pass(invite, &w);
}

/* ---- together ------------------------------------------------------------------------------------- */

static void refuse(struct mu_invite *invite, enum mu_err why, int code)
{
    mu_invite_shut(invite, why);
    mu_invite_end(invite, code);
}

/* The same keys again are the same machine, if it is still the same agency's. */
void mu_invite_seal(struct mu_invite *invite)
{
    struct mu_enrolled enrolled;
    enum mu_err err = mu_enrolment_find(&invite->voice, invite->wanted, &enrolled);
    char number[32];
    int code;

    if (err != MU_OK) {
        refuse(invite, MU_E_NO_INVITATION, mu_talk_explain(&invite->voice.talk, err));
        return;
    }
    if (enrolled.number != 0 && strcmp(enrolled.agency, invite->agency) != 0) {
        refuse(invite, MU_E_ENROL_CLASH,
               mu_cli_error(invite->cli, MU_E_ENROL_CLASH, enrolled.agency));
        return;
    }
    if (enrolled.number == 0 && (code = enrol(invite, &enrolled)) != MU_EXIT_DONE) {
        refuse(invite, MU_E_NO_INVITATION, code);
        return;
    }
    answer(invite, &enrolled);
    snprintf(number, sizeof number, "%" PRIu64, enrolled.number);
    mu_cli_tell(invite->cli, MU_W_INVITE_ENROLLED, invite->agency, number, NULL);
}
