/* muster agency rotate --own: an admin's own key. The new one is made beside the old, in DIR.next, and the
 * old one signs it in: one change of keys that lets the new one in, takes the office from the old and says
 * how far the old one's seals stand. Once another admin has endorsed it, DIR.next becomes DIR. */
#include "agents/cli/enrol/rotate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents/cli/enrol/ca.h"
#include "agents/cli/output.h"
#include "agents/cli/enrol/retire.h"
#include "agents/sdk/conf.h"
#include "agents/sdk/file.h"
#include "agents/sdk/home.h"

struct own {
    struct mu_cli *cli;
    const struct mu_key_rotation *what;
    char dir[PATH_MAX], next[PATH_MAX];
    struct mu_voice voice;
    mu_roster *roster;
    struct mu_home home; /* of the new key */
    bool over;           /* the old key has been retired: is the new one in? */
};

/* ---- the end: the new directory takes its place --------------------------------------------------- */

/* What belongs to the seat and not to the key goes with it. */
static enum mu_err carry_ca(const struct own *o)
{
    char from[PATH_MAX], to[PATH_MAX];
    enum mu_err err = mu_file_path(o->dir, MU_CA_NAME, from);

    if (err == MU_OK)
        err = mu_file_path(o->next, MU_CA_NAME, to);
    if (err != MU_OK || access(from, F_OK) != 0)
        return err;
    return rename(from, to) == 0 ? MU_OK : MU_E_SYSTEM;
}

static int finish(struct own *o, const struct mu_agent_id *old)
{
    enum mu_err err = carry_ca(o);
    int code;

    if (err != MU_OK)
        return mu_cli_error(o->cli, err, o->dir);
    if ((code = mu_rotate_swap(o->cli, o->dir, o->next, old)) == MU_EXIT_DONE)
        mu_output_line(o->cli, MU_W_ROTATE_OWN_DONE, o->dir, NULL);
    return code;
}

/* The old key is out of office: with the new one the record must say so. */
static int try_next(struct own *o)
{
    struct mu_talk talk;
    struct mu_home old = {0};
    const struct mu_member *m = NULL;
    mu_roster *roster = NULL;
    enum mu_err err;
    int code;

    o->cli->dir = o->next;
    if ((code = mu_talk_open(&talk, o->cli, true)) != MU_EXIT_DONE)
        return code;
    err = mu_talk_reach(&talk, o->cli->timeout_ms);
    if (err == MU_OK)
        err = mu_rolls_read(&talk, NULL, NULL, &roster);
    if (err == MU_OK)
        m = mu_roster_member(roster, mu_agent_self(talk.agent));
    code = err != MU_OK ? mu_talk_explain(&talk, err)
           : m == NULL || !m->is_admin || m->standing != MU_STANDING_GOOD
               ? mu_cli_error(o->cli, MU_E_NOT_ADMIN, o->next)
               : MU_EXIT_DONE;
    mu_roster_free(&roster);
    mu_talk_close(&talk);
    if (code != MU_EXIT_DONE)
        return code;
    if ((err = mu_home_open(o->dir, &old)) != MU_OK && err != MU_E_ABSENT)
        return mu_cli_error(o->cli, err, o->dir);
    code = finish(o, &old.self);
    mu_home_close(&old);
    return code;
}

/* ---- the beginning: a new key, signed in by the old ------------------------------------------------ */

static enum mu_err make_next(struct own *o)
{
    struct mu_home conf = {0};
    struct mu_county county;
    enum mu_err err = mu_home_open(o->next, &o->home);

    if (err != MU_E_ABSENT && err != MU_OK)
        return err;
    if (err == MU_E_ABSENT && ((err = mu_conf_read(o->dir, &conf)) != MU_OK ||
                               (err = mu_home_make(o->next, conf.program, &o->home)) != MU_OK ||
                               (err = mu_home_settle(&o->home, conf.agency)) != MU_OK))
        return err;
    if ((err = mu_conf_read(o->dir, &conf)) != MU_OK)
        return err;
    err = mu_home_point(o->next, conf.endpoint, &conf.log, conf.broker_curve, &conf.log_key);
    mu_county_read(o->dir, &county);
    return err == MU_OK && county.known ? mu_county_write(o->next, &county) : err;
}

static bool adds_home(const Muster__KeyChange *change, const void *with)
{
    const struct mu_home *home = with;

    for (size_t i = 0; i < change->n_add_admins; i++)
        if (change->add_admins[i]->sign_key.len == sizeof home->public.b &&
            memcmp(change->add_admins[i]->sign_key.data, home->public.b, sizeof home->public.b) ==
                0)
            return true;
    return false;
}

