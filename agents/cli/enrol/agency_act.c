/* muster agency grant, revoke, retire, compromised, endorse: an admin's words on who may do what.
 *
 * Each is one signed entry, judged by the broker like every other; what needs a second admin says so, and
 * waits for his `endorse` for a day.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/cli/enrol/enrolment.h"
#include "agents/cli/options.h"
#include "agents/cli/output.h"
#include "agents/cli/enrol/retire.h"
#include "proto/authority/page.h"

enum {
    KEY_ROLE = 256,
    KEY_KINDS,
    KEY_AREA,
    KEY_UNTIL,
    KEY_AGENT,
    KEY_READ,
    KEY_REASON,
    KEY_BACKLOG,
    KEY_SINCE,
    KEY_REFUSE,
};

const struct mu_cli_option mu_cli_agency_grant_options[] = {
    {"role", KEY_ROLE, "ROLE", MU_W_OPT_GRANT_ROLE},
    {"kinds", KEY_KINDS, "KIND,...", MU_W_OPT_GRANT_KINDS},
    {"area", KEY_AREA, "PREFIX", MU_W_OPT_GRANT_AREA},
    {"until", KEY_UNTIL, "TIME", MU_W_OPT_GRANT_END},
    {"agent", KEY_AGENT, "HEX", MU_W_OPT_GRANT_AGENT},
    {"read", KEY_READ, NULL, MU_W_OPT_GRANT_READ},
    {"reason", KEY_REASON, "WORDS", MU_W_OPT_TASK_REASON},
    {NULL, 0, NULL, MU_W_EXERCISE},
};
const struct mu_cli_option mu_cli_agency_retire_options[] = {
    {"agent", KEY_AGENT, "HEX", MU_W_OPT_GRANT_AGENT},
    {"reason", KEY_REASON, "WORDS", MU_W_OPT_REASON},
    {"backlog", KEY_BACKLOG, "N", MU_W_OPT_BACKLOG},
    {NULL, 0, NULL, MU_W_EXERCISE},
};
const struct mu_cli_option mu_cli_agency_compromised_options[] = {
    {"agent", KEY_AGENT, "HEX", MU_W_OPT_GRANT_AGENT},
    {"reason", KEY_REASON, "WORDS", MU_W_OPT_REASON},
    {"since", KEY_SINCE, "TIME", MU_W_OPT_COMPROMISED_SINCE},
    {NULL, 0, NULL, MU_W_EXERCISE},
};
const struct mu_cli_option mu_cli_agency_endorse_options[] = {
    {"refuse", KEY_REFUSE, NULL, MU_W_OPT_ENDORSE_REFUSE},
    {"reason", KEY_REASON, "WORDS", MU_W_OPT_REASON_REFUSE},
    {NULL, 0, NULL, MU_W_EXERCISE},
};

struct acting {
    const char *role, *kinds, *area, *until, *agent_hex, *reason, *since;
    uint64_t backlog;
    bool reads, refuse, revoke;
    bool must_say_why;
    char typed[512]; /* the reason, when it had to be asked for */
    const char *whom;

    struct mu_voice voice;
    mu_roster *roster;
    struct mu_agent_id agent; /* the one meant, once it is found */
};

static bool take(struct acting *a, int key, const char *value)
{
    char *end;

    switch (key) {
    case KEY_ROLE:
        a->role = value;
        return true;
    case KEY_KINDS:
        a->kinds = value;
        return true;
    case KEY_AREA:
        a->area = value;
        return true;
    case KEY_UNTIL:
        a->until = value;
        return true;
    case KEY_AGENT:
        a->agent_hex = value;
        return true;
    case KEY_REASON:
        a->reason = value;
        return true;
    case KEY_SINCE:
        a->since = value;
        return true;
    case KEY_READ:
        return a->reads = true;
    case KEY_REFUSE:
        return a->refuse = true;
    default:
        a->backlog = strtoull(value, &end, 10);
        return *value != '\0' && *value != '-' && *end == '\0' && a->backlog <= 1000000;
    }
}

/* ---- why ------------------------------------------------------------------------------------------- */

static bool lacks_reason(const struct acting *a)
{
    return (a->must_say_why || a->refuse) && (a->reason == NULL || a->reason[0] == '\0');
}

static bool can_ask(const struct mu_cli *cli)
{
    return !cli->no_input && isatty(STDIN_FILENO);
}

