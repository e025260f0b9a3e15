/* muster agency invite CODE --role ROLE: an admin lets one machine in, by a code read out on the phone.
 *
 * The usual path: the door is opened at the broker, the address and the code are printed, a machine
 * comes, the four words are compared, the enrolment is sealed, the machine says that it has it. Ended
 * anywhere before the seal, nothing of it is anywhere but the keys on the other machine, which the next
 * `muster join` there asks for again; ended after it, the next invitation finds the enrolment in the
 * record and only hands out the answer.
 */
#include "agents/cli/enrol/invite.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/cli/options.h"
#include "agents/cli/output.h"
#include "agents/cli/enrol/rotate.h"
#include "agents/cli/show/show.h"
#include "agents/sdk/home.h"

#define VALID_S_DEFAULT (30 * 60)
#define VALID_S_MAX (24 * 3600)
#define TURN_MS 50
#define OPENED_MS 10000

enum {
    KEY_ROLE = 256,
    KEY_NAME,
    KEY_AREA,
    KEY_KINDS,
    KEY_FROM,
    KEY_UNTIL,
    KEY_VALID,
    KEY_DESK,
    KEY_ENDPOINT,
    KEY_CA,
    KEY_EXPECT,
    KEY_YES,
    KEY_NO_INPUT,
    KEY_AGENT,
    KEY_OWN,
    KEY_COUNTY_CA,
    KEY_REASON,
};

/* clang-format off */
/* What both commands say of a door that stands open. */
#define OF_THE_DOOR                                                                                \
    {"valid", KEY_VALID, "30min", MU_W_OPT_VALID},                                                 \
    {"endpoint", KEY_ENDPOINT, "ADDRESS", MU_W_OPT_ENDPOINT},                                      \
    {"ca", KEY_CA, "FILE", MU_W_OPT_CA},                                                           \
    {"expect-words", KEY_EXPECT, "FILE", MU_W_OPT_EXPECT_WORDS},                                   \
    {"yes", KEY_YES, NULL, MU_W_OPT_INVITE_YES},                                                   \
    {"no-input", KEY_NO_INPUT, NULL, MU_W_OPT_NO_INPUT},                                           \
    {NULL, 0, NULL, MU_W_EXERCISE}

const struct mu_cli_option mu_cli_agency_invite_options[] = {
    {"role", KEY_ROLE, "ROLE,...", MU_W_OPT_ROLES},
    {"name", KEY_NAME, "TEXT", MU_W_OPT_AGENCY_NAME},
    {"area", KEY_AREA, "PREFIX", MU_W_OPT_GRANT_AREA},
    {"kinds", KEY_KINDS, "KIND,...", MU_W_OPT_GRANT_KINDS},
    {"from", KEY_FROM, "TIME", MU_W_OPT_GRANT_FROM},
    {"until", KEY_UNTIL, "TIME", MU_W_OPT_GRANT_UNTIL},
    {"desk", KEY_DESK, NULL, MU_W_OPT_DESK},
    OF_THE_DOOR,
};

const struct mu_cli_option mu_cli_agency_rotate_options[] = {
    {"own", KEY_OWN, NULL, MU_W_OPT_ROTATE_OWN},
    {"county-ca", KEY_COUNTY_CA, NULL, MU_W_OPT_ROTATE_CA},
    {"reason", KEY_REASON, "WORDS", MU_W_OPT_TASK_REASON},
    {"agent", KEY_AGENT, "HEX", MU_W_OPT_GRANT_AGENT},
    OF_THE_DOOR,
};
/* clang-format on */

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* ---- options ------------------------------------------------------------------------------------- */

/* "45s", "30min", "30m", "2h". */
static bool read_span(const char *text, int64_t *seconds)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}};
    char *end;
    long long count = strtoll(text, &end, 10);

    for (size_t i = 0; end != text && i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].unit) != 0)
            continue;
        *seconds = count > VALID_S_MAX ? VALID_S_MAX + 1 : count * units[i].seconds;
        return *seconds > 0 && *seconds <= VALID_S_MAX;
    }
    return false;
}

