#include "agents/cli/enrol/ca.h"

#include <stdio.h>
#include <string.h>

#include "agents/sdk/file.h"
#include "proto/base/clock.h"
#include "proto/sign/certificate.h"

/* ---- the key -------------------------------------------------------------------------------------- */

enum mu_err mu_ca_read_key(const char *dir, const char *name, mu_key **out)
{
    char pem[MU_KEY_PEM_MAX];
    enum mu_err err = mu_file_get_secret(dir, name, pem, sizeof pem);

    if (err == MU_OK)
        err = mu_key_from_pem(pem, out);
    mu_wipe(pem, sizeof pem);
    return err;
}

static void name_path(struct mu_ca *ca, const char *path)
{
    const char *slash = strrchr(path, '/');

    snprintf(ca->dir, sizeof ca->dir, "%.*s", slash == NULL ? 1 : (int)(slash - path + 1),
             slash == NULL ? "." : path);
    snprintf(ca->name, sizeof ca->name, "%s", slash == NULL ? path : slash + 1);
}

int mu_ca_find(struct mu_cli *cli, const char *dir, const char *path, struct mu_ca *out)
{
    char above[PATH_MAX];
    enum mu_err err;

    *out = (struct mu_ca){.name = MU_CA_NAME};
    snprintf(out->dir, sizeof out->dir, "%s", dir);
    if (path != NULL)
        name_path(out, path);
    err = mu_ca_read_key(out->dir, out->name, &out->key);
    if (err == MU_E_ABSENT && path == NULL &&
        snprintf(above, sizeof above, "%s/..", dir) < (int)sizeof above &&
        (err = mu_ca_read_key(above, MU_CA_NAME, &out->key)) == MU_OK)
        snprintf(out->dir, sizeof out->dir, "%s", above);
    if (err == MU_E_ABSENT)
        return MU_EXIT_ABSENT;
    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(cli, err, path != NULL ? path : MU_CA_NAME);
}

int mu_ca_open(struct mu_cli *cli, const char *dir, const char *path, const mu_roster *roster,
               struct mu_ca *out)
{
    const struct mu_genesis *genesis = mu_roster_genesis(roster);
    int code;

    *out = (struct mu_ca){.genesis = genesis};
    if (genesis->ca_size == 0)
        return MU_EXIT_DONE; /* this county has no CA */
    code = mu_ca_find(cli, dir, path, out);
    out->genesis = genesis;
    if (code == MU_EXIT_ABSENT)
        return mu_cli_fail(cli, MU_EXIT_ABSENT, MU_W_INVITE_NO_CA, path != NULL ? path : dir, NULL);
    if (code == MU_EXIT_DONE &&
        !mu_certificate_is_of((struct mu_bytes){genesis->ca, genesis->ca_size}, out->key))
        return mu_cli_fail(cli, MU_EXIT_FAILED, MU_W_CA_OTHER, out->dir, out->name, NULL);
    return code;
}

void mu_ca_close(struct mu_ca *ca)
{
    mu_key_close(&ca->key);
}

/* ---- certificates --------------------------------------------------------------------------------- */

/* Nothing is good for longer than who signed it. */
static int64_t end_of(const struct mu_genesis *genesis, int64_t wanted_ms)
{
    int64_t ca_ms;

    if (mu_certificate_authority_look((struct mu_bytes){genesis->ca, genesis->ca_size}, &ca_ms) !=
        MU_OK)
        return wanted_ms;
    return wanted_ms < ca_ms ? wanted_ms : ca_ms;
}

enum mu_err mu_ca_issue(const struct mu_ca *ca, mu_arena *arena, Muster__Enrolment *e,
                        const char *name, int64_t now_ms, int64_t days)
{
    struct mu_public public;
    struct mu_certificate_subject subject = {
        .key = &public,
        .curve = e->curve_key.data,
        .agency = e->agency,
        .name = name != NULL ? name : e->agency,
        .area = ca->genesis->area,
        .from_ms = now_ms,
    };
    uint8_t *der;

    if (ca->key == NULL)
        return MU_OK;
    if (e->sign_key.len != sizeof public.b || e->curve_key.len != MU_CERTIFICATE_CURVE_BYTES)
        return MU_E_BAD_VALUE;
    if ((der = mu_arena_take(arena, MU_CERTIFICATE_BYTES_MAX)) == NULL)
        return MU_E_NO_MEMORY;
    subject.until_ms = end_of(ca->genesis, now_ms + days * MU_DAY_MS);
    memcpy(public.b, e->sign_key.data, sizeof public.b);
    e->has_certificate = 1;
    e->certificate.data = der;
    return mu_certificate_issue(ca->key, (struct mu_bytes){ca->genesis->ca, ca->genesis->ca_size},
                                &subject, der, &e->certificate.len);
}
