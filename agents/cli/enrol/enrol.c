/* muster agency add REQUESTFILE: an admin takes a machine into the roster.
 *
 * The request says who wants in, with which keys; what it may say is the admin's to add. Run again after
 * a cut, it finds the enrolment in the record and only hands out the welcome.
 */
#include "agents/cli/enrol/ca.h"
#include "agents/cli/enrol/enrolment.h"
#include "agents/cli/options.h"
#include "agents/cli/output.h"
#include "agents/cli/enrol/retire.h"
#include "agents/cli/enrol/rolls.h"
#include "agents/cli/enrol/welcome.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sdk/home.h"
#include "proto/sign/digest.h"
#include "proto/wire/json.h"

#define REQUEST_BYTES_MAX 8192u

enum {
    KEY_ROLES = 256,
    KEY_AREA,
    KEY_KINDS,
    KEY_UNTIL,
    KEY_NAME,
    KEY_DESK,
    KEY_OUT,
    KEY_ENDPOINT,
    KEY_CA
};

const struct mu_cli_option mu_cli_agency_add_options[] = {
    {"roles", KEY_ROLES, "ROLE,...", MU_W_OPT_ROLES},
    {"area", KEY_AREA, "PREFIX", MU_W_OPT_GRANT_AREA},
    {"kinds", KEY_KINDS, "KIND,...", MU_W_OPT_GRANT_KINDS},
    {"until", KEY_UNTIL, "TIME", MU_W_OPT_GRANT_UNTIL},
    {"name", KEY_NAME, "TEXT", MU_W_OPT_AGENCY_NAME},
    {"desk", KEY_DESK, NULL, MU_W_OPT_DESK},
    {"endpoint", KEY_ENDPOINT, "ADDRESS", MU_W_OPT_ENDPOINT},
    {"ca", KEY_CA, "FILE", MU_W_OPT_CA},
    {"out", KEY_OUT, "FILE", MU_W_OPT_OUT},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* ---- the request -------------------------------------------------------------------------------- */

struct adding {
    struct mu_terms terms;
    const char *request, *out, *endpoint, *ca_path;
    mu_roster *roster;
    struct mu_ca ca;
};

static void take(struct adding *adding, int key, const char *value)
{
    switch (key) {
    case KEY_ROLES:
        adding->terms.roles = value;
        break;
    case KEY_AREA:
        adding->terms.area = value;
        break;
    case KEY_KINDS:
        adding->terms.kinds = value;
        break;
    case KEY_UNTIL:
        adding->terms.until = value;
        break;
    case KEY_NAME:
        adding->terms.name = value;
        break;
    case KEY_OUT:
        adding->out = value;
        break;
    case KEY_ENDPOINT:
        adding->endpoint = value;
        break;
    case KEY_CA:
        adding->ca_path = value;
        break;
    default:
        adding->terms.desk = true;
        break;
    }
}

/* The whole file into the arena. */
static enum mu_err read_file(const char *path, mu_arena *arena, struct mu_bytes *out)
{
    uint8_t buffer[REQUEST_BYTES_MAX];
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return errno == ENOENT ? MU_E_ABSENT : MU_E_SYSTEM;
    size_t size = fread(buffer, 1, sizeof buffer, file);
    bool whole = feof(file) && !ferror(file);
    fclose(file);
    if (!whole)
        return MU_E_TOO_LARGE;
    uint8_t *copy = mu_arena_copy(arena, buffer, size);
    if (copy == NULL)
        return MU_E_NO_MEMORY;
    *out = (struct mu_bytes){copy, size};
    return MU_OK;
}

/* A request says who wants to be enrolled, with which keys; what it may do is the admin's to say. */
static enum mu_err read_request(struct mu_voice *voice, const char *path, Muster__Enrolment **out)
{
    struct mu_bytes bytes;
    Muster__Event *event;
    enum mu_err err = read_file(path, &voice->arena, &bytes);

    if (err == MU_OK)
        err = mu_event_from_json(bytes, &voice->arena, &event, &voice->fault);
    if (err != MU_OK)
        return err;
    if (event->body_case != MUSTER__EVENT__BODY_ENROLMENT || event->enrolment->admin ||
        event->enrolment->command || event->enrolment->n_grants > 0)
        return MU_E_BAD_VALUE;
    struct mu_hash digest;

    mu_sha256(bytes.data, bytes.size, &digest);
    event->enrolment->has_request_digest = 1;
    event->enrolment->request_digest.len = sizeof digest.b;
    event->enrolment->request_digest.data = mu_arena_copy(&voice->arena, digest.b, sizeof digest.b);
    *out = event->enrolment;
    return (*out)->request_digest.data == NULL ? MU_E_NO_MEMORY : MU_OK;
}

/* ---- the enrolment -------------------------------------------------------------------------------------------------------- */

static void name_welcome(const struct adding *adding, char *path, size_t size)
{
    const char *slash = strrchr(adding->request, '/');

    if (adding->out != NULL)
        snprintf(path, size, "%s", adding->out);
    else if (slash != NULL)
        snprintf(path, size, "%.*s/welcome", (int)(slash - adding->request), adding->request);
    else
        snprintf(path, size, "welcome");
}

static int write_welcome(struct mu_voice *voice, const struct adding *adding,
                         const struct mu_enrolled *enrolled, bool proposed)
{
    struct mu_welcome_file welcome;
    char path[PATH_MAX];
    enum mu_err err = mu_welcome_file_of(voice->talk.dir, &voice->county, &welcome);

    mu_county_home(&welcome.county, adding->terms.area);
    memcpy(welcome.certificate, enrolled->certificate, enrolled->certificate_size);
    welcome.certificate_size = enrolled->certificate_size;
    name_welcome(adding, path, sizeof path);
    if (err == MU_OK && adding->endpoint != NULL) {
        if (!mu_endpoint_ok(adding->endpoint))
            return mu_cli_wrong_value(voice->cli, "--endpoint", adding->endpoint);
        snprintf(welcome.endpoint, sizeof welcome.endpoint, "%s", adding->endpoint);
    }
    if (err == MU_OK)
        err = mu_welcome_file_write(path, &welcome);
    if (err != MU_OK)
        return mu_cli_error(voice->cli, err, path);
    mu_output_line(voice->cli, proposed ? MU_W_ENROL_PROPOSED : MU_W_ENROLLED, enrolled->agency,
                   path, NULL);
    mu_cli_tell(voice->cli, MU_W_ENROLLED_NEXT, path, NULL);
    return MU_EXIT_DONE;
}

/* The judge names the field; which roles there are, he who typed one must be told here. */
static void tell_roles(const struct mu_voice *voice)
{
    static const char field[] = "enrolment.roles[";
    char list[1024];
    struct mu_text text = mu_text(list, sizeof list);

    if (!voice->talk.answered || voice->talk.answer.code != MU_E_BAD_VALUE ||
        strncmp(voice->talk.answer_path, field, sizeof field - 1) != 0)
        return;
    mu_rolls_list_roles(&text);
    mu_cli_tell(voice->cli, MU_W_ROLES_ARE, list, NULL);
}

/* Two admins must agree on a third; this command seals once. */
static int enrol(struct mu_voice *voice, struct adding *adding, Muster__Enrolment *enrolment,
                 struct mu_enrolled *out, bool *proposed)
{
    struct mu_saying saying;
    enum mu_err err =
        mu_ca_issue(&adding->ca, &voice->arena, enrolment, adding->terms.name,
                    mu_county_now_ms(&voice->county, voice->talk.agent), MU_CERTIFICATE_DAYS);
    int code;

    if (err == MU_OK)
        err = mu_say_begin(MUSTER__EVENT__BODY_ENROLMENT, NULL, &voice->how, &saying);
    if (err != MU_OK)
        return mu_cli_error(voice->cli, err, adding->request);
    saying.event->enrolment = enrolment;
    if ((code = mu_enrolment_fill(voice, &adding->terms, &saying)) != MU_EXIT_DONE)
        return code;
    *proposed = mu_authority_needs_two_seals(adding->roster, mu_agent_self(voice->talk.agent),
                                             saying.event);
    snprintf(out->agency, sizeof out->agency, "%s", enrolment->agency);
    out->certificate_size = enrolment->certificate.len;
    if (out->certificate_size > 0)
        memcpy(out->certificate, enrolment->certificate.data, out->certificate_size);
    code = mu_seal_say(voice, adding->roster, &saying);
    tell_roles(voice);
    return code;
}

static int add(struct mu_voice *voice, struct adding *adding)
{
    struct mu_enrolled enrolled;
    Muster__Enrolment *enrolment = NULL;
    bool proposed = false;
    enum mu_err err;
    int code;

    if (!voice->reached)
        return mu_talk_explain(&voice->talk, voice->why);
    if ((err = read_request(voice, adding->request, &enrolment)) != MU_OK)
        return mu_cli_error(voice->cli, err, adding->request);
    if ((err = mu_enrolment_find(voice, enrolment, &enrolled)) != MU_OK ||
        (err = mu_rolls_read(&voice->talk, NULL, NULL, &adding->roster)) != MU_OK)
        return mu_talk_explain(&voice->talk, err);
    if (enrolled.number != 0)
        return write_welcome(voice, adding, &enrolled, false);
    const struct mu_member *self =
        mu_roster_member(adding->roster, mu_agent_self(voice->talk.agent));
    if (self == NULL || !self->is_admin) /* before he is sent to look for a CA's key */
        return mu_cli_error(voice->cli, MU_E_NOT_ADMIN, voice->talk.dir);
    code = mu_ca_open(voice->cli, voice->talk.dir, adding->ca_path, adding->roster, &adding->ca);
    if (code == MU_EXIT_DONE)
        code = enrol(voice, adding, enrolment, &enrolled, &proposed);
    return code == MU_EXIT_DONE ? write_welcome(voice, adding, &enrolled, proposed) : code;
}

int mu_cli_agency_add(struct mu_cli *cli, int argc, char **argv)
{
    struct adding adding = {.request = NULL};
    struct mu_voice voice;
    const char *value;
    int key;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_agency_add_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        take(&adding, key, value);
    }
    if (argc - optind != 1 || adding.terms.roles == NULL)
        return mu_cli_misused(cli, MU_W_ADD_WHAT, NULL);
    adding.request = argv[optind];
    int code = mu_voice_open(&voice, cli, true);
    if (code == MU_EXIT_DONE)
        code = add(&voice, &adding);
    mu_ca_close(&adding.ca);
    mu_roster_free(&adding.roster);
    mu_voice_close(&voice);
    return code;
}