/* What takes somebody's voice away is never without a reason: he and all who counted on him read it. */
static int ask_reason(struct acting *a)
{
    struct mu_cli *cli = a->voice.cli;

    if (!lacks_reason(a))
        return MU_EXIT_DONE;
    fprintf(stderr, "%s ", mu_word(MU_W_AGENCY_WHY_ASK, cli->lang));
    if (fgets(a->typed, sizeof a->typed, stdin) == NULL)
        a->typed[0] = '\0';
    a->typed[strcspn(a->typed, "\r\n")] = '\0';
    a->reason = a->typed;
    return lacks_reason(a) ? mu_cli_misused(cli, MU_W_AGENCY_WHY, NULL) : MU_EXIT_DONE;
}

/* ---- common ---------------------------------------------------------------------------------------- */

static int set(struct acting *a, struct mu_saying *saying, const char *field, const char *value)
{
    enum mu_err err = value == NULL ? MU_OK : mu_say_set(saying, field, value, &a->voice.how);

    return err == MU_OK ? MU_EXIT_DONE : mu_voice_explain(&a->voice, err, saying->kind);
}

/* --until, --since: a slip is explained in their words, not by the field they fill. */
static int set_time(struct acting *a, struct mu_saying *saying, const char *field,
                    const char *value)
{
    enum mu_err err = value == NULL ? MU_OK : mu_say_set(saying, field, value, &a->voice.how);

    return err == MU_OK ? MU_EXIT_DONE : mu_cli_misused(a->voice.cli, MU_W_BAD_TIME, value, NULL);
}

static int begin(struct acting *a, uint32_t kind, struct mu_saying *saying)
{
    enum mu_err err = mu_say_begin(kind, NULL, &a->voice.how, saying);

    return err == MU_OK ? MU_EXIT_DONE : mu_cli_error(a->voice.cli, err, NULL);
}

static int say(struct acting *a, struct mu_saying *saying)
{
    return mu_seal_say(&a->voice, a->roster, saying);
}

/* Those of the agency whose id begins as typed; without an id it must have one that stands. */
static int find_agent(struct acting *a)
{
    const struct mu_member *m, *found = NULL;
    const char *prefix = a->agent_hex == NULL ? "" : a->agent_hex;
    size_t count = 0;

    for (size_t i = 0; (m = mu_roster_at(a->roster, i)) != NULL; i++) {
        char hex[33];

        mu_hex(m->agent.b, sizeof m->agent.b, hex);
        if (m->is_broker || strcmp(m->agency, a->whom) != 0 ||
            strncmp(hex, prefix, strlen(prefix)) != 0 ||
            (a->agent_hex == NULL && m->standing != MU_STANDING_GOOD))
            continue;
        found = m;
        count++;
    }
    if (count == 0)
        return mu_cli_fail(a->voice.cli, MU_EXIT_ABSENT, MU_W_NOT_IN_ROSTER, a->whom, NULL);
    if (count > 1)
        return mu_cli_misused(a->voice.cli, MU_W_WHICH_AGENT, a->whom, NULL);
    a->agent = found->agent;
    return MU_EXIT_DONE;
}

static int set_agent(struct acting *a, struct mu_saying *saying, const char *field)
{
    char hex[33];

    mu_hex(a->agent.b, sizeof a->agent.b, hex);
    return set(a, saying, field, hex);
}

static int open_all(struct acting *a, struct mu_cli *cli)
{
    int code = mu_voice_open(&a->voice, cli, true);
    enum mu_err err;

    if (code != MU_EXIT_DONE)
        return code;
    if (!a->voice.reached)
        return mu_talk_explain(&a->voice.talk, a->voice.why);
    err = mu_rolls_read(&a->voice.talk, NULL, NULL, &a->roster);
    return err == MU_OK ? MU_EXIT_DONE : mu_talk_explain(&a->voice.talk, err);
}

/* With `several`, one after the other, as long as all goes well. */
static int run_on(struct mu_cli *cli, int argc, char **argv, const struct mu_cli_option *options,
                  struct acting *a, enum mu_word what, int (*act)(struct acting *), bool several)
{
    const char *value;
    int key, code;

    while ((key = mu_cli_option(cli, argc, argv, options, &value)) != -1) {
        if (key == '?' || key == '!')
            return key == '!' ? MU_EXIT_DONE : MU_EXIT_USAGE;
        if (!take(a, key, value))
            return mu_cli_wrong_key(cli, options, key, value);
    }
    if (argc - optind < 1 || (argc - optind > 1 && !several))
        return mu_cli_misused(cli, what, NULL);
    if (lacks_reason(a) && !can_ask(cli))
        return mu_cli_misused(cli, MU_W_AGENCY_WHY, NULL);
    code = open_all(a, cli);
    for (int i = optind; code == MU_EXIT_DONE && i < argc; i++) {
        a->whom = argv[i];
        code = act(a);
    }
    mu_roster_free(&a->roster);
    mu_voice_close(&a->voice);
    return code;
}

