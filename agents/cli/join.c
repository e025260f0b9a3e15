/* muster join HOST: this machine into a county's record, by the code an admin reads out.
 *
 * The usual path: read the code, make the keys, knock, show the four words, wait for the admin, point
 * the home, read our own enrolment back from the record. Killed anywhere, the keys stay where they are
 * and the next run goes on with them; once the home is pointed, it only tries the link.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "agents/cli/county.h"
#include "agents/cli/options.h"
#include "agents/cli/output.h"
#include "agents/cli/show.h"
#include "agents/sdk/conf.h"
#include "agents/sdk/file.h"
#include "agents/sdk/join.h"
#include "proto/sign/certificate.h"
#include "proto/words/check.h"

#define CLOCK_FAR_MS 2000
#define CERTIFICATE_NAME "certificate.der"
#define ENDPOINT_HERE "tcp://*:"

enum { KEY_CODE_FILE = 256, KEY_PROGRAM, KEY_NO_INPUT, KEY_ROTATE };

const struct mu_cli_option mu_cli_join_options[] = {
    {"code-file", KEY_CODE_FILE, "FILE", MU_W_OPT_CODE_FILE},
    {"program", KEY_PROGRAM, "NAME", MU_W_OPT_PROGRAM},
    {"no-input", KEY_NO_INPUT, NULL, MU_W_OPT_NO_INPUT},
    {"rotate", KEY_ROTATE, NULL, MU_W_OPT_ROTATE},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

struct joining {
    struct mu_cli *cli;
    const char *host, *code_file, *program;
    bool no_input, rotates;
    struct mu_agent_id old; /* whose seat it takes, when it rotates */
    char seat[PATH_MAX];    /* ... and where that lives */
    char dir[PATH_MAX], endpoint[MU_ENDPOINT_BYTES_MAX], code[MU_CODE_BYTES];
    struct mu_home home;
    bool opened, kept; /* the home; and it was there before */
    struct mu_joined got;
    char words[256];
};

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static bool is_stopped(void *user)
{
    (void)user;
    return interrupted != 0;
}

/* ---- the code -------------------------------------------------------------------------------------- */

/* What is typed is not shown: somebody may look over a shoulder. What was typed before the prompt counts. */
static bool read_quietly(char *line, size_t size)
{
    struct termios before, quiet;
    bool terminal = tcgetattr(STDIN_FILENO, &before) == 0, got;

    if (terminal) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
    }
    got = fgets(line, (int)size, stdin) != NULL;
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    return got;
}

static int no_code(const struct joining *j)
{
    if (interrupted)
        return mu_cli_fail(j->cli, MU_EXIT_FAILED, MU_W_JOIN_LEFT, j->dir, j->host, NULL);
    return mu_cli_misused(j->cli, MU_W_JOIN_NO_CODE, NULL);
}

static int read_typed(struct joining *j, char *line, size_t size)
{
    if (j->no_input)
        return no_code(j);
    if (isatty(STDIN_FILENO))
        fputs(mu_word(MU_W_JOIN_CODE, j->cli->lang), stderr);
    return read_quietly(line, size) ? MU_EXIT_DONE : no_code(j);
}

static int read_code_file(const struct joining *j, char *line, size_t size)
{
    FILE *file = fopen(j->code_file, "re");
    bool got;

    if (file == NULL)
        return mu_cli_error(j->cli, errno == ENOENT ? MU_E_ABSENT : MU_E_SYSTEM, j->code_file);
    got = fgets(line, (int)size, file) != NULL;
    fclose(file);
    return got ? MU_EXIT_DONE : mu_cli_misused(j->cli, MU_W_JOIN_BAD_CODE, NULL);
}

static int read_code(struct joining *j)
{
    char line[128] = "";
    bool from_file = j->code_file != NULL && strcmp(j->code_file, "-") != 0;
    int code;

    if (j->code_file != NULL && !from_file)
        j->no_input = false;
    code = from_file ? read_code_file(j, line, sizeof line) : read_typed(j, line, sizeof line);
    if (code == MU_EXIT_DONE && mu_code_read(line, j->code) != MU_OK)
        code = mu_cli_misused(j->cli, MU_W_JOIN_BAD_CODE, NULL);
    mu_wipe(line, sizeof line);
    return code;
}

