#include "agents/cli/enrol/welcome.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/cli/keyvalue.h"
#include "agents/sdk/conf.h"

#define FILE_BYTES_MAX 4096u
#define FIRST_LINE "muster welcome 1"

enum mu_err mu_welcome_file_of(const char *dir, const struct mu_county *county,
                               struct mu_welcome_file *out)
{
    struct mu_home home = {0};
    enum mu_err err = mu_conf_read(dir, &home);

    if (err != MU_OK)
        return err;
    if (!home.pointed)
        return MU_E_CONFIG;
    *out = (struct mu_welcome_file){.log = home.log, .log_key = home.log_key, .county = *county};
    snprintf(out->endpoint, sizeof out->endpoint, "%s", home.endpoint);
    memcpy(out->broker_curve, home.broker_curve, sizeof out->broker_curve);
    return MU_OK;
}

enum mu_err mu_welcome_file_write(const char *path, const struct mu_welcome_file *welcome)
{
    char buffer[FILE_BYTES_MAX], log[65], curve[65], key[65];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    mu_hex(welcome->log.b, sizeof welcome->log.b, log);
    mu_hex(welcome->broker_curve, sizeof welcome->broker_curve, curve);
    mu_hex(welcome->log_key.b, sizeof welcome->log_key.b, key);
    mu_text_addf(&text, FIRST_LINE "\nendpoint %s\nlog %s\nbroker_curve %s\nlog_key %s\n",
                 welcome->endpoint, log, curve, key);
    mu_county_print(&text, &welcome->county);
    if (welcome->certificate_size > 0) {
        char der[2 * MU_CERTIFICATE_BYTES_MAX + 1];

        mu_hex(welcome->certificate, welcome->certificate_size, der);
        mu_text_addf(&text, "certificate %s\n", der);
    }
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return MU_E_SYSTEM;
    bool written = fwrite(buffer, 1, text.used, file) == text.used;
    return fclose(file) == 0 && written ? MU_OK : MU_E_SYSTEM;
}

static enum mu_err read_text(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return errno == ENOENT ? MU_E_ABSENT : MU_E_SYSTEM;
    size_t used = fread(text, 1, size - 1, file);
    bool whole = feof(file) && !ferror(file);
    fclose(file);
    text[used] = '\0';
    return whole && strlen(text) == used ? MU_OK : MU_E_CONFIG;
}

static bool read_hex(const char *text, const char *key, uint8_t *out, size_t size)
{
    char value[129];

    return mu_keyvalue(text, key, value, sizeof value) && mu_unhex(value, out, size) == MU_OK;
}

static enum mu_err read_certificate(const char *text, struct mu_welcome_file *out)
{
    char value[2 * MU_CERTIFICATE_BYTES_MAX + 1];

    if (!mu_keyvalue(text, "certificate", value, sizeof value))
        return MU_OK;
    out->certificate_size = strlen(value) / 2;
    return mu_unhex(value, out->certificate, out->certificate_size);
}

enum mu_err mu_welcome_file_read(const char *path, struct mu_welcome_file *out)
{
    char text[FILE_BYTES_MAX];
    enum mu_err err = read_text(path, text, sizeof text);

    *out = (struct mu_welcome_file){.endpoint = ""};
    if (err != MU_OK)
        return err;
    if (strncmp(text, FIRST_LINE "\n", sizeof FIRST_LINE) != 0 ||
        !mu_keyvalue(text, "endpoint", out->endpoint, sizeof out->endpoint) ||
        !read_hex(text, "log", out->log.b, sizeof out->log.b) ||
        !read_hex(text, "broker_curve", out->broker_curve, sizeof out->broker_curve) ||
        !read_hex(text, "log_key", out->log_key.b, sizeof out->log_key.b))
        return MU_E_CONFIG;
    if (read_certificate(text, out) != MU_OK)
        return MU_E_CONFIG;
    mu_county_parse(text, &out->county);
    return MU_OK;
}
