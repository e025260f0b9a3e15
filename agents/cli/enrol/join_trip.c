/* There and back: the record itself must say that we are in it, in an answer that verifies. */
#include "agents/cli/enrol/join.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/cli/county.h"
#include "agents/cli/output.h"
#include "agents/cli/show/show.h"
#include "agents/sdk/conf.h"
#include "proto/sign/certificate.h"

#define CLOCK_FAR_MS 2000

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

static void tell_clock(struct mu_joining *j, const mu_agent *agent)
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

static void tell_next(struct mu_joining *j)
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

static void tell_trip(struct mu_joining *j, const struct mu_talk *talk, const struct trip *trip,
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

static int not_yet(const struct mu_joining *j, const struct mu_talk *talk, enum mu_err err)
{
    struct mu_home conf = {0};

    if (err != MU_E_UNREACHABLE && err != MU_E_TIMEOUT)
        return mu_talk_explain(talk, err);
    if (mu_conf_read(j->dir, &conf) != MU_OK)
        conf.endpoint[0] = '\0';
    return mu_cli_fail(j->cli, MU_EXIT_UNREACHABLE, MU_W_JOIN_NOT_YET, conf.endpoint, j->host,
                       NULL);
}

int mu_join_try_link(struct mu_joining *j)
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
