#include "agents/sdk/conf.h"

#include <cyaml/cyaml.h>
#include <string.h>

#include "agents/sdk/file.h"
#include "proto/base/text.h"

#define CONF_NAME "agent.conf"
#define CONF_BYTES_MAX 4096u
#define HEX_CHARS 65u

/* The file as it is typed; empty means "not there". */
struct typed {
    char agency[MU_NAME_BYTES_MAX];
    char program[MU_NAME_BYTES_MAX];
    char endpoint[MU_ENDPOINT_BYTES_MAX];
    char log[HEX_CHARS];
    char broker_curve[HEX_CHARS];
    char log_key[HEX_CHARS];
};

static const cyaml_schema_field_t fields[] = {
    CYAML_FIELD_STRING("agency", CYAML_FLAG_DEFAULT, struct typed, agency, 1),
    CYAML_FIELD_STRING("program", CYAML_FLAG_DEFAULT, struct typed, program, 1),
    CYAML_FIELD_STRING("endpoint", CYAML_FLAG_OPTIONAL, struct typed, endpoint, 1),
    CYAML_FIELD_STRING("log", CYAML_FLAG_OPTIONAL, struct typed, log, 64),
    CYAML_FIELD_STRING("broker_curve", CYAML_FLAG_OPTIONAL, struct typed, broker_curve, 64),
    CYAML_FIELD_STRING("log_key", CYAML_FLAG_OPTIONAL, struct typed, log_key, 64),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t whole = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct typed, fields),
};

static const cyaml_config_t strictly = {
    .mem_fn = cyaml_mem,
    .flags = CYAML_CFG_NO_ALIAS,
};

static enum mu_err take_place(const struct typed *typed, struct mu_home *home)
{
    home->pointed = typed->log[0] != '\0';
    if (!home->pointed)
        return typed->broker_curve[0] == '\0' && typed->log_key[0] == '\0' ? MU_OK : MU_E_CONFIG;
    if (mu_unhex(typed->log, home->log.b, sizeof home->log.b) != MU_OK ||
        mu_unhex(typed->broker_curve, home->broker_curve, sizeof home->broker_curve) != MU_OK ||
        mu_unhex(typed->log_key, home->log_key.b, sizeof home->log_key.b) != MU_OK ||
        mu_hash_is_none(&home->log))
        return MU_E_CONFIG;
    return MU_OK;
}

static enum mu_err take_typed(const struct typed *typed, struct mu_home *home)
{
    memcpy(home->agency, typed->agency, sizeof home->agency);
    memcpy(home->program, typed->program, sizeof home->program);
    memcpy(home->endpoint, typed->endpoint, sizeof home->endpoint);
    if (home->endpoint[0] != '\0' && !mu_endpoint_ok(home->endpoint))
        return MU_E_CONFIG;
    return take_place(typed, home);
}

enum mu_err mu_conf_read(const char *dir, struct mu_home *home)
{
    char text[CONF_BYTES_MAX];
    struct typed *typed = NULL;
    enum mu_err err = mu_file_get(dir, CONF_NAME, text, sizeof text);

    if (err != MU_OK)
        return err;
    if (cyaml_load_data((const uint8_t *)text, strlen(text), &strictly, &whole,
                        (cyaml_data_t **)&typed, NULL) != CYAML_OK ||
        typed == NULL)
        return MU_E_CONFIG;
    err = take_typed(typed, home);
    cyaml_free(&strictly, &whole, typed, 0);
    return err;
}

static void add_hex(struct mu_text *text, const char *key, const uint8_t bytes[32])
{
    char hex[HEX_CHARS];

    mu_hex(bytes, 32, hex);
    mu_text_addf(text, "%s: \"%s\"\n", key, hex);
}

enum mu_err mu_conf_write(const char *dir, const struct mu_home *home)
{
    char buffer[CONF_BYTES_MAX];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    mu_text_addf(&text, "agency: \"%s\"\nprogram: \"%s\"\n", home->agency, home->program);
    if (home->endpoint[0] != '\0')
        mu_text_addf(&text, "endpoint: \"%s\"\n", home->endpoint);
    if (home->pointed) {
        add_hex(&text, "log", home->log.b);
        add_hex(&text, "broker_curve", home->broker_curve);
        add_hex(&text, "log_key", home->log_key.b);
    }
    MU_CHECK(!text.cut);
    return mu_file_put(dir, CONF_NAME, (struct mu_bytes){(const uint8_t *)buffer, text.used});
}
