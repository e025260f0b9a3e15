#include "broker/daemon/init.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/daemon/config.h"
#include "broker/daemon/keyfile.h"
#include "broker/log/log.h"
#include "proto/base/clock.h"
#include "proto/base/version.h"
#include "proto/sign/certificate.h"
#include "proto/topic/area.h"
#include "proto/wire/event.h"

#define ADMINS 2u
#define ADMIN_AGENCY "ADMIN"
#define BODY_BYTES_MAX 8192u
/* The CA outlives every key it signs; a county's record is kept for decades. */
#define CA_DAYS (30 * 365)

struct admin {
    char dir[PATH_MAX];
    char name[16];
    struct mu_public public;
    struct mu_agent_id agent;
    struct mu_curve curve;
};

struct founding {
    const struct mu_init *init;
    mu_key *log_key;
    struct mu_public log_public;
    struct mu_agent_id broker;
    struct mu_curve curve;
    struct mu_public recovery;
    uint8_t ca[MU_CERTIFICATE_BYTES_MAX];
    size_t ca_size;
    struct admin admins[ADMINS];
};

/* ---- keys ------------------------------------------------------------------------------------ */

static enum mu_err make_admin(const char *dir, unsigned index, struct admin *out)
{
    mu_key *key = NULL;
    int size = snprintf(out->dir, sizeof out->dir, "%s/admin-%u", dir, index + 1);
    enum mu_err err = size > 0 && (size_t)size < sizeof out->dir ? MU_OK : MU_E_LIMIT;

    snprintf(out->name, sizeof out->name, "admin-%u", index + 1);
    if (err == MU_OK)
        err = mu_dir_make(out->dir);
    if (err == MU_OK)
        err = mu_curvefile_make(out->dir, "curve.key", &out->curve);
    if (err == MU_OK)
        err = mu_keyfile_make(out->dir, "agent.key", &key);
    if (err != MU_OK)
        return err;
    mu_key_public(key, &out->public);
    out->agent = mu_public_id(&out->public);
    mu_key_close(&key);
    return MU_OK;
}

static enum mu_err make_recovery(struct founding *f)
{
    mu_key *key = NULL;
    enum mu_err err = mu_keyfile_make(f->init->dir, "recovery.key", &key);

    if (err == MU_OK)
        mu_key_public(key, &f->recovery);
    mu_key_close(&key);
    return err;
}

static enum mu_err make_ca(struct founding *f)
{
    int64_t from_ms = f->init->start_ms;
    mu_key *key = NULL;
    enum mu_err err = mu_keyfile_make(f->init->dir, "ca.key", &key);

    if (err == MU_OK)
        err = mu_certificate_authority(key, f->init->county, from_ms, from_ms + CA_DAYS * MU_DAY_MS,
                                       f->ca, &f->ca_size);
    mu_key_close(&key);
    return err;
}

static enum mu_err make_keys(struct founding *f)
{
    const char *dir = f->init->dir;
    enum mu_err err = mu_dir_make(dir);

    if (err == MU_OK)
        err = mu_curvefile_make(dir, "broker.curve", &f->curve);
    if (err == MU_OK)
        err = make_recovery(f);
    if (err == MU_OK)
        err = make_ca(f);
    for (unsigned i = 0; err == MU_OK && i < ADMINS; i++)
        err = make_admin(dir, i, &f->admins[i]);
    if (err == MU_OK)
        err = mu_keyfile_make(dir, "log.key", &f->log_key);
    if (err != MU_OK)
        return err;
    mu_key_public(f->log_key, &f->log_public);
    f->broker = mu_public_id(&f->log_public);
    return MU_OK;
}

/* ---- the genesis event ----------------------------------------------------------------------- */

#define BINARY(bytes) ((ProtobufCBinaryData){.len = sizeof(bytes), .data = (bytes)})

static void fill_admin(struct admin *admin, Muster__AdminKey *out)
{
    muster__admin_key__init(out);
    out->name = admin->name;
    out->agency = (char *)ADMIN_AGENCY;
    out->has_algorithm = out->has_sign_key = out->has_curve_key = out->has_agent = 1;
    out->algorithm = MUSTER__KEY_ALGORITHM__KEY_ALGORITHM_ED25519_SHA256;
    out->sign_key = BINARY(admin->public.b);
    out->curve_key = BINARY(admin->curve.public);
    out->agent = BINARY(admin->agent.b);
}