static bool take(struct mu_invite *invite, int key, const char *value)
{
    switch (key) {
    case KEY_ROLE:
        invite->terms.roles = value;
        return true;
    case KEY_NAME:
        invite->terms.name = value;
        return true;
    case KEY_AREA:
        invite->terms.area = value;
        return true;
    case KEY_KINDS:
        invite->terms.kinds = value;
        return true;
    case KEY_FROM:
        invite->terms.from = value;
        return true;
    case KEY_UNTIL:
        invite->terms.until = value;
        return true;
    case KEY_VALID:
        return read_span(value, &invite->valid_s);
    case KEY_DESK:
        return invite->terms.desk = true;
    case KEY_ENDPOINT:
        invite->endpoint = value;
        return mu_endpoint_ok(value);
    case KEY_CA:
        invite->ca_path = value;
        return true;
    case KEY_EXPECT:
        invite->expect = value;
        return true;
    case KEY_AGENT:
        invite->agent_hex = value;
        return true;
    case KEY_YES:
        return invite->yes = true;
    case KEY_OWN:
        return invite->own = true;
    case KEY_COUNTY_CA:
        return invite->county_ca = true;
    case KEY_REASON:
        invite->reason = value;
        return true;
    default:
        return invite->no_input = true;
    }
}

/* ---- what the door says -------------------------------------------------------------------------- */

int mu_invite_end(struct mu_invite *invite, int code)
{
    invite->stage = MU_INVITE_DONE;
    invite->exit = code;
    return code;
}

void mu_invite_shut(struct mu_invite *invite, enum mu_err why)
{
    struct mu_join_frame frame = {invite->id, MU_JOIN_SHUT, (uint32_t)why, {NULL, 0}};

    if (mu_agent_join(invite->voice.talk.agent, &frame) != MU_OK ||
        mu_agent_turn(invite->voice.talk.agent, 0) != MU_OK)
        return; /* the broker finds us gone, and shuts it then */
}

void mu_invite_pass(struct mu_invite *invite, const struct mu_writer *w)
{
    MU_CHECK(mu_writer_ok(w));
    struct mu_join_frame frame = {invite->id, MU_JOIN_PASS, 0, mu_written(w)};

    if (mu_agent_join(invite->voice.talk.agent, &frame) != MU_OK)
        return; /* the newcomer waits, or goes and comes again */
}

/* A callback of the agent's turn: kept for after it. More than fit are a broker that talks nonsense. */
static enum mu_err keep_said(void *user, const struct mu_join_frame *said)
{
    struct mu_invite *invite = user;
    struct mu_invite_said *kept = &invite->queue[invite->queued];

    if (said->id != invite->id || invite->queued == MU_INVITE_QUEUE)
        return MU_OK;
    kept->what = said->what;
    kept->value = said->value;
    kept->size = said->payload.size;
    memcpy(kept->payload, said->payload.data, said->payload.size);
    invite->queued++;
    return MU_OK;
}

static void print_opened(struct mu_invite *invite, const char *at)
{
    struct mu_style style = {.lang = invite->cli->lang,
                             .offset_min = invite->voice.county.offset_min};
    char endpoint[MU_ENDPOINT_BYTES_MAX], host[MU_ENDPOINT_BYTES_MAX], address[2 * sizeof host];
    char until[32], line[1024];
    struct mu_text text = mu_text(until, sizeof until);
    struct mu_text out = mu_text(line, sizeof line);
    const char *port = mu_invite_port(at);

    snprintf(endpoint, sizeof endpoint, "%s", invite->endpoint);
    mu_invite_host(endpoint, host, sizeof host);
    if (strncmp(at, "ipc://", 6) == 0)
        snprintf(address, sizeof address, "%s", at);
    else
        snprintf(address, sizeof address, "%s%s%s", host, strcmp(port, "7401") == 0 ? "" : ":",
                 strcmp(port, "7401") == 0 ? "" : port);
    mu_show_clock(&text, &style, mu_talk_wall_ms() + invite->valid_s * 1000);
    if (invite->cli->form == MU_FORM_JSON) {
        mu_json_open(&out);
        mu_json_member(&out, "result", "open");
        mu_json_member(&out, "agency", invite->agency);
        mu_json_member(&out, "address", address);
        mu_json_member(&out, "code", invite->code);
        mu_json_number(&out, "valid_s", invite->valid_s);
        mu_json_close(&out);
        puts(line);
    } else {
        mu_output_line(invite->cli, MU_W_INVITE_OPEN, invite->agency, until, NULL);
        mu_output_line(invite->cli, invite->replaces ? MU_W_ROTATE_THERE : MU_W_INVITE_THERE,
                       address, NULL);
        mu_output_line(invite->cli, MU_W_INVITE_CODE, invite->code, NULL);
    }
    fflush(stdout);
    mu_cli_tell(invite->cli, MU_W_INVITE_WAITING, NULL);
}