/* ---- the home -------------------------------------------------------------------------------------- */

/* A running demo is not what somebody means who joins. */
static int find_place(struct joining *j)
{
    const char *given = j->cli->dir != NULL ? j->cli->dir : getenv("MUSTER_DIR");
    const char *home = getenv("HOME");
    int size = -1;

    if (given != NULL && given[0] != '\0')
        size = snprintf(j->dir, sizeof j->dir, "%s", given);
    else if (home != NULL && home[0] == '/')
        size = snprintf(j->dir, sizeof j->dir, "%s/.muster", home);
    if (size <= 0 || (size_t)size >= sizeof j->dir)
        return mu_cli_fail(j->cli, MU_EXIT_ABSENT, MU_W_NO_PLACE, NULL);
    j->cli->dir = j->dir;
    return MU_EXIT_DONE;
}

/* As told; or, for a new key, the one that used the old. */
static const char *program_of(const struct joining *j, char *out, size_t size)
{
    struct mu_home conf = {0};

    if (j->program != NULL)
        return j->program;
    if (!j->rotates || mu_conf_read(j->seat, &conf) != MU_OK)
        return "muster";
    snprintf(out, size, "%s", conf.program);
    return out;
}

static int open_home(struct joining *j)
{
    char program[MU_NAME_BYTES_MAX];
    enum mu_err err = mu_home_open(j->dir, &j->home);

    j->kept = err == MU_OK;
    if (err == MU_E_ABSENT)
        err = mu_home_make(j->dir, program_of(j, program, sizeof program), &j->home);
    j->opened = err == MU_OK;
    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(j->cli, err, j->dir);
}

/* ---- what is heard ----------------------------------------------------------------------------------- */

/* A new key is for the seat it was asked for, and a new machine is none. */
static bool fits_seat(const struct joining *j, const struct mu_joined *got)
{
    char hex[33];

    if (!j->rotates && !got->replaces)
        return true;
    if (j->rotates && got->replaces && mu_agent_id_equal(&j->old, &got->old))
        return true;
    mu_hex(j->old.b, sizeof j->old.b, hex);
    (void)mu_cli_fail(j->cli, MU_EXIT_FAILED, j->rotates ? MU_W_ROTATE_NOT : MU_W_ROTATE_ASK,
                      j->rotates ? hex : j->host, NULL);
    return false;
}

static enum mu_err take_challenge(void *user, const struct mu_joined *got)
{
    struct joining *j = user;
    enum mu_err err;

    if (!fits_seat(j, got))
        return MU_E_EXISTS;
    if (j->kept && strcmp(j->home.agency, got->agency) != 0) {
        (void)mu_cli_fail(j->cli, MU_EXIT_FAILED, MU_W_JOIN_OTHER_AGENCY, j->dir, j->home.agency,
                          got->agency, NULL);
        return MU_E_EXISTS;
    }
    if (!j->kept && (err = mu_home_settle(&j->home, got->agency)) != MU_OK)
        return err;
    if (j->cli->form != MU_FORM_JSON)
        mu_cli_tell(j->cli, j->kept ? MU_W_JOIN_KEYS_KEPT : MU_W_JOIN_KEYS, j->dir, NULL);
    return MU_OK;
}

static void take_words(void *user, const struct mu_joined *got)
{
    struct joining *j = user;
    struct mu_text text = mu_text(j->words, sizeof j->words);
    char line[512];
    struct mu_text out = mu_text(line, sizeof line);

    mu_check_words_print(&text, got->words, MU_CHECK_WORDS, j->cli->lang);
    if (j->cli->form == MU_FORM_JSON) {
        mu_json_open(&out);
        mu_json_member(&out, "result", "words");
        mu_json_member(&out, "agency", got->agency);
        mu_json_member(&out, "words", j->words);
        mu_json_close(&out);
        puts(line);
    } else {
        mu_output_line(j->cli, MU_W_JOIN_WORDS, got->county, got->agency, j->words, NULL);
        mu_cli_tell(j->cli, MU_W_JOIN_WAITING, NULL);
    }
    fflush(stdout);
}

/* ---- the answer -------------------------------------------------------------------------------------- */