static void fill_keys(struct founding *f, Muster__Genesis *out)
{
    out->has_algorithm = out->has_log_key = out->has_ca_certificate = out->has_recovery_key = 1;
    out->has_broker_curve_key = out->has_broker_agent = 1;
    out->algorithm = MUSTER__KEY_ALGORITHM__KEY_ALGORITHM_ED25519_SHA256;
    out->log_key = BINARY(f->log_public.b);
    out->ca_certificate = (ProtobufCBinaryData){.len = f->ca_size, .data = f->ca};
    out->recovery_key = BINARY(f->recovery.b);
    out->broker_curve_key = BINARY(f->curve.public);
    out->broker_agent = BINARY(f->broker.b);
}

static void fill_clock(const struct mu_init *init, Muster__Genesis *out)
{
    out->has_clock_start_ms = out->has_clock_rate_milli = out->has_clock_mode = 1;
    out->has_utc_offset_min = out->has_judge_version = 1;
    out->clock_start_ms = init->start_ms;
    out->clock_rate_milli = init->rate_milli;
    out->clock_mode = init->rate_milli == 0 ? MUSTER__CLOCK_MODE__CLOCK_MODE_STEP
                                            : MUSTER__CLOCK_MODE__CLOCK_MODE_REAL;
    out->utc_offset_min = init->offset_min;
    out->judge_version = MU_JUDGE_VERSION;
    out->software_version = (char *)MU_VERSION;
}

static Muster__Status status_of(const struct mu_init *init)
{
    return init->exercise ? MUSTER__STATUS__STATUS_EXERCISE : MUSTER__STATUS__STATUS_ACTUAL;
}

static void fill_envelope(const struct mu_init *init, Muster__Envelope *out)
{
    out->area = (char *)init->area;
    out->agency = (char *)ADMIN_AGENCY;
    out->has_status = out->has_occurred_at_ms = 1;
    out->status = status_of(init);
    out->occurred_at_ms = init->start_ms;
}

static struct mu_bytes pack_genesis(struct founding *f, uint8_t body[BODY_BYTES_MAX])
{
    Muster__Event event = MUSTER__EVENT__INIT;
    Muster__Envelope envelope = MUSTER__ENVELOPE__INIT;
    Muster__Genesis genesis = MUSTER__GENESIS__INIT;
    Muster__Name county = MUSTER__NAME__INIT;
    Muster__AdminKey admins[ADMINS];
    Muster__AdminKey *list[ADMINS];

    for (unsigned i = 0; i < ADMINS; i++) {
        fill_admin(&f->admins[i], &admins[i]);
        list[i] = &admins[i];
    }
    fill_envelope(f->init, &envelope);
    fill_keys(f, &genesis);
    fill_clock(f->init, &genesis);
    county.zh = county.en = (char *)f->init->county;
    genesis.county = &county;
    genesis.area = (char *)f->init->area;
    genesis.has_status = 1;
    genesis.status = envelope.status;
    genesis.n_admins = ADMINS;
    genesis.admins = list;
    event.envelope = &envelope;
    event.body_case = MUSTER__EVENT__BODY_GENESIS;
    event.genesis = &genesis;
    MU_CHECK(mu_event_size(&event) <= BODY_BYTES_MAX);
    return (struct mu_bytes){body, mu_event_pack(&event, body)};
}

/* The county's name and area come from a person: judge the event as the desk judges all others. */
static enum mu_err check_genesis(struct mu_bytes body)
{
    mu_arena arena = mu_event_arena(body.size);
    const Muster__Event *event;
    struct mu_fault fault;
    enum mu_err err = mu_event_unpack(body, &arena, &event, &fault);

    if (err == MU_OK)
        err = mu_event_check(event, &fault);
    mu_arena_free(&arena);
    return err;
}

/* ---- the record ------------------------------------------------------------------------------ */