static void take_said(struct mu_invite *invite, struct mu_invite_said *said)
{
    char left[16];

    switch (said->what) {
    case MU_JOIN_OPENED:
        said->payload[said->size < sizeof said->payload ? said->size : said->size - 1] = '\0';
        invite->stage = MU_INVITE_WAITING;
        print_opened(invite, (const char *)said->payload);
        break;
    case MU_JOIN_CAME:
        mu_invite_hear(invite, (struct mu_bytes){said->payload, said->size});
        break;
    case MU_JOIN_TRIED:
        snprintf(left, sizeof left, "%u", (unsigned)said->value);
        mu_cli_tell(invite->cli, MU_W_INVITE_TRIED, left, NULL);
        break;
    case MU_JOIN_CLOSED:
        if (invite->stage == MU_INVITE_OPENING && said->value == MU_E_BUSY)
            mu_invite_end(invite, mu_cli_fail(invite->cli, MU_EXIT_LATER, MU_W_INVITE_BUSY, NULL));
        else if (invite->stage != MU_INVITE_ANSWERED)
            mu_invite_end(invite, mu_cli_error(invite->cli, (enum mu_err)said->value, NULL));
        break;
    default:
        break;
    }
}

static void take_all_said(struct mu_invite *invite)
{
    for (size_t i = 0; i < invite->queued && invite->stage != MU_INVITE_DONE; i++)
        take_said(invite, &invite->queue[i]);
    invite->queued = 0;
}

/* ---- opening ------------------------------------------------------------------------------------- */

static enum mu_err open_door(struct mu_invite *invite)
{
    struct mu_door_keys keys;
    enum mu_err err = mu_code_make(invite->code);

    if (err == MU_OK)
        err = mu_random(&invite->id, sizeof invite->id);
    if (err == MU_OK)
        err = mu_code_keys(invite->code, &keys);
    if (err != MU_OK)
        return err;
    err = mu_agent_join(invite->voice.talk.agent,
                        &(struct mu_join_frame){invite->id,
                                                MU_JOIN_OPEN,
                                                (uint32_t)invite->valid_s,
                                                {keys.secret, sizeof keys.secret}});
    mu_wipe(&keys, sizeof keys);
    invite->until_ms = mu_talk_machine_ms() + OPENED_MS;
    return err;
}

/* Said here, before anybody is bothered with a code: what the judge would say at the end. */
static int check_terms(struct mu_invite *invite)
{
    char roles[256];
    char *rest = NULL;
    int code = mu_kinds_check(invite->cli, invite->terms.kinds);

    if (code != MU_EXIT_DONE)
        return code;
    snprintf(roles, sizeof roles, "%s", invite->terms.roles == NULL ? "" : invite->terms.roles);
    for (char *role = strtok_r(roles, ",", &rest); role != NULL;
         role = strtok_r(NULL, ",", &rest)) {
        if (strcmp(role, "admin") == 0)
            return mu_cli_misused(invite->cli, MU_W_ADD_NO_ADMIN, NULL);
        if (!mu_authority_role_known(invite->roster, role))
            return mu_cli_misused(invite->cli, MU_W_INVITE_NO_ROLE, role, NULL);
    }
    const struct mu_member *self =
        mu_roster_member(invite->roster, mu_agent_self(invite->voice.talk.agent));
    if (self == NULL || !self->is_admin || self->standing != MU_STANDING_GOOD)
        return mu_cli_error(invite->cli, MU_E_NOT_ADMIN, invite->voice.talk.dir);
    if (invite->yes && !invite->cli->exercise)
        return mu_cli_misused(invite->cli, MU_W_INVITE_YES_EXERCISE, NULL);
    return MU_EXIT_DONE;
}

static int prepare(struct mu_invite *invite)
{
    struct mu_voice *voice = &invite->voice;
    enum mu_err err;
    int code;

    if (!voice->reached)
        return mu_talk_explain(&voice->talk, voice->why);
    if ((err = mu_rolls_read(&voice->talk, NULL, NULL, &invite->roster)) != MU_OK)
        return mu_talk_explain(&voice->talk, err);
    if (invite->endpoint == NULL)
        invite->endpoint = mu_agent_endpoint(voice->talk.agent);
    if ((code = check_terms(invite)) != MU_EXIT_DONE ||
        (code = mu_ca_open(invite->cli, voice->talk.dir, invite->ca_path, invite->roster,
                           &invite->ca)) != MU_EXIT_DONE)
        return code;
    if (invite->replaces && (code = mu_invite_find_seat(invite)) != MU_EXIT_DONE)
        return code;
    voice->talk.on_join = keep_said;
    voice->talk.join_user = invite;
    err = open_door(invite);
    return err == MU_OK ? MU_EXIT_DONE : mu_talk_explain(&voice->talk, err);
}

