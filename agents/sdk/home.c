#include "agents/sdk/home.h"

#include <stdio.h>
#include <string.h>

#include "agents/sdk/conf.h"
#include "agents/sdk/file.h"
#include "proto/base/text.h"
#include "proto/wire/json.h"

#define KEY_NAME "agent.key"
#define CURVE_NAME "curve.key"
#define REQUEST_NAME "request"
#define CURVE_FILE_MAX 256u
#define REQUEST_BYTES_MAX 4096u

bool mu_endpoint_ok(const char *endpoint)
{
    size_t size = strlen(endpoint);

    if (size >= MU_ENDPOINT_BYTES_MAX)
        return false;
    if (strncmp(endpoint, "tcp://", 6) != 0 && strncmp(endpoint, "ipc://", 6) != 0)
        return false;
    for (size_t i = 6; i < size; i++)
        if (endpoint[i] <= ' ' || endpoint[i] > '~' || strchr("\"\\;", endpoint[i]) != NULL)
            return false;
    return size > 6;
}

bool mu_home_name_ok(const char *name)
{
    size_t size = strlen(name);

    return size > 0 && size < MU_NAME_BYTES_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
               size;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static enum mu_err write_sign_key(const struct mu_home *home)
{
    char pem[MU_KEY_PEM_MAX];
    enum mu_err err = mu_key_to_pem(home->key, pem);

    if (err == MU_OK)
        err =
            mu_file_put(home->dir, KEY_NAME, (struct mu_bytes){(const uint8_t *)pem, strlen(pem)});
    mu_wipe(pem, sizeof pem);
    return err;
}

static enum mu_err read_sign_key(struct mu_home *home)
{
    char pem[MU_KEY_PEM_MAX];
    enum mu_err err = mu_file_get_secret(home->dir, KEY_NAME, pem, sizeof pem);

    if (err == MU_OK)
        err = mu_key_from_pem(pem, &home->key);
    mu_wipe(pem, sizeof pem);
    if (err != MU_OK)
        return err;
    mu_key_public(home->key, &home->public);
    home->self = mu_public_id(&home->public);
    return MU_OK;
}

static enum mu_err write_curve_key(const struct mu_home *home)
{
    char buffer[CURVE_FILE_MAX], secret[65], public[65];
    struct mu_text text = mu_text(buffer, sizeof buffer);
    enum mu_err err;

    mu_hex(home->curve_secret, sizeof home->curve_secret, secret);
    mu_hex(home->curve_public, sizeof home->curve_public, public);
    mu_text_addf(&text, "secret %s\npublic %s\n", secret, public);
    err = mu_file_put(home->dir, CURVE_NAME, (struct mu_bytes){(const uint8_t *)buffer, text.used});
    mu_wipe(buffer, sizeof buffer);
    mu_wipe(secret, sizeof secret);
    return err;
}

static enum mu_err read_curve_key(struct mu_home *home)
{
    char buffer[CURVE_FILE_MAX], secret[65] = "", public[65] = "";
    enum mu_err err = mu_file_get_secret(home->dir, CURVE_NAME, buffer, sizeof buffer);

    if (err == MU_OK &&
        (sscanf(buffer, "secret %64[0-9a-f] public %64[0-9a-f]", secret, public) != 2 ||
         mu_unhex(secret, home->curve_secret, sizeof home->curve_secret) != MU_OK ||
         mu_unhex(public, home->curve_public, sizeof home->curve_public) != MU_OK))
        err = MU_E_BAD_KEY;
    if (err == MU_OK)
        err = mu_curve_check(home->curve_secret, home->curve_public);
    mu_wipe(buffer, sizeof buffer);
    mu_wipe(secret, sizeof secret);
    return err;
}

/* ---- the request ----------------------------------------------------------------------------- */

static ProtobufCBinaryData binary(const uint8_t *data, size_t size)
{
    return (ProtobufCBinaryData){.len = size, .data = (uint8_t *)data};
}

/* What the agent knows of its own enrolment; the admin adds grants, roles and the envelope. */
static void fill_enrolment(const struct mu_home *home, Muster__Enrolment *out)
{
    muster__enrolment__init(out);
    out->has_agent = out->has_sign_key = out->has_curve_key = out->has_algorithm = 1;
    out->agent = binary(home->self.b, sizeof home->self.b);
    out->sign_key = binary(home->public.b, sizeof home->public.b);
    out->curve_key = binary(home->curve_public, sizeof home->curve_public);
    out->algorithm = MUSTER__KEY_ALGORITHM__KEY_ALGORITHM_ED25519_SHA256;
    out->program = (char *)home->program;
}

void mu_home_ask(const struct mu_home *home, struct mu_writer *w)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Enrolment enrolment;
    uint8_t bytes[REQUEST_BYTES_MAX];

    fill_enrolment(home, &enrolment);
    event.body_case = MUSTER__EVENT__BODY_ENROLMENT;
    event.enrolment = &enrolment;
    MU_CHECK(mu_event_size(&event) <= sizeof bytes);
    mu_write_bytes(w, bytes, mu_event_pack(&event, bytes));
}