/* The broker at the host we came by, unless the admin named another. */
static void find_broker(struct joining *j)
{
    const char *colon = strrchr(j->endpoint, ':');
    char port[64];

    if (strncmp(j->got.endpoint, ENDPOINT_HERE, strlen(ENDPOINT_HERE)) != 0)
        return;
    snprintf(port, sizeof port, "%s", j->got.endpoint + strlen(ENDPOINT_HERE));
    snprintf(j->got.endpoint, sizeof j->got.endpoint, "%.*s:%.32s",
             (int)(colon - j->endpoint < 200 ? colon - j->endpoint : 200), j->endpoint, port);
}

static enum mu_err keep_answer(struct joining *j)
{
    struct mu_county county;
    enum mu_err err;

    find_broker(j);
    mu_county_parse(j->got.county_lines, &county);
    err = mu_home_point(j->dir, j->got.endpoint, &j->got.log, j->got.broker_curve, &j->got.log_key);
    if (err == MU_OK && county.known)
        err = mu_county_write(j->dir, &county);
    if (err == MU_OK && j->got.certificate_size > 0)
        err = mu_file_put(j->dir, CERTIFICATE_NAME,
                          (struct mu_bytes){j->got.certificate, j->got.certificate_size});
    j->cli->exercise = county.status == MUSTER__STATUS__STATUS_EXERCISE;
    return err;
}

static int explain(struct joining *j, enum mu_err err)
{
    if (err == MU_E_EXISTS)
        return MU_EXIT_FAILED; /* that has been explained */
    if (interrupted)
        return mu_cli_fail(j->cli, MU_EXIT_FAILED, MU_W_JOIN_LEFT, j->dir, j->host, NULL);
    return mu_cli_error(j->cli, err, j->endpoint);
}

static int ask(struct joining *j)
{
    struct mu_join_calls calls = {
        .on_challenge = take_challenge, .on_words = take_words, .stopped = is_stopped, .user = j};
    mu_joiner *joiner = NULL;
    enum mu_err err = mu_join_open(j->endpoint, j->code, j->cli->timeout_ms, &calls, &joiner);

    if (err == MU_OK)
        err = mu_join_ask(joiner, &j->home, &j->got);
    if (err == MU_OK && (err = keep_answer(j)) == MU_OK)
        mu_join_taken(joiner);
    mu_join_close(&joiner);
    return err == MU_OK ? MU_EXIT_DONE : explain(j, err);
}

/* ---- there and back ---------------------------------------------------------------------------------- */

struct trip {
    const struct mu_agent_id *self;
    uint64_t number;
    int64_t certificate_until_ms;
};

static enum mu_err find_self(void *user, const struct mu_entry *entry)
{
    struct trip *trip = user;
    const Muster__Enrolment *e = entry->event == NULL ? NULL : entry->event->enrolment;
    struct mu_certificate c;

    if (entry->code != 0 || e == NULL || entry->event->body_case != MUSTER__EVENT__BODY_ENROLMENT ||
        e->agent.len != sizeof trip->self->b ||
        memcmp(e->agent.data, trip->self->b, e->agent.len) != 0)
        return MU_OK;
    trip->number = entry->number;
    /* Who signed it was checked by the broker and, folding the roster, by this machine. */
    if (e->has_certificate &&
        mu_certificate_look((struct mu_bytes){e->certificate.data, e->certificate.len}, &c) ==
            MU_OK)
        trip->certificate_until_ms = c.until_ms;
    return MU_OK;
}

static void tell_clock(struct joining *j, const mu_agent *agent)
{
    struct mu_style style = {.lang = j->cli->lang};
    struct mu_county county;
    char shown[32];
    struct mu_text text = mu_text(shown, sizeof shown);
    int64_t off_ms = mu_agent_log_now_ms(agent) - mu_talk_wall_ms();

    mu_county_read(j->dir, &county);
    style.offset_min = county.offset_min;
    if (j->cli->exercise) {
        mu_show_seconds(&text, &style, mu_agent_log_now_ms(agent));
        mu_output_line(j->cli, MU_W_JOIN_CLOCK_EXERCISE, shown, NULL);
        return;
    }
    mu_text_addf(&text, "%+" PRId64, off_ms);
    mu_output_line(j->cli,
                   off_ms > CLOCK_FAR_MS || off_ms < -CLOCK_FAR_MS ? MU_W_JOIN_CLOCK_FAR
                                                                   : MU_W_JOIN_CLOCK,
                   shown, NULL);
}

