#include "broker/daemon/config.h"

#include <cyaml/cyaml.h>
#include <inttypes.h>
#include <string.h>

#define ENDPOINT_DEFAULT "tcp://0.0.0.0:7400"
#define JOIN_PORT "7401"

static const struct {
    const char *name;
    uint64_t least, most, standard;
    const char *help[2];
} keys[] = {
#define K(name, standard, least, most, en, zh) {#name, least, most, standard, {en, zh}},
#include "broker/daemon/config.def"
#undef K
};

/* The file as it is typed: a key that is not there is NULL. */
struct typed {
    char *endpoint;
    char *join_endpoint;
#define K(name, standard, least, most, en, zh) uint64_t *name;
#include "broker/daemon/config.def"
#undef K
};

static const cyaml_schema_field_t fields[] = {
    CYAML_FIELD_STRING_PTR("endpoint", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct typed,
                           endpoint, 1, MU_ENDPOINT_BYTES_MAX - 1),
    CYAML_FIELD_STRING_PTR("join_endpoint", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct typed,
                           join_endpoint, 1, MU_ENDPOINT_BYTES_MAX - 1),
#define K(name, standard, least, most, en, zh)                                                     \
    CYAML_FIELD_UINT_PTR(#name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct typed, name),
#include "broker/daemon/config.def"
#undef K
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t whole = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct typed, fields),
};

void mu_config_default(struct mu_config *out)
{
    *out = (struct mu_config){
        .endpoint = ENDPOINT_DEFAULT,
#define K(name, standard, least, most, en, zh) .name = (standard),
#include "broker/daemon/config.def"
#undef K
    };
}

static uint64_t value_of(const struct mu_config *config, size_t key)
{
    const uint64_t values[] = {
#define K(name, standard, least, most, en, zh) config->name,
#include "broker/daemon/config.def"
#undef K
    };

    return values[key];
}

static void take_values(const struct typed *typed, struct mu_config *out)
{
    if (typed->endpoint != NULL)
        snprintf(out->endpoint, sizeof out->endpoint, "%s", typed->endpoint);
    if (typed->join_endpoint != NULL)
        snprintf(out->join_endpoint, sizeof out->join_endpoint, "%s", typed->join_endpoint);
#define K(name, standard, least, most, en, zh)                                                     \
    if (typed->name != NULL)                                                                       \
        out->name = *typed->name;
#include "broker/daemon/config.def"
#undef K
}

static bool begins_well(const char *endpoint)
{
    return strncmp(endpoint, "tcp://", 6) == 0 || strncmp(endpoint, "ipc://", 6) == 0;
}

static enum mu_err refuse_endpoint(const char *key, const char *endpoint, struct mu_text *why)
{
    mu_text_addf(why, "%s: \"%s\" begins neither with tcp:// nor with ipc://", key, endpoint);
    return MU_E_CONFIG;
}

static enum mu_err check_values(const struct mu_config *config, struct mu_text *why)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        uint64_t value = value_of(config, i);

        if (value >= keys[i].least && value <= keys[i].most)
            continue;
        mu_text_addf(why, "%s: %" PRIu64 " is not within %" PRIu64 " and %" PRIu64, keys[i].name,
                     value, keys[i].least, keys[i].most);
        return MU_E_CONFIG;
    }
    if (!begins_well(config->endpoint))
        return refuse_endpoint("endpoint", config->endpoint, why);
    if (config->join_endpoint[0] != '\0' && !begins_well(config->join_endpoint))
        return refuse_endpoint("join_endpoint", config->join_endpoint, why);
    return MU_OK;
}

/* libcyaml says first what is wrong and then, innermost first, where. */
static void note_line(cyaml_log_t level, void *user, const char *format, va_list args)
{
    struct mu_text *why = user;
    char line[512];
    int size = vsnprintf(line, sizeof line, format, args);

    (void)level;
    if (size <= 0 || why->used > 400)
        return;
    line[strcspn(line, "\n")] = '\0';
    if (why->used > 0)
        mu_text_add(why, "; ");
    mu_text_add(why, line);
}

static enum mu_err read_text(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    size_t used;

    if (file == NULL)
        return MU_E_ABSENT;
    used = fread(text, 1, size - 1, file);
    text[used] = '\0';
    fclose(file);
    return used < size - 1 ? MU_OK : MU_E_CONFIG;
}

/* A file of comments alone is not a mapping to libcyaml, but says "all defaults" to people. */
static bool says_nothing(const char *text)
{
    while (*text != '\0') {
        text += strspn(text, " \t\r\n");
        if (*text != '#' && *text != '\0')
            return false;
        text += strcspn(text, "\n");
    }
    return true;
}

enum mu_err mu_config_read(const char *path, struct mu_config *out, struct mu_text *why)
{
    cyaml_config_t config = {.log_fn = note_line,
                             .log_ctx = why,
                             .log_level = CYAML_LOG_ERROR,
                             .mem_fn = cyaml_mem,
                             .flags = CYAML_CFG_NO_ALIAS};
    struct typed *typed = NULL;
    char text[16384];
    enum mu_err err;

    mu_config_default(out);
    if ((err = read_text(path, text, sizeof text)) != MU_OK || says_nothing(text))
        return err == MU_E_ABSENT ? MU_OK : err;
    if (cyaml_load_data((const uint8_t *)text, strlen(text), &config, &whole,
                        (cyaml_data_t **)&typed, NULL) != CYAML_OK ||
        typed == NULL)
        return MU_E_CONFIG;
    take_values(typed, out);
    cyaml_free(&config, &whole, typed, 0);
    return check_values(out, why);
}

void mu_config_join_endpoint(const struct mu_config *config, char *out)
{
    struct mu_text text = mu_text(out, MU_ENDPOINT_BYTES_MAX);
    const char *colon = strrchr(config->endpoint, ':');
    const char *port = colon == NULL ? "" : colon + 1;

    if (config->join_endpoint[0] != '\0')
        mu_text_add(&text, config->join_endpoint);
    else if (strncmp(config->endpoint, "ipc://", 6) == 0)
        mu_text_addf(&text, "%s.join", config->endpoint);
    else
        mu_text_addf(&text, "%.*s:%s", (int)(colon - config->endpoint), config->endpoint,
                     strcmp(port, "*") == 0 || strcmp(port, "0") == 0 ? "*" : JOIN_PORT);
}

void mu_config_explain(FILE *out, enum mu_lang lang)
{
    fprintf(out, "# %s\n#endpoint: %s\n",
            lang == MU_LANG_ZH ? "终端连接的地址" : "where agents connect", ENDPOINT_DEFAULT);
    fprintf(out, "# %s\n#join_endpoint: tcp://0.0.0.0:" JOIN_PORT "\n",
            lang == MU_LANG_ZH
                ? "新终端凭邀请码入网的地址；不写则与endpoint同主机，端口7401"
                : "where newcomers join while an invitation stands; not given: the host of "
                  "endpoint, port 7401");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        fprintf(out, "# %s\n#%s: %" PRIu64 "\n", keys[i].help[lang == MU_LANG_ZH], keys[i].name,
                keys[i].standard);
}
