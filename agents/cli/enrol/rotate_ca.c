/* muster agency rotate --county-ca: a new county CA. Its key is made beside the old one, as ca.key.next; its
 * certificate is announced in the record. Once another admin has endorsed it, ca.key.next becomes ca.key,
 * and `muster agency renew --all` certifies again whom the old one had. */
#include "agents/cli/enrol/rotate.h"

#include <stdio.h>
#include <string.h>

#include "agents/cli/enrol/ca.h"
#include "agents/cli/output.h"
#include "agents/sdk/file.h"
#include "proto/base/clock.h"

/* The CA outlives every key it signs; a county's record is kept for decades. */
#define CA_DAYS (30 * 365)

struct ca_change {
    struct mu_cli *cli;
    const struct mu_key_rotation *what;
    struct mu_voice voice;
    mu_roster *roster;
    struct mu_ca old;
    mu_key *next;
    char next_name[NAME_MAX + 1];
};

static enum mu_err make_next(struct ca_change *c)
{
    char pem[MU_KEY_PEM_MAX];
    enum mu_err err = mu_ca_read_key(c->old.dir, c->next_name, &c->next);

    if (err != MU_E_ABSENT)
        return err;
    if ((err = mu_key_make(&c->next)) == MU_OK && (err = mu_key_to_pem(c->next, pem)) == MU_OK)
        err = mu_file_put(c->old.dir, c->next_name,
                          (struct mu_bytes){(const uint8_t *)pem, strlen(pem)});
    mu_wipe(pem, sizeof pem);
    return err;
}

static bool announces_next(const Muster__KeyChange *change, const void *with)
{
    return change->has_ca_certificate &&
           mu_certificate_is_of(
               (struct mu_bytes){change->ca_certificate.data, change->ca_certificate.len}, with);
}

/* ---- the end: the new key takes its place --------------------------------------------------------- */

static enum mu_err keep_old(const struct ca_change *c)
{
    char from[PATH_MAX], to[PATH_MAX], kept[NAME_MAX + 1], hex[33];
    struct mu_public public;
    struct mu_agent_id id;
    enum mu_err err;

    if (c->old.key == NULL)
        return MU_OK;
    mu_key_public(c->old.key, &public);
    id = mu_public_id(&public);
    mu_hex(id.b, sizeof id.b, hex);
    snprintf(kept, sizeof kept, "%.200s.%.8s", c->old.name, hex);
    if ((err = mu_file_path(c->old.dir, c->old.name, from)) != MU_OK ||
        (err = mu_file_path(c->old.dir, kept, to)) != MU_OK)
        return err;
    return rename(from, to) == 0 ? MU_OK : MU_E_SYSTEM;
}

static int finish(struct ca_change *c)
{
    char from[PATH_MAX], to[PATH_MAX];
    enum mu_err err = keep_old(c);

    if (err == MU_OK)
        err = mu_file_path(c->old.dir, c->next_name, from);
    if (err == MU_OK)
        err = mu_file_path(c->old.dir, c->old.name, to);
    if (err == MU_OK && rename(from, to) != 0)
        err = MU_E_SYSTEM;
    if (err != MU_OK)
        return mu_cli_error(c->cli, err, c->next_name);
    mu_output_line(c->cli, MU_W_ROTATE_CA_DONE, to, NULL);
    mu_cli_tell(c->cli, MU_W_ROTATE_CA_DONE_NEXT, NULL);
    return MU_EXIT_DONE;
}

/* ---- the beginning -------------------------------------------------------------------------------- */

static int propose(struct ca_change *c)
{
    const struct mu_genesis *genesis = mu_roster_genesis(c->roster);
    int64_t now_ms = mu_county_now_ms(&c->voice.county, c->voice.talk.agent);
    Muster__KeyChange change = MUSTER__KEY_CHANGE__INIT;
    uint8_t der[MU_CERTIFICATE_BYTES_MAX];
    size_t size;
    enum mu_err err = mu_certificate_authority(c->next, genesis->county, now_ms,
                                               now_ms + CA_DAYS * MU_DAY_MS, der, &size);

    if (err != MU_OK)
        return mu_cli_error(c->cli, err, c->next_name);
    change.has_ca_certificate = 1;
    change.ca_certificate = (ProtobufCBinaryData){size, der};
    change.reason = (char *)c->what->reason;
    return mu_rotate_propose(&c->voice, c->roster, &change, MU_W_ROTATE_CA_NEXT);
}

static int go_on(struct ca_change *c)
{
    const struct mu_genesis *genesis = mu_roster_genesis(c->roster);
    char number[32];
    uint64_t waits;

    if (mu_certificate_is_of((struct mu_bytes){genesis->ca, genesis->ca_size}, c->next))
        return finish(c);
    if ((waits = mu_rotate_waiting(&c->voice, c->roster, announces_next, c->next)) == 0)
        return propose(c);
    snprintf(number, sizeof number, "%llu", (unsigned long long)waits);
    return mu_cli_fail(c->cli, MU_EXIT_LATER, MU_W_ROTATE_WAITS, number, NULL);
}

/* Killed after the old key was put aside and before the new one took its name: it was begun above. */
static void find_begun(struct ca_change *c)
{
    char above[PATH_MAX];

    if (c->what->ca_path == NULL &&
        snprintf(above, sizeof above, "%s/..", c->voice.talk.dir) < (int)sizeof above &&
        mu_file_exists(above, c->next_name))
        snprintf(c->old.dir, sizeof c->old.dir, "%s", above);
}

static int rotate(struct ca_change *c)
{
    enum mu_err err;
    int code;

    if (!c->voice.reached)
        return mu_talk_explain(&c->voice.talk, c->voice.why);
    if ((err = mu_rolls_read(&c->voice.talk, NULL, NULL, &c->roster)) != MU_OK)
        return mu_talk_explain(&c->voice.talk, err);
    if (!mu_rotate_is_admin(&c->voice, c->roster))
        return MU_EXIT_FAILED;
    /* A lost CA key is a reason to come here: the new one then goes where the old one was looked for. */
    code = mu_ca_find(c->cli, c->voice.talk.dir, c->what->ca_path, &c->old);
    if (code != MU_EXIT_DONE && code != MU_EXIT_ABSENT)
        return code;
    snprintf(c->next_name, sizeof c->next_name, "%.200s.next", c->old.name);
    if (code == MU_EXIT_ABSENT)
        find_begun(c);
    if ((err = make_next(c)) != MU_OK)
        return mu_cli_error(c->cli, err, c->next_name);
    return go_on(c);
}

int mu_rotate_ca(struct mu_cli *cli, const struct mu_key_rotation *what)
{
    struct ca_change c = {.cli = cli, .what = what};
    int code = mu_voice_open(&c.voice, cli, true);

    if (code == MU_EXIT_DONE)
        code = rotate(&c);
    mu_key_close(&c.next);
    mu_ca_close(&c.old);
    mu_roster_free(&c.roster);
    mu_voice_close(&c.voice);
    return code;
}