static int run(struct mu_cli *cli, int argc, char **argv, const struct mu_cli_option *options,
               struct acting *a, enum mu_word what, int (*act)(struct acting *))
{
    return run_on(cli, argc, argv, options, a, what, act, false);
}

/* ---- grant, revoke --------------------------------------------------------------------------------- */

static int set_kinds(struct acting *a, struct mu_saying *saying)
{
    char list[1024], field[64];
    char *rest = NULL;
    size_t i = 0;
    int code = mu_kinds_check(a->voice.cli, a->kinds);

    snprintf(list, sizeof list, "%s", a->kinds == NULL ? "" : a->kinds);
    for (char *kind = strtok_r(list, ",", &rest); code == MU_EXIT_DONE && kind != NULL;
         kind = strtok_r(NULL, ",", &rest)) {
        snprintf(field, sizeof field, "grant.kinds[%zu]", i++);
        code = set(a, saying, field, kind);
    }
    return code;
}

/* To whom, and which role: what the judge would refuse is said here, with what there is to choose from. */
static int check_terms(struct acting *a)
{
    const struct mu_member *m = NULL;
    size_t i = 0;

    while ((m = mu_roster_at(a->roster, i)) != NULL && strcmp(m->agency, a->whom) != 0)
        i++;
    if (m == NULL)
        return mu_cli_fail(a->voice.cli, MU_EXIT_ABSENT, MU_W_NOT_IN_ROSTER, a->whom, NULL);
    return a->role == NULL ? MU_EXIT_DONE : mu_rolls_role(a->voice.cli, a->roster, a->role);
}

static int grant(struct acting *a)
{
    struct mu_saying saying;
    int code = check_terms(a);

    if (code == MU_EXIT_DONE)
        code = begin(a, MUSTER__EVENT__BODY_GRANT, &saying);

    if (a->revoke && a->role == NULL && a->kinds == NULL)
        a->kinds = "*";
    if (code == MU_EXIT_DONE && a->role == NULL && a->kinds == NULL)
        return mu_cli_misused(a->voice.cli, MU_W_GRANT_WHAT, NULL);
    if (code == MU_EXIT_DONE && a->agent_hex != NULL && (code = find_agent(a)) == MU_EXIT_DONE)
        code = set_agent(a, &saying, "grant.agent");
    if (code == MU_EXIT_DONE)
        code = set(a, &saying, "grant.agency", a->whom);
    if (code == MU_EXIT_DONE)
        code = set(a, &saying, "grant.role", a->role);
    if (code == MU_EXIT_DONE)
        code = set_kinds(a, &saying);
    if (code == MU_EXIT_DONE)
        code = set(a, &saying, "grant.areas[0]", a->area);
    if (code == MU_EXIT_DONE)
        code = set_time(a, &saying, "grant.valid_until_ms", a->until);
    if (code == MU_EXIT_DONE)
        code = set(a, &saying, a->reads ? "grant.may_read" : "grant.may_publish", "true");
    if (code == MU_EXIT_DONE && a->revoke)
        code = set(a, &saying, "grant.revoked", "true");
    if (code == MU_EXIT_DONE)
        code = set(a, &saying, "envelope.reason", a->reason);
    return code == MU_EXIT_DONE ? say(a, &saying) : code;
}

int mu_cli_agency_grant(struct mu_cli *cli, int argc, char **argv)
{
    struct acting a = {.role = NULL};

    return run(cli, argc, argv, mu_cli_agency_grant_options, &a, MU_W_GRANT_WHAT, grant);
}

int mu_cli_agency_revoke(struct mu_cli *cli, int argc, char **argv)
{
    struct acting a = {.revoke = true};

    return run(cli, argc, argv, mu_cli_agency_grant_options, &a, MU_W_REVOKE_WHAT, grant);
}

/* ---- retire ---------------------------------------------------------------------------------------- */

/* Fewer than two could never again seal what needs two. */
static bool is_one_of_two(const struct acting *a)
{
    const struct mu_member *meant = mu_roster_member(a->roster, &a->agent), *m;
    size_t admins = 0;

    for (size_t i = 0; (m = mu_roster_at(a->roster, i)) != NULL; i++)
        admins += m->is_admin && m->standing == MU_STANDING_GOOD;
    return meant->is_admin && meant->standing == MU_STANDING_GOOD && admins <= 2;
}