static void tell_next(struct joining *j)
{
    const char *dir = j->rotates ? j->seat : j->dir;
    const char *home = getenv("HOME");
    char usual[PATH_MAX], where[PATH_MAX + 16] = "";

    snprintf(usual, sizeof usual, "%s/.muster", home == NULL ? "" : home);
    if (getenv("MUSTER_DIR") == NULL && strcmp(usual, dir) != 0)
        snprintf(where, sizeof where, " --dir %s", dir);
    mu_output_line(j->cli, MU_W_JOIN_DONE, j->home.agency, NULL);
    mu_cli_tell(j->cli, MU_W_JOIN_NEXT, where, NULL);
}

static void tell_trip(struct joining *j, const struct mu_talk *talk, const struct trip *trip,
                      int64_t took_ms)
{
    struct mu_style style = {.lang = j->cli->lang};
    struct mu_county county;
    char number[32], took[32], until[64] = "-", line[1024];
    struct mu_text text = mu_text(until, sizeof until), out = mu_text(line, sizeof line);

    mu_county_read(j->dir, &county);
    style.offset_min = county.offset_min;
    snprintf(number, sizeof number, "%" PRIu64, trip->number);
    snprintf(took, sizeof took, "%" PRId64, took_ms);
    if (trip->certificate_until_ms != 0)
        mu_show_iso(&text, &style, trip->certificate_until_ms);
    if (j->cli->form == MU_FORM_JSON) {
        mu_json_open(&out);
        mu_json_member(&out, "result", "joined");
        mu_json_member(&out, "agency", j->home.agency);
        mu_json_member(&out, "dir", j->dir);
        mu_json_number(&out, "number", (int64_t)trip->number);
        mu_json_number(&out, "trip_ms", took_ms);
        mu_json_number(&out, "clock_ms", mu_agent_log_now_ms(talk->agent) - mu_talk_wall_ms());
        mu_json_close(&out);
        puts(line);
        return;
    }
    mu_output_line(j->cli, MU_W_JOIN_ENROLLED, j->home.agency, number, until, NULL);
    mu_output_line(j->cli, MU_W_JOIN_TRIP, took, NULL);
    tell_clock(j, talk->agent);
    tell_next(j);
}

static int not_yet(const struct joining *j, const struct mu_talk *talk, enum mu_err err)
{
    struct mu_home conf = {0};

    if (err != MU_E_UNREACHABLE && err != MU_E_TIMEOUT)
        return mu_talk_explain(talk, err);
    if (mu_conf_read(j->dir, &conf) != MU_OK)
        conf.endpoint[0] = '\0';
    return mu_cli_fail(j->cli, MU_EXIT_UNREACHABLE, MU_W_JOIN_NOT_YET, conf.endpoint, j->host,
                       NULL);
}

/* The record itself must say that we are in it, in an answer that verifies. */
static int try_link(struct joining *j)
{
    struct trip trip = {.self = &j->home.self};
    struct mu_talk talk;
    int64_t since_ms;
    int code = mu_talk_open(&talk, j->cli, true);
    enum mu_err err;

    if (code != MU_EXIT_DONE)
        return code;
    err = mu_talk_reach(&talk, j->cli->timeout_ms);
    since_ms = mu_talk_machine_ms();
    talk.on_entry = find_self;
    talk.user = &trip;
    if (err == MU_OK)
        err = mu_talk_read(&talk, "type=enrolment", 1);
    if (err == MU_OK && trip.number == 0)
        err = MU_E_STRANGER;
    if (err == MU_OK)
        tell_trip(j, &talk, &trip, mu_talk_machine_ms() - since_ms);
    else
        code = not_yet(j, &talk, err);
    mu_talk_close(&talk);
    return code;
}

/* ---- a new key for an old seat -------------------------------------------------------------------- */