static enum mu_err create_log(struct founding *f, struct mu_hash *log)
{
    uint8_t body[BODY_BYTES_MAX], bytes[BODY_BYTES_MAX + MU_SEAL_BYTES + 64];
    struct mu_bytes bodies[] = {pack_genesis(f, body)};
    struct mu_writer w = mu_writer(bytes, sizeof bytes);
    struct mu_seal seal = {.algorithm = MU_ALGORITHM_ED25519_SHA256,
                           .lane = mu_kind_lane(MUSTER__EVENT__BODY_GENESIS, 0),
                           .agent = f->broker,
                           .instance = 1,
                           .first_sequence = 1};
    struct mu_item item;
    struct mu_batch batch;
    enum mu_err err = check_genesis(bodies[0]);

    if (err == MU_OK)
        err = mu_batch_write(&w, &seal, bodies, 1, f->log_key, log);
    if (err == MU_OK)
        err = mu_batch_read(mu_written(&w), &item, &batch);
    if (err != MU_OK)
        return err;
    mu_batch_leaves(&batch);
    return mu_log_create(f->init->dir, &batch, f->init->start_ms, MU_JUDGE_VERSION);
}

/* ---- what people find afterwards ------------------------------------------------------------- */

static enum mu_err write_admin_conf(const struct founding *f, const struct admin *admin,
                                    const struct mu_hash *log)
{
    char text[1024], log_hex[65], curve_hex[65], key_hex[65];
    const char *endpoint = f->init->endpoint;

    mu_hex(log->b, sizeof log->b, log_hex);
    mu_hex(f->curve.public, sizeof f->curve.public, curve_hex);
    mu_hex(f->log_public.b, sizeof f->log_public.b, key_hex);
    snprintf(text, sizeof text,
             "agency: \"%s\"\nprogram: \"%s\"\nendpoint: \"%s\"\nlog: \"%s\"\n"
             "broker_curve: \"%s\"\nlog_key: \"%s\"\n",
             ADMIN_AGENCY, admin->name, endpoint != NULL ? endpoint : "tcp://127.0.0.1:7400",
             log_hex, curve_hex, key_hex);
    return mu_file_write(admin->dir, "agent.conf", text);
}

static enum mu_err write_conf(const struct mu_init *init)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    enum mu_err err = MU_E_NO_MEMORY;

    if (memory == NULL)
        return err;
    if (init->endpoint != NULL)
        fprintf(memory, "endpoint: \"%s\"\n", init->endpoint);
    mu_config_explain(memory, MU_LANG_EN);
    if (fclose(memory) == 0)
        err = mu_file_write(init->dir, "musterd.conf", text);
    free(text);
    return err;
}

static enum mu_err found(struct founding *f, struct mu_hash *log)
{
    enum mu_err err = make_keys(f);

    if (err == MU_OK)
        err = write_conf(f->init);
    if (err == MU_OK)
        err = create_log(f, log);
    for (unsigned i = 0; err == MU_OK && i < ADMINS; i++)
        err = write_admin_conf(f, &f->admins[i], log);
    return err;
}

/* Keys made over an existing record would orphan it, so ask before the first is written. A folder that is
 * closed to this account holds nothing that could be named: that is the system's refusal, and said as such. */
static enum mu_err check_free(const char *dir)
{
    const struct mu_log_options options = {.read_only = true};
    mu_log *log = NULL;
    enum mu_err err = mu_log_open(dir, &options, &log);

    mu_log_close(&log);
    if (err == MU_E_ABSENT)
        return MU_OK;
    return err == MU_E_NOT_ALLOWED ? MU_E_SYSTEM : MU_E_EXISTS;
}

enum mu_err mu_init(const struct mu_init *init, struct mu_hash *log)
{
    struct founding f = {.init = init};
    struct mu_bytes area = {(const uint8_t *)init->area, strlen(init->area)};
    enum mu_err err;

    if (!mu_area_ok(area))
        return MU_E_BAD_AREA;
    if (strlen(init->county) >= MU_NAME_BYTES_MAX || init->county[0] == '\0')
        return MU_E_BAD_VALUE;
    if ((err = check_free(init->dir)) != MU_OK)
        return err;
    err = found(&f, log);
    mu_key_close(&f.log_key);
    mu_wipe(&f.curve, sizeof f.curve);
    mu_wipe(f.admins, sizeof f.admins);
    return err;
}