/* What was said with the old key goes out with it. */
static int drain(struct own *o)
{
    struct mu_talk *talk = &o->voice.talk;
    int64_t until_ms = mu_talk_machine_ms() + o->cli->timeout_ms;
    enum mu_err err = MU_OK;
    char count[32];

    while (err == MU_OK && mu_agent_unsettled(talk->agent) > 0 && mu_talk_machine_ms() < until_ms)
        err = mu_agent_turn(talk->agent, 50);
    if (err != MU_OK)
        return mu_talk_explain(talk, err);
    if (mu_agent_unsettled(talk->agent) == 0)
        return MU_EXIT_DONE;
    snprintf(count, sizeof count, "%llu", (unsigned long long)mu_agent_unsettled(talk->agent));
    return mu_cli_fail(o->cli, MU_EXIT_LATER, MU_W_ROTATE_DRAIN, count, o->dir, NULL);
}

static void fill_admin(struct own *o, Muster__AdminKey *out)
{
    struct mu_home *home = &o->home;

    muster__admin_key__init(out);
    out->name = home->program;
    out->agency = home->agency;
    out->has_algorithm = out->has_sign_key = out->has_curve_key = out->has_agent = 1;
    out->algorithm = MUSTER__KEY_ALGORITHM__KEY_ALGORITHM_ED25519_SHA256;
    out->sign_key = (ProtobufCBinaryData){sizeof home->public.b, home->public.b};
    out->curve_key = (ProtobufCBinaryData){sizeof home->curve_public, home->curve_public};
    out->agent = (ProtobufCBinaryData){sizeof home->self.b, home->self.b};
}

/* The proposal itself is one more of the old key's: a backlog of one. */
static int propose(struct own *o)
{
    struct mu_agent_id old = *mu_agent_self(o->voice.talk.agent);
    struct mu_retirement end = {
        .agent = old, .successor = &o->home.self, .reason = "key rotated", .backlog = 1};
    ProtobufCBinaryData removed = {sizeof old.b, old.b};
    Muster__KeyChange change = MUSTER__KEY_CHANGE__INIT;
    Muster__AdminKey admin, *admins[] = {&admin};
    enum mu_err err = mu_retire_list(&o->voice, &end, &change.ends, &change.n_ends);

    if (err != MU_OK)
        return mu_talk_explain(&o->voice.talk, err);
    fill_admin(o, &admin);
    change.add_admins = admins;
    change.remove_admins = &removed;
    change.n_add_admins = change.n_remove_admins = 1;
    change.reason = (char *)o->what->reason;
    return mu_rotate_propose(&o->voice, o->roster, &change, MU_W_ROTATE_OWN_NEXT);
}

static int begin(struct own *o)
{
    char number[32];
    uint64_t waits;
    enum mu_err err = mu_rolls_read(&o->voice.talk, NULL, NULL, &o->roster);
    int code;

    o->over = err == MU_E_RETIRED && access(o->next, F_OK) == 0;
    if (err != MU_OK)
        return o->over ? MU_EXIT_FAILED : mu_talk_explain(&o->voice.talk, err);
    if (!mu_rotate_is_admin(&o->voice, o->roster))
        return MU_EXIT_FAILED;
    if ((code = drain(o)) != MU_EXIT_DONE)
        return code;
    if ((err = make_next(o)) != MU_OK)
        return mu_cli_error(o->cli, err, o->next);
    if ((waits = mu_rotate_waiting(&o->voice, o->roster, adds_home, &o->home)) == 0)
        return propose(o);
    snprintf(number, sizeof number, "%llu", (unsigned long long)waits);
    return mu_cli_fail(o->cli, MU_EXIT_LATER, MU_W_ROTATE_WAITS, number, NULL);
}

/* ---- the command ---------------------------------------------------------------------------------- */

static int not_reached(struct own *o)
{
    o->over = o->voice.why == MU_E_RETIRED && access(o->next, F_OK) == 0;
    return o->over ? MU_EXIT_FAILED : mu_talk_explain(&o->voice.talk, o->voice.why);
}

static int rotate(struct own *o)
{
    int code;

    if (mu_cli_place(o->cli, o->dir, sizeof o->dir) != MU_OK)
        return mu_cli_fail(o->cli, MU_EXIT_ABSENT, MU_W_NO_PLACE, NULL);
    if (snprintf(o->next, sizeof o->next, "%.*s.next", PATH_MAX - 8, o->dir) >= (int)sizeof o->next)
        return mu_cli_error(o->cli, MU_E_CONFIG, o->dir);
    if (access(o->dir, F_OK) != 0 && access(o->next, F_OK) == 0)
        return try_next(o);
    if ((code = mu_voice_open(&o->voice, o->cli, true)) == MU_EXIT_DONE)
        code = o->voice.reached ? begin(o) : not_reached(o);
    mu_voice_close(&o->voice);
    return o->over ? try_next(o) : code;
}

int mu_rotate_own(struct mu_cli *cli, const struct mu_key_rotation *what)
{
    struct own o = {.cli = cli, .what = what};
    int code = rotate(&o);

    mu_roster_free(&o.roster);
    mu_home_close(&o.home);
    return code;
}