/* What was said with the old key goes out with it. */
static int drain(struct joining *j)
{
    struct mu_talk talk;
    char count[32];
    int code = mu_talk_open(&talk, j->cli, false);
    int64_t until_ms = mu_talk_machine_ms() + j->cli->timeout_ms;
    enum mu_err err;

    if (code != MU_EXIT_DONE)
        return code;
    err = mu_talk_reach(&talk, j->cli->timeout_ms);
    while (err == MU_OK && mu_agent_unsettled(talk.agent) > 0 && mu_talk_machine_ms() < until_ms)
        err = mu_agent_turn(talk.agent, 50);
    j->old = *mu_agent_self(talk.agent);
    snprintf(count, sizeof count, "%" PRIu64, mu_agent_unsettled(talk.agent));
    if (err != MU_OK)
        code = mu_talk_explain(&talk, err);
    else if (mu_agent_unsettled(talk.agent) > 0)
        code = mu_cli_fail(j->cli, MU_EXIT_LATER, MU_W_ROTATE_DRAIN, count, j->dir, NULL);
    mu_talk_close(&talk);
    return code;
}

static bool is_there(const char *dir)
{
    return access(dir, F_OK) == 0;
}

/* The new directory is made beside the old one and takes its place when all is done. Killed between the
 * two renames, the old name is free: the next run finds that and does the second. */
static int begin_rotation(struct joining *j)
{
    int code = MU_EXIT_DONE;

    snprintf(j->seat, sizeof j->seat, "%s", j->dir);
    if (is_there(j->seat))
        code = drain(j);
    if (snprintf(j->dir, sizeof j->dir, "%.*s.next", PATH_MAX - 8, j->seat) >= (int)sizeof j->dir)
        return mu_cli_error(j->cli, MU_E_CONFIG, j->seat);
    return code;
}

static int end_rotation(struct joining *j)
{
    char kept[PATH_MAX], hex[33];

    mu_hex(j->old.b, sizeof j->old.b, hex);
    snprintf(kept, sizeof kept, "%.*s.%.8s", PATH_MAX - 16, j->seat, hex);
    if (is_there(j->seat) && rename(j->seat, kept) != 0)
        return mu_cli_error(j->cli, MU_E_SYSTEM, j->seat);
    if (rename(j->dir, j->seat) != 0)
        return mu_cli_error(j->cli, MU_E_SYSTEM, j->dir);
    if (j->cli->form != MU_FORM_JSON)
        mu_cli_tell(j->cli, MU_W_ROTATE_KEPT, kept, NULL);
    return MU_EXIT_DONE;
}

/* ---- the command ------------------------------------------------------------------------------------- */

static int join(struct joining *j)
{
    int code = find_place(j);

    if (code == MU_EXIT_DONE && j->rotates)
        code = begin_rotation(j);
    if (code != MU_EXIT_DONE || (code = open_home(j)) != MU_EXIT_DONE)
        return code;
    if (j->home.pointed) {
        struct mu_county county;

        mu_county_read(j->dir, &county);
        j->cli->exercise = county.status == MUSTER__STATUS__STATUS_EXERCISE;
        mu_cli_tell(j->cli, MU_W_JOIN_BEFORE, j->home.agency, NULL);
        return try_link(j);
    }
    if ((code = read_code(j)) != MU_EXIT_DONE || (code = ask(j)) != MU_EXIT_DONE)
        return code;
    return try_link(j);
}

int mu_cli_join(struct mu_cli *cli, int argc, char **argv)
{
    struct joining j = {.cli = cli};
    struct sigaction action = {.sa_handler = interrupt};
    const char *value;
    int key, code;

    while ((key = mu_cli_option(cli, argc, argv, mu_cli_join_options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        if (key == KEY_CODE_FILE)
            j.code_file = value;
        else if (key == KEY_PROGRAM)
            j.program = value;
        else if (key == KEY_ROTATE)
            j.rotates = true;
        else
            j.no_input = true;
    }
    if (argc - optind != 1)
        return mu_cli_misused(cli, MU_W_JOIN_WHAT, NULL);
    j.host = argv[optind];
    if (!mu_join_address(j.host, j.endpoint))
        return mu_cli_misused(cli, MU_W_UNEXPECTED, j.host, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    code = join(&j);
    if (code == MU_EXIT_DONE && j.rotates)
        code = end_rotation(&j);
    if (j.opened)
        mu_home_close(&j.home);
    mu_wipe(j.code, sizeof j.code);
    return code;
}