static enum mu_err write_request(const struct mu_home *home)
{
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Enrolment enrolment;
    char buffer[REQUEST_BYTES_MAX];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    fill_enrolment(home, &enrolment);
    enrolment.agency = (char *)home->agency;
    event.body_case = MUSTER__EVENT__BODY_ENROLMENT;
    event.enrolment = &enrolment;
    mu_event_to_json(&event, &text);
    mu_text_add(&text, "\n");
    MU_CHECK(!text.cut);
    return mu_file_put(home->dir, REQUEST_NAME,
                       (struct mu_bytes){(const uint8_t *)buffer, text.used});
}

/* ---- the directory --------------------------------------------------------------------------- */

static enum mu_err take_dir(const char *dir, struct mu_home *home)
{
    int n = snprintf(home->dir, sizeof home->dir, "%s", dir);

    return n > 0 && (size_t)n < sizeof home->dir ? MU_OK : MU_E_CONFIG;
}

static enum mu_err make_keys(struct mu_home *home)
{
    enum mu_err err = mu_key_make(&home->key);

    if (err != MU_OK)
        return err;
    mu_key_public(home->key, &home->public);
    home->self = mu_public_id(&home->public);
    return mu_curve_make(home->curve_secret, home->curve_public);
}

static enum mu_err write_all(const struct mu_home *home)
{
    enum mu_err err = mu_file_make_dir(home->dir);

    if (err == MU_OK)
        err = write_curve_key(home);
    if (err == MU_OK)
        err = mu_conf_write(home->dir, home);
    if (err == MU_OK)
        err = write_request(home);
    if (err == MU_OK)
        err = write_sign_key(home);
    return err;
}

enum mu_err mu_home_make(const char *dir, const char *program, struct mu_home *home)
{
    enum mu_err err;

    *home = (struct mu_home){0};
    if ((err = take_dir(dir, home)) != MU_OK)
        return err;
    if (!mu_home_name_ok(program))
        return MU_E_BAD_VALUE;
    if (mu_file_exists(dir, KEY_NAME))
        return MU_E_EXISTS;
    snprintf(home->program, sizeof home->program, "%s", program);
    return make_keys(home);
}

enum mu_err mu_home_settle(struct mu_home *home, const char *agency)
{
    if (!mu_home_name_ok(agency))
        return MU_E_BAD_VALUE;
    snprintf(home->agency, sizeof home->agency, "%s", agency);
    return write_all(home);
}

enum mu_err mu_home_create(const char *dir, const char *agency, const char *program)
{
    struct mu_home home;
    enum mu_err err = mu_home_name_ok(agency) ? mu_home_make(dir, program, &home) : MU_E_BAD_VALUE;

    if (err == MU_OK)
        err = mu_home_settle(&home, agency);
    if (mu_home_name_ok(agency))
        mu_home_close(&home);
    return err;
}

enum mu_err mu_home_point(const char *dir, const char *endpoint, const struct mu_hash *log,
                          const uint8_t broker_curve[MU_CURVE_KEY_BYTES],
                          const struct mu_public *log_key)
{
    struct mu_home home = {0};
    enum mu_err err = mu_conf_read(dir, &home);

    if (err != MU_OK)
        return err;
    if (!mu_endpoint_ok(endpoint) || mu_hash_is_none(log))
        return MU_E_BAD_VALUE;
    if (home.pointed && !mu_hash_equal(&home.log, log))
        return MU_E_OTHER_LOG;
    snprintf(home.endpoint, sizeof home.endpoint, "%s", endpoint);
    home.pointed = true;
    home.log = *log;
    home.log_key = *log_key;
    memcpy(home.broker_curve, broker_curve, sizeof home.broker_curve);
    return mu_conf_write(dir, &home);
}

enum mu_err mu_home_open(const char *dir, struct mu_home *home)
{
    enum mu_err err;

    *home = (struct mu_home){0};
    if ((err = take_dir(dir, home)) == MU_OK && (err = mu_conf_read(dir, home)) == MU_OK &&
        (err = read_curve_key(home)) == MU_OK)
        err = read_sign_key(home);
    if (err != MU_OK)
        mu_home_close(home);
    return err;
}

void mu_home_close(struct mu_home *home)
{
    mu_key_close(&home->key);
    mu_wipe(home->curve_secret, sizeof home->curve_secret);
}
