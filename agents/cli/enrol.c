/* muster agency add REQUESTFILE: an admin takes a machine into the roster.
 *
 * The request says who wants in, with which keys; what it may say is the admin's to add. Run again after
 * a cut, it finds the enrolment in the record and only hands out the welcome.
 */
#include "agents/cli/options.h"
#include "agents/cli/output.h"
#include "agents/cli/voice.h"
#include "agents/cli/welcome.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/sdk/home.h"
#include "proto/sign/digest.h"
#include "proto/wire/json.h"

#define REQUEST_BYTES_MAX 8192u
#define LIST_MAX 32u

enum { KEY_ROLES = 256, KEY_AREA, KEY_KINDS, KEY_UNTIL, KEY_NAME, KEY_DESK, KEY_OUT, KEY_ENDPOINT };

const struct mu_cli_option mu_cli_agency_add_options[] = {
    {"roles", KEY_ROLES, "ROLE,...", MU_W_OPT_ROLES},
    {"area", KEY_AREA, "PREFIX", MU_W_OPT_GRANT_AREA},
    {"kinds", KEY_KINDS, "KIND,...", MU_W_OPT_GRANT_KINDS},
    {"until", KEY_UNTIL, "TIME", MU_W_OPT_GRANT_UNTIL},
    {"name", KEY_NAME, "TEXT", MU_W_OPT_AGENCY_NAME},
    {"desk", KEY_DESK, NULL, MU_W_OPT_DESK},
    {"endpoint", KEY_ENDPOINT, "ADDRESS", MU_W_OPT_ENDPOINT},
    {"out", KEY_OUT, "FILE", MU_W_OPT_OUT},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

/* ---- the request -------------------------------------------------------------------------------- */

struct adding {
    const char *request, *roles, *area, *kinds, *until, *name, *out, *endpoint;
    bool desk;
};

static void take(struct adding *adding, int key, const char *value)
{
    switch (key) {
    case KEY_ROLES:
        adding->roles = value;
        break;
    case KEY_AREA:
        adding->area = value;
        break;
    case KEY_KINDS:
        adding->kinds = value;
        break;
    case KEY_UNTIL:
        adding->until = value;
        break;
    case KEY_NAME:
        adding->name = value;
        break;
    case KEY_OUT:
        adding->out = value;
        break;
    case KEY_ENDPOINT:
        adding->endpoint = value;
        break;
    default:
        adding->desk = true;
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

/* ---- roles and grants ------------------------------------------------------------------------------- */

/* "a,b" as a list in the arena. NULL list and 0 for NULL. */
static enum mu_err cut_list(mu_arena *arena, const char *text, char ***list, size_t *count)
{
    *count = 0;
    *list = NULL;
    if (text == NULL)
        return MU_OK;
    if ((*list = mu_arena_take(arena, LIST_MAX * sizeof(char *))) == NULL)
        return MU_E_NO_MEMORY;
    while (*text != '\0') {
        size_t length = strcspn(text, ",");

        if (length == 0 || *count == LIST_MAX)
            return MU_E_BAD_VALUE;
        if (((*list)[*count] = mu_arena_copy(arena, text, length)) == NULL)
            return MU_E_NO_MEMORY;
        (*count)++;
        text += length + (text[length] == ',' ? 1 : 0);
    }
    return MU_OK;
}

/* One more grant of publishing in `area`, its kinds or role still to be named. */
static Muster__Grant *append_grant(mu_arena *arena, Muster__Enrolment *enrolment, char *area)
{
    Muster__Grant *grant = mu_arena_take(arena, sizeof *grant);
    char **areas = mu_arena_take(arena, sizeof *areas);

    if (enrolment->grants == NULL)
        enrolment->grants = mu_arena_take(arena, (LIST_MAX + 1) * sizeof(Muster__Grant *));
    if (grant == NULL || areas == NULL || enrolment->grants == NULL)
        return NULL;
    muster__grant__init(grant);
    areas[0] = area;
    grant->agency = enrolment->agency;
    grant->areas = areas;
    grant->n_areas = 1;
    grant->has_may_publish = 1;
    grant->may_publish = 1;
    enrolment->grants[enrolment->n_grants++] = grant;
    return grant;
}

/* A role named in the enrolment speaks for the whole county. Within one area it is a grant instead. */
static enum mu_err narrow_roles(mu_arena *arena, Muster__Enrolment *enrolment, char *area)
{
    for (size_t i = 0; i < enrolment->n_roles; i++) {
        Muster__Grant *grant = append_grant(arena, enrolment, area);

        if (grant == NULL)
            return MU_E_NO_MEMORY;
        grant->role = enrolment->roles[i];
    }
    enrolment->n_roles = 0;
    return MU_OK;
}

/* Everyone enrolled may read what is not private; grants are about publishing. */
static enum mu_err add_grants(struct mu_voice *voice, const struct adding *adding,
                              Muster__Enrolment *enrolment)
{
    mu_arena *arena = &voice->arena;
    const char *area = adding->area != NULL ? adding->area : voice->county.area;
    char *copy = mu_arena_copy(arena, area, strlen(area));
    enum mu_err err = copy == NULL ? MU_E_NO_MEMORY : MU_OK;

    if (err == MU_OK && adding->area != NULL)
        err = narrow_roles(arena, enrolment, copy);
    if (err != MU_OK || adding->kinds == NULL)
        return err;
    Muster__Grant *grant = append_grant(arena, enrolment, copy);
    return grant == NULL ? MU_E_NO_MEMORY
                         : cut_list(arena, adding->kinds, &grant->kinds, &grant->n_kinds);
}

/* Two admins must agree on a third; this command seals once. */
static bool names_admin(const Muster__Enrolment *enrolment)
{
    for (size_t i = 0; i < enrolment->n_roles; i++)
        if (strcmp(enrolment->roles[i], "admin") == 0)
            return true;
    return false;
}

static int fill_enrolment(struct mu_voice *voice, const struct adding *adding,
                          struct mu_saying *saying)
{
    Muster__Enrolment *enrolment = saying->event->enrolment;
    enum mu_err err =
        cut_list(&voice->arena, adding->roles, &enrolment->roles, &enrolment->n_roles);

    if (err == MU_OK && adding->until != NULL)
        err = mu_say_set(saying, "enrolment.not_after_ms", adding->until, &voice->how);
    if (err == MU_OK && adding->name != NULL)
        err = mu_say_set(saying, "enrolment.name", adding->name, &voice->how);
    if (err == MU_OK && adding->area != NULL)
        err = mu_say_set(saying, "enrolment.home_area", adding->area, &voice->how);
    if (err == MU_OK && names_admin(enrolment))
        return mu_cli_misused(voice->cli, MU_W_ADD_NO_ADMIN, NULL);
    enrolment->has_desk = 1;
    enrolment->desk = adding->desk;
    if (err == MU_OK)
        err = add_grants(voice, adding, enrolment);
    return err == MU_OK ? MU_EXIT_DONE : mu_voice_explain(voice, err, saying->kind);
}

/* ---- is it there already? ---------------------------------------------------------------------------- */

struct search {
    const Muster__Enrolment *wanted;
    bool found;
};

static enum mu_err compare(void *user, const struct mu_entry *entry)
{
    struct search *search = user;
    const Muster__Enrolment *e = entry->event == NULL ? NULL : entry->event->enrolment;

    if (entry->code != 0 || e == NULL || entry->event->body_case != MUSTER__EVENT__BODY_ENROLMENT)
        return MU_OK;
    if (e->agent.len == search->wanted->agent.len &&
        memcmp(e->agent.data, search->wanted->agent.data, e->agent.len) == 0)
        search->found = true;
    return MU_OK;
}

/* Run again after a cut, it finds what it did before and hands out the welcome. */
static enum mu_err find_enrolled(struct mu_voice *voice, struct search *search)
{
    enum mu_err err;

    voice->talk.on_entry = compare;
    voice->talk.user = search;
    err = mu_talk_read(&voice->talk, "type=enrolment", 1);
    voice->talk.on_entry = NULL;
    return err;
}

/* ---- the enrolment -------------------------------------------------------------------------------------------------------- */

static int write_welcome(struct mu_voice *voice, const struct adding *adding,
                         const Muster__Enrolment *enrolment)
{
    struct mu_welcome_file welcome;
    char path[PATH_MAX];
    const char *slash = strrchr(adding->request, '/');
    enum mu_err err = mu_welcome_file_of(voice->talk.dir, &voice->county, &welcome);

    if (adding->out != NULL)
        snprintf(path, sizeof path, "%s", adding->out);
    else if (slash != NULL)
        snprintf(path, sizeof path, "%.*s/welcome", (int)(slash - adding->request),
                 adding->request);
    else
        snprintf(path, sizeof path, "welcome");
    if (err == MU_OK && adding->endpoint != NULL) {
        if (!mu_endpoint_ok(adding->endpoint))
            return mu_cli_misused(voice->cli, MU_W_BAD_OPTION_VALUE, "--endpoint", adding->endpoint,
                                  NULL);
        snprintf(welcome.endpoint, sizeof welcome.endpoint, "%s", adding->endpoint);
    }
    if (err == MU_OK)
        err = mu_welcome_file_write(path, &welcome);
    if (err != MU_OK)
        return mu_cli_error(voice->cli, err, path);
    mu_output_line(voice->cli, MU_W_ENROLLED, enrolment->agency, path, NULL);
    mu_cli_tell(voice->cli, MU_W_ENROLLED_NEXT, path, NULL);
    return MU_EXIT_DONE;
}

static int add(struct mu_voice *voice, const struct adding *adding)
{
    struct mu_saying saying;
    struct search search = {NULL, false};
    Muster__Enrolment *enrolment = NULL;
    enum mu_err err;

    if (!voice->reached)
        return mu_talk_explain(&voice->talk, voice->why);
    if ((err = read_request(voice, adding->request, &enrolment)) != MU_OK)
        return mu_cli_error(voice->cli, err, adding->request);
    search.wanted = enrolment;
    if ((err = find_enrolled(voice, &search)) != MU_OK)
        return mu_talk_explain(&voice->talk, err);
    if (search.found)
        return write_welcome(voice, adding, enrolment);
    err = mu_say_begin(MUSTER__EVENT__BODY_ENROLMENT, NULL, &voice->how, &saying);
    if (err != MU_OK)
        return mu_cli_error(voice->cli, err, NULL);
    saying.event->enrolment = enrolment;
    int code = fill_enrolment(voice, adding, &saying);
    if (code == MU_EXIT_DONE)
        code = mu_voice_say(voice, &saying, true);
    return code == MU_EXIT_DONE ? write_welcome(voice, adding, enrolment) : code;
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
    if (argc - optind != 1 || adding.roles == NULL)
        return mu_cli_misused(cli, MU_W_ADD_WHAT, NULL);
    adding.request = argv[optind];
    int code = mu_voice_open(&voice, cli, true);
    if (code == MU_EXIT_DONE)
        code = add(&voice, &adding);
    mu_voice_close(&voice);
    return code;
}
