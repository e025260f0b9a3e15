#include "agents/cli/county.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "agents/cli/keyvalue.h"
#include "agents/sdk/file.h"
#include "proto/base/clock.h"

#define FILE_NAME "county"
#define FILE_BYTES_MAX 1024u

/* ---- the file ------------------------------------------------------------------------------------ */

void mu_county_parse(const char *text, struct mu_county *out)
{
    *out = (struct mu_county){.known = false};
    out->status = (uint32_t)mu_keyvalue_number(text, "status");
    out->offset_min = (int)mu_keyvalue_number(text, "offset_min");
    out->rate_milli = (uint32_t)mu_keyvalue_number(text, "rate_milli");
    out->log_ms = mu_keyvalue_number(text, "log_ms");
    out->wall_ms = mu_keyvalue_number(text, "wall_ms");
    (void)mu_keyvalue(text, "area", out->area, sizeof out->area);
    (void)mu_keyvalue(text, "home", out->home, sizeof out->home);
    (void)mu_keyvalue(text, "name", out->name, sizeof out->name);
    out->known = out->status != 0;
}

void mu_county_print(struct mu_text *out, const struct mu_county *county)
{
    mu_text_addf(out, "status %u\noffset_min %d\nrate_milli %u\n", (unsigned)county->status,
                 county->offset_min, (unsigned)county->rate_milli);
    mu_text_addf(out, "log_ms %" PRId64 "\nwall_ms %" PRId64 "\n", county->log_ms, county->wall_ms);
    mu_text_addf(out, "area %s\nhome %s\nname %s\n", county->area, county->home, county->name);
}

void mu_county_read(const char *dir, struct mu_county *out)
{
    char text[FILE_BYTES_MAX] = "";

    if (mu_file_get(dir, FILE_NAME, text, sizeof text) != MU_OK)
        text[0] = '\0';
    mu_county_parse(text, out);
}

enum mu_err mu_county_write(const char *dir, const struct mu_county *county)
{
    char buffer[FILE_BYTES_MAX];
    struct mu_text text = mu_text(buffer, sizeof buffer);

    mu_county_print(&text, county);
    return mu_file_put(dir, FILE_NAME, (struct mu_bytes){(const uint8_t *)buffer, text.used});
}

/* ---- from the record ---------------------------------------------------------------------------- */

void mu_county_from_genesis(struct mu_county *out, const Muster__Genesis *genesis)
{
    const char *name = genesis->county == NULL       ? NULL
                       : genesis->county->en != NULL ? genesis->county->en
                                                     : genesis->county->zh;

    out->known = true;
    out->status = (uint32_t)genesis->status;
    out->offset_min = genesis->utc_offset_min;
    out->rate_milli = genesis->clock_mode == MUSTER__CLOCK_MODE__CLOCK_MODE_STEP
                          ? 0
                          : (uint32_t)genesis->clock_rate_milli;
    snprintf(out->area, sizeof out->area, "%s", genesis->area == NULL ? "" : genesis->area);
    snprintf(out->name, sizeof out->name, "%s", name == NULL ? "" : name);
    out->name[strcspn(out->name, "\n")] = '\0'; /* the file is one line per value */
    out->area[strcspn(out->area, "\n")] = '\0';
}

struct learning {
    struct mu_county *county;
    const struct mu_agent_id *self;
};

void mu_county_home(struct mu_county *county, const char *area)
{
    snprintf(county->home, sizeof county->home, "%s", area == NULL ? "" : area);
    county->home[strcspn(county->home, "\n")] = '\0';
}

static enum mu_err take_first(void *user, const struct mu_entry *entry)
{
    const struct learning *learning = user;
    const Muster__Event *event = entry->code == 0 ? entry->event : NULL;

    if (event != NULL && event->body_case == MUSTER__EVENT__BODY_GENESIS)
        mu_county_from_genesis(learning->county, event->genesis);
    if (event != NULL && event->body_case == MUSTER__EVENT__BODY_ENROLMENT &&
        event->enrolment->agent.len == sizeof learning->self->b &&
        memcmp(event->enrolment->agent.data, learning->self->b, sizeof learning->self->b) == 0)
        mu_county_home(learning->county, event->enrolment->home_area);
    return MU_OK;
}

enum mu_err mu_county_learn(struct mu_talk *talk, const char *dir, struct mu_county *out)
{
    struct learning learning = {.county = out, .self = mu_agent_self(talk->agent)};
    enum mu_err err = MU_OK;

    if (!out->known) {
        talk->on_entry = take_first;
        talk->user = &learning;
        err = mu_talk_read(talk, "type=genesis,enrolment", 1);
        talk->on_entry = NULL;
    }
    if (err != MU_OK)
        return err;
    out->log_ms = mu_agent_log_now_ms(talk->agent);
    out->wall_ms = mu_talk_wall_ms();
    if (!out->known)
        return MU_OK;
    err = mu_county_write(dir, out);
    return err == MU_E_SYSTEM ? MU_OK : err; /* a directory we may only read is no reason to fail */
}

/* ---- time ----------------------------------------------------------------------------------------- */

int64_t mu_county_now_ms(const struct mu_county *county, const mu_agent *agent)
{
    if (agent != NULL && mu_agent_link(agent, NULL) == MU_LINK_OPEN)
        return mu_agent_log_now_ms(agent);
    if (!county->known || county->log_ms == 0)
        return mu_talk_wall_ms();
    return county->log_ms + (mu_talk_wall_ms() - county->wall_ms) * county->rate_milli / 1000;
}

int64_t mu_county_day_ms(const struct mu_county *county, int64_t now_ms)
{
    struct mu_civil c = mu_civil(now_ms, county->offset_min);

    c.hour = c.minute = c.second = c.ms = 0;
    return mu_civil_ms(&c, county->offset_min);
}