static int retire(struct acting *a)
{
    struct mu_retirement r = {.backlog = a->backlog};
    int code = find_agent(a);

    if (code == MU_EXIT_DONE && is_one_of_two(a))
        return mu_cli_fail(a->voice.cli, MU_EXIT_FAILED, MU_W_RETIRE_LAST_TWO, NULL);
    if (code == MU_EXIT_DONE)
        code = ask_reason(a);
    r.agent = a->agent;
    r.reason = a->reason;
    return code == MU_EXIT_DONE ? mu_retire(&a->voice, a->roster, &r) : code;
}

int mu_cli_agency_retire(struct mu_cli *cli, int argc, char **argv)
{
    struct acting a = {.must_say_why = true};

    return run(cli, argc, argv, mu_cli_agency_retire_options, &a, MU_W_RETIRE_WHAT, retire);
}

/* ---- compromised ----------------------------------------------------------------------------------- */

static int compromised(struct acting *a)
{
    struct mu_saying saying;
    int code = find_agent(a);

    if (code == MU_EXIT_DONE)
        code = ask_reason(a);
    if (code == MU_EXIT_DONE)
        code = begin(a, MUSTER__EVENT__BODY_COMPROMISED, &saying);
    if (code == MU_EXIT_DONE)
        code = set_agent(a, &saying, "compromised.agent");
    if (code == MU_EXIT_DONE)
        code = set_time(a, &saying, "compromised.since_ms", a->since);
    if (code == MU_EXIT_DONE)
        code = set(a, &saying, "compromised.reason", a->reason);
    if (code == MU_EXIT_DONE)
        code = say(a, &saying);
    if (code == MU_EXIT_DONE)
        mu_cli_tell(a->voice.cli, MU_W_COMPROMISED_NEXT, a->whom, NULL);
    return code;
}

int mu_cli_agency_compromised(struct mu_cli *cli, int argc, char **argv)
{
    struct acting a = {.must_say_why = true};

    return run(cli, argc, argv, mu_cli_agency_compromised_options, &a, MU_W_COMPROMISED_WHAT,
               compromised);
}

/* ---- endorse --------------------------------------------------------------------------------------- */

/* What is about to be sealed, as everybody will read it. */
static void print_proposal(const struct acting *a, const struct mu_waiting_seal *w)
{
    struct mu_style style = mu_output_style(a->voice.cli, a->voice.county.offset_min, NULL);
    struct mu_entry entry = {.number = w->number,
                             .accepted_at_ms = w->at_ms,
                             .agent = w->author,
                             .leaf = w->leaf,
                             .body = w->body,
                             .path = ""};
    mu_arena arena = mu_event_arena(w->body.size);

    if (a->voice.cli->form == MU_FORM_HUMAN &&
        mu_event_unpack(w->body, &arena, &entry.event, NULL) == MU_OK)
        mu_output_entry(a->voice.cli, &style, &entry);
    mu_arena_free(&arena);
}

static int endorse(struct acting *a)
{
    struct mu_saying saying;
    struct mu_waiting_seal w;
    char *end, leaf[65];
    uint64_t number = strtoull(a->whom, &end, 10);
    size_t i = 0;
    int code;

    while (mu_page_waiting(a->roster, i, &w) && (w.number != number || *end != '\0'))
        i++;
    if (!mu_page_waiting(a->roster, i, &w))
        return mu_cli_fail(a->voice.cli, MU_EXIT_ABSENT, MU_W_NOTHING_TO_ENDORSE, a->whom, NULL);
    if (!a->refuse && mu_agent_id_equal(&w.author, mu_agent_self(a->voice.talk.agent)))
        return mu_cli_fail(a->voice.cli, mu_cli_exit(MU_E_NOT_ADMIN), MU_W_ENDORSE_OWN, a->whom,
                           NULL);
    print_proposal(a, &w);
    mu_hex(w.leaf.b, sizeof w.leaf.b, leaf);
    if ((code = ask_reason(a)) == MU_EXIT_DONE)
        code = begin(a, MUSTER__EVENT__BODY_ENDORSEMENT, &saying);
    if (code == MU_EXIT_DONE)
        code = set(a, &saying, "endorsement.of.leaf", leaf);
    if (code == MU_EXIT_DONE && a->refuse)
        code = set(a, &saying, "endorsement.refused", "true");
    if (code == MU_EXIT_DONE)
        code = set(a, &saying, "endorsement.words", a->reason);
    return code == MU_EXIT_DONE ? say(a, &saying) : code;
}

int mu_cli_agency_endorse(struct mu_cli *cli, int argc, char **argv)
{
    struct acting a = {.role = NULL};

    return run_on(cli, argc, argv, mu_cli_agency_endorse_options, &a, MU_W_ENDORSE_WHAT, endorse,
                  true);
}