/* ---- while it stands ------------------------------------------------------------------------------ */

static int ended_by_hand(struct mu_invite *invite)
{
    bool enrolled = invite->stage == MU_INVITE_ANSWERED;

    mu_invite_shut(invite, MU_E_NO_INVITATION);
    return mu_cli_fail(invite->cli, MU_EXIT_FAILED,
                       enrolled ? MU_W_INVITE_LEFT_ENROLLED : MU_W_INVITE_LEFT, invite->agency,
                       NULL);
}

static void look_at_clock(struct mu_invite *invite)
{
    if (mu_talk_machine_ms() < invite->until_ms)
        return;
    if (invite->stage == MU_INVITE_OPENING)
        mu_invite_end(invite, mu_talk_explain(&invite->voice.talk, MU_E_TIMEOUT));
    if (invite->stage == MU_INVITE_ANSWERED) {
        mu_invite_shut(invite, MU_OK);
        mu_invite_end(invite, mu_cli_fail(invite->cli, MU_EXIT_LATER, MU_W_INVITE_LEFT_ENROLLED,
                                          invite->agency, NULL));
    }
}

static int stand(struct mu_invite *invite)
{
    struct mu_talk *talk = &invite->voice.talk;

    while (invite->stage != MU_INVITE_DONE) {
        enum mu_err err = mu_agent_turn(talk->agent, TURN_MS);

        if (err != MU_OK)
            return mu_cli_error(invite->cli, err, NULL);
        if (talk->link == MU_LINK_REFUSED)
            return mu_talk_explain(talk, talk->why);
        if (interrupted)
            return ended_by_hand(invite);
        take_all_said(invite);
        if (invite->stage == MU_INVITE_ASKING)
            mu_invite_look_for_reply(invite);
        look_at_clock(invite);
    }
    return invite->exit;
}

static void close_invite(struct mu_invite *invite)
{
    if (invite->reply_fd > STDIN_FILENO)
        close(invite->reply_fd);
    mu_ca_close(&invite->ca);
    mu_roster_free(&invite->roster);
    mu_voice_close(&invite->voice);
    mu_wipe(invite, sizeof *invite);
    free(invite);
}

static int run(struct mu_cli *cli, int argc, char **argv, const struct mu_cli_option *options,
               bool replaces)
{
    struct mu_invite *invite = calloc(1, sizeof *invite);
    struct sigaction action = {.sa_handler = interrupt};
    const char *value;
    int key, code = MU_EXIT_USAGE;

    if (invite == NULL)
        return mu_cli_error(cli, MU_E_NO_MEMORY, NULL);
    invite->cli = cli;
    invite->replaces = replaces;
    invite->valid_s = VALID_S_DEFAULT;
    invite->reply_fd = -1;
    while ((key = mu_cli_option(cli, argc, argv, options, &value)) != -1) {
        if (key != '?' && key != '!' && take(invite, key, value))
            continue;
        if (key != '?' && key != '!')
            (void)mu_cli_wrong_key(cli, options, key, value);
        free(invite);
        return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
    }
    if (argc == optind && invite->own != invite->county_ca) {
        struct mu_key_rotation what = {.reason = invite->reason, .ca_path = invite->ca_path};

        code = invite->own ? mu_rotate_own(cli, &what) : mu_rotate_ca(cli, &what);
        free(invite);
        return code;
    }
    if (argc - optind != 1 || invite->own || invite->county_ca ||
        (invite->terms.roles == NULL && !replaces)) {
        free(invite);
        return mu_cli_misused(cli, replaces ? MU_W_ROTATE_WHAT : MU_W_INVITE_WHAT, NULL);
    }
    invite->agency = argv[optind];
    if (!mu_home_name_ok(invite->agency)) {
        free(invite);
        return mu_cli_misused(cli, MU_W_BAD_OPTION_VALUE, "CODE", argv[optind], NULL);
    }
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    code = mu_voice_open(&invite->voice, cli, true);
    if (code == MU_EXIT_DONE)
        code = prepare(invite);
    if (code == MU_EXIT_DONE)
        code = stand(invite);
    close_invite(invite);
    return code;
}

int mu_cli_agency_invite(struct mu_cli *cli, int argc, char **argv)
{
    return run(cli, argc, argv, mu_cli_agency_invite_options, false);
}

int mu_cli_agency_rotate(struct mu_cli *cli, int argc, char **argv)
{
    return run(cli, argc, argv, mu_cli_agency_rotate_options, true);
}
