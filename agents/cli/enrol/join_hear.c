/* What the admin's machine says to one who joins, and what is kept of it. */
#include "agents/cli/enrol/join.h"

#include <stdio.h>
#include <string.h>

#include "agents/cli/enrol/ca.h"
#include "agents/cli/county.h"
#include "agents/cli/output.h"
#include "agents/sdk/file.h"
#include "proto/words/check.h"

#define ENDPOINT_HERE "tcp://*:"

static bool is_stopped(void *user)
{
    (void)user;
    return mu_join_interrupted();
}

/* ---- what is heard ----------------------------------------------------------------------------------- */

/* A new key is for the seat it was asked for, and a new machine is none. */
static bool fits_seat(const struct mu_joining *j, const struct mu_joined *got)
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
    struct mu_joining *j = user;
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
    struct mu_joining *j = user;
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
static void find_broker(struct mu_joining *j)
{
    const char *colon = strrchr(j->endpoint, ':');
    char port[64];

    if (strncmp(j->got.endpoint, ENDPOINT_HERE, strlen(ENDPOINT_HERE)) != 0)
        return;
    snprintf(port, sizeof port, "%s", j->got.endpoint + strlen(ENDPOINT_HERE));
    snprintf(j->got.endpoint, sizeof j->got.endpoint, "%.*s:%.32s",
             (int)(colon - j->endpoint < 200 ? colon - j->endpoint : 200), j->endpoint, port);
}

static enum mu_err keep_answer(struct mu_joining *j)
{
    struct mu_county county;
    enum mu_err err;

    find_broker(j);
    mu_county_parse(j->got.county_lines, &county);
    err = mu_home_point(j->dir, j->got.endpoint, &j->got.log, j->got.broker_curve, &j->got.log_key);
    if (err == MU_OK && county.known)
        err = mu_county_write(j->dir, &county);
    if (err == MU_OK && j->got.certificate_size > 0)
        err = mu_file_put(j->dir, MU_CERTIFICATE_NAME,
                          (struct mu_bytes){j->got.certificate, j->got.certificate_size});
    j->cli->exercise = county.status == MUSTER__STATUS__STATUS_EXERCISE;
    return err;
}

static int explain(struct mu_joining *j, enum mu_err err)
{
    if (err == MU_E_EXISTS)
        return MU_EXIT_FAILED; /* that has been explained */
    if (mu_join_interrupted())
        return mu_join_left(j);
    if (err == MU_E_UNREACHABLE) /* nothing was said yet that could be kept for later */
        return mu_cli_fail(j->cli, MU_EXIT_UNREACHABLE, MU_W_JOIN_UNREACHABLE, j->endpoint, j->host,
                           NULL);
    return mu_cli_error(j->cli, err, j->endpoint);
}

int mu_join_converse(struct mu_joining *j)
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
